//! Editing a member: what the tenant calls it, where it writes to, where it belongs and what it may do.

pub(crate) mod given;
pub(crate) mod places;

use askama::Template;
use membership_core::{
    member::{MemberStatus, edit::Changes, reach::Target},
    refusal::Refusal,
    role::Permission,
};
use membership_web::{Edge, Visitor, status_of};
use poem::{Response, handler, http::StatusCode, web::Data};

use self::{given::Given, places::Places};
use super::About;
use crate::{
    layout::{Layout, Section, is_of_the_session},
    page::{page, see, waiting},
    settled::On,
    typed::Typed,
    words::{sentence, told, told_at_once},
};

#[derive(Template)]
#[template(path = "member/edit.html")]
struct EditPage {
    layout: Layout,
    path: String,
    back: String,
    name: Text,
    email: Text,
    language: Text,
    places: Places,
    given: Given,
    /// What is wrong as a whole.
    problem: Option<(String, String)>,
}

/// Where no scripts add empty rows as they are filled in, so many stand there from the beginning, beside the one.
pub(crate) const SPARE: usize = 2;

/// A line of text and what is wrong with it.
#[derive(Default)]
struct Text {
    typed: String,
    fault: Option<String>,
}

/// The form.
#[handler]
pub(crate) fn ask(On(visitor, about): On<About>) -> Response {
    if let Some(page) = not_editable(&about, &visitor) {
        return page;
    }
    let member = &about.details.row.member;
    let shown = EditPage {
        name: Text { typed: member.name.to_string(), fault: None },
        email: Text { typed: member.email.as_ref().map(ToString::to_string).unwrap_or_default(), fault: None },
        language: Text { typed: member.language.as_ref().map(ToString::to_string).unwrap_or_default(), fault: None },
        places: Places::of(&about.admin, &Permission::MEMBERS_MANAGE, member.departments.all()),
        given: Given::of(&about.admin, &Permission::MEMBERS_MANAGE, &member.assignments),
        problem: None,
        ..empty(&about)
    };
    page(StatusCode::OK, &shown)
}

/// What is shown to whoever cannot edit the member; whether one may is asked again when it is done.
fn not_editable(about: &About, visitor: &Visitor) -> Option<Response> {
    let member = &about.details.row.member;
    if member.status() == MemberStatus::Removed {
        return Some(see(&about.path()));
    }
    let held = about.admin.grants.require_over(Permission::MEMBERS_MANAGE, member.departments.all());
    if let Err(denied) = held.map(drop) {
        return Some(about.admin.refused(visitor, Section::Members, &denied, about.back()));
    }
    let why = super::act::out_of_reach(about)?;
    Some(about.admin.refused(visitor, Section::Members, &why, about.back()))
}

fn empty(about: &About) -> EditPage {
    let title = format!("Edit {}", crate::words::isolated(about.name()));
    EditPage {
        layout: about.admin.layout(title, Section::Members, about.path()),
        path: format!("{}/edit", about.path()),
        back: about.path(),
        name: Text::default(),
        email: Text::default(),
        language: Text::default(),
        places: Places::of(&about.admin, &Permission::MEMBERS_MANAGE, &[]),
        given: Given::of(&about.admin, &Permission::MEMBERS_MANAGE, &membership_core::role::Assignments::default()),
        problem: None,
    }
}

/// Saves. What was not changed is not sent on: it stays, whatever one may give.
#[handler]
pub(crate) async fn save(edge: Data<&Edge>, On(visitor, about): On<About>, typed: Typed) -> Response {
    if let Some(page) = not_editable(&about, &visitor) {
        return page;
    }
    let member = &about.details.row.member;
    let places = Places::typed(&about.admin, &Permission::MEMBERS_MANAGE, member.departments.all(), &typed);
    let given = Given::typed(&about.admin, &Permission::MEMBERS_MANAGE, &member.assignments, &typed);
    let (Ok(departments), Ok(assignments)) = (places.wanted(), given.wanted()) else {
        return again(&about, &typed, places, given);
    };
    let email = member.email.as_ref().map(ToString::to_string).unwrap_or_default();
    let language = member.language.as_ref().map(ToString::to_string).unwrap_or_default();
    let changed = |name: &str, before: &str| Some(typed.one(name)).filter(|now| *now != before).map(ToOwned::to_owned);
    let changes = Changes {
        name: changed("name", member.name.as_str()),
        email: changed("email", &email),
        language: changed("language", &language),
        departments: Some(departments).filter(|wanted| wanted.as_slice() != member.departments.all()),
        assignments: Some(assignments).filter(|wanted| !given.is_as_before(wanted)),
    };
    let target = Target { tenant: about.admin.tenant.id, member: about.id() };
    match edge.membership().edit_member(&visitor.context, target, changes).await {
        Ok(_) => see(&format!("{}?done=edited", about.path())),
        Err(error) => not_saved(&about, &visitor, &typed, places, given, &error),
    }
}

/// The form again, with what could not be read.
fn again(about: &About, typed: &Typed, places: Places, given: Given) -> Response {
    let shown = EditPage {
        name: Text { typed: typed.one("name").to_owned(), fault: None },
        email: Text { typed: typed.one("email").to_owned(), fault: None },
        language: Text { typed: typed.one("language").to_owned(), fault: None },
        places,
        given,
        ..empty(about)
    };
    page(StatusCode::UNPROCESSABLE_ENTITY, &shown)
}

fn not_saved(
    about: &About,
    visitor: &Visitor,
    typed: &Typed,
    mut places: Places,
    mut given: Given,
    error: &dyn Refusal,
) -> Response {
    if is_of_the_session(error) {
        return about.admin.refused(visitor, Section::Members, error, about.back());
    }
    let mut name = Text { typed: typed.one("name").to_owned(), fault: None };
    let mut email = Text { typed: typed.one("email").to_owned(), fault: None };
    let mut language = Text { typed: typed.one("language").to_owned(), fault: None };
    let said = told_at_once(error);
    let mut problem = None;
    match error.code() {
        "address-needed" | "address-already-member" | "address-taken" => email.fault = Some(said),
        "grant-exceeds-own" => given.blame(None, said),
        "reach-exceeds-own" | "other-departments" => places.blame(None, said),
        _ if error.faults().is_empty() => problem = Some(told(error)),
        _ => {}
    }
    for fault in error.faults() {
        let detail = sentence(&fault.detail);
        let mut parts = fault.pointer.split('/').skip(1);
        let (field, row) = (parts.next().unwrap_or_default(), parts.next().and_then(|row| row.parse().ok()));
        match field {
            "name" => name.fault = Some(detail),
            "email" => email.fault = Some(detail),
            "language" => language.fault = Some(detail),
            "departments" => places.blame(row, detail),
            "assignments" => given.blame(row, detail),
            _ => problem = Some((detail, String::new())),
        }
    }
    let shown = EditPage { name, email, language, places, given, problem, ..empty(about) };
    waiting(page(status_of(error.kind()), &shown), error.retry_after())
}
