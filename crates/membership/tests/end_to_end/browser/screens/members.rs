//! The overview, and the members: searched, filtered, selected, opened in the drawer.

use super::{super::looks::Theme, DESK, Gallery, PHONE};

#[tokio::test]
async fn the_frame_and_the_members_look_right() {
    let Some((mut gallery, organisation)) = Gallery::of_an_organisation().await else { return };
    let tenant = gallery.tenant(&organisation);
    gallery.look("overview", &tenant).await;
    gallery.keep("overview", DESK, Theme::Light).await;
    gallery.click(".where .menu > summary").await;
    gallery.look_at("menu-organisations").await;
    gallery.click(".menu.end > summary").await;
    gallery.look_at("menu-account").await;
    gallery.look("overview-beneath", &format!("/t/{}", organisation.beneath)).await;

    let members = format!("{tenant}/members");
    gallery.look("members", &members).await;
    gallery.keep("members", DESK, Theme::Light).await;
    gallery.keep("members-dark", DESK, Theme::Dark).await;
    gallery.keep("members-phone", PHONE, Theme::Light).await;
    gallery.look("members-filtered", &format!("{members}?state=enabled&factor=none&q=person")).await;
    gallery.look("members-close", &format!("{members}?q=Nakamuar")).await;
    gallery.look("members-nobody", &format!("{members}?q=zzzzzz&state=enabled")).await;
    let long = &organisation.departments[191];
    gallery.look("members-department", &format!("{members}?department={long}")).await;
    gallery.close().await;
}

/// What opens beside the list: the same to several at once, one member, and what is seen before anything is there.
#[tokio::test]
async fn the_drawer_looks_right() {
    let Some((mut gallery, organisation)) = Gallery::of_an_organisation().await else { return };
    let members = format!("{}/members", gallery.tenant(&organisation));
    gallery.go(&members).await;
    for place in [1, 8] {
        gallery.click(&format!("tbody tr:nth-child({place}) input[name=member]")).await;
    }
    gallery.look_at("members-selected").await;
    gallery.press("Disable").await;
    gallery.browser.says(&["Yes, disable"]).await;
    gallery.look_at("members-question").await;
    gallery.press("Yes, disable").await;
    gallery.browser.says(&["Back to the members"]).await;
    gallery.look_at("members-outcomes").await;

    gallery.go(&members).await;
    gallery.click("tbody tr:nth-child(4) a[data-drawer-link]").await;
    gallery.browser.says(&["History"]).await;
    gallery.look_at("drawer-member").await;
    gallery.keep("member-drawer", DESK, Theme::Light).await;
    gallery.press("Edit").await;
    gallery.browser.says(&["Save"]).await;
    gallery.look_at("drawer-edit").await;

    gallery.go(&members).await;
    // The server takes its time.
    gallery.run("window.fetch = () => new Promise(() => {})").await;
    gallery.click("tbody tr:nth-child(4) a[data-drawer-link]").await;
    gallery.find("dialog [role=status]").await;
    gallery.look_at("drawer-loading").await;
    gallery.close().await;
}
