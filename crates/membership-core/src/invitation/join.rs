//! Join: the person has accepted, has an account, and becomes a member.

use crate::{
    Membership,
    account::{Account, AccountEmail},
    actor::Denied,
    context::Context,
    event::Event,
    id::TenantId,
    invitation::{
        Channel,
        admit::{Door, NotAdmitted},
    },
    lifecycle::{Command, MemberClosed},
    link::{Link, Purpose},
    member::Member,
    refusal::refusals,
    store::{Scope, StoreError},
    tenant::{Tenant, TenantStatus},
};

refusals! {
    /// Why somebody did not become a member.
    pub enum JoinError {
    } passing NotAdmitted(NotAdmitted), Member(MemberClosed)
}

impl From<Denied> for JoinError {
    fn from(denied: Denied) -> Self {
        Self::NotAdmitted(denied.into())
    }
}

impl From<StoreError> for JoinError {
    fn from(error: StoreError) -> Self {
        Self::NotAdmitted(error.into())
    }
}

impl Membership {
    /// Makes the signed-in account the member that the invitation behind `token` was made for. A session from before the
    /// person was last shut out of a tenant, this one or another, does not join: the person signs in anew first.
    pub async fn join(&self, ctx: &Context, token: &str) -> Result<Member, JoinError> {
        ctx.actor.account()?;
        let link = self.links.read(Purpose::Invitation, token).map_err(NotAdmitted::from)?;
        let mut tx = self.store.begin(Scope::Tenant(TenantId::from_uuid(link.tenant))).await?;
        let door = self.read_door(tx.as_mut(), &link, ctx).await?;
        let Some(account) = door.account.clone() else { return Err(Denied::SignedOut.into()) };
        let (member, events) = decide(door, &link, account, ctx)?;
        tx.commit(ctx, &events).await?;
        Ok(member)
    }
}

/// Joining, for an account that exists or that is being made in the same transaction.
pub(crate) fn decide(
    door: Door,
    link: &Link,
    account: Account,
    ctx: &Context,
) -> Result<(Member, Vec<Event>), JoinError> {
    door.admits(link, Command::Join, ctx.now)?;
    // An account that is being made has not stood at the door yet.
    door.is_meant_for(&account)?;
    let Door { tenant, invitation, member, .. } = door;
    let invitation = invitation.join(account.id, ctx.now).map_err(NotAdmitted::from)?;
    let member = member.join(&account, ctx.now)?;
    // An account that is being made has no session yet.
    if let Ok(principal) = ctx.actor.signed_in()
        && principal.account == account.id
    {
        principal.is_known_to(&member)?;
    }
    let mut events = Vec::new();
    if matches!(invitation.channel, Channel::Mail(_)) {
        events.extend(proof(account, ctx));
    }
    events.push(Event::MemberJoined { member: member.clone(), invitation });
    if tenant.status == TenantStatus::SettingUp && member.representative {
        events.push(Event::TenantActivated(Tenant { status: TenantStatus::Active, ..tenant }));
    }
    Ok((member, events))
}

/// A link that came by mail proves the account's claim to the address it was mailed to.
fn proof(account: Account, ctx: &Context) -> Option<Event> {
    let claimed = account.email.clone().filter(|email| email.proved_at.is_none())?;
    let email = Some(AccountEmail { proved_at: Some(ctx.now), ..claimed });
    Some(Event::AddressProved(Account { email, ..account }))
}
