//! `membership doctor`: every invariant of every tenant, on the live database.

use membership_core::{
    directory::Directory as _,
    invariants::{self, Violation},
};
use membership_web::system_clock;

use crate::{
    config::Config,
    failure::{Context, Outcome},
    service::open_database,
};

/// Checks everything; whether all is well.
pub(crate) async fn run(config: &Config) -> Outcome<bool> {
    let database = open_database(config).await?;
    let pending = database.pending_migrations().await.context("looking at the database")?;
    if !pending.is_empty() {
        println!("the database is not up to date: {} wait(s); run `membership migrate`", pending.join(", "));
        return Ok(false);
    }
    let tenants = database.tenants().await.context("listing the tenants")?;
    let mut well = true;
    for tenant in &tenants {
        // A record that makes no sense must not end the round: the others are looked at all the same.
        let found = match database.world(*tenant).await {
            Ok(Some(world)) => invariants::check(&world, system_clock()()),
            Ok(None) => continue,
            Err(error) => {
                println!("tenant {tenant}: {error}: {error:?}");
                well = false;
                continue;
            }
        };
        for Violation { line, detail } in &found {
            println!("tenant {tenant}: invariant {line} does not hold: {detail}");
        }
        well &= found.is_empty();
    }
    let checks = invariants::CHECKS.len();
    if well {
        println!("{} tenant(s), {checks} invariants each: all is well", tenants.len());
    }
    Ok(well)
}
