//! The roles: what each allows, in all applications at once or permission by permission in one of them.

mod change;
pub(crate) mod delete;
pub(crate) mod edit;
mod form;
mod matrix;
pub(crate) mod role;

use askama::Template;
use membership_core::role::Permission;
use membership_web::Edge;
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Query},
};
use serde::Deserialize;

use self::matrix::{Held, Matrix, Summary};
use crate::{
    layout::{Admin, Layout, Section},
    notice::Action,
    page::page,
    settled::On,
};

#[derive(Template)]
#[template(path = "roles/page.html")]
struct RolesPage {
    layout: Layout,
    path: String,
    /// The applications: key and name.
    applications: Vec<(String, String)>,
    asked: Asked,
    table: Table,
    may_make: bool,
}

/// What the table shows.
enum Table {
    /// Each application as one number.
    All(Summary),
    /// One application, permission by permission.
    One(Matrix),
}

/// Which application, and which roles, as the address says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    application: String,
    q: String,
    done: String,
}

impl Asked {
    /// Whether `name` is like what is looked for.
    fn fits(&self, name: &str) -> bool {
        let wanted = self.q.trim().to_lowercase();
        wanted.is_empty() || name.to_lowercase().contains(&wanted)
    }
}

/// The page.
#[handler]
pub(crate) async fn show(edge: Data<&Edge>, On(visitor, admin): On<Admin>, Query(asked): Query<Asked>) -> Response {
    let authority = match edge.membership().authority(&visitor.context, admin.tenant.id).await {
        Ok(authority) => authority,
        Err(error) => return admin.refused(&visitor, Section::Roles, &error, to_members(&admin)),
    };
    let catalogue = admin.grants.catalogue();
    let applications = catalogue.applications();
    let table = match applications.iter().find(|application| application.key == asked.application) {
        Some(application) => Table::One(Matrix::of(catalogue, application, &authority, &asked)),
        None => Table::All(Summary::of(applications, &authority, &asked)),
    };
    let done = match asked.done.as_str() {
        "deleted" => Some("The role was deleted."),
        _ => None,
    };
    let shown = RolesPage {
        layout: admin.layout("Roles", Section::Roles, admin.path("roles")).saying(done),
        path: admin.path("roles"),
        applications: applications.iter().map(|one| (one.key.clone(), one.name.to_string())).collect(),
        asked,
        table,
        may_make: may_define(&admin),
    };
    page(StatusCode::OK, &shown)
}

impl RolesPage {
    fn is_chosen(&self, key: &str) -> bool {
        matches!(self.table, Table::One(_)) && self.asked.application == key
    }

    const fn is_all(&self) -> bool {
        matches!(self.table, Table::All(_))
    }
}

/// Whether one may make roles at all.
fn may_define(admin: &Admin) -> bool {
    admin.grants.holds(&Permission::ROLES_MANAGE)
}

fn to_members(admin: &Admin) -> Action {
    Action::new("All members", Section::Members.path(&admin.tenant.id))
}

fn to_roles(admin: &Admin) -> Action {
    Action::new("All roles", Section::Roles.path(&admin.tenant.id))
}
