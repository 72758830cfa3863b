//! Members and their invitations.

use chrono::{DateTime, Utc};
use membership_core::{
    directory::MemberRow,
    id::{AccountId, MemberId, RoleId},
    invitation::{self, Channel, Inviter, State},
    member::{self, MemberState},
    outbox,
};
use poem_openapi::Object;
use uuid::Uuid;

use super::{DeliveryState, InvitationStage, MemberStatus, Via};

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
    /// Where it is in its life.
    status: MemberStatus,
    /// The roles it holds once enabled.
    roles: Vec<Uuid>,
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
    /// How it was asked to join, where that is shown.
    #[oai(skip_serializing_if_is_none)]
    invitation: Option<Invitation>,
}

/// An invitation, as those see it who may see members. It never shows a token.
#[derive(Object)]
pub(crate) struct Invitation {
    /// Its identifier.
    id: Uuid,
    /// The member that it makes of whoever joins by it.
    member: Uuid,
    /// Where it stands at this moment.
    stage: InvitationStage,
    /// How it reaches the person.
    via: Via,
    /// The address that it was made for.
    #[oai(skip_serializing_if_is_none)]
    email: Option<String>,
    /// The member who answers for what it grants; absent if the operator of the installation does.
    #[oai(skip_serializing_if_is_none)]
    inviter: Option<Uuid>,
    /// How many links were issued; only the newest is good.
    generation: u32,
    /// How long each of its links is good, in seconds.
    validity_seconds: u32,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When its newest link was issued.
    #[oai(skip_serializing_if_is_none)]
    sent_at: Option<DateTime<Utc>>,
    /// When its newest link was first looked at, by a person or by a machine that reads mail before people do.
    #[oai(skip_serializing_if_is_none)]
    opened_at: Option<DateTime<Utc>>,
    /// The deadline that runs at this moment: it is good before this.
    #[oai(skip_serializing_if_is_none)]
    expires_at: Option<DateTime<Utc>>,
    /// When it was accepted, while it waits for the person to finish.
    #[oai(skip_serializing_if_is_none)]
    accepted_at: Option<DateTime<Utc>>,
    /// When the person joined.
    #[oai(skip_serializing_if_is_none)]
    joined_at: Option<DateTime<Utc>>,
    /// When it was declined.
    #[oai(skip_serializing_if_is_none)]
    rejected_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    #[oai(skip_serializing_if_is_none)]
    revoked_at: Option<DateTime<Utc>>,
    /// The deadline that has passed.
    #[oai(skip_serializing_if_is_none)]
    expired_at: Option<DateTime<Utc>>,
    /// What became of its newest mail, if it goes by mail.
    #[oai(skip_serializing_if_is_none)]
    delivery: Option<Delivery>,
}

/// What became of a mail.
#[derive(Object)]
pub(crate) struct Delivery {
    /// In a word.
    state: DeliveryState,
    /// Since when, if it is final.
    #[oai(skip_serializing_if_is_none)]
    at: Option<DateTime<Utc>>,
    /// When it is tried next, or until when it is being handed over.
    #[oai(skip_serializing_if_is_none)]
    until: Option<DateTime<Utc>>,
    /// What the mail server said, or what went wrong.
    #[oai(skip_serializing_if_is_none)]
    words: Option<String>,
}

impl Member {
    /// What `row` looks like at `now`.
    pub(crate) fn at(row: MemberRow, now: DateTime<Utc>) -> Self {
        let delivery = row.delivery;
        let invitation = row.invitation.map(|invitation| Invitation::at(&invitation, delivery.as_ref(), now));
        Self { invitation, ..row.member.into() }
    }
}

impl From<member::Member> for Member {
    fn from(member: member::Member) -> Self {
        let (disabled_at, removed_at) = match member.state {
            MemberState::NotJoined { .. } | MemberState::Enabled { .. } => (None, None),
            MemberState::Disabled { disabled_at, .. } => (Some(disabled_at), None),
            MemberState::Removed { removed_at, .. } => (None, Some(removed_at)),
        };
        Self {
            id: member.id.as_uuid(),
            tenant: member.tenant.as_uuid(),
            status: member.status().into(),
            account: member.account().map(AccountId::as_uuid),
            joined_at: member.joined_at(),
            name: member.name.to_string(),
            email: member.email.map(|email| email.to_string()),
            roles: member.roles.into_iter().map(RoleId::as_uuid).collect(),
            representative: member.representative,
            creator: member.creator.map(MemberId::as_uuid),
            created_at: member.created_at,
            disabled_at,
            removed_at,
            invitation: None,
        }
    }
}

impl Invitation {
    /// What `invitation` looks like at `now`, when `delivery` became of its newest mail.
    pub(crate) fn at(
        invitation: &invitation::Invitation,
        delivery: Option<&outbox::Delivery>,
        now: DateTime<Utc>,
    ) -> Self {
        let stage = InvitationStage::from(invitation.stage_at(now));
        let deadline = invitation.deadline();
        let (mut accepted_at, mut joined_at, mut rejected_at, mut revoked_at, mut written) =
            (None, None, None, None, None);
        match invitation.state {
            State::Ready | State::Invited { .. } => {}
            State::Accepted { at, .. } => accepted_at = Some(at),
            State::Joined { at, .. } => joined_at = Some(at),
            State::Rejected { at } => rejected_at = Some(at),
            State::Revoked { at } => revoked_at = Some(at),
            State::Expired { at } => written = Some(at),
        }
        // Expired is what the clock says, whether or not it was written down.
        let over = stage == InvitationStage::Expired;
        Self {
            id: invitation.id.as_uuid(),
            member: invitation.member.as_uuid(),
            stage,
            email: invitation.address().map(ToString::to_string),
            via: (&invitation.channel).into(),
            inviter: match invitation.inviter {
                Inviter::Member(id) => Some(id.as_uuid()),
                Inviter::Operator(_) => None,
            },
            generation: invitation.generation,
            validity_seconds: invitation.validity.as_secs(),
            created_at: invitation.created_at,
            sent_at: invitation.sent_at,
            opened_at: invitation.opened_at,
            expires_at: deadline.filter(|_| !over),
            accepted_at,
            joined_at,
            rejected_at,
            revoked_at,
            expired_at: written.or(deadline).filter(|_| over),
            delivery: delivery.map(Delivery::from),
        }
    }
}

impl From<&Channel> for Via {
    fn from(channel: &Channel) -> Self {
        match channel {
            Channel::Mail(_) => Self::Mail,
            Channel::Link(_) => Self::Link,
        }
    }
}

impl From<&outbox::Delivery> for Delivery {
    fn from(delivery: &outbox::Delivery) -> Self {
        let (at, until, words) = match delivery {
            outbox::Delivery::Queued => (None, None, None),
            outbox::Delivery::Sending { until } => (None, Some(*until), None),
            outbox::Delivery::Sent { at, words } | outbox::Delivery::Failed { at, words } => {
                (Some(*at), None, Some(words.clone()))
            }
            outbox::Delivery::Deferred { until, words } => (None, Some(*until), Some(words.clone())),
            outbox::Delivery::Cancelled { at } => (Some(*at), None, None),
        };
        Self { state: delivery.into(), at, until, words }
    }
}
