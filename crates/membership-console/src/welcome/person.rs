//! One row of the list of members.

use chrono::{DateTime, Utc};
use membership_core::{
    directory::MemberRow,
    id::MemberId,
    invitation::{Invitation, State as Written},
    lifecycle::Stage,
    member::MemberState,
    outbox::Delivery,
};

use crate::{moment::Moment, words::sentence};

/// A member as the list shows it.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) is_you: bool,
    pub(super) representative: bool,
    pub(super) state: State,
    pub(super) at: Moment,
    pub(super) delivery: Option<String>,
}

/// Where a member is, in the words of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Ready,
    Invited,
    Accepted,
    Joined,
    Declined,
    Withdrawn,
    Expired,
    Disabled,
    Removed,
}

impl State {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Invited => "Invited",
            Self::Accepted => "Accepted",
            Self::Joined => "Joined",
            Self::Declined => "Declined",
            Self::Withdrawn => "Withdrawn",
            Self::Expired => "Expired",
            Self::Disabled => "Disabled",
            Self::Removed => "Removed",
        }
    }

    /// What it looks like, beside its icon and its word.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Joined => "good",
            Self::Ready | Self::Invited | Self::Accepted => "wait",
            Self::Declined | Self::Expired => "bad",
            Self::Withdrawn | Self::Disabled | Self::Removed => "off",
        }
    }
}

impl Person {
    /// The row as it looks at `now` to the member `you`. Its time is that of the state it is in.
    pub(super) fn of(row: MemberRow, you: MemberId, now: DateTime<Utc>) -> Self {
        let MemberRow { member, invitation, delivery } = row;
        let (state, at) = match (&member.state, &invitation) {
            (MemberState::NotJoined { .. }, Some(invitation)) => on_the_way(invitation, now),
            (MemberState::NotJoined { .. }, None) => (State::Ready, member.created_at),
            (MemberState::Enabled { joined_at, .. }, _) => (State::Joined, *joined_at),
            (MemberState::Disabled { disabled_at, .. }, _) => (State::Disabled, *disabled_at),
            (MemberState::Removed { removed_at, .. }, _) => (State::Removed, *removed_at),
        };
        Self {
            name: member.name.to_string(),
            address: member.email.as_ref().map(ToString::to_string).unwrap_or_default(),
            is_you: member.id == you,
            representative: member.representative,
            state,
            at: Moment(at),
            delivery: delivery.filter(|_| state == State::Invited).and_then(|delivery| words(&delivery)),
        }
    }
}

fn on_the_way(invitation: &Invitation, now: DateTime<Utc>) -> (State, DateTime<Utc>) {
    let state = match invitation.stage_at(now) {
        Stage::Ready => State::Ready,
        Stage::Invited => State::Invited,
        Stage::Accepted => State::Accepted,
        Stage::Joined => State::Joined,
        Stage::Rejected => State::Declined,
        Stage::Revoked => State::Withdrawn,
        Stage::Expired => State::Expired,
    };
    let at = match invitation.state {
        Written::Ready => invitation.created_at,
        Written::Invited { expires_at } | Written::Accepted { expires_at, .. } if state == State::Expired => expires_at,
        Written::Invited { .. } => invitation.sent_at.unwrap_or(invitation.created_at),
        Written::Accepted { at, .. }
        | Written::Joined { at, .. }
        | Written::Rejected { at }
        | Written::Revoked { at }
        | Written::Expired { at } => at,
    };
    (state, at)
}

fn words(delivery: &Delivery) -> Option<String> {
    match delivery {
        Delivery::Queued | Delivery::Sending { .. } => Some("The mail is on its way.".to_owned()),
        Delivery::Sent { .. } => Some("The mail was sent.".to_owned()),
        Delivery::Deferred { words, .. } => Some(sentence(&format!("the mail is delayed: {words}"))),
        Delivery::Failed { words, .. } => Some(sentence(&format!("the mail could not be sent: {words}"))),
        Delivery::Cancelled { .. } => None,
    }
}
