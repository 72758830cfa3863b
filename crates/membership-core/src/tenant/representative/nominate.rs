//! Nominate: the representative asks another administrator to take over, or does not any more.

use super::{Answer, Nomination, NotStanding, OFFER, Unfit, can_represent};
use crate::{
    Membership,
    actor::{Denied, Grants},
    context::Context,
    directory::{AnyOf, MemberFilter, Page},
    event::Event,
    id::{MemberId, NominationId, TenantId},
    member::{Member, MemberStatus, reach::Target},
    ports::Entropy,
    refusal::refusals,
    role::Permission,
    store::{Scope, StoreError, Tx},
    view::ViewError,
};

refusals! {
    /// Why nobody was asked.
    pub enum NominateError {
        /// No such member.
        Unknown = Absent "member-unknown" ("there is no such member in this tenant", "look it up in the list of members");
    } passing Unfit(Unfit), NotStanding(NotStanding), Denied(Denied), Store(StoreError)
}

refusals! {
    /// Why no offer is shown.
    pub enum NominationError {
    } passing NotStanding(NotStanding), View(ViewError)
}

refusals! {
    /// Why there is nobody to choose.
    pub enum CandidatesError {
        /// No other administrator.
        None = Conflict "no-eligible-candidate"
            ("No tenant administrator available for selection: no other member holds the tenant administrator's role and has completed the registration",
             "invite another tenant administrator, or give an enabled member that role, first");
        /// The representative is not there yet.
        NotRegistered = Conflict "current-representative-not-registered"
            ("No tenant administrator available for selection: the current representative has not completed the registration",
             "complete the registration, or change the representative's e-mail address");
    } passing View(ViewError), Store(StoreError)
}

impl Membership {
    /// The members who can become the representative, newest entry first. Needs [`Permission::MEMBERS_READ`], or the
    /// operator while nobody has joined.
    pub async fn candidates(
        &self,
        ctx: &Context,
        tenant: TenantId,
        page: Page<MemberId>,
    ) -> Result<Vec<Member>, CandidatesError> {
        if self.operates(ctx).await? && self.is_unregistered(tenant).await? {
            return Err(CandidatesError::NotRegistered);
        }
        let grants = self.may(ctx, tenant, Permission::MEMBERS_READ).await?;
        let roles = grants.catalogue().administrator().map(|role| role.id).into_iter().collect();
        let given = AnyOf { roles, permission: None, at: Some(ctx.now), over: Some(Vec::new()) };
        let filter =
            MemberFilter { status: Some(MemberStatus::Enabled), given: Some(given), ..MemberFilter::default() };
        let first = page.after.is_none();
        let mut page = page;
        loop {
            let found = self.directory.members(tenant, &filter, page).await?;
            let last = found.last().map(|row| row.member.id).filter(|_| found.len() == usize::from(page.limit));
            let members = found.into_iter().map(|row| row.member);
            let fit: Vec<Member> = members.filter(|member| can_represent(member, grants.catalogue()).is_ok()).collect();
            // A page of nobody who is fit is no answer while there are more to look at.
            match (fit.is_empty(), last) {
                (true, Some(_)) => page = Page { after: last, ..page },
                (true, None) if first => return Err(CandidatesError::None),
                (..) => return Ok(fit),
            }
        }
    }

    async fn is_unregistered(&self, tenant: TenantId) -> Result<bool, StoreError> {
        let found = self.directory.tenant(tenant).await?;
        Ok(found.is_some_and(|tenant| tenant.status == super::super::TenantStatus::SettingUp))
    }

    /// Asks `target` to become the representative. Only the representative may; an offer that stood is withdrawn.
    pub async fn nominate(&self, ctx: &Context, target: Target) -> Result<Nomination, NominateError> {
        let mut tx = self.store.begin(Scope::Tenant(target.tenant)).await?;
        let grants = self.as_representative(tx.as_mut(), ctx).await?;
        let nominee = tx.member(target.member).await?.ok_or(NominateError::Unknown)?;
        let former = tx.nomination().await?;
        let (nomination, events) = decide(&grants, &nominee, former, ctx, self.entropy.as_ref())?;
        tx.commit(ctx, &events).await?;
        Ok(nomination)
    }

    /// Takes the offer back. Only the representative may.
    pub async fn withdraw_nomination(&self, ctx: &Context, tenant: TenantId) -> Result<Nomination, NominateError> {
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        self.as_representative(tx.as_mut(), ctx).await?;
        let standing = tx.nomination().await?.ok_or(NotStanding::None)?;
        let withdrawn = Nomination { answer: Answer::Withdrawn(ctx.now), ..standing };
        tx.commit(ctx, &[Event::NominationWithdrawn(withdrawn.clone())]).await?;
        Ok(withdrawn)
    }

    /// The offer that waits for an answer: for the representative, and for the one who is asked.
    pub async fn nomination(&self, ctx: &Context, tenant: TenantId) -> Result<Nomination, NominationError> {
        ctx.actor.person().map_err(ViewError::from)?;
        let (own, _) = self.footing_of(ctx, tenant).await?;
        let open = self.directory.nomination(tenant).await.map_err(ViewError::from)?.ok_or(NotStanding::None)?;
        if open.nominee != own.member.id && !own.member.representative {
            return Err(NotStanding::None.into());
        }
        if open.stands_at(ctx.now) { Ok(open) } else { Err(NotStanding::Expired.into()) }
    }

    pub(crate) async fn as_representative(&self, tx: &mut dyn Tx, ctx: &Context) -> Result<Grants, Denied> {
        let (_, grants) = self.admitted(tx, ctx).await?;
        if grants.represents() { Ok(grants) } else { Err(Denied::RepresentativeOnly) }
    }
}

fn decide(
    grants: &Grants,
    nominee: &Member,
    former: Option<Nomination>,
    ctx: &Context,
    entropy: &dyn Entropy,
) -> Result<(Nomination, Vec<Event>), NominateError> {
    can_represent(nominee, grants.catalogue())?;
    let nomination = Nomination {
        id: NominationId::new(ctx.now, entropy),
        tenant: nominee.tenant,
        nominator: grants.member().id,
        nominee: nominee.id,
        address: nominee.email.clone(),
        made_at: ctx.now,
        expires_at: OFFER.end(ctx.now),
        answer: Answer::None,
    };
    let withdrawn = former.map(|former| Nomination { answer: Answer::Withdrawn(ctx.now), ..former });
    let mut events: Vec<Event> = withdrawn.into_iter().map(Event::NominationWithdrawn).collect();
    events.push(Event::RepresentativeNominated(nomination.clone()));
    Ok((nomination, events))
}
