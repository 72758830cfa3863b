//! One row of the list.

use chrono::{DateTime, Utc};
use membership_core::{
    account::{FactorKind, Kinds},
    actor::Grants,
    directory::MemberRow,
    id::{DepartmentId, MemberId},
    member::Member,
    outbox::Delivery,
    role::{Grant, Permission},
    tenant::policy::Words,
};

use crate::{department::path_of, moment::Brief, standing::Standing, words::sentence};

/// A member as the table shows it.
pub(super) struct Row {
    pub(super) id: MemberId,
    pub(super) name: String,
    /// The address, or else the username.
    pub(super) known_by: String,
    pub(super) is_you: bool,
    pub(super) representative: bool,
    /// The name of the first department that one may see, and its whole path.
    pub(super) department: Option<(String, String)>,
    /// The paths of the others.
    pub(super) departments_more: Vec<String>,
    pub(super) roles: String,
    pub(super) standing: Standing,
    pub(super) at: Brief,
    pub(super) factors: Vec<&'static str>,
    /// Whether the second factor is known: it is once somebody has joined.
    pub(super) joined: bool,
    /// What went wrong with the mail, if something did.
    pub(super) trouble: Option<(&'static str, String)>,
}

/// The names of what was given to `member` and counts at `now`: roles first.
pub(crate) fn given(grants: &Grants, member: &Member, now: DateTime<Utc>) -> String {
    let live = member.assignments.live_at(now);
    let mut names: Vec<String> = Vec::new();
    let mut single = 0;
    for held in live {
        match &held.grant {
            Grant::Role(role) => {
                let name = grants.catalogue().role(*role).map(|role| role.name.to_string()).unwrap_or_default();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            Grant::Permission(_) => single += 1,
        }
    }
    if single > 0 {
        names.push(format!("{single} single permission{}", if single == 1 { "" } else { "s" }));
    }
    names.join(", ")
}

/// What people call a second factor (TEN-9).
pub(super) const fn name_of_factor(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Email => "Email Address",
        FactorKind::App => "Authentication App",
        FactorKind::Passkey => "Passkey",
    }
}

/// What people call the second factors among `kinds`.
pub(crate) fn factors(kinds: Kinds) -> Vec<&'static str> {
    FactorKind::ALL.into_iter().filter(|kind| kinds.has(*kind)).map(name_of_factor).collect()
}

/// The departments of `member` that the holder of `grants` may know of: to which it belongs is told of those alone.
pub(crate) fn visible(grants: &Grants, member: &Member) -> Vec<DepartmentId> {
    let seen = |one: &DepartmentId| grants.holds_over(&Permission::MEMBERS_READ, *one);
    member.departments.all().iter().copied().filter(seen).collect()
}

impl Row {
    /// `row` as it looks at `now` to the holder of `grants`.
    pub(super) fn of(row: MemberRow, grants: &Grants, words: &Words, now: DateTime<Utc>) -> Self {
        let standing = Standing::of(&row, words, now);
        let MemberRow { member, delivery, kinds, .. } = row;
        let address = member.email.as_ref().map(ToString::to_string);
        let username = || member.username.as_ref().map(ToString::to_string);
        let tree = grants.tree();
        let mut departments = visible(grants, &member).into_iter().map(|one| {
            let name = tree.get(one).map(|department| department.name.to_string()).unwrap_or_default();
            (name, path_of(tree, one))
        });
        Self {
            id: member.id,
            name: member.name.to_string(),
            known_by: address.or_else(username).unwrap_or_default(),
            is_you: member.id == grants.member().id,
            representative: member.representative,
            department: departments.next(),
            departments_more: departments.map(|(_, path)| path).collect(),
            roles: given(grants, &member, now),
            at: Brief(standing.at),
            factors: factors(kinds),
            joined: member.joined_at().is_some(),
            trouble: delivery.filter(|_| standing.waits).and_then(|delivery| trouble(&delivery)),
            standing,
        }
    }
}

fn trouble(delivery: &Delivery) -> Option<(&'static str, String)> {
    match delivery {
        Delivery::Deferred { words, .. } => Some(("Mail delayed", sentence(words))),
        Delivery::Failed { words, .. } => Some(("Mail failed", sentence(words))),
        Delivery::Queued | Delivery::Sending { .. } => Some(("Mail on its way", String::new())),
        Delivery::Sent { .. } | Delivery::Cancelled { .. } => None,
    }
}
