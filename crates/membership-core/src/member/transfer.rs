//! Hand-overs: what a removed member held goes to others, kind by kind. Access ended before this began; the removal is
//! final when everything is handed over. A product that cannot be reached is asked again, and everybody can see it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Membership,
    context::Context,
    event::Event,
    id::{AccountId, MemberId, TenantId, TransferId},
    member::{
        Member,
        reach::OutOfReach,
        remove::{HeirFault, Heirs},
    },
    ports::{CustodianError, Entropy, HandOver, Holder, Holding},
    refusal::{Fault, Faults, refusals},
    store::{Scope, StoreError},
};

/// The hand-over of what one removed member held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Its identifier; together with a kind, the order that products get.
    pub id: TransferId,
    /// The tenant.
    pub tenant: TenantId,
    /// The removed member.
    pub member: MemberId,
    /// Who that was.
    pub account: AccountId,
    /// What it held, each kind once, with its heir.
    pub shares: Vec<Share>,
    /// Who gets what comes up later, of a kind that is not among the shares.
    pub heir: MemberId,
    /// When the member was removed.
    pub begun_at: DateTime<Utc>,
    /// How often it was tried since the last progress.
    pub attempts: u32,
    /// What went wrong the last time, if something did.
    pub trouble: Option<String>,
    /// Where it stands.
    pub state: TransferState,
}

/// Where a hand-over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferState {
    /// To be tried at this moment.
    Due(DateTime<Utc>),
    /// Everything was handed over. Final.
    Finished(DateTime<Utc>),
}

/// Everything of one kind that the member held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// What it is, and how many when that was last asked.
    pub holding: Holding,
    /// Who gets it.
    pub heir: MemberId,
    /// When it was handed over.
    pub done_at: Option<DateTime<Utc>>,
}

refusals! {
    /// Why a hand-over could not go on, or not to somebody else.
    pub enum TransferError {
        /// No such hand-over.
        Unknown = Absent "transfer-unknown"
            ("there is no such hand-over in this tenant", "look it up at the removed member");
        /// Done.
        Finished = Gone "transfer-finished" ("everything was handed over already", "there is nothing left to do");
    } passing OutOfReach(OutOfReach), Faults(Faults), Store(StoreError)
}

/// The first wait after something went wrong; it doubles each time.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
/// The longest wait.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(1);

impl Transfer {
    /// The hand-over of `holdings` of `member`, who is `account`, to `heirs`, and to `last` what nobody is named for and
    /// comes up later. It begins where nothing is held too: what was made between asking and removing is found by asking
    /// once more.
    pub(crate) fn begin(
        member: &Member,
        account: AccountId,
        holdings: Vec<Holding>,
        (heirs, last): (&Heirs, MemberId),
        now: DateTime<Utc>,
        entropy: &dyn Entropy,
    ) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let mut shares = Vec::new();
        for holding in holdings {
            match heirs.of(&holding.kind) {
                Some(heir) => shares.push(Share { holding, heir, done_at: None }),
                None => faults.push(Fault::new("/heirs", &HeirFault::missing(&holding))),
            }
        }
        Faults::refuse(faults)?;
        Ok(Self {
            id: TransferId::new(now, entropy),
            tenant: member.tenant,
            member: member.id,
            account,
            shares,
            heir: heirs.of_the_rest.unwrap_or(last),
            begun_at: now,
            attempts: 0,
            trouble: None,
            state: TransferState::Due(now),
        })
    }

    /// When it is to be tried next, unless it is finished.
    pub const fn due_at(&self) -> Option<DateTime<Utc>> {
        match self.state {
            TransferState::Due(at) => Some(at),
            TransferState::Finished(_) => None,
        }
    }

    /// Whether `member` may still be given something: until all is finished, more of a kind that it got can come up.
    pub fn waits_for(&self, member: MemberId) -> bool {
        let heirs = self.shares.iter().map(|share| share.heir);
        self.due_at().is_some() && heirs.chain([self.heir]).any(|heir| heir == member)
    }

    /// Everything of one kind was handed over.
    fn done(mut self, kind: &str, now: DateTime<Utc>) -> Self {
        for share in self.shares.iter_mut().filter(|share| share.holding.kind == kind) {
            share.done_at = Some(now);
        }
        Self { trouble: None, state: TransferState::Due(now), ..self }
    }

    /// What the products say is left, after everything was handed over once. Nothing left: it is finished. Something
    /// that came up meanwhile goes the way of its kind.
    fn left(mut self, holdings: Vec<Holding>, now: DateTime<Utc>) -> Self {
        if holdings.is_empty() {
            return Self { attempts: 0, trouble: None, state: TransferState::Finished(now), ..self };
        }
        for holding in holdings {
            match self.shares.iter_mut().find(|share| share.holding.kind == holding.kind) {
                Some(share) => *share = Share { holding, done_at: None, heir: share.heir },
                None => self.shares.push(Share { holding, heir: self.heir, done_at: None }),
            }
        }
        // What was made meanwhile goes over at once; what is there again and again does so ever more slowly.
        let pause = if self.attempts == 0 { TimeDelta::zero() } else { wait(self.attempts) };
        let trouble =
            (self.attempts > 0).then(|| "the member still holds something after it was handed over".to_owned());
        let state = TransferState::Due(now + pause);
        Self { attempts: self.attempts.saturating_add(1), trouble, state, ..self }
    }

    /// Something went wrong; it will be tried again.
    fn failed(self, trouble: String, now: DateTime<Utc>) -> Self {
        let state = TransferState::Due(now + wait(self.attempts));
        Self { attempts: self.attempts.saturating_add(1), trouble: Some(trouble), state, ..self }
    }
}

fn wait(attempts: u32) -> TimeDelta {
    let factor = 1_i32.checked_shl(attempts.min(16)).unwrap_or(i32::MAX);
    FIRST_WAIT.checked_mul(factor).map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
}

/// What one step of a hand-over asks of the products.
enum Step {
    /// Hand over everything of a kind.
    HandOver(HandOver),
    /// Say what is left.
    Ask(Holder),
    /// Nothing yet: the heir cannot be given anything.
    Wait(String),
}

impl Membership {
    /// Takes up to `limit` hand-overs that are due one step further each, and says how many there were.
    pub async fn carry_transfers(&self, ctx: &Context, limit: u32) -> Result<u32, StoreError> {
        let due = self.directory.transfers_due(ctx.now, limit).await?;
        let (mut steps, mut damaged) = (0, None);
        for (tenant, id) in due {
            match self.carry_one(ctx, tenant, id).await {
                Ok(taken) => steps += u32::from(taken),
                // The oldest come first, each time anew: a damaged one must not stand in the way of all others.
                Err(error @ StoreError::Corrupt { .. }) => damaged = Some(error),
                Err(error) => return Err(error),
            }
        }
        match damaged {
            Some(error) if steps == 0 => Err(error),
            Some(_) | None => Ok(steps),
        }
    }

    async fn carry_one(&self, ctx: &Context, tenant: TenantId, id: TransferId) -> Result<bool, StoreError> {
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let Some(transfer) = due(tx.transfer(id).await?, ctx.now) else { return Ok(false) };
        let step = match transfer.shares.iter().find(|share| share.done_at.is_none()) {
            Some(share) => {
                match tx.member(share.heir).await?.filter(Member::is_enabled).and_then(|heir| heir.account()) {
                    Some(account) => Step::HandOver(HandOver {
                        transfer: id,
                        kind: share.holding.kind.clone(),
                        from: Holder { tenant, member: transfer.member, account: transfer.account },
                        to: Holder { tenant, member: share.heir, account },
                    }),
                    None => Step::Wait(format!("the heir {} is not an enabled member", share.heir)),
                }
            }
            None => Step::Ask(Holder { tenant, member: transfer.member, account: transfer.account }),
        };
        // No lock is held while somebody else's machine works; the order can be repeated.
        drop(tx);
        let answered = self.ask(&step).await;
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let Some(now) = due(tx.transfer(id).await?, ctx.now) else { return Ok(false) };
        if now != transfer {
            // Another server took this step, or another heir was named: the answer is to a question of yesterday.
            return Ok(true);
        }
        let event = settle(now, &step, answered, ctx.now);
        tx.commit(ctx, &[event]).await?;
        Ok(true)
    }

    async fn ask(&self, step: &Step) -> Result<Vec<Holding>, CustodianError> {
        match step {
            Step::HandOver(order) => self.custodian.hand_over(order).await.map(|()| Vec::new()),
            Step::Ask(holder) => self.held(holder).await,
            Step::Wait(_) => Ok(Vec::new()),
        }
    }

    /// Names another heir for what `kind` names and is not handed over yet: the one before may have been disabled, or
    /// was the wrong one. Only the representative administrator may: the removed member's rights, above which nobody
    /// acts, are gone.
    pub async fn name_heir(
        &self,
        ctx: &Context,
        tenant: TenantId,
        id: TransferId,
        heirs: Heirs,
    ) -> Result<Transfer, TransferError> {
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        self.as_representative(tx.as_mut(), ctx).await.map_err(OutOfReach::from)?;
        let transfer = tx.transfer(id).await?.ok_or(TransferError::Unknown)?;
        let unfit = heirs.unfit(tx.as_mut(), transfer.member, |_| true).await?;
        let transfer = decide(transfer, &heirs, unfit, ctx.now)?;
        tx.commit(ctx, &[Event::HeirNamed(transfer.clone())]).await?;
        Ok(transfer)
    }
}

fn decide(
    mut transfer: Transfer,
    heirs: &Heirs,
    unfit: Vec<Fault>,
    now: DateTime<Utc>,
) -> Result<Transfer, TransferError> {
    if transfer.due_at().is_none() {
        return Err(TransferError::Finished);
    }
    Faults::refuse(unfit)?;
    for share in transfer.shares.iter_mut().filter(|share| share.done_at.is_none()) {
        share.heir = heirs.of(&share.holding.kind).unwrap_or(share.heir);
    }
    let heir = heirs.of_the_rest.unwrap_or(transfer.heir);
    Ok(Transfer { heir, attempts: 0, state: TransferState::Due(now), ..transfer })
}

fn due(transfer: Option<Transfer>, now: DateTime<Utc>) -> Option<Transfer> {
    transfer.filter(|transfer| transfer.due_at().is_some_and(|at| at <= now))
}

fn settle(
    transfer: Transfer,
    step: &Step,
    answered: Result<Vec<Holding>, CustodianError>,
    now: DateTime<Utc>,
) -> Event {
    let next = match (step, answered) {
        (Step::Wait(trouble), _) => transfer.failed(trouble.clone(), now),
        (Step::HandOver(order), Ok(_)) => transfer.done(&order.kind, now),
        (Step::Ask(_), Ok(holdings)) => transfer.left(holdings, now),
        (Step::HandOver(_) | Step::Ask(_), Err(CustodianError::Unavailable { detail })) => transfer.failed(detail, now),
    };
    match next.state {
        TransferState::Due(_) => Event::TransferAttempted(next),
        TransferState::Finished(_) => Event::TransferFinished(next),
    }
}
