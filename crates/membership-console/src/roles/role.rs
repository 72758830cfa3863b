//! One role: what it allows and because of what, what it includes, who holds it, and what can be done with it.

use askama::Template;
use membership_core::{
    directory::{AnyOf, MAX_PAGE, MemberFilter, Page},
    id::RoleId,
    refusal::Refusal,
    role::{Permission, Role, RoleUnknown, assign::BeyondOwn, define::DefineError},
};
use membership_web::{Edge, Visitor};
use poem::{
    Request, Response, handler,
    http::StatusCode,
    web::{Data, Path, Query},
};
use serde::Deserialize;

use super::{may_define, to_roles};
use crate::{
    layout::{Admin, Layout, Section, admin},
    moment::Moment,
    page::page,
    settled::Settled,
    words::sentence,
};

#[derive(Template)]
#[template(path = "roles/role.html")]
struct RolePage {
    layout: Layout,
    id: RoleId,
    path: String,
    list: String,
    name: String,
    administrator: bool,
    applications: Vec<(String, Vec<Allowed>)>,
    includes: Vec<(String, String)>,
    included_by: Vec<(String, String)>,
    holders: Option<Holders>,
    changed: Moment,
    may_make: bool,
    may_change: bool,
    /// Why it can be neither edited nor deleted.
    fixed: Option<String>,
}

/// One permission that it gives, and the role that it includes that for.
struct Allowed {
    name: String,
    via: Option<String>,
}

/// Who holds it.
struct Holders {
    count: String,
    href: String,
}

#[derive(Deserialize)]
pub(crate) struct Said {
    #[serde(default)]
    done: String,
}

/// A role of the tenant, for a page about it.
pub(super) struct About {
    pub(super) admin: Admin,
    pub(super) role: Role,
}

impl About {
    pub(super) fn path(&self) -> String {
        path_of(&self.admin, self.role.id)
    }
}

pub(super) fn path_of(admin: &Admin, role: RoleId) -> String {
    admin.path(format_args!("roles/{role}"))
}

/// Looks it up. Every member may read roles.
pub(super) async fn about(
    edge: &Edge,
    visitor: &Visitor,
    request: &Request,
    (tenant, id): (&str, &str),
) -> Result<About, Response> {
    // Every page about a role comes back to the role's own.
    let path = request.uri().path();
    let own = path.match_indices('/').nth(4).and_then(|(at, _)| path.get(..at)).unwrap_or(path);
    let admin = admin(edge, visitor, tenant, own).await?;
    let found = id.parse().ok().and_then(|id| admin.grants.catalogue().role(id).cloned());
    match found {
        Some(role) => Ok(About { admin, role }),
        None => Err(admin.refused(visitor, Section::Roles, &RoleUnknown::InTenant, to_roles(&admin))),
    }
}

/// Why the role cannot be changed by whoever asks, although he or she changes roles.
pub(super) fn fixed(about: &About) -> Option<DefineError> {
    let (grants, role) = (&about.admin.grants, &about.role);
    if role.administrator {
        return Some(DefineError::System);
    }
    if grants.member().assignments.roles().any(|own| grants.catalogue().reaches(own, role.id)) {
        return Some(DefineError::Own);
    }
    grants.first_lacking_of(role).map(|permission| DefineError::from(BeyondOwn::Lacking { permission }))
}

/// The page.
#[handler]
pub(crate) async fn show(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    request: &Request,
    Path((tenant, id)): Path<(String, String)>,
    Query(said): Query<Said>,
) -> Response {
    let about = match about(&edge, &visitor, request, (&tenant, &id)).await {
        Ok(about) => about,
        Err(page) => return page,
    };
    let holders = match holders(&edge, &visitor, &about).await {
        Ok(holders) => holders,
        Err(error) => return about.admin.refused(&visitor, Section::Roles, &error, to_roles(&about.admin)),
    };
    let done = match said.done.as_str() {
        "made" => Some("The role was made."),
        "edited" => Some("The role was changed, for everybody who holds it."),
        _ => None,
    };
    page(StatusCode::OK, &role_page(&about, holders, done))
}

fn role_page(about: &About, holders: Option<Holders>, done: Option<&'static str>) -> RolePage {
    let (admin, role) = (&about.admin, &about.role);
    let catalogue = admin.grants.catalogue();
    let named = |role: &Role| (path_of(admin, role.id), role.name.to_string());
    let applications = catalogue.applications().iter().map(|application| {
        let given = application.permissions.iter().filter_map(|named| {
            let way = catalogue.way(role.id, &named.permission);
            let giver = way.last()?;
            let via = (giver.id != role.id).then(|| giver.name.to_string());
            Some(Allowed { name: named.name.to_string(), via })
        });
        (application.name.to_string(), given.collect::<Vec<_>>())
    });
    let makes = may_define(admin);
    let fixed = fixed(about).filter(|_| makes);
    RolePage {
        layout: admin.layout(role.name.as_str(), Section::Roles, about.path()).saying(done),
        id: role.id,
        path: about.path(),
        list: admin.path("roles"),
        name: role.name.to_string(),
        administrator: role.administrator,
        applications: applications.filter(|(_, given)| !given.is_empty()).collect(),
        includes: role.includes.iter().filter_map(|id| catalogue.role(*id)).map(named).collect(),
        included_by: catalogue.roles().iter().filter(|other| other.includes.contains(&role.id)).map(named).collect(),
        holders,
        changed: Moment(role.changed_at),
        may_make: makes,
        may_change: makes && fixed.is_none(),
        fixed: fixed.map(|error| format!("{} {}", sentence(&error.to_string()), sentence(error.advice()))),
    }
}

/// How many hold it, as far as whoever looks sees members; beyond a page of them it is said that there are more.
async fn holders(edge: &Edge, visitor: &Visitor, about: &About) -> Result<Option<Holders>, membership_core::ViewError> {
    let admin = &about.admin;
    if admin.grants.sight(Permission::MEMBERS_READ).is_err() {
        return Ok(None);
    }
    let given = AnyOf { roles: vec![about.role.id], ..AnyOf::default() };
    let filter = MemberFilter { given: Some(given), ..MemberFilter::default() };
    let page = Page { after: None, limit: MAX_PAGE };
    let count = edge.membership().members(&visitor.context, admin.tenant.id, filter, page).await?.rows.len();
    let count = match count {
        0 => "Nobody".to_owned(),
        1 => "1 member".to_owned(),
        some if some < usize::from(MAX_PAGE) => format!("{some} members"),
        _ => format!("{MAX_PAGE} members or more"),
    };
    Ok(Some(Holders { count, href: admin.path(format_args!("members?role={}", about.role.id)) }))
}
