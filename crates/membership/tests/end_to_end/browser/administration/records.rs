//! The audit, and the settings: the rules, and the keys of programs.

use serde_json::json;
use thirtyfour::By;

use super::Desk;
use crate::installation::{Answer, text};

/// The audit is filtered by what happened and about whom, one member is followed through it, and it is downloaded as a file.
#[tokio::test]
async fn the_audit_is_followed_and_exported() {
    let Some(desk) = Desk::new(&[]).await else { return };
    let ada = &desk.ada;
    let ann = desk.settled("Ann Archer", "ann", &["Member"]).await;
    desk.settled("Bea Baker", "bea", &["Member"]).await;
    desk.prepared(&format!("/members/{ann}/disable"), &json!({})).await;
    desk.go("/audit").await;
    ada.says(&["Everything that ever happened here", "Bea Baker"]).await;
    let records = async || ada.driver.find_all(By::Css(".records > li")).await.expect("records").len();
    let all = records().await;

    ada.write("about", "ann archer").await;
    ada.choose("Show").await;
    ada.says(&["About Ann Archer"]).await;
    let hers = records().await;
    assert!((2..all).contains(&hers), "{hers} of {all}");
    ada.pick("what", 1, "Disabled").await;
    ada.choose("Show").await;
    desk.at(|address| address.contains("what=")).await;
    ada.find(By::Css(".records > li:only-child")).await;
    ada.touch("//*[contains(@class, 'records')]//summary").await;
    ada.says(&["All about it", "All by the same", "member.disabled"]).await;
    ada.choose("All by the same").await;
    ada.says(&["By you"]).await;
    ada.choose("Show all").await;
    ada.vanishes("//*[normalize-space()='By you']").await;
    assert_eq!(records().await, all);

    desk.go("/audit?what=member.disabled").await;
    ada.choose("Export").await;
    let csv = ada.downloaded("//a[normalize-space()='CSV, for a spreadsheet']").await;
    let csv = String::from_utf8(csv).expect("text");
    assert!(csv.contains("member.disabled") && !csv.contains("member.added"), "{csv}");
    desk.ada.close().await;
}

/// Rules are looked at before they change, with whom they touch.
#[tokio::test]
async fn rules_are_changed_after_a_look() {
    let Some(desk) = Desk::new(&[]).await else { return };
    let ada = &desk.ada;
    let person = json!({ "name": "Cy Cooper", "via": "mail", "email": "cy@example.org", "roles": [desk.installation.member_role] });
    desk.installation.invite(vec![person]).await.expect(201);
    desk.go("/settings").await;
    ada.write("domains", "acme.example").await;
    ada.touch("//input[@id='disable_first']").await;
    ada.choose("See what changes").await;
    ada.says(&["Change the rules?", "Nothing is changed yet.", "Cy Cooper", "1 invitation could not be sent again"])
        .await;
    ada.choose("Yes, change them").await;
    ada.in_front("//h1[normalize-space()='Settings']").await;
    let rule = ada.in_front("//input[@id='disable_first']").await;
    assert!(rule.is_selected().await.expect("whether"));
    desk.go("/invite").await;
    ada.write("people", "dee@example.org").await;
    ada.pick("what", 1, "Member").await;
    ada.choose("Invite members").await;
    ada.says(&["Nobody was invited yet", "invites only to its own domains"]).await;
    desk.ada.close().await;
}

/// A key is made for what it may do, shown this once, works, and is dead as soon as it is revoked.
#[tokio::test]
async fn a_key_is_made_and_revoked() {
    let Some(desk) = Desk::new(&[]).await else { return };
    let ada = &desk.ada;
    desk.go("/settings/keys").await;
    ada.write("name", "Nightly report").await;
    ada.choose("Make the key").await;
    ada.says(&["Please correct this first"]).await;
    ada.touch("//label[normalize-space()='See members and their details']/input").await;
    ada.choose("Make the key").await;
    ada.says(&["A new API key", "It is shown only this once"]).await;
    let key = ada.in_front("//textarea[@id='secret']").await.text().await.expect("a key");
    let lists = async || {
        let request = desk.installation.client.get(desk.installation.server.url(&desk.installation.path("/members")));
        Answer::of(request.bearer_auth(key.trim()).send().await.expect("an answer")).await
    };
    assert_eq!(text(&lists().await.expect(200)["members"][0]["name"]), "Ada Admin");
    ada.choose("Done").await;
    ada.says(&["Keys that are good", "Nightly report", "Acts for"]).await;
    assert!(!ada.driver.source().await.expect("the page").contains(key.trim()), "nor is it shown again");
    ada.choose("Revoke Nightly report").await;
    ada.vanishes("//*[contains(@class, 'keys')]//b[normalize-space()='Nightly report']").await;
    assert_eq!(lists().await.problem(401), "session-not-good");
    desk.ada.close().await;
}
