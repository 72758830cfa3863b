//! The list of members: several at once, the departments beside it, the address, its pages, and the drawer.

use std::collections::BTreeSet;

use membership_testkit::smtp::{Lie, Sink, Stage};
use serde_json::json;
use thirtyfour::{By, Key};

use super::{super::desk::row_of, Desk};
use crate::{
    installation::Answer,
    main_job::{borrowed, mail_to},
};

impl Desk {
    /// The names in the list, from the top.
    async fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for link in self.ada.driver.find_all(By::Css("tbody th a")).await.expect("names") {
            names.push(link.text().await.expect("a name"));
        }
        names
    }
}

/// Several are disabled at once; of each it is said what became of it, with the reason where nothing did.
#[tokio::test]
async fn several_members_at_once() {
    let Some(desk) = Desk::new(&[]).await else { return };
    let ada = &desk.ada;
    desk.settled("Ann Archer", "ann", &["Member"]).await;
    let bea = desk.settled("Bea Baker", "bea", &["Member"]).await;
    desk.prepared(&format!("/members/{bea}/disable"), &json!({})).await;
    let waiting = json!({ "name": "Cy Cooper", "via": "link", "roles": [desk.installation.member_role] });
    desk.installation.invite(vec![waiting]).await.expect(201);

    desk.go("/members").await;
    assert!(!ada.is_there(&format!("{}//input", row_of("Ada Admin"))).await, "nobody selects the own entry");
    let bar = "//*[@data-bulk-bar]";
    let hidden = ada.driver.find(By::XPath(bar)).await.expect("the bar").is_displayed().await.expect("whether");
    assert!(!hidden, "it appears with the first that is selected");
    ada.touch("//input[@data-tick-all]").await;
    ada.says(&["3 selected"]).await;
    ada.touch(&format!("{bar}//button[normalize-space()='Disable']")).await;
    ada.says(&["Disable 3 members?", "Their access ends at once"]).await;
    ada.in_front("[self::dialog]//li[normalize-space()='Cy Cooper']").await;
    ada.choose("Yes, disable").await;
    ada.says(&["Disabled: 1 of 3", "What could not be done stands first, with the reason."]).await;
    for (name, said) in [("Bea Baker", "Not done:"), ("Cy Cooper", "Not done:"), ("Ann Archer", "Disabled")] {
        let line = ada.in_front(&format!("[self::dialog]//li[.//a[normalize-space()='{name}']]")).await;
        let line = line.text().await.expect("a line");
        assert!(line.contains(said), "{name}: {line}");
    }
    ada.choose("Back to the members").await;
    ada.vanishes("//dialog[@open]").await;
    for (name, said) in [("Ann Archer", "Disabled"), ("Bea Baker", "Disabled"), ("Cy Cooper", "Waiting to join")] {
        ada.in_front(&format!("{}[contains(., '{said}')]", row_of(name))).await;
    }
    ada.touch(&format!("{}//input", row_of("Cy Cooper"))).await;
    ada.says(&["1 selected"]).await;
    ada.touch(&format!("{bar}//button[normalize-space()='Remove']")).await;
    ada.says(&["Remove 1 member?"]).await;
    ada.choose("Cancel").await;
    ada.vanishes("//dialog[@open]").await;
    ada.in_front(&row_of("Cy Cooper")).await;
    desk.ada.close().await;
}

/// A department is dragged onto another with the pointer, and comes to stand below it; the form in its drawer does the same, and
/// says why where it cannot be.
#[tokio::test]
async fn a_department_is_moved() {
    let Some(desk) = Desk::new(&[]).await else { return };
    let ada = &desk.ada;
    for name in ["Casting", "Accounts", "Hall"] {
        desk.department(name).await;
    }
    desk.go("/members").await;
    let link = |name: &str| format!("//*[@data-tree]//a[bdi[normalize-space()='{name}']]");
    let (hall, casting) = (ada.in_front(&link("Hall")).await, ada.in_front(&link("Casting")).await);
    let pointer = ada.driver.action_chain().click_and_hold_element(&hall).move_by_offset(6, 6);
    let pointer = pointer.move_to_element_center(&casting).move_by_offset(2, 2);
    pointer.release().perform().await.expect("a drag");
    ada.says(&["The department was moved."]).await;
    let below = |above: &str, name: &str| format!("//li[div/a/bdi[.='{above}']]//li[div/a/bdi[.='{name}']]");
    ada.find(By::XPath(below("Casting", "Hall").as_str())).await;

    desk.go("/members").await;
    ada.touch("//a[normalize-space()='Change Casting']/..//a[bdi]").await;
    ada.says(&["With everybody below"]).await;
    ada.touch("//a[normalize-space()='Change Casting']").await;
    ada.says(&["All that is below it goes along."]).await;
    ada.write("parent", "Casting / Hall").await;
    let button = "//form[.//input[@id='parent']]//button";
    ada.touch(button).await;
    ada.in_front("//*[contains(@class, 'fault')]").await;
    ada.write("parent", "Accounts").await;
    ada.touch(button).await;
    ada.says(&["The department was moved."]).await;
    ada.find(By::XPath(below("Accounts", "Casting").as_str())).await;
    ada.find(By::XPath(below("Casting", "Hall").as_str())).await;
    desk.ada.close().await;
}

/// What is looked for stands in the address as it is typed, survives another look at the page, and the pages of the list are gone
/// through and back.
#[tokio::test]
async fn the_list_is_in_the_address() {
    let Some(desk) = Desk::new(&[]).await else { return };
    let ada = &desk.ada;
    let lines = (0..120).map(|n| format!("Person {n:03},Member,link\n"));
    let table: String = std::iter::once("Name,Roles,How to join\n".to_owned()).chain(lines).collect();
    let request =
        desk.installation.client.post(desk.installation.server.url(&desk.installation.path("/imports?file=p.csv")));
    let request = request.bearer_auth(&desk.installation.token).header("content-type", "text/csv").body(table);
    let plan = Answer::of(request.send().await.expect("an answer")).await.expect(201);
    let start = json!({ "digest": plan["digest"], "mode": "row-by-row" });
    desk.prepared(&format!("/imports/{}/start", plan["id"].as_str().expect("an id")), &start).await;
    for _ in 0..super::super::PATIENCE {
        desk.go("/members?q=person+119").await;
        if ada.is_there(&row_of("Person 119")).await {
            break;
        }
    }

    desk.go("/members").await;
    ada.says(&["50 members shown."]).await;
    let (first, mut pages) = (desk.names().await, Vec::new());
    pages.push(first.clone());
    for _ in 0..2 {
        let last = pages.last().expect("a page").first().expect("a name").clone();
        ada.choose("Older").await;
        ada.vanishes(&row_of(&last)).await;
        pages.push(desk.names().await);
    }
    let all: BTreeSet<&String> = pages.iter().flatten().collect();
    assert_eq!((pages.iter().map(Vec::len).collect::<Vec<_>>(), all.len()), (vec![50, 50, 21], 121), "everybody once");
    ada.choose("Newer").await;
    ada.in_front(&row_of(&pages[1][0])).await;
    assert_eq!(desk.names().await, pages[1]);
    assert!(desk.address().await.contains("after="));
    ada.driver.refresh().await.expect("the same page");
    ada.in_front(&row_of(&pages[1][0])).await;
    ada.driver.back().await.expect("the page before");
    ada.in_front(&row_of(&pages[2][0])).await;
    assert_eq!(desk.names().await, pages[2]);

    desk.go("/members").await;
    ada.write("q", "person 04").await;
    ada.says(&["10 members shown."]).await;
    ada.in_front(&row_of("Person 049")).await;
    desk.at(|address| address.ends_with("/members?q=person+04")).await;
    let field = ada.in_front("//*[@id='q']").await;
    assert_eq!(
        field.prop("value").await.expect("a value").as_deref(),
        Some("person 04"),
        "nothing that was typed is lost"
    );
    ada.driver.refresh().await.expect("the same page");
    ada.in_front(&row_of("Person 049")).await;
    ada.says(&["10 members shown.", "“person 04”"]).await;
    ada.touch("//a[contains(@class, 'chip')]").await;
    ada.says(&["50 members shown."]).await;
    desk.at(|address| address.ends_with("/members")).await;
    desk.ada.close().await;
}

/// The drawer shows a member, what happened to it, why it may something, and what the mail server said; Escape closes it, and so does
/// the button that goes back; a link that leads into it stands alone as well.
#[tokio::test]
async fn the_drawer_tells_all() {
    let sink = Sink::start().await.expect("a sink");
    sink.lie(Stage::Recipient, Lie::Say("451 4.7.1 greylisted, come back in five minutes"));
    let settings = mail_to(&sink);
    let Some(desk) = Desk::new(&borrowed(&settings)).await else { return };
    let ada = &desk.ada;
    desk.installation.invite(vec![desk.installation.person("bob@example.org")]).await.expect(201);
    let deferred = |member: &serde_json::Value| member["invitation"]["delivery"]["state"] == "deferred";
    desk.installation.member_when("bob@example.org", deferred).await;

    ada.opens(&desk.installation, "bob@example.org").await;
    ada.says(&["greylisted, come back in five minutes", "History", "Waiting to join"]).await;
    let path = desk.address().await;
    assert!(path.contains("/members/"), "the address is that of the member: {path}");
    ada.pick("may", 1, "See files").await;
    ada.choose("Ask").await;
    ada.in_front("[self::dialog]//*[contains(@class, 'answer')][contains(., 'No.')]").await;
    ada.driver.active_element().await.expect("a focus").send_keys(Key::Escape).await.expect("a key");
    ada.vanishes("//dialog[@open]").await;
    desk.at(|address| address.ends_with("/members")).await;
    assert_eq!(desk.focused().await, "bob@example.org", "the focus is where it was");

    ada.opens(&desk.installation, "Ada Admin").await;
    ada.driver.back().await.expect("the page before");
    ada.vanishes("//dialog[@open]").await;
    ada.in_front(&row_of("Ada Admin")).await;
    ada.go(&desk.installation, &path).await;
    ada.says(&["bob@example.org", "greylisted", "Details"]).await;
    assert!(!ada.is_there("//dialog[@open]").await);
    desk.ada.close().await;
}
