//! What people do on the pages of the administration, whether scripts run or not: what scripts open in a drawer is a page of its own
//! without them.

use std::path::PathBuf;

use reqwest::Client;
use serde_json::{Value, json};
use thirtyfour::{By, Key, WebElement};
use url::form_urlencoded;

use super::{Browser, MOMENT, PATIENCE, Scripts};
use crate::installation::Installation;

/// Where somebody acts: in the drawer, if one is open.
const FRONT: &str = "(//dialog[@open] | //body[not(.//dialog[@open])])";

/// A new entry of the mailbox that is looked for: to whom, and what is said in it.
pub(super) struct Wanted<'a> {
    pub(super) to: &'a str,
    pub(super) saying: &'a str,
    /// What an older one says.
    pub(super) but_not: &'a str,
}

impl Browser {
    /// One at a desk: as wide as the departments need to stand beside the members.
    pub(super) async fn at_a_desk(scripts: Scripts) -> Option<Self> {
        let browser = Self::start_as(scripts).await?;
        browser.driver.set_window_rect(0, 0, 1_400, 1_000).await.expect("a wide window");
        Some(browser)
    }

    /// Signs in at the door, and waits until that is done.
    pub(super) async fn enters(&self, installation: &Installation, login: &str, password: &str) {
        self.go(installation, "/sign-in").await;
        self.fill("login", login).await;
        self.fill("password", password).await;
        self.press_submit().await;
        self.leaves("/sign-in").await;
    }

    /// Waits until another page is open than the one at `path`.
    pub(super) async fn leaves(&self, path: &str) {
        self.arrives(|here| here != path).await;
    }

    /// Presses what says `label`, in the drawer if one is open: as often as it takes, because what is pressed may just be replaced or
    /// be covered.
    pub(super) async fn choose(&self, label: &str) {
        let words = quoted(label);
        self.touch(&format!("{FRONT}//*[self::a or self::button or self::summary][normalize-space()={words}]")).await;
    }

    /// Presses what `xpath` finds, wherever it is.
    pub(super) async fn touch(&self, xpath: &str) {
        let mut last = "nothing like it".to_owned();
        for _ in 0..PATIENCE {
            for element in self.driver.find_all(By::XPath(xpath)).await.unwrap_or_default() {
                match element.click().await {
                    Ok(()) => return,
                    Err(error) => last = error.to_string(),
                }
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("{xpath} cannot be pressed ({last}): {}", self.words().await);
    }

    /// The element that `xpath` finds in the drawer, or else on the page, as soon as it can be seen.
    pub(super) async fn in_front(&self, xpath: &str) -> WebElement {
        let whole = format!("{FRONT}{xpath}");
        for _ in 0..PATIENCE {
            for element in self.driver.find_all(By::XPath(whole.as_str())).await.unwrap_or_default() {
                if element.is_displayed().await.unwrap_or(false) {
                    return element;
                }
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("there is no {whole} in sight: {}", self.words().await);
    }

    /// Writes `text` into the field of this id in front, over whatever stands there.
    pub(super) async fn write(&self, id: &str, text: &str) {
        self.write_into(&format!("//*[@id='{id}']"), text).await;
    }

    /// Writes `text` into what `xpath` finds in front, over whatever stands there.
    pub(super) async fn write_into(&self, xpath: &str, text: &str) {
        let mut last = String::new();
        for _ in 0..PATIENCE {
            let field = self.in_front(xpath).await;
            let written = match field.clear().await {
                Ok(()) => field.send_keys(text).await,
                Err(error) => Err(error),
            };
            // What was found may belong to a page that is just left.
            match written {
                Ok(()) => return,
                Err(error) => last = error.to_string(),
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("nothing can be written into {xpath} ({last}): {}", self.words().await);
    }

    /// Picks the option that says `label` in the nth field of this name in front, counted from 1: by the pointer, because what a busy
    /// machine types slowly is taken for the beginning of another word.
    pub(super) async fn pick(&self, name: &str, nth: usize, label: &str) {
        let field = format!("/descendant::select[@name='{name}'][{nth}]");
        let option = format!(".//option[normalize-space()={}]", quoted(label));
        for _ in 0..PATIENCE {
            let select = self.in_front(&field).await;
            if let Ok(option) = select.find(By::XPath(option.as_str())).await
                && option.click().await.is_ok()
                && option.is_selected().await.is_ok_and(|picked| picked)
            {
                return;
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("{label} cannot be picked: {}", self.words().await);
    }

    /// Closes the drawer as the Escape key does; a page of its own is left by the link back to the members.
    pub(super) async fn shut(&self, installation: &Installation) {
        match self.scripts {
            Scripts::On => {
                self.in_front("//h1").await;
                self.driver.active_element().await.expect("a focus").send_keys(Key::Escape).await.expect("a key");
                self.vanishes("//dialog[@open]").await;
            }
            Scripts::Off => self.go(installation, &installation.page("/members")).await,
        }
        self.arrives(|path| path == installation.page("/members")).await;
    }

    /// Waits until `xpath` finds nothing any more.
    pub(super) async fn vanishes(&self, xpath: &str) {
        for _ in 0..PATIENCE {
            if self.driver.find_all(By::XPath(xpath)).await.is_ok_and(|found| found.is_empty()) {
                return;
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("{xpath} stays: {}", self.words().await);
    }

    /// Whether `xpath` finds anything at this moment.
    pub(super) async fn is_there(&self, xpath: &str) -> bool {
        !self.driver.find_all(By::XPath(xpath)).await.expect("a search").is_empty()
    }

    /// The text of the row of whoever is called `name`, once it says all of `wanted`; the list is looked at again and again, and
    /// searched for the name.
    pub(super) async fn listed(&self, installation: &Installation, name: &str, wanted: &[&str]) -> String {
        let row = row_of(name);
        let mut said = String::new();
        for turn in 0..PATIENCE {
            let search = form_urlencoded::Serializer::new(String::new()).append_pair("q", name).finish();
            let query = if turn % 2 == 0 { String::new() } else { format!("?{search}") };
            self.go(installation, &installation.page(&format!("/members{query}"))).await;
            self.says(&["Departments", "Members"]).await;
            if let Ok(found) = self.driver.find(By::XPath(row.as_str())).await {
                said = found.text().await.unwrap_or_default();
                if wanted.iter().all(|wanted| said.contains(wanted)) {
                    return said;
                }
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("{name} is never listed with {wanted:?}: {said:?} {}", self.words().await);
    }

    /// Opens the page of whoever is called `name` from the list: in the drawer, if scripts run.
    pub(super) async fn opens(&self, installation: &Installation, name: &str) {
        self.listed(installation, name, &[]).await;
        self.touch(&format!("{}//th//a", row_of(name))).await;
        if self.scripts == Scripts::On {
            self.in_front("[self::dialog]//h2[normalize-space()='Details']").await;
        }
        self.says(&["Details", name]).await;
        self.arrives(|path| path.starts_with(&installation.page("/members/"))).await;
    }

    /// Carries `act` out with whoever is called `name`: the question, and Yes.
    pub(super) async fn does(&self, installation: &Installation, name: &str, act: &str) {
        self.opens(installation, name).await;
        self.choose(act).await;
        self.says(&["No, go back"]).await;
        self.choose("Yes").await;
    }

    /// Joins by this link with a new account, and ends at the first page of the organisation.
    pub(super) async fn joins(&self, link: &str, username: Option<&str>, password: &str) {
        self.open(link).await;
        self.press("Join now").await;
        self.arrives(|path| path.ends_with("/register")).await;
        if let Some(username) = username {
            self.fill("username", username).await;
        }
        self.fill("password", password).await;
        self.press_submit().await;
        self.arrives(|path| path.starts_with("/welcome/")).await;
    }

    /// Looks into the mailbox until there is such a letter, and returns its words.
    pub(super) async fn letter_to(&self, installation: &Installation, wanted: &Wanted<'_>) -> String {
        let to = quoted(wanted.to);
        let newest = format!("(//main//a[starts-with(@href, '/mailbox/')][contains(., {to})])[1]");
        for _ in 0..PATIENCE {
            self.go(installation, "/mailbox").await;
            self.says(&["No mail server is configured"]).await;
            if let Ok(letter) = self.driver.find(By::XPath(newest.as_str())).await {
                letter.click().await.expect("a letter");
                self.says(&["As plain text"]).await;
                let words = self.words().await;
                if words.contains(wanted.saying) && (wanted.but_not.is_empty() || !words.contains(wanted.but_not)) {
                    return words;
                }
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("there is no letter to {} that says {}: {}", wanted.to, wanted.saying, self.words().await);
    }

    /// The address below `path` in the newest letter to `to`, if it is another than `old`.
    pub(super) async fn link_to(&self, installation: &Installation, to: &str, path: &str, old: &str) -> String {
        let start = format!("{}{path}", installation.server.base);
        let letter = self.letter_to(installation, &Wanted { to, saying: &start, but_not: old }).await;
        let at = letter.find(&start).expect("an address");
        letter[at..].split_whitespace().next().expect("an address").to_owned()
    }

    /// The file that a press on what `xpath` finds brings.
    pub(super) async fn downloaded(&self, xpath: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().expect("a folder");
        let to = json!({ "behavior": "allow", "downloadPath": folder.path().to_str() });
        self.asks("Browser.setDownloadBehavior", to).await;
        self.touch(xpath).await;
        for _ in 0..PATIENCE {
            let mut files = std::fs::read_dir(folder.path()).expect("the folder").flatten().map(|file| file.path());
            // A file that is on its way has another name, and one that begins with a dot.
            let whole = |file: &PathBuf| {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                !name.starts_with('.') && !name.ends_with(".crdownload")
            };
            if let Some(file) = files.find(whole) {
                return std::fs::read(file).expect("a file");
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("nothing is downloaded: {}", self.words().await);
    }

    /// The driver's answer to a command of the browser's own protocol.
    pub(super) async fn asks(&self, command: &str, params: Value) -> Value {
        let url = format!("{}/session/{}/goog/cdp/execute", self.driver_url, self.driver.session_id());
        let request = Client::new().post(url).json(&json!({ "cmd": command, "params": params }));
        let mut answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        assert!(answer["value"]["error"].is_null(), "{answer}");
        answer["value"].take()
    }
}

/// The row of whoever is called `name`.
pub(super) fn row_of(name: &str) -> String {
    format!("//tr[th//a[normalize-space()={}]]", quoted(name))
}

/// `text` as it stands in an `XPath`.
pub(super) fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}

impl Installation {
    /// The path of a page of the tenant's administration.
    pub(super) fn page(&self, rest: &str) -> String {
        format!("/t/{}{rest}", self.tenant)
    }
}
