//! Members are added with a password, by a link that is handed over, and by mail.

use super::{TEMPORARY, Walk};
use crate::{
    browser::{Scripts, desk::Wanted},
    installation::PASSWORD,
};

impl Walk {
    /// The three ways, one after the other.
    pub(super) async fn members_are_added(&self) {
        self.a_member_is_added_with_a_password().await;
        self.a_member_is_invited_by_hand().await;
        self.a_link_expires().await;
        self.members_are_invited_by_mail().await;
        self.an_invitation_is_declined().await;
    }

    async fn at_the_form(&self, way: &str) {
        self.go("/members").await;
        self.administrator.choose("Add people").await;
        self.administrator.says(&["Ways to add people", "By mail", "By a link", "With a password"][1..]).await;
        self.administrator.choose(way).await;
        self.administrator.in_front(&format!("//a[@aria-current='page'][normalize-space()='{way}']")).await;
    }

    /// In two steps: name, departments and roles; then username, password and perhaps an address. The member is there at once, and
    /// replaces the password at the first sign-in.
    async fn a_member_is_added_with_a_password(&self) {
        let ada = &self.administrator;
        self.at_the_form("With a password").await;
        ada.says(&["Step 1 of 2"]).await;
        ada.choose("Next").await;
        ada.says(&["Enter the name of the person."]).await;
        self.describes("Ben Baker", &["Accounts", "Accounts / North hall"], &["Member", "Member manager"]).await;
        ada.choose("Next").await;
        ada.says(&["Step 2 of 2: how Ben Baker signs in."]).await;
        ada.write("username", "bbaker").await;
        ada.write("password", "too short").await;
        ada.write("email", "ben@example.org").await;
        ada.choose("Finish").await;
        ada.in_front("//*[@id='password-fault']").await;
        ada.write("password", TEMPORARY).await;
        ada.choose("Finish").await;
        ada.says(&["Added member successfully!"]).await;
        self.listed("Ben Baker", &["Enabled", "ben@example.org", "Member manager", "Accounts", "+1"]).await;

        let ben = &self.others;
        ben.enters(&self.installation, "bbaker", TEMPORARY).await;
        ben.arrives(|path| path == "/password").await;
        ben.fill("current", TEMPORARY).await;
        ben.fill("new", PASSWORD).await;
        ben.press_submit().await;
        ben.leaves("/password").await;
        ben.go(&self.installation, &self.installation.page("/members")).await;
        ben.says(&["Members", "Ada Admin"]).await;
        ben.sign_out(&self.installation).await;
    }

    /// The link is shown this once, and is on the clipboard; whoever has it registers, and until then the member waits to join.
    async fn a_member_is_invited_by_hand(&self) {
        let ada = &self.administrator;
        self.at_the_form("By a link").await;
        self.describes("Hanna Hand", &["Accounts"], &["Member"]).await;
        ada.choose("Make the link").await;
        let link = self.shown_link().await;
        ada.choose("Done").await;
        ada.arrives(|path| path.ends_with("/members")).await;
        self.listed("Hanna Hand", &["Waiting to join", "Accounts"]).await;
        let hanna = &self.others;
        hanna.open(&link).await;
        hanna.says(&["Join Acme", "Ada Admin invites you"]).await;
        hanna.joins(&link, Some("hanna"), PASSWORD).await;
        hanna.sign_out(&self.installation).await;
        self.listed("Hanna Hand", &["Enabled"]).await;
    }

    /// After three days the link is dead. A new one is made, good for three days more, and is on the clipboard.
    async fn a_link_expires(&self) {
        let ada = &self.administrator;
        self.at_the_form("By a link").await;
        self.describes("Sven Slow", &[], &["Member"]).await;
        ada.choose("Make the link").await;
        let first = self.shown_link().await;
        self.passes(3, "Sven Slow").await;
        self.listed("Sven Slow", &["Expired"]).await;
        let sven = &self.others;
        sven.open(&first).await;
        sven.says(&["expired"]).await;
        ada.does(&self.installation, "Sven Slow", "Invite again").await;
        let second = self.shown_link().await;
        assert_ne!(first, second);
        sven.open(&first).await;
        sven.says(&["This link no longer works", "a newer one was made"]).await;
        self.listed("Sven Slow", &["Waiting to join"]).await;
        self.passes(2, "Sven Slow").await;
        sven.joins(&second, Some("sven"), PASSWORD).await;
        sven.sign_out(&self.installation).await;
        self.listed("Sven Slow", &["Enabled"]).await;
    }

    /// The address is needed, and the mail goes at once. Who has no account registers; who has one signs in and joins.
    async fn members_are_invited_by_mail(&self) {
        let (ada, others) = (&self.administrator, &self.others);
        self.elsewhere("kim@example.org").await;
        self.at_the_form("By mail").await;
        ada.write("people", "Mel Moss").await;
        ada.pick("what", 1, "Member").await;
        ada.choose("Invite members").await;
        ada.says(&["Nobody was invited yet"]).await;
        ada.write("people", "Mel Moss <mel@example.org>\nKim King <kim@example.org>").await;
        ada.write_into("/descendant::input[@name='department'][1]", "Accounts / North hall").await;
        ada.choose("Invite members").await;
        ada.says(&["The invitations are on their way."]).await;
        self.listed("Mel Moss", &["Waiting to join", "North hall"]).await;

        let letter = Wanted { to: "mel@example.org", saying: "Acme", but_not: "" };
        let letter = others.letter_to(&self.installation, &letter).await;
        assert!(letter.contains("Ada Admin") && letter.contains("/invitation/"), "{letter}");
        let mel = others.link_to(&self.installation, "mel@example.org", "/invitation/", "").await;
        others.open(&mel).await;
        others.says(&["Join Acme", "Mel Moss", "Join now", "Decline"]).await;
        others.joins(&mel, None, PASSWORD).await;
        others.sign_out(&self.installation).await;

        let wanted = Wanted { to: "kim@example.org", saying: "Acme", but_not: "Elsewhere" };
        others.letter_to(&self.installation, &wanted).await;
        let kim = others.link_to(&self.installation, "kim@example.org", "/invitation/", "").await;
        others.open(&kim).await;
        others.says(&["Join Acme"]).await;
        others.press("Join now").await;
        others.arrives(|path| path.ends_with("/sign-in")).await;
        others.fill("password", PASSWORD).await;
        others.press_submit().await;
        others.says(&["You are a member of Acme"]).await;
        others.sign_out(&self.installation).await;
        for name in ["Mel Moss", "Kim King"] {
            self.listed(name, &["Enabled"]).await;
        }
    }

    /// Whoever declines is invited again, and gets a new link.
    async fn an_invitation_is_declined(&self) {
        let (ada, others) = (&self.administrator, &self.others);
        self.at_the_form("By a link").await;
        self.describes("Dora Doubt", &[], &["Member"]).await;
        ada.choose("Make the link").await;
        let first = self.shown_link().await;
        others.open(&first).await;
        others.press("Decline").await;
        others.says(&["Decline this invitation?"]).await;
        others.press("Yes, decline").await;
        others.says(&["declined"]).await;
        self.listed("Dora Doubt", &["Rejected"]).await;
        ada.does(&self.installation, "Dora Doubt", "Invite again").await;
        let second = self.shown_link().await;
        others.joins(&second, Some("dora"), PASSWORD).await;
        others.sign_out(&self.installation).await;
        self.listed("Dora Doubt", &["Enabled"]).await;
        ada.opens(&self.installation, "Dora Doubt").await;
        let again = "//article//a[normalize-space()='Invite again']";
        assert!(!ada.is_there(again).await, "only for whoever has not joined");
        if self.scripts == Scripts::On {
            ada.shut(&self.installation).await;
        }
    }
}
