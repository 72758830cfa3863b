//! What can be done with a member, and by whom: each is asked first, and done once that is answered with Yes.

mod answer;

use chrono::{DateTime, Utc};
use membership_core::{
    actor::Denied,
    lifecycle::Stage,
    member::{
        MemberStatus,
        reach::{OutOfReach, may_act_on},
    },
    refusal::Refusal,
    role::Permission,
};
use membership_web::{HttpFault, Problem};
use poem::{FromRequest, Request, RequestBody, Result};

pub(crate) use answer::{LinkPage, ask, carry_out};

use super::About;
use crate::{settled::named, words::sentence};

/// Something that can be done with one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Send,
    InviteAgain,
    Revoke,
    PasswordLink,
    FactorOn,
    FactorOff,
    Disable,
    Enable,
    Remove,
}

/// Whether `about` may be managed by whoever asks, whatever its state.
pub(super) fn may_manage(about: &About) -> bool {
    let departments = about.details.row.member.departments.all();
    let held = about.admin.grants.require_over(Permission::MEMBERS_MANAGE, departments).map(drop);
    held.is_ok() && out_of_reach(about).is_none()
}

/// Why nothing can be done, where somebody could expect that something can.
pub(super) fn untouchable(about: &About) -> Option<String> {
    about.admin.grants.sight(Permission::MEMBERS_MANAGE).ok()?;
    let refusal = out_of_reach(about)?;
    Some(sentence(&format!("{refusal}; {}", refusal.advice())))
}

/// Why somebody who manages members does not manage this one.
pub(super) fn out_of_reach(about: &About) -> Option<OutOfReach> {
    may_act_on(&about.admin.grants, &about.details.row.member).err()
}

impl<'a> FromRequest<'a> for Act {
    async fn from_request(request: &'a Request, _: &mut RequestBody) -> Result<Self> {
        let segment = named(request, "act");
        let found = Self::ALL.into_iter().find(|act| act.as_str() == segment);
        Ok(found.ok_or(Problem::from(HttpFault::NotFound))?)
    }
}

impl Act {
    const ALL: [Self; 9] = [
        Self::Send,
        Self::InviteAgain,
        Self::Revoke,
        Self::PasswordLink,
        Self::FactorOn,
        Self::FactorOff,
        Self::Enable,
        Self::Disable,
        Self::Remove,
    ];

    /// What makes sense with the member at `now`, and is not refused for sure.
    pub(super) fn possible(about: &About, now: DateTime<Utc>) -> Vec<Self> {
        let (grants, row) = (&about.admin.grants, &about.details.row);
        let manages = may_manage(about);
        let invites = grants.require_over(Permission::MEMBERS_INVITE, row.member.departments.all()).map(drop).is_ok();
        let stage = row.stage_at(now).filter(|_| row.member.status() == MemberStatus::NotJoined);
        let status = row.member.status();
        let joined = matches!(status, MemberStatus::Enabled | MemberStatus::Disabled);
        let policy = &about.admin.tenant.policy;
        let possible = |act: &Self| match act {
            Self::Send => invites && stage == Some(Stage::Ready),
            Self::InviteAgain => {
                invites && stage.is_some_and(|stage| stage != Stage::Ready && policy.may_reinvite_after(stage))
            }
            Self::Revoke => invites && !row.member.representative && stage.is_some_and(Stage::is_open),
            Self::PasswordLink => manages && joined,
            Self::FactorOn => manages && joined && row.kinds.is_empty(),
            Self::FactorOff => manages && joined && !row.kinds.is_empty(),
            Self::Enable => manages && status == MemberStatus::Disabled,
            Self::Disable => manages && status == MemberStatus::Enabled,
            Self::Remove => {
                let first_disabled = policy.disable_before_remove && status == MemberStatus::Enabled;
                manages && status != MemberStatus::Removed && !first_disabled
            }
        };
        Self::ALL.into_iter().filter(possible).collect()
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::InviteAgain => "invite-again",
            Self::Revoke => "revoke",
            Self::PasswordLink => "password-link",
            Self::FactorOn => "factor-on",
            Self::FactorOff => "factor-off",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Remove => "remove",
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Send => "Send the invitation",
            Self::InviteAgain => "Invite again",
            Self::Revoke => "Withdraw the invitation",
            Self::PasswordLink => "Reset the password",
            Self::FactorOn => "Turn the second factor on",
            Self::FactorOff => "Turn the second factor off",
            Self::Disable => "Disable",
            Self::Enable => "Enable",
            Self::Remove => "Remove",
        }
    }

    /// What is asked before it is done to `name`.
    fn question(self, name: &str) -> String {
        match self {
            Self::Send => format!("Send the invitation of {name}?"),
            Self::InviteAgain => format!("Invite {name} again?"),
            Self::Revoke => format!("Withdraw the invitation of {name}?"),
            Self::PasswordLink => format!("Reset the password of {name}?"),
            Self::FactorOn => format!("Turn the second factor of {name} on?"),
            Self::FactorOff => format!("Turn the second factor of {name} off?"),
            Self::Disable => format!("Disable {name}?"),
            Self::Enable => format!("Enable {name}?"),
            Self::Remove => format!("Remove {name}?"),
        }
    }

    /// What happens if one says Yes.
    const fn consequence(self) -> &'static str {
        match self {
            Self::Send => "The invitation goes out now.",
            Self::InviteAgain => "A new link is made, and the one before it is dead.",
            Self::Revoke => {
                "The link is dead at once, and a mail that has not gone out will not. You can invite the person again later."
            }
            Self::PasswordLink => {
                "You get a link to hand over, good for 24 hours and once; a link that was made before is dead. The person is told by mail that it was made."
            }
            Self::FactorOn => "The person is asked for a code by mail at each sign-in, and is told so.",
            Self::FactorOff => {
                "The person signs in by the password alone and can set up another second factor. Every session ends, and the person is told."
            }
            Self::Disable => {
                "Access ends at once, everywhere in this organisation. Everything is kept, and you can enable the member again."
            }
            Self::Enable => "The person can sign in again, with all that was there before.",
            Self::Remove => {
                "The membership ends for good, and access at once. The account stays, and other organisations stay reachable. The audit keeps the history."
            }
        }
    }

    pub(super) const fn is_grave(self) -> bool {
        matches!(self, Self::Remove)
    }

    /// Why one may not do it to anybody there.
    fn denied(self, about: &About) -> Option<Denied> {
        let needs = match self {
            Self::Send | Self::InviteAgain | Self::Revoke => Permission::MEMBERS_INVITE,
            Self::PasswordLink | Self::FactorOn | Self::FactorOff | Self::Disable | Self::Enable | Self::Remove => {
                Permission::MEMBERS_MANAGE
            }
        };
        let departments = about.details.row.member.departments.all();
        about.admin.grants.require_over(needs, departments).map(drop).err()
    }
}
