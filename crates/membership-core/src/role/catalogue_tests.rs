use std::{collections::BTreeSet, sync::Arc};

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::{
    actor::Ground,
    department::{Department, Departments, Tree},
    id::{DepartmentId, TenantId, TreeId},
    name::DisplayName,
    role::{NamedPermission, explain},
};

fn permission(text: &str) -> Permission {
    Permission::parse(text).unwrap()
}

fn id(n: u8) -> RoleId {
    RoleId::from_uuid(uuid::Uuid::from_u128(n.into()))
}

fn role(n: u8, permissions: &[&str], includes: &[u8]) -> Role {
    Role {
        id: id(n),
        tenant: TenantId::from_uuid(uuid::Uuid::nil()),
        name: DisplayName::parse(&format!("Role {n}")).unwrap(),
        permissions: permissions.iter().map(|text| permission(text)).collect(),
        includes: includes.iter().map(|n| id(*n)).collect(),
        administrator: false,
        changed_at: DateTime::UNIX_EPOCH,
    }
}

fn application(key: &str, actions: usize) -> Application {
    let name = DisplayName::parse(key).unwrap();
    let named = |n| NamedPermission { permission: permission(&format!("{key}:thing.{n}")), name: name.clone() };
    Application { key: key.to_owned(), name: name.clone(), permissions: (0..actions).map(named).collect() }
}

fn compiled(applications: Vec<Application>, roles: Vec<Role>) -> Catalogue {
    Catalogue::compile(CatalogueId::from_uuid(uuid::Uuid::nil()), Access { applications, roles })
}

/// A role gives what it allows and what the roles that it includes allow, at whatever depth; explain names the way.
#[test]
fn a_role_gives_what_it_includes() {
    let roles = vec![role(1, &[], &[2]), role(2, &["video:thing.0"], &[3]), role(3, &["video:thing.1"], &[])];
    let catalogue = compiled(vec![application("video", 3)], roles);
    let gives = |n, text| catalogue.grant_gives(&Grant::Role(id(n)), &permission(text));
    assert!(gives(1, "video:thing.0") && gives(1, "video:thing.1") && !gives(1, "video:thing.2"));
    assert!(!gives(3, "video:thing.0"));
    let way: Vec<_> = catalogue.way(id(1), &permission("video:thing.1")).iter().map(|role| role.id).collect();
    assert_eq!(way, [id(1), id(2), id(3)]);
    assert!(catalogue.way(id(1), &permission("video:thing.2")).is_empty());
}

/// A circle cannot be made, but a damaged row must not make a server spin.
#[test]
fn a_circle_ends() {
    let catalogue = compiled(Vec::new(), vec![role(1, &["a:x"], &[2]), role(2, &["a:y"], &[1])]);
    assert!(catalogue.grant_gives(&Grant::Role(id(1)), &permission("a:y")));
    assert!(catalogue.reaches(id(1), id(2)) && catalogue.reaches(id(2), id(1)));
}

/// An assignment counts while `now` is before its end, and not at it.
#[test]
fn an_assignment_ends_at_its_end() {
    let end = DateTime::UNIX_EPOCH + TimeDelta::hours(1);
    let catalogue = compiled(Vec::new(), vec![role(1, &["a:x"], &[])]);
    let held: Assignments = [(Grant::Role(id(1)), Some(end))].into_iter().collect();
    let at = |now| catalogue.gives(&held, &permission("a:x"), now, |_| false);
    assert!(at(end - TimeDelta::microseconds(1)));
    assert!(!at(end) && !at(end + TimeDelta::microseconds(1)));
}

/// More permissions than one word has bits.
#[test]
fn there_is_no_most_of_permissions() {
    let catalogue = compiled(vec![application("big", 200)], vec![role(1, &["big:thing.199", "big:thing.63"], &[])]);
    let gives = |n| catalogue.grant_gives(&Grant::Role(id(1)), &permission(&format!("big:thing.{n}")));
    assert_eq!((0..200).filter(|n| gives(*n)).collect::<Vec<_>>(), [63, 199]);
    let all = catalogue.union([&Grant::Role(id(1))]);
    let own = catalogue.bits_of([&permission("big:thing.63")]);
    assert_eq!(catalogue.first_beyond(&all, &own), Some(&permission("big:thing.199")));
    assert_eq!(catalogue.first_beyond(&own, &all), None);
}

#[derive(Debug, Clone)]
struct Any {
    roles: Vec<(BTreeSet<u8>, BTreeSet<u8>)>,
    held: BTreeSet<u8>,
    single: BTreeSet<u8>,
}

fn any() -> impl Strategy<Value = Any> {
    let small = || prop::collection::btree_set(0_u8..8, 0..4);
    let roles = prop::collection::vec((prop::collection::btree_set(0_u8..70, 0..6), small()), 8);
    (roles, small(), prop::collection::btree_set(0_u8..70, 0..3)).prop_map(|(roles, held, single)| Any {
        roles,
        held,
        single,
    })
}

/// What `any` gives, the long way: sets of texts, followed until nothing is added.
fn the_long_way(any: &Any) -> BTreeSet<u8> {
    let mut reached = any.held.clone();
    loop {
        let more: BTreeSet<u8> = reached.iter().flat_map(|n| any.roles[usize::from(*n)].1.iter().copied()).collect();
        if more.is_subset(&reached) {
            break;
        }
        reached.extend(more);
    }
    let by_role = reached.iter().flat_map(|n| any.roles[usize::from(*n)].0.iter().copied());
    by_role.chain(any.single.iter().copied()).collect()
}

proptest! {
    /// Bits decide as sets do, for any roles, circles too; and explain says yes exactly when the decision is yes.
    #[test]
    fn bits_decide_as_sets_do(any in any()) {
        let text = |n: &u8| format!("app:thing.{n}");
        let roles = any.roles.iter().zip(0_u8..).map(|((permissions, includes), n)| {
            let permissions: Vec<String> = permissions.iter().map(text).collect();
            let includes: Vec<u8> = includes.iter().copied().collect();
            role(n, &permissions.iter().map(String::as_str).collect::<Vec<_>>(), &includes)
        });
        let catalogue = compiled(vec![application("app", 70)], roles.collect());
        let single = any.single.iter().map(|n| Grant::Permission(permission(&text(n))));
        let held: Assignments =
            any.held.iter().map(|n| Grant::Role(id(*n))).chain(single).map(|grant| (grant, None)).collect();
        let expected = the_long_way(&any);
        let ground = ground(catalogue);
        for n in 0_u8..70 {
            let permission = permission(&text(&n));
            let decided = ground.catalogue.gives(&held, &permission, DateTime::UNIX_EPOCH, |_| false);
            prop_assert_eq!(decided, expected.contains(&n));
            let footing = enabled(held.clone());
            let explained = explain::explain(&footing, &ground, &permission, None, DateTime::UNIX_EPOCH);
            prop_assert_eq!(decided, matches!(explained, explain::Explanation::Allowed(_)));
        }
    }
}

/// With one department.
fn ground(catalogue: Catalogue) -> Ground {
    let root = Department {
        id: DepartmentId::from_uuid(uuid::Uuid::nil()),
        tenant: TenantId::from_uuid(uuid::Uuid::nil()),
        name: DisplayName::parse("Acme").unwrap(),
        parent: None,
        place: 0,
        created_at: DateTime::UNIX_EPOCH,
    };
    let tree = Tree::grow(TreeId::from_uuid(uuid::Uuid::nil()), [root]).unwrap();
    Ground { catalogue: Arc::new(catalogue), tree: Arc::new(tree) }
}

fn enabled(assignments: Assignments) -> crate::directory::Footing {
    use crate::{
        id::{AccountId, MemberId},
        member::{Member, MemberState},
    };
    let nil = uuid::Uuid::nil();
    crate::directory::Footing {
        second_factor: crate::account::Kinds::NONE,
        scope: None,
        status: crate::tenant::TenantStatus::Active,
        catalogue: CatalogueId::from_uuid(nil),
        tree: TreeId::from_uuid(nil),
        member: Member {
            id: MemberId::from_uuid(nil),
            tenant: TenantId::from_uuid(nil),
            name: DisplayName::parse("Ann").unwrap(),
            email: None,
            username: None,
            language: None,
            assignments,
            departments: Departments::stored([DepartmentId::from_uuid(nil)], []),
            representative: false,
            creator: None,
            created_at: DateTime::UNIX_EPOCH,
            epoch: 0,
            state: MemberState::Enabled { account: AccountId::from_uuid(nil), joined_at: DateTime::UNIX_EPOCH },
        },
    }
}
