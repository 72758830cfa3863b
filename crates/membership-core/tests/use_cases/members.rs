//! Direct add, edit, disable, enable, bulk.

use chrono::TimeDelta;
use membership_core::{
    account::change_password::ChangePassword,
    actor::Actor,
    directory::{MemberFilter, Page},
    invitation::{Subject, invite::Reach},
    lifecycle::Stage,
    member::{
        MemberStatus,
        add::AddMember,
        bulk::{BulkAction, BulkDone},
        edit::Changes,
        reach::Target,
        remove::Heirs,
    },
    ports::Secret,
    refusal::Refusal as _,
    role::assign::Wanted,
    search::Query,
};
use membership_testkit::{
    Bed, Failure,
    bed::{PASSWORD, TEMPORARY},
};

use crate::{code, holding};

/// Proves ORG-13 in its decision: enabled at once, with a temporary password that opens nothing but its own change.
#[tokio::test]
async fn a_temporary_password_opens_one_door() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let command = AddMember { email: Some("ann@example.org".into()), ..bed.addition("ann", &["Member"]).await? };
    let member = bed.membership.add_member(&bed.as_administrator(), command).await?;
    assert_eq!(member.status(), MemberStatus::Enabled);
    let first = bed.sign_in("ann", TEMPORARY).await?;
    let ann = bed.as_account(&first.account);
    assert_eq!(code(bed.membership.tenant(&ann, bed.tenant.id).await), "password-change-required");
    assert_eq!(code(bed.membership.leave(&ann, bed.tenant.id, Heirs::default()).await), "password-change-required");

    let change = |current: &str, new: &str| ChangePassword { current: Secret::new(current), new: Secret::new(new) };
    let refused = bed.membership.change_password(&ann, change("something else", PASSWORD)).await;
    assert_eq!(code(refused), "password-wrong");
    assert_eq!(code(bed.membership.change_password(&ann, change(TEMPORARY, TEMPORARY)).await), "password-unchanged");
    assert_eq!(code(bed.membership.change_password(&ann, change(TEMPORARY, "short")).await), "password-too-short");

    let changed = bed.membership.change_password(&ann, change(TEMPORARY, PASSWORD)).await?;
    assert!(bed.membership.session(&ann, &first.key).await?.is_none(), "every older session is over");
    assert!(bed.membership.session(&ann, &changed.key).await?.is_some());
    bed.membership.tenant(&bed.as_account(&changed.account), bed.tenant.id).await?;
    Ok(())
}

#[tokio::test]
async fn a_direct_add_is_refused_with_its_reason() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let manager = bed.manager().await?;
    let ctx = bed.as_account(&manager.account);
    let add = |command: AddMember| bed.membership.add_member(&ctx, command);
    let good = bed.addition("ann", &["Member"]).await?;
    assert_eq!(code(add(AddMember { username: "root".into(), ..good.clone() }).await), "username-taken");
    assert_eq!(code(add(AddMember { username: "a b".into(), ..good.clone() }).await), "username-malformed");
    assert_eq!(code(add(AddMember { assignments: vec![], ..good.clone() }).await), "roles-missing");
    assert_eq!(code(add(AddMember { name: " ".into(), ..good.clone() }).await), "name-empty");
    assert_eq!(code(add(AddMember { password: Secret::new("short"), ..good.clone() }).await), "password-too-short");
    let taken = AddMember { email: Some("root@example.org".into()), ..good.clone() };
    assert_eq!(code(add(taken).await), "address-already-member");
    let above = bed.addition("ann", &["Administrator"]).await?;
    assert_eq!(code(add(above).await), "grant-exceeds-own");
    let ann = add(good).await?;
    let plain = bed.account(ann.account().expect("an account")).await?;
    let change = ChangePassword { current: Secret::new(TEMPORARY), new: Secret::new(PASSWORD) };
    let plain = bed.membership.change_password(&bed.as_account(&plain), change).await?.account;
    let bob = bed.addition("bob", &["Member"]).await?;
    assert_eq!(code(bed.membership.add_member(&bed.as_account(&plain), bob).await), "permission-missing");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Proves ORG-42, ORG-43 and I-34 in part: disabling shuts out at once and keeps everything; enabling restores it, but not
/// the sessions from before.
#[tokio::test]
async fn disabling_ends_what_is_signed_in_for_good() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let before = bed.as_account(&ann.account);
    bed.membership.members(&before, bed.tenant.id, MemberFilter::default(), page()).await?;
    let disabled = bed.membership.disable_member(&bed.as_administrator(), bed.target(&ann.member)).await?;
    assert_eq!((disabled.status(), &disabled.assignments), (MemberStatus::Disabled, &ann.member.assignments));
    let list = || bed.membership.members(&before, bed.tenant.id, MemberFilter::default(), page());
    let refused = list().await.expect_err("shut out");
    assert!(["member-disabled", "session-outdated"].contains(&refused.code()), "{refused}");
    let again = bed.membership.disable_member(&bed.as_administrator(), bed.target(&ann.member)).await;
    assert_eq!(code(again), "member-already-disabled");

    bed.membership.enable_member(&bed.as_administrator(), bed.target(&ann.member)).await?;
    assert_eq!(code(list().await), "session-outdated");
    let fresh = bed.sign_in("ann", PASSWORD).await?;
    let principal = fresh.account.principal(&fresh.session);
    let ctx = membership_core::context::Context { actor: Actor::Account(principal), ..bed.as_anybody() };
    assert_eq!(bed.membership.members(&ctx, bed.tenant.id, MemberFilter::default(), page()).await?.rows.len(), 2);
    let again = bed.membership.enable_member(&bed.as_administrator(), bed.target(&ann.member)).await;
    assert_eq!(code(again), "member-already-enabled");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Proves I-18 in part: being shut out of one tenant changes nothing in another; the same session goes on there.
#[tokio::test]
async fn disabling_here_changes_nothing_there() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.join("ann@example.org").await?;
    let other = bed.found("Other", "olga").await?;
    let olga = bed.as_account(&other.administrator);
    let access = bed.membership.access(&olga, other.tenant.id).await?;
    let member = access.roles.iter().find(|role| role.name.as_str() == "Member").expect("a role");
    let mut command = bed.invitation_to("ann@example.org").await?;
    command.tenant = other.tenant.id;
    command.people[0].assignments = vec![Wanted::role(member.id)];
    let invited = bed.membership.invite(&olga, command).await?.remove(0);
    let token = bed.token(&invited.invitation.expect("an invitation"));
    let session = bed.as_account(&ann.account);
    bed.membership.accept_invitation(&session, &token).await?;
    bed.membership.join(&session, &token).await?;

    bed.membership.disable_member(&bed.as_administrator(), bed.target(&ann.member)).await?;
    bed.membership.tenant(&session, other.tenant.id).await?;
    assert!(bed.membership.tenant(&session, bed.tenant.id).await.is_err());
    bed.membership.enable_member(&bed.as_administrator(), bed.target(&ann.member)).await?;
    bed.membership.tenant(&session, other.tenant.id).await?;
    assert_eq!(code(bed.membership.tenant(&session, bed.tenant.id).await), "session-outdated");
    Ok(())
}

/// Proves A24, A25, A28, TEN-3, TEN-8 and TEN-23 in their decision: nobody acts on the own entry, on the representative,
/// or on somebody who holds more; and whoever tries changes nothing.
#[tokio::test]
async fn who_is_above_is_out_of_reach() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let manager = bed.manager().await?;
    let second = bed.added("second", &["Administrator"]).await?;
    let ctx = bed.as_account(&manager.account);
    for (target, expected) in [
        (&manager.member, "member-is-self"),
        (&bed.member, "member-is-representative"),
        (&second.member, "member-above-own"),
    ] {
        let target = bed.target(target);
        let rename = Changes { name: Some("Mallory".into()), ..Changes::default() };
        assert_eq!(code(bed.membership.disable_member(&ctx, target).await), expected);
        assert_eq!(code(bed.membership.enable_member(&ctx, target).await), expected);
        assert_eq!(code(bed.membership.edit_member(&ctx, target, rename).await), expected);
        assert_eq!(code(bed.membership.remove_member(&ctx, target, Heirs::default()).await), expected);
        assert_eq!(code(bed.membership.holdings(&ctx, target).await), expected);
    }
    let unknown = Target { tenant: bed.tenant.id, member: membership_core::id::MemberId::from_uuid(uuid::Uuid::nil()) };
    assert_eq!(code(bed.membership.disable_member(&ctx, unknown).await), "member-unknown");
    // Administrators among themselves hold the same: either may act on the other, and the representative stays.
    bed.membership.disable_member(&bed.as_account(&second.account), bed.target(&manager.member)).await?;
    let refused = bed.membership.disable_member(&bed.as_account(&second.account), bed.target(&bed.member)).await;
    assert_eq!(code(refused), "member-is-representative");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Proves ORG-32 in part and I-7: name, address and roles are changed, and nobody gives what they do not hold.
#[tokio::test]
async fn an_edit_gives_no_more_than_the_editor_holds() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let manager = bed.manager().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let ctx = bed.as_account(&manager.account);
    let target = bed.target(&ann.member);
    let changes = Changes { name: Some("Ann Other".into()), email: Some("a@example.org".into()), ..Changes::default() };
    let edited = bed.membership.edit_member(&ctx, target, changes).await?;
    assert_eq!(
        (edited.name.as_str(), edited.email.as_ref().map(membership_core::email::EmailAddress::as_str)),
        ("Ann Other", Some("a@example.org"))
    );

    let roles = [bed.role("Member").await?, bed.role("Administrator").await?].map(Wanted::role);
    assert_eq!(code(bed.membership.edit_member(&ctx, target, holding(roles.to_vec())).await), "grant-exceeds-own");
    let single = vec![roles[0].clone(), crate::single("membership:tenant.manage")];
    assert_eq!(code(bed.membership.edit_member(&ctx, target, holding(single)).await), "grant-exceeds-own");
    assert_eq!(code(bed.membership.edit_member(&ctx, target, holding(vec![])).await), "roles-missing");
    let unknown = vec![roles[0].clone(), crate::single("no:such.thing")];
    assert_eq!(code(bed.membership.edit_member(&ctx, target, holding(unknown)).await), "permission-unknown");
    let twice = vec![roles[0].clone(), roles[0].clone()];
    assert_eq!(code(bed.membership.edit_member(&ctx, target, holding(twice)).await), "assignment-repeated");
    let past = Wanted { until: Some(bed.clock.now()), ..roles[0].clone() };
    assert_eq!(code(bed.membership.edit_member(&ctx, target, holding(vec![past])).await), "end-has-passed");
    let taken = Changes { email: Some("ROOT@example.org".into()), ..Changes::default() };
    assert_eq!(code(bed.membership.edit_member(&ctx, target, taken).await), "address-already-member");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Proves I-7 in part: who holds something until a day gives it until that day at the longest.
#[tokio::test]
async fn nobody_gives_for_longer_than_they_hold() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let manager = bed.added("temp", &["Member"]).await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let role = bed.role("Member manager").await?;
    let end = bed.clock.now() + TimeDelta::days(7);
    let until = |until| Wanted { until, ..Wanted::role(role) };
    let own = bed.role("Member").await?;
    let given = holding(vec![Wanted::role(own), until(Some(end))]);
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&manager.member), given).await?;
    let give = |until: Wanted| {
        let changes = holding(vec![Wanted::role(own), until]);
        async { bed.membership.edit_member(&bed.as_account(&manager.account), bed.target(&ann.member), changes).await }
    };
    assert_eq!(code(give(until(None)).await), "grant-exceeds-own");
    assert_eq!(code(give(until(Some(end + TimeDelta::microseconds(1)))).await), "grant-exceeds-own");
    give(until(Some(end))).await?;
    bed.clock.set(end);
    let after = bed.membership.disable_member(&bed.as_account(&manager.account), bed.target(&ann.member)).await;
    assert_eq!(code(after), "permission-missing");
    Ok(())
}

/// A person who was invited by mail and gets another address is written to there; the link that was out is dead.
#[tokio::test]
async fn another_address_moves_the_invitation() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let asked = bed.invite("ann@example.org").await?;
    let old = bed.token(&asked.invitation);
    let target = bed.target(&asked.member);
    let edit = |email: &str| {
        let changes = Changes { email: Some(email.to_owned()), ..Changes::default() };
        async { bed.membership.edit_member(&bed.as_administrator(), target, changes).await }
    };
    assert_eq!(code(edit("").await), "address-needed");
    edit("other@example.org").await?;
    assert_eq!(code(bed.membership.accept_invitation(&bed.as_anybody(), &old).await), "link-superseded");
    let world = bed.world(bed.tenant.id).await?;
    let moved = world.invitations.iter().find(|invitation| invitation.id == asked.invitation.id).expect("it");
    assert_eq!(
        (moved.generation, moved.address().map(membership_core::email::EmailAddress::as_str)),
        (2, Some("other@example.org"))
    );
    let waiting: Vec<_> = world.outbox.iter().filter(|(_, _, delivery)| delivery.as_str() == "queued").collect();
    assert_eq!(waiting.iter().map(|(_, mail, _)| mail.to.as_str()).collect::<Vec<_>>(), ["other@example.org"]);
    bed.membership.accept_invitation(&bed.as_anybody(), &bed.token(moved)).await?;
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// Whoever changes what an invitation grants answers for it from then on: it is held, or not, by that member's authority.
#[tokio::test]
async fn who_changes_what_is_granted_answers_for_it() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let manager = bed.manager().await?;
    let mut command = bed.invitation_to("ann@example.org").await?;
    command.people[0].reach = Reach::Mail("ann@example.org".into());
    let invited = bed.membership.invite(&bed.as_account(&manager.account), command).await?.remove(0);
    let more = holding(vec![Wanted::role(bed.role("Administrator").await?)]);
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&invited.member), more).await?;
    let token = bed.token(&invited.invitation.expect("an invitation"));
    bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
    let audit = bed.world(bed.tenant.id).await?.audit;
    assert!(audit.iter().any(|record| record.name == "invitation.vouched"));
    Ok(())
}

/// Proves ORG-35 in part: only who has not joined is invited again.
#[tokio::test]
async fn only_who_has_not_joined_is_invited_again() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let asked = bed.invite("bob@example.org").await?;
    let joined = bed.membership.reinvite_member(&bed.as_administrator(), bed.target(&ann.member)).await;
    assert_eq!(code(joined), "invitation-joined");
    let issued = bed.membership.reinvite_member(&bed.as_administrator(), bed.target(&asked.member)).await?;
    assert_eq!(issued.invitation.generation, 2);
    bed.membership.remove_member(&bed.as_administrator(), bed.target(&asked.member), Heirs::default()).await?;
    let gone = bed.membership.reinvite_member(&bed.as_administrator(), bed.target(&asked.member)).await;
    assert_eq!(code(gone), "member-removed");
    let subject = Subject { tenant: bed.tenant.id, invitation: asked.invitation.id };
    let direct = bed.membership.resend_invitation(&bed.as_administrator(), subject).await;
    assert_eq!(code(direct), "member-removed");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}

/// The same to many: each by itself, with a result for each, in the order asked.
#[tokio::test]
async fn many_at_once_have_a_result_each() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let asked = bed.invite("bob@example.org").await?;
    let all = [bed.member.id, ann.member.id, asked.member.id];
    let results = outcomes(&bed, &all, &BulkAction::Disable).await?;
    assert_eq!(results, ["member-is-self", "changed", "member-not-joined"]);
    assert_eq!(outcomes(&bed, &all, &BulkAction::Enable).await?, ["member-is-self", "changed", "member-not-joined"]);
    assert_eq!(outcomes(&bed, &all, &BulkAction::Reinvite).await?, ["invitation-joined", "invitation-joined", "again"]);
    let heirs = Heirs::everything_to(bed.member.id);
    assert_eq!(outcomes(&bed, &all, &BulkAction::Remove(heirs)).await?, ["member-is-self", "removed", "removed"]);
    let none = bed.membership.bulk(&bed.as_administrator(), bed.tenant.id, &[], &BulkAction::Enable).await;
    assert_eq!(code(none), "members-missing");
    let many = vec![bed.member.id; 201];
    let many = bed.membership.bulk(&bed.as_administrator(), bed.tenant.id, &many, &BulkAction::Enable).await;
    assert_eq!(code(many), "members-too-many");
    Ok(())
}

async fn outcomes(
    bed: &Bed,
    members: &[membership_core::id::MemberId],
    action: &BulkAction,
) -> Result<Vec<&'static str>, Failure> {
    let results = bed.membership.bulk(&bed.as_administrator(), bed.tenant.id, members, action).await?;
    Ok(results
        .into_iter()
        .map(|(_, result)| match result {
            Ok(BulkDone::Changed(_)) => "changed",
            Ok(BulkDone::Removed(_)) => "removed",
            Ok(BulkDone::Reinvited(_)) => "again",
            Err(refused) => refused.code(),
        })
        .collect())
}

/// Proves ORG-9 in its decision: loosely, by name, username or address; and what is close where nothing is exact.
#[tokio::test]
async fn people_are_found_by_what_is_half_remembered() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    bed.added("jmiller", &["Member"]).await?;
    bed.invite("johnson@example.org").await?;
    let find = |text: &'static str| {
        let filter = MemberFilter { text: Query::parse(text).expect("a query"), ..MemberFilter::default() };
        async { bed.membership.members(&bed.as_administrator(), bed.tenant.id, filter, page()).await }
    };
    assert_eq!(find("jmil").await?.rows.len(), 1);
    let exact = find("JOHNSON").await?;
    assert_eq!((exact.rows.len(), exact.near), (1, false));
    let near = find("jonhson").await?;
    assert_eq!((near.rows.len(), near.near), (1, true));
    let nobody = find("zzzzzzzz").await?;
    assert_eq!((nobody.rows.len(), nobody.near), (0, true));
    let stage = MemberFilter { stage: Some((Stage::Invited, bed.clock.now())), ..MemberFilter::default() };
    let waiting = bed.membership.members(&bed.as_administrator(), bed.tenant.id, stage, page()).await?;
    assert_eq!(waiting.rows.len(), 1);
    Ok(())
}

/// Every change of a member is one record, with what was before and what is after.
#[tokio::test]
async fn a_change_says_what_was_before() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let rename = Changes { name: Some("Ann Other".into()), ..Changes::default() };
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann.member), rename).await?;
    let nothing = Changes { name: Some("Ann Other".into()), ..Changes::default() };
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann.member), nothing).await?;
    let audit = bed.world(bed.tenant.id).await?.audit;
    let edits: Vec<_> = audit.iter().filter(|record| record.name == "member.edited").collect();
    assert_eq!(edits.len(), 1, "an edit that changes nothing is no event");
    assert!(edits[0].body.contains("ann Example") && edits[0].body.contains("Ann Other"), "{}", edits[0].body);
    assert_eq!(edits[0].object, ann.member.id.as_uuid());
    Ok(())
}

const fn page() -> Page<membership_core::id::MemberId> {
    Page { after: None, limit: 50 }
}
