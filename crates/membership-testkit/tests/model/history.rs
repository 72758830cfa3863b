//! What has to hold between one state of a tenant and the next: who changed what of whom.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    actor::is_in,
    audit::{Record, RecordedActor},
    id::{MemberId, RoleId},
    invariants::World,
    invitation::Inviter,
    member::{Member, MemberStatus},
    role::{Catalogue, Grant, Permission, assignment::is_live},
    tenant::TenantStatus,
};

type Permissions = BTreeSet<Permission>;

/// Everything that is wrong with the way from `before` to `after`, which was gone at `now`.
pub(crate) fn faults(before: &World, after: &World, now: DateTime<Utc>) -> Vec<String> {
    let records = after.audit.get(before.audit.len()..).unwrap_or_default();
    if records.is_empty() {
        let unchanged = World { outbox: before.outbox.clone(), accounts: before.accounts.clone(), ..after.clone() };
        return (unchanged != *before)
            .then(|| "something changed that nobody has recorded".to_owned())
            .into_iter()
            .collect();
    }
    let way = Way { before: State::of(before), after: State::of(after), now };
    let mut faults = way.the_representative_stays();
    for record in records {
        faults.extend(way.faults_of(record));
    }
    faults
}

struct Way<'a> {
    before: State<'a>,
    after: State<'a>,
    now: DateTime<Utc>,
}

/// A tenant at one moment, and what its roles mean then.
struct State<'a> {
    world: &'a World,
    catalogue: Catalogue,
}

impl<'a> State<'a> {
    fn of(world: &'a World) -> Self {
        Self { world, catalogue: Catalogue::compile(world.tenant.catalogue, world.access.clone()) }
    }

    fn find(&self, id: MemberId) -> Option<&'a Member> {
        self.world.members.iter().find(|member| member.id == id)
    }

    fn gives<'b>(&self, grants: impl IntoIterator<Item = &'b Grant>) -> Permissions {
        let all = self.catalogue.union(grants);
        self.catalogue.permissions_of(&all).cloned().collect()
    }

    /// What `member` was given that counts at `at`.
    fn held(&self, member: &Member, at: DateTime<Utc>) -> Permissions {
        let live = member.assignments.iter().filter(|held| is_live(held.until, at));
        self.gives(live.map(|held| &held.grant))
    }

    /// perm(m): what `member` may do at `at`, if nothing else happens.
    fn held_by(&self, member: &Member, at: DateTime<Utc>) -> Permissions {
        if is_in(self.world.tenant.status, member).is_ok() { self.held(member, at) } else { Permissions::new() }
    }
}

impl Way<'_> {
    /// I-6, I-4: the representative is enabled and an administrator for good for as long as the flag is held, and gives it
    /// away by one record only.
    fn the_representative_stays(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let handed = self.after.world.audit.iter().skip(self.before.world.audit.len());
        let handed = handed.filter(|record| record.name == "representative.changed").count();
        for was in self.before.world.members.iter().filter(|member| member.representative) {
            let is = self.after.find(was.id);
            let held = administrator(&self.after).and_then(|role| is?.assignments.end_of(&Grant::Role(role), None));
            let fit = is.is_some_and(|is| is.status() == MemberStatus::Enabled) && held == Some(None);
            if !fit && self.before.world.tenant.status != TenantStatus::SettingUp {
                faults.push(format!("I-6: the representative {} was removed, disabled or demoted", was.id));
            }
            if is.is_none_or(|is| !is.representative) && handed != 1 {
                faults.push(format!("I-4: {} lost the flag by {handed} hand-overs", was.id));
            }
        }
        for is in self.after.world.members.iter().filter(|member| member.representative) {
            let was = self.before.find(is.id);
            let fit = |was: &Member| {
                let held =
                    administrator(&self.before).and_then(|role| was.assignments.end_of(&Grant::Role(role), None));
                was.status() == MemberStatus::Enabled && held == Some(None)
            };
            if was.is_none_or(|was| !was.representative && !fit(was)) {
                faults.push(format!("I-4: {} took the flag and was no enabled administrator", is.id));
            }
        }
        faults
    }

    /// What is wrong with what one record did. Of one step's records one changes who may do what.
    fn faults_of(&self, record: &Record) -> Vec<String> {
        let actor = match record.actor {
            RecordedActor::Account(account) => {
                let own = |member: &&Member| member.account().is_some_and(|own| own.as_uuid() == account);
                self.before.world.members.iter().filter(own).find(|member| member.status() != MemberStatus::Removed)
            }
            RecordedActor::Anonymous | RecordedActor::System => None,
        };
        let mut faults = Vec::new();
        if let Some(actor) = actor {
            faults.extend(self.changed_itself(record, actor));
        }
        for is in &self.after.world.members {
            let about = record.name.starts_with("member.") && record.object == is.id.as_uuid();
            if !about && !about_roles(record) {
                continue;
            }
            let was = self.before.find(is.id);
            faults.extend(self.gained(record, actor, was, is));
            faults.extend(was.and_then(|was| self.lowered(record, actor, was, is)));
        }
        faults.extend(self.widened(record, actor));
        faults
    }

    /// I-5: nobody changes the own roles, state or flag, nor what the own roles mean, but by leaving and by handing the flag
    /// over.
    fn changed_itself(&self, record: &Record, was: &Member) -> Option<String> {
        let mut news = self.after.world.audit.iter().skip(self.before.world.audit.len());
        let left = |one: &Record| one.name == "member.left" && one.object == was.id.as_uuid();
        if news.any(|one| left(one) || one.name == "representative.changed") {
            return None;
        }
        let is = self.after.find(was.id)?;
        let same =
            is.assignments == was.assignments && is.state == was.state && is.representative == was.representative;
        let held = |state: &State, member| self.moments().map(|at| state.held(member, at)).collect::<Vec<_>>();
        let means_the_same = held(&self.before, was) == held(&self.after, is);
        (!same || !means_the_same).then(|| format!("I-5: {} changed its own membership by {}", was.id, record.name))
    }

    /// I-7: whoever gains something gains what the one who gives it holds, and not for longer; by joining, what the one who
    /// invited holds then.
    fn gained(&self, record: &Record, actor: Option<&Member>, was: Option<&Member>, is: &Member) -> Option<String> {
        let giver = match record.name.as_str() {
            "member.joined" => {
                let own = self.before.world.invitations.iter().find(|invitation| invitation.member == is.id);
                match own.map(|own| own.inviter) {
                    Some(Inviter::Operator(_)) => return None,
                    Some(Inviter::Member(inviter)) => self.before.find(inviter),
                    None => None,
                }
            }
            _ => actor,
        };
        self.moments().find_map(|at| {
            let before = was.map(|was| self.before.held_by(was, at)).unwrap_or_default();
            let gained: Permissions = self.after.held_by(is, at).difference(&before).cloned().collect();
            let own = giver.map(|giver| self.before.held_by(giver, at)).unwrap_or_default();
            let beyond: Vec<&Permission> = gained.difference(&own).collect();
            let by = giver.map(|giver| giver.id);
            (!beyond.is_empty())
                .then(|| format!("I-7: {} gained {beyond:?} from {by:?} at {at} by {}", is.id, record.name))
        })
    }

    /// I-8: whoever takes something away from somebody holds all that the other held, or is the representative.
    fn lowered(&self, record: &Record, actor: Option<&Member>, was: &Member, is: &Member) -> Option<String> {
        let takes = ["member.edited", "member.disabled", "member.removed"];
        if !takes.contains(&record.name.as_str()) {
            return None;
        }
        let (before, after) = (self.before.held_by(was, self.now), self.after.held_by(is, self.now));
        let own = actor.map(|actor| self.before.held_by(actor, self.now)).unwrap_or_default();
        let may = before.is_subset(&own) || actor.is_some_and(|actor| actor.representative);
        (!before.is_subset(&after) && !may).then(|| format!("I-8: {} was lowered from below by {}", is.id, record.name))
    }

    /// I-10, I-12: a role is widened by whoever holds what is added, for good; what is above somebody is not that one's to
    /// change; the administrators' role is nobody's.
    fn widened(&self, record: &Record, actor: Option<&Member>) -> Vec<String> {
        if !about_roles(record) {
            return Vec::new();
        }
        let own = actor.map(|actor| self.before.held_by(actor, DateTime::<Utc>::MAX_UTC)).unwrap_or_default();
        let mut faults = Vec::new();
        for is in &self.after.world.access.roles {
            let was = self.before.world.access.roles.iter().find(|was| was.id == is.id);
            if was == Some(is) {
                continue;
            }
            let before = was.map(|was| self.before.gives([&Grant::Role(was.id)])).unwrap_or_default();
            let after = self.after.gives([&Grant::Role(is.id)]);
            if !after.is_subset(&own) || !before.is_subset(&own) {
                faults.push(format!("I-10: role {} gave or gives what {:?} does not hold", is.id, actor.map(|a| a.id)));
            }
            if is.administrator || was.is_some_and(|was| was.administrator) {
                faults.push(format!("I-12: the administrators' role {} was changed", is.id));
            }
        }
        faults
    }

    /// Now, and just before and at the end of each assignment to come: nothing changes between them.
    fn moments(&self) -> impl Iterator<Item = DateTime<Utc>> {
        let ends = [&self.before, &self.after].into_iter().flat_map(|state| &state.world.members);
        let ends: BTreeSet<_> =
            ends.flat_map(|member| member.assignments.iter().filter_map(|held| held.until)).collect();
        let tick = TimeDelta::microseconds(1);
        let around = ends.into_iter().filter(|end| *end >= self.now).flat_map(move |end| [(end - tick), end]);
        let now = self.now;
        std::iter::once(now).chain(around.filter(move |at| *at > now))
    }
}

fn administrator(state: &State) -> Option<RoleId> {
    state.world.access.roles.iter().find(|role| role.administrator).map(|role| role.id)
}

fn about_roles(record: &Record) -> bool {
    record.name.starts_with("role.")
}
