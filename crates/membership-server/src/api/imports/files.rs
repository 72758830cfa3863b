//! Files of imports: the template to fill in, and the result.

use membership_core::id::TenantId;
use membership_web::{
    Edge,
    table::{result_table, template_table},
};
use poem::web::Data;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{super::Named, Chapter, at};
use crate::{
    answer::{Answer, Refused},
    caller::Caller,
    file::{FileAnswer, format},
};

pub(crate) struct ImportFilesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Imports")]
impl ImportFilesApi {
    /// Download the template
    ///
    /// A table to fill in: the columns with what goes into them, and the departments and roles that one may choose from. Needs what
    /// uploading needs.
    #[oai(path = "/tenants/:tenant/imports/template", method = "get", operation_id = "getImportTemplate")]
    async fn template(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// A workbook, or CSV text.
        #[oai(name = "format")]
        wanted: Query<Option<String>>,
    ) -> Answer<FileAnswer> {
        let format = format(wanted.as_deref())?;
        let guide = edge.membership().import_guide(&caller.context, TenantId::named(&tenant)).await?;
        Ok(FileAnswer(template_table(guide, format).await.map_err(Refused::because)?))
    }

    /// Download the result of an import
    ///
    /// The rows in their order under their titles, each with Result, Reason and Fix, and the link to hand over with when it expires,
    /// while it is good. Before the import is started that is the plan. The file can be mended and uploaded as it is: what succeeded
    /// is unchanged then. Only whoever has uploaded the rows gets them.
    #[oai(path = "/tenants/:tenant/imports/:import/result", method = "get", operation_id = "getImportResult")]
    async fn result(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The import.
        import: Path<String>,
        /// A workbook, or CSV text.
        #[oai(name = "format")]
        wanted: Query<Option<String>>,
    ) -> Answer<FileAnswer> {
        let format = format(wanted.as_deref())?;
        let which = at(&tenant, &import);
        let table = result_table(edge.membership(), &caller.context, which, format).await;
        Ok(FileAnswer(table.map_err(Refused::because)?))
    }
}
