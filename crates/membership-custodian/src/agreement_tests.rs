use super::*;

fn read(body: &str) -> Result<Vec<Holding>, String> {
    holdings(body.as_bytes()).map_err(|fault| fault.to_string())
}

fn one(kind: &str, name: &str, count: &str) -> Result<Vec<Holding>, String> {
    read(&format!(r#"{{"holdings": [{{"kind": "{kind}", "name": "{name}", "count": {count}}}]}}"#))
}

fn kinds(number: usize) -> String {
    let each: Vec<String> =
        (0..number).map(|index| format!(r#"{{"kind": "k{index}", "name": "K", "count": 1}}"#)).collect();
    format!(r#"{{"holdings": [{}]}}"#, each.join(", "))
}

#[test]
fn what_is_as_agreed_is_taken() {
    let longest = "k".repeat(64);
    for (kind, name, count) in [
        ("recordings", "Recordings", "1"),
        ("video:cam_1.v-2", "Kameras für Außen", "12"),
        (longest.as_str(), "ü".repeat(100).as_str(), "9007199254740991"),
    ] {
        let expected = Holding { kind: kind.to_owned(), name: name.to_owned(), count: count.parse().unwrap() };
        assert_eq!(one(kind, name, count), Ok(vec![expected]), "{kind}");
    }
    assert_eq!(read(r#"{"holdings": []}"#), Ok(Vec::new()));
    assert_eq!(read(&kinds(64)).map(|holdings| holdings.len()), Ok(64));
}

#[test]
fn fields_that_are_added_later_do_no_harm() {
    let body = r#"{"as_of": 3, "holdings": [{"kind": "a", "name": " A ", "count": 2, "size": "2 GB"}]}"#;
    let expected = Holding { kind: "a".to_owned(), name: "A".to_owned(), count: 2 };
    assert_eq!(read(body), Ok(vec![expected]));
}

#[test]
fn kinds_that_could_be_mistaken_are_refused() {
    let long = "k".repeat(65);
    for kind in ["", "a b", "a/b", "../a", "ä", "a\\n", "<b>", "a\\u0000", long.as_str()] {
        let words = one(kind, "A", "1").unwrap_err();
        assert!(words.starts_with("its answer is not as agreed: holding 1: its kind is not 1 to 64 of"), "{words}");
    }
    let twice = r#"{"holdings": [{"kind": "a", "name": "A", "count": 1}, {"kind": "a", "name": "B", "count": 2}]}"#;
    assert_eq!(read(twice), Err("its answer is not as agreed: the kind a stands there twice".to_owned()));
    assert_eq!(read(&kinds(65)), Err("its answer is not as agreed: 65 kinds, and 64 are the most".to_owned()));
}

#[test]
fn names_that_nobody_can_read_are_refused() {
    for name in ["", "  ", "a\\nb", "a\\u001b[2J", "n".repeat(101).as_str()] {
        let words = one("a", name, "1").unwrap_err();
        assert_eq!(words, "its answer is not as agreed: holding 1: the name of a is not 1 to 100 letters on one line");
    }
}

#[test]
fn counts_that_cannot_be_are_refused() {
    for count in ["0", "9007199254740992", "18446744073709551615"] {
        let words = one("a", "A", count).unwrap_err();
        assert!(words.ends_with("the count of a is not 1 to 9007199254740991"), "{words}");
    }
    for count in ["-1", "1.5", "\"1\"", "null", "1e3", "18446744073709551616"] {
        let words = one("a", "A", count).unwrap_err();
        assert!(words.contains("not the fields that were agreed (line 1, column "), "{count}: {words}");
    }
}

#[test]
fn what_is_not_the_agreed_json_is_refused_without_quoting_it() {
    for body in [
        "",
        "private",
        "[\"private\"]",
        "\"private\"",
        r#"{"private": 1}"#,
        r#"{"holdings": "private"}"#,
        r#"{"holdings": [{"kind": "private", "name": "private"}]}"#,
        r#"{"holdings": [], "holdings": ["private"]}"#,
        r#"{"holdings": []} private"#,
        r#"{"holdings": [{"kind": "a", "name": "private", "count": "private"}]}"#,
    ] {
        let words = read(body).unwrap_err();
        assert!(words.starts_with("its answer is not as agreed: not "), "{body}: {words}");
        assert!(!words.contains("private"), "{body}: {words}");
    }
}
