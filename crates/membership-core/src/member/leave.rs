//! Leave: a member ends the own membership, signed in or by the link in the letter that told of it.

use crate::{
    Membership,
    actor::{Denied, is_in},
    context::Context,
    event::Event,
    id::{MemberId, TenantId},
    lifecycle::MemberClosed,
    link::{Link, LinkFault, Purpose},
    member::{
        Member, MemberStatus,
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
        /// A product does not say what the member holds. Which one, and why, is not for whoever holds a link.
        NotNow = Unavailable "leaving-not-now"
            ("it is not known at this moment what you hold here, and to whom it would go", "try again in a few minutes");
        /// Too late.
        Expired = Gone "leaving-link-expired"
            ("this link could be used for 30 days after you became a member", "sign in, and leave there");
    } passing Link(LinkFault), Denied(Denied), Remove(RemoveError), Store(StoreError)
}

impl Membership {
    /// Ends the membership of whoever is signed in and in. What the member holds goes to the representative administrator,
    /// unless it names somebody else.
    pub async fn leave(&self, ctx: &Context, tenant: TenantId, heirs: Heirs) -> Result<Removed, LeaveError> {
        ctx.actor.person()?;
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        drop(tx);
        self.part(ctx, grants.member().clone(), heirs).await
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

    /// Ends the membership that the link in the letter is about, if that member is in. Whoever reads the mailbox may.
    pub async fn leave_by_link(&self, ctx: &Context, token: &str) -> Result<Removed, LeaveError> {
        let member = self.open_leaving(ctx, token).await?;
        self.part(ctx, member, Heirs::default()).await
    }

    async fn part(&self, ctx: &Context, member: Member, heirs: Heirs) -> Result<Removed, LeaveError> {
        let holdings = self.held_by(&member).await.map_err(|_| LeaveError::NotNow)?;
        let mut tx = self.store.begin(Scope::Tenant(member.tenant)).await?;
        let tenant = tx.tenant().await?.ok_or(Denied::TenantUnknown)?;
        let before = tx.member(member.id).await?.ok_or(OutOfReach::Unknown).map_err(RemoveError::from)?;
        if before.status() == MemberStatus::Removed {
            return Err(RemoveError::from(MemberClosed::Removed).into());
        }
        is_in(tenant.status, &before)?;
        if let Ok(principal) = ctx.actor.signed_in()
            && before.account() == Some(principal.account)
        {
            principal.is_known_to(&before)?;
        }
        if before.representative {
            return Err(LeaveError::Representative);
        }
        let representative = tx.representative().await?.map(|representative| representative.id);
        let heirs = Heirs { of_the_rest: heirs.of_the_rest.or(representative), ..heirs };
        // Whoever leaves knows whom to leave all to, without seeing anybody in the list of members.
        let parting = Parting::read(tx.as_mut(), &before, holdings, heirs, |_| true).await?;
        let (change, transfer, mut events) = parting.part(before, ctx, self.entropy.as_ref())?;
        let left = Removed::of(&change, transfer.as_ref());
        events.push(Event::MemberLeft { change, transfer });
        tx.commit(ctx, &events).await?;
        Ok(left)
    }
}

/// The link by which `member` can leave.
pub(crate) const fn link(member: &Member) -> Link {
    Link { purpose: Purpose::Leaving, tenant: member.tenant.as_uuid(), subject: member.id.as_uuid(), generation: 1 }
}
