//! Why a row is refused: what only a table can have wrong. What a single invitation, addition or edit would be refused for is said
//! in the words of those.

use crate::refusal::refusals;

refusals! {
    /// What can be wrong with a row.
    pub enum RowRefused {
        /// A formula that came to nothing.
        CellIsError { /** As it stands there. */ text: String } = Invalid "cell-is-error"
            ("the cell holds the error {text}", "write the value itself");
        /// Not a way.
        WayUnknown { /** As typed. */ text: String } = Invalid "way-unknown"
            ("{text:?} is no way to join; expected mail, link or password link", "write one of these, or leave it empty");
        /// Not an identifier.
        MemberMalformed { /** As typed. */ text: String } = Invalid "member-malformed"
            ("{text:?} identifies no member", "leave the column as the export wrote it, or empty for somebody new");
        /// No such department, or none to choose.
        DepartmentUnknown { /** As typed. */ name: String } = Invalid "department-name-unknown"
            ("there is no department {name:?} to choose", "write one of the departments that the template lists");
        /// Several.
        DepartmentAmbiguous { /** As typed. */ name: String } = Invalid "department-name-ambiguous"
            ("there are several departments {name:?}", "write the way to it, such as Sales / North");
        /// No such role.
        RoleUnknown { /** As typed. */ name: String } = Invalid "role-name-unknown"
            ("there is no role {name:?}", "write one of the roles that the template lists");
        /// Not a day.
        NotADay { /** As typed. */ text: String } = Invalid "date-malformed"
            ("{text:?} is not a day; expected something like 2030-12-31", "write the last day like that, or leave it out");
        /// Twice.
        Repeated { /** Where it stands first. */ row: u32 } = Invalid "row-repeated"
            ("row {row} is about the same person", "leave one of the two out");
        /// Nobody to recognise.
        Nobody = Invalid "row-about-nobody"
            ("this row has neither a name nor an e-mail address nor a username", "write at least one of them");
        /// Several to recognise.
        NameShared = Conflict "name-shared"
            ("several members without an address have this name, so it is not clear whom the row is about",
             "write the username, or take the row from an export, which identifies the member");
        /// Mail without an address.
        EmailMissing = Invalid "email-missing"
            ("an invitation by mail needs an address", "write the address, or choose another way to join");
        /// A new account without a name to sign in with.
        UsernameMissing = Invalid "username-missing"
            ("a password link needs a username to sign in with", "write a username, or choose another way to join");
        /// Who is invited chooses.
        UsernameIsChosen = Invalid "username-is-chosen"
            ("whoever is invited chooses the username", "leave the username empty, or choose password link");
        /// The account's owner's.
        UsernameIsTheirs = Conflict "username-is-theirs"
            ("the username belongs to the person's account, and is another or none", "leave the username as the export writes it");
        /// Somebody else's.
        UsernameTaken = Conflict "username-taken" ("this username is taken", "choose another username");
        /// Not at this moment.
        Moved { /** What it would do now. */ now: &'static str } = Conflict "row-moved"
            ("since this was planned the tenant has changed, and now the row would {now}", "upload the file again, and look at the new plan");
    }
}
