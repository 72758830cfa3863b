//! Roles, and what single members are given beside them.

use thirtyfour::By;

use super::{super::desk::row_of, Desk};

/// Before a role is changed it is shown who gains and who loses what; then it is so, at once.
#[tokio::test]
async fn a_role_is_changed_after_a_look_at_whom_it_touches() {
    let Some(desk) = Desk::new(&[]).await else { return };
    let ada = &desk.ada;
    desk.settled("Ann Archer", "ann", &["Member"]).await;
    desk.settled("Max Moss", "max", &["Member manager"]).await;
    desk.go("/roles").await;
    ada.choose("Member").await;
    ada.says(&["Held by", "What it allows"]).await;
    ada.choose("Edit").await;
    let tick = |label: &str| format!("//label[normalize-space()='{label}']/input");
    ada.touch(&tick("Export reports")).await;
    ada.touch(&tick("Create and edit tasks")).await;
    ada.choose("See what changes").await;
    ada.says(&["It will also allow", "It will not allow any more"]).await;
    for name in ["Ann Archer", "Max Moss"] {
        let line = ada.in_front(&format!("//li[a[normalize-space()='{name}']]")).await;
        let line = line.text().await.expect("a line");
        assert!(line.contains("Gains Workspace: Export reports"), "{line}");
        assert!(line.contains("Loses Workspace: Create and edit tasks"), "{line}");
    }
    ada.choose("Back to the form").await;
    let ticked = ada.in_front(&tick("Export reports")).await;
    assert!(ticked.is_selected().await.expect("whether"), "what was chosen stands there");
    ada.choose("See what changes").await;
    ada.choose("Yes, change it").await;
    ada.in_front("//h1[normalize-space()='Member']").await;
    ada.says(&["Export reports"]).await;
    assert!(!ada.words().await.contains("Create and edit tasks"));
}

/// Somebody is given a role for one department alone, a permission until a moment, and it is told why somebody may what.
#[tokio::test]
async fn something_is_given_for_a_department_and_until_a_moment() {
    let Some(desk) = Desk::new(&[]).await else { return };
    let ada = &desk.ada;
    desk.department("Casting").await;
    desk.settled("Ann Archer", "ann", &["Member"]).await;
    ada.opens(&desk.installation, "Ann Archer").await;
    ada.choose("Edit").await;
    ada.says(&["Organization e-mail"]).await;
    // Each row that is filled in brings another empty one.
    ada.pick("what", 2, "Member manager").await;
    ada.write_into("/descendant::input[@name='within'][2]", "Casting").await;
    ada.pick("what", 3, "Export reports").await;
    let until = ada.in_front("/descendant::input[@name='until'][3]").await;
    // As browsers in English take it: month, day, year, time.
    until.send_keys("12312099\u{e004}0630PM").await.expect("a moment");
    ada.choose("Save").await;
    ada.says(&["The changes are saved."]).await;
    let roles = ada.in_front("//div[dt='Roles']/dd").await.text().await.expect("roles");
    assert!(roles.contains("Member manager for Casting and below"), "{roles}");
    assert!(roles.contains("Export reports") && roles.contains("Single permission"), "{roles}");
    assert!(roles.contains("until 31 December 2099, 18:30 UTC"), "{roles}");
    for (permission, said) in [("Export reports", "Yes."), ("Delete files", "No.")] {
        ada.pick("may", 1, permission).await;
        ada.choose("Ask").await;
        ada.in_front(&format!("//*[contains(@class, 'answer')][contains(., '{said}')]")).await;
    }
    ada.shut(&desk.installation).await;
    ada.find(By::XPath(row_of("Ann Archer").as_str())).await;
    desk.ada.listed(&desk.installation, "Ann Archer", &["Member manager", "1 single permission"]).await;
    desk.ada.close().await;
}
