//! Other processes on the same database, and a process that is killed. The other process is this program again, told to
//! run [`another_process`] alone.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use membership_core::{
    Membership,
    account::{Kinds, Login, Session},
    actor::{Actor, Principal},
    context::Context,
    directory::Directory,
    email::EmailAddress,
    id::RequestId,
    invariants,
    invitation::invite::{Invite, Invitee, Reach, Sending},
    name::Username,
    role::assign::Wanted,
};
use membership_store::Database;
use membership_testkit::{Adapter, Bed, Dice, Failure, ManualClock, bed};
use tokio::task::JoinSet;

use crate::place::Place;

const URL: &str = "MEMBERSHIP_TEST_OTHER_PROCESS_URL";
const NAME: &str = "MEMBERSHIP_TEST_OTHER_PROCESS_NAME";
const COUNT: &str = "MEMBERSHIP_TEST_OTHER_PROCESS_COUNT";
const SAID: &str = "invited ";

/// Proves I-41 in part and I-43 in part: what a process said it had done is there after it was killed, and nothing is half-done:
/// each change has its record and its mail.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_survives_a_kill() -> Result<(), Failure> {
    for place in Place::each().await? {
        let bed = Bed::over(Adapter::of(into_inner(place.ready().await?)?)).await?;
        let mut child = start(&place, "killed", 100_000)?;
        let lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let mut said = Vec::new();
        for line in lines {
            if let Some(address) = line?.strip_prefix(SAID) {
                said.push(address.to_owned());
            }
            if said.len() == 100 {
                child.kill()?;
            }
        }
        child.wait()?;
        assert!(said.len() >= 100, "{said:?}");

        let world = place.open().await?.world(bed.tenant.id).await?.ok_or("no tenant")?;
        let there: Vec<&str> =
            world.members.iter().filter_map(|m| m.email.as_ref()).map(EmailAddress::as_str).collect();
        let lost: Vec<&String> = said.iter().filter(|address| !there.contains(&address.as_str())).collect();
        assert_eq!(lost, [""; 0], "said to be invited, and are not");
        assert_eq!(invariants::check(&world, bed.clock.now()), []);
    }
    Ok(())
}

/// Proves I-41, in part: two processes write to one tenant at once, and the audit has every change of both, without a gap.
#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_a_database() -> Result<(), Failure> {
    for place in Place::each().await? {
        let bed = Bed::over(Adapter::of(into_inner(place.ready().await?)?)).await?;
        let mut child = start(&place, "there", 60)?;
        invite_many(&place.url, "here", 60).await?;
        assert!(child.wait()?.success());
        let world = bed.world(bed.tenant.id).await?;
        assert_eq!((world.members.len(), world.outbox.len()), (121, 120));
        assert_eq!(bed.violations().await?, []);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the other process of the tests above"]
async fn another_process() -> Result<(), Failure> {
    let (Ok(url), Ok(name), Ok(count)) = (env::var(URL), env::var(NAME), env::var(COUNT)) else { return Ok(()) };
    invite_many(&url, &name, count.parse()?).await
}

fn start(place: &Place, name: &str, count: u32) -> Result<Child, Failure> {
    let arguments = ["process::another_process", "--exact", "--ignored", "--nocapture"];
    let mut command = Command::new(env::current_exe()?);
    let command = command.args(arguments).env(URL, &place.url).env(NAME, name).env(COUNT, count.to_string());
    Ok(command.stdout(Stdio::piped()).spawn()?)
}

/// Eight at once invite `count` people to the first tenant, and say so after each.
async fn invite_many(url: &str, name: &str, count: u32) -> Result<(), Failure> {
    let adapter = Adapter::of(into_inner(Database::open(url).await?)?);
    let dice = Arc::new(Dice::seeded(name.bytes().map(u64::from).sum()));
    let membership = Membership::new(bed::parts(&adapter, dice)?);
    let login = Login::Username(Username::parse("root")?);
    let root = adapter.directory.account_by_login(&login).await?.ok_or("no root")?;
    let (session, _) =
        Session::start(&root, Kinds::NONE, &context(Actor::Anonymous, &membership), membership.entropy());
    let root = root.principal(&session);
    let mut tasks = JoinSet::new();
    for worker in 0..8 {
        let (adapter, membership, name) = (adapter.clone(), membership.clone(), name.to_owned());
        tasks.spawn(async move {
            for number in (worker..count).step_by(8) {
                let address = format!("{name}-{number}@example.org");
                invite(&adapter, &membership, root, &address).await?;
                println!("{SAID}{address}");
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

async fn invite(adapter: &Adapter, membership: &Membership, by: Principal, to: &str) -> Result<(), Failure> {
    let ctx = context(Actor::Account(by), membership);
    let tenant = adapter.directory.tenants().await?.pop().ok_or("no tenant")?;
    let role = adapter.directory.access(tenant).await?.roles.pop().ok_or("no role")?.id;
    let (reach, assignments) = (Reach::Mail(to.into()), Vec::new());
    let people = vec![Invitee { name: "Ann".into(), reach, assignments, departments: Vec::new(), language: None }];
    let (assignments, send) = (vec![Wanted::role(role)], Some(Sending::Now));
    membership
        .invite(&ctx, Invite { tenant, people, assignments, departments: Vec::new(), send, validity: None })
        .await?;
    Ok(())
}

pub(crate) fn context(actor: Actor, membership: &Membership) -> Context {
    let now = ManualClock::default().now();
    Context::new(actor, now, RequestId::new(now, membership.entropy()))
}

pub(crate) fn into_inner(database: Arc<Database>) -> Result<Database, Failure> {
    Arc::into_inner(database).ok_or_else(|| "the database is shared".into())
}
