//! The JSON API: one file for each thing one can do, by the kind of person who does it.
//!
//! The types that hold operations hold no state, so that the description can be printed without a database.

mod audit;
mod invitations;
mod invitee;
mod listing;
mod members;
mod sessions;
mod set_up;
mod tenants;

use membership_core::{
    id::{InvitationId, MemberId, TenantId},
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
    /// The first start, and the making of tenants.
    Tenants,
    /// Who belongs to a tenant.
    Members,
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
    tenants::TenantsApi,
    members::MembersApi,
    invitations::InvitationsApi,
    invitee::InviteeApi,
    audit::AuditApi,
);

/// The operations as poem-openapi serves and describes them.
pub(crate) fn service() -> OpenApiService<Operations, ()> {
    let operations = (
        set_up::SetUpApi,
        sessions::SessionsApi,
        tenants::TenantsApi,
        members::MembersApi,
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
named! { TenantId MemberId InvitationId }

/// How to reach a person, as the domain says it. Without an address a mail cannot go out: the domain says so, and where.
fn reach(via: Via, email: Option<String>) -> Reach {
    match via {
        Via::Mail => Reach::Mail(email.unwrap_or_default()),
        Via::Link => Reach::Link(email),
    }
}
