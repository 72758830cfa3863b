use membership_testkit::{Bed, Failure};

use super::*;

async fn edge(trusted: &[&str]) -> Result<Edge, Failure> {
    let bed = Bed::new().await?;
    let clock = bed.clock.clone();
    let trusted = trusted.iter().map(|text| text.parse()).collect::<Result<_, _>>()?;
    Ok(Edge::new(bed.membership, Arc::new(move || clock.now()), trusted))
}

fn headers(forwarded: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in forwarded {
        headers.append("x-forwarded-for", line.parse().unwrap());
    }
    headers
}

/// A forwarded address is believed only from a configured proxy, and only up to the first hop that
/// is none.
// Part of A46.
#[tokio::test]
async fn only_trusted_proxies_are_believed() {
    let edge = edge(&["10.0.0.0/8"]).await.unwrap();
    for (peer, forwarded, client) in [
        ("203.0.113.9", vec!["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", vec![], "10.0.0.1"),
        ("10.0.0.1", vec!["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", vec!["1.2.3.4, 198.51.100.1, 10.0.0.7"], "198.51.100.1"),
        ("10.0.0.1", vec!["1.2.3.4", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", vec!["198.51.100.1, nonsense"], "10.0.0.1"),
        ("::ffff:10.0.0.1", vec!["198.51.100.1"], "198.51.100.1"),
    ] {
        let found = edge.behind(peer.parse().unwrap(), &headers(&forwarded));
        assert_eq!(Ok(found), client.parse(), "{peer} {forwarded:?}");
    }
}

#[test]
fn an_origin_is_scheme_host_and_port() {
    assert_eq!(origin_of("https://Members.example.org"), "https://members.example.org");
    assert_eq!(origin_of("http://127.0.0.1:8080/members/"), "http://127.0.0.1:8080");
}

/// What is kept in two places, once as a text and once as microseconds, is one moment.
#[tokio::test]
async fn the_time_is_cut_to_what_stores_keep() {
    let membership = edge(&[]).await.unwrap().membership().clone();
    let clock: Clock = Arc::new(|| DateTime::from_timestamp(1_800_000_000, 123_456_789).unwrap());
    assert_eq!(Edge::new(membership, clock, Vec::new()).now().timestamp_subsec_nanos(), 123_456_000);
}
