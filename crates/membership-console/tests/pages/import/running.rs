//! What is started: how far it is, cancelling it, and all or nothing.

use chrono::TimeDelta;
use membership_core::import::{Ending, ImportState};
use poem::http::StatusCode;

use super::value_of;
use crate::site::Site;

fn people(count: u32) -> String {
    (0..count).fold("Name,Roles,How to join\n".to_owned(), |text, number| text + &format!("P{number},Member,link\n"))
}

/// How far it is, how fast it goes and how long it takes, refreshed without a script; and cancelling, once asked, leaves what is done.
#[tokio::test]
async fn progress_and_cancelling() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let path = site.planned(&root, &people(1_200)).await;
    site.start(&root, &path, "row-by-row").await.assert(StatusCode::SEE_OTHER);
    let page = site.pages.get(&format!("{path}?done=started"), &root).await.assert(StatusCode::OK);
    page.assert_says(&[
        "<noscript><meta http-equiv=\"refresh\" content=\"3\"></noscript>",
        "<progress aria-labelledby=\"progress-title\" value=\"0\" max=\"100\"",
        "0 of 1,200 rows",
        "The import is under way.",
    ])
    .assert_lacks(&["/discard", "name=\"digest\""]);
    site.bed.clock.advance(TimeDelta::seconds(20));
    site.bed.membership.advance_import(&site.bed.as_system(), site.which(&path)).await.unwrap().unwrap();
    let page = site.pages.get(&path, &root).await.assert(StatusCode::OK);
    page.assert_says(&["value=\"83\"", "1,000 of 1,200 rows", "50 rows a second", "about 4 seconds left"]);

    let question = site.pages.post(&format!("{path}/cancel"), &root, &[]).await.assert(StatusCode::OK);
    question.assert_says(&["Cancel this import?", "1,000 of 1,200 rows are done, and stay done."]);
    assert_eq!(site.import_at(&path).await.status(), "running");
    let cancelled = site.pages.post(&format!("{path}/cancel"), &root, &[("confirmed", "yes")]).await;
    cancelled.assert_leads_to(&format!("{path}?done=cancelled"));
    let page = site.pages.get(&path, &root).await.assert(StatusCode::OK);
    page.assert_says(&[
        "Cancelled",
        "200 of 1,200 rows were not done.",
        "<b>1,000</b><span>Created</span><span class=\"undone\">200 more not done</span>",
    ])
    .assert_lacks(&["http-equiv=\"refresh\""]);
    // The address that was refreshed until it was over still says that it was started.
    let over = site.pages.get(&format!("{path}?done=started"), &root).await.assert(StatusCode::OK);
    over.assert_lacks(&["The import is under way."]);
    let late = site.pages.get(&format!("{path}?after=1100"), &root).await.assert(StatusCode::OK);
    late.assert_says(&["Not done"]);
    // Too late is no mistake of anybody.
    site.pages.post(&format!("{path}/cancel"), &root, &[("confirmed", "yes")]).await.assert_leads_to(&path);
    assert_eq!(site.world().await.members.len(), 1_001);
}

/// All or nothing is offered where it can be, and elsewhere the reason; forced, it is refused and nothing is done.
#[tokio::test]
async fn all_or_nothing() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let good = site.planned(&root, &people(3)).await;
    let page = site.pages.get(&good, &root).await.assert(StatusCode::OK);
    page.assert_lacks(&["not-at-once"]).assert_says(&["value=\"all-or-nothing\""]);
    let partly = site.planned(&root, &(people(3) + "Zoe,Nobody,link\n")).await;
    let page = site.pages.get(&partly, &root).await.assert(StatusCode::OK);
    page.assert_says(&[
        "value=\"all-or-nothing\" disabled aria-describedby=\"not-at-once\"",
        "1 of the rows would be refused, so all or nothing is nothing.",
    ]);
    let forced = site.start(&root, &partly, "all-or-nothing").await.assert(StatusCode::CONFLICT);
    forced.assert_says(&["Some rows would be refused", "choose row by row"]);
    assert_eq!(site.world().await.members.len(), 1);
    site.start(&root, &good, "all-or-nothing").await.assert(StatusCode::SEE_OTHER);
    let page = site.pages.get(&good, &root).await.assert(StatusCode::OK);
    page.assert_says(&["All rows are one step"]).assert_lacks(&["max=\"100\""]);
    site.bed.carry_out(site.which(&good)).await.unwrap();
    assert_eq!(site.world().await.members.len(), 4);
}

/// What has moved since the plan is named with the rows that it touches, and nothing is done; planned again, it goes on.
#[tokio::test]
async fn the_tenant_has_moved() {
    let site = Site::new().await;
    let sales = site.bed.department("Sales", site.bed.root().unwrap()).await.unwrap();
    let root = site.cookie_of("root").await;
    let path =
        site.planned(&root, "Name,Departments,Roles,How to join\nAnn,Sales,Member,link\nBea,,Member,link\n").await;
    let plan = site.pages.get(&path, &root).await.assert(StatusCode::OK);
    let (place, name) = (site.bed.place(sales.id), "<b>Marketing".to_owned());
    site.bed.membership.rename_department(&site.bed.as_administrator(), place, &name).await.unwrap();
    let moved = site.start(&root, &path, "row-by-row").await.assert(StatusCode::CONFLICT);
    moved
        .assert_says(&[
            "Something has changed meanwhile",
            "(departments)",
            "Row 2 was to",
            "there is no department",
            &format!("action=\"{path}/again\""),
        ])
        .assert_lacks(&["Row 3 was to"]);
    assert_eq!(site.world().await.members.len(), 1);
    site.pages.post(&format!("{path}/again"), &root, &[]).await.assert_leads_to(&format!("{path}?done=planned"));
    // What was looked at is not what is there now.
    let old = value_of(&plan.body, "digest");
    for form in [&[("digest", old.as_str())][..], &[("digest", old.as_str()), ("confirmed", "yes")]] {
        let refused = site.pages.post(&format!("{path}/start"), &root, form).await.assert(StatusCode::CONFLICT);
        refused.assert_says(&["This was planned again"]);
    }
    site.start(&root, &path, "row-by-row").await.assert(StatusCode::SEE_OTHER);
    let ended = site.bed.carry_out(site.which(&path)).await.unwrap();
    assert!(matches!(ended.state, ImportState::Ended { how: Ending::Done, .. }));
    assert_eq!((ended.done().create, ended.done().refuse), (1, 1));
    site.pages.post(&format!("{path}/again"), &root, &[]).await.assert(StatusCode::CONFLICT);
}
