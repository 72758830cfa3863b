//! Over real sockets, with products that do as agreed and products that do not.

use std::time::{Duration, Instant};

use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;

use super::*;
use crate::{
    SignatureHeaders, TOLERANCE, VerifyError,
    fixture::{
        Conduct, IMPATIENT, Identity, NOW, PACE, Received, SECRET, Stand, answer, clock, custodian, holder, json,
        order, settings,
    },
    verify,
};

const RECORDINGS: &str = r#"{"holdings": [{"kind": "recordings", "name": "Recordings", "count": 12}]}"#;

/// HMAC-SHA-256 written out after RFC 2104, so that what is under test is not compared with itself.
fn hmac_by_hand(key: &[u8], message: &[u8]) -> Vec<u8> {
    let pad = |with: u8| -> Vec<u8> {
        let mut block = key.to_vec();
        block.resize(64, 0);
        block.iter().map(|byte| byte ^ with).collect()
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

fn assert_signed(request: &Received) {
    let (id, timestamp) = (&request.headers["webhook-id"], &request.headers["webhook-timestamp"]);
    assert_eq!(timestamp, &NOW.to_string());
    assert!(id.starts_with("msg_") && !id.contains('.'), "{id}");
    let key = STANDARD.decode(&SECRET["whsec_".len()..]).unwrap();
    let signed = [id.as_bytes(), b".", timestamp.as_bytes(), b".", &request.body].concat();
    let expected = format!("v1,{}", STANDARD.encode(hmac_by_hand(&key, &signed)));
    assert_eq!(request.headers["webhook-signature"], expected);
}

async fn asked(conduct: Conduct) -> Result<Vec<Holding>, String> {
    let stand = Stand::open(conduct).await;
    custodian(&stand, PACE).holdings(&holder(2)).await.map_err(|CustodianError::Unavailable { detail }| detail)
}

async fn ordered(conduct: Conduct) -> Result<(), String> {
    let stand = Stand::open(conduct).await;
    custodian(&stand, PACE)
        .hand_over(&order("recordings"))
        .await
        .map_err(|CustodianError::Unavailable { detail }| detail)
}

async fn trouble(conduct: Conduct) -> String {
    asked(conduct).await.unwrap_err()
}

#[tokio::test]
async fn a_product_is_asked_what_a_member_holds() {
    let stand = Stand::open(Conduct::Say(json(RECORDINGS))).await;
    let held = custodian(&stand, PACE).holdings(&holder(2)).await.unwrap();
    assert_eq!(held, [Holding { kind: "recordings".to_owned(), name: "Recordings".to_owned(), count: 12 }]);

    let [request] = stand.received().try_into().unwrap();
    assert_eq!(request.line, "POST /holdings HTTP/1.1");
    assert_eq!(request.headers["host"], format!("127.0.0.1:{}", stand.port()));
    assert_eq!(request.headers["content-type"], "application/json");
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    let expected = serde_json::json!({
        "tenant": "00000000-0000-0000-0000-000000000001",
        "member": "00000000-0000-0000-0000-000000000002",
        "account": "00000000-0000-0000-0000-000000000066",
    });
    assert_eq!(body, expected);
    assert_signed(&request);
}

#[tokio::test]
async fn a_product_is_told_to_hand_over() {
    let stand = Stand::open(Conduct::Say(answer("204 No Content", &[], ""))).await;
    custodian(&stand, PACE).hand_over(&order("recordings")).await.unwrap();

    let [request] = stand.received().try_into().unwrap();
    assert_eq!(request.line, "POST /hand-over HTTP/1.1");
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    let expected = serde_json::json!({
        "transfer": "00000000-0000-0000-0000-000000000009",
        "kind": "recordings",
        "tenant": "00000000-0000-0000-0000-000000000001",
        "from": {
            "member": "00000000-0000-0000-0000-000000000002",
            "account": "00000000-0000-0000-0000-000000000066",
        },
        "to": {
            "member": "00000000-0000-0000-0000-000000000003",
            "account": "00000000-0000-0000-0000-000000000067",
        },
    });
    assert_eq!(body, expected);
    assert_signed(&request);
}

#[tokio::test]
async fn a_product_in_rust_can_check_what_it_gets() {
    let stand = Stand::open(Conduct::Say(json(RECORDINGS))).await;
    custodian(&stand, PACE).holdings(&holder(2)).await.unwrap();
    let [request] = stand.received().try_into().unwrap();

    let secret = SECRET.parse().unwrap();
    let headers = SignatureHeaders::find(|name| request.headers.get(name).cloned()).unwrap();
    let at = |seconds| DateTime::from_timestamp(NOW + seconds, 0).unwrap();
    let check = |body: &[u8], seconds| verify(&secret, &headers, body, at(seconds), TOLERANCE);
    assert_eq!(check(&request.body, 0), Ok(()));
    let other_member = String::from_utf8(request.body.clone()).unwrap().replace("0002", "0003");
    assert_eq!(check(other_member.as_bytes(), 0), Err(VerifyError::Mismatch));
    assert_eq!(check(&request.body, 301), Err(VerifyError::OutOfTime { seconds: 301 }));
}

#[tokio::test]
async fn an_order_keeps_its_id_at_every_attempt_and_another_order_has_another() {
    let stand = Stand::open(Conduct::Say(answer("500 Internal Server Error", &[], ""))).await;
    let one_second_later: Clock = std::sync::Arc::new(|| DateTime::from_timestamp(NOW + 1, 0).unwrap());
    let later = HttpCustodian::paced("video", &settings(&stand.url()), one_second_later, PACE).unwrap();
    let video = custodian(&stand, PACE);
    let to_another = HandOver { to: holder(4), ..order("recordings") };
    for (custodian, order) in
        [(&video, order("recordings")), (&later, order("recordings")), (&video, order("cameras")), (&video, to_another)]
    {
        custodian.hand_over(&order).await.unwrap_err();
    }
    let received = stand.received();
    let [first, again, other_kind, other_heir] = [0, 1, 2, 3].map(|index: usize| &received[index].headers);
    assert_eq!(first["webhook-id"], again["webhook-id"]);
    assert_ne!(first["webhook-timestamp"], again["webhook-timestamp"]);
    assert_ne!(first["webhook-id"], other_kind["webhook-id"]);
    assert_ne!(first["webhook-id"], other_heir["webhook-id"]);
}

#[tokio::test]
async fn questions_have_an_id_each() {
    let stand = Stand::open(Conduct::Say(json(RECORDINGS))).await;
    let seconds = std::sync::atomic::AtomicI64::new(NOW);
    let ticking: Clock = std::sync::Arc::new(move || {
        DateTime::from_timestamp(seconds.fetch_add(1, std::sync::atomic::Ordering::Relaxed), 0).unwrap()
    });
    let custodian = HttpCustodian::paced("video", &settings(&stand.url()), ticking, PACE).unwrap();
    custodian.holdings(&holder(2)).await.unwrap();
    custodian.holdings(&holder(2)).await.unwrap();
    let received = stand.received();
    assert_ne!(received[0].headers["webhook-id"], received[1].headers["webhook-id"]);
}

#[tokio::test]
async fn the_path_of_the_url_stays_in_front() {
    let stand = Stand::open(Conduct::Say(json(RECORDINGS))).await;
    for url in [format!("{}/v2/members", stand.url()), format!("http://localhost:{}/v2/members/", stand.port())] {
        HttpCustodian::paced("video", &settings(&url), clock(), PACE).unwrap().holdings(&holder(2)).await.unwrap();
    }
    let lines: Vec<String> = stand.received().into_iter().map(|request| request.line).collect();
    assert_eq!(lines, ["POST /v2/members/holdings HTTP/1.1"; 2]);
}

#[tokio::test]
async fn any_2xx_but_202_means_handed_over_whatever_else_it_says() {
    let far_too_long = format!("{:?}", "x".repeat(1_000_000));
    for done in [answer("200 OK", &[], "done"), answer("201 Created", &[], ""), json(&far_too_long)] {
        assert_eq!(ordered(Conduct::Say(done)).await, Ok(()));
    }
    let working = ordered(Conduct::Say(answer("202 Accepted", &[], ""))).await;
    assert_eq!(working, Err("video: it answered 202: it is still at it, and will be asked again".to_owned()));
    for (status, words) in [("409 Conflict", "video: it answered 409"), ("503 Oh", "video: it answered 503")] {
        assert_eq!(ordered(Conduct::Say(answer(status, &[], "private"))).await, Err(words.to_owned()));
    }
}

#[tokio::test]
async fn holdings_are_200_with_json_and_nothing_else() {
    let typed = |content_type: &str| answer("200 OK", &[content_type], RECORDINGS);
    for (said, words) in [
        (answer("500 Internal Server Error", &[], "private"), "video: it answered 500"),
        (answer("401 Unauthorized", &[], ""), "video: it answered 401"),
        (answer("202 Accepted", &["content-type: application/json"], RECORDINGS), "video: it answered 202"),
        (answer("204 No Content", &[], ""), "video: it answered 204"),
        (typed("content-type: text/html"), "video: its answer is not of the type application/json"),
        (typed("x-nothing: 1"), "video: its answer is not of the type application/json"),
        (json("private"), "video: its answer is not as agreed: not JSON (line 1, column 1)"),
        (b"private".to_vec(), "video: its answer is not HTTP"),
        (Vec::new(), "video: it hung up before its answer was complete"),
        (json(RECORDINGS)[..80].to_vec(), "video: it hung up before its answer was complete"),
    ] {
        assert_eq!(trouble(Conduct::Say(said)).await, words);
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Stand::open(Conduct::Say(json(RECORDINGS))).await;
    let location = format!("location: {}/holdings", elsewhere.url());
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let words = trouble(Conduct::Say(answer(status, &[&location], ""))).await;
        assert!(words.ends_with("and wants us elsewhere; redirects are not followed"), "{words}");
    }
    assert_eq!(elsewhere.received().len(), 0);
}

#[tokio::test]
async fn a_product_that_does_not_answer_costs_no_more_than_the_time_agreed() {
    let chunked = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n";
    for conduct in [
        Conduct::SayAndHold(Vec::new()),
        Conduct::SayAndHold(b"HTTP/1.1 200 OK\r\n".to_vec()),
        Conduct::SayAndHold(chunked.to_vec()),
        Conduct::Drip(json(RECORDINGS), Duration::from_millis(50)),
    ] {
        let stand = Stand::open(conduct).await;
        let begun = Instant::now();
        let CustodianError::Unavailable { detail } =
            custodian(&stand, IMPATIENT).holdings(&holder(2)).await.unwrap_err();
        assert_eq!(detail, "video: it did not answer within 300ms");
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn an_encrypted_connection_that_is_never_made_costs_no_more_than_the_time_agreed() {
    // It takes the connection and says nothing: a handshake that does not end.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://127.0.0.1:{}", silent.local_addr().unwrap().port());
    let pace = Pace { connect: Duration::from_millis(150), ..PACE };
    let custodian = HttpCustodian::paced("video", &settings(&url), clock(), pace).unwrap();
    let CustodianError::Unavailable { detail } = custodian.holdings(&holder(2)).await.unwrap_err();
    assert_eq!(detail, "video: it cannot be reached: no connection within 150ms");
}

#[tokio::test]
async fn a_long_answer_is_cut_off() {
    const MEBIBYTE: usize = 1024 * 1024;
    let announced = answer("200 OK", &["content-type: application/json"], &" ".repeat(10 * MEBIBYTE));
    assert_eq!(trouble(Conduct::Say(announced)).await, "video: its answer is longer than 64 KiB");

    // Without a length, and without an end: what counts is how much was taken.
    let endless = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".to_vec();
    let stand = Stand::open(Conduct::Flood(endless)).await;
    let CustodianError::Unavailable { detail } = custodian(&stand, PACE).holdings(&holder(2)).await.unwrap_err();
    assert_eq!(detail, "video: its answer is longer than 64 KiB");
    assert!(stand.flooded().await < 32 * MEBIBYTE);

    let head = Stand::open(Conduct::Flood(b"HTTP/1.1 200 OK\r\nx-long:".to_vec())).await;
    let CustodianError::Unavailable { detail } = custodian(&head, PACE).holdings(&holder(2)).await.unwrap_err();
    assert_eq!(detail, "video: its answer is not HTTP");
    assert!(head.flooded().await < 32 * MEBIBYTE);
}

#[tokio::test]
async fn an_answer_of_exactly_the_longest_length_is_taken() {
    let padded = |length: usize| format!("{RECORDINGS}{}", " ".repeat(length - RECORDINGS.len()));
    assert_eq!(asked(Conduct::Say(json(&padded(64 * 1024)))).await.map(|held| held.len()), Ok(1));
    let one_more = asked(Conduct::Say(json(&padded(64 * 1024 + 1)))).await;
    assert_eq!(one_more, Err("video: its answer is longer than 64 KiB".to_owned()));
}

#[tokio::test]
async fn counts_that_lie_are_refused() {
    let lie = r#"{"holdings": [{"kind": "recordings", "name": "Recordings", "count": -12}]}"#;
    assert!(trouble(Conduct::Say(json(lie))).await.starts_with("video: its answer is not as agreed: "));
    let nothing = r#"{"holdings": [{"kind": "recordings", "name": "Recordings", "count": 0}]}"#;
    assert!(trouble(Conduct::Say(json(nothing))).await.starts_with("video: its answer is not as agreed: holding 1: "));
}

#[tokio::test]
async fn a_product_that_is_not_there_is_said_to_be_out_of_reach() {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let custodian =
        HttpCustodian::paced("video", &settings(&format!("http://127.0.0.1:{port}")), clock(), PACE).unwrap();
    let CustodianError::Unavailable { detail } = custodian.hand_over(&order("recordings")).await.unwrap_err();
    assert!(detail.starts_with("video: it cannot be reached: Connection refused"), "{detail}");
    assert!(!detail.contains(&port.to_string()), "{detail}");
}

/// A custodian who is `https://localhost`, and whose certificate `authority` may vouch for.
fn encrypted(stand: &Stand, authority: Option<&str>) -> HttpCustodian {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), authority.unwrap_or_default()).unwrap();
    let settings = CustodianSettings {
        ca_file: authority.map(|_| file.path().to_owned()),
        ..settings(&format!("https://localhost:{}", stand.port()))
    };
    HttpCustodian::paced("video", &settings, clock(), PACE).unwrap()
}

#[tokio::test]
async fn over_tls_only_a_product_with_the_right_certificate_is_asked() {
    let (right, wrong) = (Identity::named("localhost"), Identity::named("video.example.org"));
    let stand = right.open(Conduct::Say(json(RECORDINGS))).await;
    let held = encrypted(&stand, Some(&right.authority_pem)).holdings(&holder(2)).await.unwrap();
    assert_eq!(held[0].count, 12);
    assert_signed(&stand.received()[0]);

    let of_another_name = wrong.open(Conduct::Say(json(RECORDINGS))).await;
    for custodian in [
        encrypted(&stand, None),
        encrypted(&stand, Some(&wrong.authority_pem)),
        encrypted(&of_another_name, Some(&wrong.authority_pem)),
    ] {
        let CustodianError::Unavailable { detail } = custodian.holdings(&holder(2)).await.unwrap_err();
        assert!(detail.starts_with("video: no encrypted connection: "), "{detail}");
    }
    assert_eq!((stand.received().len(), of_another_name.received().len()), (1, 0));
}
