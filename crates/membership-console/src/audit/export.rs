//! The audit as a file: what the filter leaves, newest first, line by line while it is read.

use std::io;

use data_encoding::HEXLOWER;
use futures_util::stream::try_unfold;
use membership_core::{
    Membership, ViewError,
    audit::Record,
    context::Context,
    directory::{MAX_PAGE, RecordFilter, RecordOrder},
    id::TenantId,
    role::Permission,
};
use membership_web::Edge;
use poem::{
    Body, Response, handler,
    http::{StatusCode, header},
    web::{Data, Query},
};
use serde_json::json;

use super::{filter::Filter, people, refused};
use crate::{layout::Admin, settled::On};

/// Most records of one file.
const MOST: usize = 100_000;
/// The first line of a CSV.
const HEAD: &str = "revision,at,actor,name,object,request,hash,body\r\n";

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    JsonLines,
}

/// A file that is being made.
struct File {
    membership: Membership,
    context: Context,
    tenant: TenantId,
    /// `None`: nothing can be meant.
    wanted: Option<RecordFilter>,
    format: Format,
    /// Where the next part begins; `None` behind the last.
    next: Option<RecordOrder>,
    written: usize,
}

/// As CSV.
#[handler]
pub(crate) async fn csv(edge: Data<&Edge>, on: On<Admin>, filter: Query<Filter>) -> Response {
    export(&edge, on, filter, Format::Csv).await
}

/// As one JSON object to a line.
#[handler]
pub(crate) async fn json_lines(edge: Data<&Edge>, on: On<Admin>, filter: Query<Filter>) -> Response {
    export(&edge, on, filter, Format::JsonLines).await
}

async fn export(edge: &Edge, On(visitor, admin): On<Admin>, Query(filter): Query<Filter>, format: Format) -> Response {
    let asked = async {
        drop(admin.grants.require(Permission::AUDIT_READ)?);
        let who = people::meant(edge, &visitor, &admin, &filter.who).await?;
        let about = people::meant(edge, &visitor, &admin, &filter.about).await?;
        Ok::<_, ViewError>(filter.asked(&visitor, &who, &about))
    };
    let asked = match asked.await {
        Ok(asked) => asked,
        Err(error) => return refused(&admin, &visitor, &error),
    };
    let file = File {
        membership: edge.membership().clone(),
        context: visitor.context.clone(),
        tenant: admin.tenant.id,
        wanted: asked.filter,
        format,
        next: Some(RecordOrder::Before(None)),
        written: 0,
    };
    let (kind, name) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "audit.csv"),
        Format::JsonLines => ("application/jsonl", "audit.jsonl"),
    };
    Response::builder()
        .status(StatusCode::OK)
        .content_type(kind)
        .header(header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))
        .body(Body::from_bytes_stream(try_unfold(file, File::part)))
}

impl File {
    /// The next part. Each page of records is asked for anew, so whoever loses the permission meanwhile gets no more; the file
    /// then breaks off, and does not look whole.
    async fn part(mut self) -> io::Result<Option<(String, Self)>> {
        let Some(order) = self.next else { return Ok(None) };
        let records = match &self.wanted {
            Some(wanted) => self.membership.audit(&self.context, self.tenant, wanted, order, MAX_PAGE).await,
            None => Ok(Vec::new()),
        };
        let records = records.map_err(io::Error::other)?;
        let left = MOST - self.written;
        let head = if self.written == 0 && self.format == Format::Csv { HEAD } else { "" };
        let lines = records.iter().take(left).map(|record| line(record, self.format));
        let part = std::iter::once(head.to_owned()).chain(lines).collect();
        let more = records.len() == usize::from(MAX_PAGE) && records.len() < left;
        self.written += records.len().min(left);
        self.next = records.last().filter(|_| more).map(|last| RecordOrder::Before(Some(last.revision)));
        Ok(Some((part, self)))
    }
}

/// One record. No value but the body holds what somebody typed, and that begins with a brace: a spreadsheet calculates none of it.
fn line(record: &Record, format: Format) -> String {
    let at = record.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let hash = HEXLOWER.encode(&record.hash);
    let (actor, object, request) = (record.actor.to_text(), record.object, record.request);
    match format {
        Format::Csv => {
            let body = record.body.replace('"', "\"\"");
            format!("{},{at},{actor},{},{object},{request},{hash},\"{body}\"\r\n", record.revision, record.name)
        }
        Format::JsonLines => {
            let body = serde_json::from_str(&record.body).unwrap_or_else(|_| json!(record.body));
            let line = json!({
                "revision": record.revision, "at": at, "actor": actor, "request": request.to_string(),
                "name": record.name, "object": object.to_string(), "body": body, "hash": hash,
            });
            format!("{line}\n")
        }
    }
}
