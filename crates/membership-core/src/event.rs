//! Events: every fact that can happen. They are all that a store can write, and each owes its audit record and its mail
//! here, in one pure place, so that no use case can forget them.

mod factor_change;
mod headcount;
mod mail;
mod place;

pub use factor_change::FactorChange;
pub use headcount::HeadcountChange;
pub use mail::Cancel;

use crate::{
    account::{Account, ApiKey, Challenge, Factors, Session},
    department::{Department, Departments, Lineage},
    id::{AccountId, CatalogueId, ChallengeId, DepartmentId, MemberId, SessionId, TreeId},
    import::{BlockOutcomes, Import},
    installation::Installation,
    invitation::Invitation,
    member::{Member, transfer::Transfer},
    role::{Access, Role},
    tenant::{Tenant, branding::Picture, representative::Nomination},
};

/// A fact. Each variant carries what is true after it, so that writing it needs no reading; where something was edited,
/// what was true before it too, for the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A link to set up the installation was issued.
    SetUpLinkIssued(Installation),
    /// The installation has its operator.
    InstallationSetUp(Installation),
    /// An account was made.
    AccountRegistered(Account),
    /// A mail to this address came back: it is the account's own.
    AddressProved(Account),
    /// The person chose another password, which ended every session.
    PasswordChanged(Account),
    /// The password is the same one and is kept otherwise: hashed anew, more dearly, or to be replaced, because it is short and
    /// there is no second factor any more.
    PasswordRehashed(Account),
    /// A link to choose another password by was issued to whoever reads the account's mail.
    ResetIssued(Account),
    /// No link was issued, because that mailbox is the second factor too: the owner reads what to do instead.
    ResetRefused(Account),
    /// The password was chosen anew by a link, which ended every session.
    PasswordReset(Account),
    /// The account shall have another address; a link to confirm it is on its way, unless the address is another's.
    AddressChangeAsked {
        /// The account.
        account: Account,
        /// Whether another account has proved that address.
        taken: bool,
    },
    /// The account has another address, proved.
    AddressChanged {
        /// As it was.
        before: Box<Account>,
        /// As it is.
        account: Box<Account>,
    },
    /// The owner of the former address brought it back.
    AddressRestored(Account),
    /// The owner calls himself or herself something else.
    ProfileEdited {
        /// As it was.
        before: Box<Account>,
        /// As it is.
        account: Box<Account>,
    },
    /// Every session of the account was ended by its owner.
    SessionsEnded(Account),
    /// The owner gave the account up.
    AccountClosed(Account),
    /// The second factors of an account are others, or one was used up.
    FactorsChanged {
        /// The account.
        account: Account,
        /// Its factors from now on.
        factors: Factors,
        /// What happened to them.
        change: FactorChange,
    },
    /// The password was right, and the second factor is asked for.
    ChallengeStarted(Challenge),
    /// A code was mailed for it.
    ChallengeMailed(Challenge),
    /// It was answered, or given up.
    ChallengeEnded {
        /// Which.
        challenge: ChallengeId,
        /// Whose.
        account: AccountId,
    },
    /// Somebody signed in.
    SessionStarted(Session),
    /// Somebody signed out.
    SessionEnded {
        /// Which session.
        session: SessionId,
        /// Whose.
        account: AccountId,
    },
    /// A tenant was made, with all that access in it is decided by.
    TenantCreated {
        /// The tenant.
        tenant: Tenant,
        /// Its applications and first roles.
        access: Access,
        /// Its first department.
        root: Department,
    },
    /// The tenant's first administrator has joined.
    TenantActivated(Tenant),
    /// The operator closed the tenant for everybody.
    TenantSuspended(Tenant),
    /// The operator opened it again.
    TenantResumed(Tenant),
    /// The tenant is called something else, or looks otherwise.
    TenantEdited {
        /// As it was.
        before: Box<Tenant>,
        /// As it is.
        tenant: Box<Tenant>,
        /// The picture that its new logo is, if it has a new one. The audit keeps its name, which tells what was in it.
        picture: Option<Picture>,
    },
    /// The tenant has other rules.
    PolicyChanged {
        /// As it was.
        before: Box<Tenant>,
        /// As it is.
        tenant: Box<Tenant>,
    },
    /// A role was made.
    RoleDefined {
        /// The role.
        role: Role,
        /// The tenant's catalogue from now on.
        catalogue: CatalogueId,
    },
    /// A role was changed, for everybody who holds it.
    RoleEdited {
        /// As it was.
        before: Box<Role>,
        /// As it is.
        role: Box<Role>,
        /// The tenant's catalogue from now on.
        catalogue: CatalogueId,
    },
    /// A role that nobody held was deleted.
    RoleDeleted {
        /// As it was.
        role: Role,
        /// The tenant's catalogue from now on.
        catalogue: CatalogueId,
    },
    /// A department was made.
    DepartmentCreated(Box<DepartmentChange>),
    /// It is called something else.
    DepartmentRenamed(Box<DepartmentChange>),
    /// It stands elsewhere, with all below it.
    DepartmentMoved(Box<DepartmentChange>),
    /// A department to which nobody belonged was deleted.
    DepartmentDeleted {
        /// As it was.
        department: Department,
        /// The tenant's tree from now on.
        tree: TreeId,
    },
    /// Somebody became a member without being asked by an invitation: the founder, or one whom an administrator added.
    MemberAdded(Member),
    /// The owner of an account became a member at once, because the tenant's policy says so, and is told by mail.
    MemberAdmitted(Member),
    /// Somebody was asked to join. The invitation is Ready, or Invited if it goes out at once.
    MemberInvited {
        /// The new member.
        member: Member,
        /// Its invitation.
        invitation: Invitation,
    },
    /// Name, address or assignments of a member were changed.
    MemberEdited(MemberChange),
    /// A member was shut out.
    MemberDisabled(MemberChange),
    /// A member was let in again.
    MemberEnabled(MemberChange),
    /// An administrator made a link by which the member can choose another password.
    MemberResetIssued {
        /// The member.
        member: Member,
        /// Its account.
        account: Account,
    },
    /// An administrator switched the member's second factor on or off.
    MemberFactorsSwitched {
        /// The member.
        member: Member,
        /// Its account.
        account: Account,
        /// Its factors from now on.
        factors: Factors,
    },
    /// A program may act for a member.
    ApiKeyMade(ApiKey),
    /// It may not any more, nor may what it has made.
    ApiKeyRevoked(ApiKey),
    /// A membership was ended by somebody else. What the member held is being handed over, if it held anything.
    MemberRemoved {
        /// The member.
        change: MemberChange,
        /// The hand-over.
        transfer: Option<Transfer>,
    },
    /// A membership was ended by the member.
    MemberLeft {
        /// The member.
        change: MemberChange,
        /// The hand-over.
        transfer: Option<Transfer>,
    },
    /// Something was handed over, or could not be at this time.
    TransferAttempted(Transfer),
    /// Another heir was named for what is not handed over yet.
    HeirNamed(Transfer),
    /// All was handed over: the removal is final.
    TransferFinished(Transfer),
    /// The representative administrator asks somebody to take over.
    RepresentativeNominated(Nomination),
    /// That person does not want to.
    NominationDeclined(Nomination),
    /// The representative administrator does not ask any more.
    NominationWithdrawn(Nomination),
    /// Another member is the representative administrator.
    RepresentativeChanged {
        /// The offer, accepted.
        nomination: Box<Nomination>,
        /// Who was.
        former: Box<MemberChange>,
        /// Who is.
        successor: Box<MemberChange>,
    },
    /// A new link was issued: the first, or one that kills the one before.
    InvitationIssued(Invitation),
    /// The invitation goes elsewhere from now on; a link that was out is dead.
    InvitationReaddressed(Invitation),
    /// Somebody else answers for what it grants: it grants something else now.
    InvitationVouched(Invitation),
    /// The newest link was looked at for the first time.
    InvitationOpened(Invitation),
    /// The person said yes.
    InvitationAccepted(Invitation),
    /// The person said no.
    InvitationRejected(Invitation),
    /// An administrator took it back.
    InvitationRevoked(Invitation),
    /// Its time had passed.
    InvitationExpired(Invitation),
    /// An import is carried out from now on.
    ImportStarted(Import),
    /// Some rows of it are done.
    ImportAdvanced {
        /// The import.
        import: Import,
        /// What became of the rows.
        outcomes: Vec<BlockOutcomes>,
    },
    /// It is over.
    ImportEnded(Import),
    /// The person is a member now.
    MemberJoined {
        /// The member, enabled.
        member: Member,
        /// Its invitation, used.
        invitation: Invitation,
    },
}

/// A department before and after, with what goes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepartmentChange {
    /// As it was, if it was.
    pub before: Option<Department>,
    /// As it is.
    pub department: Department,
    /// Its siblings that had to move over, as they are.
    pub siblings: Vec<Department>,
    /// It and all below it, if they hang on something else than before: the way from the root to each.
    pub lineages: Vec<(DepartmentId, Lineage)>,
    /// Members whose ways up meet elsewhere because of it: to what they belong, as it was and as it is.
    pub members: Vec<(MemberId, Departments, Departments)>,
    /// The tenant's tree from now on.
    pub tree: TreeId,
}

/// A member before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberChange {
    /// As it was.
    pub before: Member,
    /// As it is.
    pub member: Member,
}

impl Event {
    /// The stable name of this kind of fact, as it stands in the audit.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SetUpLinkIssued(_) => "installation.set-up-link-issued",
            Self::InstallationSetUp(_) => "installation.set-up",
            Self::AccountRegistered(_) => "account.registered",
            Self::AddressProved(_) => "account.address-proved",
            Self::PasswordChanged(_) => "account.password-changed",
            Self::PasswordRehashed(_) => "account.password-rehashed",
            Self::ResetIssued(_) => "account.reset-issued",
            Self::ResetRefused(_) => "account.reset-refused",
            Self::PasswordReset(_) => "account.password-reset",
            Self::AddressChangeAsked { .. } => "account.address-change-asked",
            Self::AddressChanged { .. } => "account.address-changed",
            Self::AddressRestored(_) => "account.address-restored",
            Self::ProfileEdited { .. } => "account.edited",
            Self::SessionsEnded(_) => "account.sessions-ended",
            Self::AccountClosed(_) => "account.closed",
            Self::FactorsChanged { .. } => "account.factors-changed",
            Self::ChallengeStarted(_) => "challenge.started",
            Self::ChallengeMailed(_) => "challenge.mailed",
            Self::ChallengeEnded { .. } => "challenge.ended",
            Self::SessionStarted(_) => "session.started",
            Self::SessionEnded { .. } => "session.ended",
            Self::TenantCreated { .. } => "tenant.created",
            Self::TenantActivated(_) => "tenant.activated",
            Self::TenantSuspended(_) => "tenant.suspended",
            Self::TenantResumed(_) => "tenant.resumed",
            Self::TenantEdited { .. } => "tenant.edited",
            Self::PolicyChanged { .. } => "tenant.policy-changed",
            Self::RoleDefined { .. } => "role.defined",
            Self::RoleEdited { .. } => "role.edited",
            Self::RoleDeleted { .. } => "role.deleted",
            Self::DepartmentCreated(_) => "department.created",
            Self::DepartmentRenamed(_) => "department.renamed",
            Self::DepartmentMoved(_) => "department.moved",
            Self::DepartmentDeleted { .. } => "department.deleted",
            Self::MemberAdded(_) => "member.added",
            Self::MemberAdmitted(_) => "member.admitted",
            Self::MemberInvited { .. } => "member.invited",
            Self::MemberEdited(_) => "member.edited",
            Self::MemberDisabled(_) => "member.disabled",
            Self::MemberEnabled(_) => "member.enabled",
            Self::MemberResetIssued { .. } => "member.reset-issued",
            Self::MemberFactorsSwitched { .. } => "member.factors-switched",
            Self::ApiKeyMade(_) => "api-key.made",
            Self::ApiKeyRevoked(_) => "api-key.revoked",
            Self::MemberRemoved { .. } => "member.removed",
            Self::MemberLeft { .. } => "member.left",
            Self::TransferAttempted(_) => "transfer.attempted",
            Self::HeirNamed(_) => "transfer.heir-named",
            Self::TransferFinished(_) => "transfer.finished",
            Self::RepresentativeNominated(_) => "representative.nominated",
            Self::NominationDeclined(_) => "representative.declined",
            Self::NominationWithdrawn(_) => "representative.withdrawn",
            Self::RepresentativeChanged { .. } => "representative.changed",
            Self::InvitationIssued(_) => "invitation.issued",
            Self::InvitationReaddressed(_) => "invitation.readdressed",
            Self::InvitationVouched(_) => "invitation.vouched",
            Self::InvitationOpened(_) => "invitation.opened",
            Self::InvitationAccepted(_) => "invitation.accepted",
            Self::InvitationRejected(_) => "invitation.rejected",
            Self::InvitationRevoked(_) => "invitation.revoked",
            Self::InvitationExpired(_) => "invitation.expired",
            Self::ImportStarted(_) => "import.started",
            Self::ImportAdvanced { .. } => "import.advanced",
            Self::ImportEnded(_) => "import.ended",
            Self::MemberJoined { .. } => "member.joined",
        }
    }
}
