use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

use super::*;
use crate::{department::MAX_DEPTH, id::TenantId};

fn id(number: u32) -> DepartmentId {
    DepartmentId::from_uuid(Uuid::from_u128(number.into()))
}

fn department(number: u32, parent: Option<u32>, place: i64) -> Department {
    Department {
        id: id(number),
        tenant: TenantId::from_uuid(Uuid::nil()),
        name: DisplayName::parse(&format!("D{number}")).unwrap(),
        parent: parent.map(id),
        place,
        created_at: DateTime::UNIX_EPOCH,
    }
}

fn tree_id(number: u32) -> TreeId {
    TreeId::from_uuid(Uuid::from_u128(number.into()))
}

fn grown(departments: &[Department]) -> Tree {
    Tree::grow(tree_id(0), departments.iter().cloned()).unwrap()
}

/// Above each number a smaller one: a tree of any shape, with siblings in any order.
fn any_tree() -> impl Strategy<Value = Vec<Department>> {
    vec((any::<prop::sample::Index>(), -3_i64..3), 0..40).prop_map(|parents| {
        let rest = parents.iter().enumerate().map(|(at, (parent, place))| {
            let number = u32::try_from(at + 1).unwrap();
            department(number, Some(u32::try_from(parent.index(at + 1)).unwrap()), *place)
        });
        std::iter::once(department(0, None, 0)).chain(rest).collect()
    })
}

/// The way up, by the parents alone.
fn upward(departments: &[Department], from: DepartmentId) -> Vec<DepartmentId> {
    let parents: BTreeMap<_, _> = departments.iter().map(|one| (one.id, one.parent)).collect();
    std::iter::successors(Some(from), |one| parents[one]).collect()
}

proptest! {
    /// What a tree answers is what the parents say.
    #[test]
    fn a_tree_is_what_the_parents_say(mut departments in any_tree(), shuffle in any::<u64>()) {
        let read: Vec<DepartmentId> = grown(&departments).departments().map(|one| one.id).collect();
        let turn = usize::try_from(shuffle).unwrap_or(0) % departments.len();
        departments.rotate_left(turn);
        let tree = grown(&departments);
        prop_assert_eq!(&read, &tree.departments().map(|one| one.id).collect::<Vec<_>>(), "in whatever order they come");
        for one in &departments {
            let way = upward(&departments, one.id);
            prop_assert_eq!(tree.upward(one.id).collect::<Vec<_>>(), way.clone());
            prop_assert_eq!(tree.depth(one.id), Some(way.len()));
            let Lineage(line) = tree.lineage(one.id);
            prop_assert_eq!(line, way.iter().rev().copied().collect::<Vec<_>>());
            let below: BTreeSet<_> =
                departments.iter().map(|other| other.id).filter(|other| upward(&departments, *other).contains(&one.id)).collect();
            prop_assert_eq!(tree.subtree(one.id).map(|below| below.id).collect::<BTreeSet<_>>(), below.clone());
            for other in &departments {
                prop_assert_eq!(tree.is_within(other.id, one.id), below.contains(&other.id));
            }
            let deepest = below.iter().map(|below| upward(&departments, *below).len()).max().unwrap();
            prop_assert_eq!(tree.height(one.id), deepest - way.len() + 1);
            let children: Vec<_> = tree.children(one.id).map(|child| (child.place, child.id)).collect();
            let mut expected: Vec<_> =
                departments.iter().filter(|other| other.parent == Some(one.id)).map(|other| (other.place, other.id)).collect();
            expected.sort_unstable();
            prop_assert_eq!(children, expected);
        }
    }

    /// Whatever people belong to, each is counted once in every department with all below it, also after a subtree has moved.
    #[test]
    fn everybody_is_counted_once(
        departments in any_tree(),
        people in vec(vec(any::<prop::sample::Index>(), 1..6), 0..30),
        moved in any::<prop::sample::Index>(),
        target in any::<prop::sample::Index>(),
    ) {
        let tree = grown(&departments);
        let people: Vec<Vec<DepartmentId>> = people
            .iter()
            .map(|of| of.iter().map(|at| departments[at.index(departments.len())].id).collect::<BTreeSet<_>>().into_iter().collect())
            .collect();
        counts_are_right(&tree, &departments, &people)?;
        let (moved, target) = (&departments[moved.index(departments.len())], &departments[target.index(departments.len())]);
        if moved.parent.is_some() && !tree.is_within(target.id, moved.id) {
            let changed = Department { parent: Some(target.id), ..moved.clone() };
            let after = tree.with(tree_id(1), std::slice::from_ref(&changed), None).unwrap();
            let departments: Vec<_> = after.departments().cloned().collect();
            counts_are_right(&after, &departments, &people)?;
            for of in people.iter().filter(|of| !of.iter().any(|one| tree.is_within(*one, moved.id)) || of.len() == 1) {
                prop_assert_eq!(tree.departments_of(of), after.departments_of(of), "who is not across is as before");
            }
        }
    }

    /// Proves I-36 and I-39 in part: whatever is made, moved and taken away in whatever order, there is one tree, no deeper than
    /// it may be, and siblings differ by name.
    #[test]
    fn any_history_leaves_a_tree(
        steps in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4_u8), 0..80),
        names in 1_usize..6,
    ) {
        let mut tree = grown(&[department(0, None, 0)]);
        for (at, (one, other, before, what)) in steps.iter().enumerate() {
            let all: Vec<Department> = tree.departments().cloned().collect();
            let (one, other) = (&all[one.index(all.len())], &all[other.index(all.len())]);
            let children: Vec<DepartmentId> = tree.children(other.id).map(|child| child.id).collect();
            let before = (!children.is_empty()).then(|| children[before.index(children.len())]);
            let position = Position { parent: other.id, before };
            let number = u32::try_from(at + 1).unwrap();
            let next = match what {
                0 | 1 => {
                    let name = DisplayName::parse(&format!("Name {}", at % names)).unwrap();
                    tree.place(position, &name, 1, None).ok().map(|(place, siblings)| {
                        let new = Department { name, ..department(number, None, place) };
                        (siblings, vec![Department { parent: Some(other.id), ..new }], None)
                    })
                }
                2 if one.parent.is_some() => {
                    let placed = tree.place(position, &one.name, tree.height(one.id), Some(one.id));
                    placed.ok().map(|(place, siblings)| {
                        (siblings, vec![Department { parent: Some(other.id), place, ..one.clone() }], None)
                    })
                }
                _ => {
                    let free = one.parent.is_some() && tree.children(one.id).next().is_none();
                    free.then(|| (Vec::new(), Vec::new(), Some(one.id)))
                }
            };
            let Some((siblings, changed, gone)) = next else { continue };
            let moved = changed.first().map(|one| one.id);
            let changed: Vec<Department> = siblings.into_iter().chain(changed).collect();
            tree = tree.with(tree_id(number), &changed, gone).unwrap();
            if let (Some(moved), Some(before)) = (moved, position.before.filter(|before| Some(*before) != moved)) {
                let order: Vec<DepartmentId> = tree.children(position.parent).map(|child| child.id).collect();
                let place = order.iter().position(|child| *child == moved).unwrap();
                prop_assert_eq!(order.get(place + 1), Some(&before), "it stands right before the one that was named");
            }
            for one in tree.departments() {
                prop_assert!(tree.depth(one.id).unwrap() <= MAX_DEPTH);
                let names: Vec<_> = tree.children(one.id).map(|child| child.name.canonical()).collect();
                prop_assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
            }
        }
    }
}

fn counts_are_right(
    tree: &Tree,
    departments: &[Department],
    people: &[Vec<DepartmentId>],
) -> Result<(), TestCaseError> {
    let mut headcounts: BTreeMap<DepartmentId, Headcount> = BTreeMap::new();
    for of in people {
        let placed = tree.departments_of(of).unwrap();
        prop_assert_eq!(placed.meets().len(), of.len() - 1);
        placed.all().iter().for_each(|one| headcounts.entry(*one).or_default().members += 1);
        placed.meets().iter().for_each(|one| headcounts.entry(*one).or_default().meets += 1);
    }
    let counted = tree.people(|one| headcounts.get(&one).copied().unwrap_or_default());
    for (one, counted) in tree.departments().zip(counted) {
        let within = |of: &&Vec<DepartmentId>| of.iter().any(|own| upward(departments, *own).contains(&one.id));
        prop_assert_eq!(usize::try_from(counted).unwrap(), people.iter().filter(within).count(), "{}", one.id);
    }
    Ok(())
}

#[test]
fn what_is_no_tree_is_told() {
    let told = |departments: &[Department]| Tree::grow(tree_id(0), departments.iter().cloned()).unwrap_err();
    let corrupt = |detail: &str| StoreError::Corrupt { detail: format!("departments: {detail}") };
    let one = department(0, None, 0);
    assert_eq!(told(&[]), corrupt("0 of them have none above, expected 1"));
    assert_eq!(told(&[one.clone(), department(1, None, 0)]), corrupt("2 of them have none above, expected 1"));
    let circle = [department(1, Some(2), 0), department(2, Some(1), 0), department(3, Some(9), 0)];
    assert_eq!(told(&[std::slice::from_ref(&one), circle.as_slice()].concat()), corrupt("3 of them hang on nothing"));
    let twice = [one, department(1, Some(0), 0), department(1, Some(0), 1)];
    assert_eq!(told(&twice), corrupt("1 of them hang on nothing"));
}

/// Proves I-36 in part: nothing goes deeper than 32, by whatever way, nor below itself.
#[test]
fn depth_and_circles_are_bounded() {
    let deep = u32::try_from(MAX_DEPTH).unwrap();
    let line: Vec<Department> = (0..deep).map(|number| department(number, number.checked_sub(1), 0)).collect();
    let tree = grown(&line);
    let name = DisplayName::parse("New").unwrap();
    let below = |parent| Position { parent: id(parent), before: None };
    assert_eq!(tree.place(below(deep - 1), &name, 1, None).unwrap_err(), Misplaced::TooDeep);
    assert!(tree.place(below(deep - 2), &name, 1, None).is_ok());
    assert_eq!(tree.place(below(deep - 2), &name, 2, None).unwrap_err(), Misplaced::TooDeep);
    assert_eq!(tree.place(below(5), &line[3].name, 29, Some(id(3))).unwrap_err(), Misplaced::Circle);
    assert_eq!(tree.place(below(3), &line[3].name, 29, Some(id(3))).unwrap_err(), Misplaced::Circle);
    let nowhere = tree.place(below(99), &name, 1, None).unwrap_err();
    assert_eq!(nowhere, Misplaced::Unknown(DepartmentUnknown::InTenant));
}

/// Where there is no room left between two siblings, those that stand too close move over, and the order stays.
#[test]
fn siblings_move_over() {
    let close = [
        department(0, None, 0),
        department(1, Some(0), 5),
        department(2, Some(0), 6),
        department(3, Some(0), i64::MAX),
    ];
    let tree = grown(&close);
    let name = DisplayName::parse("New").unwrap();
    for before in [Some(id(1)), Some(id(2)), Some(id(3)), None] {
        let (place, moved) = tree.place(Position { parent: id(0), before }, &name, 1, None).unwrap();
        let new = Department { name: name.clone(), ..department(9, Some(0), place) };
        let changed: Vec<Department> = moved.into_iter().chain([new]).collect();
        let after = tree.with(tree_id(1), &changed, None).unwrap();
        let order: Vec<DepartmentId> = after.children(id(0)).map(|child| child.id).collect();
        let mut expected = vec![id(1), id(2), id(3)];
        let at = before.map_or(3, |before| expected.iter().position(|one| *one == before).unwrap());
        expected.insert(at, id(9));
        assert_eq!(order, expected);
    }
    let taken = DisplayName::parse("d2").unwrap();
    let refused = tree.place(Position { parent: id(0), before: None }, &taken, 1, None).unwrap_err();
    assert_eq!(refused, Misplaced::NameTaken { name: taken });
}
