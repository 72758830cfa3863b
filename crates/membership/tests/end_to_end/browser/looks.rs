//! What a page looks like: its width, its theme, a picture of it, and what is wrong with it in the eyes of axe-core, of the
//! browser's own console, and of a ruler.

use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Client;
use serde_json::{Value, json};

use super::{Browser, Scripts};

/// Light or dark, as the system asks for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub(super) const ALL: [Self; 2] = [Self::Light, Self::Dark];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A desk, a tablet, a phone: width and height of the window in CSS pixels.
pub(super) const WINDOWS: [(u32, u32); 3] = [(1440, 900), (768, 1024), (390, 844)];

/// Between these: no pictures are taken, but the ruler is put to it.
pub(super) const BETWEEN: [(u32, u32); 2] = [(1160, 800), (660, 900)];

/// What axe-core looks for. Colours take it longest, and differ between themes; all else differs between widths.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rules {
    All,
    AllButColours,
    Colours,
}

/// All that axe-core knows, and the size of what one touches, which it leaves out unless asked. Whatever it finds is told in a
/// line: rule, place, and why.
const BARRIERS: &str = "
    const done = arguments[arguments.length - 1];
    const [rules] = arguments;
    const some = rules === 'colours' ? { runOnly: ['color-contrast'] }
        : { rules: { 'target-size': { enabled: true }, 'color-contrast': { enabled: rules === 'all' } } };
    axe.run(document, { resultTypes: ['violations'], ...some }).then(
        ({ violations }) => done(violations.flatMap(({ id, nodes }) => nodes.map((node) =>
            `${id}: ${node.target.join(' ')}: ${node.failureSummary.replace(/\\s+/g, ' ')} ${node.html.slice(0, 160)}`))),
        (error) => done([`axe-core: ${error}`]),
    );";

/// What stands out of the window, if anything does: the innermost elements. And what of a table is crooked: cells that do not end
/// with their row, and headings that run into the next.
const RULER: &str = "
    const page = document.documentElement;
    const shown = (one) => one.outerHTML.slice(0, 160);
    const tables = [...document.querySelectorAll('table')].filter((table) => getComputedStyle(table).display === 'table');
    const cells = tables.flatMap((table) => [...table.querySelectorAll('tr > *')]);
    const crooked = cells.filter((cell) => {
        if (cell.rowSpan > 1 || !cell.checkVisibility()) return false;
        const [one, row] = [cell, cell.parentElement].map((it) => it.getBoundingClientRect());
        return Math.abs(one.bottom - row.bottom) > 2 || (cell.scope === 'col' && cell.scrollWidth > cell.clientWidth + 1);
    }).slice(0, 3).map((cell) => `crooked: ${shown(cell)}`);
    if (page.scrollWidth <= page.clientWidth) return crooked;
    const out = [...document.body.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > page.clientWidth + 1);
    const innermost = out.filter((one) => !out.some((other) => other !== one && one.contains(other)));
    return [...crooked, `${page.scrollWidth} pixels wide`, ...innermost.slice(0, 3).map(shown)];";

/// Whatever moves, loads or fades has come to rest, and fonts are there.
const AT_REST: &str = "
    const done = arguments[arguments.length - 1];
    document.fonts.ready.then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));";

impl Browser {
    /// Starts one whose pages hold still to be looked at.
    pub(super) async fn start_looking() -> Option<Self> {
        let browser = Self::start_as(Scripts::On).await?;
        browser.tell("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await;
        Some(browser)
    }

    /// Asks the browser itself, by the Chrome `DevTools` Protocol.
    pub(super) async fn tell(&self, command: &str, parameters: Value) -> Value {
        let url = format!("{}/session/{}/goog/cdp/execute", self.driver_url, self.driver.session_id());
        let request = Client::new().post(url).json(&json!({ "cmd": command, "params": parameters }));
        let mut answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        assert!(answer["value"]["error"].is_null(), "{command}: {answer}");
        answer["value"].take()
    }

    pub(super) async fn resize(&self, (width, height): (u32, u32)) {
        let window = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.tell("Emulation.setDeviceMetricsOverride", window).await;
    }

    /// From now on the system wants this theme, and nothing that moves.
    pub(super) async fn prefers(&self, theme: Theme) {
        let wishes = json!([
            { "name": "prefers-color-scheme", "value": theme.as_str() },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.tell("Emulation.setEmulatedMedia", json!({ "features": wishes })).await;
    }

    /// Holds the session with this key from now on, or none.
    pub(super) async fn becomes(&self, base: &str, key: Option<&str>) {
        self.tell("Network.clearBrowserCookies", json!({})).await;
        if let Some(key) = key {
            let cookie =
                json!({ "name": "membership", "value": key, "url": base, "httpOnly": true, "sameSite": "Lax" });
            self.tell("Network.setCookie", cookie).await;
        }
    }

    /// Writes a picture of the window, or of the whole page, to `file`.
    pub(super) async fn picture(&self, file: &Path, whole: bool) {
        self.ask_later(AT_REST, Vec::new()).await;
        let parameters = json!({ "format": "png", "captureBeyondViewport": whole, "optimizeForSpeed": whole });
        let picture = self.tell("Page.captureScreenshot", parameters).await;
        let text = picture["data"].as_str().expect("a picture");
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(file, STANDARD.decode(text).expect("base 64")).expect("a file");
    }

    /// What axe-core finds; nothing where it was not installed.
    pub(super) async fn barriers(&self, rules: Rules) -> Vec<String> {
        let Ok(axe) = std::env::var("MEMBERSHIP_TEST_AXE") else {
            assert!(std::env::var_os("MEMBERSHIP_TEST_REQUIRE").is_none(), "MEMBERSHIP_TEST_AXE is not set");
            return Vec::new();
        };
        let there = self.driver.execute("return typeof axe", Vec::new()).await.expect("an answer");
        if there.json() == "undefined" {
            let source = std::fs::read_to_string(axe).expect("axe-core");
            self.driver.execute(source, Vec::new()).await.expect("axe-core in the page");
        }
        let rules = match rules {
            Rules::All => "all",
            Rules::AllButColours => "all but colours",
            Rules::Colours => "colours",
        };
        lines(&self.ask_later(BARRIERS, vec![json!(rules)]).await)
    }

    /// What is wider than the window, and what of a table is crooked.
    pub(super) async fn out_of_line(&self) -> Vec<String> {
        let found = self.driver.execute(RULER, Vec::new()).await.expect("an answer");
        lines(found.json())
    }

    /// What the browser complains about since it was last asked: broken scripts, refused styles, what could not be loaded.
    pub(super) async fn complaints(&self) -> Vec<String> {
        let url = format!("{}/session/{}/se/log", self.driver_url, self.driver.session_id());
        let request = Client::new().post(url).json(&json!({ "type": "browser" }));
        let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        let entries = answer["value"].as_array().unwrap_or_else(|| panic!("no log: {answer}"));
        // What it merely tells is no complaint.
        let complaints = entries.iter().filter(|entry| entry["level"] != "INFO");
        complaints.map(|entry| format!("{}: {}", entry["level"], entry["message"])).collect()
    }

    /// Runs a script that hands its answer to its last argument.
    async fn ask_later(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.driver.execute_async(script, arguments).await.expect("an answer").json().clone()
    }
}

fn lines(value: &Value) -> Vec<String> {
    let list = value.as_array().unwrap_or_else(|| panic!("no list: {value}"));
    list.iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
}
