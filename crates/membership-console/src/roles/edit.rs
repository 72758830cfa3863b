//! Making a role, and changing one: what it would come to is looked at first, and nothing is done before Yes.

use askama::Template;
use membership_core::{
    refusal::Refusal,
    role::{
        Permission,
        define::{DefineError, RoleOf},
    },
};
use membership_web::{Edge, Visitor, status_of};
use poem::{
    Request, Response, handler,
    http::StatusCode,
    web::{Data, Query},
};
use serde::Deserialize;

use super::{
    change::{self, Change},
    form::{Fields, Filled},
    role::{About, fixed, path_of},
    to_roles,
};
use crate::{
    layout::{Admin, Layout, Section, is_of_the_session},
    notice::Action,
    page::{page, see, waiting},
    settled::{On, Subject},
    typed::Typed,
};

#[derive(Template)]
#[template(path = "roles/edit.html")]
struct EditPage {
    layout: Layout,
    action: String,
    back: String,
    /// Whether it is a new one.
    new: bool,
    fields: Fields,
}

#[derive(Template)]
#[template(path = "roles/change.html")]
struct ChangePage {
    layout: Layout,
    action: String,
    back: String,
    renamed: Option<(String, String)>,
    change: Option<Change>,
    /// Something has changed since this was looked at.
    anew: bool,
    hidden: Vec<(&'static str, String)>,
}

#[derive(Deserialize)]
pub(crate) struct Begun {
    /// The role that a new one begins as a copy of.
    #[serde(default)]
    from: String,
}

/// The form of a new role.
#[handler]
pub(crate) fn ask_new(On(_, Defining(admin)): On<Defining>, Query(begun): Query<Begun>) -> Response {
    let from = begun.from.parse().ok().and_then(|id| admin.grants.catalogue().role(id));
    let filled = from.map(Filled::of).unwrap_or_default();
    let copy = if filled.name.is_empty() { String::new() } else { format!("{} (copy)", filled.name) };
    // A copy of a long name has to be shortened by whoever makes it; the form says so.
    let filled = Filled { name: copy, ..filled };
    new_page(StatusCode::OK, &admin, &filled, None)
}

/// Makes it.
#[handler]
pub(crate) async fn make(edge: Data<&Edge>, On(visitor, Defining(admin)): On<Defining>, typed: Typed) -> Response {
    let filled = Filled::typed(&typed);
    match edge.membership().define_role(&visitor.context, admin.tenant.id, filled.draft()).await {
        Ok(role) => see(&format!("{}?done=made", path_of(&admin, role.id))),
        Err(error) if is_of_the_session(&error) => admin.refused(&visitor, Section::Roles, &error, to_roles(&admin)),
        Err(error) => {
            let shown = new_page(status_of(error.kind()), &admin, &filled, Some(&error));
            waiting(shown, error.retry_after())
        }
    }
}

fn new_page(status: StatusCode, admin: &Admin, filled: &Filled, refusal: Option<&dyn Refusal>) -> Response {
    let shown = EditPage {
        layout: admin.layout("A new role", Section::Roles, admin.path("roles/new")),
        action: admin.path("roles/new"),
        back: admin.path("roles"),
        new: true,
        fields: Fields::of(admin, None, filled, refusal),
    };
    page(status, &shown)
}

/// A tenant in which whoever asks makes roles.
pub(crate) struct Defining(Admin);

impl Subject for Defining {
    async fn found(edge: &Edge, visitor: &Visitor, request: &Request) -> Result<Self, Response> {
        let admin = Admin::found(edge, visitor, request).await?;
        match admin.grants.require(Permission::ROLES_MANAGE).map(drop) {
            Ok(()) => Ok(Self(admin)),
            Err(denied) => Err(admin.refused(visitor, Section::Roles, &denied, to_roles(&admin))),
        }
    }
}

/// A role that whoever asks may change.
pub(crate) struct Changing(pub(super) About);

impl Subject for Changing {
    async fn found(edge: &Edge, visitor: &Visitor, request: &Request) -> Result<Self, Response> {
        let about = About::found(edge, visitor, request).await?;
        let held = about.admin.grants.require(Permission::ROLES_MANAGE).map(drop).map_err(DefineError::from);
        match held.err().or_else(|| fixed(&about)) {
            Some(error) => {
                let back = Action::new("Back to the role", about.path());
                Err(about.admin.refused(visitor, Section::Roles, &error, back))
            }
            None => Ok(Self(about)),
        }
    }
}

/// The form.
#[handler]
pub(crate) fn ask(On(_, Changing(about)): On<Changing>) -> Response {
    edit_page(StatusCode::OK, &about, &Filled::of(&about.role), None)
}

/// Shows what it would come to; with a Yes to exactly that, does it.
#[handler]
pub(crate) async fn save(edge: Data<&Edge>, On(visitor, Changing(about)): On<Changing>, typed: Typed) -> Response {
    let filled = Filled::typed(&typed);
    if typed.has("back") {
        return edit_page(StatusCode::OK, &about, &filled, None);
    }
    let which = RoleOf { tenant: about.admin.tenant.id, role: about.role.id };
    let draft = filled.draft();
    // Whoever sees no members changes roles all the same, and is told only what the role itself gains and loses.
    let change = match change::of(&edge, &visitor, &about, &draft).await {
        Ok(change) => change,
        Err(error) => return refused(&visitor, &about, &filled, &error),
    };
    let seen = change.as_ref().map(|change| change.digest.clone()).unwrap_or_default();
    if typed.one("confirmed") != "yes" || typed.one("seen") != seen {
        return change_page(&about, &filled, change, typed.has("confirmed"));
    }
    match edge.membership().edit_role(&visitor.context, which, draft).await {
        Ok(_) => see(&format!("{}?done=edited", about.path())),
        Err(error) => refused(&visitor, &about, &filled, &error),
    }
}

fn refused(visitor: &Visitor, about: &About, filled: &Filled, error: &dyn Refusal) -> Response {
    if is_of_the_session(error) {
        return about.admin.refused(visitor, Section::Roles, error, Action::new("Back to the role", about.path()));
    }
    waiting(edit_page(status_of(error.kind()), about, filled, Some(error)), error.retry_after())
}

fn edit_page(status: StatusCode, about: &About, filled: &Filled, refusal: Option<&dyn Refusal>) -> Response {
    let title = format!("Edit {}", about.role.name);
    let shown = EditPage {
        layout: about.admin.layout(title, Section::Roles, about.path()),
        action: format!("{}/edit", about.path()),
        back: about.path(),
        new: false,
        fields: Fields::of(&about.admin, Some(about.role.id), filled, refusal),
    };
    page(status, &shown)
}

fn change_page(about: &About, filled: &Filled, change: Option<Change>, anew: bool) -> Response {
    let before = about.role.name.to_string();
    let mut hidden = filled.hidden();
    hidden.push(("seen", change.as_ref().map(|change| change.digest.clone()).unwrap_or_default()));
    let shown = ChangePage {
        layout: about.admin.layout(format!("Change {before}?"), Section::Roles, about.path()),
        action: format!("{}/edit", about.path()),
        back: about.path(),
        renamed: (before != filled.name.trim()).then(|| (before, filled.name.trim().to_owned())),
        change,
        anew,
        hidden,
    };
    page(StatusCode::OK, &shown)
}
