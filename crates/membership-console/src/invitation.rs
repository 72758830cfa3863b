//! The invitee's side of an invitation: what it is about, and the ways through it.

pub(crate) mod answer;
pub(crate) mod code;
pub(crate) mod passkey;
pub(crate) mod register;
pub(crate) mod sign_in;

use askama::Template;
use membership_core::{
    directory::InvitationView,
    email::EmailAddress,
    id::TenantId,
    invitation::{Channel, State, admit::NotAdmitted},
    lifecycle::{Cell, Closed, Command, Stage, invitation_cell},
    refusal::Refusal,
    tenant::TenantStatus,
};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use crate::{
    face::Face,
    moment::Moment,
    notice::{Action, Notice, Tone, refused, refused_about},
    page::{Frame, page, refusal_page, see},
    settled::Settled,
    words::isolated,
};

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    frame: Frame,
    token: String,
    face: Face,
    tenant: String,
    inviter: Option<String>,
    name: String,
    address: Option<EmailAddress>,
    roles: Vec<String>,
    accepted: bool,
    deadline: Option<(Moment, String)>,
}

#[derive(Template)]
#[template(path = "wrong_account.html")]
struct WrongAccount {
    frame: Frame,
    token: String,
    tenant: String,
    invited: String,
    signed_in: String,
}

/// Shows the invitation. It changes nothing, whoever or whatever looks.
#[handler]
pub(crate) async fn show(edge: Data<&Edge>, Settled(visitor): Settled, Path(token): Path<String>) -> Response {
    let view = match open(&edge, &visitor, &token).await {
        Ok(view) => view,
        Err(page) => return page,
    };
    if let Some((invited, signed_in)) = mismatch(&view, &visitor) {
        return wrong_account(StatusCode::OK, &visitor, token, &view, invited, signed_in);
    }
    let now = visitor.context.now;
    let deadline = view.invitation.deadline().map(|at| (Moment(at), Moment(at).left(now)));
    let shown = InvitationPage {
        frame: Frame::card(format!("Join {}", isolated(view.tenant.name.as_str())), &visitor).branded(&view.tenant),
        token,
        face: Face::of(&view.tenant),
        tenant: view.tenant.name.to_string(),
        inviter: view.inviter.clone(),
        name: view.member.name.to_string(),
        address: view.invitation.address().cloned(),
        roles: view.roles.iter().map(|role| role.name.to_string()).collect(),
        accepted: view.invitation.stage_at(now) == Stage::Accepted,
        deadline,
    };
    page(StatusCode::OK, &shown)
}

/// What is behind the link, if somebody can still say yes to it; otherwise the page that says why not.
async fn open(edge: &Edge, visitor: &Visitor, token: &str) -> Result<InvitationView, Response> {
    let opened = edge.membership().open_invitation(&visitor.context, token).await;
    let view = opened.map_err(|error| refused(visitor, &error, Vec::new()))?;
    if let Cell::No(closed) = invitation_cell(view.invitation.stage_at(visitor.context.now), Command::Accept) {
        return Err(closed_page(visitor, &view, closed));
    }
    if view.tenant.status == TenantStatus::Suspended {
        return Err(refused(visitor, &NotAdmitted::TenantSuspended, Vec::new()));
    }
    Ok(view)
}

/// What happened to the invitation, for whoever holds its newest link.
fn closed_page(visitor: &Visitor, view: &InvitationView, closed: Closed) -> Response {
    let tenant = isolated(view.tenant.name.as_str());
    let own = visitor.account().map(|account| account.id);
    match view.invitation.state {
        State::Joined { account, .. } if own == Some(account) => {
            let notice = Notice {
                frame: Frame::card("You have joined already", visitor).branded(&view.tenant),
                tone: Tone::Done,
                sentences: vec![format!("You are a member of {tenant}. There is nothing left to accept.")],
                actions: ways_on(visitor, view),
            };
            refusal_page(&closed, &notice)
        }
        State::Ready
        | State::Invited { .. }
        | State::Accepted { .. }
        | State::Joined { .. }
        | State::Rejected { .. }
        | State::Revoked { .. }
        | State::Expired { .. } => refused_about(
            visitor,
            Some((&view.tenant, format!("It invited you to {tenant}."))),
            &closed,
            ways_on(visitor, view),
        ),
    }
}

/// The same, for a page that comes after "Join now" and makes sense to nobody who is signed in. Everybody else goes
/// back to the invitation.
async fn on_the_way(edge: &Edge, visitor: &Visitor, token: &str) -> Result<InvitationView, Response> {
    let view = open(edge, visitor, token).await?;
    let accepted = view.invitation.stage_at(visitor.context.now) == Stage::Accepted;
    if accepted && visitor.account().is_none() { Ok(view) } else { Err(see(&path(token))) }
}

/// The page of an error on the way through an invitation.
async fn not_through(edge: &Edge, visitor: &Visitor, token: &str, error: &(dyn Refusal + Sync)) -> Response {
    let actions = match edge.membership().open_invitation(&visitor.context, token).await {
        Ok(_) if error.code() == "account-exists" => {
            vec![Action::new("Sign in to join", format!("{}/sign-in", path(token)))]
        }
        Ok(_) if error.code() == "invitation-not-accepted" => vec![Action::new("Back to the invitation", path(token))],
        Ok(view) => ways_on(visitor, &view),
        Err(_) => Vec::new(),
    };
    refused(visitor, error, actions)
}

/// Where somebody goes who has joined.
fn ways_on(visitor: &Visitor, view: &InvitationView) -> Vec<Action> {
    let inside = welcome(view.tenant.id);
    match (&view.invitation.state, visitor.account()) {
        (State::Joined { account, .. }, Some(own)) if *account == own.id => {
            vec![Action::new(format!("Go to {}", isolated(view.tenant.name.as_str())), inside)]
        }
        (State::Joined { .. }, None) => vec![Action::new("Sign in", format!("/sign-in?next={inside}"))],
        (_, Some(_)) => vec![Action::new("Your organisations", "/")],
        (_, None) => Vec::new(),
    }
}

/// Who was invited and who is signed in, if those are two. Only shown: the domain decides, when it comes to it.
fn mismatch(view: &InvitationView, visitor: &Visitor) -> Option<(String, String)> {
    let (invited, account) = view.invitation.address().zip(visitor.account())?;
    let own = account.email.as_ref().map(|email| &email.address);
    let signed_in = || own.map_or_else(|| account.label(), ToString::to_string);
    (own != Some(invited)).then(|| (invited.to_string(), signed_in()))
}

fn wrong_account(
    status: StatusCode,
    visitor: &Visitor,
    token: String,
    view: &InvitationView,
    invited: String,
    signed_in: String,
) -> Response {
    let frame = Frame::card("This invitation is for somebody else", visitor).branded(&view.tenant);
    let frame = Frame { who: None, ..frame };
    page(status, &WrongAccount { frame, token, tenant: view.tenant.name.to_string(), invited, signed_in })
}

/// The page that comes after "Join now" for somebody who is not signed in. Whether there is an account with the invited
/// address is told only to who reads that mailbox: by a link that was handed over anybody could ask about any address.
fn next_step(view: &InvitationView, token: &str) -> String {
    let step = if needs_proof(view) || view.has_account == Some(true) { "sign-in" } else { "register" };
    format!("{}/{step}", path(token))
}

/// Whether the link is bound to an address that it does not prove.
const fn needs_proof(view: &InvitationView) -> bool {
    matches!(view.invitation.channel, Channel::Link(Some(_)))
}

fn path(token: &str) -> String {
    format!("/invitation/{token}")
}

fn welcome(tenant: TenantId) -> String {
    format!("/welcome/{tenant}")
}
