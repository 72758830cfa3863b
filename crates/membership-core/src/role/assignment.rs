//! Assignments: what a member was given, each for good or until a moment.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use smallvec::{SmallVec, smallvec};

use crate::{id::RoleId, role::Permission};

/// What can be given to a member.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grant {
    /// A role: whatever it allows at the moment of asking.
    Role(RoleId),
    /// A single permission beside the roles.
    Permission(Permission),
}

/// The end of an assignment: it counts while `now` is before it; `None` is for good.
pub type Until = Option<DateTime<Utc>>;

/// What a member was given: each grant once, with its end. One or two stand in the member itself: a decision would wait for
/// memory elsewhere longer than for all else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assignments(SmallVec<[(Grant, Until); 2]>);

impl Assignments {
    /// `role`, for good.
    pub fn of_role(role: RoleId) -> Self {
        Self(smallvec![(Grant::Role(role), None)])
    }

    /// Each with its end, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Grant, Until)> {
        self.0.iter().map(|(grant, until)| (grant, *until))
    }

    /// Those that count at `now`.
    pub fn live_at(&self, now: DateTime<Utc>) -> impl Iterator<Item = (&Grant, Until)> {
        self.iter().filter(move |(_, until)| is_live(*until, now))
    }

    /// The roles, whether or not they still count.
    pub fn roles(&self) -> impl Iterator<Item = RoleId> {
        self.0.iter().filter_map(|(grant, _)| match grant {
            Grant::Role(role) => Some(*role),
            Grant::Permission(_) => None,
        })
    }

    /// The single permissions, whether or not they still count.
    pub fn permissions(&self) -> impl Iterator<Item = &Permission> {
        self.0.iter().filter_map(|(grant, _)| match grant {
            Grant::Role(_) => None,
            Grant::Permission(permission) => Some(permission),
        })
    }

    /// The end of `grant`, if it was given.
    pub fn end_of(&self, grant: &Grant) -> Option<Until> {
        self.0.iter().find(|(held, _)| held == grant).map(|(_, until)| *until)
    }

    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of `self` that `other` lacks or has with another end.
    pub fn beyond<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (&'a Grant, Until)> {
        self.iter().filter(|(grant, until)| other.end_of(grant) != Some(*until))
    }
}

/// Whether something that ends at `until` still counts at `now`.
pub fn is_live(until: Until, now: DateTime<Utc>) -> bool {
    until.is_none_or(|end| now < end)
}

/// The same grant twice: the later end counts.
impl FromIterator<(Grant, Until)> for Assignments {
    fn from_iter<I: IntoIterator<Item = (Grant, Until)>>(assignments: I) -> Self {
        let mut all = BTreeMap::new();
        for (grant, until) in assignments {
            all.entry(grant)
                .and_modify(|held: &mut Until| *held = held.zip(until).map(|(one, other)| one.max(other)))
                .or_insert(until);
        }
        Self(all.into_iter().collect())
    }
}
