use std::io::{Seek as _, Write as _};

use super::*;

fn upload(text: &str) -> Upload {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.rewind().unwrap();
    Upload { file, name: "people.csv".into(), media: None }
}

/// The header comes alone, the rest in blocks of whatever size is asked for, and the end once and for all.
#[tokio::test]
async fn lines_come_as_many_as_are_asked_for() {
    let text = (0..1_700).fold("Name\n".to_owned(), |text, n| format!("{text}Person {n}\n"));
    let mut rows = SheetRows::of(upload(&text)).await;
    assert_eq!(rows.next(1).await.unwrap(), [import::Line { number: 1, cells: vec!["Name".into()] }]);
    let mut lengths = Vec::new();
    let mut last = 1;
    loop {
        let lines = rows.next(1_000).await.unwrap();
        lengths.push(lines.len());
        for line in &lines {
            assert_eq!(line.number, last + 1);
            last = line.number;
        }
        if lines.is_empty() {
            break;
        }
    }
    assert_eq!(lengths, [1_000, 700, 0]);
    assert_eq!(rows.next(1).await.unwrap(), []);
}

/// Long lines come fewer at a time, and none is lost: what is in memory at once does not depend on what is in the cells.
#[tokio::test]
async fn long_lines_come_fewer_at_a_time() {
    let long = "x".repeat(20_000);
    let text = (0..300).fold("Name\n".to_owned(), |text, n| text + &format!("{long} {n}\n"));
    let mut rows = SheetRows::of(upload(&text)).await;
    rows.next(1).await.unwrap();
    let mut lines = 0;
    loop {
        let some = rows.next(1_000).await.unwrap();
        if some.is_empty() {
            break;
        }
        let text: usize = some.iter().flat_map(|line| &line.cells).map(String::len).sum();
        assert!(text <= MOST_TEXT + BLOCK_TEXT + 2 * long.len(), "{text}");
        lines += some.len();
    }
    assert_eq!(lines, 300);
}

/// A fault comes after the lines before it, and is never taken for the end.
#[tokio::test]
async fn a_fault_is_not_the_end() {
    let mut rows = SheetRows::of(upload("Name\nAnn\n\"Bob\n")).await;
    let mut found = rows.next(1).await;
    for _ in 0..3 {
        if found.is_err() {
            break;
        }
        found = rows.next(1_000).await;
    }
    assert!(matches!(found, Err(Unreadable::Damaged { .. })), "{found:?}");
    assert!(rows.next(1).await.is_err(), "nor is it after that");
}

/// Whoever does not want the rest any more makes room for the next.
#[tokio::test]
async fn a_reader_that_nobody_listens_to_ends() {
    let text = (0..50_000).fold("Name\n".to_owned(), |text, n| text + &format!("Person {n}\n"));
    for _ in 0..20 {
        let mut rows = SheetRows::of(upload(&text)).await;
        assert_eq!(rows.next(1).await.unwrap().len(), 1);
    }
    let _all = READERS.acquire_many(4).await.unwrap();
}
