//! Every statement that is sent to SQLite is answered by an index, and the hot ones are few.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use chrono::TimeDelta;
use membership_core::{
    account::api_key::MakeApiKey,
    directory::{InDepartments, MemberFilter, Page, Who},
    role::Permission,
    traces::{Pace, TraceKey, Tries},
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
    // Of these a tenant has few, or one, and all are wanted.
    let few = |line: &str| {
        let few = ["application", "import", "logo", "role", "role_include", "transfer"];
        let all_departments =
            statement.starts_with("SELECT department.id, department.name") && line.starts_with("SEARCH department ");
        all_departments || few.iter().any(|table| line.starts_with(&format!("SEARCH {table} ")))
    };
    let mut before = "";
    plan.iter().any(|line| {
        let whole_table = line.strip_prefix("SCAN ").is_some_and(|what| {
            let name = what.split_once(' ').map_or(what, |(name, _)| name);
            // The index of texts is scanned by what is wanted of it: a match, or the number of a row.
            let searched = what.contains("VIRTUAL TABLE INDEX") && (what.contains(":M") || what.ends_with(":="));
            tables.iter().any(|table| table == name) && !searched
        });
        let only_one = ["member_representative_unique", "nomination_open_unique", "import_running_unique"]
            .iter()
            .any(|index| line.contains(&format!(" {index} ")));
        // Of those that are being carried out a tenant has one, and they are an index of their own.
        let running = line == "SCAN import USING INDEX import_running";
        let without_address = statement.contains("coalesce(member.email")
            && line.starts_with("SEARCH member ")
            && !line.contains(" member_by_name ");
        // Whoever asks for numbers has all open invitations counted, and they are an index of their own.
        let all_open = statement.contains("GROUP BY \"inviter_id\"") && line.contains(" invitation_vouched ");
        let whole_tenant = line.ends_with("(tenant_id=?)") && !few(line) && !only_one && !all_open;
        let filtered =
            ["object", "actor", "name"].iter().any(|it| statement.contains(&format!("\"audit\".\"{it}\" =")));
        let whole_audit = filtered
            && line.starts_with("SEARCH audit ")
            && !line.contains(" audit_by_")
            && !line.ends_with("(scope_id=? AND revision=?)");
        // A part of a list is no longer than a page, few are overdue, and few are gathered of departments.
        let few = ["SCAN overdue", "SCAN gathered"];
        let few_to_sort = before == "SCAN part" || plan.iter().any(|line| few.contains(&line.as_str()));
        // Of what was given for some departments there are few kinds, however often each was.
        let few_kinds = line == "USE TEMP B-TREE FOR DISTINCT"
            && statement.starts_with("SELECT DISTINCT \"assignment\".\"within_id\"");
        let sorts = line.contains("TEMP B-TREE") && !few_to_sort && !few_kinds;
        before = line;
        (whole_table && !running) || whole_tenant || whole_audit || without_address || sorts
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
    let command =
        MakeApiKey { tenant: bed.tenant.id, name: "Export".into(), scope: vec![Permission::MEMBERS_READ], seconds: 60 };
    let program = bed.membership.make_api_key(&bed.as_administrator(), command).await?;
    let (directory, traces, now) = (&bed.adapter.directory, &bed.adapter.traces, bed.clock.now());
    let sent = Quiet(sent);
    sent.count().await;

    directory.members(bed.tenant.id, &MemberFilter::default(), Page { after: None, limit: 200 }).await?;
    assert_eq!(sent.count().await, 3, "a page of members, what they were given, their invitations with mail");
    directory.departments(bed.tenant.id).await?;
    assert_eq!(sent.count().await, 1, "the departments with their numbers");
    directory.tally(bed.tenant.id, now).await?;
    assert_eq!(sent.count().await, 4, "how many members, invitations and mails stand where, and who answers for none");
    let root = bed.root()?;
    let departments = Some(InDepartments { of: vec![root], below: true });
    let filter = MemberFilter { departments, ..MemberFilter::default() };
    directory.members(bed.tenant.id, &filter, Page { after: None, limit: 200 }).await?;
    assert_eq!(sent.count().await, 4, "the same, and which department it is");
    directory.session(&ann.key.hash()).await?;
    assert_eq!(sent.count().await, 1, "a session with its account");
    directory.api_key(&program.secret.hash()).await?.ok_or("no key")?;
    assert_eq!(sent.count().await, 1, "an API key with its account");
    for who in [Who::Account(ann.account.id), Who::Member(ann.member.id)] {
        directory.footing(bed.tenant.id, who).await?;
        assert_eq!(sent.count().await, 1, "where a member stands");
    }
    directory.member(bed.tenant.id, ann.member.id).await?;
    assert_eq!(sent.count().await, 1, "all that is shown of a member");
    directory.api_keys(bed.tenant.id, now).await?;
    assert_eq!(sent.count().await, 1, "the keys of a tenant");
    directory.sessions(ann.account.id).await?;
    assert_eq!(sent.count().await, 1, "the sessions of an account");

    let command = bed.invitation_to("one-more@example.org").await?;
    sent.count().await;
    bed.membership.invite(&bed.as_administrator(), command).await?;
    assert_eq!(sent.count().await, 6, "an invitation: the turn, four questions, one script of all that is written");

    let [one, other] = ["one", "other"].map(|text| TraceKey::of("test", text.as_bytes()));
    let paces = [one, other].map(|key| Pace { key, burst: 1, every: TimeDelta::hours(1) });
    assert_eq!(traces.pace(&paces, now).await?, None);
    assert_eq!(sent.count().await, 3, "two paces: the turn, one question, one statement");
    assert!(traces.pace(&paces, now).await?.is_some());
    assert_eq!(sent.count().await, 3, "and if they have had enough: the turn, one question, taken back");
    assert!(traces.tried(&[Tries { key: one, most: 1 }], now).await?);
    assert_eq!(sent.count().await, 2, "a try: the turn, one statement");
    traces.session_used(ann.session.id, now + TimeDelta::hours(1)).await?;
    assert_eq!(sent.count().await, 2, "a use: the turn, one statement");
    Ok(())
}

/// What was sent, once nothing more comes: what a turn takes back, it takes back after its end.
struct Quiet(Sent);

impl Quiet {
    async fn count(&self) -> usize {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        self.0.take().len()
    }
}
