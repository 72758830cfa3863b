//! Templates: what can be typed, what can be chosen, and that they read back.

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use calamine::{Data, Reader, SheetVisible, Xlsx};
use membership_sheet::{Format, Template, TemplateColumn, template};

use crate::packing::unpacked;
use crate::reading::{read, shown};

fn column(title: &str, choices: Vec<String>, several: bool) -> TemplateColumn {
    let guide = "What goes in here, in a sentence. ".repeat(10);
    TemplateColumn { title: title.to_owned(), guide, example: format!("Example of {title}"), choices, several }
}

fn people() -> Template {
    let departments = (0..5_000).map(|at| format!("Department {at}: Straße, 部门 & \"more\"")).collect();
    Template {
        sheet_name: "People".to_owned(),
        columns: vec![
            column("Name", Vec::new(), false),
            column("Role", vec!["=Viewer".to_owned(), "Editor".to_owned()], false),
            column("Departments", departments, true),
        ],
        notes: vec!["Leave blank what you do not know.".to_owned()],
    }
}

fn parts(mut file: File) -> Vec<(String, String)> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    unpacked(&bytes).into_iter().map(|(name, content)| (name, String::from_utf8_lossy(&content).into_owned())).collect()
}

fn part<'a>(parts: &'a [(String, String)], name: &str) -> &'a str {
    &parts.iter().find(|(found, _)| found == name).unwrap().1
}

/// Proves ORG-26 in part: a template is a file that the import reads, in both formats.
#[test]
fn a_template_reads_back_as_titles_and_an_example() {
    for format in [Format::Xlsx, Format::Csv] {
        let (_, lines) = read(template(format, &people()).unwrap(), None).unwrap();
        let expected = [
            (1, ["Name", "Role", "Departments"].map(str::to_owned).to_vec()),
            (2, ["Example of Name", "Example of Role", "Example of Departments"].map(str::to_owned).to_vec()),
        ];
        assert_eq!(shown(&lines), expected, "{format:?}");
    }
}

/// Writes `template.xlsx` into the folder that `MEMBERSHIP_TEST_OUT` names, to be opened with other programs.
#[test]
#[ignore = "writes a file for other programs"]
fn writes_a_template_for_other_programs() {
    let path = std::path::PathBuf::from(std::env::var("MEMBERSHIP_TEST_OUT").unwrap()).join("template.xlsx");
    std::io::copy(&mut template(Format::Xlsx, &people()).unwrap(), &mut File::create(path).unwrap()).unwrap();
}

#[test]
fn the_titles_are_locked_and_nothing_below_is() {
    let parts = parts(template(Format::Xlsx, &people()).unwrap());
    let sheet = part(&parts, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<sheetProtection sheet=\"1\"") && !sheet.contains("password"), "{sheet}");
    for allowed in ["formatColumns", "insertRows", "deleteRows", "sort", "autoFilter"] {
        assert!(sheet.contains(&format!("{allowed}=\"0\"")), "{allowed} is forbidden");
    }
    let styles = part(&parts, "xl/styles.xml");
    let formats: Vec<&str> = styles.split("<cellXfs").nth(1).unwrap().split("<xf ").skip(1).collect();
    let unlocked = |cell: &str| {
        let style =
            cell.split("s=\"").nth(1).or_else(|| cell.split("style=\"").nth(1)).unwrap().split('"').next().unwrap();
        formats[style.parse::<usize>().unwrap()].contains("locked=\"0\"")
    };
    let cell = |name: &str| sheet.split(&format!("<c r=\"{name}\"")).nth(1).unwrap().split('>').next().unwrap();
    assert!(!unlocked(cell("A1")) && unlocked(cell("A2")));
    for column in sheet.split("<col ").skip(1) {
        let column = column.split("/>").next().unwrap();
        assert!(unlocked(&column.replace("style=", "s=")), "{column}");
    }
}

#[test]
fn choices_are_lists_that_stop_or_inform() {
    let parts = parts(template(Format::Xlsx, &people()).unwrap());
    let sheet = part(&parts, "xl/worksheets/sheet1.xml");
    let validations: Vec<&str> = sheet.split("<dataValidation ").skip(1).collect();
    assert_eq!(validations.len(), 3);
    let of = |range: &str| *validations.iter().find(|rule| rule.contains(&format!("sqref=\"{range}\""))).unwrap();
    assert!(!of("A2:A100001").contains("formula1"));
    let (role, departments) = (of("B2:B100001"), of("C2:C100001"));
    assert!(role.contains("<formula1>Lists!$B$1:$B$2</formula1>") && !role.contains("errorStyle"), "{role}");
    assert!(
        departments.contains("<formula1>Lists!$C$1:$C$5000</formula1>")
            && departments.contains("errorStyle=\"information\"")
    );
}

/// Another reader finds the hidden list and the guide, and no formula anywhere.
#[test]
fn the_guide_and_the_lists_are_sheets_of_their_own() {
    let mut file = template(Format::Xlsx, &people()).unwrap();
    file.rewind().unwrap();
    let mut book: Xlsx<_> = Xlsx::new(BufReader::new(file)).unwrap();
    let sheets: Vec<_> = book.sheets_metadata().iter().map(|sheet| (sheet.name.clone(), sheet.visible)).collect();
    let expected =
        [("People", SheetVisible::Visible), ("Guide", SheetVisible::Visible), ("Lists", SheetVisible::Hidden)];
    assert_eq!(sheets, expected.map(|(name, visible)| (name.to_owned(), visible)));
    let lists = book.worksheet_range("Lists").unwrap();
    assert_eq!(lists.height(), 5_000);
    assert_eq!(lists.get_value((0, 1)), Some(&Data::String("=Viewer".to_owned())));
    assert_eq!(lists.get_value((4_999, 2)), Some(&Data::String("Department 4999: Straße, 部门 & \"more\"".to_owned())));
    let guide = book.worksheet_range("Guide").unwrap();
    assert_eq!(guide.get_value((3, 3)), Some(&Data::String("5000".to_owned())));
    assert_eq!(guide.get_value((5, 1)), Some(&Data::String("Leave blank what you do not know.".to_owned())));
    for sheet in ["People", "Guide", "Lists"] {
        assert!(book.worksheet_formula(sheet).unwrap().used_cells().next().is_none(), "{sheet} has a formula");
    }
}
