//! `livestream-account`: the account of a live-streaming customer, to which an authorized signer invites others.

use std::collections::BTreeSet;

use thirtyfour::By;

use super::tour::{Named, Tour, choose, colour, is_amber, is_green, says_just_now, touch};
use crate::browser::{Browser, Scripts};

const SAM: Named = ("Sam Signer", "sam@example.org");
const UNA: Named = ("Una Viewer", "una@example.org");
const OLGA: Named = ("Olga Operator", "olga@example.org");
const JOE: Named = ("Joe Late", "joe@example.org");

/// Proves ACC-1, ACC-2, ACC-3, ACC-4, ACC-5, ACC-6, ACC-7, ACC-8, ACC-9, ACC-10, ACC-11, ACC-12, ACC-13, ACC-14, ACC-15, ACC-17,
/// ACC-18, ACC-19, and ACC-16 in part, in the browser, where scripts run: the description from top to bottom.
#[tokio::test]
async fn a_livestream_account_with_scripts() {
    a_livestream_account(Scripts::On).await;
}

/// The same where none run.
#[tokio::test]
async fn a_livestream_account_without_scripts() {
    a_livestream_account(Scripts::Off).await;
}

async fn a_livestream_account(scripts: Scripts) {
    let preset = ("livestream-account", "Deep Sea Live");
    let Some(tour) = Tour::begin(scripts, preset, SAM, &[]).await else { return };
    let invitee = tour.elsewhere().await;
    a_plus_makes_a_new_invitation(&tour).await;
    name_and_address_are_entered(&tour).await;
    it_is_followed_until_completed(&tour, &invitee).await;
    all_of_them_are_tracked(&tour).await;
    a_role_is_what_it_says(&tour).await;
    the_signer_gives_single_privileges(&tour, &invitee).await;
    it_is_revoked_and_made_again(&tour, &invitee).await;
    invitee.close().await;
    tour.browser.close().await;
}

/// "As an Authorized Signer, you can invite other users": a plus stands at the list of whoever is one.
async fn a_plus_makes_a_new_invitation(tour: &Tour) {
    tour.listed(1, &[SAM.0, SAM.1, "You", "Authorized Signer", "COMPLETED"]).await;
    // Two strokes through one middle.
    tour.browser.find(By::Css("header.pane-head > a > svg > path[d='M12 5v14M5 12h14']")).await;
    tour.adds().await;
    tour.browser.says(&["Add people", "An invitation is made for each, which you send after that."]).await;
}

/// "Enter the name and email address of the user", and at least one of the roles: what is missing is said, and nobody is invited.
async fn name_and_address_are_entered(tour: &Tour) {
    let browser = &tour.browser;
    tour.invites("", &["Livestream Operator"]).await;
    browser.says(&["Nobody is named"]).await;
    tour.invites("Una Viewer", &["Livestream Operator"]).await;
    browser.says(&["Nobody was invited yet", "Una Viewer", "An e-mail address has no spaces"]).await;
    tour.invites("Una Viewer <una@example.org>", &[]).await;
    browser.says(&["No role is chosen; expected at least one."]).await;
    browser.find(By::Css("#given-fault")).await;
    tour.invites("Una Viewer <una@example.org>", &["Payments"]).await;
    browser.says(&["No role is chosen; expected at least one."]).await;
    assert!(!tour.has_letter(UNA.1).await, "somebody was invited");
}

/// READY and not sent; sent; looked at by the recipient, which changes nothing; ACCEPTED when the sign-up begins; COMPLETED.
async fn it_is_followed_until_completed(tour: &Tour, invitee: &Browser) {
    tour.invites("Una Viewer <una@example.org>", &["Livestream Operator"]).await;
    tour.browser.says(&["The invitation is ready to be sent."]).await;
    let made = tour.listed(1, &[UNA.0, UNA.1, "Livestream Operator", "READY"]).await;
    assert!(says_just_now(&made), "{made}");
    assert_eq!(icon(tour, 1).await, [Drawn::Amber]);
    assert!(!tour.has_letter(UNA.1).await, "what was made is not sent");

    tour.does(UNA.0, "Send the invitation", "The invitation is on its way.").await;
    tour.follows_invitation(invitee, UNA.1).await;
    invitee.says(&["Join Deep Sea Live", "Sam Signer", UNA.0, UNA.1, "Livestream Operator", "Join now"]).await;
    tour.listed(1, &[UNA.0, "SENT"]).await;
    assert_eq!(icon(tour, 1).await, [Drawn::Amber], "machines look at links too");

    invitee.press("Join now").await;
    invitee.arrives(|path| path.ends_with("/register")).await;
    tour.listed(1, &[UNA.0, "ACCEPTED"]).await;
    assert_eq!(icon(tour, 1).await, [Drawn::Amber, Drawn::Green], "half, and half");

    tour.chooses_password(invitee, UNA.1).await;
    invitee.says(&["Your role: Livestream Operator."]).await;
    let completed = tour.listed(1, &[UNA.0, "COMPLETED"]).await;
    assert!(says_just_now(&completed), "{completed}");
    assert_eq!(icon(tour, 1).await, [Drawn::Green]);
}

/// What an icon is drawn in.
#[derive(Debug, PartialEq, Eq)]
enum Drawn {
    Amber,
    Green,
}

/// The parts of the state's icon in the nth row, each by the colour that the browser gives it; an icon is hidden from readers of
/// screens, because the word beside it says the same.
async fn icon(tour: &Tour, nth: usize) -> Vec<Drawn> {
    let parts = format!("main tbody tr:nth-child({nth}) .standing svg[aria-hidden='true']");
    tour.browser.find(By::Css(parts.as_str())).await;
    let mut drawn = Vec::new();
    for part in tour.browser.driver.find_all(By::Css(format!("{parts} > *").as_str())).await.expect("an icon") {
        let filled = part.css_value("fill").await.expect("a style");
        let colour = colour(&part, if filled == "none" { "stroke" } else { "fill" }).await;
        assert!(is_amber(colour) || is_green(colour), "{colour:?}");
        drawn.push(if is_amber(colour) { Drawn::Amber } else { Drawn::Green });
    }
    drawn.dedup();
    drawn
}

/// "You can track whether the invitation is READY, ACCEPTED or COMPLETED": each can be asked for in the list.
async fn all_of_them_are_tracked(tour: &Tour) {
    tour.invites("Abe Begun <abe@example.org>\nRob Waiting <rob@example.org>", &["Content Creator"]).await;
    tour.browser.says(&["The invitations are ready to be sent."]).await;
    tour.listed(2, &["READY"]).await;
    tour.browser.says(&["Abe Begun", "Rob Waiting"]).await;
    tour.does("Abe Begun", "Send the invitation", "The invitation is on its way.").await;
    let abe = tour.elsewhere().await;
    tour.follows_invitation(&abe, "abe@example.org").await;
    abe.press("Join now").await;
    abe.arrives(|path| path.ends_with("/register")).await;
    abe.close().await;
    for (word, found, other) in [
        ("– READY", "rob@example.org", "una@example.org"),
        ("– ACCEPTED", "abe@example.org", "rob@example.org"),
        ("COMPLETED", "una@example.org", "abe@example.org"),
    ] {
        tour.opens("/members").await;
        touch(&tour.browser, &format!("//select[@name='state']/option[normalize-space()='{word}']")).await;
        if tour.scripts == Scripts::Off {
            tour.browser.press("Search").await;
        }
        tour.browser.says(&["Only", found]).await;
        let words = tour.browser.words().await;
        assert!(!words.contains(other), "{word}: {words}");
    }
}

/// The default roles, and what each of them opens.
async fn a_role_is_what_it_says(tour: &Tour) {
    let operator = ["Stream Viewer", "Stream Log", "Currently Streaming", "Breakout Explorer"];
    let creator = ["Events", "Breakouts", "Breakout Explorer", "Subdomains", "Blogs"];
    let manager = ["Payments", "Platform", "Analytics", "All Attendance", "All Usage", "VoD Profiles"];
    let more = ["Pipelines", "Distributions", "Comments", "Monetization", "Activity Log"];
    let all = [&operator[..], &creator, &manager, &more].concat();
    for (role, privileges) in [
        ("Livestream Operator", &operator[..]),
        ("Content Creator", &creator),
        ("General Manager", &manager),
        ("Super Admin", &all),
    ] {
        tour.adds().await;
        choose(&tour.browser, "What each role allows").await;
        tour.browser.arrives(|path| path.ends_with("/roles")).await;
        choose(&tour.browser, role).await;
        tour.browser.says(&[role, "What it allows"]).await;
        let named = By::Css("section[aria-labelledby='allows'] li > bdi:first-child");
        let mut said = BTreeSet::new();
        for name in tour.browser.driver.find_all(named).await.expect("privileges") {
            said.insert(name.text().await.expect("a name"));
        }
        let expected: BTreeSet<String> = privileges.iter().map(|&privilege| privilege.to_owned()).collect();
        assert_eq!(said, expected, "{role}");
    }
}

/// "It is the responsibility of the Authorized Signer to assign other privileges as necessary": beside the role, when inviting and
/// later; whoever is enrolled has those of the role and these, and no others.
async fn the_signer_gives_single_privileges(tour: &Tour, invitee: &Browser) {
    tour.invites("Olga Operator <olga@example.org>", &["Livestream Operator", "Payments"]).await;
    tour.browser.says(&["The invitation is ready to be sent."]).await;
    tour.listed(1, &[OLGA.0, "Livestream Operator, 1 single permission"]).await;
    tour.does(OLGA.0, "Send the invitation", "The invitation is on its way.").await;
    invitee.sign_out(&tour.installation).await;
    tour.registers(invitee, OLGA).await;
    invitee.says(&["Your role: Livestream Operator."]).await;
    may(tour, OLGA.0, "Stream Log", Some("By the role Livestream Operator.")).await;
    may(tour, OLGA.0, "Payments", Some("By the single permission Livestream: Payments.")).await;
    may(tour, OLGA.0, "Analytics", None).await;

    tour.opens_member(OLGA.0).await;
    choose(&tour.browser, "Edit").await;
    touch(&tour.browser, "(//select[@name='what'])[3]//option[normalize-space()='Analytics']").await;
    choose(&tour.browser, "Save").await;
    tour.browser.says(&["The changes are saved."]).await;
    may(tour, OLGA.0, "Analytics", Some("By the single permission Livestream: Analytics.")).await;

    // Neither looks after others: that is the signer's alone.
    let welcome = invitee.words().await;
    assert!(!welcome.contains("Manage members"), "{welcome}");
    invitee.go(&tour.installation, &tour.page("/invite")).await;
    invitee.says(&["You may not do this"]).await;
}

/// The signer asks whether somebody may use `section`: yes, because of what, or no.
async fn may(tour: &Tour, name: &str, section: &str, because: Option<&str>) {
    tour.opens_member(name).await;
    touch(&tour.browser, &format!("//select[@name='may']//option[normalize-space()='{section}']")).await;
    choose(&tour.browser, "Ask").await;
    match because {
        Some(because) => {
            tour.browser.says(&["Yes"]).await;
            says_plainly(&tour.browser, because).await;
        }
        None => tour.browser.says(&["Nothing that was given allows it"]).await,
    }
}

/// The same as `says`, where names are set apart by marks that cannot be seen.
async fn says_plainly(browser: &Browser, wanted: &str) {
    browser.says_when(|words| words.replace(['\u{2068}', '\u{2069}'], "").contains(wanted)).await;
}

/// "You can revoke the invitation before the recipient accepts it. You may re-invite the user at a later time."
async fn it_is_revoked_and_made_again(tour: &Tour, invitee: &Browser) {
    tour.invites("Joe Late <joe@example.org>", &["General Manager"]).await;
    tour.browser.says(&["The invitation is ready to be sent."]).await;
    tour.does(JOE.0, "Send the invitation", "The invitation is on its way.").await;
    invitee.sign_out(&tour.installation).await;
    tour.follows_invitation(invitee, JOE.1).await;
    let old = invitee.driver.current_url().await.expect("an address").to_string();

    tour.does(JOE.0, "Withdraw the invitation", "The invitation was withdrawn.").await;
    tour.listed(1, &[JOE.0, "REVOKED"]).await;
    invitee.press("Join now").await;
    invitee.says(&["This invitation was withdrawn", "Ask an administrator"]).await;

    tour.does(JOE.0, "Invite again", "Invited again. The link before it is dead.").await;
    tour.listed(1, &[JOE.0, "SENT"]).await;
    invitee.open(&old).await;
    invitee.says(&["This link no longer works", "Use the newest link"]).await;
    invitee.link_to(&tour.installation, JOE.1, "/invitation/", &old).await;
    tour.registers(invitee, JOE).await;
    tour.listed(1, &[JOE.0, "COMPLETED"]).await;
    tour.opens_member(JOE.0).await;
    let words = tour.browser.words().await;
    assert!(!words.contains("Withdraw the invitation"), "{words}");
}
