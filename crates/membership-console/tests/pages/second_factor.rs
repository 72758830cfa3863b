//! Second factors of one's own, and the tenant that asks for one.

use chrono::TimeDelta;
use membership_core::{
    account::{FactorKind, Kinds},
    tenant::policy::SecondFactor,
};
use membership_testkit::bed::PASSWORD;
use poem::http::StatusCode;

use crate::{
    app::{App, recovery_codes, wrong},
    site::Site,
};

pub(crate) async fn require(site: &Site, kinds: Kinds) {
    let (membership, root, tenant) = (&site.bed.membership, site.bed.as_administrator(), site.bed.tenant.id);
    let policy = membership.tenant(&root, tenant).await.unwrap().tenant.policy;
    let policy =
        membership_core::tenant::policy::Policy { second_factor: SecondFactor { required: true, kinds }, ..policy };
    let plan = membership.plan_policy(&root, tenant, policy.clone()).await.unwrap();
    membership.change_policy(&root, tenant, policy, plan.hash).await.unwrap();
}

/// The key is shown once, as a picture, in groups and as an address; a wrong code changes nothing; with a right one there is a
/// second factor, and ten recovery codes that are shown once.
#[tokio::test]
async fn an_app_is_set_up() {
    let site = Site::new().await;
    let (here, elsewhere) = (site.cookie_of("root").await, site.cookie_of("root").await);
    let shown = site.pages.post("/account/app", &here, &[]).await.assert(StatusCode::OK);
    let app = App::scan(&shown);
    assert_eq!(app.groups().len(), 8);
    let shown = shown.assert_says(&["role=\"img\" aria-label=\"QR code for the authenticator app\"", "<svg xmlns"]);
    for group in app.groups() {
        assert!(shown.body.contains(&format!("<span>{group}</span>")), "{group}");
    }
    let later = site.pages.get("/account/app", &here).await.assert(StatusCode::OK);
    later.assert_says(&["name=\"code\"", "Begin again"]).assert_lacks(&["otpauth:", "QR code", &app.groups()[0]]);
    let bad = wrong(&app, &site);
    let form = site.pages.post("/account/app/confirm", &here, &[("code", &bad)]).await.assert(StatusCode::FORBIDDEN);
    form.assert_says(&["id=\"code-fault\""]).assert_lacks(&["otpauth:", &bad]);
    site.pages.get("/account", &elsewhere).await.assert(StatusCode::OK);

    let done =
        site.pages.post("/account/app/confirm", &here, &[("code", &app.code(&site))]).await.assert(StatusCode::OK);
    assert_eq!(recovery_codes(&done).len(), 10);
    let anew = done.cookie();
    for over in [&here, &elsewhere] {
        site.pages.get("/account", over).await.assert_leads_to("/sign-in?next=/account");
    }
    let own = site.pages.get("/account", &anew).await.assert(StatusCode::OK);
    own.assert_says(&["/account/app/remove", "10 left"]).assert_lacks(&[&recovery_codes(&done)[0]]);
    site.pages.get("/account/app", &anew).await.assert_leads_to("/account");
    site.pages
        .post("/account/app", &anew, &[])
        .await
        .assert(StatusCode::CONFLICT)
        .assert_says(&["You have this one already"]);
    let typed = [("login", "root"), ("password", PASSWORD)];
    site.pages.post("/sign-in", "", &typed).await.assert_leads_to("/sign-in/code?next=/");
}

/// New recovery codes make the old ones dead; a factor is taken away, and the password is enough again.
#[tokio::test]
async fn it_is_changed_and_taken_away() {
    let site = Site::new().await;
    let root = site.sets_up_app("root").await;
    let renewed = site.pages.post("/account/recovery-codes", &root.cookie, &[]).await.assert(StatusCode::OK);
    let codes = recovery_codes(&renewed);
    assert_eq!(codes.len(), 10);
    assert!(codes.iter().all(|code| !root.recovery.contains(code)));
    let typed = [("login", "root"), ("password", PASSWORD)];
    let waiting = site.pages.post("/sign-in", "", &typed).await.waiting();
    let old = site.pages.post("/sign-in/code", &waiting, &[("recovery", &root.recovery[0])]).await;
    old.assert(StatusCode::UNAUTHORIZED);
    site.pages.post("/sign-in/code", &waiting, &[("recovery", &codes[0])]).await.assert_leads_to("/");
    let removed = site.pages.post("/account/app/remove", &renewed.cookie(), &[]).await.assert_leads_to("/account");
    let own = site.pages.get("/account", &removed.cookie()).await.assert(StatusCode::OK);
    own.assert_lacks(&["/account/recovery-codes", "/account/app/remove"]);
    site.pages.post("/sign-in", "", &typed).await.assert_leads_to("/");
}

/// Without a proved address there is nothing to mail codes to.
#[tokio::test]
async fn codes_go_to_a_proved_address() {
    let site = Site::new().await;
    site.bed.added("nina", &["Member"]).await.unwrap();
    let nina = site.cookie_of("nina").await;
    let own = site.pages.get("/account", &nina).await.assert(StatusCode::OK);
    own.assert_says(&["Needs an address that you have proved"]).assert_lacks(&["action=\"/account/mailed-codes\""]);
    site.pages.post("/account/mailed-codes", &nina, &[]).await.assert(StatusCode::CONFLICT);
}

/// What is delicate asks for a sign-in of just now, says why, and comes back.
#[tokio::test]
async fn what_is_delicate_asks_again() {
    let site = Site::new().await;
    let root = site.sets_up_app("root").await;
    site.bed.clock.advance(TimeDelta::minutes(15));
    let before = site.account_of("root").await;
    for form in ["/account/app", "/account/app/remove", "/account/mailed-codes", "/account/recovery-codes"] {
        let asked = site.pages.post(form, &root.cookie, &[]).await.assert(StatusCode::FORBIDDEN);
        asked.assert_says(&[
            "Please sign in anew",
            "15 minutes ago",
            "name=\"next\" value=\"/account\"",
            "value=\"root\"",
        ]);
    }
    assert_eq!(site.account_of("root").await, before);
    let typed = [("login", "root"), ("password", PASSWORD), ("next", "/account")];
    let waiting =
        site.pages.post("/sign-in", &root.cookie, &typed).await.assert_leads_to("/sign-in/code?next=/account");
    let both = format!("{}; {}", root.cookie, waiting.waiting());
    let code = root.app.code(&site);
    let there = site.pages.post("/sign-in/code", &both, &[("app", &code), ("next", "/account")]).await;
    let cookie = there.assert_leads_to("/account").cookie();
    site.pages.get("/", &root.cookie).await.assert_leads_to("/sign-in");
    site.pages.post("/account/recovery-codes", &cookie, &[]).await.assert(StatusCode::OK);
}

/// Proves APP-22 in part, and A67 in part: a tenant that asks for a second factor lets nobody do anything before there is one;
/// its page leads to where one is set up, and from there one goes on.
#[tokio::test]
async fn a_tenant_can_ask_for_one() {
    let site = Site::new().await;
    site.bed.added("nina", &["Member manager"]).await.unwrap();
    require(&site, Kinds::APP).await;
    let (nina, welcome) = (site.cookie_of("nina").await, site.welcome());
    let there = format!("/account/second-factor?next={welcome}");
    let before = site.world().await.members;
    site.pages.get(&welcome, &nina).await.assert_leads_to(&there);
    site.pages.get(&format!("{welcome}/leave"), &nina).await.assert_leads_to(&there);
    let invite = [("name", "Eve"), ("reach", "link"), ("email", ""), ("roles", "x")];
    for form in ["invitations", "leave", "nomination/accept", "nomination/decline", "nomination/withdraw"] {
        let typed = if form == "invitations" { &invite[..] } else { &[] };
        site.pages.post(&format!("{welcome}/{form}"), &nina, typed).await.assert_leads_to(&there);
    }
    assert_eq!(site.world().await.members, before);

    let asked = site.pages.get(&there, &nina).await.assert(StatusCode::OK);
    asked
        .assert_says(&["<bdi>Example Ltd</bdi> admits only people", "Set up an app", &format!("value=\"{welcome}\"")])
        .assert_lacks(&["Mail me codes"]);
    let shown = site.pages.post("/account/app", &nina, &[("next", &welcome)]).await.assert(StatusCode::OK);
    let app = App::scan(&shown.assert_says(&[&format!("name=\"next\" value=\"{welcome}\"")]));
    let typed = [("code", app.code(&site)), ("next", welcome.clone())];
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = site.pages.post("/account/app/confirm", &nina, &typed).await.assert(StatusCode::OK);
    let cookie = done.cookie();
    done.assert_says(&["I have kept them, go on", &format!("href=\"{welcome}\"")]);
    site.pages.get(&welcome, &cookie).await.assert(StatusCode::OK).assert_says(&["You are a member of"]);
    site.pages.get(&there, &cookie).await.assert_leads_to(&welcome);
    let kept = site.pages.post("/account/app/remove", &cookie, &[]).await.assert(StatusCode::CONFLICT);
    kept.assert_says(&["This one is needed", "Example Ltd"]);
    let typed = [("login", "nina"), ("password", PASSWORD), ("next", welcome.as_str())];
    site.pages.post("/sign-in", "", &typed).await.assert_leads_to(&format!("/sign-in/code?next={welcome}"));
}

/// Codes by mail will do where the tenant takes them: then one signs in once more, by one.
#[tokio::test]
async fn a_tenant_can_take_mailed_codes() {
    let site = Site::new().await;
    site.bed.join("ann@example.org").await.unwrap();
    require(&site, [FactorKind::Email].into_iter().collect()).await;
    let (ann, welcome) = (site.cookie_of("ann@example.org").await, site.welcome());
    let there = format!("/account/second-factor?next={welcome}");
    let asked = site.pages.get(&there, &ann).await.assert(StatusCode::OK);
    asked.assert_says(&["Mail me codes", "ann@example.org"]).assert_lacks(&["Set up an app"]);
    let set = site.pages.post("/account/mailed-codes", &ann, &[("next", &welcome)]).await.assert(StatusCode::OK);
    let asked = site.pages.get(&welcome, &set.cookie()).await.assert(StatusCode::FORBIDDEN);
    asked.assert_says(&["Please sign in anew", &format!("name=\"next\" value=\"{welcome}\"")]);
}

/// Only for a tenant of one's own is there a page that asks.
#[tokio::test]
async fn where_nothing_is_asked_there_is_no_page() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let foreign = "/welcome/0197c0de-0000-7000-8000-000000000000";
    for next in ["/", "/account", "//e.example", foreign] {
        site.pages.get(&format!("/account/second-factor?next={next}"), &root).await.assert_leads_to("/account");
    }
    let welcome = site.welcome();
    site.pages.get(&format!("/account/second-factor?next={welcome}"), &root).await.assert_leads_to(&welcome);
}
