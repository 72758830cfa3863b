//! How many people belong where: what each fact adds to the numbers that are kept of it.

use std::collections::BTreeMap;

use super::Event;
use crate::{department::Departments, id::DepartmentId};

/// What is added to a [`Headcount`](crate::department::Headcount).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HeadcountChange {
    /// To its members.
    pub members: i32,
    /// To how often ways meet.
    pub meets: i32,
}

impl Event {
    /// What it adds for each department; nothing that is not added to.
    #[expect(clippy::too_many_lines, reason = "one arm for each event, so that a new one is thought of")]
    pub fn headcounts(&self) -> BTreeMap<DepartmentId, HeadcountChange> {
        let mut all = BTreeMap::new();
        let nowhere = Departments::default();
        match self {
            Self::MemberAdded(member) | Self::MemberAdmitted(member) | Self::MemberInvited { member, .. } => {
                count(&mut all, &nowhere, &member.departments);
            }
            Self::MemberEdited(change) | Self::MemberRemoved { change, .. } | Self::MemberLeft { change, .. } => {
                count(&mut all, &change.before.departments, &change.member.departments);
            }
            Self::DepartmentMoved(change) => {
                change.members.iter().for_each(|(_, before, after)| count(&mut all, before, after));
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
            | Self::ChallengeMailed(_)
            | Self::ChallengeEnded { .. }
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
            | Self::DepartmentDeleted { .. }
            | Self::ApiKeyMade(_)
            | Self::ApiKeyRevoked(_)
            | Self::MemberDisabled(_)
            | Self::MemberEnabled(_)
            | Self::MemberResetIssued { .. }
            | Self::MemberFactorsSwitched { .. }
            | Self::MemberJoined { .. }
            | Self::TransferAttempted(_)
            | Self::HeirNamed(_)
            | Self::TransferFinished(_)
            | Self::RepresentativeNominated(_)
            | Self::NominationDeclined(_)
            | Self::NominationWithdrawn(_)
            | Self::RepresentativeChanged { .. }
            | Self::InvitationIssued(_)
            | Self::InvitationReaddressed(_)
            | Self::InvitationVouched(_)
            | Self::InvitationOpened(_)
            | Self::InvitationAccepted(_)
            | Self::InvitationRejected(_)
            | Self::InvitationRevoked(_)
            | Self::InvitationExpired(_)
            | Self::ImportStarted(_)
            | Self::ImportAdvanced { .. }
            | Self::ImportEnded(_) => {}
        }
        all.retain(|_, change| *change != HeadcountChange::default());
        all
    }
}

fn count(all: &mut BTreeMap<DepartmentId, HeadcountChange>, before: &Departments, after: &Departments) {
    for (departments, sign) in [(before, -1), (after, 1)] {
        departments.all().iter().for_each(|one| all.entry(*one).or_default().members += sign);
        departments.meets().iter().for_each(|one| all.entry(*one).or_default().meets += sign);
    }
}
