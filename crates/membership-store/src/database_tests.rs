//! Every statement that is sent to SQLite is answered by an index, and the hot ones are few.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use membership_core::{
    account::SessionKey,
    directory::{MemberFilter, Page, Who},
};
use membership_testkit::{Adapter, Bed, Failure, conformance};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tempfile::TempDir;

use super::*;

/// The statements that were sent.
#[derive(Clone, Default)]
pub(crate) struct Sent(Arc<Mutex<Vec<Statement>>>);

/// A database that tells what it is asked.
pub(crate) struct Watched {
    pub(crate) adapter: Adapter,
    /// A connection that is not watched.
    pub(crate) aside: DatabaseConnection,
}

impl Sent {
    pub(crate) fn take(&self) -> Vec<Statement> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// Each text once; a script is as many.
    fn take_texts(&self) -> BTreeSet<String> {
        self.take().iter().flat_map(|sent| sent.sql.split("; ")).map(str::to_owned).collect()
    }
}

impl Watched {
    pub(crate) async fn new(sent: &Sent) -> Result<Self, Failure> {
        let directory = TempDir::new()?;
        let url = format!("sqlite://{}?mode=rwc", directory.path().join("watched.db").display());
        let mut database = Arc::into_inner(Database::open(&url).await?).ok_or("shared")?;
        database.migrate().await?;
        let Kind::Sqlite { readers, writer } = &mut database.kind else { return Err("not SQLite".into()) };
        let keep = |sent: &Sent| {
            let sent = sent.clone();
            move |info: &sea_orm::metric::Info<'_>| sent.0.lock().unwrap().push(info.statement.clone())
        };
        readers.set_metric_callback(keep(sent));
        writer.watch(keep(sent)).await;
        let aside = sqlite::readers(&url, 1).await?;
        Ok(Self { adapter: Adapter::of(database).keeping(directory), aside })
    }

    async fn tables(&self) -> Result<Vec<String>, Failure> {
        let tables = Statement::from_string(DbBackend::Sqlite, "SELECT name FROM sqlite_master WHERE type = 'table'");
        let rows = self.aside.query_all_raw(tables).await?;
        Ok(rows.iter().map(|row| row.try_get("", "name")).collect::<Result<_, _>>()?)
    }

    /// The lines of SQLite's plan for `statement`.
    pub(crate) async fn plan(&self, statement: &str) -> Result<Vec<String>, Failure> {
        let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {statement}"));
        let rows = self.aside.query_all_raw(explain).await?;
        Ok(rows.iter().map(|row| row.try_get("", "detail")).collect::<Result<_, _>>()?)
    }
}

/// Whatever the conformance suite makes a store do, no table is read from end to end, and nothing is sorted, but by the
/// doctor.
#[tokio::test(flavor = "multi_thread")]
async fn every_statement_is_answered_by_an_index() -> Result<(), Failure> {
    let sent = Sent::default();
    for case in conformance::all() {
        case.run(Watched::new(&sent).await?.adapter).await?;
    }
    let mut statements = sent.take_texts();
    let watched = Watched::new(&sent).await?;
    let bed = Bed::over(watched.adapter.clone()).await?;
    sent.take();
    for tenant in bed.adapter.directory.tenants().await? {
        bed.adapter.directory.world(tenant).await?;
    }
    let whole = sent.take_texts();
    statements.retain(|statement| !whole.contains(statement));
    assert!(statements.len() > 100, "{}", statements.len());
    let tables = watched.tables().await?;
    let mut slow = Vec::new();
    for statement in statements {
        // SQLite's plan of an INSERT also names the tables that refer to new rows; it goes there only while a reference
        // is open, and none ever is.
        let plan = if statement.starts_with("INSERT") { Vec::new() } else { watched.plan(&statement).await? };
        if is_slow(&plan, &statement, &tables) {
            slow.push((statement, plan));
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
    Ok(())
}

fn is_slow(plan: &[String], statement: &str, tables: &[String]) -> bool {
    // Of these a tenant has few, and all are wanted.
    let few = |line: &str| {
        let few = ["application", "role", "role_include", "transfer"];
        few.iter().any(|table| line.starts_with(&format!("SEARCH {table} ")))
    };
    let mut before = "";
    plan.iter().any(|line| {
        let whole_table = line.strip_prefix("SCAN ").is_some_and(|what| {
            let name = what.split_once(' ').map_or(what, |(name, _)| name);
            // The index of texts is scanned by what is wanted of it: a match, or the number of a row.
            let searched = what.contains("VIRTUAL TABLE INDEX") && (what.contains(":M") || what.ends_with(":="));
            tables.iter().any(|table| table == name) && !searched
        });
        let only_one = line.contains(" member_representative_unique ") || line.contains(" nomination_open_unique ");
        let whole_tenant = line.ends_with("(tenant_id=?)") && !few(line) && !only_one;
        let filtered =
            ["object", "actor", "name"].iter().any(|it| statement.contains(&format!("\"audit\".\"{it}\" =")));
        let whole_audit = filtered
            && line.starts_with("SEARCH audit ")
            && !line.contains(" audit_by_")
            && !line.ends_with("(scope_id=? AND revision=?)");
        // A part of a list is no longer than a page, and few are overdue.
        let few_to_sort = before == "SCAN part" || plan.iter().any(|line| line == "SCAN overdue");
        let sorts = line.contains("TEMP B-TREE") && !few_to_sort;
        before = line;
        whole_table || whole_tenant || whole_audit || sorts
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn hot_questions_cost_few_statements() -> Result<(), Failure> {
    let sent = Sent::default();
    let bed = Bed::over(Watched::new(&sent).await?.adapter).await?;
    for number in 0..40 {
        bed.invite(&format!("person-{number}@example.org")).await?;
    }
    let ann = bed.join("ann@example.org").await?;
    let directory = &bed.adapter.directory;
    sent.take();

    directory.members(bed.tenant.id, &MemberFilter::default(), Page { after: None, limit: 200 }).await?;
    assert_eq!(
        sent.take().len(),
        4,
        "a page of members, what they were given, their invitations with mail, hand-overs"
    );
    let key = SessionKey::parse(ann.key.expose()).ok_or("no key")?;
    directory.session(&key.hash()).await?;
    assert_eq!(sent.take().len(), 1, "a session with its account");
    for who in [Who::Account(ann.account.id), Who::Member(ann.member.id)] {
        directory.footing(bed.tenant.id, who).await?;
        assert_eq!(sent.take().len(), 1, "where a member stands");
    }
    let command = bed.invitation_to("one-more@example.org").await?;
    sent.take();
    bed.membership.invite(&bed.as_administrator(), command).await?;
    assert_eq!(sent.take().len(), 5, "an invitation: the turn, three questions, one script of all that is written");
    Ok(())
}
