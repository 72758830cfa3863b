//! A row that makes no sense is told as such, with its table; nothing panics, and nothing is guessed.

use chrono::TimeDelta;
use membership_core::{
    account::{
        Account, Challenge, Factors, SessionKeyHash,
        address::{AddressChange, FormerAddress},
        api_key::MakeApiKey,
        factor::{App, Draft, recovery_codes},
        register::Registered,
        reset::ResetBy,
    },
    email::EmailAddress,
    event::{Event, FactorChange},
    id::{AccountId, ChallengeId},
    member::remove::Heirs,
    outbox::Delivery,
    ports::Sealed,
    role::{
        Permission,
        assign::{Wanted, WantedGrant},
    },
    store::{Scope, StoreError},
    traces::{Pace, TraceKey, Tries},
};
use membership_testkit::{Bed, Failure, TypedTable};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend};

use crate::place::Place;

/// Each a table, and what is done to its rows.
const DAMAGE: &[(&str, &str)] = &[
    ("account", "email = 'no address'"),
    ("account", "email = 'Upper@Example.org'"),
    ("account", "email = NULL, email_proved_at = 1"),
    ("account", "closed_at = 9223372036854775807"),
    ("account", "epoch = -1"),
    ("account", "former_email = 'nowhere'"),
    ("account", "former_email_until = NULL"),
    ("account", "keys_from_epoch = -1"),
    ("account", "kinds = -1"),
    ("account", "kinds = 8"),
    ("account", "last_signed_in_at = 9223372036854775807"),
    ("account", "links = -1"),
    ("account", "new_email = 'nowhere'"),
    ("account", "new_email_generation = NULL"),
    ("account", "registered_at = 9223372036854775807"),
    ("account", "reset_by = 'nobody'"),
    ("account", "reset_generation = -1"),
    ("account", "reset_issued_at = NULL"),
    ("account", "sessions_from_epoch = -1"),
    ("account", "username = 'Not Canonical' WHERE username = 'root'"),
    ("api_key", "ends_at = 9223372036854775807"),
    ("api_key", "epoch = -1"),
    ("api_key", "name = ' with spaces around '"),
    ("api_key", "scope = '[\"everything\"]'"),
    ("api_key", "scope = 'everything'"),
    ("api_key", "secret_hash = substr(secret_hash, 1, 5)"),
    ("api_key", "with_kinds = 8"),
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
    ("challenge", "address = 'nowhere'"),
    ("challenge", "ends_at = 9223372036854775807"),
    ("challenge", "epoch = -1"),
    ("challenge", "key_hash = substr(key_hash, 1, 5)"),
    ("challenge", "mailed = -1"),
    ("department", "canonical = 'something else'"),
    ("department", "created_at = 9223372036854775807"),
    ("department", "lineage = substr(lineage, 17) WHERE parent IS NOT NULL"),
    ("department", "meets = -1"),
    ("department", "members = -1"),
    ("department", "name = ' with spaces around '"),
    ("factors", "app_secret = NULL"),
    ("factors", "app_step = -1"),
    ("factors", "draft_at = NULL"),
    ("factors", "email_since = 9223372036854775807"),
    ("factors", "recovery = substr(recovery, 1, 33)"),
    ("import", "body = '{}'"),
    ("import", "created_at = 9223372036854775807"),
    ("import", "created_at = created_at + 1"),
    ("import", "ended_at = 1"),
    ("import", "status = 'lost'"),
    ("import", "status = 'reading'"),
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
    ("member", "departments = substr(departments, 1, 5) WHERE status <> 'removed'"),
    ("member", "disabled_at = 1, removed_at = 1"),
    ("member", "epoch = -1"),
    ("member", "language = 'DE'"),
    ("member", "language = 'german'"),
    ("member", "meets = departments WHERE status <> 'removed'"),
    ("member", "name = ' with spaces around '"),
    ("member", "status = 'asleep'"),
    ("member", "username = 'Not Canonical' WHERE username = 'root'"),
    ("member_department", "department_id = (SELECT id FROM department WHERE parent IS NOT NULL) WHERE NOT several"),
    ("member_department", "several = TRUE"),
    ("nomination", "address = 'nowhere'"),
    ("nomination", "answer = 'perhaps', answered_at = 1"),
    ("nomination", "answered_at = 1"),
    ("nomination", "made_at = 9223372036854775807"),
    ("outbox", "account_id = (SELECT id FROM account WHERE username = 'root')"),
    ("outbox", "due_at = NULL"),
    ("outbox", "kind = 'greeting'"),
    ("outbox", "state = 'lost'"),
    ("outbox", "to_address = 'nowhere'"),
    ("role", "changed_at = 9223372036854775807"),
    ("role", "permissions = '[\"everything\"]'"),
    ("role", "permissions = 'everything'"),
    ("session", "ends_at = 9223372036854775807"),
    ("session", "epoch = -1"),
    ("session", "key_hash = substr(key_hash, 1, 5)"),
    ("session", "used_at = 9223372036854775807"),
    ("session", "with_kinds = 8"),
    ("tenant", "policy = '{\"surprise\": 1}'"),
    ("tenant", "second_factor = 3"),
    ("tenant", "second_factor = 8"),
    ("tenant", "status = 'asleep'"),
    ("trace_pace", "paid = 9223372036854775807"),
    ("trace_tries", "tries = -1"),
    ("transfer", "attempts = -1"),
    ("transfer", "due_at = NULL"),
    ("transfer", "finished_at = 1"),
    ("transfer_share", "count = -1"),
    ("transfer_share", "done_at = 9223372036854775807"),
];

/// The checks that would not let it come to this.
const CHECKS: &[(&str, &str)] = &[
    ("account", "account_closed"),
    ("account", "account_epoch"),
    ("account", "account_former_email"),
    ("account", "account_kinds"),
    ("account", "account_links"),
    ("account", "account_new_email"),
    ("account", "account_proof"),
    ("account", "account_reset"),
    ("api_key", "api_key_epoch"),
    ("api_key", "api_key_secret"),
    ("api_key", "api_key_with"),
    ("assignment", "assignment_grant"),
    ("audit", "audit_reached"),
    ("audit", "audit_scope"),
    ("audit_head", "audit_head_lag"),
    ("audit_head", "audit_head_revision"),
    ("challenge", "challenge_epoch"),
    ("challenge", "challenge_key"),
    ("challenge", "challenge_mailed"),
    ("department", "department_headcount"),
    ("department", "department_root"),
    ("factors", "factors_app"),
    ("factors", "factors_draft"),
    ("factors", "factors_recovery"),
    ("import", "import_end"),
    ("import", "import_status"),
    ("installation", "installation_generation"),
    ("invitation", "invitation_channel"),
    ("invitation", "invitation_generation"),
    ("invitation", "invitation_inviter"),
    ("invitation", "invitation_state"),
    ("invitation", "invitation_validity"),
    ("member", "member_departments"),
    ("member", "member_epoch"),
    ("member", "member_state"),
    ("nomination", "nomination_answer"),
    ("outbox", "outbox_about"),
    ("outbox", "outbox_kind"),
    ("outbox", "outbox_state"),
    ("session", "session_epoch"),
    ("session", "session_key"),
    ("session", "session_kinds"),
    ("tenant", "tenant_second_factor"),
    ("tenant", "tenant_status"),
    ("trace_tries", "trace_tries_count"),
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
    let opened = open_up(&bed, &ann).await?;
    assert_eq!(ask_everything(&bed, &opened).await, Ok(()));

    drop_checks(&aside).await?;
    aside.execute_unprepared(&format!("UPDATE {table} SET {damage}")).await?;
    match ask_everything(&bed, &opened).await {
        Err(StoreError::Corrupt { detail }) => {
            assert!(detail.starts_with(&format!("{table} ")), "{table}: {damage}: {detail}");
        }
        other => panic!("{table}: {damage}: {other:?}"),
    }
    Ok(())
}

/// What one account is opened by.
struct Opened {
    account: AccountId,
    session: SessionKeyHash,
    challenge: ChallengeId,
}

/// A row for each table that inviting leaves empty.
async fn fill(bed: &Bed) -> Result<(), Failure> {
    let (membership, ctx) = (&bed.membership, bed.as_administrator());
    bed.department("Empty", bed.root()?).await?;
    let mut addition = bed.addition("eve", &["Administrator"]).await?;
    addition.email = Some("eve@example.org".into());
    let eve = membership.add_member(&ctx, addition).await?;
    membership.nominate(&ctx, bed.target(&eve)).await?;

    let mut addition = bed.addition("kim", &["Member"]).await?;
    let viewing = WantedGrant::Permission(Permission::AUDIT_READ.to_string());
    addition.assignments.push(Wanted { what: viewing, within: None, until: None });
    membership.add_member(&ctx, addition).await?;
    bed.planned(&TypedTable::new(&["Name", "Roles"], [["Lee", "Member"].as_slice()])).await?;

    let gone = bed.added("gone", &["Member"]).await?.member;
    bed.custodian().put(gone.id, "files", 3);
    membership.remove_member(&ctx, bed.target(&gone), Heirs::everything_to(bed.member.id)).await?;
    Ok(())
}

/// The same for the tables about accounts.
async fn open_up(bed: &Bed, ann: &Registered) -> Result<Opened, Failure> {
    let (now, entropy, id) = (bed.clock.now(), bed.membership.entropy(), ann.account.id);
    let to = EmailAddress::from_canonical("new@example.org")?;
    let former = FormerAddress { address: to.clone(), generation: 1, until: now };
    let account = bed.account(id).await?.with_reset(ResetBy::Owner, now);
    let change = Some(AddressChange { to, generation: 1, asked_at: now });
    let factors = Factors {
        email_since: Some(now),
        app: Some(App { secret: Sealed::from_bytes(vec![1; 48]), since: now, last_step: 9 }),
        draft: Some(Draft { secret: Sealed::from_bytes(vec![2; 48]), shown_at: now }),
        recovery: recovery_codes(id, entropy).1,
        ..Factors::none(id)
    };
    let kinds = factors.kinds();
    let account = Account { address_change: change, former_address: Some(former), kinds, ..account };
    let (challenge, _) = Challenge::start(&account, now, entropy);
    let events = [
        Event::FactorsChanged { account, factors, change: FactorChange::AppAdded },
        Event::ChallengeStarted(challenge.clone()),
    ];
    bed.adapter.store.begin(Scope::Account(id)).await?.commit(&bed.as_system(), &events).await?;

    let (name, scope) = ("Export".to_owned(), vec![Permission::AUDIT_READ]);
    let command = MakeApiKey { tenant: bed.tenant.id, name, scope, seconds: 3_600 };
    bed.membership.make_api_key(&bed.as_administrator(), command).await?;
    assert!(bed.adapter.traces.tried(&[Tries { key: trace(), most: 1 }], now).await?);
    assert_eq!(bed.adapter.traces.pace(&[pace()], now).await?, None);
    Ok(Opened { account: id, session: ann.key.hash(), challenge: challenge.id })
}

fn trace() -> TraceKey {
    TraceKey::of("test", b"")
}

fn pace() -> Pace {
    Pace { key: trace(), burst: 1_000_000, every: TimeDelta::seconds(1) }
}

async fn ask_everything(bed: &Bed, opened: &Opened) -> Result<(), StoreError> {
    let (adapter, now) = (&bed.adapter, bed.clock.now());
    adapter.directory.installation().await?;
    drop(adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?);
    adapter.directory.session(&opened.session).await?;
    adapter.directory.sessions(opened.account).await?;
    adapter.directory.challenge_of(opened.challenge).await?;
    adapter.directory.api_keys(bed.tenant.id, now).await?;
    adapter.store.begin(Scope::Account(opened.account)).await?.factors(opened.account).await?;
    adapter.traces.tries(&[trace()]).await?;
    adapter.traces.pace(&[pace()], now).await?;
    adapter.imports.imports(bed.tenant.id).await?;
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
