//! What a changed role would come to: what it gains and loses, and who does.

use std::hash::{DefaultHasher, Hash, Hasher};

use membership_core::{
    actor::Denied,
    role::{
        Permission, PermissionSet,
        define::{DefineError, RoleDraft, RoleOf},
    },
};
use membership_web::{Edge, Visitor};

use super::role::About;
use crate::member::name_of;

/// For people.
pub(super) struct Change {
    pub(super) gains: Vec<String>,
    pub(super) loses: Vec<String>,
    pub(super) assignments: u64,
    pub(super) people: Vec<Person>,
    /// Of all of it. It only has to be another when something else would happen; it protects nothing.
    pub(super) digest: String,
}

/// Somebody whom it would change.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) gains: Vec<String>,
    pub(super) loses: Vec<String>,
}

/// Asks the kernel; `None` for whoever changes roles and does not see members.
pub(super) async fn of(
    edge: &Edge,
    visitor: &Visitor,
    about: &About,
    draft: &RoleDraft,
) -> Result<Option<Change>, DefineError> {
    let admin = &about.admin;
    let which = RoleOf { tenant: admin.tenant.id, role: about.role.id };
    let preview = match edge.membership().preview_role(&visitor.context, which, draft).await {
        Ok(preview) => preview,
        Err(DefineError::Denied(
            Denied::PermissionMissing { permission } | Denied::OtherDepartments { permission },
        )) if permission == Permission::MEMBERS_READ => return Ok(None),
        Err(error) => return Err(error),
    };
    let named = |set: &PermissionSet| set.iter().map(|one| name_of(admin, one)).collect::<Vec<_>>();
    let mut hasher = DefaultHasher::new();
    format!("{preview:?}").hash(&mut hasher);
    let people = preview.people.iter().map(|touched| Person {
        name: touched.member.name.to_string(),
        href: admin.path(format_args!("members/{}", touched.member.id)),
        gains: named(&touched.gains),
        loses: named(&touched.loses),
    });
    Ok(Some(Change {
        gains: named(&preview.gains),
        loses: named(&preview.loses),
        assignments: preview.assignments,
        people: people.collect(),
        digest: format!("{:016x}", hasher.finish()),
    }))
}

impl Change {
    pub(super) const fn is_none(&self) -> bool {
        self.gains.is_empty() && self.loses.is_empty()
    }

    /// Those who hold it and gain and lose nothing by it, because they hold the same by another role.
    pub(super) fn untouched(&self) -> u64 {
        self.assignments.saturating_sub(u64::try_from(self.people.len()).unwrap_or(u64::MAX))
    }
}
