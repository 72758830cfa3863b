//! Random people with random rights for parts of a company do whatever they may.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    actor::{Grants, Ground},
    context::Context,
    department::{Position, Tree},
    id::{DepartmentId, MemberId, RoleId},
    invariants::World,
    member::{Member, MemberStatus, edit::Changes},
    role::{Catalogue, Permission, assign::Wanted},
};
use membership_testkit::{Bed, Failure, bed::Person};

use super::{Luck, seeds};

const STEPS: usize = 60;

/// Who may what, at one moment of one world.
struct State {
    grants: BTreeMap<MemberId, Grants>,
    members: BTreeMap<MemberId, Member>,
}

impl State {
    fn of(world: &World, now: DateTime<Utc>) -> Result<Self, Failure> {
        let ground = Ground {
            catalogue: Arc::new(Catalogue::compile(world.tenant.catalogue, world.access.clone())),
            tree: Arc::new(Tree::grow(world.tenant.tree, world.departments.iter().map(|(one, _)| one.clone()))?),
        };
        let present = world.members.iter().filter(|one| one.status() != MemberStatus::Removed);
        let members: BTreeMap<_, _> = present.map(|one| (one.id, one.clone())).collect();
        let grants = members
            .values()
            .filter(|one| !one.representative)
            .filter_map(|one| Some((one.id, Grants::of(world.tenant.status, ground.clone(), one.clone(), now).ok()?)));
        Ok(Self { grants: grants.collect(), members })
    }

    fn over(&self, who: MemberId, what: &Permission, department: DepartmentId) -> bool {
        self.grants.get(&who).is_some_and(|grants| grants.holds_over(what, department))
    }

    /// Whether `who` may change `on`, by a permission that is needed over each of its departments.
    fn acts(&self, who: MemberId, what: &Permission, on: &Member) -> bool {
        on.departments.all().iter().all(|own| self.over(who, what, *own))
    }

    /// Whether `who` may see `on`, for which one of its departments is enough.
    fn sees(&self, who: MemberId, what: &Permission, on: &Member) -> bool {
        on.departments.all().iter().any(|own| self.over(who, what, *own))
    }
}

/// One step, and what it changed.
struct Step {
    before: State,
    after: State,
    by: MemberId,
}

impl Step {
    /// What somebody has come to by it, who did not hold it, nor did the one who took the step.
    fn gains(&self) -> Vec<String> {
        let mut found = Vec::new();
        for who in self.after.grants.keys() {
            for on in self.after.members.values() {
                let Some(was) = self.before.members.get(&on.id) else { continue };
                let name = on.username.as_ref().map_or("?", |name| name.as_str());
                for what in &Permission::ON_MEMBERS {
                    if self.gains_acting(*who, what, was, on) {
                        found.push(format!("{who} has come to {what} on {name}"));
                    }
                    if self.gains_seeing(*who, what, was, on) {
                        found.push(format!("{who} sees, for {what}, {name}"));
                    }
                }
                for (what, own) in
                    Permission::OWN.iter().flat_map(|what| on.departments.all().iter().map(move |own| (what, own)))
                {
                    if self.after.over(*who, what, *own) && !self.held(*who, what, *own) {
                        found.push(format!("{who} has come to {what} over {own}"));
                    }
                }
            }
        }
        found
    }

    fn held(&self, who: MemberId, what: &Permission, own: DepartmentId) -> bool {
        self.before.over(who, what, own) || self.before.over(self.by, what, own)
    }

    fn gains_acting(&self, who: MemberId, what: &Permission, was: &Member, on: &Member) -> bool {
        let mut all = was.departments.all().iter().chain(on.departments.all());
        self.after.acts(who, what, on)
            && !self.before.acts(who, what, was)
            && !all.all(|own| self.held(who, what, *own))
    }

    fn gains_seeing(&self, who: MemberId, what: &Permission, was: &Member, on: &Member) -> bool {
        let theirs = |own: &DepartmentId| self.before.over(self.by, what, *own);
        let given = |own: &DepartmentId| {
            if was.departments.has(*own) { theirs(own) } else { was.departments.all().iter().any(theirs) }
        };
        let shown = |own: &DepartmentId| self.after.over(who, what, *own) && given(own);
        self.after.sees(who, what, on) && !self.before.sees(who, what, was) && !on.departments.all().iter().any(shown)
    }
}

/// People with all that can be given to them.
struct Company {
    bed: Bed,
    luck: Luck,
    worker: RoleId,
    /// One role for each set of permissions over a department; the last one has them all.
    roles: Vec<RoleId>,
    departments: Vec<DepartmentId>,
    people: Vec<Person>,
    tomorrow: DateTime<Utc>,
}

impl Company {
    async fn new(seed: u64) -> Result<Self, Failure> {
        let (bed, mut luck) = (Bed::new().await?, Luck(seed));
        let worker = bed.define_role("Worker", &["workspace:tasks.view"], &[]).await?.id;
        let own = ["members.read", "members.invite", "members.manage", "departments.manage"];
        let own = own.map(|name| format!("membership:{name}"));
        let mut roles = Vec::new();
        for bits in 1_u32..16 {
            let held = own.iter().enumerate().filter(|(at, _)| bits & (1 << at) != 0);
            let held: Vec<&str> = held.map(|(_, one)| one.as_str()).collect();
            roles.push(bed.define_role(&format!("R{bits}"), &held, &[]).await?.id);
        }
        let mut departments = vec![bed.root()?];
        for at in 0..7 {
            let parent = luck.one(&departments);
            departments.push(bed.department(&format!("D{at}"), parent).await?.id);
        }
        let tomorrow = bed.clock.now() + TimeDelta::days(1);
        let mut company = Self { bed, luck, worker, roles, departments, people: Vec::new(), tomorrow };
        for at in 0..7 {
            let person = company.bed.added(&format!("p{at}xx"), &["Worker"]).await?;
            company.stir(&person.member).await?;
            company.people.push(person);
        }
        Ok(company)
    }

    /// The role Worker, and up to three more for parts of the company, some until tomorrow.
    fn wanted(&mut self) -> Vec<Wanted> {
        let mut given = vec![Wanted::role(self.worker)];
        for _ in 0..self.luck.below(4) {
            let all = self.roles.last().copied().filter(|_| self.luck.once_in(2));
            let role = all.unwrap_or_else(|| self.luck.one(&self.roles));
            let within = if self.luck.once_in(12) { None } else { self.luck.pick(&self.departments) };
            let until = self.luck.once_in(3).then_some(self.tomorrow);
            let one = Wanted { within, until, ..Wanted::role(role) };
            if !given.iter().any(|other| other.what == one.what && other.within == one.within) {
                given.push(one);
            }
        }
        given
    }

    fn placed(&mut self) -> Changes {
        Changes { departments: Some(self.luck.some(&self.departments, 3)), ..Changes::default() }
    }

    /// The administrator changes everything about a member, so that there is always something to be done.
    async fn stir(&mut self, member: &Member) -> Result<(), Failure> {
        let changes = Changes { assignments: Some(self.wanted()), ..self.placed() };
        let ctx = self.bed.as_administrator();
        self.bed.membership.edit_member(&ctx, self.bed.target(member), changes).await?;
        Ok(())
    }

    /// Somebody does something, if that is allowed; with what it was.
    async fn act(&mut self, ctx: &Context, other: &Member) -> Option<&'static str> {
        let (one, two) = (self.luck.one(&self.departments), self.luck.one(&self.departments));
        let kind = self.luck.below(7);
        let changes = match kind {
            0..=2 => None,
            3..=5 => Some(self.placed()),
            _ => Some(Changes { assignments: Some(self.wanted()), ..Changes::default() }),
        };
        let (m, which) = (&self.bed.membership, self.bed.place(one));
        match (changes, kind) {
            (Some(changes), kind) => {
                m.edit_member(ctx, self.bed.target(other), changes).await.ok()?;
                Some(if kind == 6 { "give" } else { "place" })
            }
            (None, 2) => {
                let plan = m.plan_dissolution(ctx, which, two).await.ok().filter(|_| self.luck.once_in(3))?;
                m.dissolve_department(ctx, which, two, &plan.digest).await.ok()?;
                Some("dissolve")
            }
            (None, _) => {
                m.relocate_department(ctx, which, Position { parent: two, before: None }).await.ok()?;
                Some("move")
            }
        }
    }
}

async fn history(seed: u64, done: &mut BTreeMap<&'static str, usize>) -> Result<Vec<String>, Failure> {
    let mut company = Company::new(seed).await?;
    let later = company.tomorrow + TimeDelta::days(1);
    let mut found = Vec::new();
    for step in 0..STEPS {
        let (actor, other) = (company.luck.one(&company.people), company.luck.one(&company.people));
        if company.luck.once_in(8) {
            company.stir(&other.member).await?;
            if company.departments.len() < 8 {
                let parent = company.luck.one(&company.departments);
                company.departments.push(company.bed.department(&format!("E{step}"), parent).await?.id);
            }
            continue;
        }
        let (ctx, now) = (company.bed.as_account(&actor.account), company.bed.clock.now());
        let before = company.bed.world(company.bed.tenant.id).await?;
        let Some(what) = company.act(&ctx, &other.member).await else { continue };
        *done.entry(what).or_default() += 1;
        let after = company.bed.world(company.bed.tenant.id).await?;
        company.departments = after.departments.iter().map(|(one, _)| one.id).collect();
        let by = actor.member.id;
        for (when, at) in [("now", now), ("later", later)] {
            let step_taken = Step { before: State::of(&before, at)?, after: State::of(&after, at)?, by };
            let first = step_taken.gains().into_iter().next();
            found.extend(first.map(|gain| format!("seed {seed} step {step} {what} by {by}, {when}: {gain}")));
        }
        assert_eq!(company.bed.violations().await?, [], "seed {seed} step {step} {what}");
    }
    Ok(found)
}

/// Proves A22 in part and A23 in part, against random histories: by no step has anybody come to a right over anybody that neither
/// he nor the one who took it had: now, and at a moment when what was given for a day has ended.
#[tokio::test]
async fn nobody_comes_to_a_right_that_nobody_gave() -> Result<(), Failure> {
    let (mut found, mut done) = (Vec::new(), BTreeMap::new());
    for seed in seeds(30)? {
        found.extend(history(seed, &mut done).await?);
    }
    let first: Vec<&String> = found.iter().take(8).collect();
    assert_eq!(first, Vec::<&String>::new(), "{} in all; done were {done:?}", found.len());
    assert!(["move", "dissolve", "place", "give"].iter().all(|what| done.contains_key(what)), "{done:?}");
    Ok(())
}
