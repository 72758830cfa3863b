//! `streaming-app`: the team of a streaming application. Members are in groups; whoever has an account joins at once, and
//! everybody else is invited.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
};

use thirtyfour::By;

use super::tour::{Named, Tour, choose, follow, says_just_now};
use crate::{
    browser::{Browser, Scripts, account::bob},
    installation::PASSWORD,
};

const CARLA: Named = ("Carla Creator", "carla@example.org");
const BOB: Named = ("Bob Builder", "bob@example.org");
const CLEO: Named = ("Cleo New", "cleo@example.org");

/// Proves APP-3, APP-5, APP-6, APP-7, APP-8, APP-14, APP-15, APP-16, APP-17, APP-18, APP-19, APP-20, APP-21, APP-22, APP-23, APP-24,
/// APP-25, APP-26, APP-27, APP-28, APP-29, APP-30 and APP-31, and APP-1 in part, APP-4 in part, APP-9 in part, in the browser, where
/// scripts run: the description from top to bottom.
#[tokio::test]
async fn a_streaming_application_with_scripts() {
    a_streaming_application(Scripts::On).await;
}

/// The same where none run.
#[tokio::test]
async fn a_streaming_application_without_scripts() {
    a_streaming_application(Scripts::Off).await;
}

async fn a_streaming_application(scripts: Scripts) {
    let home = product_site();
    let preset = ("streaming-app", "Harbour Live");
    let Some(tour) = Tour::begin(scripts, preset, CARLA, &[("MEMBERSHIP_MAIL__HOME", &home)]).await else { return };
    let (first, second) = (tour.elsewhere().await, tour.elsewhere().await);
    an_account_is_needed(&tour, &first).await;
    groups_are_there_from_the_start(&tour).await;
    addresses_have_rules(&tour).await;
    up_to_ten_at_once(&tour).await;
    bob(&first, &tour.installation).await;
    whoever_has_an_account_is_a_member(&tour).await;
    the_letter_leads_inside(&tour, &first, &second).await;
    its_other_links(&tour, &second).await;
    whoever_has_none_is_invited(&tour, &second).await;
    a_visitor_adds_nobody(&tour, &second).await;
    for browser in [first, second, tour.browser] {
        browser.close().await;
    }
}

/// The product's own site: its address.
fn product_site() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.expect("a visitor");
            // A browser may open a connection and ask for nothing, while it asks on another.
            std::thread::spawn(move || shows_site(stream));
        }
    });
    format!("http://{address}/")
}

fn shows_site(mut stream: TcpStream) {
    let page = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<h1>The harbour's own site</h1>";
    if stream.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {
        stream.write_all(page.as_bytes()).ok();
    }
}

/// "Using the service requires an access account": without one, a page leads to the sign-in, which says how one gets one.
async fn an_account_is_needed(tour: &Tour, stranger: &Browser) {
    for page in [tour.page("/members"), tour.welcome(), "/".to_owned()] {
        stranger.go(&tour.installation, &page).await;
        stranger.arrives(|path| path == "/sign-in").await;
        stranger.says(&["No account yet?", "open the link that you were sent"]).await;
    }
}

/// "When creating an app, there will automatically be default groups", and whoever created it has administrative rights. More can
/// be added.
async fn groups_are_there_from_the_start(tour: &Tour) {
    let browser = &tour.browser;
    tour.listed(1, &[CARLA.0, CARLA.1, "Administration", "Joined", "You"]).await;
    tour.adds().await;
    browser.says(&["Add people", "Whoever has an account is a member at once", "Up to 10, one to a line"]).await;
    assert_eq!(groups(browser).await, ["Administration", "Editor", "Media-hub distributor", "Visitor"]);
    choose(browser, "What each role allows").await;
    for (group, allowed) in [
        ("Administration", ["All 8", "All 11", "All 10", "All 5"]),
        ("Editor", ["–", "All 11", "All 10", "All 5"]),
        ("Media-hub distributor", ["–", "–", "–", "All 5"]),
        ("Visitor", ["–", "5 of 11", "4 of 10", "3 of 5"]),
    ] {
        for (application, allowed) in
            ["Application management", "Live channels", "Media library", "VTVhub"].into_iter().zip(allowed)
        {
            let cell = format!("//tr[th[contains(., '{group}')]]/td[@data-label='{application}']");
            let said = browser.find(By::XPath(cell.as_str())).await.text().await.expect("a cell");
            assert!(said.starts_with(allowed), "{group} in {application}: {said}");
        }
    }
    browser.press("New role").await;
    browser.fill("name", "Moderator").await;
    browser.find(By::XPath("//label[normalize-space()='See channels']")).await.click().await.expect("a tick");
    choose(browser, "Make the role").await;
    browser.says(&["Moderator", "See channels"]).await;
    tour.adds().await;
    assert!(groups(browser).await.contains(&"Moderator".to_owned()));
}

/// The groups that the form offers.
async fn groups(browser: &Browser) -> Vec<String> {
    browser.find(By::Css("select[name=what]")).await;
    let options = By::Css("fieldset > [data-rows] > .given-row:first-child optgroup[label=Roles] > option");
    let mut groups = Vec::new();
    for option in browser.driver.find_all(options).await.expect("groups") {
        groups.push(option.text().await.expect("a name"));
    }
    groups
}

/// "Enter your email": no accents, no spaces, local-part@domainname; not empty, not one's own, nobody who has joined. What is wrong
/// is marked in its line, what is right too, and nobody is invited.
async fn addresses_have_rules(tour: &Tour) {
    let browser = &tour.browser;
    tour.invites("", &["Visitor"]).await;
    browser.says(&["Nobody is named"]).await;
    let typed =
        "good@example.org\nandré@example.org\nandre smith@example.org\nandre\nandre@\nNobody <>\ncarla@example.org";
    tour.invites(typed, &["Visitor"]).await;
    browser
        .says(&[
            "Nobody was invited yet",
            "without accented or other non-ASCII letters",
            "An e-mail address has no spaces",
            "expected local-part@domain.example",
            "The part behind the @ is not an internet domain",
            "The e-mail address is empty",
            "This is your own address",
        ])
        .await;
    let wrong = browser.driver.find_all(By::Css("#people-lines .state.bad")).await.expect("marks").len();
    let right = browser.driver.find_all(By::Css("#people-lines .state.good")).await.expect("marks").len();
    assert_eq!((wrong, right), (6, 1));
    tour.invites("good@example.org", &[]).await;
    browser.says(&["No role is chosen; expected at least one."]).await;
    assert!(!tour.has_letter("good@example.org").await, "somebody was invited");
}

/// "Multiple people can be invited at once, up to 10 members."
async fn up_to_ten_at_once(tour: &Tour) {
    let people = |count: usize| (0..count).map(|nth| format!("extra{nth}@example.org")).collect::<Vec<_>>().join("\n");
    tour.invites(&people(11), &["Visitor"]).await;
    tour.browser.says(&["11 people are named", "at most 10", "nobody was invited"]).await;
    assert!(!tour.has_letter("extra0@example.org").await, "somebody was invited");
    tour.invites(&people(10), &["Visitor"]).await;
    tour.browser.says(&["The invitations are on their way."]).await;
    tour.listed(1, &["extra", "Visitor", "Invited"]).await;
    let mut rows = Vec::new();
    for row in tour.browser.driver.find_all(By::Css("main table tbody tr")).await.expect("rows") {
        rows.push(row.text().await.expect("a row"));
    }
    assert_eq!(rows.len(), 11, "{rows:?}");
    assert!(rows[..10].iter().all(|row| row.contains("extra") && row.contains("Invited")), "{rows:?}");
}

/// "If the email already exists in the system, the system will automatically add the email to the application as a member."
async fn whoever_has_an_account_is_a_member(tour: &Tour) {
    tour.invites("Bob Builder <bob@example.org>", &["Editor"]).await;
    tour.browser.says(&["Added member successfully!"]).await;
    let added = tour.listed(1, &[BOB.0, BOB.1, "Editor", "Joined"]).await;
    assert!(says_just_now(&added), "{added}");
    tour.invites("Bob Builder <bob@example.org>", &["Visitor"]).await;
    tour.browser.says(&["Nobody was invited yet", "This address is that of a member of this tenant already."]).await;
}

/// The BECAME MEMBER letter: signed in, one is at the application; signed out, one signs in first and is there then; in another
/// browser one is asked to sign in again.
async fn the_letter_leads_inside(tour: &Tour, first: &Browser, second: &Browser) {
    let opens = async |browser: &Browser| {
        tour.letter(browser, BOB.1, "You are now a member of Harbour Live").await;
        browser.says(&["Your role there is: Editor."]).await;
        follow(browser, "Open Harbour Live").await;
    };
    let is_inside = async |browser: &Browser| {
        browser.arrives(|path| path == tour.welcome()).await;
        browser.says(&["You are a member of Harbour Live", "Your role: Editor."]).await;
    };
    opens(first).await;
    is_inside(first).await;
    first.sign_out(&tour.installation).await;
    opens(first).await;
    first.arrives(|path| path == "/sign-in").await;
    first.sign_in(PASSWORD).await;
    is_inside(first).await;

    opens(second).await;
    second.arrives(|path| path == "/sign-in").await;
}

/// "Home" leads to the product's site. The link by which one goes away works once: whoever comes back to the letter is told so.
async fn its_other_links(tour: &Tour, browser: &Browser) {
    let follows = async |label: &str| {
        tour.letter(browser, BOB.1, "You are now a member of Harbour Live").await;
        follow(browser, label).await;
    };
    follows("Home").await;
    browser.says(&["The harbour's own site"]).await;
    follows("Leave with one click").await;
    browser.says(&["Leave Harbour Live?", BOB.0]).await;
    browser.press("Yes, leave").await;
    browser.says(&["You are not a member any more."]).await;
    follows("Leave with one click").await;
    browser.says(&["The membership that this link is about is over already."]).await;
    tour.opens("/members").await;
    tour.browser.says(&[CARLA.0]).await;
    let listed = tour.browser.words().await;
    assert!(!listed.contains(BOB.1), "{listed}");
}

/// "If the email does not exist in the system, the system will automatically send an invitation", and so on until the person is in.
async fn whoever_has_none_is_invited(tour: &Tour, browser: &Browser) {
    // What all are given is not what she gets.
    tour.invites("Cleo New <cleo@example.org>: Visitor", &["Editor"]).await;
    tour.browser.says(&["The invitation is on its way."]).await;
    let invited = tour.listed(1, &[CLEO.0, CLEO.1, "Visitor", "Invited"]).await;
    assert!(says_just_now(&invited), "{invited}");

    tour.follows_invitation(browser, CLEO.1).await;
    browser.says(&["Join Harbour Live", CARLA.0, CLEO.0, CLEO.1, "Visitor"]).await;
    browser.press("Join now").await;
    browser.arrives(|path| path.ends_with("/register")).await;
    browser.says(&["Create your account", "The invited address."]).await;
    browser.fill("password", "too short").await;
    browser.press_submit().await;
    browser.says(&["shorter than 15 characters"]).await;
    tour.chooses_password(browser, CLEO.1).await;
    browser.says(&["Your role: Visitor."]).await;
    let joined = tour.listed(1, &[CLEO.0, CLEO.1, "Visitor", "Joined"]).await;
    assert!(says_just_now(&joined), "{joined}");

    tour.follows_invitation(browser, CLEO.1).await;
    browser.says(&["You have joined already", "There is nothing left to accept."]).await;
    tour.follows_invitation(&tour.browser, CLEO.1).await;
    tour.browser.says(&["This link was used already"]).await;
}

/// "Account with access to application management": nobody else sees the members, or adds any, whatever address is typed in.
async fn a_visitor_adds_nobody(tour: &Tour, visitor: &Browser) {
    visitor.go(&tour.installation, &tour.welcome()).await;
    visitor.says(&["You are a member of Harbour Live"]).await;
    let words = visitor.words().await;
    for hidden in ["Manage members", "Invite somebody", CARLA.1] {
        assert!(!words.contains(hidden), "{hidden}: {words}");
    }
    for page in ["/members", "/invite"] {
        visitor.go(&tour.installation, &tour.page(page)).await;
        visitor.says(&["You may not do this"]).await;
        let words = visitor.words().await;
        assert!(!words.contains(CARLA.1) && !words.contains("Add people"), "{words}");
    }
}
