//! The frame of a tenant's administration: who gets there, where it leads, and how it looks.

use membership_core::{invitation::invite::Reach, tenant::create::CreateTenant};
use poem::http::StatusCode;

use crate::site::Site;

/// Whoever looks after the only tenant there is one of gets to its members at once; everybody else sees where they are members.
#[tokio::test]
async fn who_looks_after_members_gets_there_at_once() {
    let site = Site::new().await;
    site.bed.manager().await.unwrap();
    site.bed.added("ann", &["Member"]).await.unwrap();
    let members = site.at("members");
    for login in ["root", "manager"] {
        let cookie = site.cookie_of(login).await;
        site.pages.get("/", &cookie).await.assert_leads_to(&members);
        site.pages.get(&site.at(""), &cookie).await.assert(StatusCode::NOT_FOUND);
        let tenant = members.trim_end_matches("/members");
        site.pages.get(tenant, &cookie).await.assert(StatusCode::OK).assert_says(&["Representative administrator"]);
        site.pages.get(&site.welcome(), &cookie).await.assert_says(&["Manage members"]);
    }
    let ann = site.cookie_of("ann").await;
    site.pages.get("/", &ann).await.assert(StatusCode::OK).assert_says(&["Your organisations"]);
    site.pages.get(&site.welcome(), &ann).await.assert_lacks(&["Manage members"]);
}

/// Of several organisations it is the one of last time in this browser; one that is planted or closed is none.
#[tokio::test]
async fn the_last_organisation_comes_first() {
    let site = Site::new().await;
    let other = site.bed.found("Other Ltd", "olga").await.unwrap();
    let (_, invitation) = site.invite_to(&other, Reach::Link(None)).await;
    let root = site.cookie_of("root").await;
    site.pages.post(&format!("{invitation}/accept"), &root, &[]).await.assert(StatusCode::SEE_OTHER);
    site.pages.get("/", &root).await.assert(StatusCode::OK).assert_says(&["Your organisations", "Other Ltd"]);
    let last = site.pages.get(&site.at("members"), &root).await.sets("membership-last=").unwrap();
    let cookie = format!("{root}; {last}");
    site.pages.get("/", &cookie).await.assert_leads_to(&site.at("members"));
    // What is known is not said again.
    assert!(site.pages.get(&site.at("members"), &cookie).await.sets("membership-last=").is_none());
    for planted in ["nonsense", "00000000-0000-7000-8000-000000000000"] {
        let cookie = format!("{root}; membership-last={planted}");
        site.pages.get("/", &cookie).await.assert(StatusCode::OK).assert_says(&["Your organisations"]);
    }
}

/// Whoever is signed out signs in, and is then where he or she wanted to be.
#[tokio::test]
async fn one_comes_back_after_signing_in() {
    let site = Site::new().await;
    let ann = site.bed.added("ann", &["Member"]).await.unwrap().member;
    for page in [site.at("members"), site.at("roles"), site.at(format_args!("members/{}", ann.id))] {
        site.pages.get(&page, "").await.assert_leads_to(&format!("/sign-in?next={page}"));
    }
    // What has no page of its own leads to the page that it belongs to.
    let edit = site.at(format_args!("members/{}/edit", ann.id));
    let own = site.at(format_args!("members/{}", ann.id));
    site.pages.get(&edit, "").await.assert_leads_to(&format!("/sign-in?next={own}"));
}

/// Proves A38 in part: another tenant's administration looks exactly like that of one that does not exist.
#[tokio::test]
async fn a_foreign_tenant_is_no_tenant() {
    let site = Site::new().await;
    let other = site.bed.found("Other Ltd", "olga").await.unwrap();
    let root = site.cookie_of("root").await;
    let foreign = site.pages.get(&format!("/t/{}/members", other.tenant.id), &root).await.assert(StatusCode::NOT_FOUND);
    let absent = site.pages.get("/t/00000000-0000-7000-8000-000000000000/members", &root).await;
    assert_eq!(absent.assert(StatusCode::NOT_FOUND).body, foreign.body);
    site.pages.get("/t/nonsense/members", &root).await.assert(StatusCode::NOT_FOUND);
}

/// Proves TEN-4 in the administration: the bar leads up to the members of the tenant above, for whoever is a member there, and
/// from one organisation to another.
#[tokio::test]
async fn the_bar_leads_up_and_across() {
    let site = Site::new().await;
    let command = CreateTenant {
        name: "Beneath <b>Ltd</b>".into(),
        administrator: "Somebody".into(),
        reach: Reach::Link(None),
        preset: None,
        parent: Some(site.bed.tenant.id),
    };
    let beneath = site.bed.found_by(command, "mia").await.unwrap();
    let (_, invitation) = site.invite_to(&beneath, Reach::Link(None)).await;
    let (root, mia) = (site.cookie_of("root").await, site.cookie_of("mia").await);
    let members = format!("/t/{}/members", beneath.tenant.id);
    let up = format!("<a href=\"{}\" title=\"Example Ltd\">", site.at("members"));
    // Whoever is no member there reads the name, and gets no further.
    site.pages.get(&members, &mia).await.assert(StatusCode::OK).assert_lacks(&[&up]);
    let welcome = format!("/welcome/{}", beneath.tenant.id);
    site.pages.post(&format!("{invitation}/accept"), &root, &[]).await.assert_leads_to(&welcome);
    let page = site.pages.get(&members, &root).await.assert(StatusCode::OK);
    page.assert_says(&["aria-label=\"Top-level organisation\"", &up]).assert_lacks(&["<b>Ltd"]);
    let page = site.pages.get(&site.at("members"), &root).await.assert(StatusCode::OK);
    page.assert_says(&[&format!("href=\"/t/{}\"", beneath.tenant.id), "Beneath &#60;b&#62;Ltd&#60;/b&#62;"]);
}

/// What somebody may not do is not in the navigation.
#[tokio::test]
async fn the_navigation_is_what_one_may() {
    let site = Site::new().await;
    site.bed.define_role("Guest", &["workspace:tasks.view"], &[]).await.unwrap();
    site.bed.added("guest", &["Guest"]).await.unwrap();
    site.bed.added("ann", &["Member"]).await.unwrap();
    let link = |rest| format!("<a href=\"{}\"", site.at(rest));
    for (login, shown, hidden) in [
        ("root", &["members", "invite", "roles"][..], &[][..]),
        ("ann", &["members", "roles"], &["invite"]),
        ("guest", &["roles"], &["members", "invite"]),
    ] {
        let cookie = site.cookie_of(login).await;
        let page = site.pages.get(&site.at("roles"), &cookie).await.assert(StatusCode::OK);
        let page = shown.iter().fold(page, |page, rest| page.assert_says(&[&link(rest)]));
        hidden.iter().fold(page, |page, rest| page.assert_lacks(&[&link(rest)]));
    }
    let guest = site.cookie_of("guest").await;
    site.pages
        .get(&site.at("members"), &guest)
        .await
        .assert(StatusCode::FORBIDDEN)
        .assert_says(&["You may not do this"]);
    site.pages.get(&site.at("invite"), &guest).await.assert(StatusCode::FORBIDDEN);
}

/// Light or dark is chosen without a script, kept in this browser, and given back to the system.
#[tokio::test]
async fn the_theme_is_a_choice() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let members = site.at("members");
    let page = site.pages.get(&members, &root).await.assert_lacks(&["data-theme=\""]);
    page.assert_says(&["action=\"/theme\"", "content=\"light dark\""]);
    let chosen = site.pages.post("/theme", &root, &[("theme", "dark"), ("next", &members)]).await;
    let cookie = chosen.assert_leads_to(&members).sets("membership-theme=").unwrap();
    assert_eq!(cookie, "membership-theme=dark");
    for page in [members.as_str(), "/account", "/organisations"] {
        let page = site.pages.get(page, &format!("{root}; {cookie}")).await.assert(StatusCode::OK);
        page.assert_says(&["<html lang=\"en\" data-theme=\"dark\">", "<meta name=\"color-scheme\" content=\"dark\">"]);
    }
    let planted = format!("{root}; membership-theme=\"><script>");
    site.pages.get(&members, &planted).await.assert(StatusCode::OK).assert_lacks(&["data-theme=\"", "<script>"]);
    let back = site.pages.post("/theme", &root, &[("theme", "system"), ("next", "//e.example")]).await;
    assert_eq!(back.assert_leads_to("/").sets("membership-theme=").unwrap(), "membership-theme=");
    site.pages.post("/theme", &root, &[("theme", "pink")]).await.assert(StatusCode::BAD_REQUEST);
}

/// An address below a tenant's that leads nowhere says so inside the frame.
#[tokio::test]
async fn unknown_pages_keep_the_frame() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    for rest in ["nowhere", "members/nonsense", "departments/nonsense", "members/x/y/z"] {
        let page = site.pages.get(&site.at(rest), &root).await.assert(StatusCode::NOT_FOUND);
        page.assert_says(&["aria-label=\"Administration\"", "There is no such", &site.at("members")]);
    }
    // The done of an address says one of our own sentences, or nothing.
    let page = site.pages.get(&format!("{}?done=%3Cscript%3E", site.at("members")), &root).await;
    page.assert(StatusCode::OK).assert_lacks(&["data-toast", "<script>"]);
    let page = site.pages.get(&format!("{}?done=added", site.at("members")), &root).await;
    page.assert_says(&["Added member successfully!"]);
}

/// Proves TEN-5 on the page: the table of authority, roles against applications.
#[tokio::test]
async fn the_table_of_authority() {
    let site = Site::of_preset("portal-tenant").await;
    let root = site.cookie_of("root").await;
    let page = site.pages.get(&site.at("roles"), &root).await.assert(StatusCode::OK);
    let authority = site.bed.membership.authority(&site.bed.as_administrator(), site.bed.tenant.id).await.unwrap();
    for row in &authority {
        assert!(page.body.contains(&format!("<b>{}</b>", row.role.name)), "{}", row.role.name);
    }
    page.assert_says(&["Allows everything", "<th scope=\"col\"><bdi>"]);
    let page = site.pages.get(&site.at("invite"), &root).await.assert(StatusCode::OK);
    page.assert_says(&[&format!("<a href=\"{}\">What each role allows</a>", site.at("roles"))]);
}
