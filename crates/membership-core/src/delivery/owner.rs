//! What the letters to the owner of an account say. Each is looked at anew when it goes out: a link or a code that opens
//! nothing any more is not sent.

use chrono::{DateTime, Utc};

use super::{Addressee, Postman};
use crate::{
    account::{Account, reset::ResetBy},
    id::{AccountId, ChallengeId},
    link::Purpose,
    outbox::{Content, Leased, MailKind},
    store::StoreError,
};

impl Postman {
    /// What the letter about `account` says and whom it greets, if there is still something to say.
    pub(super) async fn to_owner(
        &self,
        lease: &Leased,
        account: AccountId,
        now: DateTime<Utc>,
    ) -> Result<Option<(Addressee, Content)>, StoreError> {
        let Some(account) = self.directory.account(account).await? else { return Ok(None) };
        let content = if lease.mail.kind == MailKind::SignInCode {
            self.code(lease, &account, now).await?
        } else {
            self.of_account(lease, &account, now)
        };
        Ok(content.map(|content| (Addressee { name: account.name, language: None }, content)))
    }

    fn of_account(&self, lease: &Leased, account: &Account, now: DateTime<Utc>) -> Option<Content> {
        let generation = lease.mail.generation;
        let url = |purpose| self.links.url(&account.link(purpose, generation));
        match lease.mail.kind {
            MailKind::Reset => {
                let reset = account.reset.filter(|reset| reset.generation == generation && now < reset.end());
                let reset = reset.filter(|reset| reset.by == ResetBy::Owner)?;
                Some(Content::Reset { link: url(Purpose::Reset), expires_at: reset.end() })
            }
            MailKind::ConfirmAddress => {
                let change = account.address_change.as_ref().filter(|change| change.generation == generation);
                let change = change.filter(|change| now < change.end())?;
                Some(Content::ConfirmAddress { link: url(Purpose::Address), expires_at: change.end() })
            }
            MailKind::AddressChanged => {
                // Where two changes came in a row, the link in the second letter brings back what the first one had.
                let former = account.former_address.as_ref().filter(|former| now < former.end())?;
                Some(Content::AddressChanged {
                    to: account.proved_email()?.to_string(),
                    restore: self.links.url(&account.link(Purpose::FormerAddress, former.generation)),
                    expires_at: former.end(),
                })
            }
            MailKind::ResetRefused => Some(Content::ResetRefused),
            MailKind::ResetHandedOver => Some(Content::ResetHandedOver),
            MailKind::PasswordChanged => Some(Content::PasswordChanged { forgotten: self.links.forgotten() }),
            MailKind::FactorsChanged => {
                Some(Content::FactorsChanged { kinds: account.kinds, forgotten: self.links.forgotten() })
            }
            MailKind::SignInCode
            | MailKind::Invitation
            | MailKind::BecameMember
            | MailKind::Nominated
            | MailKind::BecameRepresentative
            | MailKind::HandedOver => None,
        }
    }

    async fn code(&self, lease: &Leased, account: &Account, now: DateTime<Utc>) -> Result<Option<Content>, StoreError> {
        let found = self.directory.challenge_of(ChallengeId::from_uuid(lease.mail.subject)).await?;
        let newest = found.filter(|it| it.mailed == lease.mail.generation && it.is_good(account, now));
        Ok(newest.map(|challenge| Content::SignInCode {
            code: challenge.mailed_code(&self.links),
            expires_at: challenge.ends_at,
        }))
    }
}
