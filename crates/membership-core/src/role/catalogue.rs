//! The catalogue: a tenant's applications and roles, compiled. Every permission is a bit, every role a set of bits with
//! all that it includes; a decision is a bit test.
//!
//! A catalogue never changes. Whatever changes the roles gives the tenant a new [`CatalogueId`], so one that was compiled
//! before is found by its id, or not at all: it cannot be stale.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use chrono::{DateTime, Utc};
// A decision is three look-ups, and hashing for somebody who attacks the table would be most of it; the standard library's
// hasher made a decision 1.5 times as long. Roles and permissions are an administrator's own, and at most some thousands.
use foldhash::fast::RandomState;

use crate::{
    id::{CatalogueId, DepartmentId, RoleId},
    role::{Access, Application, Assignments, Grant, Permission, Role},
    shelf::Shelved,
};

/// A set of a catalogue's permissions, one bit each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bits(Vec<u64>);

/// A tenant's applications and roles, compiled.
#[derive(Debug)]
pub struct Catalogue {
    id: CatalogueId,
    access: Access,
    permissions: Vec<Permission>,
    bits: HashMap<Permission, u32, RandomState>,
    roles: HashMap<RoleId, Compiled, RandomState>,
}

#[derive(Debug)]
struct Compiled {
    /// Its place in `access.roles`.
    place: usize,
    /// What it allows, by itself and by what it includes.
    all: Bits,
}

impl Bits {
    fn set(&mut self, bit: u32) {
        let word = bit as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << (bit % 64);
        }
    }

    fn has(&self, bit: u32) -> bool {
        self.0.get(bit as usize / 64).is_some_and(|word| word & (1 << (bit % 64)) != 0)
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, other)| one & other).collect())
    }

    /// Adds all of `other`.
    pub(crate) fn extend_from(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (to, from) in self.0.iter_mut().zip(&other.0) {
            *to |= from;
        }
    }

    /// The lowest bit that is set here and not in `other`.
    fn first_beyond(&self, other: &Self) -> Option<u32> {
        self.0.iter().enumerate().find_map(|(place, word)| {
            let rest = word & !other.0.get(place).copied().unwrap_or(0);
            let place = u32::try_from(place).ok()?;
            (rest != 0).then(|| place * 64 + rest.trailing_zeros())
        })
    }
}

impl Catalogue {
    /// Compiles `access`, which is that of `id`.
    pub fn compile(id: CatalogueId, access: Access) -> Self {
        let declared = access.applications.iter().flat_map(|application| &application.permissions);
        let declared = declared.map(|named| &named.permission);
        let named = access.roles.iter().flat_map(|role| role.permissions.iter());
        let mut seen = HashSet::new();
        let permissions: Vec<Permission> = declared.chain(named).filter(|p| seen.insert(*p)).cloned().collect();
        let bits: HashMap<Permission, u32, _> = permissions.iter().cloned().zip(0..).collect();
        let places: HashMap<RoleId, usize> = access.roles.iter().enumerate().map(|(at, role)| (role.id, at)).collect();
        let roles = places.iter().map(|(id, place)| {
            let mut all = Bits::default();
            for role in closure(&access.roles, &places, *id) {
                for permission in role.permissions.iter() {
                    bits.get(permission).into_iter().for_each(|bit| all.set(*bit));
                }
            }
            (*id, Compiled { place: *place, all })
        });
        let roles = roles.collect();
        Self { id, access, permissions, bits, roles }
    }

    /// Which catalogue it is.
    pub const fn id(&self) -> CatalogueId {
        self.id
    }

    /// What it was compiled from.
    pub const fn access(&self) -> &Access {
        &self.access
    }

    /// The tenant's applications.
    pub fn applications(&self) -> &[Application] {
        &self.access.applications
    }

    /// The tenant's roles, by name.
    pub fn roles(&self) -> &[Role] {
        &self.access.roles
    }

    /// One role.
    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.get(&id).and_then(|compiled| self.access.roles.get(compiled.place))
    }

    /// The tenant administrator's role.
    pub fn administrator(&self) -> Option<&Role> {
        self.access.roles.iter().find(|role| role.administrator)
    }

    /// Whether one of the tenant's applications has `permission`.
    pub fn knows(&self, permission: &Permission) -> bool {
        self.bits.contains_key(permission)
    }

    /// Whether `grant` is of this tenant.
    pub fn has(&self, grant: &Grant) -> bool {
        match grant {
            Grant::Role(role) => self.roles.contains_key(role),
            Grant::Permission(permission) => self.knows(permission),
        }
    }

    /// Whether `assignments` give `permission` at `now`, in the whole tenant or for departments that cover what it is about. This
    /// is the decision: a look-up of the permission's bit, and one test for each assignment.
    pub fn gives(
        &self,
        assignments: &Assignments,
        permission: &Permission,
        now: DateTime<Utc>,
        covers: impl Fn(DepartmentId) -> bool,
    ) -> bool {
        let Some(bit) = self.bits.get(permission) else { return false };
        assignments.live_at(now).any(|held| held.within.is_none_or(&covers) && self.grant_has(&held.grant, *bit))
    }

    /// Whether `permission` is one of `bits`.
    pub fn is_among(&self, bits: &Bits, permission: &Permission) -> bool {
        self.bits.get(permission).is_some_and(|bit| bits.has(*bit))
    }

    /// Whether `grant` gives `permission`.
    pub fn grant_gives(&self, grant: &Grant, permission: &Permission) -> bool {
        self.bits.get(permission).is_some_and(|bit| self.grant_has(grant, *bit))
    }

    fn grant_has(&self, grant: &Grant, bit: u32) -> bool {
        match grant {
            Grant::Role(role) => self.roles.get(role).is_some_and(|compiled| compiled.all.has(bit)),
            Grant::Permission(permission) => self.bits.get(permission) == Some(&bit),
        }
    }

    /// All that `grants` give together.
    pub fn union<'a>(&self, grants: impl IntoIterator<Item = &'a Grant>) -> Bits {
        let mut all = Bits::default();
        for grant in grants {
            match grant {
                Grant::Role(role) => {
                    self.roles.get(role).into_iter().for_each(|compiled| all.extend_from(&compiled.all));
                }
                Grant::Permission(permission) => {
                    self.bits.get(permission).into_iter().for_each(|bit| all.set(*bit));
                }
            }
        }
        all
    }

    /// The bits of `permissions` that this catalogue knows.
    pub fn bits_of<'a>(&self, permissions: impl IntoIterator<Item = &'a Permission>) -> Bits {
        let mut all = Bits::default();
        permissions.into_iter().filter_map(|p| self.bits.get(p)).for_each(|bit| all.set(*bit));
        all
    }

    /// The first permission of `wanted` that `held` lacks.
    pub fn first_beyond(&self, wanted: &Bits, held: &Bits) -> Option<&Permission> {
        wanted.first_beyond(held).and_then(|bit| self.permissions.get(bit as usize))
    }

    /// The permissions that `bits` stands for, in the order of the applications.
    pub fn permissions_of<'a>(&'a self, bits: &'a Bits) -> impl Iterator<Item = &'a Permission> {
        self.permissions.iter().zip(0..).filter(|(_, bit)| bits.has(*bit)).map(|(permission, _)| permission)
    }

    /// The roles that give `permission`, by themselves or by what they include.
    pub fn roles_giving<'a>(&'a self, permission: &'a Permission) -> impl Iterator<Item = &'a Role> {
        self.access.roles.iter().filter(|role| self.grant_gives(&Grant::Role(role.id), permission))
    }

    /// The shortest way from `role` through the roles it includes to one that itself allows `permission`: both ends are
    /// in it. Empty if there is none.
    pub fn way(&self, role: RoleId, permission: &Permission) -> Vec<&Role> {
        let mut ways: VecDeque<Vec<&Role>> = self.role(role).into_iter().map(|role| vec![role]).collect();
        let mut seen = BTreeSet::from([role]);
        while let Some(way) = ways.pop_front() {
            let Some(end) = way.last() else { continue };
            if end.permissions.contains(permission) {
                return way;
            }
            for next in end.includes.iter().filter(|next| seen.insert(**next)).filter_map(|next| self.role(*next)) {
                ways.push_back(way.iter().copied().chain([next]).collect());
            }
        }
        Vec::new()
    }

    /// Whether `role` includes `other`, at whatever depth, or is it.
    pub fn reaches(&self, role: RoleId, other: RoleId) -> bool {
        let places = self.roles.iter().map(|(id, compiled)| (*id, compiled.place)).collect();
        closure(&self.access.roles, &places, role).iter().any(|role| role.id == other)
    }
}

/// `role` and all that it includes, each once, circles or not.
fn closure<'a>(roles: &'a [Role], places: &HashMap<RoleId, usize>, role: RoleId) -> Vec<&'a Role> {
    let find = |id: &RoleId| places.get(id).and_then(|place| roles.get(*place));
    let mut found: Vec<&Role> = find(&role).into_iter().collect();
    let mut seen = BTreeSet::from([role]);
    let mut next = 0;
    while let Some(role) = found.get(next) {
        next += 1;
        let more: Vec<&Role> = role.includes.iter().filter(|id| seen.insert(**id)).filter_map(find).collect();
        found.extend(more);
    }
    found
}

impl Shelved for Catalogue {
    type Id = CatalogueId;
    const MOST: usize = 512;

    fn id(&self) -> CatalogueId {
        self.id
    }

    fn weight(&self) -> usize {
        1
    }
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
