//! Adding people: by mail, by a link, with a password, by a table.

use std::fmt::Write as _;

use serde_json::json;

use super::{
    super::looks::Theme,
    DESK, Gallery,
    organisation::{LONG, TEAMS},
};

#[tokio::test]
async fn adding_people_looks_right() {
    let Some((mut gallery, organisation)) = Gallery::of_an_organisation().await else { return };
    let invite = format!("{}/invite", gallery.tenant(&organisation));
    gallery.look("invite", &invite).await;
    gallery.keep("invite", DESK, Theme::Light).await;
    let people = format!("Eve <eve@example.org>\nnot an address\ngone@example.org\n{LONG} <l@example.org>\n");
    gallery.type_into("#people", &people).await;
    gallery.press("Invite members").await;
    gallery.refused("invite-refused").await;
    gallery.go(&invite).await;
    gallery.type_into("#people", "Eve Engineer <eve@example.org>").await;
    gallery.choose("select[name=what]", "Member").await;
    gallery.press("Invite members").await;
    gallery.find("[data-toast]").await;
    gallery.look_at("invite-done").await;
    gallery.look("invite-link", &format!("{invite}/link")).await;
    gallery.browser.fill("name", LONG).await;
    gallery.choose("select[name=what]", "Member").await;
    gallery.press("Make the link").await;
    gallery.find("textarea[readonly]").await;
    gallery.look_at("invite-link-made").await;
    gallery.look("invite-password", &format!("{invite}/password")).await;
    gallery.browser.fill("name", "Theo Temporary").await;
    gallery.choose("select[name=what]", "Member").await;
    gallery.press("Next").await;
    gallery.browser.says(&["Step 2 of 2"]).await;
    gallery.look_at("invite-password-second").await;
    gallery.press("Finish").await;
    gallery.refused("invite-password-refused").await;
    gallery.close().await;
}

#[tokio::test]
async fn importing_looks_right() {
    let Some((mut gallery, organisation)) = Gallery::of_an_organisation().await else { return };
    let installation = &organisation.installation;
    let import = format!("{}/import", gallery.tenant(&organisation));
    gallery.look("import", &import).await;
    let imports = installation.get(&installation.path("/imports")).await.expect(200);
    gallery.look("import-ended", &format!("{import}/{}", imports["imports"][0]["id"].as_str().expect("an id"))).await;
    let table = format!(
        "Name,Departments,Roles,E-mail,Shoe size\nVera Valdés,Sales / {0},Member,,38\n\
         New Person,Finance,Member,new@example.org,42\n{LONG},Sales / Nowhere,Membr,not an address,44\nNina Nominee,,,,\n",
        TEAMS[0]
    );
    let planned = organisation.import("a-table-with-a-long-name-for-the-spring-of-2027-final-final-2.csv", table).await;
    gallery.look("import-planned", &format!("{import}/{}", planned["id"].as_str().expect("an id"))).await;
    gallery.keep("import-plan", DESK, Theme::Light).await;
    gallery.press_starting("Import ").await;
    gallery.browser.says(&["No, go back"]).await;
    gallery.look_at("import-question").await;

    let mut many = "Name,Roles,How to join\n".to_owned();
    (0..4_000).for_each(|n| writeln!(many, "Person {n:04},Member,link").expect("text"));
    let many = organisation.import("many.csv", many).await;
    let id = many["id"].as_str().expect("an id");
    let start = json!({ "digest": many["digest"], "mode": "row-by-row" });
    installation.post(&installation.path(&format!("/imports/{id}/start")), &start).await.expect(202);
    gallery.go(&format!("{import}/{id}")).await;
    gallery.browser.says(&["It is being carried out"]).await;
    // The page stays as it is, however far the import comes.
    gallery.run("window.fetch = () => new Promise(() => {})").await;
    gallery.look_at("import-running").await;
    gallery.close().await;
}
