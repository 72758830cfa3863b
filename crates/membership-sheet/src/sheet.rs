//! One sheet, read line by line, whatever the file's format is.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use crate::delimited::Delimited;
use crate::workbook::{self, Rows};
use crate::{Limits, Media, SheetFault};

/// What an archive begins with.
const ZIP: &[u8] = b"PK\x03\x04";
/// What an archive without entries begins with.
const ZIP_EMPTY: &[u8] = b"PK\x05\x06";
/// What a compound file begins with: an old or an encrypted workbook.
const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text, without white space around it; empty when nothing stands there. Numbers are written plainly, dates as
    /// ISO 8601, truth values as `TRUE` and `FALSE`.
    Text(String),
    /// The result of a formula is an error such as `#N/A`, or [`Cell::NOT_CALCULATED`].
    Error(String),
}

impl Cell {
    /// The error of a formula that was saved without its result.
    pub const NOT_CALCULATED: &str = "#NOT CALCULATED!";

    /// An empty cell.
    pub(crate) const EMPTY: Self = Self::Text(String::new());

    /// The text, unless the cell holds an error.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Error(_) => None,
        }
    }

    /// Whether nothing stands there.
    pub fn is_empty(&self) -> bool {
        self.text().is_some_and(str::is_empty)
    }
}

/// One line with content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The row's number as the person sees it in a spreadsheet program, from 1; blank rows count.
    pub number: u32,
    /// Its cells from the left; empty ones at the end are cut. At least one has content.
    pub cells: Vec<Cell>,
}

/// What the file turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Its format.
    pub container: Container,
}

/// A format with what was found out about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Container {
    /// An .xlsx workbook.
    Workbook {
        /// The worksheet that is read.
        sheet: String,
    },
    /// Delimited text.
    Csv {
        /// Between fields.
        delimiter: char,
        /// The encoding's name in the WHATWG standard.
        encoding: &'static str,
    },
}

/// The rows of an upload. It pulls, holds one row, and may be moved to a thread that may block.
#[derive(Debug)]
pub struct Sheet {
    source: Source,
    /// The line that opening has read already.
    first: Option<Line>,
    /// Lines still allowed.
    left: u32,
    limit: u32,
    /// Whether there is nothing more to come: the last line was read, or a fault was found.
    ended: bool,
    description: Description,
}

#[derive(Debug)]
enum Source {
    Workbook(Box<Rows>),
    Csv(Box<Delimited>),
}

impl Source {
    fn next(&mut self) -> Result<Option<Line>, SheetFault> {
        match self {
            Self::Workbook(rows) => rows.next(),
            Self::Csv(delimited) => delimited.next(),
        }
    }
}

/// Opens an upload: checks all of it that can be checked without reading the rows, chooses the worksheet, reads the first
/// line. The bytes decide what it is; `media` helps only where they leave it open. Nobody else may move the file's position
/// while it is read.
///
/// # Errors
/// Any [`SheetFault`] but [`SheetFault::RowsTooMany`].
pub fn open(mut file: File, media: Option<&Media>, limits: &Limits) -> Result<Sheet, SheetFault> {
    let length = file.seek(SeekFrom::End(0))?;
    if length > limits.file {
        return Err(SheetFault::FileTooLarge { limit: limits.file });
    }
    if length == 0 {
        return Err(SheetFault::SheetEmpty);
    }
    file.rewind()?;
    let mut start = Vec::with_capacity(8);
    (&mut file).take(8).read_to_end(&mut start)?;
    let (mut source, container) = if start.starts_with(ZIP) || start.starts_with(ZIP_EMPTY) {
        let (sheet, rows) = workbook::open(file, length, limits)?;
        (Source::Workbook(Box::new(rows)), Container::Workbook { sheet })
    } else if start.starts_with(COMPOUND) {
        return Err(workbook::compound_fault(&mut file)?);
    } else {
        let delimited = Delimited::open(file, media, limits)?;
        let container = Container::Csv { delimiter: delimited.delimiter(), encoding: delimited.encoding() };
        (Source::Csv(Box::new(delimited)), container)
    };
    let first = source.next()?.ok_or(SheetFault::SheetEmpty)?;
    let description = Description { container };
    Ok(Sheet { source, first: Some(first), left: limits.rows, limit: limits.rows, ended: false, description })
}

impl Sheet {
    /// The next line with content; `None` after the last.
    ///
    /// # Errors
    /// [`SheetFault::RowsTooMany`] at the first line beyond the limit, and whatever is found on the way. After an error
    /// the sheet is at its end.
    #[expect(clippy::should_implement_trait, reason = "an iterator of results would go on after an error; this ends")]
    pub fn next(&mut self) -> Result<Option<Line>, SheetFault> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        if self.ended {
            return Ok(None);
        }
        let next = self.following();
        self.ended = !matches!(next, Ok(Some(_)));
        next
    }

    fn following(&mut self) -> Result<Option<Line>, SheetFault> {
        let Some(line) = self.source.next()? else { return Ok(None) };
        self.left = self.left.checked_sub(1).ok_or(SheetFault::RowsTooMany { limit: self.limit })?;
        Ok(Some(line))
    }

    /// What the file turned out to be.
    pub fn describe(&self) -> &Description {
        &self.description
    }
}

/// `text` as a cell holds it: without white space around it, no-break spaces included.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}')
}

/// Cuts empty cells at the end. Whether anything is left.
pub(crate) fn cut_trailing(cells: &mut Vec<Cell>) -> bool {
    while cells.last().is_some_and(Cell::is_empty) {
        cells.pop();
    }
    !cells.is_empty()
}

#[cfg(test)]
mod tests {
    use super::Sheet;

    /// A sheet is read where blocking is allowed, and a table written there: both move to that thread.
    #[test]
    fn sheets_and_tables_move_between_threads() {
        fn moves<T: Send + 'static>() {}
        moves::<Sheet>();
        moves::<crate::TableWriter>();
    }
}
