use chrono::TimeDelta;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const STEP: TimeDelta = TimeDelta::microseconds(1);

fn moment(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + secs, 0).unwrap()
}

fn ready() -> Invitation {
    Invitation {
        id: InvitationId::from_uuid(Uuid::from_u128(1)),
        tenant: TenantId::from_uuid(Uuid::from_u128(2)),
        member: MemberId::from_uuid(Uuid::from_u128(3)),
        inviter: Inviter::Member(MemberId::from_uuid(Uuid::from_u128(4))),
        channel: Channel::Link(None),
        generation: 0,
        validity: Validity::THREE_DAYS,
        created_at: moment(0),
        sent_at: None,
        opened_at: None,
        state: State::Ready,
    }
}

fn account() -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(5))
}

/// An invitation that is in `stage` at every moment from `moment(10)` to `moment(20)`.
fn in_stage(stage: Stage) -> Invitation {
    let invited = ready().send(ready().inviter, moment(1)).unwrap();
    let accepted = invited.clone().accept(None, Validity::ONE_DAY, moment(2)).unwrap().unwrap();
    match stage {
        Stage::Ready => ready(),
        Stage::Invited => invited,
        Stage::Accepted => accepted,
        Stage::Joined => accepted.join(account(), moment(3)).unwrap(),
        Stage::Rejected => invited.reject(moment(3)).unwrap(),
        Stage::Revoked => invited.revoke(moment(3)).unwrap(),
        Stage::Expired => Invitation { state: State::Expired { at: moment(3) }, ..invited },
    }
}

/// What `command` makes of `invitation`: the state it is in afterwards, or the refusal.
fn apply(invitation: Invitation, command: Command, now: DateTime<Utc>) -> Result<Invitation, Closed> {
    let unchanged = invitation.clone();
    let inviter = invitation.inviter;
    match command {
        Command::Send => invitation.send(inviter, now),
        Command::Resend => invitation.resend(inviter, now),
        Command::Accept => Ok(invitation.accept(None, Validity::ONE_DAY, now)?.unwrap_or(unchanged)),
        Command::Join => invitation.join(account(), now),
        Command::Reject => invitation.reject(now),
        Command::Revoke => invitation.revoke(now),
        Command::Expire => Ok(invitation.expire(now)?.unwrap_or(unchanged)),
    }
}

/// Proves X-1 in part, and X-2: every state and every command, and what the table says of them is what happens.
#[test]
fn every_cell_of_the_table_is_what_happens() {
    for stage in Stage::ALL {
        for command in Command::ALL {
            let before = in_stage(stage);
            assert_eq!(before.stage_at(moment(10)), stage);
            let after = apply(before.clone(), command, moment(10));
            match invitation_cell(stage, command) {
                Cell::To(to) => assert_eq!(after.unwrap().stage_at(moment(10)), to, "{stage:?} {command:?}"),
                Cell::Stays => assert_eq!(after, Ok(before), "{stage:?} {command:?}"),
                Cell::No(closed) => assert_eq!(after, Err(closed), "{stage:?} {command:?}"),
            }
        }
    }
}

/// Proves ORG-20: valid at t < issued + 72 h, and no longer at that very moment.
#[test]
fn an_invitation_is_open_for_72_hours_exactly() {
    let invited = ready().send(ready().inviter, moment(0)).unwrap();
    let end = moment(72 * 3_600);
    assert_eq!(invited.stage_at(end - STEP), Stage::Invited);
    assert_eq!(invited.stage_at(end), Stage::Expired);
    assert!(invited.clone().accept(None, Validity::ONE_DAY, end - STEP).is_ok());
    assert_eq!(invited.accept(None, Validity::ONE_DAY, end), Err(Closed::Expired));
}

/// Proves ORG-36: accepted in time, there are 24 hours to finish, and at their end it is expired too.
#[test]
fn the_enrolment_window_runs_from_acceptance() {
    let invited = ready().send(ready().inviter, moment(0)).unwrap();
    let at = moment(72 * 3_600) - STEP;
    let accepted = invited.accept(None, Validity::ONE_DAY, at).unwrap().unwrap();
    let end = at + TimeDelta::hours(24);
    assert!(accepted.clone().join(account(), end - STEP).is_ok());
    assert_eq!(accepted.join(account(), end), Err(Closed::Expired));
}

/// Proves ORG-21, and I-25 in part: a new link has the full time again, and its generation is the next.
#[test]
fn a_new_link_begins_anew() {
    for stage in [Stage::Invited, Stage::Accepted, Stage::Expired, Stage::Rejected, Stage::Revoked] {
        let before = in_stage(stage);
        let after = before.clone().resend(before.inviter, moment(10)).unwrap();
        assert_eq!(after.generation, before.generation + 1);
        assert_eq!(after.deadline(), Some(moment(10 + 72 * 3_600)));
        assert_eq!(after.opened_at, None);
    }
}

proptest! {
    /// Proves I-24: joined is final, and the generation never goes back, whatever is done in whatever order.
    #[test]
    fn histories_keep_what_is_final(
        commands in prop::collection::vec((0..Command::ALL.len(), -1_i64..=1), 1..40)
    ) {
        let mut invitation = ready();
        let mut now = moment(0);
        for (command, aim) in commands {
            // Uniform waits miss what happens one step before, at and after a deadline; these are aimed at it.
            now = invitation.deadline().map_or(now, |end| now.max(end + STEP * i32::try_from(aim).unwrap()));
            let before = invitation.clone();
            if let Ok(after) = apply(invitation.clone(), Command::ALL[command], now) {
                invitation = after;
            }
            prop_assert!(invitation.generation >= before.generation);
            prop_assert!(before.stage_at(now) != Stage::Joined || invitation == before);
            prop_assert_eq!(invitation.sent_at.is_some(), invitation.generation > 0);
        }
    }
}
