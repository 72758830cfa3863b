//! Which problems each operation can answer, from the use cases' own lists.

mod public;

pub(crate) use public::PUBLIC;

use std::collections::BTreeMap;

use membership_core::{
    ViewError,
    account::{
        address::AddressError,
        api_key::{ApiKeyError, ApiKeyFault},
        change_password::ChangePasswordError,
        close::CloseError,
        enrol::EnrolError,
        guess::TooOften,
        passkey::PasskeySignInError,
        password::PasswordFault,
        profile::ProfileError,
        register::{RegisterError, RegisterFault},
        reset::ResetError,
        sign_in::{ChallengeError, SignInError},
    },
    actor::Denied,
    department::{
        DepartmentUnknown, create::CreateDepartmentError, delete::DeleteDepartmentError, dissolve::DissolveError,
        relocate::RelocateError, rename::RenameError, wanted::DepartmentsFault,
    },
    email::AddressFault,
    import::{RowRefused, plan::PlanError, start::StartError},
    invitation::{
        admit::NotAdmitted,
        invite::{InviteError, InviteeFault},
        join::JoinError,
        open::OpenError,
        reject::RejectError,
        revoke::RevokeError,
        send::SendError,
    },
    language::LanguageFault,
    link::LinkFault,
    member::{
        add::AddError,
        bulk::BulkError,
        credentials::CredentialsError,
        disable::DisableError,
        edit::EditError,
        enable::EnableError,
        leave::LeaveError,
        remove::{HeirFault, RemoveError},
        transfer::TransferError,
    },
    name::NameFault,
    refusal::{CodeRow, Faults, Refusal as _},
    role::{
        RoleUnknown,
        assign::WantedFault,
        check::CheckError,
        define::{DefineError, RoleFault},
        delete::DeleteError,
        permission::PermissionFault,
    },
    store::StoreError,
    tenant::{
        change_policy::{PolicyError, PolicyFault},
        create::CreateError,
        edit::EditTenantError,
        policy::ValidityFault,
        representative::{AnswerError, CandidatesError, NominateError, NominationError, ReaddressError},
        set_up::SetUpError,
        suspend::SuspendError,
    },
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
    ("mailCode", ChallengeError::all_codes),
    ("answerChallenge", ChallengeError::all_codes),
    ("abandonChallenge", StoreError::all_codes),
    ("beginPasskeyProof", ChallengeError::all_codes),
    ("answerChallengeByPasskey", ChallengeError::all_codes),
    ("beginPasskeySignIn", PasskeySignInError::all_codes),
    ("signInByPasskey", PasskeySignInError::all_codes),
    ("getMe", stored),
    ("editProfile", ProfileError::all_codes),
    ("closeAccount", CloseError::all_codes),
    ("listSessions", ProfileError::all_codes),
    ("endSession", ProfileError::all_codes),
    ("endOtherSessions", ProfileError::all_codes),
    ("changeAddress", AddressError::all_codes),
    ("confirmAddress", AddressError::all_codes),
    ("openFormerAddress", AddressError::all_codes),
    ("restoreAddress", AddressError::all_codes),
    ("forgetPassword", forgotten),
    ("openReset", ResetError::all_codes),
    ("resetPassword", ResetError::all_codes),
    ("getSecondFactors", EnrolError::all_codes),
    ("beginApp", EnrolError::all_codes),
    ("confirmApp", EnrolError::all_codes),
    ("removeApp", EnrolError::all_codes),
    ("switchMailedCodesOn", EnrolError::all_codes),
    ("switchMailedCodesOff", EnrolError::all_codes),
    ("renewRecoveryCodes", EnrolError::all_codes),
    ("beginPasskey", EnrolError::all_codes),
    ("addPasskey", EnrolError::all_codes),
    ("removePasskey", EnrolError::all_codes),
    ("createTenant", CreateError::all_codes),
    ("getTenant", ViewError::all_codes),
    ("editTenant", EditTenantError::all_codes),
    ("suspendTenant", SuspendError::all_codes),
    ("resumeTenant", SuspendError::all_codes),
    ("listPresets", Denied::all_codes),
    ("getPolicy", ViewError::all_codes),
    ("planPolicy", PolicyError::all_codes),
    ("changePolicy", PolicyError::all_codes),
    ("listApplications", ViewError::all_codes),
    ("getAuthority", ViewError::all_codes),
    ("listRoles", ViewError::all_codes),
    ("defineRole", DefineError::all_codes),
    ("getRole", a_role),
    ("editRole", DefineError::all_codes),
    ("deleteRole", DeleteError::all_codes),
    ("listDepartments", ViewError::all_codes),
    ("createDepartment", CreateDepartmentError::all_codes),
    ("getDepartment", a_department),
    ("renameDepartment", RenameError::all_codes),
    ("moveDepartment", RelocateError::all_codes),
    ("deleteDepartment", DeleteDepartmentError::all_codes),
    ("planDissolution", DissolveError::all_codes),
    ("dissolveDepartment", DissolveError::all_codes),
    ("check", listed),
    ("checkMany", CheckError::all_codes),
    ("explain", listed),
    ("listWhoMay", listed),
    ("getRepresentative", ViewError::all_codes),
    ("listCandidates", CandidatesError::all_codes),
    ("nominate", NominateError::all_codes),
    ("getNomination", NominationError::all_codes),
    ("withdrawNomination", NominateError::all_codes),
    ("acceptNomination", AnswerError::all_codes),
    ("declineNomination", AnswerError::all_codes),
    ("readdressRepresentative", ReaddressError::all_codes),
    ("changePassword", ChangePasswordError::all_codes),
    ("listMembers", listed),
    ("addMember", AddError::all_codes),
    ("getMember", ViewError::all_codes),
    ("editMember", EditError::all_codes),
    ("disableMember", DisableError::all_codes),
    ("enableMember", EnableError::all_codes),
    ("reinviteMember", SendError::all_codes),
    ("makePasswordLink", CredentialsError::all_codes),
    ("switchSecondFactor", CredentialsError::all_codes),
    ("listApiKeys", ApiKeyError::all_codes),
    ("makeApiKey", ApiKeyError::all_codes),
    ("getApiKey", ApiKeyError::all_codes),
    ("revokeApiKey", ApiKeyError::all_codes),
    ("changeManyMembers", in_bulk),
    ("exportMembers", listed),
    ("getImportTemplate", a_guide),
    ("uploadImport", PlanError::all_codes),
    ("listImports", StartError::all_codes),
    ("getImport", StartError::all_codes),
    ("planImportAgain", PlanError::all_codes),
    ("startImport", StartError::all_codes),
    ("cancelImport", StartError::all_codes),
    ("deleteImport", StartError::all_codes),
    ("listImportRows", of_an_import),
    ("getImportResult", of_an_import),
    ("followImport", StartError::all_codes),
    ("getHoldings", RemoveError::all_codes),
    ("removeMember", RemoveError::all_codes),
    ("leaveTenant", LeaveError::all_codes),
    ("openLeaving", a_link_to_leave_by),
    ("leaveByLink", LeaveError::all_codes),
    ("listTransfers", ViewError::all_codes),
    ("nameHeirs", TransferError::all_codes),
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

/// What can be wrong with one place of an input.
const FAULTS: &[fn() -> Rows] = &[
    AddressFault::all_codes,
    ApiKeyFault::all_codes,
    DepartmentsFault::all_codes,
    HeirFault::all_codes,
    InviteeFault::all_codes,
    LanguageFault::all_codes,
    NameFault::all_codes,
    PasswordFault::all_codes,
    PermissionFault::all_codes,
    PolicyFault::all_codes,
    RegisterFault::all_codes,
    RoleFault::all_codes,
    RowRefused::all_codes,
    ValidityFault::all_codes,
    WantedFault::all_codes,
];

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

/// What can be wrong with a body that is a file.
const FILE: &[HttpFault] = &[HttpFault::BodyTooLarge, HttpFault::MediaType];

fn signed_in() -> Rows {
    let open = [Denied::SignedOut.code(), Denied::NotByKey.code()];
    Denied::CODES.iter().filter(|row| open.contains(&row.code)).collect()
}

/// What is told to whoever has forgotten a password: nothing about the account.
fn forgotten() -> Rows {
    let paced = TooOften::CODES.iter().filter(|row| row.code == "tried-too-often");
    paced.chain(StoreError::all_codes()).collect()
}

fn stored() -> Rows {
    signed_in().into_iter().chain(StoreError::all_codes()).collect()
}

fn listed() -> Rows {
    ViewError::all_codes().into_iter().chain(Faults::all_codes()).collect()
}

fn a_guide() -> Rows {
    PlanError::all_codes().into_iter().chain(Faults::all_codes()).collect()
}

fn of_an_import() -> Rows {
    StartError::all_codes().into_iter().chain(Faults::all_codes()).collect()
}

/// What the call as a whole can be refused with. What is refused of one member stands in that one's result.
fn in_bulk() -> Rows {
    listed().into_iter().chain(BulkError::all_codes()).collect()
}

fn a_link_to_leave_by() -> Rows {
    let expired = LeaveError::CODES.iter().filter(|row| row.code == LeaveError::Expired.code());
    LinkFault::all_codes().into_iter().chain(expired).chain(StoreError::all_codes()).collect()
}

fn a_role() -> Rows {
    ViewError::all_codes().into_iter().chain(RoleUnknown::all_codes()).collect()
}

fn a_department() -> Rows {
    ViewError::all_codes().into_iter().chain(DepartmentUnknown::all_codes()).collect()
}

/// What `operation` takes beside its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Nothing.
    Nothing,
    /// JSON.
    Json,
    /// A file.
    File,
}

/// Everything that `operation` can answer but what it was asked for, by code.
pub(crate) fn of(operation: &str, writes: bool, takes: Takes) -> BTreeMap<&'static str, CodeRow> {
    let own = OPERATIONS.iter().find(|(name, _)| *name == operation).map(|(_, rows)| rows()).unwrap_or_default();
    let json = takes == Takes::Json;
    let input = if json { Faults::all_codes() } else { Rows::new() };
    let http = [(true, ALWAYS), (writes, WRITING), (json, BODY), (takes == Takes::File, FILE)];
    let http =
        http.into_iter().filter(|(applies, _)| *applies).flat_map(|(_, faults)| faults.iter().copied().map(row_of));
    by_code(own.into_iter().chain(input).copied().chain(http))
}

/// Every code that the server can answer.
pub(crate) fn all() -> BTreeMap<&'static str, CodeRow> {
    by_code(every_row())
}

/// Every row of every room, some codes more than once.
fn every_row() -> impl Iterator<Item = CodeRow> {
    let operations = OPERATIONS.iter().flat_map(|(_, rows)| rows());
    let domain = operations.chain(FAULTS.iter().flat_map(|rows| rows())).copied();
    domain.chain(HttpFault::CODES.iter().copied()).chain(InputFault::ALL.map(InputFault::row))
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
