//! A table as a workbook.

use std::fs::File;
use std::io::{BufWriter, Seek};

use rust_xlsxwriter::{Color, Format as CellFormat, FormatAlign, FormatBorder, Workbook, Worksheet};

use super::{Column, Tone};
use crate::guard::storable;
use crate::{CELL_CHARS, TableFault};

/// Blue and orange, light: they differ in every kind of colour blindness, and black text is readable on both.
const GOOD: Color = Color::RGB(0x00DD_EBF7);
const BAD: Color = Color::RGB(0x00FC_E4D6);

/// A table under way.
#[derive(Debug)]
pub(super) struct WorkbookTable {
    workbook: Book,
    /// The row to come, from 0.
    row: u32,
    columns: u16,
    plain: CellFormat,
    good: CellFormat,
    bad: CellFormat,
}

/// The library's workbook, which cannot be printed.
struct Book(Workbook);

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Workbook")
    }
}

impl WorkbookTable {
    pub(super) fn new(sheet_name: &str, columns: &[Column<'_>]) -> Result<Self, TableFault> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(sheet_name)?;
        sheet.set_freeze_panes(1, 0)?;
        let title = heading();
        for (at, column) in (0_u16..).zip(columns) {
            sheet.set_column_width(at, f64::from(column.width_chars))?;
            write(sheet, 0, at, column.title, &title)?;
        }
        let columns = u16::try_from(columns.len()).map_err(|_| TableFault::TooLarge)?;
        let text = || CellFormat::new().set_num_format("@").set_align(FormatAlign::Top);
        let (plain, good, bad) = (text(), text().set_background_color(GOOD), text().set_background_color(BAD));
        Ok(Self { workbook: Book(workbook), row: 1, columns, plain, good, bad })
    }

    pub(super) fn row(&mut self, cells: &[&str], tone: Tone) -> Result<(), TableFault> {
        let format = match tone {
            Tone::Plain => &self.plain,
            Tone::Good => &self.good,
            Tone::Bad => &self.bad,
        };
        let sheet = self.workbook.0.worksheet_from_index(0)?;
        for (at, cell) in (0_u16..).zip(cells) {
            write(sheet, self.row, at, cell, format)?;
        }
        self.row += 1;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<File, TableFault> {
        if self.columns > 0 {
            let sheet = self.workbook.0.worksheet_from_index(0)?;
            sheet.autofilter(0, 0, self.row - 1, self.columns - 1)?;
        }
        let mut file = tempfile::tempfile()?;
        self.workbook.0.save_to_writer(BufWriter::new(&mut file))?;
        file.rewind()?;
        Ok(file)
    }
}

/// How titles look.
pub(crate) fn heading() -> CellFormat {
    CellFormat::new().set_bold().set_border_bottom(FormatBorder::Thin).set_align(FormatAlign::Top).set_text_wrap()
}

/// Writes `text` as text, whatever it looks like.
pub(crate) fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: &str,
    format: &CellFormat,
) -> Result<(), TableFault> {
    let text = storable(text);
    if text.len() > CELL_CHARS && text.encode_utf16().count() > CELL_CHARS {
        return Err(TableFault::CellTooLong { row: row + 1, limit: CELL_CHARS });
    }
    sheet.write_string_with_format(row, column, text.as_ref(), format)?;
    Ok(())
}
