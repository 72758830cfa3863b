//! The built-in mailbox.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::DateTime;
use membership_console::{Letter, Letters};
use membership_testkit::Bed;
use poem::http::{StatusCode, header};

use crate::site::{Pages, Site};

struct Two(Vec<Letter>);

#[async_trait]
impl Letters for Two {
    async fn list(&self) -> Vec<Letter> {
        self.0.clone()
    }

    async fn get(&self, id: &str) -> Option<Letter> {
        self.0.iter().find(|letter| letter.id == id).cloned()
    }
}

fn letter(id: &str, html: Option<&str>) -> Letter {
    Letter {
        id: id.into(),
        to: "ann@example.org".into(),
        subject: "<img src=x onerror=alert(1)>".into(),
        at: DateTime::from_timestamp(1_893_553_445, 0).unwrap(),
        text: "Join:\nhttps://members.example.org/invitation/mbi_x\njavascript:alert(1) <b>".into(),
        html: html.map(str::to_owned),
    }
}

async fn pages() -> Pages {
    let bed = Bed::new().await.unwrap();
    let html = "<!doctype html><script>alert(1)</script><a href=\"https://members.example.org/\">Join</a>";
    Pages::of(&bed.membership, &bed.clock, Some(Arc::new(Two(vec![letter("b", Some(html)), letter("a", None)]))))
}

#[tokio::test]
async fn letters_can_be_read() {
    let pages = pages().await;
    let list = pages.get("/mailbox", "").await.assert(StatusCode::OK);
    let list =
        list.assert_says(&["href=\"/mailbox/b\"", "href=\"/mailbox/a\"", "ann@example.org"]).assert_lacks(&["<img"]);
    assert!(list.body.find("/mailbox/b") < list.body.find("/mailbox/a"));

    let read = pages.get("/mailbox/b", "").await.assert(StatusCode::OK);
    assert!(read.header("content-security-policy").ends_with("; frame-src 'self'"));
    let link = "https://members.example.org/invitation/mbi_x";
    read.assert_says(&["src=\"/mailbox/b/html\"", "sandbox=\"", &format!("<a href=\"{link}\">{link}</a>")])
        .assert_lacks(&["<img", "<b>", "href=\"javascript:"]);
    pages.get("/mailbox/a", "").await.assert(StatusCode::OK).assert_lacks(&["<iframe"]);
}

/// A name that somebody made to lead to this machine opens no mailbox.
#[tokio::test]
async fn a_foreign_name_reads_no_letters() {
    for path in ["/mailbox", "/mailbox/b", "/mailbox/b/html"] {
        for host in ["evil.example", "members.example.org.evil.example", "members.example.org:1", ""] {
            pages().await.get_with(path, header::HOST, host).await.assert(StatusCode::NOT_FOUND);
        }
    }
}

/// Proves A77 in part: a letter's HTML runs no script, and its links lead out of the frame.
#[tokio::test]
async fn a_letter_is_locked_in() {
    let html = pages().await.get("/mailbox/b/html", "").await.assert(StatusCode::OK);
    let policy = html.header("content-security-policy").to_owned();
    for part in ["sandbox allow-popups", "default-src 'none'", "base-uri 'none'", "form-action 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("allow-scripts") && !policy.contains("script-src"), "{policy}");
    html.assert_says(&["<base target=\"_top\">"]);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let pages = pages().await;
    for path in ["/mailbox/c", "/mailbox/c/html", "/mailbox/a/html"] {
        pages.get(path, "").await.assert(StatusCode::NOT_FOUND).assert_says(&["There is no such page"]);
    }
    let without = Site::new().await;
    without.pages.get("/mailbox", "").await.assert(StatusCode::NOT_FOUND);
}
