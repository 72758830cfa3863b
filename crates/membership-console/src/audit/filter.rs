//! Which records to show: all of it stands in the address, so that it can be kept, sent and gone back to.

use std::fmt::Write as _;

use chrono::TimeDelta;
use membership_core::{
    audit::RecordedActor,
    directory::{RecordFilter, RecordOrder},
};
use membership_web::Visitor;
use serde::Deserialize;
use uuid::Uuid;

use super::{day, people::Meant};

/// Records on one page.
pub(super) const ROWS: u16 = 50;
/// How many pages back are remembered in the address.
const REMEMBERED: usize = 20;

/// As the address says it. What is empty does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    /// An event, or all that begin like this.
    pub(super) what: String,
    /// Who did it: a member, `me`, `system`, `anonymous`, or `account:` and its identifier.
    pub(super) who: String,
    /// To whom or what: a member, or an identifier.
    pub(super) about: String,
    /// From this day on,
    pub(super) from: String,
    /// to this day, which counts too. In UTC.
    pub(super) to: String,
    /// Only those before this revision.
    pub(super) before: String,
    /// Where the pages before this one began, the newest first, each with a dot behind it.
    pub(super) trail: String,
}

/// What the kernel is asked.
pub(super) struct Asked {
    /// `None`: nothing can be meant.
    pub(super) filter: Option<RecordFilter>,
    pub(super) faults: Vec<&'static str>,
}

impl Filter {
    /// Reads it, with whom `who` and `about` mean.
    pub(super) fn asked(&self, visitor: &Visitor, who: &Meant, about: &Meant) -> Asked {
        let mut faults = Vec::new();
        let mut read = |text: &str, fault| {
            let read = day(text);
            if read.is_none() && !text.trim().is_empty() {
                faults.push(fault);
            }
            read
        };
        let from = read(&self.from, "“From” is no day. Write it like 2026-03-31.");
        let to = read(&self.to, "“To” is no day. Write it like 2026-03-31.");
        let mut meant = true;
        let actor = self.actor(visitor, who);
        let object = match (self.about.trim().parse::<Uuid>(), about) {
            (Ok(id), _) => Some(id),
            (Err(_), Meant::One(person)) => Some(person.id.as_uuid()),
            (Err(_), Meant::Nobody | Meant::Several(_)) => None,
        };
        if actor.is_none() && !self.who.trim().is_empty() {
            meant = false;
            if matches!(who, Meant::Nobody | Meant::One(_)) {
                faults.push("Nobody who could do anything is called as “By” says.");
            }
        }
        if object.is_none() && !self.about.trim().is_empty() {
            meant = false;
            if matches!(about, Meant::Nobody) {
                faults.push("Nobody is called as “About” says.");
            }
        }
        let name = Some(self.what.trim().to_owned()).filter(|what| !what.is_empty());
        let before = to.map(|to| to + TimeDelta::days(1));
        let filter = RecordFilter { object, actor, name, from, before };
        Asked { filter: (meant && faults.is_empty()).then_some(filter), faults }
    }

    /// Who is meant by who did it; of those whom somebody could mean, `who` is the one.
    pub(super) fn actor(&self, visitor: &Visitor, who: &Meant) -> Option<RecordedActor> {
        match self.who.trim() {
            "" => None,
            "me" => visitor.account().map(|account| RecordedActor::Account(account.id.as_uuid())),
            text => RecordedActor::from_text(text).or(match who {
                Meant::One(person) => person.account.map(|account| RecordedActor::Account(account.as_uuid())),
                Meant::Nobody | Meant::Several(_) => None,
            }),
        }
    }

    pub(super) fn order(&self) -> RecordOrder {
        RecordOrder::Before(self.before.parse().ok())
    }

    /// Whether it leaves anything out.
    pub(super) fn is_narrow(&self) -> bool {
        [&self.what, &self.who, &self.about, &self.from, &self.to].into_iter().any(|part| !part.trim().is_empty())
    }

    /// The query, with its question mark; empty for everything.
    pub(super) fn query(&self) -> String {
        let mut query = String::new();
        for (name, value) in [
            ("what", &self.what),
            ("who", &self.who),
            ("about", &self.about),
            ("from", &self.from),
            ("to", &self.to),
            ("before", &self.before),
            ("trail", &self.trail),
        ] {
            if !value.trim().is_empty() {
                let mark = if query.is_empty() { '?' } else { '&' };
                // Writing to a string cannot fail.
                let _ =
                    askama::filters::urlencode_strict(value.trim()).map(|value| write!(query, "{mark}{name}={value}"));
            }
        }
        query
    }

    /// The same from its first page.
    #[must_use]
    pub(super) fn on_top(&self) -> Self {
        Self { before: String::new(), trail: String::new(), ..self.clone() }
    }

    /// The page behind the one that ends with `last`.
    #[must_use]
    pub(super) fn older(&self, last: u64) -> Self {
        let before = self.trail.split_terminator('.').take(REMEMBERED - 1);
        let trail =
            std::iter::once(self.before.as_str()).chain(before).fold(String::new(), |trail, one| trail + one + ".");
        Self { before: last.to_string(), trail, ..self.clone() }
    }

    /// The page before this one; `None` on the first.
    pub(super) fn newer(&self) -> Option<Self> {
        if self.before.is_empty() {
            return None;
        }
        let (before, trail) = self.trail.split_once('.').unwrap_or_default();
        Some(Self { before: before.to_owned(), trail: trail.to_owned(), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_can_go_back_as_far_as_one_has_come() {
        let first = Filter { what: "member".into(), who: "a & b".into(), ..Filter::default() };
        assert_eq!(first.query(), "?what=member&who=a%20%26%20b");
        let second = first.older(90);
        let third = second.older(40);
        assert_eq!(third.order(), RecordOrder::Before(Some(40)));
        assert_eq!(third.newer().unwrap(), second);
        assert_eq!(second.newer().unwrap(), first);
        assert!(first.newer().is_none());
        let mut far = first;
        for revision in 0..100 {
            far = far.older(1_000 - revision);
        }
        assert!(far.query().len() < 400, "{}", far.query().len());
        // Planted nonsense is the first page.
        let odd = Filter { before: "<x>".into(), ..Filter::default() };
        assert_eq!(odd.order(), RecordOrder::Before(None));
    }
}
