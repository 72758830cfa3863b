//! A table as a download, row by row.

mod delimited;
mod workbook;

use std::fs::File;

use crate::TableFault;
pub(crate) use delimited::DelimitedTable;
use workbook::WorkbookTable;
pub(crate) use workbook::{heading, write};

/// What a table is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// An .xlsx workbook.
    Xlsx,
    /// UTF-8 with byte order mark, commas, CR LF: what every spreadsheet program opens rightly.
    Csv,
}

impl Format {
    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    /// The ending of a file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column<'a> {
    /// What stands above it.
    pub title: &'a str,
    /// How wide it is, in characters; up to 255.
    pub width_chars: u8,
}

/// How a row looks in a workbook. The fills are light enough to print and differ for the colour-blind too; what they say
/// must also stand in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Without fill.
    Plain,
    /// Light blue.
    Good,
    /// Light orange.
    Bad,
}

/// Writes a table. Memory does not grow with the rows. Every cell is text: nothing in it is ever a formula, a number or a
/// link, and characters that markup cannot hold become U+FFFD.
#[derive(Debug)]
pub struct TableWriter {
    target: Target,
}

#[derive(Debug)]
enum Target {
    Workbook(Box<WorkbookTable>),
    Delimited(Box<DelimitedTable>),
}

impl TableWriter {
    /// Begins with the titles. `sheet_name` has up to 31 characters, none of `[ ] : * ? / \`; CSV has no use for it.
    ///
    /// # Errors
    /// [`TableFault::Disk`] and [`TableFault::Refused`].
    pub fn new(format: Format, sheet_name: &str, columns: &[Column<'_>]) -> Result<Self, TableFault> {
        let target = match format {
            Format::Xlsx => Target::Workbook(Box::new(WorkbookTable::new(sheet_name, columns)?)),
            Format::Csv => Target::Delimited(Box::new(DelimitedTable::new(columns.iter().map(|column| column.title))?)),
        };
        Ok(Self { target })
    }

    /// Writes one row below the others.
    ///
    /// # Errors
    /// [`TableFault`]; the table is of no use then.
    pub fn row(&mut self, cells: &[&str], tone: Tone) -> Result<(), TableFault> {
        match &mut self.target {
            Target::Workbook(table) => table.row(cells, tone),
            Target::Delimited(table) => table.row(cells.iter().copied()),
        }
    }

    /// Ends the table. The file has no name and goes with its last handle; it stands at its beginning.
    ///
    /// # Errors
    /// [`TableFault::Disk`].
    pub fn finish(self) -> Result<File, TableFault> {
        match self.target {
            Target::Workbook(table) => table.finish(),
            Target::Delimited(table) => table.finish(),
        }
    }
}
