//! Random histories: which steps can come next.

use membership_core::lifecycle::Stage;
use proptest::{prelude::*, sample};
use proptest_state_machine::ReferenceStateMachine;

use crate::reference::{HOUR, Link, Micros, Place, Reference, Step, UNBOUND, Who};

impl ReferenceStateMachine for Reference {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self::default()).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Step> {
        if state.entries.is_empty() {
            return invite().boxed();
        }
        prop_oneof![
            3 => invite(),
            3 => by_administrator(state),
            3 => by_whoever(state),
            4 => by_somebody(state),
            8 => onward(state),
            1 => Just(Step::Sweep),
            2 => wait(state),
        ]
        .boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        let outcome = state.take(*step);
        state.outcome = Some(outcome);
        state
    }

    /// What shrinking may leave behind: a step about an entry or a person that is not there (any more).
    fn preconditions(state: &Self, step: &Step) -> bool {
        match step {
            Step::Invite { place, .. } => place.slot < UNBOUND || !state.entries.contains_key(place),
            Step::Sweep => true,
            Step::Wait(micros) => *micros >= 0,
            Step::Send { place, .. }
            | Step::Resend { place, .. }
            | Step::Revoke { place, .. }
            | Step::Open { place, .. }
            | Step::Register { place, .. }
            | Step::Reject { place, .. } => state.entries.contains_key(place),
            Step::Accept { place, who, .. } | Step::Join { place, who, .. } => {
                state.entries.contains_key(place) && state.is_there(*who)
            }
        }
    }
}

fn invite() -> impl Strategy<Value = Step> {
    let place = (0..2_usize, 0..=UNBOUND).prop_map(|(tenant, slot)| Place { tenant, slot });
    (place, prop::bool::weighted(0.7), prop::bool::weighted(0.8)).prop_map(|(place, by_mail, now)| Step::Invite {
        place,
        by_mail: by_mail && place.slot < UNBOUND,
        now,
    })
}

fn place(state: &Reference) -> impl Strategy<Value = Place> + use<> {
    sample::select(state.entries.keys().copied().collect::<Vec<_>>())
}

fn link() -> impl Strategy<Value = Link> {
    prop_oneof![12 => Just(Link::Newest), 2 => Just(Link::Older), 1 => Just(Link::Unborn), 1 => Just(Link::Foreign)]
}

/// Everybody who can be signed in, and nobody.
fn who(state: &Reference) -> impl Strategy<Value = Who> + use<> {
    let people = (0..UNBOUND).map(Who::Person);
    let others = [Who::Nobody, Who::Outsider, Who::Nameless(0), Who::Nameless(1)];
    sample::select(others.into_iter().chain(people).filter(|who| state.is_there(*who)).collect::<Vec<_>>())
}

fn by_administrator(state: &Reference) -> impl Strategy<Value = Step> + use<> {
    (place(state), prop::bool::weighted(0.1), 0..3).prop_map(|(place, foreign, verb)| match verb {
        0 => Step::Send { place, foreign },
        1 => Step::Resend { place, foreign },
        _ => Step::Revoke { place, foreign },
    })
}

fn by_whoever(state: &Reference) -> impl Strategy<Value = Step> + use<> {
    (place(state), link(), 0..3).prop_map(|(place, link, verb)| match verb {
        0 => Step::Open { place, link },
        1 => Step::Register { place, link },
        _ => Step::Reject { place, link },
    })
}

fn by_somebody(state: &Reference) -> impl Strategy<Value = Step> + use<> {
    (place(state), link(), who(state), any::<bool>()).prop_map(|(place, link, who, join)| {
        if join { Step::Join { place, link, who } } else { Step::Accept { place, link, who } }
    })
}

/// What leads on from where an invitation stands, or the link looked at once more: chance alone rarely gets anybody in.
fn onward(state: &Reference) -> impl Strategy<Value = Step> + use<> {
    let state = state.clone();
    (place(&state), who(&state), any::<bool>()).prop_map(move |(place, who, signed_in)| {
        let own = Who::Person(place.slot);
        let who = match (place.slot, signed_in) {
            (UNBOUND, true) => who,
            (_, true) if state.is_there(own) => own,
            _ => Who::Nobody,
        };
        let link = Link::Newest;
        match state.entries.get(&place).map(|entry| entry.stage(state.now)) {
            Some(Stage::Ready) => Step::Send { place, foreign: false },
            Some(Stage::Invited) => Step::Accept { place, link, who },
            Some(Stage::Accepted) if who == Who::Nobody => Step::Register { place, link },
            Some(Stage::Accepted) => Step::Join { place, link, who },
            Some(Stage::Expired | Stage::Rejected | Stage::Revoked) => Step::Resend { place, foreign: false },
            Some(Stage::Joined) | None => Step::Open { place, link },
        }
    })
}

/// Aimed one microsecond before, at, or after a deadline: waits of any length would never hit the edge.
fn wait(state: &Reference) -> BoxedStrategy<Step> {
    let open = state.entries.values().filter(|entry| matches!(entry.written, Stage::Invited | Stage::Accepted));
    let ahead: Vec<Micros> = open.map(|entry| entry.deadline - state.now).filter(|wait| *wait > 0).collect();
    let anyhow = (0..30 * HOUR).prop_map(Step::Wait);
    if ahead.is_empty() {
        return anyhow.boxed();
    }
    let aimed = (sample::select(ahead), -1..=1_i64).prop_map(|(wait, offset)| Step::Wait(wait + offset));
    prop_oneof![1 => anyhow, 4 => aimed].boxed()
}
