//! Events of tenants.

use super::{access, department, policy, tenant};
use crate::{
    event::Event,
    tenant::{Branding, Policy, Tenant, TenantStatus, branding::Colour},
};

fn branding() -> Branding {
    let logo = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU.png".parse().unwrap();
    Branding { colour: Some(Colour::parse("#1f6feb").unwrap()), logo: Some(logo) }
}

pub(super) fn events() -> Vec<Event> {
    vec![
        Event::TenantCreated { tenant: tenant(), access: access(), root: department(31, None) },
        Event::TenantActivated(tenant()),
        Event::TenantSuspended(Tenant { status: TenantStatus::Suspended, ..tenant() }),
        Event::TenantResumed(tenant()),
        Event::TenantEdited {
            before: Box::new(tenant()),
            tenant: Box::new(Tenant { branding: branding(), ..tenant() }),
            picture: None,
        },
        Event::PolicyChanged {
            before: Box::new(tenant()),
            tenant: Box::new(Tenant { policy: Policy { links_allowed: false, ..policy() }, ..tenant() }),
        },
    ]
}
