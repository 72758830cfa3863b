use std::{
    fs,
    sync::atomic::{AtomicI64, Ordering},
};

use super::*;
use crate::fixture::{head, letter_to, letters};

/// A mailbox in a fresh directory; each message is a second younger than the one before.
fn mailbox() -> (tempfile::TempDir, Mailbox) {
    let directory = tempfile::tempdir().unwrap();
    let seconds = AtomicI64::new(1_795_615_500);
    let clock: Clock =
        Arc::new(move || DateTime::from_timestamp(seconds.fetch_add(1, Ordering::SeqCst), 0).unwrap_or_default());
    let mailbox = Mailbox::open(directory.path().join("mail"), head(), clock).unwrap();
    (directory, mailbox)
}

fn letter(number: u128, to_name: &str) -> Letter {
    Letter { to_name: to_name.to_owned(), ..letter_to("bea@example.org", number) }
}

#[tokio::test]
async fn a_message_is_kept_listed_and_read() {
    let (_directory, mailbox) = mailbox();
    assert_eq!(mailbox.list().await.unwrap(), []);
    for number in 1..=3 {
        let verdict = mailbox.send(&letter(number, &format!("Bea Müller {number}"))).await;
        assert_eq!(verdict, Verdict::Taken("kept in the built-in mailbox".to_owned()));
    }
    let list = mailbox.list().await.unwrap();
    let to: Vec<&str> = list.iter().map(|head| head.to.as_str()).collect();
    assert_eq!(to, [3, 2, 1].map(|number| format!("Bea Müller {number} <bea@example.org>")), "newest first");

    let newest = mailbox.get(&list[0].id).await.unwrap().unwrap();
    assert_eq!(newest.head, list[0]);
    assert_eq!(newest.head.subject, "Ann invites you to join Acme");
    assert_eq!(newest.head.from, "Example Members <no-reply@members.example.net>");
    assert_eq!(newest.head.date, DateTime::from_timestamp(1_795_615_502, 0));
    assert!(newest.text.contains("https://members.example.net/invitation/mbi_"));
    assert!(newest.html.contains("href=\"https://members.example.net/invitation/mbi_"));
    assert!(newest.raw.starts_with(b"Message-ID: <00000000-0000-0000-0000-000000000003@members.example.net>\r\n"));
}

#[tokio::test]
async fn every_kind_of_letter_is_kept() {
    let (_directory, mailbox) = mailbox();
    let named = |what: &str| if what == "tenant" { "Acme".to_owned() } else { "Ann".to_owned() };
    for letter in letters("Bea", named) {
        assert!(matches!(mailbox.send(&letter).await, Verdict::Taken(_)), "{letter:?}");
    }
    let mut subjects: Vec<String> = mailbox.list().await.unwrap().into_iter().map(|head| head.subject).collect();
    subjects.reverse();
    assert_eq!(
        subjects,
        [
            "Ann invites you to join Acme",
            "You are now a member of Acme",
            "You are asked to be the representative administrator of Acme",
            "You are now the representative administrator of Acme",
            "You are no longer the representative administrator of Acme",
            "Choose a new password",
            "Your password cannot be reset by mail",
            "An administrator made a password link for you",
            "Your password was changed",
            "Confirm your e-mail address",
            "Your e-mail address was changed",
            "Your second sign-in step was changed",
            "Your sign-in code",
        ]
    );
}

#[tokio::test]
async fn names_that_are_none_find_nothing() {
    let (directory, mailbox) = mailbox();
    mailbox.send(&letter(1, "Bea")).await;
    fs::write(directory.path().join("secret.eml"), "Subject: secret\r\n\r\n").unwrap();
    let good = mailbox.list().await.unwrap().remove(0).id;
    let climbing = format!("../mail/{good}");
    for id in ["", ".", "..", "../secret", "..%2fsecret", "/etc/passwd", "a\0b", "secret", &climbing, &good[1..]] {
        assert_eq!(mailbox.get(id).await.unwrap(), None, "{id:?}");
    }
    assert!(mailbox.get(&good).await.unwrap().is_some());
}

#[tokio::test]
async fn the_oldest_make_room() {
    let (directory, mailbox) = mailbox();
    let count = shelf::CAPACITY + 3;
    for number in 0..count {
        mailbox.send(&letter(number as u128, &number.to_string())).await;
    }
    let list = mailbox.list().await.unwrap();
    assert_eq!(list.len(), shelf::CAPACITY);
    assert_eq!(list.first().unwrap().to, format!("{} <bea@example.org>", count - 1));
    assert_eq!(list.last().unwrap().to, "3 <bea@example.org>");
    assert_eq!(fs::read_dir(directory.path().join("mail")).unwrap().count(), shelf::CAPACITY);
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;

    let (directory, mailbox) = mailbox();
    mailbox.send(&letter(1, "Bea")).await;
    let mail = directory.path().join("mail");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&mail), 0o700);
    let file = fs::read_dir(&mail).unwrap().next().unwrap().unwrap().path();
    assert_eq!(mode(&file), 0o600);
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_taken() {
    let (directory, mailbox) = mailbox();
    fs::remove_dir_all(directory.path().join("mail")).unwrap();
    let verdict = mailbox.send(&letter(1, "Bea")).await;
    assert!(matches!(&verdict, Verdict::NotNow(words) if words.contains("cannot keep it")), "{verdict:?}");
}

#[tokio::test]
async fn files_of_others_are_left_alone() {
    let (directory, mailbox) = mailbox();
    let stranger = directory.path().join("mail").join("notes.txt");
    fs::write(&stranger, "mine").unwrap();
    mailbox.send(&letter(1, "Bea")).await;
    assert_eq!(mailbox.list().await.unwrap().len(), 1);
    assert!(stranger.exists());
}

#[tokio::test]
async fn a_test_is_kept() {
    let (_directory, mailbox) = mailbox();
    let Letter { id, to, .. } = letter(1, "");
    let verdict = mailbox.test(&TestLetter { id, to }).await;
    assert_eq!(verdict, Verdict::Taken("kept in the built-in mailbox".to_owned()));
    let list = mailbox.list().await.unwrap();
    let heads: Vec<_> = list.iter().map(|head| (head.to.as_str(), head.subject.as_str())).collect();
    assert_eq!(heads, [("bea@example.org", "A test from Example Members")]);
}
