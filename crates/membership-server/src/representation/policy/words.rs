//! What a product calls the states.

use std::collections::BTreeMap;

use membership_core::{
    lifecycle::Stage,
    member::MemberStatus,
    name::DisplayName,
    refusal::Fault,
    tenant::policy::{self, Words},
};
use poem_openapi::{Enum, Object};
use serde::Deserialize;

/// What a tenant calls the states. A state that is not named keeps its own word.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StateWords {
    /// Of members.
    member: MemberWords,
    /// Of invitations.
    invitation: InvitationWords,
}

/// What a state is called.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Word {
    /// The word.
    word: String,
    /// How it is coloured; the word always stands beside it.
    tone: Tone,
}

/// How a state is coloured.
#[derive(Enum, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Tone {
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

crate::representation::words::words! {
    policy::Tone => Tone { Amber, AmberGreen, Green, Red, Grey }
}

/// A word for each state, under the state's own.
macro_rules! named_states {
    ($(#[$doc:meta])* $name:ident of $state:ident { $($(#[$field_doc:meta])* $field:ident $key:literal $variant:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Object, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct $name {
            $(
                $(#[$field_doc])*
                #[oai(rename = $key, skip_serializing_if_is_none)]
                #[serde(rename = $key)]
                $field: Option<Word>,
            )+
        }

        impl $name {
            fn of(mut word: impl FnMut($state) -> Option<Word>) -> Self {
                Self { $($field: word($state::$variant),)+ }
            }

            fn read(self, pointer: &str) -> Result<BTreeMap<$state, policy::Word>, Vec<Fault>> {
                read([$(($state::$variant, $key, self.$field),)+], pointer)
            }
        }
    };
}

named_states! {
    /// What the states of members are called.
    MemberWords of MemberStatus {
        /// Asked to join, and has not yet.
        not_joined "not-joined" NotJoined,
        /// In good standing.
        enabled "enabled" Enabled,
        /// Shut out until enabled again.
        disabled "disabled" Disabled,
        /// Gone for good.
        removed "removed" Removed,
    }
}

named_states! {
    /// What the states of invitations are called.
    InvitationWords of Stage {
        /// Made, not sent.
        ready "ready" Ready,
        /// Sent: its newest link is open.
        invited "invited" Invited,
        /// The person has said yes and is on the way.
        accepted "accepted" Accepted,
        /// The person is a member.
        joined "joined" Joined,
        /// The person has said no.
        rejected "rejected" Rejected,
        /// Taken back by an administrator.
        revoked "revoked" Revoked,
        /// The time ran out.
        expired "expired" Expired,
    }
}

fn read<State: Ord, const N: usize>(
    words: [(State, &str, Option<Word>); N],
    pointer: &str,
) -> Result<BTreeMap<State, policy::Word>, Vec<Fault>> {
    let (mut read, mut faults) = (BTreeMap::new(), Vec::new());
    for (state, key, word) in words {
        let Some(Word { word, tone }) = word else { continue };
        match DisplayName::parse(&word) {
            Ok(word) => drop(read.insert(state, policy::Word { word, tone: tone.into() })),
            Err(fault) => faults.push(Fault::new(format!("{pointer}/{key}/word"), &fault)),
        }
    }
    if faults.is_empty() { Ok(read) } else { Err(faults) }
}

impl From<&policy::Word> for Word {
    fn from(word: &policy::Word) -> Self {
        Self { word: word.word.to_string(), tone: word.tone.into() }
    }
}

/// Those that are named.
impl From<&Words> for StateWords {
    fn from(words: &Words) -> Self {
        Self {
            member: MemberWords::of(|status| words.member.get(&status).map(Word::from)),
            invitation: InvitationWords::of(|stage| words.invitation.get(&stage).map(Word::from)),
        }
    }
}

impl From<(&str, policy::Tone)> for Word {
    fn from((word, tone): (&str, policy::Tone)) -> Self {
        Self { word: word.to_owned(), tone: tone.into() }
    }
}

impl StateWords {
    /// All of them: where a state is not named, its own word.
    pub(crate) fn all(words: &Words) -> Self {
        let word = |word: (&str, policy::Tone)| Some(Word::from(word));
        Self {
            member: MemberWords::of(|status| word(words.of_status(status))),
            invitation: InvitationWords::of(|stage| word(words.of_stage(stage))),
        }
    }

    /// These words as the domain says them, or every fault in them, each at its place below `pointer`.
    pub(super) fn read(self, pointer: &str) -> Result<Words, Vec<Fault>> {
        let member = self.member.read(&format!("{pointer}/member"));
        let invitation = self.invitation.read(&format!("{pointer}/invitation"));
        match (member, invitation) {
            (Ok(member), Ok(invitation)) => Ok(Words { invitation, member }),
            (member, invitation) => Err([member.err(), invitation.err()].into_iter().flatten().flatten().collect()),
        }
    }
}
