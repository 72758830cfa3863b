//! Files that are large and right.

use std::io::{Seek, Write as _};

use membership_sheet::{Column, Format, TableWriter, Tone};

use super::{MEMORY, TIME, answer, ask};
use crate::packing::{Packing, SHEET, STRINGS, pieces};

/// A column for each letter of `titles`.
fn columns(titles: &[&'static str]) -> Vec<Column<'static>> {
    titles.iter().map(|title| Column { title, width_chars: 20 }).collect()
}

const TITLES: [&str; 7] = ["Name", "E-mail", "Role", "Departments", "Phone", "Note", "Result"];

pub(super) fn written(format: Format, rows: u32) -> std::fs::File {
    let mut table = TableWriter::new(format, "People", &columns(&TITLES)).unwrap();
    for row in 0..rows {
        let (name, email) = (format!("Person {row}"), format!("person{row}@example.org"));
        let tone = if row % 2 == 0 { Tone::Good } else { Tone::Bad };
        table.row(&[&name, &email, "Viewer", "Sales;Support", "+49 170 1234567", "a note", "created"], tone).unwrap();
    }
    table.finish().unwrap()
}

fn named(mut file: std::fs::File) -> tempfile::NamedTempFile {
    let mut named = tempfile::NamedTempFile::new().unwrap();
    file.rewind().unwrap();
    std::io::copy(&mut file, &mut named).unwrap();
    named.flush().unwrap();
    named
}

/// Proves ORG-26 in part: 100,000 rows and the header are read, one more is refused, in both formats.
#[test]
fn a_hundred_thousand_rows_are_read_and_not_one_more() {
    for format in [Format::Xlsx, Format::Csv] {
        for (rows, expected) in [(100_000, "100001"), (100_001, "rows-too-many")] {
            let file = named(written(format, rows));
            let answer = answer(file.path(), "");
            println!("{rows} rows of {format:?}: {answer:?}");
            assert_eq!(answer.result, expected, "{format:?}");
            assert!(answer.memory <= MEMORY, "{answer:?}");
        }
    }
}

/// What a person makes by formatting whole columns costs neither rows nor time.
#[test]
fn a_million_formatted_blank_rows_do_not_count() {
    let blank =
        pieces(1_000_000, |at| format!("<row r=\"{row}\" s=\"1\"><c r=\"A{row}\" s=\"1\"/></row>", row = at + 2));
    let header = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c></row>"#;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&Packing::with_rows(&format!("{header}{blank}")).finish()).unwrap();
    let answer = answer(file.path(), "");
    println!("{answer:?}");
    assert_eq!(answer.result, "1");
    assert!(answer.time <= TIME && answer.memory <= MEMORY, "{answer:?}");
}

/// Memory is the same for a thousand rows and for a hundred thousand, and bounded where strings are shared.
#[test]
fn memory_does_not_grow_with_the_rows() {
    let mut peaks = Vec::new();
    for rows in [1_000, 100_000] {
        let inline = named(written(Format::Xlsx, rows));
        peaks.push(answer(inline.path(), "").memory);
        let cells = |row: u32| pieces(3, |at| format!("<c t=\"s\"><v>{}</v></c>", row * 3 + at));
        let sheet = pieces(rows, |row| format!("<row>{}</row>", cells(row)));
        let strings = pieces(rows * 3, |at| format!("<si><t>a shared string, number {at}</t></si>"));
        let packing = Packing::workbook()
            .and(SHEET, format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>").as_bytes())
            .and(STRINGS, format!("<sst>{strings}</sst>").as_bytes());
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&packing.finish()).unwrap();
        let shared = answer(file.path(), "");
        println!(
            "{rows} rows: inline {} KiB, shared {} KiB in {:?}",
            peaks.last().unwrap(),
            shared.memory,
            shared.time
        );
        assert!(shared.memory <= MEMORY, "{shared:?}");
    }
    assert!(peaks[1] <= peaks[0] + 1_024, "{peaks:?} KiB");
}

/// Writing takes no more memory for a hundred thousand rows than for a thousand.
#[test]
fn tables_are_written_in_flat_memory() {
    for format in [Format::Xlsx, Format::Csv] {
        let written = |rows: &str| {
            let settings = [("MEMBERSHIP_TEST_ROWS", rows), ("MEMBERSHIP_TEST_FORMAT", format.extension())];
            ask("timing::writes_what_it_is_asked", settings)
        };
        let (few, many) = (written("1000"), written("100000"));
        println!("{format:?}: {few:?}, {many:?}");
        assert!(many.memory <= few.memory + 2_048, "{format:?}: {few:?}, {many:?}");
    }
}
