//! `membership doctor`: every invariant of every tenant, on the live database; its audits; and its tables against them.

use std::{collections::BTreeMap, path::Path};

use membership_core::{
    audit::{Head, replay::Replay},
    directory::{Directory as _, MAX_PAGE, RecordFilter, RecordOrder},
    id::TenantId,
    invariants::{self, Violation, World},
    store::{Scope, StoreError},
};
use membership_store::Database;
use membership_web::system_clock;

use crate::{
    config::Config,
    failure::{Context, Outcome},
    service::open_database,
};

/// What to look at.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Looks {
    /// Look at every audit: whether a record was changed, or one is missing. Prints where each ends, to be kept elsewhere
    #[arg(long)]
    audit: bool,
    /// With what `--audit` printed some time ago: whether each audit still holds what it held then
    #[arg(long, requires = "audit", value_name = "FILE")]
    noted: Option<std::path::PathBuf>,
    /// Replay every audit, and compare with the tables what it gives
    #[arg(long)]
    replay: bool,
}

/// Looks at everything; whether all is well.
pub(crate) async fn run(config: &Config, looks: &Looks) -> Outcome<bool> {
    let database = open_database(config).await?;
    let pending = database.pending_migrations().await.context("looking at the database")?;
    if !pending.is_empty() {
        println!("the database is not up to date: {} wait(s); run `membership migrate`", pending.join(", "));
        return Ok(false);
    }
    let noted = looks.noted.as_deref().map(noted).transpose()?.unwrap_or_default();
    let tenants = database.tenants().await.context("listing the tenants")?;
    let mut well = true;
    if looks.audit {
        well &= audit(&database, Scope::Installation, "installation", &noted).await.context("the audit")?;
    }
    for tenant in &tenants {
        let name = format!("tenant {tenant}");
        if looks.audit {
            well &= audit(&database, Scope::Tenant(*tenant), &name, &noted).await.context("the audit")?;
        }
        // A record that makes no sense must not end the round: the others are looked at all the same.
        let found = match database.world(*tenant).await {
            Ok(Some(world)) => complaints(&database, *tenant, &world, looks).await.context("the audit")?,
            Ok(None) => continue,
            Err(error) => vec![format!("{error}: {error:?}")],
        };
        for complaint in &found {
            println!("{name}: {complaint}");
        }
        well &= found.is_empty();
    }
    let checks = invariants::CHECKS.len();
    if well {
        println!("{} tenant(s), {checks} invariants each: all is well", tenants.len());
    }
    Ok(well)
}

async fn complaints(
    database: &Database,
    tenant: TenantId,
    world: &World,
    looks: &Looks,
) -> Result<Vec<String>, StoreError> {
    let broken = invariants::check(world, system_clock()()).into_iter();
    let told = |Violation { line, detail }| format!("invariant {line} does not hold: {detail}");
    let mut found: Vec<String> = broken.map(told).collect();
    if looks.replay {
        found.extend(replayed(database, tenant, world).await?);
    }
    Ok(found)
}

/// Where the tables of a tenant are not what its audit gives. Records that came while this was looking are left out.
async fn replayed(database: &Database, tenant: TenantId, world: &World) -> Result<Vec<String>, StoreError> {
    let end = world.audit.last().map_or(0, |record| record.revision);
    let mut replay = Replay::default();
    loop {
        let page = page(database, Scope::Tenant(tenant), replay.head().revision).await?;
        let Some(last) = page.last().map(|record| record.revision) else { break };
        for record in page.iter().filter(|record| record.revision <= end) {
            if let Err(wrong) = replay.add(record) {
                return Ok(vec![format!("the audit cannot be replayed: {wrong}")]);
            }
        }
        if last >= end {
            break;
        }
    }
    Ok(replay.differences(world))
}

/// Follows the chain of one audit to its end; whether it is whole, and holds what was noted of it.
async fn audit(
    database: &Database,
    scope: Scope,
    name: &str,
    noted: &BTreeMap<String, Vec<(u64, String)>>,
) -> Result<bool, StoreError> {
    let mut head = Head::default();
    let mut missing = noted.get(name).cloned().unwrap_or_default();
    loop {
        let page = page(database, scope, head.revision).await?;
        if page.is_empty() {
            break;
        }
        for record in &page {
            if !record.follows(&head) {
                println!("{name}: the audit is broken at revision {}", record.revision);
                return Ok(false);
            }
            head = record.head();
            let hash = hex(&head.hash);
            missing.retain(|(revision, noted)| *revision != head.revision || *noted != hash);
        }
    }
    println!("{name}: audit {} {}", head.revision, hex(&head.hash));
    for (revision, _) in &missing {
        println!("{name}: the audit does not hold revision {revision} as it was noted: it was cut off or rewritten");
    }
    Ok(missing.is_empty())
}

async fn page(
    database: &Database,
    scope: Scope,
    after: u64,
) -> Result<Vec<membership_core::audit::Record>, StoreError> {
    database.audit(scope, &RecordFilter::default(), RecordOrder::After(after), MAX_PAGE).await
}

/// What an earlier look printed: by the name of the audit, revisions with their hashes.
fn noted(file: &Path) -> Outcome<BTreeMap<String, Vec<(u64, String)>>> {
    let text = std::fs::read_to_string(file).context(format!("reading {}", file.display()))?;
    let mut noted: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
    for line in text.lines() {
        let Some((name, rest)) = line.split_once(": audit ") else { continue };
        let Some((revision, hash)) = rest.split_once(' ') else { continue };
        // An audit that has not begun has nothing to hold.
        if let Ok(revision @ 1..) = revision.parse() {
            noted.entry(name.to_owned()).or_default().push((revision, hash.to_owned()));
        }
    }
    if noted.is_empty() {
        return Err(format!("{} holds no line that `doctor --audit` has printed", file.display()).into());
    }
    Ok(noted)
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| DIGITS.get(usize::from(digit))).collect()
}
