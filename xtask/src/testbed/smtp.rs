//! A real SMTP server (aiosmtpd) with three doors: plain without sign-in, STARTTLS with, implicit TLS with.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::{Lifeline, Running, certificates};
use crate::failure::{Context, Outcome};
use crate::{debian, process, toolbox};

pub(super) const PLAIN: &str = "MEMBERSHIP_TEST_SMTP_PLAIN";

const LAUNCHER: &str = "xtask/tools/smtp_server.py";
const PINNED: &str = "xtask/tools/requirements.txt";
const USER: &str = "postmaster";
const PASSWORD: &str = "correct horse battery staple";

/// What the launcher prints once it listens.
#[derive(Deserialize, Debug, PartialEq, Eq)]
struct Ports {
    plain: u16,
    starttls: u16,
    tls: u16,
}

pub(super) fn start() -> Outcome<Running> {
    let python = python()?;
    let dir = tempfile::Builder::new().prefix("membership-smtp-").tempdir().context("making a directory")?;
    certificates::write(dir.path())?;
    let mut launcher = Command::new(python);
    launcher.arg(LAUNCHER).arg(dir.path()).args([USER, PASSWORD]).stdout(Stdio::piped());
    let mut lifeline = Lifeline::to(&mut launcher)?;
    // From here on the launcher removes the directory, whatever becomes of us.
    let dir = dir.keep();
    let ports = ports(&first_line(&mut lifeline)?)?;
    Ok(Running { variables: describe(&ports, &dir), _lifeline: Some(lifeline) })
}

fn describe(ports: &Ports, dir: &Path) -> Vec<(&'static str, String)> {
    vec![
        (PLAIN, format!("localhost:{}", ports.plain)),
        ("MEMBERSHIP_TEST_SMTP_STARTTLS", format!("localhost:{}", ports.starttls)),
        ("MEMBERSHIP_TEST_SMTP_TLS", format!("localhost:{}", ports.tls)),
        ("MEMBERSHIP_TEST_SMTP_CA", dir.join("ca.pem").display().to_string()),
        ("MEMBERSHIP_TEST_SMTP_USER", USER.to_owned()),
        ("MEMBERSHIP_TEST_SMTP_PASSWORD", PASSWORD.to_owned()),
        ("MEMBERSHIP_TEST_SMTP_MAILDIR", dir.join("maildir").display().to_string()),
    ]
}

fn first_line(lifeline: &mut Lifeline) -> Outcome<String> {
    let printed = lifeline.keeper().stdout.take().context("the SMTP server prints nowhere")?;
    let mut line = String::new();
    BufReader::new(printed).read_line(&mut line).context("reading what the SMTP server says")?;
    Ok(line)
}

fn ports(line: &str) -> Outcome<Ports> {
    serde_json::from_str(line).context(format!("the SMTP server did not start, it said {line:?}"))
}

/// A Python that has aiosmtpd: an environment of our own with pinned versions, else Debian's packages.
fn python() -> Outcome<PathBuf> {
    let pinned = fs::read_to_string(PINNED).context(format!("reading {PINNED}"))?;
    match toolbox::prepared("python", &pinned, install) {
        Ok(environment) => Ok(environment.join("bin/python")),
        Err(failure) => debians_python().context(failure),
    }
}

fn install(environment: &Path) -> Outcome {
    process::capture(Command::new("python3").args(["-m", "venv"]).arg(environment))?;
    let mut pip = Command::new(environment.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--requirement", PINNED]);
    process::capture(&mut pip).map(drop)
}

fn debians_python() -> Outcome<PathBuf> {
    let python = PathBuf::from("/usr/bin/python3");
    let has_it = || process::capture(Command::new(&python).args(["-c", "import aiosmtpd"]));
    if has_it().is_err() {
        debian::install(&["python3-aiosmtpd"])?;
        has_it()?;
    }
    Ok(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_and_silence_is_a_failure() {
        let line = "{\"plain\": 1, \"starttls\": 2, \"tls\": 3}\n";
        assert_eq!(ports(line), Ok(Ports { plain: 1, starttls: 2, tls: 3 }));
        assert!(ports("").unwrap_err().to_string().contains("did not start"));
    }

    #[test]
    fn every_door_is_described() {
        let variables = describe(&Ports { plain: 1, starttls: 2, tls: 3 }, Path::new("/tmp/x"));
        let value = |name| variables.iter().find(|(variable, _)| *variable == name).unwrap().1.as_str();
        assert_eq!(value("MEMBERSHIP_TEST_SMTP_PLAIN"), "localhost:1");
        assert_eq!(value("MEMBERSHIP_TEST_SMTP_STARTTLS"), "localhost:2");
        assert_eq!(value("MEMBERSHIP_TEST_SMTP_TLS"), "localhost:3");
        assert_eq!(value("MEMBERSHIP_TEST_SMTP_CA"), "/tmp/x/ca.pem");
    }
}
