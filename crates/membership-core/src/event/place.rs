//! Where each fact belongs: in whose audit it stands, and about what.

use super::Event;
use crate::{id::TenantId, store::Scope};

impl Event {
    /// The tenant it is a fact of, if of one.
    pub const fn tenant(&self) -> Option<TenantId> {
        match self {
            Self::SetUpLinkIssued(_)
            | Self::InstallationSetUp(_)
            | Self::AccountRegistered(_)
            | Self::AddressProved(_)
            | Self::PasswordChanged(_)
            | Self::PasswordRehashed(_)
            | Self::ResetIssued(_)
            | Self::ResetRefused(_)
            | Self::PasswordReset(_)
            | Self::AddressChangeAsked { .. }
            | Self::AddressChanged { .. }
            | Self::AddressRestored(_)
            | Self::ProfileEdited { .. }
            | Self::SessionsEnded(_)
            | Self::AccountClosed(_)
            | Self::FactorsChanged { .. }
            | Self::ChallengeStarted(_)
            | Self::ChallengeMailed(_)
            | Self::ChallengeEnded { .. }
            | Self::SessionStarted(_)
            | Self::SessionEnded { .. } => None,
            Self::TenantCreated { tenant, .. }
            | Self::TenantActivated(tenant)
            | Self::TenantSuspended(tenant)
            | Self::TenantResumed(tenant) => Some(tenant.id),
            Self::TenantEdited { tenant, .. } | Self::PolicyChanged { tenant, .. } => Some(tenant.id),
            Self::RoleDefined { role, .. } | Self::RoleDeleted { role, .. } => Some(role.tenant),
            Self::RoleEdited { role, .. } => Some(role.tenant),
            Self::DepartmentCreated(change) | Self::DepartmentRenamed(change) | Self::DepartmentMoved(change) => {
                Some(change.department.tenant)
            }
            Self::DepartmentDeleted { department, .. } => Some(department.tenant),
            Self::ApiKeyMade(key) | Self::ApiKeyRevoked(key) => Some(key.tenant),
            Self::MemberAdded(member)
            | Self::MemberAdmitted(member)
            | Self::MemberResetIssued { member, .. }
            | Self::MemberFactorsSwitched { member, .. }
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
            Self::ImportStarted(import) | Self::ImportAdvanced { import, .. } | Self::ImportEnded(import) => {
                Some(import.tenant)
            }
        }
    }

    /// In whose audit it stands, when it happens in a transaction about `scope`.
    pub fn home(&self, scope: Scope) -> Scope {
        self.tenant().map_or(scope, Scope::Tenant)
    }

    /// The thing that it is about, by whose id the audit can be searched: a member (an invitation is its member's), a
    /// role, a tenant, an account, an import.
    pub fn object(&self) -> uuid::Uuid {
        match self {
            Self::SetUpLinkIssued(_) | Self::InstallationSetUp(_) => uuid::Uuid::nil(),
            Self::AccountRegistered(account)
            | Self::AddressProved(account)
            | Self::PasswordChanged(account)
            | Self::PasswordRehashed(account)
            | Self::ResetIssued(account)
            | Self::ResetRefused(account)
            | Self::PasswordReset(account)
            | Self::AddressChangeAsked { account, .. }
            | Self::AddressRestored(account)
            | Self::SessionsEnded(account)
            | Self::AccountClosed(account)
            | Self::FactorsChanged { account, .. } => account.id.as_uuid(),
            Self::AddressChanged { account, .. } | Self::ProfileEdited { account, .. } => account.id.as_uuid(),
            Self::ChallengeStarted(challenge) | Self::ChallengeMailed(challenge) => challenge.account.as_uuid(),
            Self::SessionStarted(session) => session.account.as_uuid(),
            Self::ChallengeEnded { account, .. } | Self::SessionEnded { account, .. } => account.as_uuid(),
            Self::ApiKeyMade(key) | Self::ApiKeyRevoked(key) => key.id.as_uuid(),
            Self::TenantCreated { tenant, .. }
            | Self::TenantActivated(tenant)
            | Self::TenantSuspended(tenant)
            | Self::TenantResumed(tenant) => tenant.id.as_uuid(),
            Self::TenantEdited { tenant, .. } | Self::PolicyChanged { tenant, .. } => tenant.id.as_uuid(),
            Self::RoleDefined { role, .. } | Self::RoleDeleted { role, .. } => role.id.as_uuid(),
            Self::RoleEdited { role, .. } => role.id.as_uuid(),
            Self::DepartmentCreated(change) | Self::DepartmentRenamed(change) | Self::DepartmentMoved(change) => {
                change.department.id.as_uuid()
            }
            Self::DepartmentDeleted { department, .. } => department.id.as_uuid(),
            Self::MemberAdded(member)
            | Self::MemberAdmitted(member)
            | Self::MemberResetIssued { member, .. }
            | Self::MemberFactorsSwitched { member, .. }
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
            Self::ImportStarted(import) | Self::ImportAdvanced { import, .. } | Self::ImportEnded(import) => {
                import.id.as_uuid()
            }
        }
    }
}
