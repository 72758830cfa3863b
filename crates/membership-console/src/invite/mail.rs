//! By mail: several at once, from a list that is typed or pasted.

use askama::Template;
use membership_core::{
    id::RoleId,
    invitation::{
        Invitation, State,
        invite::{Invite, Invited, Invitee, Reach},
    },
    name::DisplayName,
    role::{Role, assign::Wanted},
    tenant::policy::{ExistingAccount, Policy, Sending},
};
use membership_web::{Edge, status_of};
use poem::{Response, handler, http::StatusCode, web::Data};
use uuid::Uuid;

use super::{Start, Trouble, Ways, paste};
use crate::{
    layout::{Admin, Layout, Section, is_of_the_session},
    member::edit::{given::Given, places::Places},
    page::{page, see, waiting},
    settled::On,
    typed::Typed,
};

#[derive(Template)]
#[template(path = "invite/mail.html")]
struct MailPage {
    layout: Layout,
    ways: Ways,
    path: String,
    /// If not, nobody can be invited this way, and it is better known before everything is typed.
    mail_is_on: bool,
    /// What becomes of those who are named.
    lead: &'static str,
    most: u8,
    people: String,
    lines: Vec<Marked>,
    places: Places,
    given: Given,
    trouble: Trouble,
}

/// One person of the list, and what is wrong with the name or the address.
struct Marked {
    name: String,
    address: String,
    role: Option<String>,
    fault: Option<String>,
    /// Where somebody is who is known by the address.
    known: Option<String>,
}

impl MailPage {
    fn of(start: &Start, typed: Option<&Typed>) -> Self {
        Self {
            layout: start.admin.layout("Add people", Section::Invite, start.path()),
            ways: start.ways(),
            path: start.path(),
            mail_is_on: start.mail_is_on,
            lead: lead(&start.admin.tenant.policy),
            most: start.admin.tenant.policy.max_people_per_call,
            people: typed.map(|typed| typed.one("people").to_owned()).unwrap_or_default(),
            lines: Vec::new(),
            places: start.places(typed),
            given: start.given(typed),
            trouble: Trouble::default(),
        }
    }
}

const fn lead(policy: &Policy) -> &'static str {
    match (policy.existing_account, policy.send) {
        (ExistingAccount::Join, Sending::Now) => {
            "Whoever has an account is a member at once and is told so by mail; everybody else gets a letter with a link of their own."
        }
        (ExistingAccount::Join, Sending::Later) => {
            "Whoever has an account is a member at once and is told so by mail; for everybody else an invitation is made, which you send after that."
        }
        (ExistingAccount::Consent, Sending::Now) => "Each gets a letter with a link of their own.",
        (ExistingAccount::Consent, Sending::Later) => "An invitation is made for each, which you send after that.",
    }
}

/// The form.
#[handler]
pub(crate) fn ask(On(_, start): On<Start>) -> Response {
    page(StatusCode::OK, &MailPage::of(&start, None))
}

/// What the list says then: whoever could be added at once is a member; the others were invited, or will be.
fn done(invited: &[Invited]) -> &'static str {
    let waiting: Vec<&Invitation> = invited.iter().filter_map(|one| one.invitation.as_ref()).collect();
    let ready = waiting.iter().any(|invitation| matches!(invitation.state, State::Ready));
    match (waiting.len(), invited.len() - waiting.len()) {
        (0, _) => "added",
        (1, 0) if ready => "prepared-one",
        (_, 0) if ready => "prepared",
        (1, 0) => "send",
        (_, 0) => "invited",
        (_, _) => "added-and-invited",
    }
}

/// The role of that name; if there is none, one that there is not, which is refused with all else that is wrong.
fn role_called(admin: &Admin, name: &str) -> RoleId {
    let canonical = DisplayName::parse(name).map(|name| name.canonical());
    let called = |role: &&Role| canonical.as_ref().is_ok_and(|name| role.name.canonical() == *name);
    admin.grants.catalogue().roles().iter().find(called).map_or(RoleId::from_uuid(Uuid::nil()), |role| role.id)
}

/// Invites all of them, or nobody.
#[handler]
pub(crate) async fn invite(edge: Data<&Edge>, On(visitor, start): On<Start>, typed: Typed) -> Response {
    let mut shown = MailPage::of(&start, Some(&typed));
    let (Ok(departments), Ok(assignments)) = (shown.places.wanted(), shown.given.wanted()) else {
        return page(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    };
    let lines = paste::lines(typed.one("people"));
    let people = lines.iter().map(|line| Invitee {
        name: line.name.clone(),
        reach: Reach::Mail(line.address.clone()),
        assignments: line.role.iter().map(|role| Wanted::role(role_called(&start.admin, role))).collect(),
        departments: Vec::new(),
        language: None,
    });
    let command = Invite {
        tenant: start.admin.tenant.id,
        people: people.collect(),
        assignments,
        departments,
        send: None,
        validity: None,
    };
    match edge.membership().invite(&visitor.context, command).await {
        Ok(invited) => see(&start.admin.path(format_args!("members?done={}", done(&invited)))),
        Err(error) if is_of_the_session(&error) => start.refused(&visitor, &error),
        Err(error) => {
            use membership_core::refusal::Refusal as _;
            let trouble = Trouble::of(&error, &mut shown.places, &mut shown.given);
            let marked = lines.into_iter().enumerate().map(|(row, line)| {
                let fault = ["email", "name", "assignments"]
                    .into_iter()
                    .find_map(|field| trouble.at(&format!("{row}/{field}")));
                let known = trouble.member_at(&format!("{row}/email"));
                let known = known.map(|member| start.admin.path(format_args!("members/{member}")));
                Marked { name: line.name, address: line.address, role: line.role, fault: fault.cloned(), known }
            });
            shown.lines = marked.collect();
            shown.trouble = trouble;
            waiting(page(status_of(error.kind()), &shown), error.retry_after())
        }
    }
}
