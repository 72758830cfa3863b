//! Who acts, and what they may do at this moment.

use std::collections::BTreeSet;

use crate::{
    id::{AccountId, MemberId, RoleId},
    member::{Member, MemberState},
    refusal::refusals,
    role::{Permission, PermissionSet, Role},
    store::StoreError,
    tenant::{Tenant, TenantStatus},
};

/// Who asks. An adapter says only what it has proved: that a session is good, never what its owner may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Nobody has signed in. A link in the command may still prove something.
    Anonymous,
    /// The owner of a good session.
    Account(AccountId),
    /// The system itself, on a timer or by the operator's command line.
    System,
}

refusals! {
    /// Why somebody may not do a thing at all, whatever the thing's state.
    pub enum Denied {
        /// Nobody is signed in.
        SignedOut = Unauthenticated "sign-in-required"
            ("this needs somebody who is signed in", "sign in and try again");
        /// No such tenant, or not one of the actor's.
        TenantUnknown = Absent "tenant-unknown"
            ("there is no such tenant for you", "check the address, or sign in with the account that belongs to it");
        /// The member is disabled.
        MemberDisabled = Forbidden "member-disabled"
            ("your membership is disabled", "ask an administrator of the tenant to enable it");
        /// The tenant is suspended.
        TenantSuspended = Forbidden "tenant-suspended"
            ("the tenant is suspended", "ask the operator of the service");
        /// A permission is missing.
        PermissionMissing {
            /// The missing one.
            permission: Permission,
        } = Forbidden "permission-missing"
            ("this needs the permission {permission}", "ask an administrator for a role that has it");
        /// Only the operator of the installation may.
        OperatorOnly = Forbidden "operator-only"
            ("only the operator of this installation may do this", "ask the operator");
    } passing Store(StoreError)
}

impl Actor {
    /// The account behind the actor, for what only a signed-in person may do.
    pub const fn account(self) -> Result<AccountId, Denied> {
        match self {
            Self::Account(account) => Ok(account),
            Self::Anonymous | Self::System => Err(Denied::SignedOut),
        }
    }
}

/// A member together with the roles it holds, as a store reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The member.
    pub member: Member,
    /// Each role that the member holds.
    pub roles: Vec<Role>,
}

/// What a member may do at this moment. Empty for anybody who is not enabled in an active tenant.
#[derive(Debug, Clone)]
pub struct Grants {
    member: Member,
    roles: Vec<Role>,
    all: PermissionSet,
}

/// Proof that a permission was checked: only [`Grants::require`] makes one, and a mutating decision takes it by value.
#[derive(Debug)]
#[must_use = "the proof is for the decision that needed it"]
pub struct Granted {
    member: MemberId,
    permission: Permission,
    through: RoleId,
}

impl Granted {
    /// Spends the proof: whose it was.
    pub fn spend(self) -> MemberId {
        self.member
    }

    /// The role that gave the permission.
    pub const fn through(&self) -> RoleId {
        self.through
    }

    /// What was asked.
    pub const fn permission(&self) -> &Permission {
        &self.permission
    }
}

impl Grants {
    /// What `standing` gives in `tenant`, or why it gives nothing.
    pub fn of(tenant: &Tenant, standing: Standing) -> Result<Self, Denied> {
        match standing.member.state {
            MemberState::Enabled { .. } => {}
            MemberState::Disabled { .. } => return Err(Denied::MemberDisabled),
            MemberState::NotJoined { .. } | MemberState::Removed { .. } => return Err(Denied::TenantUnknown),
        }
        if tenant.status == TenantStatus::Suspended {
            return Err(Denied::TenantSuspended);
        }
        let mut all = PermissionSet::default();
        for role in &standing.roles {
            all.extend_from(&role.permissions);
        }
        Ok(Self { member: standing.member, roles: standing.roles, all })
    }

    /// The member who holds these grants.
    pub const fn member(&self) -> &Member {
        &self.member
    }

    /// The proof that `permission` is held, or the refusal that names it.
    pub fn require(&self, permission: Permission) -> Result<Granted, Denied> {
        match self.roles.iter().find(|role| role.permissions.contains(&permission)) {
            Some(role) => Ok(Granted { member: self.member.id, permission, through: role.id }),
            None => Err(Denied::PermissionMissing { permission }),
        }
    }

    /// The first permission of `wanted` that is not held here: nobody grants what they do not hold.
    pub fn first_lacking<'a>(&self, wanted: &'a [Role]) -> Option<&'a Permission> {
        wanted.iter().find_map(|role| role.permissions.first_beyond(&self.all))
    }

    /// Everything that is held.
    pub const fn all(&self) -> &PermissionSet {
        &self.all
    }
}

/// Those of `roles` whose ids are in `wanted`; the first id that names none of them is the error.
pub fn pick_roles(roles: &[Role], wanted: &BTreeSet<RoleId>) -> Result<Vec<Role>, RoleId> {
    wanted.iter().map(|id| roles.iter().find(|role| role.id == *id).cloned().ok_or(*id)).collect()
}
