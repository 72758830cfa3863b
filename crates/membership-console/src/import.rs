//! Importing people from a table: the template, the upload, and what was uploaded so far.

pub(crate) mod carry_out;
mod count;
pub(crate) mod end;
pub(crate) mod files;
mod listed;
mod mark;
pub(crate) mod one;
mod progress;
mod question;
mod rows;
pub(crate) mod upload;

use askama::Template;
use membership_core::{
    id::ImportId,
    import::{ImportUnknown, start::ImportOf},
    refusal::Refusal,
};
use membership_web::{Edge, Visitor};
use poem::{
    Request, Response, handler,
    http::StatusCode,
    web::{Data, Query},
};

use self::listed::Listed;
use crate::{
    done::Said,
    layout::{Admin, Layout, Section},
    notice::Action,
    page::{page, waiting},
    settled::{On, Subject, named},
};

/// What can have been done with an import.
const DONE: &[(&str, &str)] = &[
    ("discarded", "The table is forgotten. What an import has done stays done."),
    ("planned", "Planned again, for how things are now."),
    ("cancelled", "The import was cancelled. What is done stays done."),
];

/// What can have been done with one that goes on: it is not said any more when that one is over.
const STARTED: &[(&str, &str)] = &[("started", "The import is under way.")];

#[derive(Template)]
#[template(path = "import/start.html")]
struct StartPage {
    layout: Layout,
    path: String,
    /// Where the members are to be had as a table, for whoever sees any.
    members: Option<String>,
    imports: Vec<Listed>,
    /// Why the file that was just uploaded was not taken, and what to do.
    refused: Option<(String, String)>,
}

/// The page.
#[handler]
pub(crate) async fn show(edge: Data<&Edge>, On(visitor, admin): On<Admin>, Query(said): Query<Said>) -> Response {
    start_page(&edge, &visitor, &admin, said.among(DONE), None).await
}

/// Why a file was not taken: the status, what is wrong and what to do, and in how many seconds to try again.
struct NotTaken {
    status: StatusCode,
    said: (String, String),
    retry_after: Option<u32>,
}

async fn start_page(
    edge: &Edge,
    visitor: &Visitor,
    admin: &Admin,
    done: Option<&'static str>,
    not_taken: Option<NotTaken>,
) -> Response {
    let imports = match edge.membership().imports(&visitor.context, admin.tenant.id).await {
        Ok(imports) => imports,
        Err(error) => return refused(admin, visitor, &error),
    };
    let path = Section::Import.path(&admin.tenant.id);
    let (status, refused, retry_after) = not_taken.map_or((StatusCode::OK, None, None), |not_taken| {
        (not_taken.status, Some(not_taken.said), not_taken.retry_after)
    });
    let shown = StartPage {
        layout: admin.layout("Import", Section::Import, path.as_str()).saying(done),
        members: Section::Members.is_for(&admin.grants).then(|| admin.path("members/export")),
        imports: listed::all(edge, visitor, admin, &imports).await,
        path,
        refused,
    };
    waiting(page(status, &shown), retry_after)
}

/// One import, as an address names it.
struct About {
    admin: Admin,
    which: ImportOf,
}

impl About {
    /// Where its page is.
    fn path(&self) -> String {
        self.admin.path(format_args!("import/{}", self.which.import))
    }

    fn refused(&self, visitor: &Visitor, error: &dyn Refusal) -> Response {
        match error.code() {
            "import-unknown" | "permission-missing" | "other-departments" => refused(&self.admin, visitor, error),
            _ => self.admin.refused(visitor, Section::Import, error, Action::new("Back to the import", self.path())),
        }
    }
}

impl Subject for About {
    async fn found(edge: &Edge, visitor: &Visitor, request: &Request) -> Result<Self, Response> {
        let admin = Admin::found(edge, visitor, request).await?;
        admin.grants.importing().map_err(|denied| refused(&admin, visitor, &denied))?;
        match named(request, "import").parse::<ImportId>() {
            Ok(import) => {
                let which = ImportOf { tenant: admin.tenant.id, import };
                Ok(Self { admin, which })
            }
            Err(_) => Err(refused(&admin, visitor, &ImportUnknown::Here)),
        }
    }
}

/// Who may import nothing has nothing to look for here.
fn refused(admin: &Admin, visitor: &Visitor, error: &dyn Refusal) -> Response {
    let back = if Section::Import.is_for(&admin.grants) {
        Action::new("All imports", Section::Import.path(&admin.tenant.id))
    } else {
        Action::new("Your own membership", format!("/welcome/{}", admin.tenant.id))
    };
    admin.refused(visitor, Section::Import, error, back)
}
