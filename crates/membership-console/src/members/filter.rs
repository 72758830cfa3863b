//! Which members to show: all of it stands in the address, so that it can be kept, sent and gone back to.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use membership_core::{
    ViewError,
    account::FactorKind,
    department::DepartmentUnknown,
    directory::{AnyOf, FactorFilter, InDepartments, MailState, MemberFilter, Page},
    id::{DepartmentId, MemberId, RoleId},
    lifecycle::Stage,
    member::MemberStatus,
    search::Query,
};
use serde::Deserialize;

/// Rows on one page.
pub(super) const ROWS: u16 = 50;
/// What the state is called of whoever has an open invitation for which nobody answers any more.
pub(super) const HELD: &str = "held";
/// How many pages back are remembered in the address.
const REMEMBERED: usize = 20;

/// As the address says it. What is empty does not matter.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    /// Called like this,
    pub(super) q: String,
    /// or almost so.
    pub(super) near: String,
    /// A member's state, or its invitation's.
    pub(super) state: String,
    pub(super) role: String,
    /// A second factor, any or none.
    pub(super) factor: String,
    /// What became of the invitation mail.
    pub(super) mail: String,
    pub(super) department: String,
    /// In the department itself, and not below it.
    pub(super) direct: String,
    /// Only those after this one.
    pub(super) after: String,
    /// Where the pages before this one began, the newest first, each with a dot behind it; an empty one is the beginning.
    pub(super) trail: String,
}

/// What a filter is about, to be taken off by itself.
pub(super) struct Part {
    pub(super) label: String,
    /// The address without it.
    pub(super) without: String,
}

impl Filter {
    /// What the kernel is asked. `Ok(None)`: nobody can be meant, because there is neither a letter nor a digit in what was typed, or
    /// no such state, factor or mail.
    pub(super) fn asked(&self, now: DateTime<Utc>) -> Result<Option<MemberFilter>, ViewError> {
        let text = Query::parse(&self.q)?;
        if text.is_none() && !self.q.trim().is_empty() {
            return Ok(None);
        }
        let loose = text.as_ref().filter(|_| self.is_loose()).and_then(Query::near);
        let given = match self.role.as_str() {
            "" => None,
            // A role that is none is held by nobody.
            text => Some(AnyOf { roles: text.parse::<RoleId>().into_iter().collect(), ..AnyOf::default() }),
        };
        let below = self.direct.is_empty();
        let departments = self.department()?.map(|one| InDepartments { of: vec![one], below });
        let status = MemberStatus::ALL.into_iter().find(|status| status.as_str() == self.state);
        let stage = Stage::ALL.into_iter().find(|stage| stage.as_str() == self.state).map(|stage| (stage, now));
        let unvouched = (self.state == HELD).then_some(now);
        let factor = self.factors();
        let mail = MailState::ALL.into_iter().find(|state| state.as_str() == self.mail);
        let known = [
            (status.is_some() || stage.is_some() || unvouched.is_some(), &self.state),
            (factor.is_some(), &self.factor),
            (mail.is_some(), &self.mail),
        ];
        if known.into_iter().any(|(known, asked)| !known && !asked.is_empty()) {
            return Ok(None);
        }
        // Of whoever was removed the invitation is history.
        let status = status.or((stage.is_some() || unvouched.is_some()).then_some(MemberStatus::NotJoined));
        let (sight, text) = (None, loose.or(text));
        Ok(Some(MemberFilter { status, stage, departments, sight, given, factor, mail, unvouched, text }))
    }

    fn factors(&self) -> Option<FactorFilter> {
        match self.factor.as_str() {
            "none" => Some(FactorFilter::None),
            "any" => Some(FactorFilter::Any),
            kind => FactorKind::ALL.into_iter().find(|known| known.as_str() == kind).map(FactorFilter::Kind),
        }
    }

    /// The department that is chosen.
    pub(super) fn department(&self) -> Result<Option<DepartmentId>, ViewError> {
        if self.department.is_empty() {
            return Ok(None);
        }
        self.department.parse().map(Some).map_err(|_| DepartmentUnknown::InTenant.into())
    }

    /// Whether those are wanted who are called almost so.
    pub(super) fn is_loose(&self) -> bool {
        !self.near.is_empty()
    }

    /// One row more than is shown, which tells whether there is another page.
    pub(super) fn page(&self) -> Page<MemberId> {
        Page { after: self.after.parse().ok(), limit: ROWS + 1 }
    }

    /// Whether it leaves anybody out.
    pub(super) fn is_narrow(&self) -> bool {
        [&self.q, &self.state, &self.role, &self.factor, &self.mail, &self.department]
            .into_iter()
            .any(|part| !part.trim().is_empty())
    }

    /// The query of the first page of what it asks for, with its question mark; empty for everybody.
    pub(super) fn query(&self) -> String {
        let mut query = String::new();
        let near = if self.q.is_empty() { "" } else { &self.near };
        let direct = if self.department.is_empty() { "" } else { &self.direct };
        for (name, value) in [
            ("q", self.q.trim()),
            ("near", near),
            ("state", &self.state),
            ("role", &self.role),
            ("factor", &self.factor),
            ("mail", &self.mail),
            ("department", &self.department),
            ("direct", direct),
            ("after", &self.after),
            ("trail", &self.trail),
        ] {
            if !value.is_empty() {
                let mark = if query.is_empty() { '?' } else { '&' };
                // Writing to a string cannot fail.
                let _ = askama::filters::urlencode_strict(value).map(|value| write!(query, "{mark}{name}={value}"));
            }
        }
        query
    }

    /// The same from its first page.
    #[must_use]
    pub(super) fn on_top(&self) -> Self {
        Self { after: String::new(), trail: String::new(), ..self.clone() }
    }

    /// The same in another department; in all if that is `None`.
    #[must_use]
    pub(super) fn in_department(&self, department: Option<DepartmentId>) -> Self {
        let department = department.map_or_else(String::new, |department| department.to_string());
        Self { department, ..self.on_top() }
    }

    /// The page behind the one that ends with `last`.
    #[must_use]
    pub(super) fn older(&self, last: MemberId, near: bool) -> Self {
        let before = self.trail.split_terminator('.').take(REMEMBERED - 1);
        let trail =
            std::iter::once(self.after.as_str()).chain(before).fold(String::new(), |trail, one| trail + one + ".");
        let near = if near { "true".to_owned() } else { String::new() };
        Self { after: last.to_string(), trail, near, ..self.clone() }
    }

    /// The page before this one; `None` on the first. Where it is not known any more, it is the first.
    pub(super) fn newer(&self) -> Option<Self> {
        if self.after.is_empty() {
            return None;
        }
        let (after, trail) = self.trail.split_once('.').unwrap_or_default();
        Some(Self { after: after.to_owned(), trail: trail.to_owned(), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_can_go_back_as_far_as_one_has_come() {
        let first = Filter { q: "ann & bob".into(), state: "enabled".into(), ..Filter::default() };
        assert_eq!(first.query(), "?q=ann%20%26%20bob&state=enabled");
        assert!(first.newer().is_none());
        let id = |text: &str| text.parse::<MemberId>().unwrap();
        let second = first.older(id("0197c0de-0000-7000-8000-000000000001"), false);
        let third = second.older(id("0197c0de-0000-7000-8000-000000000002"), true);
        assert_eq!(third.near, "true");
        let back = third.newer().unwrap();
        assert_eq!((&back.after, &back.trail), (&second.after, &second.trail));
        let back = back.newer().unwrap();
        assert_eq!((back.after.as_str(), back.trail.as_str()), ("", ""));

        let mut far = first;
        for _ in 0..100 {
            far = far.older(id("0197c0de-0000-7000-8000-000000000001"), false);
        }
        assert!(far.query().len() < 1_000, "{}", far.query().len());
        // Planted nonsense is an address like any other.
        let odd = Filter { after: "x".into(), trail: "?&/.".into(), ..Filter::default() };
        assert_eq!(odd.newer().unwrap().query(), "?after=%3F%26%2F");
        assert_eq!(odd.page().after, None);
    }
}
