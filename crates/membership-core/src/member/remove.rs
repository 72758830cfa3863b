//! Remove: end a membership. What the member holds in the products goes to members that are named, and access ends before
//! anything else happens.

use std::collections::BTreeMap;

use crate::{
    Membership,
    context::Context,
    event::{Event, MemberChange},
    id::MemberId,
    invitation::Invitation,
    lifecycle::MemberClosed,
    member::{
        Member, MemberState, MemberStatus,
        reach::{InReach, OutOfReach, Target},
        transfer::Transfer,
    },
    ports::{CustodianError, Entropy, Holder, Holding},
    refusal::{Fault, Faults, pointer_token, refusals},
    role::Permission,
    store::{Scope, StoreError, Tx},
    tenant::representative::{Answer, Nomination},
};

/// Who gets what a member held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heirs {
    /// Everything that is not named beneath.
    pub of_the_rest: Option<MemberId>,
    /// Everything of a kind: at most [`MAX_KINDS`].
    pub of_kind: BTreeMap<String, MemberId>,
}

/// Most kinds for which heirs are named in one call.
pub const MAX_KINDS: usize = 100;

/// A member is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The member.
    pub member: Member,
    /// The hand-over of what it held, if it held anything when that was asked.
    pub transfer: Option<Transfer>,
}

impl Removed {
    pub(crate) fn of(change: &MemberChange, transfer: Option<&Transfer>) -> Self {
        let something = transfer.filter(|transfer| !transfer.shares.is_empty());
        Self { member: change.member.clone(), transfer: something.cloned() }
    }
}

refusals! {
    /// Why a member was not removed.
    pub enum RemoveError {
        /// The tenant's policy wants it disabled first.
        NotDisabled = Conflict "member-not-disabled"
            ("this tenant's policy has members disabled before they are removed", "disable the member first");
        /// Others' data is on its way to this member.
        IsHeir = Conflict "member-is-heir"
            ("what another removed member held is being handed over to this one", "wait until that is finished, or name another heir");
    } passing OutOfReach(OutOfReach), Closed(MemberClosed), Faults(Faults), Custodian(CustodianError), Store(StoreError)
}

refusals! {
    /// What can be wrong with an heir.
    pub enum HeirFault {
        /// None named.
        Missing {
            /// What is held.
            name: String,
            /// How many.
            count: u64,
            /// Its kind.
            kind: String,
        } = Invalid "heir-missing"
            ("the member holds {count} of {name} ({kind}), and nobody is named who gets them",
             "name an enabled member who gets them");
        /// Too many.
        TooMany {
            /// For how many kinds.
            named: usize,
        } = Invalid "heirs-too-many"
            ("heirs are named for {named} kinds, and at most 100 can be named at once",
             "name one who gets the rest, and others for what that one shall not get");
        /// Not a member who can be given anything.
        Unfit { /** Who. */ heir: MemberId } = Invalid "heir-unfit"
            ("{heir} is not an enabled member of this tenant whom you may see, or is the one to be removed",
             "name another member");
    }
}

impl HeirFault {
    pub(crate) fn missing(holding: &Holding) -> Self {
        Self::Missing { name: holding.name.clone(), count: holding.count, kind: holding.kind.clone() }
    }
}

impl Heirs {
    /// Everything to `heir`.
    pub fn everything_to(heir: MemberId) -> Self {
        Self { of_the_rest: Some(heir), of_kind: BTreeMap::new() }
    }

    /// Who gets everything of `kind`.
    pub fn of(&self, kind: &str) -> Option<MemberId> {
        self.of_kind.get(kind).copied().or(self.of_the_rest)
    }

    /// Every heir who is not an enabled member that the actor `sees`, or is `removed`; none is looked up where there are too
    /// many. Somebody out of sight is refused in the same words as nobody at all.
    pub(crate) async fn unfit(
        &self,
        tx: &mut dyn Tx,
        removed: MemberId,
        sees: impl Fn(&Member) -> bool,
    ) -> Result<Vec<Fault>, StoreError> {
        if self.of_kind.len() > MAX_KINDS {
            return Ok(vec![Fault::new("/heirs", &HeirFault::TooMany { named: self.of_kind.len() })]);
        }
        let mut faults = Vec::new();
        let rest = self.of_the_rest.map(|heir| ("/heir".to_owned(), heir));
        let kinds = self.of_kind.iter().map(|(kind, heir)| (format!("/heirs/{}", pointer_token(kind)), *heir));
        for (pointer, heir) in rest.into_iter().chain(kinds) {
            let found = tx.member(heir).await?.filter(|found| found.is_enabled() && found.id != removed && sees(found));
            if found.is_none() {
                faults.push(Fault::new(pointer, &HeirFault::Unfit { heir }));
            }
        }
        Ok(faults)
    }
}

impl Membership {
    /// What a member holds in the products, by kind, for showing before anybody confirms a removal. Needs
    /// [`Permission::MEMBERS_MANAGE`].
    pub async fn holdings(&self, ctx: &Context, target: Target) -> Result<Vec<Holding>, RemoveError> {
        let mut tx = self.store.begin(Scope::Tenant(target.tenant)).await?;
        let reached = self.in_reach(tx.as_mut(), ctx, target.member, Permission::MEMBERS_MANAGE).await?;
        drop(tx);
        Ok(self.held_by(&reached.member).await?)
    }

    /// Ends a membership. Needs [`Permission::MEMBERS_MANAGE`]. A member that has not joined, or holds nothing, is gone at
    /// once; otherwise everything it holds needs an heir, and is handed over in the background.
    pub async fn remove_member(&self, ctx: &Context, target: Target, heirs: Heirs) -> Result<Removed, RemoveError> {
        let mut tx = self.store.begin(Scope::Tenant(target.tenant)).await?;
        let reached = self.in_reach(tx.as_mut(), ctx, target.member, Permission::MEMBERS_MANAGE).await?;
        drop(tx);
        // Somebody else's machine is asked without a lock; what comes up afterwards is found when all is handed over.
        let holdings = self.held_by(&reached.member).await?;

        let mut tx = self.store.begin(Scope::Tenant(target.tenant)).await?;
        let reached = self.in_reach(tx.as_mut(), ctx, target.member, Permission::MEMBERS_MANAGE).await?;
        if reached.tenant.policy.disable_before_remove && reached.member.status() == MemberStatus::Enabled {
            return Err(RemoveError::NotDisabled);
        }
        // What comes up later goes to the representative, who is no secret to anybody.
        let sees = |heir: &Member| heir.representative || reached.grants.reaches(&Permission::MEMBERS_READ, heir);
        let parting = Parting::read(tx.as_mut(), &reached.member, holdings, heirs, sees).await?;
        let (removed, events) = decide(reached, parting, ctx, self.entropy.as_ref())?;
        tx.commit(ctx, &events).await?;
        Ok(removed)
    }

    pub(crate) async fn held_by(&self, member: &Member) -> Result<Vec<Holding>, CustodianError> {
        match (member.status(), member.account()) {
            (MemberStatus::Enabled | MemberStatus::Disabled, Some(account)) => {
                let holder = Holder { tenant: member.tenant, member: member.id, account };
                self.held(&holder).await
            }
            (..) => Ok(Vec::new()),
        }
    }

    /// What the products say, without what is none.
    pub(crate) async fn held(&self, holder: &Holder) -> Result<Vec<Holding>, CustodianError> {
        let held = self.custodian.holdings(holder).await?;
        Ok(held.into_iter().filter(|holding| holding.count > 0).collect())
    }
}

/// What has to be known when a member goes.
pub(crate) struct Parting {
    holdings: Vec<Holding>,
    heirs: Heirs,
    /// Who gets what nobody is named for.
    representative: Option<MemberId>,
    /// Its account's epoch.
    epoch: u32,
    invitation: Option<Invitation>,
    nomination: Option<Nomination>,
}

impl Parting {
    pub(crate) async fn read(
        tx: &mut dyn Tx,
        member: &Member,
        holdings: Vec<Holding>,
        heirs: Heirs,
        sees: impl Fn(&Member) -> bool,
    ) -> Result<Self, RemoveError> {
        if tx.open_transfers().await?.iter().any(|transfer| transfer.waits_for(member.id)) {
            return Err(RemoveError::IsHeir);
        }
        Faults::refuse(heirs.unfit(tx, member.id, sees).await?)?;
        let invitation = match member.state {
            MemberState::NotJoined { invitation } => tx.invitation(invitation).await?,
            MemberState::Enabled { .. } | MemberState::Disabled { .. } | MemberState::Removed { .. } => None,
        };
        let representative = tx.representative().await?.map(|representative| representative.id);
        let account = match member.account() {
            Some(account) => tx.hold_account(account).await?,
            None => None,
        };
        let epoch = account.map_or(0, |account| account.epoch);
        let nomination = tx.nomination().await?.filter(|nomination| nomination.nominee == member.id);
        Ok(Self { holdings, heirs, representative, epoch, invitation, nomination })
    }

    /// The member once gone, the hand-over, and what ends with the membership: its invitation, and an offer to it.
    pub(crate) fn part(
        self,
        before: Member,
        ctx: &Context,
        entropy: &dyn Entropy,
    ) -> Result<(MemberChange, Option<Transfer>, Vec<Event>), RemoveError> {
        let member = before.clone().remove(self.epoch, ctx.now)?;
        let transfer = match (before.account(), self.representative) {
            (Some(account), Some(last)) => {
                Some(Transfer::begin(&before, account, self.holdings, (&self.heirs, last), ctx.now, entropy)?)
            }
            (Some(_), None) | (None, _) => None,
        };
        let open = self.invitation.filter(|invitation| invitation.stage_at(ctx.now).is_open());
        let revoked = open.and_then(|invitation| invitation.revoke(ctx.now).ok()).map(Event::InvitationRevoked);
        let withdrawn =
            self.nomination.map(|nomination| Nomination { answer: Answer::Withdrawn(ctx.now), ..nomination });
        let ended = revoked.into_iter().chain(withdrawn.map(Event::NominationWithdrawn)).collect();
        Ok((MemberChange { before, member }, transfer, ended))
    }
}

fn decide(
    reached: InReach,
    parting: Parting,
    ctx: &Context,
    entropy: &dyn Entropy,
) -> Result<(Removed, Vec<Event>), RemoveError> {
    let (change, transfer, mut events) = parting.part(reached.spend(), ctx, entropy)?;
    let removed = Removed::of(&change, transfer.as_ref());
    events.push(Event::MemberRemoved { change, transfer });
    Ok((removed, events))
}
