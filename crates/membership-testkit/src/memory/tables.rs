//! The tables, and what can be asked of them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use membership_core::{
    account::{Account, ApiKey, Challenge, Factors, Login, Session},
    audit::{Head, Record},
    department::{Department, DepartmentUse, Headcount},
    id::{
        AccountId, ApiKeyId, ChallengeId, DepartmentId, ImportId, InvitationId, MemberId, MessageId, NominationId,
        RoleId, SessionId, TenantId, TransferId,
    },
    import::{Import, KeptBlock},
    installation::Installation,
    invitation::Invitation,
    member::{Member, MemberStatus, transfer::Transfer},
    outbox::{Delivery, Mail},
    role::{Access, Application, Role},
    store::{Recognition, Scope},
    tenant::{
        Tenant,
        branding::Picture,
        representative::{Answer, Nomination},
    },
    traces::TraceKey,
};

#[derive(Clone, Default)]
pub(super) struct Tables {
    pub(super) installation: Installation,
    pub(super) accounts: BTreeMap<AccountId, Account>,
    pub(super) sessions: BTreeMap<SessionId, Session>,
    pub(super) factors: BTreeMap<AccountId, Factors>,
    pub(super) challenges: BTreeMap<ChallengeId, Challenge>,
    pub(super) api_keys: BTreeMap<ApiKeyId, ApiKey>,
    /// Until when what has happened is paid for.
    pub(super) paces: BTreeMap<TraceKey, DateTime<Utc>>,
    /// How often, and when last.
    pub(super) tries: BTreeMap<TraceKey, (u32, DateTime<Utc>)>,
    pub(super) tenants: BTreeMap<TenantId, Tenant>,
    pub(super) logos: BTreeMap<TenantId, Picture>,
    /// In their order.
    pub(super) applications: BTreeMap<TenantId, Vec<Application>>,
    pub(super) roles: BTreeMap<RoleId, Role>,
    pub(super) departments: BTreeMap<DepartmentId, (Department, Headcount)>,
    pub(super) members: BTreeMap<MemberId, Member>,
    pub(super) invitations: BTreeMap<InvitationId, Invitation>,
    pub(super) transfers: BTreeMap<TransferId, Transfer>,
    pub(super) nominations: BTreeMap<NominationId, Nomination>,
    pub(super) imports: BTreeMap<ImportId, Import>,
    /// By import and number.
    pub(super) import_blocks: BTreeMap<(ImportId, u32), KeptBlock>,
    pub(super) messages: BTreeMap<MessageId, Message>,
    pub(super) audits: BTreeMap<Scope, Vec<Record>>,
}

/// A row of the outbox.
#[derive(Clone)]
pub(super) struct Message {
    pub(super) mail: Mail,
    pub(super) queued_at: DateTime<Utc>,
    /// How often it was leased.
    pub(super) attempts: u32,
    pub(super) delivery: Delivery,
}

impl Tables {
    pub(super) fn account_by_login(&self, login: &Login) -> Option<&Account> {
        self.accounts.values().find(|account| match login {
            Login::Email(address) => account.proved_email() == Some(address),
            Login::Username(username) => account.username.as_ref() == Some(username),
        })
    }

    pub(super) fn factors_of(&self, account: AccountId) -> Factors {
        self.factors.get(&account).cloned().unwrap_or(Factors::none(account))
    }

    pub(super) fn good_api_keys(&self, tenant: TenantId, now: DateTime<Utc>) -> impl Iterator<Item = &ApiKey> {
        self.api_keys.values().rev().filter(move |key| key.tenant == tenant && key.is_good(now))
    }

    /// The tenants where `account` is a member, joined and not removed.
    pub(super) fn tenants_of(&self, account: AccountId) -> impl Iterator<Item = (&Tenant, &Member)> {
        self.tenants.values().filter_map(move |tenant| Some((tenant, self.member_of(tenant.id, account)?)))
    }

    pub(super) fn departments_of(&self, tenant: TenantId) -> impl Iterator<Item = &(Department, Headcount)> {
        self.departments.values().filter(move |(department, _)| department.tenant == tenant)
    }

    /// Whether `department` is `top`, or below it.
    pub(super) fn is_within(&self, department: DepartmentId, top: DepartmentId) -> bool {
        let above = |id: &DepartmentId| self.departments.get(id).and_then(|(department, _)| department.parent);
        std::iter::successors(Some(department), above).any(|above| above == top)
    }

    pub(super) fn department_use(&self, tenant: TenantId, department: DepartmentId) -> DepartmentUse {
        let mut used = DepartmentUse::default();
        for member in self.present(tenant) {
            match (member.departments.has(department), member.status()) {
                (true, MemberStatus::NotJoined) => used.invited += 1,
                (true, _) => used.members += 1,
                (false, _) => {}
            }
            used.grants += member.assignments.iter().filter(|held| held.within == Some(department)).count() as u64;
        }
        used
    }

    pub(super) fn roles_of(&self, tenant: TenantId) -> impl Iterator<Item = &Role> {
        self.roles.values().filter(move |role| role.tenant == tenant)
    }

    /// The applications in their order, the roles by name.
    pub(super) fn access(&self, tenant: TenantId) -> Access {
        let mut roles: Vec<Role> = self.roles_of(tenant).cloned().collect();
        roles.sort_by(|one, other| one.name.cmp(&other.name));
        Access { applications: self.applications.get(&tenant).cloned().unwrap_or_default(), roles }
    }

    pub(super) fn members_of(&self, tenant: TenantId) -> impl DoubleEndedIterator<Item = &Member> {
        self.members.values().filter(move |member| member.tenant == tenant)
    }

    /// The members that are not removed.
    pub(super) fn present(&self, tenant: TenantId) -> impl DoubleEndedIterator<Item = &Member> {
        self.members_of(tenant).filter(|member| member.status() != MemberStatus::Removed)
    }

    pub(super) fn member(&self, tenant: TenantId, id: MemberId) -> Option<&Member> {
        self.members.get(&id).filter(|member| member.tenant == tenant)
    }

    pub(super) fn member_of(&self, tenant: TenantId, account: AccountId) -> Option<&Member> {
        self.present(tenant).find(|member| member.account() == Some(account))
    }

    /// The members that one of `keys` recognises.
    pub(super) fn recognised(&self, tenant: TenantId, keys: &Recognition) -> Vec<Member> {
        let known = |member: &&Member| {
            keys.ids.contains(&member.id)
                || member.username.as_ref().is_some_and(|username| keys.usernames.contains(username))
                || member.email.as_ref().is_some_and(|email| keys.emails.contains(email))
                || (member.email.is_none() && keys.names.contains(&member.name))
        };
        self.present(tenant).filter(known).cloned().collect()
    }

    pub(super) fn invitation(&self, tenant: TenantId, id: InvitationId) -> Option<&Invitation> {
        self.invitations.get(&id).filter(|invitation| invitation.tenant == tenant)
    }

    pub(super) fn invitation_of(&self, member: MemberId) -> Option<&Invitation> {
        self.invitations.values().find(|invitation| invitation.member == member)
    }

    /// The members that have not joined, with their invitations, newest first, those after `after`.
    pub(super) fn waiting(
        &self,
        tenant: TenantId,
        after: Option<MemberId>,
    ) -> impl Iterator<Item = (Member, Invitation)> {
        // Identifiers sort by the moment of creation.
        let rest = self.members_of(tenant).rev().filter(move |member| after.is_none_or(|after| member.id < after));
        let waiting = rest.filter(|member| member.status() == MemberStatus::NotJoined);
        waiting.filter_map(|member| Some((member.clone(), self.invitation_of(member.id)?.clone())))
    }

    pub(super) fn transfer(&self, tenant: TenantId, id: TransferId) -> Option<&Transfer> {
        self.transfers.get(&id).filter(|transfer| transfer.tenant == tenant)
    }

    /// Those that are not finished, oldest first.
    pub(super) fn open_transfers(&self, tenant: TenantId) -> Vec<Transfer> {
        let open = |transfer: &&Transfer| transfer.tenant == tenant && transfer.due_at().is_some();
        self.transfers.values().filter(open).cloned().collect()
    }

    pub(super) fn open_nomination(&self, tenant: TenantId) -> Option<&Nomination> {
        self.nominations.values().find(|offer| offer.tenant == tenant && offer.answer == Answer::None)
    }

    pub(super) fn head(&self, scope: Scope) -> Head {
        self.audits.get(&scope).and_then(|audit| audit.last()).map(Record::head).unwrap_or_default()
    }
}

impl Message {
    /// From when on a worker may take it; `None` if it is done with.
    pub(super) const fn due(&self) -> Option<DateTime<Utc>> {
        match self.delivery {
            Delivery::Queued => Some(self.queued_at),
            Delivery::Sending { until } | Delivery::Deferred { until, .. } => Some(until),
            Delivery::Sent { .. } | Delivery::Failed { .. } | Delivery::Cancelled { .. } => None,
        }
    }
}
