//! The mail that each fact owes, and the mail that must not go out any more because of it.

use super::Event;
use crate::{
    account::{Account, address::AddressChange},
    email::EmailAddress,
    invitation::{Channel, Invitation, State},
    member::Member,
    outbox::{Mail, MailKind},
    store::Scope,
};

/// Which mail must not go out any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancel {
    /// Of this subject,
    pub subject: uuid::Uuid,
    /// all up to and with this generation.
    pub generation: u32,
}

impl Event {
    /// The mails that it owes.
    #[expect(clippy::too_many_lines, reason = "one arm for each event, so that a new one is thought of")]
    pub fn mails(&self) -> Vec<Mail> {
        match self {
            Self::MemberInvited { invitation, .. }
            | Self::InvitationIssued(invitation)
            | Self::InvitationReaddressed(invitation) => letter(invitation).into_iter().collect(),
            Self::MemberAdmitted(member) => to(member, MailKind::BecameMember, member.id.as_uuid()),
            Self::RepresentativeNominated(nomination) => {
                let mail = |address: &EmailAddress| Mail {
                    kind: MailKind::Nominated,
                    about: Scope::Tenant(nomination.tenant),
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
            Self::ResetIssued(account) => to_owner(account, MailKind::Reset),
            Self::ResetRefused(account) => to_owner(account, MailKind::ResetRefused),
            Self::PasswordChanged(account) | Self::PasswordReset(account) => {
                to_owner(account, MailKind::PasswordChanged)
            }
            Self::AddressChangeAsked { account, taken: false } => {
                let mail = |change: &AddressChange| about(account, MailKind::ConfirmAddress, &change.to);
                account.address_change.iter().map(mail).collect()
            }
            Self::AddressChanged { before, account } => {
                let mail = |to: &EmailAddress| about(account, MailKind::AddressChanged, to);
                before.proved_email().filter(|old| account.proved_email() != Some(old)).map(mail).into_iter().collect()
            }
            Self::FactorsChanged { account, change, .. } if change.is_told() => {
                to_owner(account, MailKind::FactorsChanged)
            }
            Self::MemberFactorsSwitched { account, .. } => to_owner(account, MailKind::FactorsChanged),
            Self::MemberResetIssued { account, .. } => to_owner(account, MailKind::ResetHandedOver),
            Self::ChallengeMailed(challenge) => {
                let mail = |to: &EmailAddress| Mail {
                    kind: MailKind::SignInCode,
                    about: Scope::Account(challenge.account),
                    subject: challenge.id.as_uuid(),
                    generation: challenge.mailed,
                    to: to.clone(),
                };
                challenge.address.iter().map(mail).collect()
            }
            Self::SetUpLinkIssued(_)
            | Self::InstallationSetUp(_)
            | Self::AccountRegistered(_)
            | Self::AddressProved(_)
            | Self::PasswordRehashed(_)
            | Self::AddressChangeAsked { taken: true, .. }
            | Self::AddressRestored(_)
            | Self::ProfileEdited { .. }
            | Self::SessionsEnded(_)
            | Self::AccountClosed(_)
            | Self::FactorsChanged { .. }
            | Self::ChallengeStarted(_)
            | Self::ChallengeEnded { .. }
            | Self::ApiKeyMade(_)
            | Self::ApiKeyRevoked(_)
            | Self::SessionStarted(_)
            | Self::SessionEnded { .. }
            | Self::TenantCreated { .. }
            | Self::TenantActivated(_)
            | Self::TenantSuspended(_)
            | Self::TenantResumed(_)
            | Self::TenantEdited { .. }
            | Self::PolicyChanged { .. }
            | Self::RoleDefined { .. }
            | Self::RoleEdited { .. }
            | Self::RoleDeleted { .. }
            | Self::DepartmentCreated(_)
            | Self::DepartmentRenamed(_)
            | Self::DepartmentMoved(_)
            | Self::DepartmentDeleted { .. }
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
            | Self::ImportStarted(_)
            | Self::ImportAdvanced { .. }
            | Self::ImportEnded(_)
            | Self::MemberJoined { .. } => Vec::new(),
        }
    }

    /// The mail that must not go out any more, if it has not yet: that of an older link, of a closed invitation or of an
    /// offer that does not stand.
    #[expect(clippy::too_many_lines, reason = "one arm for each event, so that a new one is thought of")]
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
            // Whatever opens something must not go out once it opens nothing any more: of the codes, all but the newest.
            Self::ChallengeMailed(challenge) => {
                Some(Cancel { subject: challenge.id.as_uuid(), generation: challenge.mailed.saturating_sub(1) })
            }
            Self::ChallengeEnded { challenge, .. } => {
                Some(Cancel { subject: challenge.as_uuid(), generation: u32::MAX })
            }
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
            | Self::SessionStarted(_)
            | Self::SessionEnded { .. }
            | Self::TenantCreated { .. }
            | Self::TenantActivated(_)
            | Self::TenantSuspended(_)
            | Self::TenantResumed(_)
            | Self::TenantEdited { .. }
            | Self::PolicyChanged { .. }
            | Self::RoleDefined { .. }
            | Self::RoleEdited { .. }
            | Self::RoleDeleted { .. }
            | Self::DepartmentCreated(_)
            | Self::DepartmentRenamed(_)
            | Self::DepartmentMoved(_)
            | Self::DepartmentDeleted { .. }
            | Self::MemberAdded(_)
            | Self::MemberAdmitted(_)
            | Self::MemberInvited { .. }
            | Self::MemberEdited(_)
            | Self::MemberDisabled(_)
            | Self::MemberEnabled(_)
            | Self::MemberResetIssued { .. }
            | Self::MemberFactorsSwitched { .. }
            | Self::ApiKeyMade(_)
            | Self::ApiKeyRevoked(_)
            | Self::TransferAttempted(_)
            | Self::HeirNamed(_)
            | Self::TransferFinished(_)
            | Self::RepresentativeNominated(_)
            | Self::InvitationVouched(_)
            | Self::InvitationOpened(_)
            | Self::InvitationAccepted(_)
            | Self::ImportStarted(_)
            | Self::ImportAdvanced { .. }
            | Self::ImportEnded(_) => None,
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
        about: Scope::Tenant(invitation.tenant),
        subject: invitation.id.as_uuid(),
        generation: invitation.generation,
        to: address,
    })
}

/// One letter to `member`, if the tenant knows an address.
fn to(member: &Member, kind: MailKind, subject: uuid::Uuid) -> Vec<Mail> {
    let mail =
        |to: &EmailAddress| Mail { kind, about: Scope::Tenant(member.tenant), subject, generation: 1, to: to.clone() };
    member.email.iter().map(mail).collect()
}

/// A letter to the owner of `account`, if there is an address that is the owner's.
fn to_owner(account: &Account, kind: MailKind) -> Vec<Mail> {
    account.proved_email().map(|to| about(account, kind, to)).into_iter().collect()
}

fn about(account: &Account, kind: MailKind, to: &EmailAddress) -> Mail {
    let (about, subject) = (Scope::Account(account.id), account.id.as_uuid());
    Mail { kind, about, subject, generation: account.links, to: to.clone() }
}
