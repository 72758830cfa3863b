//! Reading a row: what its cells say, and every fault in what they cannot say.

use super::{Column, Line, RowFault, RowRefused, Way, names::Names};
use crate::{
    email::EmailAddress,
    id::{DepartmentId, MemberId},
    language::Language,
    name::{DisplayName, Username},
    role::assign::Wanted,
    tenant::Policy,
};

/// What a row says. What is `None` was left empty, or could not be read and is among the faults.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) name: Option<DisplayName>,
    pub(super) departments: Option<Vec<DepartmentId>>,
    pub(super) roles: Option<Vec<Wanted>>,
    pub(super) email: Option<EmailAddress>,
    pub(super) username: Option<Username>,
    pub(super) way: Option<Way>,
    pub(super) language: Option<Language>,
    pub(super) member: Option<MemberId>,
    pub(super) faults: Vec<RowFault>,
}

/// How a row tells whom it is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Member(MemberId),
    Username(Username),
    Email(EmailAddress),
    /// Somebody without any of these goes by the name.
    Name(DisplayName),
}

impl Typed {
    /// Reads `cells`, which stand under `columns`.
    pub(super) fn read(columns: &[Option<Column>], cells: &[String], names: &mut Names, policy: &Policy) -> Self {
        let mut typed = Self::default();
        for (column, cell) in columns.iter().zip(cells) {
            let Some(column) = *column else { continue };
            if cell.is_empty() {
                continue;
            }
            if let Err(fault) = typed.take(column, cell, names, policy) {
                typed.faults.push(fault);
            }
        }
        typed
    }

    fn take(&mut self, column: Column, cell: &str, names: &mut Names, policy: &Policy) -> Result<(), RowFault> {
        let text = || clipped(cell);
        if is_error(cell) {
            return Err(RowFault::new(column, &RowRefused::CellIsError { text: text() }));
        }
        match column {
            Column::Name => self.name = Some(DisplayName::parse(cell).map_err(|fault| RowFault::new(column, &fault))?),
            Column::Departments => self.departments = Some(names.departments(cell)?),
            Column::Roles => self.roles = Some(names.roles(cell)?),
            Column::Email => {
                let email = EmailAddress::parse(cell, policy.alphabet);
                self.email = Some(email.map_err(|fault| RowFault::new(column, &fault))?);
            }
            Column::Username => {
                self.username = Some(Username::parse(cell).map_err(|fault| RowFault::new(column, &fault))?);
            }
            Column::Way => {
                let way =
                    Way::parse(cell).ok_or_else(|| RowFault::new(column, &RowRefused::WayUnknown { text: text() }))?;
                self.way = Some(way);
            }
            Column::Language => {
                self.language = Some(Language::parse(cell).map_err(|fault| RowFault::new(column, &fault))?);
            }
            Column::Member => {
                let id =
                    cell.parse().map_err(|_| RowFault::new(column, &RowRefused::MemberMalformed { text: text() }))?;
                self.member = Some(id);
            }
        }
        Ok(())
    }

    /// By what the row recognises somebody, or would be recognised: whatever of it is there.
    pub(super) fn keys(&self) -> Vec<Key> {
        let keys = [
            self.member.map(Key::Member),
            self.username.clone().map(Key::Username),
            self.email.clone().map(Key::Email),
        ];
        let keys: Vec<Key> = keys.into_iter().flatten().collect();
        if keys.is_empty() { self.name.clone().map(Key::Name).into_iter().collect() } else { keys }
    }

    /// How somebody new joins.
    pub(super) fn way_in(&self) -> Way {
        match (self.way, &self.username, &self.email) {
            (Some(way), _, _) => way,
            (None, Some(_), _) => Way::PasswordLink,
            (None, None, Some(_)) => Way::Mail,
            (None, None, None) => Way::Link,
        }
    }
}

/// The cells of `line` that stand at `places`, an empty one where it has none.
pub(super) fn kept(line: Line, places: &[usize]) -> Vec<String> {
    let mut cells = line.cells;
    places.iter().map(|place| cells.get_mut(*place).map(std::mem::take).unwrap_or_default()).collect()
}

/// Enough of `text` to find it again: a reason is no place for a novel.
pub(super) fn clipped(text: &str) -> String {
    const MOST: usize = 80;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain(['…']).collect() }
}

/// What spreadsheet programs show where a formula has no value.
fn is_error(cell: &str) -> bool {
    matches!(
        cell,
        "#N/A"
            | "#REF!"
            | "#VALUE!"
            | "#NAME?"
            | "#DIV/0!"
            | "#NULL!"
            | "#NUM!"
            | "#SPILL!"
            | "#CALC!"
            | "#GETTING_DATA"
            | "#NOT CALCULATED!"
    )
}
