//! The offer to become the representative administrator.

use chrono::TimeDelta;
use membership_core::{
    member::{Member, edit::Changes},
    outbox::Content,
    role::assign::Wanted,
    tenant::representative::Answer,
};
use poem::http::StatusCode;

use crate::{
    post::{letters, path},
    site::Site,
};

/// Signs in as this one.
const NINA: &str = "nina@example.org";

/// Root is the representative and has asked Nina, another administrator.
async fn nina_is_asked() -> (Site, Member) {
    let site = Site::new().await;
    let nina = site.bed.join(NINA).await.unwrap().member;
    let administrator = Wanted::role(site.bed.role("Administrator").await.unwrap());
    let changes = Changes { name: Some("Nina".into()), assignments: Some(vec![administrator]), ..Changes::default() };
    let (root, target) = (site.bed.as_administrator(), site.bed.target(&nina));
    let nina = site.bed.membership.edit_member(&root, target, changes).await.unwrap();
    site.bed.membership.nominate(&root, target).await.unwrap();
    (site, nina)
}

/// The name of the representative.
async fn representative(site: &Site) -> String {
    let world = site.world().await;
    let mut names = world.members.iter().filter(|member| member.representative).map(|member| member.name.to_string());
    let name = names.next().unwrap();
    assert_eq!(names.next(), None);
    name
}

async fn answer(site: &Site) -> Answer {
    site.world().await.nominations.last().unwrap().answer
}

/// The letter leads to the question, past the sign-in; looking answers nothing, and "Accept" takes over at once.
#[tokio::test]
async fn accepting() {
    let (site, nina) = nina_is_asked().await;
    let letters = letters(&site).await;
    let told: Vec<String> = letters
        .iter()
        .filter_map(|letter| if let Content::Nominated { link, .. } = letter { Some(path(link)) } else { None })
        .collect();
    assert_eq!(told, [site.welcome()]);
    site.pages.get(&site.welcome(), "").await.assert_leads_to(&format!("/sign-in?next={}", site.welcome()));

    let cookie = site.cookie_of(NINA).await;
    let before = site.world().await;
    for _ in 0..20 {
        site.pages.get(&site.welcome(), &cookie).await.assert(StatusCode::OK).assert_says(&[
            "Will you be the representative administrator?",
            "<bdi>Root</bdi> asks you to take over",
            "datetime=\"2030-01-05T03:04:05Z\"",
            "3 days left",
            &format!("action=\"{}/nomination/accept\"", site.welcome()),
            &format!("action=\"{}/nomination/decline\"", site.welcome()),
        ]);
        for way in ["accept", "decline", "withdraw"] {
            let path = format!("{}/nomination/{way}", site.welcome());
            site.pages.get(&path, &cookie).await.assert(StatusCode::METHOD_NOT_ALLOWED);
        }
    }
    assert_eq!(site.world().await, before);

    let accept = format!("{}/nomination/accept", site.welcome());
    site.pages.post(&accept, &cookie, &[]).await.assert_leads_to(&site.welcome());
    assert_eq!(representative(&site).await, nina.name.to_string());
    let page = site.pages.get(&site.welcome(), &cookie).await.assert(StatusCode::OK);
    page.assert_says(&["You are the representative administrator."]).assert_lacks(&["nomination"]);
    let twice = site.pages.post(&accept, &cookie, &[]).await.assert(StatusCode::NOT_FOUND);
    twice.assert_says(&["There is nothing to answer", &format!("href=\"{}\"", site.welcome())]);
    assert_eq!(site.bed.violations().await.unwrap(), []);
}

#[tokio::test]
async fn declining() {
    let (site, _) = nina_is_asked().await;
    let cookie = site.cookie_of(NINA).await;
    let decline = format!("{}/nomination/decline", site.welcome());
    site.pages.post(&decline, &cookie, &[]).await.assert_leads_to(&site.welcome());
    assert!(matches!(answer(&site).await, Answer::Declined(_)));
    assert_eq!(representative(&site).await, "Root");
    site.pages.get(&site.welcome(), &cookie).await.assert(StatusCode::OK).assert_lacks(&["nomination"]);
}

/// The representative sees who is asked and until when, and takes the offer back.
#[tokio::test]
async fn withdrawing() {
    let (site, _) = nina_is_asked().await;
    let (root, nina) = (site.cookie_of("root").await, site.cookie_of(NINA).await);
    let withdraw = format!("{}/nomination/withdraw", site.welcome());
    let page = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
    let says = ["You have asked <bdi>Nina</bdi> to take over", "3 days left", &format!("action=\"{withdraw}\"")];
    page.assert_says(&says).assert_lacks(&["nomination/accept", "nomination/decline"]);
    site.pages.post(&withdraw, &root, &[]).await.assert_leads_to(&site.welcome());
    assert!(matches!(answer(&site).await, Answer::Withdrawn(_)));
    for cookie in [&root, &nina] {
        site.pages.get(&site.welcome(), cookie).await.assert(StatusCode::OK).assert_lacks(&["nomination"]);
    }
    let accept = format!("{}/nomination/accept", site.welcome());
    site.pages.post(&accept, &nina, &[]).await.assert(StatusCode::NOT_FOUND);
    assert_eq!(representative(&site).await, "Root");
}

/// Nobody else sees the offer, answers it or takes it back: no other administrator, no member, no member of another tenant,
/// and nobody who is signed out.
#[tokio::test]
async fn it_is_between_the_two() {
    let (site, _) = nina_is_asked().await;
    site.bed.added("adam", &["Administrator"]).await.unwrap();
    site.bed.added("mona", &["Member"]).await.unwrap();
    site.bed.found("Other Ltd", "olga").await.unwrap();
    let (root, nina) = (site.cookie_of("root").await, site.cookie_of(NINA).await);
    let olga = site.cookie_of("olga").await;
    let (adam, mona) = (site.cookie_of("adam").await, site.cookie_of("mona").await);
    let before = site.world().await;
    for cookie in [&adam, &mona] {
        site.pages.get(&site.welcome(), cookie).await.assert(StatusCode::OK).assert_lacks(&["nomination", "take over"]);
    }
    let nominations = format!("{}/nomination", site.welcome());
    for (way, cookie, status) in [
        ("accept", &adam, StatusCode::NOT_FOUND),
        ("decline", &adam, StatusCode::NOT_FOUND),
        ("withdraw", &adam, StatusCode::FORBIDDEN),
        ("accept", &mona, StatusCode::NOT_FOUND),
        ("withdraw", &mona, StatusCode::FORBIDDEN),
        ("withdraw", &nina, StatusCode::FORBIDDEN),
        ("accept", &root, StatusCode::NOT_FOUND),
        ("accept", &olga, StatusCode::NOT_FOUND),
        ("decline", &olga, StatusCode::NOT_FOUND),
        ("withdraw", &olga, StatusCode::NOT_FOUND),
        ("accept", &String::new(), StatusCode::SEE_OTHER),
    ] {
        site.pages.post(&format!("{nominations}/{way}"), cookie, &[]).await.assert(status);
    }
    assert_eq!(site.world().await, before);
}

/// It stands for 3 days, to the microsecond; then both are told, and the representative puts it away.
#[tokio::test]
async fn an_offer_that_was_not_answered() {
    let (site, _) = nina_is_asked().await;
    site.bed.clock.advance(TimeDelta::days(3) - TimeDelta::microseconds(1));
    let (root, nina) = (site.cookie_of("root").await, site.cookie_of(NINA).await);
    site.pages.get(&site.welcome(), &nina).await.assert_says(&["less than a minute left", "nomination/accept"]);
    site.bed.clock.advance(TimeDelta::microseconds(1));
    let missed = site.pages.get(&site.welcome(), &nina).await.assert(StatusCode::OK);
    missed.assert_says(&["has expired", "ask the representative to make it again"]).assert_lacks(&["nomination/"]);
    let late = site.pages.post(&format!("{}/nomination/accept", site.welcome()), &nina, &[]).await;
    late.assert(StatusCode::GONE).assert_says(&["This offer has expired"]);

    let page = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
    page.assert_says(&["Your offer was not answered in time", "nomination/withdraw"]);
    let withdraw = format!("{}/nomination/withdraw", site.welcome());
    site.pages.post(&withdraw, &root, &[]).await.assert_leads_to(&site.welcome());
    for cookie in [&root, &nina] {
        site.pages.get(&site.welcome(), cookie).await.assert(StatusCode::OK).assert_lacks(&["nomination", "offer"]);
    }
    assert_eq!(representative(&site).await, "Root");
}

/// Who was asked and is no administrator any more does not take over, and is told why.
#[tokio::test]
async fn who_is_no_administrator_any_more_does_not_take_over() {
    let (site, nina) = nina_is_asked().await;
    let cookie = site.cookie_of(NINA).await;
    let guest = site.bed.define_role("Guest", &["workspace:tasks.view"], &[]).await.unwrap();
    let changes = Changes { assignments: Some(vec![Wanted::role(guest.id)]), ..Changes::default() };
    site.bed.membership.edit_member(&site.bed.as_administrator(), site.bed.target(&nina), changes).await.unwrap();
    // Who may not see the members is asked by nobody in particular.
    let page = site.pages.get(&site.welcome(), &cookie).await.assert(StatusCode::OK);
    page.assert_says(&["The representative administrator asks you"]).assert_lacks(&["Root"]);
    let refused = site.pages.post(&format!("{}/nomination/accept", site.welcome()), &cookie, &[]).await;
    refused.assert(StatusCode::CONFLICT).assert_says(&["You are no administrator any more"]);
    assert_eq!(representative(&site).await, "Root");
}

/// Proves A77 in part: hostile names in the offer are shown as they are, and do nothing.
#[tokio::test]
async fn hostile_names_are_inert() {
    let (site, nina) = nina_is_asked().await;
    let name = "<img src=x onerror=alert(1)>{{7*7}}";
    let changes = Changes { name: Some(name.into()), ..Changes::default() };
    site.bed.membership.edit_member(&site.bed.as_administrator(), site.bed.target(&nina), changes).await.unwrap();
    let root = site.cookie_of("root").await;
    let page = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
    page.assert_says(&["You have asked <bdi>&#60;img src=x onerror=alert(1)&#62;{{7*7}}</bdi>"])
        .assert_lacks(&["<img"]);
}
