//! The address of an account: it counts once its owner has come back by a link that was mailed there, signed in. Who had
//! another before is told there, with a link that brings it back.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Membership,
    account::{self, Account, AccountEmail, Login, guess::TooOften, own_password::OwnPasswordError},
    actor::Denied,
    context::Context,
    email::{Alphabet, EmailAddress},
    event::{Event, FactorChange},
    id::AccountId,
    link::{Link, LinkFault, Purpose},
    ports::Secret,
    refusal::{Faults, refusals},
    store::{Scope, StoreError, Tx},
    tenant::Validity,
    traces::{Pace, TraceKey},
};

/// How long the address of before can be brought back: 7 days.
pub const UNDO_WITHIN: TimeDelta = TimeDelta::days(7);

/// An address that an account shall have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressChange {
    /// The address.
    pub to: EmailAddress,
    /// Which of the account's links confirms it.
    pub generation: u32,
    /// When it was asked for.
    pub asked_at: DateTime<Utc>,
}

/// An address that an account had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerAddress {
    /// The address, proved then.
    pub address: EmailAddress,
    /// Which of the account's links brings it back.
    pub generation: u32,
    /// When another took its place.
    pub until: DateTime<Utc>,
}

/// Have another address, or prove the one that the account claims.
#[derive(Debug, Clone)]
pub struct ChangeAddress {
    /// The address, as typed.
    pub to: String,
    /// The password, as typed.
    pub password: Secret,
}

refusals! {
    /// Why the address is as it was.
    pub enum AddressError {
        /// It is the account's already.
        Unchanged = Conflict "address-unchanged"
            ("the account has proved this address already", "nothing needs to be done");
        /// Too late.
        Expired = Gone "address-link-expired"
            ("this link could be used for 24 hours", "ask for another");
        /// Too late to bring the old one back.
        UndoExpired = Gone "former-address-link-expired"
            ("this link could be used for 7 days", "ask the operator of the service for help");
        /// Somebody else is signed in.
        NotYours = Forbidden "address-link-of-another"
            ("this link is for another account than the one that is signed in",
             "sign in with the account that asked for it; if you did not ask, ignore the mail");
    } passing Link(LinkFault), OwnPassword(OwnPasswordError), Faults(Faults), Denied(Denied), TooOften(TooOften), Store(StoreError)
}

impl AddressChange {
    /// The first moment at which its link is no longer good.
    pub fn end(&self) -> DateTime<Utc> {
        Validity::ONE_DAY.end(self.asked_at)
    }
}

impl FormerAddress {
    /// The first moment at which its link is no longer good.
    pub fn end(&self) -> DateTime<Utc> {
        self.until + UNDO_WITHIN
    }
}

impl Membership {
    /// Mails a link to the address that the account shall have. Whether another account has that address is not told: then
    /// nothing is mailed.
    pub async fn change_address(&self, ctx: &Context, command: ChangeAddress) -> Result<AddressChange, AddressError> {
        let principal = ctx.actor.person()?;
        if !principal.has.is_empty() {
            principal.has_just_signed_in(ctx.now)?;
        }
        let to = EmailAddress::parse(&command.to, Alphabet::International);
        let to = to.map_err(|fault| Faults::one("/to", &fault))?;
        self.paced(ctx, [mail_pace(principal.account)]).await?;
        let proved = self.prove_password(ctx, principal, command.password).await?;

        let (mut tx, account) = self.still_proved(principal, &proved).await?;
        if account.proved_email() == Some(&to) {
            return Err(AddressError::Unchanged);
        }
        let taken = tx.account_by_login(&Login::Email(to.clone())).await?.is_some();
        let account = account.counting();
        let change = AddressChange { to, generation: account.links, asked_at: ctx.now };
        let account = Account { address_change: Some(change.clone()), ..account };
        tx.commit(ctx, &[Event::AddressChangeAsked { account, taken }]).await?;
        Ok(change)
    }

    /// The account has the address from now on, because its owner, signed in, has come back by the link that was mailed
    /// there. Whoever had another before is told, with a link that brings it back.
    pub async fn confirm_address(&self, ctx: &Context, token: &str) -> Result<Account, AddressError> {
        let link = self.links.read(Purpose::Address, token)?;
        let principal = ctx.actor.person()?;
        if principal.account.as_uuid() != link.subject {
            return Err(AddressError::NotYours);
        }
        let mut tx = self.store.begin(Scope::Account(principal.account)).await?;
        let before = account::own(tx.as_mut(), principal).await?;
        let change = before.address_change.clone().filter(|change| change.generation == link.generation);
        let change = change.ok_or_else(|| before.dead(link))?;
        if ctx.now >= change.end() {
            return Err(AddressError::Expired);
        }
        is_free(tx.as_mut(), before.id, &change.to).await?;
        let account = decide(before.clone(), change, ctx);
        let changed = Event::AddressChanged { before: Box::new(before), account: Box::new(account.clone()) };
        tx.commit(ctx, &[changed]).await?;
        Ok(account)
    }

    /// What the page behind the link in the mail to the old address shows: that address. It changes nothing.
    pub async fn open_former_address(&self, ctx: &Context, token: &str) -> Result<EmailAddress, AddressError> {
        let link = self.links.read(Purpose::FormerAddress, token)?;
        let id = AccountId::from_uuid(link.subject);
        let account = self.store.begin(Scope::Account(id)).await?.account(id).await?.ok_or(LinkFault::Unknown)?;
        Ok(former(&account, link, ctx)?.address)
    }

    /// Brings back the address that the account had. Whoever changed it may be somebody else, so the password, every
    /// session, every link, every API key, the recovery codes, codes by mail, and an app from seven days before the change on
    /// are gone: the owner of the mailbox chooses a password by a link.
    pub async fn restore_address(&self, ctx: &Context, token: &str) -> Result<Account, AddressError> {
        let link = self.links.read(Purpose::FormerAddress, token)?;
        let id = AccountId::from_uuid(link.subject);
        let mut tx = self.store.begin(Scope::Account(id)).await?;
        let before = tx.account(id).await?.ok_or(LinkFault::Unknown)?;
        let former = former(&before, link, ctx)?;
        is_free(tx.as_mut(), id, &former.address).await?;
        // Whoever changed the address may have added a second factor first.
        let factors = tx.factors(id).await?.older_than(former.until - UNDO_WITHIN);
        let email = AccountEmail { address: former.address, proved_at: Some(ctx.now) };
        let account = Account {
            email: Some(email),
            password: None,
            former_address: None,
            kinds: factors.kinds(),
            ..before.without_links().without_keys()
        };
        let change = FactorChange::Restored;
        let events = [
            Event::AddressRestored(account.clone()),
            Event::FactorsChanged { account: account.clone(), factors, change },
        ];
        tx.commit(ctx, &events).await?;
        Ok(account)
    }
}

/// The account with its new address. What was mailed to the old one opens nothing any more, but for the way back.
fn decide(account: Account, change: AddressChange, ctx: &Context) -> Account {
    let links = account.links.saturating_add(1);
    let former = account.proved_email().filter(|old| **old != change.to).cloned();
    let former = former.map(|address| FormerAddress { address, generation: links, until: ctx.now });
    Account {
        email: Some(AccountEmail { address: change.to, proved_at: Some(ctx.now) }),
        links,
        // The oldest that can still be brought back stays: two changes in a row must not hide the owner's own.
        former_address: account.former_address.clone().filter(|old| ctx.now < old.end()).or(former),
        ..account.without_links()
    }
}

fn former(account: &Account, link: Link, ctx: &Context) -> Result<FormerAddress, AddressError> {
    let former = account.former_address.clone().filter(|former| former.generation == link.generation);
    let former = former.filter(|_| account.closed_at.is_none()).ok_or_else(|| account.dead(link))?;
    if ctx.now >= former.end() { Err(AddressError::UndoExpired) } else { Ok(former) }
}

/// Refuses an address that another account than `own` has proved.
async fn is_free(tx: &mut dyn Tx, own: AccountId, address: &EmailAddress) -> Result<(), StoreError> {
    match tx.account_by_login(&Login::Email(address.clone())).await? {
        Some(other) if other.id != own => Err(StoreError::EmailTaken),
        Some(_) | None => Ok(()),
    }
}

/// How often links are mailed for one account: three at once, and one more every ten minutes.
fn mail_pace(account: AccountId) -> Pace {
    let key = TraceKey::of("address", account.as_uuid().as_bytes());
    Pace { key, burst: 3, every: TimeDelta::minutes(10) }
}
