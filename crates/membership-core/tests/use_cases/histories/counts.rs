//! An administrator, and people with links, do whatever touches departments.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use membership_core::{
    account::register::Register,
    context::Context,
    department::{Position, create::CreateDepartment},
    id::{DepartmentId, RoleId},
    invitation::{
        Subject,
        invite::{Invite, Invitee, Reach},
    },
    member::{Member, MemberState, MemberStatus, add::AddMember, edit::Changes, remove::Heirs},
    role::assign::Wanted,
};
use membership_testkit::{Bed, Failure, bed::differences};

use super::{Luck, seeds};
use crate::{code, outcome};

const STEPS: usize = 100;

/// What only a store says, of what the kernel had decided: in a history where one does everything, never.
const BY_THE_STORE: [&str; 3] = ["changed-meanwhile", "record-corrupt", "store-unavailable"];

/// A company that grows and shrinks.
struct Company {
    bed: Bed,
    luck: Luck,
    worker: RoleId,
    manager: RoleId,
    /// Every link that was ever handed over.
    tokens: Vec<String>,
    departments: Vec<DepartmentId>,
    /// Everybody but the representative.
    people: Vec<Member>,
}

impl Company {
    async fn new(seed: u64) -> Result<Self, Failure> {
        let bed = Bed::new().await?;
        let worker = bed.define_role("Worker", &["workspace:tasks.view"], &[]).await?.id;
        let manager = bed.role("Member manager").await?;
        let (tokens, departments, people) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { bed, luck: Luck(seed), worker, manager, tokens, departments, people })
    }

    /// The role Worker, and at times another for some departments.
    fn wanted(&mut self) -> Vec<Wanted> {
        let mut given = vec![Wanted::role(self.worker)];
        for within in self.luck.some(&self.departments, 4) {
            if self.luck.once_in(3) {
                given.push(Wanted { within: Some(within), ..Wanted::role(self.manager) });
            }
        }
        given
    }

    fn placed(&mut self) -> Vec<DepartmentId> {
        self.luck.some(&self.departments, 4)
    }

    /// Somebody does something; with what, and what came of it.
    async fn step(&mut self, step: usize) -> Result<(&'static str, &'static str), Failure> {
        let world = self.bed.world(self.bed.tenant.id).await?;
        self.departments = world.departments.iter().map(|(one, _)| one.id).collect();
        let present = |one: &Member| one.status() != MemberStatus::Removed && !one.representative;
        self.people = world.members.into_iter().filter(present).collect();
        let ctx = self.bed.as_administrator();
        let (one, parent) = (self.luck.one(&self.departments), self.luck.one(&self.departments));
        let below = world.departments.iter().filter(|(own, _)| own.parent == Some(parent));
        let below: Vec<DepartmentId> = below.map(|(own, _)| own.id).collect();
        let before = if self.luck.once_in(2) { self.luck.pick(&below) } else { None };
        let name = format!("N{}", self.luck.below(7));
        let (m, tenant, which) = (&self.bed.membership, self.bed.tenant.id, self.bed.place(one));
        let position = Position { parent, before };
        Ok(match self.luck.below(16) {
            0 | 1 if self.departments.len() < 14 => {
                let command = CreateDepartment { tenant, name, position };
                ("create", outcome(m.create_department(&ctx, command).await))
            }
            2 => ("rename", outcome(m.rename_department(&ctx, which, &name).await)),
            0 | 3 | 4 => ("move", outcome(m.relocate_department(&ctx, which, position).await)),
            5 => ("delete", outcome(m.delete_department(&ctx, which).await)),
            6 | 7 => ("dissolve", self.dissolve(&ctx, one, parent).await?),
            8 if self.people.len() < 12 => ("add", self.add(&ctx, step).await?),
            9 if self.people.len() < 12 => ("invite", self.invite(&ctx).await?),
            10 => ("join", self.join(step).await),
            verb => match self.luck.pick(&self.people) {
                Some(member) => self.change(&ctx, &member, verb).await?,
                None => ("nothing", "done"),
            },
        })
    }

    async fn dissolve(&self, ctx: &Context, which: DepartmentId, into: DepartmentId) -> Result<&'static str, Failure> {
        let (m, which) = (&self.bed.membership, self.bed.place(which));
        let plan = match m.plan_dissolution(ctx, which, into).await {
            Ok(plan) => plan,
            Err(error) => return Ok(code(Err::<(), _>(error))),
        };
        let done = m.dissolve_department(ctx, which, into, &plan.digest).await;
        for (person, departments) in done.iter().flat_map(|done| &done.people) {
            let now = m.member(ctx, self.bed.tenant.id, person.id).await?.row.member;
            assert_eq!(now.departments.all(), departments.all(), "not where the plan has put {}", person.id);
        }
        Ok(outcome(done))
    }

    async fn add(&mut self, ctx: &Context, step: usize) -> Result<&'static str, Failure> {
        let addition = self.bed.addition(&format!("u{step}"), &["Worker"]).await?;
        let command = AddMember { departments: self.placed(), assignments: self.wanted(), ..addition };
        Ok(outcome(self.bed.membership.add_member(ctx, command).await))
    }

    async fn invite(&mut self, ctx: &Context) -> Result<&'static str, Failure> {
        let (assignments, departments) = (self.wanted(), self.placed());
        let person =
            Invitee { name: "Ann Example".into(), reach: Reach::Link(None), assignments, departments, language: None };
        let command = Invite { people: vec![person], ..self.bed.invitation_to("x@example.org").await? };
        let invited = self.bed.membership.invite(ctx, command).await;
        let made = invited.iter().flatten().filter_map(|one| one.invitation.as_ref());
        self.tokens.extend(made.map(|invitation| self.bed.token(invitation)));
        Ok(outcome(invited))
    }

    /// Somebody uses one of the links, be it good or not.
    async fn join(&mut self, step: usize) -> &'static str {
        let (m, anybody) = (&self.bed.membership, self.bed.as_anybody());
        let Some(token) = self.luck.pick(&self.tokens) else { return "nothing" };
        if let Err(error) = m.accept_invitation(&anybody, &token).await {
            return code(Err::<(), _>(error));
        }
        let command = Register { username: Some(format!("r{step}")), ..self.bed.registration(&token) };
        outcome(m.register(&anybody, command).await)
    }

    async fn change(
        &mut self,
        ctx: &Context,
        member: &Member,
        verb: usize,
    ) -> Result<(&'static str, &'static str), Failure> {
        let target = self.bed.target(member);
        Ok(match verb {
            11 => self.turn(ctx, member).await,
            12 => ("remove", outcome(self.bed.membership.remove_member(ctx, target, Heirs::default()).await)),
            13 => {
                let Some(account) = member.account() else { return Ok(("leave", "not joined")) };
                let ctx = self.bed.as_account(&self.bed.account(account).await?);
                ("leave", outcome(self.bed.membership.leave(&ctx, self.bed.tenant.id, Heirs::default()).await))
            }
            _ => {
                let departments = (!self.luck.once_in(4)).then(|| self.placed());
                let assignments = self.luck.once_in(3).then(|| self.wanted());
                let changes = Changes { departments, assignments, ..Changes::default() };
                ("edit", outcome(self.bed.membership.edit_member(ctx, target, changes).await))
            }
        })
    }

    /// Something that turns a membership or an invitation on or off.
    async fn turn(&mut self, ctx: &Context, member: &Member) -> (&'static str, &'static str) {
        let (m, target) = (&self.bed.membership, self.bed.target(member));
        match (self.luck.below(4), &member.state) {
            (0, _) => ("disable", outcome(m.disable_member(ctx, target).await)),
            (1, _) => ("enable", outcome(m.enable_member(ctx, target).await)),
            (2, MemberState::NotJoined { invitation }) => {
                let subject = Subject { tenant: target.tenant, invitation: *invitation };
                if self.luck.once_in(2) {
                    return ("revoke", outcome(m.revoke_invitation(ctx, subject).await));
                }
                let again = m.resend_invitation(ctx, subject).await;
                self.tokens.extend(again.iter().map(|again| self.bed.token(&again.invitation)));
                ("resend", outcome(again))
            }
            (..) => match self.luck.pick(&self.tokens) {
                Some(token) => ("reject", outcome(m.reject_invitation(&self.bed.as_anybody(), &token).await)),
                None => ("reject", "nothing"),
            },
        }
    }

    /// What every department's numbers have to be, from parents and members alone.
    async fn is_counted(&self, told: &str) -> Result<(), Failure> {
        let world = self.bed.world(self.bed.tenant.id).await?;
        let parents: BTreeMap<DepartmentId, Option<DepartmentId>> =
            world.departments.iter().map(|(one, _)| (one.id, one.parent)).collect();
        let present: Vec<&Member> = world.members.iter().filter(|one| one.status() != MemberStatus::Removed).collect();
        let upward = |own| std::iter::successors(Some(own), |one| parents.get(one).copied().flatten());
        for row in self.bed.membership.departments(&self.bed.as_administrator(), self.bed.tenant.id).await? {
            let id = row.department.id;
            let people = row.people.ok_or("an administrator sees all")?;
            let members = present.iter().filter(|one| one.departments.has(id)).count();
            let within = |one: &&&Member| one.departments.all().iter().any(|own| upward(*own).any(|up| up == id));
            let below = present.iter().filter(within).count();
            let counted = (usize::try_from(people.members)?, usize::try_from(people.with_below)?);
            assert_eq!(counted, (members, below), "{told}: {}", row.department.name);
        }
        Ok(())
    }
}

async fn history(seed: u64, seen: &mut BTreeMap<(&'static str, &'static str), usize>) -> Result<(), Failure> {
    let mut company = Company::new(seed).await?;
    for step in 0..STEPS {
        let (verb, came) = company.step(step).await?;
        *seen.entry((verb, came)).or_default() += 1;
        let told = format!("seed {seed} step {step}: {verb}, {came}");
        assert!(!BY_THE_STORE.contains(&came), "{told}");
        assert_eq!(company.bed.violations().await?, [], "{told}");
        company.is_counted(&told).await?;
        if step % 5 == 0 || verb == "dissolve" {
            let world = company.bed.world(company.bed.tenant.id).await?;
            assert_eq!(differences(&world)?, Vec::<String>::new(), "{told}");
        }
        if company.luck.once_in(40) {
            company.bed.clock.advance(TimeDelta::hours(20));
            company.bed.membership.expire_invitations(&company.bed.as_system(), 50).await?;
        }
    }
    Ok(())
}

/// Proves I-36 in part, I-38 in part and I-41 in part, against random histories: after each step the counts are what a recount says,
/// every invariant holds, the audit replays to what is stored, and the store itself had nothing to refuse.
#[tokio::test]
async fn any_history_keeps_the_counts() -> Result<(), Failure> {
    let mut seen = BTreeMap::new();
    for seed in seeds(10)? {
        history(seed, &mut seen).await?;
    }
    for verb in ["create", "move", "delete", "dissolve", "add", "invite", "join", "edit", "remove", "leave"] {
        assert!(seen.contains_key(&(verb, "done")), "never done: {verb}; seen were {seen:#?}");
    }
    Ok(())
}
