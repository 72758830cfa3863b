//! Every screen under strict eyes: in light and dark, on a desk, a tablet and a phone. A picture of each is kept in
//! `target/artefacts/screens`; those that docs/console.md shows, in `target/artefacts/pictures`.

mod adding;
mod branding;
mod fresh;
mod member;
mod members;
mod organisation;
mod people;
mod rules;

use std::path::{Path, PathBuf};

use thirtyfour::{By, WebElement};

pub(super) use organisation::Organisation;

use super::{
    Browser,
    looks::{BETWEEN, Rules, Theme, WINDOWS},
};

/// The windows that the documentation shows.
const DESK: (u32, u32) = (1160, 560);
const PHONE: (u32, u32) = (390, 720);

/// Where pictures are kept: beside what cargo builds.
pub(super) fn artefacts(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("../artefacts").join(folder)
}

/// Who walks through the screens, and what was wrong on the way: all of it is told at the end, so that one walk shows all there
/// is to mend.
struct Gallery {
    browser: Browser,
    base: String,
    wrong: Vec<String>,
}

impl Gallery {
    async fn start() -> Option<Self> {
        let browser = Browser::start_looking().await?;
        browser.resize(WINDOWS[0]).await;
        browser.prefers(Theme::Light).await;
        Some(Self { browser, base: String::new(), wrong: Vec::new() })
    }

    /// Comes to the installation at `base`, signed in with `key` or not at all.
    async fn enter(&mut self, base: &str, key: Option<&str>) {
        base.clone_into(&mut self.base);
        self.browser.becomes(base, key).await;
    }

    /// Comes to an organisation as its administrator.
    async fn of_an_organisation() -> Option<(Self, Organisation)> {
        let mut gallery = Self::start().await?;
        let organisation = Organisation::new().await;
        let installation = &organisation.installation;
        gallery.enter(&installation.server.base, Some(&installation.token)).await;
        Some((gallery, organisation))
    }

    fn tenant(&self, organisation: &Organisation) -> String {
        assert_eq!(self.base, organisation.installation.server.base);
        format!("/t/{}", organisation.installation.tenant)
    }

    /// Goes to `path`, which shall answer as pages do.
    async fn look(&mut self, name: &str, path: &str) {
        self.go(path).await;
        self.look_at(name).await;
    }

    /// Goes to `path`, which shall be refused.
    async fn look_at_refusal(&mut self, name: &str, path: &str) {
        self.go(path).await;
        self.look_at_whatever(name).await;
    }

    /// Looks at a form that was sent and came back.
    async fn refused(&mut self, name: &str) {
        self.find(".summary, .fault, .empty, [role=alert]").await;
        self.look_at_whatever(name).await;
    }

    async fn go(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.base)).await;
    }

    /// Looks at what is there.
    async fn look_at(&mut self, name: &str) {
        self.look_closely(name).await;
        let told = self.browser.complaints().await;
        self.note(name, told);
    }

    /// Looks at what is there and may be a refusal: that the browser's console says so is as it should be.
    async fn look_at_whatever(&mut self, name: &str) {
        self.look_closely(name).await;
        let mut told = self.browser.complaints().await;
        told.retain(|line| !line.contains("the server responded with a status of 4"));
        self.note(name, told);
    }

    async fn look_closely(&mut self, name: &str) {
        let whole = !self.browser.is_there("//dialog[@open]").await;
        for theme in Theme::ALL {
            self.browser.prefers(theme).await;
            for window in WINDOWS {
                // A tablet in the dark is a tablet, and is dark.
                if theme == Theme::Dark && window == WINDOWS[1] {
                    continue;
                }
                self.browser.resize(window).await;
                let place = format!("{name}-{}-{}", window.0, theme.as_str());
                self.browser.picture(&artefacts("screens").join(format!("{place}.png")), whole).await;
                let out_of_line = self.browser.out_of_line().await;
                self.note(&place, out_of_line);
                let rules = match (theme, window.0) {
                    (Theme::Light, 1440) => Rules::All,
                    (Theme::Light, 390) => Rules::AllButColours,
                    (Theme::Dark, 1440) => Rules::Colours,
                    _ => continue,
                };
                let barriers = self.browser.barriers(rules).await;
                self.note(&place, barriers);
            }
        }
        self.browser.prefers(Theme::Light).await;
        for window in BETWEEN {
            self.browser.resize(window).await;
            let out_of_line = self.browser.out_of_line().await;
            self.note(&format!("{name}-{}", window.0), out_of_line);
        }
        self.browser.resize(WINDOWS[0]).await;
    }

    /// Presses the button or follows the link that says `label`.
    async fn press(&self, label: &str) {
        self.browser.press(label).await;
    }

    /// Presses the button whose label begins like this.
    async fn press_starting(&self, label: &str) {
        let path = format!("//button[starts-with(normalize-space(), '{label}')]");
        self.browser.find(By::XPath(path)).await.click().await.expect("a click");
    }

    async fn find(&self, css: &str) -> WebElement {
        self.browser.find(By::Css(css)).await
    }

    /// Runs a script in the page, as the page's own could.
    async fn run(&self, script: &str) {
        self.browser.driver.execute(script, Vec::new()).await.expect("a script");
    }

    async fn click(&self, css: &str) {
        self.find(css).await.click().await.expect("a click");
    }

    async fn type_into(&self, css: &str, words: &str) {
        let field = self.find(css).await;
        field.clear().await.expect("an empty field");
        field.send_keys(words).await.expect("typing");
    }

    /// Chooses what is called like this.
    async fn choose(&self, css: &str, option: &str) {
        self.find(css).await.send_keys(option).await.expect("a choice");
    }

    /// Sends the form that this field is in.
    async fn submit(&self, css: &str) {
        self.find(&format!("form:has({css}) button")).await.click().await.expect("a click");
    }

    fn note(&mut self, place: &str, faults: Vec<String>) {
        self.wrong.extend(faults.into_iter().map(|fault| format!("{place}: {fault}")));
    }

    /// Keeps a picture for the documentation: what a window of this size shows.
    async fn keep(&self, name: &str, window: (u32, u32), theme: Theme) {
        self.browser.prefers(theme).await;
        self.browser.resize(window).await;
        self.browser.picture(&artefacts("pictures").join(format!("{name}.png")), false).await;
        self.browser.prefers(Theme::Light).await;
        self.browser.resize(WINDOWS[0]).await;
    }

    async fn close(self) {
        self.browser.close().await;
        assert!(self.wrong.is_empty(), "{} things are wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
    }
}
