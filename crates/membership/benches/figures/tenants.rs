//! Ten thousand tenants in one process: what each of them costs in memory once it was asked something, and that it is no
//! more where a tenant has a hundred times more members.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    account::{Account, Login},
    actor::Actor,
    context::Context,
    department::{Department, Departments},
    directory::Directory as _,
    event::Event,
    id::{AccountId, CatalogueId, DepartmentId, MemberId, RequestId, RoleId, TenantId, TreeId},
    member::{Member, MemberState},
    name::{DisplayName, Username},
    role::{Access, Assignments, Role},
    store::{Scope, Store as _},
    tenant::Tenant,
};
use membership_store::Database;
use membership_testkit::Dice;

use crate::{installation::Installation, start::resident_kib, wire::Wire};

const TENANTS: usize = 10_000;
/// Members of each, and of one in a hundred after it has grown.
const FEW: usize = 10;
const MANY: usize = 1_000;

/// What new tenants are copied from, and who is a member of them all.
struct Pattern {
    database: Arc<Database>,
    tenant: Tenant,
    access: Access,
    account: AccountId,
    now: DateTime<Utc>,
    dice: Dice,
}

pub(crate) async fn measure() {
    let installation = Installation::new(&[("MEMBERSHIP_LOG__FILTER", "warn")]).await;
    println!("memory with {TENANTS} tenants in one process on SQLite");
    let pattern = Pattern::of(&installation).await;
    let mut tenants = Vec::new();
    for number in 0..TENANTS {
        tenants.push(pattern.found(number).await);
    }
    pattern.database.close().await;
    let installation = touch_all(installation, &tenants, &format!("{FEW} members each")).await;
    let pattern = Pattern::of(&installation).await;
    for (number, tenant) in tenants.iter().enumerate().step_by(100) {
        pattern.grow(tenant, number, FEW..MANY).await;
    }
    pattern.database.close().await;
    touch_all(installation, &tenants, &format!("{MANY} members in one of a hundred")).await;
}

/// A fresh process, each tenant asked for a decision, those that have grown for a page of members too, all of it twice.
async fn touch_all(mut installation: Installation, tenants: &[Tenant], name: &str) -> Installation {
    installation.server = installation.server.restart(installation.folder.path());
    let mut wire = Wire::connect(installation.server.port, &installation.token).await;
    assert_eq!(wire.get(&installation.path("/check?permission=membership:members.read")).await, 200);
    let resident = || f64::from(resident_kib(installation.server.id())) / 1024.0;
    let mut steps = vec![resident()];
    for _ in 0..2 {
        for (number, tenant) in tenants.iter().enumerate() {
            let path = |rest| format!("/api/v1/tenants/{}{rest}", tenant.id);
            assert_eq!(wire.get(&path("/check?permission=membership:members.read")).await, 200);
            if number % 100 == 0 {
                assert_eq!(wire.get(&path("/members?limit=50")).await, 200);
            }
        }
        steps.push(resident());
    }
    println!(
        "  {name}: {:.1} MiB after the first answer, {:.1} after each tenant was asked, {:.1} after twice",
        steps[0], steps[1], steps[2]
    );
    installation
}

impl Pattern {
    async fn of(installation: &Installation) -> Self {
        let file = installation.data().join("data/membership.db");
        let database = Database::open(&format!("sqlite://{}", file.display())).await.expect("a database");
        let id: TenantId = installation.tenant.parse().expect("an id");
        let tenant = database.tenant(id).await.expect("an answer").expect("the tenant");
        let ada = Login::Username(Username::parse("ada").expect("a username"));
        let account = database.account_by_login(&ada).await.expect("an answer").expect("an account").id;
        let access = database.access(id).await.expect("its roles");
        let now = tenant.created_at + TimeDelta::seconds(1);
        Self { database, tenant, access, account, now, dice: Dice::seeded(installation.server.id().into()) }
    }

    /// A tenant like the one there is, with [`FEW`] members.
    async fn found(&self, number: usize) -> Tenant {
        let id = TenantId::new(self.now, &self.dice);
        let name = DisplayName::parse(&format!("Tenant {number}")).expect("a name");
        let catalogue = CatalogueId::new(self.now, &self.dice);
        let tree = TreeId::new(self.now, &self.dice);
        let tenant = Tenant { id, name, catalogue, tree, created_at: self.now, ..self.tenant.clone() };
        let root = Department {
            id: root_of(&tenant),
            tenant: id,
            name: tenant.name.clone(),
            parent: None,
            place: 0,
            created_at: self.now,
        };
        let access = self.access_of(id);
        let administrators = access.roles.iter().find(|role| role.administrator).expect("an administrator's role").id;
        let ada = Member { representative: true, ..self.member(&tenant, administrators, self.account, "ada") };
        let role = access.roles.iter().find(|role| !role.administrator).expect("another role").id;
        let mut events = vec![Event::TenantCreated { tenant: tenant.clone(), access, root }, Event::MemberAdded(ada)];
        events.extend(self.people(&tenant, role, number, 1..FEW));
        self.commit(Scope::Installation, &events).await;
        tenant
    }

    /// More members.
    async fn grow(&self, tenant: &Tenant, number: usize, numbers: std::ops::Range<usize>) {
        let access = self.database.access(tenant.id).await.expect("its roles");
        let role = access.roles.iter().find(|role| !role.administrator).expect("another role").id;
        let events: Vec<Event> = self.people(tenant, role, number, numbers).collect();
        self.commit(Scope::Tenant(tenant.id), &events).await;
    }

    async fn commit(&self, scope: Scope, events: &[Event]) {
        let context = Context::new(Actor::System, self.now, RequestId::new(self.now, &self.dice));
        self.database.begin(scope).await.expect("the lock").commit(&context, events).await.expect("a commit");
    }

    fn access_of(&self, tenant: TenantId) -> Access {
        let roles = &self.access.roles;
        let new: BTreeMap<RoleId, RoleId> =
            roles.iter().map(|role| (role.id, RoleId::new(self.now, &self.dice))).collect();
        let like = |role: &Role| Role {
            id: new[&role.id],
            tenant,
            includes: role.includes.iter().map(|id| new[id]).collect(),
            ..role.clone()
        };
        Access { applications: self.access.applications.clone(), roles: roles.iter().map(like).collect() }
    }

    fn people(
        &self,
        tenant: &Tenant,
        role: RoleId,
        number: usize,
        numbers: std::ops::Range<usize>,
    ) -> impl Iterator<Item = Event> {
        numbers.flat_map(move |person| {
            let username = format!("person{person}.tenant{number}");
            let id = AccountId::new(self.now, &self.dice);
            let member = self.member(tenant, role, id, &username);
            let account =
                Account { username: member.username.clone(), ..Account::new(id, member.name.clone(), self.now) };
            [Event::AccountRegistered(account), Event::MemberAdded(member)]
        })
    }

    fn member(&self, tenant: &Tenant, role: RoleId, account: AccountId, username: &str) -> Member {
        Member {
            id: MemberId::new(self.now, &self.dice),
            tenant: tenant.id,
            name: DisplayName::parse(username).expect("a name"),
            email: None,
            username: Some(Username::parse(username).expect("a username")),
            language: None,
            assignments: Assignments::of_role(role),
            departments: Departments::stored([root_of(tenant)], []),
            representative: false,
            creator: None,
            created_at: self.now,
            epoch: 0,
            state: MemberState::Enabled { account, joined_at: self.now },
        }
    }
}

/// The first department of a tenant has the tenant's number.
fn root_of(tenant: &Tenant) -> DepartmentId {
    DepartmentId::from_uuid(tenant.id.as_uuid())
}
