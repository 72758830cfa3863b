//! Answer: the one who is asked takes over, or does not.

use super::{Answer, Nomination, NotStanding, Unfit, can_represent};
use crate::{
    Membership,
    actor::{Denied, Grants},
    context::Context,
    event::{Event, MemberChange},
    id::TenantId,
    member::Member,
    refusal::refusals,
    store::{Scope, StoreError, Tx},
};

refusals! {
    /// Why an offer was not answered.
    pub enum AnswerError {
    } passing Unfit(Unfit), NotStanding(NotStanding), Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Takes over as the representative administrator, at once. Only the one who is asked may.
    pub async fn accept_nomination(&self, ctx: &Context, tenant: TenantId) -> Result<Member, AnswerError> {
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let (grants, nomination) = self.asked(tx.as_mut(), ctx).await?;
        let former = tx.representative().await?.filter(|former| former.id == nomination.nominator);
        // Whoever takes over accepts the one offer that waits, so nobody else has made it.
        let detail = || format!("the offer {} is not from the representative", nomination.id);
        let former = former.ok_or_else(|| StoreError::Corrupt { detail: detail() })?;
        let (member, event) = decide(&grants, nomination, former, ctx)?;
        tx.commit(ctx, &[event]).await?;
        Ok(member)
    }

    /// Declines. Only the one who is asked may.
    pub async fn decline_nomination(&self, ctx: &Context, tenant: TenantId) -> Result<Nomination, AnswerError> {
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let (_, nomination) = self.asked(tx.as_mut(), ctx).await?;
        let declined = Nomination { answer: Answer::Declined(ctx.now), ..nomination };
        tx.commit(ctx, &[Event::NominationDeclined(declined.clone())]).await?;
        Ok(declined)
    }

    async fn asked(&self, tx: &mut dyn Tx, ctx: &Context) -> Result<(Grants, Nomination), AnswerError> {
        let (_, grants) = self.admitted(tx, ctx).await?;
        // It needs no permission, so no scope of an API key covers it.
        ctx.actor.person()?;
        let nomination = tx.nomination().await?.ok_or(NotStanding::None)?;
        if nomination.nominee != grants.member().id {
            return Err(NotStanding::None.into());
        }
        if !nomination.stands_at(ctx.now) {
            return Err(NotStanding::Expired.into());
        }
        Ok((grants, nomination))
    }
}

fn decide(
    grants: &Grants,
    nomination: Nomination,
    former: Member,
    ctx: &Context,
) -> Result<(Member, Event), AnswerError> {
    let before = grants.member().clone();
    can_represent(&before, grants.catalogue())?;
    let handed = MemberChange { member: Member { representative: false, ..former.clone() }, before: former };
    let member = Member { representative: true, ..before.clone() };
    let event = Event::RepresentativeChanged {
        nomination: Box::new(Nomination { answer: Answer::Accepted(ctx.now), ..nomination }),
        former: Box::new(handed),
        successor: Box::new(MemberChange { before, member: member.clone() }),
    };
    Ok((member, event))
}
