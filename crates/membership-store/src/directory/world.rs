//! A whole tenant at one moment, for the doctor and for tests.

mod department;

use std::collections::BTreeMap;

use membership_core::{
    account::Account,
    audit::Record,
    id::{MessageId, TenantId},
    invariants::World,
    invitation::Invitation,
    member::Member,
    outbox::{Delivery, Mail},
    store::{Scope, StoreError},
    tenant::representative::Nomination,
};
use sea_orm::{
    AccessMode, ColumnTrait, DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait, IsolationLevel, JoinType,
    QueryFilter, QueryOrder, QuerySelect, RelationTrait, TransactionTrait,
};

use crate::{
    fault::fault,
    read,
    table::{account, assignment, audit, invitation, member, nomination, outbox},
};

pub(super) async fn read(db: &DatabaseConnection, id: TenantId) -> Result<Option<World>, StoreError> {
    let db = &snapshot(db).await?;
    let Some(tenant) = read::tenant(db, id).await? else { return Ok(None) };
    Ok(Some(World {
        tenant,
        access: read::access(db, id).await?,
        departments: department::departments(db, id).await?,
        members: department::agreed(db, members(db, id).await?, id).await?,
        invitations: invitations(db, id).await?,
        transfers: read::transfers(db, id).await?,
        nominations: nominations(db, id).await?,
        accounts: accounts(db, id).await?,
        outbox: outbox(db, id).await?,
        audit: audit(db, id).await?,
    }))
}

/// A transaction that sees one moment throughout. On SQLite every transaction does.
async fn snapshot(db: &DatabaseConnection) -> Result<DatabaseTransaction, StoreError> {
    let begun = match db.get_database_backend() {
        DbBackend::Postgres => {
            db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await
        }
        DbBackend::Sqlite | DbBackend::MySql | _ => db.begin().await,
    };
    begun.map_err(fault)
}

async fn members(db: &DatabaseTransaction, tenant: TenantId) -> Result<Vec<Member>, StoreError> {
    let given = assignment::Entity::find().filter(assignment::Column::TenantId.eq(tenant.as_uuid()));
    let mut assignments = assignment::by_member(given.all(db).await.map_err(fault)?)?;
    let rows = member::Entity::find()
        .filter(member::Column::TenantId.eq(tenant.as_uuid()))
        .order_by_asc(member::Column::Id)
        .all(db)
        .await
        .map_err(fault)?;
    rows.into_iter()
        .map(|row| {
            let given = assignments.remove(&row.id).unwrap_or_default();
            row.into_member(given)
        })
        .collect()
}

async fn nominations(db: &DatabaseTransaction, tenant: TenantId) -> Result<Vec<Nomination>, StoreError> {
    let rows = nomination::Entity::find()
        .filter(nomination::Column::TenantId.eq(tenant.as_uuid()))
        .order_by_asc(nomination::Column::Id)
        .all(db)
        .await
        .map_err(fault)?;
    rows.into_iter().map(Nomination::try_from).collect()
}

async fn invitations(db: &DatabaseTransaction, tenant: TenantId) -> Result<Vec<Invitation>, StoreError> {
    let rows = invitation::Entity::find()
        .filter(invitation::Column::TenantId.eq(tenant.as_uuid()))
        .order_by_asc(invitation::Column::Id)
        .all(db)
        .await
        .map_err(fault)?;
    rows.into_iter().map(Invitation::try_from).collect()
}

async fn accounts(db: &DatabaseTransaction, tenant: TenantId) -> Result<Vec<Account>, StoreError> {
    let rows = account::Entity::find()
        .join(JoinType::InnerJoin, member::Relation::Account.def().rev())
        .filter(member::Column::TenantId.eq(tenant.as_uuid()))
        .all(db)
        .await
        .map_err(fault)?;
    // Somebody who left and came back is a member twice.
    let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    rows.into_values().map(Account::try_from).collect()
}

async fn outbox(db: &DatabaseTransaction, tenant: TenantId) -> Result<Vec<(MessageId, Mail, Delivery)>, StoreError> {
    let rows = outbox::Entity::find()
        .filter(outbox::Column::TenantId.eq(tenant.as_uuid()))
        .order_by_asc(outbox::Column::QueuedAt)
        .order_by_asc(outbox::Column::Id)
        .all(db)
        .await
        .map_err(fault)?;
    rows.into_iter()
        .map(|row| {
            let (id, delivery) = (MessageId::from_uuid(row.id), Delivery::try_from(&row)?);
            Ok((id, row.try_into()?, delivery))
        })
        .collect()
}

async fn audit(db: &DatabaseTransaction, tenant: TenantId) -> Result<Vec<Record>, StoreError> {
    let scope = Scope::Tenant(tenant);
    let rows = audit::Entity::find()
        .filter(audit::Column::ScopeId.eq(scope.id()))
        .order_by_asc(audit::Column::Revision)
        .all(db)
        .await
        .map_err(fault)?;
    rows.into_iter().map(|row| row.into_record(scope)).collect()
}
