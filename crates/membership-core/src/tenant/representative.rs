//! The representative administrator: exactly one of the tenant's administrators. Another one takes over by an offer that
//! the representative makes and the other accepts; both flags change in one commit.

mod answer;
mod nominate;
mod readdress;

use chrono::{DateTime, Utc};

pub use answer::AnswerError;
pub use nominate::{CandidatesError, NominateError, NominationError};
pub use readdress::ReaddressError;

use crate::{
    email::EmailAddress,
    id::{MemberId, NominationId, TenantId},
    member::{Member, MemberStatus},
    refusal::refusals,
    role::{Catalogue, Grant},
    tenant::Validity,
};

/// How long an offer stands: 3 days.
pub const OFFER: Validity = Validity::THREE_DAYS;

/// An offer to become the representative administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nomination {
    /// Its identifier.
    pub id: NominationId,
    /// The tenant.
    pub tenant: TenantId,
    /// Who is the representative.
    pub nominator: MemberId,
    /// Who is asked.
    pub nominee: MemberId,
    /// Where that person was told, if the tenant knows an address.
    pub address: Option<EmailAddress>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// It stands while `now` is before this.
    pub expires_at: DateTime<Utc>,
    /// What became of it.
    pub answer: Answer,
}

/// What became of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It waits.
    None,
    /// The nominee is the representative since.
    Accepted(DateTime<Utc>),
    /// The nominee does not want to.
    Declined(DateTime<Utc>),
    /// The representative took it back, or made another.
    Withdrawn(DateTime<Utc>),
}

refusals! {
    /// Why a member cannot be the representative.
    #[derive(Copy)]
    pub enum Unfit {
        /// It is.
        Already = Conflict "nominee-is-representative"
            ("this member is the representative administrator already", "choose another member");
        /// Not joined.
        NotRegistered = Conflict "nominee-not-registered"
            ("this member has not completed the registration", "wait until the member has joined");
        /// Disabled.
        Disabled = Conflict "nominee-disabled" ("this member is disabled", "enable the member first");
        /// Removed.
        Removed = Conflict "nominee-removed" ("this member was removed", "choose another member");
        /// No administrator, or not for good.
        NotAdministrator = Conflict "nominee-not-administrator"
            ("this member does not hold the tenant administrator's role for good",
             "give the member that role, without an end, first");
    }
}

refusals! {
    /// Why an offer is not to be answered.
    #[derive(Copy)]
    pub enum NotStanding {
        /// None, or to somebody else.
        None = Absent "nomination-unknown" ("you are not asked to become the representative", "there is nothing to answer");
        /// Too late.
        Expired = Gone "nomination-expired"
            ("this offer has expired; it stood for 3 days", "ask the representative to make it again");
    }
}

impl Nomination {
    /// Whether it still stands at `now`.
    pub fn stands_at(&self, now: DateTime<Utc>) -> bool {
        self.answer == Answer::None && now < self.expires_at
    }
}

/// Whether `member` can become the representative.
pub fn can_represent(member: &Member, catalogue: &Catalogue) -> Result<(), Unfit> {
    match member.status() {
        MemberStatus::NotJoined => return Err(Unfit::NotRegistered),
        MemberStatus::Disabled => return Err(Unfit::Disabled),
        MemberStatus::Removed => return Err(Unfit::Removed),
        MemberStatus::Enabled if member.representative => return Err(Unfit::Already),
        MemberStatus::Enabled => {}
    }
    let administrators = catalogue.administrator().map(|role| Grant::Role(role.id));
    let held = administrators.and_then(|grant| member.assignments.end_of(&grant, None));
    if held == Some(None) { Ok(()) } else { Err(Unfit::NotAdministrator) }
}
