//! A tenant's policy: the switches in which products differ.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    account::Kinds,
    email::{Alphabet, EmailAddress},
    invitation::Channel,
    lifecycle::Stage,
    member::MemberStatus,
    name::DisplayName,
    refusal::{Fault, refusals},
};

/// How long a link is good for: 1 hour to 30 days, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Validity(u32);

refusals! {
    /// Why a time is not a validity.
    pub enum ValidityFault {
        /// Out of the range.
        OutOfRange = Invalid "validity-out-of-range"
            ("a link is valid for at least 1 hour and at most 30 days", "choose from 3600 to 2592000 seconds");
    }
}

impl Validity {
    /// The shortest.
    pub const MIN: Self = Self(3_600);
    /// The longest.
    pub const MAX: Self = Self(30 * 86_400);
    /// What invitations have unless told otherwise: 72 hours.
    pub const THREE_DAYS: Self = Self(3 * 86_400);
    /// What enrolment and reset links have unless told otherwise: 24 hours.
    pub const ONE_DAY: Self = Self(86_400);
    /// What the set-up link has: 1 hour.
    pub const ONE_HOUR: Self = Self(3_600);

    /// Reads a number of seconds.
    pub const fn from_secs(secs: u32) -> Result<Self, ValidityFault> {
        if secs < Self::MIN.0 || secs > Self::MAX.0 { Err(ValidityFault::OutOfRange) } else { Ok(Self(secs)) }
    }

    /// In seconds.
    pub const fn as_secs(self) -> u32 {
        self.0
    }

    /// The first moment at which something issued at `issued` is no longer good: it is good while `now < end`.
    pub fn end(self, issued: DateTime<Utc>) -> DateTime<Utc> {
        issued + TimeDelta::seconds(i64::from(self.0))
    }
}

impl TryFrom<u32> for Validity {
    type Error = ValidityFault;

    fn try_from(secs: u32) -> Result<Self, ValidityFault> {
        Self::from_secs(secs)
    }
}

impl From<Validity> for u32 {
    fn from(validity: Validity) -> Self {
        validity.0
    }
}

/// What happens when somebody is invited by mail who has an account, with that address proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExistingAccount {
    /// The person is asked, like everybody; whoever invites cannot tell that there is an account.
    #[default]
    Consent,
    /// The person is a member at once, is told by mail, and can leave by the link in it.
    Join,
}

/// The rules of one tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Whether people who have an account are asked or just joined.
    pub existing_account: ExistingAccount,
    /// How long an invitation can be accepted after it was sent.
    pub invitation_validity: Validity,
    /// How long a person may take from accepting to having joined.
    pub enrolment_window: Validity,
    /// Most people in one call to invite.
    pub max_people_per_call: u8,
    /// Whether invitations go out at once when the call does not say.
    pub send: Sending,
    /// After which ends somebody may be invited again.
    pub reinvite_after: BTreeSet<Ending>,
    /// Whether an invitation may be handed over as a link instead of by mail.
    pub links_allowed: bool,
    /// Which letters addresses may have.
    pub alphabet: Alphabet,
    /// If not empty: the only domains (as A-labels) that may be invited.
    pub allowed_domains: Vec<String>,
    /// Whether a member that has joined has to be disabled before it can be removed.
    pub disable_before_remove: bool,
    /// Which second factor its people have to show.
    pub second_factor: SecondFactor,
    /// What the states are called.
    pub words: Words,
}

/// Which second factor a tenant's people have to show at sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecondFactor {
    /// Whether they have to show one at all.
    pub required: bool,
    /// One of these.
    pub kinds: Kinds,
}

impl SecondFactor {
    /// One of these has to be shown; none if it is empty.
    pub const fn wanted(self) -> Kinds {
        if self.required { self.kinds } else { Kinds::NONE }
    }

    /// Whether somebody who has `kinds` can be let in.
    pub const fn admits(self, kinds: Kinds) -> bool {
        self.wanted().is_empty() || !self.wanted().and(kinds).is_empty()
    }
}

impl Default for SecondFactor {
    fn default() -> Self {
        Self { required: false, kinds: Kinds::ALL }
    }
}

/// Whether invitations go out at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sending {
    /// At once.
    #[default]
    Now,
    /// When told so by [`Membership::send_invitation`](crate::Membership::send_invitation).
    Later,
}

/// How an invitation can end without anybody joining.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The person said no.
    Rejected,
    /// An administrator took it back.
    Revoked,
    /// The time ran out.
    Expired,
}

/// What a product calls the states, and how it colours them. A state that is not named here keeps its own word.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Words {
    /// Of invitations.
    pub invitation: BTreeMap<Stage, Word>,
    /// Of members.
    pub member: BTreeMap<MemberStatus, Word>,
}

/// What a state is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// The word.
    pub word: DisplayName,
    /// How it is coloured; the word always stands beside it.
    pub tone: Tone,
}

/// How a state is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// Waiting for somebody here.
    Amber,
    /// Half amber, half green: on the way.
    AmberGreen,
    /// Done, and good.
    Green,
    /// Ended badly.
    Red,
    /// Nothing to see.
    Grey,
}

refusals! {
    /// Why the tenant does not invite somebody like this.
    pub enum NotInvited {
        /// The domain is not one of the tenant's.
        DomainNotAllowed { /** The domain. */ domain: String } = Invalid "address-domain-not-allowed"
            ("this tenant invites only to its own domains, and {domain} is none of them", "use an address of the organisation");
        /// The tenant does not hand out links.
        LinksNotAllowed = Forbidden "links-not-allowed"
            ("this tenant's policy allows invitations by mail only", "give an address to send the invitation to");
        /// Not after this.
        NotAgain { /** How it ended. */ ended: &'static str } = Conflict "reinvite-not-allowed"
            ("this tenant's policy does not invite again whose invitation was {ended}",
             "invite the person anew, or let an administrator change the policy");
    }
}

impl Policy {
    /// Whether an invitation that goes like this, and stands like this, may be issued: asked whenever a link goes out,
    /// because the rules may have changed since it was made.
    pub fn issues(&self, channel: &Channel, stage: Stage) -> Result<(), NotInvited> {
        if matches!(channel, Channel::Link(_)) && !self.links_allowed {
            return Err(NotInvited::LinksNotAllowed);
        }
        if let Some(address) = channel.address().filter(|address| !self.takes(address)) {
            return Err(NotInvited::DomainNotAllowed { domain: address.domain().to_owned() });
        }
        if self.may_reinvite_after(stage) { Ok(()) } else { Err(NotInvited::NotAgain { ended: stage.as_str() }) }
    }

    /// Whether an invitation that ended like this may be issued again.
    pub fn may_reinvite_after(&self, stage: Stage) -> bool {
        match stage {
            Stage::Rejected => self.reinvite_after.contains(&Ending::Rejected),
            Stage::Revoked => self.reinvite_after.contains(&Ending::Revoked),
            Stage::Expired => self.reinvite_after.contains(&Ending::Expired),
            Stage::Ready | Stage::Invited | Stage::Accepted | Stage::Joined => true,
        }
    }

    /// Reads an address as somebody typed it: any that could be somebody's here, of the tenant's own domains or not.
    pub fn address(&self, text: &str) -> Result<EmailAddress, Fault> {
        EmailAddress::parse(text, self.alphabet).map_err(|fault| Fault::new("", &fault))
    }

    /// Reads the address of somebody to invite.
    pub fn invitee(&self, text: &str) -> Result<EmailAddress, Fault> {
        let address = self.address(text)?;
        if self.takes(&address) {
            Ok(address)
        } else {
            Err(Fault::new("", &NotInvited::DomainNotAllowed { domain: address.domain().to_owned() }))
        }
    }

    /// Whether the tenant invites people with addresses like this one.
    pub fn takes(&self, address: &EmailAddress) -> bool {
        let domain = self.allowed_domains.is_empty() || self.allowed_domains.iter().any(|d| d == address.domain());
        domain && address.fits(self.alphabet)
    }
}

/// The stable word of each variant.
macro_rules! words {
    ($($name:ident { $($variant:ident $word:literal)+ })+) => {$(
        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable word for it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    )+};
}
words! {
    ExistingAccount { Consent "consent" Join "join" }
    Sending { Now "now" Later "later" }
    Ending { Rejected "rejected" Revoked "revoked" Expired "expired" }
    Tone { Amber "amber" AmberGreen "amber-green" Green "green" Red "red" Grey "grey" }
}

impl Words {
    /// What an invitation's state is called.
    pub fn of_stage(&self, stage: Stage) -> (&str, Tone) {
        if let Some(own) = self.invitation.get(&stage) {
            return (own.word.as_str(), own.tone);
        }
        match stage {
            Stage::Ready => ("Ready", Tone::Amber),
            Stage::Invited => ("Invited", Tone::Amber),
            Stage::Accepted => ("Accepted", Tone::AmberGreen),
            Stage::Joined => ("Joined", Tone::Green),
            Stage::Rejected => ("Rejected", Tone::Red),
            Stage::Revoked => ("Revoked", Tone::Grey),
            Stage::Expired => ("Expired", Tone::Red),
        }
    }

    /// What a member's state is called.
    pub fn of_status(&self, status: MemberStatus) -> (&str, Tone) {
        if let Some(own) = self.member.get(&status) {
            return (own.word.as_str(), own.tone);
        }
        match status {
            MemberStatus::NotJoined => ("Not joined", Tone::Amber),
            MemberStatus::Enabled => ("Enabled", Tone::Green),
            MemberStatus::Disabled => ("Disabled", Tone::Red),
            MemberStatus::Removed => ("Removed", Tone::Grey),
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            existing_account: ExistingAccount::Consent,
            invitation_validity: Validity::THREE_DAYS,
            enrolment_window: Validity::ONE_DAY,
            max_people_per_call: 10,
            send: Sending::Now,
            reinvite_after: [Ending::Rejected, Ending::Revoked, Ending::Expired].into(),
            links_allowed: true,
            alphabet: Alphabet::Ascii,
            allowed_domains: Vec::new(),
            disable_before_remove: false,
            second_factor: SecondFactor::default(),
            words: Words::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves X-6 in part: 3 days for invitations, 24 hours for what follows, settable within 1 h..30 d.
    #[test]
    fn validity_has_bounds_and_defaults() {
        assert_eq!(Policy::default().invitation_validity.as_secs(), 72 * 3_600);
        assert_eq!(Policy::default().enrolment_window.as_secs(), 24 * 3_600);
        for (secs, good) in [(3_599, false), (3_600, true), (2_592_000, true), (2_592_001, false)] {
            assert_eq!(Validity::from_secs(secs).is_ok(), good, "{secs}");
        }
    }
}
