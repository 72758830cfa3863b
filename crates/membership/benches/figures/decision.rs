//! Decisions in process, beside a bit set behind a hash map.

use std::{collections::HashMap, hint::black_box, sync::Arc, time::Instant};

use chrono::DateTime;
use membership_core::{
    account::Kinds,
    actor::Ground,
    department::{Department, Departments, Tree},
    directory::Footing,
    id::{AccountId, CatalogueId, DepartmentId, MemberId, RoleId, TenantId, TreeId},
    member::{Member, MemberState},
    name::DisplayName,
    role::{
        Access, Application, Assignment, Assignments, Catalogue, Grant, NamedPermission, Permission, Role,
        check::allows_at, explain::explain,
    },
    tenant::TenantStatus,
};
use uuid::Uuid;

const MEMBERS: u128 = 100_000;
const APPLICATIONS: usize = 4;
const PERMISSIONS: usize = 15;
const ROLES: u128 = 10;
const DEPARTMENTS: u128 = 10_000;
const QUESTIONS: usize = 2_000_000;

/// The same questions, in the same order, to all: who is asked about jumps through all of memory.
pub(crate) fn measure() {
    println!("decisions in process, {MEMBERS} members, {APPLICATIONS} applications, 60 permissions, {ROLES} roles");
    let (catalogue, permissions) = catalogue();
    let ground = Ground { catalogue: Arc::new(catalogue), tree: Arc::new(tree()) };
    let catalogue = &ground.catalogue;
    let now = DateTime::UNIX_EPOCH;
    let members: HashMap<MemberId, (Footing, u64)> = (0..MEMBERS)
        .map(|n| {
            let footing = footing(n, catalogue);
            let bits = bare_bits(&footing, catalogue, &permissions);
            (member_id(n), (footing, bits))
        })
        .collect();
    let words: HashMap<MemberId, u64> = members.iter().map(|(id, (_, bits))| (*id, *bits)).collect();
    let mut random = 88_172_645_463_325_252_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    let questions: Vec<(MemberId, usize)> = (0..QUESTIONS)
        .map(|_| (member_id(u128::from(next()) % MEMBERS), usize::try_from(next() % 60).unwrap_or_default()))
        .collect();
    let word = timed("nothing but a word for each member, behind a hash map", &questions, |(member, permission)| {
        words.get(member).is_some_and(|bits| bits & (1 << permission) != 0)
    });
    let bare = timed("a bit set in the member's record, behind a hash map", &questions, |(member, permission)| {
        members.get(member).is_some_and(|(_, bits)| bits & (1 << permission) != 0)
    });
    let own = timed("a decision (status, ends, roles)", &questions, |(member, permission)| {
        let found = members.get(member);
        found.is_some_and(|(footing, _)| allows_at(footing, &ground, &permissions[*permission], None, now))
    });
    let within =
        timed("a decision about something in one of 10,000 departments", &questions, |(member, permission)| {
            let department = Some(department_id(member.as_uuid().as_u128() % DEPARTMENTS));
            let found = members.get(member);
            found.is_some_and(|(footing, _)| allows_at(footing, &ground, &permissions[*permission], department, now))
        });
    assert!(within.0 > own.0, "rights for a department count there");
    assert!([bare.0, own.0].iter().all(|allowed| *allowed == word.0), "all decide alike");
    let explained = timed("a decision with its reason", &questions[..QUESTIONS / 10], |(member, permission)| {
        members.get(member).is_some_and(|(footing, _)| {
            let reason = explain(footing, &ground, &permissions[*permission], None, now);
            matches!(reason, membership_core::role::explain::Explanation::Allowed(_))
        })
    });
    black_box(explained);
    println!(
        "  a decision takes {:.1} times the bit set in the record, {:.1} times the word; one about a department {:.1} times",
        own.1 / bare.1,
        own.1 / word.1,
        within.1 / bare.1
    );
}

/// How many were allowed, and nanoseconds a question: the best of three.
fn timed<T>(name: &str, questions: &[T], mut decide: impl FnMut(&T) -> bool) -> (usize, f64) {
    let mut best = f64::MAX;
    let mut allowed = 0;
    for _ in 0..3 {
        let begun = Instant::now();
        allowed = questions.iter().filter(|question| black_box(decide(question))).count();
        let count = u32::try_from(questions.len()).unwrap_or(u32::MAX);
        best = best.min(begun.elapsed().as_secs_f64() * 1e9 / f64::from(count));
    }
    println!("  {name}: {best:.0} ns");
    (allowed, best)
}

fn member_id(n: u128) -> MemberId {
    MemberId::from_uuid(Uuid::from_u128(n))
}

fn role_id(n: u128) -> RoleId {
    RoleId::from_uuid(Uuid::from_u128(n % ROLES))
}

fn name(text: &str) -> DisplayName {
    DisplayName::parse(text).expect("a name")
}

fn catalogue() -> (Catalogue, Vec<Permission>) {
    let permission =
        |a: usize, p: usize| Permission::parse(&format!("application{a}:thing{p}.act")).expect("a permission");
    let application = |a: usize| Application {
        key: format!("application{a}"),
        name: name("Application"),
        permissions: (0..PERMISSIONS)
            .map(|p| NamedPermission { permission: permission(a, p), name: name("Act") })
            .collect(),
    };
    let applications: Vec<Application> = (0..APPLICATIONS).map(application).collect();
    let all: Vec<Permission> =
        applications.iter().flat_map(|a| &a.permissions).map(|named| named.permission.clone()).collect();
    let role = |n: u128| Role {
        id: role_id(n),
        tenant: TenantId::from_uuid(Uuid::nil()),
        name: name(&format!("Role {n}")),
        permissions: all.iter().skip(usize::try_from(n).unwrap_or_default()).step_by(7).cloned().collect(),
        includes: if n > 0 && n.is_multiple_of(3) { [role_id(n - 1)].into() } else { [].into() },
        administrator: false,
        changed_at: DateTime::UNIX_EPOCH,
    };
    let access = Access { applications, roles: (0..ROLES).map(role).collect() };
    (Catalogue::compile(CatalogueId::from_uuid(Uuid::nil()), access), all)
}

fn department_id(n: u128) -> DepartmentId {
    DepartmentId::from_uuid(Uuid::from_u128(n))
}

/// Ten below each.
fn tree() -> Tree {
    let department = |n: u128| Department {
        id: department_id(n),
        tenant: TenantId::from_uuid(Uuid::nil()),
        name: name(&format!("Department {n}")),
        parent: n.checked_sub(1).map(|above| department_id(above / 10)),
        place: i64::try_from(n).unwrap_or_default(),
        created_at: DateTime::UNIX_EPOCH,
    };
    Tree::grow(TreeId::from_uuid(Uuid::nil()), (0..DEPARTMENTS).map(department)).expect("a tree")
}

/// Two roles each, every other time the second for a department.
fn footing(n: u128, catalogue: &Catalogue) -> Footing {
    let second = Assignment {
        within: (n % 2 == 1).then(|| department_id(n % DEPARTMENTS / 10)),
        ..Assignment::of(Grant::Role(role_id(n / 10)))
    };
    let assignments = Assignments::from_iter([Assignment::of(Grant::Role(role_id(n))), second]);
    Footing {
        status: TenantStatus::Active,
        catalogue: catalogue.id(),
        tree: TreeId::from_uuid(Uuid::nil()),
        second_factor: Kinds::NONE,
        scope: None,
        member: Member {
            id: member_id(n),
            tenant: TenantId::from_uuid(Uuid::nil()),
            name: name("Somebody"),
            email: None,
            username: None,
            language: None,
            assignments,
            departments: Departments::stored([department_id(n % DEPARTMENTS)], []),
            representative: false,
            creator: None,
            created_at: DateTime::UNIX_EPOCH,
            epoch: 0,
            state: MemberState::Enabled {
                account: AccountId::from_uuid(Uuid::from_u128(n)),
                joined_at: DateTime::UNIX_EPOCH,
            },
        },
    }
}

fn bare_bits(footing: &Footing, catalogue: &Catalogue, permissions: &[Permission]) -> u64 {
    let held = |(bit, permission): (usize, &Permission)| {
        let held = catalogue.gives(&footing.member.assignments, permission, DateTime::UNIX_EPOCH, |_| false);
        if held { 1 << bit } else { 0_u64 }
    };
    permissions.iter().enumerate().map(held).sum()
}
