//! Offers to become the representative administrator.

use chrono::{DateTime, Utc};
use membership_core::{
    id::{MemberId, NominationId, TenantId},
    store::StoreError,
    tenant::representative::{Answer, Nomination},
};
use sea_orm::entity::prelude::*;

use crate::{moment::Moment, table::Row};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "nomination")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) nominator: Uuid,
    pub(crate) nominee: Uuid,
    pub(crate) address: Option<String>,
    pub(crate) made_at: Moment,
    pub(crate) expires_at: Moment,
    pub(crate) answer: Option<String>,
    pub(crate) answered_at: Option<Moment>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<&Nomination> for Model {
    fn from(nomination: &Nomination) -> Self {
        let (answer, answered_at) = match nomination.answer {
            Answer::None => (None, None),
            Answer::Accepted(at) => (Some("accepted"), Some(at)),
            Answer::Declined(at) => (Some("declined"), Some(at)),
            Answer::Withdrawn(at) => (Some("withdrawn"), Some(at)),
        };
        Self {
            tenant_id: nomination.tenant.as_uuid(),
            id: nomination.id.as_uuid(),
            nominator: nomination.nominator.as_uuid(),
            nominee: nomination.nominee.as_uuid(),
            address: nomination.address.as_ref().map(ToString::to_string),
            made_at: nomination.made_at.into(),
            expires_at: nomination.expires_at.into(),
            answer: answer.map(str::to_owned),
            answered_at: answered_at.map(Moment::from),
        }
    }
}

impl TryFrom<Model> for Nomination {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("nomination", row.id);
        Ok(Self {
            answer: answer(at, row.answer.as_deref(), at.moment_if(row.answered_at)?)?,
            id: NominationId::from_uuid(row.id),
            tenant: TenantId::from_uuid(row.tenant_id),
            nominator: MemberId::from_uuid(row.nominator),
            nominee: MemberId::from_uuid(row.nominee),
            address: row.address.map(|text| at.address(&text)).transpose()?,
            made_at: at.moment(row.made_at)?,
            expires_at: at.moment(row.expires_at)?,
        })
    }
}

fn answer(row_at: Row, answer: Option<&str>, at: Option<DateTime<Utc>>) -> Result<Answer, StoreError> {
    match (answer, at) {
        (None, None) => Ok(Answer::None),
        (Some("accepted"), Some(at)) => Ok(Answer::Accepted(at)),
        (Some("declined"), Some(at)) => Ok(Answer::Declined(at)),
        (Some("withdrawn"), Some(at)) => Ok(Answer::Withdrawn(at)),
        (answer, _) => Err(row_at.corrupt(format_args!("the answer {answer:?} does not go with its moment"))),
    }
}
