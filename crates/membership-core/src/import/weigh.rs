//! Weighing: what each row of a block would do, under the tenant's lock. A plan weighs and lets go; an import weighs and commits.

mod change;
mod create;
mod known;

use super::{
    Basis, Column, RowFault, RowRefused, Verdict, VerdictKind, Way,
    names::Names,
    typed::{Key, Typed},
    written,
};
use crate::{
    Membership,
    actor::Grants,
    context::Context,
    event::Event,
    id::{DepartmentId, MemberId},
    member::AddressTaken,
    ports::Entropy,
    refusal::{Fault, Refusal},
    role::Permission,
    store::{StoreError, Tx},
    tenant::Tenant,
};
use known::Known;

/// What rows are weighed by.
pub(super) struct Scale<'a> {
    pub(super) membership: &'a Membership,
    pub(super) ctx: &'a Context,
    pub(super) tenant: &'a Tenant,
    pub(super) grants: &'a Grants,
    /// Where identifiers come from: from nowhere, if nothing is to be made.
    pub(super) entropy: &'a dyn Entropy,
}

/// For weighing without making anything: a plan's identifiers are thrown away.
pub(super) struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&self, _: &mut [u8]) {}
}

/// A row, weighed: what it would do, to whom, and the facts that doing it would make.
pub(super) struct Weighed {
    pub(super) verdict: Verdict,
    pub(super) member: Option<MemberId>,
    pub(super) events: Vec<Event>,
}

impl Membership {
    /// What a plan rests on, beside the members.
    pub(super) fn basis(tenant: &Tenant, grants: &Grants) -> Basis {
        let scoped = grants.permissions().map(ToString::to_string).collect::<Vec<_>>();
        let rights = format!("{:?} {:?} {scoped:?}", grants.member().assignments, grants.member().departments);
        let policy = written(&tenant.policy);
        Basis {
            catalogue: tenant.catalogue,
            tree: tenant.tree,
            policy: super::plan::digest_of([&policy]),
            rights: super::plan::digest_of([&rights]),
        }
    }
}

impl Scale<'_> {
    /// Weighs `rows`, each for itself: none of them is about the same person as another.
    pub(super) async fn weigh(
        &self,
        tx: &mut dyn Tx,
        names: &mut Names,
        rows: Vec<Typed>,
    ) -> Result<Vec<Weighed>, StoreError> {
        let known = Known::of(tx, self.tenant, &rows).await?;
        let mut weighed = Vec::with_capacity(rows.len());
        for row in rows {
            weighed.push(match known.recognise(&row, |member| self.tells_of(member)) {
                Some(Ok(member)) if !self.tells_of(member) => Weighed::refused(Self::hidden(&row)),
                Some(Ok(member)) => self.change(tx, names, &known, row, member).await?,
                Some(Err(fault)) => Weighed::refused(row.faults.into_iter().chain([fault])),
                None => self.create(names, &known, row),
            });
        }
        Ok(weighed)
    }

    /// Whether anything is told of `member`.
    fn tells_of(&self, member: &crate::member::Member) -> bool {
        self.grants.sees(&Permission::MEMBERS_MANAGE, member) || member.id == self.grants.member().id
    }

    /// What is said of a row that recognises somebody whom its maker may not see.
    fn hidden(row: &Typed) -> Vec<RowFault> {
        let (column, refusal): (Column, &dyn Refusal) = match (&row.member, &row.username, &row.email) {
            (Some(_), _, _) => (Column::Member, &crate::member::reach::OutOfReach::Unknown),
            (None, Some(_), _) => (Column::Username, &RowRefused::UsernameTaken),
            (None, None, _) => (Column::Email, &AddressTaken::BySomebody),
        };
        vec![RowFault::new(column, refusal)]
    }
}

impl Weighed {
    pub(super) fn refused(faults: impl IntoIterator<Item = RowFault>) -> Self {
        let faults = faults.into_iter().collect();
        Self { verdict: Verdict::Refuse { faults }, member: None, events: Vec::new() }
    }

    /// How many mails doing it owes.
    pub(super) fn mails(&self) -> u32 {
        let mails: usize = self.events.iter().map(|event| event.mails().len()).sum();
        u32::try_from(mails).unwrap_or(u32::MAX)
    }
}

impl VerdictKind {
    /// What the row would do, in words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Create => "make a member",
            Self::Change => "change a member",
            Self::Unchanged => "change nothing",
            Self::Refuse => "be refused",
        }
    }
}

/// The faults of a row, while it is read.
struct Found(Vec<RowFault>);

impl Found {
    /// Whether all of `wanted` can be chosen; a department that cannot is a fault of `column`.
    fn all_open(&mut self, names: &mut Names, column: Column, mut wanted: impl Iterator<Item = DepartmentId>) -> bool {
        let closed = wanted.find(|department| !names.is_open(*department));
        self.0.extend(closed.map(|department| names.closed(department, column)));
        closed.is_none()
    }

    /// Takes what was read of `column`, or why it could not be.
    fn take<T, E: Refusal>(&mut self, column: impl Into<Option<Column>>, read: Result<T, E>) -> Option<T> {
        read.map_err(|fault| self.0.push(RowFault::new(column, &fault))).ok()
    }

    /// The same where there can be several.
    fn take_all<T>(&mut self, column: Column, read: Result<T, Vec<Fault>>) -> Option<T> {
        read.map_err(|faults| self.0.extend(faults.into_iter().map(|fault| RowFault::of(column, fault)))).ok()
    }

    fn note(&mut self, column: impl Into<Option<Column>>, refusal: &dyn Refusal) {
        self.0.push(RowFault::new(column, refusal));
    }

    /// Whether something is wrong with `column` already.
    fn has(&self, column: Column) -> bool {
        self.0.iter().any(|fault| fault.column == Some(column))
    }
}

impl RowFault {
    fn of(column: Column, fault: Fault) -> Self {
        Self { column: Some(column), code: fault.code.to_owned(), reason: fault.detail, fix: fault.advice.to_owned() }
    }
}

impl From<&Key> for Column {
    fn from(key: &Key) -> Self {
        match key {
            Key::Member(_) => Self::Member,
            Key::Username(_) => Self::Username,
            Key::Email(_) => Self::Email,
            Key::Name(_) => Self::Name,
        }
    }
}

/// How somebody new joins needs this permission.
const fn needed_for(way: Way) -> Permission {
    match way {
        Way::Mail | Way::Link => Permission::MEMBERS_INVITE,
        Way::PasswordLink => Permission::MEMBERS_MANAGE,
    }
}
