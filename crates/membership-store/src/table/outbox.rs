//! Messages that are owed, and what became of them.

use chrono::{DateTime, Utc};
use membership_core::{
    directory::MailState,
    id::{AccountId, MessageId, TenantId},
    outbox::{Delivery, Leased, Mail, MailKind},
    store::{Scope, StoreError},
};
use sea_orm::entity::prelude::*;

use crate::{moment::Moment, table::Row};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    /// What it is about: this tenant,
    pub(crate) tenant_id: Option<Uuid>,
    /// or this account.
    pub(crate) account_id: Option<Uuid>,
    pub(crate) kind: String,
    pub(crate) subject: Uuid,
    pub(crate) generation: i64,
    pub(crate) to_address: String,
    pub(crate) state: String,
    pub(crate) queued_at: Moment,
    /// When it is to be tried next, or the end of the lease; none once it is settled.
    pub(crate) due_at: Option<Moment>,
    pub(crate) settled_at: Option<Moment>,
    pub(crate) attempts: i64,
    pub(crate) words: Option<String>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The state of a message that a worker has.
pub(crate) const SENDING: &str = "sending";
/// The state of a message that was given up.
pub(crate) const FAILED: &str = "failed";
/// The state of a message that nobody wants any more.
pub(crate) const CANCELLED: &str = "cancelled";

/// The states that are `state` to somebody who waits for the mail.
pub(crate) const fn states_of(state: MailState) -> &'static [&'static str] {
    match state {
        MailState::Waiting => &["queued", SENDING, "deferred"],
        MailState::Sent => &["sent"],
        MailState::Failed => &[FAILED],
        MailState::Cancelled => &[CANCELLED],
    }
}

/// The columns that say what became of a message.
pub(crate) struct Settlement {
    pub(crate) state: &'static str,
    pub(crate) due_at: Option<Moment>,
    pub(crate) settled_at: Option<Moment>,
    pub(crate) words: Option<String>,
}

impl Model {
    /// `mail`, owed since `now` and due at once.
    pub(crate) fn queued(mail: &Mail, now: DateTime<Utc>) -> Self {
        let (tenant_id, account_id) = match mail.about {
            Scope::Tenant(tenant) => (Some(tenant.as_uuid()), None),
            Scope::Account(account) => (None, Some(account.as_uuid())),
            // No mail is about the whole installation; the table takes no such row.
            Scope::Installation => (None, None),
        };
        Self {
            id: mail.id().as_uuid(),
            tenant_id,
            account_id,
            kind: mail.kind.as_str().to_owned(),
            subject: mail.subject,
            generation: mail.generation.into(),
            to_address: mail.to.to_string(),
            state: Delivery::Queued.as_str().to_owned(),
            queued_at: now.into(),
            due_at: Some(now.into()),
            settled_at: None,
            attempts: 0,
            words: None,
        }
    }

    /// The lease of this message until `until`, as the row was before.
    pub(crate) fn into_lease(self, until: DateTime<Utc>) -> Result<Leased, StoreError> {
        let at = Row::new("outbox", self.id);
        Ok(Leased {
            id: MessageId::from_uuid(self.id),
            queued_at: at.moment(self.queued_at)?,
            attempts: at.number(self.attempts)?,
            until,
            mail: self.try_into()?,
        })
    }
}

impl Settlement {
    /// How `delivery` is written of a message that waits since `queued_at`.
    pub(crate) fn of(delivery: &Delivery, queued_at: DateTime<Utc>) -> Self {
        let (due_at, settled_at, words) = match delivery {
            Delivery::Queued => (Some(queued_at), None, None),
            Delivery::Sending { until } => (Some(*until), None, None),
            Delivery::Deferred { until, words } => (Some(*until), None, Some(words)),
            Delivery::Sent { at, words } | Delivery::Failed { at, words } => (None, Some(*at), Some(words)),
            Delivery::Cancelled { at } => (None, Some(*at), None),
        };
        Self {
            state: delivery.as_str(),
            due_at: due_at.map(Moment::from),
            settled_at: settled_at.map(Moment::from),
            words: words.cloned(),
        }
    }
}

impl TryFrom<&Model> for Delivery {
    type Error = StoreError;

    fn try_from(row: &Model) -> Result<Self, StoreError> {
        delivery(Row::new("outbox", row.id), &row.state, row.due_at, row.settled_at, row.words.clone())
    }
}

/// What became of the message in the row `at`.
pub(crate) fn delivery(
    at: Row,
    state: &str,
    due_at: Option<Moment>,
    settled_at: Option<Moment>,
    words: Option<String>,
) -> Result<Delivery, StoreError> {
    match (state, at.moment_if(due_at)?, at.moment_if(settled_at)?, words) {
        ("queued", Some(_), None, None) => Ok(Delivery::Queued),
        (SENDING, Some(until), None, _) => Ok(Delivery::Sending { until }),
        ("deferred", Some(until), None, Some(words)) => Ok(Delivery::Deferred { until, words }),
        ("sent", None, Some(at), Some(words)) => Ok(Delivery::Sent { at, words }),
        (FAILED, None, Some(at), Some(words)) => Ok(Delivery::Failed { at, words }),
        (CANCELLED, None, Some(at), _) => Ok(Delivery::Cancelled { at }),
        (state, ..) => Err(at.corrupt(format_args!("the state {state} does not go with its other columns"))),
    }
}

impl TryFrom<Model> for Mail {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("outbox", row.id);
        let kind = MailKind::ALL.into_iter().find(|kind| kind.as_str() == row.kind);
        Ok(Self {
            kind: kind.ok_or_else(|| at.corrupt(format_args!("the kind {} is none", row.kind)))?,
            about: match (row.tenant_id, row.account_id) {
                (Some(tenant), None) => Scope::Tenant(TenantId::from_uuid(tenant)),
                (None, Some(account)) => Scope::Account(AccountId::from_uuid(account)),
                (None, None) | (Some(_), Some(_)) => return Err(at.corrupt("it is not about exactly one thing")),
            },
            subject: row.subject,
            generation: at.number(row.generation)?,
            to: at.address(&row.to_address)?,
        })
    }
}
