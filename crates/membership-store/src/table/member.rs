//! Members.

use membership_core::{
    department::Departments,
    id::{AccountId, InvitationId, MemberId, TenantId},
    member::{Member, MemberState},
    role::Assignments,
    store::StoreError,
};
use sea_orm::entity::prelude::*;

use crate::{
    moment::Moment,
    table::{Columns, Row, account, invitation, side_by_side, tenant},
};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) representative: bool,
    pub(crate) creator: Option<Uuid>,
    /// 16 bytes for each.
    pub(crate) departments: Vec<u8>,
    /// 16 bytes for each.
    pub(crate) meets: Vec<u8>,
    pub(crate) created_at: Moment,
    pub(crate) epoch: i64,
    pub(crate) status: String,
    pub(crate) invitation_id: Option<Uuid>,
    pub(crate) account_id: Option<Uuid>,
    pub(crate) joined_at: Option<Moment>,
    pub(crate) disabled_at: Option<Moment>,
    pub(crate) removed_at: Option<Moment>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {
    #[sea_orm(belongs_to = "account::Entity", from = "Column::AccountId", to = "account::Column::Id")]
    Account,
    #[sea_orm(belongs_to = "tenant::Entity", from = "Column::TenantId", to = "tenant::Column::Id")]
    Tenant,
    /// That of a member that has not joined.
    #[sea_orm(
        belongs_to = "invitation::Entity",
        from = "(Column::TenantId, Column::InvitationId)",
        to = "(invitation::Column::TenantId, invitation::Column::Id)"
    )]
    Invitation,
}

impl Related<invitation::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Invitation.def()
    }
}

impl Related<account::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Account.def()
    }
}

impl Related<tenant::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Tenant.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}

/// What [`Model::take`] takes. The tenant is known by whoever asks.
macro_rules! columns {
    () => {
        "member.id, member.name, member.email, member.username, member.language, member.representative, \
         member.creator, member.departments, member.meets, member.created_at, member.epoch, member.status, \
         member.invitation_id, member.account_id, member.joined_at, member.disabled_at, member.removed_at"
    };
}
pub(crate) use columns;

impl From<&Member> for Model {
    fn from(member: &Member) -> Self {
        let (invitation, disabled_at, removed_at) = match member.state {
            MemberState::NotJoined { invitation } => (Some(invitation), None, None),
            MemberState::Enabled { .. } => (None, None, None),
            MemberState::Disabled { disabled_at, .. } => (None, Some(disabled_at), None),
            MemberState::Removed { removed_at, .. } => (None, None, Some(removed_at)),
        };
        Self {
            tenant_id: member.tenant.as_uuid(),
            id: member.id.as_uuid(),
            name: member.name.to_string(),
            email: member.email.as_ref().map(ToString::to_string),
            username: member.username.as_ref().map(ToString::to_string),
            language: member.language.as_ref().map(ToString::to_string),
            representative: member.representative,
            creator: member.creator.map(MemberId::as_uuid),
            departments: side_by_side(member.departments.all()),
            meets: side_by_side(member.departments.meets()),
            created_at: member.created_at.into(),
            epoch: member.epoch.into(),
            status: member.status().as_str().to_owned(),
            invitation_id: invitation.map(InvitationId::as_uuid),
            account_id: member.account().map(AccountId::as_uuid),
            joined_at: member.joined_at().map(Moment::from),
            disabled_at: disabled_at.map(Moment::from),
            removed_at: removed_at.map(Moment::from),
        }
    }
}

impl Model {
    /// The next columns of a row, in the order of [`columns!`], of a member of `tenant_id`.
    pub(crate) fn take(tenant_id: Uuid, row: &mut Columns<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            tenant_id,
            id: row.take()?,
            name: row.take()?,
            email: row.take()?,
            username: row.take()?,
            language: row.take()?,
            representative: row.take()?,
            creator: row.take()?,
            departments: row.take()?,
            meets: row.take()?,
            created_at: row.take()?,
            epoch: row.take()?,
            status: row.take()?,
            invitation_id: row.take()?,
            account_id: row.take()?,
            joined_at: row.take()?,
            disabled_at: row.take()?,
            removed_at: row.take()?,
        })
    }

    /// The member, who was given `assignments`.
    pub(crate) fn into_member(self, assignments: Assignments) -> Result<Member, StoreError> {
        let at = Row::new("member", self.id);
        Ok(Member {
            state: state(at, &self)?,
            id: MemberId::from_uuid(self.id),
            tenant: TenantId::from_uuid(self.tenant_id),
            name: at.name(&self.name)?,
            email: self.email.map(|text| at.address(&text)).transpose()?,
            username: self.username.map(|text| at.username(&text)).transpose()?,
            language: self.language.map(|text| at.language(&text)).transpose()?,
            assignments,
            representative: self.representative,
            departments: departments(at, &self.departments, &self.meets)?,
            creator: self.creator.map(MemberId::from_uuid),
            created_at: at.moment(self.created_at)?,
            epoch: at.number(self.epoch)?,
        })
    }
}

/// What the two columns of a member say.
pub(crate) fn departments(at: Row, of: &[u8], meets: &[u8]) -> Result<Departments, StoreError> {
    if meets.len() != of.len().saturating_sub(16) {
        return Err(at.corrupt("the ways up from its departments do not meet one time less than there are departments"));
    }
    Ok(Departments::stored(at.departments(of)?, at.departments(meets)?))
}

fn state(at: Row, row: &Model) -> Result<MemberState, StoreError> {
    let account = row.account_id.map(AccountId::from_uuid);
    match (row.status.as_str(), row.invitation_id, account, row.joined_at, row.disabled_at, row.removed_at) {
        ("not-joined", Some(invitation), None, None, None, None) => {
            Ok(MemberState::NotJoined { invitation: InvitationId::from_uuid(invitation) })
        }
        ("enabled", None, Some(account), Some(joined), None, None) => {
            Ok(MemberState::Enabled { account, joined_at: at.moment(joined)? })
        }
        ("disabled", None, Some(account), Some(joined), Some(disabled), None) => {
            Ok(MemberState::Disabled { account, joined_at: at.moment(joined)?, disabled_at: at.moment(disabled)? })
        }
        ("removed", None, account, joined, None, Some(removed)) => {
            Ok(MemberState::Removed { account, joined_at: at.moment_if(joined)?, removed_at: at.moment(removed)? })
        }
        (status, ..) => Err(at.corrupt(format_args!("the status {status} does not go with its other columns"))),
    }
}
