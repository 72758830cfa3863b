//! The JSON API: one file for each thing one can do, by the kind of person who does it.
//!
//! The types that hold operations hold no state, so that the description can be printed without a database.

mod access;
mod address;
mod api_keys;
mod audit;
mod bulk;
mod challenges;
mod credentials;
mod departments;
mod export;
mod given;
mod hexadecimal;
mod imports;
mod invitations;
mod invitee;
mod listing;
mod me;
mod members;
mod passkeys;
mod passwords;
mod policy;
mod presets;
mod records;
mod removal;
mod representative;
mod roles;
mod second_factors;
mod sessions;
mod set_up;
mod tenants;

use membership_core::{
    id::{ApiKeyId, DepartmentId, ImportId, InvitationId, MemberId, RoleId, SessionId, TenantId, TransferId},
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
    /// Signing in and out. Where the account has a second factor, signing in takes two steps; a passkey alone is enough, too.
    Sessions,
    /// The own account: who one is, the name, the address, the password, the second factors, the passkeys, the sessions. Whoever has
    /// forgotten the password gets a link; the token of a link stands in the body, never in the address.
    Account,
    /// The first start, the making of tenants, and what they are made by.
    Tenants,
    /// The rules of a tenant.
    Policy,
    /// The applications of a tenant, its roles, and which role gives what.
    Roles,
    /// How a tenant is made up: its departments, as one tree, and how many people belong to each.
    Departments,
    /// What somebody may do, why, and who may.
    Access,
    /// Who represents a tenant, and how another member takes over.
    Representative,
    /// Who belongs to a tenant.
    Members,
    /// The keys of programs: each opens one tenant, for the member that made it, within its scope.
    ApiKeys,
    /// Ending memberships, and handing over what was held. The token of a link stands in the body, never in the address.
    Removal,
    /// Asking people to join.
    Invitations,
    /// What the invited person does with the link. The token stands in the body, never in the address.
    Invitee,
    /// Many people from one table: planned, looked at, carried out in batches, and told row by row.
    Imports,
    /// What happened.
    Audit,
}

/// What somebody does about the own account.
type Own = (
    sessions::SessionsApi,
    challenges::ChallengesApi,
    me::MeApi,
    address::AddressApi,
    passwords::PasswordsApi,
    second_factors::SecondFactorsApi,
    passkeys::PasskeysApi,
    passkeys::PasskeySignInApi,
);

/// What is done with tables.
type Imports = (imports::ImportsApi, imports::ImportRowsApi, imports::ImportFilesApi, imports::ImportProgressApi);

/// What is done in a tenant.
type InTenant = (
    tenants::TenantsApi,
    policy::PolicyApi,
    roles::RolesApi,
    departments::DepartmentsApi,
    access::AccessApi,
    representative::RepresentativeApi,
    members::MembersApi,
    credentials::CredentialsApi,
    api_keys::ApiKeysApi,
    (bulk::BulkApi, export::ExportApi),
    removal::RemovalApi,
    invitations::InvitationsApi,
    Imports,
    audit::AuditApi,
);

/// Everything that can be done.
pub(crate) type Operations = (set_up::SetUpApi, presets::PresetsApi, Own, InTenant, invitee::InviteeApi);

/// The operations as poem-openapi serves and describes them.
pub(crate) fn service() -> OpenApiService<Operations, ()> {
    let own = (
        sessions::SessionsApi,
        challenges::ChallengesApi,
        me::MeApi,
        address::AddressApi,
        passwords::PasswordsApi,
        second_factors::SecondFactorsApi,
        passkeys::PasskeysApi,
        passkeys::PasskeySignInApi,
    );
    let imports = (imports::ImportsApi, imports::ImportRowsApi, imports::ImportFilesApi, imports::ImportProgressApi);
    let in_tenant = (
        tenants::TenantsApi,
        policy::PolicyApi,
        roles::RolesApi,
        departments::DepartmentsApi,
        access::AccessApi,
        representative::RepresentativeApi,
        members::MembersApi,
        credentials::CredentialsApi,
        api_keys::ApiKeysApi,
        (bulk::BulkApi, export::ExportApi),
        removal::RemovalApi,
        invitations::InvitationsApi,
        imports,
        audit::AuditApi,
    );
    let operations = (set_up::SetUpApi, presets::PresetsApi, own, in_tenant, invitee::InviteeApi);
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
named! { TenantId DepartmentId MemberId InvitationId ImportId RoleId TransferId SessionId ApiKeyId }

/// How to reach a person, as the domain says it. Without an address a mail cannot go out: the domain says so, and where.
fn reach(via: Via, email: Option<String>) -> Reach {
    match via {
        Via::Mail => Reach::Mail(email.unwrap_or_default()),
        Via::Link => Reach::Link(email),
    }
}
