//! The audit: everything that ever happened in the tenant, newest first, in words, and as it was written down.

mod details;
pub(crate) mod export;
mod filter;
mod people;
mod words;

use askama::Template;
use chrono::{DateTime, Utc};
use membership_core::{
    ViewError,
    actor::Grants,
    audit::{Form, Record, RecordedActor},
    refusal::Refusal,
    role::Permission,
};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Query},
};

use self::{
    details::{Line, lines},
    filter::{Filter, ROWS},
    people::{Known, Person},
    words::Group,
};
use crate::{
    layout::{Admin, Layout, Section},
    moment::Moment,
    notice::Action,
    page::page,
    settled::On,
};

#[derive(Template)]
#[template(path = "audit/page.html")]
struct AuditPage {
    layout: Layout,
    path: String,
    filter: Filter,
    groups: &'static [Group],
    /// Whom `who` and `about` mean; several, if that is not clear.
    who: Meant,
    about: Meant,
    faults: Vec<&'static str>,
    entries: Vec<Entry>,
    newer: Option<String>,
    older: Option<String>,
    csv: String,
    json: String,
}

/// Whom somebody has typed.
#[derive(Default)]
struct Meant {
    /// The one, by name.
    one: Option<String>,
    /// Those who could be meant, each with the address of the page about that one.
    several: Vec<(Person, String)>,
}

/// One record.
struct Entry {
    revision: u64,
    at: Moment,
    what: String,
    /// What it is about, by name, and where that is.
    subject: Option<(String, Option<String>)>,
    who: String,
    /// The page of what this one has done.
    by_same: Option<String>,
    /// The page of what happened to the same thing.
    about_same: String,
    name: String,
    lines: Vec<Line>,
    edited: bool,
    request: String,
}

/// The page.
#[handler]
pub(crate) async fn show(edge: Data<&Edge>, On(visitor, admin): On<Admin>, Query(filter): Query<Filter>) -> Response {
    match audit(&edge, &visitor, &admin, filter).await {
        Ok(shown) => page(StatusCode::OK, &shown),
        Err(error) => refused(&admin, &visitor, &error),
    }
}

fn refused(admin: &Admin, visitor: &Visitor, error: &dyn Refusal) -> Response {
    let back = if Section::Members.is_for(&admin.grants) {
        Action::new("All members", Section::Members.path(&admin.tenant.id))
    } else {
        Action::new("Your own membership", format!("/welcome/{}", admin.tenant.id))
    };
    admin.refused(visitor, Section::Audit, error, back)
}

async fn audit(edge: &Edge, visitor: &Visitor, admin: &Admin, filter: Filter) -> Result<AuditPage, ViewError> {
    let path = Section::Audit.path(&admin.tenant.id);
    // Who may not read the audit learns nobody's name by it either.
    drop(admin.grants.require(Permission::AUDIT_READ)?);
    let who = people::meant(edge, visitor, admin, &filter.who).await?;
    let about = people::meant(edge, visitor, admin, &filter.about).await?;
    let asked = filter.asked(visitor, &who, &about);
    let records = match &asked.filter {
        Some(wanted) => {
            let (membership, tenant) = (edge.membership(), admin.tenant.id);
            membership.audit(&visitor.context, tenant, wanted, filter.order(), ROWS + 1).await?
        }
        None => Vec::new(),
    };
    let more = records.len() > usize::from(ROWS);
    let shown: Vec<&Record> = records.iter().take(ROWS.into()).collect();
    let known = people::known(edge, visitor, admin, &shown).await?;
    let older = shown.last().filter(|_| more).map(|last| format!("{path}{}", filter.older(last.revision).query()));
    let entries = shown.iter().map(|record| entry(record, admin, &known, &path, visitor)).collect();
    let choose = |meant: people::Meant, with: &dyn Fn(String) -> Filter| match meant {
        people::Meant::Nobody => Meant::default(),
        people::Meant::One(person) => Meant { one: Some(person.name), several: Vec::new() },
        people::Meant::Several(several) => {
            let several = several.into_iter().map(|person| {
                let href = format!("{path}{}", with(person.id.to_string()).query());
                (person, href)
            });
            Meant { one: None, several: several.collect() }
        }
    };
    let top = filter.on_top();
    // An account that stands there by its identifier is shown by its name.
    let named = filter.actor(visitor, &people::Meant::Nobody).map(|actor| doer(actor, &known, visitor));
    let who = choose(who, &|id| Filter { who: id, ..top.clone() });
    let who = Meant { one: who.one.or(named), ..who };
    Ok(AuditPage {
        layout: admin.layout("Audit", Section::Audit, path.clone()),
        groups: words::GROUPS,
        who,
        about: choose(about, &|id| Filter { about: id, ..top.clone() }),
        faults: asked.faults,
        entries,
        newer: filter.newer().map(|newer| format!("{path}{}", newer.query())),
        older,
        csv: format!("{path}/export.csv{}", top.query()),
        json: format!("{path}/export.jsonl{}", top.query()),
        filter,
        path,
    })
}

/// Who did something, as it is told to whoever looks.
fn doer(actor: RecordedActor, known: &Known, visitor: &Visitor) -> String {
    match actor {
        RecordedActor::System => "by itself".to_owned(),
        RecordedActor::Anonymous => "not signed in".to_owned(),
        RecordedActor::Account(id) if is_own(visitor, id) => "you".to_owned(),
        RecordedActor::Account(id) => known.by_account(id).unwrap_or("somebody else").to_owned(),
    }
}

fn is_own(visitor: &Visitor, account: uuid::Uuid) -> bool {
    visitor.account().is_some_and(|own| own.id.as_uuid() == account)
}

fn entry(record: &Record, admin: &Admin, known: &Known, path: &str, visitor: &Visitor) -> Entry {
    let form = Form::from_json(&record.body).ok();
    let only = |filter: Filter| format!("{path}{}", filter.query());
    let who = doer(record.actor, known, visitor);
    let by = match record.actor {
        RecordedActor::System => "system".to_owned(),
        RecordedActor::Anonymous => "anonymous".to_owned(),
        RecordedActor::Account(id) if is_own(visitor, id) => "me".to_owned(),
        RecordedActor::Account(id) => format!("account:{id}"),
    };
    Entry {
        revision: record.revision,
        at: Moment(record.at),
        what: words::said(&record.name),
        subject: form.as_ref().and_then(|form| subject(form, record, admin, known)),
        who,
        by_same: Some(only(Filter { who: by, ..Filter::default() })),
        about_same: only(Filter { about: record.object.to_string(), ..Filter::default() }),
        name: record.name.clone(),
        edited: form.as_ref().is_some_and(|form| form.before.is_some()),
        lines: lines(&record.body, &names(&admin.grants, known)),
        request: record.request.to_string(),
    }
}

/// What a record is about, by its name at that time.
fn subject(form: &Form, record: &Record, admin: &Admin, known: &Known) -> Option<(String, Option<String>)> {
    let member = |id: uuid::Uuid| Some(admin.path(format_args!("members/{id}")));
    if let Some(it) = &form.member {
        return Some((it.name.clone(), member(it.id)));
    }
    if let Some(it) = &form.role {
        let there = it.id.to_string().parse().ok().and_then(|id| admin.grants.catalogue().role(id));
        return Some((it.name.clone(), there.map(|role| admin.path(format_args!("roles/{}", role.id)))));
    }
    if let Some(it) = &form.department {
        return Some((it.name.clone(), Some(admin.path(format_args!("members?department={}", it.id)))));
    }
    if let Some(it) = &form.tenant {
        return Some((it.name.clone(), None));
    }
    if let Some(name) = form.account.as_ref().map(|account| account.name.clone()) {
        return Some((name, None));
    }
    if let Some(owner) = form.owner.and_then(|owner| known.by_account(owner)) {
        return Some((owner.to_owned(), None));
    }
    if let Some(name) = form.api_key.as_ref().map(|key| key.name.clone()) {
        return Some((name, None));
    }
    known.by_id(record.object).map(|name| (name.to_owned(), member(record.object)))
}

/// What an identifier in a record is called now, where that is known.
fn names<'a>(grants: &'a Grants, known: &'a Known) -> impl Fn(&str) -> Option<String> + 'a {
    move |text| {
        let id: uuid::Uuid = text.parse().ok()?;
        let role = text.parse().ok().and_then(|id| grants.catalogue().role(id)).map(|role| role.name.to_string());
        let department = || text.parse().ok().and_then(|id| grants.tree().get(id).ok()).map(|one| one.name.to_string());
        let person = || known.by_id(id).or_else(|| known.by_account(id)).map(ToOwned::to_owned);
        role.or_else(department).or_else(person)
    }
}

/// A day as people type it, at its beginning in UTC.
fn day(text: &str) -> Option<DateTime<Utc>> {
    chrono::NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0).map(|at| at.and_utc())
}
