//! The offer to become the representative administrator: the letter that tells of it leads here.

use askama::{Template, filters::HtmlSafe};
use membership_core::{
    directory::MemberDetails,
    id::{MemberId, TenantId},
    refusal::Refusal,
    tenant::representative::{Nomination, NominationError, NotStanding},
};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    web::{Data, Path},
};

use super::{Inside, inside, outside};
use crate::{
    moment::Moment,
    notice::{Action, refused},
    page::see,
    settled::Settled,
};

/// An offer, as one of the two whom it concerns sees it.
#[derive(Template)]
#[template(path = "nomination.html")]
pub(super) struct Offer {
    tenant: TenantId,
    tenant_name: String,
    kind: Kind,
}

/// Whose page it is on, and what can be done about it.
enum Kind {
    /// One is asked, by whom, until when, and how long that is.
    Asked { by: Option<String>, until: Moment, left: String },
    /// One has asked, whom.
    Made { to: Option<String>, until: Moment, left: String },
    /// One was asked, and the time is over.
    Missed,
    /// One has asked, and the time is over.
    Unanswered,
}

impl HtmlSafe for Offer {}

/// The offer that concerns whoever looks, if there is one.
pub(super) async fn offer(edge: &Edge, visitor: &Visitor, inside: &Inside) -> Result<Option<Offer>, NominationError> {
    let representative = inside.grants.member().representative;
    let kind = match edge.membership().nomination(&visitor.context, inside.tenant.id).await {
        Ok(nomination) => standing(edge, visitor, inside, &nomination).await,
        Err(NominationError::NotStanding(NotStanding::Expired)) if representative => Kind::Unanswered,
        Err(NominationError::NotStanding(NotStanding::Expired)) => Kind::Missed,
        Err(NominationError::NotStanding(NotStanding::None)) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(Offer { tenant: inside.tenant.id, tenant_name: inside.tenant.name.to_string(), kind }))
}

async fn standing(edge: &Edge, visitor: &Visitor, inside: &Inside, nomination: &Nomination) -> Kind {
    let until = Moment(nomination.expires_at);
    let left = until.left(visitor.context.now);
    if nomination.nominee == inside.grants.member().id {
        Kind::Asked { by: name_of(edge, visitor, inside, nomination.nominator).await, until, left }
    } else {
        Kind::Made { to: name_of(edge, visitor, inside, nomination.nominee).await, until, left }
    }
}

/// What the tenant calls a member, for whoever may see its members.
async fn name_of(edge: &Edge, visitor: &Visitor, inside: &Inside, member: MemberId) -> Option<String> {
    let found: Option<MemberDetails> = edge.membership().member(&visitor.context, inside.tenant.id, member).await.ok();
    found.map(|details| details.row.member.name.to_string())
}

/// Takes over.
#[handler]
pub(crate) async fn accept(edge: Data<&Edge>, Settled(visitor): Settled, Path(id): Path<String>) -> Response {
    let inside = match inside(&edge, &visitor, &id).await {
        Ok(inside) => inside,
        Err(page) => return page,
    };
    let done = edge.membership().accept_nomination(&visitor.context, inside.tenant.id).await;
    back(&visitor, &inside, done)
}

/// Does not want to.
#[handler]
pub(crate) async fn decline(edge: Data<&Edge>, Settled(visitor): Settled, Path(id): Path<String>) -> Response {
    let inside = match inside(&edge, &visitor, &id).await {
        Ok(inside) => inside,
        Err(page) => return page,
    };
    let done = edge.membership().decline_nomination(&visitor.context, inside.tenant.id).await;
    back(&visitor, &inside, done)
}

/// Takes the offer back.
#[handler]
pub(crate) async fn withdraw(edge: Data<&Edge>, Settled(visitor): Settled, Path(id): Path<String>) -> Response {
    let inside = match inside(&edge, &visitor, &id).await {
        Ok(inside) => inside,
        Err(page) => return page,
    };
    let done = edge.membership().withdraw_nomination(&visitor.context, inside.tenant.id).await;
    back(&visitor, &inside, done)
}

/// Back to the tenant's page, which shows what it came to; or why it came to nothing.
fn back<T, E: Refusal>(visitor: &Visitor, inside: &Inside, done: Result<T, E>) -> Response {
    let welcome = format!("/welcome/{}", inside.tenant.id);
    match done {
        Ok(_) => see(&welcome),
        Err(error) if error.code() == "session-outdated" => outside(visitor, Some(inside.tenant.id), &error),
        Err(error) => refused(visitor, &error, vec![Action::new("Back", welcome)]),
    }
}
