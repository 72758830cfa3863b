//! Departments, and the search above the list.

use serde_json::json;
use thirtyfour::{By, Key};

use super::{TEMPORARY, Walk};
use crate::{
    browser::{Scripts, desk::row_of},
    installation::text,
};

impl Walk {
    /// Departments are added beside others and below them, renamed and deleted; the first is fixed.
    pub(super) async fn departments_are_arranged(&self) {
        let ada = &self.administrator;
        self.go("/members").await;
        ada.says(&["Departments", "Acme"]).await;
        self.at_department("Acme").await;
        ada.says(&["This is the first department", "can be neither moved nor deleted, and has none beside it"]).await;
        assert!(
            !ada.is_there("//*[@id='beside-name'] | //form[contains(@action, '/delete')]").await,
            "the root is fixed"
        );
        self.adds("below", "Casting").await;
        self.at_department("Casting").await;
        self.adds("beside", "Accounts").await;
        self.at_department("Casting").await;
        self.adds("below", "North hall").await;
        self.at_department("Casting").await;
        self.adds("below", "South hall").await;
        assert_eq!(self.tree().await, ["Acme", "Casting", "North hall", "South hall", "Accounts"]);

        self.at_department("South hall").await;
        ada.write("rename-name", "West hall").await;
        ada.choose("Rename").await;
        ada.says(&["The department was renamed.", "West hall"]).await;
        self.at_department("Acme").await;
        ada.write("rename-name", "Acme Works").await;
        ada.choose("Rename").await;
        ada.says(&["The department was renamed.", "Acme Works"]).await;
        self.at_department("West hall").await;
        ada.choose("Delete West hall").await;
        ada.says(&["The department was deleted."]).await;
        assert_eq!(self.tree().await, ["Acme Works", "Casting", "North hall", "Accounts"]);
        self.a_department_with_members_stays().await;
    }

    /// A department with members, or with others below it, stays until they are moved: all at once, and looked at before.
    async fn a_department_with_members_stays(&self) {
        let ada = &self.administrator;
        let member = self.installation.member_role.clone();
        let departments = self.installation.get(&self.installation.path("/departments")).await.expect(200);
        let departments = departments["departments"].as_array().expect("departments").clone();
        let north = departments.iter().find(|one| one["name"] == "North hall").expect("the hall");
        for (name, username, department) in
            [("Ann Johnson", "trumpet", Some(north["id"].clone())), ("Zoë Müller", "zmueller", None)]
        {
            let mut person = json!({ "name": name, "username": username, "password": TEMPORARY, "roles": [member] });
            if let Some(department) = department {
                person["departments"] = json!([department]);
            }
            self.prepared("/members", &person).await;
        }
        self.go("/members").await;
        for (name, why) in [("North hall", "members"), ("Casting", "departments")] {
            self.at_department(name).await;
            ada.choose(&format!("Delete {name}")).await;
            ada.in_front("//*[contains(@class, 'fault')]").await;
            ada.says(&[why]).await;
            self.go("/members").await;
        }
        self.at_department("Casting").await;
        ada.write("into", "Accounts").await;
        ada.choose("Look at it").await;
        ada.says(&["Everything in it goes to Accounts", "North hall"]).await;
        ada.choose("Yes, dissolve it").await;
        ada.says(&["The department was dissolved; everybody has moved."]).await;
        assert_eq!(self.tree().await, ["Acme Works", "Accounts", "North hall"]);
    }

    /// Opens what can be done with a department: it appears when the pointer is over its name.
    async fn at_department(&self, name: &str) {
        let ada = &self.administrator;
        ada.vanishes("//dialog[@open]").await;
        let folded = "//*[@data-tree]//li/details[not(@open)]/summary";
        while ada.is_there(folded).await {
            ada.touch(&format!("({folded})[1]")).await;
        }
        let node = format!("//*[@data-tree]//div[contains(@class, 'node')][a/bdi[normalize-space()='{name}']]");
        for _ in 0..crate::browser::PATIENCE {
            // The tree may just be replaced.
            if let Ok(node) = ada.driver.find(By::XPath(node.as_str())).await
                && ada.driver.action_chain().move_to_element_center(&node).perform().await.is_ok()
                && let Ok(more) = node.find(By::Css("a.more")).await
                && more.click().await.is_ok()
            {
                ada.in_front(&format!("//h1[normalize-space()='{name}']")).await;
                return;
            }
            tokio::time::sleep(crate::browser::MOMENT).await;
        }
        panic!("{name} cannot be opened: {}", ada.words().await);
    }

    /// Adds a department, below or beside the one that is open.
    async fn adds(&self, place: &str, name: &str) {
        let ada = &self.administrator;
        ada.write(&format!("{place}-name"), name).await;
        ada.touch(&format!("//form[.//input[@id='{place}-name']]//button")).await;
        ada.says(&["The department was added.", name]).await;
        ada.arrives(|path| path.ends_with("/members")).await;
    }

    /// The names in the tree, from the top.
    async fn tree(&self) -> Vec<String> {
        let ada = &self.administrator;
        self.go("/members").await;
        ada.says(&["Everybody"]).await;
        let mut names = Vec::new();
        for node in ada.driver.find_all(By::Css("[data-tree] .node bdi")).await.expect("the tree") {
            // Below what is folded nothing is seen, and all is there.
            names.push(node.prop("textContent").await.expect("a name").unwrap_or_default());
        }
        names
    }

    /// Members are searched loosely by name and username, and the list is filtered by three states.
    pub(super) async fn members_are_searched(&self) {
        let ada = &self.administrator;
        let zoe = text(&self.found("zmueller").await["id"]);
        self.prepared(&format!("/members/{zoe}/disable"), &json!({})).await;
        let waiting = json!({ "name": "Wanda", "via": "link", "roles": [self.installation.member_role] });
        self.installation.invite(vec![waiting]).await.expect(201);
        self.go("/members").await;
        for (typed, found, not_found) in [
            ("johns", &["Ann Johnson"][..], &["Zoë Müller", "Ada Admin"][..]),
            ("trump", &["Ann Johnson"], &["Zoë Müller"]),
            ("muller", &["Zoë Müller"], &["Ann Johnson"]),
            ("jonhson", &["Ann Johnson"], &["Zoë Müller"]),
        ] {
            ada.write("q", typed).await;
            if self.scripts == Scripts::Off {
                ada.choose("Search").await;
            }
            self.shows(found, not_found).await;
        }
        let field = ada.in_front("//*[@id='q']").await;
        field.clear().await.expect("an empty field");
        field.send_keys("xylophone" + Key::Enter).await.expect("typing");
        ada.says(&["Nobody is found", "xylophone"]).await;
        for (state, found, not_found) in [
            ("To be added", "Wanda", ["Ada Admin", "Zoë Müller"]),
            ("Enabled", "Ann Johnson", ["Wanda", "Zoë Müller"]),
            ("Disabled", "Zoë Müller", ["Ada Admin", "Wanda"]),
        ] {
            self.go("/members").await;
            ada.pick("state", 1, state).await;
            if self.scripts == Scripts::Off {
                ada.choose("Search").await;
            }
            self.shows(&[found], &not_found).await;
        }
    }

    /// Waits until the list has rows for those and not for these.
    async fn shows(&self, found: &[&str], not_found: &[&str]) {
        for name in not_found {
            self.administrator.vanishes(&row_of(name)).await;
        }
        for name in found {
            self.administrator.in_front(&row_of(name)).await;
        }
    }
}
