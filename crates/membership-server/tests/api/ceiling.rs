//! The ceiling: nobody gives what he or she does not hold, acts against somebody who holds it, or changes the own entry,
//! by whatever operation there is.

use std::collections::{BTreeMap, BTreeSet};

use membership_core::{
    department::Tree,
    id::DepartmentId,
    invariants::World,
    member::{Member, edit::Changes},
    role::{Catalogue, Permission, assign::Wanted},
};
use poem::http::Method;
use serde_json::{Value, json};

use crate::fixture::{Api, Reply};

/// A tenant in which somebody who holds little meets those who hold everything.
struct Stage {
    api: Api,
    /// Those who are acted upon: each with an invitation.
    targets: Vec<(Member, String)>,
    /// What stands in the examples for a role, and for the role that is changed.
    above: String,
    idle: String,
    /// A department for which somebody holds everything, one below it, and one elsewhere, as the examples call them.
    departments: Vec<(String, String)>,
    /// A token of whoever acts.
    token: String,
}

impl Stage {
    /// `held` is what the account `actor` holds.
    async fn of(held: &[&str]) -> Self {
        let api = Api::start().await;
        let root = api.root().await;
        let everything = api.every_permission(&root).await;
        let everything: Vec<&str> = everything.iter().map(String::as_str).collect();
        let above = api.bed.define_role("Above", &everything, &[]).await.unwrap().id.to_string();
        let idle = api.bed.define_role("Idle", &[], &[]).await.unwrap().id.to_string();
        let (_, token) = api.holder("actor", held).await;
        let enabled = api.bed.added("above", &["Above"]).await.unwrap().member;
        let away = api.bed.added("away", &["Above"]).await.unwrap().member;
        api.bed.membership.disable_member(&api.bed.as_administrator(), api.bed.target(&away)).await.unwrap();
        let below = api.bed.added("below", &["Idle"]).await.unwrap().member;
        let pending = api.invited_as("pending@example.org", "Above").await;
        let invitation = pending.invitation.id.to_string();
        let departments = headed(&api).await;
        let targets = [api.bed.member.clone(), enabled, away, pending.member, below];
        let targets = targets.into_iter().map(|member| (member, invitation.clone())).collect();
        Self { api, targets, above, idle, departments, token }
    }

    /// Every operation that changes something in a tenant.
    fn writes(&self) -> Vec<(Method, String, Value)> {
        let writes = self.api.operations().into_iter();
        let writes = writes.filter(|(method, path, _)| *method != Method::GET && path.contains("{tenant}"));
        let found: Vec<_> = writes.collect();
        assert!(found.len() > 20);
        found
    }

    /// The actor asks for `operation` about `target`, and tries to give the role that holds everything.
    async fn ask(&self, target: usize, method: &Method, path: &str, operation: &Value) -> Reply {
        let (member, invitation) = &self.targets[target];
        let other = self.targets.iter().map(|(other, _)| other.id).skip(1).find(|other| *other != member.id).unwrap();
        let member = member.id.to_string();
        let example = |number: u8| format!("0197c0de-0000-7000-8000-{number:012}");
        let mut names = BTreeMap::from([
            (example(2), member.clone()),
            (example(3), invitation.clone()),
            (example(4), self.above.clone()),
            (example(8), other.to_string()),
            // The examples' morning is in the past of the tests' clock.
            ("2027-".to_owned(), "2099-".to_owned()),
            ("{tenant}".to_owned(), self.api.bed.tenant.id.to_string()),
            ("{member}".to_owned(), member),
            ("{invitation}".to_owned(), invitation.clone()),
            ("{role}".to_owned(), self.idle.clone()),
        ]);
        names.extend(self.departments.iter().cloned());
        let named = |text: String| names.iter().fold(text, |text, (from, to)| text.replace(from, to));
        let ask = self.api.ask(method.clone(), named(path.to_owned())).by(&self.token);
        match operation.pointer("/requestBody/content/application~1json/example") {
            Some(example) => ask.raw("application/json", named(example.to_string())).send().await,
            None => ask.send().await,
        }
    }

    async fn world(&self) -> World {
        self.api.bed.world(self.api.bed.tenant.id).await.unwrap()
    }
}

/// A department whose head holds everything there, for whatever is put below it.
async fn headed(api: &Api) -> Vec<(String, String)> {
    let bed = &api.bed;
    let root = bed.root().unwrap();
    let trade = bed.department("Trade", root).await.unwrap().id;
    let inner = bed.department("Inner", trade).await.unwrap().id;
    let elsewhere = bed.department("Elsewhere", root).await.unwrap().id;
    let head = bed.added("head", &["Idle"]).await.unwrap().member;
    let (above, idle) = (bed.role("Above").await.unwrap(), bed.role("Idle").await.unwrap());
    let given = vec![Wanted::role(idle), Wanted { within: Some(trade), ..Wanted::role(above) }];
    let changes = Changes { assignments: Some(given), departments: Some(vec![trade]), ..Changes::default() };
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&head), changes).await.unwrap();
    let example = |last: char| format!("0197c0de-0000-7000-8000-00000000000{last}");
    let named = [(example('c'), trade), (example('d'), trade), (example('e'), inner)];
    let in_path = ("{department}".to_owned(), elsewhere.to_string());
    named.into_iter().map(|(name, id)| (name, id.to_string())).chain([in_path]).collect()
}

/// What somebody may do: in the whole tenant, or for one department.
type Power = (Option<DepartmentId>, Permission);

/// What each member may do, or will once enabled.
fn powers(world: &World) -> BTreeMap<String, BTreeSet<Power>> {
    let catalogue = Catalogue::compile(world.tenant.catalogue, world.access.clone());
    let departments = world.departments.iter().map(|(department, _)| department.clone());
    let tree = Tree::grow(world.tenant.tree, departments).unwrap();
    let power = |member: &Member| {
        let mut powers = BTreeSet::new();
        for held in member.assignments.iter() {
            let over: Vec<Option<DepartmentId>> = match held.within {
                Some(top) => tree.subtree(top).map(|department| Some(department.id)).collect(),
                None => vec![None],
            };
            let gives = catalogue.union([&held.grant]);
            for over in over {
                powers.extend(catalogue.permissions_of(&gives).map(|permission| (over, permission.clone())));
            }
        }
        powers
    };
    world.members.iter().map(|member| (member.id.to_string(), power(member))).collect()
}

/// Whether `department` was there in `world`: over what is made below a head's department, the head may what he may.
fn was_there(world: &World, department: Option<DepartmentId>) -> bool {
    department.is_none_or(|id| world.departments.iter().any(|(department, _)| department.id == id))
}

/// Everything there is of `member`, its invitation too.
fn entry(world: &World, member: &Member) -> String {
    let entry = world.members.iter().find(|one| one.id == member.id);
    let invitation = world.invitations.iter().find(|one| one.member == member.id);
    format!("{entry:?} {invitation:?}")
}

/// Somebody who holds `held` tries every operation on everybody: nobody gains what the actor does not hold, and nobody who
/// holds more is touched. The codes that each operation refused with.
async fn nothing_gets_above(held: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut stage = Stage::of(held).await;
    let own: BTreeSet<Permission> = held.iter().map(|text| Permission::parse(text).unwrap()).collect();
    let (mut done, mut before, mut refused) = (0, stage.world().await, BTreeMap::<_, BTreeSet<_>>::new());
    for (method, path, operation) in stage.writes() {
        for target in 0..stage.targets.len() {
            let reply = stage.ask(target, &method, &path, &operation).await;
            let after = stage.world().await;
            let place = format!("{held:?}: {method} {path} answers {} {}", reply.status, reply.text);
            let had = powers(&before);
            for (member, has) in powers(&after) {
                let none = BTreeSet::new();
                let gained: Vec<_> = has.difference(had.get(&member).unwrap_or(&none)).collect();
                let mut gained = gained.into_iter().filter(|(over, _)| was_there(&before, *over));
                assert!(gained.all(|(_, permission)| own.contains(permission)), "{place}: {member} gained");
            }
            for (above, _) in &stage.targets[..4] {
                assert_eq!(entry(&before, above), entry(&after, above), "{place}");
            }
            if reply.status < 400 {
                done += 1;
                stage = Stage::of(held).await;
                before = stage.world().await;
            } else {
                let operation = operation["operationId"].as_str().unwrap().to_owned();
                refused.entry(operation).or_default().insert(reply.code());
            }
        }
    }
    assert!(done > 0, "{held:?} can do nothing at all, not even leave");
    refused
}

/// Proves A22 in part, A24 in part, I-7 in part and I-8 in part: with each single permission of member management.
#[tokio::test]
async fn nothing_gets_above_one_permission() {
    for permission in Permission::OWN {
        nothing_gets_above(&[permission.as_str()]).await;
    }
}

/// Proves A22 in part, A23 in part, A24 in part, I-7 in part and I-8 in part: with all of them, and some of a product beside
/// them; what stops the actor is the ceiling and nothing else.
#[tokio::test]
async fn nothing_gets_above_all_of_member_management() {
    let all = Permission::OWN;
    let mut held: Vec<&str> = all.iter().map(Permission::as_str).collect();
    for more in [&[][..], &["workspace:tasks.view", "workspace:tasks.delete", "workspace:files.share"]] {
        held.extend(more);
        let refused = nothing_gets_above(&held).await;
        for (operations, code) in [
            (["invite", "addMember", "editMember", "defineRole", "editRole"].as_slice(), "grant-exceeds-own"),
            (&["sendInvitation", "resendInvitation", "revokeInvitation", "reinviteMember"], "grant-exceeds-own"),
            (&["editMember", "disableMember", "enableMember", "removeMember"], "member-above-own"),
            (&["moveDepartment", "planDissolution", "dissolveDepartment"], "reach-exceeds-own"),
        ] {
            for operation in operations {
                assert!(refused[*operation].contains(code), "{operation}: {:?}", refused[*operation]);
            }
        }
    }
}

/// Proves I-5: no operation changes what the actor holds, the actor's status or flag, but handing over and leaving.
#[tokio::test]
async fn nobody_changes_the_own_entry() {
    for login in ["root", "second", "keeper"] {
        let mut stage = about_oneself(login).await;
        for (method, path, operation) in stage.writes() {
            let allowed = matches!(operation["operationId"].as_str(), Some("leaveTenant" | "acceptNomination"));
            if allowed {
                continue;
            }
            let own = stage.targets[0].0.clone();
            let own_role = stage.idle.clone();
            let before = stage.world().await;
            let reply = stage.ask(0, &method, &path, &operation).await;
            let after = stage.world().await;
            let state = |world: &World| {
                let member = world.members.iter().find(|one| one.id == own.id).unwrap().clone();
                let role = world.access.roles.iter().find(|role| role.id.to_string() == own_role).cloned();
                format!("{:?} {:?} {} {role:?}", member.assignments, member.state, member.representative)
            };
            assert_eq!(state(&before), state(&after), "{login}: {method} {path}: {}", reply.text);
            assert_eq!(powers(&before)[&own.id.to_string()], powers(&after)[&own.id.to_string()], "{method} {path}");
            if reply.status < 400 {
                stage = about_oneself(login).await;
            }
        }
    }
}

/// A stage where the one who is acted upon is the owner of `login`, and the role that is changed is the own one.
async fn about_oneself(login: &str) -> Stage {
    let own: Vec<&str> = Permission::OWN.iter().map(Permission::as_str).collect();
    let mut stage = Stage::of(&own).await;
    let bed = &stage.api.bed;
    let (member, role) = match login {
        "root" => (bed.member.clone(), "Administrator"),
        "second" => (bed.added("second", &["Administrator"]).await.unwrap().member, "Administrator"),
        _ => {
            bed.define_role("Keeper", &own, &[]).await.unwrap();
            (bed.added("keeper", &["Keeper"]).await.unwrap().member, "Keeper")
        }
    };
    stage.idle = stage.api.role(role).await;
    let invitation = stage.targets[0].1.clone();
    stage.targets.insert(0, (member, invitation));
    stage.token = stage.api.sign_in(login).await;
    stage
}

/// Proves A26 in part: two administrators act against each other at once, in every way there is: one of them at least
/// is left each time, and the representative always.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_administrators_never_end_each_other() {
    let api = Api::start().await;
    let (member, administrator) = (api.role("Member").await, api.role("Administrator").await);
    let demotion = json!({ "roles": [member] });
    for round in 0..60 {
        let (one, other) = (format!("one{round}"), format!("other{round}"));
        let (first, by_first) = api.person(&one, &["Administrator"]).await;
        let (second, by_second) = api.person(&other, &["Administrator"]).await;
        let act = |token: String, target: String, way: usize| {
            let at = api.tenant(&format!("/members/{target}"));
            let ask = match way {
                0 => api.ask(Method::PATCH, at).json(&demotion),
                1 => api.act(format!("{at}/disable")),
                _ => api.post(format!("{at}/remove"), &json!({})),
            };
            async move { ask.by(&token).send().await }
        };
        let (ways, root) = ((round % 3, round / 3 % 3), api.bed.member.id.to_string());
        let (left, right, up) = tokio::join!(
            act(by_first.clone(), second.clone(), ways.0),
            act(by_second.clone(), first.clone(), ways.1),
            act(by_first.clone(), root, ways.0),
        );
        let done = [&left, &right].iter().filter(|reply| reply.status == 200).count();
        assert_eq!(done, 1, "one of the two came first, and then the other could not: {} {}", left.text, right.text);
        assert_ne!(up.status, 200, "{}", up.text);
        let query = format!("/members?role={administrator}&status=enabled&limit=200");
        let left = api.get(api.tenant(&query)).by(&api.root().await).send().await.json();
        let left = left["members"].as_array().unwrap();
        assert!(left.iter().any(|member| member["representative"] == true), "the representative is one of them");
        assert!(left.iter().any(|member| member["id"] == first.as_str() || member["id"] == second.as_str()));
    }
    assert_eq!(api.bed.violations().await.unwrap(), []);
}
