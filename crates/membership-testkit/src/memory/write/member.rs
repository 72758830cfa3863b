//! Members, and what belongs to them.

use membership_core::{
    event::MemberChange,
    id::{MemberId, TenantId},
    invitation::Invitation,
    member::{Member, MemberStatus, transfer::Transfer},
    store::StoreError,
    tenant::representative::{Answer, Nomination},
};

use super::{super::tables::Tables, constraint};

impl Tables {
    pub(super) fn new_member(&mut self, member: &Member) -> Result<(), StoreError> {
        constraint("member.id", !self.members.contains_key(&member.id))?;
        self.put_member(member)
    }

    pub(super) fn known_member(&mut self, member: &Member) -> Result<(), StoreError> {
        constraint("member.present", self.member(member.tenant, member.id).is_some())?;
        self.put_member(member)
    }

    fn put_member(&mut self, member: &Member) -> Result<(), StoreError> {
        constraint("member.tenant", self.tenants.contains_key(&member.tenant))?;
        constraint("member.creator", member.creator.is_none_or(|by| self.has(member.tenant, [by])))?;
        let own = |role| self.roles_of(member.tenant).any(|known| known.id == role);
        constraint("member.assignments", member.assignments.roles().all(own))?;
        let known = |department| self.departments_of(member.tenant).any(|(known, _)| known.id == department);
        constraint("assignment.department_fk", member.assignments.iter().filter_map(|held| held.within).all(known))?;
        constraint("member_department.department_fk", member.departments.all().iter().copied().all(known))?;
        constraint("member.account", member.account().is_none_or(|account| self.accounts.contains_key(&account)))?;
        if member.status() != MemberStatus::Removed {
            let free = |clash: &dyn Fn(&Member) -> bool| {
                !self.present(member.tenant).any(|other| other.id != member.id && clash(other))
            };
            constraint("member.email", member.email.is_none() || free(&|other| other.email == member.email))?;
            constraint(
                "member.account",
                member.account().is_none() || free(&|other| other.account() == member.account()),
            )?;
            constraint("member.representative", !member.representative || free(&|other| other.representative))?;
        }
        self.members.insert(member.id, member.clone());
        Ok(())
    }

    /// Shutting out raises the account's epoch too, so that sessions that begin from now on are of a later one.
    pub(super) fn shut_out(&mut self, change: &MemberChange) -> Result<(), StoreError> {
        self.known_member(&change.member)?;
        let account = change.member.account().and_then(|account| self.accounts.get_mut(&account));
        match account {
            Some(account) if account.epoch < change.member.epoch => {
                account.epoch = change.member.epoch;
                // What was out to open the account does not any more.
                (account.reset, account.address_change) = (None, None);
                Ok(())
            }
            Some(_) => constraint("account.epoch", false),
            None => Ok(()),
        }
    }

    pub(super) fn known_invitation(&mut self, invitation: &Invitation) -> Result<(), StoreError> {
        constraint("invitation.present", self.invitation(invitation.tenant, invitation.id).is_some())?;
        self.put_invitation(invitation)
    }

    pub(super) fn put_invitation(&mut self, invitation: &Invitation) -> Result<(), StoreError> {
        let own = self.invitation_of(invitation.member);
        constraint("invitation.member", own.is_none_or(|own| own.id == invitation.id))?;
        constraint("invitation.member", self.has(invitation.tenant, [invitation.member]))?;
        self.invitations.insert(invitation.id, invitation.clone());
        Ok(())
    }

    pub(super) fn new_transfer(&mut self, transfer: &Transfer) -> Result<(), StoreError> {
        constraint("transfer.id", !self.transfers.contains_key(&transfer.id))?;
        constraint("transfer.member", self.transfers.values().all(|other| other.member != transfer.member))?;
        self.put_transfer(transfer)
    }

    pub(super) fn put_transfer(&mut self, transfer: &Transfer) -> Result<(), StoreError> {
        let heirs = transfer.shares.iter().map(|share| share.heir);
        constraint("transfer.members", self.has(transfer.tenant, heirs.chain([transfer.member])))?;
        constraint("transfer.account", self.accounts.contains_key(&transfer.account))?;
        self.transfers.insert(transfer.id, transfer.clone());
        Ok(())
    }

    pub(super) fn known_nomination(&mut self, nomination: &Nomination) -> Result<(), StoreError> {
        let known = self.nominations.get(&nomination.id);
        constraint("nomination.present", known.is_some_and(|known| known.tenant == nomination.tenant))?;
        self.put_nomination(nomination)
    }

    pub(super) fn put_nomination(&mut self, nomination: &Nomination) -> Result<(), StoreError> {
        constraint("nomination.members", self.has(nomination.tenant, [nomination.nominator, nomination.nominee]))?;
        let open = self.open_nomination(nomination.tenant);
        let only = nomination.answer != Answer::None || open.is_none_or(|open| open.id == nomination.id);
        constraint("nomination.open", only)?;
        self.nominations.insert(nomination.id, nomination.clone());
        Ok(())
    }

    fn has(&self, tenant: TenantId, members: impl IntoIterator<Item = MemberId>) -> bool {
        members.into_iter().all(|member| self.member(tenant, member).is_some())
    }
}
