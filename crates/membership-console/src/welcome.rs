//! What a member sees of a tenant: that it is one, what it is asked, and, where that is allowed, who else is.

pub(crate) mod invite;
pub(crate) mod nomination;
mod people;
pub(crate) mod person;

use askama::Template;
use membership_core::{
    TenantView,
    actor::{Denied, Grants},
    id::TenantId,
    refusal::Refusal,
    role::{Grant, Permission},
    tenant::Tenant,
};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Path, Query},
};

use self::{
    nomination::Offer,
    people::{People, Wanted},
};
use crate::{
    account::second_factor,
    destination::Destination,
    entrance::sign_in_anew,
    face::Face,
    form::Form,
    layout::looks_after,
    moment::Moment,
    notice::{Action, refused},
    page::{Above, Frame, page, see},
    settled::Settled,
};

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome {
    frame: Frame,
    id: TenantId,
    face: Face,
    tenant: String,
    roles: Vec<Held>,
    representative: bool,
    offer: Option<Offer>,
    people: Option<People>,
    invite: Option<Form>,
    /// Whether one looks after its members, on pages of their own.
    administers: bool,
}

/// A role that one holds at this moment.
struct Held {
    name: String,
    until: Option<Moment>,
}

/// A tenant as one of its members sees it.
pub(crate) struct Inside {
    pub(crate) tenant: Tenant,
    pub(crate) grants: Grants,
    above: Option<Above>,
}

impl From<TenantView> for Inside {
    fn from(view: TenantView) -> Self {
        let TenantView { tenant, grants, lineage } = view;
        let top = lineage.into_iter().next().filter(|(top, member)| *member && top.id != tenant.id);
        let above = top.map(|(top, _)| Above { href: format!("/welcome/{}#members", top.id), name: top.name.clone() });
        Self { tenant, grants, above }
    }
}

impl Inside {
    fn roles(&self, visitor: &Visitor) -> Vec<Held> {
        let live = self.grants.member().assignments.live_at(visitor.context.now);
        let roles = live.filter_map(|held| match &held.grant {
            Grant::Role(role) => self.grants.catalogue().role(*role).map(|role| (role, held.until)),
            Grant::Permission(_) => None,
        });
        roles.map(|(role, until)| Held { name: role.name.to_string(), until: until.map(Moment) }).collect()
    }
}

/// The page of a tenant.
#[handler]
pub(crate) async fn show(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    match inside(&edge, &visitor, &id).await {
        Ok(inside) => welcome_page(StatusCode::OK, &edge, &visitor, inside, wanted, None).await,
        Err(page) => page,
    }
}

/// Looks the tenant up; who is signed out is led to the sign-in, and comes back.
pub(crate) async fn inside(edge: &Edge, visitor: &Visitor, id: &str) -> Result<Inside, Response> {
    let Ok(id) = id.parse::<TenantId>() else { return Err(outside(visitor, None, &Denied::TenantUnknown)) };
    if visitor.account().is_none() {
        return Err(see(&format!("/sign-in?next=/welcome/{id}")));
    }
    let view = edge.membership().tenant(&visitor.context, id).await;
    view.map(Inside::from).map_err(|error| outside(visitor, Some(id), &error))
}

/// The page of a refusal that is about the whole of `tenant`.
pub(crate) fn outside(visitor: &Visitor, tenant: Option<TenantId>, error: &dyn Refusal) -> Response {
    match tenant {
        Some(tenant) => shut_out(visitor, &Destination::welcome(tenant), error),
        None => refused(visitor, error, vec![Action::new("Your organisations", "/")]),
    }
}

/// The same for somebody who wanted to be at `next`. A session that the tenant does not know any more is replaced by a new
/// one, and then one is there; whoever lacks a second factor sets one up first.
pub(crate) fn shut_out(visitor: &Visitor, next: &Destination, error: &dyn Refusal) -> Response {
    match error.code() {
        // A sign-in mends both: the tenant knows the session then, and a second factor was shown.
        "session-outdated" | "second-factor-not-shown" => sign_in_anew(visitor, next, error),
        "second-factor-missing" => see(&second_factor::path(next)),
        _ => refused(visitor, error, vec![Action::new("Your organisations", "/")]),
    }
}

/// The page, with the invitation form as it was refused, if it was.
async fn welcome_page(
    status: StatusCode,
    edge: &Edge,
    visitor: &Visitor,
    inside: Inside,
    wanted: Wanted,
    refused_form: Option<Form>,
) -> Response {
    let offer = match nomination::offer(edge, visitor, &inside).await {
        Ok(offer) => offer,
        Err(error) => return outside(visitor, Some(inside.tenant.id), &error),
    };
    let people = match people::found(edge, visitor, &inside, wanted).await {
        Ok(people) => people,
        Err(error) => return outside(visitor, Some(inside.tenant.id), &error),
    };
    let may_invite = inside.grants.require(Permission::MEMBERS_INVITE).is_ok();
    let status = people.as_ref().and_then(People::status).unwrap_or(status);
    let welcome = Welcome {
        id: inside.tenant.id,
        administers: looks_after(&inside.grants),
        roles: inside.roles(visitor),
        representative: inside.grants.member().representative,
        offer,
        people,
        invite: refused_form.or_else(|| may_invite.then(|| invite::form(&inside, &invite::Filled::default(), None))),
        face: Face::of(&inside.tenant),
        tenant: inside.tenant.name.to_string(),
        frame: Frame {
            above: inside.above,
            ..Frame::wide(inside.tenant.name.as_str(), visitor).branded(&inside.tenant)
        },
    };
    page(status, &welcome)
}
