//! What state a member is in: the organisation's own word, its colour, a picture, and since when.

use askama::{Template, filters::HtmlSafe};
use chrono::{DateTime, Utc};
use membership_core::{
    directory::MemberRow,
    invitation::{Invitation, State as Written},
    lifecycle::Stage,
    member::{MemberState, MemberStatus},
    tenant::policy::{Tone, Words},
};

/// The word stands beside the picture, so that no colour says anything alone.
#[derive(Template)]
#[template(path = "standing.html")]
pub(crate) struct Standing {
    word: String,
    class: &'static str,
    icon: Icon,
    /// Since when it is in this state.
    pub(crate) at: DateTime<Utc>,
    /// Whether the person was invited and has not answered.
    pub(crate) waits: bool,
}

impl HtmlSafe for Standing {}

/// The picture of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Icon {
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

impl Standing {
    /// Of the member in `row`, at `now`.
    pub(crate) fn of(row: &MemberRow, words: &Words, now: DateTime<Utc>) -> Self {
        let MemberRow { member, invitation, .. } = row;
        let of_status = |status, picture| (words.of_status(status), picture);
        let mut waits = false;
        let ((word, tone), picture, at) = match (&member.state, invitation) {
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
        Self { word: word.to_owned(), class: class(tone), icon: Icon::of(picture, tone), at, waits }
    }
}

/// What a member in good standing is called. A tenant that has a word only for the end of the way in uses that one.
pub(crate) fn of_enabled(words: &Words) -> (&str, Tone) {
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
