//! The store: one lock, precise questions, one door for writing.
//!
//! An adapter is right when it passes the conformance suite of `membership-testkit`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    account::{Account, ApiKey, Challenge, Factors, Login},
    context::Context,
    department::{Department, DepartmentUse, Departments},
    email::EmailAddress,
    event::Event,
    id::{
        AccountId, ApiKeyId, ChallengeId, DepartmentId, ImportId, InvitationId, MemberId, RoleId, TenantId, TransferId,
    },
    import::Import,
    installation::Installation,
    invitation::Invitation,
    member::{Member, transfer::Transfer},
    name::{DisplayName, Username},
    refusal::refusals,
    role::{Access, Grant, assignment::Until},
    tenant::{Tenant, representative::Nomination},
};

/// What a transaction is about: what it locks, and whose audit its events stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The installation as a whole: its set-up, and the making of tenants.
    Installation,
    /// One tenant.
    Tenant(TenantId),
    /// One account.
    Account(AccountId),
}

refusals! {
    /// Why the store could not do its part. Nothing was changed.
    pub enum StoreError {
        /// The database cannot be reached, is full, or did not answer in time.
        Unavailable {
            /// What it said; for the log, not for the person.
            detail: String,
        } = Unavailable "store-unavailable" ("the database is not available at this moment", "try again in a moment");
        /// A stored record makes no sense.
        Corrupt {
            /// Which, and why; for the log.
            detail: String,
        } = Internal "record-corrupt" ("a stored record is damaged", "tell the operator; `membership doctor` names the record");
        /// A username that somebody else took in this very moment, or has had.
        UsernameTaken = Conflict "username-taken" ("this username is taken", "choose another username");
        /// An address that an account has proved.
        EmailTaken = Conflict "email-taken" ("an account with this address exists", "sign in with that account instead");
        /// Another change to the same thing came first.
        Raced {
            /// The constraint that said so; for the log.
            constraint: String,
        } = Conflict "changed-meanwhile" ("something else changed this at the same moment", "look at it again and repeat if it still makes sense");
    }
}

/// By what members are recognised.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recognition {
    /// By identifier.
    pub ids: Vec<MemberId>,
    /// By the name that the member signs in with.
    pub usernames: Vec<Username>,
    /// By the address that the tenant knows the member by.
    pub emails: Vec<EmailAddress>,
    /// By name, letter for letter: only members of whom the tenant knows no address.
    pub names: Vec<DisplayName>,
}

/// The port to a database.
#[async_trait]
pub trait Store: Send + Sync {
    /// Begins a transaction that holds the lock of `scope` (an account's own row too) until it is committed or dropped. Dropping it undoes it.
    async fn begin(&self, scope: Scope) -> Result<Box<dyn Tx>, StoreError>;
}

/// An open transaction: questions, then one commit.
#[async_trait]
pub trait Tx: Send {
    /// The installation.
    async fn installation(&mut self) -> Result<Installation, StoreError>;

    /// The tenant that this transaction is about; `None` if there is none, or it is about something else.
    async fn tenant(&mut self) -> Result<Option<Tenant>, StoreError>;

    /// Its applications, in their order, and its roles, by name: what its catalogue is compiled from. Both are empty if
    /// this transaction is about something else.
    async fn access(&mut self) -> Result<Access, StoreError>;

    /// Its departments, in no order. Empty if this transaction is about something else.
    async fn departments(&mut self) -> Result<Vec<Department>, StoreError>;

    /// What stands in the way of deleting `department`, beside those below it.
    async fn department_use(&mut self, department: DepartmentId) -> Result<DepartmentUse, StoreError>;

    /// Up to `limit` members of this tenant that belong to `department` itself, by their ids, removed ones not.
    async fn members_in(&mut self, department: DepartmentId, limit: u16) -> Result<Vec<Member>, StoreError>;

    /// Up to `limit` members of this tenant that were given something for `department` itself, by their ids.
    async fn holders_within(&mut self, department: DepartmentId, limit: u16) -> Result<Vec<Member>, StoreError>;

    /// Those members of this tenant that belong to several departments, and to one that is `top` or below it: what each belongs
    /// to.
    async fn members_across(&mut self, top: DepartmentId) -> Result<Vec<(MemberId, Departments)>, StoreError>;

    /// What anybody of this tenant was given for one of `departments` themselves, with its end, each once.
    async fn granted_within(&mut self, departments: &[DepartmentId]) -> Result<Vec<(Grant, Until)>, StoreError>;

    /// A member of this tenant, removed ones too.
    async fn member(&mut self, member: MemberId) -> Result<Option<Member>, StoreError>;

    /// The member of this tenant that `account` is. Removed members are no members.
    async fn member_of(&mut self, account: AccountId) -> Result<Option<Member>, StoreError>;

    /// The representative administrator of this tenant.
    async fn representative(&mut self) -> Result<Option<Member>, StoreError>;

    /// Those members of this tenant, not removed, that are known by one of `addresses`.
    async fn members_at(&mut self, addresses: &[EmailAddress]) -> Result<Vec<Member>, StoreError>;

    /// How many members of this tenant were given `role`, whether or not it still counts.
    async fn holders_of(&mut self, role: RoleId) -> Result<u64, StoreError>;

    /// Up to `limit` members of this tenant that have not joined, with their invitations, newest first, those after
    /// `after`.
    async fn waiting(&mut self, after: Option<MemberId>, limit: u16) -> Result<Vec<(Member, Invitation)>, StoreError>;

    /// A hand-over of this tenant.
    async fn transfer(&mut self, id: TransferId) -> Result<Option<Transfer>, StoreError>;

    /// Those hand-overs of this tenant that are not finished, oldest first.
    async fn open_transfers(&mut self) -> Result<Vec<Transfer>, StoreError>;

    /// The newest offer to become this tenant's representative, if it was not answered.
    async fn nomination(&mut self) -> Result<Option<Nomination>, StoreError>;

    /// An invitation of this tenant.
    async fn invitation(&mut self, id: InvitationId) -> Result<Option<Invitation>, StoreError>;

    /// An account, whichever scope this transaction has.
    async fn account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError>;

    /// An account, held until this transaction ends: whatever a transaction about a tenant writes of an account, it has read
    /// this way before. A transaction about the account itself holds it anyway.
    async fn hold_account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError>;

    /// The second factors of an account; none if there is no such account.
    async fn factors(&mut self, id: AccountId) -> Result<Factors, StoreError>;

    /// A sign-in that waits for its second factor.
    async fn challenge(&mut self, id: ChallengeId) -> Result<Option<Challenge>, StoreError>;

    /// An API key of this tenant.
    async fn api_key(&mut self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError>;

    /// How many API keys of this tenant are good at `now`.
    async fn good_api_keys(&mut self, now: DateTime<Utc>) -> Result<u64, StoreError>;

    /// How many tenants, beside this one, `account` is a member of, joined and not removed.
    async fn other_places(&mut self, account: AccountId) -> Result<u64, StoreError>;

    /// The account that somebody signs in to with `login`: by proved address or by username.
    async fn account_by_login(&mut self, login: &Login) -> Result<Option<Account>, StoreError>;

    /// Those members of this tenant, not removed, that one of `keys` recognises, each once.
    async fn members_recognised(&mut self, keys: &Recognition) -> Result<Vec<Member>, StoreError>;

    /// Those accounts that somebody signs in to with one of `logins`, each once.
    async fn accounts_by_logins(&mut self, logins: &[Login]) -> Result<Vec<Account>, StoreError>;

    /// An import of this tenant.
    async fn import(&mut self, id: ImportId) -> Result<Option<Import>, StoreError>;

    /// The import of this tenant that is being carried out.
    async fn running_import(&mut self) -> Result<Option<ImportId>, StoreError>;

    /// Writes all of `events`, in this order, with one audit record each and the mail they owe or cancel: all of it
    /// durable when this returns, or nothing. There is no other way to write.
    ///
    /// Events of a tenant stand in that tenant's audit, all others in the scope's. A commit may found one tenant: then
    /// the events of the new tenant begin a new audit.
    async fn commit(self: Box<Self>, ctx: &Context, events: &[Event]) -> Result<(), StoreError>;
}

impl Scope {
    /// The kind, as a stable word.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Installation => "installation",
            Self::Tenant(_) => "tenant",
            Self::Account(_) => "account",
        }
    }

    /// The identifier of what it is about; nil for the installation. Unique over all kinds.
    pub const fn id(self) -> uuid::Uuid {
        match self {
            Self::Installation => uuid::Uuid::nil(),
            Self::Tenant(id) => id.as_uuid(),
            Self::Account(id) => id.as_uuid(),
        }
    }
}
