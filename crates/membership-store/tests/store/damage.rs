//! A row that makes no sense is told as such, with its table; nothing panics, and nothing is guessed.

use chrono::TimeDelta;
use membership_core::{
    account::SessionKeyHash,
    outbox::Delivery,
    store::{Scope, StoreError},
};
use membership_testkit::{Adapter, Bed, Failure};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend};

use crate::place::Place;

/// Each a table, and what is done to its rows.
const DAMAGE: &[(&str, &str)] = &[
    ("account", "email = 'no address'"),
    ("account", "email = 'Upper@Example.org'"),
    ("account", "email = NULL, email_proved_at = 1"),
    ("account", "username = 'Not Canonical' WHERE username IS NOT NULL"),
    ("account", "registered_at = 9223372036854775807"),
    ("audit", "actor = 'somebody'"),
    ("audit", "at = 9223372036854775807"),
    ("audit", "hash = substr(hash, 1, 5)"),
    ("audit", "scope_kind = 'planet'"),
    ("audit_head", "hash = substr(hash, 1, 5)"),
    ("audit_head", "revision = -1"),
    ("installation", "generation = -1"),
    ("installation", "issued_at = 9223372036854775807"),
    ("invitation", "address = NULL"),
    ("invitation", "channel = 'pigeon'"),
    ("invitation", "expires_at = NULL"),
    ("invitation", "generation = -1"),
    ("invitation", "inviter_kind = 'nobody'"),
    ("invitation", "stage = 'lost'"),
    ("invitation", "validity = 1"),
    ("member", "account_id = NULL, joined_at = 1"),
    ("member", "disabled_at = 1, removed_at = 1"),
    ("member", "name = ' with spaces around '"),
    ("member", "status = 'asleep'"),
    ("outbox", "due_at = NULL"),
    ("outbox", "kind = 'greeting'"),
    ("outbox", "state = 'lost'"),
    ("outbox", "to_address = 'nowhere'"),
    ("role", "permissions = '[\"everything\"]'"),
    ("role", "permissions = 'everything'"),
    ("session", "ends_at = 9223372036854775807"),
    ("tenant", "policy = '{}'"),
    ("tenant", "status = 'asleep'"),
];

/// The checks that would not let it come to this.
const CHECKS: &[(&str, &str)] = &[
    ("account", "account_proof"),
    ("audit", "audit_scope"),
    ("audit_head", "audit_head_revision"),
    ("installation", "installation_generation"),
    ("invitation", "invitation_channel"),
    ("invitation", "invitation_generation"),
    ("invitation", "invitation_inviter"),
    ("invitation", "invitation_state"),
    ("invitation", "invitation_validity"),
    ("member", "member_state"),
    ("outbox", "outbox_kind"),
    ("outbox", "outbox_state"),
    ("tenant", "tenant_status"),
];

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_tells_damaged_rows() -> Result<(), Failure> {
    for (table, damage) in DAMAGE {
        is_told(Place::sqlite()?, table, damage).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_tells_damaged_rows() -> Result<(), Failure> {
    for (table, damage) in DAMAGE {
        let Some(place) = Place::postgres().await? else { return Ok(()) };
        is_told(place, table, damage).await?;
    }
    Ok(())
}

/// One damaged message must not keep the others from going out.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_message_is_given_up_and_the_next_one_goes_out() -> Result<(), Failure> {
    for place in [Some(Place::sqlite()?), Place::postgres().await?].into_iter().flatten() {
        let aside = unchecked(&place).await?;
        let bed = Bed::over(place.adapter().await?).await?;
        bed.invite("bob@example.org").await?;
        bed.invite("eve@example.org").await?;
        drop_checks(&aside).await?;
        let damage = "UPDATE outbox SET to_address = 'nowhere' WHERE to_address = 'bob@example.org'";
        aside.execute_unprepared(damage).await?;

        let (now, outbox) = (bed.clock.now(), &bed.adapter.outbox);
        let leased = outbox.claim(now, now + TimeDelta::minutes(1), 10).await?;
        let to: Vec<&str> = leased.iter().map(|lease| lease.mail.to.as_str()).collect();
        assert_eq!(to, ["eve@example.org"]);
        let later = now + TimeDelta::hours(1);
        outbox.settle(&[(leased[0].clone(), Delivery::Sent { at: now, words: "250 ok".into() })]).await?;
        assert_eq!(outbox.claim(later, later, 10).await?, []);
        assert_eq!(outbox.next_due().await?, None);
    }
    Ok(())
}

async fn is_told(place: Place, table: &str, damage: &str) -> Result<(), Failure> {
    let aside = unchecked(&place).await?;
    let bed = Bed::over(place.adapter().await?).await?;
    let ann = bed.join("ann@example.org").await?;
    bed.invite("bob@example.org").await?;
    bed.invite("eve@example.org").await?;
    let key = ann.key.hash();
    assert_eq!(ask_everything(&bed.adapter, &bed, &key).await, Ok(()));

    drop_checks(&aside).await?;
    aside.execute_unprepared(&format!("UPDATE {table} SET {damage}")).await?;
    match ask_everything(&bed.adapter, &bed, &key).await {
        Err(StoreError::Corrupt { detail }) => {
            assert!(detail.starts_with(&format!("{table} ")), "{table}: {damage}: {detail}");
        }
        other => panic!("{table}: {damage}: {other:?}"),
    }
    Ok(())
}

async fn ask_everything(adapter: &Adapter, bed: &Bed, key: &SessionKeyHash) -> Result<(), StoreError> {
    adapter.directory.installation().await?;
    drop(adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?);
    adapter.directory.session(key).await?;
    adapter.directory.world(bed.tenant.id).await?;
    Ok(())
}

/// A connection of one's own to the same database.
async fn unchecked(place: &Place) -> Result<DatabaseConnection, Failure> {
    let mut options = ConnectOptions::new(place.url.clone());
    Ok(sea_orm::Database::connect(options.max_connections(1).sqlx_logging(false).to_owned()).await?)
}

async fn drop_checks(db: &DatabaseConnection) -> Result<(), Failure> {
    if db.get_database_backend() == DbBackend::Sqlite {
        db.execute_unprepared("PRAGMA ignore_check_constraints = ON").await?;
        return Ok(());
    }
    for (table, check) in CHECKS {
        db.execute_unprepared(&format!("ALTER TABLE {table} DROP CONSTRAINT {check}")).await?;
    }
    Ok(())
}
