//! The settings: the rules by plan and Yes, the keys of programs, and a test letter to oneself.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use membership_console::{Options, TestMail, Tested};
use membership_core::{email::EmailAddress, invitation::invite::Reach, tenant::Policy};
use poem::http::StatusCode;

use crate::site::{Pages, Site};

/// The form as the page offers it, with some of it typed anew.
fn form<'a>(with: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let plain = [
        ("existing", "consent"),
        ("validity", "72"),
        ("window", "24"),
        ("most", "10"),
        ("send", "now"),
        ("links", "yes"),
        ("again", "rejected"),
        ("again", "revoked"),
        ("again", "expired"),
        ("kind", "email"),
        ("kind", "app"),
        ("kind", "passkey"),
    ];
    let own = plain.into_iter().filter(|(name, _)| !with.iter().any(|(other, _)| other == name));
    own.chain(with.iter().copied()).collect()
}

async fn policy(site: &Site) -> Policy {
    site.world().await.tenant.policy
}

fn hash(body: &str) -> String {
    body.split("name=\"hash\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Proves X-6 in part: the validity of invitations is set per tenant. Whom new rules touch is seen first, and they are the rules after Yes to exactly that.
#[tokio::test]
async fn changing_the_rules() {
    let site = Site::new().await;
    let command = site.bed.invitation_to("x@example.org").await.unwrap();
    let mut person = site.bed.invitee(Reach::Link(None)).await.unwrap();
    person.name = "By <b>hand".into();
    let command = membership_core::invitation::invite::Invite { people: vec![person], ..command };
    let asked = site.bed.invite_one(command).await.unwrap();
    let root = site.cookie_of("root").await;
    let path = site.at("settings");
    let before = policy(&site).await;
    site.pages.get(&path, &root).await.assert(StatusCode::OK).assert_says(&["name=\"validity\" value=\"72\""]);
    // Nothing typed, nothing changed.
    site.pages.post(&path, &root, &form(&[])).await.assert_says(&["These are the rules already"]);

    let typed: Vec<_> = form(&[("validity", "48"), ("domains", "Example.org\nmünchen.example")]);
    let typed: Vec<_> = typed.into_iter().filter(|(name, _)| *name != "links").collect();
    let plan = site.pages.post(&path, &root, &typed).await.assert(StatusCode::OK);
    let digest = hash(&plan.body);
    plan.assert_says(&[
        "<th scope=\"row\">Invitations are good for</th><td>3 days</td><td><b>2 days</b></td>",
        "<td>allowed</td><td><b>not allowed</b></td>",
        "1 invitation could not be sent again as it is",
        "By &#60;b&#62;hand",
        &format!("members/{}", asked.member.id),
    ]);
    assert_eq!(policy(&site).await, before);

    let mut yes = typed.clone();
    yes.push(("hash", "00"));
    site.pages.post(&path, &root, &yes).await.assert(StatusCode::CONFLICT).assert_says(&["Make the plan again"]);
    assert_eq!(policy(&site).await, before);
    let mut yes = typed.clone();
    yes.push(("hash", &digest));
    site.pages.post(&path, &root, &yes).await.assert_leads_to(&format!("{path}?done=changed"));
    let after = policy(&site).await;
    assert_eq!(after.invitation_validity.as_secs(), 48 * 3_600);
    assert_eq!(after.allowed_domains, ["example.org", "xn--mnchen-3ya.example"]);
    assert!(!after.links_allowed);
    assert_eq!(after.words, before.words);
}

/// What is wrong stands at its field, what was typed comes back, and nothing is changed.
#[tokio::test]
async fn bad_rules() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let before = policy(&site).await;
    for (typed, field, said) in [
        (&[("validity", "0")][..], "validity", "at least 1 hour"),
        (&[("validity", "721")], "validity", "at most 30 days"),
        (&[("window", "soon <b>")], "window", "at least 1 hour"),
        (&[("most", "101")], "most", "at most 100"),
        (&[("domains", "no domain")], "domains", "is not an internet domain"),
    ] {
        let page = site.pages.post(&site.at("settings"), &root, &form(typed)).await;
        let page = page.assert(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_says(&[&format!("id=\"{field}-fault\""), said, "role=\"alert\""]).assert_lacks(&["soon <b>"]);
    }
    let no_kind: Vec<_> = form(&[("factor", "yes")]).into_iter().filter(|(name, _)| *name != "kind").collect();
    let page = site.pages.post(&site.at("settings"), &root, &no_kind).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_says(&["kinds-fault"]);
    let join = site.pages.post(&site.at("settings"), &root, &form(&[("existing", "join")])).await;
    join.assert_says(&["existing-fault", "only by the preset"]);
    assert_eq!(policy(&site).await, before);
}

/// A key is made for what its maker holds, its secret is shown once, and revoking ends it.
#[tokio::test]
async fn keys() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let path = site.at("settings/keys");
    site.pages.get(&path, &root).await.assert(StatusCode::OK).assert_says(&["There are none.", "name=\"scope\""]);
    let typed = [("name", "Sync <b>"), ("days", "30"), ("scope", "membership:members.read")];
    let made = site.pages.post(&path, &root, &typed).await.assert(StatusCode::CREATED);
    assert_eq!(made.body.matches("mba_").count(), 1);
    made.assert_says(&["shown only this once", "data-copies=\"secret\""]).assert_lacks(&["Sync <b>"]);
    let page = site.pages.get(&path, &root).await.assert(StatusCode::OK).assert_lacks(&["mba_"]);
    let page = page.assert_says(&["Sync &#60;b&#62;", "Never used", "Acts for <bdi>you</bdi>"]);
    let revoke = page.body.split("action=\"").find(|rest| rest.contains("/revoke\"")).unwrap();
    let revoke = revoke.split('"').next().unwrap().to_owned();
    site.pages.post(&revoke, &root, &[]).await.assert_leads_to(&format!("{path}?done=revoked"));
    site.pages.post(&revoke, &root, &[]).await.assert(StatusCode::GONE);
    site.pages.get(&path, &root).await.assert_says(&["There are none."]);
    for (typed, said) in [
        (&[("name", ""), ("days", "30"), ("scope", "membership:members.read")][..], "name-fault"),
        (&[("name", "x"), ("days", "367"), ("scope", "membership:members.read")], "days-fault"),
        (&[("name", "x"), ("days", "30")], "scope-fault"),
        (&[("name", "x"), ("days", "30"), ("scope", "no:such")], "scope-fault"),
    ] {
        let page = site.pages.post(&path, &root, typed).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
        page.assert_says(&[said]).assert_lacks(&["mba_"]);
    }
}

/// Whoever may not change the rules has only keys of the own rights; forcing more is refused.
#[tokio::test]
async fn who_may_do_what() {
    let site = Site::new().await;
    site.bed.added("ann", &["Member"]).await.unwrap();
    let (root, ann) = (site.cookie_of("root").await, site.cookie_of("ann").await);
    let keys = site.at("settings/keys");
    site.pages.get(&site.at("settings"), &ann).await.assert_leads_to(&keys);
    let page = site.pages.get(&keys, &ann).await.assert(StatusCode::OK);
    page.assert_lacks(&[&format!("href=\"{}/mail\"", site.at("settings")), "membership:tenant.manage"]);
    let before = site.world().await;
    site.pages.post(&site.at("settings"), &ann, &form(&[("validity", "1")])).await.assert(StatusCode::FORBIDDEN);
    site.pages.get(&site.at("settings/mail"), &ann).await.assert(StatusCode::FORBIDDEN);
    site.pages.post(&site.at("settings/mail/test"), &ann, &[]).await.assert(StatusCode::FORBIDDEN);
    let typed = [("name", "x"), ("days", "1"), ("scope", "membership:tenant.manage")];
    site.pages.post(&keys, &ann, &typed).await.assert(StatusCode::FORBIDDEN).assert_says(&["you do not hold"]);
    assert_eq!(site.world().await, before);
    // The keys of others are nobody's business, and cannot be ended.
    let typed = [("name", "Of root"), ("days", "1"), ("scope", "membership:members.read")];
    site.pages.post(&keys, &root, &typed).await.assert(StatusCode::CREATED);
    site.pages.get(&keys, &ann).await.assert_lacks(&["Of root"]);
    let key = site.bed.membership.api_keys(&site.bed.as_administrator(), site.bed.tenant.id).await.unwrap().remove(0);
    site.pages.post(&format!("{keys}/{}/revoke", key.id), &ann, &[]).await.assert(StatusCode::NOT_FOUND);
}

/// Takes every letter but one, and remembers to whom they went.
#[derive(Default)]
struct Post(Mutex<Vec<String>>);

#[async_trait]
impl TestMail for Post {
    fn way(&self) -> String {
        "smtp.example.org, port 465".into()
    }

    async fn send(&self, to: &EmailAddress) -> Tested {
        let mut sent = self.0.lock().unwrap();
        sent.push(to.to_string());
        match sent.len() {
            1 => Tested::Taken { words: "250 queued <b>".into() },
            _ => Tested::Failed { words: "550 no".into() },
        }
    }
}

/// Proves ORG-15 in part: a test goes to the own address that is proved, and to nobody else; the server's words are shown.
#[tokio::test]
async fn a_test_letter() {
    let site = Site::new().await;
    let role = site.bed.role("Administrator").await.unwrap();
    let nina = site.bed.join("nina@example.org").await.unwrap().member;
    let assignments = Some(vec![membership_core::role::assign::Wanted::role(role)]);
    let changes = membership_core::member::edit::Changes { assignments, ..Default::default() };
    site.bed.membership.edit_member(&site.bed.as_administrator(), site.bed.target(&nina), changes).await.unwrap();
    let nina = site.cookie_of("nina@example.org").await;
    let root = site.cookie_of("root").await;
    let (path, test) = (site.at("settings/mail"), site.at("settings/mail/test"));
    let page = site.pages.get(&path, &nina).await.assert(StatusCode::OK);
    page.assert_says(&["is not told to this page"]).assert_lacks(&["Send a test"]);
    site.pages.post(&test, &nina, &[]).await.assert(StatusCode::CONFLICT);

    let post = Arc::new(Post::default());
    let options = Options { test_mail: Some(Arc::<Post>::clone(&post)), ..Options::default() };
    let pages = Pages::with(&site.bed.membership, &site.bed.clock, options);
    pages
        .get(&path, &nina)
        .await
        .assert_says(&["smtp.example.org, port 465", "Send a test to <bdi>nina@example.org</bdi>"]);
    let taken = pages.post(&test, &nina, &[("to", "victim@example.org")]).await.assert(StatusCode::OK);
    taken.assert_says(&["The server took the test letter.", "250 queued &#60;b&#62;"]);
    pages.post(&test, &nina, &[]).await.assert(StatusCode::OK).assert_says(&["did not leave", "550 no"]);
    // Root has no address.
    pages
        .get(&path, &root)
        .await
        .assert_says(&["your account has none that is proved"])
        .assert_lacks(&["Send a test to"]);
    pages.post(&test, &root, &[]).await.assert(StatusCode::CONFLICT);
    assert_eq!(*post.0.lock().unwrap(), ["nina@example.org", "nina@example.org"]);
}
