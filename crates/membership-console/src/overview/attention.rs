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
    pub(super) what: String,
    pub(super) advice: &'static str,
    pub(super) href: String,
    pub(super) label: &'static str,
}

/// The hand-overs that are named one by one.
const NAMED: usize = 5;

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
            what: format!("{} could not be delivered.", counted(failed, "invitation mail")),
            advice: "The mail server's words stand beside each. Correct the address, or invite again.",
            href: list("mail=failed"),
            label: "Look at them",
        });
    }
    if tally.unvouched > 0 {
        all.push(Attention {
            what: format!("{} on hold: nobody answers for it any more.", counted(tally.unvouched, "open invitation")),
            advice: "Whoever sent it is not an enabled member now. Invite again, and you answer for it.",
            href: list("state=invited"),
            label: "Look at the open ones",
        });
    }
    if expired > 0 {
        let again = admin.grants.sight(Permission::MEMBERS_INVITE).is_ok();
        all.push(Attention {
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
    for transfer in open.iter().take(NAMED) {
        all.push(handover(edge, visitor, admin, transfer).await?);
    }
    if open.len() > NAMED {
        all.push(Attention {
            what: format!("{} more hand-overs are not finished.", open.len() - NAMED),
            advice: "They go on by themselves; what stops one stands at the removed member.",
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
        what: match &transfer.trouble {
            Some(_) => format!("What {name} held could not be handed over yet."),
            None => format!("What {name} held is being handed over."),
        },
        advice: match &transfer.trouble {
            Some(_) => "It is tried again by itself; the product's words stand at the member.",
            None => "Nothing is to be done, unless somebody else shall have it.",
        },
        href: admin.path(format_args!("members/{}", transfer.member)),
        label: "Look at it",
    })
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
