//! Departments of many: what is found one way among few people is found another way among thousands.

mod rows;

use membership_core::{
    department::{Department, DepartmentOf, Departments, Position, Tree},
    directory::{AnyOf, InDepartments, MemberFilter, Page},
    event::{DepartmentChange, Event, MemberChange},
    id::{DepartmentId, InvitationId, MemberId, TreeId},
    member::{Member, MemberState, MemberStatus, edit::Changes},
    name::DisplayName,
    role::{Assignment, Assignments, Grant, assign::Wanted},
    store::Scope,
};
use membership_testkit::{Bed, Failure};
use sea_orm::DatabaseConnection;

use crate::place::Place;
use rows::{rows, touched};

/// How many events are written at once.
const AT_ONCE: usize = 2_000;

/// A tenant with many departments and many people in them.
struct Town {
    bed: Bed,
    tree: Tree,
    aside: DatabaseConnection,
    /// To which departments each belongs, oldest first.
    people: Vec<(MemberId, Departments)>,
}

impl Town {
    async fn new(place: Place) -> Result<Self, Failure> {
        let aside = place.aside().await?;
        let bed = Bed::over(place.adapter().await?).await?;
        let world = bed.world(bed.tenant.id).await?;
        let tree = Tree::grow(world.tenant.tree, world.departments.into_iter().map(|(department, _)| department))?;
        let people = vec![(bed.member.id, bed.member.departments.clone())];
        Ok(Self { bed, tree, aside, people })
    }

    async fn write(&self, events: &[Event]) -> Result<(), Failure> {
        for some in events.chunks(AT_ONCE) {
            let tx = self.bed.adapter.store.begin(Scope::Tenant(self.bed.tenant.id)).await?;
            tx.commit(&self.bed.as_administrator(), some).await?;
        }
        Ok(())
    }

    /// Makes `count` departments below each of `parents`, and says which.
    async fn grow(&mut self, parents: &[DepartmentId], count: usize) -> Result<Vec<DepartmentId>, Failure> {
        let (now, entropy) = (self.bed.clock.now(), self.bed.membership.entropy());
        let id = TreeId::new(now, entropy);
        let new = |parent, number| {
            Ok::<_, Failure>(Department {
                id: DepartmentId::new(now, entropy),
                tenant: self.bed.tenant.id,
                name: DisplayName::parse(&format!("Department {} {number}", self.tree.len()))?,
                parent: Some(parent),
                place: i64::try_from(number)?,
                created_at: now,
            })
        };
        let new = parents.iter().flat_map(|parent| (0..count).map(move |number| new(*parent, number)));
        let new: Vec<Department> = new.collect::<Result<_, _>>()?;
        let tree = Tree::grow(id, self.tree.departments().chain(&new).cloned())?;
        let made = |department: &Department| {
            Event::DepartmentCreated(Box::new(DepartmentChange {
                before: None,
                department: department.clone(),
                siblings: Vec::new(),
                lineages: vec![(department.id, tree.lineage(department.id))],
                members: Vec::new(),
                tree: id,
            }))
        };
        self.write(&new.iter().map(made).collect::<Vec<_>>()).await?;
        self.tree = tree;
        Ok(new.into_iter().map(|department| department.id).collect())
    }

    /// Somebody new for each of `homes`, who belongs there and holds `role`.
    async fn settle(&mut self, homes: &[Vec<DepartmentId>], role: Option<Grant>) -> Result<(), Failure> {
        let (now, entropy) = (self.bed.clock.now(), self.bed.membership.entropy());
        let mut events = Vec::with_capacity(homes.len());
        for home in homes {
            let member = Member {
                id: MemberId::new(now, entropy),
                departments: self.tree.departments_of(home)?,
                assignments: role.iter().map(|role| (role.clone(), None)).collect::<Assignments>(),
                state: MemberState::NotJoined { invitation: InvitationId::new(now, entropy) },
                representative: false,
                email: None,
                username: None,
                ..self.bed.member.clone()
            };
            self.people.push((member.id, member.departments.clone()));
            events.push(Event::MemberAdded(member));
        }
        self.people.sort_by_key(|(member, _)| *member);
        self.write(&events).await
    }

    async fn page(&self, filter: &MemberFilter, page: Page<MemberId>) -> Result<Vec<MemberId>, Failure> {
        let rows = self.bed.adapter.directory.members(self.bed.tenant.id, filter, page).await?;
        Ok(rows.iter().map(|row| row.member.id).collect())
    }

    /// Everybody below `top`, newest first, as the tree says.
    fn below(&self, top: DepartmentId) -> Vec<MemberId> {
        let belongs = |departments: &Departments| departments.all().iter().any(|own| self.tree.is_within(*own, top));
        self.people.iter().rev().filter(|(_, of)| belongs(of)).map(|(member, _)| *member).collect()
    }
}

fn all_below(top: DepartmentId) -> MemberFilter {
    let departments = Some(InDepartments { of: vec![top], below: true });
    MemberFilter { departments, ..MemberFilter::default() }
}

/// Of departments with thousands of people each page is what the tree says, whether they are the newest of the tenant, the
/// oldest, or both, whichever filter leads.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_large_departments() -> Result<(), Failure> {
    for place in Place::each().await? {
        let mut town = Town::new(place).await?;
        let root = town.bed.root()?;
        let tops = town.grow(&[root], 3).await?;
        let rooms = town.grow(&tops, 5).await?;
        let home = |number: usize| vec![rooms[number % 15]];
        let role = Some(Grant::Role(town.bed.role("Member").await?));
        // The first five thousand in the first department, then five thousand in the second, and a few in both.
        town.settle(&(0..5_000).map(|number| home(number % 5)).collect::<Vec<_>>(), role.clone()).await?;
        town.bed.clock.advance(chrono::TimeDelta::seconds(1));
        town.settle(&(0..5_000).map(|number| home(5 + number % 5)).collect::<Vec<_>>(), role.clone()).await?;
        let both = |number: usize| vec![rooms[number % 10], rooms[(number + 3) % 10]];
        town.settle(&(0..40).map(both).collect::<Vec<_>>(), role.clone()).await?;
        let few = rooms[14];
        town.settle(&vec![vec![few]; 60], role).await?;
        let given = Some(AnyOf { roles: vec![town.bed.role("Member").await?], ..AnyOf::default() });
        for top in [root, tops[0], tops[1], tops[2], few] {
            let expected = town.below(top);
            let present: Vec<MemberId> = expected.iter().copied().filter(|it| *it != town.bed.member.id).collect();
            let sight = MemberFilter { sight: Some(vec![top, rooms[0]]), ..MemberFilter::default() };
            let narrow = MemberFilter { sight: Some(vec![rooms[0]]), ..all_below(top) };
            let those: Vec<MemberId> = town.below(rooms[0]).into_iter().filter(|it| expected.contains(it)).collect();
            let status = MemberFilter { status: Some(MemberStatus::NotJoined), ..all_below(top) };
            let given = MemberFilter { given: given.clone(), ..all_below(top) };
            let text = membership_core::search::Query::parse(town.bed.member.name.as_str())?;
            let called = MemberFilter { text, ..all_below(top) };
            let none = MemberFilter { status: Some(MemberStatus::Disabled), ..all_below(top) };
            for (filter, expected) in [
                (all_below(top), &expected),
                (narrow, &those),
                (status, &present),
                (given, &present),
                (none, &Vec::new()),
            ] {
                for start in [0_usize, 20, 39, 4_900, 4_999, 6_000] {
                    let after = start.checked_sub(1).and_then(|last| expected.get(last)).copied();
                    if start > 0 && after.is_none() {
                        continue;
                    }
                    let page = town.page(&filter, Page { after, limit: 50 }).await?;
                    let wanted: Vec<MemberId> = expected.iter().copied().skip(start).take(50).collect();
                    assert_eq!(page, wanted, "{start}: {filter:?}");
                }
            }
            // Of a crowd of one moment the index of texts has an order of its own.
            let found = town.page(&called, Page { after: None, limit: 200 }).await?;
            assert_eq!(found.len(), expected.len().min(200));
            assert!(found.iter().all(|member| expected.contains(member)));
            let seen = town.page(&sight, Page { after: None, limit: 200 }).await?;
            assert!(seen.len() == 200 && seen.windows(2).all(|two| two[0] > two[1]));
        }
    }
    Ok(())
}

/// Moving a department with hundreds below it and thousands of people touches its own departments and who belongs to something
/// else too, and nobody else; and leaves everything as the audit says.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_touches_what_it_moves() -> Result<(), Failure> {
    for place in Place::each().await? {
        let mut town = Town::new(place).await?;
        let root = town.bed.root()?;
        let tops = town.grow(&[root], 3).await?;
        let middle = town.grow(&tops[..1], 10).await?;
        let rooms = town.grow(&middle, 60).await?;
        town.settle(&(0..2_000).map(|number| vec![rooms[number % 600]]).collect::<Vec<_>>(), None).await?;
        let both = |number: usize| vec![rooms[number], tops[1 + number % 2]];
        town.settle(&(0..30).map(both).collect::<Vec<_>>(), None).await?;
        let before = rows(&town.aside).await?;
        relocate(&town, tops[0], tops[1]).await?;
        let touched = touched(&before, &rows(&town.aside).await?);
        // All below it and itself; where it stands with 15 people now meet there, and no more at the root.
        let expected = [("department", 611 + 2), ("member", 15), ("tenant", 1)].map(|(table, rows)| (table, rows));
        assert_eq!(touched, expected.into());
        let sum = town.tree.subtree(root).count();
        assert_eq!(sum, 614);
    }
    Ok(())
}

/// What somebody was given for several departments makes a page no shorter.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_given_the_same_for_several_comes_once() -> Result<(), Failure> {
    for place in Place::each().await? {
        let mut town = Town::new(place).await?;
        let root = town.bed.root()?;
        let tops = town.grow(&[root], 4).await?;
        town.settle(&vec![vec![root]; 12], None).await?;
        let role = town.bed.role("Member manager").await?;
        let given = |within| Assignment { within, ..Assignment::of(Grant::Role(role)) };
        let assignments: Assignments = tops.iter().copied().map(Some).chain([None]).map(given).collect();
        let mut events = Vec::new();
        for (member, _) in town.people.iter().filter(|(member, _)| *member != town.bed.member.id) {
            let mut tx = town.bed.adapter.store.begin(Scope::Tenant(town.bed.tenant.id)).await?;
            let before = tx.member(*member).await?.ok_or("no member")?;
            let member = Member { assignments: assignments.clone(), ..before.clone() };
            events.push(Event::MemberEdited(MemberChange { before, member }));
        }
        town.write(&events).await?;
        let holding = |over: Option<Vec<DepartmentId>>| {
            let given = Some(AnyOf { roles: vec![role], over, ..AnyOf::default() });
            MemberFilter { given, ..MemberFilter::default() }
        };
        let expected: Vec<MemberId> =
            town.below(root).into_iter().filter(|member| *member != town.bed.member.id).collect();
        for over in [None, Some(vec![]), Some(tops[1..3].to_vec())] {
            for limit in [5, 20] {
                let mut found = Vec::new();
                while found.len() < expected.len() {
                    let page = town.page(&holding(over.clone()), Page { after: found.last().copied(), limit }).await?;
                    assert_eq!(page.len(), usize::from(limit).min(expected.len() - found.len()), "{over:?}");
                    found.extend(page);
                }
                assert_eq!(found, expected);
            }
        }
    }
    Ok(())
}

/// Proves I-36 and I-38 in part: a department is dissolved in one commit, with those below it, who belongs to it and what was
/// given for it, and every count and list is right afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn all_of_a_department_goes_at_once() -> Result<(), Failure> {
    for place in Place::each().await? {
        let bed = Bed::over(place.adapter().await?).await?;
        let (root, ctx) = (bed.root()?, bed.as_administrator());
        let (north, south) = (bed.department("North", root).await?.id, bed.department("South", root).await?.id);
        let (coast, hills) = (bed.department("Coast", north).await?.id, bed.department("Hills", north).await?.id);
        let port = bed.department("Port", coast).await?.id;
        for (name, home) in
            [("ann", vec![north]), ("bob", vec![north, south]), ("eve", vec![port, hills, south]), ("kim", vec![coast])]
        {
            bed.added_to(name, "Member", &home).await?;
        }
        let head = bed.added_to("head", "Member", &[north]).await?;
        let manager = Wanted { within: Some(north), ..Wanted::role(bed.role("Member manager").await?) };
        let changes = Changes { assignments: Some(vec![manager]), ..Changes::default() };
        bed.membership.edit_member(&ctx, bed.target(&head), changes).await?;
        let plan = bed.membership.plan_dissolution(&ctx, bed.place(north), south).await?;
        assert_eq!((plan.people.len(), plan.below.len(), plan.ended.len()), (3, 2, 1));
        bed.membership.dissolve_department(&ctx, bed.place(north), south, &plan.digest).await?;
        assert_eq!(bed.violations().await?, []);
        let world = bed.world(bed.tenant.id).await?;
        assert_eq!(membership_testkit::bed::differences(&world)?, [""; 0]);
        let counts = |id| world.departments.iter().find(|(one, _)| one.id == id).map(|(_, count)| count.members);
        assert_eq!([root, south, north, port].map(counts), [Some(1), Some(4), None, Some(1)]);
    }
    Ok(())
}

async fn relocate(town: &Town, moved: DepartmentId, parent: DepartmentId) -> Result<(), Failure> {
    let which = DepartmentOf { tenant: town.bed.tenant.id, department: moved };
    let position = Position { parent, before: None };
    town.bed.membership.relocate_department(&town.bed.as_administrator(), which, position).await?;
    Ok(())
}
