//! Who may do what: every operation, asked by everybody there is in a tenant and outside it, against the file that is
//! checked in. A change of who may do what is a changed line of that file, for a reviewer to see.

use std::{fmt::Write as _, fs, path::PathBuf};

use membership_core::{
    account::api_key::{ApiKeyMade, MakeApiKey},
    invitation::invite::Reach,
    member::reach::Target,
    role::Permission,
    tenant::{Presets, create::CreateTenant},
};
use membership_testkit::{Adapter, Bed, TypedTable};
use poem::http::Method;
use serde_json::Value;

use crate::{
    fixture::{Api, Reply},
    house::NOTHING,
};

/// By what somebody asks.
#[derive(Clone)]
enum By {
    /// By a session of whoever has this login.
    Session(String),
    /// By an API key of the representative with this scope.
    Key(&'static str),
    /// By nothing.
    Nothing,
}

/// A tenant with somebody in each of its roles, made by the operator, who is no member of it.
struct House {
    api: Api,
    /// Who asks: what to call them, and by what.
    people: Vec<(String, By)>,
    /// What stands in the examples, and what stands for it here.
    names: Vec<(String, String)>,
}

/// Whom and what the operations are about, as the examples call it.
fn example(number: u8) -> String {
    format!("0197c0de-0000-7000-8000-{number:012}")
}

impl House {
    /// `lowest` is the role of whoever is acted upon, `permission` one that it gives.
    async fn by_preset(preset: &str, lowest: &str, permission: &str) -> Self {
        let presets = Presets::shipped(preset, Vec::new()).unwrap();
        let mut bed = Bed::altered(Adapter::in_memory(), |parts| parts.presets = presets).await.unwrap();
        let top = bed.tenant.id;
        bed.found("Third Ltd", "stranger").await.unwrap();
        let command = CreateTenant {
            name: "Other Ltd".into(),
            administrator: "Founder".into(),
            reach: Reach::Link(None),
            preset: None,
            parent: None,
        };
        let founded = bed.found_by(command, "founder").await.unwrap();
        (bed.tenant, bed.administrator, bed.member) = (founded.tenant, founded.administrator, founded.member);
        let roles = bed.adapter.directory.access(bed.tenant.id).await.unwrap().roles;
        let api = Api::over(bed);

        let mut people = vec![("the representative".to_owned(), By::Session("founder".to_owned()))];
        let mut administrator = None;
        for role in roles {
            let username = role.name.as_str().to_lowercase().replace(' ', "-");
            let person = api.bed.added(&username, &[role.name.as_str()]).await.unwrap();
            administrator = administrator.or_else(|| role.administrator.then_some(person.member));
            people.push((role.name.to_string(), By::Session(username)));
        }
        let administrator = administrator.unwrap();
        api.bed.define_role("Nothing", &[], &[]).await.unwrap();
        api.bed.added("nothing", &["Nothing"]).await.unwrap();
        for (who, login) in [
            ("a role without any permission", "nothing"),
            ("an administrator of another tenant", "stranger"),
            ("the operator of the installation", "root"),
        ] {
            people.push((who.to_owned(), By::Session(login.to_owned())));
        }
        people.push(("a key for membership:members.read".to_owned(), By::Key("membership:members.read")));
        people.push(("nobody".to_owned(), By::Nothing));

        let target = api.bed.added("target", &[lowest]).await.unwrap().member;
        let asked = api.invited_as("pending@example.org", lowest).await;
        let role = api.bed.define_role("Spare", &[permission], &[]).await.unwrap();
        let nominated = Target { tenant: api.bed.tenant.id, member: administrator.id };
        api.bed.membership.nominate(&api.bed.as_administrator(), nominated).await.unwrap();
        let key = api.key_of_representative("membership:members.read").await;
        let departments = departments(&api.bed).await;
        let mut names = vec![
            (example(1), api.bed.tenant.id.to_string()),
            (example(2), target.id.to_string()),
            (example(3), asked.invitation.id.to_string()),
            (example(4), api.role(lowest).await),
            (example(8), administrator.id.to_string()),
            (example(9), top.to_string()),
            // The examples' morning is in the past of the tests' clock.
            ("2027-".to_owned(), "2099-".to_owned()),
            ("{tenant}".to_owned(), api.bed.tenant.id.to_string()),
            ("{member}".to_owned(), target.id.to_string()),
            ("{invitation}".to_owned(), asked.invitation.id.to_string()),
            ("{role}".to_owned(), role.id.to_string()),
            ("{api_key}".to_owned(), key.key.id.to_string()),
            ("workspace:reports.export".to_owned(), permission.to_owned()),
        ];
        names.extend(departments);
        names.extend(import(&api.bed, lowest).await);
        Self { api, people, names }
    }

    /// `text` of the description, about what there is here.
    fn named(&self, text: &str) -> String {
        let text = self.names.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
        let parts = text.split('/').map(|part| if part.starts_with('{') { NOTHING } else { part });
        parts.collect::<Vec<_>>().join("/")
    }

    /// What comes of `operation` when it is asked for `by` that.
    async fn ask(&self, by: &By, method: &Method, path: &str, operation: &Value) -> Reply {
        let mut path = self.named(path);
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        if parameters.clone().any(|parameter| parameter["name"] == "permission") {
            path.push_str("?permission=membership:members.read");
        }
        let mut ask = self.api.ask(method.clone(), path);
        ask = match by {
            By::Session(login) => ask.by(&self.api.sign_in(login).await),
            By::Key(scope) => ask.by(self.api.key_of_representative(scope).await.secret.expose()),
            By::Nothing => ask,
        };
        if let Some(example) = operation.pointer("/requestBody/content/application~1json/example") {
            // A body is about many things, a part of an address about one: nothing in it is in braces.
            let body = self.names.iter().fold(example.to_string(), |text, (from, to)| text.replace(from, to));
            ask = ask.raw("application/json", body);
        }
        if let Some(example) = operation.pointer("/requestBody/content/application~1octet-stream/example") {
            ask = ask.raw("text/csv", example.as_str().unwrap());
        }
        ask.send().await
    }
}

impl Api {
    async fn key_of_representative(&self, scope: &str) -> ApiKeyMade {
        let (tenant, scope) = (self.bed.tenant.id, vec![Permission::parse(scope).unwrap()]);
        let command = MakeApiKey { tenant, name: "A program".into(), scope, seconds: 3_600 };
        self.bed.membership.make_api_key(&self.bed.as_administrator(), command).await.unwrap()
    }
}

/// A department that can be dissolved into another one, which has one below it, as the examples call them; and the plan of it.
async fn departments(bed: &Bed) -> Vec<(String, String)> {
    let root = bed.root().unwrap();
    let (spare, other) = (bed.department("Spare", root).await.unwrap(), bed.department("Other", root).await.unwrap());
    let below = bed.department("Below", other.id).await.unwrap();
    let plan = bed.membership.plan_dissolution(&bed.as_administrator(), bed.place(spare.id), other.id).await.unwrap();
    let (example, spare) = (|last: char| format!("0197c0de-0000-7000-8000-00000000000{last}"), spare.id.to_string());
    vec![
        (example('c'), spare.clone()),
        (example('d'), other.id.to_string()),
        (example('e'), below.id.to_string()),
        ("{department}".to_owned(), spare),
        ("q5o2nVZ0c1RJX9x0mFQm6h1d3yqkV0p7m2uJk8bT4wE".to_owned(), plan.digest),
    ]
}

/// An import of the representative, as the examples call it; and its plan.
async fn import(bed: &Bed, lowest: &str) -> Vec<(String, String)> {
    let table = TypedTable::new(&["Name", "Roles", "E-mail"], [["New", lowest, "new@example.org"].as_slice()]);
    let import = bed.planned(&table).await.unwrap();
    vec![
        ("{import}".to_owned(), import.id.to_string()),
        ("n7RkB3wq9sYh0mJ2xVtE5cLpZ8aUdG1fKoQiX4bWvMy".to_owned(), import.digest),
    ]
}

/// The matrix of a tenant by `preset`.
async fn matrix(preset: &str, lowest: &str, permission: &str) -> String {
    let mut text =
        format!("Who may do what in a tenant of the preset `{preset}`: each operation, who asks, what comes of it.\n");
    let mut house = House::by_preset(preset, lowest, permission).await;
    for (method, path, operation) in house.api.operations() {
        let public = operation["security"].as_array().unwrap().is_empty();
        if public {
            continue;
        }
        let short = path.trim_start_matches("/api/v1");
        writeln!(text, "\n{}: {method} {short}", operation["operationId"].as_str().unwrap()).unwrap();
        for (who, by) in house.people.clone() {
            let reply = house.ask(&by, &method, &path, &operation).await;
            let code = if reply.status < 400 { String::new() } else { format!(" {}", reply.code()) };
            writeln!(text, "    {who:<36}{}{code}", reply.status).unwrap();
            if reply.status < 400 && method != Method::GET {
                // It was done: the next one begins where this one did.
                house = House::by_preset(preset, lowest, permission).await;
            }
        }
    }
    text
}

fn compare(preset: &str, found: &str) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/api/matrix").join(format!("{preset}.txt"));
    if std::env::var_os("MEMBERSHIP_BLESS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, found).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    let mut block = "";
    for (now, before) in found.lines().zip(expected.lines()) {
        if !now.starts_with(' ') {
            block = now;
        }
        assert_eq!(now, before, "{block}: who may do what has changed; MEMBERSHIP_BLESS=1 writes it down");
    }
    assert_eq!(found.lines().count(), expected.lines().count(), "MEMBERSHIP_BLESS=1 writes it down");
}

/// Proves APP-2 in part and X-4 in part: what the roles of an organisation allow, operation by operation.
#[tokio::test]
async fn who_may_do_what_in_an_organization() {
    compare("organization", &matrix("organization", "Member", "workspace:tasks.view").await);
}

/// Proves APP-2 in part and X-4 in part: what the roles of a portal's tenant allow, operation by operation.
#[tokio::test]
async fn who_may_do_what_in_a_tenant_of_the_portal() {
    compare("portal-tenant", &matrix("portal-tenant", "Viewer", "video:live.view").await);
}
