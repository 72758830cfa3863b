//! What an administrator does for a member that cannot get in: a link to another password, handed over by another way than
//! mail, and the second factor switched on or off. It concerns the account, so it is refused where the account is not this
//! tenant's alone.

use chrono::{DateTime, Utc};

use crate::{
    Membership,
    account::{
        Account, Factors, Kinds, guess,
        reset::{Reset, ResetBy},
    },
    actor::Denied,
    context::Context,
    event::Event,
    lifecycle::MemberClosed,
    link::Purpose,
    member::{
        Member, MemberStatus,
        reach::{InReach, OutOfReach, Target},
    },
    refusal::refusals,
    role::Permission,
    store::{Scope, StoreError, Tx},
};

/// A link that was made to be handed over.
#[derive(Clone)]
pub struct PasswordLink {
    /// The address of its page. It is shown this once.
    pub url: String,
    /// The first moment at which it is no longer good.
    pub expires_at: DateTime<Utc>,
}

refusals! {
    /// Why nothing was done for the member.
    pub enum CredentialsError {
        /// It has no account yet.
        NotJoined = Conflict "member-not-joined"
            ("this member has not joined, so there is no account yet", "send the invitation again instead");
        /// The account is not this tenant's alone.
        Shared = Forbidden "account-is-shared"
            ("this person's account was not made here, or is a member of another organisation too, so it is not for you to open",
             "the person can do this alone, on the page of the own account");
        /// The account runs the installation.
        Operators = Forbidden "account-is-operators"
            ("this is the account of the installation's operator", "the operator can do this alone");
        /// Nothing to mail codes to.
        NoAddress = Conflict "address-not-proved"
            ("codes can be mailed only to an address that the account has proved", "let the person prove an address first, or set up an app");
        /// It is so already.
        Already = Conflict "second-factor-unchanged"
            ("the second factor is as it was asked for already", "nothing needs to be done");
    } passing OutOfReach(OutOfReach), Closed(MemberClosed), Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Makes a link by which the member can choose another password: good for 24 hours, once, and the one before is dead.
    /// Needs [`Permission::MEMBERS_MANAGE`], all that the member holds, and a sign-in of just now. The member is told.
    pub async fn make_password_link(&self, ctx: &Context, target: Target) -> Result<PasswordLink, CredentialsError> {
        ctx.actor.person()?.has_just_signed_in(ctx.now)?;
        let mut tx = self.store.begin(Scope::Tenant(target.tenant)).await?;
        let reached = self.in_reach(tx.as_mut(), ctx, target.member, Permission::MEMBERS_MANAGE).await?;
        let account = self.account_of(tx.as_mut(), &reached.member).await?;
        is_ours(tx.as_mut(), &reached.member, &account).await?;
        let by = ResetBy::Administrator { tenant: target.tenant, member: reached.grants.member().id };
        let member = reached.spend();
        let account = account.with_reset(by, ctx.now);
        tx.commit(ctx, &[Event::MemberResetIssued { member, account: account.clone() }]).await?;
        // An administrator vouches for the person: what was guessed wrongly before is forgiven.
        self.forgive(&[guess::password(account.id).key]).await;
        let url = self.links.url(&account.link(Purpose::Reset, account.links));
        Ok(PasswordLink { url, expires_at: Reset::end_of(ctx.now) })
    }

    /// Switches the member's second factor on (codes by mail, unless there is an app, which stays) or off (all that there
    /// is, so that the person can set up another). Needs [`Permission::MEMBERS_MANAGE`], all that the member holds, and a
    /// sign-in of just now. The member is told; if it is switched off, every session of the member is over.
    pub async fn switch_second_factor(
        &self,
        ctx: &Context,
        target: Target,
        on: bool,
    ) -> Result<(Member, Kinds), CredentialsError> {
        ctx.actor.person()?.has_just_signed_in(ctx.now)?;
        let mut tx = self.store.begin(Scope::Tenant(target.tenant)).await?;
        let reached = self.in_reach(tx.as_mut(), ctx, target.member, Permission::MEMBERS_MANAGE).await?;
        let account = self.account_of(tx.as_mut(), &reached.member).await?;
        is_ours(tx.as_mut(), &reached.member, &account).await?;
        let (member, account, factors) = decide(reached, account, on, ctx)?;
        let kinds = account.kinds;
        let id = account.id;
        tx.commit(ctx, &[Event::MemberFactorsSwitched { member: member.clone(), account, factors }]).await?;
        self.forgive(&guess::factor_tries(id)).await;
        Ok((member, kinds))
    }

    async fn account_of(&self, tx: &mut dyn Tx, member: &Member) -> Result<Account, CredentialsError> {
        if member.status() == MemberStatus::Removed {
            return Err(MemberClosed::Removed.into());
        }
        let account = member.account().ok_or(CredentialsError::NotJoined)?;
        tx.hold_account(account).await?.ok_or(CredentialsError::NotJoined)
    }
}

/// Whether the account is this tenant's alone: made by this very membership, and a member nowhere else. Whoever opens an
/// account opens every place of it; and one that was here before it was asked, because the tenant's policy joins owners of
/// accounts at once, has not put itself into anybody's hands.
async fn is_ours(tx: &mut dyn Tx, member: &Member, account: &Account) -> Result<(), CredentialsError> {
    if tx.installation().await?.operator == Some(account.id) {
        return Err(CredentialsError::Operators);
    }
    let made_here = member.joined_at().is_some_and(|joined| account.registered_at >= joined);
    if made_here && tx.other_places(account.id).await? == 0 { Ok(()) } else { Err(CredentialsError::Shared) }
}

fn decide(
    reached: InReach,
    account: Account,
    on: bool,
    ctx: &Context,
) -> Result<(Member, Account, Factors), CredentialsError> {
    if on != account.kinds.is_empty() {
        return Err(CredentialsError::Already);
    }
    if on && account.proved_email().is_none() {
        return Err(CredentialsError::NoAddress);
    }
    let member = reached.spend();
    let factors = Factors { email_since: on.then_some(ctx.now), ..Factors::none(account.id) };
    let account = Account { kinds: factors.kinds(), ..account }.without_links().without_keys();
    Ok((member, account, factors))
}

impl std::fmt::Debug for PasswordLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordLink").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}
