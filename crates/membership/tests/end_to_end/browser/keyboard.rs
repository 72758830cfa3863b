//! The administration by the keyboard alone. Wherever the focus stands it is seen.

use serde_json::{Value, json};
use thirtyfour::{Key, TypingData};

use super::{Browser, MOMENT, PATIENCE};
use crate::installation::{Installation, PASSWORD};

/// Where the focus stands, whether it can be seen there, and whether that is where it should be.
const FOCUS: &str = "
    const one = document.activeElement;
    const style = getComputedStyle(one);
    const box = one.getBoundingClientRect();
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    return {
        there: one.matches(arguments[0]),
        seen: outlined && box.width > 0 && box.bottom > 0 && box.top < innerHeight,
        what: one.outerHTML.slice(0, 200),
    };";

impl Browser {
    /// Types into whatever has the focus.
    async fn types(&self, keys: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.expect("keys");
    }

    async fn focus(&self, css: &str) -> Value {
        self.driver.execute(FOCUS, vec![json!(css)]).await.expect("an answer").json().clone()
    }

    /// Goes on with the Tab key until the focus is on `css`, and sees it at every stop.
    async fn tabs_to(&self, css: &str) {
        for _ in 0..300 {
            self.types(Key::Tab).await;
            let focus = self.focus(css).await;
            assert!(
                focus["seen"] == true || focus["what"].as_str().is_some_and(|what| what.starts_with("<body")),
                "{focus}"
            );
            if focus["there"] == true {
                return;
            }
        }
        panic!("no Tab leads to {css}");
    }

    /// Waits until the focus is on `css`, where a script puts it.
    async fn is_at(&self, css: &str) {
        let mut focus = Value::Null;
        for _ in 0..PATIENCE {
            focus = self.focus(css).await;
            if focus["there"] == true {
                return;
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("the focus is not at {css}: {focus}");
    }
}

/// Signing in, searching, filtering, acting in the drawer, inviting, another theme: all without a mouse.
#[tokio::test]
async fn everything_is_done_by_the_keyboard() {
    let Some(browser) = Browser::start_looking().await else { return };
    browser.resize((1280, 800)).await;
    let installation = Installation::new(&[]).await;
    let (dora, _) = installation.joined("Dora Doe", "dora", "Member").await;
    let (declined, token) = installation.by_link("Noel Nay", "Member").await;
    installation.answer("reject", &token).await;

    browser.open(&installation.server.url(&format!("/t/{}/members", installation.tenant))).await;
    browser.arrives(|path| path == "/sign-in").await;
    browser.tabs_to("#login").await;
    browser.types("ada").await;
    browser.tabs_to("#password").await;
    browser.types(PASSWORD).await;
    browser.types(Key::Enter).await;
    browser.arrives(|path| path.ends_with("/members")).await;

    browser.says(&["Dora Doe", "Noel Nay"]).await;
    browser.types("/").await;
    browser.is_at("#q").await;
    browser.types("do").await;
    browser.says_no_more("Noel Nay").await;
    browser.tabs_to("#state").await;
    browser.types("Enabled").await;
    browser.says(&["Only", "Dora Doe"]).await;
    browser.tabs_to("a.chip").await;
    browser.types(Key::Enter).await;
    browser.says_no_more("“do”").await;

    let link = format!("a[data-drawer-link][href$='{dora}']");
    browser.tabs_to(&link).await;
    browser.types(Key::Enter).await;
    browser.is_at("dialog h1").await;
    browser.tabs_to("dialog a[href$='/disable']").await;
    browser.types(Key::Enter).await;
    browser.says(&["Yes"]).await;
    browser.tabs_to("dialog button[name=yes]").await;
    browser.types(Key::Enter).await;
    browser.says(&["Disabled", "History"]).await;
    browser.types(Key::Escape).await;
    browser.says_no_more("History").await;
    // Dora is not among those that are enabled any more; so the focus is where the list is.
    browser.is_at("#q, [data-drawer-link], h1").await;

    browser.open(&installation.server.url(&format!("/t/{}/members", installation.tenant))).await;
    let link = format!("a[data-drawer-link][href$='{declined}']");
    browser.tabs_to(&link).await;
    browser.types(Key::Enter).await;
    browser.is_at("dialog h1").await;
    browser.types(Key::Escape).await;
    browser.is_at(&link).await;

    browser.tabs_back_to("a[href$='/invite']").await;
    browser.types(Key::Enter).await;
    browser.tabs_to("#people").await;
    browser.types("Eve Engineer <eve@example.org>").await;
    browser.tabs_to("select[name=what]").await;
    browser.types("Member").await;
    browser.tabs_to("main form button").await;
    browser.types(Key::Enter).await;
    browser.says(&["Eve Engineer"]).await;
    installation.member_when("eve@example.org", |member| member["status"] == "not-joined").await;

    browser.tabs_to(".menu.end > summary").await;
    browser.types(Key::Enter).await;
    browser.tabs_to("button[value=dark]").await;
    browser.types(Key::Enter).await;
    browser.is_at("[data-theme=dark] button[value=dark][aria-pressed=true]").await;
    browser.types(Key::Escape).await;
    browser.is_at(".menu.end:not([open]) > summary").await;
    browser.close().await;
}

impl Browser {
    /// Waits until the page says `words` no longer.
    async fn says_no_more(&self, words: &str) {
        for _ in 0..PATIENCE {
            if !self.words().await.contains(words) {
                return;
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("the page still says {words}: {}", self.words().await);
    }

    /// The same as [`Browser::tabs_to`], backwards.
    async fn tabs_back_to(&self, css: &str) {
        for _ in 0..300 {
            let chain = self.driver.action_chain().key_down(Key::Shift).send_keys(Key::Tab).key_up(Key::Shift);
            chain.perform().await.expect("keys");
            let focus = self.focus(css).await;
            assert_eq!(focus["seen"], true, "{focus}");
            if focus["there"] == true {
                return;
            }
        }
        panic!("no Tab leads back to {css}");
    }
}
