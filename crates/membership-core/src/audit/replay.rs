//! Replay: the records of a tenant's audit, one after the other, give its tables. Where they do not, somebody has changed
//! the tables by another way than through events, or the audit. API keys are not compared: an audit holds no hash of theirs.

use std::{collections::BTreeMap, fmt::Debug};

use super::{
    Head, Record,
    form::{Form, Impossible},
};
use crate::{
    department::{Department, Tree},
    id::{CatalogueId, DepartmentId, InvitationId, MemberId, NominationId, RoleId, TransferId, TreeId},
    invariants::World,
    invitation::Invitation,
    member::{Member, transfer::Transfer},
    role::{Application, Role},
    tenant::{Tenant, representative::Nomination},
};

/// What the records so far give.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    head: Head,
    tenant: Option<Tenant>,
    applications: Vec<Application>,
    roles: BTreeMap<RoleId, Role>,
    departments: BTreeMap<DepartmentId, Department>,
    members: BTreeMap<MemberId, Member>,
    invitations: BTreeMap<InvitationId, Invitation>,
    transfers: BTreeMap<TransferId, Transfer>,
    nominations: BTreeMap<NominationId, Nomination>,
}

/// Why a record cannot be replayed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {revision}: {reason}")]
pub struct NotReplayed {
    /// Which record.
    pub revision: u64,
    /// Why.
    pub reason: String,
}

impl Replay {
    /// Adds what `record` says. It has to be the next of one tenant's audit, and as it was written.
    pub fn add(&mut self, record: &Record) -> Result<(), NotReplayed> {
        let wrong = |reason: String| NotReplayed { revision: record.revision, reason };
        if !record.follows(&self.head) {
            let after = self.head.revision;
            return Err(wrong(format!("it does not follow revision {after}: it was changed, or one is missing")));
        }
        let form = Form::from_json(&record.body).map_err(|error| wrong(error.to_string()))?;
        self.apply(&record.name, form).map_err(|impossible| wrong(impossible.to_string()))?;
        self.head = record.head();
        Ok(())
    }

    /// Where the audit ends so far.
    pub const fn head(&self) -> Head {
        self.head
    }

    fn apply(&mut self, name: &str, form: Form) -> Result<(), Impossible> {
        if let Some(tenant) = form.tenant {
            self.tenant = Some(tenant.restore()?);
        }
        let Some(tenant) = self.tenant.as_mut() else { return Ok(()) };
        let id = tenant.id;
        if let Some(catalogue) = form.catalogue {
            tenant.catalogue = CatalogueId::from_uuid(catalogue);
        }
        if let Some(tree) = form.tree {
            tenant.tree = TreeId::from_uuid(tree);
        }
        for department in form.siblings.into_iter().chain(form.department) {
            let department = department.restore(id)?;
            if name == "department.deleted" {
                self.departments.remove(&department.id);
            } else {
                self.departments.insert(department.id, department);
            }
        }
        for application in form.applications.into_iter().flatten() {
            self.applications.push(application.restore()?);
        }
        for role in form.roles.into_iter().flatten().chain(form.role) {
            let role = role.restore(id)?;
            if name == "role.deleted" {
                self.roles.remove(&role.id);
            } else {
                self.roles.insert(role.id, role);
            }
        }
        for member in form.former.into_iter().chain(form.member) {
            let member = member.restore(id)?;
            self.members.insert(member.id, member);
        }
        if let Some(invitation) = form.invitation {
            let invitation = invitation.restore(id)?;
            self.invitations.insert(invitation.id, invitation);
        }
        if let Some(transfer) = form.transfer {
            let transfer = transfer.restore(id)?;
            self.transfers.insert(transfer.id, transfer);
        }
        if let Some(nomination) = form.nomination {
            let nomination = nomination.restore(id)?;
            self.nominations.insert(nomination.id, nomination);
        }
        Ok(())
    }

    /// Where `world` is not what the records give: one line for each thing that differs.
    pub fn differences(&self, world: &World) -> Vec<String> {
        let mut found = Vec::new();
        differ(&mut found, "tenant", self.tenant.iter().map(|it| (it.id, it)), [(world.tenant.id, &world.tenant)]);
        let applications = |list: &[Application]| list.to_vec();
        if applications(&self.applications) != applications(&world.access.applications) {
            found.push("the applications differ".to_owned());
        }
        differ(
            &mut found,
            "role",
            self.roles.iter().map(|(id, it)| (*id, it)),
            world.access.roles.iter().map(|it| (it.id, it)),
        );
        differ(
            &mut found,
            "department",
            self.departments.iter().map(|(id, it)| (*id, it)),
            world.departments.iter().map(|(it, _)| (it.id, it)),
        );
        let members = self.members_in_place();
        differ(&mut found, "member", members.iter().map(|it| (it.id, it)), world.members.iter().map(|it| (it.id, it)));
        differ(
            &mut found,
            "invitation",
            self.invitations.iter().map(|(id, it)| (*id, it)),
            world.invitations.iter().map(|it| (it.id, it)),
        );
        differ(
            &mut found,
            "hand-over",
            self.transfers.iter().map(|(id, it)| (*id, it)),
            world.transfers.iter().map(|it| (it.id, it)),
        );
        differ(
            &mut found,
            "nomination",
            self.nominations.iter().map(|(id, it)| (*id, it)),
            world.nominations.iter().map(|it| (it.id, it)),
        );
        found
    }
}

impl Replay {
    /// The members, with the meetings of their departments in the tree as it is now.
    fn members_in_place(&self) -> Vec<Member> {
        let id = self.tenant.as_ref().map_or(TreeId::from_uuid(uuid::Uuid::nil()), |tenant| tenant.tree);
        let tree = Tree::grow(id, self.departments.values().cloned()).ok();
        let placed = self.members.values().map(|member| {
            let departments = tree.as_ref().and_then(|tree| tree.departments_of(member.departments.all()).ok());
            Member { departments: departments.unwrap_or_else(|| member.departments.clone()), ..member.clone() }
        });
        placed.collect()
    }
}

fn differ<'a, Id: Ord + Debug, T: PartialEq + Debug + 'a>(
    found: &mut Vec<String>,
    what: &str,
    replayed: impl IntoIterator<Item = (Id, &'a T)>,
    stored: impl IntoIterator<Item = (Id, &'a T)>,
) {
    let mut replayed: BTreeMap<Id, &T> = replayed.into_iter().collect();
    for (id, stored) in stored {
        match replayed.remove(&id) {
            Some(replayed) if replayed == stored => {}
            Some(_) => found.push(format!("{what} {id:?} differs from what the audit says")),
            None => found.push(format!("{what} {id:?} is not in the audit")),
        }
    }
    found.extend(replayed.into_keys().map(|id| format!("{what} {id:?} is in the audit and not in the tables")));
}
