//! Changes of rows that are there.

mod department;
mod import;

use membership_core::{
    department::{Department, Departments, Lineage},
    event::{Cancel, HeadcountChange},
    id::{AccountId, CatalogueId, DepartmentId, ImportId, MemberId, TenantId, TreeId},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, Set,
    sea_query::{CaseStatement, Expr},
};
use uuid::Uuid;

use super::script::Script;
use crate::{
    moment::Moment,
    search::Entry,
    table::{
        self, account, api_key, assignment, challenge, factors, installation, invitation, logo, member,
        member_department, nomination, outbox, role, role_include, session, tenant, transfer, transfer_share,
    },
};

/// A change of a row that is there, and of those that belong to it.
pub(super) enum Change {
    Installation(installation::Model),
    AddressProved(account::Model),
    Account(Box<account::Model>),
    Factors(factors::Model),
    SignedIn(AccountId, Moment),
    RaiseEpoch(AccountId, u32),
    EndSession(Uuid),
    EndSessions(AccountId, u32),
    Challenge(challenge::Model),
    EndChallenge(Uuid),
    RevokeApiKey(api_key::Model),
    Tenant(tenant::Model),
    Logo(logo::Model),
    NoLogo(TenantId),
    Catalogue(TenantId, CatalogueId),
    Role(role::Model, Vec<role_include::Model>),
    DeleteRole(role::Model),
    Department(Department),
    Places(TenantId, Vec<Department>),
    Lineages(TenantId, Vec<(DepartmentId, Lineage)>),
    Meets(TenantId, Vec<(MemberId, Departments)>),
    DeleteDepartment(TenantId, DepartmentId),
    Headcounts(TenantId, Vec<(DepartmentId, HeadcountChange)>),
    Tree(TenantId, TreeId),
    Member(member::Model),
    MemberDepartments(member::Model, Vec<member_department::Model>),
    Assignments(member::Model, Vec<assignment::Model>),
    Entry(Entry),
    Invitation(invitation::Model),
    Transfer(transfer::Model, Vec<transfer_share::Model>),
    Nomination(nomination::Model),
    /// An import that had this status.
    Import(table::import::Model, &'static str),
    Outcomes(TenantId, ImportId, u32, String),
    Cancel(Cancel, Moment),
}

impl Change {
    pub(super) fn write_to(self, script: &mut Script) {
        match self {
            Self::Installation(row) => script.replace(row),
            Self::AddressProved(row) => address_proved(script, &row),
            Self::Account(row) => owned(script, *row),
            Self::Factors(row) => script.put(row),
            Self::SignedIn(account, at) => signed_in(script, account, at),
            Self::RaiseEpoch(account, epoch) => raise_epoch(script, account, epoch),
            Self::EndSession(id) => {
                script.change(&session::Entity::delete_many().filter(session::Column::Id.eq(id)), None);
            }
            Self::EndSessions(account, from) => end_sessions(script, account, from),
            Self::Challenge(row) => script.replace(row),
            // Whoever answers it must find it there, so that it is answered once.
            Self::EndChallenge(id) => script.change(&challenge::Entity::delete_by_id(id), Some(1)),
            Self::RevokeApiKey(row) => revoke(script, &row),
            Self::Tenant(row) => script.replace(row),
            Self::Logo(row) => script.put(row),
            Self::NoLogo(tenant) => script.change(&logo::Entity::delete_by_id(tenant.as_uuid()), Some(1)),
            Self::Catalogue(tenant, catalogue) => {
                let changed = tenant::ActiveModel { catalogue: Set(catalogue.as_uuid()), ..Default::default() };
                let which = tenant::Column::Id.eq(tenant.as_uuid());
                script.change(&tenant::Entity::update_many().set(changed).filter(which), Some(1));
            }
            Self::Role(row, includes) => {
                include_nothing(script, &row);
                script.replace(row);
                script.insert(includes);
            }
            Self::DeleteRole(row) => {
                include_nothing(script, &row);
                script.change(&role::Entity::delete_by_id((row.tenant_id, row.id)), Some(1));
            }
            Self::Department(department) => department::replace(script, &department),
            Self::Places(tenant, siblings) => department::places(script, tenant, &siblings),
            Self::Lineages(tenant, lineages) => department::lineages(script, tenant, &lineages),
            Self::Meets(tenant, members) => department::meets(script, tenant, &members),
            Self::DeleteDepartment(tenant, id) => department::delete(script, tenant, id),
            Self::Headcounts(tenant, counts) => department::headcounts(script, tenant, &counts),
            Self::Tree(tenant, tree) => department::tree(script, tenant, tree),
            Self::Member(row) => script.replace(row),
            Self::MemberDepartments(row, belongs) => {
                let (of_tenant, of_this) = (
                    member_department::Column::TenantId.eq(row.tenant_id),
                    member_department::Column::MemberId.eq(row.id),
                );
                script.change(&member_department::Entity::delete_many().filter(of_tenant).filter(of_this), None);
                script.insert(belongs);
            }
            Self::Assignments(row, given) => {
                let (of_tenant, of_this) =
                    (assignment::Column::TenantId.eq(row.tenant_id), assignment::Column::MemberId.eq(row.id));
                script.change(&assignment::Entity::delete_many().filter(of_tenant).filter(of_this), None);
                script.insert(given);
            }
            Self::Entry(entry) => script.index_anew(&entry),
            Self::Invitation(row) => script.replace(row),
            Self::Transfer(row, shares) => {
                let (of_tenant, of_this) =
                    (transfer_share::Column::TenantId.eq(row.tenant_id), transfer_share::Column::TransferId.eq(row.id));
                script.change(&transfer_share::Entity::delete_many().filter(of_tenant).filter(of_this), None);
                script.replace(row);
                script.insert(shares);
            }
            Self::Nomination(row) => script.replace(row),
            Self::Import(row, status) => import::replace(script, row, status),
            Self::Outcomes(tenant, import, block, text) => import::outcomes(script, tenant, import, block, text),
            Self::Cancel(which, at) => cancel(script, which, at),
        }
    }
}

/// What belongs to the account's owner: whoever writes it holds the account. When it was made and when somebody last signed
/// in are not among it, nor is the epoch, which others raise.
fn owned(script: &mut Script, row: account::Model) {
    let (id, epoch) = (row.id, row.epoch);
    let mut values = row.into_active_model().reset_all();
    for column in
        [account::Column::Id, account::Column::RegisteredAt, account::Column::LastSignedInAt, account::Column::Epoch]
    {
        values.not_set(column);
    }
    let changed = account::Entity::update_many().set(values).col_expr(account::Column::Epoch, at_least(epoch));
    script.change(&changed.filter(account::Column::Id.eq(id)), Some(1));
}

fn signed_in(script: &mut Script, account: AccountId, at: Moment) {
    let signed_in = account::ActiveModel { last_signed_in_at: Set(Some(at)), ..Default::default() };
    let which = account::Column::Id.eq(account.as_uuid());
    script.change(&account::Entity::update_many().set(signed_in).filter(which), Some(1));
}

fn raise_epoch(script: &mut Script, account: AccountId, epoch: u32) {
    // The account is not held by whoever read it: if a session of this very epoch began meanwhile, it must not be taken
    // for one that begins afterwards.
    let which = account::Column::Id.eq(account.as_uuid());
    let lower = account::Column::Epoch.lt(i64::from(epoch));
    let raised = account::ActiveModel {
        epoch: Set(epoch.into()),
        reset_generation: Set(None),
        reset_issued_at: Set(None),
        reset_by: Set(None),
        new_email: Set(None),
        new_email_generation: Set(None),
        new_email_asked_at: Set(None),
        ..Default::default()
    };
    script.change(&account::Entity::update_many().set(raised).filter(which).filter(lower), Some(1));
}

/// Whatever began before the epoch `from` is over.
fn end_sessions(script: &mut Script, account: AccountId, from: u32) {
    let sessions = session::Entity::delete_many()
        .filter(session::Column::AccountId.eq(account.as_uuid()))
        .filter(session::Column::Epoch.lt(i64::from(from)));
    script.change(&sessions, None);
    let challenges = challenge::Entity::delete_many()
        .filter(challenge::Column::AccountId.eq(account.as_uuid()))
        .filter(challenge::Column::Epoch.lt(i64::from(from)));
    script.change(&challenges, None);
}

/// The key, and those that it has made, unless they were revoked before. When it was last used is not written: that is
/// noted at any time.
fn revoke(script: &mut Script, row: &api_key::Model) {
    use api_key::Column::{Id, Parent, RevokedAt, TenantId};
    let revoke = || {
        let revoked = api_key::ActiveModel { revoked_at: Set(row.revoked_at), ..Default::default() };
        api_key::Entity::update_many().set(revoked).filter(TenantId.eq(row.tenant_id)).filter(RevokedAt.is_null())
    };
    script.change(&revoke().filter(Id.eq(row.id)), Some(1));
    script.change(&revoke().filter(Parent.eq(row.id)), None);
}

/// The account's epoch, or `epoch` if that is higher: several tenants may raise it at once, and none may lower it.
fn at_least(epoch: i64) -> Expr {
    let column = account::Column::Epoch;
    CaseStatement::new().case(Expr::col(column).lt(epoch), epoch).finally(Expr::col(column)).into()
}

fn include_nothing(script: &mut Script, role: &role::Model) {
    use role_include::Column::{RoleId, TenantId};
    let includes = role_include::Entity::delete_many().filter(TenantId.eq(role.tenant_id)).filter(RoleId.eq(role.id));
    script.change(&includes, None);
}

/// The account is not locked by whoever proves its address in passing: nothing but the proof is written, and only if the
/// address is still the one that was proved.
fn address_proved(script: &mut Script, row: &account::Model) {
    use account::Column::{Email, Id};
    let proved = account::ActiveModel { email_proved_at: Set(row.email_proved_at), ..Default::default() };
    let claimed = account::Entity::update_many().set(proved).filter(Id.eq(row.id)).filter(Email.eq(row.email.clone()));
    script.change(&claimed, Some(1));
}

/// Mail that has not gone out will not.
fn cancel(script: &mut Script, which: Cancel, at: Moment) {
    use outbox::Column::{DueAt, Generation, Subject};
    let cancelled = outbox::ActiveModel {
        state: Set(outbox::CANCELLED.to_owned()),
        due_at: Set(None),
        settled_at: Set(Some(at)),
        ..Default::default()
    };
    let unsent = outbox::Entity::update_many()
        .set(cancelled)
        .filter(Subject.eq(which.subject))
        .filter(Generation.lte(i64::from(which.generation)))
        .filter(DueAt.is_not_null());
    script.change(&unsent, None);
}
