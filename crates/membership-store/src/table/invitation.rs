//! Invitations.

use membership_core::{
    id::{AccountId, InvitationId, MemberId, TenantId},
    invitation::{Channel, Invitation, Inviter, State},
    outbox::MailKind,
    store::StoreError,
    tenant::Validity,
};
use sea_orm::entity::prelude::*;

use crate::{
    moment::Moment,
    table::{Columns, Row, member, outbox},
};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) member_id: Uuid,
    pub(crate) inviter_kind: String,
    pub(crate) inviter_id: Uuid,
    pub(crate) channel: String,
    pub(crate) address: Option<String>,
    pub(crate) generation: i64,
    /// In seconds.
    pub(crate) validity: i64,
    pub(crate) created_at: Moment,
    pub(crate) sent_at: Option<Moment>,
    pub(crate) opened_at: Option<Moment>,
    pub(crate) stage: String,
    pub(crate) stage_at: Option<Moment>,
    pub(crate) expires_at: Option<Moment>,
    pub(crate) account_id: Option<Uuid>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {
    /// The mail with its newest link.
    #[sea_orm(
        belongs_to = "outbox::Entity",
        from = "(Column::Id, Column::Generation)",
        to = "(outbox::Column::Subject, outbox::Column::Generation)",
        on_condition = r#"outbox::Column::Kind.eq(MailKind::Invitation.as_str())"#
    )]
    NewestMail,
}

impl Related<outbox::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::NewestMail.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// What [`Model::take`] takes. The tenant and the member are known by whoever asks.
macro_rules! columns {
    () => {
        "invitation.id, invitation.inviter_kind, invitation.inviter_id, invitation.channel, invitation.address, \
         invitation.generation, invitation.validity, invitation.created_at, invitation.sent_at, invitation.opened_at, \
         invitation.stage, invitation.stage_at, invitation.expires_at, invitation.account_id"
    };
}
pub(crate) use columns;

impl Model {
    /// The last columns of a row, in the order of [`columns!`], of an invitation of `member`; `None` where none was joined.
    pub(crate) fn take(member: &member::Model, row: &mut Columns<'_>) -> Result<Option<Self>, DbErr> {
        let Some(id) = row.take()? else { return Ok(None) };
        Ok(Some(Self {
            tenant_id: member.tenant_id,
            id,
            member_id: member.id,
            inviter_kind: row.take()?,
            inviter_id: row.take()?,
            channel: row.take()?,
            address: row.take()?,
            generation: row.take()?,
            validity: row.take()?,
            created_at: row.take()?,
            sent_at: row.take()?,
            opened_at: row.take()?,
            stage: row.take()?,
            stage_at: row.take()?,
            expires_at: row.take()?,
            account_id: row.take()?,
        }))
    }
}

impl From<&Invitation> for Model {
    fn from(invitation: &Invitation) -> Self {
        let (stage, stage_at, expires_at, account) = match invitation.state {
            State::Ready => ("ready", None, None, None),
            State::Invited { expires_at } => ("invited", None, Some(expires_at), None),
            State::Accepted { at, by, expires_at } => ("accepted", Some(at), Some(expires_at), by),
            State::Joined { at, account } => ("joined", Some(at), None, Some(account)),
            State::Rejected { at } => ("rejected", Some(at), None, None),
            State::Revoked { at } => ("revoked", Some(at), None, None),
            State::Expired { at } => ("expired", Some(at), None, None),
        };
        let (inviter_kind, inviter_id) = match invitation.inviter {
            Inviter::Member(member) => ("member", member.as_uuid()),
            Inviter::Operator(account) => ("operator", account.as_uuid()),
        };
        let channel = match invitation.channel {
            Channel::Mail(_) => "mail",
            Channel::Link(_) => "link",
        };
        Self {
            tenant_id: invitation.tenant.as_uuid(),
            id: invitation.id.as_uuid(),
            member_id: invitation.member.as_uuid(),
            inviter_kind: inviter_kind.to_owned(),
            inviter_id,
            channel: channel.to_owned(),
            address: invitation.address().map(ToString::to_string),
            generation: invitation.generation.into(),
            validity: invitation.validity.as_secs().into(),
            created_at: invitation.created_at.into(),
            sent_at: invitation.sent_at.map(Moment::from),
            opened_at: invitation.opened_at.map(Moment::from),
            stage: stage.to_owned(),
            stage_at: stage_at.map(Moment::from),
            expires_at: expires_at.map(Moment::from),
            account_id: account.map(AccountId::as_uuid),
        }
    }
}

impl TryFrom<Model> for Invitation {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let at = Row::new("invitation", row.id);
        let address = row.address.as_deref().map(|text| at.address(text)).transpose()?;
        Ok(Self {
            state: state(at, &row)?,
            id: InvitationId::from_uuid(row.id),
            tenant: TenantId::from_uuid(row.tenant_id),
            member: MemberId::from_uuid(row.member_id),
            inviter: match row.inviter_kind.as_str() {
                "member" => Inviter::Member(MemberId::from_uuid(row.inviter_id)),
                "operator" => Inviter::Operator(AccountId::from_uuid(row.inviter_id)),
                other => return Err(at.corrupt(format_args!("the kind of inviter {other} is none"))),
            },
            channel: match (row.channel.as_str(), address) {
                ("mail", Some(address)) => Channel::Mail(address),
                ("link", address) => Channel::Link(address),
                (other, _) => return Err(at.corrupt(format_args!("the channel {other} does not go with its address"))),
            },
            generation: at.number(row.generation)?,
            validity: Validity::from_secs(at.number(row.validity)?).map_err(|error| at.corrupt(error))?,
            created_at: at.moment(row.created_at)?,
            sent_at: at.moment_if(row.sent_at)?,
            opened_at: at.moment_if(row.opened_at)?,
        })
    }
}

fn state(row_at: Row, row: &Model) -> Result<State, StoreError> {
    let account = row.account_id.map(AccountId::from_uuid);
    let (at, expires_at) = (row_at.moment_if(row.stage_at)?, row_at.moment_if(row.expires_at)?);
    match (row.stage.as_str(), at, expires_at, account) {
        ("ready", None, None, None) => Ok(State::Ready),
        ("invited", None, Some(expires_at), None) => Ok(State::Invited { expires_at }),
        ("accepted", Some(at), Some(expires_at), by) => Ok(State::Accepted { at, by, expires_at }),
        ("joined", Some(at), None, Some(account)) => Ok(State::Joined { at, account }),
        ("rejected", Some(at), None, None) => Ok(State::Rejected { at }),
        ("revoked", Some(at), None, None) => Ok(State::Revoked { at }),
        ("expired", Some(at), None, None) => Ok(State::Expired { at }),
        (stage, ..) => Err(row_at.corrupt(format_args!("the stage {stage} does not go with its other columns"))),
    }
}
