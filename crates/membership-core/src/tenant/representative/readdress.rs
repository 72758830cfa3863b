//! Readdress: while the first administrator has not joined, the operator can send that invitation to another address.

use crate::{
    Membership,
    actor::Denied,
    context::Context,
    event::{Event, MemberChange},
    id::TenantId,
    invitation::{Channel, Invitation, send::MailOff},
    lifecycle::{Closed, MemberClosed},
    member::{AddressTaken, Member, MemberState},
    refusal::{Fault, Faults, refusals},
    store::{Scope, StoreError},
    tenant::suspend::operated,
};

refusals! {
    /// Why the invitation stays where it is.
    pub enum ReaddressError {
        /// It has no representative to write to.
        Registered = Conflict "representative-registered"
            ("the representative administrator has completed the registration",
             "the representative can hand over to another administrator");
    } passing AddressTaken(AddressTaken), MailOff(MailOff), Closed(Closed), Member(MemberClosed), Faults(Faults),
        Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Sends the first administrator's invitation to `email` from now on; the link that was out is dead. Only the operator
    /// may, and only while the representative has not joined.
    pub async fn readdress_representative(
        &self,
        ctx: &Context,
        tenant: TenantId,
        email: &str,
    ) -> Result<(Member, Invitation), ReaddressError> {
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let tenant = operated(tx.as_mut(), ctx).await?;
        if !self.mail_is_on {
            return Err(MailOff::NotConfigured.into());
        }
        let address = tenant.policy.address(email);
        let address = address.map_err(|fault| Faults::of([Fault { pointer: "/email".into(), ..fault }]))?;
        let Some(before) = tx.representative().await? else { return Err(Denied::TenantUnknown.into()) };
        let MemberState::NotJoined { invitation } = before.state else { return Err(ReaddressError::Registered) };
        AddressTaken::by_another(&tx.members_at(std::slice::from_ref(&address)).await?, Some(before.id), |_| true)?;
        let Some(invitation) = tx.invitation(invitation).await? else { return Err(ReaddressError::Registered) };
        let inviter = invitation.inviter;
        let channel = Channel::Mail(address.clone());
        // Whatever became of the one before: nobody else could send it again.
        let invitation = Invitation { channel, ..invitation }.resend(inviter, ctx.now)?;
        let member = Member { email: Some(address), ..before.clone() };
        let change = MemberChange { before, member: member.clone() };
        let events = [Event::MemberEdited(change), Event::InvitationReaddressed(invitation.clone())];
        tx.commit(ctx, &events).await?;
        Ok((member, invitation))
    }
}
