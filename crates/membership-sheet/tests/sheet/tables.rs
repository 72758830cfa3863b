//! What is written reads back as it was, and is never run.

use membership_sheet::{Cell, Column, Format, TableFault, TableWriter, Tone};
use proptest::prelude::*;
use std::fs::File;
use std::io::Read;

use crate::packing::unpacked;
use crate::reading::{read, shown};

const BOTH: [Format; 2] = [Format::Xlsx, Format::Csv];

fn columns(count: usize) -> Vec<Column<'static>> {
    (0..count).map(|_| Column { title: "Title; with, all|\tof them", width_chars: 12 }).collect()
}

fn table(format: Format, rows: &[Vec<&str>]) -> Result<File, TableFault> {
    let mut table = TableWriter::new(format, "Results", &columns(rows.iter().map(Vec::len).max().unwrap_or(1)))?;
    for (row, tone) in rows.iter().zip([Tone::Plain, Tone::Good, Tone::Bad].into_iter().cycle()) {
        table.row(row, tone)?;
    }
    table.finish()
}

fn bytes_of(mut file: File) -> Vec<u8> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    bytes
}

/// What a spreadsheet program may run, and what looks like it.
const DANGEROUS: [&str; 20] = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\0=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    "'=1",
    "''=1",
    "'",
    "''",
    "=HYPERLINK(\"http://x\")",
    "http://example.org",
    "mailto:a@b",
    "=cmd|' /C calc'!A0",
    "12345",
];

/// Proves A83 in part: in a workbook every cell is a typed string, whatever it looks like; none is a formula, a number or a
/// link.
#[test]
fn a_workbook_holds_nothing_but_text() {
    let file = table(Format::Xlsx, &[DANGEROUS.to_vec()]).unwrap();
    let parts = unpacked(&bytes_of(file));
    for (name, content) in &parts {
        let markup = String::from_utf8_lossy(content);
        assert!(
            !markup.contains("<f>") && !markup.contains("<f ") && !markup.contains("hyperlink"),
            "{name}: {markup}"
        );
    }
    let (_, sheet) = parts.iter().find(|(name, _)| name == "xl/worksheets/sheet1.xml").unwrap();
    let sheet = String::from_utf8_lossy(sheet);
    assert_eq!(sheet.matches("<c ").count(), 2 * DANGEROUS.len());
    assert_eq!(sheet.matches(" t=\"inlineStr\">").count(), 2 * DANGEROUS.len());
    assert!(sheet.contains("<autoFilter ref=\"A1:T2\"") && sheet.contains("state=\"frozen\""), "{sheet}");
}

/// Proves A83 in part: in CSV, `'` stands before every field that a program might run.
#[test]
fn csv_disarms_what_begins_like_a_formula() {
    let rows: Vec<Vec<&str>> = DANGEROUS.iter().map(|cell| vec![*cell]).collect();
    let bytes = bytes_of(table(Format::Csv, &rows).unwrap());
    assert!(bytes.starts_with(b"\xEF\xBB\xBF\""), "a byte order mark and quoted titles");
    let mut reader = csv::ReaderBuilder::new().has_headers(true).flexible(true).from_reader(&bytes[3..]);
    let fields: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
    assert_eq!(fields.len(), DANGEROUS.len());
    let runs = ['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'];
    for (field, cell) in fields.iter().zip(DANGEROUS) {
        assert!(!field.starts_with(runs), "{cell:?} was written as {field:?}");
    }
    assert!(String::from_utf8(bytes).unwrap().contains("'=1+1\r\n'+1\r\n"));
}

/// Writes `dangerous.xlsx` and `dangerous.csv` into the folder that `MEMBERSHIP_TEST_OUT` names, to be opened with other
/// programs.
#[test]
#[ignore = "writes files for other programs"]
fn writes_for_other_programs() {
    let folder = std::path::PathBuf::from(std::env::var("MEMBERSHIP_TEST_OUT").unwrap());
    let rows: Vec<Vec<&str>> = DANGEROUS.iter().map(|cell| vec![*cell, "beside"]).collect();
    for format in BOTH {
        let bytes = bytes_of(table(format, &rows).unwrap());
        std::fs::write(folder.join(format!("dangerous.{}", format.extension())), bytes).unwrap();
    }
}

#[test]
fn what_no_workbook_can_hold_is_refused_or_replaced() {
    for format in BOTH {
        let (_, lines) = read(table(format, &[vec!["a\u{1}b\u{FFFF}c\u{1F}"]]).unwrap(), None).unwrap();
        assert_eq!(lines[1].cells[0].text(), Some("a\u{FFFD}b\u{FFFD}c\u{FFFD}"), "{format:?}");
    }
    let longest = "é".repeat(32_767);
    assert_eq!(
        read(table(Format::Xlsx, &[vec![&longest]]).unwrap(), None).unwrap().1[1].cells[0].text(),
        Some(longest.as_str())
    );
    let fault = table(Format::Xlsx, &[vec!["fine"], vec![&"é".repeat(32_768)]]).unwrap_err();
    assert!(matches!(fault, TableFault::CellTooLong { row: 3, .. }), "{fault:?}");
    assert!(matches!(TableWriter::new(Format::Xlsx, "a/b", &columns(1)).unwrap_err(), TableFault::Refused { .. }));
}

/// A text that reading keeps: no white space around it, nothing that markup cannot hold, often dangerous.
fn text() -> impl Strategy<Value = String> {
    let dangerous = prop::sample::select(vec![
        "=", "+", "-", "@", "'", "''", "'=", "＝", "\"", "_x000D_", "_x005F_", "_", "&", "<", "]]>", "",
    ]);
    let inside = prop_oneof![
        "[ -~]{0,12}",
        "\\PC{0,8}",
        prop::collection::vec(
            prop::sample::select(vec![
                "\r", "\n", "\r\n", "\t", ",", ";", "\"", "'", "_x0", "041_", "é", "李", "🦊", "\u{85}"
            ]),
            0..6
        )
        .prop_map(|parts| parts.concat()),
    ];
    (dangerous, inside).prop_map(|(start, rest)| {
        let kept = |c: char| match c {
            '\t' | '\r' | '\n' | '\u{7F}'..='\u{9F}' => true,
            '\u{FFFE}' | '\u{FFFF}' => false,
            c => !c.is_control(),
        };
        let text: String = format!("{start}{rest}").chars().filter(|c| kept(*c)).collect();
        text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}').to_owned()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// Proves A83 in part: what was written comes back the same from both formats, dangerous texts included.
    #[test]
    fn every_text_that_reading_keeps_comes_back(rows in prop::collection::vec(prop::collection::vec(text(), 1..5), 1..6)) {
        for format in BOTH {
            let borrowed: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
            let (_, lines) = read(table(format, &borrowed).unwrap(), None).unwrap();
            let mut expected = Vec::new();
            for (number, row) in (2..).zip(&rows) {
                let cut = row.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
                if cut > 0 {
                    expected.push((number, row[..cut].to_vec()));
                }
            }
            prop_assert_eq!(&shown(&lines[1..]), &expected, "{:?}", format);
            prop_assert!(lines.iter().all(|line| line.cells.iter().all(|cell| matches!(cell, Cell::Text(_)))));
        }
    }
}
