//! What is to be written, in an order that foreign keys allow.

use membership_core::{event::Cancel, store::StoreError};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityName, EntityTrait, IntoActiveModel, Iterable, ModelTrait,
    PrimaryKeyToColumn, QueryFilter, Set,
};
use uuid::Uuid;

use crate::{
    fault::fault,
    moment::Moment,
    table::{account, installation, invitation, member, member_role, outbox, role, session, tenant},
};

/// Most rows of one statement: far within the parameters that either database takes in one.
pub(crate) const CHUNK: usize = 500;

/// What is to be written, in stages: new rows first, then changes. A stage ends where a new row follows a change.
#[derive(Default)]
pub(super) struct Plan {
    before: Vec<Stage>,
    stage: Stage,
}

#[derive(Default)]
struct Stage {
    new: NewRows,
    changes: Vec<Change>,
}

/// Rows that are new.
#[derive(Default)]
pub(super) struct NewRows {
    pub(super) accounts: Vec<account::Model>,
    pub(super) sessions: Vec<session::Model>,
    pub(super) tenants: Vec<tenant::Model>,
    pub(super) roles: Vec<role::Model>,
    pub(super) members: Vec<member::Model>,
    pub(super) member_roles: Vec<member_role::Model>,
    pub(super) invitations: Vec<invitation::Model>,
    pub(super) outbox: Vec<outbox::Model>,
}

/// A change of a row that is there.
pub(super) enum Change {
    Installation(installation::Model),
    Account(account::Model),
    EndSession(Uuid),
    Tenant(tenant::Model),
    Member(member::Model),
    Invitation(invitation::Model),
    Cancel(Cancel, Moment),
}

impl Plan {
    /// Where to put the next new rows.
    pub(super) fn new_rows(&mut self) -> &mut NewRows {
        if !self.stage.changes.is_empty() {
            self.before.push(std::mem::take(&mut self.stage));
        }
        &mut self.stage.new
    }

    pub(super) fn change(&mut self, change: Change) {
        self.stage.changes.push(change);
    }

    pub(super) async fn run<C: ConnectionTrait>(self, db: &C) -> Result<(), StoreError> {
        for stage in self.before.into_iter().chain([self.stage]) {
            stage.new.insert(db).await?;
            for change in stage.changes {
                change.make(db).await?;
            }
        }
        Ok(())
    }
}

impl NewRows {
    /// Whatever a row refers to comes before it.
    async fn insert<C: ConnectionTrait>(self, db: &C) -> Result<(), StoreError> {
        insert(db, self.accounts).await?;
        insert(db, self.sessions).await?;
        insert(db, self.tenants).await?;
        insert(db, self.roles).await?;
        insert(db, self.members).await?;
        insert(db, self.member_roles).await?;
        insert(db, self.invitations).await?;
        insert(db, self.outbox).await
    }
}

impl Change {
    async fn make<C: ConnectionTrait>(self, db: &C) -> Result<(), StoreError> {
        match self {
            Self::Installation(row) => replace(db, row).await,
            Self::Account(row) => replace(db, row).await,
            Self::EndSession(id) => session::Entity::delete_by_id(id).exec(db).await.map_err(fault).map(drop),
            Self::Tenant(row) => replace(db, row).await,
            Self::Member(row) => replace(db, row).await,
            Self::Invitation(row) => replace(db, row).await,
            Self::Cancel(which, at) => cancel(db, which, at).await,
        }
    }
}

/// Writes new rows, many with one statement.
pub(super) async fn insert<M, C>(db: &C, rows: Vec<M>) -> Result<(), StoreError>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    C: ConnectionTrait,
{
    let mut rows = rows.into_iter().map(M::into_active_model).peekable();
    while rows.peek().is_some() {
        let some: Vec<_> = rows.by_ref().take(CHUNK).collect();
        M::Entity::insert_many(some).exec_without_returning(db).await.map_err(fault)?;
    }
    Ok(())
}

/// Writes a row in place of the one with its key.
async fn replace<M, C>(db: &C, row: M) -> Result<(), StoreError>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    C: ConnectionTrait,
{
    let mut update = M::Entity::update_many();
    for key in <M::Entity as EntityTrait>::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column) {
        update = update.filter(key.eq(row.get(key)));
    }
    let mut values = row.into_active_model();
    for column in <M::Entity as EntityTrait>::Column::iter() {
        if <M::Entity as EntityTrait>::PrimaryKey::from_column(column).is_none() {
            values.reset(column);
        }
    }
    let replaced = update.set(values).exec(db).await.map_err(fault)?.rows_affected;
    if replaced == 1 {
        Ok(())
    } else {
        Err(StoreError::Raced { constraint: format!("a row of {} is gone", M::Entity::default().table_name()) })
    }
}

/// Mail that has not gone out will not.
async fn cancel<C: ConnectionTrait>(db: &C, which: Cancel, at: Moment) -> Result<(), StoreError> {
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
    unsent.exec(db).await.map_err(fault).map(drop)
}
