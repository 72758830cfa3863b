//! Rows that are new.

use membership_core::{
    department::{Department, Lineage},
    invitation::Invitation,
    member::{Member, transfer::Transfer},
    role::{Access, Role},
    tenant::Tenant,
};

use super::script::Script;
use crate::{
    search::Entry,
    table::{
        account, api_key, application, assignment, challenge, department, invitation, member, member_department,
        nomination, outbox, role, role_include, session, tenant, transfer, transfer_share,
    },
};

/// Rows that are new.
#[derive(Default)]
pub(super) struct NewRows {
    pub(super) accounts: Vec<account::Model>,
    pub(super) sessions: Vec<session::Model>,
    pub(super) challenges: Vec<challenge::Model>,
    tenants: Vec<tenant::Model>,
    applications: Vec<application::Model>,
    roles: Vec<role::Model>,
    role_includes: Vec<role_include::Model>,
    departments: Vec<department::Model>,
    members: Vec<member::Model>,
    member_departments: Vec<member_department::Model>,
    entries: Vec<Entry>,
    assignments: Vec<assignment::Model>,
    pub(super) api_keys: Vec<api_key::Model>,
    invitations: Vec<invitation::Model>,
    transfers: Vec<transfer::Model>,
    transfer_shares: Vec<transfer_share::Model>,
    pub(super) nominations: Vec<nomination::Model>,
    pub(super) outbox: Vec<outbox::Model>,
}

impl NewRows {
    pub(super) fn tenant(&mut self, tenant: &Tenant, access: &Access) {
        self.tenants.push(tenant.into());
        self.applications.extend(application::of(tenant.id, &access.applications));
        access.roles.iter().for_each(|role| self.role(role));
    }

    pub(super) fn department(&mut self, department: &Department, lineage: &Lineage) {
        self.departments.push(department::Model::new(department, &lineage.0));
    }

    pub(super) fn role(&mut self, role: &Role) {
        self.roles.push(role.into());
        self.role_includes.extend(role_include::of(role));
    }

    pub(super) fn member(&mut self, member: &Member) {
        self.members.push(member.into());
        self.member_departments.extend(member_department::of(member));
        self.entries.push(member.into());
        self.assignments.extend(assignment::of(member));
    }

    pub(super) fn invited(&mut self, member: &Member, invitation: &Invitation) {
        self.member(member);
        self.invitations.push(invitation.into());
    }

    pub(super) fn transfer(&mut self, transfer: &Transfer) {
        self.transfers.push(transfer.into());
        self.transfer_shares.extend(transfer_share::of(transfer));
    }

    /// Whatever a row refers to comes before it.
    pub(super) fn write_to(self, script: &mut Script) {
        script.insert(self.accounts);
        script.insert(self.sessions);
        script.insert(self.challenges);
        script.insert(self.tenants);
        script.insert(self.applications);
        script.insert(self.roles);
        script.insert(self.role_includes);
        script.insert(self.departments);
        script.insert(self.members);
        script.insert(self.member_departments);
        script.index(&self.entries);
        script.insert(self.assignments);
        script.insert(self.api_keys);
        script.insert(self.invitations);
        script.insert(self.transfers);
        script.insert(self.transfer_shares);
        script.insert(self.nominations);
        script.insert(self.outbox);
    }
}
