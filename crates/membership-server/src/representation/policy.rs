//! A tenant's rules, as they are read and as they are sent back changed.

mod words;

pub(crate) use words::{StateWords, Word};

use membership_core::{
    email,
    refusal::{Fault, Faults, Refusal as _},
    tenant::policy::{self, Validity},
};
use poem_openapi::{Enum, Object};
use serde::Deserialize;

use super::{SecondFactor, Send};

/// The rules of a tenant, all of them.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    /// What happens when somebody is invited by mail who has an account with that address proved.
    existing_account: ExistingAccount,
    /// How long an invitation can be accepted after it was sent, in seconds: 3600 to 2592000.
    invitation_validity_seconds: u32,
    /// How long a person may take from accepting to having joined, in seconds: 3600 to 2592000.
    enrolment_window_seconds: u32,
    /// Most people in one call to invite: 1 to 100.
    max_people_per_call: u16,
    /// Whether invitations go out at once when the call does not say.
    send: Send,
    /// After which ends somebody may be invited again.
    reinvite_after: Vec<Ending>,
    /// Whether an invitation may be handed over as a link instead of by mail.
    links_allowed: bool,
    /// Which letters addresses may have.
    alphabet: Alphabet,
    /// If not empty: the only domains that may be invited.
    allowed_domains: Vec<String>,
    /// Whether a member that has joined has to be disabled before it can be removed.
    disable_before_remove: bool,
    /// Which second factor its people have to show at sign-in.
    second_factor: SecondFactor,
    /// What the states are called, where they are not called by their own words.
    words: StateWords,
}

/// What happens when somebody is invited by mail who has an account with that address proved.
#[derive(Enum, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ExistingAccount {
    /// The person is asked, like everybody; whoever invites cannot tell that there is an account.
    Consent,
    /// The person is a member at once, is told by mail, and can leave by the link in it.
    Join,
}

/// How an invitation can end without anybody joining.
#[derive(Enum, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Ending {
    /// The person said no.
    Rejected,
    /// An administrator took it back.
    Revoked,
    /// The time ran out.
    Expired,
}

/// Which letters addresses may have.
#[derive(Enum, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Alphabet {
    /// ASCII only.
    Ascii,
    /// Any letter; only some mail servers deliver to those.
    International,
}

super::words::words! {
    policy::ExistingAccount => ExistingAccount { Consent, Join }
    policy::Ending => Ending { Rejected, Revoked, Expired }
    email::Alphabet => Alphabet { Ascii, International }
}

impl From<&policy::Policy> for Policy {
    fn from(policy: &policy::Policy) -> Self {
        Self {
            existing_account: policy.existing_account.into(),
            invitation_validity_seconds: policy.invitation_validity.as_secs(),
            enrolment_window_seconds: policy.enrolment_window.as_secs(),
            max_people_per_call: policy.max_people_per_call.into(),
            send: match policy.send {
                policy::Sending::Now => Send::Now,
                policy::Sending::Later => Send::Later,
            },
            reinvite_after: policy.reinvite_after.iter().map(|ending| (*ending).into()).collect(),
            links_allowed: policy.links_allowed,
            alphabet: policy.alphabet.into(),
            allowed_domains: policy.allowed_domains.clone(),
            disable_before_remove: policy.disable_before_remove,
            second_factor: policy.second_factor.into(),
            words: StateWords::from(&policy.words),
        }
    }
}

impl Policy {
    /// These rules as the domain says them, or every fault in them, each at its place below `pointer`.
    pub(crate) fn read(self, pointer: &str) -> Result<policy::Policy, Faults> {
        let mut faults = Vec::new();
        let mut validity = |seconds, field: &str| {
            Validity::from_secs(seconds).unwrap_or_else(|fault| {
                faults.push(Fault::new(field, &fault));
                Validity::MIN
            })
        };
        let invitation_validity = validity(self.invitation_validity_seconds, "/invitation_validity_seconds");
        let enrolment_window = validity(self.enrolment_window_seconds, "/enrolment_window_seconds");
        let words = self.words.read("/words").map_err(|found| faults.extend(found));
        let policy = policy::Policy {
            existing_account: self.existing_account.into(),
            invitation_validity,
            enrolment_window,
            // No policy may have as many as that, so the rule that says so finds it.
            max_people_per_call: u8::try_from(self.max_people_per_call).unwrap_or(u8::MAX),
            send: match self.send {
                Send::Now => policy::Sending::Now,
                Send::Later => policy::Sending::Later,
            },
            reinvite_after: self.reinvite_after.into_iter().map(policy::Ending::from).collect(),
            links_allowed: self.links_allowed,
            alphabet: self.alphabet.into(),
            allowed_domains: self.allowed_domains,
            disable_before_remove: self.disable_before_remove,
            second_factor: self.second_factor.into(),
            words: words.unwrap_or_default(),
        };
        match policy.canonical() {
            Ok(policy) if faults.is_empty() => return Ok(policy),
            Ok(_) => {}
            Err(found) => faults.extend(found.faults().iter().cloned()),
        }
        Err(Faults::of(faults.into_iter().map(|fault| {
            let pointer = format!("{pointer}{}", fault.pointer);
            Fault { pointer, ..fault }
        })))
    }
}
