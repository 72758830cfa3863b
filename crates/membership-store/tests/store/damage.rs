//! A row that makes no sense is told as such, with its table; nothing panics, and nothing is guessed.

use chrono::TimeDelta;
use membership_core::{
    account::SessionKeyHash,
    member::remove::Heirs,
    outbox::Delivery,
    role::{
        Permission,
        assign::{Wanted, WantedGrant},
    },
    store::{Scope, StoreError},
};
use membership_testkit::{Adapter, Bed, Failure};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};

use crate::place::Place;

/// Each a table, and what is done to its rows.
const DAMAGE: &[(&str, &str)] = &[
    ("account", "email = 'no address'"),
    ("account", "email = 'Upper@Example.org'"),
    ("account", "email = NULL, email_proved_at = 1"),
    ("account", "epoch = -1"),
    ("account", "last_signed_in_at = 9223372036854775807"),
    ("account", "registered_at = 9223372036854775807"),
    ("account", "sessions_from_epoch = -1"),
    ("account", "username = 'Not Canonical' WHERE username = 'root'"),
    ("application", "name = ' with spaces around ' WHERE position = 0"),
    ("application", "permissions = '[\"everything\"]'"),
    ("assignment", "permission = 'everything' WHERE permission IS NOT NULL"),
    ("assignment", "permission = 'video:cameras.view' WHERE permission IS NULL"),
    ("assignment", "role_id = NULL, permission = NULL"),
    ("assignment", "until = 9223372036854775807"),
    ("audit", "actor = 'somebody'"),
    ("audit", "at = 9223372036854775807"),
    ("audit", "hash = substr(hash, 1, 5)"),
    ("audit", "reached = at - 1"),
    ("audit", "scope_kind = 'planet'"),
    ("audit_head", "hash = substr(hash, 1, 5)"),
    ("audit_head", "lag = -1"),
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
    ("member", "epoch = -1"),
    ("member", "name = ' with spaces around '"),
    ("member", "status = 'asleep'"),
    ("member", "username = 'Not Canonical' WHERE username = 'root'"),
    ("nomination", "address = 'nowhere'"),
    ("nomination", "answer = 'perhaps', answered_at = 1"),
    ("nomination", "answered_at = 1"),
    ("nomination", "made_at = 9223372036854775807"),
    ("outbox", "due_at = NULL"),
    ("outbox", "kind = 'greeting'"),
    ("outbox", "state = 'lost'"),
    ("outbox", "to_address = 'nowhere'"),
    ("role", "changed_at = 9223372036854775807"),
    ("role", "permissions = '[\"everything\"]'"),
    ("role", "permissions = 'everything'"),
    ("session", "ends_at = 9223372036854775807"),
    ("session", "epoch = -1"),
    ("tenant", "policy = '{\"surprise\": 1}'"),
    ("tenant", "status = 'asleep'"),
    ("transfer", "attempts = -1"),
    ("transfer", "due_at = NULL"),
    ("transfer", "finished_at = 1"),
    ("transfer_share", "count = -1"),
    ("transfer_share", "done_at = 9223372036854775807"),
];

/// The checks that would not let it come to this.
const CHECKS: &[(&str, &str)] = &[
    ("account", "account_epoch"),
    ("account", "account_proof"),
    ("assignment", "assignment_grant"),
    ("audit", "audit_reached"),
    ("audit", "audit_scope"),
    ("audit_head", "audit_head_lag"),
    ("audit_head", "audit_head_revision"),
    ("installation", "installation_generation"),
    ("invitation", "invitation_channel"),
    ("invitation", "invitation_generation"),
    ("invitation", "invitation_inviter"),
    ("invitation", "invitation_state"),
    ("invitation", "invitation_validity"),
    ("member", "member_epoch"),
    ("member", "member_state"),
    ("nomination", "nomination_answer"),
    ("outbox", "outbox_kind"),
    ("outbox", "outbox_state"),
    ("session", "session_epoch"),
    ("tenant", "tenant_status"),
    ("transfer", "transfer_attempts"),
    ("transfer", "transfer_state"),
    ("transfer_share", "transfer_share_count"),
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
        let aside = place.aside().await?;
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
    let aside = place.aside().await?;
    let bed = Bed::over(place.adapter().await?).await?;
    let ann = bed.join("ann@example.org").await?;
    bed.invite("bob@example.org").await?;
    fill(&bed).await?;
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

/// A row for each table that inviting leaves empty.
async fn fill(bed: &Bed) -> Result<(), Failure> {
    let (membership, ctx) = (&bed.membership, bed.as_administrator());
    let mut addition = bed.addition("eve", &["Administrator"]).await?;
    addition.email = Some("eve@example.org".into());
    let eve = membership.add_member(&ctx, addition).await?;
    membership.nominate(&ctx, bed.target(&eve)).await?;

    let mut addition = bed.addition("kim", &["Member"]).await?;
    let viewing = WantedGrant::Permission(Permission::AUDIT_READ.to_string());
    addition.assignments.push(Wanted { what: viewing, until: None });
    membership.add_member(&ctx, addition).await?;

    let gone = bed.added("gone", &["Member"]).await?.member;
    bed.custodian().put(gone.id, "files", 3);
    membership.remove_member(&ctx, bed.target(&gone), Heirs::everything_to(bed.member.id)).await?;
    Ok(())
}

async fn ask_everything(adapter: &Adapter, bed: &Bed, key: &SessionKeyHash) -> Result<(), StoreError> {
    adapter.directory.installation().await?;
    drop(adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?);
    adapter.directory.session(key).await?;
    adapter.directory.world(bed.tenant.id).await?;
    Ok(())
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
