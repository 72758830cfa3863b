//! The commands beside `serve`.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use super::{
    installation::Installation,
    process::{command, free_port, run},
};

#[test]
fn the_description_is_printed_without_a_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let (status, stdout, _) = run(folder.path(), &["openapi"], &[]);
    assert!(status.success());
    let description: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert!(description["paths"]["/api/v1/sessions"].is_object());
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "it left something behind");
}

#[test]
fn an_unknown_key_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("membership.toml"), "lissten = \"127.0.0.1:1\"\n").expect("a file");
    for command in ["serve", "doctor", "migrate"] {
        let (status, _, stderr) = run(folder.path(), &[command], &[]);
        assert_eq!(status.code(), Some(2), "{command}: {stderr}");
        assert!(stderr.contains("lissten") && stderr.contains("membership.toml"), "{command}: {stderr}");
    }
}

#[test]
fn the_configuration_is_shown_without_its_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings =
        [("MEMBERSHIP_DATABASE_URL", "postgres://u:TOPSECRET@localhost/db"), ("MEMBERSHIP_KEY__CURRENT", "TOPSECRET")];
    let (status, stdout, _) = run(folder.path(), &["config", "show"], &settings);
    assert!(status.success());
    assert!(stdout.contains("(hidden)") && !stdout.contains("TOPSECRET"), "{stdout}");
    assert!(toml::from_str::<toml::Table>(&stdout).is_ok(), "{stdout}");
}

#[test]
fn a_database_is_migrated_once_and_the_doctor_finds_it_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let (status, stdout, _) = run(folder.path(), &["migrate", "--check"], &[]);
    assert_eq!(status.code(), Some(1), "{stdout}");
    assert!(run(folder.path(), &["migrate"], &[]).0.success());
    assert!(run(folder.path(), &["migrate", "--check"], &[]).0.success());
    let (status, stdout, stderr) = run(folder.path(), &["doctor"], &[]);
    assert!(status.success(), "{stdout}{stderr}");
}

/// The demo runs the main job from end to end and says what it did.
#[test]
fn the_demo_runs_the_main_job() {
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port().to_string();
    let (status, stdout, stderr) = run(folder.path(), &["demo", "--once", "--port", &port], &[]);
    assert!(status.success(), "{stdout}{stderr}");
    assert!(stdout.contains("joined"), "{stdout}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 0, "it left something behind");
}

/// The screenful of curl in the README, as it stands there, against the demo as it is started there.
#[test]
fn the_readmes_screenful_of_curl_works() {
    let readme = include_str!("../../../../README.md");
    let script = readme.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a script");
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port().to_string();
    let mut demo = command(folder.path());
    let mut demo = demo.args(["demo", "--port", &port]).stdout(Stdio::piped()).spawn().expect("the demo starts");
    let mut lines = BufReader::new(demo.stdout.take().expect("its output")).lines();
    let ready = lines.any(|line| line.expect("text").starts_with("Stop with Ctrl-C"));
    let script = script.replace("localhost:8080", &format!("localhost:{port}"));
    let output = Command::new("bash").args(["-c", &script]).output().expect("bash");
    demo.kill().expect("a demo to end");
    demo.wait().expect("its end");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(ready && output.status.success(), "{printed}");
    for wanted in ["\"status\":\"enabled\"", "\"email\":\"eve@example.org\"", "invitation-joined"] {
        assert!(printed.contains(wanted), "no {wanted}: {printed}");
    }
}

/// The operator forgets the wrong tries of somebody by a command, while the server runs. (That it lets in again whoever was
/// frozen is shown in the kernel, where a hundred tries take no time.)
#[tokio::test]
async fn wrong_tries_are_forgotten_by_a_command() {
    let installation = Installation::new(&[]).await;
    let wrong = serde_json::json!({ "login": "ada", "password": "some wrong password", "transport": "bearer" });
    let mut codes = Vec::new();
    for _ in 0..12 {
        codes.push(installation.post_as_nobody("/api/v1/sessions", &wrong).await.status.as_u16());
    }
    assert!(codes.contains(&401) && codes.contains(&429), "{codes:?}");
    let (status, stdout, _) = run(installation.data(), &["unfreeze", "ada"], &[]);
    assert!(status.success() && stdout.contains("ada is forgotten"), "{stdout}");
    let (status, stdout, _) = run(installation.data(), &["unfreeze", "nobody"], &[]);
    assert_eq!(status.code(), Some(1), "{stdout}");
    assert!(stdout.contains("nobody signs in as nobody"), "{stdout}");
}
