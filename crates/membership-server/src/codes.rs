//! Which problems each operation can answer, from the use cases' own lists.

use std::collections::BTreeMap;

use membership_core::{
    ViewError,
    account::{
        password::PasswordFault,
        register::{RegisterError, RegisterFault},
        sign_in::SignInError,
    },
    actor::Denied,
    email::AddressFault,
    invitation::{
        admit::NotAdmitted,
        invite::{InviteError, InviteeFault},
        join::JoinError,
        open::OpenError,
        reject::RejectError,
        revoke::RevokeError,
        send::SendError,
    },
    name::NameFault,
    refusal::{CodeRow, Faults, Refusal as _},
    store::StoreError,
    tenant::{create::CreateError, policy::ValidityFault, set_up::SetUpError},
};
use membership_web::HttpFault;

use crate::body::InputFault;

type Rows = Vec<&'static CodeRow>;
/// An operation's name, and what its use case can refuse.
type Listed = (&'static str, fn() -> Rows);

/// Each operation with what its use case can refuse.
const OPERATIONS: &[Listed] = &[
    ("setUp", SetUpError::all_codes),
    ("signIn", SignInError::all_codes),
    ("getCurrentSession", signed_in),
    ("signOut", stored),
    ("getMe", ViewError::all_codes),
    ("createTenant", CreateError::all_codes),
    ("getTenant", ViewError::all_codes),
    ("listRoles", ViewError::all_codes),
    ("listMembers", listed),
    ("getMember", ViewError::all_codes),
    ("invite", InviteError::all_codes),
    ("getInvitation", ViewError::all_codes),
    ("sendInvitation", SendError::all_codes),
    ("resendInvitation", SendError::all_codes),
    ("revokeInvitation", RevokeError::all_codes),
    ("openInvitation", OpenError::all_codes),
    ("acceptInvitation", NotAdmitted::all_codes),
    ("rejectInvitation", RejectError::all_codes),
    ("joinByInvitation", JoinError::all_codes),
    ("registerByInvitation", RegisterError::all_codes),
    ("readAudit", listed),
];

/// The operations that need nobody signed in. Every other one answers 401 to whoever is not.
pub(crate) const PUBLIC: [&str; 6] =
    ["setUp", "signIn", "openInvitation", "acceptInvitation", "rejectInvitation", "registerByInvitation"];

/// What can be wrong with any request.
const ALWAYS: &[HttpFault] = &[
    HttpFault::Malformed,
    HttpFault::QueryRepeated,
    HttpFault::CredentialInQuery,
    HttpFault::CredentialsContradict,
    HttpFault::TokenNotGood,
    HttpFault::TimedOut,
    HttpFault::Internal,
];

/// What can be wrong with a request that changes something.
const WRITING: &[HttpFault] = &[HttpFault::CrossSite];

/// What can be wrong with a body.
const BODY: &[HttpFault] = &[
    HttpFault::BodyMalformed,
    HttpFault::KeyRepeated,
    HttpFault::TooDeep,
    HttpFault::BodyTooLarge,
    HttpFault::MediaType,
];

fn signed_in() -> Rows {
    Denied::CODES.iter().filter(|row| row.code == Denied::SignedOut.code()).collect()
}

fn stored() -> Rows {
    signed_in().into_iter().chain(StoreError::all_codes()).collect()
}

fn listed() -> Rows {
    ViewError::all_codes().into_iter().chain(Faults::all_codes()).collect()
}

/// Everything that `operation` can answer but what it was asked for, by code.
pub(crate) fn of(operation: &str, writes: bool, has_body: bool) -> BTreeMap<&'static str, CodeRow> {
    let own = OPERATIONS.iter().find(|(name, _)| *name == operation).map(|(_, rows)| rows()).unwrap_or_default();
    let input = if has_body { Faults::all_codes() } else { Rows::new() };
    let http = [(true, ALWAYS), (writes, WRITING), (has_body, BODY)];
    let http =
        http.into_iter().filter(|(applies, _)| *applies).flat_map(|(_, faults)| faults.iter().copied().map(row_of));
    by_code(own.into_iter().chain(input).copied().chain(http))
}

/// Every code that the server can answer.
pub(crate) fn all() -> BTreeMap<&'static str, CodeRow> {
    let operations = OPERATIONS.iter().flat_map(|(_, rows)| rows());
    let faults = [
        AddressFault::all_codes(),
        InviteeFault::all_codes(),
        NameFault::all_codes(),
        PasswordFault::all_codes(),
        RegisterFault::all_codes(),
        ValidityFault::all_codes(),
    ];
    let domain = operations.chain(faults.into_iter().flatten()).copied();
    by_code(domain.chain(HttpFault::CODES.iter().copied()).chain(InputFault::ALL.map(InputFault::row)))
}

fn row_of(fault: HttpFault) -> CodeRow {
    CodeRow { code: fault.code(), kind: fault.kind(), message: "", advice: fault.advice() }
}

/// Some rooms say the same "no" in words of their own; the first one stands for all.
fn by_code(rows: impl IntoIterator<Item = CodeRow>) -> BTreeMap<&'static str, CodeRow> {
    let mut codes = BTreeMap::new();
    for row in rows {
        codes.entry(row.code).or_insert(row);
    }
    codes
}

#[cfg(test)]
#[path = "codes_tests.rs"]
mod tests;
