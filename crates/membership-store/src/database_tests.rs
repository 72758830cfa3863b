//! Every statement that the use cases send to SQLite is answered by an index, and the hot ones are few.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use membership_core::{
    account::SessionKey,
    directory::{MemberFilter, Page},
    invitation::{revoke::RevokeInvitation, send::SendInvitation},
    member::MemberStatus,
    outbox::Delivery,
};
use membership_testkit::{Adapter, Bed, Failure, bed::PASSWORD};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tempfile::TempDir;

use super::*;

/// The statements that were sent.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<Statement>>>);

struct Watched {
    bed: Bed,
    sent: Sent,
    /// A connection that is not watched.
    aside: DatabaseConnection,
    _directory: TempDir,
}

impl Sent {
    fn take(&self) -> Vec<Statement> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl Watched {
    async fn new() -> Result<Self, Failure> {
        let directory = TempDir::new()?;
        let url = format!("sqlite://{}?mode=rwc", directory.path().join("watched.db").display());
        let mut database = Arc::into_inner(Database::open(&url).await?).ok_or("shared")?;
        database.migrate().await?;
        let sent = Sent::default();
        let Kind::Sqlite { readers, writer } = &mut database.kind else { return Err("not SQLite".into()) };
        let keep = |sent: &Sent| {
            let sent = sent.clone();
            move |info: &sea_orm::metric::Info<'_>| sent.0.lock().unwrap().push(info.statement.clone())
        };
        readers.set_metric_callback(keep(&sent));
        writer.watch(keep(&sent)).await;
        let aside = sqlite::readers(&url, 1).await?;
        Ok(Self { bed: Bed::over(Adapter::of(database)).await?, sent, aside, _directory: directory })
    }

    /// The lines of SQLite's plan for `statement`.
    async fn plan(&self, statement: &str) -> Result<Vec<String>, Failure> {
        let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {statement}"));
        let rows = self.aside.query_all_raw(explain).await?;
        Ok(rows.iter().map(|row| row.try_get("", "detail")).collect::<Result<_, _>>()?)
    }

    /// Everything that a database is asked, at least once.
    async fn do_everything(&self) -> Result<(), Failure> {
        let Self { bed, .. } = self;
        let (membership, tenant) = (&bed.membership, bed.tenant.id);
        let ann = bed.join("ann@example.org").await?;
        bed.found("Another Ltd", "otto").await?;
        let bob = bed.invite("bob@example.org").await?.invitation;
        membership.open_invitation(&bed.as_anybody(), &bed.token(&bob)).await?;
        let which = SendInvitation { tenant, invitation: bob.id };
        membership.resend_invitation(&bed.as_administrator(), which).await?;
        let lease = bed.adapter.outbox.claim(bed.clock.now(), bed.clock.now(), 10).await?.pop().ok_or("nothing due")?;
        bed.adapter.outbox.holds(&lease).await?;
        bed.adapter.outbox.settle(&[(lease, Delivery::Cancelled { at: bed.clock.now() })]).await?;
        bed.adapter.outbox.next_due().await?;
        let which = RevokeInvitation { tenant, invitation: bob.id };
        membership.revoke_invitation(&bed.as_administrator(), which).await?;
        membership.expire_invitations(&bed.as_system(), 10).await?;
        for login in ["ann@example.org", "otto"] {
            let password = membership_core::ports::Secret::new(PASSWORD);
            let command = membership_core::account::sign_in::SignIn { login: login.into(), password };
            let signed_in = membership.sign_in(&bed.as_anybody(), command).await?;
            membership.session(&bed.as_anybody(), &signed_in.key).await?;
            membership.sign_out(&bed.as_anybody(), &signed_in.session).await?;
        }
        membership.places(&bed.as_account(ann.account.id), &ann.account).await?;
        membership.audit(&bed.as_administrator(), tenant, 3, 10).await?;
        membership.invitation(&bed.as_administrator(), tenant, bob.id).await?;
        membership.member(&bed.as_administrator(), tenant, ann.member.id).await?;
        for (status, after) in [(None, None), (Some(MemberStatus::Enabled), Some(ann.member.id))] {
            let page = Page { after, limit: 50 };
            membership.members(&bed.as_administrator(), tenant, MemberFilter { status }, page).await?;
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_is_answered_by_an_index() -> Result<(), Failure> {
    let watched = Watched::new().await?;
    watched.do_everything().await?;
    let sent = watched.sent.take();
    let statements: BTreeSet<&str> = sent.iter().flat_map(|sent| sent.sql.split("; ")).collect();
    for statement in statements {
        let plan = watched.plan(statement).await?;
        for line in &plan {
            let whole_table = line.starts_with("SCAN") && !line.ends_with("VALUES CLAUSE");
            // A page follows the index and stops; the roles of a tenant are few, and wanted all.
            let bounded = statement.contains("LIMIT") || line.starts_with("SEARCH role ");
            let whole_tenant = line.ends_with("(tenant_id=?)") && !bounded;
            let sorts = line.contains("TEMP B-TREE");
            assert!(!whole_table && !whole_tenant && !sorts, "{statement}\n{plan:#?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn hot_questions_cost_few_statements() -> Result<(), Failure> {
    let watched = Watched::new().await?;
    let Watched { bed, sent, .. } = &watched;
    for number in 0..40 {
        bed.invite(&format!("person-{number}@example.org")).await?;
    }
    let ann = bed.join("ann@example.org").await?;
    let directory = &bed.adapter.directory;
    sent.take();

    directory.members(bed.tenant.id, MemberFilter::default(), Page { after: None, limit: 200 }).await?;
    assert_eq!(sent.take().len(), 3, "a page of members with roles, invitations and mail");
    let key = SessionKey::parse(ann.key.expose()).ok_or("no key")?;
    directory.session(&key.hash()).await?;
    assert_eq!(sent.take().len(), 1, "a session with its account");
    directory.standing_of(bed.tenant.id, ann.account.id).await?;
    assert_eq!(sent.take().len(), 2, "a tenant, and what an account is in it");
    let command = bed.invitation_to("one-more@example.org").await?;
    sent.take();
    bed.membership.invite(&bed.as_administrator(), command).await?;
    assert_eq!(sent.take().len(), 6, "an invitation: the turn, four questions, one script of all that is written");
    Ok(())
}
