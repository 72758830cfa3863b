//! Events: every fact that can happen. They are all that a store can write, and each owes its audit record and its mail
//! here, in one pure place, so that no use case can forget them.

use crate::{
    account::{Account, Session},
    email::EmailAddress,
    id::{AccountId, SessionId, TenantId},
    installation::Installation,
    invitation::{Channel, Invitation},
    member::Member,
    outbox::{Mail, MailKind},
    role::Role,
    store::Scope,
    tenant::Tenant,
};

/// A fact. Each variant carries what is true after it, so that writing it needs no reading.
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
    /// Somebody signed in.
    SessionStarted(Session),
    /// Somebody signed out.
    SessionEnded {
        /// Which session.
        session: SessionId,
        /// Whose.
        account: AccountId,
    },
    /// A tenant was made, with its first roles.
    TenantCreated {
        /// The tenant.
        tenant: Tenant,
        /// Its roles.
        roles: Vec<Role>,
    },
    /// The tenant's first administrator has joined.
    TenantActivated(Tenant),
    /// Somebody became a member without being asked by an invitation: the founder.
    MemberAdded(Member),
    /// Somebody was asked to join. The invitation is Ready, or Invited if it goes out at once.
    MemberInvited {
        /// The new member.
        member: Member,
        /// Its invitation.
        invitation: Invitation,
    },
    /// A new link was issued: the first, or one that kills the one before.
    InvitationIssued(Invitation),
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
            Self::SessionStarted(_) => "session.started",
            Self::SessionEnded { .. } => "session.ended",
            Self::TenantCreated { .. } => "tenant.created",
            Self::TenantActivated(_) => "tenant.activated",
            Self::MemberAdded(_) => "member.added",
            Self::MemberInvited { .. } => "member.invited",
            Self::InvitationIssued(_) => "invitation.issued",
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
            | Self::SessionStarted(_)
            | Self::SessionEnded { .. } => None,
            Self::TenantCreated { tenant, .. } | Self::TenantActivated(tenant) => Some(tenant.id),
            Self::MemberAdded(member) | Self::MemberInvited { member, .. } | Self::MemberJoined { member, .. } => {
                Some(member.tenant)
            }
            Self::InvitationIssued(invitation)
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

    /// The mail that it owes.
    pub fn mail(&self) -> Option<Mail> {
        self.issued().and_then(letter)
    }

    /// The mail that must not go out any more, if it has not yet: that of an older link or of a closed invitation.
    pub fn cancels(&self) -> Option<Cancel> {
        let through =
            |invitation: &Invitation, generation| Some(Cancel { subject: invitation.id.as_uuid(), generation });
        match self {
            Self::InvitationIssued(invitation) => through(invitation, invitation.generation.saturating_sub(1)),
            Self::InvitationRejected(invitation)
            | Self::InvitationRevoked(invitation)
            | Self::InvitationExpired(invitation)
            | Self::MemberJoined { invitation, .. } => through(invitation, invitation.generation),
            Self::SetUpLinkIssued(_)
            | Self::InstallationSetUp(_)
            | Self::AccountRegistered(_)
            | Self::AddressProved(_)
            | Self::SessionStarted(_)
            | Self::SessionEnded { .. }
            | Self::TenantCreated { .. }
            | Self::TenantActivated(_)
            | Self::MemberAdded(_)
            | Self::MemberInvited { .. }
            | Self::InvitationOpened(_)
            | Self::InvitationAccepted(_) => None,
        }
    }

    /// The invitation whose newest link this fact has issued.
    const fn issued(&self) -> Option<&Invitation> {
        match self {
            Self::MemberInvited { invitation, .. } | Self::InvitationIssued(invitation) => Some(invitation),
            Self::SetUpLinkIssued(_)
            | Self::InstallationSetUp(_)
            | Self::AccountRegistered(_)
            | Self::AddressProved(_)
            | Self::SessionStarted(_)
            | Self::SessionEnded { .. }
            | Self::TenantCreated { .. }
            | Self::TenantActivated(_)
            | Self::MemberAdded(_)
            | Self::InvitationOpened(_)
            | Self::InvitationAccepted(_)
            | Self::InvitationRejected(_)
            | Self::InvitationRevoked(_)
            | Self::InvitationExpired(_)
            | Self::MemberJoined { .. } => None,
        }
    }
}

/// The letter with the newest link, if the invitation goes by mail and a link was issued.
fn letter(invitation: &Invitation) -> Option<Mail> {
    let to: EmailAddress = match &invitation.channel {
        Channel::Mail(address) => address.clone(),
        Channel::Link(_) => return None,
    };
    let issued = matches!(invitation.state, crate::invitation::State::Invited { .. });
    issued.then_some(Mail {
        kind: MailKind::Invitation,
        tenant: invitation.tenant,
        subject: invitation.id.as_uuid(),
        generation: invitation.generation,
        to,
    })
}
