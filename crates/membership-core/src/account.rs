//! Accounts: one person that can sign in, member of any number of tenants.

pub mod address;
pub mod api_key;
pub mod challenge;
pub mod change_password;
pub mod close;
pub mod credential;
pub mod enrol;
pub mod factor;
pub mod guess;
pub mod own_password;
pub mod passkey;
pub mod password;
pub mod profile;
pub mod register;
pub mod reset;
pub mod session;
pub mod sign_in;
pub mod sign_out;

use chrono::{DateTime, Utc};

pub use api_key::{ApiKey, ApiKeySecret};
pub use challenge::{Challenge, ChallengeKey};
pub use factor::{FactorKind, Factors, Kinds};
pub use session::{Session, SessionKey, SessionKeyHash};

use crate::{
    account::{
        address::{AddressChange, FormerAddress},
        reset::Reset,
    },
    actor::{Denied, Duty, Principal},
    email::EmailAddress,
    id::AccountId,
    link::{Link, LinkFault, Purpose},
    name::{DisplayName, Username},
    ports::PasswordHash,
    store::Tx,
};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// What the person calls himself or herself.
    pub name: DisplayName,
    /// The name to sign in with, unique in the installation.
    pub username: Option<Username>,
    /// The person's address.
    pub email: Option<AccountEmail>,
    /// The password, hashed; `None` if the account has another way to sign in.
    pub password: Option<PasswordHash>,
    /// When it was made.
    pub registered_at: DateTime<Utc>,
    /// Whether somebody else chose the password: then it has to be replaced before anything else.
    pub password_is_temporary: bool,
    /// What every new session carries. It only rises: whenever all sessions of the account shall end, or those in one
    /// tenant. A number and not a moment, because the clocks of several servers differ.
    pub epoch: u32,
    /// Sessions of an earlier epoch are over.
    pub sessions_from_epoch: u32,
    /// API keys of an earlier epoch are over.
    pub keys_from_epoch: u32,
    /// When the person last signed in.
    pub last_signed_in_at: Option<DateTime<Utc>>,
    /// The second factors that it has.
    pub kinds: Kinds,
    /// Counts what was issued about the account itself: links, and letters that tell of a change. The newest of each kind
    /// carries a number that none had before.
    pub links: u32,
    /// The link to choose another password by, if one is out.
    pub reset: Option<Reset>,
    /// The address that it shall have, if a link to confirm it is out.
    pub address_change: Option<AddressChange>,
    /// The address that it had before, as long as that can be brought back.
    pub former_address: Option<FormerAddress>,
    /// When its owner closed it. Nobody signs in to it any more.
    pub closed_at: Option<DateTime<Utc>>,
}

/// The account of whoever asks, as it is under the lock that `tx` holds, if it still stands by the session that asks.
pub(crate) async fn own(tx: &mut dyn Tx, principal: Principal) -> Result<Account, Denied> {
    let account = tx.account(principal.account).await?.ok_or(Denied::SignedOut)?;
    principal.is_still_of(&account)?;
    Ok(account)
}

/// An address of an account: a mere claim until a mail to it came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEmail {
    /// The address.
    pub address: EmailAddress,
    /// When it was proved by a link that had been mailed to it. A proved address is unique in the installation and
    /// can be signed in with; a claimed one means nothing.
    pub proved_at: Option<DateTime<Utc>>,
}

/// What a person types to say who he or she is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// A proved address.
    Email(EmailAddress),
    /// A username.
    Username(Username),
}

impl Account {
    /// An account that is made at `now`.
    pub const fn new(id: AccountId, name: DisplayName, now: DateTime<Utc>) -> Self {
        Self {
            id,
            name,
            username: None,
            email: None,
            password: None,
            registered_at: now,
            password_is_temporary: false,
            epoch: 0,
            sessions_from_epoch: 0,
            keys_from_epoch: 0,
            last_signed_in_at: None,
            kinds: Kinds::NONE,
            links: 0,
            reset: None,
            address_change: None,
            former_address: None,
            closed_at: None,
        }
    }

    /// The address, if it was proved.
    pub fn proved_email(&self) -> Option<&EmailAddress> {
        self.email.as_ref().filter(|email| email.proved_at.is_some()).map(|email| &email.address)
    }

    /// This account with a password that its owner chose. Every session it had is over, and so is every link that was out.
    #[must_use]
    pub fn with_password(self, password: PasswordHash) -> Self {
        Self { password: Some(password), password_is_temporary: false, ..self }.without_links().without_sessions()
    }

    /// This account once every session it had is over.
    #[must_use]
    pub fn without_sessions(self) -> Self {
        let epoch = self.epoch.saturating_add(1);
        Self { epoch, sessions_from_epoch: epoch, ..self }
    }

    /// This account once every API key that acts for it is over too: somebody else may have made one.
    #[must_use]
    pub fn without_keys(self) -> Self {
        let account = self.without_sessions();
        Self { keys_from_epoch: account.epoch, ..account }
    }

    /// This account once every link to another password or address is dead. The one that brings a former address back is
    /// for the owner of that mailbox, and stays.
    #[must_use]
    pub fn without_links(self) -> Self {
        Self { reset: None, address_change: None, ..self }.counting()
    }

    /// This account with the next number for a link or a letter.
    #[must_use]
    pub fn counting(self) -> Self {
        Self { links: self.links.saturating_add(1), ..self }
    }

    /// What to say of a link about this account that opens nothing.
    pub const fn dead(&self, link: Link) -> LinkFault {
        if link.generation <= self.links { LinkFault::Superseded } else { LinkFault::Unknown }
    }

    /// What the newest link about this account says, if it is for `purpose`.
    pub const fn link(&self, purpose: Purpose, generation: u32) -> Link {
        Link { purpose, tenant: uuid::Uuid::nil(), subject: self.id.as_uuid(), generation }
    }

    /// Who asks, when `session` of this account does.
    pub fn principal(&self, session: &Session) -> Principal {
        Principal {
            account: self.id,
            epoch: session.epoch,
            owes: self.password_is_temporary.then_some(Duty::NewPassword),
            since: session.started_at,
            with: session.with,
            has: self.kinds,
            key: None,
        }
    }

    /// What to call the account on a screen: its username, its address, or its name.
    pub fn label(&self) -> String {
        let username = self.username.as_ref().map(ToString::to_string);
        let email = || self.email.as_ref().map(|email| email.address.to_string());
        username.or_else(email).unwrap_or_else(|| self.name.to_string())
    }
}

impl Login {
    /// Reads what was typed; `None` if no account can have it.
    pub fn parse(text: &str) -> Option<Self> {
        if text.contains('@') {
            EmailAddress::parse(text, crate::email::Alphabet::International).ok().map(Self::Email)
        } else {
            Username::parse(text).ok().map(Self::Username)
        }
    }
}
