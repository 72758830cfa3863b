use std::sync::Arc;

use tokio::sync::Barrier;

use super::*;
use crate::fixture::{Conduct, PACE, Stand, answer, clock, holder, json, order, settings};

fn custodian(name: &str, stand: &Stand) -> HttpCustodian {
    HttpCustodian::paced(name, &settings(&stand.url()), clock(), PACE).unwrap()
}

fn one(kind: &str, count: u64) -> Vec<u8> {
    json(&format!(r#"{{"holdings": [{{"kind": "{kind}", "name": "Things", "count": {count}}}]}}"#))
}

fn done() -> Conduct {
    Conduct::Say(answer("204 No Content", &[], ""))
}

fn detail<T: std::fmt::Debug>(answer: Result<T, CustodianError>) -> String {
    let CustodianError::Unavailable { detail } = answer.unwrap_err();
    detail
}

#[tokio::test]
async fn all_are_asked_at_once_and_each_kind_says_whose_it_is() {
    // Neither answers before both were asked.
    let both = Arc::new(Barrier::new(2));
    let video = Stand::open(Conduct::Together(Arc::clone(&both), one("recordings", 12))).await;
    let drive = Stand::open(Conduct::Together(both, one("recordings", 3))).await;
    let custodians = Custodians::new(vec![custodian("video", &video), custodian("drive", &drive)]).unwrap();
    let held = custodians.holdings(&holder(2)).await.unwrap();
    let kinds: Vec<(&str, u64)> = held.iter().map(|holding| (holding.kind.as_str(), holding.count)).collect();
    assert_eq!(kinds, [("video/recordings", 12), ("drive/recordings", 3)]);
}

#[tokio::test]
async fn who_cannot_be_asked_spoils_the_whole_and_everybody_who_did_is_named() {
    let video = Stand::open(Conduct::Say(one("recordings", 12))).await;
    let drive = Stand::open(Conduct::Say(answer("500 Oh", &[], ""))).await;
    let notes = Stand::open(Conduct::Say(answer("404 Not Found", &[], ""))).await;
    let of = |name: &str, stand: &Stand| custodian(name, stand);
    let custodians = Custodians::new(vec![of("video", &video), of("drive", &drive), of("notes", &notes)]).unwrap();
    let words = detail(custodians.holdings(&holder(2)).await);
    assert_eq!(words, "drive: it answered 500; notes: it answered 404");
}

#[tokio::test]
async fn an_order_goes_to_its_custodian_alone_under_the_kind_that_it_knows() {
    let (video, drive) = (Stand::open(done()).await, Stand::open(done()).await);
    let custodians = Custodians::new(vec![custodian("video", &video), custodian("drive", &drive)]).unwrap();
    custodians.hand_over(&order("drive/cam:1.old")).await.unwrap();
    assert_eq!(video.received().len(), 0);
    let body: serde_json::Value = serde_json::from_slice(&drive.received()[0].body).unwrap();
    assert_eq!(body["kind"], "cam:1.old");
}

#[tokio::test]
async fn the_same_kind_of_two_custodians_is_two_orders() {
    let stand = Stand::open(done()).await;
    let custodians = Custodians::new(vec![custodian("video", &stand), custodian("drive", &stand)]).unwrap();
    custodians.hand_over(&order("video/recordings")).await.unwrap();
    custodians.hand_over(&order("drive/recordings")).await.unwrap();
    let received = stand.received();
    assert_eq!(received[0].body, received[1].body);
    assert_ne!(received[0].headers["webhook-id"], received[1].headers["webhook-id"]);
}

#[tokio::test]
async fn an_order_for_a_custodian_that_is_gone_is_kept_and_says_which() {
    let video = Stand::open(done()).await;
    let custodians = Custodians::new(vec![custodian("video", &video)]).unwrap();
    for (kind, name) in [("drive/files", "drive"), ("vide/o", "vide")] {
        let words = detail(custodians.hand_over(&order(kind)).await);
        assert_eq!(words, format!("{name}: no custodian of this name is configured any more"));
    }
    let words = detail(custodians.hand_over(&order("recordings")).await);
    assert_eq!(words, "recordings: this does not say whose kind it is");
    assert_eq!(video.received().len(), 0);
}

#[tokio::test]
async fn without_custodians_nobody_holds_anything() {
    assert_eq!(Custodians::default().holdings(&holder(2)).await, Ok(Vec::new()));
}
