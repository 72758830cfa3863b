//! Races: two who do at the same moment what only one of them may come to.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use chrono::TimeDelta;
use membership_core::{
    account::Account,
    actor::Actor,
    context::Context,
    id::{MemberId, RoleId},
    member::{Member, MemberStatus, edit::Changes, remove::Heirs},
    refusal::Refusal,
    role::{Grant, Permission, assign::Wanted, check::Question, define::RoleOf},
    tenant::representative::Answer,
};

use super::{Outcome, crowd::at_once};
use crate::{
    Adapter, Bed, Failure,
    bed::{PASSWORD, Person, draft},
};

/// Rounds of each race but the one that decides who administers.
const ROUNDS: usize = 20;

/// Rounds of that one.
const DUELS: usize = 200;

/// What one administrator does to another.
#[derive(Debug, Clone, Copy)]
enum Blow {
    Demote,
    Disable,
    Remove,
}

/// Proves: A26 in part. Two administrators demote, disable or remove each other at once: one of them wins, and the other may
/// do nothing any more. A tenant is never without an administrator.
pub(super) async fn two_administrators_against_each_other(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let role = bed.role("Administrator").await?;
    for blow in [Blow::Demote, Blow::Disable, Blow::Remove] {
        for round in 0..DUELS.div_ceil(3) {
            let pair = Arc::new([bed.administrator_more().await?, bed.administrator_more().await?]);
            let done = at_once(2, |number| {
                let (bed, pair) = (bed.clone(), Arc::clone(&pair));
                async move {
                    let [one, other] = pair.as_ref();
                    let (by, against) = if number == 0 { (one, other) } else { (other, one) };
                    strike(&bed, blow, by, &against.member).await
                }
            })
            .await?;
            let [first, second] = done.as_slice() else { return Err("two struck".into()) };
            assert!(first.is_none() != second.is_none(), "{blow:?} in round {round}: {first:?} {second:?}");
            let refused = first.or(*second).unwrap_or_default();
            let told = ["permission-missing", "member-disabled", "session-outdated", "tenant-unknown"];
            assert!(told.contains(&refused), "{blow:?} in round {round}: {refused}");
            let [one, other] = pair.as_ref();
            let (winner, loser) = if first.is_none() { (one, other) } else { (other, one) };
            assert!(is_administrator(&bed, role, winner).await?, "{blow:?} in round {round}: the winner is one");
            assert!(!is_administrator(&bed, role, loser).await?, "{blow:?} in round {round}: the loser is none");
        }
    }
    Ok(())
}

/// What is refused to whoever strikes.
async fn strike(bed: &Bed, blow: Blow, by: &Person, against: &Member) -> Option<&'static str> {
    let (ctx, target) = (bed.as_account(&by.account), bed.target(against));
    match blow {
        Blow::Demote => {
            let members = bed.role("Member").await.ok()?;
            let changes = Changes { assignments: Some(vec![Wanted::role(members)]), ..Changes::default() };
            code(bed.membership.edit_member(&ctx, target, changes).await)
        }
        Blow::Disable => code(bed.membership.disable_member(&ctx, target).await),
        Blow::Remove => code(bed.membership.remove_member(&ctx, target, Heirs::default()).await),
    }
}

/// Whether `person` is an enabled member who holds `role` for good.
async fn is_administrator(bed: &Bed, role: RoleId, person: &Person) -> Result<bool, Failure> {
    let member = bed.stored(person.member.id).await?.ok_or("members are never taken away")?;
    Ok(member.is_enabled() && member.assignments.end_of(&Grant::Role(role), None) == Some(None))
}

/// Proves: A26 in part, I-2 in part. Whoever takes over while others strike at them: either they represent the tenant and
/// nobody can touch them, or they were struck first and do not. All administrators may leave at once; the representative
/// stays.
pub(super) async fn whoever_takes_over_is_an_administrator(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    for round in 0..ROUNDS {
        let (ann, bob) = (bed.administrator_more().await?, bed.administrator_more().await?);
        bed.membership.nominate(&bed.as_administrator(), bed.target(&ann.member)).await?;
        let blow = [Blow::Demote, Blow::Disable, Blow::Remove].into_iter().cycle().nth(round).unwrap_or(Blow::Demote);
        let done = at_once(4, |number| {
            let (bed, ann, bob) = (bed.clone(), ann.clone(), bob.clone());
            let root = Person { member: bed.member.clone(), account: bed.administrator.clone() };
            async move {
                let tenant = bed.tenant.id;
                match number {
                    0 => code(bed.membership.accept_nomination(&bed.as_account(&ann.account), tenant).await),
                    1 => strike(&bed, blow, &bob, &ann.member).await,
                    2 => strike(&bed, blow, &root, &ann.member).await,
                    _ => code(bed.membership.leave(&bed.as_account(&ann.account), tenant, Heirs::default()).await),
                }
            }
        })
        .await?;
        let took_over = done.first().is_some_and(Option::is_none);
        assert_eq!(done.iter().skip(1).all(Option::is_some), took_over, "{blow:?} in round {round}: {done:?}");
        assert_eq!(bed.violations().await?, [], "{blow:?} in round {round}");
        if took_over {
            let root = bed.administrator.clone();
            bed.membership.nominate(&bed.as_account(&ann.account), bed.target(&bed.member)).await?;
            bed.membership.accept_nomination(&bed.as_account(&root), bed.tenant.id).await?;
        }
    }
    Ok(())
}

/// Proves: A29 in part, I-4 in part. Offers are made, replaced, withdrawn and accepted at once: the flag changes hands as
/// often as an offer was accepted, from whoever made it to whoever it was made to.
pub(super) async fn hand_overs_at_once(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (ann, bob) = (bed.administrator_more().await?, bed.administrator_more().await?);
    let root = Person { member: bed.member.clone(), account: bed.administrator.clone() };
    let people = Arc::new([root, ann, bob]);
    for round in 0..ROUNDS {
        let representative = bed.representative().await?;
        let [one, two] = people.iter().filter(|p| p.member.id != representative).collect::<Vec<_>>()[..] else {
            return Err("two others".into());
        };
        let own = people.iter().find(|p| p.member.id == representative).ok_or("an unknown representative")?;
        bed.membership.nominate(&bed.as_account(&own.account), bed.target(&one.member)).await?;
        let done = at_once(5, |number| {
            let (bed, own, one, two) = (bed.clone(), own.clone(), one.clone(), two.clone());
            async move {
                let (tenant, own) = (bed.tenant.id, bed.as_account(&own.account));
                match number {
                    0 => bed.membership.nominate(&own, bed.target(&two.member)).await.is_ok(),
                    1 if round % 2 == 0 => bed.membership.withdraw_nomination(&own, tenant).await.is_ok(),
                    2 | 3 => bed.membership.accept_nomination(&bed.as_account(&two.account), tenant).await.is_ok(),
                    _ => bed.membership.accept_nomination(&bed.as_account(&one.account), tenant).await.is_ok(),
                }
            }
        })
        .await?;
        assert_eq!(bed.violations().await?, [], "round {round}");
        let takes_over = done.iter().zip(0..).filter(|(done, number)| **done && *number != 0);
        let taken = takes_over.filter(|(_, number)| *number != 1 || round % 2 == 1).count();
        assert!(taken <= 1, "round {round}: {done:?}");
        assert_eq!(bed.representative().await? != representative, taken == 1, "round {round}: {done:?}");
    }
    let world = bed.world(bed.tenant.id).await?;
    let changes = world.audit.iter().filter(|record| record.name == "representative.changed").count();
    let accepted = world.nominations.iter().filter(|offer| matches!(offer.answer, Answer::Accepted(_))).count();
    assert_eq!(changes, accepted);
    let waiting = world.nominations.iter().filter(|offer| offer.answer == Answer::None).count();
    assert!(waiting <= 1);
    Ok(())
}

/// A role is deleted while somebody is given it, or while another role begins to include it: one of the two happens.
pub(super) async fn a_role_is_deleted_while_it_is_given(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    for round in 0..ROUNDS {
        let role = bed.define_role(&format!("Guest {round}"), &[], &[]).await?.id;
        let member = bed.holder_of(&["Member"]).await?;
        let done = at_once(2, |number| {
            let (bed, member) = (bed.clone(), member.clone());
            async move {
                let (ctx, tenant) = (bed.as_administrator(), bed.tenant.id);
                match (number, round % 2) {
                    (0, _) => code(bed.membership.delete_role(&ctx, RoleOf { tenant, role }).await),
                    (_, 0) => {
                        let changes = Changes { assignments: Some(vec![Wanted::role(role)]), ..Changes::default() };
                        code(bed.membership.edit_member(&ctx, bed.target(&member), changes).await)
                    }
                    (..) => {
                        let draft = draft(&format!("Including {round}"), &[], &[role]);
                        code(bed.membership.define_role(&ctx, tenant, draft).await)
                    }
                }
            }
        })
        .await?;
        let refused = if round % 2 == 0 { "role-in-use" } else { "role-is-included" };
        let one_of = [[None, Some("invalid-input")], [Some(refused), None]];
        assert!(one_of.iter().any(|one| one.as_slice() == done), "round {round}: {done:?}");
        assert_eq!(bed.violations().await?, [], "round {round}");
    }
    Ok(())
}

/// Whoever edits a member that is being removed comes before, or too late; a removed member holds nothing.
pub(super) async fn an_edit_and_a_removal_at_once(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let members = bed.role("Member").await?;
    for round in 0..ROUNDS {
        let member = bed.holder_of(&[]).await?;
        let done = at_once(2, |number| {
            let (bed, member) = (bed.clone(), member.clone());
            async move {
                let (ctx, target) = (bed.as_administrator(), bed.target(&member));
                if number == round % 2 {
                    let assignments = Some(vec![Wanted::role(members)]);
                    let changes = Changes { name: Some("Edited".into()), assignments, ..Changes::default() };
                    code(bed.membership.edit_member(&ctx, target, changes).await)
                } else {
                    code(bed.membership.remove_member(&ctx, target, Heirs::default()).await)
                }
            }
        })
        .await?;
        let edited = done.get(round % 2).copied().flatten();
        assert!([None, Some("member-removed")].contains(&edited), "round {round}: {done:?}");
        assert_eq!(done.iter().filter(|one| one.is_some()).count(), usize::from(edited.is_some()));
        let stored = bed.stored(member.id).await?.ok_or("it is gone altogether")?;
        assert_eq!((stored.status(), stored.assignments.is_empty()), (MemberStatus::Removed, true));
        assert_eq!(stored.name.as_str() == "Edited", edited.is_none(), "round {round}");
    }
    Ok(())
}

/// Ten remove one member at once, who holds something: one does, with one hand-over; the others are told.
pub(super) async fn a_member_is_removed_once(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let member = bed.holder_of(&["Member"]).await?;
    bed.custodian().put(member.id, "files", 2);
    let done = at_once(10, |_| {
        let (bed, member) = (bed.clone(), member.clone());
        async move {
            let heirs = Heirs::everything_to(bed.member.id);
            code(bed.membership.remove_member(&bed.as_administrator(), bed.target(&member), heirs).await)
        }
    })
    .await?;
    assert_eq!(done.iter().filter(|refused| refused.is_none()).count(), 1);
    assert!(done.iter().flatten().all(|refused| *refused == "member-removed"), "{done:?}");
    let world = bed.snapshot().await?;
    let records = world.audit.iter().filter(|record| record.name == "member.removed").count();
    assert_eq!((records, world.transfers.len()), (1, 1));
    let done = at_once(4, |_| {
        let bed = bed.clone();
        async move { bed.carry().await }
    })
    .await?;
    done.into_iter().collect::<Result<Vec<_>, _>>()?;
    let transfers = bed.snapshot().await?.transfers;
    assert!(transfers.iter().all(|transfer| transfer.due_at().is_none()), "{transfers:?}");
    assert_eq!(bed.custodian().held_by(bed.member.id), [("files".to_owned(), 2)].into());
    Ok(())
}

/// Proves: I-34 in part. Whoever signs in while being shut out: nothing that was begun before is answered once the
/// disabling has, nor, if it began before, once the member is enabled again.
pub(super) async fn disabling_and_signing_in_at_once(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.added("ann", &["Member"]).await?;
    for round in 0..ROUNDS {
        // Nobody signs in oftener than is let through.
        bed.clock.advance(TimeDelta::minutes(1));
        let done = at_once(4, |number| {
            let (bed, ann) = (bed.clone(), ann.clone());
            async move {
                if number == round % 4 {
                    bed.membership.disable_member(&bed.as_administrator(), bed.target(&ann.member)).await?;
                    return Ok::<_, Failure>(None);
                }
                sign_in(&bed).await.map(Some)
            }
        })
        .await?;
        let sessions: Vec<Context> = done.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
        assert_eq!(sessions.len(), 3);
        for session in &sessions {
            let refused = code(bed.membership.tenant(session, bed.tenant.id).await);
            assert_eq!(refused, Some("member-disabled"), "round {round}");
        }
        let enabled = bed.membership.enable_member(&bed.as_administrator(), bed.target(&ann.member)).await?;
        for session in &sessions {
            let Actor::Account(principal) = session.actor else { return Err("nobody is signed in".into()) };
            let old = (principal.epoch < enabled.epoch).then_some("session-outdated");
            assert_eq!(code(bed.membership.tenant(session, bed.tenant.id).await), old, "round {round}");
        }
        let fresh = sign_in(&bed).await?;
        assert_eq!(code(bed.membership.tenant(&fresh, bed.tenant.id).await), None, "round {round}");
    }
    Ok(())
}

/// Proves: I-34 in part, A49 in part. Of 200 requests at once none succeeds that was made after the disabling had answered.
pub(super) async fn no_request_succeeds_after_the_disabling(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let question = Question { member: None, permission: Permission::MEMBERS_READ, department: None };
    let (answered, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let done = at_once(200, |number| {
        let (bed, ann, question) = (bed.clone(), ann.clone(), question.clone());
        let (answered, seen) = (Arc::clone(&answered), Arc::clone(&seen));
        async move {
            let ctx = bed.as_account(&ann.account);
            if number == 0 {
                // Not before some have been let in.
                while seen.load(Ordering::SeqCst) < 20 {
                    tokio::task::yield_now().await;
                }
                bed.membership.disable_member(&bed.as_administrator(), bed.target(&ann.member)).await?;
                answered.store(true, Ordering::SeqCst);
            }
            loop {
                let too_late = answered.load(Ordering::SeqCst);
                let refused = code(bed.membership.check(&ctx, bed.tenant.id, &question).await);
                if refused.is_none() {
                    assert!(!too_late, "a request succeeded after the disabling had answered");
                    seen.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                } else {
                    return Ok::<_, Failure>(refused);
                }
            }
        }
    })
    .await?;
    for refused in done {
        assert_eq!(refused?, Some("member-disabled"));
    }
    Ok(())
}

async fn sign_in(bed: &Bed) -> Result<Context, Failure> {
    Ok(bed.as_signed_in(&bed.sign_in("ann", PASSWORD).await?))
}

/// Ten add somebody by the same username at once: one does, and the others are told that it is taken.
pub(super) async fn one_of_ten_additions_has_the_username(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let command = bed.addition("ann", &["Member"]).await?;
    let done = at_once(10, |_| {
        let (bed, command) = (bed.clone(), command.clone());
        async move { code(bed.membership.add_member(&bed.as_administrator(), command).await) }
    })
    .await?;
    assert_eq!(done.iter().filter(|refused| refused.is_none()).count(), 1);
    assert!(done.iter().flatten().all(|refused| *refused == "username-taken"), "{done:?}");
    let world = bed.snapshot().await?;
    assert_eq!((world.members.len(), world.accounts.len()), (2, 2));
    Ok(())
}

impl Bed {
    /// Another administrator, who is not the representative.
    async fn administrator_more(&self) -> Result<Person, Failure> {
        let member = self.holder_of(&["Administrator"]).await?;
        let account: Account = self.account(member.account().ok_or("no account")?).await?;
        Ok(Person { member, account })
    }

    async fn representative(&self) -> Result<MemberId, Failure> {
        let mut tx = self.adapter.store.begin(membership_core::store::Scope::Tenant(self.tenant.id)).await?;
        Ok(tx.representative().await?.ok_or("there is no representative")?.id)
    }
}

fn code<T>(outcome: Result<T, impl Refusal>) -> Option<&'static str> {
    outcome.err().map(|refusal| refusal.code())
}
