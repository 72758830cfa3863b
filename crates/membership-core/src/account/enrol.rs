//! Second factors of one's own: set up, take away, make recovery codes anew. All of it needs a session that has just begun.

use chrono::TimeDelta;
use zeroize::Zeroizing;

use crate::{
    Membership,
    account::{
        self, Account, FactorKind, Factors, Kinds, Session, SessionKey,
        factor::{self, Draft},
    },
    actor::Denied,
    context::Context,
    event::{Event, FactorChange},
    refusal::refusals,
    store::{Scope, StoreError, Tx},
};

/// How long an app that was shown can be confirmed: 30 minutes.
const DRAFT_AGE: TimeDelta = TimeDelta::minutes(30);

/// What an authenticator app is told, this once.
#[derive(Clone)]
pub struct NewApp {
    /// The secret in base 32 (RFC 4648), for whoever types it.
    pub secret: Zeroizing<String>,
    /// The address that an app reads as a QR code.
    pub address: Zeroizing<String>,
}

/// The account has other second factors. Every session is over but the one that was begun for it.
#[derive(Debug)]
pub struct FactorsSet {
    /// The account.
    pub account: Account,
    /// The session.
    pub session: Session,
    /// Its key, shown this once.
    pub key: SessionKey,
    /// New recovery codes, if there are, shown this once.
    pub recovery: Vec<Zeroizing<String>>,
}

refusals! {
    /// Why the second factors are as they were.
    pub enum EnrolError {
        /// No app was shown, or too long ago.
        NoDraft = Conflict "app-not-begun"
            ("no authenticator app is being set up, or it was begun more than 30 minutes ago", "begin again");
        /// Not a code of that app.
        CodeWrong = Forbidden "code-wrong"
            ("the code is wrong, or was used before", "wait for the app's next code; recovery codes work once each");
        /// This installation takes none.
        NoPasskeys = Conflict "passkeys-off"
            ("this installation takes no passkeys", "use another way");
        /// As many as there can be.
        TooManyPasskeys = Conflict "too-many-passkeys"
            ("an account has at most 10 passkeys", "take one away that you do not use any more");
        /// Not an answer to what was asked.
        PasskeyRefused = Forbidden "passkey-refused"
            ("this is not a good answer to what the browser was asked, or was asked more than 10 minutes ago", "begin again");
        /// Nothing to mail codes to.
        NoAddress = Conflict "address-not-proved"
            ("codes can be mailed only to an address that the account has proved", "prove an address of yours first");
        /// It is there already.
        Already = Conflict "factor-already-set-up"
            ("the account has this second factor", "take it away first if it shall be another");
        /// It is not there.
        NotSetUp = Conflict "factor-not-set-up"
            ("this account does not have that second factor", "use one of those that the sign-in names");
        /// A tenant wants it.
        Required {
            /// Its name.
            tenant: String,
        } = Conflict "factor-required"
            ("{tenant} admits only people with a second factor like this one", "set up another that it admits, or leave it first");
    } passing Denied(Denied), Store(StoreError)
}

impl Membership {
    /// The second factors of whoever is signed in.
    pub async fn own_factors(&self, ctx: &Context) -> Result<Factors, EnrolError> {
        let principal = ctx.actor.person()?;
        let mut tx = self.store.begin(Scope::Account(principal.account)).await?;
        account::own(tx.as_mut(), principal).await?;
        Ok(tx.factors(principal.account).await?)
    }

    /// Shows a new secret for an authenticator app. Nothing counts before a code of it has come.
    pub async fn begin_app(&self, ctx: &Context) -> Result<NewApp, EnrolError> {
        let (tx, account, factors) = self.own(ctx).await?;
        if factors.app.is_some() {
            return Err(EnrolError::Already);
        }
        shown_if_there(ctx, &account)?;
        let secret = factor::app_secret(self.entropy.as_ref());
        let draft = Draft { secret: self.sealer.seal(account.id, secret.as_slice()), shown_at: ctx.now };
        let factors = Factors { draft: Some(draft), ..factors };
        let address = self.codes.address(secret.as_slice(), &self.product, &account.label());
        tx.commit(ctx, &[Event::FactorsChanged { account, factors, change: FactorChange::AppShown }]).await?;
        Ok(NewApp { secret: factor::base32(secret.as_slice()), address })
    }

    /// The app counts from now on, because `code` is one of it. With the first factor come recovery codes.
    pub async fn confirm_app(&self, ctx: &Context, code: &str) -> Result<FactorsSet, EnrolError> {
        let (tx, account, factors) = self.own(ctx).await?;
        if factors.draft.as_ref().is_none_or(|draft| ctx.now >= draft.shown_at + DRAFT_AGE) {
            return Err(EnrolError::NoDraft);
        }
        shown_if_there(ctx, &account)?;
        let with = factors.with_app(code, ctx.now, self.sealer.as_ref(), self.codes.as_ref());
        let factors = with.ok_or(EnrolError::CodeWrong)?;
        // Nothing is counted: whoever asks was shown the secret just now, so there is nothing to guess.
        self.set(ctx, tx, account, factors, FactorChange::AppAdded).await
    }

    /// From now on a code is mailed at each sign-in, to the address that the account has proved.
    pub async fn begin_email(&self, ctx: &Context) -> Result<FactorsSet, EnrolError> {
        let (tx, account, factors) = self.own(ctx).await?;
        if factors.email_since.is_some() {
            return Err(EnrolError::Already);
        }
        if account.proved_email().is_none() {
            return Err(EnrolError::NoAddress);
        }
        let factors = Factors { email_since: Some(ctx.now), ..factors };
        self.set(ctx, tx, account, factors, FactorChange::EmailAdded).await
    }

    /// Takes a second factor away, unless a tenant of the account's wants it.
    pub async fn remove_factor(&self, ctx: &Context, kind: FactorKind) -> Result<FactorsSet, EnrolError> {
        self.take_away(ctx, kind, |factors| {
            if !factors.kinds().has(kind) {
                return Err(EnrolError::NotSetUp);
            }
            Ok(match kind {
                FactorKind::Email => (Factors { email_since: None, ..factors }, FactorChange::EmailRemoved),
                FactorKind::App => (Factors { app: None, ..factors }, FactorChange::AppRemoved),
                FactorKind::Passkey => (Factors { passkeys: Vec::new(), ..factors }, FactorChange::PasskeyRemoved),
            })
        })
        .await
    }

    /// Goes on without what `taken` takes away, which is of `kind`, if every tenant of the account's still admits it.
    pub(super) async fn take_away(
        &self,
        ctx: &Context,
        kind: FactorKind,
        taken: impl FnOnce(Factors) -> Result<(Factors, FactorChange), EnrolError> + Send,
    ) -> Result<FactorsSet, EnrolError> {
        // Asked before the account is held: nobody waits for a second connection with the first in hand.
        let places = self.directory.places(ctx.actor.person()?.account).await?;
        let (tx, account, factors) = self.own(ctx).await?;
        let before = factors.kinds();
        shown_if_there(ctx, &account)?;
        let (factors, change) = taken(factors)?;
        for place in places {
            let policy = place.tenant.policy.second_factor;
            if policy.admits(before) && !policy.admits(factors.kinds()) {
                return Err(EnrolError::Required { tenant: place.tenant.name.to_string() });
            }
        }
        let recovery = if factors.kinds().is_empty() { Vec::new() } else { factors.recovery };
        let id = account.id;
        let set = self.set(ctx, tx, account, Factors { recovery, ..factors }, change).await?;
        // Set up anew, it begins anew.
        self.forgive(&[kind.tries(id).key]).await;
        Ok(set)
    }

    /// Makes recovery codes anew; those of before are dead.
    pub async fn renew_recovery_codes(&self, ctx: &Context) -> Result<FactorsSet, EnrolError> {
        let (tx, account, factors) = self.own(ctx).await?;
        if factors.kinds().is_empty() {
            return Err(EnrolError::NotSetUp);
        }
        shown_if_there(ctx, &account)?;
        let factors = Factors { recovery: Vec::new(), ..factors };
        self.set(ctx, tx, account, factors, FactorChange::RecoveryRenewed).await
    }

    /// Whoever is signed in, and has just shown to be that person.
    pub(super) async fn own(&self, ctx: &Context) -> Result<(Box<dyn Tx>, Account, Factors), EnrolError> {
        let principal = ctx.actor.person()?;
        principal.has_just_signed_in(ctx.now)?;
        let mut tx = self.store.begin(Scope::Account(principal.account)).await?;
        let account = account::own(tx.as_mut(), principal).await?;
        let factors = tx.factors(account.id).await?;
        Ok((tx, account, factors))
    }

    /// Writes other factors. All sessions end, since they began by others; the one that asked goes on anew.
    pub(super) async fn set(
        &self,
        ctx: &Context,
        tx: Box<dyn Tx>,
        account: Account,
        factors: Factors,
        change: FactorChange,
    ) -> Result<FactorsSet, EnrolError> {
        let none_left = factors.recovery.is_empty() && !factors.kinds().is_empty();
        let (recovery, hashes) = if none_left {
            factor::recovery_codes(account.id, self.entropy.as_ref())
        } else {
            (Vec::new(), factors.recovery)
        };
        let factors = Factors { recovery: hashes, ..factors };
        let account = Account { kinds: factors.kinds(), ..account }.without_sessions().without_links();
        // What was shown at the sign-in, or just now, and is still there.
        let principal = ctx.actor.person()?;
        let shown = principal.with.or(change.shows()).and(account.kinds);
        let (session, key) = Session::start(&account, shown, ctx, self.entropy.as_ref());
        let session = session.as_of(principal.since);
        let changed = Event::FactorsChanged { account: account.clone(), factors, change };
        tx.commit(ctx, &[changed, Event::SessionStarted(session.clone())]).await?;
        Ok(FactorsSet { account, session, key, recovery })
    }
}

/// Where there is an app or a passkey, whoever takes it away, adds another beside it, or has recovery codes, which stand for
/// it, made anew has shown one: a mailbox is not enough.
pub(super) fn shown_if_there(ctx: &Context, account: &Account) -> Result<(), Denied> {
    let shown = ctx.actor.person()?.with.and(Kinds::BEYOND_MAIL);
    let lacking = !account.kinds.and(Kinds::BEYOND_MAIL).is_empty() && shown.is_empty();
    if lacking { Err(Denied::FactorNotShown) } else { Ok(()) }
}

impl std::fmt::Debug for NewApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewApp(..)")
    }
}
