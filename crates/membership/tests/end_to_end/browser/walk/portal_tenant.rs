//! `portal-tenant`: a tenant of a portal with four applications, whose administrators are looked after by one who represents the
//! tenant.

use serde_json::{Value, json};
use thirtyfour::By;

use super::super::{
    Browser, Scripts,
    desk::{Wanted, row_of},
    second_factor::code_in,
};
use crate::installation::{Installation, PASSWORD, text};

const TIA: &str = "tia@example.org";
const PAM: &str = "pam@example.org";
const ANN: &str = "ann@example.org";
/// What Pam chooses after she has forgotten the first one.
const ANOTHER: &str = "seven wet stones in a row";
const NOBODY: &str = "No tenant administrator available for selection";

/// Proves TEN-1, and in the browser, with scripts, TEN-2 to TEN-23: the reference description from top to bottom.
#[tokio::test]
async fn a_tenant_of_a_portal_with_scripts() {
    walked(Scripts::On).await;
}

/// The same without scripts.
#[tokio::test]
async fn a_tenant_of_a_portal_without_scripts() {
    walked(Scripts::Off).await;
}

/// The tenant, with its administrator at one browser and everybody else at another.
struct Walk {
    installation: Installation,
    administrator: Browser,
    others: Browser,
}

async fn walked(scripts: Scripts) {
    let Some(administrator) = Browser::at_a_desk(scripts).await else { return };
    let others = Browser::start_as(scripts).await.expect("another browser");
    let mut walk = Walk { installation: Installation::new(&[]).await, administrator, others };
    walk.the_operator_makes_the_tenant().await;
    walk.at_first_there_is_the_administrator().await;
    walk.authority_is_read_before_inviting().await;
    walk.a_member_is_invited().await;
    walk.a_role_is_changed().await;
    walk.second_factors_are_switched().await;
    walk.there_is_nobody_to_choose().await;
    walk.another_administrator_takes_over().await;
    walk.the_first_administrators_address_is_changed().await;
    walk.an_invitation_is_resent().await;
    walk.a_member_is_deleted().await;
    walk.the_top_level_tenant_is_reached_from_below().await;
    walk.administrator.close().await;
    walk.others.close().await;
}

impl Walk {
    /// Through the API, as a portal does it: the id of the new tenant, whose first administrator is invited by mail.
    async fn made(&self, name: &str, email: &str, above: Option<&str>) -> String {
        let first = json!({ "name": "First", "via": "mail", "email": email });
        let mut tenant = json!({ "name": name, "preset": "portal-tenant", "administrator": first });
        if let Some(above) = above {
            tenant["parent"] = Value::from(above);
        }
        text(&self.installation.post("/api/v1/tenants", &tenant).await.expect(201)["tenant"]["id"])
    }

    async fn go(&self, page: &str) {
        self.administrator.go(&self.installation, &self.installation.page(page)).await;
    }

    /// Opens the form that invites by mail from the list of members.
    async fn at_the_form(&self) {
        self.go("/members").await;
        self.administrator.choose("Add people").await;
        self.administrator.says(&["Add people", "What each role allows"]).await;
    }

    /// Invites one person in one role, from the list of members, and is back there.
    async fn invites(&self, person: &str, role: &str) {
        self.at_the_form().await;
        self.administrator.write("people", person).await;
        self.administrator.pick("what", 1, role).await;
        self.administrator.choose("Invite members").await;
        self.administrator.says(&["The invitation is on its way."]).await;
        self.administrator.arrives(|path| path.ends_with("/members")).await;
    }

    /// Somebody joins by the newest letter to `email`, and leaves the other browser.
    async fn joins(&self, email: &str) {
        let link = self.others.link_to(&self.installation, email, "/invitation/", "").await;
        self.others.joins(&link, None, PASSWORD).await;
        self.others.sign_out(&self.installation).await;
    }

    /// Does something with a member, which is said to be done, and closes what has opened for it.
    async fn does(&self, name: &str, act: &str, said: &str) {
        self.administrator.does(&self.installation, name, act).await;
        self.administrator.says(&[said]).await;
        self.administrator.shut(&self.installation).await;
    }

    async fn listed(&self, name: &str, wanted: &[&str]) -> String {
        self.administrator.listed(&self.installation, name, wanted).await
    }

    /// The tenant is there, and its administrator joins by the letter, in the browser that stays.
    async fn the_operator_makes_the_tenant(&mut self) {
        self.installation.tenant = self.made("Quayside", TIA, None).await;
        let tia = &self.administrator;
        let link = tia.link_to(&self.installation, TIA, "/invitation/", "").await;
        tia.joins(&link, None, PASSWORD).await;
        tia.says(&["You are a member of Quayside", "You are the representative administrator"]).await;
    }

    /// At first opening there is the administrator and nobody else, who neither changes nor deletes that own entry.
    async fn at_first_there_is_the_administrator(&self) {
        let tia = &self.administrator;
        tia.choose("Manage members").await;
        tia.arrives(|path| path == self.installation.page("/members")).await;
        let row = self.listed("First", &[TIA, "You", "Representative", "Tenant administrator"]).await;
        assert!(row.contains("Enabled"), "{row}");
        assert_eq!(tia.driver.find_all(By::XPath("//tbody/tr")).await.expect("rows").len(), 1);
        assert!(!tia.is_there("//input[@name='member']").await, "nothing to select");

        tia.opens(&self.installation, "First").await;
        tia.says(&["Nobody changes the own membership; ask another administrator"]).await;
        let own = tia.driver.current_url().await.expect("an address").path().to_owned();
        for label in ["Edit", "Remove", "Disable", "Reset the password"] {
            assert!(!tia.is_there(&format!("//article//a[normalize-space()='{label}']")).await, "{label}");
        }
        // Who goes there all the same is told why, or is back at the own entry.
        tia.go(&self.installation, &format!("{own}/edit")).await;
        tia.says(&["Nobody changes the own membership"]).await;
        tia.go(&self.installation, &format!("{own}/remove")).await;
        tia.arrives(|path| path == own).await;
        self.listed("First", &[TIA, "Enabled"]).await;
    }

    /// Before anybody is invited, each of the four applications has its table of roles against permissions.
    async fn authority_is_read_before_inviting(&self) {
        let tia = &self.administrator;
        self.at_the_form().await;
        assert!(!tia.is_there("//a[normalize-space()='By a link']").await, "here everybody is invited by mail");
        tia.choose("What each role allows").await;
        tia.says(&["What each role allows, by itself and by the roles that it includes"]).await;
        for (application, permission, holders) in [
            ("Service Management Portal", "See the bills", &["Auditor", "Tenant administrator"][..]),
            ("Device Management System", "Delete devices", &["Installer", "Tenant administrator"]),
            (
                "Integrated Video Management System",
                "Watch live pictures",
                &["Installer", "Operator", "Tenant administrator", "Viewer"],
            ),
            ("Cloud Video Recorder", "Delete recordings", &["Tenant administrator"]),
        ] {
            tia.choose(application).await;
            tia.in_front(&format!("//nav//a[@aria-current='page'][normalize-space()='{application}']")).await;
            for role in ["Auditor", "Installer", "Operator", "Tenant administrator", "Viewer"] {
                let cell = format!("//tr[th[normalize-space()='{role}']]/td[@data-label='{permission}']");
                let said = tia.in_front(&cell).await.text().await.expect("a cell");
                assert_eq!(said.contains("by "), holders.contains(&role), "{role}: {permission}: {said}");
            }
        }
    }

    /// Whoever is invited registers by the instructions in the mail.
    async fn a_member_is_invited(&self) {
        self.invites("Pam Porter <pam@example.org>", "Operator").await;
        self.listed("Pam Porter", &[PAM, "Operator", "Invited"]).await;
        let wanted = Wanted { to: PAM, saying: "Quayside", but_not: "" };
        let letter = self.others.letter_to(&self.installation, &wanted).await;
        assert!(letter.contains("Operator") && letter.contains("First"), "{letter}");
        self.joins(PAM).await;
        self.listed("Pam Porter", &["Enabled"]).await;
    }

    /// The role of a member is changed from the list of members, and one's own is not.
    async fn a_role_is_changed(&self) {
        let tia = &self.administrator;
        tia.opens(&self.installation, "Pam Porter").await;
        tia.choose("Edit").await;
        tia.says(&["Edit ", "Organization e-mail"]).await;
        tia.pick("what", 1, "Installer").await;
        tia.choose("Save").await;
        tia.says(&["The changes are saved."]).await;
        tia.shut(&self.installation).await;
        let row = self.listed("Pam Porter", &["Installer"]).await;
        assert!(!row.contains("Operator"), "{row}");
    }

    /// Each member's second factor is shown and switched. With codes by mail alone a forgotten password is not replaced by mail;
    /// the way round is to switch them off, replace it, and switch them on again.
    async fn second_factors_are_switched(&self) {
        let pam = &self.others;
        self.listed("Pam Porter", &["Second factor off"]).await;
        self.does("Pam Porter", "Turn the second factor on", "The second factor is on: codes are sent by mail.").await;
        self.listed("Pam Porter", &["Email Address"]).await;

        self.forgets().await;
        let wanted = Wanted { to: PAM, saying: "administrator", but_not: "/reset/" };
        pam.letter_to(&self.installation, &wanted).await;
        self.does("Pam Porter", "Turn the second factor off", "The second factor is off.").await;
        self.listed("Pam Porter", &["Second factor off"]).await;
        self.forgets().await;
        let reset = pam.link_to(&self.installation, PAM, "/reset/", "").await;
        pam.open(&reset).await;
        pam.fill("new", ANOTHER).await;
        pam.press_submit().await;
        pam.says(&["Your password is changed"]).await;
        self.does("Pam Porter", "Turn the second factor on", "The second factor is on: codes are sent by mail.").await;

        pam.go(&self.installation, "/sign-in").await;
        pam.fill("login", PAM).await;
        pam.fill("password", ANOTHER).await;
        pam.press_submit().await;
        pam.arrives(|path| path == "/sign-in/code").await;
        pam.press("Mail me a code").await;
        pam.says(&["A code is on its way"]).await;
        let wanted = Wanted { to: PAM, saying: "Somebody is signing in", but_not: "" };
        let code = code_in(&pam.letter_to(&self.installation, &wanted).await);
        pam.go(&self.installation, "/sign-in/code?sent=true").await;
        pam.fill("mailed", &code).await;
        pam.press_submit().await;
        pam.says(&["Your organisations", "Quayside"]).await;

        pam.go(&self.installation, "/account").await;
        pam.sets_up_app("Set up an authenticator app").await;
        pam.press("I have kept them").await;
        pam.says(&["Your account"]).await;
        self.listed("Pam Porter", &["Email Address", "Authentication App"]).await;
        pam.sign_out(&self.installation).await;
    }

    /// Pam asks for another password.
    async fn forgets(&self) {
        self.others.go(&self.installation, "/forgotten").await;
        self.others.fill("login", PAM).await;
        self.others.press_submit().await;
        self.others.says(&["Look into your mailbox"]).await;
    }

    /// As long as no other administrator has completed the registration, nobody can be chosen to represent the tenant.
    async fn there_is_nobody_to_choose(&self) {
        let tia = &self.administrator;
        self.go("").await;
        tia.says(&["Representative administrator", TIA, NOBODY, "no other member holds"]).await;
        // Neither when one is invited, who has not joined.
        self.invites("Ann Archer <ann@example.org>", "Tenant administrator").await;
        self.go("").await;
        tia.says(&["Representative administrator", TIA, NOBODY, "no other member holds"]).await;
        self.joins(ANN).await;
    }

    /// The representative asks another administrator, who accepts.
    async fn another_administrator_takes_over(&self) {
        let (tia, ann) = (&self.administrator, &self.others);
        self.go("").await;
        tia.pick("member", 1, "Ann Archer (ann@example.org)").await;
        tia.choose("Ask").await;
        tia.says(&["Asked. A letter is on its way", "You have asked Ann Archer to take over", TIA]).await;

        let offer = ann.link_to(&self.installation, ANN, "/welcome/", "").await;
        ann.enters(&self.installation, ANN, PASSWORD).await;
        ann.open(&offer).await;
        ann.says(&["Will you be the representative administrator?", "First asks you to take over for Quayside"]).await;
        ann.press("Accept").await;
        ann.says(&["You are the representative administrator."]).await;
        ann.go(&self.installation, &self.installation.page("")).await;
        ann.says(&["Representative administrator", ANN]).await;
        ann.sign_out(&self.installation).await;

        self.go("").await;
        tia.says(&["Only the representative can ask somebody else to take over", ANN]).await;
        let row = self.listed("Ann Archer", &["Representative"]).await;
        assert!(!self.listed("First", &["You"]).await.contains("Representative"), "{row}");
        tia.opens(&self.installation, "Ann Archer").await;
        tia.says(&["who can be neither changed, disabled nor removed"]).await;
        assert!(!tia.is_there("//article//a[normalize-space()='Remove']").await);
        tia.shut(&self.installation).await;
    }

    /// Nobody can be chosen either while the representative has not completed the registration, which is told apart. That one's
    /// address can be changed, and a new invitation goes there; the link before is dead.
    async fn the_first_administrators_address_is_changed(&self) {
        let operator = &self.others;
        let there = self.made("Hillside", "mistyped@example.org", None).await;
        let old = operator.link_to(&self.installation, "mistyped@example.org", "/invitation/", "").await;
        operator.enters(&self.installation, "ada", PASSWORD).await;
        operator.go(&self.installation, &format!("/t/{there}")).await;
        operator.says(&[NOBODY, "the current representative has not completed the registration"]).await;
        operator.fill("email", "hal@").await;
        operator.press("Change the e-mail").await;
        operator.find(By::Css("#email-fault")).await;
        operator.fill("email", "hal@example.org").await;
        operator.press("Change the e-mail").await;
        operator.says(&["The invitation is on its way", "hal@example.org"]).await;
        operator.sign_out(&self.installation).await;

        let hal = operator;
        hal.open(&old).await;
        hal.says(&["This link no longer works", "a newer one was made"]).await;
        let wanted = Wanted { to: "hal@example.org", saying: "Tenant administrator", but_not: "" };
        hal.letter_to(&self.installation, &wanted).await;
        let link = hal.link_to(&self.installation, "hal@example.org", "/invitation/", "").await;
        hal.joins(&link, None, PASSWORD).await;
        hal.says(&["You are a member of Hillside"]).await;
        hal.sign_out(&self.installation).await;
    }

    /// The mail goes again, after a Yes, to whoever has not completed the registration; the link before is dead.
    async fn an_invitation_is_resent(&self) {
        let ned = "ned@example.org";
        self.invites("Ned <ned@example.org>", "Viewer").await;
        let old = self.others.link_to(&self.installation, ned, "/invitation/", "").await;
        self.does("Ned", "Invite again", "Invited again. The link before it is dead.").await;
        let link = self.others.link_to(&self.installation, ned, "/invitation/", &old).await;
        self.others.open(&old).await;
        self.others.says(&["This link no longer works", "a newer one was made"]).await;
        self.others.joins(&link, None, PASSWORD).await;
        self.others.sign_out(&self.installation).await;
        self.administrator.opens(&self.installation, "Ned").await;
        assert!(!self.administrator.is_there("//article//a[normalize-space()='Invite again']").await, "Ned has joined");
        self.administrator.shut(&self.installation).await;
    }

    /// An active member is deleted after a Yes, and the address is gone from the screen; whoever looks for those who were removed
    /// still finds it.
    async fn a_member_is_deleted(&self) {
        let tia = &self.administrator;
        tia.opens(&self.installation, "Ned").await;
        tia.choose("Remove").await;
        tia.says(&["The membership ends for good"]).await;
        tia.choose("No, go back").await;
        tia.says(&["Details"]).await;
        tia.choose("Remove").await;
        tia.says(&["The membership ends for good"]).await;
        tia.choose("Yes").await;
        tia.says(&["Removed. Access ended at once."]).await;
        tia.shut(&self.installation).await;
        tia.vanishes(&row_of("Ned")).await;
        let words = tia.words().await;
        assert!(!words.contains("ned@example.org") && words.contains(PAM), "{words}");
        self.go("/members?state=removed").await;
        tia.says(&["ned@example.org"]).await;
        self.others.enters(&self.installation, "ned@example.org", PASSWORD).await;
        self.others.says(&["You are not a member anywhere yet"]).await;
    }

    /// In a tenant below, the bar at the top leads to the members of the one at the top, for whoever is a member there.
    async fn the_top_level_tenant_is_reached_from_below(&self) {
        let tia = &self.administrator;
        let below = self.made("Quayside Cameras", TIA, Some(&self.installation.tenant)).await;
        let link = tia.link_to(&self.installation, TIA, "/invitation/", "never").await;
        tia.open(&link).await;
        tia.says(&["Join Quayside Cameras"]).await;
        tia.press("Join now").await;
        tia.says(&["You are a member of Quayside Cameras"]).await;
        tia.choose("Manage members").await;
        tia.arrives(|path| path == format!("/t/{below}/members")).await;
        tia.touch("//nav[@aria-label='Top-level organisation']//a[normalize-space()='Quayside']").await;
        tia.arrives(|path| path.starts_with(&self.installation.page(""))).await;
        tia.says(&["Quayside"]).await;
        tia.touch("//nav[@aria-label='Administration']//a[normalize-space()='Members']").await;
        tia.says(&[PAM, ANN]).await;
    }
}
