//! The product that docs/custodians.md shows, run as it stands there: called by the real custodian, by the example with
//! curl and openssl, and by somebody who does not know the secret.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "tests fail by panicking and say when they are skipped; the product checks the time by its own clock"
)]

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
};

use membership_core::{
    id::{AccountId, MemberId, TenantId, TransferId},
    ports::{CustodianError, DataCustodian as _, HandOver, Holder, Holding},
};
use membership_custodian::{Clock, CustodianSettings, Custodians, HttpCustodian};
use uuid::Uuid;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/custodians.md");

/// The running product. It ends with the test.
struct Product {
    process: Child,
    url: String,
}

impl Drop for Product {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// The page's only block in this language.
fn block(language: &str) -> String {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let fence = format!("\n```{language}\n");
    let mut blocks = page.split(&fence).skip(1);
    let block = blocks.next().unwrap().split("\n```\n").next().unwrap().to_owned();
    assert!(blocks.next().is_none(), "there is more than one block in {language}");
    block
}

/// Whether all of `programs` are here; where everything is required, they have to be.
fn are_here(programs: &[(&str, &str)]) -> bool {
    let is_here = |(program, flag): &&(&str, &str)| Command::new(program).arg(flag).output().is_ok();
    let missing: Vec<_> = programs.iter().filter(|program| !is_here(program)).map(|(program, _)| *program).collect();
    let required = env::var("MEMBERSHIP_TEST_REQUIRE").is_ok_and(|required| required == "1");
    assert!(missing.is_empty() || !required, "{} required and not here", missing.join(", "));
    if !missing.is_empty() {
        println!("skipped: {} not installed", missing.join(", "));
    }
    missing.is_empty()
}

fn start() -> Product {
    let mut process = Command::new("python3")
        .args(["-c", &block("python")])
        .env("CUSTODIAN_SECRET", SECRET)
        .env("PORT", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim().strip_prefix("listening on ").unwrap().to_owned();
    Product { process, url }
}

fn custodians(product: &Product, secret: &str) -> Custodians {
    let settings = CustodianSettings {
        url: product.url.clone(),
        secret: Some(secret.parse().unwrap()),
        secret_file: None,
        timeout_seconds: 10,
        ca_file: None,
    };
    let clock: Clock = Arc::new(|| std::time::SystemTime::now().into());
    Custodians::new(vec![HttpCustodian::new("video", &settings, clock).unwrap()]).unwrap()
}

fn documented(number: u128) -> Uuid {
    let first: Uuid = "0197c0de-0000-7000-8000-000000000000".parse().unwrap();
    Uuid::from_u128(first.as_u128() + number)
}

fn holder(member: u128) -> Holder {
    Holder {
        tenant: TenantId::from_uuid(documented(1)),
        member: MemberId::from_uuid(documented(member)),
        account: AccountId::from_uuid(documented(member + 1)),
    }
}

fn order() -> HandOver {
    HandOver {
        transfer: TransferId::from_uuid(documented(4)),
        kind: "video/recordings".to_owned(),
        from: holder(2),
        to: holder(5),
    }
}

fn recordings(count: u64) -> Vec<Holding> {
    vec![Holding { kind: "video/recordings".to_owned(), name: "Recordings".to_owned(), count }]
}

#[tokio::test]
async fn the_documented_product_hands_over_once_however_often_it_is_told() {
    if !are_here(&[("python3", "--version")]) {
        return;
    }
    let product = start();
    let custodians = custodians(&product, SECRET);
    assert_eq!(custodians.holdings(&holder(2)).await, Ok(recordings(2)));
    for _ in 0..2 {
        assert_eq!(custodians.hand_over(&order()).await, Ok(()));
        assert_eq!(custodians.holdings(&holder(2)).await, Ok(Vec::new()));
        assert_eq!(custodians.holdings(&holder(5)).await, Ok(recordings(2)));
    }
}

#[tokio::test]
async fn the_documented_product_believes_nobody_without_the_secret() {
    if !are_here(&[("python3", "--version")]) {
        return;
    }
    let product = start();
    let stranger = custodians(&product, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let refused = CustodianError::Unavailable { detail: "video: it answered 401".to_owned() };
    assert_eq!(stranger.holdings(&holder(2)).await, Err(refused.clone()));
    assert_eq!(stranger.hand_over(&order()).await, Err(refused));
    assert_eq!(custodians(&product, SECRET).holdings(&holder(2)).await, Ok(recordings(2)));
}

#[test]
fn the_documented_request_by_hand_is_believed() {
    if !are_here(&[("python3", "--version"), ("sh", "-c"), ("openssl", "version"), ("curl", "--version")]) {
        return;
    }
    let product = start();
    let by_hand = |secret: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", &block("sh")]).env("CUSTODIAN_SECRET", secret).env("CUSTODIAN_URL", &product.url);
        // The product is on this machine, whatever else goes through a proxy.
        shell.env("no_proxy", "*").output().unwrap()
    };
    let answer = by_hand(SECRET);
    let said = String::from_utf8(answer.stdout).unwrap();
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    assert_eq!(said, r#"{"holdings": [{"kind": "recordings", "name": "Recordings", "count": 2}]}"#);
    assert!(std::fs::read_to_string(PAGE).unwrap().contains(&format!("It answers `{said}`.")));
    assert!(!by_hand("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").status.success());
}
