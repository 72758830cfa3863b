//! The list of members in the administration: departments, search, filters and pages.

use chrono::TimeDelta;
use membership_core::{
    invitation::invite::{Invite, Invitee, Reach},
    role::assign::Wanted,
};
use poem::http::StatusCode;

use crate::site::{Answer, Site};

fn has(page: &Answer, name: &str) -> bool {
    page.body.contains(&format!("<bdi class=\"cut\">{name}</bdi></a>"))
}

/// The address of the link with this `rel`.
fn link(page: &Answer, rel: &str) -> Option<String> {
    let until = page.body.find(&format!("\" rel=\"{rel}\""))?;
    let from = page.body[..until].rfind("href=\"")? + 6;
    Some(page.body[from..until].replace("&#38;", "&").replace("&amp;", "&"))
}

/// Proves ORG-1: departments on the one side, with how many people each has; choosing one shows who belongs to it, with or without
/// those below.
#[tokio::test]
async fn departments_choose_who_is_listed() {
    let site = Site::new().await;
    let top = site.bed.root().unwrap();
    let sales = site.bed.department("Sales", top).await.unwrap().id;
    let north = site.bed.department("North", sales).await.unwrap().id;
    site.bed.added_to("sally", "Member", &[sales]).await.unwrap();
    site.bed.added_to("norma", "Member", &[north]).await.unwrap();
    let root = site.cookie_of("root").await;
    let all = site.pages.get(&site.at("members"), &root).await.assert(StatusCode::OK);
    let all = all.assert_says(&["Departments</h2>", "title=\"Sales / North\"", "<span class=\"count\">2</span>"]);
    assert!(has(&all, "sally Example") && has(&all, "norma Example") && has(&all, "Root"));

    let at = async |query: String| site.pages.get(&format!("{}?{query}", site.at("members")), &root).await;
    let below = at(format!("department={sales}")).await.assert(StatusCode::OK).assert_says(&["aria-current=\"true\""]);
    assert!(has(&below, "sally Example") && has(&below, "norma Example") && !has(&below, "Root"));
    let direct = at(format!("department={sales}&direct=true")).await.assert_says(&["Sales, without what is below"]);
    assert!(has(&direct, "sally Example") && !has(&direct, "norma Example"));
    for unknown in ["nonsense", "00000000-0000-7000-8000-000000000000"] {
        let page = at(format!("department={unknown}")).await.assert(StatusCode::NOT_FOUND);
        page.assert_says(&["There is no such department", "All members"]);
    }
}

/// Proves ORG-10 on the page: by state, and by what became of the invitation; by role; all of it stands in the address, and each can
/// be taken off by itself.
#[tokio::test]
async fn filters_narrow_the_list() {
    let site = Site::new().await;
    site.bed.added("ann", &["Member"]).await.unwrap();
    let manager = site.bed.manager().await.unwrap().member;
    site.bed.membership.disable_member(&site.bed.as_administrator(), site.bed.target(&manager)).await.unwrap();
    let fay = site.bed.join("fay@example.org").await.unwrap();
    site.bed.membership.begin_email(&site.bed.as_member(&fay)).await.unwrap();
    site.invite("invited@example.org").await;
    let (late, _) = site.invite("declined@example.org").await;
    let token = site.bed.token(&late.invitation);
    site.bed.membership.reject_invitation(&site.bed.as_anybody(), &token).await.unwrap();
    let root = site.cookie_of("root").await;
    let role = site.bed.role("Member manager").await.unwrap();
    for (query, found, not) in [
        ("state=enabled".to_owned(), &["ann", "root@"][..], &["manager", "invited@"][..]),
        ("state=disabled".to_owned(), &["manager"], &["ann", "invited@"]),
        ("state=not-joined".to_owned(), &["invited@", "declined@"], &["manager"]),
        ("state=rejected".to_owned(), &["declined@"], &["invited@"]),
        ("state=invited".to_owned(), &["invited@"], &["declined@"]),
        (format!("role={role}"), &["manager"], &["invited@"]),
        ("mail=waiting".to_owned(), &["invited@"], &["ann", "root@"]),
        ("mail=failed".to_owned(), &[], &["invited@"]),
        ("factor=email".to_owned(), &["fay@"], &["ann", "root@"]),
        ("factor=any&state=enabled".to_owned(), &["fay@"], &["ann"]),
        ("factor=none&state=enabled".to_owned(), &["ann", "root@"], &["fay@"]),
        ("factor=nonsense".to_owned(), &[], &["fay@", "ann"]),
        ("mail=nonsense".to_owned(), &[], &["invited@"]),
        (format!("role={role}&state=enabled"), &[], &["manager", "invited@"]),
        ("role=nonsense".to_owned(), &[], &["manager", "root@"]),
        ("state=nonsense".to_owned(), &[], &["manager", "root@"]),
        ("q=ann&state=enabled".to_owned(), &["ann"], &["manager", "root@"]),
    ] {
        let page = site.pages.get(&format!("{}?{query}", site.at("members")), &root).await.assert(StatusCode::OK);
        let known = |text: &&&str| page.body.contains(&format!("class=\"soft cut known\" title=\"{text}"));
        assert!(found.iter().all(|text| known(&text)), "{query}: {}", page.body);
        assert!(!not.iter().any(|text| known(&text)), "{query}");
        let page = page.assert_says(&[": take this filter off"]);
        if found.is_empty() {
            page.assert_says(&["Nobody is there to whom all of this applies", "Show all members"]);
        }
    }
    // Where it has no column, the second factor stands below the state.
    let fay = site.pages.get(&format!("{}?factor=email", site.at("members")), &root).await;
    fay.assert_says(&[
        "<td class=\"factor\"><span class=\"cut two\">Email Address</span>",
        "soft\">Email Address</span></td>",
    ]);
    let both = site.pages.get(&format!("{}?q=ann&state=enabled", site.at("members")), &root).await;
    let without =
        [format!("href=\"{}?q=ann\"", site.at("members")), format!("href=\"{}?state=enabled\"", site.at("members"))];
    both.assert_says(&[&without[0], &without[1], "value=\"ann\"", "<option value=\"enabled\" selected>"]);
}

/// Proves ORG-9 in the administration: loosely by name or username; bad queries are refused at the field.
#[tokio::test]
async fn searching() {
    let site = Site::new().await;
    site.bed.added("yusuf", &["Member"]).await.unwrap();
    let root = site.cookie_of("root").await;
    let search = async |q: &str| site.pages.get(&format!("{}?q={q}", site.at("members")), &root).await;
    assert!(has(&search("YUSU").await, "yusuf Example"));
    assert!(has(&search("yusfu").await.assert_says(&["No exact match"]), "yusuf Example"));
    search("%25%25").await.assert(StatusCode::OK).assert_says(&["Nobody is found"]);
    let long = search(&"x".repeat(257)).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    long.assert_says(&["id=\"q-fault\"", "aria-describedby=\"q-fault\""]);
    let hostile = search("%22%3E%3Cscript%3Ealert(1)").await.assert(StatusCode::OK);
    hostile.assert_lacks(&["<script>alert"]).assert_says(&["value=\"&#34;&#62;&#60;script&#62;alert(1)\""]);
}

/// Newest first, fifty to a page, forward and back again; the filter stays.
#[tokio::test]
async fn long_lists_come_in_pages() {
    let site = Site::new().await;
    for number in 0..100 {
        site.bed.clock.advance(TimeDelta::milliseconds(1));
        site.invite(&format!("p{number}@example.org")).await;
    }
    let root = site.cookie_of("root").await;
    let first = site.pages.get(&format!("{}?state=invited", site.at("members")), &root).await;
    assert!(link(&first, "prev").is_none());
    let second = site.pages.get(&link(&first, "next").unwrap(), &root).await.assert(StatusCode::OK);
    assert!(second.body.contains("p49@") && second.body.contains("title=\"p0@") && !second.body.contains("p50@"));
    // The second page is full, and it is the last one.
    assert!(link(&second, "next").is_none());
    let back = site.pages.get(&link(&second, "prev").unwrap(), &root).await.assert(StatusCode::OK);
    assert!(back.body.contains("p99@") && !back.body.contains("p49@"));
    let beyond = format!("{}?after={}", site.at("members"), site.bed.member.id);
    site.pages.get(&beyond, &root).await.assert(StatusCode::OK).assert_says(&["There is nobody further down"]);
    let part = site.pages.get(&site.at("members"), &root).await;
    assert!(part.body.len() > 40_000);
}

/// The script gets the list alone: the same list, under the same rules.
#[tokio::test]
async fn the_list_comes_alone_for_the_script() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let name = poem::http::HeaderName::from_static("x-part");
    let part = site.pages.get_as(&site.at("members"), &root, name.clone(), "list").await.assert(StatusCode::OK);
    let part = part.assert_says(&["data-list", "root@example.org"]).assert_lacks(&["<html", "data-tree"]);
    assert!(part.body.trim_start().starts_with("<div class=\"list\""));
    site.pages.get_as(&site.at("members"), "", name, "list").await.assert(StatusCode::SEE_OTHER);
}

/// Proves A77 in part: hostile names of people and departments are shown as they are, and do nothing.
#[tokio::test]
async fn hostile_names_are_inert() {
    let site = Site::new().await;
    let hostile = ["<img src=x onerror=alert(1)>", "\"><script>alert(1)</script>", "' autofocus onfocus='x", "{{7*7}}"];
    let role = site.bed.role("Member").await.unwrap();
    for (row, name) in hostile.into_iter().enumerate() {
        let department = site.bed.department(name, site.bed.root().unwrap()).await.unwrap().id;
        let people = vec![Invitee {
            language: None,
            name: name.into(),
            reach: Reach::Mail(format!("h{row}@example.org")),
            assignments: vec![Wanted::role(role)],
            departments: vec![department],
        }];
        let command = site.bed.invitation_to("nobody@example.org").await.unwrap();
        let invited = site.bed.invite_one(Invite { people, ..command }).await.unwrap();
        let root = site.cookie_of("root").await;
        let member = site.at(format_args!("members/{}", invited.member.id));
        for page in [
            site.at("members"),
            format!("{}?department={department}", site.at("members")),
            site.at(format_args!("departments/{department}")),
            format!("{member}/edit"),
            format!("{member}/revoke"),
            member,
        ] {
            let page = site.pages.get(&page, &root).await.assert(StatusCode::OK);
            page.assert_lacks(&["<img", "<script>", " onfocus='", ">49<"]);
        }
    }
}

/// Whoever reads members for some departments sees those, and of the others neither people nor
/// numbers.
#[tokio::test]
async fn the_head_of_a_department_sees_its_part() {
    let site = Site::new().await;
    let top = site.bed.root().unwrap();
    let sales = site.bed.department("Sales", top).await.unwrap().id;
    let legal = site.bed.department("Legal", top).await.unwrap().id;
    site.bed.added_to("sally", "Member", &[sales]).await.unwrap();
    let larry = site.bed.added_to("larry", "Member", &[legal]).await.unwrap();
    let both = site.bed.added_to("bob", "Member", &[sales, legal]).await.unwrap();
    site.bed.define_role("Guest", &["workspace:tasks.view"], &[]).await.unwrap();
    let head = site.bed.added("head", &["Guest"]).await.unwrap().member;
    let manager = Wanted { within: Some(sales), ..Wanted::role(site.bed.role("Member manager").await.unwrap()) };
    let guest = Wanted::role(site.bed.role("Guest").await.unwrap());
    let changes =
        membership_core::member::edit::Changes { assignments: Some(vec![guest, manager]), ..Default::default() };
    site.bed.membership.edit_member(&site.bed.as_administrator(), site.bed.target(&head), changes).await.unwrap();
    let cookie = site.cookie_of("head").await;
    let page = site.pages.get(&site.at("members"), &cookie).await.assert(StatusCode::OK);
    let page = page.assert_lacks(&["larry", "Legal", "Everybody</span><span"]).assert_says(&["Sales"]);
    assert!(has(&page, "sally Example") && has(&page, "bob Example"));
    let legal_only = format!("{}?department={legal}", site.at("members"));
    let unseen = site.pages.get(&legal_only, &cookie).await.assert(StatusCode::NOT_FOUND);
    unseen.assert_lacks(&["larry", "bob", "Legal"]);
    let whole = site.pages.get(&format!("{}?department={top}", site.at("members")), &cookie).await;
    assert!(has(&whole.assert(StatusCode::OK), "bob Example"));
    let exactly = format!("{}?department={top}&direct=true", site.at("members"));
    site.pages.get(&exactly, &cookie).await.assert(StatusCode::NOT_FOUND);
    for path in ["", "/edit", "/disable"] {
        let unseen = site.at(format_args!("members/{}{path}", larry.id));
        site.pages.get(&unseen, &cookie).await.assert(StatusCode::NOT_FOUND).assert_lacks(&["larry"]);
    }
    // Somebody who belongs elsewhere too is seen, and not changed.
    let shared = site.at(format_args!("members/{}", both.id));
    site.pages.get(&shared, &cookie).await.assert(StatusCode::OK).assert_lacks(&["/edit\"", "Legal"]);
    site.pages.post(&format!("{shared}/disable"), &cookie, &[("yes", "yes")]).await.assert(StatusCode::FORBIDDEN);
}
