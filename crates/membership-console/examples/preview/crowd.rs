//! A tenant as large ones are: thousands of members in hundreds of departments, in every state, some with awkward names.

use chrono::TimeDelta;
use membership_core::{
    department::Department,
    id::DepartmentId,
    invitation::{
        Subject,
        invite::{Invite, Invitee, Reach},
    },
    member::{add::AddMember, remove::Heirs},
    ports::Secret,
    role::assign::Wanted,
};
use membership_testkit::{Bed, Failure, bed::TEMPORARY};

const FIRST: [&str; 24] = [
    "Ada", "Bao", "Chiara", "Dmitri", "Elif", "Farah", "Goran", "Hana", "Ines", "Jun", "Kofi", "Lan", "Mateo", "Ngozi",
    "Olga", "Priya", "Quentin", "Rosa", "Sven", "Tomás", "Uma", "Vera", "Yusuf", "Zoë",
];
const LAST: [&str; 22] = [
    "Adeyemi",
    "Bergström",
    "Castillo",
    "Dąbrowski",
    "Eriksen",
    "Fontaine",
    "García",
    "Hoàng",
    "Ivanova",
    "Johnson",
    "Kowalczyk",
    "Lindqvist",
    "Müller",
    "Nakamura",
    "Okonkwo",
    "Petrov",
    "Quispe",
    "Rossi",
    "Schneider",
    "Tanaka",
    "Ueda",
    "Van der Berg",
];
const AWKWARD: [&str; 6] = [
    "Maximiliana Alexandrina Wilhelmina von Hohenlohe-Waldenburg-Schillingsfürst zu Kaunitz",
    "عبد الرحمن بن محمد الفارسي",
    "👩‍🚀🧑🏽‍🔬 Star Crew",
    "<script>alert(\"member\")</script>",
    "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaft",
    "김서연",
];
const BRANCHES: [&str; 10] = [
    "Engineering",
    "Sales",
    "Operations",
    "People",
    "Finance",
    "Legal",
    "Research",
    "Marketing",
    "Support",
    "Facilities",
];
const TEAMS: [&str; 6] =
    ["North", "South", "East", "West", "Central", "Special projects and temporary assignments abroad"];

async fn departments(bed: &Bed) -> Result<Vec<DepartmentId>, Failure> {
    let root = bed.root()?;
    let mut all = vec![root];
    for branch in BRANCHES {
        let branch = made(bed, branch, root, &mut all).await?;
        for team in TEAMS {
            let team = made(bed, team, branch, &mut all).await?;
            for group in ["Alpha", "Beta"] {
                made(bed, group, team, &mut all).await?;
            }
        }
    }
    Ok(all)
}

async fn made(
    bed: &Bed,
    name: &str,
    parent: DepartmentId,
    all: &mut Vec<DepartmentId>,
) -> Result<DepartmentId, Failure> {
    let Department { id, .. } = bed.department(name, parent).await?;
    all.push(id);
    Ok(id)
}

/// Makes the departments and about `count` members.
pub(crate) async fn fill(bed: &Bed, count: usize) -> Result<(), Failure> {
    let departments = departments(bed).await?;
    let (member, manager) = (bed.role("Member").await?, bed.role("Member manager").await?);
    let membership = &bed.membership;
    for number in 0..count {
        bed.clock.advance(TimeDelta::minutes(7));
        let root = bed.as_administrator();
        let pick = |list: &[&'static str], by: usize| list.get(by % list.len()).copied().unwrap_or_default();
        let awkward = number % 83 == 7;
        let name = if awkward {
            pick(&AWKWARD, number / 83).to_owned()
        } else {
            format!("{} {}", pick(&FIRST, number), pick(&LAST, number / 3 + number))
        };
        let own = departments.get(number * 31 % departments.len()).copied().into_iter();
        let more = departments.get(number * 17 % departments.len()).copied().filter(|_| number % 9 == 0);
        let mut own: Vec<DepartmentId> = own.chain(more).collect();
        own.dedup();
        let mut assignments = vec![Wanted::role(member)];
        if number % 11 == 0 {
            let until = (number % 22 == 0).then(|| bed.clock.now() + TimeDelta::days(90));
            assignments.push(Wanted { within: own.first().copied(), until, ..Wanted::role(manager) });
        }
        if number % 7 == 3 {
            let reach = match number % 2 {
                0 => Reach::Link(None),
                _ => Reach::Mail(format!("p{number}@example.org")),
            };
            let people = vec![Invitee { name, reach, assignments, departments: own, language: None }];
            let command = Invite { people, ..bed.invitation_to("nobody@example.org").await? };
            let asked = bed.invite_one(command).await?;
            let subject = Subject { tenant: bed.tenant.id, invitation: asked.invitation.id };
            let token = bed.token(&asked.invitation);
            match number % 5 {
                0 => drop(membership.reject_invitation(&bed.as_anybody(), &token).await?),
                1 => drop(membership.accept_invitation(&bed.as_anybody(), &token).await?),
                2 => drop(membership.revoke_invitation(&root, subject).await?),
                _ => {}
            }
            continue;
        }
        let command = AddMember {
            language: None,
            tenant: bed.tenant.id,
            name,
            assignments,
            departments: own,
            username: format!("user{number}"),
            password: Secret::new(TEMPORARY),
            email: (number % 4 != 0).then(|| format!("user{number}@example.org")),
        };
        let added = membership.add_member(&root, command).await?;
        match number % 23 {
            5 => drop(membership.disable_member(&root, bed.target(&added)).await?),
            9 => drop(membership.remove_member(&root, bed.target(&added), Heirs::default()).await?),
            _ => {}
        }
    }
    Ok(())
}
