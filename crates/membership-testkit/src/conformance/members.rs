//! What happens to members and their accounts once they have joined.

use chrono::TimeDelta;
use membership_core::{
    account::{Account, SessionKey, change_password::ChangePassword},
    context::Context,
    directory::{MemberDetails, MemberFilter, Page},
    event::{Event, MemberChange},
    invitation::{Invitation, Inviter},
    lifecycle::MemberClosed,
    member::{
        Member, MemberStatus,
        edit::Changes,
        reach::Target,
        remove::{Heirs, RemoveError},
    },
    name::Username,
    ports::{PasswordHash, Secret},
    refusal::Refusal,
    role::{Permission, check::Question},
    store::{Scope, StoreError},
};

use super::{
    Outcome,
    rows::{address, changed},
};
use crate::{
    Adapter, Bed, Failure,
    bed::{Asked, PASSWORD, Person, TEMPORARY},
    clock::TICK,
};

/// Proves: ORG-32 in part, ACC-17 in part. Name, address and assignments of a member are changed, by the use case and by
/// events of their own; nothing else of the member is, and nothing of anybody else.
pub(super) async fn a_member_is_edited(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let bystander = bed.added("bob", &["Member"]).await?;
    let command = bed.addition("nobody", &["Member manager"]).await?;
    let changes = Changes {
        name: Some("Ann Übel 界".into()),
        email: Some("ann@example.org".into()),
        language: Some("PT-br".into()),
        assignments: Some(command.assignments),
        departments: None,
    };
    let edited = bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann.member), changes).await?;
    let manager = membership_core::role::Assignments::of_role(bed.role("Member manager").await?);
    let expected = Member {
        name: membership_core::name::DisplayName::parse("Ann Übel 界")?,
        email: Some(address("ann@example.org")?),
        language: Some(membership_core::language::Language::parse("pt-BR")?),
        assignments: manager,
        ..ann.member
    };
    assert_eq!((&edited, bed.stored(edited.id).await?.as_ref()), (&expected, Some(&expected)));
    let change = changed(&expected, |member| member.email = None);
    bed.write(&[Event::MemberEdited(change.clone())]).await?;
    assert_eq!(bed.stored(edited.id).await?, Some(change.member));
    assert_eq!(bed.stored(bystander.member.id).await?, Some(bystander.member));
    assert_eq!(bed.account(ann.account.id).await?, ann.account, "the account is the person's own");
    Ok(())
}

/// Proves: ORG-42, ORG-43. Who is disabled may do nothing in the tenant and keeps everything; once enabled, whoever signs
/// in has the access of before.
pub(super) async fn disabled_is_without_access_and_enabled_again_is_as_before(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.added("ann", &["Member"]).await?;
    bed.custodian().put(ann.member.id, "files", 3);
    let before = bed.as_account(&ann.account);
    assert_eq!(sees(&bed, &before).await, None);
    bed.clock.advance(TICK);
    let disabled = bed.membership.disable_member(&bed.as_administrator(), bed.target(&ann.member)).await?;
    assert_eq!(disabled.status(), MemberStatus::Disabled);
    assert_eq!(bed.stored(ann.member.id).await?, Some(disabled.clone()));
    let kept = |member: &Member| (member.assignments.clone(), member.name.clone(), member.joined_at());
    assert_eq!(kept(&disabled), kept(&ann.member));
    assert_eq!(bed.custodian().held_by(ann.member.id), [("files".to_owned(), 3)].into());
    let (signed_in, _) = sign_in(&bed, "ann").await?;
    for session in [&before, &signed_in] {
        assert_eq!(sees(&bed, session).await, Some("member-disabled"));
    }

    let enabled = bed.membership.enable_member(&bed.as_administrator(), bed.target(&ann.member)).await?;
    assert_eq!(enabled, Member { epoch: disabled.epoch, ..ann.member });
    assert_eq!(bed.stored(enabled.id).await?, Some(enabled));
    assert_eq!(sees(&bed, &signed_in).await, None);
    assert_eq!(sees(&bed, &before).await, Some("session-outdated"), "whoever was signed in signs in anew");
    Ok(())
}

/// Shutting out raises the member's epoch above the account's, and the account's to it, so that sessions that begin from
/// then on are good in the tenant that lets the member in again, and were never bad in any other.
pub(super) async fn disabling_raises_the_epoch(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let (mut member, mut epoch) = (ann.member, ann.account.epoch);
    for _ in 0..3 {
        member = bed.membership.disable_member(&bed.as_administrator(), bed.target(&member)).await?;
        epoch += 1;
        let account = bed.account(ann.account.id).await?;
        assert_eq!((member.epoch, account.epoch, account.sessions_from_epoch), (epoch, epoch, 1));
        assert_eq!(Account { epoch: ann.account.epoch, ..account }, ann.account, "nothing else of it changes");
        member = bed.membership.enable_member(&bed.as_administrator(), bed.target(&member)).await?;
        assert_eq!((member.epoch, bed.account(ann.account.id).await?.epoch), (epoch, epoch));
    }
    // It never falls, and does not stay either: a session of this very epoch may have begun since it was read.
    for outdated in [0, epoch - 1] {
        let before = bed.snapshot().await?;
        let disabled = member.clone().disable(outdated, bed.clock.now())?;
        let change = MemberChange { before: member.clone(), member: disabled };
        let refused = bed.write(&[Event::MemberDisabled(change)]).await.err().ok_or("it was not refused")?;
        assert!(matches!(refused, StoreError::Raced { .. }), "{refused:?}");
        assert_eq!(bed.snapshot().await?, before);
    }
    let removed =
        bed.membership.remove_member(&bed.as_administrator(), bed.target(&member), Heirs::default()).await?.member;
    let account = bed.account(ann.account.id).await?;
    assert_eq!((removed.epoch, account.epoch), (epoch + 1, epoch + 1), "whoever comes again signs in anew too");
    Ok(())
}

/// Proves: ORG-37, ORG-40, I-18. Removing somebody, or shutting them out, in one tenant ends access there at once and
/// changes nothing in another, nor the account, which signs in as before.
pub(super) async fn removing_ends_one_membership_only(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let elsewhere = joined_elsewhere(&bed, &other, &ann).await?;
    let (account, world) = (bed.account(ann.account.id).await?, bed.world(other.tenant.id).await?);
    let disabled = bed.membership.disable_member(&bed.as_administrator(), bed.target(&ann.member)).await?;
    let after = bed.world(other.tenant.id).await?;
    assert_eq!((&after.members, &after.audit), (&world.members, &world.audit));
    let target = bed.target(&disabled);
    let removed = bed.membership.remove_member(&bed.as_administrator(), target, Heirs::default()).await?;
    assert_eq!((removed.member.status(), removed.transfer), (MemberStatus::Removed, None), "it held nothing");
    assert_eq!(bed.stored(ann.member.id).await?, Some(removed.member));

    let (ctx, signed_in) = sign_in(&bed, "ann").await?;
    assert_eq!(sees(&bed, &ctx).await, Some("tenant-unknown"));
    assert_eq!(bed.membership.tenant(&ctx, other.tenant.id).await?.tenant, other.tenant);
    let after = bed.world(other.tenant.id).await?;
    assert_eq!((&after.members, &after.audit), (&world.members, &world.audit));
    assert!(after.members.contains(&elsewhere));
    let unchanged = Account { epoch: account.epoch, ..signed_in };
    assert_eq!(unchanged, Account { last_signed_in_at: Some(bed.clock.now()), ..account });
    Ok(())
}

async fn joined_elsewhere(bed: &Bed, other: &crate::bed::Founded, ann: &Person) -> Result<Member, Failure> {
    let account = ann.account.id;
    let now = bed.clock.now();
    let state = membership_core::member::MemberState::Enabled { account, joined_at: now };
    let member = Member {
        tenant: other.tenant.id,
        departments: other.member.departments.clone(),
        creator: Some(other.member.id),
        ..bed.member_in(state)?
    };
    bed.commit(Scope::Tenant(other.tenant.id), &[Event::MemberAdded(member.clone())]).await?;
    Ok(member)
}

/// Whoever leaves is gone, by an event of its own, and what the person held goes to the representative, who cannot leave.
pub(super) async fn whoever_leaves_is_gone(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.added("ann", &["Member"]).await?;
    bed.custodian().put(ann.member.id, "files", 3);
    let (ctx, tenant) = (bed.as_account(&ann.account), bed.tenant.id);
    bed.clock.advance(TICK);
    let left = bed.membership.leave(&ctx, tenant, Heirs::default()).await?;
    assert_eq!((left.member.status(), left.member.assignments.is_empty()), (MemberStatus::Removed, true));
    assert_eq!(bed.stored(ann.member.id).await?, Some(left.member));
    let details = bed.adapter.directory.member(tenant, ann.member.id).await?.ok_or("it is not shown")?;
    assert_eq!(details.row.transfer, left.transfer);
    assert_eq!(
        bed.audit(Scope::Tenant(tenant), 0, 200).await?.pop().map(|record| record.name),
        Some("member.left".into())
    );
    assert_eq!(code(bed.membership.leave(&ctx, tenant, Heirs::default()).await), Some("tenant-unknown"));
    bed.carry().await?;
    assert_eq!(bed.custodian().held_by(bed.member.id), [("files".to_owned(), 3)].into());
    let refused = bed.membership.leave(&bed.as_administrator(), tenant, Heirs::default()).await;
    assert_eq!(code(refused), Some("representative-cannot-leave"));
    Ok(())
}

/// Whoever gives somebody who has not joined something else answers for the invitation from then on.
pub(super) async fn whoever_changes_what_an_invitation_grants_answers_for_it(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let boss = bed.added("boss", &["Administrator"]).await?;
    let Asked { member, invitation, .. } = bed.invite("ann@example.org").await?;
    let assignments = bed.addition("nobody", &["Member manager"]).await?.assignments;
    let changes = Changes { assignments: Some(assignments), ..Changes::default() };
    bed.membership.edit_member(&bed.as_account(&boss.account), bed.target(&member), changes).await?;
    let view = bed.adapter.directory.invitation(bed.tenant.id, invitation.id).await?.ok_or("it is not shown")?;
    let expected = Invitation { inviter: Inviter::Member(boss.member.id), ..invitation };
    assert_eq!((view.inviter.as_deref(), view.invitation), (Some("boss Example"), expected));
    assert_eq!(view.roles.iter().map(|role| role.name.as_str()).collect::<Vec<_>>(), ["Member manager"]);
    Ok(())
}

/// Proves: I-15 in part, TEN-22 in part. Removed is final: what is asked of a removed member is refused. Its address and
/// its account are free for another member, which is a new one and knows no session of the old one's; the old one stays in
/// the list of those removed.
pub(super) async fn whoever_comes_again_is_a_new_member(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.join("ann@example.org").await?;
    let (administrator, target) = (bed.as_administrator(), bed.target(&ann.member));
    bed.membership.remove_member(&administrator, target, Heirs::default()).await?;
    let gone = Some("member-removed");
    let heirs = Heirs::default;
    assert_eq!(code(bed.membership.remove_member(&administrator, target, heirs()).await), gone);
    assert_eq!(code(bed.membership.disable_member(&administrator, target).await), gone);
    assert_eq!(code(bed.membership.enable_member(&administrator, target).await), gone);
    let changes = Changes { name: Some("Another".into()), ..Changes::default() };
    assert_eq!(code(bed.membership.edit_member(&administrator, target, changes).await), gone);

    bed.clock.advance(TimeDelta::seconds(1));
    let invited = bed.invite("ann@example.org").await?;
    let token = bed.token(&invited.invitation);
    bed.membership.accept_invitation(&bed.as_member(&ann), &token).await?;
    assert_eq!(code(bed.membership.join(&bed.as_member(&ann), &token).await), Some("session-outdated"));
    let fresh = bed.as_account(&bed.account(ann.account.id).await?);
    let again = bed.membership.join(&fresh, &token).await?;
    assert_eq!(code(bed.membership.tenant(&bed.as_member(&ann), bed.tenant.id).await), Some("session-outdated"));
    assert_eq!(code(bed.membership.tenant(&fresh, bed.tenant.id).await), None);
    assert_ne!(again.id, ann.member.id);
    assert_eq!(again.account(), ann.member.account());
    let first = bed.stored(ann.member.id).await?.map(|member| member.status());
    assert_eq!((first, again.status()), (Some(MemberStatus::Removed), MemberStatus::Enabled));
    let filter = MemberFilter { status: Some(MemberStatus::Removed), ..MemberFilter::default() };
    let rows = bed.adapter.directory.members(bed.tenant.id, &filter, Page { after: None, limit: 10 }).await?;
    let seen: Vec<_> = rows.iter().map(|row| (row.member.id, row.member.email.clone())).collect();
    assert_eq!(seen, [(ann.member.id, ann.member.email)], "with its address");
    Ok(())
}

/// Proves: TEN-21 in part. Removing an active member ends the membership, and the account stays.
/// Proves: ORG-38. Who has not joined is removed directly, whatever the policy says of disabling first, and the link is
/// dead; who has joined is not, where the policy says so.
pub(super) async fn who_has_not_joined_is_removed_directly(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let policy = membership_core::tenant::Policy { disable_before_remove: true, ..bed.tenant.policy.clone() };
    let plan = bed.membership.plan_policy(&bed.as_administrator(), bed.tenant.id, policy.clone()).await?;
    bed.membership.change_policy(&bed.as_administrator(), bed.tenant.id, policy, plan.hash).await?;
    let waiting = bed.invite("waiting@example.org").await?;
    let joined = bed.join("joined@example.org").await?;
    let remove = async |member: &Member| {
        bed.membership.remove_member(&bed.as_administrator(), bed.target(member), Heirs::default()).await
    };
    let removed = remove(&waiting.member).await?;
    assert_eq!((removed.member.status(), removed.transfer), (MemberStatus::Removed, None));
    let token = bed.token(&waiting.invitation);
    let refused = bed.membership.accept_invitation(&bed.as_anybody(), &token).await;
    assert_eq!(code(refused), Some("invitation-revoked"));
    assert_eq!(remove(&joined.member).await.err(), Some(RemoveError::NotDisabled));
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&joined.member)).await?;
    assert_eq!(remove(&joined.member).await?.member.status(), MemberStatus::Removed);
    assert_eq!(remove(&joined.member).await.err(), Some(RemoveError::Closed(MemberClosed::Removed)));
    assert_eq!(bed.account(joined.account.id).await?.name, joined.account.name);
    Ok(())
}

/// A changed password replaces the old one and what there is to say of it, ends every session of before and no other, and
/// never lowers the epoch.
pub(super) async fn a_changed_password_ends_every_session_of_before(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let command = bed.addition("ann", &["Member"]).await?;
    let member = bed.membership.add_member(&bed.as_administrator(), command).await?;
    let account = bed.account(member.account().ok_or("no account")?).await?;
    assert!(account.password_is_temporary);
    let mut before = Vec::new();
    for _ in 0..2 {
        before.push(bed.sign_in("ann", TEMPORARY).await?.key);
    }
    let stranger = sign_in_key(&bed, "root").await?;
    let command = ChangePassword { current: Secret::new(TEMPORARY), new: Secret::new(PASSWORD) };
    let done = bed.membership.change_password(&bed.as_account(&account), command).await?;
    let read = bed.account(account.id).await?;
    assert_eq!((read.password_is_temporary, read.epoch, read.sessions_from_epoch), (false, 1, 1));
    assert_eq!((&read.password, read.last_signed_in_at), (&done.account.password, Some(bed.clock.now())));
    for key in &before {
        assert_eq!(bed.adapter.directory.session(&key.hash()).await?, None, "nothing is left of it");
    }
    for key in [&done.key, &stranger] {
        assert!(bed.membership.session(&bed.as_anybody(), key).await?.is_some());
    }
    // Somebody shut the person out meanwhile: that epoch is not taken back by a password that was begun before.
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&member)).await?;
    let late = Account { password: Some(PasswordHash::from_phc("$not-hashed$late")), ..read };
    bed.commit(Scope::Account(late.id), &[Event::PasswordChanged(late.clone())]).await?;
    let read = bed.account(late.id).await?;
    assert_eq!((read.epoch, read.password), (2, late.password));
    Ok(())
}

/// Proves: ORG-33 in part, for all but departments. The details of a member, with the moment of the last sign-in by
/// whatever way that was.
pub(super) async fn the_details_of_a_member(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let created = bed.clock.now();
    let invited = bed.invite("ann@example.org").await?;
    let details = async || {
        let found = bed.membership.member(&bed.as_administrator(), bed.tenant.id, invited.member.id).await?;
        Ok::<MemberDetails, Failure>(found)
    };
    assert_eq!((details().await?.last_signed_in_at, details().await?.creator.as_deref()), (None, Some("Root")));
    bed.clock.advance(TimeDelta::minutes(1));
    let token = bed.token(&invited.invitation);
    bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
    let registration =
        membership_core::account::register::Register { username: Some("ann".into()), ..bed.registration(&token) };
    let ann = bed.membership.register(&bed.as_anybody(), registration).await?;
    let joined = bed.clock.now();
    assert_eq!(details().await?.last_signed_in_at, Some(joined));
    bed.clock.advance(TimeDelta::minutes(1));
    sign_in(&bed, "ann").await?;
    let MemberDetails { row, last_signed_in_at, creator, inviter } = details().await?;
    assert_eq!((last_signed_in_at, creator.as_deref()), (Some(bed.clock.now()), Some("Root")));
    assert_eq!(inviter, Some(MemberStatus::Enabled));
    assert_eq!(row.member, ann.member);
    assert_eq!(row.member.username.as_ref().map(Username::as_str), Some("ann"));
    assert_eq!((row.member.created_at, row.member.joined_at()), (created, Some(joined)));
    assert_eq!((row.member.email.as_ref(), row.transfer), (invited.member.email.as_ref(), None));
    let invitation = row.invitation.ok_or("it was invited")?;
    assert_eq!(invitation.address(), invited.member.email.as_ref());
    let founder = bed.adapter.directory.member(bed.tenant.id, bed.member.id).await?.ok_or("it is not shown")?;
    assert_eq!((founder.creator, founder.inviter, founder.last_signed_in_at), (None, None, Some(created)));
    Ok(())
}

/// Whoever is asked for in `ctx` sees the tenant, or why not.
async fn sees(bed: &Bed, ctx: &Context) -> Option<&'static str> {
    let question = Question { member: None, permission: Permission::MEMBERS_READ, department: None };
    let seen = code(bed.membership.tenant(ctx, bed.tenant.id).await);
    let checked = code(bed.membership.check(ctx, bed.tenant.id, &question).await);
    assert_eq!(seen, checked, "by whatever door");
    seen
}

async fn sign_in(bed: &Bed, login: &str) -> Result<(Context, Account), Failure> {
    let signed_in = bed.sign_in(login, PASSWORD).await?;
    Ok((bed.as_signed_in(&signed_in), bed.account(signed_in.account.id).await?))
}

async fn sign_in_key(bed: &Bed, login: &str) -> Result<SessionKey, Failure> {
    Ok(bed.sign_in(login, PASSWORD).await?.key)
}

fn code<T>(outcome: Result<T, impl Refusal>) -> Option<&'static str> {
    outcome.err().map(|refusal| refusal.code())
}

/// The same twice is refused by the state, and the second changes nothing: a target is named by its id.
pub(super) async fn what_was_done_is_not_done_again(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.added("ann", &["Member"]).await?;
    let (administrator, target) = (bed.as_administrator(), bed.target(&ann.member));
    assert_eq!(code(bed.membership.enable_member(&administrator, target).await), Some("member-already-enabled"));
    bed.membership.disable_member(&administrator, target).await?;
    let before = bed.snapshot().await?;
    assert_eq!(code(bed.membership.disable_member(&administrator, target).await), Some("member-already-disabled"));
    let unknown =
        Target { member: membership_core::id::MemberId::new(bed.clock.now(), bed.membership.entropy()), ..target };
    assert_eq!(code(bed.membership.disable_member(&administrator, unknown).await), Some("member-unknown"));
    assert_eq!(bed.snapshot().await?, before);
    Ok(())
}
