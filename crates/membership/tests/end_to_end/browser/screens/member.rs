//! One member in every state, editing, what can be done; one department.

use super::{super::looks::Theme, Gallery, PHONE};

#[tokio::test]
async fn one_member_looks_right() {
    let Some((mut gallery, organisation)) = Gallery::of_an_organisation().await else { return };
    let installation = &organisation.installation;
    let tenant = gallery.tenant(&organisation);
    let member = async |name: &str| format!("{tenant}/members/{}", installation.member(name).await);

    let vera = member("Vera Valdés").await;
    gallery.look("member", &vera).await;
    gallery.keep("member-phone", PHONE, Theme::Dark).await;
    for (name, who) in [
        ("member-you", "Ada Admin"),
        ("member-mail-failed", "gone@example.org"),
        ("member-expired", "late.latimer@example.org"),
        ("member-long", "Maximiliana Alexandrina Wilhelmina von Hohenlohe-Waldenburg-Schillingsfürst zu Kaunitz"),
    ] {
        gallery.look(name, &member(who).await).await;
    }
    gallery.look("member-edit", &format!("{vera}/edit")).await;
    gallery.browser.fill("name", "").await;
    gallery.browser.fill("email", "not an address").await;
    gallery.press("Save").await;
    gallery.refused("member-edit-refused").await;
    gallery.look("member-disable", &format!("{vera}/disable")).await;
    gallery.look("member-remove", &format!("{vera}/remove")).await;
    gallery.look("member-password-link", &format!("{vera}/password-link")).await;
    gallery.press("Yes").await;
    gallery.browser.says(&["Copy"]).await;
    gallery.look_at("member-link").await;
    gallery.look_at_refusal("member-unknown", &format!("{tenant}/members/{}", installation.tenant)).await;
    gallery.close().await;
}

#[tokio::test]
async fn a_department_looks_right() {
    let Some((mut gallery, organisation)) = Gallery::of_an_organisation().await else { return };
    let department = format!("{}/departments/{}", gallery.tenant(&organisation), organisation.departments[1]);
    gallery.look("department", &department).await;
    gallery.type_into("#beside-name", "Sales").await;
    gallery.submit("#beside-name").await;
    gallery.refused("department-refused").await;
    gallery.go(&department).await;
    gallery.type_into("#into", "Łódź").await;
    gallery.submit("#into").await;
    gallery.browser.says(&["Yes, dissolve it"]).await;
    gallery.look_at("department-dissolve").await;
    gallery.close().await;
}
