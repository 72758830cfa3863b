//! A row about a member that there is: what of it differs is changed.

use super::{Found, Scale, Weighed, known::Known};
use crate::{
    department::{Departments, wanted::DepartmentsFault},
    import::{CellChange, Column, RowRefused, Verdict, names::Names, typed::Typed},
    member::{
        AddressTaken, Member, MemberState,
        edit::{self, Draft, EditError},
        reach::{InReach, OutOfReach},
    },
    role::{
        Assignment, Assignments, Grant, Permission,
        assign::{Wanted, WantedFault, WantedGrant},
    },
    store::{StoreError, Tx},
};

impl Scale<'_> {
    pub(super) async fn change(
        &self,
        tx: &mut dyn Tx,
        names: &mut Names,
        known: &Known,
        mut row: Typed,
        member: &Member,
    ) -> Result<Weighed, StoreError> {
        let mut found = Found(std::mem::take(&mut row.faults));
        if row.username.is_some() && row.username != member.username {
            found.note(Column::Username, &RowRefused::UsernameIsTheirs);
        }
        let departments = self.departments(names, &row, member, &mut found);
        let assignments = self.assignments(names, &row, member, &mut found);
        self.address_is_free(known, &row, member, &mut found);
        let (Some(departments), Some(assignments)) = (departments, assignments) else {
            return Ok(Weighed::refused(found.0));
        };
        let draft = Draft {
            name: row.name.unwrap_or_else(|| member.name.clone()),
            email: row.email.or_else(|| member.email.clone()),
            language: row.language.or_else(|| member.language.clone()),
            assignments,
            departments,
        };
        let cells = differences(names, member, &draft);
        if !found.0.is_empty() {
            return Ok(Weighed::refused(found.0));
        }
        if cells.is_empty() {
            return Ok(Weighed { verdict: Verdict::Unchanged, member: Some(member.id), events: Vec::new() });
        }
        let events = match self.edited(tx, member, draft).await {
            Ok(events) => events,
            Err(EditError::Store(error)) => return Err(error),
            Err(refused) => {
                found.note(column_of(&refused), &refused);
                return Ok(Weighed::refused(found.0));
            }
        };
        Ok(Weighed { verdict: Verdict::Change { cells }, member: Some(member.id), events })
    }

    async fn edited(
        &self,
        tx: &mut dyn Tx,
        member: &Member,
        draft: Draft,
    ) -> Result<Vec<crate::event::Event>, EditError> {
        let (tenant, grants) = (self.tenant.clone(), self.grants.clone());
        let reached = InReach::of(tenant, grants, member.clone(), Permission::MEMBERS_MANAGE)?;
        if draft.departments != member.departments {
            edit::may_place(tx, &reached, &draft.departments).await?;
        }
        let invitation = match member.state {
            MemberState::NotJoined { invitation } => tx.invitation(invitation).await?,
            MemberState::Enabled { .. } | MemberState::Disabled { .. } | MemberState::Removed { .. } => None,
        };
        let (_, events) = edit::decide(reached, draft, invitation, self.membership.mail_is_on, self.ctx)?;
        Ok(events)
    }

    /// To what the member shall belong. What it belongs to already is not asked for again.
    fn departments(&self, names: &mut Names, row: &Typed, member: &Member, found: &mut Found) -> Option<Departments> {
        if found.has(Column::Departments) {
            return None;
        }
        let Some(wanted) = row.departments.as_deref().filter(|wanted| !wanted.is_empty()) else {
            return Some(member.departments.clone());
        };
        if self.grants.tree().departments_of(wanted).is_ok_and(|same| same == member.departments) {
            return Some(member.departments.clone());
        }
        let new = wanted.iter().copied().filter(|department| !member.departments.has(*department));
        if !found.all_open(names, Column::Departments, new) {
            return None;
        }
        let read = DepartmentsFault::read(wanted, "", self.grants, &Permission::MEMBERS_MANAGE);
        found.take_all(Column::Departments, read)
    }

    /// What the member shall hold. What it holds already is not asked for again, whether or not it still counts.
    fn assignments(&self, names: &mut Names, row: &Typed, member: &Member, found: &mut Found) -> Option<Assignments> {
        if found.has(Column::Roles) {
            return None;
        }
        let Some(wanted) = row.roles.as_deref().filter(|wanted| !wanted.is_empty()) else {
            return Some(member.assignments.clone());
        };
        if wanted.iter().map(as_held).collect::<Option<Assignments>>().is_some_and(|same| same == member.assignments) {
            return Some(member.assignments.clone());
        }
        let had = |within| member.assignments.iter().any(|held| held.within == Some(within));
        let limits = wanted.iter().filter_map(|one| one.within).filter(|within| !had(*within));
        if !found.all_open(names, Column::Roles, limits) {
            return None;
        }
        found.take_all(Column::Roles, WantedFault::read(wanted, "", self.grants.ground(), self.ctx.now))
    }

    fn address_is_free(&self, known: &Known, row: &Typed, member: &Member, found: &mut Found) {
        let Some(other) = row.email.as_ref().and_then(|email| known.at(email)) else { return };
        let sees = |other: &Member| self.grants.reaches(&Permission::MEMBERS_READ, other);
        let free = AddressTaken::by_another(std::slice::from_ref(other), Some(member.id), sees);
        let _ = found.take(Column::Email, free);
    }
}

fn as_held(wanted: &Wanted) -> Option<Assignment> {
    let grant = match &wanted.what {
        WantedGrant::Role(role) => Grant::Role(*role),
        WantedGrant::Permission(text) => Grant::Permission(Permission::parse(text).ok()?),
    };
    Some(Assignment { grant, within: wanted.within, until: wanted.until })
}

/// What of `member` would be another, cell by cell.
fn differences(names: &Names, member: &Member, draft: &Draft) -> Vec<CellChange> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut cells = Vec::new();
    let mut differ = |column, from: String, to: String| {
        if from != to {
            cells.push(CellChange { column, from, to });
        }
    };
    differ(Column::Name, member.name.to_string(), draft.name.to_string());
    let email = |email: &Option<crate::email::EmailAddress>| text(&email.as_ref().map(ToString::to_string));
    differ(Column::Email, email(&member.email), email(&draft.email));
    let language = |tag: &Option<crate::language::Language>| text(&tag.as_ref().map(ToString::to_string));
    differ(Column::Language, language(&member.language), language(&draft.language));
    if member.departments != draft.departments {
        let of = |departments: &Departments| names.departments_text(departments.all());
        differ(Column::Departments, of(&member.departments), of(&draft.departments));
    }
    if member.assignments != draft.assignments {
        let of = |assignments: &Assignments| names.assignments_text(assignments);
        differ(Column::Roles, of(&member.assignments), of(&draft.assignments));
    }
    cells
}

/// The column whose cell a refusal is about.
const fn column_of(refused: &EditError) -> Option<Column> {
    match refused {
        EditError::AddressNeeded | EditError::AddressTaken(_) | EditError::NotInvited(_) | EditError::MailOff(_) => {
            Some(Column::Email)
        }
        EditError::BeyondOwn(_) => Some(Column::Roles),
        EditError::GivenAway(_) | EditError::OutOfReach(OutOfReach::Denied(_)) => Some(Column::Departments),
        EditError::OutOfReach(_)
        | EditError::Closed(_)
        | EditError::Invitation(_)
        | EditError::Faults(_)
        | EditError::Store(_) => None,
    }
}
