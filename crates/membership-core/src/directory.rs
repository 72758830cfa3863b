//! The directory: lists and look-ups for showing. It takes no lock and feeds no decision.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    account::{Account, ApiKey, Challenge, FactorKind, Kinds, Login, Session, SessionKeyHash, credential::KeyHash},
    audit::{Record, RecordedActor},
    department::{Department, Headcount},
    id::{
        AccountId, ApiKeyId, CatalogueId, ChallengeId, DepartmentId, InvitationId, MemberId, NominationId, RoleId,
        TenantId, TransferId, TreeId,
    },
    installation::Installation,
    invariants::World,
    invitation::Invitation,
    lifecycle::Stage,
    member::{Member, MemberStatus, transfer::Transfer},
    outbox::Delivery,
    role::{Access, Permission, Role},
    search::Query,
    store::{Scope, StoreError},
    tenant::{Tenant, TenantStatus, branding::Picture, representative::Nomination},
};

/// Most rows of one page.
pub const MAX_PAGE: u16 = 200;

/// Where a page begins and how long it is. Rows come newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<Id> {
    /// Only rows after this one; `None` for the first page.
    pub after: Option<Id>,
    /// Most rows, 1 to [`MAX_PAGE`].
    pub limit: u16,
}

/// Which members to list: those to which all of it applies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberFilter {
    /// In this state; `None` for all but the removed ones.
    pub status: Option<MemberStatus>,
    /// Whose invitation is in this state at the moment of asking.
    pub stage: Option<(Stage, DateTime<Utc>)>,
    /// Who belong to one of these departments.
    pub departments: Option<InDepartments>,
    /// Whom whoever asks can see: who belong to one of these departments or to one below it. `None` for everybody.
    pub sight: Option<Vec<DepartmentId>>,
    /// Who were given at least one of these.
    pub given: Option<AnyOf>,
    /// Who have second factors like this.
    pub factor: Option<FactorFilter>,
    /// Whose newest invitation mail came to this.
    pub mail: Option<MailState>,
    /// Whose invitation is open at this moment, and nobody answers for it any more: those of [`Tally::unvouched`].
    pub unvouched: Option<DateTime<Utc>>,
    /// Whose name, username or address is like this.
    pub text: Option<Query>,
}

/// Which second factors somebody has. Who has not joined has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorFilter {
    /// None.
    None,
    /// At least one.
    Any,
    /// This one.
    Kind(FactorKind),
}

/// What became of a message, as far as somebody who waits for it wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MailState {
    /// It is on its way, or is tried again.
    Waiting,
    /// The next server took it.
    Sent,
    /// It was given up.
    Failed,
    /// It was not wanted any more.
    Cancelled,
}

/// How many of a tenant's members and invitations stand where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// Members, by state, the removed ones too.
    pub members: BTreeMap<MemberStatus, u64>,
    /// Invitations, by where each stands at that moment.
    pub invitations: BTreeMap<Stage, u64>,
    /// The newest invitation mail of each member that has not joined, by what became of it. Those that were not wanted any more are
    /// not counted: nobody waits for them, and with the years they are many.
    pub mail: BTreeMap<MailState, u64>,
    /// Open invitations for which nobody answers any more: whoever sent them is not an enabled member now.
    pub unvouched: u64,
}

/// Some departments of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InDepartments {
    /// These,
    pub of: Vec<DepartmentId>,
    /// and, if this is so, all below them.
    pub below: bool,
}

/// A choice of roles and of one single permission.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnyOf {
    /// One of these roles,
    pub roles: Vec<RoleId>,
    /// or this permission beside the roles,
    pub permission: Option<Permission>,
    /// and it still counts at this moment; `None` if that does not matter.
    pub at: Option<DateTime<Utc>>,
    /// and it was given for the whole tenant or for one of these departments; `None` if that does not matter.
    pub over: Option<Vec<DepartmentId>>,
}

/// A member as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// The member.
    pub member: Member,
    /// Its invitation, if there ever was one.
    pub invitation: Option<Invitation>,
    /// What became of the newest invitation mail, if there was one.
    pub delivery: Option<Delivery>,
    /// The hand-over of what it held, if it was removed and had held something.
    pub transfer: Option<Transfer>,
    /// The second factors of its account, once it has joined.
    pub kinds: Kinds,
}

/// A member, with what opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrance {
    /// The member.
    pub member: Member,
    /// Its invitation, until it has joined.
    pub invitation: Option<Invitation>,
    /// Its account, once it has.
    pub account: Option<Account>,
}

/// All that is shown of one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberDetails {
    /// As the list shows it.
    pub row: MemberRow,
    /// When its account last signed in.
    pub last_signed_in_at: Option<DateTime<Utc>>,
    /// Who made the entry, by name.
    pub creator: Option<String>,
    /// The state of the member who answers for its invitation; `None` if no member does, because the operator does or it has none.
    pub inviter: Option<MemberStatus>,
}

impl MemberDetails {
    /// Whether its invitation is open at `now`, and nobody answers for it any more.
    #[must_use]
    pub fn is_unvouched(&self, now: DateTime<Utc>) -> bool {
        let gone = self.inviter.is_some_and(|status| status != MemberStatus::Enabled);
        gone && self.row.stage_at(now).is_some_and(Stage::is_open)
    }
}

/// Where a member stands: all that is read to decide what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footing {
    /// The state of the tenant.
    pub status: TenantStatus,
    /// The present state of the tenant's applications and roles.
    pub catalogue: CatalogueId,
    /// The present state of its departments.
    pub tree: TreeId,
    /// One of these second factors has to have been shown at sign-in; none if it is empty.
    pub second_factor: Kinds,
    /// The member.
    pub member: Member,
    /// What the API key was made for, if a program asks: nothing beyond it is allowed.
    pub scope: Option<Arc<BTreeSet<Permission>>>,
}

/// Whose footing is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The member that this account is. Removed members are no members.
    Account(AccountId),
    /// This member, removed or not.
    Member(MemberId),
}

/// Which records of an audit to list: those to which all of it applies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordFilter {
    /// About the thing with this id: see [`Event::object`](crate::event::Event::object).
    pub object: Option<uuid::Uuid>,
    /// By this actor.
    pub actor: Option<RecordedActor>,
    /// Whose name is this, or begins with it and a dot: `member` for all of `member.invited` and its like.
    pub name: Option<String>,
    /// At this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub before: Option<DateTime<Utc>>,
}

/// In which order, and where a page of an audit begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordOrder {
    /// Oldest first, those after this revision.
    After(u64),
    /// Newest first, those before this revision; `None` for the newest of all.
    Before(Option<u64>),
}

/// An offer to become the representative, with what its letters tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NominationView {
    /// The tenant.
    pub tenant: Tenant,
    /// The offer.
    pub nomination: Nomination,
    /// Who made it.
    pub nominator: Member,
    /// Who was asked.
    pub nominee: Member,
}

/// An invitation as the invitee sees it, and as the letter tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationView {
    /// The invitation.
    pub invitation: Invitation,
    /// The member that it makes.
    pub member: Member,
    /// The tenant.
    pub tenant: Tenant,
    /// What the person will be: the roles that the member was given.
    pub roles: Vec<Role>,
    /// Who invites, by name; `None` if the operator does.
    pub inviter: Option<String>,
    /// What became of the newest mail.
    pub delivery: Option<Delivery>,
    /// Whether an account with the invitation's address exists, proved. It is told to whoever holds a link that was mailed
    /// there, and to nobody else: then it is `None`.
    pub has_account: Option<bool>,
}

/// One of the places where an account is a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The tenant.
    pub tenant: Tenant,
    /// The member there.
    pub member: MemberId,
    /// Its state.
    pub status: MemberStatus,
}

/// A tenant in the line from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ancestor {
    /// The tenant.
    pub id: TenantId,
    /// What people call it.
    pub name: String,
}

/// The port to what is only shown.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The installation.
    async fn installation(&self) -> Result<Installation, StoreError>;

    /// The session with this key and its account, good or not: [`Session::is_good`] tells.
    async fn session(&self, key: &SessionKeyHash) -> Result<Option<(Session, Account)>, StoreError>;

    /// The sessions of `account`, good or not, newest first, at most 200.
    async fn sessions(&self, account: AccountId) -> Result<Vec<Session>, StoreError>;

    /// The challenge with this key, good or not.
    async fn challenge(&self, key: &KeyHash) -> Result<Option<Challenge>, StoreError>;

    /// A challenge by its identifier, good or not, for its letter.
    async fn challenge_of(&self, challenge: ChallengeId) -> Result<Option<Challenge>, StoreError>;

    /// The API key with this secret and the account that it acts for, good or not.
    async fn api_key(&self, secret: &KeyHash) -> Result<Option<(ApiKey, Account)>, StoreError>;

    /// An API key of a tenant, good or not.
    async fn api_key_of(&self, tenant: TenantId, key: ApiKeyId) -> Result<Option<ApiKey>, StoreError>;

    /// The API keys of a tenant that are good at `now`, newest first.
    async fn api_keys(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<Vec<ApiKey>, StoreError>;

    /// An account, for its letters.
    async fn account(&self, account: AccountId) -> Result<Option<Account>, StoreError>;

    /// The account that somebody signs in to with `login`.
    async fn account_by_login(&self, login: &Login) -> Result<Option<Account>, StoreError>;

    /// The places where `account` is a member, joined and not removed, by the tenant's name.
    async fn places(&self, account: AccountId) -> Result<Vec<Place>, StoreError>;

    /// A tenant.
    async fn tenant(&self, tenant: TenantId) -> Result<Option<Tenant>, StoreError>;

    /// The picture that is the tenant's logo.
    async fn logo(&self, tenant: TenantId) -> Result<Option<Picture>, StoreError>;

    /// The tenants from the top to `tenant`, itself the last; empty if there is no such tenant.
    async fn lineage(&self, tenant: TenantId) -> Result<Vec<Ancestor>, StoreError>;

    /// Where a member stands: one question, asked on every request.
    async fn footing(&self, tenant: TenantId, who: Who) -> Result<Option<Footing>, StoreError>;

    /// The tenant's applications, in their order, and its roles, by name.
    async fn access(&self, tenant: TenantId) -> Result<Access, StoreError>;

    /// The tenant's departments, in no order, with how many members each has.
    async fn departments(&self, tenant: TenantId) -> Result<Vec<(Department, Headcount)>, StoreError>;

    /// How many members and invitations of a tenant stand where at `now`.
    async fn tally(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<Tally, StoreError>;

    /// A page of members, newest entry first.
    async fn members(
        &self,
        tenant: TenantId,
        filter: &MemberFilter,
        page: Page<MemberId>,
    ) -> Result<Vec<MemberRow>, StoreError>;

    /// One member.
    async fn member(&self, tenant: TenantId, member: MemberId) -> Result<Option<MemberDetails>, StoreError>;

    /// Those members of a tenant that are among `members`, with what opens each.
    async fn entrances(&self, tenant: TenantId, members: &[MemberId]) -> Result<Vec<Entrance>, StoreError>;

    /// Those members of a tenant, removed or not, whose own identifier or whose account's is among `ids`; each once, oldest first.
    async fn meant(&self, tenant: TenantId, ids: &[uuid::Uuid]) -> Result<Vec<Member>, StoreError>;

    /// Up to `limit` hand-overs that are due at `now`, oldest first.
    async fn transfers_due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<(TenantId, TransferId)>, StoreError>;

    /// The hand-overs of a tenant that are not finished, oldest first.
    async fn open_transfers(&self, tenant: TenantId) -> Result<Vec<Transfer>, StoreError>;

    /// The offer that waits for an answer in a tenant, if one does.
    async fn nomination(&self, tenant: TenantId) -> Result<Option<Nomination>, StoreError>;

    /// An offer and what its letters tell, answered or not.
    async fn nomination_view(&self, tenant: TenantId, id: NominationId) -> Result<Option<NominationView>, StoreError>;

    /// An invitation with all that is told about it.
    async fn invitation(&self, tenant: TenantId, id: InvitationId) -> Result<Option<InvitationView>, StoreError>;

    /// Up to `limit` invitations that are past their deadline at `now` and not written down as [`Stage::Expired`].
    async fn overdue(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<(TenantId, InvitationId)>, StoreError>;

    /// Up to `limit` records of an audit.
    async fn audit(
        &self,
        scope: Scope,
        filter: &RecordFilter,
        order: RecordOrder,
        limit: u16,
    ) -> Result<Vec<Record>, StoreError>;

    /// Every tenant, for the doctor.
    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError>;

    /// Everything there is in a tenant, for the doctor and for tests.
    async fn world(&self, tenant: TenantId) -> Result<Option<World>, StoreError>;
}

impl MailState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Sent, Self::Failed, Self::Cancelled];

    /// The stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl From<&Delivery> for MailState {
    fn from(delivery: &Delivery) -> Self {
        match delivery {
            Delivery::Queued | Delivery::Sending { .. } | Delivery::Deferred { .. } => Self::Waiting,
            Delivery::Sent { .. } => Self::Sent,
            Delivery::Failed { .. } => Self::Failed,
            Delivery::Cancelled { .. } => Self::Cancelled,
        }
    }
}

impl FactorFilter {
    /// Whether somebody who has `kinds` is meant.
    pub const fn fits(self, kinds: Kinds) -> bool {
        match self {
            Self::None => kinds.is_empty(),
            Self::Any => !kinds.is_empty(),
            Self::Kind(kind) => kinds.has(kind),
        }
    }
}

impl MemberRow {
    /// The stage of its invitation at `now`.
    pub fn stage_at(&self, now: DateTime<Utc>) -> Option<Stage> {
        self.invitation.as_ref().map(|invitation| invitation.stage_at(now))
    }
}
