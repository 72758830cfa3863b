//! The real thing: the use cases over the store in memory, one step at a time.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use membership_core::{
    account::register::Register,
    context::Context,
    id::{AccountId, InvitationId, RoleId, TenantId},
    invitation::{
        Invitation, State,
        invite::{Invite, Reach, Sending},
        revoke::RevokeInvitation,
        send::SendInvitation,
    },
    refusal::Refusal,
};
use membership_testkit::Bed;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use tokio::runtime::Runtime;

use crate::reference::{Link, Outcome, Place, Reference, Step, UNBOUND, WITH_ACCOUNT, Who};

pub(crate) struct System {
    runtime: Runtime,
    world: World,
}

struct World {
    bed: Bed,
    tenants: [TenantId; 2],
    administrators: [AccountId; 2],
    /// What invited people are to be.
    roles: [RoleId; 2],
    people: BTreeMap<Who, AccountId>,
    invitations: BTreeMap<Place, InvitationId>,
}

impl StateMachineTest for System {
    type SystemUnderTest = Self;
    type Reference = Reference;

    fn init_test(_: &Reference) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let world = runtime.block_on(World::new());
        Self { runtime, world }
    }

    fn apply(mut system: Self, reference: &Reference, step: Step) -> Self {
        let outcome = system.runtime.block_on(system.world.take(step));
        assert_eq!(Some(outcome), reference.outcome, "{step:?}");
        system
    }

    fn check_invariants(system: &Self, reference: &<Reference as ReferenceStateMachine>::State) {
        system.runtime.block_on(system.world.agrees_with(reference));
    }
}

impl World {
    async fn new() -> Self {
        let bed = Bed::new().await.unwrap();
        let other = bed.found("Another Ltd", "otto").await.unwrap();
        let mut people = BTreeMap::new();
        for slot in 0..WITH_ACCOUNT {
            people.insert(Who::Person(slot), bed.stranger(&address_of(slot)).await.unwrap());
        }
        let roles = bed.adapter.directory.roles(other.tenant.id).await.unwrap();
        let member = roles.iter().find(|role| role.name.as_str() == "Member").unwrap().id;
        Self {
            tenants: [bed.tenant.id, other.tenant.id],
            administrators: [bed.administrator.id, other.administrator.id],
            roles: [bed.role("Member").await.unwrap(), member],
            people,
            invitations: BTreeMap::new(),
            bed,
        }
    }

    async fn take(&mut self, step: Step) -> Outcome {
        let membership = self.bed.membership.clone();
        let anybody = self.bed.as_anybody();
        match step {
            Step::Invite { place, by_mail, now } => self.invite(place, by_mail, now).await,
            Step::Send { place, foreign } => {
                let (ctx, tenant, invitation) = self.administrator(place, foreign);
                code(membership.send_invitation(&ctx, SendInvitation { tenant, invitation }).await)
            }
            Step::Resend { place, foreign } => {
                let (ctx, tenant, invitation) = self.administrator(place, foreign);
                code(membership.resend_invitation(&ctx, SendInvitation { tenant, invitation }).await)
            }
            Step::Revoke { place, foreign } => {
                let (ctx, tenant, invitation) = self.administrator(place, foreign);
                code(membership.revoke_invitation(&ctx, RevokeInvitation { tenant, invitation }).await)
            }
            Step::Open { place, link } => {
                code(membership.open_invitation(&anybody, &self.token(place, link).await).await)
            }
            Step::Accept { place, link, who } => {
                let token = self.token(place, link).await;
                code(membership.accept_invitation(&self.context(place, who), &token).await)
            }
            Step::Join { place, link, who } => {
                let token = self.token(place, link).await;
                code(membership.join(&self.context(place, who), &token).await)
            }
            Step::Register { place, link } => self.register(place, link).await,
            Step::Reject { place, link } => {
                code(membership.reject_invitation(&anybody, &self.token(place, link).await).await)
            }
            Step::Sweep => code(membership.expire_invitations(&self.bed.as_system(), 1_000).await),
            Step::Wait(micros) => {
                self.bed.clock.advance(TimeDelta::microseconds(micros));
                Ok(())
            }
        }
    }

    async fn invite(&mut self, place: Place, by_mail: bool, now: bool) -> Outcome {
        let address = address_of(place.slot);
        let reach = match (place.slot, by_mail) {
            (UNBOUND, _) => Reach::Link(None),
            (_, true) => Reach::Mail(address),
            (_, false) => Reach::Link(Some(address)),
        };
        let mut person = self.bed.invitee(reach).await.unwrap();
        person.roles = vec![self.roles[place.tenant]];
        let send = if now { Sending::Now } else { Sending::Later };
        let command = Invite { tenant: self.tenants[place.tenant], people: vec![person], send, validity: None };
        let ctx = self.bed.as_account(self.administrators[place.tenant]);
        match self.bed.membership.invite(&ctx, command).await {
            Ok(invited) => {
                self.invitations.insert(place, invited.first().unwrap().invitation.id);
                Ok(())
            }
            Err(refused) => Err(refused.faults().first().map_or(refused.code(), |fault| fault.code)),
        }
    }

    async fn register(&mut self, place: Place, link: Link) -> Outcome {
        let token = self.token(place, link).await;
        let username = (place.slot == UNBOUND).then(|| format!("nameless-{}", place.tenant));
        let command = Register { username, ..self.bed.registration(&token) };
        let registered = self.bed.membership.register(&self.bed.as_anybody(), command).await;
        if let Ok(registered) = &registered {
            let who = if place.slot == UNBOUND { Who::Nameless(place.tenant) } else { Who::Person(place.slot) };
            self.people.insert(who, registered.account.id);
        }
        code(registered)
    }

    /// The administrator of the place's tenant, or the other's, who looks for the invitation in the own tenant.
    fn administrator(&self, place: Place, foreign: bool) -> (Context, TenantId, InvitationId) {
        let tenant = if foreign { 1 - place.tenant } else { place.tenant };
        let ctx = self.bed.as_account(self.administrators[tenant]);
        (ctx, self.tenants[tenant], self.invitations[&place])
    }

    fn context(&self, place: Place, who: Who) -> Context {
        match who {
            Who::Nobody => self.bed.as_anybody(),
            Who::Outsider => self.bed.as_account(self.administrators[1 - place.tenant]),
            Who::Person(_) | Who::Nameless(_) => self.bed.as_account(self.people[&who]),
        }
    }

    async fn token(&self, place: Place, link: Link) -> String {
        let newest = self.invitation(place).await.link();
        let generation = newest.generation;
        self.bed.membership.links().token(&match link {
            Link::Newest => newest,
            Link::Older => membership_core::link::Link { generation: generation.wrapping_sub(1), ..newest },
            Link::Unborn => membership_core::link::Link { generation: generation + 1, ..newest },
            Link::Foreign => membership_core::link::Link { tenant: self.tenants[1 - place.tenant].as_uuid(), ..newest },
        })
    }

    async fn invitation(&self, place: Place) -> Invitation {
        let (tenant, id) = (self.tenants[place.tenant], self.invitations[&place]);
        self.bed.adapter.directory.invitation(tenant, id).await.unwrap().unwrap().invitation
    }

    async fn agrees_with(&self, reference: &Reference) {
        let now = self.bed.clock.now();
        assert!(self.invitations.keys().eq(reference.entries.keys()));
        for (place, entry) in &reference.entries {
            let invitation = self.invitation(*place).await;
            assert_eq!(invitation.stage_at(now), entry.stage(reference.now), "{place:?}");
            assert_eq!(invitation.generation, entry.generation, "{place:?}");
            if let Some(deadline) = invitation.deadline() {
                assert_eq!((deadline - now).num_microseconds(), Some(entry.deadline - reference.now), "{place:?}");
            }
        }
        assert_eq!(self.bed.violations().await.unwrap(), []);
        for tenant in self.tenants {
            self.joined_members_have_one_origin(tenant).await;
        }
    }

    /// Whoever has joined was invited and joined by that one invitation, but for the administrator of the set-up.
    async fn joined_members_have_one_origin(&self, tenant: TenantId) {
        let world = self.bed.world(tenant).await.unwrap();
        for member in world.members.iter().filter(|member| member.account().is_some()) {
            let used = |one: &&Invitation| one.member == member.id && matches!(one.state, State::Joined { .. });
            let origins = world.invitations.iter().filter(used).count();
            assert_eq!(origins, usize::from(member.id != self.bed.member.id), "of member {}", member.id);
        }
    }
}

fn address_of(slot: u8) -> String {
    format!("person-{slot}@example.org")
}

fn code<T>(outcome: Result<T, impl Refusal>) -> Outcome {
    outcome.map(|_| ()).map_err(|refusal| refusal.code())
}
