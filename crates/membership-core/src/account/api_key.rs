//! API keys: how a program acts in one tenant for the member that made it, within what the key was made for. A key that
//! lasts an hour or less is what others call a bearer token.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Membership,
    account::{
        Account, Kinds,
        credential::{self, Credential, KeyHash},
    },
    actor::{Denied, Granted, Grants, Principal},
    context::Context,
    event::Event,
    id::{AccountId, ApiKeyId, MemberId, TenantId},
    name::{DisplayName, NameFault},
    ports::Entropy,
    refusal::{Fault, Faults, refusals},
    role::Permission,
    store::{Scope, StoreError},
    view::ViewError,
};

/// The longest that a key lasts: a year.
pub const MAX_AGE: TimeDelta = TimeDelta::days(366);
/// The shortest.
pub const MIN_AGE: TimeDelta = TimeDelta::minutes(1);
/// The longest that a key lasts which a key has made.
pub const MAX_AGE_OF_COPY: TimeDelta = TimeDelta::hours(1);
/// Most keys of one tenant that are good at a time.
pub const MOST_KEYS: usize = 1_000;

/// A program's key to a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its identifier.
    pub id: ApiKeyId,
    /// The only tenant that it opens.
    pub tenant: TenantId,
    /// What it is for, in its maker's words.
    pub name: DisplayName,
    /// The hash of its secret.
    pub secret: KeyHash,
    /// For whom it acts: it may never do more than this member may at that moment.
    pub member: MemberId,
    /// The account of that member.
    pub account: AccountId,
    /// The epoch of the session that it was made in: whoever shuts the member out, or ends the account's keys, ends it for
    /// good.
    pub epoch: u32,
    /// The second factors that its maker had shown.
    pub with: Kinds,
    /// What it may be used for, at most.
    pub scope: BTreeSet<Permission>,
    /// The key that it was made by, if by one.
    pub parent: Option<ApiKeyId>,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// It is good while `now` is before this.
    pub ends_at: DateTime<Utc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to five minutes.
    pub used_at: Option<DateTime<Utc>>,
}

/// The secret of a key, as the program holds it.
pub type ApiKeySecret = Credential<ApiKeyKind>;

/// Marks the secret of an API key.
#[derive(Debug, Clone, Copy)]
pub enum ApiKeyKind {}

impl credential::Kind for ApiKeyKind {
    const PREFIX: &'static str = "mba_";
}

/// Make a key.
#[derive(Debug, Clone)]
pub struct MakeApiKey {
    /// The tenant.
    pub tenant: TenantId,
    /// What it is for.
    pub name: String,
    /// What it may be used for: at least one permission.
    pub scope: Vec<Permission>,
    /// How long it lasts, in seconds: a minute to a year.
    pub seconds: u32,
}

/// A new key.
#[derive(Debug)]
pub struct ApiKeyMade {
    /// The key.
    pub key: ApiKey,
    /// Its secret, shown this once.
    pub secret: ApiKeySecret,
}

refusals! {
    /// Why there is no new key, or the old one is still good.
    pub enum ApiKeyError {
        /// No such key.
        Unknown = Absent "api-key-unknown" ("there is no such API key in this tenant", "look it up in the list of API keys");
        /// The maker does not hold all of it.
        BeyondOwn {
            /// The first permission that is lacking.
            permission: Permission,
        } = Forbidden "scope-exceeds-own"
            ("the key would be good for {permission}, which you do not hold yourself", "leave it out of the scope");
        /// It was revoked before.
        Revoked = Gone "api-key-revoked" ("this API key was revoked", "nothing needs to be done");
        /// Enough.
        TooMany = Conflict "api-keys-too-many"
            ("the tenant has 1000 API keys that are good", "revoke those that nobody uses");
    } passing Faults(Faults), View(ViewError), Denied(Denied), Store(StoreError)
}

refusals! {
    /// What can be wrong with a key that is asked for.
    pub enum ApiKeyFault {
        /// It would open nothing.
        NoScope = Invalid "scope-empty" ("the scope names no permission; expected at least one", "name what the program needs");
        /// No application has it.
        UnknownPermission {
            /// The unknown one.
            permission: Permission,
        } = Invalid "permission-unknown"
            ("no application of this tenant has the permission {permission}", "choose from the tenant's applications");
        /// Too short or too long.
        Lifetime = Invalid "lifetime-out-of-range"
            ("a key lasts from 60 seconds to 366 days; one that a key makes lasts at most an hour, and no longer than that key",
             "choose another number of seconds");
    }
}

impl ApiKey {
    /// Whether it is good at `now`, as far as the key itself says.
    pub fn is_good(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.ends_at
    }

    /// Whether its use at `now` is worth noting.
    pub fn is_to_be_noted(&self, now: DateTime<Utc>) -> bool {
        self.used_at.is_none_or(|used| now >= used + super::session::NOTED_EVERY)
    }
}

impl Membership {
    /// Makes a key for a program of whoever asks. Needs no permission but those that it shall have; a person has to have
    /// signed in just now, and a key makes only lesser ones that last an hour.
    pub async fn make_api_key(&self, ctx: &Context, command: MakeApiKey) -> Result<ApiKeyMade, ApiKeyError> {
        let principal = ctx.actor.principal()?;
        let mut tx = self.store.begin(Scope::Tenant(command.tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        let parent = if let Some(used) = principal.key {
            let key = tx.api_key(used.id).await?.ok_or(Denied::SignedOut)?;
            Some(key).filter(|key| key.parent.is_none()).ok_or(Denied::NotByKey).map(Some)?
        } else {
            principal.has_just_signed_in(ctx.now)?;
            None
        };
        if tx.good_api_keys(ctx.now).await? >= MOST_KEYS as u64 {
            return Err(ApiKeyError::TooMany);
        }
        let made = decide(&grants, principal, command, parent.as_ref(), ctx, self.entropy.as_ref())?;
        tx.commit(ctx, &[Event::ApiKeyMade(made.key.clone())]).await?;
        Ok(made)
    }

    /// The keys of a tenant that are good, newest first: all with [`Permission::MEMBERS_MANAGE`], else the own ones.
    pub async fn api_keys(&self, ctx: &Context, tenant: TenantId) -> Result<Vec<ApiKey>, ApiKeyError> {
        let (footing, ground) = self.footing_of(ctx, tenant).await?;
        let all = crate::role::check::allows_at(&footing, &ground, &Permission::MEMBERS_MANAGE, None, ctx.now);
        let keys = self.directory.api_keys(tenant, ctx.now).await?;
        Ok(keys.into_iter().filter(|key| all || key.member == footing.member.id).collect())
    }

    /// Ends a key at once, and those that it has made: the own, or with [`Permission::MEMBERS_MANAGE`] anybody's.
    pub async fn revoke_api_key(&self, ctx: &Context, tenant: TenantId, id: ApiKeyId) -> Result<ApiKey, ApiKeyError> {
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let (_, grants) = self.admitted(tx.as_mut(), ctx).await?;
        let granted: Option<Granted> = grants.require(Permission::MEMBERS_MANAGE).ok();
        let key = tx.api_key(id).await?.ok_or(ApiKeyError::Unknown)?;
        // A key without that permission in its scope ends itself and what it has made, and none beside it.
        let used = ctx.actor.principal()?.key.map(|used| used.id);
        let own = key.member == grants.member().id && used.is_none_or(|used| used == id || key.parent == Some(used));
        if granted.map(Granted::spend).is_none() && !own {
            return Err(ApiKeyError::Unknown);
        }
        if key.revoked_at.is_some() {
            return Err(ApiKeyError::Revoked);
        }
        let key = ApiKey { revoked_at: Some(ctx.now), ..key };
        tx.commit(ctx, &[Event::ApiKeyRevoked(key.clone())]).await?;
        Ok(key)
    }

    /// The key behind `secret` and its account, if it is good at this moment. Asked on every request of a program.
    pub async fn api_key(&self, ctx: &Context, secret: &ApiKeySecret) -> Result<Option<(ApiKey, Account)>, StoreError> {
        let found = self.directory.api_key(&secret.hash()).await?;
        let good = |(key, account): &(ApiKey, Account)| {
            key.is_good(ctx.now) && key.epoch >= account.keys_from_epoch && account.closed_at.is_none()
        };
        let Some((key, account)) = found.filter(good) else { return Ok(None) };
        if key.is_to_be_noted(ctx.now) {
            self.traces.api_key_used(key.id, ctx.now).await?;
        }
        Ok(Some((key, account)))
    }
}

fn decide(
    grants: &Grants,
    principal: Principal,
    command: MakeApiKey,
    parent: Option<&ApiKey>,
    ctx: &Context,
    entropy: &dyn Entropy,
) -> Result<ApiKeyMade, ApiKeyError> {
    let mut faults = Vec::new();
    let name = DisplayName::parse(&command.name);
    let name = name.map_err(|fault: NameFault| faults.push(Fault::new("/name", &fault)));
    if command.scope.is_empty() {
        faults.push(Fault::new("/scope", &ApiKeyFault::NoScope));
    }
    for (at, permission) in command.scope.iter().enumerate() {
        if !grants.catalogue().knows(permission) {
            let fault = ApiKeyFault::UnknownPermission { permission: permission.clone() };
            faults.push(Fault::new(format!("/scope/{at}"), &fault));
        }
    }
    let age = TimeDelta::seconds(command.seconds.into());
    let longest = parent.map_or(MAX_AGE, |parent| MAX_AGE_OF_COPY.min(parent.ends_at - ctx.now));
    if age < MIN_AGE || age > longest {
        faults.push(Fault::new("/seconds", &ApiKeyFault::Lifetime));
    }
    let (Ok(name), true) = (name, faults.is_empty()) else { return Err(Faults::of(faults).into()) };
    let scope: BTreeSet<Permission> = command.scope.into_iter().collect();
    if let Some(permission) = scope.iter().find(|permission| grants.sight((*permission).clone()).is_err()) {
        return Err(ApiKeyError::BeyondOwn { permission: permission.clone() });
    }
    let secret = ApiKeySecret::fresh(entropy);
    let key = ApiKey {
        id: ApiKeyId::new(ctx.now, entropy),
        tenant: command.tenant,
        name,
        secret: secret.hash(),
        member: grants.member().id,
        account: principal.account,
        epoch: principal.epoch,
        with: principal.with,
        scope,
        parent: parent.map(|parent| parent.id),
        made_at: ctx.now,
        ends_at: ctx.now + age,
        revoked_at: None,
        used_at: None,
    };
    Ok(ApiKeyMade { key, secret })
}
