//! Tenants and roles.

use membership_core::{
    id::{CatalogueId, TenantId},
    member::Member,
    role::{Access, Role},
    store::StoreError,
    tenant::{Tenant, branding::Picture},
};

use super::{super::tables::Tables, constraint};

impl Tables {
    pub(super) fn new_tenant(&mut self, tenant: &Tenant, access: &Access) -> Result<(), StoreError> {
        constraint("tenant.parent", tenant.parent.is_none_or(|parent| self.tenants.contains_key(&parent)))?;
        constraint("tenant.id", self.tenants.insert(tenant.id, tenant.clone()).is_none())?;
        let keys = || access.applications.iter().map(|application| &application.key);
        constraint("application.key", keys().all(|key| keys().filter(|other| *other == key).count() == 1))?;
        self.applications.insert(tenant.id, access.applications.clone());
        // They may include each other in any order.
        self.roles.extend(access.roles.iter().map(|role| (role.id, role.clone())));
        access.roles.iter().try_for_each(|role| self.put_role(role))
    }

    pub(super) fn known_tenant(&mut self, tenant: &Tenant) -> Result<(), StoreError> {
        constraint("tenant.present", self.tenants.insert(tenant.id, tenant.clone()).is_some())
    }

    pub(super) fn tenant_edited(&mut self, tenant: &Tenant, picture: Option<&Picture>) -> Result<(), StoreError> {
        if let Some(picture) = picture {
            self.logos.insert(tenant.id, picture.clone());
        } else if tenant.branding.logo.is_none() {
            self.logos.remove(&tenant.id);
        }
        self.known_tenant(tenant)
    }

    fn recatalogued(&mut self, tenant: TenantId, catalogue: CatalogueId) -> Result<(), StoreError> {
        let known = self.tenants.get_mut(&tenant);
        let tenant = known.ok_or_else(|| StoreError::Raced { constraint: "tenant.present".to_owned() })?;
        tenant.catalogue = catalogue;
        Ok(())
    }

    fn put_role(&mut self, role: &Role) -> Result<(), StoreError> {
        let others = || self.roles_of(role.tenant).filter(|other| other.id != role.id);
        constraint("role.name", others().all(|other| other.name != role.name))?;
        constraint("role.administrator", !role.administrator || others().all(|other| !other.administrator))?;
        constraint("role.includes", role.includes.iter().all(|id| others().any(|other| other.id == *id)))?;
        self.roles.insert(role.id, role.clone());
        Ok(())
    }

    pub(super) fn role_defined(&mut self, role: &Role, catalogue: CatalogueId) -> Result<(), StoreError> {
        constraint("role.id", !self.roles.contains_key(&role.id))?;
        self.put_role(role)?;
        self.recatalogued(role.tenant, catalogue)
    }

    pub(super) fn role_edited(&mut self, role: &Role, catalogue: CatalogueId) -> Result<(), StoreError> {
        constraint("role.present", self.roles_of(role.tenant).any(|known| known.id == role.id))?;
        self.put_role(role)?;
        self.recatalogued(role.tenant, catalogue)
    }

    pub(super) fn role_deleted(&mut self, role: &Role, catalogue: CatalogueId) -> Result<(), StoreError> {
        let holds = |member: &Member| member.assignments.roles().any(|held| held == role.id);
        constraint("member.assignments", !self.members_of(role.tenant).any(holds))?;
        constraint("role.includes", !self.roles_of(role.tenant).any(|other| other.includes.contains(&role.id)))?;
        constraint("role.present", self.roles.remove(&role.id).is_some_and(|known| known.tenant == role.tenant))?;
        self.recatalogued(role.tenant, catalogue)
    }
}
