//! Sign in with a password, and with a second factor where the account has one. The answer and the time it takes are the
//! same whether or not there is such an account.

use crate::{
    Membership,
    account::{
        Account, Challenge, ChallengeKey, FactorKind, Kinds, Login, Session, SessionKey,
        factor::recovery_tries,
        guess::{self, TooOften},
        passkey::{Passkey, PasskeyAnswer},
        password::{self, MIN_CHARS},
    },
    context::Context,
    event::{Event, FactorChange},
    id::AccountId,
    ports::{HashingError, Secret},
    refusal::refusals,
    store::{Scope, StoreError, Tx},
    traces::Tries,
};

/// Sign in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// A proved address or a username, as typed.
    pub login: String,
    /// The password, as typed.
    pub password: Secret,
}

/// A fresh session.
#[derive(Debug)]
pub struct SignedIn {
    /// Whose.
    pub account: Account,
    /// The session.
    pub session: Session,
    /// Its key, shown this once.
    pub key: SessionKey,
}

/// What a right password comes to.
#[derive(Debug)]
pub enum Entrance {
    /// The account has no second factor.
    SignedIn(Box<SignedIn>),
    /// The second factor is to be shown, by [`Membership::answer_challenge`].
    Challenged {
        /// The challenge.
        challenge: Challenge,
        /// Its key, shown this once.
        key: ChallengeKey,
        /// What can be shown.
        kinds: Kinds,
    },
}

/// Show the second factor.
#[derive(Debug, Clone)]
pub enum Proof {
    /// The newest code that was mailed.
    Mailed(String),
    /// A code of the authenticator app.
    App(String),
    /// A recovery code, which is used up by it.
    Recovery(String),
    /// What a passkey has signed, in a ceremony of this challenge.
    Passkey(PasskeyAnswer),
}

refusals! {
    /// Why nobody is signed in.
    pub enum SignInError {
        /// One of the two is wrong. Which one is not told.
        Wrong = Unauthenticated "sign-in-failed"
            ("the name or the password is wrong", "check both; capital letters count in passwords");
    } passing TooOften(TooOften), Hashing(HashingError), Store(StoreError)
}

refusals! {
    /// Why the second factor was not taken.
    pub enum ChallengeError {
        /// There is no such challenge, or it is over.
        Over = Unauthenticated "challenge-over"
            ("this sign-in is not waiting for a code any more", "sign in with your password again");
        /// The code, or the passkey, is none of the account's.
        Wrong = Unauthenticated "challenge-failed"
            ("the code or the passkey is wrong, or was used before",
             "use the newest mail, the app's next code, or the passkey anew; five wrong ones end this sign-in");
        /// The account does not have that factor.
        NotThis = Conflict "factor-not-set-up"
            ("this account does not have that second factor", "use one of those that the sign-in names");
    } passing TooOften(TooOften), Store(StoreError)
}

impl Membership {
    /// Starts a session for whoever knows the password, or asks for the second factor.
    pub async fn sign_in(&self, ctx: &Context, command: SignIn) -> Result<Entrance, SignInError> {
        // No password is as long as this, whoever it may be: it costs nothing.
        if password::is_too_long(&command.password) {
            return Err(SignInError::Wrong);
        }
        let _place = self.passwords.place()?;
        let login = Login::parse(&command.login);
        let paces = [guess::by_client(ctx, "sign-in"), Some(guess::by_login(login.as_ref()))];
        self.paced(ctx, paces.into_iter().flatten()).await?;
        // Somebody who does not exist costs the same look-up, the same count and the same hash.
        let account = match &login {
            Some(login) => self.directory.account_by_login(login).await?,
            None => None,
        };
        let tries =
            account.as_ref().map_or_else(|| guess::password_of_nobody(login.as_ref()), |a| guess::password(a.id));
        self.not_frozen(ctx, tries).await?;
        let hash = account.as_ref().and_then(|account| account.password.clone());
        let known = hash.is_some();
        let right = self.passwords.verify(command.password.clone(), hash.clone()).await?;
        let Some(account) = account.filter(|_| right && known) else { return Err(SignInError::Wrong) };
        let short = command.password.expose().chars().count() < MIN_CHARS;
        let renewed = match &hash {
            Some(hash) if self.passwords.is_outdated(hash) => Some(self.passwords.hash(command.password).await?),
            Some(_) | None => None,
        };

        let mut tx = self.store.begin(Scope::Account(account.id)).await?;
        // The hash took a while: the password may have been changed meanwhile.
        let account = tx.account(account.id).await?.filter(|now| now.password == hash && now.closed_at.is_none());
        let before = account.ok_or(SignInError::Wrong)?;
        // A short one was chosen beside a second factor: where that is there no more, it has to be replaced.
        let to_be_replaced = short && before.kinds.is_empty();
        let account = Account {
            password: renewed.or(hash),
            password_is_temporary: before.password_is_temporary || to_be_replaced,
            ..before.clone()
        };
        let kept_otherwise = (account != before).then(|| Event::PasswordRehashed(account.clone()));
        let entrance = self.enter(ctx, tx, account, kept_otherwise).await?;
        // A password that was right forgives those that were wrong, unless a second factor is still to be shown.
        if let Entrance::SignedIn(_) = entrance {
            self.forgive(&[tries.key]).await;
        }
        Ok(entrance)
    }

    async fn enter(
        &self,
        ctx: &Context,
        tx: Box<dyn Tx>,
        account: Account,
        kept_otherwise: Option<Event>,
    ) -> Result<Entrance, StoreError> {
        let mut events = Vec::from_iter(kept_otherwise);
        if !account.kinds.is_empty() {
            let (challenge, key) = Challenge::start(&account, ctx.now, self.entropy.as_ref());
            events.push(Event::ChallengeStarted(challenge.clone()));
            tx.commit(ctx, &events).await?;
            return Ok(Entrance::Challenged { challenge, key, kinds: account.kinds });
        }
        let (session, key) = Session::start(&account, Kinds::NONE, ctx, self.entropy.as_ref());
        events.push(Event::SessionStarted(session.clone()));
        tx.commit(ctx, &events).await?;
        Ok(Entrance::SignedIn(Box::new(SignedIn { account, session, key })))
    }

    /// Mails the code, or another that makes the one before dead.
    pub async fn mail_code(&self, ctx: &Context, key: &ChallengeKey) -> Result<Challenge, ChallengeError> {
        let found = self.directory.challenge(&key.hash()).await?.ok_or(ChallengeError::Over)?;
        self.paced(ctx, [found.mail_pace()]).await?;
        let mut tx = self.store.begin(Scope::Account(found.account)).await?;
        let (challenge, account) = waiting(tx.as_mut(), &found, ctx).await?;
        if !account.kinds.has(FactorKind::Email) {
            return Err(ChallengeError::NotThis);
        }
        let challenge = Challenge { mailed: challenge.mailed.saturating_add(1), ..challenge };
        tx.commit(ctx, &[Event::ChallengeMailed(challenge.clone())]).await?;
        Ok(challenge)
    }

    /// Shows the second factor: the session starts. Five wrong ones, and the password is asked for again; a hundred in a
    /// row, and that factor is not taken any more.
    pub async fn answer_challenge(
        &self,
        ctx: &Context,
        key: &ChallengeKey,
        proof: Proof,
    ) -> Result<SignedIn, ChallengeError> {
        let found = self.directory.challenge(&key.hash()).await?.ok_or(ChallengeError::Over)?;
        self.paced(ctx, guess::by_client(ctx, "code")).await?;
        let (factor, with) = (proof.tries(found.account), proof.shows());
        // One that is over costs no try of the factor's, nor does a factor that the account has not.
        let mut tx = self.store.begin(Scope::Account(found.account)).await?;
        let (_, account) = waiting(tx.as_mut(), &found, ctx).await?;
        drop(tx);
        if with.and(account.kinds).is_empty() {
            return Err(ChallengeError::NotThis);
        }
        // Counted before it is looked at: a hundred at once are a hundred.
        if !self.may_try(ctx, found.tries()).await? {
            return Err(ChallengeError::Over);
        }
        self.not_frozen(ctx, factor).await?;
        // Before the account is held, like all that is counted: nobody waits for a second connection with the first in hand.
        let ceremony = match &proof {
            Proof::Passkey(answer) => self.resumed_proof(ctx, &found, answer).await?,
            Proof::Mailed(_) | Proof::App(_) | Proof::Recovery(_) => None,
        };
        let mut tx = self.store.begin(Scope::Account(found.account)).await?;
        let (challenge, account) = waiting(tx.as_mut(), &found, ctx).await?;
        let (account, mut events) = self.shown(ctx, tx.as_mut(), &challenge, account, (proof, ceremony)).await?;
        let (session, session_key) = Session::start(&account, with.and(account.kinds), ctx, self.entropy.as_ref());
        events.push(Event::ChallengeEnded { challenge: challenge.id, account: account.id });
        events.push(Event::SessionStarted(session.clone()));
        tx.commit(ctx, &events).await?;
        // Only whoever is all the way in has the wrong ones forgiven.
        self.forgive(&[found.tries().key, factor.key, guess::password(account.id).key]).await;
        Ok(SignedIn { account, session, key: session_key })
    }

    async fn shown(
        &self,
        ctx: &Context,
        tx: &mut dyn Tx,
        challenge: &Challenge,
        account: Account,
        (proof, ceremony): (Proof, Option<String>),
    ) -> Result<(Account, Vec<Event>), ChallengeError> {
        let factors = tx.factors(account.id).await?;
        let spent = match proof {
            Proof::Mailed(code) => {
                let newest = challenge.mailed_code(&self.links);
                let same = crate::link::same(newest.as_bytes(), digits(&code).as_bytes());
                let good = account.kinds.has(FactorKind::Email) && challenge.mailed > 0 && same;
                return if good { Ok((account, Vec::new())) } else { Err(ChallengeError::Wrong) };
            }
            Proof::App(code) => factors
                .spend_app(&code, ctx.now, self.sealer.as_ref(), self.codes.as_ref())
                .map(|factors| (factors, FactorChange::AppUsed)),
            Proof::Passkey(answer) => ceremony
                .and_then(|state| self.shown_passkey(ctx, &factors, &state, &answer))
                // Beside the password it is the owner's again, whatever was shut out since it was made.
                .map(|passkey| factors.with_passkey(Passkey { epoch: account.epoch, ..passkey }))
                .map(|factors| (factors, FactorChange::PasskeyUsed)),
            Proof::Recovery(code) => factors.spend_recovery(&code).map(|factors| (factors, FactorChange::RecoveryUsed)),
        };
        let (factors, change) = spent.ok_or(ChallengeError::Wrong)?;
        let account = account.counting();
        let event = Event::FactorsChanged { account: account.clone(), factors, change };
        Ok((account, vec![event]))
    }

    /// Gives up a sign-in that waits.
    pub async fn abandon_challenge(&self, ctx: &Context, key: &ChallengeKey) -> Result<(), StoreError> {
        let Some(found) = self.directory.challenge(&key.hash()).await? else { return Ok(()) };
        let tx = self.store.begin(Scope::Account(found.account)).await?;
        tx.commit(ctx, &[Event::ChallengeEnded { challenge: found.id, account: found.account }]).await
    }
}

impl Entrance {
    /// The session, unless a second factor is to be shown first.
    pub fn signed_in(self) -> Option<SignedIn> {
        match self {
            Self::SignedIn(done) => Some(*done),
            Self::Challenged { .. } => None,
        }
    }
}

impl Proof {
    /// What is shown by it. A recovery code stands for whatever there is.
    const fn shows(&self) -> Kinds {
        match self {
            Self::Mailed(_) => Kinds::EMAIL,
            Self::App(_) => Kinds::APP,
            Self::Passkey(_) => Kinds::PASSKEY,
            Self::Recovery(_) => Kinds::ALL,
        }
    }

    /// Under which it is counted.
    fn tries(&self, account: AccountId) -> Tries {
        match self {
            Self::Mailed(_) => FactorKind::Email.tries(account),
            Self::App(_) => FactorKind::App.tries(account),
            Self::Passkey(_) => FactorKind::Passkey.tries(account),
            Self::Recovery(_) => recovery_tries(account),
        }
    }
}

/// The challenge and its account as they are at this moment, if it can be answered.
pub(super) async fn waiting(
    tx: &mut dyn Tx,
    found: &Challenge,
    ctx: &Context,
) -> Result<(Challenge, Account), ChallengeError> {
    let account = tx.account(found.account).await?.ok_or(ChallengeError::Over)?;
    let challenge = tx.challenge(found.id).await?.filter(|challenge| challenge.is_good(&account, ctx.now));
    Ok((challenge.ok_or(ChallengeError::Over)?, account))
}

/// The digits of a code as somebody typed it, with gaps or without.
fn digits(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}
