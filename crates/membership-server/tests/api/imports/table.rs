//! Workbooks, written and read.

use std::io::{Read as _, Seek as _, Write as _};

use membership_sheet::{Column, Format, Limits, TableWriter, Tone, open};

pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A workbook with these lines.
pub(crate) fn xlsx(lines: &[&[&str]]) -> Vec<u8> {
    let columns: Vec<_> = lines[0].iter().map(|title| Column { title, width_chars: 20 }).collect();
    let mut table = TableWriter::new(Format::Xlsx, "People", &columns).unwrap();
    for line in &lines[1..] {
        table.row(line, Tone::Plain).unwrap();
    }
    let mut bytes = Vec::new();
    table.finish().unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// Every line of a table, each as long as the header.
pub(crate) fn read(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    let mut sheet = open(file, None, &Limits::default()).unwrap();
    let mut lines: Vec<Vec<String>> = Vec::new();
    while let Some(line) = sheet.next().unwrap() {
        let mut cells: Vec<_> = line.cells.iter().map(|cell| cell.text().unwrap_or("#").to_owned()).collect();
        cells.resize(lines.first().map_or(cells.len(), Vec::len), String::new());
        lines.push(cells);
    }
    lines
}

/// What stands below `title`.
pub(crate) fn column(lines: &[Vec<String>], title: &str) -> Vec<String> {
    let at = lines[0].iter().position(|cell| cell == title).unwrap();
    lines[1..].iter().map(|line| line[at].clone()).collect()
}
