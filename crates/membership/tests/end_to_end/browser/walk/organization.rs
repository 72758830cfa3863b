//! `organization`: people who work together, in departments on the left of the page, and looked after by an administrator.

mod adding;
mod departments;
mod imports;
mod members;
mod product;

use serde_json::{Value, json};

use super::super::{Browser, Scripts};
use crate::{
    installation::{Answer, Installation, PASSWORD, text},
    process::free_port,
};

/// What is handed over with an account that somebody else has made.
const TEMPORARY: &str = "four words for a start";

/// Proves ORG-17, and in the browser, with scripts, ORG-1 to ORG-13, ORG-16 and ORG-18 to ORG-43: the reference description from
/// top to bottom.
#[tokio::test]
async fn an_organization_with_scripts() {
    walked(Scripts::On).await;
}

/// The same without scripts, where the link stands in a field to be copied by hand.
#[tokio::test]
async fn an_organization_without_scripts() {
    walked(Scripts::Off).await;
}

/// The organization, with its administrator at one browser and everybody else at another.
struct Walk {
    installation: Installation,
    administrator: Browser,
    others: Browser,
    scripts: Scripts,
    /// Where a product answers that keeps recordings for members, once it runs.
    product: u16,
}

async fn walked(scripts: Scripts) {
    let Some(administrator) = Browser::at_a_desk(scripts).await else { return };
    let others = Browser::start_as(scripts).await.expect("another browser");
    let product = free_port();
    let url = format!("http://127.0.0.1:{product}");
    let installation = Installation::new(&[
        ("MEMBERSHIP_CUSTODIANS__VIDEO__URL", url.as_str()),
        ("MEMBERSHIP_CUSTODIANS__VIDEO__SECRET", product::SECRET),
    ])
    .await;
    let walk = Walk { installation, administrator, others, scripts, product };
    walk.administrator.enters(&walk.installation, "ada", PASSWORD).await;
    walk.departments_are_arranged().await;
    walk.members_are_searched().await;
    walk.members_are_added().await;
    walk.members_are_imported().await;
    walk.members_are_looked_after().await;
    walk.administrator.close().await;
    walk.others.close().await;
}

impl Walk {
    async fn go(&self, page: &str) {
        self.administrator.go(&self.installation, &self.installation.page(page)).await;
    }

    async fn listed(&self, name: &str, wanted: &[&str]) -> String {
        self.administrator.listed(&self.installation, name, wanted).await
    }

    /// Does something with a member, which is said to be done, and closes what has opened for it.
    async fn does(&self, name: &str, act: &str, said: &str) {
        self.administrator.does(&self.installation, name, act).await;
        self.administrator.says(&[said]).await;
        self.administrator.shut(&self.installation).await;
    }

    /// Fills in who somebody is: the name, departments by their paths and roles, several of each.
    async fn describes(&self, name: &str, departments: &[&str], roles: &[&str]) {
        self.administrator.write("name", name).await;
        for (row, department) in (1..).zip(departments) {
            self.administrator.write_into(&format!("/descendant::input[@name='department'][{row}]"), department).await;
        }
        for (row, role) in (1..).zip(roles) {
            self.administrator.pick("what", row, role).await;
        }
    }

    /// The link that is shown this once. With scripts, the press that has made it has put it on the clipboard, and said so; without,
    /// it stands in a field.
    async fn shown_link(&self) -> String {
        let ada = &self.administrator;
        ada.says(&["It is shown only this once", "Good until"]).await;
        let link = ada.in_front("//textarea[@id='link']").await;
        let link = link.text().await.expect("a link").trim().to_owned();
        assert!(link.starts_with(&self.installation.server.base), "{link}");
        if self.scripts == Scripts::On {
            ada.in_front("//button[@data-copies][normalize-space()='Copied']").await;
            ada.says(&["The link was copied to the clipboard."]).await;
            assert_eq!(self.pasted().await, link, "what was said to be copied is there to be pasted");
        }
        link
    }

    /// What is on the clipboard. A page may write there when somebody presses a button; to read is only the test's.
    async fn pasted(&self) -> String {
        let ada = &self.administrator;
        let origin = self.installation.server.base.clone();
        let reading = json!({ "origin": origin, "permissions": ["clipboardReadWrite"] });
        ada.asks("Browser.grantPermissions", reading).await;
        let read =
            "const done = arguments[0]; navigator.clipboard.readText().then(done, (error) => done(String(error)));";
        let pasted = ada.driver.execute_async(read, Vec::new()).await.expect("the clipboard");
        ada.asks("Browser.resetPermissions", json!({})).await;
        text(pasted.json())
    }

    /// Lets so much time go by for the invitation of whoever is called `name`.
    async fn passes(&self, days: u64, name: &str) {
        use sea_orm::ConnectionTrait as _;
        let file = self.installation.data().join("data/membership.db");
        let database = sea_orm::Database::connect(format!("sqlite://{}", file.display())).await.expect("the database");
        let step = days * 24 * 3_600 * 1_000_000;
        let earlier = format!(
            "UPDATE invitation SET created_at = created_at - {step}, sent_at = sent_at - {step}, \
             expires_at = expires_at - {step} WHERE member_id = (SELECT id FROM member WHERE name = '{name}')"
        );
        let changed = database.execute_unprepared(&earlier).await.expect("an earlier invitation");
        assert_eq!(changed.rows_affected(), 1, "{name}");
        database.close().await.expect("a closed database");
    }

    /// Through the API: the member who is called `name`.
    async fn found(&self, name: &str) -> Value {
        let path = self.installation.path(&format!("/members?q={}", name.replace(' ', "%20")));
        self.installation.get(&path).await.expect(200)["members"][0].clone()
    }

    /// Another tenant of the same house, whose first administrator is `email` and has joined.
    async fn elsewhere(&self, email: &str) {
        let first = json!({ "name": "Kim King", "via": "mail", "email": email });
        let tenant = json!({ "name": "Elsewhere", "administrator": first });
        self.installation.post("/api/v1/tenants", &tenant).await.expect(201);
        let link = self.others.link_to(&self.installation, email, "/invitation/", "").await;
        self.others.joins(&link, None, PASSWORD).await;
        self.others.sign_out(&self.installation).await;
    }

    /// Through the API, as a product's own administration would: what the walk begins with.
    async fn prepared(&self, path: &str, body: &Value) -> Value {
        let Answer { status, body } = self.installation.post(&self.installation.path(path), body).await;
        assert!(status.is_success(), "{body}");
        body
    }
}
