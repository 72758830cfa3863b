//! What happened in a tenant.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use membership_core::{audit, id::TenantId};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
    types::Any,
};
use serde_json::Value;
use uuid::Uuid;

use super::{Chapter, Named, listing};
use crate::{answer::Answer, caller::Caller};

/// A part of a tenant's audit, oldest record first.
#[derive(Object)]
struct AuditPage {
    /// The records.
    records: Vec<AuditRecord>,
    /// What to send as `after` for the next page; absent on the last one.
    #[oai(skip_serializing_if_is_none)]
    next_after: Option<u64>,
}

/// One record. Each is chained to the one before by its hash.
#[derive(Object)]
struct AuditRecord {
    /// Its place: 1, 2, 3, without gaps.
    revision: u64,
    /// When.
    at: DateTime<Utc>,
    /// Who: `anonymous`, `system`, or `account:` and its identifier.
    actor: String,
    /// In which request.
    request: Uuid,
    /// What: the event's name.
    name: String,
    /// What exactly. Without secrets.
    body: Any<Value>,
    /// SHA-256 over the record before and this one, in hexadecimal digits.
    hash: String,
}

pub(crate) struct AuditApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Audit")]
impl AuditApi {
    /// Read the audit of a tenant
    ///
    /// Every fact that ever happened in the tenant, in order. Needs `membership:audit.read`.
    #[oai(path = "/tenants/:tenant/audit", method = "get", operation_id = "readAudit")]
    async fn read(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// Only records after this revision; 0 unless told otherwise.
        after: Query<Option<String>>,
        /// Most records of the page, 1 to 200; 50 unless told otherwise.
        limit: Query<Option<String>>,
    ) -> Answer<Json<AuditPage>> {
        let (after, limit) = listing::records(after.as_deref(), limit.as_deref())?;
        let tenant = TenantId::named(&tenant);
        let records = edge.membership().audit(&caller.context, tenant, after, limit).await?;
        let full = records.len() == usize::from(limit);
        let next_after = records.last().filter(|_| full).map(|record| record.revision);
        Ok(Json(AuditPage { records: records.into_iter().map(AuditRecord::from).collect(), next_after }))
    }
}

impl From<audit::Record> for AuditRecord {
    fn from(record: audit::Record) -> Self {
        Self {
            revision: record.revision,
            at: record.at,
            actor: record.actor.to_text(),
            request: record.request.as_uuid(),
            name: record.name,
            body: Any(serde_json::from_str(&record.body).unwrap_or(Value::String(record.body))),
            hash: hexadecimal(&record.hash),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
