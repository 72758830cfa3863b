//! Send: what was made to be sent later goes out.

use crate::{
    Membership,
    actor::{Denied, Grants},
    context::Context,
    event::Event,
    id::AccountId,
    invitation::{Channel, Invitation, Inviter, Subject},
    lifecycle::{Closed, MemberClosed},
    member::{Member, MemberStatus},
    refusal::refusals,
    role::{Permission, assign::BeyondOwn},
    store::{Scope, StoreError, Tx},
    tenant::{TenantStatus, policy::NotInvited},
};

/// An invitation whose newest link was just issued.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The invitation.
    pub invitation: Invitation,
    /// The link to hand over, when it goes by link. It is shown this once.
    pub link: Option<String>,
}

refusals! {
    /// Why an invitation was not sent.
    pub enum SendError {
        /// No such invitation.
        Unknown = Absent "invitation-unknown"
            ("there is no such invitation in this tenant", "look it up in the list of members");
        /// No such member.
        MemberUnknown = Absent "member-unknown"
            ("there is no such member in this tenant", "look it up in the list of members");
    } passing MailOff(MailOff), BeyondOwn(BeyondOwn), Closed(Closed), Member(MemberClosed), NotInvited(NotInvited),
        Denied(Denied), Store(StoreError)
}

refusals! {
    /// Why nothing goes out by mail.
    #[derive(Copy)]
    pub enum MailOff {
        /// There is no server to send it.
        NotConfigured = Unavailable "mail-not-configured"
            ("no mail server is configured, so an invitation by mail would never arrive",
             "configure a mail server, or invite by link");
    }
}

impl Channel {
    /// Whether something can go this way, where mail is sent if `mail_is_on`.
    pub(crate) const fn can_go(&self, mail_is_on: bool) -> Result<(), MailOff> {
        match self {
            Self::Mail(_) if !mail_is_on => Err(MailOff::NotConfigured),
            Self::Mail(_) | Self::Link(_) => Ok(()),
        }
    }
}

impl Membership {
    /// Issues the first link of an invitation that is Ready.
    pub async fn send_invitation(&self, ctx: &Context, subject: Subject) -> Result<Issued, SendError> {
        self.issue(ctx, subject, |invitation, by| invitation.send(by, ctx.now)).await
    }

    /// Sending and resending differ in the transition only. Whoever issues a link answers for what it grants.
    pub(crate) async fn issue(
        &self,
        ctx: &Context,
        subject: Subject,
        transition: impl FnOnce(Invitation, Inviter) -> Result<Invitation, Closed> + Send,
    ) -> Result<Issued, SendError> {
        let mut tx = self.store.begin(Scope::Tenant(subject.tenant)).await?;
        let sender = self.sender(tx.as_mut(), ctx).await?;
        let Some(invitation) = tx.invitation(subject.invitation).await? else { return Err(SendError::Unknown) };
        let Some(invitee) = tx.member(invitation.member).await? else { return Err(SendError::Unknown) };
        if !sender.sees(&invitee) {
            return Err(SendError::Unknown);
        }
        if invitee.status() == MemberStatus::Removed {
            return Err(MemberClosed::Removed.into());
        }
        invitation.channel.can_go(self.mail_is_on)?;
        // The rules bind the tenant's members; its first administrator is the operator's to invite.
        if let (Sender::Member(_), Some(tenant)) = (&sender, tx.tenant().await?) {
            tenant.policy.issues(&invitation.channel, invitation.stage_at(ctx.now))?;
        }
        let inviter = sender.vouches(&invitee)?;
        let invitation = transition(invitation, inviter)?;
        tx.commit(ctx, &[Event::InvitationIssued(invitation.clone())]).await?;
        Ok(Issued { link: self.link_to_show(&invitation), invitation })
    }
}

/// Who may issue links.
pub(crate) enum Sender {
    /// A member, for what the member holds.
    Member(Box<Grants>),
    /// The operator, for a tenant whose first administrator has not joined: nobody else is there.
    Operator(AccountId),
}

impl Membership {
    pub(crate) async fn sender(&self, tx: &mut dyn Tx, ctx: &Context) -> Result<Sender, SendError> {
        let account = ctx.actor.account()?;
        let tenant = tx.tenant().await?.ok_or(Denied::TenantUnknown)?;
        if tenant.status == TenantStatus::SettingUp && tx.installation().await?.operator == Some(account) {
            return Ok(Sender::Operator(account));
        }
        let (_, grants) = self.admitted(tx, ctx).await?;
        grants.sight(Permission::MEMBERS_INVITE)?;
        Ok(Sender::Member(Box::new(grants)))
    }
}

impl Sender {
    /// Whether anything is told of `invitee`.
    pub(crate) fn sees(&self, invitee: &Member) -> bool {
        match self {
            Self::Operator(_) => true,
            Self::Member(grants) => grants.sees(&Permission::MEMBERS_INVITE, invitee),
        }
    }

    fn vouches(self, invitee: &Member) -> Result<Inviter, SendError> {
        match self {
            Self::Operator(account) => Ok(Inviter::Operator(account)),
            Self::Member(grants) => {
                let granted = grants.require_over(Permission::MEMBERS_INVITE, invitee.departments.all())?;
                BeyondOwn::refuse(grants.first_lacking(invitee.assignments.live_at(grants.now())))?;
                Ok(Inviter::Member(granted.spend()))
            }
        }
    }
}
