//! Text in all the forms that programs and people write.

use proptest::prelude::*;

use crate::reading::{read, shown, upload};

fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
    shown(&read(upload(text.as_bytes()), None).unwrap().1)
}

fn owned(rows: &[(u32, &[&str])]) -> Vec<(u32, Vec<String>)> {
    rows.iter().map(|(number, cells)| (*number, cells.iter().map(|cell| (*cell).to_owned()).collect())).collect()
}

#[test]
fn fields_quotes_and_line_breaks() {
    for (text, expected) in [
        ("a,b\r\n1,2\r\n", &[(1, &["a", "b"][..]), (2, &["1", "2"])][..]),
        ("a,b\n\n \n,,\n1,2", &[(1, &["a", "b"]), (5, &["1", "2"])]),
        ("a\r\rb\r", &[(1, &["a"]), (3, &["b"])]),
        ("\"a\r\nb\",c\r\nd", &[(1, &["a\r\nb", "c"]), (2, &["d"])]),
        ("\"say \"\"hi\"\"\",x\n5\" disk,y", &[(1, &["say \"hi\"", "x"]), (2, &["5\" disk", "y"])]),
        ("\"a\"b,c\n", &[(1, &["ab", "c"])]),
        ("a,b,c\nd\ne,f,g,h\n", &[(1, &["a", "b", "c"]), (2, &["d"]), (3, &["e", "f", "g", "h"])]),
        ("sep=|\na|b,c\n", &[(2, &["a", "b,c"])]),
        ("  a ;\u{a0}b\u{a0};;\n", &[(1, &["a", "b"])]),
        ("'=1,''=1,'x,'\n", &[(1, &["=1", "'=1", "'x", "'"])]),
        ("\u{FEFF}a,b", &[(1, &["a", "b"])]),
        ("a,\"\"\n\"\",b", &[(1, &["a"]), (2, &["", "b"])]),
    ] {
        assert_eq!(rows(text), owned(expected), "{text:?}");
    }
}

/// What lies across two pieces of decoded text reads as if it did not.
#[test]
fn a_long_text_reads_the_same_at_every_boundary() {
    for shift in 0..8 {
        let long = "x".repeat(30_000);
        let text = format!("{}name,note\r\n\"{long}é\"\"李\",\"{long}\r\n🦊\"\r\n{long},'=1\r\n", " ".repeat(shift));
        let found = rows(&text);
        assert_eq!(found[1].1, [format!("{long}é\"李"), format!("{long}\r\n🦊")]);
        assert_eq!(found[2], (3, vec![long, "=1".to_owned()]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// Another reader finds the same fields in any text whose quotes are closed.
    #[test]
    fn another_reader_finds_the_same_fields(text in "[ab,\"\n\r ]{0,40}") {
        let Ok((_, lines)) = read(upload(text.as_bytes()), Some("text/csv")) else { return Ok(()) };
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut theirs = Vec::new();
        for record in reader.records() {
            let mut cells: Vec<String> = record.unwrap().iter().map(|field| field.trim().to_owned()).collect();
            cells.truncate(cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1));
            if !cells.is_empty() {
                theirs.push(cells);
            }
        }
        let ours: Vec<Vec<String>> = shown(&lines).into_iter().map(|(_, cells)| cells).collect();
        prop_assert_eq!(ours, theirs);
    }
}
