//! What somebody is given: roles and single permissions, each for the whole organisation or for a department, for good or until
//! a moment.

use askama::{Template, filters::HtmlSafe};
use chrono::{DateTime, NaiveDateTime, Utc};
use membership_core::{
    actor::Sight,
    role::{
        Assignment, Assignments, Grant, Permission,
        assign::{Wanted, WantedGrant},
        assignment::Until,
    },
};

use super::{SPARE, places::Paths};
use crate::{form::Choice, layout::Admin, typed::Typed};

/// The rows.
#[derive(Template)]
#[template(path = "member/given.html")]
pub(crate) struct Given {
    rows: Vec<Row>,
    roles: Vec<Choice>,
    /// Each application with the single permissions that one may give.
    applications: Vec<(String, Vec<Choice>)>,
    before: Vec<Wanted>,
    fault: Option<String>,
}

#[derive(Default)]
struct Row {
    what: String,
    within: String,
    until: String,
    fault: Option<String>,
    wanted: Option<Wanted>,
}

impl HtmlSafe for Given {}

/// How browsers write a moment, to the minute.
const MINUTE: &str = "%Y-%m-%dT%H:%M";

fn key(grant: &Grant) -> String {
    match grant {
        Grant::Role(role) => format!("role:{role}"),
        Grant::Permission(permission) => format!("permission:{permission}"),
    }
}

fn wanted(held: &Assignment) -> Wanted {
    let what = match &held.grant {
        Grant::Role(role) => WantedGrant::Role(*role),
        Grant::Permission(permission) => WantedGrant::Permission(permission.to_string()),
    };
    Wanted { what, within: held.within, until: held.until }
}

fn written(until: Until) -> String {
    until.map(|until| until.format(MINUTE).to_string()).unwrap_or_default()
}

impl Given {
    /// As it is.
    pub(crate) fn of(admin: &Admin, permission: &Permission, held: &Assignments) -> Self {
        let paths = Paths::of(admin, permission);
        let rows = held.iter().map(|one| Row {
            what: key(&one.grant),
            within: one.within.map(|within| paths.label(within)).unwrap_or_default(),
            until: written(one.until),
            fault: None,
            wanted: Some(wanted(one)),
        });
        Self { rows: rows.collect(), ..Self::nothing(admin, permission, held) }
    }

    fn nothing(admin: &Admin, permission: &Permission, held: &Assignments) -> Self {
        let grants = &admin.grants;
        let tops = match grants.sight(permission.clone()) {
            Ok(Sight::Within(tops)) => tops,
            Ok(Sight::All) | Err(_) => Vec::new(),
        };
        // One may give it somewhere, or it is there and can stay.
        let offered = |grant: &Grant| {
            let within = std::iter::once(None).chain(tops.iter().copied().map(Some));
            let mut places = within.map(|within| Assignment { grant: grant.clone(), within, until: None });
            held.iter().any(|held| held.grant == *grant) || places.any(|one| grants.first_lacking([&one]).is_none())
        };
        let roles = grants.catalogue().roles().iter().filter(|role| offered(&Grant::Role(role.id)));
        let applications = grants.catalogue().applications().iter().map(|application| {
            let named =
                application.permissions.iter().map(|named| (Grant::Permission(named.permission.clone()), named));
            let named = named.filter(|(grant, _)| offered(grant));
            let named = named.map(|(grant, named)| Choice { value: key(&grant), label: named.name.to_string() });
            (application.name.to_string(), named.collect::<Vec<_>>())
        });
        Self {
            rows: Vec::new(),
            roles: roles
                .map(|role| Choice { value: key(&Grant::Role(role.id)), label: role.name.to_string() })
                .collect(),
            applications: applications.filter(|(_, permissions)| !permissions.is_empty()).collect(),
            before: held.iter().map(wanted).collect(),
            fault: None,
        }
    }

    /// As it was typed. An end that was not touched stays what it was, to the microsecond.
    pub(crate) fn typed(admin: &Admin, permission: &Permission, held: &Assignments, typed: &Typed) -> Self {
        let paths = Paths::of(admin, permission);
        let rest = typed.all("within").zip(typed.all("until"));
        let rows = typed.all("what").zip(rest).filter(|(what, _)| !what.is_empty()).map(|(what, (within, until))| {
            let read = read(&paths, held, what, within.trim(), until.trim());
            let (wanted, fault) = match read {
                Ok(wanted) => (Some(wanted), None),
                Err(fault) => (None, Some(fault.to_owned())),
            };
            Row { what: what.to_owned(), within: within.to_owned(), until: until.to_owned(), fault, wanted }
        });
        Self { rows: rows.collect(), ..Self::nothing(admin, permission, held) }
    }

    /// All that is wanted, if each could be read.
    pub(crate) fn wanted(&self) -> Result<Vec<Wanted>, ()> {
        self.rows.iter().map(|row| row.wanted.clone().ok_or(())).collect()
    }

    /// Whether `wanted` is what was given before, in whatever order.
    pub(crate) fn is_as_before(&self, wanted: &[Wanted]) -> bool {
        wanted.len() == self.before.len() && wanted.iter().all(|one| self.before.contains(one))
    }

    /// Writes a fault down: at its row, or for all.
    pub(crate) fn blame(&mut self, row: Option<usize>, fault: String) {
        match row.and_then(|row| self.rows.get_mut(row)) {
            Some(row) => row.fault = Some(fault),
            None => self.fault = Some(fault),
        }
    }

    /// What stands in the rows: those that are filled in, and one more; and whether it is a spare one, for whoever has no scripts.
    fn lines(&self) -> impl Iterator<Item = (&str, &str, &str, Option<&String>, bool)> {
        let filled = self.rows.iter();
        let filled =
            filled.map(|row| (row.what.as_str(), row.within.as_str(), row.until.as_str(), row.fault.as_ref(), false));
        let empty = |spare| ("", "", "", None, spare);
        filled.chain([empty(false)]).chain(std::iter::repeat_n(empty(true), SPARE))
    }
}

fn read(paths: &Paths, held: &Assignments, what: &str, within: &str, until: &str) -> Result<Wanted, &'static str> {
    let grant = match what.split_once(':') {
        Some(("role", id)) => id.parse().map(WantedGrant::Role).map_err(|_| "There is no such role here."),
        Some(("permission", permission)) => Ok(WantedGrant::Permission(permission.to_owned())),
        Some(_) | None => Err("Choose a role or a permission from the list."),
    }?;
    let before = held.iter().map(|one| (one, wanted(one))).find(|(one, wanted)| {
        let label = one.within.map(|within| paths.label(within)).unwrap_or_default();
        wanted.what == grant && label == within && written(one.until) == until
    });
    if let Some((_, as_it_was)) = before {
        return Ok(as_it_was);
    }
    let within = match within {
        "" => None,
        text => {
            Some(paths.find(text).ok_or("There is no such department that you may choose. Choose one from the list.")?)
        }
    };
    Ok(Wanted { what: grant, within, until: moment(until)? })
}

fn moment(text: &str) -> Result<Option<DateTime<Utc>>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = NaiveDateTime::parse_from_str(text, MINUTE).map(|moment| moment.and_utc());
    read.map(Some).map_err(|_| "Write the end as year-month-dayThour:minute, such as 2030-12-31T18:00.")
}
