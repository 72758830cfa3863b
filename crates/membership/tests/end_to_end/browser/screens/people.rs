//! What people see who are invited, who sign in, and who look after their own account.

use serde_json::{Value, json};

use super::{
    super::{
        account::bob,
        looks::Theme,
        newest_link,
        second_factor::{App, require},
    },
    Gallery, PHONE,
};
use crate::installation::{Answer, Installation, PASSWORD, text};

impl Installation {
    /// The key of a new session, signed in by name and password with a program that calls itself `agent`.
    async fn session(&self, login: &str, agent: &str) -> String {
        let command = json!({ "login": login, "password": PASSWORD, "transport": "bearer" });
        let request = self.client.post(self.server.url("/api/v1/sessions")).header("user-agent", agent).json(&command);
        let session = Answer::of(request.send().await.expect("an answer")).await.expect(201);
        text(&session["token"])
    }

    async fn ask_as(&self, key: &str, path: &str, body: &Value) -> Answer {
        let request = self.client.post(self.server.url(path)).bearer_auth(key).json(body);
        Answer::of(request.send().await.expect("an answer")).await
    }
}

const DESKTOP: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36";
const TELEPHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1";

/// An invitation in every state that it can be in, and joining.
#[tokio::test]
async fn invitations_look_right() {
    let Some(mut gallery) = Gallery::start().await else { return };
    let installation = Installation::new(&[]).await;
    gallery.enter(&installation.server.base, None).await;
    gallery.look("mailbox-empty", "/mailbox").await;

    let mut ann = installation.person("ann@example.org");
    ann["name"] = json!("Ann Example");
    installation.invite(vec![ann]).await.expect(201);
    installation.member_when("ann@example.org", |member| member["invitation"]["delivery"]["state"] == "sent").await;
    let link = newest_link(&gallery.browser, &installation).await;
    gallery.look_at("letter").await;
    gallery.look("mailbox", "/mailbox").await;
    let path = link.strip_prefix(&installation.server.base).expect("a path").to_owned();
    gallery.look("invitation", &path).await;
    gallery.keep("invitation-phone", PHONE, Theme::Light).await;
    gallery.look("invitation-decline", &format!("{path}/decline")).await;
    gallery.go(&path).await;
    gallery.press("Join now").await;
    gallery.browser.arrives(|path| path.ends_with("/register")).await;
    gallery.look_at("invitation-register").await;
    gallery.browser.press_submit().await;
    gallery.refused("invitation-register-refused").await;
    gallery.look("invitation-sign-in", &format!("{path}/sign-in")).await;
    gallery.look("invitation-accepted", &path).await;

    let name = "Maximiliana Alexandrina Wilhelmina von Hohenlohe-Waldenburg-Schillingsfürst zu Kaunitz";
    let (_, open) = installation.by_link(name, "Member").await;
    gallery.look("invitation-by-link", &format!("/invitation/{open}")).await;
    let (_, declined) = installation.by_link("Noël Nay", "Member").await;
    installation.answer("reject", &declined).await;
    gallery.look_at_refusal("invitation-declined", &format!("/invitation/{declined}")).await;
    let (_, late) = installation.by_link("Late Latimer", "Member").await;
    installation.expire("Late Latimer").await;
    gallery.look_at_refusal("invitation-expired", &format!("/invitation/{late}")).await;
    let (member, revoked) = installation.by_link("Rhea Revoked", "Member").await;
    let invitation = installation.get(&installation.path(&format!("/members/{member}"))).await.expect(200);
    let invitation = text(&invitation["invitation"]["id"]);
    let revoke = installation.path(&format!("/invitations/{invitation}/revoke"));
    installation.post(&revoke, &Value::Null).await.expect(200);
    gallery.look_at_refusal("invitation-withdrawn", &format!("/invitation/{revoked}")).await;
    gallery.look_at_refusal("invitation-unknown", "/invitation/mbi_nothing").await;
    let (_, session) = installation.joined("Joan Joined", "joan", "Member").await;
    gallery.enter(&installation.server.base, Some(&session)).await;
    gallery.look_at_refusal("invitation-wrong-account", &path).await;
    gallery.close().await;
}

/// Signing in, a forgotten password, links that are dead, pages that are not there.
#[tokio::test]
async fn the_door_looks_right() {
    let Some(mut gallery) = Gallery::start().await else { return };
    let installation = Installation::new(&[]).await;
    let base = &installation.server.base;
    bob(&gallery.browser, &installation).await;
    gallery.enter(base, None).await;
    gallery.look("sign-in", "/sign-in").await;
    gallery.browser.fill("login", "bob@example.org").await;
    gallery.browser.fill("password", "not the password").await;
    gallery.browser.press_submit().await;
    gallery.refused("sign-in-refused").await;
    gallery.look("forgotten", "/forgotten").await;
    gallery.browser.fill("login", "bob@example.org").await;
    gallery.browser.press_submit().await;
    gallery.browser.says(&["Look into your mailbox"]).await;
    gallery.look_at("forgotten-sent").await;
    let reset = gallery.browser.mailed(&installation, "/reset/").await;
    gallery.browser.open(&reset).await;
    gallery.look_at("reset").await;
    gallery.browser.fill("new", "too short").await;
    gallery.browser.press_submit().await;
    gallery.refused("reset-refused").await;
    for dead in ["reset", "address", "former-address", "leaving", "set-up"] {
        gallery.look_at_refusal(&format!("dead-{dead}"), &format!("/{dead}/nothing")).await;
    }
    gallery.look_at_refusal("nowhere", "/nothing-here").await;

    let theo = json!({
        "name": "Theo Temporary", "username": "theo", "password": "a temporary pass phrase",
        "roles": [installation.member_role],
    });
    installation.post(&installation.path("/members"), &theo).await.expect(201);
    gallery.go("/sign-in").await;
    gallery.browser.fill("login", "theo").await;
    gallery.browser.fill("password", "a temporary pass phrase").await;
    gallery.browser.press_submit().await;
    gallery.browser.arrives(|path| path == "/password").await;
    gallery.look_at("password-temporary").await;
    gallery.browser.press_submit().await;
    gallery.refused("password-refused").await;

    // Somebody shut out, somebody who is a member of nothing, somebody who may not administer.
    let (dora, session) = installation.joined("Dora Disabled", "dora", "Member").await;
    gallery.enter(base, Some(&session)).await;
    gallery.look_at_refusal("administration-refused", &format!("/t/{}/audit", installation.tenant)).await;
    installation.post(&installation.path(&format!("/members/{dora}/disable")), &Value::Null).await.expect(200);
    gallery.look_at_refusal("shut-out", &format!("/welcome/{}", installation.tenant)).await;
    let (_, session) = installation.joined("Eve Elsewhere", "eve", "Member").await;
    installation.ask_as(&session, &installation.path("/leave"), &json!({})).await;
    gallery.enter(base, Some(&session)).await;
    gallery.look("organisations-none", "/organisations").await;
    gallery.look("account-close", "/account/close").await;
    gallery.close().await;
}

/// A member's own pages, and the offer to take over.
#[tokio::test]
async fn a_members_own_pages_look_right() {
    let Some(mut gallery) = Gallery::start().await else { return };
    let installation = Installation::new(&[]).await;
    let base = &installation.server.base;
    let welcome = format!("/welcome/{}", installation.tenant);
    gallery.enter(base, None).await;
    bob(&gallery.browser, &installation).await;
    for name in ["عبد الرحمن بن محمد الفارسي", "Maximiliana Alexandrina Wilhelmina von Hohenlohe-Waldenburg"]
    {
        installation.by_link(name, "Member").await;
    }
    let (nina, offered) = installation.joined("Nina Nominee", "nina", "Administrator").await;
    let path = installation.path("/representative/nomination");
    installation.post(&path, &json!({ "member": nina })).await.expect(201);

    gallery.look("welcome", &welcome).await;
    gallery.look_at_refusal("welcome-nobody", &format!("{welcome}?q=zzzzz")).await;
    gallery.look("leave", &format!("{welcome}/leave")).await;
    gallery.enter(base, Some(&offered)).await;
    gallery.look("welcome-offer", &welcome).await;
    gallery.keep("representative-offer", super::DESK, Theme::Light).await;
    gallery.click("details.panel > summary").await;
    gallery.look_at("welcome-invite").await;
    gallery.enter(base, Some(&installation.token)).await;
    gallery.look("welcome-offer-made", &welcome).await;
    gallery.look("organisations", "/organisations").await;

    installation.session("bob@example.org", TELEPHONE).await;
    let bob = installation.session("bob@example.org", DESKTOP).await;
    gallery.enter(base, Some(&bob)).await;
    gallery.look("account", "/account").await;
    gallery.look("password", "/password").await;
    gallery.look("account-close-refused", "/account/close").await;
    gallery.look("passkey", "/account/passkey").await;
    gallery.go("/account").await;
    gallery.click("#email > summary").await;
    gallery.browser.fill("to", "bob@new.example.org").await;
    gallery.press("Mail me the link").await;
    gallery.refused("account-refused").await;
    gallery.browser.fill("password", PASSWORD).await;
    gallery.press("Mail me the link").await;
    gallery.browser.says(&["waits for its confirmation"]).await;
    gallery.look_at("account-pending").await;
    let link = gallery.browser.mailed(&installation, "/address/").await;
    gallery.browser.open(&link).await;
    gallery.look_at("address").await;
    gallery.press("Yes, confirm").await;
    gallery.browser.says(&["Your address is confirmed"]).await;
    gallery.look_at("address-confirmed").await;
    let back = gallery.browser.mailed(&installation, "/former-address/").await;
    gallery.browser.open(&back).await;
    gallery.look_at("former-address").await;
    gallery.close().await;
}

/// Second factors: set up, asked for, shown.
#[tokio::test]
async fn second_factors_look_right() {
    let Some(mut gallery) = Gallery::start().await else { return };
    let installation = Installation::new(&[]).await;
    gallery.enter(&installation.server.base, None).await;
    bob(&gallery.browser, &installation).await;
    require(&installation, "app").await;
    gallery.go(&format!("/welcome/{}", installation.tenant)).await;
    gallery.browser.arrives(|path| path == "/account/second-factor").await;
    gallery.look_at("second-factor").await;
    gallery.press("Set up an app").await;
    gallery.browser.says(&["Scan this"]).await;
    gallery.look_at("app").await;
    let key = gallery.browser.find(thirtyfour::By::Css(".key")).await.text().await.expect("a key");
    let mut app = App::with_key(key.split_whitespace().collect());
    gallery.browser.fill("code", "000000").await;
    gallery.press("Confirm").await;
    gallery.refused("app-refused").await;
    gallery.browser.fill("code", &app.code().await).await;
    gallery.press("Confirm").await;
    gallery.browser.says(&["Keep these recovery codes"]).await;
    gallery.look_at("recovery-codes").await;
    gallery.press("I have kept them, go on").await;
    gallery.go("/account").await;
    gallery.press("Turn on codes by mail").await;
    gallery.look("account-factors", "/account").await;
    gallery.keep("account", super::DESK, Theme::Light).await;
    gallery.browser.sign_out(&installation).await;
    gallery.browser.password_is_right().await;
    gallery.look_at("sign-in-code").await;
    gallery.keep("second-factor-phone", PHONE, Theme::Dark).await;
    gallery.browser.fill("app", "000000").await;
    gallery.browser.press_submit().await;
    gallery.refused("sign-in-code-refused").await;
    gallery.press("Mail me a code").await;
    gallery.browser.says(&["A code is on its way"]).await;
    gallery.look_at("sign-in-code-mailed").await;
    gallery.close().await;
}
