//! A throw-away PostgreSQL: a fresh cluster in a temporary directory, on a free port of the loopback interface.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Lifeline, Running};
use crate::failure::{Context, Failure, Outcome};
use crate::{debian, process};

pub(super) const URL: &str = "MEMBERSHIP_TEST_POSTGRES";

/// Debian keeps the server's programs off PATH, one directory for each major version.
const DEBIAN_HOME: &str = "/usr/lib/postgresql";

pub(super) fn start() -> Outcome<Running> {
    let programs = programs()?;
    let owner = Owner::choose()?;
    let dir = tempfile::Builder::new().prefix("membership-postgres-").tempdir().context("making a directory")?.keep();
    owner.take(&dir)?;
    // First the keeper, so that nothing is left behind even by a start that was interrupted.
    let lifeline = Lifeline::to(&mut keeper(&programs, &owner, &dir))?;
    let cluster = dir.join("cluster");
    process::capture(
        owner
            .command(&programs.join("initdb"), &dir)
            .args(["--auth-host=trust", "--auth-local=reject", "--username=postgres", "--no-sync"])
            .args(["--encoding=UTF8", "--locale=C", "--pgdata"])
            .arg(&cluster),
    )?;
    let port = free_port()?;
    configure(&cluster, port)?;
    process::capture(
        owner
            .command(&programs.join("pg_ctl"), &dir)
            .args(["start", "--wait", "--silent", "--log"])
            .arg(dir.join("log"))
            .arg("--pgdata")
            .arg(&cluster),
    )
    .map_err(|failure| with_log(&failure, &dir))?;
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    Ok(Running { variables: vec![(URL, url)], _lifeline: Some(lifeline) })
}

/// Stops the server without ceremony and removes its files.
fn keeper(programs: &Path, owner: &Owner, dir: &Path) -> Command {
    let mut keeper = owner.command(Path::new("sh"), dir);
    keeper.args(["-c", r#"read -r _; "$0" stop --mode immediate --pgdata "$1/cluster"; cd /; rm -rf "$1""#]);
    keeper.arg(programs.join("pg_ctl")).arg(dir).stdout(Stdio::null()).stderr(Stdio::null());
    keeper
}

/// The directory with `initdb` and `pg_ctl`, installed first if need be.
fn programs() -> Outcome<PathBuf> {
    if let Some(found) = find_programs() {
        return Ok(found);
    }
    debian::install(&["postgresql-common"])?;
    // Without this the package would set up and start a cluster of its own.
    process::capture(Command::new("sed").args([
        "--in-place",
        "s/^#\\?create_main_cluster.*/create_main_cluster = false/",
        "/etc/postgresql-common/createcluster.conf",
    ]))?;
    debian::install(&["postgresql"])?;
    find_programs().context("the package `postgresql` brought no initdb")
}

fn find_programs() -> Option<PathBuf> {
    let initdb = process::find("initdb", &debian_directories(Path::new(DEBIAN_HOME)))?;
    // A link on PATH may stand alone; the programs lie together where it points.
    Some(initdb.canonicalize().ok()?.parent()?.to_owned())
}

/// The newest version first.
fn debian_directories(home: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(home).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, bin)| bin).collect()
}

/// The server refuses to run as root, so root hands it to someone with fewer rights.
struct Owner(Option<(u32, u32)>);

impl Owner {
    fn choose() -> Outcome<Self> {
        if !debian::is_root() {
            return Ok(Self(None));
        }
        let ids = ["postgres", "nobody"].into_iter().find_map(debian::user_ids);
        ids.map(|ids| Self(Some(ids)))
            .context("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`")
    }

    fn take(&self, dir: &Path) -> Outcome {
        let Some((user, group)) = self.0 else { return Ok(()) };
        std::os::unix::fs::chown(dir, Some(user), Some(group)).context(format!("giving {} away", dir.display()))
    }

    fn command(&self, program: &Path, dir: &Path) -> Command {
        let mut command = Command::new(program);
        // The owner may not be able to enter the directory that we are in.
        command.current_dir(dir);
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
        command
    }
}

fn configure(cluster: &Path, port: u16) -> Outcome {
    let file = cluster.join("postgresql.conf");
    let mut open = OpenOptions::new().append(true).open(&file).context(format!("opening {}", file.display()))?;
    open.write_all(settings(port).as_bytes()).context(format!("writing {}", file.display()))
}

/// Nothing here survives a power cut, and nothing here needs to. Many tests at once each hold a pool.
fn settings(port: u16) -> String {
    format!(
        "\nport = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 200\n\
         fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
    )
}

/// A port that nobody listens on now. Somebody may take it before the server does; then the start fails and says so.
fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("looking for a free port")?;
    listener.local_addr().map(|address| address.port()).context("looking for a free port")
}

fn with_log(failure: &Failure, dir: &Path) -> Failure {
    let log = fs::read_to_string(dir.join("log")).unwrap_or_default();
    Failure::new(format!("{failure}\n{log}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_debians_versions_comes_first() {
        let home = tempfile::tempdir().unwrap();
        for name in ["9", "15", "common"] {
            fs::create_dir(home.path().join(name)).unwrap();
        }
        let expected = ["15", "9"].map(|version| home.path().join(version).join("bin"));
        assert_eq!(debian_directories(home.path()), expected);
        assert!(debian_directories(&home.path().join("absent")).is_empty());
    }

    #[test]
    fn the_server_listens_on_loopback_only() {
        let settings = settings(5433);
        assert!(settings.contains("\nport = 5433\n"), "{settings}");
        assert!(settings.contains("\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n"), "{settings}");
    }
}
