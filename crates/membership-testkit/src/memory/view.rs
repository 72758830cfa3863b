//! What the directory puts together of several tables.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use membership_core::{
    account::{Kinds, Login},
    directory::{AnyOf, InvitationView, MailState, MemberDetails, MemberFilter, MemberRow, NominationView, Tally},
    id::{AccountId, DepartmentId, MemberId, NominationId, TenantId},
    invariants::World,
    invitation::{Invitation, Inviter},
    member::{Member, MemberStatus},
    name::Username,
    outbox::Delivery,
    role::{Grant, assignment::is_live},
    store::Scope,
    tenant::Tenant,
};

use super::tables::Tables;

impl Tables {
    /// Whether all of `filter` applies to `member`.
    pub(super) fn fits(&self, filter: &MemberFilter, member: &Member) -> bool {
        let MemberFilter { status, stage, departments, sight, given, factor, mail, unvouched, text } = filter;
        let belongs = |top: &DepartmentId, below: bool| {
            let own = member.departments.all();
            own.iter().any(|own| own == top || (below && self.is_within(*own, *top)))
        };
        let stands = match status {
            Some(status) => member.status() == *status,
            None => member.status() != MemberStatus::Removed,
        };
        let username = member.username.as_ref().map_or("", Username::as_str);
        let address = member.email.as_ref().map_or("", |address| address.as_str());
        stands
            && stage
                .is_none_or(|(stage, at)| self.invitation_of(member.id).is_some_and(|own| own.stage_at(at) == stage))
            && departments.as_ref().is_none_or(|those| those.of.iter().any(|one| belongs(one, those.below)))
            && sight.as_ref().is_none_or(|tops| tops.iter().any(|top| belongs(top, true)))
            && given.as_ref().is_none_or(|given| was_given(member, given))
            && factor.is_none_or(|factor| factor.fits(self.kinds_of(member)))
            && mail.is_none_or(|mail| self.mail_of(member) == Some(mail))
            && unvouched.is_none_or(|at| self.details(member).is_unvouched(at))
            && text.as_ref().is_none_or(|query| query.matches(&[member.name.as_str(), username, address]))
    }

    pub(super) fn row(&self, member: &Member) -> MemberRow {
        let invitation = self.invitation_of(member.id).cloned();
        let delivery = invitation.as_ref().and_then(|invitation| self.newest_delivery(invitation));
        let transfer = self.transfers.values().find(|transfer| transfer.member == member.id).cloned();
        MemberRow { member: member.clone(), invitation, delivery, transfer, kinds: self.kinds_of(member) }
    }

    fn kinds_of(&self, member: &Member) -> Kinds {
        let present = member.account().filter(|_| member.status() != MemberStatus::Removed);
        present.and_then(|account| self.accounts.get(&account)).map_or(Kinds::NONE, |account| account.kinds)
    }

    /// What became of the newest invitation mail.
    fn mail_of(&self, member: &Member) -> Option<MailState> {
        let delivery = self.newest_delivery(self.invitation_of(member.id)?);
        delivery.as_ref().map(MailState::from)
    }

    pub(super) fn tally(&self, tenant: TenantId, now: DateTime<Utc>) -> Tally {
        let mut tally = Tally::default();
        for member in self.members_of(tenant) {
            *tally.members.entry(member.status()).or_default() += 1;
            let mail = self.mail_of(member).filter(|_| member.status() == MemberStatus::NotJoined);
            if let Some(mail) = mail.filter(|mail| *mail != MailState::Cancelled) {
                *tally.mail.entry(mail).or_default() += 1;
            }
        }
        for invitation in self.invitations.values().filter(|invitation| invitation.tenant == tenant) {
            let stage = invitation.stage_at(now);
            *tally.invitations.entry(stage).or_default() += 1;
            let stands = match invitation.inviter {
                Inviter::Member(member) => self.member(tenant, member).is_some_and(Member::is_enabled),
                Inviter::Operator(_) => true,
            };
            tally.unvouched += u64::from(stage.is_open() && !stands);
        }
        tally
    }

    pub(super) fn details(&self, member: &Member) -> MemberDetails {
        let account = member.account().and_then(|account| self.accounts.get(&account));
        MemberDetails {
            row: self.row(member),
            last_signed_in_at: account.and_then(|account| account.last_signed_in_at),
            creator: member.creator.and_then(|creator| self.name_of(creator)),
            inviter: match self.invitation_of(member.id).map(|invitation| invitation.inviter) {
                Some(Inviter::Member(inviter)) => self.members.get(&inviter).map(Member::status),
                Some(Inviter::Operator(_)) | None => None,
            },
        }
    }

    fn name_of(&self, member: MemberId) -> Option<String> {
        self.members.get(&member).map(|member| member.name.to_string())
    }

    fn newest_delivery(&self, invitation: &Invitation) -> Option<Delivery> {
        let mails = self.messages.values().filter(|message| message.mail.subject == invitation.id.as_uuid());
        mails.max_by_key(|message| message.mail.generation).map(|message| message.delivery.clone())
    }

    pub(super) fn view(&self, invitation: &Invitation) -> Option<InvitationView> {
        let member = self.members.get(&invitation.member)?;
        let inviter = match invitation.inviter {
            Inviter::Member(inviter) => self.name_of(inviter),
            Inviter::Operator(_) => None,
        };
        let given = |role| member.assignments.roles().any(|given| given == role);
        let roles = self.access(invitation.tenant).roles.into_iter().filter(|role| given(role.id)).collect();
        let login = invitation.address().cloned().map(Login::Email);
        Some(InvitationView {
            tenant: self.tenants.get(&invitation.tenant)?.clone(),
            member: member.clone(),
            roles,
            inviter,
            delivery: self.newest_delivery(invitation),
            has_account: Some(login.is_some_and(|login| self.account_by_login(&login).is_some())),
            invitation: invitation.clone(),
        })
    }

    pub(super) fn nomination_view(&self, tenant: TenantId, id: NominationId) -> Option<NominationView> {
        let nomination = self.nominations.get(&id).filter(|nomination| nomination.tenant == tenant)?;
        Some(NominationView {
            tenant: self.tenants.get(&tenant)?.clone(),
            nomination: nomination.clone(),
            nominator: self.members.get(&nomination.nominator)?.clone(),
            nominee: self.members.get(&nomination.nominee)?.clone(),
        })
    }

    pub(super) fn world(&self, tenant: &Tenant) -> World {
        let id = tenant.id;
        let accounts: BTreeSet<AccountId> = self.members_of(id).filter_map(Member::account).collect();
        World {
            tenant: tenant.clone(),
            access: self.access(id),
            departments: self.departments_of(id).cloned().collect(),
            members: self.members_of(id).cloned().collect(),
            invitations: self.invitations.values().filter(|invitation| invitation.tenant == id).cloned().collect(),
            transfers: self.transfers.values().filter(|transfer| transfer.tenant == id).cloned().collect(),
            nominations: self.nominations.values().filter(|nomination| nomination.tenant == id).cloned().collect(),
            accounts: accounts.iter().filter_map(|account| self.accounts.get(account)).cloned().collect(),
            outbox: self
                .messages
                .iter()
                .filter(|(_, message)| message.mail.about == Scope::Tenant(id))
                .map(|(id, message)| (*id, message.mail.clone(), message.delivery.clone()))
                .collect(),
            audit: self.audits.get(&Scope::Tenant(id)).cloned().unwrap_or_default(),
        }
    }
}

fn was_given(member: &Member, AnyOf { roles, permission, at, over }: &AnyOf) -> bool {
    let meant = |grant: &Grant| match grant {
        Grant::Role(role) => roles.contains(role),
        Grant::Permission(own) => permission.as_ref() == Some(own),
    };
    let covers = |within| over.as_ref().is_none_or(|over| over.contains(&within));
    member
        .assignments
        .iter()
        .any(|held| meant(&held.grant) && at.is_none_or(|at| is_live(held.until, at)) && held.within.is_none_or(covers))
}
