//! The members of a tenant: the departments on one side, and on the other whoever belongs to the one that is chosen.

pub(crate) mod bulk;
pub(crate) mod export;
mod filter;
mod list;
mod row;
mod tree;

use askama::Template;
use membership_core::{ViewError, actor::Denied, id::TenantId, refusal::Refusal, role::Permission};
use membership_web::{Edge, Visitor};
use poem::{
    Request, Response, handler,
    http::StatusCode,
    web::{Data, Query},
};

pub(crate) use filter::Filter;
pub(crate) use row::{factors, visible};

use self::{list::List, tree::Branches};
use crate::{
    done::{Said, WITH_MEMBERS},
    layout::{Admin, Layout, Section, last},
    notice::Action,
    page::page,
    settled::On,
};

#[derive(Template)]
#[template(path = "members/page.html")]
struct MembersPage {
    layout: Layout,
    branches: Branches,
    list: List,
    may_add: bool,
}

/// The list alone, for the script that replaces it while somebody types.
#[derive(Template)]
#[template(path = "members/part.html")]
struct ListPart {
    list: List,
}

/// The header by which the script asks for the list alone.
const PART: &str = "x-part";

impl MembersPage {
    fn tenant(&self) -> &TenantId {
        self.layout.tenant()
    }
}

/// The page.
#[handler]
pub(crate) async fn show(
    edge: Data<&Edge>,
    On(visitor, admin): On<Admin>,
    request: &Request,
    Query(filter): Query<Filter>,
    Query(said): Query<Said>,
) -> Response {
    let list = match list::found(&edge, &visitor, &admin, filter.clone()).await {
        Ok(list) => list,
        Err(error) => return not_shown(&admin, &visitor, &error),
    };
    let status = list.status().unwrap_or(StatusCode::OK);
    if request.header(PART) == Some("list") {
        return page(status, &ListPart { list });
    }
    let rows = match edge.membership().departments(&visitor.context, admin.tenant.id).await {
        Ok(rows) => rows,
        Err(error) => return not_shown(&admin, &visitor, &error),
    };
    let may_add = admin.grants.sight(Permission::MEMBERS_INVITE).is_ok();
    let branches = Branches::of(&admin, rows, &filter);
    let layout = admin.layout("Members", Section::Members, admin.path("members")).saying(said.among(WITH_MEMBERS));
    let shown = page(status, &MembersPage { layout, branches, list, may_add });
    last::remembering(shown, &edge, request, admin.tenant.id)
}

/// Who sees no members has nothing to look for here; an unknown department leads back to all of them.
fn not_shown(admin: &Admin, visitor: &Visitor, error: &ViewError) -> Response {
    let back = match error {
        ViewError::Denied(Denied::PermissionMissing { .. } | Denied::OtherDepartments { .. }) => {
            Action::new("Your own membership", format!("/welcome/{}", admin.tenant.id))
        }
        ViewError::Denied(_)
        | ViewError::MemberUnknown
        | ViewError::InvitationUnknown
        | ViewError::Department(_)
        | ViewError::Search(_)
        | ViewError::Store(_) => Action::new("All members", Section::Members.path(&admin.tenant.id)),
    };
    let error: &dyn Refusal = error;
    admin.refused(visitor, Section::Members, error, back)
}
