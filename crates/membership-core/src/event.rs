//! Events: every fact that can happen. They are all that a store can write, and each owes its audit record and its mail
//! here, in one pure place, so that no use case can forget them.

use crate::{
    account::{Account, Session},
    email::EmailAddress,
    id::{AccountId, CatalogueId, SessionId, TenantId},
    installation::Installation,
    invitation::{Channel, Invitation, State},
    member::{Member, transfer::Transfer},
    outbox::{Mail, MailKind},
    role::{Access, Role},
    store::Scope,
    tenant::{Tenant, representative::Nomination},
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
    },
    /// The tenant's first administrator has joined.
    TenantActivated(Tenant),
    /// The operator closed the tenant for everybody.
    TenantSuspended(Tenant),
    /// The operator opened it again.
    TenantResumed(Tenant),
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
    /// The person is a member now.
    MemberJoined {
        /// The member, enabled.
        member: Member,
        /// Its invitation, used.
        invitation: Invitation,
    },
}

/// A member before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberChange {
    /// As it was.
    pub before: Member,
    /// As it is.
    pub member: Member,
}

/// Which mail must not go out any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancel {
    /// Of this subject,
    pub subject: uuid::Uuid,
    /// all up to and with this generation.
    pub generation: u32,
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
            Self::SessionStarted(_) => "session.started",
            Self::SessionEnded { .. } => "session.ended",
            Self::TenantCreated { .. } => "tenant.created",
            Self::TenantActivated(_) => "tenant.activated",
            Self::TenantSuspended(_) => "tenant.suspended",
            Self::TenantResumed(_) => "tenant.resumed",
            Self::PolicyChanged { .. } => "tenant.policy-changed",
            Self::RoleDefined { .. } => "role.defined",
            Self::RoleEdited { .. } => "role.edited",
            Self::RoleDeleted { .. } => "role.deleted",
            Self::MemberAdded(_) => "member.added",
            Self::MemberAdmitted(_) => "member.admitted",
            Self::MemberInvited { .. } => "member.invited",
            Self::MemberEdited(_) => "member.edited",
            Self::MemberDisabled(_) => "member.disabled",
            Self::MemberEnabled(_) => "member.enabled",
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
            Self::MemberJoined { .. } => "member.joined",
        }
    }

    /// The tenant it is a fact of, if of one.
    pub const fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::SetUpLinkIssued(_)
            | Self::InstallationSetUp(_)
            | Self::AccountRegistered(_)
            | Self::AddressProved(_)
            | Self::PasswordChanged(_)
            | Self::SessionStarted(_)
            | Self::SessionEnded { .. } => None,
            Self::TenantCreated { tenant, .. }
            | Self::TenantActivated(tenant)
            | Self::TenantSuspended(tenant)
            | Self::TenantResumed(tenant) => Some(tenant.id),
            Self::PolicyChanged { tenant, .. } => Some(tenant.id),
            Self::RoleDefined { role, .. } | Self::RoleDeleted { role, .. } => Some(role.tenant),
            Self::RoleEdited { role, .. } => Some(role.tenant),
            Self::MemberAdded(member)
            | Self::MemberAdmitted(member)
            | Self::MemberInvited { member, .. }
            | Self::MemberJoined { member, .. } => Some(member.tenant),
            Self::MemberEdited(change)
            | Self::MemberDisabled(change)
            | Self::MemberEnabled(change)
            | Self::MemberRemoved { change, .. }
            | Self::MemberLeft { change, .. } => Some(change.member.tenant),
            Self::RepresentativeChanged { successor, .. } => Some(successor.member.tenant),
            Self::TransferAttempted(transfer) | Self::HeirNamed(transfer) | Self::TransferFinished(transfer) => {
                Some(transfer.tenant)
            }
            Self::RepresentativeNominated(nomination)
            | Self::NominationDeclined(nomination)
            | Self::NominationWithdrawn(nomination) => Some(nomination.tenant),
            Self::InvitationIssued(invitation)
            | Self::InvitationReaddressed(invitation)
            | Self::InvitationVouched(invitation)
            | Self::InvitationOpened(invitation)
            | Self::InvitationAccepted(invitation)
            | Self::InvitationRejected(invitation)
            | Self::InvitationRevoked(invitation)
            | Self::InvitationExpired(invitation) => Some(invitation.tenant),
        }
    }

    /// In whose audit it stands, when it happens in a transaction about `scope`.
    pub fn home(&self, scope: Scope) -> Scope {
        self.tenant().map_or(scope, Scope::Tenant)
    }

    /// The thing that it is about, by whose id the audit can be searched: a member (an invitation is its member's), a
    /// role, a tenant, an account.
    pub fn object(&self) -> uuid::Uuid {
        match self {
            Self::SetUpLinkIssued(_) | Self::InstallationSetUp(_) => uuid::Uuid::nil(),
            Self::AccountRegistered(account) | Self::AddressProved(account) | Self::PasswordChanged(account) => {
                account.id.as_uuid()
            }
            Self::SessionStarted(session) => session.account.as_uuid(),
            Self::SessionEnded { account, .. } => account.as_uuid(),
            Self::TenantCreated { tenant, .. }
            | Self::TenantActivated(tenant)
            | Self::TenantSuspended(tenant)
            | Self::TenantResumed(tenant) => tenant.id.as_uuid(),
            Self::PolicyChanged { tenant, .. } => tenant.id.as_uuid(),
            Self::RoleDefined { role, .. } | Self::RoleDeleted { role, .. } => role.id.as_uuid(),
            Self::RoleEdited { role, .. } => role.id.as_uuid(),
            Self::MemberAdded(member)
            | Self::MemberAdmitted(member)
            | Self::MemberInvited { member, .. }
            | Self::MemberJoined { member, .. } => member.id.as_uuid(),
            Self::MemberEdited(change)
            | Self::MemberDisabled(change)
            | Self::MemberEnabled(change)
            | Self::MemberRemoved { change, .. }
            | Self::MemberLeft { change, .. } => change.member.id.as_uuid(),
            Self::RepresentativeChanged { successor, .. } => successor.member.id.as_uuid(),
            Self::TransferAttempted(transfer) | Self::HeirNamed(transfer) | Self::TransferFinished(transfer) => {
                transfer.member.as_uuid()
            }
            Self::RepresentativeNominated(nomination)
            | Self::NominationDeclined(nomination)
            | Self::NominationWithdrawn(nomination) => nomination.nominee.as_uuid(),
            Self::InvitationIssued(invitation)
            | Self::InvitationReaddressed(invitation)
            | Self::InvitationVouched(invitation)
            | Self::InvitationOpened(invitation)
            | Self::InvitationAccepted(invitation)
            | Self::InvitationRejected(invitation)
            | Self::InvitationRevoked(invitation)
            | Self::InvitationExpired(invitation) => invitation.member.as_uuid(),
        }
    }

    /// The mails that it owes.
    pub fn mails(&self) -> Vec<Mail> {
        match self {
            Self::MemberInvited { invitation, .. }
            | Self::InvitationIssued(invitation)
            | Self::InvitationReaddressed(invitation) => letter(invitation).into_iter().collect(),
            Self::MemberAdmitted(member) => to(member, MailKind::BecameMember, member.id.as_uuid()),
            Self::RepresentativeNominated(nomination) => {
                let mail = |address: &EmailAddress| Mail {
                    kind: MailKind::Nominated,
                    tenant: nomination.tenant,
                    subject: nomination.id.as_uuid(),
                    generation: 1,
                    to: address.clone(),
                };
                nomination.address.iter().map(mail).collect()
            }
            Self::RepresentativeChanged { nomination, former, successor } => {
                let mut mails = to(&successor.member, MailKind::BecameRepresentative, nomination.id.as_uuid());
                mails.extend(to(&former.member, MailKind::HandedOver, nomination.id.as_uuid()));
                mails
            }
            Self::SetUpLinkIssued(_)
            | Self::InstallationSetUp(_)
            | Self::AccountRegistered(_)
            | Self::AddressProved(_)
            | Self::PasswordChanged(_)
            | Self::SessionStarted(_)
            | Self::SessionEnded { .. }
            | Self::TenantCreated { .. }
            | Self::TenantActivated(_)
            | Self::TenantSuspended(_)
            | Self::TenantResumed(_)
            | Self::PolicyChanged { .. }
            | Self::RoleDefined { .. }
            | Self::RoleEdited { .. }
            | Self::RoleDeleted { .. }
            | Self::MemberAdded(_)
            | Self::MemberEdited(_)
            | Self::MemberDisabled(_)
            | Self::MemberEnabled(_)
            | Self::MemberRemoved { .. }
            | Self::MemberLeft { .. }
            | Self::TransferAttempted(_)
            | Self::HeirNamed(_)
            | Self::TransferFinished(_)
            | Self::NominationDeclined(_)
            | Self::NominationWithdrawn(_)
            | Self::InvitationVouched(_)
            | Self::InvitationOpened(_)
            | Self::InvitationAccepted(_)
            | Self::InvitationRejected(_)
            | Self::InvitationRevoked(_)
            | Self::InvitationExpired(_)
            | Self::MemberJoined { .. } => Vec::new(),
        }
    }

    /// The mail that must not go out any more, if it has not yet: that of an older link, of a closed invitation or of an
    /// offer that does not stand.
    pub fn cancels(&self) -> Option<Cancel> {
        let through =
            |invitation: &Invitation, generation| Some(Cancel { subject: invitation.id.as_uuid(), generation });
        match self {
            Self::InvitationIssued(invitation) => through(invitation, invitation.generation.saturating_sub(1)),
            Self::InvitationReaddressed(invitation) => {
                let newest_is_out = matches!(invitation.state, State::Invited { .. });
                through(invitation, invitation.generation.saturating_sub(u32::from(newest_is_out)))
            }
            Self::InvitationRejected(invitation)
            | Self::InvitationRevoked(invitation)
            | Self::InvitationExpired(invitation)
            | Self::MemberJoined { invitation, .. } => through(invitation, invitation.generation),
            Self::NominationDeclined(nomination) | Self::NominationWithdrawn(nomination) => {
                Some(Cancel { subject: nomination.id.as_uuid(), generation: 1 })
            }
            Self::RepresentativeChanged { nomination, .. } => {
                Some(Cancel { subject: nomination.id.as_uuid(), generation: 1 })
            }
            Self::MemberRemoved { change, .. } | Self::MemberLeft { change, .. } => {
                Some(Cancel { subject: change.member.id.as_uuid(), generation: 1 })
            }
            Self::SetUpLinkIssued(_)
            | Self::InstallationSetUp(_)
            | Self::AccountRegistered(_)
            | Self::AddressProved(_)
            | Self::PasswordChanged(_)
            | Self::SessionStarted(_)
            | Self::SessionEnded { .. }
            | Self::TenantCreated { .. }
            | Self::TenantActivated(_)
            | Self::TenantSuspended(_)
            | Self::TenantResumed(_)
            | Self::PolicyChanged { .. }
            | Self::RoleDefined { .. }
            | Self::RoleEdited { .. }
            | Self::RoleDeleted { .. }
            | Self::MemberAdded(_)
            | Self::MemberAdmitted(_)
            | Self::MemberInvited { .. }
            | Self::MemberEdited(_)
            | Self::MemberDisabled(_)
            | Self::MemberEnabled(_)
            | Self::TransferAttempted(_)
            | Self::HeirNamed(_)
            | Self::TransferFinished(_)
            | Self::RepresentativeNominated(_)
            | Self::InvitationVouched(_)
            | Self::InvitationOpened(_)
            | Self::InvitationAccepted(_) => None,
        }
    }
}

/// The letter with the newest link, if the invitation goes by mail and a link was issued.
fn letter(invitation: &Invitation) -> Option<Mail> {
    let address = match &invitation.channel {
        Channel::Mail(address) => address.clone(),
        Channel::Link(_) => return None,
    };
    matches!(invitation.state, State::Invited { .. }).then_some(Mail {
        kind: MailKind::Invitation,
        tenant: invitation.tenant,
        subject: invitation.id.as_uuid(),
        generation: invitation.generation,
        to: address,
    })
}

/// One letter to `member`, if the tenant knows an address.
fn to(member: &Member, kind: MailKind, subject: uuid::Uuid) -> Vec<Mail> {
    let mail =
        |address: &EmailAddress| Mail { kind, tenant: member.tenant, subject, generation: 1, to: address.clone() };
    member.email.iter().map(mail).collect()
}
