//! Uploading a table, which plans it and changes nothing.

use membership_core::{
    context::Context,
    refusal::{Kind, Refusal as _},
};
use membership_web::{
    Edge, status_of,
    table::{SheetRows, Upload},
};
use poem::{Body, Request, Response, handler, web::Data};

use super::{NotTaken, refused, start_page};
use crate::{
    layout::Admin,
    page::see,
    settled::On,
    words::{sentence, told},
};

/// Reads the file and plans it. A file that cannot be read is refused at the form, with what to do about it.
#[handler]
pub(crate) async fn upload(
    edge: Data<&Edge>,
    On(visitor, admin): On<Admin>,
    request: &Request,
    body: Body,
) -> Response {
    // Nothing is read from whoever may import nothing.
    if let Err(denied) = admin.grants.importing() {
        return refused(&admin, &visitor, &denied);
    }
    let upload = match Upload::receive(request.headers(), body, None).await {
        Ok(upload) => upload,
        Err(problem) => {
            let said = (sentence(&problem.detail), sentence(problem.advice));
            let not_taken = NotTaken { status: problem.status, said, retry_after: problem.retry_after };
            return start_page(&edge, &visitor, &admin, None, Some(not_taken)).await;
        }
    };
    let name = upload.name.clone();
    let mut rows = SheetRows::of(upload).await;
    // The file may have taken minutes.
    let ctx = Context { now: edge.now(), ..visitor.context.clone() };
    match edge.membership().plan_import(&ctx, admin.tenant.id, &name, &mut rows).await {
        Ok(import) => see(&admin.path(format_args!("import/{}", import.id))),
        Err(error) if matches!(error.kind(), Kind::Invalid | Kind::TooMany) => {
            let not_taken =
                NotTaken { status: status_of(error.kind()), said: told(&error), retry_after: error.retry_after() };
            start_page(&edge, &visitor, &admin, None, Some(not_taken)).await
        }
        Err(error) => refused(&admin, &visitor, &error),
    }
}
