//! Leaving: by the link in the letter that told of the membership, for whoever did not ask for it; or signed in.

use askama::Template;
use membership_core::{
    actor::{Denied, is_in},
    email::EmailAddress,
    member::{
        Member, MemberStatus,
        leave::LeaveError,
        remove::{Heirs, RemoveError, Removed},
    },
    refusal::Kind,
    tenant::Tenant,
};
use membership_web::{Edge, Visitor, status_of};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use crate::{
    destination::Destination,
    entrance::sign_in_anew,
    moment::Moment,
    notice::{Action, Notice, Tone, refused},
    page::{Frame, page, refusal_page},
    settled::Settled,
    welcome::inside,
    words::isolated,
};

#[derive(Template)]
#[template(path = "leaving.html")]
struct Leaving {
    frame: Frame,
    /// Where the page is, and where its form goes.
    path: String,
    /// Where somebody goes who stays, if that is one of our pages.
    stay: Option<String>,
    tenant: String,
    name: String,
    address: Option<EmailAddress>,
    since: Option<Moment>,
}

/// Shows which membership the link is about. It changes nothing: machines that read mail before people do open links too.
#[handler]
pub(crate) async fn ask(edge: Data<&Edge>, Settled(visitor): Settled, Path(token): Path<String>) -> Response {
    let path = format!("/leaving/{token}");
    match edge.membership().leaving(&visitor.context, &token).await {
        Ok(leaving) if leaving.member.status() == MemberStatus::Removed => over(&visitor),
        Ok(leaving) => question(&visitor, path, None, &leaving.tenant, leaving.member),
        Err(error) => not_left(&visitor, path, &error),
    }
}

/// Leaves by the link.
#[handler]
pub(crate) async fn leave(edge: Data<&Edge>, Settled(visitor): Settled, Path(token): Path<String>) -> Response {
    let path = format!("/leaving/{token}");
    let membership = edge.membership();
    let tenant = match membership.leaving(&visitor.context, &token).await {
        Ok(leaving) => leaving.tenant,
        Err(error) => return not_left(&visitor, path, &error),
    };
    match membership.leave_by_link(&visitor.context, &token).await {
        Ok(left) => gone(&visitor, &tenant, &left),
        Err(error) => not_left(&visitor, path, &error),
    }
}

/// Asks somebody who is signed in.
#[handler]
pub(crate) async fn ask_signed_in(edge: Data<&Edge>, Settled(visitor): Settled, Path(id): Path<String>) -> Response {
    match inside(&edge, &visitor, &id).await {
        Ok(inside) => {
            let welcome = format!("/welcome/{}", inside.tenant.id);
            let member = inside.grants.member().clone();
            question(&visitor, format!("{welcome}/leave"), Some(welcome), &inside.tenant, member)
        }
        Err(page) => page,
    }
}

/// Leaves, signed in.
#[handler]
pub(crate) async fn leave_signed_in(edge: Data<&Edge>, Settled(visitor): Settled, Path(id): Path<String>) -> Response {
    let tenant = match inside(&edge, &visitor, &id).await {
        Ok(inside) => inside.tenant,
        Err(page) => return page,
    };
    match edge.membership().leave(&visitor.context, tenant.id, Heirs::default()).await {
        Ok(left) => gone(&visitor, &tenant, &left),
        Err(error) => not_left(&visitor, format!("/welcome/{}/leave", tenant.id), &error),
    }
}

fn question(visitor: &Visitor, path: String, stay: Option<String>, tenant: &Tenant, member: Member) -> Response {
    if let Err(error) = is_in(tenant.status, &member) {
        return not_left(visitor, path, &error.into());
    }
    if member.representative {
        return not_left(visitor, path, &LeaveError::Representative);
    }
    let asked = Leaving {
        frame: Frame::card(format!("Leave {}?", isolated(tenant.name.as_str())), visitor).branded(tenant),
        path,
        stay,
        tenant: tenant.name.to_string(),
        name: member.name.to_string(),
        since: member.joined_at().map(Moment),
        address: member.email,
    };
    page(StatusCode::OK, &asked)
}

fn gone(visitor: &Visitor, tenant: &Tenant, left: &Removed) -> Response {
    let mut sentences = vec!["You are not a member any more. Your account stays as it is.".to_owned()];
    if left.transfer.is_some() {
        sentences.push("What you kept there goes to its representative administrator.".to_owned());
    }
    sentences.push("If that was a mistake, ask an administrator to invite you again.".to_owned());
    let frame = Frame::card(format!("You have left {}", isolated(tenant.name.as_str())), visitor).branded(tenant);
    page(StatusCode::OK, &Notice { frame, tone: Tone::Done, sentences, actions: ways_on(visitor) })
}

fn ways_on(visitor: &Visitor) -> Vec<Action> {
    visitor.account().map(|_| Action::new("Your organisations", "/")).into_iter().collect()
}

/// The link was used, or somebody else was quicker.
fn over(visitor: &Visitor) -> Response {
    let notice = Notice {
        frame: Frame::card("You are not a member any more", visitor),
        tone: Tone::Done,
        sentences: vec![
            "The membership that this link is about is over already. There is nothing left to do.".to_owned(),
        ],
        actions: ways_on(visitor),
    };
    page(status_of(Kind::Gone), &notice)
}

fn not_left(visitor: &Visitor, path: String, error: &LeaveError) -> Response {
    match error {
        LeaveError::Remove(RemoveError::Closed(_)) => over(visitor),
        LeaveError::Denied(Denied::SessionOutdated) => sign_in_anew(visitor, &Destination::around(&path), error),
        LeaveError::Remove(RemoveError::IsHeir) => {
            let why = "Something that another member kept is being handed over to you at this moment.";
            later(visitor, path, error, why)
        }
        LeaveError::NotNow | LeaveError::Remove(RemoveError::Custodian(_)) => {
            later(visitor, path, error, "What you keep there could not be looked up.")
        }
        LeaveError::Representative
        | LeaveError::Expired
        | LeaveError::Link(_)
        | LeaveError::Denied(_)
        | LeaveError::Store(_)
        | LeaveError::Remove(
            RemoveError::NotDisabled | RemoveError::OutOfReach(_) | RemoveError::Faults(_) | RemoveError::Store(_),
        ) => refused(visitor, error, ways_on(visitor)),
    }
}

fn later(visitor: &Visitor, path: String, error: &LeaveError, why: &str) -> Response {
    let notice = Notice {
        frame: Frame::card("Not at this moment", visitor),
        tone: Tone::Waiting,
        sentences: vec![why.to_owned(), "You are still a member. Try again in a few minutes.".to_owned()],
        actions: vec![Action::new("Try again", path)],
    };
    refusal_page(error, &notice)
}
