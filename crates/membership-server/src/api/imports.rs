//! Imports: many people from one table, planned before anything is done.

mod files;
mod progress;
mod rows;

pub(super) use files::ImportFilesApi;
pub(super) use progress::ImportProgressApi;
pub(super) use rows::ImportRowsApi;

use membership_core::{context::Context, id::TenantId, import::start::ImportOf};
use membership_web::{Edge, table::SheetRows};
use poem::web::Data;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use serde::Deserialize;

use super::{Chapter, Named, PREFIX};
use crate::{
    answer::{Answer, Refused},
    body::Body,
    caller::Caller,
    file::FileBody,
    representation::{Import, ImportMode},
};

/// An import to start.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportStart {
    /// `digest` of the plan that was looked at.
    digest: String,
    /// What to do if a row cannot be done.
    mode: ImportMode,
}

/// The imports of a tenant.
#[derive(Object)]
struct ImportList {
    /// Newest first; at most 50 are kept.
    imports: Vec<Import>,
}

#[derive(ApiResponse)]
enum ImportPlanned {
    /// The table was read and planned; nothing has been done.
    #[oai(status = 201)]
    Created(
        Json<Import>,
        /// The import.
        #[oai(header = "Location")]
        String,
    ),
}

#[derive(ApiResponse)]
enum ImportStarted {
    /// It is being carried out from now on.
    #[oai(status = 202)]
    Accepted(Json<Import>),
}

#[derive(ApiResponse)]
enum ImportForgotten {
    /// It is gone, with all that was uploaded.
    #[oai(status = 204)]
    Done,
}

pub(crate) struct ImportsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Imports")]
impl ImportsApi {
    /// Upload a table
    ///
    /// Reads a table of people and plans what importing it would do: of each row, whether it would make a member, change one,
    /// leave one as it is, or be refused. Nothing is done. The body is the file itself, an .xlsx workbook or CSV text, of at
    /// most 20 MiB and 100,000 rows, under its own media type
    /// (`application/vnd.openxmlformats-officedocument.spreadsheetml.sheet`, `text/csv` with its `charset`) or
    /// `application/octet-stream`; what it is called is told by `file` or by `Content-Disposition`. A browser may post a form
    /// (`multipart/form-data`) instead, of which the first file counts. Needs `membership:members.invite` or
    /// `membership:members.manage` over some department.
    #[oai(path = "/tenants/:tenant/imports", method = "post", operation_id = "uploadImport")]
    async fn upload(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// What the file is called.
        file: Query<Option<String>>,
        body: FileBody,
    ) -> Answer<ImportPlanned> {
        let (membership, tenant) = (edge.membership(), TenantId::named(&tenant));
        // Whoever may not import uploads nothing.
        membership.imports(&caller.context, tenant).await?;
        let upload = body.receive(file.as_deref()).await.map_err(Refused::because)?;
        // The file may have taken minutes.
        let Context { actor, request, client, .. } = caller.context;
        let ctx = Context::new(actor, edge.now(), request).from(client);
        let name = upload.name.clone();
        let mut rows = SheetRows::of(upload).await;
        let import = membership.plan_import(&ctx, tenant, &name, &mut rows).await?;
        let location = format!("{PREFIX}/tenants/{tenant}/imports/{}", import.id);
        Ok(ImportPlanned::Created(Json(Import::at(&import, ctx.now)), location))
    }

    /// List imports
    ///
    /// The imports of a tenant, newest first: one's own, or all for whoever holds `membership:members.manage` in the whole
    /// tenant. A plan is kept for a day, a result for thirty days.
    #[oai(path = "/tenants/:tenant/imports", method = "get", operation_id = "listImports")]
    async fn list(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<ImportList>> {
        let imports = edge.membership().imports(&caller.context, TenantId::named(&tenant)).await?;
        let imports = imports.iter().map(|import| Import::at(import, caller.context.now)).collect();
        Ok(Json(ImportList { imports }))
    }

    /// Show an import
    ///
    /// Where it stands: what it would do, how far it is, how fast it goes, and how it ended.
    #[oai(path = "/tenants/:tenant/imports/:import", method = "get", operation_id = "getImport")]
    async fn show(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The import.
        import: Path<String>,
    ) -> Answer<Json<Import>> {
        let import = edge.membership().import(&caller.context, at(&tenant, &import)).await?;
        Ok(Json(Import::at(&import, caller.context.now)))
    }

    /// Plan an import again
    ///
    /// Plans what was uploaded anew: the tenant may have changed since. Nothing is done. For whoever has uploaded it.
    #[oai(path = "/tenants/:tenant/imports/:import/plan", method = "post", operation_id = "planImportAgain")]
    async fn plan(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The import.
        import: Path<String>,
    ) -> Answer<Json<Import>> {
        let ImportOf { tenant, import } = at(&tenant, &import);
        let import = edge.membership().plan_import_again(&caller.context, tenant, import).await?;
        Ok(Json(Import::at(&import, caller.context.now)))
    }

    /// Start an import
    ///
    /// Carries out what was planned under `digest`, in batches, from now on; where any row would come out otherwise since, nothing
    /// is done. It acts as whoever starts it, who is whoever has uploaded it. One import of a tenant runs at a time.
    #[oai(path = "/tenants/:tenant/imports/:import/start", method = "post", operation_id = "startImport")]
    async fn start(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The import.
        import: Path<String>,
        body: Body<ImportStart>,
    ) -> Answer<ImportStarted> {
        let ImportStart { digest, mode } = body.0;
        let which = at(&tenant, &import);
        let import = edge.membership().start_import(&caller.context, which, &digest, mode.into()).await?;
        Ok(ImportStarted::Accepted(Json(Import::at(&import, caller.context.now))))
    }

    /// Cancel an import
    ///
    /// Ends an import between two batches: what is done stays done. For whoever has uploaded it, and for whoever holds
    /// `membership:members.manage` in the whole tenant.
    #[oai(path = "/tenants/:tenant/imports/:import/cancel", method = "post", operation_id = "cancelImport")]
    async fn cancel(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The import.
        import: Path<String>,
    ) -> Answer<Json<Import>> {
        let import = edge.membership().cancel_import(&caller.context, at(&tenant, &import)).await?;
        Ok(Json(Import::at(&import, caller.context.now)))
    }

    /// Delete an import
    ///
    /// Forgets what was uploaded, and its result: of an import that was never started, or is over. What it has done stays done.
    #[oai(path = "/tenants/:tenant/imports/:import", method = "delete", operation_id = "deleteImport")]
    async fn forget(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The import.
        import: Path<String>,
    ) -> Answer<ImportForgotten> {
        edge.membership().forget_import(&caller.context, at(&tenant, &import)).await?;
        Ok(ImportForgotten::Done)
    }
}

fn at(tenant: &str, import: &str) -> ImportOf {
    ImportOf { tenant: TenantId::named(tenant), import: Named::named(import) }
}
