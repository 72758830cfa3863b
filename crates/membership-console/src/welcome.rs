//! What a member sees of a tenant: that it is one, and, where that is allowed, who else is.

pub(crate) mod invite;
mod person;

use askama::Template;
use membership_core::{
    actor::{Denied, Grants},
    directory::{MAX_PAGE, MemberFilter, Page},
    id::{MemberId, TenantId},
    refusal::Refusal,
    role::{Permission, Role},
    tenant::Tenant,
};
use membership_web::{Edge, Visitor};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use self::person::{Person, State};
use crate::{
    form::Form,
    notice::{Action, refused},
    page::{Frame, page, see},
};

/// Rows on one page.
const ROWS: u16 = 50;
const _: () = assert!(ROWS <= MAX_PAGE);

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome<'a> {
    frame: Frame,
    id: TenantId,
    tenant: &'a str,
    roles: Vec<&'a str>,
    people: Option<People>,
    invite: Option<Form>,
}

struct People {
    rows: Vec<Person>,
    older: Option<MemberId>,
}

#[derive(Deserialize)]
pub(crate) struct From {
    after: Option<MemberId>,
}

/// A tenant with its roles, as one of its members sees it.
struct Inside {
    tenant: Tenant,
    grants: Grants,
    roles: Vec<Role>,
}

/// The page of a tenant.
#[handler]
pub(crate) async fn show(
    edge: Data<&Edge>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(from): Query<From>,
) -> Response {
    match inside(&edge, &visitor, &id).await {
        Ok(inside) => welcome_page(StatusCode::OK, &edge, &visitor, &inside, from.after, None).await,
        Err(page) => page,
    }
}

/// Looks the tenant up; who is signed out is led to the sign-in, and comes back.
async fn inside(edge: &Edge, visitor: &Visitor, id: &str) -> Result<Inside, Response> {
    let outside = |error: &dyn Refusal| refused(visitor, error, vec![Action::new("Your organisations", "/")]);
    let Ok(id) = id.parse::<TenantId>() else { return Err(outside(&Denied::TenantUnknown)) };
    if visitor.account().is_none() {
        return Err(see(&format!("/sign-in?next=/welcome/{id}")));
    }
    let (tenant, grants) = edge.membership().tenant(&visitor.context, id).await.map_err(|error| outside(&error))?;
    let roles = edge.membership().roles(&visitor.context, id).await.map_err(|error| outside(&error))?;
    Ok(Inside { tenant, grants, roles })
}

/// The page, with the invitation form as it was refused, if it was.
async fn welcome_page(
    status: StatusCode,
    edge: &Edge,
    visitor: &Visitor,
    inside: &Inside,
    after: Option<MemberId>,
    refused_form: Option<Form>,
) -> Response {
    let Inside { tenant, grants, roles } = inside;
    let people = match people(edge, visitor, inside, after).await {
        Ok(people) => people,
        Err(page) => return page,
    };
    let held = roles.iter().filter(|role| grants.member().roles.contains(&role.id));
    let may_invite = grants.require(Permission::MEMBERS_INVITE).is_ok();
    let welcome = Welcome {
        frame: Frame::wide(tenant.name.as_str(), visitor),
        id: tenant.id,
        tenant: tenant.name.as_str(),
        roles: held.map(|role| role.name.as_str()).collect(),
        people,
        invite: refused_form.or_else(|| may_invite.then(|| invite::form(inside, &invite::Filled::default(), None))),
    };
    page(status, &welcome)
}

async fn people(
    edge: &Edge,
    visitor: &Visitor,
    inside: &Inside,
    after: Option<MemberId>,
) -> Result<Option<People>, Response> {
    if inside.grants.require(Permission::MEMBERS_READ).is_err() {
        return Ok(None);
    }
    let wanted = Page { after, limit: ROWS };
    let listed = edge.membership().members(&visitor.context, inside.tenant.id, MemberFilter::default(), wanted).await;
    let rows = listed.map_err(|error| refused(visitor, &error, Vec::new()))?;
    let older = rows.last().filter(|_| rows.len() == usize::from(ROWS)).map(|row| row.member.id);
    let you = inside.grants.member().id;
    let rows = rows.into_iter().map(|row| Person::of(row, you, visitor.context.now)).collect();
    Ok(Some(People { rows, older }))
}
