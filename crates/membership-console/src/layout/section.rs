//! The parts of a tenant's administration. A part that comes later is one more variant here.

use membership_core::{actor::Grants, id::TenantId, role::Permission};

/// A part, as the navigation lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    Members,
    Invite,
    Import,
    Roles,
    Audit,
    Settings,
}

impl Section {
    pub(crate) const ALL: [Self; 7] =
        [Self::Overview, Self::Members, Self::Invite, Self::Import, Self::Roles, Self::Audit, Self::Settings];

    /// Whether there is something in it for whoever holds `grants`.
    pub(crate) fn is_for(self, grants: &Grants) -> bool {
        match self {
            Self::Overview => grants.holds(&Permission::MEMBERS_READ),
            Self::Members => grants.sight(Permission::MEMBERS_READ).is_ok(),
            Self::Invite => grants.sight(Permission::MEMBERS_INVITE).is_ok(),
            Self::Import => {
                let doors = [Permission::MEMBERS_MANAGE, Permission::MEMBERS_INVITE];
                doors.into_iter().any(|door| grants.sight(door).is_ok())
            }
            // Every member may read the table of authority.
            Self::Roles => true,
            Self::Audit => grants.holds(&Permission::AUDIT_READ),
            // Whoever may do anything may let a program do it.
            Self::Settings => grants.permissions().next().is_some() || grants.limited().next().is_some(),
        }
    }

    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Members => "Members",
            Self::Invite => "Add people",
            Self::Import => "Import",
            Self::Roles => "Roles",
            Self::Audit => "Audit",
            Self::Settings => "Settings",
        }
    }

    const fn segment(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Members => "members",
            Self::Invite => "invite",
            Self::Import => "import",
            Self::Roles => "roles",
            Self::Audit => "audit",
            Self::Settings => "settings",
        }
    }

    pub(crate) fn path(self, tenant: &TenantId) -> String {
        match self {
            Self::Overview => format!("/t/{tenant}"),
            Self::Members | Self::Invite | Self::Import | Self::Roles | Self::Audit | Self::Settings => {
                format!("/t/{tenant}/{}", self.segment())
            }
        }
    }
}
