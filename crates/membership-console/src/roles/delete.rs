//! Deleting a role that nobody holds and no other role includes.

use askama::Template;
use membership_core::{refusal::Refusal, role::define::RoleOf};
use membership_web::Edge;
use poem::{
    Request, Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use super::{
    may_define,
    role::{about, fixed},
};
use crate::{
    layout::{Layout, Section},
    notice::Action,
    page::{page, see},
    settled::Settled,
};

#[derive(Template)]
#[template(path = "roles/delete.html")]
struct DeletePage {
    layout: Layout,
    action: String,
    back: String,
}

/// The question.
#[handler]
pub(crate) async fn ask(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    request: &Request,
    Path((tenant, id)): Path<(String, String)>,
) -> Response {
    let about = match about(&edge, &visitor, request, (&tenant, &id)).await {
        Ok(about) => about,
        Err(page) => return page,
    };
    let back = Action::new("Back to the role", about.path());
    if !may_define(&about.admin) {
        let denied = about.admin.grants.require(membership_core::role::Permission::ROLES_MANAGE).map(drop);
        return match denied {
            Err(denied) => about.admin.refused(&visitor, Section::Roles, &denied, back),
            Ok(()) => see(&back.href),
        };
    }
    if let Some(error) = fixed(&about) {
        return about.admin.refused(&visitor, Section::Roles, &error, back);
    }
    let shown = DeletePage {
        layout: about.admin.layout(format!("Delete {}?", about.role.name), Section::Roles, about.path()),
        action: format!("{}/delete", about.path()),
        back: back.href,
    };
    page(StatusCode::OK, &shown)
}

/// Deletes it.
#[handler]
pub(crate) async fn delete(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    request: &Request,
    Path((tenant, id)): Path<(String, String)>,
) -> Response {
    let about = match about(&edge, &visitor, request, (&tenant, &id)).await {
        Ok(about) => about,
        Err(page) => return page,
    };
    let which = RoleOf { tenant: about.admin.tenant.id, role: about.role.id };
    match edge.membership().delete_role(&visitor.context, which).await {
        Ok(_) => see(&format!("{}?done=deleted", about.admin.path("roles"))),
        Err(error) => {
            let back = match error.code() {
                // Those who hold it are who has to be given another one.
                "role-in-use" => Action::new(
                    "Look at who holds it",
                    about.admin.path(format_args!("members?role={}", about.role.id)),
                ),
                _ => Action::new("Back to the role", about.path()),
            };
            about.admin.refused(&visitor, Section::Roles, &error, back)
        }
    }
}
