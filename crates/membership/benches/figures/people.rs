//! Pages of members and text search, at a thousand members and at a million, in one run.

use std::{
    env,
    sync::Arc,
    time::{Duration, Instant},
};

use membership_core::{
    directory::{AnyOf, MemberFilter, Page},
    id::{CatalogueId, MemberId},
    lifecycle::Stage,
    member::MemberStatus,
    role::{Catalogue, Permission},
    search::Query,
};
use membership_store::Database;
use membership_testkit::Adapter;
use sea_orm::{ConnectOptions, ConnectionTrait as _};

use crate::{crowd::Crowd, names::RARE, pages};

const SIZES: [usize; 2] = [1_000, 1_000_000];
const ROUNDS: usize = 31;
const PAGE: u16 = 50;

/// What is asked of each tenant.
struct Question {
    group: &'static str,
    text: String,
    filter: MemberFilter,
    after: Option<MemberId>,
}

/// What came of it in one tenant.
#[derive(Default)]
struct Answer {
    rows: usize,
    times: Vec<Duration>,
}

pub(crate) async fn measure() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |size| format!("sqlite://{}?mode=rwc", folder.path().join(format!("{size}.db")).display());
    compare("SQLite", SIZES.map(place)).await;
    drop(folder);
    if let Ok(server) = env::var("MEMBERSHIP_TEST_POSTGRES") {
        let place = |size| format!("{}/figures_{size}", server.rsplit_once('/').map_or(&*server, |(server, _)| server));
        let databases = SIZES.map(|size| format!("figures_{size}"));
        for name in &databases {
            on_server(&server, &[format!("CREATE DATABASE {name}")]).await;
        }
        compare("PostgreSQL", SIZES.map(place)).await;
        for name in &databases {
            on_server(&server, &[format!("DROP DATABASE {name} WITH (FORCE)")]).await;
        }
    }
}

async fn on_server(url: &str, statements: &[String]) {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let database = sea_orm::Database::connect(options).await.expect("a database");
    for statement in statements {
        database.execute_unprepared(statement).await.expect("a statement");
    }
    database.close().await.expect("the end");
}

async fn compare(kind: &str, urls: [String; 2]) {
    let mut crowds = Vec::new();
    for (url, size) in urls.iter().zip(SIZES) {
        let database = Database::open(url).await.expect("a database");
        database.migrate().await.expect("its tables");
        let adapter = Adapter::of(Arc::into_inner(database).expect("nobody else has it"));
        let crowd = Crowd::gather(adapter, size).await;
        let (time, events) = crowd.filled;
        let each = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / time.as_secs_f64();
        println!(
            "{kind}: {size} members written in {time:.1?}: {:.0} members/s, {:.0} events/s",
            each(size),
            each(events)
        );
        if kind == "PostgreSQL" {
            // As its own housekeeping does after a while.
            on_server(url, &["VACUUM (ANALYZE)".to_owned()]).await;
        }
        crowds.push(crowd);
    }
    let mut asked = Vec::new();
    for crowd in &crowds {
        asked.push(questions(crowd).await);
    }
    let answers = ask(&crowds, &asked).await;
    tell(kind, &asked[0], &answers);
    pages::compare(kind, &crowds).await;
}

/// In turns, so that whatever else the machine does meets both sizes alike.
async fn ask(crowds: &[Crowd], asked: &[Vec<Question>]) -> Vec<[Answer; 2]> {
    let mut answers: Vec<[Answer; 2]> = asked[0].iter().map(|_| Default::default()).collect();
    for round in 0..=ROUNDS {
        for (number, answer) in answers.iter_mut().enumerate() {
            for (place, crowd) in crowds.iter().enumerate() {
                let Question { filter, after, .. } = &asked[place][number];
                let page = Page { after: *after, limit: PAGE };
                let begun = Instant::now();
                let rows = crowd.bed.adapter.directory.members(crowd.bed.tenant.id, filter, page).await;
                let time = begun.elapsed();
                answer[place].rows = rows.expect("rows").len();
                // The first round warms up.
                answer[place].times.extend((round > 0).then_some(time));
            }
        }
    }
    answers
}

pub(crate) fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

fn tell(kind: &str, questions: &[Question], answers: &[[Answer; 2]]) {
    println!("{kind}: pages of {PAGE}, medians of {ROUNDS} in milliseconds, at {} and {} members", SIZES[0], SIZES[1]);
    for group in questions.chunk_by(|one, other| one.group == other.group) {
        let name = group[0].group;
        let those = || questions.iter().zip(answers).filter(|(question, _)| question.group == name);
        let all = [0, 1].map(|place| median(those().flat_map(|(_, answer)| answer[place].times.clone()).collect()));
        println!("  {name:<58} {:>7.2} {:>7.2} {:>5.1}", all[0], all[1], all[1] / all[0]);
        for (question, answer) in those().filter(|_| group.len() > 1) {
            let times = [0, 1].map(|place| median(answer[place].times.clone()));
            let rows = [0, 1].map(|place| answer[place].rows);
            let (text, ratio) = (&question.text, times[1] / times[0]);
            println!(
                "    {text:<40} rows {:>2} {:>3}        {:>7.2} {:>7.2} {ratio:>5.1}",
                rows[0], rows[1], times[0], times[1]
            );
        }
    }
}

async fn questions(crowd: &Crowd) -> Vec<Question> {
    let mut all = Vec::new();
    let mut ask = |group, text: &str, filter: MemberFilter, after| {
        all.push(Question { group, text: text.to_owned(), filter, after });
    };
    let everybody = MemberFilter::default;
    ask("first page", "", everybody(), None);
    ask("page in the middle", "", everybody(), Some(crowd.some[500].id));
    for status in MemberStatus::ALL {
        ask("by status", status.as_str(), MemberFilter { status: Some(status), ..everybody() }, None);
    }
    let now = crowd.bed.clock.now();
    let expired = MemberFilter { stage: Some((Stage::Expired, now)), ..everybody() };
    ask("by state of the invitation", "expired", expired, None);
    let given = |roles, permission, at| MemberFilter {
        given: Some(AnyOf { roles, permission, at, over: None }),
        ..everybody()
    };
    for (text, after) in [("first page", None), ("in the middle", Some(crowd.some[500].id))] {
        ask("by role, which one in ten has", text, given(vec![crowd.manager], None, None), after);
    }
    let access = crowd.bed.adapter.directory.access(crowd.bed.tenant.id).await.expect("its roles");
    let catalogue = Catalogue::compile(CatalogueId::from_uuid(crowd.bed.tenant.id.as_uuid()), access);
    for permission in [Permission::MEMBERS_INVITE, Permission::MEMBERS_READ, Permission::TENANT_MANAGE] {
        let roles = catalogue.roles_giving(&permission).map(|role| role.id).collect();
        let who = given(roles, Some(permission.clone()), Some(now));
        ask("who may", permission.as_str(), MemberFilter { status: Some(MemberStatus::Enabled), ..who }, None);
    }
    let text = |text: &str| MemberFilter { text: Query::parse(text).expect("a query"), ..everybody() };
    for common in ["maria", "smith", "mar", "son", "ma", "s", "example.org", "mar son"] {
        ask("text: common, a full page at both sizes", common, text(common), None);
    }
    ask("text: common, in the middle", "maria", text("maria"), Some(crowd.some[500].id));
    for pair in ["maria smith", "anna müller", "john garcia"] {
        ask("text: first and last name", pair, text(pair), None);
    }
    let person = &crowd.some[500];
    let email = person.email.as_ref().map(ToString::to_string).unwrap_or_default();
    let username = person.username.as_ref().map(ToString::to_string).unwrap_or_default();
    for (name, rare) in [("an address", &*email), ("a username", &*username), (RARE[1], RARE[1])] {
        ask("text: rare, one to three", name, text(rare), None);
    }
    for nobody in ["qxzqxz", "marsonsmi", "mariajohn smith"] {
        ask("text: nobody", nobody, text(nobody), None);
    }
    let near = |typed: &str| MemberFilter { text: text(typed).text.and_then(|query| query.near()), ..everybody() };
    for typed in ["smtih", "marai", "mairia", "jonhson", "quackenbsuh", "zebedee quakenbush", "marsonsmi"] {
        ask("text: near", typed, near(typed), None);
    }
    for status in [MemberStatus::Disabled, MemberStatus::Removed] {
        let both = MemberFilter { status: Some(status), ..text("mar") };
        ask("text and status", &format!("mar, {}", status.as_str()), both, None);
    }
    let both = MemberFilter { given: given(vec![crowd.manager], None, None).given, ..text("mar") };
    ask("text and status", "mar, managers", both, None);
    all
}
