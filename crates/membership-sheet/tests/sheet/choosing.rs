//! Which worksheet is read, and what its rows are called.

use membership_sheet::{Cell, Container, Limits, SheetFault, open};

use crate::packing::{Packing, pieces};
use crate::reading::{read, shown, upload};

/// A workbook with these sheets: name, kind, state, and the text of its only cell.
fn workbook(sheets: &[(&str, &str, &str, &str)]) -> Vec<u8> {
    let all = u32::try_from(sheets.len()).unwrap();
    let sheet = |at: u32| sheets[usize::try_from(at).unwrap()];
    let listed = pieces(all, |at| {
        format!("<sheet name=\"{}\" sheetId=\"{at}\" state=\"{}\" r:id=\"r{at}\"/>", sheet(at).0, sheet(at).2)
    });
    let related =
        pieces(all, |at| format!("<Relationship Id=\"r{at}\" Type=\"x/{}\" Target=\"s{at}.xml\"/>", sheet(at).1));
    let mut packing = Packing::frame();
    packing.add("xl/workbook.xml", format!("<workbook><sheets>{listed}</sheets></workbook>").as_bytes());
    packing.add("xl/_rels/workbook.xml.rels", format!("<Relationships>{related}</Relationships>").as_bytes());
    for (at, (.., text)) in sheets.iter().enumerate() {
        let cell = format!("<worksheet><row><c t=\"inlineStr\"><is><t>{text}</t></is></c></row></worksheet>");
        packing.add(&format!("xl/s{at}.xml"), cell.as_bytes());
    }
    packing.finish()
}

#[test]
fn people_comes_first_then_the_first_visible_sheet_with_content() {
    let sheet = "worksheet";
    for (sheets, chosen) in [
        (vec![("A", sheet, "visible", "a"), (" people", sheet, "visible", "p")], Ok(" people")),
        (vec![("A", sheet, "visible", "a"), ("People", sheet, "hidden", "p")], Ok("A")),
        (vec![("A", sheet, "visible", " "), ("B", sheet, "veryHidden", "b"), ("C", sheet, "visible", "c")], Ok("C")),
        (vec![("A", "chartsheet", "visible", "a"), ("B", sheet, "visible", "b")], Ok("B")),
        (vec![("A", sheet, "visible", "a"), ("People", sheet, "visible", "")], Err("sheet-empty")),
        (vec![("A", sheet, "visible", "&#160;"), ("B", sheet, "visible", "")], Err("sheet-empty")),
        (vec![("A", sheet, "hidden", "a"), ("B", "chartsheet", "visible", "b")], Err("sheet-hidden")),
        (vec![("A", "dialogsheet", "visible", "a")], Err("sheet-hidden")),
    ] {
        let found = read(upload(&workbook(&sheets)), None).map(|(description, _)| description.container);
        let expected = chosen.map(|name| Container::Workbook { sheet: name.to_owned() });
        assert_eq!(found.map_err(|fault| fault.code()), expected, "{sheets:?}");
    }
}

#[test]
fn rows_without_numbers_count_on_and_disorder_is_damage() {
    let text = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let rows = format!("<row/><row>{}</row><row r=\"9\">{}</row><row>{}</row>", text("a"), text("b"), text("c"));
    let lines = read(upload(&Packing::with_rows(&rows).finish()), None).unwrap().1;
    let numbers: Vec<u32> = lines.iter().map(|line| line.number).collect();
    assert_eq!(numbers, [2, 9, 10]);
    for broken in [
        format!("<row r=\"3\">{}</row><row r=\"2\">{}</row>", text("a"), text("b")),
        "<row r=\"3\"><c r=\"A4\"><v>1</v></c></row>".to_owned(),
        "<row r=\"1048577\"><c><v>1</v></c></row>".to_owned(),
        "<row r=\"x\"><c><v>1</v></c></row>".to_owned(),
        "<row><c t=\"z\"><v>1</v></c></row>".to_owned(),
        "<row><c t=\"s\"><v>7</v></c></row>".to_owned(),
        "<row><c><v>1</c></v></row>".to_owned(),
    ] {
        let fault = read(upload(&Packing::with_rows(&broken).finish()), None).unwrap_err();
        assert!(matches!(fault, SheetFault::WorkbookDamaged { .. }), "{broken}: {fault:?}");
    }
}

/// Whatever a cell claims to be, its text is trimmed, storable and no longer than a cell.
#[test]
fn values_of_every_type_are_looked_at_like_text() {
    for kind in ["n", "d", "str", "inlineStr", "e"] {
        let tag = if kind == "inlineStr" { "t" } else { "v" };
        let row = |value: &str| format!("<row><c t=\"{kind}\"><is><{tag}>{value}</{tag}></is></c></row>");
        let written = |value: &str| read(upload(&Packing::with_rows(&row(value)).finish()), None);
        let lines = written(" \u{a0}&#1;x ").unwrap().1;
        let (Cell::Text(text) | Cell::Error(text)) = &lines[0].cells[0];
        assert_eq!(text, "\u{FFFD}x", "{kind}");
        assert_eq!(written(&"9".repeat(40_000)).unwrap_err().code(), "cell-too-long", "{kind}");
    }
}

/// Limits are the caller's: rows after the header, columns from the left.
#[test]
fn limits_hold_at_their_boundary_and_an_error_ends_the_sheet() {
    let limits = Limits { rows: 2, columns: 2, ..Limits::default() };
    for (text, expected) in [("h\n1\n\n2\n", Ok(3)), ("h\n1\n2\n\n3\n4\n", Err("rows-too-many"))] {
        let mut sheet = open(upload(text.as_bytes()), None, &limits).unwrap();
        let mut lines = 0;
        let result = loop {
            match sheet.next() {
                Ok(Some(_)) => lines += 1,
                Ok(None) => break Ok(lines),
                Err(fault) => break Err(fault.code()),
            }
        };
        assert_eq!(result, expected);
        assert!(sheet.next().unwrap().is_none());
    }
    let mut sheet = open(upload(b"a,b,c,d\n"), None, &limits).unwrap();
    assert_eq!(shown(&[sheet.next().unwrap().unwrap()]), [(1, vec!["a".to_owned(), "b".to_owned()])]);
}

/// What only counts for the first cell of a range counts for each row with something of its own.
#[test]
fn merged_cells_fill_downwards_and_no_farther() {
    let row = |cells: &str| format!("<row>{cells}</row>");
    let text = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = [
        row(&format!("{}{}", text("Title over both"), "<c/>")),
        row(&format!("{}{}", text("Ann"), text("Sales"))),
        row(&format!("{}{}", text("Bob"), "<c/>")),
        row("<c/><c/>"),
        row(&format!("{}{}", text("Cem"), "<c/>")),
        row(&text("Dee")),
    ];
    let merges =
        "<mergeCell ref=\"A1:B1\"/><mergeCell ref=\"B2:B5\"/><mergeCell ref=\"x\"/><mergeCell ref=\"ZZ1:ZZ9\"/>";
    let sheet =
        format!("<worksheet><sheetData>{}</sheetData><mergeCells>{merges}</mergeCells></worksheet>", sheet.concat());
    let lines =
        read(upload(&Packing::workbook().and(crate::packing::SHEET, sheet.as_bytes()).finish()), None).unwrap().1;
    let expected = [
        (1, vec!["Title over both"]),
        (2, vec!["Ann", "Sales"]),
        (3, vec!["Bob", "Sales"]),
        (5, vec!["Cem", "Sales"]),
        (6, vec!["Dee"]),
    ];
    assert_eq!(shown(&lines), expected.map(|(row, cells)| (row, cells.into_iter().map(str::to_owned).collect())));
}
