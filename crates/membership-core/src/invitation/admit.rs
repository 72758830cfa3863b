//! What accepting and joining both ask, each time anew: is this the newest link, does the inviter still have the
//! authority, is this the person who was meant.

use chrono::{DateTime, Utc};

use crate::{
    account::Account,
    actor::{Actor, Denied, Grants, Ground},
    context::Context,
    email::EmailAddress,
    id::MemberId,
    installation::Installation,
    invitation::{Channel, Invitation, Inviter},
    lifecycle::{Closed, Command},
    link::{Link, LinkFault},
    member::Member,
    refusal::refusals,
    role::Permission,
    store::{StoreError, Tx},
    tenant::{Tenant, TenantStatus},
};

refusals! {
    /// Why a link does not admit to what it invites to.
    pub enum NotAdmitted {
        /// Whoever invited may not grant this any more.
        Held = Conflict "invitation-held"
            ("the person who invited you can no longer grant what the invitation offers",
             "ask an administrator to send the invitation again");
        /// The tenant is closed.
        TenantSuspended = Conflict "invitation-tenant-suspended"
            ("the organisation behind this invitation is suspended", "ask whoever invited you");
        /// Signed in as somebody else than was invited.
        AddressMismatch {
            /// Who was invited.
            invited: EmailAddress,
            /// Who is signed in.
            signed_in: String,
        } = Forbidden "invitation-address-mismatch"
            ("this invitation is for {invited}, but you are signed in as {signed_in}",
             "sign in with the account that has the invited address, or register one");
        /// The address is right but nobody has proved it.
        AddressNotProved {
            /// Which address.
            address: EmailAddress,
        } = Forbidden "invitation-address-not-proved"
            ("this invitation is for {address}, and this account has not proved that the address is its own",
             "prove the address, or ask for an invitation by mail");
        /// Somebody else accepted it.
        AcceptedByAnother = Conflict "invitation-accepted-by-another"
            ("this invitation was accepted with another account", "sign in with the account that accepted it");
        /// The person is a member already, under another entry.
        AlreadyMember = Conflict "already-member"
            ("this account is a member of the tenant already", "sign in; there is nothing left to accept");
    } passing Link(LinkFault), Closed(Closed), Denied(Denied), Store(StoreError)
}

/// Everything that the decision about one link needs to know.
pub(crate) struct Door {
    pub(crate) tenant: Tenant,
    pub(crate) invitation: Invitation,
    pub(crate) member: Member,
    ground: Ground,
    voucher: Voucher,
    /// The account that is signed in.
    pub(crate) account: Option<Account>,
    /// The member that this account is already.
    already: Option<MemberId>,
}

/// What the inviter may do at this moment.
enum Voucher {
    Member(Option<Box<Grants>>),
    Operator(bool),
}

impl crate::Membership {
    /// Reads all about the invitation that `link` names.
    pub(crate) async fn read_door(&self, tx: &mut dyn Tx, link: &Link, ctx: &Context) -> Result<Door, NotAdmitted> {
        let id = crate::id::InvitationId::from_uuid(link.subject);
        let (Some(tenant), Some(invitation)) = (tx.tenant().await?, tx.invitation(id).await?) else {
            return Err(LinkFault::Unknown.into());
        };
        let Some(member) = tx.member(invitation.member).await? else {
            return Err(StoreError::Corrupt { detail: format!("invitation {id} has no member") }.into());
        };
        let ground = self.ground_in(tx, &tenant).await?;
        let voucher = match invitation.inviter {
            Inviter::Member(inviter) => {
                let inviter = tx.member(inviter).await?;
                let grants = |inviter| Grants::of(tenant.status, ground.clone(), inviter, ctx.now).ok();
                Voucher::Member(inviter.and_then(grants).map(Box::new))
            }
            Inviter::Operator(account) => {
                let Installation { operator, .. } = tx.installation().await?;
                Voucher::Operator(operator == Some(account))
            }
        };
        let (account, already) = match ctx.actor {
            Actor::Account(_) => {
                let id = ctx.actor.account()?;
                (tx.hold_account(id).await?, tx.member_of(id).await?.map(|member| member.id))
            }
            Actor::Anonymous | Actor::System => (None, None),
        };
        Ok(Door { tenant, invitation, member, ground, voucher, account, already })
    }
}

impl Door {
    /// Whether `link` admits the person who holds it to `command`, as things are at `now`.
    pub(crate) fn admits(&self, link: &Link, command: Command, now: DateTime<Utc>) -> Result<(), NotAdmitted> {
        link.newest(self.invitation.generation)?;
        self.invitation.step(command, now)?;
        self.is_vouched_for(now)?;
        match &self.account {
            Some(account) => self.is_meant_for(account),
            None => Ok(()),
        }
    }

    /// Nobody gives what they do not hold, and not what they no longer hold either.
    fn is_vouched_for(&self, now: DateTime<Utc>) -> Result<(), NotAdmitted> {
        if self.tenant.status == TenantStatus::Suspended {
            return Err(NotAdmitted::TenantSuspended);
        }
        // What was all that it granted may have ended with its department.
        let grants_something = !self.member.assignments.is_empty();
        let known = self.member.assignments.iter().all(|held| self.ground.catalogue.has(&held.grant));
        let over = self.member.departments.all();
        let vouched = match &self.voucher {
            Voucher::Member(Some(grants)) => {
                grants.require_over(Permission::MEMBERS_INVITE, over).is_ok()
                    && grants.first_lacking(self.member.assignments.live_at(now)).is_none()
            }
            Voucher::Member(None) => false,
            Voucher::Operator(still) => *still && self.tenant.status == TenantStatus::SettingUp,
        };
        if grants_something && known && vouched { Ok(()) } else { Err(NotAdmitted::Held) }
    }

    /// Whether `account` is the one that was invited, and that accepted if anybody has.
    pub(crate) fn is_meant_for(&self, account: &Account) -> Result<(), NotAdmitted> {
        if self.already.is_some_and(|member| member != self.member.id) {
            return Err(NotAdmitted::AlreadyMember);
        }
        if let crate::invitation::State::Accepted { by: Some(by), .. } = self.invitation.state
            && by != account.id
        {
            return Err(NotAdmitted::AcceptedByAnother);
        }
        let Some(invited) = self.invitation.address() else { return Ok(()) };
        let own = account.email.as_ref();
        if own.is_none_or(|email| email.address != *invited) {
            let signed_in = own.map(|email| email.address.to_string());
            return Err(NotAdmitted::AddressMismatch {
                invited: invited.clone(),
                signed_in: signed_in.unwrap_or_else(|| account.label()),
            });
        }
        // A link that was mailed proves the mailbox by itself; a link that was handed over proves nothing.
        let proved = account.proved_email().is_some() || matches!(self.invitation.channel, Channel::Mail(_));
        if proved { Ok(()) } else { Err(NotAdmitted::AddressNotProved { address: invited.clone() }) }
    }
}
