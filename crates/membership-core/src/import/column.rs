//! Columns: what a table says of people, and under which titles.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::names::nearest;
use crate::refusal::refusals;

/// What a cell is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Column {
    /// What to call the person.
    Name,
    /// Where the person belongs, the primary department first.
    Departments,
    /// What the person holds.
    Roles,
    /// The address.
    Email,
    /// The name to sign in with.
    Username,
    /// How the person joins.
    Way,
    /// The language that the person reads.
    Language,
    /// The member's identifier: an export writes it, so that a row is recognised whatever else of it is changed.
    Member,
}

/// How a person joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// By an invitation that is mailed.
    Mail,
    /// By an invitation's link that is handed over.
    Link,
    /// At once, with a new account: its owner chooses a password by a link that is handed over.
    PasswordLink,
}

/// The columns of one table, from the left, without those that a result has added.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Header(pub Vec<Heading>);

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// As it stands there.
    pub title: String,
    /// What it is; `None` for a column that is kept and not looked at.
    pub column: Option<Column>,
}

/// Most columns of a table; those beyond are not looked at.
pub const MAX_COLUMNS: usize = 64;
/// The titles of what an export and a result write beside the columns. They are not read.
pub const WRITTEN_ONLY: [&str; 6] = ["Status", "Result", "Reason", "Fix", "Link", "Link expires"];
/// What the template's example row is called by. A row with this name is left out.
pub const EXAMPLE: &str = "Ann Example (replace or delete this row)";

refusals! {
    /// Why a header is not one of ours.
    pub enum HeaderError {
        /// Nothing of ours.
        NotOurs {
            /// What was found.
            found: String,
        } = Invalid "header-unknown"
            ("the first row names none of the columns that an import has (Name, Departments, Roles, E-mail, Username, How to join, Language); \
              found: {found}", "write the titles into the first row, as the template has them");
        /// Nobody to recognise.
        Incomplete {
            /// What was found.
            found: String,
        } = Invalid "header-incomplete"
            ("no column tells whom a row is about; found: {found}; expected one of Name, E-mail and Username", "add such a column");
        /// Almost ours.
        Unclear {
            /// As it stands there.
            title: String,
            /// What it could be.
            meant: &'static str,
        } = Invalid "column-unclear"
            ("there is a column {title:?}, and none {meant:?}", "call it so if that is meant, and otherwise so that they cannot be mistaken");
        /// Twice.
        Repeated {
            /// Which.
            title: &'static str,
        } = Invalid "column-repeated" ("there are two columns for {title:?}", "leave one of them out");
    }
}

impl Column {
    /// All of them, in the order of the template.
    pub const ALL: [Self; 8] = [
        Self::Name,
        Self::Departments,
        Self::Roles,
        Self::Email,
        Self::Username,
        Self::Way,
        Self::Language,
        Self::Member,
    ];

    /// The columns of the template: those that people fill in.
    pub const TYPED: [Self; 7] =
        [Self::Name, Self::Departments, Self::Roles, Self::Email, Self::Username, Self::Way, Self::Language];

    /// Its title.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Departments => "Departments",
            Self::Roles => "Roles",
            Self::Email => "E-mail",
            Self::Username => "Username",
            Self::Way => "How to join",
            Self::Language => "Language",
            Self::Member => "Member",
        }
    }

    /// The stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Departments => "departments",
            Self::Roles => "roles",
            Self::Email => "email",
            Self::Username => "username",
            Self::Way => "way",
            Self::Language => "language",
            Self::Member => "member",
        }
    }

    /// What goes into it, for whoever fills in the template.
    pub const fn guide(self) -> &'static str {
        match self {
            Self::Name => "What to call the person. Needed for everybody who is new.",
            Self::Departments => {
                "Where the person belongs, the primary department first, several separated by a semicolon. Where two departments have \
                 one name, write the way to it: Sales / North. Empty for the first department, or for your own."
            }
            Self::Roles => {
                "What the person may do, at least one role, several separated by a semicolon. A role for one department and all below it: \
                 Editor @ Sales. Until a day, that day included: Editor until 2030-12-31."
            }
            Self::Email => {
                "The address that the invitation goes to, and by which the person is recognised when the file is imported again."
            }
            Self::Username => {
                "The name to sign in with, 3 to 64 of a-z, 0-9, dot, hyphen and underscore. The person gets an account at once; you get a \
                 link to a password, to hand over. Never write passwords into a table."
            }
            Self::Way => {
                "mail: an invitation goes to the address. link: you get the link of the invitation, to hand over. password link: an account \
                 with the username at once. Empty: password link where there is a username, else mail where there is an address, else link."
            }
            Self::Language => "The language that the person reads, as a tag such as en, de or pt-BR. May be empty.",
            Self::Member => "Identifies the member. Leave it as it is.",
        }
    }

    /// What the template's example says.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Name => EXAMPLE,
            Self::Email => "ann@example.org",
            Self::Way => "mail",
            Self::Language => "en",
            Self::Departments | Self::Roles | Self::Username | Self::Member => "",
        }
    }

    /// The column that `title` means, as it is folded.
    fn meant(title: &str) -> Option<Self> {
        Some(match title {
            "name" | "full name" | "display name" => Self::Name,
            "departments" | "department" | "department(s)" => Self::Departments,
            "roles" | "role" | "role(s)" | "groups" | "group" => Self::Roles,
            "e-mail" | "email" | "mail" | "e-mail address" | "email address" => Self::Email,
            "username" | "user name" | "login" => Self::Username,
            "how to join" | "join by" | "way" => Self::Way,
            "language" | "locale" => Self::Language,
            "member" | "member id" => Self::Member,
            _ => return None,
        })
    }
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mail, Self::Link, Self::PasswordLink];

    /// The word that stands in the table.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Link => "link",
            Self::PasswordLink => "password link",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text.to_lowercase().as_str() {
            "mail" | "e-mail" | "email" | "by mail" => Self::Mail,
            "link" | "by link" => Self::Link,
            "password link" | "password-link" | "password" => Self::PasswordLink,
            _ => return None,
        })
    }
}

impl Header {
    /// Reads the titles of a table: its columns, and where in a line the cell of each stands.
    pub(super) fn read(titles: &[String]) -> Result<(Self, Vec<usize>), HeaderError> {
        let titles: Vec<String> = titles.iter().take(MAX_COLUMNS).map(|title| clipped(title)).collect();
        let found =
            || titles.iter().filter(|title| !title.is_empty()).map(String::as_str).collect::<Vec<_>>().join(", ");
        let (mut headings, mut places) = (Vec::new(), Vec::new());
        for (place, title) in titles.iter().enumerate() {
            let folded = folded(title);
            if title.is_empty() || WRITTEN_ONLY.iter().any(|ours| ours.eq_ignore_ascii_case(&folded)) {
                continue;
            }
            headings.push(Heading { title: title.clone(), column: Column::meant(&folded) });
            places.push(place);
        }
        let header = Self(headings);
        let known: Vec<Column> = header.columns().collect();
        if known.is_empty() {
            return Err(HeaderError::NotOurs { found: found() });
        }
        let mut once = BTreeSet::new();
        if let Some(twice) = known.iter().find(|column| !once.insert(**column)) {
            return Err(HeaderError::Repeated { title: twice.title() });
        }
        header.is_clear()?;
        let tells = [Column::Name, Column::Email, Column::Username, Column::Member];
        if tells.iter().any(|column| once.contains(column)) {
            Ok((header, places))
        } else {
            Err(HeaderError::Incomplete { found: found() })
        }
    }

    /// The columns that are looked at.
    pub fn columns(&self) -> impl Iterator<Item = Column> {
        self.0.iter().filter_map(|heading| heading.column)
    }

    /// The titles of the columns that are kept and not looked at.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|heading| heading.column.is_none()).map(|heading| heading.title.as_str())
    }

    /// A title that is almost that of a column that is missing is not just kept: what stands in it would be lost.
    fn is_clear(&self) -> Result<(), HeaderError> {
        let missing: Vec<&'static str> = Column::TYPED
            .iter()
            .filter(|column| !self.columns().any(|known| known == **column))
            .map(|c| c.title())
            .collect();
        for title in self.unread() {
            if let Some(meant) = nearest(&folded(title), missing.iter().copied()) {
                return Err(HeaderError::Unclear { title: title.to_owned(), meant });
            }
        }
        Ok(())
    }
}

fn clipped(title: &str) -> String {
    title.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect::<String>().trim().to_owned()
}

fn folded(title: &str) -> String {
    title.trim_end_matches('*').to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Refusal as _;

    fn read(titles: &[&str]) -> Result<(Header, Vec<usize>), HeaderError> {
        Header::read(&titles.iter().map(|title| (*title).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn titles_are_known_however_they_are_written() {
        let (header, places) = read(&["", "E-Mail ", "FULL  NAME", "Phone", "Result", "Role*"]).unwrap();
        let columns: Vec<_> = header.0.iter().map(|heading| heading.column).collect();
        assert_eq!(columns, [Some(Column::Email), Some(Column::Name), None, Some(Column::Roles)]);
        assert_eq!(places, [1, 2, 3, 5]);
        assert_eq!(header.unread().collect::<Vec<_>>(), ["Phone"]);
    }

    /// A wrong header is refused with what was found and what was meant.
    #[test]
    fn a_wrong_header_says_what_was_found() {
        let refused = |titles: &[&str]| read(titles).map_err(|error| (error.code(), error.to_string())).unwrap_err();
        assert_eq!(refused(&["Vorname", "Nachname"]).0, "header-unknown");
        assert!(refused(&["Vorname", "Nachname"]).1.contains("found: Vorname, Nachname"));
        assert_eq!(refused(&["Roles", "Language"]).0, "header-incomplete");
        let (code, words) = refused(&["Name", "E-mial"]);
        assert_eq!(code, "column-unclear");
        assert!(words.contains("E-mial") && words.contains("E-mail"), "{words}");
        assert_eq!(refused(&["Name", "Email", "E-mail"]).0, "column-repeated");
    }

    #[test]
    fn every_title_is_read_back() {
        for column in Column::ALL {
            assert_eq!(Column::meant(&folded(column.title())), Some(column));
        }
        for way in Way::ALL {
            assert_eq!(Way::parse(way.as_str()), Some(way));
        }
    }
}
