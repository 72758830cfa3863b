//! One department: what belongs to it, and everything that can be done with it.

mod change;
mod dissolution;

use askama::Template;
use membership_core::{
    People,
    department::{Department, DepartmentOf, DepartmentUnknown, Tree},
    id::DepartmentId,
    refusal::Refusal,
    role::Permission,
};
use membership_web::{Edge, Visitor, status_of};
use poem::{
    Request, Response, handler,
    http::StatusCode,
    web::{Data, Query},
};

pub(crate) use change::{add_below, add_beside, delete, relocate, rename};
pub(crate) use dissolution::dissolve;

use crate::{
    done::{Said, WITH_MEMBERS},
    form::Choice,
    layout::{Admin, Layout, Section, is_of_the_session},
    member::edit::places::Paths,
    notice::Action,
    page::{page, waiting},
    settled::{On, Subject, named},
    words::sentence,
};

/// What stands between the names of a path.
const BETWEEN: &str = " / ";

#[derive(Template)]
#[template(path = "department/page.html")]
struct DepartmentPage {
    layout: Layout,
    name: String,
    /// The path of the one above it.
    above: Option<String>,
    people: Option<People>,
    below: usize,
    path: String,
    list: String,
    /// Whether one may change it itself, and whether it and the one above it.
    may: May,
    /// Where it could stand.
    places: Vec<String>,
    siblings: Vec<Choice>,
    failed: Failed,
}

/// What one may do.
#[derive(Default)]
struct May {
    rename: bool,
    /// Beside it, elsewhere, or away.
    beyond: bool,
    dissolve: bool,
}

/// Which form was refused, with what was typed and why.
#[derive(Default)]
pub(crate) struct Failed {
    what: &'static str,
    typed: String,
    why: String,
    advice: String,
}

impl Failed {
    fn of(what: &'static str, typed: &str, error: &dyn Refusal) -> Self {
        let mut faults = error.faults().iter().map(|fault| sentence(&fault.detail));
        match faults.next() {
            Some(why) => Self { what, typed: typed.to_owned(), why, advice: String::new() },
            None => Self {
                what,
                typed: typed.to_owned(),
                why: sentence(&error.to_string()),
                advice: sentence(error.advice()),
            },
        }
    }
}

impl DepartmentPage {
    fn failed_at(&self, what: &str) -> Option<&Failed> {
        Some(&self.failed).filter(|failed| failed.what == what)
    }

    /// What was typed into the form `what`, or what is there else.
    fn typed<'a>(&'a self, what: &str, otherwise: &'a str) -> &'a str {
        self.failed_at(what).map_or(otherwise, |failed| failed.typed.as_str())
    }
}

/// The names from below the root to `department`; of the root its own.
pub(crate) fn path_of(tree: &Tree, department: DepartmentId) -> String {
    let line = tree.lineage(department).0;
    let from = usize::from(line.len() > 1);
    let names = line.iter().skip(from).filter_map(|one| tree.get(*one).ok());
    names.map(|department| department.name.as_str()).collect::<Vec<_>>().join(BETWEEN)
}

/// Every department over which `permission` is held, with its path.
pub(crate) fn choices(admin: &Admin, permission: &Permission) -> Vec<Choice> {
    let tree = admin.grants.tree();
    let held = tree.departments().filter(|one| admin.grants.holds_over(permission, one.id));
    held.map(|one| Choice { value: one.id.to_string(), label: path_of(tree, one.id) }).collect()
}

/// The department that was typed by its path, or sent by its id.
fn typed_place(admin: &Admin, text: &str) -> Result<DepartmentId, DepartmentUnknown> {
    let found = || Paths::of(admin, &Permission::DEPARTMENTS_MANAGE).find(text);
    text.trim().parse().ok().or_else(found).ok_or(DepartmentUnknown::InTenant)
}

/// A department that one may change, for a page about it.
struct About {
    admin: Admin,
    department: Department,
}

impl About {
    const fn which(&self) -> DepartmentOf {
        DepartmentOf { tenant: self.admin.tenant.id, department: self.department.id }
    }

    fn path(&self) -> String {
        self.admin.path(format_args!("departments/{}", self.department.id))
    }

    fn list(&self) -> String {
        self.admin.path(format_args!("members?department={}", self.department.id))
    }
}

/// Who may not change it learns nothing of it.
impl Subject for About {
    async fn found(edge: &Edge, visitor: &Visitor, request: &Request) -> Result<Self, Response> {
        let admin = Admin::found(edge, visitor, request).await?;
        let back = || Action::new("Back to the members", Section::Members.path(&admin.tenant.id));
        let Ok(id) = named(request, "department").parse::<DepartmentId>() else {
            return Err(admin.refused(visitor, Section::Members, &DepartmentUnknown::InTenant, back()));
        };
        if let Err(denied) = admin.grants.require_over(Permission::DEPARTMENTS_MANAGE, &[id]).map(drop) {
            return Err(admin.refused(visitor, Section::Members, &denied, back()));
        }
        match admin.grants.tree().get(id).cloned() {
            Ok(department) => Ok(Self { admin, department }),
            Err(unknown) => Err(admin.refused(visitor, Section::Members, &unknown, back())),
        }
    }
}

/// The page.
#[handler]
pub(crate) async fn show(edge: Data<&Edge>, On(visitor, about): On<About>, Query(said): Query<Said>) -> Response {
    department_page(StatusCode::OK, &edge, &visitor, &about, said.among(WITH_MEMBERS), Failed::default()).await
}

/// The page again, with the form that was refused.
async fn again<E: Refusal + Sync>(
    edge: &Edge,
    visitor: &Visitor,
    about: &About,
    (what, typed): (&'static str, &str),
    error: &E,
) -> Response {
    if is_of_the_session(error) {
        return about.admin.refused(visitor, Section::Members, error, Action::new("Back", about.path()));
    }
    let failed = Failed::of(what, typed, error);
    let shown = department_page(status_of(error.kind()), edge, visitor, about, None, failed).await;
    waiting(shown, error.retry_after())
}

async fn department_page(
    status: StatusCode,
    edge: &Edge,
    visitor: &Visitor,
    about: &About,
    done: Option<&'static str>,
    failed: Failed,
) -> Response {
    let (admin, department) = (&about.admin, &about.department);
    let (grants, tree) = (&admin.grants, admin.grants.tree());
    let rows = match edge.membership().departments(&visitor.context, admin.tenant.id).await {
        Ok(rows) => rows,
        Err(error) => return admin.refused(visitor, Section::Members, &error, Action::new("Back", about.list())),
    };
    let people = rows.into_iter().find(|row| row.department.id == department.id).and_then(|row| row.people);
    let manages = |one| grants.holds_over(&Permission::DEPARTMENTS_MANAGE, one);
    let beyond = department.parent.is_some_and(manages);
    let paths = Paths::of(admin, &Permission::DEPARTMENTS_MANAGE);
    let places = paths.offered(|one| !tree.is_within(one, department.id)).map(ToOwned::to_owned).collect();
    let siblings = department.parent.into_iter().flat_map(|above| tree.children(above));
    let siblings = siblings.filter(|one| one.id != department.id && beyond);
    let shown = DepartmentPage {
        layout: admin.layout(department.name.as_str(), Section::Members, about.path()).saying(done),
        name: department.name.to_string(),
        above: department.parent.map(|above| path_of(tree, above)),
        people,
        below: tree.children(department.id).count(),
        path: about.path(),
        list: about.list(),
        may: May {
            rename: department.parent.is_some() || grants.represents(),
            beyond,
            dissolve: beyond && grants.sight(Permission::MEMBERS_MANAGE).is_ok(),
        },
        places,
        siblings: siblings.map(|one| Choice { value: one.id.to_string(), label: one.name.to_string() }).collect(),
        failed,
    };
    page(status, &shown)
}
