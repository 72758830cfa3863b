//! A passkey without cryptography: it says that it is there, and how often it was used.

use membership_core::{
    account::{
        Account,
        passkey::{Ceremony, CredentialId, Passkey, PasskeyAnswer},
    },
    id::AccountId,
    ports::{Begun, Passkeys, Secret, ShownPasskey},
};
use serde::{Deserialize, Serialize};

use crate::PlainSecrets;

/// What a browser would hold: makes the answers that [`PlainSecrets`] takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainPasskey {
    owner: AccountId,
    credential: Vec<u8>,
    used: u32,
    asked: String,
}

impl PlainPasskey {
    /// One of `owner`'s.
    pub const fn new(owner: AccountId, credential: Vec<u8>) -> Self {
        Self { owner, credential, used: 0, asked: String::new() }
    }

    /// Its answer in `ceremony`. Each is another, as its counter rises.
    pub fn answer(&mut self, ceremony: &Ceremony) -> PasskeyAnswer {
        self.used += 1;
        self.asked.clone_from(&ceremony.options);
        let credential = Secret::new(serde_json::to_string(self).unwrap_or_default());
        PasskeyAnswer { state: ceremony.state.clone(), credential }
    }

    fn read(answer: &str) -> Option<Self> {
        serde_json::from_str(answer).ok()
    }

    fn shown(self) -> ShownPasskey {
        ShownPasskey { credential: CredentialId::from_bytes(self.credential), key: self.used.to_string() }
    }
}

impl Passkeys for PlainSecrets {
    fn begin_adding(&self, owner: &Account, held: &[Passkey]) -> Option<Begun> {
        Some(asked(&format!("add to {} beside {}", owner.id, held.len())))
    }

    fn finish_adding(&self, state: &str, answer: &str) -> Option<ShownPasskey> {
        PlainPasskey::read(answer).filter(|passkey| passkey.asked == state).map(PlainPasskey::shown)
    }

    fn begin_showing(&self, held: &[Passkey]) -> Option<Begun> {
        Some(asked(&format!("show one of {}", held.len())))
    }

    fn owner(&self, answer: &str) -> Option<AccountId> {
        PlainPasskey::read(answer).map(|passkey| passkey.owner)
    }

    fn finish_showing(&self, state: &str, answer: &str, held: &[Passkey]) -> Option<ShownPasskey> {
        let passkey = PlainPasskey::read(answer).filter(|passkey| passkey.asked == state)?;
        let known = held.iter().find(|held| held.credential.as_bytes() == passkey.credential)?;
        let before: u32 = known.key.parse().ok()?;
        (passkey.used > before).then(|| passkey.shown())
    }
}

fn asked(what: &str) -> Begun {
    Begun { options: what.to_owned(), state: what.to_owned() }
}
