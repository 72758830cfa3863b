//! What a member sees of a tenant.

use chrono::TimeDelta;
use membership_core::{
    invitation::invite::Reach, member::edit::Changes, role::assign::Wanted, tenant::create::CreateTenant,
};
use membership_testkit::bed::PASSWORD;
use poem::http::StatusCode;

use crate::site::Site;

/// Proves ORG-16: the form offers both ways, and both work.
#[tokio::test]
async fn inviting_by_mail_and_by_link() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let both = ["Invite somebody", "value=\"mail\"", "value=\"link\""];
    site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK).assert_says(&both);
    let (role, invite) =
        (site.bed.role("Member").await.unwrap().to_string(), format!("{}/invitations", site.welcome()));
    let typed = |name, reach, email| [("name", name), ("reach", reach), ("email", email), ("roles", role.as_str())];
    let by_mail = typed("Ann", "mail", "ann@example.org");
    site.pages.post(&invite, &root, &by_mail).await.assert_leads_to(&site.welcome());
    let again = site.pages.post(&invite, &root, &by_mail).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    again.assert_says(&["<details class=\"panel\" open>", "value=\"ann@example.org\"", "was invited before"]);

    let by_hand = site.pages.post(&invite, &root, &typed("Bea", "link", "")).await.assert(StatusCode::CREATED);
    let by_hand = by_hand.assert_says(&["Here is the link for <bdi>Bea</bdi>"]);
    let from = by_hand.body.find("/invitation/mbi_").unwrap();
    let path: String = by_hand.body[from..].chars().take_while(|letter| *letter != '<').collect();
    site.pages.get(&path, "").await.assert(StatusCode::OK).assert_says(&["<bdi>Bea</bdi>"]);
    site.pages.get(&site.welcome(), &root).await.assert_lacks(&["mbi_"]);
}

/// Proves ACC-11 and ACC-3 in the form: without a role, a name or an address nobody is invited.
#[tokio::test]
async fn a_bad_invitation_is_explained() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let invite = format!("{}/invitations", site.welcome());
    let typed = [("name", ""), ("reach", "mail"), ("email", "a b@example.org"), ("roles", "nonsense")];
    let form = site.pages.post(&invite, &root, &typed).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    form.assert_says(&["id=\"name-fault\"", "id=\"email-fault\"", "id=\"roles-fault\"", "value=\"a b@example.org\""]);
    let empty = [("name", ""), ("email", "")];
    let form = site.pages.post(&invite, &root, &empty).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    form.assert_says(&["id=\"name-fault\"", "id=\"email-fault\"", "id=\"roles-fault\""]);
    site.pages
        .post(&invite, &root, &[("name", "x"), ("email", ""), ("status", "enabled")])
        .await
        .assert(StatusCode::BAD_REQUEST);
    site.pages.post(&invite, "", &typed).await.assert(StatusCode::SEE_OTHER);
    assert_eq!(site.bed.world(site.bed.tenant.id).await.unwrap().members.len(), 1);
}

/// Proves APP-4: who may invite has the form; who may not has none, and a forged one is refused.
#[tokio::test]
async fn only_who_may_invites() {
    let site = Site::new().await;
    site.bed.join("ann@example.org").await.unwrap();
    let (ann, root) = (site.cookie_of("ann@example.org").await, site.cookie_of("root").await);
    site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK).assert_says(&["Invite somebody"]);
    site.pages.get(&site.welcome(), &ann).await.assert(StatusCode::OK).assert_lacks(&["Invite somebody"]);
    let role = site.bed.role("Member").await.unwrap().to_string();
    let typed = [("name", "Eve"), ("reach", "link"), ("email", ""), ("roles", role.as_str())];
    site.pages.post(&format!("{}/invitations", site.welcome()), &ann, &typed).await.assert(StatusCode::FORBIDDEN);
}

/// Proves A38 in part: another tenant looks exactly like one that does not exist.
#[tokio::test]
async fn a_foreign_tenant_is_no_tenant() {
    let site = Site::new().await;
    let other = site.bed.found("Other Ltd", "olga").await.unwrap();
    let root = site.cookie_of("root").await;
    let foreign = site.pages.get(&format!("/welcome/{}", other.tenant.id), &root).await.assert(StatusCode::NOT_FOUND);
    for absent in ["00000000-0000-7000-8000-000000000000", "nonsense"] {
        let answer = site.pages.get(&format!("/welcome/{absent}"), &root).await.assert(StatusCode::NOT_FOUND);
        assert_eq!(answer.body, foreign.body);
    }
}

/// Proves TEN-4: on the page of a tenant the bar leads to the members of the top-level tenant, for whoever is a member
/// there; being one here, or there, gives nothing in the other.
#[tokio::test]
async fn the_bar_leads_to_the_top_level_tenant() {
    let site = Site::new().await;
    let beneath = |name: &str, parent| CreateTenant {
        name: name.into(),
        administrator: "Somebody".into(),
        reach: Reach::Link(None),
        preset: None,
        parent: Some(parent),
    };
    let middle = site.bed.found_by(beneath("Middle Ltd", site.bed.tenant.id), "mia").await.unwrap();
    let lowest = site.bed.found_by(beneath("Lowest Ltd", middle.tenant.id), "lou").await.unwrap();
    let (root, lou) = (site.cookie_of("root").await, site.cookie_of("lou").await);
    let page = format!("/welcome/{}", lowest.tenant.id);
    site.pages.get(&page, &root).await.assert(StatusCode::NOT_FOUND);
    site.pages.get(&page, &lou).await.assert(StatusCode::OK).assert_lacks(&["Top-level", "Example Ltd", "Middle Ltd"]);

    let (_, invitation) = site.invite_to(&lowest, Reach::Link(None)).await;
    site.pages.post(&format!("{invitation}/accept"), &root, &[]).await.assert_leads_to(&page);
    let link = format!("<a href=\"{}#members\">", site.welcome());
    let found = site.pages.get(&page, &root).await.assert(StatusCode::OK);
    found.assert_says(&["aria-label=\"Top-level organisation\"", &link, "<bdi>Example Ltd</bdi>"]);
    let members = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
    members.assert_says(&["id=\"members\"", "root@example.org"]).assert_lacks(&["Top-level"]);
    site.pages.get(&site.welcome(), &lou).await.assert(StatusCode::NOT_FOUND);
}

/// A role that ends is shown with its end, and not any more when it has ended.
#[tokio::test]
async fn roles_are_those_of_this_moment() {
    let site = Site::new().await;
    let ann = site.bed.join("ann@example.org").await.unwrap().member;
    let until = site.bed.clock.now() + TimeDelta::hours(1);
    let manager = Wanted { until: Some(until), ..Wanted::role(site.bed.role("Member manager").await.unwrap()) };
    let member = Wanted::role(site.bed.role("Member").await.unwrap());
    let changes = Changes { assignments: Some(vec![member, manager]), ..Changes::default() };
    site.bed.membership.edit_member(&site.bed.as_administrator(), site.bed.target(&ann), changes).await.unwrap();
    let cookie = site.cookie_of("ann@example.org").await;
    let page = site.pages.get(&site.welcome(), &cookie).await.assert(StatusCode::OK);
    page.assert_says(&["Your roles: ", "<bdi>Member manager</bdi> (until <time datetime=\"2030-01-02T04:04:05Z\">"]);
    site.bed.clock.advance(TimeDelta::hours(1));
    let page = site.pages.get(&site.welcome(), &cookie).await.assert(StatusCode::OK);
    page.assert_says(&["Your role: <bdi>Member</bdi>."]).assert_lacks(&["Member manager"]);
}

/// A tenant that has shut somebody out since the session began asks for a new one, and is open to it; nothing else is
/// touched.
#[tokio::test]
async fn a_session_from_before_is_replaced() {
    let site = Site::new().await;
    let dora = site.bed.added("dora", &["Member"]).await.unwrap().member;
    let before = site.cookie_of("dora").await;
    let (root, target) = (site.bed.as_administrator(), site.bed.target(&dora));
    site.bed.membership.disable_member(&root, target).await.unwrap();
    site.pages.get(&site.welcome(), &before).await.assert(StatusCode::FORBIDDEN).assert_says(&["is disabled"]);
    site.bed.membership.enable_member(&root, target).await.unwrap();
    let welcome = site.welcome();
    let says = ["Please sign in anew", "value=\"dora\"", "action=\"/sign-in\"", &format!("value=\"{welcome}\"")];
    for _ in 0..2 {
        site.pages.get(&welcome, &before).await.assert(StatusCode::UNAUTHORIZED).assert_says(&says);
    }
    for form in ["invitations", "nomination/accept", "nomination/decline", "nomination/withdraw", "leave"] {
        let typed = [("name", "Eve"), ("email", "eve@example.org")];
        let typed = if form == "invitations" { &typed[..] } else { &[] };
        let answer = site.pages.post(&format!("{welcome}/{form}"), &before, typed).await;
        answer.assert(StatusCode::UNAUTHORIZED).assert_says(&says);
    }
    site.pages.get("/", &before).await.assert(StatusCode::OK);
    let typed = [("login", "dora"), ("password", PASSWORD), ("next", &welcome)];
    let anew = site.pages.post("/sign-in", &before, &typed).await.assert_leads_to(&welcome).cookie();
    site.pages.get(&welcome, &anew).await.assert(StatusCode::OK);
    site.pages.get("/", &before).await.assert_leads_to("/sign-in");
}
