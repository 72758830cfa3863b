//! Passkeys: keys that an authenticator holds for this installation and signs with (Web Authentication). One is a second
//! factor beside a password, and a whole sign-in by itself: the authenticator has asked for the owner's finger, face or number
//! before it signs.
//!
//! Each takes two steps, a *ceremony*. What has to be known at the second step goes along with the first one's answer, sealed:
//! nobody can read or change it, it is good for one purpose, ten minutes and once, and nothing is kept for whoever never
//! comes back.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    Membership,
    account::{
        Account, Challenge, ChallengeKey, FactorKind, Factors, Session,
        enrol::{EnrolError, FactorsSet, shown_if_there},
        guess::{self, TooOften},
        sign_in::{ChallengeError, SignedIn, waiting},
    },
    context::Context,
    event::{Event, FactorChange},
    id::AccountId,
    name::DisplayName,
    ports::{self, Sealed, Secret},
    refusal::refusals,
    store::{Scope, StoreError},
    traces::{TraceKey, Tries},
};

/// A passkey of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its name among all of its authenticator's.
    pub credential: CredentialId,
    /// What the owner calls it.
    pub name: DisplayName,
    /// What signatures are checked against, in the words of whoever checks them ([`Passkeys`](crate::ports::Passkeys)). No secret.
    pub key: String,
    /// Since when.
    pub since: DateTime<Utc>,
    /// The account's epoch when it was added, or last shown beside the password. Like an API key, it opens nothing alone if
    /// somebody may have made it whom the account has shut out since; beside the password it stays what it is.
    pub epoch: u32,
    /// When it was last shown.
    pub used_at: Option<DateTime<Utc>>,
}

/// The identifier that an authenticator gave a passkey: up to 1,023 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CredentialId(Vec<u8>);

/// The first step's answer.
#[derive(Debug, Clone)]
pub struct Ceremony {
    /// What the browser's `navigator.credentials` is asked, as JSON (Web Authentication Level 3, 5.1.8 and 5.1.9).
    pub options: String,
    /// What has to come back with the answer, as it is.
    pub state: String,
}

/// The second step: what the browser answered.
#[derive(Debug, Clone)]
pub struct PasskeyAnswer {
    /// [`Ceremony::state`].
    pub state: String,
    /// The credential as JSON (`PublicKeyCredential.toJSON()`).
    pub credential: Secret,
}

/// How many passkeys an account has at most.
pub const MOST_PASSKEYS: usize = 10;
/// How long a ceremony can be finished.
const MAX_AGE: TimeDelta = TimeDelta::minutes(10);
/// The longest state that is looked at. Beside ten passkeys whose names are as long as they may be, one takes 16 kB.
const LONGEST_STATE: usize = 65_536;

/// What a ceremony is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Purpose {
    Add,
    Challenge(Uuid),
    SignIn,
}

/// What is sealed into [`Ceremony::state`].
#[derive(Serialize, Deserialize)]
struct Begun {
    purpose: Purpose,
    ends_at: DateTime<Utc>,
    once: [u8; 16],
    state: String,
}

refusals! {
    /// Why nobody is signed in by a passkey.
    pub enum PasskeySignInError {
        /// This installation takes none.
        Off = Conflict "passkeys-off"
            ("this installation takes no passkeys", "use another way");
        /// It opens nothing. Why is not told.
        Refused = Unauthenticated "passkey-failed"
            ("this passkey opens no account here, or the sign-in was begun more than 10 minutes ago",
             "try again, or sign in with your password");
    } passing TooOften(TooOften), Store(StoreError)
}

impl CredentialId {
    /// Takes an authenticator's bytes.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads what [`Display`](std::fmt::Display) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok().map(Self)
    }
}

impl std::fmt::Display for CredentialId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl Factors {
    /// These with `passkey` in the place of the one that it was.
    #[must_use]
    pub fn with_passkey(self, passkey: Passkey) -> Self {
        let others = self.passkeys.into_iter().filter(|held| held.credential != passkey.credential);
        let mut passkeys: Vec<Passkey> = others.collect();
        passkeys.push(passkey);
        passkeys.sort_by(|a, b| (a.since, &a.credential).cmp(&(b.since, &b.credential)));
        Self { passkeys, ..self }
    }

    /// These without the passkey `credential`. `None` if it is none of them.
    pub fn without_passkey(self, credential: &CredentialId) -> Option<Self> {
        let before = self.passkeys.len();
        let passkeys: Vec<Passkey> = self.passkeys.into_iter().filter(|held| held.credential != *credential).collect();
        (passkeys.len() < before).then_some(Self { passkeys, ..self })
    }
}

impl Membership {
    /// Whether this installation takes passkeys at all.
    pub fn takes_passkeys(&self) -> bool {
        self.passkeys.begin_showing(&[]).is_some()
    }

    /// Begins to add a passkey for whoever is signed in, and has just shown to be that person.
    pub async fn begin_passkey(&self, ctx: &Context) -> Result<Ceremony, EnrolError> {
        let (tx, account, factors) = self.own(ctx).await?;
        drop(tx);
        may_have_another(ctx, &account, &factors)?;
        let begun = self.passkeys.begin_adding(&account, &factors.passkeys).ok_or(EnrolError::NoPasskeys)?;
        Ok(self.ceremony(ctx, Purpose::Add, account.id, begun))
    }

    /// The passkey counts from now on: as a second factor, and as a sign-in without a password. With the first factor come
    /// recovery codes.
    pub async fn confirm_passkey(
        &self,
        ctx: &Context,
        name: DisplayName,
        answer: PasskeyAnswer,
    ) -> Result<FactorsSet, EnrolError> {
        let principal = ctx.actor.person()?;
        let begun = self.resumed(ctx, Purpose::Add, principal.account, &answer).await?;
        let state = begun.ok_or(EnrolError::PasskeyRefused)?;
        let made = self.passkeys.finish_adding(&state, answer.credential.expose()).ok_or(EnrolError::PasskeyRefused)?;
        let (tx, account, factors) = self.own(ctx).await?;
        if factors.passkeys.iter().any(|held| held.credential == made.credential) {
            return Err(EnrolError::Already);
        }
        may_have_another(ctx, &account, &factors)?;
        let passkey = Passkey {
            credential: made.credential,
            name,
            key: made.key,
            since: ctx.now,
            epoch: account.epoch,
            used_at: None,
        };
        self.set(ctx, tx, account, factors.with_passkey(passkey), FactorChange::PasskeyAdded).await
    }

    /// Takes one passkey away. The last one goes under the same conditions as any second factor.
    pub async fn remove_passkey(&self, ctx: &Context, credential: &CredentialId) -> Result<FactorsSet, EnrolError> {
        self.take_away(ctx, FactorKind::Passkey, |factors| {
            let left = factors.without_passkey(credential).ok_or(EnrolError::NotSetUp)?;
            Ok((left, FactorChange::PasskeyRemoved))
        })
        .await
    }

    /// Begins to show a passkey as the second factor of a sign-in that waits.
    pub async fn begin_passkey_proof(&self, ctx: &Context, key: &ChallengeKey) -> Result<Ceremony, ChallengeError> {
        let found = self.directory.challenge(&key.hash()).await?.ok_or(ChallengeError::Over)?;
        self.paced(ctx, guess::by_client(ctx, "passkey")).await?;
        let mut tx = self.store.begin(Scope::Account(found.account)).await?;
        let (challenge, account) = waiting(tx.as_mut(), &found, ctx).await?;
        let held = tx.factors(account.id).await?.passkeys;
        drop(tx);
        let begun = if held.is_empty() { None } else { self.passkeys.begin_showing(&held) };
        let begun = begun.ok_or(ChallengeError::NotThis)?;
        Ok(self.ceremony(ctx, Purpose::Challenge(challenge.id.as_uuid()), account.id, begun))
    }

    /// Begins a sign-in by passkey alone. Nobody has said yet who it will be.
    pub async fn begin_passkey_sign_in(&self, ctx: &Context) -> Result<Ceremony, PasskeySignInError> {
        self.paced(ctx, guess::by_client(ctx, "passkey")).await?;
        let begun = self.passkeys.begin_showing(&[]).ok_or(PasskeySignInError::Off)?;
        Ok(self.ceremony(ctx, Purpose::SignIn, nobody(), begun))
    }

    /// Starts a session for whoever shows a passkey. There is nothing to guess, so no account is frozen by it.
    pub async fn sign_in_with_passkey(
        &self,
        ctx: &Context,
        answer: PasskeyAnswer,
    ) -> Result<SignedIn, PasskeySignInError> {
        self.paced(ctx, guess::by_client(ctx, "passkey")).await?;
        let begun = self.resumed(ctx, Purpose::SignIn, nobody(), &answer).await?;
        let state = begun.ok_or(PasskeySignInError::Refused)?;
        let owner = self.passkeys.owner(answer.credential.expose()).ok_or(PasskeySignInError::Refused)?;
        let mut tx = self.store.begin(Scope::Account(owner)).await?;
        let account = tx.account(owner).await?.filter(|account| account.closed_at.is_none());
        let account = account.ok_or(PasskeySignInError::Refused)?;
        let factors = tx.factors(owner).await?;
        let shown = self.shown_passkey(ctx, &factors, &state, &answer);
        let shown = shown.filter(|passkey| passkey.epoch >= account.keys_from_epoch);
        let factors = factors.with_passkey(shown.ok_or(PasskeySignInError::Refused)?);
        let account = account.counting();
        let (session, key) = Session::start(&account, FactorChange::PasskeyUsed.shows(), ctx, self.entropy.as_ref());
        let used = Event::FactorsChanged { account: account.clone(), factors, change: FactorChange::PasskeyUsed };
        tx.commit(ctx, &[used, Event::SessionStarted(session.clone())]).await?;
        Ok(SignedIn { account, session, key })
    }

    /// The state of the ceremony of `challenge` that `answer` finishes.
    pub(super) async fn resumed_proof(
        &self,
        ctx: &Context,
        challenge: &Challenge,
        answer: &PasskeyAnswer,
    ) -> Result<Option<String>, StoreError> {
        self.resumed(ctx, Purpose::Challenge(challenge.id.as_uuid()), challenge.account, answer).await
    }

    /// The passkey of `factors` that `answer` shows in the ceremony of `state`, as it is from now on.
    pub(super) fn shown_passkey(
        &self,
        ctx: &Context,
        factors: &Factors,
        state: &str,
        answer: &PasskeyAnswer,
    ) -> Option<Passkey> {
        let shown = self.passkeys.finish_showing(state, answer.credential.expose(), &factors.passkeys)?;
        let held = factors.passkeys.iter().find(|held| held.credential == shown.credential)?.clone();
        Some(Passkey { key: shown.key, used_at: Some(ctx.now), ..held })
    }

    fn ceremony(&self, ctx: &Context, purpose: Purpose, whose: AccountId, begun: ports::Begun) -> Ceremony {
        let mut once = [0; 16];
        self.entropy.fill(&mut once);
        let ports::Begun { options, state } = begun;
        // It holds nothing that JSON does not know.
        let plain = serde_json::to_vec(&Begun { purpose, ends_at: ctx.now + MAX_AGE, once, state }).unwrap_or_default();
        Ceremony { options, state: URL_SAFE_NO_PAD.encode(self.sealer.seal(whose, &plain).as_bytes()) }
    }

    /// The state of a ceremony that was begun for this purpose and account, is not over, and was not finished before.
    async fn resumed(
        &self,
        ctx: &Context,
        purpose: Purpose,
        whose: AccountId,
        answer: &PasskeyAnswer,
    ) -> Result<Option<String>, StoreError> {
        let read = || {
            let sealed =
                (answer.state.len() <= LONGEST_STATE).then(|| URL_SAFE_NO_PAD.decode(&answer.state).ok())??;
            let plain = self.sealer.open(whose, &Sealed::from_bytes(sealed))?;
            serde_json::from_slice::<Begun>(&plain).ok()
        };
        let Some(begun) = read().filter(|begun| begun.purpose == purpose && ctx.now < begun.ends_at) else {
            return Ok(None);
        };
        let once = Tries { key: TraceKey::of("ceremony", &begun.once), most: 1 };
        Ok(self.may_try(ctx, once).await?.then_some(begun.state))
    }
}

fn may_have_another(ctx: &Context, account: &Account, factors: &Factors) -> Result<(), EnrolError> {
    shown_if_there(ctx, account)?;
    if factors.passkeys.len() < MOST_PASSKEYS { Ok(()) } else { Err(EnrolError::TooManyPasskeys) }
}

/// Whose a ceremony is whose owner is not known yet.
const fn nobody() -> AccountId {
    AccountId::from_uuid(Uuid::nil())
}
