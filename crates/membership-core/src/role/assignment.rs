//! Assignments: what a member was given, each for good or until a moment, in the whole tenant or for a department.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use smallvec::{SmallVec, smallvec};

use crate::{
    id::{DepartmentId, RoleId},
    role::Permission,
};

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

/// One thing that a member was given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assignment {
    /// What.
    pub grant: Grant,
    /// For this department and all below it; `None` for the whole tenant.
    pub within: Option<DepartmentId>,
    /// Until when.
    pub until: Until,
}

/// What a member was given: each grant once for each department, with its end. One or two stand in the member itself: a decision
/// would wait for memory elsewhere longer than for all else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Assignments(SmallVec<[Assignment; 2]>);

impl Assignment {
    /// `grant`, in the whole tenant, for good.
    pub const fn of(grant: Grant) -> Self {
        Self { grant, within: None, until: None }
    }
}

impl Assignments {
    /// `role`, in the whole tenant, for good.
    pub fn of_role(role: RoleId) -> Self {
        Self(smallvec![Assignment::of(Grant::Role(role))])
    }

    /// Each, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Assignment> {
        self.0.iter()
    }

    /// Those that count at `now`.
    pub fn live_at(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Assignment> {
        self.iter().filter(move |held| is_live(held.until, now))
    }

    /// The roles, whether or not they still count, each as often as it was given.
    pub fn roles(&self) -> impl Iterator<Item = RoleId> {
        self.0.iter().filter_map(|held| match held.grant {
            Grant::Role(role) => Some(role),
            Grant::Permission(_) => None,
        })
    }

    /// The single permissions, whether or not they still count.
    pub fn permissions(&self) -> impl Iterator<Item = &Permission> {
        self.0.iter().filter_map(|held| match &held.grant {
            Grant::Role(_) => None,
            Grant::Permission(permission) => Some(permission),
        })
    }

    /// The end of `grant` for `within`, if it was given.
    pub fn end_of(&self, grant: &Grant, within: Option<DepartmentId>) -> Option<Until> {
        self.0.iter().find(|held| held.grant == *grant && held.within == within).map(|held| held.until)
    }

    /// Whether nothing was given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of `self` that `other` lacks or has with another end.
    pub fn beyond<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a Assignment> {
        self.iter().filter(|held| other.end_of(&held.grant, held.within) != Some(held.until))
    }

    /// These without what was given for `department`.
    #[must_use]
    pub fn without(self, department: DepartmentId) -> Self {
        Self(self.0.into_iter().filter(|held| held.within != Some(department)).collect())
    }
}

/// Whether something that ends at `until` still counts at `now`.
pub fn is_live(until: Until, now: DateTime<Utc>) -> bool {
    until.is_none_or(|end| now < end)
}

/// In the whole tenant.
impl From<(Grant, Until)> for Assignment {
    fn from((grant, until): (Grant, Until)) -> Self {
        Self { grant, within: None, until }
    }
}

/// The same grant for the same department twice: the later end counts.
impl<T: Into<Assignment>> FromIterator<T> for Assignments {
    fn from_iter<I: IntoIterator<Item = T>>(assignments: I) -> Self {
        let mut all = BTreeMap::new();
        for Assignment { grant, within, until } in assignments.into_iter().map(Into::into) {
            all.entry((grant, within))
                .and_modify(|held: &mut Until| *held = held.zip(until).map(|(one, other)| one.max(other)))
                .or_insert(until);
        }
        Self(all.into_iter().map(|((grant, within), until)| Assignment { grant, within, until }).collect())
    }
}
