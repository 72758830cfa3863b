//! Register: the invitee has no account yet; the link makes one and joins with it, in one transaction.

use crate::{
    Membership,
    account::{Account, AccountEmail, Kinds, Login, Session, SessionKey},
    context::Context,
    event::Event,
    id::{AccountId, TenantId},
    invitation::{
        Channel,
        admit::NotAdmitted,
        join::{self, JoinError},
    },
    lifecycle::Command,
    link::Purpose,
    member::Member,
    name::{DisplayName, NameFault, Username},
    ports::{HashingError, PasswordHash, Secret},
    refusal::{Fault, Faults, refusals},
    store::{Scope, StoreError},
};

/// Make an account by an invitation's link, and join with it. The address is the invitation's; nobody can choose another.
#[derive(Debug, Clone)]
pub struct Register {
    /// The token of the invitation's newest link.
    pub token: String,
    /// What the person is called.
    pub name: String,
    /// The name to sign in with; needed where the link was not mailed, because then there is no address.
    pub username: Option<String>,
    /// The new password.
    pub password: Secret,
}

/// A new member with a new account, signed in.
#[derive(Debug)]
pub struct Registered {
    /// The member.
    pub member: Member,
    /// The account.
    pub account: Account,
    /// The session.
    pub session: Session,
    /// The session's key.
    pub key: SessionKey,
}

refusals! {
    /// Why no account was made.
    pub enum RegisterError {
        /// Somebody is signed in.
        SignedIn = Conflict "signed-in-already"
            ("you are signed in, so there is nothing to register", "join with this account, or sign out first");
        /// The address has an account. Only the mailbox's owner gets here, so this tells nobody anything new.
        HasAccount = Conflict "account-exists"
            ("there is an account with the invited address already", "sign in with it to join; nothing was changed");
        /// A link that was handed over cannot make an account with an address that it asks to be proved.
        AddressNotProved = Forbidden "invitation-address-not-proved"
            ("this link was handed over, so it does not prove the address that it is bound to",
             "sign in with an account that has proved the address, or ask for an invitation by mail");
    } passing Join(JoinError), Faults(Faults), Hashing(HashingError)
}

refusals! {
    /// What is missing in a registration.
    pub enum RegisterFault {
        /// No name to sign in with.
        NoUsername = Invalid "username-missing"
            ("this link carries no address to sign in with, so a username is needed", "choose a username");
    }
}

impl Membership {
    /// Makes an account by the link and joins with it. The person is signed in afterwards.
    pub async fn register(&self, ctx: &Context, command: Register) -> Result<Registered, RegisterError> {
        if ctx.actor.account().is_ok() {
            return Err(RegisterError::SignedIn);
        }
        let link = self.links.read(Purpose::Invitation, &command.token).map_err(not_admitted)?;
        let tenant = TenantId::from_uuid(link.tenant);
        let (name, username) = typed(&command)?;
        // Look before hashing: a dead link must not cost a hash. Everything is asked again under the next lock.
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await.map_err(not_admitted)?;
        let door = self.read_door(tx.as_mut(), &link, ctx).await.map_err(JoinError::from)?;
        door.admits(&link, Command::Join, ctx.now).map_err(JoinError::from)?;
        let email = address_of(&door.invitation.channel, ctx)?;
        if let Some(email) = &email
            && tx.account_by_login(&Login::Email(email.address.clone())).await.map_err(not_admitted)?.is_some()
        {
            return Err(RegisterError::HasAccount);
        }
        drop(tx);
        let texts = [name.as_str(), door.tenant.name.as_str(), username.as_ref().map_or("", Username::as_str)];
        self.registrable(&command.password, &texts, username.as_ref(), email.as_ref())?;
        let password = self.passwords.hash(command.password.clone()).await?;

        let mut tx = self.store.begin(Scope::Tenant(tenant)).await.map_err(not_admitted)?;
        let door = self.read_door(tx.as_mut(), &link, ctx).await.map_err(JoinError::from)?;
        let account = new_account(self, ctx, name, username, email, password);
        let (member, mut events) = join::decide(door, &link, account.clone(), ctx)?;
        let (session, key) = Session::start(&account, Kinds::NONE, ctx, self.entropy.as_ref());
        events.insert(0, Event::AccountRegistered(account.clone()));
        events.push(Event::SessionStarted(session.clone()));
        tx.commit(ctx, &events).await.map_err(|error| match error {
            StoreError::EmailTaken => RegisterError::HasAccount,
            other @ (StoreError::Unavailable { .. }
            | StoreError::Corrupt { .. }
            | StoreError::UsernameTaken
            | StoreError::Raced { .. }) => not_admitted(other),
        })?;
        Ok(Registered { member, account, session, key })
    }

    fn registrable(
        &self,
        password: &Secret,
        texts: &[&str],
        username: Option<&Username>,
        email: Option<&AccountEmail>,
    ) -> Result<(), Faults> {
        let address = email.map(|email| email.address.as_str());
        let mut faults = Vec::new();
        if username.is_none() && address.is_none() {
            faults.push(Fault::new("/username", &RegisterFault::NoUsername));
        }
        if let Err(fault) = self.check_password(password, texts.iter().copied().chain(address), Kinds::NONE) {
            faults.push(Fault::new("/password", &fault));
        }
        Faults::refuse(faults)
    }
}

fn typed(command: &Register) -> Result<(DisplayName, Option<Username>), Faults> {
    let name = DisplayName::parse(&command.name);
    let username = command.username.as_deref().map(Username::parse).transpose();
    let fault = |pointer: &str, fault: &NameFault| Fault::new(pointer, fault);
    match (name, username) {
        (Ok(name), Ok(username)) => Ok((name, username)),
        (name, username) => {
            let name = name.err().map(|f| fault("/name", &f));
            let username = username.err().map(|f| fault("/username", &f));
            Err(Faults::of(name.into_iter().chain(username)))
        }
    }
}

/// The address that the new account has: the invited one, proved, if the link came by mail.
fn address_of(channel: &Channel, ctx: &Context) -> Result<Option<AccountEmail>, RegisterError> {
    match channel {
        Channel::Mail(address) => Ok(Some(AccountEmail { address: address.clone(), proved_at: Some(ctx.now) })),
        Channel::Link(None) => Ok(None),
        Channel::Link(Some(_)) => Err(RegisterError::AddressNotProved),
    }
}

fn new_account(
    membership: &Membership,
    ctx: &Context,
    name: DisplayName,
    username: Option<Username>,
    email: Option<AccountEmail>,
    password: PasswordHash,
) -> Account {
    let account = Account::new(AccountId::new(ctx.now, membership.entropy.as_ref()), name, ctx.now);
    Account { username, email, password: Some(password), ..account }
}

fn not_admitted(error: impl Into<NotAdmitted>) -> RegisterError {
    JoinError::NotAdmitted(error.into()).into()
}
