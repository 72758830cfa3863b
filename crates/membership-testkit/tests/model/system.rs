//! The real thing: the use cases over the store in memory, one step at a time.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    account::{Account, change_password::ChangePassword, register::Register},
    actor::{Actor, Principal, is_in},
    audit::replay::Replay,
    context::Context,
    id::{AccountId, InvitationId, MemberId, RoleId, TenantId},
    invariants::World,
    invitation::{
        Invitation, State, Subject,
        invite::{Invite, Invitee, Reach, Sending},
    },
    link,
    member::{add::AddMember, edit::Changes, reach::Target, remove::Heirs},
    ports::Secret,
    refusal::Refusal,
    role::{
        Catalogue, Grant, Permission,
        assign::{Wanted, WantedGrant},
        define::{RoleDraft, RoleOf},
    },
};
use membership_testkit::{
    Bed,
    bed::{PASSWORD, TEMPORARY},
};
use proptest_state_machine::StateMachineTest;
use tokio::runtime::Runtime;

use crate::{
    history,
    reference::{self, Outcome, Reference},
    step::{Deed, Give, Gives, Link, PERMISSIONS, Permissions, RoleText, Step, UNBOUND, WITH_ACCOUNT, prelude},
};

pub(crate) struct System {
    runtime: Runtime,
    world: Society,
}

/// Two tenants and their people. Members, accounts and roles are numbered as in the reference.
struct Society {
    bed: Bed,
    start: DateTime<Utc>,
    tenants: [TenantId; 2],
    roles: [Vec<RoleId>; 2],
    members: Vec<MemberId>,
    invitations: BTreeMap<usize, InvitationId>,
    accounts: Vec<AccountId>,
    /// The epoch of the session that each account acts by.
    sessions: Vec<u32>,
    /// What the audit of each tenant says so far, and its tables then.
    told: [(Replay, World); 2],
}

impl StateMachineTest for System {
    type SystemUnderTest = Self;
    type Reference = Reference;

    fn init_test(_: &Reference) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let world = runtime.block_on(async {
            let mut world = Society::new().await;
            for step in prelude() {
                assert_eq!(world.take(&step).await, Ok(()), "{step:?}");
                world.has_a_sound_history(&step).await;
            }
            world
        });
        Self { runtime, world }
    }

    fn apply(mut system: Self, reference: &Reference, step: Step) -> Self {
        let outcome = system.runtime.block_on(system.world.take(&step));
        assert_eq!(Some(outcome), reference.outcome, "{step:?}");
        system.runtime.block_on(system.world.has_a_sound_history(&step));
        system
    }

    fn check_invariants(system: &Self, reference: &Reference) {
        system.runtime.block_on(system.world.agrees_with(reference));
    }
}

impl Society {
    async fn new() -> Self {
        let bed = Bed::new().await.unwrap();
        let other = bed.found("Another Ltd", "otto").await.unwrap();
        let mut accounts = vec![bed.administrator.id, other.administrator.id];
        for slot in 0..WITH_ACCOUNT {
            accounts.push(bed.stranger(&address_of(slot)).await.unwrap().id);
        }
        let tenants = [bed.tenant.id, other.tenant.id];
        let mut roles = [Vec::new(), Vec::new()];
        let mut told = Vec::new();
        for (tenant, roles) in tenants.iter().zip(&mut roles) {
            let world = bed.world(*tenant).await.unwrap();
            for name in ["Administrator", "Member manager", "Member"] {
                roles.push(world.access.roles.iter().find(|role| role.name.as_str() == name).unwrap().id);
            }
            let known = world.access.applications.iter().flat_map(|application| &application.permissions);
            let known: Vec<&str> = known.map(|named| named.permission.as_str()).collect();
            assert!(known.len() == PERMISSIONS.len() && PERMISSIONS.iter().all(|one| known.contains(one)), "{known:?}");
            let mut replay = Replay::default();
            world.audit.iter().for_each(|record| replay.add(record).unwrap());
            told.push((replay, world));
        }
        Self {
            start: bed.clock.now(),
            tenants,
            roles,
            members: vec![bed.member.id, other.member.id],
            invitations: BTreeMap::new(),
            sessions: vec![0; accounts.len()],
            accounts,
            told: told.try_into().unwrap(),
            bed,
        }
    }

    async fn take(&mut self, step: &Step) -> Outcome {
        let membership = self.bed.membership.clone();
        let anybody = self.bed.as_anybody();
        match step {
            Step::Do { by, tenant, deed } => {
                let ctx = self.context(Some(*by)).await;
                self.act(&ctx, *tenant, deed).await
            }
            Step::Open { member, link } => {
                code(membership.open_invitation(&anybody, &self.token(*member, *link).await).await)
            }
            Step::Accept { member, link, who } => {
                let (ctx, token) = (self.context(*who).await, self.token(*member, *link).await);
                code(membership.accept_invitation(&ctx, &token).await)
            }
            Step::Join { member, link, who } => {
                let (ctx, token) = (self.context(*who).await, self.token(*member, *link).await);
                code(membership.join(&ctx, &token).await)
            }
            Step::Register { member, link, username } => self.register(*member, *link, *username).await,
            Step::Reject { member, link } => {
                code(membership.reject_invitation(&anybody, &self.token(*member, *link).await).await)
            }
            Step::SignIn(account) => {
                self.sessions[*account] = self.account(*account).await.epoch;
                Ok(())
            }
            Step::ChangePassword(account) => {
                let ctx = self.context(Some(*account)).await;
                let command = ChangePassword { current: Secret::new(TEMPORARY), new: Secret::new(PASSWORD) };
                let changed = membership.change_password(&ctx, command).await.unwrap();
                self.sessions[*account] = changed.session.epoch;
                Ok(())
            }
            Step::Sweep => code(membership.expire_invitations(&self.bed.as_system(), 1_000).await),
            Step::Carry => code(membership.carry_transfers(&self.bed.as_system(), 1_000).await),
            Step::Wait(micros) => {
                self.bed.clock.advance(TimeDelta::microseconds(*micros));
                Ok(())
            }
        }
    }

    async fn act(&mut self, ctx: &Context, tenant: usize, deed: &Deed) -> Outcome {
        let membership = self.bed.membership.clone();
        let id = self.tenants[tenant];
        let target = |member: &usize| Target { tenant: id, member: self.members[*member] };
        let subject = |member: &usize| Subject { tenant: id, invitation: self.invitations[member] };
        let role = |role: &usize| RoleOf { tenant: id, role: self.roles[tenant][*role] };
        match deed {
            Deed::Invite { slot, by_mail, now, gives } => {
                self.invite(ctx, tenant, (*slot, *by_mail, *now), gives).await
            }
            Deed::Send(member) => code(membership.send_invitation(ctx, subject(member)).await),
            Deed::Resend(member) => code(membership.resend_invitation(ctx, subject(member)).await),
            Deed::Revoke(member) => code(membership.revoke_invitation(ctx, subject(member)).await),
            Deed::Add { username, gives } => self.add(ctx, tenant, *username, gives).await,
            Deed::Edit { member, gives } => {
                let changes = Changes { assignments: Some(self.wanted(tenant, gives)), ..Changes::default() };
                code(membership.edit_member(ctx, target(member), changes).await)
            }
            Deed::Disable(member) => code(membership.disable_member(ctx, target(member)).await),
            Deed::Enable(member) => code(membership.enable_member(ctx, target(member)).await),
            Deed::Remove(member) => code(membership.remove_member(ctx, target(member), Heirs::default()).await),
            Deed::Leave => code(membership.leave(ctx, id, Heirs::default()).await),
            Deed::Define(text) => {
                let defined = membership.define_role(ctx, id, self.draft(tenant, text)).await;
                self.roles[tenant].extend(defined.iter().map(|role| role.id));
                code(defined)
            }
            Deed::EditRole { role: which, text } => {
                code(membership.edit_role(ctx, role(which), self.draft(tenant, text)).await)
            }
            Deed::DeleteRole(which) => code(membership.delete_role(ctx, role(which)).await),
            Deed::Nominate(member) => code(membership.nominate(ctx, target(member)).await),
            Deed::TakeOver => code(membership.accept_nomination(ctx, id).await),
            Deed::Decline => code(membership.decline_nomination(ctx, id).await),
            Deed::Withdraw => code(membership.withdraw_nomination(ctx, id).await),
            Deed::Suspend => code(membership.suspend_tenant(ctx, id).await),
            Deed::Resume => code(membership.resume_tenant(ctx, id).await),
        }
    }

    async fn invite(
        &mut self,
        ctx: &Context,
        tenant: usize,
        (slot, by_mail, now): (u8, bool, bool),
        gives: &Gives,
    ) -> Outcome {
        let reach = match (slot, by_mail) {
            (UNBOUND, _) => Reach::Link(None),
            (_, true) => Reach::Mail(address_of(slot)),
            (_, false) => Reach::Link(Some(address_of(slot))),
        };
        let command = Invite {
            tenant: self.tenants[tenant],
            people: vec![Invitee {
                name: "Ann Example".into(),
                reach,
                assignments: Vec::new(),
                departments: Vec::new(),
                language: None,
            }],
            departments: Vec::new(),
            assignments: self.wanted(tenant, gives),
            send: Some(if now { Sending::Now } else { Sending::Later }),
            validity: None,
        };
        let invited = self.bed.membership.invite(ctx, command).await;
        for invited in invited.iter().flatten() {
            self.invitations.insert(self.members.len(), invited.invitation.as_ref().unwrap().id);
            self.members.push(invited.member.id);
        }
        code(invited)
    }

    async fn add(&mut self, ctx: &Context, tenant: usize, username: u8, gives: &Gives) -> Outcome {
        let command = AddMember {
            tenant: self.tenants[tenant],
            name: "Bob Example".into(),
            assignments: self.wanted(tenant, gives),
            departments: Vec::new(),
            username: username_of(username),
            password: Secret::new(TEMPORARY),
            email: None,
            language: None,
        };
        let added = self.bed.membership.add_member(ctx, command).await;
        if let Ok(member) = &added {
            self.members.push(member.id);
            self.accounts.push(member.account().unwrap());
            self.sessions.push(0);
        }
        code(added)
    }

    async fn register(&mut self, member: usize, link: Link, username: u8) -> Outcome {
        let token = self.token(member, link).await;
        let unbound = self.invitation(member).await.address().is_none();
        let command = Register { username: unbound.then(|| username_of(username)), ..self.bed.registration(&token) };
        let registered = self.bed.membership.register(&self.bed.as_anybody(), command).await;
        if let Ok(registered) = &registered {
            self.accounts.push(registered.account.id);
            self.sessions.push(registered.session.epoch);
        }
        code(registered)
    }

    fn wanted(&self, tenant: usize, gives: &Gives) -> Vec<Wanted> {
        let now = self.bed.clock.now();
        let wanted = gives.iter().map(|(give, wait)| {
            let what = match give {
                Give::Role(role) => WantedGrant::Role(self.roles[tenant][*role]),
                Give::Permission(permission) => WantedGrant::Permission(PERMISSIONS[usize::from(*permission)].into()),
            };
            Wanted { what, within: None, until: wait.map(|wait| now + TimeDelta::microseconds(wait)) }
        });
        wanted.collect()
    }

    fn draft(&self, tenant: usize, text: &RoleText) -> RoleDraft {
        RoleDraft {
            name: format!("Role {}", text.name),
            permissions: text.permissions.iter().map(|one| PERMISSIONS[usize::from(*one)].to_owned()).collect(),
            includes: text.includes.iter().map(|role| self.roles[tenant][*role]).collect(),
        }
    }

    async fn account(&self, account: usize) -> Account {
        self.bed.account(self.accounts[account]).await.unwrap()
    }

    async fn context(&self, who: Option<usize>) -> Context {
        let Some(who) = who else { return self.bed.as_anybody() };
        let ctx = self.bed.as_account(&self.account(who).await);
        let Actor::Account(principal) = ctx.actor else { return ctx };
        Context { actor: Actor::Account(Principal { epoch: self.sessions[who], ..principal }), ..ctx }
    }

    fn tenant_of(&self, member: usize) -> usize {
        let here = |world: &World| world.members.iter().any(|known| known.id == self.members[member]);
        usize::from(!here(&self.told[0].1))
    }

    async fn token(&self, member: usize, link: Link) -> String {
        let newest = self.invitation(member).await.link();
        let (generation, other) = (newest.generation, self.tenants[1 - self.tenant_of(member)]);
        self.bed.membership.links().token(&match link {
            Link::Newest => newest,
            Link::Older => link::Link { generation: generation.wrapping_sub(1), ..newest },
            Link::Unborn => link::Link { generation: generation + 1, ..newest },
            Link::Foreign => link::Link { tenant: other.as_uuid(), ..newest },
        })
    }

    async fn invitation(&self, member: usize) -> Invitation {
        let (tenant, id) = (self.tenants[self.tenant_of(member)], self.invitations[&member]);
        self.bed.adapter.directory.invitation(tenant, id).await.unwrap().unwrap().invitation
    }
}

/// What has to be so after every step.
impl Society {
    /// What was committed since the last step: the audit says all of it, and nobody did what they may not.
    async fn has_a_sound_history(&mut self, step: &Step) {
        for (tenant, (replay, before)) in self.tenants.iter().zip(&mut self.told) {
            let after = self.bed.world(*tenant).await.unwrap();
            for record in after.audit.iter().skip(before.audit.len()) {
                replay.add(record).unwrap();
            }
            assert_eq!(replay.differences(&after), [""; 0], "{step:?}");
            assert_eq!(history::faults(before, &after, self.bed.clock.now()), [""; 0], "{step:?}");
            *before = after;
        }
    }

    async fn agrees_with(&self, reference: &Reference) {
        assert_eq!((self.members.len(), self.accounts.len()), (reference.members.len(), reference.accounts.len()));
        assert_eq!(self.bed.violations().await.unwrap(), []);
        for (at, expected) in reference.accounts.iter().enumerate() {
            let account = self.account(at).await;
            assert_eq!((account.epoch, account.password_is_temporary), (expected.epoch, expected.temporary), "{at}");
        }
        for (tenant, (_, world)) in self.told.iter().enumerate() {
            self.tenant_agrees(&reference.tenants[tenant], tenant, world);
            joined_members_have_one_origin(world);
        }
        let compiled = |(_, world): &(Replay, World)| Catalogue::compile(world.tenant.catalogue, world.access.clone());
        let catalogues: Vec<Catalogue> = self.told.iter().map(compiled).collect();
        for (at, expected) in reference.members.iter().enumerate() {
            self.member_agrees(reference, at, expected);
            self.may_agrees(&catalogues[expected.tenant], at, expected.tenant, &reference.may(at));
        }
    }

    fn tenant_agrees(&self, expected: &reference::Tenant, tenant: usize, world: &World) {
        let roles = &self.roles[tenant];
        assert_eq!(roles.len(), expected.roles.len());
        for (id, expected) in roles.iter().zip(&expected.roles) {
            let role = world.access.roles.iter().find(|role| role.id == *id);
            assert_eq!(role.is_none(), expected.deleted);
            let Some(role) = role else { continue };
            let permissions: Vec<&str> = role.permissions.iter().map(Permission::as_str).collect();
            let wanted: Vec<&str> = expected.permissions.iter().map(|one| PERMISSIONS[usize::from(*one)]).collect();
            assert!(permissions.len() == wanted.len() && wanted.iter().all(|one| permissions.contains(one)));
            assert_eq!(role.includes, expected.includes.iter().map(|include| roles[*include]).collect());
        }
        let waiting = world
            .nominations
            .iter()
            .filter(|offer| offer.answer == membership_core::tenant::representative::Answer::None);
        let nominees: Vec<MemberId> = waiting.map(|offer| offer.nominee).collect();
        assert_eq!(nominees, expected.offer.iter().map(|offer| self.members[offer.nominee]).collect::<Vec<_>>());
    }

    fn member_agrees(&self, reference: &Reference, at: usize, expected: &reference::Member) {
        let (_, world) = &self.told[expected.tenant];
        let member = world.members.iter().find(|member| member.id == self.members[at]).unwrap();
        assert_eq!(member.status(), expected.status, "{at}");
        assert_eq!((member.representative, member.epoch), (expected.representative, expected.epoch), "{at}");
        let account = expected.account.map(|account| self.accounts[account]);
        assert_eq!(member.account(), account, "{at}");
        let micros = |micros: i64| self.start + TimeDelta::microseconds(micros);
        let grants = expected.grants.iter().map(|(give, until)| {
            let grant = match give {
                Give::Role(role) => Grant::Role(self.roles[expected.tenant][*role]),
                Give::Permission(one) => Grant::Permission(Permission::parse(PERMISSIONS[usize::from(*one)]).unwrap()),
            };
            (grant, until.map(micros))
        });
        assert_eq!(member.assignments, grants.collect(), "{at}");
        let invitation = world.invitations.iter().find(|invitation| invitation.member == member.id);
        assert_eq!(invitation.is_some(), expected.entry.is_some() || at == 1, "{at}");
        if let (Some(invitation), Some(entry)) = (invitation, &expected.entry) {
            assert_eq!(invitation.stage_at(self.bed.clock.now()), entry.stage(reference.now), "{at}");
            assert_eq!(invitation.generation, entry.generation, "{at}");
            if let Some(deadline) = invitation.deadline() {
                assert_eq!(deadline, micros(entry.deadline), "{at}");
            }
        }
    }

    /// The compiled roles answer every question as the reference does.
    fn may_agrees(&self, catalogue: &Catalogue, at: usize, tenant: usize, expected: &Permissions) {
        let (_, world) = &self.told[tenant];
        let member = world.members.iter().find(|member| member.id == self.members[at]).unwrap();
        let is_in = is_in(world.tenant.status, member).is_ok();
        for (number, text) in (0..).zip(PERMISSIONS) {
            let permission = Permission::parse(text).unwrap();
            let may = is_in && catalogue.gives(&member.assignments, &permission, self.bed.clock.now(), |_| false);
            assert_eq!(may, expected.contains(&number), "{text} of {at}");
        }
    }
}

/// Whoever has joined was invited and joined by that one invitation, or was added directly.
fn joined_members_have_one_origin(world: &World) {
    for member in world.members.iter().filter(|member| member.account().is_some()) {
        let used = |one: &&Invitation| one.member == member.id && matches!(one.state, State::Joined { .. });
        let added = world.audit.iter().filter(|one| one.name == "member.added" && one.object == member.id.as_uuid());
        let origins = world.invitations.iter().filter(used).count() + added.count();
        assert_eq!(origins, 1, "of member {}", member.id);
    }
}

fn address_of(slot: u8) -> String {
    format!("person-{slot}@example.org")
}

fn username_of(number: u8) -> String {
    format!("name-{number}")
}

/// The first fault's code, where there are faults.
fn code<T>(outcome: Result<T, impl Refusal>) -> Outcome {
    let code = |refusal: &dyn Refusal| refusal.faults().first().map_or(refusal.code(), |fault| fault.code);
    outcome.map(|_| ()).map_err(|refusal| code(&refusal))
}
