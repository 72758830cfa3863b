//! One role: what it allows and because of what, what it includes, who holds it, and what can be done with it.

use askama::Template;
use membership_core::{
    directory::{AnyOf, MAX_PAGE, MemberFilter, Page},
    id::RoleId,
    role::{
        Permission, Role, RoleUnknown,
        define::{DefineError, may_change},
    },
};
use membership_web::{Edge, Visitor};
use poem::{
    Request, Response, handler,
    http::StatusCode,
    web::{Data, Query},
};

use super::{may_define, to_roles};
use crate::{
    done::Said,
    layout::{Admin, Layout, Section},
    moment::Moment,
    page::page,
    settled::{On, Subject, named},
    words::told_at_once,
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

/// Every member may read roles.
impl Subject for About {
    async fn found(edge: &Edge, visitor: &Visitor, request: &Request) -> Result<Self, Response> {
        let admin = Admin::found(edge, visitor, request).await?;
        let id = named(request, "role").parse().ok();
        match id.and_then(|id| admin.grants.catalogue().role(id).cloned()) {
            Some(role) => Ok(Self { admin, role }),
            None => Err(admin.refused(visitor, Section::Roles, &RoleUnknown::InTenant, to_roles(&admin))),
        }
    }
}

/// Why the role cannot be changed by whoever asks, although he or she changes roles.
pub(super) fn fixed(about: &About) -> Option<DefineError> {
    may_change(&about.admin.grants, about.role.id).err()
}

/// The page.
#[handler]
pub(crate) async fn show(edge: Data<&Edge>, On(visitor, about): On<About>, Query(said): Query<Said>) -> Response {
    let holders = match holders(&edge, &visitor, &about).await {
        Ok(holders) => holders,
        Err(error) => return about.admin.refused(&visitor, Section::Roles, &error, to_roles(&about.admin)),
    };
    let done =
        said.among(&[("made", "The role was made."), ("edited", "The role was changed, for everybody who holds it.")]);
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
        fixed: fixed.map(|error| told_at_once(&error)),
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
