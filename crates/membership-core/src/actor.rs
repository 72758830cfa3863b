//! Who acts, and what they may do at this moment.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    account::{Account, Kinds},
    department::Tree,
    directory::Footing,
    id::{AccountId, ApiKeyId, DepartmentId, MemberId, TenantId},
    member::{Member, MemberState},
    refusal::refusals,
    role::{
        Assignment, Assignments, Catalogue, Grant, Permission, Role,
        assignment::{Until, is_live},
        catalogue::Bits,
    },
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyUse {
    /// Which.
    pub id: ApiKeyId,
    /// The only tenant that it opens.
    pub tenant: TenantId,
}

/// How long after the sign-in what is delicate can be done without signing in anew: 15 minutes.
pub const JUST_SIGNED_IN: TimeDelta = TimeDelta::minutes(15);

/// What a signed-in person has to do before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
        /// A permission is held for other departments.
        OtherDepartments {
            /// Which.
            permission: Permission,
        } = Forbidden "other-departments"
            ("you hold the permission {permission} for some departments only, and this concerns others, or the whole tenant",
             "ask an administrator who is not limited to those departments");
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

/// What rights in a tenant are decided on: what its roles mean, and how its departments lie.
#[derive(Debug, Clone)]
pub struct Ground {
    /// What its roles mean.
    pub catalogue: Arc<Catalogue>,
    /// How its departments lie.
    pub tree: Arc<Tree>,
}

/// What a member may do at this moment. Nobody has any who is not enabled in a tenant that is open.
#[derive(Debug, Clone)]
pub struct Grants {
    member: Member,
    ground: Ground,
    now: DateTime<Utc>,
    /// What the API key was made for, if a program asks.
    scope: Option<Arc<BTreeSet<Permission>>>,
    /// What is held in the whole tenant.
    all: Bits,
    /// What is held for a department and all below it.
    limited: Vec<(DepartmentId, Bits)>,
}

/// Whose members can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// All of the tenant's.
    All,
    /// Those who belong to one of these departments, or to one below it.
    Within(Vec<DepartmentId>),
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
    pub fn of(status: TenantStatus, ground: Ground, member: Member, now: DateTime<Utc>) -> Result<Self, Denied> {
        is_in(status, &member)?;
        let everywhere = member.assignments.live_at(now).filter(|held| held.within.is_none());
        let all = ground.catalogue.union(everywhere.map(|held| &held.grant));
        let limited = member.assignments.live_at(now).filter_map(|held| {
            let within = held.within?;
            Some((within, ground.catalogue.union([&held.grant])))
        });
        let limited = limited.collect();
        Ok(Self { member, ground, now, scope: None, all, limited })
    }

    /// What the member of `footing` holds at `now`, or why it holds nothing.
    pub fn at(footing: Footing, ground: Ground, now: DateTime<Utc>) -> Result<Self, Denied> {
        let grants = Self::of(footing.status, ground, footing.member, now)?;
        Ok(match footing.scope {
            Some(scope) => grants.within(scope),
            None => grants,
        })
    }

    /// These, and nothing beyond `scope`.
    #[must_use]
    pub fn within(self, scope: Arc<BTreeSet<Permission>>) -> Self {
        let bits = self.catalogue().bits_of(scope.iter());
        let limited = self.limited.into_iter().map(|(within, held)| (within, held.and(&bits))).collect();
        Self { scope: Some(scope), all: self.all.and(&bits), limited, ..self }
    }

    /// The member who holds these grants.
    pub const fn member(&self) -> &Member {
        &self.member
    }

    /// What they were decided on.
    pub const fn ground(&self) -> &Ground {
        &self.ground
    }

    /// What the tenant's roles mean.
    pub fn catalogue(&self) -> &Catalogue {
        &self.ground.catalogue
    }

    /// How the tenant's departments lie.
    pub fn tree(&self) -> &Tree {
        &self.ground.tree
    }

    /// The proof that `permission` is held in the whole tenant, or the refusal that names it.
    pub fn require(&self, permission: Permission) -> Result<Granted, Denied> {
        self.holds(&permission).then_some(Granted { member: self.member.id }).ok_or_else(|| self.lacks(permission))
    }

    /// The proof that `permission` is held over each of `departments`, or the refusal. Over none of them is over nobody: then it
    /// has to be held in the whole tenant.
    pub fn require_over(&self, permission: Permission, departments: &[DepartmentId]) -> Result<Granted, Denied> {
        let over_all = departments.iter().all(|department| self.holds_over(&permission, *department));
        if self.holds(&permission) || (over_all && !departments.is_empty()) {
            Ok(Granted { member: self.member.id })
        } else {
            Err(self.lacks(permission))
        }
    }

    /// Whose members `permission` is about, or the refusal if it is nobody's.
    pub fn sight(&self, permission: Permission) -> Result<Sight, Denied> {
        if self.holds(&permission) {
            return Ok(Sight::All);
        }
        let within = self.limited.iter().filter(|(_, bits)| self.catalogue().is_among(bits, &permission));
        let within: Vec<DepartmentId> = within.map(|(department, _)| *department).collect();
        if within.is_empty() { Err(self.lacks(permission)) } else { Ok(Sight::Within(within)) }
    }

    /// Whose members a table can be about, or the refusal if it is nobody's: whoever invites or manages members imports.
    pub fn importing(&self) -> Result<Sight, Denied> {
        self.sight(Permission::MEMBERS_MANAGE).or_else(|_| self.sight(Permission::MEMBERS_INVITE))
    }

    fn lacks(&self, permission: Permission) -> Denied {
        if self.scope.as_ref().is_some_and(|scope| !scope.contains(&permission)) {
            Denied::ScopeTooSmall { permission }
        } else if self.limited.iter().any(|(_, bits)| self.catalogue().is_among(bits, &permission)) {
            Denied::OtherDepartments { permission }
        } else {
            Denied::PermissionMissing { permission }
        }
    }

    /// Whether `permission` is held in the whole tenant.
    pub fn holds(&self, permission: &Permission) -> bool {
        self.catalogue().is_among(&self.all, permission)
    }

    /// Whether `permission` is held over `department`.
    pub fn holds_over(&self, permission: &Permission, department: DepartmentId) -> bool {
        self.holds(permission)
            || self.limited.iter().any(|(within, bits)| {
                self.catalogue().is_among(bits, permission) && self.tree().is_within(department, *within)
            })
    }

    /// Whether `permission` is held over one of the departments of `member`.
    pub fn reaches(&self, permission: &Permission, member: &Member) -> bool {
        self.holds(permission) || member.departments.all().iter().any(|own| self.holds_over(permission, *own))
    }

    /// Whether anything is told of `member` to who asks for what needs `permission`: it can be acted on, or seen.
    pub fn sees(&self, permission: &Permission, member: &Member) -> bool {
        self.reaches(permission, member) || self.reaches(&Permission::MEMBERS_READ, member)
    }

    /// All that is held over `department`; in the whole tenant if that is `None`.
    fn bits_over(&self, department: Option<DepartmentId>) -> Bits {
        let mut bits = self.all.clone();
        for (within, held) in &self.limited {
            if department.is_some_and(|department| self.tree().is_within(department, *within)) {
                bits.extend_from(held);
            }
        }
        bits
    }

    /// The first permission that `wanted` would give and that is not held here for as long and over as much: nobody grants
    /// what they do not hold, nor for longer, nor for more departments than they hold it.
    pub fn first_lacking<'a>(&self, wanted: impl IntoIterator<Item = &'a Assignment>) -> Option<Permission> {
        wanted.into_iter().find_map(|wanted| {
            let held = self.bits_lasting(wanted.within, wanted.until);
            self.catalogue().first_beyond(&self.catalogue().union([&wanted.grant]), &held).cloned()
        })
    }

    /// The first permission that `role` gives and that is not held here for good in the whole tenant.
    pub fn first_lacking_of(&self, role: &Role) -> Option<Permission> {
        self.first_lacking([&Assignment::of(Grant::Role(role.id))])
    }

    /// The first permission that somebody with `assignments` holds, or will hold once enabled, and that is not held here over
    /// as much: nobody acts against those above. The representative administrator may.
    pub fn first_above(&self, assignments: &Assignments) -> Option<Permission> {
        if self.represents() {
            return None;
        }
        assignments.live_at(self.now).find_map(|theirs| {
            let bits = self.catalogue().union([&theirs.grant]);
            self.catalogue().first_beyond(&bits, &self.bits_over(theirs.within)).cloned()
        })
    }

    /// The first permission among `gained` that is not held here over every one of `over`: whoever brings something into the
    /// reach of others gives them what `gained` gives over it.
    pub fn first_given_away<'a>(
        &self,
        gained: impl IntoIterator<Item = &'a (Grant, Until)>,
        over: &[DepartmentId],
        of: Option<&[Permission]>,
    ) -> Option<Permission> {
        let mut live = gained.into_iter().filter(|(_, until)| is_live(*until, self.now));
        live.find_map(|(grant, until)| {
            let gained = self.catalogue().union([grant]);
            let gained = of.map(|of| gained.and(&self.catalogue().bits_of(of))).unwrap_or(gained);
            over.iter().find_map(|own| {
                let held = self.bits_lasting(Some(*own), *until);
                self.catalogue().first_beyond(&gained, &held).cloned()
            })
        })
    }

    /// What is held over `within` (in the whole tenant if that is `None`) at least until `until`.
    fn bits_lasting(&self, within: Option<DepartmentId>, until: Until) -> Bits {
        let covers = |top: DepartmentId| within.is_some_and(|below| self.tree().is_within(below, top));
        let lasts = |held: &&Assignment| {
            held.until.is_none_or(|end| until.is_some_and(|until| until <= end)) && held.within.is_none_or(covers)
        };
        let lasting = self.member.assignments.live_at(self.now).filter(lasts);
        self.within_scope(self.catalogue().union(lasting.map(|held| &held.grant)))
    }

    /// Whether it is the tenant's representative administrator who asks, and not a program.
    pub const fn represents(&self) -> bool {
        self.member.representative && self.scope.is_none()
    }

    fn within_scope(&self, bits: Bits) -> Bits {
        self.scope.as_ref().map(|scope| bits.and(&self.catalogue().bits_of(scope.iter()))).unwrap_or(bits)
    }

    /// The moment that it is about.
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Everything that is held in the whole tenant, by name.
    pub fn permissions(&self) -> impl Iterator<Item = &Permission> {
        self.catalogue().permissions_of(&self.all)
    }

    /// What is held for a department and all below it, by name, in the order in which it was given.
    pub fn limited(&self) -> impl Iterator<Item = (DepartmentId, impl Iterator<Item = &Permission>)> {
        self.limited.iter().map(|(department, bits)| (*department, self.catalogue().permissions_of(bits)))
    }
}
