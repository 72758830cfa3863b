//! The JSON API: one file for each thing one can do, by the kind of person who does it.
//!
//! The types that hold operations hold no state, so that the description can be printed without a database.

mod access;
mod audit;
mod bulk;
mod given;
mod hexadecimal;
mod invitations;
mod invitee;
mod listing;
mod members;
mod policy;
mod presets;
mod records;
mod removal;
mod representative;
mod roles;
mod sessions;
mod set_up;
mod tenants;

use membership_core::{
    id::{InvitationId, MemberId, RoleId, TenantId, TransferId},
    invitation::invite::Reach,
};
use poem_openapi::{OpenApiService, Tags};
use uuid::Uuid;

use crate::representation::Via;

/// Where the API begins.
pub(crate) const PREFIX: &str = "/api/v1";

/// The chapters of the description.
#[derive(Tags)]
enum Chapter {
    /// Signing in and out, and who one is.
    Sessions,
    /// The first start, the making of tenants, and what they are made by.
    Tenants,
    /// The rules of a tenant.
    Policy,
    /// The applications of a tenant, its roles, and which role gives what.
    Roles,
    /// What somebody may do, why, and who may.
    Access,
    /// Who represents a tenant, and how another member takes over.
    Representative,
    /// Who belongs to a tenant.
    Members,
    /// Ending memberships, and handing over what was held. The token of a link stands in the body, never in the address.
    Removal,
    /// Asking people to join.
    Invitations,
    /// What the invited person does with the link. The token stands in the body, never in the address.
    Invitee,
    /// What happened.
    Audit,
}

/// Everything that can be done.
pub(crate) type Operations = (
    set_up::SetUpApi,
    sessions::SessionsApi,
    presets::PresetsApi,
    tenants::TenantsApi,
    policy::PolicyApi,
    roles::RolesApi,
    access::AccessApi,
    representative::RepresentativeApi,
    members::MembersApi,
    bulk::BulkApi,
    removal::RemovalApi,
    invitations::InvitationsApi,
    invitee::InviteeApi,
    audit::AuditApi,
);

/// The operations as poem-openapi serves and describes them.
pub(crate) fn service() -> OpenApiService<Operations, ()> {
    let operations = (
        set_up::SetUpApi,
        sessions::SessionsApi,
        presets::PresetsApi,
        tenants::TenantsApi,
        policy::PolicyApi,
        roles::RolesApi,
        access::AccessApi,
        representative::RepresentativeApi,
        members::MembersApi,
        bulk::BulkApi,
        removal::RemovalApi,
        invitations::InvitationsApi,
        invitee::InviteeApi,
        audit::AuditApi,
    );
    OpenApiService::new(operations, "membership", env!("CARGO_PKG_VERSION"))
}

/// An identifier in an address. A text that is no identifier names nothing, as the nil one does: both are answered as
/// whatever does not exist.
trait Named: Sized {
    fn from_uuid(id: Uuid) -> Self;

    fn named(text: &str) -> Self {
        let id = Uuid::try_parse(text).ok().filter(|id| text.eq_ignore_ascii_case(&id.to_string()));
        Self::from_uuid(id.unwrap_or_else(Uuid::nil))
    }
}

macro_rules! named {
    ($($id:ident)+) => {$(
        impl Named for $id {
            fn from_uuid(id: Uuid) -> Self {
                Self::from_uuid(id)
            }
        }
    )+};
}
named! { TenantId MemberId InvitationId RoleId TransferId }

/// How to reach a person, as the domain says it. Without an address a mail cannot go out: the domain says so, and where.
fn reach(via: Via, email: Option<String>) -> Reach {
    match via {
        Via::Mail => Reach::Mail(email.unwrap_or_default()),
        Via::Link => Reach::Link(email),
    }
}
