//! Limits on guessing: how often a password, a code or a link may be tried, by one client, at one account, and in a row.
//!
//! Somebody who does not exist is counted like everybody else, so that no limit tells who does.

use chrono::TimeDelta;

use crate::{
    Membership,
    account::{FactorKind, Login, factor::recovery_tries},
    context::Context,
    id::AccountId,
    refusal::refusals,
    store::StoreError,
    traces::{Pace, TraceKey, Tries},
};

/// Wrong passwords in a row after which only a link to another password helps (NIST SP 800-63B-4, 3.2.2).
pub const MOST_PASSWORDS: u32 = 100;

refusals! {
    /// Why something was not even tried.
    pub enum TooOften {
        /// By this client, or at this account, within a short time.
        Paced {
            /// In how many seconds it may be tried again.
            seconds: u32,
        } = TooMany "tried-too-often"
            ("this was tried too often; it can be tried again in {seconds} seconds", "wait, and try again then");
        /// A hundred times in a row, all wrong.
        Frozen = TooMany "factor-frozen"
            ("this was tried wrongly a hundred times in a row, so it is not taken at all any more",
             "choose another password by a link, use another second factor, or ask an administrator");
    } passing Store(StoreError) waiting Self::wait
}

impl TooOften {
    /// In how many seconds it may be tried again, if waiting helps.
    const fn wait(&self) -> Option<u32> {
        match self {
            Self::Paced { seconds } => Some(*seconds),
            Self::Frozen | Self::Store(_) => None,
        }
    }
}

impl Membership {
    /// Lets something happen that stands under all of `paces`, or says when it may.
    pub(crate) async fn paced(&self, ctx: &Context, paces: impl IntoIterator<Item = Pace>) -> Result<(), TooOften> {
        let paces: Vec<Pace> = paces.into_iter().collect();
        match self.traces.pace(&paces, ctx.now).await? {
            None => Ok(()),
            Some(free) => {
                let wait = (free - ctx.now).num_milliseconds().max(1);
                Err(TooOften::Paced { seconds: u32::try_from((wait + 999) / 1_000).unwrap_or(u32::MAX) })
            }
        }
    }

    /// Forgets the tries under `keys`. What has happened has happened: where this fails, the counts stay too strict, and
    /// nobody loses what is shown only once.
    pub(crate) async fn forgive(&self, keys: &[TraceKey]) {
        self.traces.forgive(keys).await.ok();
    }

    /// Forgets every try at the account that somebody signs in to with `login`: for the operator at the machine, where nobody
    /// else can help. Whether there is such an account.
    pub async fn unfreeze(&self, login: &str) -> Result<bool, StoreError> {
        let found = match Login::parse(login) {
            Some(login) => self.directory.account_by_login(&login).await?,
            None => None,
        };
        let Some(account) = found else { return Ok(false) };
        let factors = factor_tries(account.id);
        self.traces.forgive(&[&[password(account.id).key], factors.as_slice()].concat()).await?;
        Ok(true)
    }

    /// Counts one more try of what is frozen after so many, or says that it is.
    pub(crate) async fn not_frozen(&self, ctx: &Context, tries: Tries) -> Result<(), TooOften> {
        if self.may_try(ctx, tries).await? { Ok(()) } else { Err(TooOften::Frozen) }
    }

    /// Counts one more try, and tells whether it may be made.
    pub(crate) async fn may_try(&self, ctx: &Context, tries: Tries) -> Result<bool, StoreError> {
        self.traces.tried(&[tries], ctx.now).await
    }
}

/// How often one client may do `what`: thirty times at once, and once more every two seconds. Who knows no address of its
/// clients counts none.
pub(crate) fn by_client(ctx: &Context, what: &str) -> Option<Pace> {
    let subscriber = ctx.client.subscriber()?;
    let key = TraceKey::of(&format!("client {what}"), subscriber.as_bytes());
    Some(Pace { key, burst: 30, every: TimeDelta::seconds(2) })
}

/// How often somebody may try to sign in as `login`: ten times at once, and once more every ten seconds.
pub(crate) fn by_login(login: Option<&Login>) -> Pace {
    Pace { key: TraceKey::of("login", text(login).as_bytes()), burst: 10, every: TimeDelta::seconds(10) }
}

/// Wrong passwords of an account.
pub(crate) fn password(account: AccountId) -> Tries {
    Tries { key: TraceKey::of("password", account.as_uuid().as_bytes()), most: MOST_PASSWORDS }
}

/// Wrong codes of each second factor of an account, recovery codes the last.
pub(crate) fn factor_tries(account: AccountId) -> [TraceKey; 4] {
    let [email, app, passkey] = FactorKind::ALL.map(|kind| kind.tries(account).key);
    [email, app, passkey, recovery_tries(account).key]
}

/// Wrong passwords of somebody who does not exist: the same trouble, so that nobody can tell.
pub(crate) fn password_of_nobody(login: Option<&Login>) -> Tries {
    Tries { key: TraceKey::of("password of nobody", text(login).as_bytes()), most: MOST_PASSWORDS }
}

/// What was typed, as it is counted by; empty if nobody can sign in by it.
pub(crate) fn text(login: Option<&Login>) -> &str {
    match login {
        Some(Login::Email(address)) => address.as_str(),
        Some(Login::Username(name)) => name.as_str(),
        None => "",
    }
}
