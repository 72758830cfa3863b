//! One row of the list of members.

use chrono::{DateTime, Utc};
use membership_core::{directory::MemberRow, id::MemberId, outbox::Delivery, tenant::policy::Words};

use crate::{moment::Moment, standing::Standing, words::sentence};

/// A member as the list shows it.
pub(super) struct Person {
    pub(super) name: String,
    /// The address, or else the username.
    pub(super) known_by: String,
    pub(super) is_you: bool,
    pub(super) representative: bool,
    pub(super) standing: Standing,
    /// The time of the state it is in.
    pub(super) at: Moment,
    pub(super) delivery: Option<String>,
}

impl Person {
    /// The row as it looks at `now` to the member `you`.
    pub(super) fn of(row: MemberRow, you: MemberId, words: &Words, now: DateTime<Utc>) -> Self {
        let standing = Standing::of(&row, words, now);
        let MemberRow { member, delivery, .. } = row;
        let address = member.email.as_ref().map(ToString::to_string);
        let username = || member.username.as_ref().map(ToString::to_string);
        Self {
            name: member.name.to_string(),
            known_by: address.or_else(username).unwrap_or_default(),
            is_you: member.id == you,
            representative: member.representative,
            at: Moment(standing.at),
            delivery: delivery.filter(|_| standing.waits).and_then(|delivery| told(&delivery)),
            standing,
        }
    }
}

/// What became of the mail, where there is something to say.
pub(crate) fn told(delivery: &Delivery) -> Option<String> {
    match delivery {
        Delivery::Queued | Delivery::Sending { .. } => Some("The mail is on its way.".to_owned()),
        Delivery::Sent { .. } => Some("The mail was sent.".to_owned()),
        Delivery::Deferred { words, .. } => Some(sentence(&format!("the mail is delayed: {words}"))),
        Delivery::Failed { words, .. } => Some(sentence(&format!("the mail could not be sent: {words}"))),
        Delivery::Cancelled { .. } => None,
    }
}
