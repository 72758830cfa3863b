//! Adding people: by mail, by a link that is handed over, or with a password that they replace.

pub(crate) mod link;
pub(crate) mod mail;
pub(crate) mod password;
mod paste;

use askama::{Template, filters::HtmlSafe};
use membership_core::{
    id::{MemberId, TenantId},
    refusal::Refusal,
    role::{Assignments, Permission},
};
use membership_web::{Edge, Visitor};
use poem::{Request, Response};

use crate::{
    layout::{Admin, Section},
    member::edit::{given::Given, places::Places},
    notice::Action,
    settled::Subject,
    typed::Typed,
    words::{member_in, sentence, told, told_at_once},
};

/// The ways, as the page offers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Mail,
    Link,
    Password,
}

impl Way {
    const ALL: [Self; 3] = [Self::Mail, Self::Link, Self::Password];

    fn is_for(self, admin: &Admin) -> bool {
        match self {
            Self::Mail => admin.grants.sight(Permission::MEMBERS_INVITE).is_ok(),
            Self::Link => admin.tenant.policy.links_allowed && admin.grants.sight(Permission::MEMBERS_INVITE).is_ok(),
            Self::Password => admin.grants.sight(Permission::MEMBERS_MANAGE).is_ok(),
        }
    }

    const fn needs(self) -> Permission {
        match self {
            Self::Mail | Self::Link => Permission::MEMBERS_INVITE,
            Self::Password => Permission::MEMBERS_MANAGE,
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Mail => "By mail",
            Self::Link => "By a link",
            Self::Password => "With a password",
        }
    }

    const fn segment(self) -> &'static str {
        match self {
            Self::Mail => "invite",
            Self::Link => "invite/link",
            Self::Password => "invite/password",
        }
    }
}

/// The ways side by side.
#[derive(Template)]
#[template(path = "invite/ways.html")]
struct Ways {
    tenant: TenantId,
    here: Way,
    all: Vec<Way>,
}

impl HtmlSafe for Ways {}

/// What the three forms have in common.
struct Start {
    admin: Admin,
    way: Way,
    mail_is_on: bool,
}

impl Start {
    fn path(&self) -> String {
        self.admin.path(self.way.segment())
    }

    fn ways(&self) -> Ways {
        let all = Way::ALL.into_iter().filter(|way| way.is_for(&self.admin)).collect();
        Ways { tenant: self.admin.tenant.id, here: self.way, all }
    }

    fn places(&self, typed: Option<&Typed>) -> Places {
        let needs = self.way.needs();
        match typed {
            Some(typed) => Places::typed(&self.admin, &needs, &[], typed),
            None => Places::of(&self.admin, &needs, &[]),
        }
    }

    fn given(&self, typed: Option<&Typed>) -> Given {
        let needs = self.way.needs();
        match typed {
            Some(typed) => Given::typed(&self.admin, &needs, &Assignments::default(), typed),
            None => Given::of(&self.admin, &needs, &Assignments::default()),
        }
    }

    fn refused(&self, visitor: &Visitor, error: &dyn Refusal) -> Response {
        self.admin.refused(visitor, Section::Invite, error, Action::new("Back", self.path()))
    }
}

/// Who may not go this way is told so, whatever was typed.
impl Subject for Start {
    async fn found(edge: &Edge, visitor: &Visitor, request: &Request) -> Result<Self, Response> {
        let admin = Admin::found(edge, visitor, request).await?;
        let path = request.uri().path();
        let way = Way::ALL.into_iter().find(|way| path.ends_with(way.segment())).unwrap_or(Way::Mail);
        match admin.grants.sight(way.needs()) {
            Ok(_) => Ok(Self { admin, way, mail_is_on: edge.membership().mail_is_on() }),
            Err(denied) => {
                let back = Action::new("All members", Section::Members.path(&admin.tenant.id));
                Err(admin.refused(visitor, Section::Members, &denied, back))
            }
        }
    }
}

/// What was wrong, taken apart by where it is.
#[derive(Default)]
struct Trouble {
    /// As a whole: what, and what to do.
    problem: Option<(String, String)>,
    /// At a field, or a row of it.
    faults: Vec<(String, String)>,
    /// Who is meant by a fault, at the same place.
    members: Vec<(String, MemberId)>,
}

impl Trouble {
    /// Puts what concerns departments and roles there; the rest is for the form itself.
    fn of(error: &dyn Refusal, places: &mut Places, given: &mut Given) -> Self {
        let mut trouble = Self::default();
        match error.code() {
            "grant-exceeds-own" => given.blame(None, told_at_once(error)),
            "other-departments" => places.blame(None, told_at_once(error)),
            _ if error.faults().is_empty() => trouble.problem = Some(told(error)),
            _ => {}
        }
        for fault in error.faults() {
            let detail = sentence(&fault.detail);
            // What is said of one person is about the same fields as what is said of all, but for a role of its own.
            let mut parts = fault.pointer.split('/').skip(1).peekable();
            let person = parts.next_if_eq(&"people").and_then(|_| parts.next());
            let (field, row) = (parts.next().unwrap_or_default(), parts.next().and_then(|row| row.parse().ok()));
            match field {
                "assignments" if person.is_none() || row.is_none() => given.blame(row, detail),
                "departments" => places.blame(row, detail),
                field => {
                    let place = person.map_or(field.to_owned(), |row| format!("{row}/{field}"));
                    trouble.members.extend(member_in(&fault.detail).map(|(_, member, _)| (place.clone(), member)));
                    trouble.faults.push((place, detail));
                }
            }
        }
        trouble
    }

    fn member_at(&self, field: &str) -> Option<MemberId> {
        self.members.iter().find(|(place, _)| place == field).map(|(_, member)| *member)
    }

    fn at(&self, field: &str) -> Option<&String> {
        self.faults.iter().find(|(place, _)| place == field).map(|(_, detail)| detail)
    }
}
