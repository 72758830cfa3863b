//! The invitee's side in the browser: every way to join, and what each link says that leads nowhere any more.

use chrono::TimeDelta;
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::{Value, json};
use thirtyfour::By;

use super::{Browser, Scripts, account::bob, newest_link};
use crate::{
    installation::{Installation, PASSWORD, text},
    process::Server,
};

/// Somebody who was invited by a link: the invitation's id, and the link.
struct Linked {
    id: String,
    link: String,
}

impl Installation {
    /// Invites somebody by a link to hand over, bound to `email` if there is one.
    async fn linked(&self, name: &str, email: Option<&str>) -> Linked {
        let mut person = json!({ "name": name, "via": "link", "roles": [self.member_role] });
        if let Some(email) = email {
            person["email"] = json!(email);
        }
        let invited = self.invite(vec![person]).await.expect(201)["invited"][0].clone();
        Linked { id: text(&invited["invitation"]["id"]), link: text(&invited["link"]) }
    }

    /// Does something with an invitation: `send`, `resend`, `revoke`.
    async fn with_invitation(&self, id: &str, verb: &str) -> Value {
        self.post(&self.path(&format!("/invitations/{id}/{verb}")), &json!({})).await.expect(200)
    }

    /// Makes a tenant whose administrator `name` is invited by mail: its id.
    async fn another_tenant(&self, tenant: &str, name: &str, email: &str) -> String {
        let person = json!({ "name": name, "via": "mail", "email": email });
        let made = self.post("/api/v1/tenants", &json!({ "name": tenant, "administrator": person })).await.expect(201);
        text(&made["tenant"]["id"])
    }

    /// Every invitation becomes older by `time`, while the server is down; it comes back at another address.
    async fn after(self, time: TimeDelta) -> Self {
        let Self { server, folder, client, token, tenant, member_role } = self;
        assert!(server.stop().success());
        let database = Database::connect(format!("sqlite://{}", folder.path().join("data/membership.db").display()));
        let database = database.await.expect("the database");
        let micros = time.num_microseconds().expect("a time");
        let older = format!(
            "UPDATE invitation SET created_at = created_at - {micros}, sent_at = sent_at - {micros}, \
             stage_at = stage_at - {micros}, expires_at = expires_at - {micros}"
        );
        let changed = database.execute_unprepared(&older).await.expect("a change").rows_affected();
        assert!(changed > 0);
        database.close().await.expect("the end");
        Self { server: Server::start(folder.path(), &[]), folder, client, token, tenant, member_role }
    }

    /// Where `link` leads now.
    fn now_at(&self, link: &str) -> String {
        self.server.url(&link[link.find("/invitation/").expect("a link")..])
    }
}

fn token_of(link: &str) -> Value {
    json!({ "token": link.rsplit('/').next() })
}

impl Browser {
    /// Opens a link that leads nowhere: it says `wanted`, and neither of its further pages lets anybody in.
    async fn finds_dead(&self, link: &str, wanted: &[&str]) {
        for page in ["", "/decline", "/register", "/sign-in"] {
            self.open(&format!("{link}{page}")).await;
            self.says(wanted).await;
            let words = self.words().await;
            for way in ["Join now", "Create account and join", "Sign in and join", "Yes, decline"] {
                assert!(!words.contains(way), "{link}{page}: {words}");
            }
        }
    }
}

/// Proves APP-21 and A12 in part, A8 in part, A18 in part, ORG-21 in part and ORG-36 in the browser: used, withdrawn, older than
/// the newest, declined, expired before and after "Join now", of a suspended organisation, or nonsense: each link says which it is
/// and what to do.
#[tokio::test]
async fn every_dead_link_says_why() {
    let Some(browser) = Browser::start().await else { return };
    let installation = Installation::new(&[]).await;

    let used = installation.linked("Una", None).await;
    installation.post_as_nobody("/api/v1/invitation/accept", &token_of(&used.link)).await.expect(200);
    let mut una = token_of(&used.link);
    for (field, value) in [("name", "Una"), ("username", "una"), ("password", PASSWORD), ("transport", "bearer")] {
        una[field] = json!(value);
    }
    installation.post_as_nobody("/api/v1/invitation/register", &una).await.expect(201);
    browser.finds_dead(&used.link, &["This link was used already", "It invited you to", "Acme", "Sign in"]).await;
    browser.press("Sign in").await;
    browser.arrives(|path| path == "/sign-in").await;

    let withdrawn = installation.linked("Wanda", None).await;
    installation.with_invitation(&withdrawn.id, "revoke").await;
    let says = ["This invitation was withdrawn", "It invited you to", "Ask an administrator"];
    browser.finds_dead(&withdrawn.link, &says).await;

    let older = installation.linked("Olga", None).await;
    let newer = text(&installation.with_invitation(&older.id, "resend").await["link"]);
    browser.finds_dead(&older.link, &["This link no longer works", "Use the newest link, or ask for another."]).await;
    browser.open(&newer).await;
    browser.says(&["Join now", "Olga"]).await;

    let declined = installation.linked("Dan", None).await;
    installation.post_as_nobody("/api/v1/invitation/reject", &token_of(&declined.link)).await.expect(200);
    let says = ["This invitation was declined", "It invited you to", "if that was a mistake"];
    browser.finds_dead(&declined.link, &says).await;

    let unknown = ["We do not know this link", "Check that the link is complete"];
    browser.finds_dead(&installation.server.url("/invitation/nonsense"), &unknown).await;
    let cut_off = &newer[..newer.len() - 1];
    browser.finds_dead(cut_off, &unknown).await;

    let (untouched, begun) = (installation.linked("Eve", None).await, installation.linked("Bea", None).await);
    installation.post_as_nobody("/api/v1/invitation/accept", &token_of(&begun.link)).await.expect(200);
    let mut installation = installation.after(TimeDelta::hours(73)).await;
    for expired in [untouched.link, begun.link, newer] {
        let says = ["This invitation has expired", "It invited you to", "Ask an administrator to invite again."];
        browser.finds_dead(&installation.now_at(&expired), &says).await;
    }

    installation.sign_in().await;
    let suspended = installation.linked("Sue", None).await;
    installation.post(&installation.path("/suspend"), &json!({})).await.expect(200);
    browser.finds_dead(&suspended.link, &["This organisation is suspended", "Ask whoever invited you."]).await;
    browser.close().await;
}

/// Proves ORG-18 and ORG-19 in part in the browser: whoever holds a link without an address registers with a username; one that is
/// taken, or none, is said at the field.
#[tokio::test]
async fn a_link_without_an_address_asks_for_a_username() {
    let Some(browser) = Browser::start().await else { return };
    let installation = Installation::new(&[]).await;
    let linked = installation.linked("Carol", None).await;
    browser.open(&linked.link).await;
    browser.says(&["Nothing happens until you choose."]).await;
    browser.press("Join now").await;
    browser.says(&["Create your account", "You have an account already?"]).await;
    browser.fill("username", "ada").await;
    browser.fill("password", PASSWORD).await;
    browser.press_submit().await;
    browser.says(&["Please correct this first", "taken"]).await;
    browser.find(By::Css("#username[aria-invalid='true'][value='ada']")).await;
    browser.fill("username", "carol").await;
    browser.fill("password", PASSWORD).await;
    browser.press_submit().await;
    browser.arrives(|path| path == format!("/welcome/{}", installation.tenant)).await;
    browser.says(&["You are a member of Acme"]).await;
    browser.close().await;
}

/// Proves ORG-25 in the browser, where scripts run, and A4 in part for a link that is bound to an address: whoever has an account signs
/// in and joins; signed in already, "Join now" is all.
#[tokio::test]
async fn whoever_has_an_account_joins_with_it_with_scripts() {
    whoever_has_an_account_joins_with_it(Scripts::On).await;
}

/// The same where none run.
#[tokio::test]
async fn whoever_has_an_account_joins_with_it_without_scripts() {
    whoever_has_an_account_joins_with_it(Scripts::Off).await;
}

async fn whoever_has_an_account_joins_with_it(scripts: Scripts) {
    let Some(browser) = Browser::start_as(scripts).await else { return };
    let installation = Installation::new(&[]).await;
    bob(&browser, &installation).await;
    let invites_bob = async |tenant: &str| {
        let id = installation.another_tenant(tenant, "Bob Builder", "bob@example.org").await;
        browser.letter(&installation, &format!("join {tenant}")).await;
        (id, newest_link(&browser, &installation).await)
    };

    let (harbour, link) = invites_bob("Harbour").await;
    browser.open(&link).await;
    browser.says(&["The operator of this service asks you", "You will join as", "bob@example.org"]).await;
    browser.press("Join now").await;
    browser.arrives(|path| path == format!("/welcome/{harbour}")).await;
    browser.says(&["You are a member of Harbour", "You are the representative administrator."]).await;

    browser.sign_out(&installation).await;
    let (island, link) = invites_bob("Island").await;
    browser.open(&link).await;
    browser.press("Join now").await;
    browser.arrives(|path| path.ends_with("/sign-in") && path.starts_with("/invitation/")).await;
    browser.says(&["Sign in to join", "The invited address."]).await;
    browser.find(By::Css("#email[readonly][value='bob@example.org']:not([name])")).await;
    browser.fill("password", "not the password").await;
    browser.press_submit().await;
    browser.says(&["The name or the password is wrong"]).await;
    browser.fill("password", PASSWORD).await;
    browser.press_submit().await;
    browser.arrives(|path| path == format!("/welcome/{island}")).await;

    chooses_among_tenants(&browser, &installation, (&harbour, &island)).await;

    // A link that is bound to an address lets in who has proved that address, and nobody else.
    let bound = installation.linked("Dora", Some("dora@example.org")).await;
    browser.open(&bound.link).await;
    browser.says(&["This invitation is for somebody else", "bob@example.org", "dora@example.org"]).await;
    browser.press("Stay signed in").await;
    browser.arrives(|path| path.starts_with("/t/")).await;
    browser.open(&bound.link).await;
    browser.press("Sign out and continue").await;
    browser.says(&["Join now"]).await;
    browser.press("Join now").await;
    browser.says(&["Sign in to join"]).await;
    browser.find(By::Css("#email[readonly][value='dora@example.org']:not([name])")).await;
    browser.close().await;
}

/// A person's organisations: all of them are listed; from the administration of one it is one step to another; the last one opens
/// by itself.
async fn chooses_among_tenants(browser: &Browser, installation: &Installation, (harbour, island): (&str, &str)) {
    browser.go(installation, "/organisations").await;
    browser.says(&["Your organisations", "Acme", "Harbour", "Island"]).await;
    browser.find(By::Css(format!("a.row[href='/welcome/{harbour}']").as_str())).await.click().await.expect("a click");
    browser.says(&["You are a member of Harbour"]).await;
    browser.press("Manage members").await;
    browser.arrives(|path| path == format!("/t/{harbour}/members")).await;
    browser.says(&["Bob Builder", "Representative"]).await;

    browser.find(By::Css("details.menu > summary[title='Harbour']")).await.click().await.expect("an open menu");
    browser.says(&["Change to", "Your own membership here"]).await;
    browser.find(By::Css(format!(".sheet a[href='/t/{island}']").as_str())).await.click().await.expect("a click");
    browser.arrives(|path| path.starts_with(&format!("/t/{island}"))).await;
    browser.find(By::Css("details.menu > summary[title='Island']")).await;
    browser.go(installation, &format!("/t/{island}/members")).await;
    browser.arrives(|path| path == format!("/t/{island}/members")).await;
    browser.go(installation, "/").await;
    browser.arrives(|path| path == format!("/t/{island}/members")).await;
}

/// Proves APP-3 in the browser: without an account a person is led to where one is made: by an invitation to the registration; from any
/// other page to the sign-in, which says how one gets an account.
#[tokio::test]
async fn whoever_has_no_account_is_led_to_one() {
    let Some(browser) = Browser::start().await else { return };
    let installation = Installation::new(&[]).await;
    for page in ["/", "/organisations", "/account", "/password"] {
        browser.go(&installation, page).await;
        browser.arrives(|path| path == "/sign-in").await;
        browser.says(&["No account yet?", "open the link that you were sent", "invite you"]).await;
    }
    for page in ["", "/members", "/roles", "/settings"] {
        browser.go(&installation, &format!("/t/{}{page}", installation.tenant)).await;
        browser.arrives(|path| path == "/sign-in").await;
    }
    let linked = installation.linked("Nora", Some("nora@example.org")).await;
    browser.open(&linked.link).await;
    browser.says(&["Join now", "nora@example.org"]).await;
    super::invited_by_mail(&installation, "nils@example.org").await;
    let link = newest_link(&browser, &installation).await;
    browser.open(&link).await;
    browser.press("Join now").await;
    browser.arrives(|path| path.ends_with("/register")).await;
    browser.says(&["Create your account", "One account, and you are a member of"]).await;
    browser.close().await;
}
