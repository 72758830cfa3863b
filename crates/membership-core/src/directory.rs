//! The directory: lists and look-ups for showing. It takes no lock and feeds no decision.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    account::{Account, Login, Session, SessionKeyHash},
    actor::Standing,
    audit::Record,
    id::{AccountId, InvitationId, MemberId, TenantId},
    installation::Installation,
    invariants::World,
    invitation::Invitation,
    lifecycle::Stage,
    member::{Member, MemberStatus},
    outbox::Delivery,
    role::Role,
    store::{Scope, StoreError},
    tenant::Tenant,
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

/// Which members to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MemberFilter {
    /// Only those in this state; `None` for all but the removed ones.
    pub status: Option<MemberStatus>,
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
    /// What the person will be.
    pub roles: Vec<Role>,
    /// Who invites, by name; `None` if the operator does.
    pub inviter: Option<String>,
    /// What became of the newest mail.
    pub delivery: Option<Delivery>,
    /// Whether an account with the invitation's address exists, proved.
    pub has_account: bool,
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

/// The port to what is only shown.
#[async_trait]
pub trait Directory: Send + Sync {
    /// The installation.
    async fn installation(&self) -> Result<Installation, StoreError>;

    /// The session with this key and its account, good or not: [`Session::is_good`] tells.
    async fn session(&self, key: &SessionKeyHash) -> Result<Option<(Session, Account)>, StoreError>;

    /// The account that somebody signs in to with `login`.
    async fn account_by_login(&self, login: &Login) -> Result<Option<Account>, StoreError>;

    /// The places where `account` is a member, joined and not removed, by the tenant's name.
    async fn places(&self, account: AccountId) -> Result<Vec<Place>, StoreError>;

    /// The tenant and what `account` is in it.
    async fn standing_of(&self, tenant: TenantId, account: AccountId)
    -> Result<Option<(Tenant, Standing)>, StoreError>;

    /// The tenant's roles, by name.
    async fn roles(&self, tenant: TenantId) -> Result<Vec<Role>, StoreError>;

    /// A page of members, newest entry first.
    async fn members(
        &self,
        tenant: TenantId,
        filter: MemberFilter,
        page: Page<MemberId>,
    ) -> Result<Vec<MemberRow>, StoreError>;

    /// One member.
    async fn member(&self, tenant: TenantId, member: MemberId) -> Result<Option<MemberRow>, StoreError>;

    /// An invitation with all that is told about it.
    async fn invitation(&self, tenant: TenantId, id: InvitationId) -> Result<Option<InvitationView>, StoreError>;

    /// Up to `limit` invitations that are past their deadline at `now` and not written down as [`Stage::Expired`].
    async fn overdue(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<(TenantId, InvitationId)>, StoreError>;

    /// Up to `limit` records of an audit after the revision `after`, oldest first.
    async fn audit(&self, scope: Scope, after: u64, limit: u16) -> Result<Vec<Record>, StoreError>;

    /// Every tenant, for the doctor.
    async fn tenants(&self) -> Result<Vec<TenantId>, StoreError>;

    /// Everything there is in a tenant, for the doctor and for tests.
    async fn world(&self, tenant: TenantId) -> Result<Option<World>, StoreError>;
}

impl MemberRow {
    /// The stage of its invitation at `now`.
    pub fn stage_at(&self, now: DateTime<Utc>) -> Option<Stage> {
        self.invitation.as_ref().map(|invitation| invitation.stage_at(now))
    }
}
