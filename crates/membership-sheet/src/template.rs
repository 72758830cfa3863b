//! A file to fill in: titles, an example, drop-downs, and a guide.

use std::fs::File;
use std::io::{BufWriter, Seek};

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format as CellFormat, FormatAlign, Formula, ProtectionOptions,
    Workbook, Worksheet,
};

use crate::table::{DelimitedTable, Format, heading, write};
use crate::{Limits, TableFault};

/// The hidden sheet with the choices.
const LISTS: &str = "Lists";
/// The sheet that explains.
const GUIDE: &str = "Guide";
/// The most characters of a message beside a cell, as spreadsheet programs have it.
const MESSAGE: usize = 255;

/// What a template asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The sheet that is filled in. The one called "People" is read before all others.
    pub sheet_name: String,
    /// Its columns from the left.
    pub columns: Vec<TemplateColumn>,
    /// What else there is to know, one line of the guide each.
    pub notes: Vec<String>,
}

/// A column of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateColumn {
    /// What stands above it.
    pub title: String,
    /// What goes in, in whole sentences.
    pub guide: String,
    /// What stands in the example row.
    pub example: String,
    /// What there is to choose from; empty where anything may be written.
    pub choices: Vec<String>,
    /// Whether several choices may stand in a cell, with `;` between them. A program then points at what it does not
    /// find in the list, but takes it.
    pub several: bool,
}

/// Makes a template: in a workbook the titles are locked, what is below can be typed in, and a second sheet explains the
/// columns; in CSV there are the titles and the example.
///
/// # Errors
/// [`TableFault`].
pub fn template(format: Format, template: &Template) -> Result<File, TableFault> {
    match format {
        Format::Xlsx => workbook(template),
        Format::Csv => {
            let mut table = DelimitedTable::new(template.columns.iter().map(|column| column.title.as_str()))?;
            table.row(template.columns.iter().map(|column| column.example.as_str()))?;
            table.finish()
        }
    }
}

fn workbook(template: &Template) -> Result<File, TableFault> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(&template.sheet_name)?;
    form(sheet, template)?;
    let guide_sheet = workbook.add_worksheet();
    guide_sheet.set_name(GUIDE)?;
    guide(guide_sheet, template)?;
    if template.columns.iter().any(|column| !column.choices.is_empty()) {
        let lists = workbook.add_worksheet();
        lists.set_name(LISTS)?.set_hidden(true);
        let plain = CellFormat::new().set_num_format("@");
        for (at, column) in (0_u16..).zip(&template.columns) {
            for (row, choice) in (0_u32..).zip(&column.choices) {
                write(lists, row, at, choice, &plain)?;
            }
        }
    }
    let mut file = tempfile::tempfile()?;
    workbook.save_to_writer(BufWriter::new(&mut file))?;
    file.rewind()?;
    Ok(file)
}

/// The sheet that is filled in.
fn form(sheet: &mut Worksheet, template: &Template) -> Result<(), TableFault> {
    // Cells are text, so that nothing that is typed becomes a number, a date or a formula.
    let open = CellFormat::new().set_unlocked().set_num_format("@");
    let example = open.clone().set_italic().set_font_color(Color::Gray);
    let title = heading().set_locked();
    let last_row = Limits::default().rows;
    sheet.set_row_format(0, &title)?;
    for (at, column) in (0_u16..).zip(&template.columns) {
        let longest = column.choices.iter().take(1_000).map(|choice| choice.chars().count()).max().unwrap_or_default();
        let width = longest.max(column.example.chars().count()).max(column.title.chars().count()) + 2;
        sheet.set_column_width(at, f64::from(u8::try_from(width.clamp(12, 50)).unwrap_or(50)))?;
        sheet.set_column_format(at, &open)?;
        write(sheet, 0, at, &column.title, &title)?;
        write(sheet, 1, at, &column.example, &example)?;
        sheet.add_data_validation(1, at, last_row, at, &validation(at, column)?)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    // Against slips, not against anybody: there is no password.
    sheet.protect_with_options(&ProtectionOptions {
        select_locked_cells: true,
        select_unlocked_cells: true,
        format_cells: true,
        format_columns: true,
        format_rows: true,
        insert_columns: true,
        insert_rows: true,
        insert_links: true,
        delete_columns: true,
        delete_rows: true,
        sort: true,
        use_autofilter: true,
        use_pivot_tables: true,
        edit_scenarios: true,
        edit_objects: true,
        ..ProtectionOptions::default()
    });
    Ok(())
}

/// The message beside the cells of a column, and its list of choices.
fn validation(at: u16, column: &TemplateColumn) -> Result<DataValidation, TableFault> {
    let validation = DataValidation::new().set_input_message(shortened(&column.guide, MESSAGE))?;
    if column.choices.is_empty() {
        return Ok(validation.allow_any_value());
    }
    let letter = rust_xlsxwriter::utility::column_number_to_name(at);
    let list = Formula::new(format!("={LISTS}!${letter}$1:${letter}${}", column.choices.len()));
    let validation = validation.allow_list_formula(list);
    Ok(if column.several {
        validation
            .set_error_style(DataValidationErrorStyle::Information)
            .set_error_title("Several values")?
            .set_error_message("Put ; between several values. Each of them must be in the list.")?
    } else {
        validation
            .set_error_style(DataValidationErrorStyle::Stop)
            .set_error_title("Not in the list")?
            .set_error_message("Choose a value from the list.")?
    })
}

/// The sheet that explains.
fn guide(sheet: &mut Worksheet, template: &Template) -> Result<(), TableFault> {
    let title = heading();
    let text = CellFormat::new().set_num_format("@").set_text_wrap().set_align(FormatAlign::Top);
    for (at, (name, width)) in (0_u16..).zip([("Column", 24), ("What goes in", 70), ("Example", 32), ("Choices", 12)]) {
        sheet.set_column_width(at, width)?;
        write(sheet, 0, at, name, &title)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let mut row = 1;
    for column in &template.columns {
        let choices = if column.choices.is_empty() { String::new() } else { column.choices.len().to_string() };
        for (at, cell) in (0_u16..).zip([&column.title, &column.guide, &column.example, &choices]) {
            write(sheet, row, at, cell, &text)?;
        }
        row += 1;
    }
    for note in &template.notes {
        row += 1;
        write(sheet, row, 1, note, &text)?;
    }
    Ok(())
}

/// At most `most` UTF-16 units of `text`, with an ellipsis where something was cut.
fn shortened(text: &str, most: usize) -> String {
    if text.encode_utf16().count() <= most {
        return text.to_owned();
    }
    let mut units = 1;
    let fits = |character: &char| {
        units += character.len_utf16();
        units <= most
    };
    text.chars().take_while(fits).chain(['…']).collect()
}
