//! With a password: in two steps, first who it is, then how the person signs in.

use askama::Template;
use membership_core::{member::add::AddMember, ports::Secret, refusal::Refusal};
use membership_web::{Edge, status_of};
use poem::{Response, handler, http::StatusCode, web::Data};

use super::{Start, Trouble, Ways};
use crate::{
    layout::{Layout, Section, is_of_the_session},
    member::edit::{given::Given, places::Places},
    page::{page, see, waiting},
    settled::On,
    typed::Typed,
};

#[derive(Template)]
#[template(path = "invite/password.html")]
struct WithPassword {
    layout: Layout,
    ways: Ways,
    path: String,
    name: String,
    places: Places,
    given: Given,
    username: String,
    email: String,
    /// Whether it is the second step; what was typed in the first goes along.
    second: bool,
    carried: Vec<(&'static str, String)>,
    trouble: Trouble,
}

impl WithPassword {
    fn of(start: &Start, typed: Option<&Typed>, second: bool) -> Self {
        let one = |name: &str| typed.map(|typed| typed.one(name).to_owned()).unwrap_or_default();
        let all = |name: &'static str| {
            let values: Vec<&str> = typed.map(|typed| typed.all(name).collect()).unwrap_or_default();
            values.into_iter().map(move |value| (name, value.to_owned())).collect::<Vec<_>>()
        };
        Self {
            layout: start.admin.layout("Add people", Section::Invite, start.path()),
            ways: start.ways(),
            path: start.path(),
            name: one("name"),
            places: start.places(typed),
            given: start.given(typed),
            username: one("username"),
            email: one("email"),
            second,
            carried: ["name", "department", "what", "within", "until"].into_iter().flat_map(all).collect(),
            trouble: Trouble::default(),
        }
    }
}

/// The first step.
#[handler]
pub(crate) fn ask(On(_, start): On<Start>) -> Response {
    page(StatusCode::OK, &WithPassword::of(&start, None, false))
}

/// The second step, and what follows it. What is wrong with the first leads back there.
#[handler]
pub(crate) async fn add(edge: Data<&Edge>, On(visitor, start): On<Start>, typed: Typed) -> Response {
    let mut first = WithPassword::of(&start, Some(&typed), false);
    let (Ok(departments), Ok(assignments)) = (first.places.wanted(), first.given.wanted()) else {
        return page(StatusCode::UNPROCESSABLE_ENTITY, &first);
    };
    if first.name.trim().is_empty() {
        first.trouble.faults.push(("name".to_owned(), "Enter the name of the person.".to_owned()));
        return page(StatusCode::UNPROCESSABLE_ENTITY, &first);
    }
    if assignments.is_empty() {
        first.given.blame(None, "Choose at least one role.".to_owned());
        return page(StatusCode::UNPROCESSABLE_ENTITY, &first);
    }
    if !typed.has("username") || typed.has("back") {
        return page(StatusCode::OK, &WithPassword::of(&start, Some(&typed), !typed.has("back")));
    }
    let command = AddMember {
        tenant: start.admin.tenant.id,
        name: first.name.clone(),
        assignments,
        departments,
        username: first.username.clone(),
        password: Secret::new(typed.one("password")),
        language: None,
        email: Some(first.email.trim().to_owned()).filter(|email| !email.is_empty()),
    };
    match edge.membership().add_member(&visitor.context, command).await {
        Ok(_) => see(&start.admin.path("members?done=added")),
        Err(error) if is_of_the_session(&error) => start.refused(&visitor, &error),
        Err(error) => {
            let of_the_second = |field: &str| matches!(field, "username" | "password" | "email");
            let is_second = match error.code() {
                "grant-exceeds-own" | "other-departments" => false,
                _ => error.faults().iter().all(|fault| of_the_second(fault.pointer.trim_start_matches('/'))),
            };
            let mut shown = WithPassword::of(&start, Some(&typed), is_second);
            shown.trouble = Trouble::of(&error, &mut shown.places, &mut shown.given);
            match error.code() {
                "username-taken" => shown.blame("username"),
                "address-already-member" | "address-taken" => shown.blame("email"),
                _ => {}
            }
            waiting(page(status_of(error.kind()), &shown), error.retry_after())
        }
    }
}

impl WithPassword {
    /// What was said of the whole is about this field.
    fn blame(&mut self, field: &str) {
        if let Some((problem, advice)) = self.trouble.problem.take() {
            self.trouble.faults.push((field.to_owned(), format!("{problem} {advice}")));
        }
    }
}
