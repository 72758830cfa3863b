//! The outbox: messages are leased to workers, and each lease is settled at most once.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use membership_core::{
    outbox::{Delivery, Leased, Outbox},
    store::StoreError,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::{Expr, LockBehavior, LockType},
};

use crate::{
    Database,
    fault::fault,
    moment::Moment,
    table::{
        Row,
        outbox::{
            ActiveModel,
            Column::{Attempts, DueAt, Id, State},
            Entity, FAILED, Model, SENDING, Settlement,
        },
    },
};

#[async_trait]
impl Outbox for Database {
    async fn claim(&self, now: DateTime<Utc>, until: DateTime<Utc>, limit: u32) -> Result<Vec<Leased>, StoreError> {
        let hold = self.hold().await?;
        let due = due_at(hold.db()?, now, limit).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let mut leased = Vec::new();
        for row in due {
            let id = row.id;
            match row.into_lease(until) {
                Ok(lease) => leased.push(lease),
                Err(damage) => give_up(hold.db()?, id, &damage, now).await?,
            }
        }
        lease(hold.db()?, &leased, until).await?;
        hold.commit().await?;
        Ok(leased)
    }

    async fn holds(&self, lease: &Leased) -> Result<bool, StoreError> {
        let held = Entity::find().filter(held(lease)).select_only().column(Id).into_tuple::<uuid::Uuid>();
        Ok(held.one(self.reading()).await.map_err(fault)?.is_some())
    }

    async fn settle(&self, settled: &[(Leased, Delivery)]) -> Result<(), StoreError> {
        if settled.is_empty() {
            return Ok(());
        }
        let hold = self.hold().await?;
        for (lease, delivery) in settled {
            let Settlement { state, due_at, settled_at, words } = Settlement::of(delivery, lease.queued_at);
            let row = ActiveModel {
                state: Set(state.to_owned()),
                due_at: Set(due_at),
                settled_at: Set(settled_at),
                words: Set(words),
                ..Default::default()
            };
            Entity::update_many().set(row).filter(held(lease)).exec(hold.db()?).await.map_err(fault)?;
        }
        hold.commit().await
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let first = Entity::find().filter(DueAt.is_not_null()).order_by_asc(DueAt);
        let Some(row) = first.one(self.reading()).await.map_err(fault)? else { return Ok(None) };
        Row::new("outbox", row.id).moment_if(row.due_at)
    }
}

/// The messages that are due, oldest first. PostgreSQL passes over those that somebody else is taking at this moment;
/// on SQLite nobody else can be.
async fn due_at<C: ConnectionTrait>(db: &C, now: DateTime<Utc>, limit: u32) -> Result<Vec<Model>, StoreError> {
    Entity::find()
        .filter(DueAt.lte(Moment::from(now)))
        .order_by_asc(DueAt)
        .order_by_asc(Id)
        .limit(u64::from(limit))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(db)
        .await
        .map_err(fault)
}

/// A message that cannot be read will not be sent, and must not stand in the way of those behind it for ever.
async fn give_up<C: ConnectionTrait>(
    db: &C,
    id: uuid::Uuid,
    damage: &StoreError,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    tracing::error!(message = %id, ?damage, "a message in the outbox is damaged and was given up");
    let row = ActiveModel {
        state: Set(FAILED.to_owned()),
        due_at: Set(None),
        settled_at: Set(Some(Moment::from(now))),
        words: Set(Some("the stored message is damaged".to_owned())),
        ..Default::default()
    };
    Entity::update_many().set(row).filter(Id.eq(id)).exec(db).await.map_err(fault).map(drop)
}

async fn lease<C: ConnectionTrait>(db: &C, leased: &[Leased], until: DateTime<Utc>) -> Result<(), StoreError> {
    for some in leased.chunks(crate::write::CHUNK) {
        Entity::update_many()
            .col_expr(State, Expr::value(SENDING))
            .col_expr(DueAt, Expr::value(Moment::from(until)))
            .col_expr(Attempts, Expr::col(Attempts).add(1))
            .filter(Id.is_in(some.iter().map(|lease| lease.id.as_uuid())))
            .exec(db)
            .await
            .map_err(fault)?;
    }
    Ok(())
}

/// The message of `lease`, while the lease is held. The number of attempts tells two leases apart that end together.
fn held(lease: &Leased) -> Condition {
    Condition::all()
        .add(Id.eq(lease.id.as_uuid()))
        .add(State.eq(SENDING))
        .add(DueAt.eq(Moment::from(lease.until)))
        .add(Attempts.eq(i64::from(lease.attempts) + 1))
}
