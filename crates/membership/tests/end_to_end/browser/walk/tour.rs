//! A tenant of a preset, its first administrator at the pages, and everybody else at their letters.

use std::time::UNIX_EPOCH;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use thirtyfour::{By, WebElement};

use crate::{
    browser::{Browser, MOMENT, PATIENCE, Scripts},
    installation::{Installation, PASSWORD, text},
};

/// A tenant by a preset, and the browser in which its first administrator is signed in.
pub(super) struct Tour {
    pub(super) installation: Installation,
    pub(super) browser: Browser,
    pub(super) scripts: Scripts,
    /// The tenant's id,
    pub(super) tenant: String,
    /// and its name.
    pub(super) name: &'static str,
}

/// Who is called what, and where letters find them.
pub(super) type Named = (&'static str, &'static str);

impl Tour {
    /// The operator makes a tenant by `preset`; its administrator gets the letter, and joins. None if there is no browser.
    pub(super) async fn begin(
        scripts: Scripts,
        (preset, name): (&str, &'static str),
        administrator: Named,
        settings: &[(&str, &str)],
    ) -> Option<Self> {
        let browser = Browser::start_as(scripts).await?;
        browser.driver.set_window_rect(0, 0, 1_400, 1_000).await.expect("a wide window");
        let installation = Installation::new(settings).await;
        let person = json!({ "name": administrator.0, "via": "mail", "email": administrator.1 });
        let made = json!({ "name": name, "preset": preset, "administrator": person });
        let made = installation.post("/api/v1/tenants", &made).await.expect(201);
        let tour = Self { tenant: text(&made["tenant"]["id"]), installation, browser, scripts, name };
        tour.registers(&tour.browser, administrator).await;
        Some(tour)
    }

    /// Another browser, for somebody else.
    pub(super) async fn elsewhere(&self) -> Browser {
        Browser::start_as(self.scripts).await.expect("another browser")
    }

    /// The path of a page of the tenant's administration: `/members`, `/roles`.
    pub(super) fn page(&self, rest: &str) -> String {
        format!("/t/{}{rest}", self.tenant)
    }

    /// The tenant's own page, where its members arrive.
    pub(super) fn welcome(&self) -> String {
        format!("/welcome/{}", self.tenant)
    }

    /// The administrator opens a page of the administration.
    pub(super) async fn opens(&self, rest: &str) {
        self.browser.go(&self.installation, &self.page(rest)).await;
        self.browser.arrives(|path| path == self.page(rest).split('?').next().unwrap_or_default()).await;
    }

    /// The administrator opens the form to invite people by the button of the list.
    pub(super) async fn adds(&self) {
        self.opens("/members").await;
        touch(&self.browser, "//header[contains(@class, 'pane-head')]/a[normalize-space()='Add people']").await;
        self.browser.arrives(|path| path == self.page("/invite")).await;
    }

    /// The administrator types `people` in, gives all of them `grants`, and sends the form.
    pub(super) async fn invites(&self, people: &str, grants: &[&str]) {
        self.adds().await;
        self.fills_in(people, grants).await;
        choose(&self.browser, "Invite members").await;
    }

    /// The same, without the button.
    pub(super) async fn fills_in(&self, people: &str, grants: &[&str]) {
        let field = self.browser.find(By::Css("textarea[name=people]")).await;
        field.clear().await.expect("an empty field");
        field.send_keys(people).await.expect("typing");
        for (at, grant) in grants.iter().enumerate() {
            let option = format!("(//select[@name='what'])[{}]//option[normalize-space()='{grant}']", at + 1);
            touch(&self.browser, &option).await;
        }
    }

    /// What the list says in its nth row, counted from 1, once it says all of `wanted`.
    pub(super) async fn listed(&self, nth: usize, wanted: &[&str]) -> String {
        let row = format!("main table tbody tr:nth-child({nth})");
        let mut said = String::new();
        for _ in 0..PATIENCE {
            self.opens("/members").await;
            said = self.browser.find(By::Css(row.as_str())).await.text().await.unwrap_or_default();
            if wanted.iter().all(|wanted| said.contains(wanted)) {
                return said;
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("row {nth} never says {wanted:?}: {said}");
    }

    /// The administrator opens somebody's page from the list: in the drawer, if scripts run.
    pub(super) async fn opens_member(&self, name: &str) {
        self.opens("/members").await;
        touch(&self.browser, &format!("//tbody//th//a[normalize-space()='{name}']")).await;
        self.browser.arrives(|path| path.starts_with(&self.page("/members/"))).await;
        self.browser.says(&["Details", "Access", name]).await;
    }

    /// The administrator does something with somebody, is asked, and says Yes.
    pub(super) async fn does(&self, name: &str, act: &str, done: &str) {
        self.opens_member(name).await;
        choose(&self.browser, act).await;
        self.browser.says(&["No, go back", name]).await;
        choose(&self.browser, "Yes").await;
        self.browser.says(&[done]).await;
    }

    /// Somebody opens the newest letter to `to` with `about` in its subject, as soon as it is there.
    pub(super) async fn letter(&self, browser: &Browser, to: &str, about: &str) {
        let letter = format!("//main//a[contains(., '{to}') and contains(., '{about}')]");
        for _ in 0..PATIENCE {
            browser.go(&self.installation, "/mailbox").await;
            browser.says(&["No mail server is configured"]).await;
            if let Ok(found) = browser.driver.find(By::XPath(letter.as_str())).await {
                found.click().await.expect("a click");
                browser.says(&["As a mail program shows it", about]).await;
                return;
            }
            tokio::time::sleep(MOMENT).await;
        }
        panic!("there is no letter to {to} about {about}: {}", browser.words().await);
    }

    /// Whether there is any letter to `to`.
    pub(super) async fn has_letter(&self, to: &str) -> bool {
        self.browser.go(&self.installation, "/mailbox").await;
        self.browser.says(&["No mail server is configured"]).await;
        self.browser.words().await.contains(to)
    }

    /// Somebody follows the letter that invites to the tenant.
    pub(super) async fn follows_invitation(&self, browser: &Browser, email: &str) {
        self.letter(browser, email, &format!("join {}", self.name)).await;
        follow(browser, "View the invitation").await;
        browser.arrives(|path| path.starts_with("/invitation/")).await;
    }

    /// Somebody without an account follows the letter that invites to the tenant, says yes, makes one, and is in.
    pub(super) async fn registers(&self, browser: &Browser, (name, email): Named) {
        self.follows_invitation(browser, email).await;
        browser.says(&[&format!("Join {}", self.name), name, email]).await;
        browser.press("Join now").await;
        self.chooses_password(browser, email).await;
    }

    /// The page to register on: the address is filled in and not editable, a password is set, and then the tenant is open.
    pub(super) async fn chooses_password(&self, browser: &Browser, email: &str) {
        browser.arrives(|path| path.ends_with("/register")).await;
        browser.find(By::Css(format!("#email[readonly][value='{email}']:not([name])").as_str())).await;
        browser.fill("password", PASSWORD).await;
        browser.press_submit().await;
        browser.arrives(|path| path == self.welcome()).await;
        browser.says(&[&format!("You are a member of {}", self.name)]).await;
    }
}

/// Somebody follows a link of the letter that is open, as a mail program shows it.
pub(super) async fn follow(browser: &Browser, label: &str) {
    browser.find(By::Css("iframe.letter-frame")).await.enter_frame().await.expect("the letter");
    let link = format!("//a[normalize-space()='{label}']");
    browser.find(By::XPath(link.as_str())).await.click().await.expect("a click");
    browser.driver.enter_default_frame().await.expect("the whole page");
}

/// Presses what says `label`: in the drawer, if one is open.
pub(super) async fn choose(browser: &Browser, label: &str) {
    let front = "(//dialog[@open] | //body[not(.//dialog[@open])])";
    touch(browser, &format!("{front}//*[self::a or self::button][normalize-space()='{label}']")).await;
}

/// Presses what `xpath` finds: as often as it takes, because what is pressed may just be replaced.
pub(super) async fn touch(browser: &Browser, xpath: &str) {
    let mut last = "there is nothing like it".to_owned();
    for _ in 0..PATIENCE {
        for element in browser.driver.find_all(By::XPath(xpath)).await.unwrap_or_default() {
            match element.click().await {
                Ok(()) => return,
                Err(error) => last = error.to_string(),
            }
        }
        tokio::time::sleep(MOMENT).await;
    }
    panic!("{xpath} cannot be pressed ({last}): {}", browser.words().await);
}

/// Whether `row` of a list says a time that is at most two minutes ago.
pub(super) fn says_just_now(row: &str) -> bool {
    let now = DateTime::<Utc>::from(UNIX_EPOCH + UNIX_EPOCH.elapsed().expect("a time after 1970"));
    let row = row.split_whitespace().collect::<Vec<_>>().join(" ");
    (0..=2).any(|ago| row.contains(&(now - TimeDelta::minutes(ago)).format("%-d %b %Y %H:%M").to_string()))
}

/// The colour that `element` is drawn in by `property`, as red, green and blue.
pub(super) async fn colour(element: &WebElement, property: &str) -> [u8; 3] {
    let said = element.css_value(property).await.expect("a style");
    let inside = said.trim_start_matches("rgba(").trim_start_matches("rgb(").trim_end_matches(')');
    let parts: Vec<u8> = inside.split(',').take(3).map(|part| part.trim().parse().expect("a number")).collect();
    parts.try_into().unwrap_or_else(|_| panic!("no colour: {said}"))
}

/// Amber: red and green light, more of the red, and little blue.
pub(super) fn is_amber([red, green, blue]: [u8; 3]) -> bool {
    red > green && green > red / 2 && blue < red / 2
}

/// Green: more of it than of the others.
pub(super) fn is_green([red, green, blue]: [u8; 3]) -> bool {
    green > red + red / 4 && green > blue + blue / 4
}
