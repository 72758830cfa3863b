//! Each check of the invariants can fail: a world that is broken on purpose is found, by the check whose line it breaks.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use chrono::TimeDelta;
use membership_core::{
    account::AccountEmail,
    department::{Departments, Headcount},
    email::EmailAddress,
    id::{AccountId, DepartmentId, InvitationId, MemberId, NominationId, RoleId, TenantId},
    invariants::{CHECKS, World, check},
    invitation::{
        Invitation, Inviter, State, Subject,
        invite::{Invite, Sending},
    },
    member::{Member, MemberState, MemberStatus, remove::Heirs, transfer::TransferState},
    name::DisplayName,
    outbox::{Delivery, MailKind},
    role::{Assignment, Assignments, Grant, Permission, Role},
    tenant::Validity,
};
use membership_testkit::{Bed, bed::Asked};
use uuid::Uuid;

/// One way to break a world: the line that does not hold then, what is wrong, and how to make it so.
type Breaking = (u8, &'static str, fn(&mut World));

const DEPARTMENTS: &[Breaking] = &[
    (11, "a department is of another tenant", |world| {
        world.departments[0].0.tenant = TenantId::from_uuid(NOWHERE);
    }),
    (11, "something is given for a department of another tenant", |world| {
        let within = Some(DepartmentId::from_uuid(NOWHERE));
        let held = world.members[0].assignments.iter().cloned();
        let limited: Vec<_> = held.map(|held| Assignment { within, ..held }).collect();
        world.members[0].assignments = world.members[0].assignments.iter().cloned().chain(limited).collect();
    }),
    (17, "a removed member belongs to a department", |world| {
        let departments = world.members[0].departments.clone();
        let gone = world.members.iter_mut().find(|member| member.status() == MemberStatus::Removed).unwrap();
        gone.departments = departments;
    }),
    (36, "there is no root", |world| {
        world.departments[0].0.parent = Some(world.departments[0].0.id);
    }),
    (36, "there are two roots", |world| {
        let (mut second, _) = world.departments[0].clone();
        second.id = DepartmentId::from_uuid(NOWHERE);
        second.name = DisplayName::parse("Second").unwrap();
        world.departments.push((second, Headcount::default()));
    }),
    (38, "a member belongs nowhere", |world| {
        world.members[0].departments = Departments::default();
    }),
    (38, "a member belongs to what is not there", |world| {
        world.members[0].departments = Departments::stored([DepartmentId::from_uuid(NOWHERE)], []);
    }),
    (38, "somebody is counted who is not there", |world| {
        world.departments[0].1.members += 1;
    }),
    (38, "ways are said to meet that do not", |world| {
        world.departments[0].1.meets += 1;
    }),
    (39, "siblings have one name", |world| {
        let (mut first, _) = world.departments[0].clone();
        (first.id, first.parent) = (DepartmentId::from_uuid(NOWHERE), Some(first.id));
        let mut second = first.clone();
        second.id = DepartmentId::from_uuid(Uuid::from_u128(8));
        second.name = DisplayName::parse(&first.name.as_str().to_uppercase()).unwrap();
        world.departments.extend([(first, Headcount::default()), (second, Headcount::default())]);
    }),
];

const ADMINISTRATORS: &[Breaking] = &[
    (1, "nobody represents the tenant", |world| representative(world).representative = false),
    (1, "two do", |world| enabled(world).representative = true),
    (2, "the representative is no administrator", |world| representative(world).assignments = Assignments::default()),
    (2, "the representative is an administrator for a time", |world| {
        let end = Some(world.tenant.created_at + TimeDelta::days(999));
        let role = administrators(world).id;
        representative(world).assignments = [(Grant::Role(role), end)].into_iter().collect();
    }),
    (2, "the representative is disabled", |world| disable(representative(world))),
    (3, "every administrator is disabled", |world| world.members.iter_mut().for_each(disable)),
    (4, "two offers wait", |world| {
        let mut second = world.nominations[0].clone();
        second.id = NominationId::from_uuid(NOWHERE);
        world.nominations.push(second);
    }),
    (4, "an offer is to a member of another tenant", |world| {
        world.nominations[0].nominee = MemberId::from_uuid(NOWHERE);
    }),
    (4, "an offer is from a member of another tenant", |world| {
        world.nominations[0].nominator = MemberId::from_uuid(NOWHERE);
    }),
    (3, "every administrator is one for a time", |world| {
        let end = Some(world.tenant.created_at + TimeDelta::days(999));
        for member in &mut world.members {
            member.assignments = member.assignments.iter().map(|held| (held.grant.clone(), end)).collect();
        }
    }),
];

const ROLES: &[Breaking] = &[
    (10, "a role includes itself", |world| {
        let role = plain_role(world);
        role.includes.insert(role.id);
    }),
    (10, "two roles include each other", |world| {
        let [one, two] = [world.access.roles[1].id, world.access.roles[2].id];
        world.access.roles[1].includes.insert(two);
        world.access.roles[2].includes.insert(one);
    }),
    (11, "a role is of another tenant", |world| plain_role(world).tenant = TenantId::from_uuid(NOWHERE)),
    (11, "a role includes one of another tenant", |world| {
        plain_role(world).includes.insert(RoleId::from_uuid(NOWHERE));
    }),
    (12, "the administrators' role lacks a permission", |world| {
        let role = administrators(world);
        role.permissions = role.permissions.iter().skip(1).cloned().collect();
    }),
    (12, "there is no administrators' role", |world| administrators(world).administrator = false),
    (12, "there are two of them", |world| plain_role(world).administrator = true),
];

const REFERENCES: &[Breaking] = &[
    (11, "a member is of another tenant", |world| enabled(world).tenant = TenantId::from_uuid(NOWHERE)),
    (11, "a member holds a role of another tenant", |world| {
        enabled(world).assignments = Assignments::of_role(RoleId::from_uuid(NOWHERE));
    }),
    (11, "a member holds a permission that no application has", |world| {
        let unknown = Grant::Permission(Permission::parse("video:cameras.view").unwrap());
        enabled(world).assignments = [(unknown, None)].into_iter().collect();
    }),
    (11, "an invitation is of another tenant", |world| invited(world).tenant = TenantId::from_uuid(NOWHERE)),
    (11, "an invitation is for a member of another tenant", |world| {
        invited(world).member = MemberId::from_uuid(NOWHERE);
    }),
    (11, "an inviter is of another tenant", |world| {
        invited(world).inviter = Inviter::Member(MemberId::from_uuid(NOWHERE));
    }),
    (11, "an heir is of another tenant", |world| {
        world.transfers[0].shares[0].heir = MemberId::from_uuid(NOWHERE);
    }),
    (11, "the last heir is of another tenant", |world| world.transfers[0].heir = MemberId::from_uuid(NOWHERE)),
    (11, "the creator of a member is of another tenant", |world| {
        enabled(world).creator = Some(MemberId::from_uuid(NOWHERE));
    }),
    (11, "a hand-over is of a member of another tenant", |world| {
        world.transfers[0].member = MemberId::from_uuid(NOWHERE);
    }),
];

const MEMBERS: &[Breaking] = &[
    (14, "an account is a member twice", |world| {
        let account = representative(world).account().unwrap();
        let joined_at = world.tenant.created_at;
        enabled(world).state = MemberState::Enabled { account, joined_at };
    }),
    (14, "an address is that of two members", |world| {
        let email = representative(world).email.clone();
        waiting(world).email = email;
    }),
    (16, "the account of a member is missing", |world| {
        let account = enabled(world).account();
        world.accounts.retain(|known| Some(known.id) != account);
    }),
    (17, "a removed member holds a role", |world| {
        let role = plain_role(world).id;
        removed(world).assignments = Assignments::of_role(role);
    }),
    (17, "a removed member represents the tenant", |world| removed(world).representative = true),
    (17, "somebody is handed over who is there", |world| {
        let member = enabled(world).id;
        world.transfers[0].member = member;
    }),
    (17, "a hand-over is to somebody who is gone", |world| {
        let gone = removed(world).id;
        world.transfers[0].heir = gone;
        world.transfers[0].state = TransferState::Due(world.tenant.created_at);
    }),
    (17, "a hand-over is final before it is done", |world| {
        world.transfers[0].shares[0].done_at = None;
        world.transfers[0].state = TransferState::Finished(world.tenant.created_at);
    }),
];

const INVITATIONS: &[Breaking] = &[
    (19, "somebody who has not joined has no invitation", |world| {
        waiting(world).state = MemberState::NotJoined { invitation: InvitationId::from_uuid(NOWHERE) };
    }),
    (19, "somebody who has not joined has the invitation of another", |world| {
        let other = joined(world).id;
        waiting(world).state = MemberState::NotJoined { invitation: other };
    }),
    (19, "somebody who has not joined has used the invitation", |world| {
        let account = AccountId::from_uuid(NOWHERE);
        invited(world).state = State::Joined { at: world.tenant.created_at, account };
    }),
    (19, "an invitation was used by another than its member", |world| {
        let account = AccountId::from_uuid(NOWHERE);
        joined(world).state = State::Joined { at: world.tenant.created_at, account };
    }),
    (25, "a deadline is not what the validity makes it", |world| {
        let invitation = invited(world);
        let expires_at = invitation.deadline().unwrap() + TimeDelta::microseconds(1);
        invitation.state = State::Invited { expires_at };
    }),
    (25, "a link is out and was never issued", |world| invited(world).generation = 0),
    (25, "a link was issued and is not out", |world| invited(world).state = State::Ready),
    (25, "there is too much time to finish", |world| {
        let at = world.tenant.created_at;
        let expires_at = Validity::MAX.end(at) + TimeDelta::microseconds(1);
        invited(world).state = State::Accepted { at, by: None, expires_at };
    }),
    (25, "a link was used and was never issued", |world| joined(world).generation = 0),
    (28, "an address is proved by two accounts", |world| {
        let address = EmailAddress::from_canonical("twice@example.org").unwrap();
        for account in &mut world.accounts {
            let proved_at = Some(account.registered_at);
            account.email = Some(AccountEmail { address: address.clone(), proved_at });
        }
    }),
];

const AUDIT_AND_MAIL: &[Breaking] = &[
    (41, "a record is missing", |world| drop(world.audit.remove(2))),
    (41, "the first record is missing", |world| drop(world.audit.remove(0))),
    (41, "two records changed places", |world| world.audit.swap(1, 2)),
    (41, "a record says something else", |world| world.audit[3].body = world.audit[3].body.replacen('a', "b", 1)),
    (41, "a record is of another moment", |world| world.audit[3].at += TimeDelta::microseconds(1)),
    (43, "the mail of a link is missing", |world| world.outbox.clear()),
    (43, "a message has another identifier", |world| world.outbox[0].1.generation += 7),
    (43, "a message is there twice", |world| {
        let twice = world.outbox[0].clone();
        world.outbox.push(twice);
    }),
    (44, "the mail of an older link waits", |world| {
        let invitation = invited(world);
        invitation.generation += 1;
        let mut newer = world.outbox[0].clone();
        newer.1.generation += 1;
        newer.0 = newer.1.id();
        world.outbox.push(newer);
    }),
    (44, "the mail of a revoked invitation waits", |world| {
        invited(world).state = State::Revoked { at: world.tenant.created_at };
    }),
    (44, "the mail of an unknown invitation waits", |world| {
        let unknown = &mut world.outbox[0];
        unknown.1.subject = NOWHERE;
        unknown.0 = unknown.1.id();
    }),
    (44, "the mail of an expired invitation is tried again", |world| {
        let at = invited(world).deadline().unwrap();
        invited(world).state = State::Expired { at };
        world.outbox[0].2 = Delivery::Deferred { until: at, words: "451".into() };
    }),
];

const NOWHERE: Uuid = Uuid::from_u128(7);

/// Every check finds each of the ways in which its line can be broken, and none finds anything in a sound world.
#[tokio::test]
async fn a_broken_world_is_found() {
    let sound = sound().await;
    let now = sound.tenant.created_at + TimeDelta::hours(1);
    assert_eq!(check(&sound, now), []);
    let mut found = BTreeSet::new();
    for (line, what, break_it) in
        [ADMINISTRATORS, ROLES, REFERENCES, MEMBERS, DEPARTMENTS, INVITATIONS, AUDIT_AND_MAIL].concat()
    {
        let mut world = sound.clone();
        break_it(&mut world);
        assert_ne!(world, sound, "{what}: nothing was broken");
        let violations = check(&world, now);
        assert!(violations.iter().any(|violation| violation.line == line), "{line}, {what}: {violations:?}");
        assert!(violations.iter().all(|violation| !violation.detail.is_empty()));
        found.insert(line);
    }
    let lines: BTreeSet<u8> = CHECKS.iter().map(|(line, _)| *line).collect();
    assert_eq!(found, lines, "every check was shown to fail");
}

/// What a world may look like without being broken: a tenant that waits for its first administrator, a deadline shortened
/// by a new policy, mail that was cancelled.
#[tokio::test]
async fn what_is_unusual_is_not_broken() {
    let bed = Bed::new().await.unwrap();
    let command = membership_core::tenant::create::CreateTenant {
        name: "Another Ltd".into(),
        administrator: "Otto".into(),
        reach: membership_core::invitation::invite::Reach::Mail("otto@example.org".into()),
        preset: None,
        parent: None,
    };
    let made = bed.membership.create_tenant(&bed.as_administrator(), command).await.unwrap();
    assert_eq!(check(&bed.world(made.tenant.id).await.unwrap(), bed.clock.now()), []);
    bed.clock.set(made.invitation.deadline().unwrap());
    bed.membership.expire_invitations(&bed.as_system(), 10).await.unwrap();
    assert_eq!(bed.violations().await.unwrap(), []);

    let invited = bed.invite("ann@example.org").await.unwrap().invitation;
    let accepted = bed.membership.accept_invitation(&bed.as_anybody(), &bed.token(&invited)).await.unwrap();
    let mut world = bed.world(bed.tenant.id).await.unwrap();
    assert_eq!(accepted.deadline(), Some(Validity::ONE_DAY.end(bed.clock.now())));
    world.tenant.policy.enrolment_window = Validity::THREE_DAYS;
    assert_eq!(check(&world, bed.clock.now()), []);
}

/// A tenant in the middle of its life: two administrators, a role beside those of the preset, one who waits, one who has
/// joined by a link, one who was removed and whose files were handed over, an offer, mail.
async fn sound() -> World {
    let bed = Bed::new().await.unwrap();
    let second = bed.added("second", &["Administrator"]).await.unwrap();
    bed.define_role("Guest", &[], &[]).await.unwrap();
    let Asked { invitation, .. } = bed.invite("joins@example.org").await.unwrap();
    let token = bed.token(&invitation);
    bed.membership.accept_invitation(&bed.as_anybody(), &token).await.unwrap();
    bed.membership.register(&bed.as_anybody(), bed.registration(&token)).await.unwrap();
    let gone = bed.added("gone", &["Member"]).await.unwrap();
    bed.custodian().put(gone.member.id, "files", 1);
    let (target, heirs) = (bed.target(&gone.member), Heirs::everything_to(second.member.id));
    bed.membership.remove_member(&bed.as_administrator(), target, heirs).await.unwrap();
    bed.carry().await.unwrap();
    bed.membership.nominate(&bed.as_administrator(), bed.target(&second.member)).await.unwrap();
    let later = Invite { send: Some(Sending::Later), ..bed.invitation_to("waits@example.org").await.unwrap() };
    let waits = bed.invite_one(later).await.unwrap().invitation;
    let subject = Subject { tenant: bed.tenant.id, invitation: waits.id };
    bed.membership.send_invitation(&bed.as_administrator(), subject).await.unwrap();
    let mut world = bed.world(bed.tenant.id).await.unwrap();
    assert_eq!((world.transfers.len(), world.nominations.len()), (1, 1));
    world.access.roles.sort_by_key(|role| !role.administrator);
    world.outbox.sort_by_key(|(_, mail, _)| (mail.kind != MailKind::Invitation, mail.subject != waits.id.as_uuid()));
    world
}

fn representative(world: &mut World) -> &mut Member {
    world.members.iter_mut().find(|member| member.representative).unwrap()
}

/// One who is enabled and does not represent the tenant.
fn enabled(world: &mut World) -> &mut Member {
    let fit = |member: &&mut Member| member.status() == MemberStatus::Enabled && !member.representative;
    world.members.iter_mut().find(fit).unwrap()
}

fn waiting(world: &mut World) -> &mut Member {
    world.members.iter_mut().find(|member| member.status() == MemberStatus::NotJoined).unwrap()
}

fn removed(world: &mut World) -> &mut Member {
    world.members.iter_mut().find(|member| member.status() == MemberStatus::Removed).unwrap()
}

fn disable(member: &mut Member) {
    if let MemberState::Enabled { account, joined_at } = member.state {
        member.state = MemberState::Disabled { account, joined_at, disabled_at: joined_at };
    }
}

fn administrators(world: &mut World) -> &mut Role {
    world.access.roles.iter_mut().find(|role| role.administrator).unwrap()
}

fn plain_role(world: &mut World) -> &mut Role {
    world.access.roles.iter_mut().find(|role| !role.administrator).unwrap()
}

/// The invitation whose link is out.
fn invited(world: &mut World) -> &mut Invitation {
    let out = |invitation: &&mut Invitation| matches!(invitation.state, State::Invited { .. });
    world.invitations.iter_mut().find(out).unwrap()
}

/// The invitation that was used.
fn joined(world: &mut World) -> &mut Invitation {
    let used = |invitation: &&mut Invitation| matches!(invitation.state, State::Joined { .. });
    world.invitations.iter_mut().find(used).unwrap()
}
