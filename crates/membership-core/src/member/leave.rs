//! Leave: a member ends the own membership, signed in or by the link in the letter that told of it.

use crate::{
    Membership,
    actor::Denied,
    context::Context,
    event::Event,
    id::{MemberId, TenantId},
    link::{Link, LinkFault, Purpose},
    member::{
        Member,
        reach::OutOfReach,
        remove::{Heirs, Parting, RemoveError, Removed},
    },
    refusal::refusals,
    store::{Scope, StoreError},
    tenant::Validity,
};

refusals! {
    /// Why somebody did not leave.
    pub enum LeaveError {
        /// The representative administrator cannot.
        Representative = Conflict "representative-cannot-leave"
            ("you are the tenant's representative administrator, without whom there is no tenant",
             "hand over to another administrator first");
        /// Too late.
        Expired = Gone "leaving-link-expired"
            ("this link could be used for 30 days after you became a member", "sign in, and leave there");
    } passing Link(LinkFault), Denied(Denied), Remove(RemoveError), Store(StoreError)
}

impl Membership {
    /// Ends the membership of whoever is signed in, disabled or not. What the member holds goes to the representative
    /// administrator, unless it names somebody else.
    pub async fn leave(&self, ctx: &Context, tenant: TenantId, heirs: Heirs) -> Result<Removed, LeaveError> {
        let account = ctx.actor.account()?;
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let member = tx.member_of(account).await?.ok_or(Denied::TenantUnknown)?;
        drop(tx);
        self.part(ctx, member, heirs).await
    }

    /// What the page behind the link in the letter shows: the member. It changes nothing. The link is good for 30 days
    /// after the member joined.
    pub async fn open_leaving(&self, ctx: &Context, token: &str) -> Result<Member, LeaveError> {
        let link = self.links.read(Purpose::Leaving, token)?;
        let (tenant, id) = (TenantId::from_uuid(link.tenant), MemberId::from_uuid(link.subject));
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let member = tx.member(id).await?.ok_or(LinkFault::Unknown)?;
        let late = member.joined_at().is_some_and(|joined| ctx.now >= Validity::MAX.end(joined));
        if late { Err(LeaveError::Expired) } else { Ok(member) }
    }

    /// Ends the membership that the link in the letter is about. Whoever reads the mailbox may.
    pub async fn leave_by_link(&self, ctx: &Context, token: &str) -> Result<Removed, LeaveError> {
        let member = self.open_leaving(ctx, token).await?;
        self.part(ctx, member, Heirs::default()).await
    }

    async fn part(&self, ctx: &Context, member: Member, heirs: Heirs) -> Result<Removed, LeaveError> {
        let holdings = self.held_by(&member).await.map_err(RemoveError::from)?;
        let mut tx = self.store.begin(Scope::Tenant(member.tenant)).await?;
        let before = tx.member(member.id).await?.ok_or(OutOfReach::Unknown).map_err(RemoveError::from)?;
        if before.representative {
            return Err(LeaveError::Representative);
        }
        let representative = tx.representative().await?.map(|representative| representative.id);
        let heirs = Heirs { of_the_rest: heirs.of_the_rest.or(representative), ..heirs };
        let parting = Parting::read(tx.as_mut(), &before, holdings, heirs).await?;
        let (change, transfer, revoked) = parting.part(before, ctx, self.entropy.as_ref())?;
        let left = Removed { member: change.member.clone(), transfer: transfer.clone() };
        let events: Vec<Event> = revoked.into_iter().chain([Event::MemberLeft { change, transfer }]).collect();
        tx.commit(ctx, &events).await?;
        Ok(left)
    }
}

/// The link by which `member` can leave.
pub(crate) const fn link(member: &Member) -> Link {
    Link { purpose: Purpose::Leaving, tenant: member.tenant.as_uuid(), subject: member.id.as_uuid(), generation: 1 }
}
