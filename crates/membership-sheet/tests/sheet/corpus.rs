//! What other programs write reads the same from all of them.

use std::fs::File;
use std::io::BufReader;

use calamine::{DataRef, Reader, Xlsx};
use membership_sheet::{Container, Line};

use crate::reading::{corpus, read, shown};

/// The rows of every `list*` file: see `corpus/make.py`.
fn list() -> Vec<(u32, Vec<&'static str>)> {
    vec![
        (1, vec!["Name", "E-mail", "Employee no.", "Joined", "Active", "Departments", "Note"]),
        (2, vec!["Zoë Müller", "zoe@example.org", "12345", "2024-02-03", "TRUE", "Sales;Support", "two\nlines"]),
        (3, vec!["李雷", "li@example.org", "00042", "2023-12-31", "FALSE", "", "=1+1"]),
        (5, vec!["O'Hara \"Bo\" <x> & y", "bo@example.org", "0.1", "", "", "", "spaces around"]),
        (6, vec!["Борис", "boris@example.org", "491701234567", "", "", "Operations", "#N/A"]),
        (7, vec!["🦊 Fox", "fox@example.org", "", "", "", "Operations", "under_x"]),
    ]
}

fn owned(rows: Vec<(u32, Vec<&str>)>) -> Vec<(u32, Vec<String>)> {
    rows.into_iter().map(|(number, cells)| (number, cells.into_iter().map(str::to_owned).collect())).collect()
}

fn lines_of(name: &str, media: Option<&str>) -> (Container, Vec<Line>) {
    let (description, lines) =
        read(File::open(corpus().join(name)).unwrap(), media).unwrap_or_else(|fault| panic!("{name}: {fault:?}"));
    (description.container, lines)
}

/// Proves ORG-27 in part: workbooks of five programs' habits hold the same
/// rows, with dates, numbers where text is meant, merged cells, hidden sheets, and formatted blank rows below.
#[test]
fn a_list_reads_the_same_whoever_wrote_it() {
    let workbook = |sheet: &str| Container::Workbook { sheet: sheet.to_owned() };
    let csv = |delimiter, encoding| Container::Csv { delimiter, encoding };
    for (name, container) in [
        ("list-openpyxl.xlsx", workbook("People")),
        ("list-libreoffice.xlsx", workbook("People")),
        ("list-xlsxwriter.xlsx", workbook("Members")),
        ("list-like-excel.xlsx", workbook("people")),
        ("list-like-google.xlsx", workbook("Лист 1")),
        ("list-bare.xlsx", workbook("A")),
        ("list-utf-8.csv", csv(',', "UTF-8")),
        ("list-utf-8-mark.csv", csv(';', "UTF-8")),
        ("list-utf-16le.csv", csv('\t', "UTF-16LE")),
        ("list-utf-16be.csv", csv('|', "UTF-16BE")),
        ("list-return.csv", csv(',', "UTF-8")),
    ] {
        let (found, lines) = lines_of(name, None);
        assert_eq!(shown(&lines), owned(list()), "{name}");
        assert_eq!(found, container, "{name}");
    }
}

#[test]
fn formulas_count_by_their_results_and_errors_are_told_apart_from_text() {
    let results = owned(vec![(1, vec!["Text", "Number", "Error", "Truth"]), (2, vec!["ab", "42", "!#N/A", "TRUE"])]);
    for name in ["formulas-xlsxwriter.xlsx", "formulas-libreoffice.xlsx"] {
        assert_eq!(shown(&lines_of(name, None).1), results, "{name}");
    }
    // Saved by a program that does not calculate: an error in the cell, not an empty cell.
    let lines = lines_of("formulas-openpyxl.xlsx", None).1;
    assert_eq!(shown(&lines)[1].1, ["!#NOT CALCULATED!"; 4]);
}

#[test]
fn a_declared_charset_counts_where_the_bytes_leave_it_open() {
    for (name, media, encoding, person) in [
        ("people-windows-1251.csv", Some("text/csv; charset=windows-1251"), "windows-1251", "Борис"),
        ("people-windows-1252.csv", None, "windows-1252", "Zoë – “Zo”"),
        ("people-shift-jis.csv", Some("text/csv; charset=Shift_JIS"), "Shift_JIS", "山田"),
        ("people-iso-2022-jp.csv", Some("text/csv; charset=iso-2022-jp"), "ISO-2022-JP", "山田"),
        // The bytes are UTF-8, whatever is said.
        ("list-utf-8.csv", Some("text/csv; charset=windows-1251"), "UTF-8", "Zoë Müller"),
        ("list-utf-8.csv", Some("application/vnd.ms-excel"), "UTF-8", "Zoë Müller"),
    ] {
        let (container, lines) = lines_of(name, media);
        assert!(
            matches!(container, Container::Csv { encoding: found, .. } if found == encoding),
            "{name}: {container:?}"
        );
        assert_eq!(lines[1].cells[0].text(), Some(person), "{name}");
    }
}

#[test]
fn a_charset_that_does_not_fit_is_refused_rather_than_guessed() {
    let cyrillic = || File::open(corpus().join("people-windows-1251.csv")).unwrap();
    assert_eq!(read(cyrillic(), Some("text/csv; charset=klingon")).unwrap_err().code(), "csv-charset-unknown");
    assert_eq!(read(cyrillic(), Some("text/csv; charset=utf-8")).unwrap_err().code(), "csv-misencoded");
    assert_eq!(read(cyrillic(), Some("text/csv; charset=Shift_JIS")).unwrap_err().code(), "csv-misencoded");
}

/// Every text and number that another reader of workbooks finds in the sheet is found here, in the same cell.
#[test]
fn another_reader_finds_the_same_cells() {
    for (name, sheet) in [
        ("list-openpyxl.xlsx", "People"),
        ("list-libreoffice.xlsx", "People"),
        ("list-xlsxwriter.xlsx", "Members"),
        ("list-like-excel.xlsx", "people"),
        ("list-like-google.xlsx", "Лист 1"),
        ("list-bare.xlsx", "A"),
        ("formulas-libreoffice.xlsx", "Sheet"),
    ] {
        let lines = lines_of(name, None).1;
        let mut book: Xlsx<_> = Xlsx::new(BufReader::new(File::open(corpus().join(name)).unwrap())).unwrap();
        let mut cells = book.worksheet_cells_reader(sheet).unwrap();
        let mut compared = 0;
        while let Some(cell) = cells.next_cell().unwrap() {
            let text = match cell.get_value() {
                DataRef::String(text) => text.trim().to_owned(),
                DataRef::SharedString(text) => text.trim().to_owned(),
                DataRef::Int(number) => number.to_string(),
                DataRef::Float(number) => number.to_string(),
                DataRef::Bool(truth) => truth.to_string().to_uppercase(),
                DataRef::Empty
                | DataRef::Error(_)
                | DataRef::DateTime(_)
                | DataRef::DateTimeIso(_)
                | DataRef::DurationIso(_) => continue,
            };
            let (row, column) = cell.get_position();
            let line = lines.iter().find(|line| line.number == row + 1);
            let found = line.and_then(|line| line.cells.get(column as usize)).and_then(|cell| cell.text());
            assert_eq!(found.unwrap_or_default(), text, "{name}: row {}, column {column}", row + 1);
            compared += usize::from(!text.is_empty());
        }
        assert!(compared >= 6, "{name}: only {compared} cells were compared");
    }
}
