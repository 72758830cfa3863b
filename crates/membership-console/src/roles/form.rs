//! The form of a role: its name, what it allows by itself, and the roles that it includes.

use std::collections::BTreeSet;

use askama::{Template, filters::HtmlSafe};
use membership_core::{
    id::RoleId,
    refusal::Refusal,
    role::{Assignment, Grant, Permission, Role, define::RoleDraft},
};

use crate::{
    layout::Admin,
    typed::Typed,
    words::{sentence, told},
};

/// As it is filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) name: String,
    pub(super) permissions: BTreeSet<String>,
    pub(super) includes: BTreeSet<String>,
}

/// The fields, with what is wrong with them.
#[derive(Template)]
#[template(path = "roles/form.html")]
pub(super) struct Fields {
    name: String,
    applications: Vec<(String, Vec<Tick>)>,
    roles: Vec<Tick>,
    /// Permissions that whoever edits does not hold, and so cannot give.
    beyond: usize,
    name_fault: Option<String>,
    faults: Vec<String>,
    problem: Option<(String, String)>,
}

impl HtmlSafe for Fields {}

/// One box to tick.
struct Tick {
    value: String,
    label: String,
    ticked: bool,
}

/// Refusals that are about the name.
const OF_THE_NAME: &[&str] = &["role-name-taken"];

impl Filled {
    pub(super) fn typed(typed: &Typed) -> Self {
        let all = |name: &str| typed.all(name).map(ToOwned::to_owned).collect();
        Self { name: typed.one("name").to_owned(), permissions: all("permission"), includes: all("include") }
    }

    pub(super) fn of(role: &Role) -> Self {
        Self {
            name: role.name.to_string(),
            permissions: role.permissions.iter().map(ToString::to_string).collect(),
            includes: role.includes.iter().map(ToString::to_string).collect(),
        }
    }

    /// What the kernel is asked. An id that is none is one of no role.
    pub(super) fn draft(&self) -> RoleDraft {
        let unknown = RoleId::from_uuid(uuid::Uuid::nil());
        RoleDraft {
            name: self.name.clone(),
            permissions: self.permissions.iter().cloned().collect(),
            includes: self.includes.iter().map(|id| id.parse().unwrap_or(unknown)).collect(),
        }
    }

    /// As fields that nobody sees.
    pub(super) fn hidden(&self) -> Vec<(&'static str, String)> {
        let permissions = self.permissions.iter().map(|one| ("permission", one.clone()));
        let includes = self.includes.iter().map(|one| ("include", one.clone()));
        std::iter::once(("name", self.name.clone())).chain(permissions).chain(includes).collect()
    }
}

impl Fields {
    /// What whoever edits can give, for the role `own`, or for a new one.
    pub(super) fn of(admin: &Admin, own: Option<RoleId>, filled: &Filled, refusal: Option<&dyn Refusal>) -> Self {
        let (grants, catalogue) = (&admin.grants, admin.grants.catalogue());
        let gives = |permission: &Permission| {
            grants.first_lacking([&Assignment::of(Grant::Permission(permission.clone()))]).is_none()
        };
        let mut beyond = 0;
        let applications = catalogue.applications().iter().map(|application| {
            let (given, lacking): (Vec<_>, Vec<_>) =
                application.permissions.iter().partition(|named| gives(&named.permission));
            beyond += lacking.len();
            let ticks = given.into_iter().map(|named| Tick {
                ticked: filled.permissions.contains(named.permission.as_str()),
                value: named.permission.to_string(),
                label: named.name.to_string(),
            });
            (application.name.to_string(), ticks.collect::<Vec<_>>())
        });
        let applications = applications.filter(|(_, ticks)| !ticks.is_empty()).collect();
        let includable = |role: &&Role| {
            let circle = own.is_some_and(|own| own == role.id || catalogue.reaches(role.id, own));
            !circle && !role.administrator && grants.first_lacking_of(role).is_none()
        };
        let roles = catalogue.roles().iter().filter(includable).map(|role| Tick {
            ticked: filled.includes.contains(&role.id.to_string()),
            value: role.id.to_string(),
            label: role.name.to_string(),
        });
        let mut fields = Self {
            name: filled.name.clone(),
            applications,
            roles: roles.collect(),
            beyond,
            name_fault: None,
            faults: Vec::new(),
            problem: None,
        };
        if let Some(refusal) = refusal {
            fields.blame(refusal);
        }
        fields
    }

    fn blame(&mut self, refusal: &dyn Refusal) {
        for fault in refusal.faults() {
            let said = sentence(&fault.detail);
            if fault.pointer == "/name" {
                self.name_fault = Some(said);
            } else {
                self.faults.push(said);
            }
        }
        let (said, advice) = told(refusal);
        if OF_THE_NAME.contains(&refusal.code()) {
            self.name_fault = Some(format!("{said} {advice}"));
        } else if refusal.faults().is_empty() {
            self.problem = Some((said, advice));
        }
    }

    const fn is_refused(&self) -> bool {
        self.name_fault.is_some() || !self.faults.is_empty() || self.problem.is_some()
    }
}
