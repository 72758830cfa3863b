//! What waits for somebody who looks after the members, each with where to go.

use membership_core::{
    ViewError,
    directory::{MailState, Tally},
    lifecycle::Stage,
    member::transfer::Transfer,
    role::Permission,
};
use membership_web::{Edge, Visitor};

use crate::{layout::Admin, words::isolated};

/// One thing.
pub(super) struct Attention {
    /// Whether it stays so until somebody does something.
    pub(super) broken: bool,
    pub(super) what: String,
    pub(super) advice: &'static str,
    pub(super) href: String,
    pub(super) label: &'static str,
}

/// The hand-overs in trouble that are named one by one.
const NAMED: usize = 3;

/// All of them, what is broken first.
pub(super) async fn of(
    edge: &Edge,
    visitor: &Visitor,
    admin: &Admin,
    tally: &Tally,
) -> Result<Vec<Attention>, ViewError> {
    let mut all = Vec::new();
    let list = |query: &str| admin.path(format_args!("members?{query}"));
    let failed = tally.mail.get(&MailState::Failed).copied().unwrap_or(0);
    let expired = tally.invitations.get(&Stage::Expired).copied().unwrap_or(0);
    if failed > 0 {
        all.push(Attention {
            broken: true,
            what: format!("{} could not be delivered.", counted(failed, "invitation mail")),
            advice: "The mail server's words stand beside each. Correct the address, or invite again.",
            href: list("mail=failed"),
            label: "Look at them",
        });
    }
    if tally.unvouched > 0 {
        all.push(Attention {
            broken: true,
            what: format!("{} on hold: nobody answers for it any more.", counted(tally.unvouched, "open invitation")),
            advice: "Whoever sent it is not an enabled member now. Invite again, and you answer for it.",
            href: list("state=held"),
            label: "Look at them",
        });
    }
    if expired > 0 {
        let again = admin.grants.sight(Permission::MEMBERS_INVITE).is_ok();
        all.push(Attention {
            broken: true,
            what: format!("{} expired before anybody joined.", counted(expired, "invitation")),
            advice: if again {
                "Select them in the list, and invite them again."
            } else {
                "An inviter can send them again."
            },
            href: list("state=expired"),
            label: "Look at them",
        });
    }
    let open = edge.membership().open_transfers(&visitor.context, admin.tenant.id).await?;
    let troubled: Vec<&Transfer> = open.iter().filter(|transfer| transfer.trouble.is_some()).collect();
    for transfer in troubled.iter().take(NAMED) {
        all.push(handover(edge, visitor, admin, transfer).await?);
    }
    let others = open.len() - troubled.len().min(NAMED);
    if others > 0 {
        let more = if troubled.is_empty() { "" } else { " more" };
        all.push(Attention {
            broken: false,
            what: format!(
                "{others}{more} hand-over{} of what removed members held.",
                if others == 1 { "" } else { "s" }
            ),
            advice: "Under way, and tried again by itself. What stops one stands at the removed member.",
            href: list("state=removed"),
            label: "Look at the removed",
        });
    }
    Ok(all)
}

async fn handover(edge: &Edge, visitor: &Visitor, admin: &Admin, transfer: &Transfer) -> Result<Attention, ViewError> {
    let details = edge.membership().member(&visitor.context, admin.tenant.id, transfer.member).await?;
    let name = isolated(details.row.member.name.as_str());
    Ok(Attention {
        broken: true,
        what: format!("What {name} held could not be handed over yet."),
        advice: "It is tried again by itself; the product's words stand at the member.",
        href: admin.path(format_args!("members/{}", transfer.member)),
        label: "Look at it",
    })
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
