//! Departments: the tree, who belongs where, what was given for a part of it, and what a store refuses by itself.

use std::collections::BTreeSet;

use membership_core::{
    department::{Department, DepartmentUse, Headcount, Lineage, Position, Tree},
    directory::{InDepartments, MemberFilter, Page},
    event::{DepartmentChange, Event},
    id::{DepartmentId, MemberId, TreeId},
    invitation::invite::Invite,
    member::{Member, edit::Changes, remove::Heirs},
    name::DisplayName,
    refusal::Refusal as _,
    role::{Assignments, Grant, assign::Wanted},
    store::{Scope, StoreError},
};

use super::{Outcome, crowd::at_once};
use crate::{Adapter, Bed, Failure};

impl Bed {
    /// The departments as a transaction reads them, in the order of their tree.
    async fn tree(&self) -> Result<Tree, Failure> {
        let mut tx = self.adapter.store.begin(Scope::Tenant(self.tenant.id)).await?;
        let id = tx.tenant().await?.ok_or("no tenant")?.tree;
        Ok(Tree::grow(id, tx.departments().await?)?)
    }

    async fn headcount(&self, department: DepartmentId) -> Result<Headcount, Failure> {
        let all = self.adapter.directory.departments(self.tenant.id).await?;
        let own = all.into_iter().find(|(own, _)| own.id == department);
        Ok(own.ok_or("there is no such department")?.1)
    }

    async fn those(&self, filter: &MemberFilter) -> Result<Vec<MemberId>, Failure> {
        let mut found = Vec::new();
        let mut page = Page { after: None, limit: 3 };
        loop {
            let rows = self.adapter.directory.members(self.tenant.id, filter, page).await?;
            page.after = rows.last().map(|row| row.member.id);
            found.extend(rows.iter().map(|row| row.member.id));
            if rows.is_empty() {
                return Ok(found);
            }
        }
    }
}

/// What the verbs write is what is read, by whatever question, and the tenant's tree is another after each.
pub(super) async fn a_tree_reads_back(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let root = bed.root()?;
    let sales = bed.department("Sales \u{1d11e} 'x' \"界\"", root).await?;
    let finance = bed.department("Finance", root).await?;
    let north = bed.department("North", sales.id).await?;
    let far = bed.department("Far", north.id).await?;
    let ctx = bed.as_administrator();
    let ids = |tree: &Tree| tree.departments().map(|department| department.id).collect::<Vec<_>>();
    let first = bed.tree().await?;
    assert_eq!(ids(&first), [root, sales.id, north.id, far.id, finance.id]);
    assert_eq!(first.get(sales.id)?, &sales);

    let position = Position { parent: finance.id, before: None };
    let moved = bed.membership.relocate_department(&ctx, bed.place(north.id), position).await?;
    let renamed = bed.membership.rename_department(&ctx, bed.place(far.id), "Farther").await?;
    let before = Position { parent: root, before: Some(sales.id) };
    bed.membership.relocate_department(&ctx, bed.place(finance.id), before).await?;
    let second = bed.tree().await?;
    assert_eq!(ids(&second), [root, finance.id, north.id, far.id, sales.id]);
    assert_eq!((second.get(north.id)?, second.get(far.id)?), (&moved, &renamed));
    assert_ne!(first.id(), second.id());
    bed.membership.delete_department(&ctx, bed.place(far.id)).await?;
    let third = bed.tree().await?;
    assert_eq!(ids(&third), [root, finance.id, north.id, sales.id]);
    assert_ne!(second.id(), third.id());

    let listed = bed.adapter.directory.departments(bed.tenant.id).await?;
    let listed: BTreeSet<DepartmentId> = listed.iter().map(|(department, _)| department.id).collect();
    assert_eq!(listed, ids(&third).into_iter().collect());
    let footing = bed.adapter.directory.footing(bed.tenant.id, membership_core::directory::Who::Member(bed.member.id));
    assert_eq!(footing.await?.map(|footing| footing.tree), Some(third.id()));
    let other = bed.found("Another Ltd", "otto").await?;
    assert_eq!(bed.adapter.directory.departments(other.tenant.id).await?.len(), 1);
    let mut tx = bed.adapter.store.begin(Scope::Installation).await?;
    assert_eq!(tx.departments().await?, []);
    Ok(())
}

/// Proves: ORG-12 in part. To what somebody belongs is read back in its order by every question, and the numbers are kept by
/// whatever changes it.
pub(super) async fn belonging_reads_back(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let root = bed.root()?;
    let (sales, finance) = (bed.department("Sales", root).await?.id, bed.department("Finance", root).await?.id);
    let north = bed.department("North", sales).await?.id;
    let ann = bed.added_to("ann", "Member", &[north, finance, sales]).await?;
    let counts = async || {
        let mut all = Vec::new();
        for department in [root, sales, north, finance] {
            let Headcount { members, meets } = bed.headcount(department).await?;
            all.push((members, meets));
        }
        Ok::<_, Failure>(all)
    };
    assert_eq!(counts().await?, [(1, 1), (1, 1), (1, 0), (1, 0)]);
    let stored = bed.stored(ann.id).await?.ok_or("no member")?;
    assert_eq!(stored, ann);
    assert_eq!(stored.departments.primary(), Some(north));
    let details = bed.adapter.directory.member(bed.tenant.id, ann.id).await?.ok_or("no member")?;
    assert_eq!(details.row.member, ann);
    let footing = bed.adapter.directory.footing(bed.tenant.id, membership_core::directory::Who::Member(ann.id)).await?;
    assert_eq!(footing.map(|footing| footing.member), Some(ann.clone()));

    let invitation = Invite { departments: vec![north, finance], ..bed.invitation_to("bob@example.org").await? };
    let bob = bed.invite_one(invitation).await?.member;
    assert_eq!(counts().await?, [(1, 2), (1, 1), (2, 0), (2, 0)]);
    let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    let mut both = [ann.clone(), bob.clone()];
    both.sort_by_key(|member| member.id);
    assert_eq!(tx.members_in(north, 10).await?, both);
    assert_eq!(tx.members_in(north, 1).await?, both.iter().take(1).cloned().collect::<Vec<_>>());
    assert_eq!(tx.department_use(north).await?, DepartmentUse { members: 1, invited: 1, grants: 0 });
    let across = async |tx: &mut Box<dyn membership_core::store::Tx>, top| {
        let across = tx.members_across(top).await?;
        Ok::<_, Failure>(across.into_iter().map(|(member, _)| member).collect::<BTreeSet<_>>())
    };
    assert_eq!(across(&mut tx, sales).await?, [ann.id, bob.id].into());
    assert_eq!(across(&mut tx, root).await?, [ann.id, bob.id].into());
    drop(tx);

    let ctx = bed.as_administrator();
    let position = Position { parent: finance, before: None };
    bed.membership.relocate_department(&ctx, bed.place(north), position).await?;
    assert_eq!(counts().await?, [(1, 1), (1, 0), (2, 0), (2, 2)]);
    let changes = Changes { departments: Some(vec![finance]), ..Changes::default() };
    let edited = bed.membership.edit_member(&ctx, bed.target(&ann), changes).await?;
    assert_eq!(bed.stored(ann.id).await?, Some(edited));
    assert_eq!(counts().await?, [(1, 0), (0, 0), (1, 0), (2, 1)]);
    bed.membership.remove_member(&ctx, bed.target(&bob), Heirs::default()).await?;
    assert_eq!(counts().await?, [(1, 0), (0, 0), (0, 0), (1, 0)]);
    bed.membership.delete_department(&ctx, bed.place(north)).await?;
    bed.membership.delete_department(&ctx, bed.place(sales)).await?;
    Ok(())
}

/// What was given for a department is read back beside the same for others and for all.
pub(super) async fn what_was_given_for_a_department(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let root = bed.root()?;
    let (sales, finance) = (bed.department("Sales", root).await?.id, bed.department("Finance", root).await?.id);
    let ann = bed.added_to("ann", "Member", &[sales]).await?;
    let (member, manager) = (bed.role("Member").await?, bed.role("Member manager").await?);
    let end = bed.clock.now() + chrono::TimeDelta::days(9);
    let given = vec![
        Wanted::role(member),
        Wanted { within: Some(sales), ..Wanted::role(manager) },
        Wanted { within: Some(finance), until: Some(end), ..Wanted::role(manager) },
        Wanted { within: Some(finance), ..Wanted::role(member) },
    ];
    let changes = Changes { assignments: Some(given), ..Changes::default() };
    let ann = bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann), changes).await?;
    assert_eq!(ann.assignments.iter().count(), 4);
    assert_eq!(bed.stored(ann.id).await?, Some(ann.clone()));
    let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    assert_eq!(tx.department_use(finance).await?, DepartmentUse { members: 0, invited: 0, grants: 2 });
    assert_eq!(tx.holders_within(sales, 10).await?, std::slice::from_ref(&ann));
    assert_eq!(tx.holders_within(root, 10).await?, []);
    assert_eq!(tx.granted_within(&[]).await?, []);
    assert_eq!(tx.granted_within(&[root, sales]).await?, [(Grant::Role(manager), None)]);
    let both: BTreeSet<(Grant, Option<chrono::DateTime<chrono::Utc>>)> =
        tx.granted_within(&[sales, finance]).await?.into_iter().collect();
    assert_eq!(
        both,
        [(Grant::Role(member), None), (Grant::Role(manager), None), (Grant::Role(manager), Some(end))].into()
    );
    assert_eq!(tx.holders_of(manager).await?, 1, "however often it was given");
    drop(tx);
    let changes = Changes { assignments: Some(vec![Wanted::role(manager)]), ..Changes::default() };
    let ann = bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann), changes).await?;
    assert_eq!(bed.stored(ann.id).await?, Some(ann));
    Ok(())
}

/// Lists by department, with what is below or without, and within what somebody may see, are what the tree says.
pub(super) async fn lists_by_department(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let root = bed.root()?;
    let mut all = vec![root];
    let some = |all: &[DepartmentId], number: usize| all.get(number % all.len().max(1)).copied().ok_or("no department");
    for number in 0..12_usize {
        let parent = some(&all, number * 7)?;
        all.push(bed.department(&format!("D{number}"), parent).await?.id);
    }
    let mut members: Vec<Member> = vec![bed.member.clone()];
    for number in 0..30_usize {
        let of: BTreeSet<DepartmentId> =
            (0..=number % 3).map(|step| some(&all, number * 5 + step * 4)).collect::<Result<_, _>>()?;
        let member = bed.added_to(&format!("member-{number}"), "Member", &of.into_iter().collect::<Vec<_>>()).await?;
        members.push(member);
    }
    let gone = bed.added_to("gone", "Member", &all).await?;
    bed.membership.remove_member(&bed.as_administrator(), bed.target(&gone), Heirs::default()).await?;
    let tree = bed.tree().await?;
    let belongs = |member: &Member, top, below| {
        member.departments.all().iter().any(|own| *own == top || (below && tree.is_within(*own, top)))
    };
    let mut found = 0;
    for (at, top) in all.iter().enumerate() {
        for below in [false, true] {
            let sights = [None, Some(vec![]), Some(vec![some(&all, at * 3 + 1)?, some(&all, at * 5 + 2)?])];
            for sight in sights {
                for of in [None, Some(vec![*top]), Some(vec![*top, some(&all, at + 1)?])] {
                    let departments = of.clone().map(|of| InDepartments { of, below });
                    let filter = MemberFilter { departments, sight: sight.clone(), ..MemberFilter::default() };
                    let mut expected: Vec<MemberId> = members
                        .iter()
                        .filter(|member| of.as_ref().is_none_or(|of| of.iter().any(|one| belongs(member, *one, below))))
                        .filter(|member| sight.as_ref().is_none_or(|s| s.iter().any(|one| belongs(member, *one, true))))
                        .map(|member| member.id)
                        .collect();
                    expected.sort_by(|one, other| other.cmp(one));
                    found += expected.len();
                    assert_eq!(bed.those(&filter).await?, expected, "{filter:?}");
                }
            }
        }
    }
    assert!(found > 500, "{found}");
    let unknown = InDepartments { of: vec![DepartmentId::from_uuid(uuid::Uuid::nil())], below: true };
    let filter = MemberFilter { departments: Some(unknown), ..MemberFilter::default() };
    assert_eq!(bed.those(&filter).await?, []);
    Ok(())
}

/// Proves: I-36, I-38 and I-39 in part, and I-11 in part. What no use case does, no store takes either.
pub(super) async fn a_broken_tree_is_refused(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let root = bed.root()?;
    let other = bed.found("Another Ltd", "otto").await?;
    let foreign = other.member.departments.primary().ok_or("no root")?;
    let sales = bed.department("Sales", root).await?;
    bed.added_to("ann", "Member", &[sales.id]).await?;
    let new = |name: &str, parent| {
        Ok::<_, Failure>(Department {
            id: DepartmentId::new(bed.clock.now(), bed.membership.entropy()),
            name: DisplayName::parse(name)?,
            parent,
            ..sales.clone()
        })
    };
    let tree = TreeId::new(bed.clock.now(), bed.membership.entropy());
    let change = |before: Option<Department>, department: Department, line: Vec<DepartmentId>| {
        let lineages = vec![(department.id, Lineage(line.into_iter().chain([department.id]).collect()))];
        Box::new(DepartmentChange { before, department, siblings: vec![], lineages, members: vec![], tree })
    };
    let made = |department: Department| {
        let line = department.parent.into_iter().collect();
        Event::DepartmentCreated(change(None, department, line))
    };
    let named = Department { name: DisplayName::parse("SALES")?, ..new("x", Some(root))? };
    let second_root = new("Second", None)?;
    let nowhere = new("Nowhere", Some(DepartmentId::from_uuid(uuid::Uuid::nil())))?;
    let abroad = new("Abroad", Some(foreign))?;
    let deleted = Event::DepartmentDeleted { department: sales.clone(), tree };
    let above = Event::DepartmentDeleted { department: bed.tree().await?.get(root)?.clone(), tree };
    let lost = Member { departments: other.member.departments.clone(), ..bed.membership_of_somebody_new().await? };
    let role = bed.role("Member").await?;
    let wide = Assignments::from_iter([membership_core::role::Assignment {
        within: Some(foreign),
        ..membership_core::role::Assignment::of(Grant::Role(role))
    }]);
    let wide = Member { assignments: wide, ..bed.membership_of_somebody_new().await? };
    let before = (bed.tree().await?.id(), bed.adapter.directory.departments(bed.tenant.id).await?);
    for event in [
        made(named),
        made(second_root),
        made(nowhere),
        made(abroad),
        deleted,
        above,
        Event::MemberAdded(lost),
        Event::MemberAdded(wide),
    ] {
        let name = event.name();
        let refused = bed.write(&[event]).await;
        assert!(matches!(refused, Err(StoreError::Raced { .. })), "{name}: {refused:?}");
    }
    assert_eq!((bed.tree().await?.id(), bed.adapter.directory.departments(bed.tenant.id).await?), before);
    Ok(())
}

/// Proves: I-36 in part. Two moves at once, each into the other, never make a loop; of several that make the same department one
/// does; and nobody joins a department that is gone.
pub(super) async fn moves_at_once(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let root = bed.root()?;
    for round in 0..15 {
        let one = bed.department(&format!("One {round}"), root).await?.id;
        let other = bed.department(&format!("Other {round}"), root).await?.id;
        let done = at_once(2, |number| {
            let bed = bed.clone();
            let (moved, parent) = if number == 0 { (one, other) } else { (other, one) };
            async move {
                let position = Position { parent, before: None };
                let moved =
                    bed.membership.relocate_department(&bed.as_administrator(), bed.place(moved), position).await;
                moved.err().map(|error| error.code())
            }
        })
        .await?;
        assert!(done == [None, Some("department-circle")] || done == [Some("department-circle"), None], "{done:?}");
        let made = at_once(4, |_| {
            let bed = bed.clone();
            async move { bed.department(&format!("Twin {round}"), root).await.is_ok() }
        })
        .await?;
        assert_eq!(made.into_iter().filter(|made| *made).count(), 1);
        let twin = bed.tree().await?.departments().last().map(|last| last.id).ok_or("no department")?;
        let done = at_once(2, |number| {
            let bed = bed.clone();
            async move {
                if number == 0 {
                    bed.membership.delete_department(&bed.as_administrator(), bed.place(twin)).await.is_ok()
                } else {
                    bed.added_to(&format!("person-{round}"), "Member", &[twin]).await.is_ok()
                }
            }
        })
        .await?;
        assert_eq!(done.iter().filter(|done| **done).count(), 1, "either it is gone, or somebody is in it");
    }
    bed.tree().await?;
    Ok(())
}
