//! What happened in a tenant.

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

use super::{Chapter, Named, hexadecimal, records};
use crate::{answer::Answer, caller::Caller};

/// A page of a tenant's audit.
#[derive(Object)]
struct AuditPage {
    /// The records.
    records: Vec<AuditRecord>,
    /// Where the next page begins; absent on the last one.
    #[oai(skip_serializing_if_is_none)]
    next_cursor: Option<String>,
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
    /// The thing that it is about: a member (an invitation is its member's), a role, the tenant.
    object: Uuid,
    /// What exactly: how the thing is since, and where it was edited how it was before. Without secrets.
    body: Any<Value>,
    /// SHA-256 over the record before and this one, in hexadecimal digits.
    hash: String,
}

pub(crate) struct AuditApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Audit")]
impl AuditApi {
    /// Read the audit of a tenant
    ///
    /// A page of what ever happened in the tenant. Needs `membership:audit.read`.
    #[expect(clippy::too_many_arguments, reason = "each is one parameter of the query")]
    #[oai(path = "/tenants/:tenant/audit", method = "get", operation_id = "readAudit")]
    async fn read(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// Only what is about the thing with this identifier.
        object: Query<Option<String>>,
        /// Only what was done by this one: `anonymous`, `system`, or an account's identifier.
        actor: Query<Option<String>>,
        /// Only records of this name, or whose name begins with it and a dot: `member` for `member.invited` and its like.
        name: Query<Option<String>>,
        /// Only what happened at this moment or later, as in `2026-03-02T09:00:00Z`.
        from: Query<Option<String>>,
        /// Only what happened before this moment.
        before: Query<Option<String>>,
        /// `newest` or `oldest` first; `newest` unless told otherwise.
        order: Query<Option<String>>,
        /// Most records of the page, 1 to 200; 50 unless told otherwise.
        limit: Query<Option<String>>,
        /// Where the page begins: `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<Json<AuditPage>> {
        let asked = records::Asked {
            object: object.as_deref(),
            actor: actor.as_deref(),
            name: name.as_deref(),
            from: from.as_deref(),
            before: before.as_deref(),
            order: order.as_deref(),
            limit: limit.as_deref(),
            cursor: cursor.as_deref(),
        };
        let (filter, order, limit) = asked.read()?;
        let tenant = TenantId::named(&tenant);
        let found = edge.membership().audit(&caller.context, tenant, &filter, order, limit).await?;
        let full = found.len() == usize::from(limit);
        let next_cursor = found.last().filter(|_| full).map(|record| records::cursor_after(record.revision));
        Ok(Json(AuditPage { records: found.into_iter().map(AuditRecord::from).collect(), next_cursor }))
    }
}

impl From<audit::Record> for AuditRecord {
    fn from(record: audit::Record) -> Self {
        Self {
            revision: record.revision,
            at: record.at,
            actor: record.actor.to_text(),
            request: record.request.as_uuid(),
            object: record.object,
            name: record.name,
            body: Any(serde_json::from_str(&record.body).unwrap_or(Value::String(record.body))),
            hash: hexadecimal::write(&record.hash),
        }
    }
}
