//! Members: one person's place in one tenant.

pub mod add;
pub mod bulk;
pub mod credentials;
pub mod disable;
pub mod edit;
pub mod enable;
pub mod leave;
pub mod reach;
pub mod remove;
pub mod transfer;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    account::Account,
    department::Departments,
    email::EmailAddress,
    id::{AccountId, InvitationId, MemberId, TenantId},
    language::Language,
    lifecycle::{MemberClosed, MemberCommand, member_cell},
    name::{DisplayName, Username},
    refusal::refusals,
    role::Assignments,
};

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its identifier.
    pub id: MemberId,
    /// The tenant it belongs to.
    pub tenant: TenantId,
    /// What the tenant calls the person.
    pub name: DisplayName,
    /// The address that the tenant knows the person by; unique among the tenant's members that are not removed.
    pub email: Option<EmailAddress>,
    /// The name that the person signs in with, once joined, if the account has one.
    pub username: Option<Username>,
    /// The language that the person reads, as far as the tenant knows.
    pub language: Option<Language>,
    /// What the member may do once enabled. A removed member holds nothing.
    pub assignments: Assignments,
    /// Where it belongs. A removed member belongs nowhere.
    pub departments: Departments,
    /// The tenant's representative administrator: exactly one.
    pub representative: bool,
    /// Who made the entry: a member, or nobody for a tenant's founder.
    pub creator: Option<MemberId>,
    /// When the entry was made.
    pub created_at: DateTime<Utc>,
    /// Sessions that began in an earlier epoch of the account are not good here: it is the account's when it joined, rises
    /// whenever the member is shut out, and stays when the member is let in again.
    pub epoch: u32,
    /// Where the member is in its life.
    pub state: MemberState,
}

/// Where a member is in its life. Only an enabled member may do anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum MemberState {
    /// Asked to join, and has not yet.
    NotJoined {
        /// How it was asked.
        invitation: InvitationId,
    },
    /// In good standing.
    Enabled {
        /// Who it is.
        account: AccountId,
        /// Since when a member.
        joined_at: DateTime<Utc>,
    },
    /// Shut out until enabled again; everything it owns is kept.
    Disabled {
        /// Who it is.
        account: AccountId,
        /// Since when a member.
        joined_at: DateTime<Utc>,
        /// Since when shut out.
        disabled_at: DateTime<Utc>,
    },
    /// Gone for good; the history stays. Joining again makes a new member.
    Removed {
        /// Who it was, had it joined.
        account: Option<AccountId>,
        /// Since when it had been a member.
        joined_at: Option<DateTime<Utc>>,
        /// Since when gone.
        removed_at: DateTime<Utc>,
    },
}

/// The name of a member's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemberStatus {
    /// See [`MemberState::NotJoined`].
    NotJoined,
    /// See [`MemberState::Enabled`].
    Enabled,
    /// See [`MemberState::Disabled`].
    Disabled,
    /// See [`MemberState::Removed`].
    Removed,
}

impl MemberStatus {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 4] = [Self::NotJoined, Self::Enabled, Self::Disabled, Self::Removed];

    /// The stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotJoined => "not-joined",
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Removed => "removed",
        }
    }
}

refusals! {
    /// Why a member does not get an address.
    #[derive(Copy)]
    pub enum AddressTaken {
        /// It is that of another.
        ByMember {
            /// The other.
            member: MemberId,
        } = Conflict "address-already-member"
            ("this address is that of a member of this tenant already ({member})", "use another address");
        /// It is that of somebody whom the actor does not see.
        BySomebody = Conflict "address-taken"
            ("this address is that of a member of this tenant already, whom you may not see",
             "use another address, or ask an administrator who sees all members");
    }
}

impl AddressTaken {
    /// Refused, if one of `known` has the address and is not `own`. Who that is, is told to whoever `sees` it.
    pub(crate) fn by_another(
        known: &[Member],
        own: Option<MemberId>,
        sees: impl FnOnce(&Member) -> bool,
    ) -> Result<(), Self> {
        match known.iter().find(|member| Some(member.id) != own) {
            Some(other) if sees(other) => Err(Self::ByMember { member: other.id }),
            Some(_) => Err(Self::BySomebody),
            None => Ok(()),
        }
    }
}

impl Member {
    /// The name of its state.
    pub const fn status(&self) -> MemberStatus {
        match self.state {
            MemberState::NotJoined { .. } => MemberStatus::NotJoined,
            MemberState::Enabled { .. } => MemberStatus::Enabled,
            MemberState::Disabled { .. } => MemberStatus::Disabled,
            MemberState::Removed { .. } => MemberStatus::Removed,
        }
    }

    /// Whether it is in good standing: nobody else may do anything, or be given anything.
    pub const fn is_enabled(&self) -> bool {
        matches!(self.state, MemberState::Enabled { .. })
    }

    /// The account behind it, once it has joined.
    pub const fn account(&self) -> Option<AccountId> {
        match self.state {
            MemberState::NotJoined { .. } => None,
            MemberState::Enabled { account, .. } | MemberState::Disabled { account, .. } => Some(account),
            MemberState::Removed { account, .. } => account,
        }
    }

    /// Since when it has been a member.
    pub const fn joined_at(&self) -> Option<DateTime<Utc>> {
        match self.state {
            MemberState::NotJoined { .. } => None,
            MemberState::Enabled { joined_at, .. } | MemberState::Disabled { joined_at, .. } => Some(joined_at),
            MemberState::Removed { joined_at, .. } => joined_at,
        }
    }

    /// This member once `account` has joined at `now`. Sessions of an earlier epoch than the account's present one are not
    /// good here, so none of an earlier membership is.
    pub fn join(self, account: &Account, now: DateTime<Utc>) -> Result<Self, MemberClosed> {
        member_cell(self.status(), MemberCommand::Join)?;
        let state = MemberState::Enabled { account: account.id, joined_at: now };
        Ok(Self { state, epoch: account.epoch, username: account.username.clone(), ..self })
    }

    /// This member shut out at `now`. No session that its account (whose epoch is `epoch`) has at this moment is good
    /// here any more.
    pub fn disable(self, epoch: u32, now: DateTime<Utc>) -> Result<Self, MemberClosed> {
        member_cell(self.status(), MemberCommand::Disable)?;
        match self.state {
            MemberState::Enabled { account, joined_at } => {
                let state = MemberState::Disabled { account, joined_at, disabled_at: now };
                Ok(Self { state, epoch: epoch.saturating_add(1), ..self })
            }
            MemberState::NotJoined { .. } | MemberState::Disabled { .. } | MemberState::Removed { .. } => Ok(self),
        }
    }

    /// This member let in again.
    pub fn enable(self) -> Result<Self, MemberClosed> {
        member_cell(self.status(), MemberCommand::Enable)?;
        match self.state {
            MemberState::Disabled { account, joined_at, .. } => {
                Ok(Self { state: MemberState::Enabled { account, joined_at }, ..self })
            }
            MemberState::NotJoined { .. } | MemberState::Enabled { .. } | MemberState::Removed { .. } => Ok(self),
        }
    }

    /// This member gone for good at `now`. No session that its account (whose epoch is `epoch`) has at this moment is good
    /// here any more, even if the person joins anew.
    pub fn remove(self, epoch: u32, now: DateTime<Utc>) -> Result<Self, MemberClosed> {
        member_cell(self.status(), MemberCommand::Remove)?;
        let (account, joined_at) = (self.account(), self.joined_at());
        let epoch = if account.is_some() { epoch.saturating_add(1) } else { self.epoch };
        let state = MemberState::Removed { account, joined_at, removed_at: now };
        Ok(Self { state, epoch, assignments: Assignments::default(), departments: Departments::default(), ..self })
    }
}
