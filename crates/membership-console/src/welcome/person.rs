//! One row of the list of members.

use chrono::{DateTime, Utc};
use membership_core::{
    directory::MemberRow,
    id::MemberId,
    invitation::{Invitation, State as Written},
    lifecycle::Stage,
    member::{MemberState, MemberStatus},
    outbox::Delivery,
    tenant::policy::{Tone, Words},
};

use crate::{moment::Moment, words::sentence};

/// A member as the list shows it.
pub(super) struct Person {
    pub(super) name: String,
    /// The address, or else the username.
    pub(super) known_by: String,
    pub(super) is_you: bool,
    pub(super) representative: bool,
    /// The state, in the tenant's own word, its colour, and a picture of it.
    pub(super) word: String,
    pub(super) class: &'static str,
    pub(super) icon: Icon,
    /// The time of the state it is in.
    pub(super) at: Moment,
    pub(super) delivery: Option<String>,
}

/// The picture of a state. The tenant's tone colours it, and the word stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Icon {
    /// Half amber, half green, whatever the state: the tone is the picture.
    Half,
    Ready,
    Sent,
    Check,
    Declined,
    Closed,
    Clock,
    Pause,
}

impl Icon {
    const fn of(picture: Self, tone: Tone) -> Self {
        match tone {
            Tone::AmberGreen => Self::Half,
            Tone::Amber | Tone::Green | Tone::Red | Tone::Grey => picture,
        }
    }

    const fn of_stage(stage: Stage) -> Self {
        match stage {
            Stage::Ready => Self::Ready,
            Stage::Invited | Stage::Accepted => Self::Sent,
            Stage::Joined => Self::Check,
            Stage::Rejected => Self::Declined,
            Stage::Revoked => Self::Closed,
            Stage::Expired => Self::Clock,
        }
    }
}

const fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Green => "good",
        Tone::Amber | Tone::AmberGreen => "wait",
        Tone::Red => "bad",
        Tone::Grey => "off",
    }
}

impl Person {
    /// The row as it looks at `now` to the member `you`.
    pub(super) fn of(row: MemberRow, you: MemberId, words: &Words, now: DateTime<Utc>) -> Self {
        let MemberRow { member, invitation, delivery, transfer: _, kinds: _ } = row;
        let of_status = |status, picture| (words.of_status(status), picture);
        let mut waits = false;
        let ((word, tone), picture, at) = match (&member.state, &invitation) {
            (MemberState::NotJoined { .. }, Some(invitation)) => {
                let stage = invitation.stage_at(now);
                waits = stage == Stage::Invited;
                (words.of_stage(stage), Icon::of_stage(stage), since(invitation, stage))
            }
            (MemberState::NotJoined { .. }, None) => {
                let (said, picture) = of_status(MemberStatus::NotJoined, Icon::Ready);
                (said, picture, member.created_at)
            }
            (MemberState::Enabled { joined_at, .. }, _) => (of_enabled(words), Icon::Check, *joined_at),
            (MemberState::Disabled { disabled_at, .. }, _) => {
                let (said, picture) = of_status(MemberStatus::Disabled, Icon::Pause);
                (said, picture, *disabled_at)
            }
            (MemberState::Removed { removed_at, .. }, _) => {
                let (said, picture) = of_status(MemberStatus::Removed, Icon::Closed);
                (said, picture, *removed_at)
            }
        };
        let address = member.email.as_ref().map(ToString::to_string);
        let username = || member.username.as_ref().map(ToString::to_string);
        Self {
            name: member.name.to_string(),
            known_by: address.or_else(username).unwrap_or_default(),
            is_you: member.id == you,
            representative: member.representative,
            word: word.to_owned(),
            class: class(tone),
            icon: Icon::of(picture, tone),
            at: Moment(at),
            delivery: delivery.filter(|_| waits).and_then(|delivery| told(&delivery)),
        }
    }
}

/// What a member in good standing is called. A tenant that has a word only for the end of the way in uses that one.
fn of_enabled(words: &Words) -> (&str, Tone) {
    let of_the_way_in =
        !words.member.contains_key(&MemberStatus::Enabled) && words.invitation.contains_key(&Stage::Joined);
    if of_the_way_in { words.of_stage(Stage::Joined) } else { words.of_status(MemberStatus::Enabled) }
}

/// Since when an invitation is in `stage`.
fn since(invitation: &Invitation, stage: Stage) -> DateTime<Utc> {
    match invitation.state {
        Written::Ready => invitation.created_at,
        Written::Invited { expires_at } | Written::Accepted { expires_at, .. } if stage == Stage::Expired => expires_at,
        Written::Invited { .. } => invitation.sent_at.unwrap_or(invitation.created_at),
        Written::Accepted { at, .. }
        | Written::Joined { at, .. }
        | Written::Rejected { at }
        | Written::Revoked { at }
        | Written::Expired { at } => at,
    }
}

fn told(delivery: &Delivery) -> Option<String> {
    match delivery {
        Delivery::Queued | Delivery::Sending { .. } => Some("The mail is on its way.".to_owned()),
        Delivery::Sent { .. } => Some("The mail was sent.".to_owned()),
        Delivery::Deferred { words, .. } => Some(sentence(&format!("the mail is delayed: {words}"))),
        Delivery::Failed { words, .. } => Some(sentence(&format!("the mail could not be sent: {words}"))),
        Delivery::Cancelled { .. } => None,
    }
}
