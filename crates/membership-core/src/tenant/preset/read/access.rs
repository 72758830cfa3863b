//! The applications and roles of a preset.

use std::collections::BTreeMap;

use toml::Spanned;

use super::{
    Place, Reader,
    circle::circles,
    form::{ApplicationForm, Names, RoleForm},
    listed,
};
use crate::{
    name::DisplayName,
    role::{Application, NamedPermission, Permission, PermissionSet},
    tenant::preset::PresetRole,
};

/// The key of member management's own application, which every tenant has.
const OWN_KEY: &str = "membership";

/// What people call it, and its permissions.
const OWN_NAME: &str = "Member management";
const OWN_NAMES: [(Permission, &str); 7] = [
    (Permission::MEMBERS_READ, "See members and their details"),
    (Permission::MEMBERS_INVITE, "Invite people"),
    (Permission::MEMBERS_MANAGE, "Edit, disable and remove members"),
    (Permission::DEPARTMENTS_MANAGE, "Make, rename, move and delete departments"),
    (Permission::ROLES_MANAGE, "Define, edit and delete roles"),
    (Permission::TENANT_MANAGE, "Change the rules of the tenant"),
    (Permission::AUDIT_READ, "Read the audit"),
];

/// A role with the places of what it includes.
pub(super) struct Draft {
    pub(super) role: PresetRole,
    pub(super) includes: Vec<Place>,
}

impl Reader<'_> {
    /// Member management itself, then those of the file.
    pub(super) fn applications(&mut self, forms: Vec<ApplicationForm>) -> Vec<Application> {
        let mut keys = BTreeMap::new();
        let mut applications = Vec::from_iter(self.application(own()));
        for form in forms {
            let (key, place) = (form.key.get_ref(), form.key.span());
            let line = self.position(&place).0;
            if key == OWN_KEY {
                let reason = format!("the key {OWN_KEY} is taken by member management itself, which every tenant has");
                self.fault(&place, reason);
            } else if Permission::parse(&format!("{key}:x")).is_err() {
                let expected = "expected lower-case letters, digits, dots, hyphens and underscores";
                self.fault(&place, format!("{key:?} is not the key of an application; {expected}"));
            } else if let Some(first) = keys.insert(key.clone(), line) {
                self.fault(&place, format!("there are two applications with the key {key}, the first in line {first}"));
            }
            applications.extend(self.application(form));
        }
        applications
    }

    fn application(&mut self, form: ApplicationForm) -> Option<Application> {
        let key = form.key.into_inner();
        let name = self.name_or(&form.name, &key)?;
        let permissions = self.named_permissions(&key, form.permissions);
        Some(Application { key, name, permissions })
    }

    fn named_permissions(&mut self, key: &str, Names(names): Names) -> Vec<NamedPermission> {
        let mut lines = BTreeMap::new();
        let mut permissions = Vec::new();
        for (action, name) in names {
            let (action, place) = (action.get_ref(), action.span());
            // A key that is none has been named already, and does not make all of its permissions wrong.
            if Permission::parse(&format!("x:{action}")).is_err() {
                let expected = "expected object.action in lower-case letters, digits, dots, hyphens and underscores";
                self.fault(&place, format!("{action:?} is not a permission; {expected}"));
            }
            let Some(name) = self.name_or(&name, action) else { continue };
            let Ok(permission) = Permission::parse(&format!("{key}:{action}")) else { continue };
            if let Some(first) = lines.insert(permission.clone(), self.position(&place).0) {
                self.fault(&place, format!("the permission {permission} is there twice, first in line {first}"));
            }
            permissions.push(NamedPermission { permission, name });
        }
        permissions
    }

    /// The name, or if that is wrong the key in its place: what has a wrong name is there all the same, and roles may
    /// name it.
    fn name_or(&mut self, typed: &Spanned<String>, key: &str) -> Option<DisplayName> {
        self.name(typed).or_else(|| DisplayName::parse(key).ok())
    }

    pub(super) fn roles(
        &mut self,
        forms: &[RoleForm],
        administrator: Option<&DisplayName>,
        applications: &[Application],
    ) -> Vec<PresetRole> {
        let names: Vec<_> = forms.iter().map(|form| self.name(&form.name)).collect();
        self.no_two_alike(forms, &names, administrator);
        let known: Vec<&DisplayName> = administrator.into_iter().chain(names.iter().flatten()).collect();
        let mut drafts = Vec::new();
        for (form, name) in forms.iter().zip(&names) {
            let permissions = self.permissions(form, applications);
            let includes = self.includes(form, &known);
            let (includes, places) = includes.into_iter().unzip();
            let role = name.clone().map(|name| PresetRole { name, permissions, includes });
            drafts.extend(role.map(|role| Draft { role, includes: places }));
        }
        for (place, circle) in circles(&drafts) {
            self.fault(&place, format!("roles include each other in a circle: {circle}"));
        }
        drafts.into_iter().map(|draft| draft.role).collect()
    }

    /// No two roles have one name, and none has the administrator's.
    fn no_two_alike(&mut self, forms: &[RoleForm], names: &[Option<DisplayName>], administrator: Option<&DisplayName>) {
        let mut lines = BTreeMap::new();
        for (form, name) in forms.iter().zip(names) {
            let place = form.name.span();
            let Some(name) = name else { continue };
            if administrator == Some(name) {
                self.fault(&place, format!("role \"{name}\" has the name of the administrator's role"));
            } else if let Some(first) = lines.insert(name, self.position(&place).0) {
                self.fault(&place, format!("there are two roles called \"{name}\", the first in line {first}"));
            }
        }
    }

    fn includes(&mut self, form: &RoleForm, known: &[&DisplayName]) -> Vec<(DisplayName, Place)> {
        let mut includes = Vec::new();
        for typed in &form.include {
            if let Some(name) = DisplayName::parse(typed.get_ref()).ok().filter(|name| known.contains(&name)) {
                includes.push((name, typed.span()));
                continue;
            }
            let (role, include, expected) = (form.name.get_ref(), typed.get_ref(), listed(known));
            let reason = format!("role {role:?} includes {include:?}, which is no role of this preset");
            self.fault(&typed.span(), format!("{reason}; expected one of {expected}"));
        }
        includes
    }

    fn permissions(&mut self, form: &RoleForm, applications: &[Application]) -> PermissionSet {
        let mut permissions = Vec::new();
        for typed in &form.permissions {
            match meant(typed.get_ref(), applications) {
                Ok(found) => permissions.extend(found),
                Err(reason) => {
                    let (role, text) = (form.name.get_ref(), typed.get_ref().escape_debug());
                    self.fault(&typed.span(), format!("role {role:?} names the permission {text}{reason}"));
                }
            }
        }
        permissions.into_iter().collect()
    }
}

/// The permissions that a role's text means: one, or with `application:*` all of one application.
fn meant(text: &str, applications: &[Application]) -> Result<Vec<Permission>, String> {
    let permission = Permission::parse(text);
    let key = match (text.split_once(':'), &permission) {
        (Some((key, "*")), _) => key,
        (_, Ok(permission)) => permission.application(),
        (_, Err(fault)) => return Err(format!("; {fault}, or application:* for all of an application")),
    };
    // Two may have one key, which is a fault of its own.
    let mut all = applications.iter().filter(|application| application.key == key).peekable();
    if all.peek().is_none() {
        let keys = listed(applications.iter().map(|application| &application.key));
        return Err(format!(", but there is no application {key:?}; expected one of {keys}"));
    }
    let all: Vec<&Permission> = all.flat_map(|application| &application.permissions).map(|n| &n.permission).collect();
    match permission {
        Err(_) => Ok(all.into_iter().cloned().collect()),
        Ok(permission) if all.contains(&&permission) => Ok(vec![permission]),
        Ok(_) => {
            let all = all.into_iter().map(Permission::as_str).map(str::to_owned).chain([format!("{key}:*")]);
            Err(format!(", which no application has; expected one of {}", listed(all)))
        }
    }
}

fn own() -> ApplicationForm {
    let nowhere = |text: &str| Spanned::new(0..0, text.to_owned());
    let action =
        |permission: &Permission| permission.as_str().split_once(':').map_or("", |(_, action)| action).to_owned();
    let names = OWN_NAMES.iter().map(|(permission, name)| (nowhere(&action(permission)), nowhere(name)));
    ApplicationForm { key: nowhere(OWN_KEY), name: nowhere(OWN_NAME), permissions: Names(names.collect()) }
}
