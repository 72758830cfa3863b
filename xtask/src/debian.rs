//! Installing what is missing, where we may: as root on a machine with apt-get (a container, a build machine).
//! Anywhere else the person is told what to install.

use std::process::Command;
use std::sync::OnceLock;

use crate::failure::{Context, Failure, Outcome};
use crate::process;

pub(crate) fn install(packages: &[&str]) -> Outcome {
    if !may_install() {
        return Err(Failure::new(format!("install the Debian packages {} or the like", packages.join(", "))));
    }
    refresh_lists()?;
    println!("installing {} with apt-get", packages.join(", "));
    process::capture(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages)).map(drop)
}

/// Numeric ids of a user, if the machine has one of that name.
pub(crate) fn user_ids(name: &str) -> Option<(u32, u32)> {
    let ask = |flag| process::capture(Command::new("id").args([flag, name])).ok()?.trim().parse().ok();
    Some((ask("-u")?, ask("-g")?))
}

pub(crate) fn is_root() -> bool {
    process::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn may_install() -> bool {
    is_root() && process::find("apt-get", &[]).is_some()
}

/// The package lists of a fresh container are empty or old; once per run is enough.
fn refresh_lists() -> Outcome {
    static REFRESHED: OnceLock<Outcome> = OnceLock::new();
    REFRESHED
        .get_or_init(|| process::capture(apt_get().arg("update")).map(drop))
        .clone()
        .context("refreshing apt's lists")
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
