//! The words for states, as they stand in JSON.

use membership_core::{lifecycle, member, outbox, tenant};
use poem_openapi::Enum;
use serde::Deserialize;

/// Whether a tenant can be used.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
pub(crate) enum TenantStatus {
    /// Its first administrator has not joined yet.
    SettingUp,
    /// In use.
    Active,
    /// Closed for everybody until it is resumed.
    Suspended,
}

/// Where a member is in its life.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
pub(crate) enum MemberStatus {
    /// Asked to join, and has not yet.
    NotJoined,
    /// In good standing.
    Enabled,
    /// Shut out until enabled again.
    Disabled,
    /// Gone for good.
    Removed,
}

/// Where an invitation stands at this moment. Past its deadline it is `expired`.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
pub(crate) enum InvitationStage {
    /// Made, not sent.
    Ready,
    /// Sent: its newest link is open.
    Invited,
    /// The person has said yes and is on the way.
    Accepted,
    /// The person is a member.
    Joined,
    /// The person has said no.
    Rejected,
    /// Taken back by an administrator.
    Revoked,
    /// The time ran out.
    Expired,
}

/// What became of a mail.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
pub(crate) enum DeliveryState {
    /// Waits for its first attempt.
    Queued,
    /// Is being handed over.
    Sending,
    /// The next mail server took it.
    Sent,
    /// Did not go out; will be tried again.
    Deferred,
    /// Given up.
    Failed,
    /// Not wanted any more.
    Cancelled,
}

/// How an invitation reaches the person.
#[derive(Enum, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Via {
    /// By mail to an address. Holding the link proves that one reads that mailbox.
    Mail,
    /// As a link that the inviter hands over. It can be bound to an address.
    Link,
}

/// Whether invitations go out at once.
#[derive(Enum, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Send {
    /// At once.
    Now,
    /// When told so by the operation that sends an invitation.
    Later,
}

/// The same words on both sides.
macro_rules! words {
    ($($theirs:path => $ours:ident { $($variant:ident),+ })+) => {$(
        impl From<$theirs> for $ours {
            fn from(word: $theirs) -> Self {
                use $theirs as Theirs;
                match word {
                    $(Theirs::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$ours> for $theirs {
            fn from(word: $ours) -> Self {
                match word {
                    $($ours::$variant => Self::$variant,)+
                }
            }
        }
    )+};
}
pub(super) use words;

words! {
    tenant::TenantStatus => TenantStatus { SettingUp, Active, Suspended }
    member::MemberStatus => MemberStatus { NotJoined, Enabled, Disabled, Removed }
    lifecycle::Stage => InvitationStage { Ready, Invited, Accepted, Joined, Rejected, Revoked, Expired }
}

impl From<&outbox::Delivery> for DeliveryState {
    fn from(delivery: &outbox::Delivery) -> Self {
        match delivery {
            outbox::Delivery::Queued => Self::Queued,
            outbox::Delivery::Sending { .. } => Self::Sending,
            outbox::Delivery::Sent { .. } => Self::Sent,
            outbox::Delivery::Deferred { .. } => Self::Deferred,
            outbox::Delivery::Failed { .. } => Self::Failed,
            outbox::Delivery::Cancelled { .. } => Self::Cancelled,
        }
    }
}
