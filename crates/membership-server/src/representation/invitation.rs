//! Invitations, and what became of their mail.

use chrono::{DateTime, Utc};
use membership_core::{
    Legend,
    invitation::{self, Channel, Inviter, State},
    lifecycle::Stage,
    outbox,
    role::Assignments,
};
use poem_openapi::Object;
use uuid::Uuid;

use super::{DeliveryState, InvitationStage, Via, Word};

/// An invitation, as those see it who may see members. It never shows a token.
#[derive(Object)]
pub(crate) struct Invitation {
    /// Its identifier.
    id: Uuid,
    /// The member that it makes of whoever joins by it.
    member: Uuid,
    /// Where it stands at this moment.
    stage: InvitationStage,
    /// What the tenant calls that, where invitations are read.
    #[oai(skip_serializing_if_is_none)]
    stage_label: Option<Word>,
    /// Since when it stands so: of all its moments the one that counts.
    time: DateTime<Utc>,
    /// Whether a role that it gives has changed since its newest link was issued: whoever joins holds what the role
    /// allows then. Told of open invitations, where invitations are read.
    #[oai(skip_serializing_if_is_none)]
    roles_changed: Option<bool>,
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
        let expired_at = written.or(deadline).filter(|_| over);
        let ended = expired_at.or(accepted_at).or(joined_at).or(rejected_at).or(revoked_at);
        Self {
            id: invitation.id.as_uuid(),
            member: invitation.member.as_uuid(),
            stage,
            stage_label: None,
            time: ended.or(invitation.sent_at).unwrap_or(invitation.created_at),
            roles_changed: None,
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
            expired_at,
            delivery: delivery.map(Delivery::from),
        }
    }
}

impl Invitation {
    /// With what `legend` tells of the invitation of somebody who is given `assignments`.
    pub(crate) fn explained(self, legend: &Legend, assignments: &Assignments) -> Self {
        let open = Stage::from(self.stage).is_open();
        let changed = self.sent_at.filter(|_| open).map(|sent| legend.changed_since(assignments, sent));
        Self { stage_label: Some(legend.words().of_stage(self.stage.into()).into()), roles_changed: changed, ..self }
    }

    /// What became of it, `time` being the moment of that.
    pub(super) const fn time(&self) -> DateTime<Utc> {
        self.time
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
