//! What is done with one member: edit, details, another password, removing, disabling and enabling.

use super::{Walk, product::Product};
use crate::{
    browser::desk::row_of,
    installation::{PASSWORD, text},
};

/// What Hanna chooses by the link that she is handed.
const ANOTHER: &str = "seven wet stones in a row";

impl Walk {
    /// Each of what the column of operations offers.
    pub(super) async fn members_are_looked_after(&self) {
        self.a_member_is_edited_and_shown().await;
        self.a_password_is_reset().await;
        self.whoever_has_not_joined_is_removed_directly().await;
        self.what_a_member_has_goes_to_another().await;
        self.a_member_is_disabled_and_enabled().await;
    }

    /// Edit changes name, address, departments and roles; the details show all that there is to know.
    async fn a_member_is_edited_and_shown(&self) {
        let ada = &self.administrator;
        ada.opens(&self.installation, "Mel Moss").await;
        ada.choose("Edit").await;
        ada.says(&["Edit ", "Organization e-mail"]).await;
        self.describes("Mel Miller", &["Accounts", "Acme Works"], &["Member", "Member manager"]).await;
        ada.write("email", "miller@acme.example").await;
        ada.choose("Save").await;
        ada.says(&["The changes are saved.", "Mel Miller"]).await;
        let mel = &self.others;
        mel.enters(&self.installation, "mel@example.org", PASSWORD).await;
        mel.sign_out(&self.installation).await;

        ada.opens(&self.installation, "Mel Miller").await;
        for (what, is) in [
            ("Status", "Enabled"),
            ("Organization e-mail", "miller@acme.example"),
            ("Departments", "Accounts Primary Acme Works"),
            ("Roles", "Member manager"),
            ("Username", "None"),
            ("Activated", "UTC"),
            ("Last sign-in", "UTC"),
            ("Created", "by Ada Admin"),
            ("Invitation", "By mail"),
            ("Invitation e-mail", "mel@example.org"),
        ] {
            let field = ada.in_front(&format!("//div[dt='{what}']/dd")).await;
            let said = field.text().await.expect("a field").split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains(is), "{what}: {said}");
        }
        ada.shut(&self.installation).await;
    }

    /// A link to another password, good for a day and once, to be handed over; a newer one kills it.
    async fn a_password_is_reset(&self) {
        let (ada, hanna) = (&self.administrator, &self.others);
        ada.does(&self.installation, "Hanna Hand", "Reset the password").await;
        let first = self.shown_link().await;
        ada.does(&self.installation, "Hanna Hand", "Reset the password").await;
        let second = self.shown_link().await;
        hanna.open(&first).await;
        hanna.says(&["This link no longer works"]).await;
        hanna.open(&second).await;
        hanna.fill("new", ANOTHER).await;
        hanna.press_submit().await;
        hanna.says(&["Your password is changed"]).await;
        hanna.open(&second).await;
        hanna.says(&["This link no longer works"]).await;
        hanna.enters(&self.installation, "hanna", ANOTHER).await;
        hanna.says(&["Acme"]).await;
        hanna.sign_out(&self.installation).await;
    }

    /// Who has not joined is removed directly, and the link is dead.
    async fn whoever_has_not_joined_is_removed_directly(&self) {
        let ada = &self.administrator;
        ada.opens(&self.installation, "Wanda").await;
        ada.choose("Remove").await;
        ada.says(&["The membership ends for good", "holds nothing that somebody else would have to get"]).await;
        assert!(!ada.is_there("//*[@id='heir']").await, "there is nothing to hand over");
        ada.choose("Yes").await;
        ada.says(&["Removed. Access ended at once."]).await;
        ada.shut(&self.installation).await;
        ada.vanishes(&row_of("Wanda")).await;
    }

    /// What a removed member has is counted before, and goes to another. The account stays, and with it the other organization.
    async fn what_a_member_has_goes_to_another(&self) {
        let (ada, kim) = (&self.administrator, &self.others);
        let id = text(&self.found("Kim King").await["id"]);
        let _product = Product::start(self.product, &self.installation.tenant, &id);
        ada.opens(&self.installation, "Kim King").await;
        ada.choose("Remove").await;
        ada.says(&["What the member holds", "2 × Recordings"]).await;
        ada.choose("Yes").await;
        ada.says(&["Please correct this first"]).await;
        for (heir, said) in
            [("nobody", "No enabled member whom you may see is called so"), ("zmueller", "No enabled member")]
        {
            ada.write("heir", heir).await;
            ada.choose("Yes").await;
            // The answer has what was typed in it; a fault may stand there from the one before.
            ada.in_front(&format!("//*[@id='heir'][@value='{heir}'][@aria-invalid]")).await;
            ada.says(&[said]).await;
        }
        ada.write("heir", "mel miller").await;
        ada.choose("Yes").await;
        ada.says(&["Removed. Access ended at once.", "What the member held", "2 × Recordings"]).await;
        for _ in 0..crate::browser::PATIENCE {
            self.go(&format!("/members/{id}")).await;
            ada.says(&["What the member held"]).await;
            if ada.words().await.contains("All was handed over by") {
                break;
            }
            tokio::time::sleep(crate::browser::MOMENT).await;
        }
        ada.says(&["All was handed over by", "handed over"]).await;

        kim.enters(&self.installation, "kim@example.org", PASSWORD).await;
        kim.says(&["Your organisations", "Elsewhere"]).await;
        kim.go(&self.installation, &format!("/welcome/{}", self.installation.tenant)).await;
        kim.says(&["There is no such"]).await;
        kim.sign_out(&self.installation).await;
    }

    /// Disabling ends the access at once, in the browser where the member is; everything is kept, and enabling brings it back.
    async fn a_member_is_disabled_and_enabled(&self) {
        let ben = &self.others;
        let inside = self.installation.page("/members");
        ben.enters(&self.installation, "bbaker", PASSWORD).await;
        ben.go(&self.installation, &inside).await;
        ben.says(&["50 members shown."]).await;
        self.does("Ben Baker", "Disable", "Disabled. Access ended at once; everything is kept.").await;
        self.listed("Ben Baker", &["Disabled", "Member manager", "Accounts"]).await;
        ben.go(&self.installation, &inside).await;
        ben.says(&["Your membership is disabled", "Ask an administrator of the tenant to enable it."]).await;
        ben.sign_out(&self.installation).await;
        self.does("Ben Baker", "Enable", "Enabled. Access is restored.").await;
        self.listed("Ben Baker", &["Enabled"]).await;
        ben.enters(&self.installation, "bbaker", PASSWORD).await;
        ben.go(&self.installation, &inside).await;
        ben.says(&["50 members shown."]).await;
    }
}
