//! The rows of an import, a page at a time.

use membership_core::{
    import::{VerdictKind, result::RowFilter},
    refusal::{Fault, Faults},
};
use membership_web::{AS_IT_IS, Edge};
use poem::{http::header, web::Data};
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::{Json, Response},
};

use super::{super::listing::read_limit, Chapter, at};
use crate::{answer::Answer, body::InputFault, caller::Caller, representation::ImportRow};

/// A page of rows, in the order of the file.
#[derive(Object)]
struct ImportRowPage {
    /// The rows.
    rows: Vec<ImportRow>,
    /// What `after` is on the next page; absent on the last one.
    #[oai(skip_serializing_if_is_none)]
    next: Option<u32>,
}

pub(crate) struct ImportRowsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Imports")]
impl ImportRowsApi {
    /// List the rows of an import
    ///
    /// What each row would do, or did: with every change, every reason for a refusal and what to do about it, and the link to hand
    /// over. Only whoever has uploaded them sees them.
    #[expect(clippy::too_many_arguments, reason = "each is one parameter of the query")]
    #[oai(path = "/tenants/:tenant/imports/:import/rows", method = "get", operation_id = "listImportRows")]
    async fn rows(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The import.
        import: Path<String>,
        /// Only those that do this, or did.
        does: Query<Option<String>>,
        /// Most rows of the page, 1 to 200; 50 unless told otherwise.
        limit: Query<Option<String>>,
        /// Only those behind this position: `next` of the page before.
        after: Query<Option<String>>,
    ) -> Answer<Response<Json<ImportRowPage>>> {
        let (which, membership) = (at(&tenant, &import), edge.membership());
        let (filter, limit) = read(does.as_deref(), after.as_deref(), limit.as_deref())?;
        let header = membership.import(&caller.context, which).await?.header;
        let rows = membership.import_rows(&caller.context, which, filter, limit).await?;
        let rows: Vec<ImportRow> = rows.into_iter().map(|row| ImportRow::of(row, &header)).collect();
        let next = rows.last().filter(|_| rows.len() == usize::from(limit)).map(|row| row.position);
        let answer = Response::new(Json(ImportRowPage { rows, next }));
        Ok(answer.header(header::CACHE_CONTROL, AS_IT_IS))
    }
}

/// What is asked for; every fault of the query at once.
fn read(does: Option<&str>, after: Option<&str>, limit: Option<&str>) -> Result<(RowFilter, u16), Faults> {
    let mut faults = Vec::new();
    let mut note = |pointer: &str, fault: InputFault| faults.push(Fault::new(pointer, &fault));
    let kind = does.map(verdict).transpose().map_err(|fault| note("/does", fault));
    let after = after.map(position).transpose().map_err(|fault| note("/after", fault));
    let limit = read_limit(limit).map_err(|fault| note("/limit", fault));
    match (kind, after, limit) {
        (Ok(kind), Ok(after), Ok(limit)) => Ok((RowFilter { kind, after }, limit)),
        (_, _, _) => Err(Faults::of(faults)),
    }
}

fn verdict(word: &str) -> Result<VerdictKind, InputFault> {
    VerdictKind::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(InputFault::Verdict)
}

fn position(text: &str) -> Result<u32, InputFault> {
    text.parse().map_err(|_| InputFault::Position)
}
