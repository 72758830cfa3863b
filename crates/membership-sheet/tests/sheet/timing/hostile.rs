//! Files that were made to hurt.

use std::fmt::Write as _;
use std::io::{Read, Write as _, repeat};

use super::{MEMORY, TIME, answer};
use crate::packing::{CONTENT_TYPES, Packing, SHEET, STRINGS, pieces};

const MIB: u64 = 1 << 20;

/// One row with one cell of text.
const ANN: &str = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Ann</t></is></c></row>"#;

/// Checks each file: its name, its declared type, its bytes, and the code or number of lines that must come back.
fn check(cases: Vec<(&str, &str, Vec<u8>, &str)>) {
    let mut wrong = String::new();
    for (name, media, bytes, expected) in cases {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        let answer = answer(file.path(), media);
        println!("{name}: {} in {:?}, {} KiB more", answer.result, answer.time, answer.memory);
        if answer.result != expected || answer.time > TIME || answer.memory > MEMORY {
            writeln!(wrong, "{name}: expected {expected}, {answer:?}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn sheet_of(content: impl Read) -> Vec<u8> {
    let mut packing = Packing::workbook();
    packing.stream(SHEET, content);
    packing.finish()
}

fn strings_of(content: &str) -> Vec<u8> {
    Packing::with_rows(r#"<row><c t="s"><v>0</v></c></row>"#).and(STRINGS, content.as_bytes()).finish()
}

/// Proves A84 in part: what is small and becomes large, by packing, by position, or by counting on a stated number.
#[test]
fn what_unpacks_to_more_than_it_seems() {
    let mut lying = Packing::workbook();
    lying.stream(SHEET, repeat(b' ').take(300 * MIB));
    lying.lie_about_size(10);
    let mut small_lie = Packing::with_rows(ANN);
    small_lie.lie_about_size(10);
    let mut shared = Packing::with_rows(ANN);
    shared.stream("xl/media/a.png", repeat(0).take(10 * MIB));
    for at in 0..900 {
        shared.again_as(&format!("xl/media/{at}.png"));
    }
    let mut nested = Packing::default();
    nested.stream("bomb", repeat(0).take(200 * MIB));
    let nested = nested.finish();
    let mut only_nested = Packing::default();
    only_nested.store("inner.zip", &nested);
    let far = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="1048576"><c r="A1048576"><v>1</v></c><c r="XFD1048576"><v>1</v></c></row>"#;
    let text = "x".repeat(32_000);
    let row = format!("<row>{}</row>", r#"<c t="s"><v>0</v></c>"#.repeat(64));
    let amplified = Packing::workbook()
        .and(SHEET, format!("<worksheet>{}</worksheet>", row.repeat(1_000)).as_bytes())
        .and(STRINGS, format!("<sst><si><t>{text}</t></si></sst>").as_bytes());
    check(vec![
        ("zip bomb", "", sheet_of(repeat(b' ').take(1_024 * MIB)), "workbook-too-large"),
        ("zip bomb that states a small size", "", lying.finish(), "workbook-too-large"),
        ("small sheet that states a smaller size", "", small_lie.finish(), "workbook-damaged"),
        ("900 entries of the same bytes", "", shared.finish(), "workbook-too-large"),
        ("nested bomb in a workbook", "", Packing::with_rows(ANN).and("xl/embeddings/a.zip", &nested).finish(), "1"),
        ("nested bomb alone", "", only_nested.finish(), "not-a-workbook"),
        ("far corners", "", Packing::with_rows(far).finish(), "2"),
        (
            "500,000 shared strings",
            "",
            strings_of(&format!("<sst>{}</sst>", "<si><t/></si>".repeat(500_000))),
            "workbook-too-complex",
        ),
        (
            "shared strings of 30 MiB",
            "",
            strings_of(&format!("<sst>{}</sst>", format!("<si><t>{text}</t></si>").repeat(1_000))),
            "workbook-too-complex",
        ),
        (
            "a count that no memory holds",
            "",
            strings_of(r#"<sst count="1" uniqueCount="18446744073709551615"><si><t>Ann</t></si></sst>"#),
            "1",
        ),
        ("64,000 cells of one long string", "", amplified.finish(), "workbook-too-large"),
    ]);
}

/// Proves A84 and A85 in part: attributes, entities and documents that are costly to parse.
#[test]
fn markup_that_is_costly_to_parse() {
    let attributes = pieces(800_000, |at| format!(" a{at}=\"\""));
    let namespaces = pieces(80_000, |at| format!(" xmlns:n{at}=\"u\""));
    let allowed = pieces(20_000, |at| format!(" n{at}=\"\""));
    let within = format!(
        "<worksheet><sheetData>{ANN}<row>{}</row></sheetData></worksheet>",
        format!("<c{allowed}/>").repeat(40)
    );
    let ten_of = |at: u32| format!("&l{at};").repeat(10);
    let entities = pieces(9, |at| format!("<!ENTITY l{} \"{}\">", at + 1, ten_of(at)));
    let used = "<worksheet><sheetData><row><c t=\"str\"><v>&l9;</v></c></row></sheetData></worksheet>";
    let bomb = format!("<!DOCTYPE w [<!ENTITY l0 \"lol\">{entities}]>{used}");
    let external = "<!DOCTYPE w [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><worksheet/>";
    let undeclared = "<row><c t=\"str\"><v>&nbsp;</v></c></row>";
    let comment = format!("<!--{}-->", "<>".repeat(5 << 20));
    let section = format!("<a><![CDATA[{}]]></a>", "<>".repeat(5 << 20));
    check(vec![
        ("800,000 attributes", "", Packing::with_rows(&format!("<row{attributes}/>")).finish(), "workbook-too-complex"),
        ("80,000 namespaces", "", Packing::with_rows(&format!("<row{namespaces}/>")).finish(), "workbook-too-complex"),
        ("40 times 20,000 attributes", "", sheet_of(within.as_bytes()), "1"),
        ("entity bomb", "", sheet_of(bomb.as_bytes()), "entity-declared"),
        ("external entity", "", sheet_of(external.as_bytes()), "entity-declared"),
        ("entity without declaration", "", Packing::with_rows(undeclared).finish(), "entity-declared"),
        ("a million nested elements", "", sheet_of("<a>".repeat(1_000_000).as_bytes()), "workbook-too-complex"),
        ("a comment of 10 MiB", "", sheet_of(comment.as_bytes()), "workbook-too-complex"),
        ("a section of 10 MiB", "", sheet_of(section.as_bytes()), "workbook-too-complex"),
        (
            "it ends in the middle",
            "",
            sheet_of(&b"<worksheet><sheetData><row><c><v>1</v></c></row>"[..]),
            "workbook-damaged",
        ),
        ("no markup at all", "", sheet_of(&b"\xFF\xFE\0\0<<<<"[..]), "workbook-damaged"),
    ]);
}

/// Proves A84 in part: more of something than any list has.
#[test]
fn sheets_with_too_much_of_one_thing() {
    let merges = pieces(1_000_000, |at| format!("<mergeCell ref=\"A{}:A{}\"/>", at % 9_000 + 1, at % 9_000 + 2));
    let unclosed = "<mergeCell ref=\"A1:A2\">".repeat(1_000_000);
    let with_merges =
        |ranges: &str| sheet_of(format!("<worksheet>{ANN}<mergeCells>{ranges}</mergeCells></worksheet>").as_bytes());
    let styles = format!("<styleSheet><cellXfs>{}</cellXfs></styleSheet>", "<xf/>".repeat(1_000_000));
    let of_200_mib = |cell: &str| {
        let cells = cell.repeat((200 << 20) / cell.len());
        sheet_of(format!("<worksheet><sheetData>{ANN}<row>{cells}</row></sheetData></worksheet>").as_bytes())
    };
    let one_cell =
        |value: &str| sheet_of(format!("<worksheet><row><c t=\"str\"><v>{value}</v></c></row></worksheet>").as_bytes());
    let one_string = |length: usize| strings_of(&format!("<sst><si><t>{}</t></si></sst>", "x".repeat(length)));
    check(vec![
        ("a million merged ranges", "", with_merges(&merges), "workbook-too-complex"),
        ("a million ranges, none closed", "", with_merges(&unclosed), "workbook-too-complex"),
        ("a range down to the last row", "", with_merges("<mergeCell ref=\"A1:XFD1048576\"/>"), "1"),
        (
            "a million formats",
            "",
            Packing::with_rows(ANN).and("xl/styles.xml", styles.as_bytes()).finish(),
            "workbook-too-complex",
        ),
        ("200 MiB of empty cells", "", of_200_mib("<c/>"), "workbook-too-complex"),
        ("200 MiB of unknown elements", "", of_200_mib("<c><q/></c>"), "workbook-too-complex"),
        ("200 MiB of entities in one cell", "", one_cell(&"&amp;".repeat(40 << 20)), "cell-too-long"),
        ("a cell of 20 MiB", "", one_cell(&"x".repeat(20 << 20)), "cell-too-long"),
        ("a shared string of 20 MiB", "", one_string(20 << 20), "workbook-too-complex"),
        ("a shared string of 100,000 characters", "", one_string(100_000), "cell-too-long"),
    ]);
}

/// Proves A84 and A86 in part: archives with odd entries. Nothing is unpacked to disk, so no name leads anywhere.
#[test]
fn archives_that_are_none_or_hide_something() {
    let mut crowd = Packing::with_rows(ANN);
    for at in 0..65_000 {
        crowd.store(&format!("{at}"), b"");
    }
    let filled_to = |count: u32| {
        let mut packing = Packing::with_rows(ANN);
        (5..count).for_each(|at| packing.store(&at.to_string(), b""));
        packing.finish()
    };
    let mut changed = Packing::workbook();
    changed.store(SHEET, format!("<worksheet>{ANN}</worksheet>").as_bytes());
    let mut changed = changed.finish();
    let at = changed.windows(3).position(|window| window == b"Ann").unwrap();
    changed[at] = b'B';
    let mut link = Packing::workbook();
    link.store(SHEET, b"/etc/passwd");
    link.link();
    let mut encrypted = Packing::with_rows(ANN);
    encrypted.encrypt();
    let claimed = Packing::with_rows(ANN).finish_claiming(900);
    let mut sixty_four = Packing::with_rows(ANN).finish_claiming(u16::MAX);
    let end = sixty_four.split_off(sixty_four.len() - 22);
    let at = sixty_four.len() as u64;
    sixty_four.extend(b"PK\x06\x06\x2C\0\0\0\0\0\0\0\x2D\0\x2D\0\0\0\0\0\0\0\0\0");
    sixty_four.extend([u64::MAX, u64::MAX, 1 << 60, 1 << 40].into_iter().flat_map(u64::to_le_bytes));
    sixty_four.extend(b"PK\x06\x07\0\0\0\0");
    sixty_four.extend(at.to_le_bytes());
    sixty_four.extend(b"\x01\0\0\0");
    sixty_four.extend(end);
    let whole = Packing::with_rows(ANN).finish();
    let twice = Packing::with_rows(ANN).and("XL/Worksheets/Sheet1.xml", b"<worksheet/>").finish();
    let macro_types = CONTENT_TYPES
        .replace("openxmlformats-officedocument.spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main");
    let mut macro_enabled = Packing::default();
    macro_enabled.add("[Content_Types].xml", macro_types.as_bytes());
    macro_enabled.add("_rels/.rels", b"<Relationships/>");
    let document = CONTENT_TYPES.replace("spreadsheetml", "wordprocessingml");
    let document = Packing::default()
        .and("[Content_Types].xml", document.as_bytes())
        .and("_rels/.rels", b"<Relationships/>")
        .finish();
    let ods = Packing::default()
        .and("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
        .and("content.xml", b"<x/>");
    check(vec![
        ("65,000 entries", "", crowd.finish(), "workbook-too-complex"),
        ("1,000 entries", "", filled_to(1_000), "1"),
        ("1,001 entries", "", filled_to(1_001), "workbook-too-complex"),
        ("an entry with another letter", "", changed, "workbook-damaged"),
        ("a symbolic link for a sheet", "", link.finish(), "sheet-empty"),
        ("names that leave the archive", "", Packing::with_rows(ANN).and("../../etc/cron.d/x", b"x").finish(), "1"),
        ("two sheets of one name", "", twice, "workbook-damaged"),
        ("an encrypted entry", "", encrypted.finish(), "workbook-encrypted"),
        ("a directory that claims more", "", claimed, "workbook-damaged"),
        ("a directory that claims more than there is", "", sixty_four, "workbook-damaged"),
        ("half an archive", "", whole[..whole.len() / 2].to_vec(), "workbook-damaged"),
        ("macros", "", Packing::with_rows(ANN).and("xl/vbaProject.bin", b"x").finish(), "workbook-has-macros"),
        ("macros by content type", "", macro_enabled.finish(), "workbook-has-macros"),
        ("a text document", "", document, "not-a-workbook"),
        ("an OpenDocument sheet", "", ods.finish(), "workbook-open-document"),
        ("a binary workbook", "", Packing::workbook().and("xl/workbook.bin", b"x").finish(), "workbook-binary"),
        ("an archive without entries", "", Packing::default().finish(), "not-a-workbook"),
        ("no rows", "", Packing::with_rows("").finish(), "sheet-empty"),
    ]);
}

/// Proves A84 in part: files that are something else, or text of the wrong kind.
#[test]
fn files_that_are_no_workbook() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let compound =
        |stream: &str| [&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], &vec![0; 70_000], &utf16(stream), &[0; 512]].concat();
    let png = b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\x01".to_vec();
    let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    check(vec![
        ("an encrypted workbook", xlsx, compound("EncryptedPackage"), "workbook-encrypted"),
        ("an old workbook", xlsx, compound("Workbook"), "workbook-legacy"),
        ("a renamed picture", xlsx, png.clone(), "not-a-workbook"),
        ("a picture sent as text", "text/csv", png, "csv-not-text"),
        ("bytes of no text", "", (128..=255).chain(1..=31).cycle().take(1 << 20).collect(), "not-a-workbook"),
        ("nothing", xlsx, Vec::new(), "sheet-empty"),
        ("21 MiB", xlsx, vec![b'a'; 21 << 20], "file-too-large"),
        ("20 MiB of blank lines", "text/csv", vec![b'\n'; 20 << 20], "sheet-empty"),
        ("20 MiB of commas", "text/csv", vec![b','; 20 << 20], "sheet-empty"),
        ("20 MiB of commas and a name", "text/csv", [vec![b','; 20 << 19], b"Ann".to_vec()].concat(), "sheet-empty"),
        ("20 MiB of short rows", "text/csv", b"a\n".repeat(10 << 20), "rows-too-many"),
        ("20 MiB in one field", "text/csv", vec![b'a'; 20 << 20], "cell-too-long"),
        (
            "20 MiB in one quoted field",
            "text/csv",
            [b"a,\"".to_vec(), b"x\n".repeat(10 << 19)].concat(),
            "cell-too-long",
        ),
        ("a quote that never closes", "text/csv", b"Name\nAnn\n\"Bob\nCem\n".to_vec(), "csv-quote-open"),
        ("20 MiB of quotes", "text/csv", vec![b'"'; 20 << 20], "cell-too-long"),
        ("UTF-16 with half a character", "text/csv", b"\xFF\xFEa\0\0\xD8".to_vec(), "csv-misencoded"),
    ]);
}
