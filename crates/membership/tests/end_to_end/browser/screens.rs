//! Every screen under strict eyes: in light and dark, on a desk, a tablet and a phone. A picture of each is kept in
//! `target/artefacts/screens`; those that docs/console.md shows, in `target/artefacts/pictures`.

mod administration;
mod organisation;

use std::path::{Path, PathBuf};

use super::{
    Browser,
    looks::{Theme, WINDOWS},
};

/// Where pictures are kept: beside what cargo builds.
fn artefacts(folder: &str) -> PathBuf {
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
    async fn open(base: &str) -> Option<Self> {
        let browser = Browser::start_looking().await?;
        browser.resize(WINDOWS[0]).await;
        browser.prefers(Theme::Light).await;
        Some(Self { browser, base: base.to_owned(), wrong: Vec::new() })
    }

    /// Goes to `path`, which shall answer as pages do.
    async fn look(&mut self, name: &str, path: &str) {
        self.go(path).await;
        self.look_at(name).await;
    }

    /// Goes to `path`, which shall be refused: that the browser's console says so is as it should be.
    async fn look_at_refusal(&mut self, name: &str, path: &str) {
        self.go(path).await;
        self.look_at_answer(name, true).await;
    }

    async fn go(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.base)).await;
    }

    /// Looks at what is there.
    async fn look_at(&mut self, name: &str) {
        self.look_at_answer(name, false).await;
    }

    async fn look_at_answer(&mut self, name: &str, refused: bool) {
        let whole = !self.browser.has("dialog[open]").await;
        for theme in Theme::ALL {
            self.browser.prefers(theme).await;
            for window in WINDOWS {
                self.browser.resize(window).await;
                let place = format!("{name}-{}-{}", window.0, theme.as_str());
                self.browser.picture(&artefacts("screens").join(format!("{place}.png")), whole).await;
                if theme == Theme::Light {
                    let wider = self.browser.wider_than_window().await;
                    self.note(&place, wider);
                }
                // The other sizes and the other theme differ by colours and by what goes where, and are seen by these three.
                if window == WINDOWS[0] || (window == WINDOWS[2] && theme == Theme::Light) {
                    let barriers = self.browser.barriers().await;
                    self.note(&place, barriers);
                }
            }
        }
        self.browser.prefers(Theme::Light).await;
        self.browser.resize(WINDOWS[0]).await;
        let told = self.browser.complaints().await;
        let expected = |line: &String| refused && line.contains("the server responded with a status of 4");
        let told = told.into_iter().filter(|line| !expected(line)).collect();
        self.note(name, told);
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

impl Browser {
    async fn has(&self, css: &str) -> bool {
        self.driver.find(thirtyfour::By::Css(css)).await.is_ok()
    }
}
