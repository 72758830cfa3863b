//! Passkeys of one's own: added, named, listed, taken away, and asked for by a tenant.

use std::sync::Arc;

use chrono::TimeDelta;
use membership_core::{
    account::{Kinds, passkey::Ceremony},
    ports::NoPasskeys,
};
use membership_testkit::{PlainPasskey, bed::PASSWORD};
use poem::http::StatusCode;

use crate::{
    app::recovery_codes,
    second_factor::require,
    site::{Answer, Site},
};

/// What comes after `start` on a page, up to the end of the attribute.
fn attribute<'a>(page: &'a Answer, start: &str) -> &'a str {
    let (_, rest) = page.body.split_once(start).unwrap_or_else(|| panic!("there is no {start}: {}", page.body));
    rest.split_once('"').unwrap().0
}

/// The ceremony that a page holds for the script.
pub(crate) fn ceremony(page: &Answer) -> Ceremony {
    let options = attribute(page, "data-options=\"").to_owned();
    Ceremony { options, state: attribute(page, "name=\"state\" value=\"").to_owned() }
}

/// What the script sends for `passkey` from a page.
pub(crate) fn shown(page: &Answer, passkey: &mut PlainPasskey) -> [(&'static str, String); 2] {
    let answer = passkey.answer(&ceremony(page));
    [("state", answer.state), ("credential", answer.credential.expose().to_owned())]
}

/// Somebody with a passkey, and what there is to sign in with.
pub(crate) struct WithPasskey {
    pub(crate) passkey: PlainPasskey,
    pub(crate) recovery: Vec<String>,
    pub(crate) cookie: String,
}

impl Site {
    /// Adds a passkey for whoever `cookie` belongs to; the answer to its last form.
    async fn adds(&self, cookie: &str, passkey: &mut PlainPasskey, name: &str, next: &str) -> Answer {
        let asked = self.pages.get(&format!("/account/passkey?next={next}"), cookie).await.assert(StatusCode::OK);
        let [state, credential] = shown(&asked, passkey);
        let form = [("name", name), ("next", next), (state.0, &state.1), (credential.0, &credential.1)];
        self.pages.post("/account/passkey/confirm", cookie, &form).await
    }

    /// `login` adds a passkey on the own page.
    pub(crate) async fn sets_up_passkey(&self, login: &str) -> WithPasskey {
        let cookie = self.cookie_of(login).await;
        let mut passkey = PlainPasskey::new(self.account_of(login).await.id, vec![1; 32]);
        let done = self.adds(&cookie, &mut passkey, "Phone", "/account").await.assert(StatusCode::OK);
        WithPasskey { passkey, recovery: recovery_codes(&done), cookie: done.cookie() }
    }
}

/// The page holds what the browser is asked, the script, and a button that only the script shows; without it a sentence says so.
/// With the passkey come recovery codes, and every other session is over.
#[tokio::test]
async fn a_passkey_is_added() {
    let site = Site::new().await;
    let (here, elsewhere) = (site.cookie_of("root").await, site.cookie_of("root").await);
    let own = site.pages.get("/account", &here).await.assert(StatusCode::OK);
    own.assert_says(&["href=\"/account/passkey\" data-passkey-offer hidden", "<noscript>", "src=\"/assets/passkey."]);
    let asked = site.pages.get("/account/passkey", &here).await.assert(StatusCode::OK);
    asked.assert_says(&[
        "data-passkey=\"create\" data-options=\"add to ",
        "src=\"/assets/passkey.",
        "data-passkey-button hidden>",
        "role=\"status\" data-passkey-said",
        "<noscript>",
        "data-passkey-missing hidden",
        "name=\"name\"",
    ]);

    let mut passkey = PlainPasskey::new(site.account_of("root").await.id, vec![1; 32]);
    let done = site.adds(&here, &mut passkey, "Phone", "/account").await.assert(StatusCode::OK);
    assert_eq!(recovery_codes(&done).len(), 10);
    let anew = done.cookie();
    for over in [&here, &elsewhere] {
        site.pages.get("/account", over).await.assert_leads_to("/sign-in?next=/account");
    }
    let own = site.pages.get("/account", &anew).await.assert(StatusCode::OK);
    own.assert_says(&["<bdi class=\"name\">Phone</bdi>", "10 left", "Remove<span class=\"unseen\"> the passkey Phone"]);

    let mut second = PlainPasskey::new(site.account_of("root").await.id, vec![2; 32]);
    let done = site.adds(&anew, &mut second, "Laptop", "/account").await.assert_leads_to("/account");
    let own = site.pages.get("/account", &done.cookie()).await.assert(StatusCode::OK);
    own.assert_says(&["Phone", "Laptop"]);
}

/// The authenticator has its passkey once the form comes: a name that will not do is asked for again, and nothing else is. An
/// answer that is none, or that was given before, adds nothing; a form without one, from a browser without scripts, says why.
#[tokio::test]
async fn a_name_is_mended_without_another_passkey() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let mut passkey = PlainPasskey::new(site.account_of("root").await.id, vec![1; 32]);
    let asked = site.pages.get("/account/passkey", &root).await;
    let [state, credential] = shown(&asked, &mut passkey);
    let form = |name| [("name", name), (state.0, state.1.as_str()), (credential.0, credential.1.as_str())];
    let long = "x".repeat(101);
    for bad in [" ", &long] {
        let mend = site.pages.post("/account/passkey/confirm", &root, &form(bad)).await;
        let mend = mend.assert(StatusCode::UNPROCESSABLE_ENTITY).assert_says(&["id=\"name-fault\""]);
        let mend = mend.assert_lacks(&["data-passkey=", "data-passkey-button"]);
        assert_eq!(attribute(&mend, "name=\"state\" value=\""), state.1);
    }
    let hostile = "<img src=x onerror=alert(1)>";
    let done = site.pages.post("/account/passkey/confirm", &root, &form(hostile)).await.assert(StatusCode::OK);
    let own = site.pages.get("/account", &done.cookie()).await.assert(StatusCode::OK);
    own.assert_lacks(&["<img"]).assert_says(&["&#60;img src=x onerror=alert(1)&#62;"]);

    let before = site.account_of("root").await;
    let again = site.pages.post("/account/passkey/confirm", &done.cookie(), &form("Phone")).await;
    again.assert(StatusCode::FORBIDDEN).assert_says(&["This passkey was not taken", "Begin again"]);
    let none = [("name", "Phone"), (state.0, state.1.as_str()), ("credential", "")];
    let asked = site.pages.post("/account/passkey/confirm", &done.cookie(), &none).await.assert(StatusCode::OK);
    asked.assert_says(&["Passkeys need JavaScript", "value=\"Phone\""]);
    assert_eq!(site.account_of("root").await, before);
}

/// It is taken away with a press, and the password is enough again; one that is none is nobody's.
#[tokio::test]
async fn a_passkey_is_taken_away() {
    let site = Site::new().await;
    let root = site.sets_up_passkey("root").await;
    assert_eq!(root.recovery.len(), 10);
    let own = site.pages.get("/account", &root.cookie).await.assert(StatusCode::OK);
    let credential = attribute(&own, "name=\"credential\" value=\"").to_owned();
    let lost = site.pages.post("/account/passkey/remove", &root.cookie, &[("credential", "AAAA")]).await;
    let lost = lost.assert(StatusCode::CONFLICT);
    lost.assert_says(&["This one is not set up"]);
    site.pages.post("/account/passkey/remove", &root.cookie, &[("credential", "=")]).await.assert_leads_to("/account");
    let removed = site.pages.post("/account/passkey/remove", &root.cookie, &[("credential", &credential)]).await;
    let own = site.pages.get("/account", &removed.assert_leads_to("/account").cookie()).await.assert(StatusCode::OK);
    own.assert_lacks(&["/account/recovery-codes", "/account/passkey/remove", "Phone"]);
    let typed = [("login", "root"), ("password", PASSWORD)];
    site.pages.post("/sign-in", "", &typed).await.assert_leads_to("/");
}

/// What is delicate asks for a sign-in of just now, which a passkey alone is as well; and where the account has a passkey, for one
/// with it.
#[tokio::test]
async fn what_is_delicate_asks_again() {
    let site = Site::new().await;
    let mut root = site.sets_up_passkey("root").await;
    site.bed.clock.advance(TimeDelta::minutes(15));
    let asked = site.pages.get("/account/passkey", &root.cookie).await.assert(StatusCode::FORBIDDEN);
    asked.assert_says(&["Please sign in anew", "Sign in with a passkey", "name=\"next\" value=\"/account\""]);
    let asked = site.pages.post("/sign-in/passkey", &root.cookie, &[("next", "/account")]).await;
    let [state, credential] = shown(&asked, &mut root.passkey);
    let form = [("next", "/account"), (state.0, &state.1), (credential.0, &credential.1)];
    let there = site.pages.post("/sign-in/passkey/shown", &root.cookie, &form).await.assert_leads_to("/account");
    site.pages.get("/account/passkey", &there.cookie()).await.assert(StatusCode::OK);
    site.pages.get("/", &root.cookie).await.assert_leads_to("/sign-in");
}

/// Whoever has an app or a passkey, and came by a code from the mailbox, is told to come by one of those.
#[tokio::test]
async fn a_mailbox_is_not_enough_for_another() {
    let site = Site::new().await;
    site.bed.join("ann@example.org").await.unwrap();
    let ann = site.sets_up_app("ann@example.org").await;
    let mailed = site.pages.post("/account/mailed-codes", &ann.cookie, &[]).await.assert_leads_to("/account");
    site.pages.get("/account/passkey", &mailed.cookie()).await.assert(StatusCode::OK);
    let typed = [("login", "ann@example.org"), ("password", PASSWORD)];
    let waiting = site.pages.post("/sign-in", "", &typed).await.waiting();
    site.pages.post("/sign-in/code/mail", &waiting, &[]).await.assert(StatusCode::SEE_OTHER);
    let code = crate::challenge::mailed_code(&site).await;
    let by_mail = site.pages.post("/sign-in/code", &waiting, &[("mailed", &code)]).await.assert_leads_to("/").cookie();
    let asked = site.pages.get("/account/passkey", &by_mail).await.assert(StatusCode::FORBIDDEN);
    asked.assert_says(&["Please sign in anew", "you signed in without your app or a passkey"]);
}

/// Proves APP-22 in part: a tenant that takes passkeys offers one, from there one goes on, and the last one stays.
#[tokio::test]
async fn a_tenant_can_ask_for_one() {
    let site = Site::new().await;
    site.bed.added("nina", &["Member manager"]).await.unwrap();
    require(&site, Kinds::PASSKEY).await;
    let (nina, welcome) = (site.cookie_of("nina").await, site.welcome());
    let there = format!("/account/second-factor?next={welcome}");
    site.pages.get(&welcome, &nina).await.assert_leads_to(&there);
    let asked = site.pages.get(&there, &nina).await.assert(StatusCode::OK);
    asked
        .assert_says(&[&format!("href=\"/account/passkey?next={welcome}\""), "Add a passkey", "<noscript>"])
        .assert_lacks(&["Set up an app", "Mail me codes"]);
    let mut passkey = PlainPasskey::new(site.account_of("nina").await.id, vec![1; 32]);
    let done = site.adds(&nina, &mut passkey, "Phone", &welcome).await.assert(StatusCode::OK);
    let cookie = done.cookie();
    done.assert_says(&["I have kept them, go on", &format!("href=\"{welcome}\"")]);
    site.pages.get(&welcome, &cookie).await.assert(StatusCode::OK).assert_says(&["You are a member of"]);
    let own = site.pages.get("/account", &cookie).await;
    let credential = attribute(&own, "name=\"credential\" value=\"");
    let kept = site.pages.post("/account/passkey/remove", &cookie, &[("credential", credential)]).await;
    kept.assert(StatusCode::CONFLICT).assert_says(&["This one is needed", "Example Ltd"]);
}

/// Where an installation takes none, no page speaks of them, and whoever asks all the same is told.
#[tokio::test]
async fn where_none_are_taken_none_are_offered() {
    let site = Site::altered(|parts| parts.passkeys = Arc::new(NoPasskeys)).await;
    let root = site.cookie_of("root").await;
    require(&site, Kinds::APP.or(Kinds::PASSKEY)).await;
    let wanted = format!("/account/second-factor?next={}", site.welcome());
    for (path, cookie) in [("/sign-in", ""), ("/account", &root), (&wanted, &root)] {
        let page = site.pages.get(path, cookie).await.assert(StatusCode::OK);
        page.assert_lacks(&["data-passkey", "/assets/passkey.", "/account/passkey", "/sign-in/passkey", "<noscript>"]);
    }
    let off = site.pages.post("/sign-in/passkey", "", &[]).await.assert(StatusCode::CONFLICT);
    off.assert_says(&["No passkeys here"]);
    let off = site.pages.get("/account/passkey", &root).await.assert(StatusCode::CONFLICT);
    off.assert_says(&["No passkeys here"]);
}
