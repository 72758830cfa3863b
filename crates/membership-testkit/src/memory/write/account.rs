//! Accounts and their sessions. Whoever writes an account in passing holds another lock, so nothing but the fact itself is
//! written.

use membership_core::{
    account::{Account, Session},
    id::AccountId,
    store::StoreError,
};

use super::{super::tables::Tables, constraint};

impl Tables {
    pub(super) fn new_account(&mut self, account: &Account) -> Result<(), StoreError> {
        constraint("account.id", !self.accounts.contains_key(&account.id))?;
        let taken = |other: &Account| account.username.is_some() && other.username == account.username;
        if self.accounts.values().any(taken) {
            return Err(StoreError::UsernameTaken);
        }
        self.is_free(account)?;
        self.accounts.insert(account.id, account.clone());
        Ok(())
    }

    fn is_free(&self, account: &Account) -> Result<(), StoreError> {
        let others = self.accounts.values().filter(|other| other.id != account.id);
        let proved = others.filter_map(Account::proved_email).any(|address| account.proved_email() == Some(address));
        if proved { Err(StoreError::EmailTaken) } else { Ok(()) }
    }

    fn known_account(&mut self, account: &Account) -> Result<&mut Account, StoreError> {
        let known = self.accounts.get_mut(&account.id);
        known.ok_or_else(|| StoreError::Raced { constraint: "account.present".to_owned() })
    }

    pub(super) fn address_proved(&mut self, account: &Account) -> Result<(), StoreError> {
        self.is_free(account)?;
        let known = self.known_account(account)?;
        let address = |account: &Account| account.email.as_ref().map(|email| email.address.clone());
        constraint("account.email", address(known) == address(account))?;
        known.email.clone_from(&account.email);
        Ok(())
    }

    /// Writes what whoever holds the account may write. Its epoch is raised by others too, and never lowered.
    pub(super) fn owned(&mut self, account: &Account) -> Result<(), StoreError> {
        self.is_free(account)?;
        let known = self.known_account(account)?;
        let (epoch, last_signed_in_at) = (known.epoch.max(account.epoch), known.last_signed_in_at);
        *known = Account { epoch, last_signed_in_at, ..account.clone() };
        let over = |owner: AccountId, epoch: u32| owner == account.id && epoch < account.sessions_from_epoch;
        self.sessions.retain(|_, session| !over(session.account, session.epoch));
        self.challenges.retain(|_, challenge| !over(challenge.account, challenge.epoch));
        Ok(())
    }

    pub(super) fn session_started(&mut self, session: &Session) -> Result<(), StoreError> {
        constraint("session.key", self.sessions.values().all(|other| other.key != session.key))?;
        let account = self.accounts.get_mut(&session.account);
        let account = account.ok_or_else(|| StoreError::Raced { constraint: "session.account".to_owned() })?;
        account.last_signed_in_at = account.last_signed_in_at.max(Some(session.started_at));
        let before = self.sessions.insert(session.id, session.clone());
        constraint("session.id", before.is_none())
    }
}
