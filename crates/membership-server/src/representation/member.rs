//! Members.

use chrono::{DateTime, Utc};
use membership_core::{
    Legend,
    account::Kinds,
    directory::{self, MemberRow},
    id::{AccountId, DepartmentId, MemberId, RoleId},
    member::{self, MemberState},
};
use poem_openapi::Object;
use uuid::Uuid;

use super::{Assignment, FactorKind, Invitation, MemberStatus, Transfer, Word};

/// A member: one person's place in one tenant.
#[derive(Object)]
pub(crate) struct Member {
    /// Its identifier.
    pub(crate) id: Uuid,
    /// The tenant it belongs to.
    pub(crate) tenant: Uuid,
    /// What the tenant calls the person.
    name: String,
    /// The address that the tenant knows the person by.
    #[oai(skip_serializing_if_is_none)]
    email: Option<String>,
    /// The name that the person signs in with, if the account has one.
    #[oai(skip_serializing_if_is_none)]
    username: Option<String>,
    /// The language that the person reads, as a tag of BCP 47, as far as the tenant knows.
    #[oai(skip_serializing_if_is_none)]
    language: Option<String>,
    /// Where it is in its life.
    status: MemberStatus,
    /// What the tenant calls that, where members are read.
    #[oai(skip_serializing_if_is_none)]
    status_label: Option<Word>,
    /// Since when it is so: the moment of joining, of being shut out, of going; of somebody who has not joined that of the
    /// invitation, where that is shown.
    #[oai(skip_serializing_if_is_none)]
    time: Option<DateTime<Utc>>,
    /// What it holds once enabled. A removed member holds nothing.
    assignments: Vec<Assignment>,
    /// Those of it that are roles.
    roles: Vec<Uuid>,
    /// The departments that it belongs to, the primary one first. Only a removed member belongs to none.
    departments: Vec<Uuid>,
    /// The tenant's representative administrator: exactly one.
    representative: bool,
    /// The member who made the entry.
    #[oai(skip_serializing_if_is_none)]
    creator: Option<Uuid>,
    /// The account behind it, once joined.
    #[oai(skip_serializing_if_is_none)]
    account: Option<Uuid>,
    /// When the entry was made.
    created_at: DateTime<Utc>,
    /// Since when a member.
    #[oai(skip_serializing_if_is_none)]
    joined_at: Option<DateTime<Utc>>,
    /// Since when shut out.
    #[oai(skip_serializing_if_is_none)]
    disabled_at: Option<DateTime<Utc>>,
    /// Since when gone.
    #[oai(skip_serializing_if_is_none)]
    removed_at: Option<DateTime<Utc>>,
    /// The second factors of its account, where members are read; empty if there are none.
    #[oai(skip_serializing_if_is_none)]
    second_factors: Option<Vec<FactorKind>>,
    /// How it was asked to join, where that is shown.
    #[oai(skip_serializing_if_is_none)]
    invitation: Option<Invitation>,
    /// What becomes of what it held, where that is shown: of a removed member that had held something.
    #[oai(skip_serializing_if_is_none)]
    transfer: Option<Transfer>,
}

/// All that is told of one member.
#[derive(Object)]
pub(crate) struct MemberDetails {
    /// The member.
    #[oai(flatten)]
    member: Member,
    /// What the roles that it holds are called, in their order.
    role_names: Vec<String>,
    /// The name of the member who made the entry.
    #[oai(skip_serializing_if_is_none)]
    creator_name: Option<String>,
    /// When the person last signed in.
    #[oai(skip_serializing_if_is_none)]
    last_signed_in_at: Option<DateTime<Utc>>,
    /// The address that the invitation was made for, whatever the tenant knows the person by today.
    #[oai(skip_serializing_if_is_none)]
    invitation_email: Option<String>,
    /// Whether the invitation is on hold: it is open, and whoever sent it is not an enabled member now. Sent again by somebody else,
    /// it is not.
    held: bool,
}

impl Member {
    /// What `row` looks like at `now`.
    pub(crate) fn at(row: MemberRow, now: DateTime<Utc>) -> Self {
        let delivery = row.delivery;
        let invitation = row.invitation.map(|invitation| Invitation::at(&invitation, delivery.as_ref(), now));
        let member = Self::from(row.member);
        let time = member.time.or_else(|| invitation.as_ref().map(Invitation::time));
        let second_factors = Some(FactorKind::all(row.kinds));
        Self { time, invitation, second_factors, transfer: row.transfer.map(Transfer::from), ..member }
    }

    /// `member`, whose account has these second factors.
    pub(crate) fn with(member: member::Member, kinds: Kinds) -> Self {
        Self { second_factors: Some(FactorKind::all(kinds)), ..Self::from(member) }
    }

    /// What `row` looks like at `now`, with what `legend` tells of it.
    pub(crate) fn explained(row: MemberRow, legend: &Legend, now: DateTime<Utc>) -> Self {
        let assignments = row.member.assignments.clone();
        let member = Self::at(row, now);
        let invitation = member.invitation.map(|invitation| invitation.explained(legend, &assignments));
        let status_label = Some(legend.words().of_status(member.status.into()).into());
        Self { status_label, invitation, ..member }
    }
}

impl MemberDetails {
    /// What `details` look like at `now`, with what `legend` tells of them.
    pub(crate) fn explained(details: directory::MemberDetails, legend: &Legend, now: DateTime<Utc>) -> Self {
        let held = details.is_unvouched(now);
        let directory::MemberDetails { row, last_signed_in_at, creator, inviter: _ } = details;
        let roles = row.member.assignments.roles().filter_map(|role| legend.catalogue().role(role));
        let role_names = roles.map(|role| role.name.to_string()).collect();
        let invited = row.invitation.as_ref().and_then(|invitation| invitation.address());
        let invitation_email = invited.map(ToString::to_string);
        let member = Member::explained(row, legend, now);
        Self { member, role_names, creator_name: creator, last_signed_in_at, invitation_email, held }
    }
}

impl From<member::Member> for Member {
    fn from(member: member::Member) -> Self {
        let (disabled_at, removed_at) = match member.state {
            MemberState::NotJoined { .. } | MemberState::Enabled { .. } => (None, None),
            MemberState::Disabled { disabled_at, .. } => (Some(disabled_at), None),
            MemberState::Removed { removed_at, .. } => (None, Some(removed_at)),
        };
        let joined_at = member.joined_at();
        Self {
            id: member.id.as_uuid(),
            tenant: member.tenant.as_uuid(),
            status: member.status().into(),
            account: member.account().map(AccountId::as_uuid),
            status_label: None,
            time: removed_at.or(disabled_at).or(joined_at),
            joined_at,
            name: member.name.to_string(),
            email: member.email.map(|email| email.to_string()),
            username: member.username.map(|username| username.to_string()),
            language: member.language.map(|language| language.to_string()),
            assignments: Assignment::all(&member.assignments),
            roles: member.assignments.roles().map(RoleId::as_uuid).collect(),
            departments: member.departments.all().iter().copied().map(DepartmentId::as_uuid).collect(),
            representative: member.representative,
            creator: member.creator.map(MemberId::as_uuid),
            created_at: member.created_at,
            disabled_at,
            removed_at,
            second_factors: None,
            invitation: None,
            transfer: None,
        }
    }
}
