//! The table of authority: what each role allows in each application.

use askama::Template;
use membership_core::{Authority, role::Application};
use membership_web::Edge;
use poem::{
    Request, Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use crate::{
    layout::{Layout, Section, admin},
    notice::Action,
    page::page,
    settled::Settled,
};

#[derive(Template)]
#[template(path = "authority.html")]
struct AuthorityPage {
    layout: Layout,
    applications: Vec<String>,
    roles: Vec<Row>,
}

struct Row {
    name: String,
    administrator: bool,
    cells: Vec<Cell>,
}

/// What a role allows in one application.
struct Cell {
    held: Vec<String>,
    all: usize,
}

impl Cell {
    fn of(gives: &Authority, application: &Application) -> Self {
        let held = application.permissions.iter().filter(|named| gives.gives.contains(&named.permission));
        Self { held: held.map(|named| named.name.to_string()).collect(), all: application.permissions.len() }
    }

    const fn is_whole(&self) -> bool {
        self.held.len() == self.all
    }
}

/// The page.
#[handler]
pub(crate) async fn show(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    request: &Request,
    Path(id): Path<String>,
) -> Response {
    let admin = match admin(&edge, &visitor, &id, request.uri().path()).await {
        Ok(admin) => admin,
        Err(page) => return page,
    };
    let authority = match edge.membership().authority(&visitor.context, admin.tenant.id).await {
        Ok(authority) => authority,
        Err(error) => {
            let back = Action::new("All members", Section::Members.path(&admin.tenant.id));
            return admin.refused(&visitor, Section::Roles, &error, back);
        }
    };
    let applications = admin.grants.catalogue().applications();
    let row = |gives: &Authority| Row {
        name: gives.role.name.to_string(),
        administrator: gives.role.administrator,
        cells: applications.iter().map(|application| Cell::of(gives, application)).collect(),
    };
    let shown = AuthorityPage {
        layout: admin.layout("Roles", Section::Roles, admin.path("roles")),
        applications: applications.iter().map(|application| application.name.to_string()).collect(),
        roles: authority.iter().map(row).collect(),
    };
    page(StatusCode::OK, &shown)
}
