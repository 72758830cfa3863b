//! Mail through one SMTP connection to a local sink, out of the real outbox.

use std::time::{Duration, Instant};

use membership_testkit::smtp::Sink;
use serde_json::json;

use crate::{installation::Installation, wire::Wire};

const MESSAGES: usize = 5_000;

pub(crate) async fn measure() {
    let sink = Sink::start().await.expect("a sink");
    let port = sink.address().port().to_string();
    // Invited without a mail server in reach; then a server that has one works off what is owed.
    let settings = [
        ("MEMBERSHIP_LOG__FILTER", "warn"),
        ("MEMBERSHIP_MAIL__SMTP__HOST", "127.0.0.1"),
        ("MEMBERSHIP_MAIL__SMTP__PORT", port.as_str()),
        ("MEMBERSHIP_MAIL__SMTP__ENCRYPTION", "none"),
        ("MEMBERSHIP_MAIL__SMTP__FROM_ADDRESS", "members@example.org"),
    ];
    let installation = Installation::new(&settings).await;
    let mut wire = Wire::connect(installation.server.port, &installation.token).await;
    let path = installation.path("/invitations");
    let begun = Instant::now();
    for call in 0..MESSAGES / 10 {
        let person = |n: usize| json!({ "name": "Somebody", "via": "mail", "email": format!("p{call}x{n}@example.org"), "roles": [installation.member_role] });
        let people: Vec<_> = (0..10).map(person).collect();
        assert_eq!(wire.post(&path, &json!({ "people": people, "send": "now" }).to_string()).await, 201);
    }
    let (asked, sent) = (begun.elapsed(), sink.messages().len());
    // What is left when the asking ends is sent with nothing else going on.
    let rest = MESSAGES - sent;
    let begun = Instant::now();
    let letters = tokio::time::timeout(Duration::from_mins(2), sink.wait_for(MESSAGES)).await.expect("all letters");
    let rate = f64::from(u32::try_from(rest).unwrap_or_default()) / begun.elapsed().as_secs_f64();
    println!("mail through {} SMTP connection(s) to a local sink", sink.connections());
    println!(
        "  {} letters; {sent} while {MESSAGES} were being asked for in {asked:.1?}, then {rest} at {rate:.0}/s",
        letters.len()
    );
}
