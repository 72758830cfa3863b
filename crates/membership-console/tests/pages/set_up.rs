//! The first administrator's set-up.

use std::sync::Arc;

use chrono::TimeDelta;
use membership_core::{Membership, actor::Actor, context::Context, id::RequestId, link::Links};
use membership_testkit::{
    Adapter, Dice, ManualClock,
    bed::{PASSWORD, parts},
};
use poem::http::StatusCode;

use crate::site::Pages;

/// An installation that nobody has set up.
struct Fresh {
    membership: Membership,
    clock: ManualClock,
    dice: Arc<Dice>,
    pages: Pages,
}

impl Fresh {
    fn new() -> Self {
        let (adapter, clock, dice) = (Adapter::in_memory(), ManualClock::default(), Arc::new(Dice::seeded(1)));
        let mut parts = parts(&adapter, Arc::clone(&dice)).unwrap();
        parts.links = Links::new([9; 32].into(), "https://members.example.org");
        let membership = Membership::new(parts);
        let pages = Pages::of(&membership, &clock, None);
        Self { membership, clock, dice, pages }
    }

    async fn link(&self) -> String {
        let now = self.clock.now();
        let ctx = Context::new(Actor::System, now, RequestId::new(now, self.dice.as_ref()));
        let link = self.membership.issue_set_up_link(&ctx).await.unwrap().unwrap();
        link.trim_start_matches("https://members.example.org").to_owned()
    }
}

const GOOD: [(&str, &str); 5] =
    [("tenant", "Example Ltd"), ("name", "Olivia"), ("username", "olivia"), ("email", ""), ("password", PASSWORD)];

#[tokio::test]
async fn the_first_administrator_sets_up() {
    let fresh = Fresh::new();
    let path = fresh.link().await;
    fresh.pages.get(&path, "").await.assert(StatusCode::OK).assert_says(&["Set up membership", "name=\"tenant\""]);
    let done = fresh.pages.post(&path, "", &GOOD).await.assert(StatusCode::SEE_OTHER);
    let welcome = done.header("location").to_owned();
    let page = fresh.pages.get(&welcome, &done.cookie()).await.assert(StatusCode::OK);
    page.assert_says(&["You are a member of <bdi>Example Ltd</bdi>", "Administrator", "Representative"]);

    let again = fresh.pages.post(&path, "", &GOOD).await.assert(StatusCode::GONE);
    again.assert_says(&["This installation is set up already", "href=\"/sign-in\""]);
    fresh.pages.get(&path, "").await.assert(StatusCode::GONE);
}

#[tokio::test]
async fn every_fault_stands_at_its_field() {
    let fresh = Fresh::new();
    let path = fresh.link().await;
    let bad =
        [("tenant", ""), ("name", "Olivia"), ("username", "O P"), ("email", "a b@c"), ("password", "short-secret")];
    let form = fresh.pages.post(&path, "", &bad).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    form.assert_says(&[
        "id=\"tenant-fault\"",
        "id=\"username-fault\"",
        "id=\"email-fault\"",
        "id=\"password-fault\"",
        "value=\"Olivia\"",
        "value=\"O P\"",
        "value=\"a b@c\"",
    ])
    .assert_lacks(&["id=\"name-fault\"", "short-secret"]);
    fresh.pages.post(&path, "", &GOOD[..4]).await.assert(StatusCode::BAD_REQUEST);
    fresh.pages.get(&path, "").await.assert(StatusCode::OK);
}

/// Proves A62 for the link's one hour.
#[tokio::test]
async fn dead_links_say_why() {
    let fresh = Fresh::new();
    let old = fresh.link().await;
    let new = fresh.link().await;
    fresh.pages.get(&old, "").await.assert(StatusCode::GONE).assert_says(&["This link no longer works"]);
    fresh.pages.get("/set-up/mbs_x", "").await.assert(StatusCode::NOT_FOUND).assert_says(&["We do not know this link"]);
    fresh.clock.advance(TimeDelta::hours(1));
    let expired = fresh.pages.get(&new, "").await.assert(StatusCode::GONE);
    expired.assert_says(&["This set-up link has expired", "Restart the server: it prints a new one."]);
    fresh.pages.post(&new, "", &GOOD).await.assert(StatusCode::GONE);
}
