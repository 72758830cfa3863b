//! Choose another password by a link: mailed to whoever says that the own one is forgotten, or made by an administrator to
//! be handed over. It never signs in, and never goes past a second factor.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Membership,
    account::{
        Account, FactorKind, Factors, Kinds, Login,
        factor::recovery_tries,
        guess::{self, TooOften},
        password::PasswordFault,
    },
    actor::Grants,
    context::Context,
    directory::Who,
    event::{Event, FactorChange},
    id::{AccountId, MemberId, TenantId},
    link::{Link, LinkFault, Purpose},
    member::reach::may_act_on,
    ports::{HashingError, Secret},
    refusal::{Faults, refusals},
    role::Permission,
    store::{Scope, StoreError, Tx},
    tenant::Validity,
    traces::{Pace, TraceKey, Tries},
};

/// A link to choose another password by. The newest alone is good, for 24 hours, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reset {
    /// Which of the account's links it is.
    pub generation: u32,
    /// When it was made.
    pub issued_at: DateTime<Utc>,
    /// Who asked for it.
    pub by: ResetBy,
}

/// Who asked for a link to choose another password by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResetBy {
    /// Somebody who says to be the owner: it goes to the owner's mailbox, and shows no more than that this can be read.
    Owner,
    /// An administrator, who hands it over in another way. It is good as long as that one could make it again.
    Administrator {
        /// Of this tenant,
        tenant: TenantId,
        /// this member.
        member: MemberId,
    },
}

/// Choose another password by a link.
#[derive(Debug, Clone)]
pub struct ResetPassword {
    /// The token of the link.
    pub token: String,
    /// The new password.
    pub new: Secret,
    /// A code of the authenticator app, or a recovery code: where the link was mailed and the account has an app or a passkey.
    pub code: Option<String>,
}

/// What the page behind the link shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetView {
    /// What the account is called.
    pub label: String,
    /// Whether a code is needed beside the link.
    pub needs_code: bool,
    /// Until when the link is good.
    pub expires_at: DateTime<Utc>,
}

refusals! {
    /// Why the password is still the old one.
    pub enum ResetError {
        /// Too late.
        Expired = Gone "reset-link-expired"
            ("this link could be used for 24 hours", "ask for another");
        /// One mailbox would be both factors.
        MailboxIsFactor = Forbidden "reset-needs-administrator"
            ("codes for your second sign-in step go to the mailbox that this link went to, and one mailbox must not be enough",
             "ask an administrator to switch your second factor off, or for a password link that is handed over");
        /// The account has an app or a passkey.
        CodeNeeded = Forbidden "reset-code-needed"
            ("this account has an authenticator app or a passkey, so the link alone is not enough",
             "give a code of the app, or one of your recovery codes, too");
        /// Not a code of the account's.
        CodeWrong = Forbidden "code-wrong"
            ("the code is wrong, or was used before", "wait for the app's next code; recovery codes work once each");
    } passing Link(LinkFault), Faults(Faults), TooOften(TooOften), Hashing(HashingError), Store(StoreError)
}

impl ResetBy {
    /// The stable text: `owner`, or `administrator` with the tenant and the member.
    pub fn to_text(self) -> String {
        match self {
            Self::Owner => "owner".to_owned(),
            Self::Administrator { tenant, member } => format!("administrator {tenant} {member}"),
        }
    }

    /// Reads the stable text.
    pub fn from_text(text: &str) -> Option<Self> {
        if text == "owner" {
            return Some(Self::Owner);
        }
        let (tenant, member) = text.strip_prefix("administrator ")?.split_once(' ')?;
        Some(Self::Administrator { tenant: tenant.parse().ok()?, member: member.parse().ok()? })
    }

    const fn is_administrator(self) -> bool {
        matches!(self, Self::Administrator { .. })
    }
}

impl Reset {
    /// The first moment at which it is no longer good.
    pub fn end(&self) -> DateTime<Utc> {
        Self::end_of(self.issued_at)
    }

    /// The same for a link that is made at `now`.
    pub(crate) fn end_of(now: DateTime<Utc>) -> DateTime<Utc> {
        Validity::ONE_DAY.end(now)
    }
}

impl Account {
    /// This account with a new link to choose another password by; the one before is dead.
    #[must_use]
    pub fn with_reset(self, by: ResetBy, now: DateTime<Utc>) -> Self {
        let account = self.counting();
        Self { reset: Some(Reset { generation: account.links, issued_at: now, by }), ..account }
    }

    /// Whether whoever reads the mailbox could reset the password and show the second factor by that alone.
    pub const fn mailbox_is_factor(&self) -> bool {
        self.kinds.has(FactorKind::Email) && self.kinds.and(Kinds::BEYOND_MAIL).is_empty()
    }
}

impl Membership {
    /// Mails a link to choose another password by, if `login` is an account with a proved address. Whether it is, nobody is
    /// told: an adapter answers the same, after the same time.
    pub async fn forget_password(&self, ctx: &Context, login: &str) -> Result<(), ResetError> {
        let login = Login::parse(login);
        let paces = [guess::by_client(ctx, "forgotten"), Some(mail_pace(guess::text(login.as_ref())))];
        self.paced(ctx, paces.into_iter().flatten()).await?;
        let found = match login {
            Some(login) => self.directory.account_by_login(&login).await?,
            None => None,
        };
        let Some(account) = found else { return Ok(()) };
        let mut tx = self.store.begin(Scope::Account(account.id)).await?;
        let Some(account) = tx.account(account.id).await? else { return Ok(()) };
        if account.closed_at.is_some() || account.proved_email().is_none() {
            return Ok(());
        }
        // Whoever asks is anybody: what an administrator has handed over stays good.
        let handed_over = |reset: Reset| reset.by.is_administrator() && ctx.now < reset.end();
        if account.reset.is_some_and(handed_over) {
            return Ok(());
        }
        let event = if account.mailbox_is_factor() {
            // The owner alone reads what to do instead.
            Event::ResetRefused(account.counting())
        } else {
            Event::ResetIssued(account.with_reset(ResetBy::Owner, ctx.now))
        };
        Ok(tx.commit(ctx, &[event]).await?)
    }

    /// What the page behind the link shows. It changes nothing.
    pub async fn open_reset(&self, ctx: &Context, token: &str) -> Result<ResetView, ResetError> {
        let link = self.links.read(Purpose::Reset, token)?;
        let id = AccountId::from_uuid(link.subject);
        self.still_vouched_for(ctx, id, link).await?;
        let mut tx = self.store.begin(Scope::Account(id)).await?;
        let account = tx.account(id).await?.ok_or(LinkFault::Unknown)?;
        let reset = usable(tx.as_mut(), &account, link, ctx).await?;
        Ok(ResetView { label: account.label(), needs_code: needs_code(&account, reset), expires_at: reset.end() })
    }

    /// Chooses another password. Nobody is signed in by it, and everybody who was is not any more.
    pub async fn reset_password(&self, ctx: &Context, command: ResetPassword) -> Result<Account, ResetError> {
        let link = self.links.read(Purpose::Reset, &command.token)?;
        let id = AccountId::from_uuid(link.subject);
        self.still_vouched_for(ctx, id, link).await?;
        let mut tx = self.store.begin(Scope::Account(id)).await?;
        let account = tx.account(id).await?.ok_or(LinkFault::Unknown)?;
        let needed = needs_code(&account, usable(tx.as_mut(), &account, link, ctx).await?);
        drop(tx);
        if needed && command.code.is_none() {
            return Err(ResetError::CodeNeeded);
        }
        self.acceptable(&account, &command.new).await?.map_err(|fault| Faults::one("/new", &fault))?;
        if needed {
            self.not_frozen(ctx, tries_of(command.code.as_deref(), id)).await?;
        }
        let hash = self.passwords.hash(command.new).await?;

        self.still_vouched_for(ctx, id, link).await?;
        let mut tx = self.store.begin(Scope::Account(id)).await?;
        // Hashing took a while: everything is asked again.
        let account = tx.account(id).await?.ok_or(LinkFault::Unknown)?;
        let reset = usable(tx.as_mut(), &account, link, ctx).await?;
        let mut events = Vec::new();
        let account = account.with_password(hash).without_keys();
        if needs_code(&account, reset) {
            let code = command.code.as_deref().ok_or(ResetError::CodeNeeded)?;
            let factors = tx.factors(id).await?;
            let (factors, change) = self.spend(factors, code, ctx).ok_or(ResetError::CodeWrong)?;
            events.push(Event::FactorsChanged { account: account.clone(), factors, change });
        }
        events.push(Event::PasswordReset(account.clone()));
        tx.commit(ctx, &events).await?;
        // The owner has shown another factor: guesses at the password are forgiven, and those at what a right code was of.
        let shown = needed.then(|| tries_of(command.code.as_deref(), id).key);
        self.forgive(&[guess::password(id).key].into_iter().chain(shown).collect::<Vec<_>>()).await;
        Ok(account)
    }

    /// Whether the administrator who handed a link over could make it again: is in, manages the member over all of its departments,
    /// and holds all that the member holds. Asked before the account is held: nobody waits for a second connection with the
    /// first in hand.
    async fn still_vouched_for(&self, ctx: &Context, id: AccountId, link: Link) -> Result<(), ResetError> {
        let account = self.directory.account(id).await?.ok_or(LinkFault::Unknown)?;
        let Some(Reset { by: ResetBy::Administrator { tenant, member }, .. }) = account.reset else { return Ok(()) };
        let maker = self.directory.footing(tenant, Who::Member(member)).await?;
        let target = self.directory.footing(tenant, Who::Account(id)).await?.map(|footing| footing.member);
        let (Some(maker), Some(target)) = (maker, target) else { return Err(account.dead(link).into()) };
        let ground = self.ground(&maker).await?;
        let manages = |grants: &Grants| {
            let over = grants.require_over(Permission::MEMBERS_MANAGE, target.departments.all());
            over.is_ok() && may_act_on(grants, &target).is_ok()
        };
        let vouched = Grants::at(maker, ground, ctx.now).is_ok_and(|grants| manages(&grants));
        if vouched { Ok(()) } else { Err(account.dead(link).into()) }
    }

    /// The factors with `code` used up.
    fn spend(&self, factors: Factors, code: &str, ctx: &Context) -> Option<(Factors, FactorChange)> {
        if is_of_app(code) {
            let spent = factors.spend_app(code, ctx.now, self.sealer.as_ref(), self.codes.as_ref());
            spent.map(|factors| (factors, FactorChange::AppUsed))
        } else {
            factors.spend_recovery(code).map(|factors| (factors, FactorChange::RecoveryUsed))
        }
    }

    /// Whether `password` may be that of `account`.
    pub(crate) async fn acceptable(
        &self,
        account: &Account,
        password: &Secret,
    ) -> Result<Result<(), PasswordFault>, StoreError> {
        let places = self.directory.places(account.id).await?;
        let (username, email) = (account.username.as_ref(), account.email.as_ref());
        let words = [account.name.as_str()].into_iter().chain(username.map(crate::name::Username::as_str));
        let words = words.chain(email.map(|email| email.address.as_str()));
        let words = words.chain(places.iter().map(|place| place.tenant.name.as_str()));
        Ok(self.check_password(password, words, account.kinds))
    }
}

/// The link's reset, if it is the newest of all and nothing has come between.
async fn usable(tx: &mut dyn Tx, account: &Account, link: Link, ctx: &Context) -> Result<Reset, ResetError> {
    let reset = account.reset.filter(|reset| reset.generation == link.generation && account.closed_at.is_none());
    let reset = reset.ok_or_else(|| account.dead(link))?;
    if ctx.now >= reset.end() {
        return Err(ResetError::Expired);
    }
    // An administrator's link is for an account that is one tenant's alone: it may have become a member elsewhere since.
    if reset.by.is_administrator() && tx.other_places(account.id).await? > 1 {
        return Err(account.dead(link).into());
    }
    // The factor may have been switched on after the link had gone out.
    if reset.by == ResetBy::Owner && account.mailbox_is_factor() {
        return Err(ResetError::MailboxIsFactor);
    }
    Ok(reset)
}

fn needs_code(account: &Account, reset: Reset) -> bool {
    reset.by == ResetBy::Owner && !account.kinds.and(Kinds::BEYOND_MAIL).is_empty()
}

/// Whether `code` is meant as one of an app's: six digits, with gaps or without. A recovery code never has digits alone.
fn is_of_app(code: &str) -> bool {
    code.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || c == '-')
}

/// Under which `code` is counted.
fn tries_of(code: Option<&str>, account: AccountId) -> Tries {
    match code {
        Some(code) if !is_of_app(code) => recovery_tries(account),
        Some(_) | None => FactorKind::App.tries(account),
    }
}

/// How often a link is mailed for one login: three at once, and one more every ten minutes.
fn mail_pace(login: &str) -> Pace {
    Pace { key: TraceKey::of("forgotten", login.as_bytes()), burst: 3, every: TimeDelta::minutes(10) }
}
