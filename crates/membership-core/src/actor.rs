//! Who acts, and what they may do at this moment.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    account::{Account, Kinds},
    directory::Footing,
    id::{AccountId, ApiKeyId, MemberId, TenantId},
    member::{Member, MemberState},
    refusal::refusals,
    role::{Assignments, Catalogue, Grant, Permission, Role, assignment::Until, catalogue::Bits},
    store::StoreError,
    tenant::TenantStatus,
};

/// Who asks. An adapter says only what it has proved: that a session is good, never what its owner may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Nobody has signed in. A link in the command may still prove something.
    Anonymous,
    /// The owner of a good session, or of a good API key.
    Account(Principal),
    /// The system itself, on a timer or by the operator's command line.
    System,
}

/// Somebody who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Principal {
    /// Who.
    pub account: AccountId,
    /// The epoch that the session began in: a tenant that has shut the person out since does not know it any more.
    pub epoch: u32,
    /// What the person has to do before anything else.
    pub owes: Option<Duty>,
    /// When the person last showed who he or she is.
    pub since: DateTime<Utc>,
    /// The second factors that were shown then.
    pub with: Kinds,
    /// The second factors that the account has.
    pub has: Kinds,
    /// The API key, if a program asks for the person.
    pub key: Option<KeyUse>,
}

/// An API key that a program asks by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUse {
    /// Which.
    pub id: ApiKeyId,
    /// The only tenant that it opens.
    pub tenant: TenantId,
}

/// How long after the sign-in what is delicate can be done without signing in anew: 15 minutes.
pub const JUST_SIGNED_IN: TimeDelta = TimeDelta::minutes(15);

/// What a signed-in person has to do before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Duty {
    /// Replace the temporary password that somebody else has chosen.
    NewPassword,
}

refusals! {
    /// Why somebody may not do a thing at all, whatever the thing's state.
    pub enum Denied {
        /// Nobody is signed in.
        SignedOut = Unauthenticated "sign-in-required"
            ("this needs somebody who is signed in", "sign in and try again");
        /// The password is a temporary one.
        PasswordIsTemporary = Forbidden "password-change-required"
            ("your password is a temporary one that somebody else has chosen", "choose a password of your own first");
        /// It is too long ago that the person showed who he or she is.
        ProofOutdated = Forbidden "sign-in-again"
            ("this is delicate, and you signed in more than 15 minutes ago", "sign in again and repeat it then");
        /// The tenant wants a second factor, and the account has none that will do.
        FactorMissing = Forbidden "second-factor-missing"
            ("this tenant admits only people with a second factor, and your account has none that it takes",
             "set one up on the page of your account, and sign in by it");
        /// The account has a second factor, and this session was begun without.
        FactorNotShown = Forbidden "second-factor-not-shown"
            ("this needs a session that was begun with a second factor of yours that counts here", "sign in again, and show it");
        /// A program asks for what only a person may do.
        NotByKey = Forbidden "not-by-api-key"
            ("an API key is not enough for this", "sign in as a person");
        /// The API key was not made for this.
        ScopeTooSmall {
            /// What it was not made for.
            permission: Permission,
        } = Forbidden "scope-too-small"
            ("this needs the permission {permission}, and the API key was not made for it", "make a key with a larger scope");
        /// The session is older than the last time that the member was shut out.
        SessionOutdated = Unauthenticated "session-outdated"
            ("your session began before you were last shut out, here or elsewhere, or before you joined", "sign in anew");
        /// No such tenant, or not one of the actor's.
        TenantUnknown = Absent "tenant-unknown"
            ("there is no such tenant for you", "check the address, or sign in with the account that belongs to it");
        /// The member is disabled.
        MemberDisabled = Forbidden "member-disabled"
            ("your membership is disabled", "ask an administrator of the tenant to enable it");
        /// The tenant is suspended.
        TenantSuspended = Forbidden "tenant-suspended"
            ("the tenant is suspended", "ask the operator of the service");
        /// A permission is missing.
        PermissionMissing {
            /// The missing one.
            permission: Permission,
        } = Forbidden "permission-missing"
            ("this needs the permission {permission}", "ask an administrator for a role that has it");
        /// Only the operator of the installation may.
        OperatorOnly = Forbidden "operator-only"
            ("only the operator of this installation may do this", "ask the operator");
        /// Only the representative administrator may.
        RepresentativeOnly = Forbidden "representative-only"
            ("only the tenant's representative administrator may do this", "ask the representative administrator");
    } passing Store(StoreError)
}

impl Actor {
    /// Who is signed in, a person or a program, and owes nothing.
    pub const fn principal(self) -> Result<Principal, Denied> {
        match self {
            Self::Account(Principal { owes: Some(Duty::NewPassword), .. }) => Err(Denied::PasswordIsTemporary),
            Self::Account(principal) => Ok(principal),
            Self::Anonymous | Self::System => Err(Denied::SignedOut),
        }
    }

    /// The person who is signed in, whatever he or she still has to do.
    pub const fn signed_in(self) -> Result<Principal, Denied> {
        match self {
            Self::Account(Principal { key: Some(_), .. }) => Err(Denied::NotByKey),
            Self::Account(principal) => Ok(principal),
            Self::Anonymous | Self::System => Err(Denied::SignedOut),
        }
    }

    /// The person who is signed in and owes nothing.
    pub fn person(self) -> Result<Principal, Denied> {
        self.signed_in().and_then(|_| self.principal())
    }

    /// The account of the person who is signed in and owes nothing.
    pub fn account(self) -> Result<AccountId, Denied> {
        self.person().map(|principal| principal.account)
    }
}

/// What a member may do at this moment. Nobody has any who is not enabled in a tenant that is open.
#[derive(Debug, Clone)]
pub struct Grants {
    member: Member,
    catalogue: Arc<Catalogue>,
    now: DateTime<Utc>,
    /// What the API key was made for, if a program asks.
    scope: Option<Arc<BTreeSet<Permission>>>,
    all: Bits,
}

/// Proof that a permission was checked: only [`Grants::require`] makes one, and a mutating decision takes it by value.
#[derive(Debug)]
#[must_use = "the proof is for the decision that needed it"]
pub struct Granted {
    member: MemberId,
}

impl Granted {
    /// Spends the proof: whose it was.
    pub fn spend(self) -> MemberId {
        self.member
    }
}

/// Whether `member` is in at all, of a tenant in `status`. This is asked on every request.
pub fn is_in(status: TenantStatus, member: &Member) -> Result<(), Denied> {
    match member.state {
        MemberState::Enabled { .. } => {}
        MemberState::Disabled { .. } => return Err(Denied::MemberDisabled),
        MemberState::NotJoined { .. } | MemberState::Removed { .. } => return Err(Denied::TenantUnknown),
    }
    match status {
        TenantStatus::SettingUp | TenantStatus::Active => Ok(()),
        TenantStatus::Suspended => Err(Denied::TenantSuspended),
    }
}

impl Principal {
    /// Whether the account, as it is at this moment, still stands by this session or key: it may have ended all of them since the
    /// request began.
    pub const fn is_still_of(self, account: &Account) -> Result<(), Denied> {
        let from = if self.key.is_some() { account.keys_from_epoch } else { account.sessions_from_epoch };
        if account.closed_at.is_none() && self.epoch >= from { Ok(()) } else { Err(Denied::SignedOut) }
    }

    /// Whether the person has just signed in, as what is delicate asks for.
    pub fn has_just_signed_in(self, now: DateTime<Utc>) -> Result<(), Denied> {
        match self.key {
            Some(_) => Err(Denied::NotByKey),
            None if now < self.since + JUST_SIGNED_IN => Ok(()),
            None => Err(Denied::ProofOutdated),
        }
    }

    /// Whether a tenant that wants one of `wanted` (none if it is empty) admits the session, or the key: that carries what
    /// its maker had shown.
    pub const fn has_shown(self, wanted: Kinds) -> Result<(), Denied> {
        if wanted.is_empty() || !self.with.and(wanted).is_empty() {
            Ok(())
        } else if self.has.and(wanted).is_empty() {
            Err(Denied::FactorMissing)
        } else {
            Err(Denied::FactorNotShown)
        }
    }

    /// Whether `tenant` is one that the credential opens: an API key opens one, and every other is as good as none to it.
    pub fn may_enter(self, tenant: TenantId) -> Result<(), Denied> {
        if self.key.is_some_and(|key| key.tenant != tenant) { Err(Denied::TenantUnknown) } else { Ok(()) }
    }

    /// Whether the session is one that `member` still knows.
    pub const fn is_known_to(self, member: &Member) -> Result<(), Denied> {
        if self.epoch < member.epoch { Err(Denied::SessionOutdated) } else { Ok(()) }
    }
}

impl Grants {
    /// What `member` holds at `now` in a tenant in `status`, or why it holds nothing.
    pub fn of(
        status: TenantStatus,
        catalogue: Arc<Catalogue>,
        member: Member,
        now: DateTime<Utc>,
    ) -> Result<Self, Denied> {
        is_in(status, &member)?;
        let all = catalogue.union(member.assignments.live_at(now).map(|(grant, _)| grant));
        Ok(Self { member, catalogue, now, scope: None, all })
    }

    /// What the member of `footing` holds at `now`, or why it holds nothing.
    pub fn at(footing: Footing, catalogue: Arc<Catalogue>, now: DateTime<Utc>) -> Result<Self, Denied> {
        let grants = Self::of(footing.status, catalogue, footing.member, now)?;
        Ok(match footing.scope {
            Some(scope) => grants.within(scope),
            None => grants,
        })
    }

    /// These, and nothing beyond `scope`.
    #[must_use]
    pub fn within(self, scope: Arc<BTreeSet<Permission>>) -> Self {
        let all = self.all.and(&self.catalogue.bits_of(scope.iter()));
        Self { scope: Some(scope), all, ..self }
    }

    /// The member who holds these grants.
    pub const fn member(&self) -> &Member {
        &self.member
    }

    /// What the tenant's roles mean.
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The proof that `permission` is held, or the refusal that names it.
    pub fn require(&self, permission: Permission) -> Result<Granted, Denied> {
        if self.scope.as_ref().is_some_and(|scope| !scope.contains(&permission)) {
            return Err(Denied::ScopeTooSmall { permission });
        }
        if self.catalogue.gives(&self.member.assignments, &permission, self.now) {
            Ok(Granted { member: self.member.id })
        } else {
            Err(Denied::PermissionMissing { permission })
        }
    }

    /// Whether `permission` is held.
    pub fn holds(&self, permission: &Permission) -> bool {
        self.catalogue.is_among(&self.all, permission)
    }

    /// The first permission that `wanted` would give and that is not held here for as long: nobody grants what they do
    /// not hold, nor for longer than they hold it.
    pub fn first_lacking<'a>(&self, wanted: impl IntoIterator<Item = (&'a Grant, Until)>) -> Option<Permission> {
        wanted.into_iter().find_map(|(grant, until)| {
            let lasting = self.member.assignments.live_at(self.now);
            let lasting = lasting.filter(|(_, end)| end.is_none_or(|end| until.is_some_and(|until| until <= end)));
            let held = self.within_scope(self.catalogue.union(lasting.map(|(grant, _)| grant)));
            self.catalogue.first_beyond(&self.catalogue.union([grant]), &held).cloned()
        })
    }

    /// The first permission that `role` gives and that is not held here for good.
    pub fn first_lacking_of(&self, role: &Role) -> Option<Permission> {
        self.first_lacking([(&Grant::Role(role.id), None)])
    }

    /// The first permission that somebody with `assignments` holds, or will hold once enabled, and that is not held here:
    /// nobody acts against those above. The representative administrator may.
    pub fn first_above(&self, assignments: &Assignments) -> Option<Permission> {
        if self.represents() {
            return None;
        }
        let theirs = self.catalogue.union(assignments.live_at(self.now).map(|(grant, _)| grant));
        self.catalogue.first_beyond(&theirs, &self.all).cloned()
    }

    /// Whether it is the tenant's representative administrator who asks, and not a program.
    pub const fn represents(&self) -> bool {
        self.member.representative && self.scope.is_none()
    }

    fn within_scope(&self, bits: Bits) -> Bits {
        self.scope.as_ref().map(|scope| bits.and(&self.catalogue.bits_of(scope.iter()))).unwrap_or(bits)
    }

    /// The moment that it is about.
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Everything that is held, by name.
    pub fn permissions(&self) -> impl Iterator<Item = &Permission> {
        self.catalogue.permissions_of(&self.all)
    }
}
