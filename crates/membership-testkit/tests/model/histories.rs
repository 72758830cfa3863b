//! Random histories: which steps can come next.

use membership_core::{lifecycle::Stage, member::MemberStatus};
use proptest::{prelude::*, sample};
use proptest_state_machine::ReferenceStateMachine;

use crate::{
    reference::{ADMINISTRATORS, Member, Reference},
    step::{Deed, Give, Gives, HOUR, Link, Micros, OPERATOR, ROLE_NAMES, RoleText, Step, UNBOUND, USERNAMES},
};

impl ReferenceStateMachine for Reference {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        let mut steps = vec![
            (4, invite(state)),
            (10, administer(state)),
            (5, roles(state)),
            (5, represent(state)),
            (if state.tenants.iter().any(|tenant| tenant.suspended) { 4 } else { 1 }, operate(state)),
            (2, account(state)),
            (1, Just(Step::Sweep).boxed()),
            (1, Just(Step::Carry).boxed()),
            (2, wait(state)),
        ];
        if state.members.iter().any(|member| member.entry.is_some()) {
            steps.extend([
                (2, by_administrator(state)),
                (2, by_whoever(state)),
                (2, by_somebody(state)),
                (7, onward(state)),
            ]);
        }
        prop::strategy::Union::new_weighted(steps).boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        let outcome = state.take(step);
        state.outcome = Some(outcome);
        state
    }

    fn preconditions(state: &Self, step: &Step) -> bool {
        state.knows(step)
    }
}

fn tenant() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0_usize), 1 => Just(1)]
}

/// Who does something in a tenant: mostly somebody who is in.
fn by(state: &Reference, tenant: usize) -> BoxedStrategy<usize> {
    let anybody = 0..state.accounts.len();
    let here = state.members.iter().filter(|member| member.tenant == tenant && member.status != MemberStatus::Removed);
    let here: Vec<usize> = here.filter_map(|member| member.account).collect();
    let representative = state.members.iter().find(|member| member.tenant == tenant && member.representative);
    let representative = representative.and_then(|member| member.account).unwrap_or(OPERATOR);
    prop_oneof![1 => anybody, 5 => sample::select(here), 4 => Just(representative)].boxed()
}

/// For good, or until some moment; also until just when something else ends, a microsecond before, or after it.
fn end(state: &Reference) -> BoxedStrategy<Option<Micros>> {
    let others = state.members.iter().flat_map(|member| member.grants.values().copied().flatten());
    let others = others.map(|end| end - state.now).filter(|wait| *wait > 1);
    let any = [1, HOUR, 30 * HOUR, 100 * HOUR].into_iter().chain(others.flat_map(|wait| [wait - 1, wait, wait + 1]));
    let ends = prop_oneof![1 => Just(0), 12 => sample::select(any.collect::<Vec<_>>())];
    prop::option::weighted(0.35, ends).boxed()
}

/// What a member holds already, with something more, and perhaps without something.
fn regiven(state: &Reference, member: usize) -> BoxedStrategy<Gives> {
    let Member { tenant, grants, .. } = &state.members[member];
    let held: Gives = grants.iter().map(|(give, end)| (*give, end.map(|end| end - state.now))).collect();
    let more = (0..state.tenants[*tenant].roles.len(), end(state));
    (more, 0..=held.len())
        .prop_map(move |((role, end), without)| {
            let kept = held.iter().enumerate().filter(|(at, _)| *at != without).map(|(_, held)| *held);
            kept.filter(|(give, _)| *give != Give::Role(role)).chain([(Give::Role(role), end)]).collect()
        })
        .boxed()
}

/// Mostly a role, and sometimes something more.
fn gives(state: &Reference, tenant: usize) -> BoxedStrategy<Gives> {
    let roles = state.tenants[tenant].roles.len();
    let role = prop_oneof![4 => 0..roles, 1 => Just(ADMINISTRATORS)].prop_map(Give::Role);
    let permission = (0..17_u8).prop_map(Give::Permission);
    let any = prop_oneof![1 => role.clone(), 2 => permission.clone()];
    let first = (prop_oneof![14 => role, 1 => permission], end(state));
    let more = prop_oneof![3 => Just(Vec::new()), 2 => prop::collection::vec((any, end(state)), 1..=2)];
    let several = (first, more).prop_map(|(first, more)| std::iter::once(first).chain(more).collect());
    prop_oneof![4 => several, 1 => Just(vec![(Give::Role(ADMINISTRATORS), None)])].boxed()
}

fn deed<S>(state: &Reference, make: impl Fn(&Reference, usize) -> S) -> BoxedStrategy<Step>
where
    S: Strategy<Value = Deed> + 'static,
{
    let of = |tenant| {
        let done = (by(state, tenant), make(state, tenant));
        done.prop_map(move |(by, deed)| Step::Do { by, tenant, deed }).boxed()
    };
    let [one, other] = [of(0), of(1)];
    tenant().prop_flat_map(move |tenant| if tenant == 0 { one.clone() } else { other.clone() }).boxed()
}

fn invite(state: &Reference) -> BoxedStrategy<Step> {
    deed(state, |state, tenant| {
        let how = (0..=UNBOUND, prop::bool::weighted(0.7), prop::bool::weighted(0.8), gives(state, tenant));
        how.prop_map(|(slot, by_mail, now, gives)| Deed::Invite { slot, by_mail, now, gives })
    })
}

/// Mostly a member of the tenant.
fn member(state: &Reference, tenant: usize, fits: impl Fn(&Member) -> bool) -> BoxedStrategy<usize> {
    let own: Vec<usize> = (0..state.members.len()).filter(|at| state.members[*at].tenant == tenant).collect();
    let fitting: Vec<usize> = own.iter().copied().filter(|at| fits(&state.members[*at])).collect();
    let fitting = if fitting.is_empty() { own.clone() } else { fitting };
    prop_oneof![1 => 0..state.members.len(), 3 => sample::select(own), 6 => sample::select(fitting)].boxed()
}

/// Something else altogether, or something more.
fn edit(state: &Reference, tenant: usize) -> BoxedStrategy<Deed> {
    let anew = (member(state, tenant, |member| !member.representative), gives(state, tenant));
    let anew = anew.prop_map(|(member, gives)| Deed::Edit { member, gives });
    let fits = |member: &&usize| state.members[**member].tenant == tenant && !state.members[**member].grants.is_empty();
    let own: Vec<usize> = (0..state.members.len()).collect();
    let own = own.iter().filter(fits).copied().collect::<Vec<_>>();
    let more = own
        .into_iter()
        .map(|member| regiven(state, member).prop_map(move |gives| Deed::Edit { member, gives }).boxed());
    prop_oneof![1 => anew, 1 => prop::strategy::Union::new(more)].boxed()
}

fn administer(state: &Reference) -> BoxedStrategy<Step> {
    deed(state, |state, tenant| {
        let some = |status| member(state, tenant, move |member| member.status == status && !member.representative);
        prop_oneof![
            3 => (0..USERNAMES, gives(state, tenant)).prop_map(|(username, gives)| Deed::Add { username, gives }),
            4 => edit(state, tenant),
            2 => some(MemberStatus::Enabled).prop_map(Deed::Disable),
            2 => some(MemberStatus::Disabled).prop_map(Deed::Enable),
            1 => member(state, tenant, |member| !member.representative).prop_map(Deed::Remove),
            1 => Just(Deed::Leave),
        ]
    })
}

fn roles(state: &Reference) -> BoxedStrategy<Step> {
    deed(state, |state, tenant| {
        let count = state.tenants[tenant].roles.len();
        let text = || {
            let permissions = prop::collection::btree_set(0..17_u8, 0..3);
            let text = (0..ROLE_NAMES, permissions, prop::collection::vec(0..count, 0..3));
            text.prop_map(|(name, permissions, includes)| RoleText { name, permissions, includes })
        };
        let custom =
            || prop_oneof![1 => 0..count, 3 => count.min(3)..count.max(4)].prop_map(move |role| role.min(count - 1));
        prop_oneof![
            2 => text().prop_map(Deed::Define),
            3 => (custom(), text()).prop_map(|(role, text)| Deed::EditRole { role, text }),
            1 => custom().prop_map(Deed::DeleteRole),
        ]
    })
}

fn represent(state: &Reference) -> BoxedStrategy<Step> {
    let asked = (0..2_usize).filter_map(|tenant| {
        let nominee = state.tenants[tenant].offer?.nominee;
        let by = state.members[nominee].account?;
        Some(Step::Do { by, tenant, deed: Deed::TakeOver })
    });
    let asked: Vec<Step> = asked.collect();
    let fit = |member: &Member| {
        let administrator = member.grants.get(&Give::Role(ADMINISTRATORS)) == Some(&None);
        administrator && !member.representative && member.status == MemberStatus::Enabled
    };
    let any = deed(state, move |state, tenant| {
        prop_oneof![
            5 => member(state, tenant, fit).prop_map(Deed::Nominate),
            2 => Just(Deed::TakeOver),
            1 => Just(Deed::Decline),
            1 => Just(Deed::Withdraw),
        ]
    });
    if asked.is_empty() { any } else { prop_oneof![1 => any, 1 => sample::select(asked)].boxed() }
}

/// A tenant that is closed is opened before long.
fn operate(state: &Reference) -> BoxedStrategy<Step> {
    let by = prop_oneof![4 => Just(OPERATOR), 1 => Just(1_usize)];
    let closed = state.tenants.iter().position(|tenant| tenant.suspended);
    let any = prop_oneof![2 => Just(Deed::Suspend), 1 => Just(Deed::Resume)];
    let any = (by, tenant(), any).prop_map(|(by, tenant, deed)| Step::Do { by, tenant, deed });
    match closed {
        Some(tenant) => prop_oneof![1 => any, 4 => Just(Step::Do { by: OPERATOR, tenant, deed: Deed::Resume })].boxed(),
        None => any.boxed(),
    }
}

/// Whoever has to sign in anew, or to choose a password, does.
fn account(state: &Reference) -> BoxedStrategy<Step> {
    let outdated = state.accounts.iter().enumerate().filter(|(_, account)| account.session < account.epoch);
    let owing = state.accounts.iter().enumerate().filter(|(_, account)| account.temporary);
    let owing = owing.flat_map(|(account, _)| vec![Step::ChangePassword(account); 3]);
    let steps: Vec<Step> = outdated.map(|(account, _)| Step::SignIn(account)).chain(owing).collect();
    let any = (0..state.accounts.len()).prop_map(Step::SignIn);
    if steps.is_empty() { any.boxed() } else { sample::select(steps).boxed() }
}

/// Somebody who has an invitation.
fn invited(state: &Reference) -> impl Strategy<Value = usize> + use<> {
    let invited = (0..state.members.len()).filter(|member| state.members[*member].entry.is_some());
    sample::select(invited.collect::<Vec<_>>())
}

fn link() -> impl Strategy<Value = Link> {
    prop_oneof![12 => Just(Link::Newest), 2 => Just(Link::Older), 1 => Just(Link::Unborn), 1 => Just(Link::Foreign)]
}

fn by_administrator(state: &Reference) -> BoxedStrategy<Step> {
    let deed = (invited(state), 0..3).prop_map(|(member, verb)| match verb {
        0 => Deed::Send(member),
        1 => Deed::Resend(member),
        _ => Deed::Revoke(member),
    });
    let deed = deed.boxed();
    let anybody = (0..state.accounts.len(), 0..2_usize, deed.clone());
    let anybody = anybody.prop_map(|(by, tenant, deed)| Step::Do { by, tenant, deed });
    let own = {
        let state = state.clone();
        deed.prop_flat_map(move |deed| {
            let tenant = deed.target().map_or(0, |member| state.members[member].tenant);
            by(&state, tenant).prop_map(move |by| Step::Do { by, tenant, deed: deed.clone() })
        })
    };
    prop_oneof![1 => anybody, 4 => own].boxed()
}

fn by_whoever(state: &Reference) -> BoxedStrategy<Step> {
    let step = (invited(state), link(), 0..USERNAMES, 0..3).prop_map(|(member, link, username, verb)| match verb {
        0 => Step::Open { member, link },
        1 => Step::Register { member, link, username },
        _ => Step::Reject { member, link },
    });
    step.boxed()
}

fn by_somebody(state: &Reference) -> BoxedStrategy<Step> {
    let who = prop::option::weighted(0.8, 0..state.accounts.len());
    let step = (invited(state), link(), who, any::<bool>()).prop_map(|(member, link, who, join)| {
        if join { Step::Join { member, link, who } } else { Step::Accept { member, link, who } }
    });
    step.boxed()
}

/// What leads on from where an invitation stands, or the link looked at once more: chance alone rarely gets anybody in.
fn onward(state: &Reference) -> BoxedStrategy<Step> {
    let (state, accounts) = (state.clone(), state.accounts.len());
    let chosen = (invited(&state), 0..accounts, any::<bool>(), 0..USERNAMES);
    let step = chosen.prop_map(move |(member, anybody, signed_in, username)| {
        let own = &state.members[member];
        let owner = own.slot.and_then(|slot| state.accounts.iter().position(|account| account.slot == Some(slot)));
        let who = match (own.slot, signed_in) {
            (None, true) => Some(anybody),
            (Some(_), true) => owner,
            (_, false) => None,
        };
        let tenant = own.tenant;
        let boss = state.members.iter().find(|member| member.tenant == tenant && member.representative);
        let boss = boss.and_then(|boss| boss.account).unwrap_or(OPERATOR);
        let issue = |deed| Step::Do { by: boss, tenant, deed };
        let link = Link::Newest;
        match own.entry.as_ref().map(|entry| entry.stage(state.now)) {
            Some(Stage::Ready) => issue(Deed::Send(member)),
            Some(Stage::Invited) => Step::Accept { member, link, who },
            Some(Stage::Accepted) if who.is_none() => Step::Register { member, link, username },
            Some(Stage::Accepted) => Step::Join { member, link, who },
            Some(Stage::Expired | Stage::Rejected | Stage::Revoked) => issue(Deed::Resend(member)),
            Some(Stage::Joined) | None => Step::Open { member, link },
        }
    });
    step.boxed()
}

/// Aimed one microsecond before, at, or after the end of something: waits of any length would never hit the edge.
fn wait(state: &Reference) -> BoxedStrategy<Step> {
    let ahead: Vec<Micros> = state.moments().into_iter().map(|end| end - state.now).filter(|wait| *wait > 0).collect();
    let anyhow = (0..30 * HOUR).prop_map(Step::Wait);
    if ahead.is_empty() {
        return anyhow.boxed();
    }
    let aimed = (sample::select(ahead), -1..=1_i64).prop_map(|(wait, offset)| Step::Wait(wait + offset));
    prop_oneof![1 => anyhow, 4 => aimed].boxed()
}
