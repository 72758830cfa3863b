//! The list of members: its order, its words, the search in it, and its pages.

use chrono::TimeDelta;
use membership_core::{
    id::InvitationId,
    invitation::{
        Subject,
        invite::{Invite, Invitee, Reach},
    },
    lifecycle::Stage,
    member::{MemberStatus, edit::Changes},
    name::DisplayName,
    role::assign::Wanted,
    tenant::{
        Policy,
        policy::{Tone, Word},
    },
};
use membership_testkit::bed::{Asked, PASSWORD};
use poem::http::StatusCode;

use crate::site::{Answer, Site};

fn order(body: &str, texts: &[&str]) {
    let places: Vec<usize> =
        texts.iter().map(|text| body.find(text).unwrap_or_else(|| panic!("{text}: {body}"))).collect();
    assert!(places.is_sorted(), "{texts:?} do not stand in this order: {places:?}");
}

/// Invites somebody as `role`.
async fn invite(site: &Site, address: &str, role: &str) -> Vec<InvitationId> {
    let assignments = vec![Wanted::role(site.bed.role(role).await.unwrap())];
    let people = vec![Invitee {
        name: "Ann Example".into(),
        reach: Reach::Mail(address.into()),
        assignments,
        departments: Vec::new(),
        language: None,
    }];
    let command = Invite {
        tenant: site.bed.tenant.id,
        people,
        assignments: vec![],
        send: None,
        validity: None,
        departments: Vec::new(),
    };
    let invited = site.bed.membership.invite(&site.bed.as_administrator(), command).await.unwrap();
    invited.into_iter().filter_map(|invited| invited.invitation).map(|invitation| invitation.id).collect()
}

/// The row of the member with this address.
fn row<'a>(page: &'a Answer, address: &str) -> &'a str {
    let rows = page.body.split("<li class=\"row\">");
    rows.into_iter().find(|row| row.contains(address)).unwrap_or_else(|| panic!("{address}: {}", page.body))
}

fn state(row: &str) -> (&str, &str, &str) {
    let from = row.find("<span class=\"state ").unwrap() + "<span class=\"state ".len();
    let (class, rest) = row[from..].split_once("\">").unwrap();
    let (icon, rest) = rest.split_once("</svg>").unwrap();
    let word = rest.split_once("<bdi>").unwrap().1.split_once("</bdi></span>").unwrap().0;
    (class, icon.trim_start(), word)
}

/// Proves APP-27, APP-30 and APP-19 in the list: who was added stands at the top, with address, state and the time of this
/// state: of sending while Invited, of joining when Joined, be it at once.
#[tokio::test]
async fn the_newest_entry_stands_on_top() {
    let site = Site::of_preset("streaming-app").await;
    let root = site.cookie_of("root").await;
    site.bed.stranger("cora@example.org").await.unwrap();
    site.bed.clock.advance(TimeDelta::minutes(30));
    let ann = invite(&site, "ann@example.org", "Editor").await;
    let page = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
    let (class, _, word) = state(row(&page, "ann@example.org"));
    assert_eq!((class, word), ("wait", "Invited"));
    let ann_invited = ["ann@example.org", "datetime=\"2030-01-02T03:34:05Z\"", "The mail is on its way."];
    order(&page.body, &[&ann_invited[..], &["root@example.org"]].concat());

    let path = site.path_of(&site.stored(ann[0]).await);
    site.pages.post(&format!("{path}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
    site.bed.clock.advance(TimeDelta::minutes(30));
    let typed = [("name", "Ann"), ("password", PASSWORD)];
    site.pages.post(&format!("{path}/register"), "", &typed).await.assert(StatusCode::SEE_OTHER);
    site.bed.clock.advance(TimeDelta::hours(1));
    assert_eq!(invite(&site, "cora@example.org", "Visitor").await, []);
    let page = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
    for address in ["ann@example.org", "cora@example.org", "root@example.org"] {
        let (class, _, word) = state(row(&page, address));
        assert_eq!((class, word), ("good", "Joined"), "{address}");
    }
    let cora = ["cora@example.org", "datetime=\"2030-01-02T05:04:05Z\""];
    let ann = ["ann@example.org", "datetime=\"2030-01-02T04:04:05Z\""];
    order(&page.body, &[&cora[..], &ann, &["root@example.org", "datetime=\"2030-01-02T03:04:05Z\""]].concat());
}

/// Proves ACC-7, ACC-8, ACC-9 and ACC-10: READY with an amber icon, ACCEPTED with one that is half amber and half green,
/// COMPLETED with a green one, each with its word beside it.
#[tokio::test]
async fn one_can_follow_how_somebody_comes_in() {
    let site = Site::of_preset("livestream-account").await;
    let root = site.cookie_of("root").await;
    let id = invite(&site, "ann@example.org", "Super Admin").await[0];
    let look = async || {
        let page = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
        let (class, icon, word) = state(row(&page, "ann@example.org"));
        (class.to_owned(), icon.to_owned(), word.to_owned())
    };
    let (class, icon, word) = look().await;
    assert_eq!((class.as_str(), word.as_str()), ("wait", "READY"));
    assert!(icon.contains("class=\"dot\"") && !icon.contains("green"), "{icon}");

    let subject = Subject { tenant: site.bed.tenant.id, invitation: id };
    site.bed.membership.send_invitation(&site.bed.as_administrator(), subject).await.unwrap();
    let path = site.path_of(&site.stored(id).await);
    site.pages.post(&format!("{path}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
    let (class, icon, word) = look().await;
    assert_eq!((class.as_str(), word.as_str()), ("wait", "ACCEPTED"));
    assert!(icon.contains("class=\"amber\"") && icon.contains("class=\"green\""), "{icon}");

    let typed = [("name", "Ann"), ("password", PASSWORD)];
    site.pages.post(&format!("{path}/register"), "", &typed).await.assert(StatusCode::SEE_OTHER);
    let (class, icon, word) = look().await;
    assert_eq!((class.as_str(), word.as_str()), ("good", "COMPLETED"));
    assert!(!icon.contains("amber"), "{icon}");
}

/// Every state has the organisation's own word, and the colour that goes with it.
#[tokio::test]
async fn states_are_words_of_the_organisation() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let reject = async |asked: &Asked| {
        let token = site.bed.token(&asked.invitation);
        site.bed.membership.reject_invitation(&site.bed.as_anybody(), &token).await.unwrap();
    };
    site.bed.join("joined@example.org").await.unwrap();
    site.invite("invited@example.org").await;
    let (accepted, path) = site.invite("accepted@example.org").await;
    site.pages.post(&format!("{path}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
    let (rejected, _) = site.invite("rejected@example.org").await;
    reject(&rejected).await;
    let disabled = site.bed.added("disabled", &["Member"]).await.unwrap().member;
    site.bed.membership.disable_member(&site.bed.as_administrator(), site.bed.target(&disabled)).await.unwrap();
    let page = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
    let said = |address| state(row(&page, address));
    for (address, class, word) in [
        ("joined@example.org", "good", "Enabled"),
        ("invited@example.org", "wait", "Waiting to join"),
        ("accepted@example.org", "wait", "Waiting to join"),
        ("rejected@example.org", "bad", "Rejected"),
        ("<bdi class=\"soft small\">disabled</bdi>", "bad", "Disabled"),
    ] {
        let (found_class, icon, found) = said(address);
        assert_eq!((found_class, found), (class, word), "{address}");
        assert!(icon.starts_with("<svg") && !icon.contains("green"), "{address}: {icon}");
    }
    site.bed.clock.advance(TimeDelta::hours(25));
    assert_eq!(site.stored(accepted.invitation.id).await.stage_at(site.bed.clock.now()), Stage::Expired);
    let root = site.cookie_of("root").await;
    let page = site.pages.get(&site.welcome(), &root).await;
    assert_eq!(state(row(&page, "accepted@example.org")).2, "Expired");
}

/// Proves A77 in part: a hostile word for a state is shown as it is, and does nothing.
#[tokio::test]
async fn hostile_words_are_inert() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let word = Word { word: DisplayName::parse("<img src=x onerror=alert(1)>").unwrap(), tone: Tone::AmberGreen };
    let mut policy: Policy = site.bed.tenant.policy.clone();
    policy.words.member.insert(MemberStatus::Enabled, word);
    let (ctx, tenant) = (site.bed.as_administrator(), site.bed.tenant.id);
    let plan = site.bed.membership.plan_policy(&ctx, tenant, policy.clone()).await.unwrap();
    site.bed.membership.change_policy(&ctx, tenant, policy, plan.hash).await.unwrap();
    let page = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK).assert_lacks(&["<img"]);
    let (class, icon, word) = state(row(&page, "root@example.org"));
    assert_eq!((class, word), ("wait", "&#60;img src=x onerror=alert(1)&#62;"));
    assert!(icon.contains("class=\"amber\"") && icon.contains("class=\"green\""), "{icon}");
}

/// Proves ORG-9 on the page: by name or username, loosely; what was typed stays in the field.
#[tokio::test]
async fn searching() {
    let site = Site::new().await;
    site.bed.join("ann@example.org").await.unwrap();
    let yusuf = site.bed.added("yusuf", &["Member"]).await.unwrap().member;
    let changes = Changes { name: Some("Joseph Adeyemi".into()), ..Changes::default() };
    site.bed.membership.edit_member(&site.bed.as_administrator(), site.bed.target(&yusuf), changes).await.unwrap();
    let root = site.cookie_of("root").await;
    let search = async |q: &str| site.pages.get(&format!("{}?q={q}", site.welcome()), &root).await;
    let all = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
    let form = format!("role=\"search\" method=\"get\" action=\"{}#members\"", site.welcome());
    all.assert_says(&[&form, "name=\"q\" value=\"\""]).assert_lacks(&["Show all members"]);

    for (by, typed) in [("username", "YUSU"), ("name", "adey"), ("both", "yusuf+joseph")] {
        let page = search(typed).await.assert(StatusCode::OK);
        let typed = format!("name=\"q\" value=\"{}\"", typed.replace('+', " "));
        let page = page.assert_says(&["Joseph Adeyemi", &typed, "Who matches", "Show all members"]);
        assert!(!page.body.contains("ann@"), "{by}");
    }
    for typed in ["yusfu", "Jospeh", "adeyeni"] {
        let near = search(typed).await.assert(StatusCode::OK);
        near.assert_says(&["No exact match; these are close:", "Joseph Adeyemi"]).assert_lacks(&["ann@"]);
    }
    for nobody in ["zzzzzz", "%25", "_", "%5C", "%25%25%25%25"] {
        let page = search(nobody).await.assert(StatusCode::OK);
        page.assert_says(&["Nobody matches", "Show all members"]).assert_lacks(&["<li class=\"row\">"]);
    }
    search("%20").await.assert(StatusCode::OK).assert_says(&["Adeyemi", "ann@"]).assert_lacks(&["Show all members"]);
}

/// Proves A90 in part: a query that is too long, or of too many words, is refused in words, and finds nothing.
#[tokio::test]
async fn queries_are_bounded() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    for q in ["x".repeat(257), "a+b+c+d+e+f+g+h+i".to_owned()] {
        let page = site.pages.get(&format!("{}?q={q}", site.welcome()), &root).await;
        let page = page.assert(StatusCode::UNPROCESSABLE_ENTITY).assert_lacks(&["<li class=\"row\">"]);
        page.assert_says(&["id=\"q-fault\"", "aria-describedby=\"q-fault\"", "Show all members"]);
    }
}

#[tokio::test]
async fn hostile_queries_are_inert() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let typed = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%7B%7B7*7%7D%7D";
    let page = site.pages.get(&format!("{}?q={typed}", site.welcome()), &root).await.assert(StatusCode::OK);
    page.assert_lacks(&["<script>alert", ">49<"]).assert_says(&["value=\"&#34;&#62;&#60;script&#62;", "{{7*7}}"]);
}

/// Who may not see the members finds none.
#[tokio::test]
async fn only_who_may_searches() {
    let site = Site::new().await;
    site.bed.define_role("Guest", &["workspace:tasks.view"], &[]).await.unwrap();
    site.bed.added("guest", &["Guest"]).await.unwrap();
    let guest = site.cookie_of("guest").await;
    for query in ["", "?q=root", "?q=root&near=true"] {
        let page = site.pages.get(&format!("{}{query}", site.welcome()), &guest).await.assert(StatusCode::OK);
        page.assert_lacks(&["root@example.org", "role=\"search\"", "Members</h2>"]);
    }
}

/// The address that "Show older entries" leads to.
fn older(page: &Answer) -> String {
    let from = page.body.find("<a class=\"button plain\" href=\"/welcome/").unwrap();
    let href: String = page.body[from + 30..].chars().take_while(|letter| *letter != '"').collect();
    href.trim_end_matches("#members").replace("&amp;", "&")
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    for number in 0..55 {
        site.bed.clock.advance(TimeDelta::milliseconds(1));
        site.invite(&format!("p{number}@example.org")).await;
    }
    let first = site.pages.get(&site.welcome(), &root).await;
    let first = first.assert_says(&["p54@", "Show older entries"]).assert_lacks(&["p4@"]);
    let second = site.pages.get(&older(&first), &root).await.assert_says(&["p4@", "root@"]);
    second.assert_lacks(&["p5@", "Show older entries"]);

    // A search has pages too, and stays the same search on each, whether it is exact or near.
    for (typed, said) in [("Ann+Example%26", "Who matches"), ("Ann+Exbmple%26", "No exact match; these are close:")] {
        let first = site.pages.get(&format!("{}?q={typed}", site.welcome()), &root).await.assert_says(&["p54@", said]);
        let second = site.pages.get(&older(&first), &root).await.assert(StatusCode::OK);
        let second = second.assert_says(&["p4@", said, "Show all members"]);
        let value = format!("name=\"q\" value=\"{}\"", typed.replace('+', " ").replace("%26", "&#38;"));
        second.assert_says(&[&value]).assert_lacks(&["p5@", "root@", "Show older entries"]);
    }
}

/// Proves ORG-19: whoever was handed a link is "waiting to join" until registered, then "enabled".
#[tokio::test]
async fn whoever_has_a_link_waits_to_join() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let command = site.bed.invitation_to("nobody@example.org").await.unwrap();
    let people = vec![site.bed.invitee(Reach::Link(None)).await.unwrap()];
    let invited = site.bed.invite_one(Invite { people, ..command }).await.unwrap();
    let path = site.path_of(&invited.invitation);
    for step in ["", "/accept"] {
        if !step.is_empty() {
            site.pages.post(&format!("{path}{step}"), "", &[]).await.assert(StatusCode::SEE_OTHER);
        }
        let page = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
        assert_eq!(state(row(&page, "Ann Example")).2, "Waiting to join");
    }
    let typed = [("name", "Ann Example"), ("username", "ann"), ("password", PASSWORD)];
    site.pages.post(&format!("{path}/register"), "", &typed).await.assert(StatusCode::SEE_OTHER);
    let page = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
    assert_eq!(state(row(&page, "<bdi class=\"soft small\">ann</bdi>")).2, "Enabled");
}
