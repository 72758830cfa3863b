//! The parts of a tenant's administration. A part that comes later is one more variant here.

use membership_core::{actor::Grants, id::TenantId, role::Permission};

/// A part, as the navigation lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Members,
    Invite,
    Roles,
}

impl Section {
    pub(crate) const ALL: [Self; 3] = [Self::Members, Self::Invite, Self::Roles];

    /// Whether there is something in it for whoever holds `grants`.
    pub(crate) fn is_for(self, grants: &Grants) -> bool {
        match self {
            Self::Members => grants.sight(Permission::MEMBERS_READ).is_ok(),
            Self::Invite => grants.sight(Permission::MEMBERS_INVITE).is_ok(),
            // Every member may read the table of authority.
            Self::Roles => true,
        }
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Members => "Members",
            Self::Invite => "Add people",
            Self::Roles => "Roles",
        }
    }

    const fn segment(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Invite => "invite",
            Self::Roles => "roles",
        }
    }

    pub(crate) fn path(self, tenant: &TenantId) -> String {
        format!("/t/{tenant}/{}", self.segment())
    }
}
