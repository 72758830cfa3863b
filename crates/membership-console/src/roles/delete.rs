//! Deleting a role that nobody holds and no other role includes.

use askama::Template;
use membership_core::{refusal::Refusal, role::define::RoleOf};
use membership_web::Edge;
use poem::{Response, handler, http::StatusCode, web::Data};

use super::{edit::Changing, role::About};
use crate::{
    layout::{Layout, Section},
    notice::Action,
    page::{page, see},
    settled::On,
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
pub(crate) fn ask(On(_, Changing(about)): On<Changing>) -> Response {
    let shown = DeletePage {
        layout: about.admin.layout(format!("Delete {}?", about.role.name), Section::Roles, about.path()),
        action: format!("{}/delete", about.path()),
        back: about.path(),
    };
    page(StatusCode::OK, &shown)
}

/// Deletes it.
#[handler]
pub(crate) async fn delete(edge: Data<&Edge>, On(visitor, about): On<About>) -> Response {
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
