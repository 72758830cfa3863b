//! By a link: one person, who is handed it.

use askama::Template;
use membership_core::invitation::{
    Invitation,
    invite::{Invite, Invitee, Reach, Sending},
};
use membership_web::{Edge, status_of};
use poem::{Response, handler, http::StatusCode, web::Data};

use super::{Start, Trouble, Ways};
use crate::{
    layout::{Layout, Section, is_of_the_session},
    member::{
        act::LinkPage,
        edit::{given::Given, places::Places},
    },
    moment::Moment,
    page::{page, see, waiting},
    settled::On,
    typed::Typed,
};

#[derive(Template)]
#[template(path = "invite/link.html")]
struct ByLink {
    layout: Layout,
    ways: Ways,
    path: String,
    name: String,
    email: String,
    places: Places,
    given: Given,
    trouble: Trouble,
}

impl ByLink {
    fn of(start: &Start, typed: Option<&Typed>) -> Self {
        let one = |name: &str| typed.map(|typed| typed.one(name).to_owned()).unwrap_or_default();
        Self {
            layout: start.admin.layout("Add people", Section::Invite, start.path()),
            ways: start.ways(),
            path: start.path(),
            name: one("name"),
            email: one("email"),
            places: start.places(typed),
            given: start.given(typed),
            trouble: Trouble::default(),
        }
    }
}

/// The form.
#[handler]
pub(crate) fn ask(On(_, start): On<Start>) -> Response {
    page(StatusCode::OK, &ByLink::of(&start, None))
}

/// Invites. The link is in the answer itself, because it is shown only once.
#[handler]
pub(crate) async fn invite(edge: Data<&Edge>, On(visitor, start): On<Start>, typed: Typed) -> Response {
    let mut shown = ByLink::of(&start, Some(&typed));
    let (Ok(departments), Ok(assignments)) = (shown.places.wanted(), shown.given.wanted()) else {
        return page(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    };
    let address = Some(shown.email.trim().to_owned()).filter(|email| !email.is_empty());
    let person =
        Invitee { name: shown.name.clone(), reach: Reach::Link(address), assignments, departments, language: None };
    let command = Invite {
        tenant: start.admin.tenant.id,
        people: vec![person],
        assignments: Vec::new(),
        departments: Vec::new(),
        send: Some(Sending::Now),
        validity: None,
    };
    match edge.membership().invite(&visitor.context, command).await {
        Ok(invited) => {
            match invited.into_iter().find_map(|invited| Some((invited.member, invited.invitation, invited.link?))) {
                Some((member, invitation, link)) => {
                    let layout = start.admin.layout("The link to hand over", Section::Invite, start.path());
                    let deadline = invitation.as_ref().and_then(Invitation::deadline).map(Moment);
                    let lead = "With it, the person joins.";
                    let back = start.admin.path("members?done=added");
                    page(
                        StatusCode::CREATED,
                        &LinkPage { layout, lead, name: member.name.to_string(), link, deadline, back },
                    )
                }
                None => see(&start.admin.path("members?done=added")),
            }
        }
        Err(error) if is_of_the_session(&error) => start.refused(&visitor, &error),
        Err(error) => {
            use membership_core::refusal::Refusal as _;
            shown.trouble = Trouble::of(&error, &mut shown.places, &mut shown.given);
            waiting(page(status_of(error.kind()), &shown), error.retry_after())
        }
    }
}
