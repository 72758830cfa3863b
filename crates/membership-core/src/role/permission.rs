//! Permissions: what can be allowed, each belonging to one application of the tenant.

use std::{borrow::Cow, collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::refusal::refusals;

/// One thing that can be allowed, written `application:object.action`, such as `video:cameras.view`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Permission(Cow<'static, str>);

/// A set of permissions, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PermissionSet(BTreeSet<Permission>);

refusals! {
    /// Why a text is not a permission.
    pub enum PermissionFault {
        /// Not of the form.
        Malformed = Invalid "permission-malformed"
            ("a permission is written application:object.action in lower-case letters, digits, dots, hyphens and underscores",
             "write it like video:cameras.view");
    }
}

impl Permission {
    /// See the list of members and their details.
    pub const MEMBERS_READ: Self = Self(Cow::Borrowed("membership:members.read"));
    /// Invite people, send and resend invitations, revoke them.
    pub const MEMBERS_INVITE: Self = Self(Cow::Borrowed("membership:members.invite"));
    /// Edit, disable, enable and remove members.
    pub const MEMBERS_MANAGE: Self = Self(Cow::Borrowed("membership:members.manage"));
    /// Make, rename, move and delete departments.
    pub const DEPARTMENTS_MANAGE: Self = Self(Cow::Borrowed("membership:departments.manage"));
    /// Define, edit and delete roles.
    pub const ROLES_MANAGE: Self = Self(Cow::Borrowed("membership:roles.manage"));
    /// Change the tenant's policy and settings.
    pub const TENANT_MANAGE: Self = Self(Cow::Borrowed("membership:tenant.manage"));
    /// Read the audit.
    pub const AUDIT_READ: Self = Self(Cow::Borrowed("membership:audit.read"));

    /// Every permission of member management itself.
    pub const OWN: [Self; 7] = [
        Self::MEMBERS_READ,
        Self::MEMBERS_INVITE,
        Self::MEMBERS_MANAGE,
        Self::DEPARTMENTS_MANAGE,
        Self::ROLES_MANAGE,
        Self::TENANT_MANAGE,
        Self::AUDIT_READ,
    ];

    /// What acts on members: of whoever is given one of these for a department, all who come to belong there come into reach.
    pub const ON_MEMBERS: [Self; 3] = [Self::MEMBERS_READ, Self::MEMBERS_INVITE, Self::MEMBERS_MANAGE];

    /// Reads a permission.
    pub fn parse(text: &str) -> Result<Self, PermissionFault> {
        let word = |part: &str| {
            !part.is_empty()
                && part.len() <= 64
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'))
        };
        match text.split_once(':') {
            Some((application, action)) if word(application) && word(action) => Ok(Self(Cow::Owned(text.to_owned()))),
            _ => Err(PermissionFault::Malformed),
        }
    }

    /// The application it belongs to.
    pub fn application(&self) -> &str {
        self.0.split_once(':').map_or("", |(application, _)| application)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PermissionSet {
    /// Tells whether `permission` is in the set.
    pub fn contains(&self, permission: &Permission) -> bool {
        self.0.contains(permission)
    }

    /// In order.
    pub fn iter(&self) -> impl Iterator<Item = &Permission> {
        self.0.iter()
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().collect())
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_names_its_application() {
        assert_eq!(Permission::parse("video:cameras.view").unwrap().application(), "video");
        for bad in ["", "video", "video:", ":view", "Video:view", "a:b c", "a:b:c"] {
            assert_eq!(Permission::parse(bad), Err(PermissionFault::Malformed), "{bad}");
        }
        for own in Permission::OWN {
            assert_eq!(Permission::parse(own.as_str()), Ok(own));
        }
    }
}
