//! The audit: in words, filtered by what stands in the address, page by page, and as a file.

use membership_core::{
    directory::{RecordFilter, RecordOrder},
    member::edit::Changes,
};
use poem::http::StatusCode;

use crate::site::Site;

/// Each record is told in words, with how it was and how it is; a hostile name stays text.
#[tokio::test]
async fn records_in_words() {
    let site = Site::new().await;
    let ann = site.bed.added("ann", &["Member"]).await.unwrap().member;
    let changes = Changes { name: Some("<script>Ann</script>".into()), ..Changes::default() };
    site.bed.membership.edit_member(&site.bed.as_administrator(), site.bed.target(&ann), changes).await.unwrap();
    let root = site.cookie_of("root").await;
    let page = site.pages.get(&site.at("audit"), &root).await.assert(StatusCode::OK);
    page.assert_says(&[
        "<b>Changed a member</b> <bdi class=\"subject\">&#60;script&#62;Ann&#60;/script&#62;</bdi>",
        "<td><bdi>ann Example</bdi></td><td><bdi>&#60;script&#62;Ann&#60;/script&#62;</bdi></td>",
        "<b>Added with a temporary password</b>",
        "<bdi>you</bdi>",
        &format!("audit?about={}", ann.id),
    ])
    .assert_lacks(&["<script>Ann"]);
}

/// What, who, about whom, from and to: each alone, and what cannot be meant is said.
#[tokio::test]
async fn filters() {
    let site = Site::new().await;
    let manager = site.bed.manager().await.unwrap();
    let ann = site.bed.added("ann", &["Member"]).await.unwrap().member;
    let ctx = site.bed.as_account(&site.bed.account(manager.member.account().unwrap()).await.unwrap());
    site.bed.membership.disable_member(&ctx, site.bed.target(&ann)).await.unwrap();
    let root = site.cookie_of("root").await;
    let get = async |query: &str| {
        let page = site.pages.get(&site.at(format_args!("audit?{query}")), &root).await.assert(StatusCode::OK);
        (page.body.matches("<li id=\"r").count(), page)
    };
    let (one, page) = get("what=member.disabled").await;
    assert_eq!(one, 1);
    page.assert_says(&["<b>Disabled</b>", "<bdi>manager Example</bdi>"]);
    // Whoever administers nothing any more is called by name all the same.
    let heirs = membership_core::member::remove::Heirs::default();
    site.bed
        .membership
        .remove_member(&site.bed.as_administrator(), site.bed.target(&manager.member), heirs)
        .await
        .unwrap();
    let (_, page) = get("what=member.disabled").await;
    page.assert_says(&["<bdi>manager Example</bdi>"]).assert_lacks(&["somebody else"]);
    let (all, _) = get("").await;
    let (members, _) = get("what=member").await;
    assert!(members > one && members < all, "{members} of {all}");
    assert_eq!(get(&format!("who={}", manager.member.id)).await.0, 1);
    assert_eq!(get("who=me&what=member.disabled").await.0, 0);
    get("who=me").await.1.assert_says(&["By <bdi><b>you</b></bdi>", "?who=me\">All by the same</a>"]);
    // Whoever is asked for by the account's identifier is told by name.
    let account = manager.member.account().unwrap();
    let (one, page) = get(&format!("who=account%3A{account}")).await;
    assert_eq!(one, 1);
    page.assert_says(&["By <bdi><b>manager Example</b></bdi>"]);
    let (about, page) = get("about=ann").await;
    assert_eq!(about, get(&format!("about={}", ann.id)).await.0);
    assert!(about >= 2, "{about}");
    page.assert_says(&["About <bdi><b>ann Example</b></bdi>"]);
    let today = site.bed.clock.now().format("%Y-%m-%d").to_string();
    assert_eq!(get(&format!("from={today}&to={today}")).await.0, all);
    assert_eq!(get("to=2001-01-01").await.0, 0);
    let (none, page) = get("from=%3Cscript%3E").await;
    assert_eq!(none, 0);
    page.assert_says(&["is no day", "role=\"alert\""]).assert_lacks(&["<script>\""]);
    // Several who could be meant are offered.
    let (none, page) = get("about=example").await;
    assert_eq!(none, 0);
    page.assert_says(&["Who is meant by", "<bdi>ann Example</bdi>", &format!("audit?about={}", ann.id)]);
    assert_eq!(get("who=nobody-at-all").await.0, 0);
}

/// Page by page down to the first record and back, with none twice and none left out.
#[tokio::test]
async fn page_by_page() {
    let site = Site::new().await;
    for number in 0..120 {
        site.bed.department(&format!("D{number}"), site.bed.root().unwrap()).await.unwrap();
    }
    let root = site.cookie_of("root").await;
    let (mut path, mut seen, mut pages) = (site.at("audit?what=department"), Vec::new(), 0);
    let link = |body: &str, rel: &str| {
        let (before, _) = body.split_once(&format!("\" rel=\"{rel}\""))?;
        before.rsplit_once("href=\"").map(|(_, href)| href.replace("&#38;", "&").replace("&amp;", "&"))
    };
    loop {
        let page = site.pages.get(&path, &root).await.assert(StatusCode::OK);
        let found =
            page.body.split("<li id=\"r").skip(1).map(|rest| rest.split('"').next().unwrap().parse::<u64>().unwrap());
        seen.extend(found);
        pages += 1;
        let Some(next) = link(&page.body, "next") else {
            let newer = site.pages.get(&link(&page.body, "prev").unwrap(), &root).await.assert(StatusCode::OK);
            assert!(newer.body.contains(&format!("<li id=\"r{}\"", seen[50])));
            break;
        };
        path = next;
    }
    assert_eq!((pages, seen.len()), (3, 120));
    assert!(seen.is_sorted_by(|newer, older| newer > older), "{seen:?}");
}

/// The file holds what is filtered, all of it and nothing else, and each record as it was written down.
#[tokio::test]
async fn as_a_file() {
    let site = Site::new().await;
    for number in 0..450 {
        site.bed.department(&format!("D{number} \"=1+1\""), site.bed.root().unwrap()).await.unwrap();
    }
    let root = site.cookie_of("root").await;
    let (ctx, tenant) = (site.bed.as_administrator(), site.bed.tenant.id);
    let all = RecordFilter::default();
    let newest = site.bed.membership.audit(&ctx, tenant, &all, RecordOrder::Before(None), 1).await.unwrap().remove(0);
    let file = site.pages.get(&site.at("audit/export.jsonl?what=department"), &root).await.assert(StatusCode::OK);
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"audit.jsonl\"");
    let lines: Vec<serde_json::Value> = file.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 450);
    assert_eq!(lines[0]["revision"], newest.revision);
    assert_eq!(lines[0]["body"].to_string().len(), newest.body.len(), "the same, in whatever order");
    assert_eq!(lines[0]["hash"].as_str().unwrap().len(), 64);
    assert!(lines.iter().all(|line| line["name"] == "department.created"));

    let file = site.pages.get(&site.at("audit/export.csv?what=department.created"), &root).await.assert(StatusCode::OK);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.body.matches("\r\n").count(), 451);
    let quoted = format!("\"{}\"\r\n", newest.body.replace('"', "\"\""));
    assert!(file.body.contains(&quoted));
    // No cell begins with what a spreadsheet calculates.
    assert!(!file.body.contains(",=") && !file.body.contains(",\"="));
    let none = site.pages.get(&site.at("audit/export.csv?who=nobody-at-all"), &root).await.assert(StatusCode::OK);
    assert_eq!(none.body.lines().count(), 1);
}

/// Whoever may not read the audit has no link to it, and is refused: the page and the files.
#[tokio::test]
async fn who_may_not_read_it() {
    let site = Site::new().await;
    site.bed.added("ann", &["Member"]).await.unwrap();
    let ann = site.cookie_of("ann").await;
    let roles = site.pages.get(&site.at("roles"), &ann).await.assert(StatusCode::OK);
    roles.assert_lacks(&[&format!("href=\"{}\"", site.at("audit"))]);
    for rest in ["audit", "audit?about=root", "audit/export.csv", "audit/export.jsonl?what=member"] {
        let refused = site.pages.get(&site.at(rest), &ann).await.assert(StatusCode::FORBIDDEN);
        refused.assert_says(&["You may not do this", "membership:audit.read"]).assert_lacks(&["Root"]);
    }
    site.pages
        .get(&site.at("audit/export.csv"), "")
        .await
        .assert_leads_to(&format!("/sign-in?next={}", site.at("audit")));
}
