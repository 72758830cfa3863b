//! Delimited text (RFC 4180 and what programs make of it): fields, quotes, line breaks of any kind.

mod dialect;
mod text;

use std::fs::File;

use crate::guard::{storable, unguarded};
use crate::limits::is_too_long;
use crate::sheet::{cut_trailing, trimmed};
use crate::{CELL_CHARS, Cell, Limits, Line, Media, SheetFault};
use dialect::Dialect;
use text::Text;

/// Where in a field the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before its first character.
    Start,
    /// In one without quotes, or after the closing quote.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote between quotes: it closes the field, or is the first of two.
    Quote,
}

/// What a byte does.
enum Step {
    /// It belongs to the field.
    Take,
    /// It belongs to nothing.
    Skip,
    EndField,
    EndRow,
}

/// The row under way.
#[derive(Debug)]
struct Row {
    /// The bytes of the field under way.
    field: Vec<u8>,
    cells: Vec<Cell>,
    /// What stands beyond this many is dropped.
    columns: usize,
    /// Its number, from 1.
    number: u32,
}

impl Row {
    fn take(&mut self, byte: u8) -> Result<(), SheetFault> {
        if self.cells.len() >= self.columns {
            return Ok(());
        }
        // No character has more than four bytes.
        if self.field.len() >= 4 * CELL_CHARS {
            return Err(SheetFault::CellTooLong { row: self.number, limit: CELL_CHARS });
        }
        self.field.push(byte);
        Ok(())
    }

    fn end_field(&mut self) -> Result<(), SheetFault> {
        if self.field.is_empty() {
            if self.cells.len() < self.columns {
                self.cells.push(Cell::EMPTY);
            }
            return Ok(());
        }
        if self.cells.len() < self.columns {
            let text = String::from_utf8_lossy(&self.field);
            if is_too_long(&text) {
                return Err(SheetFault::CellTooLong { row: self.number, limit: CELL_CHARS });
            }
            self.cells.push(Cell::Text(trimmed(unguarded(trimmed(&storable(&text)))).to_owned()));
        }
        self.field.clear();
        Ok(())
    }

    /// Whether nothing at all stands in it: there may be millions of such rows.
    fn is_blank(&self) -> bool {
        self.field.is_empty() && self.cells.is_empty()
    }

    /// The row as a line, if it has content; then the next one is under way.
    fn end(&mut self) -> Option<Line> {
        let number = self.number;
        self.number = number.saturating_add(1);
        if !cut_trailing(&mut self.cells) {
            return None;
        }
        Some(Line { number, cells: std::mem::take(&mut self.cells) })
    }
}

/// The rows of delimited text.
#[derive(Debug)]
pub(crate) struct Delimited {
    text: Text,
    dialect: Dialect,
    place: Place,
    /// Whether the last byte was a carriage return that ended a row.
    after_return: bool,
    row: Row,
}

impl Delimited {
    /// Finds out the encoding and the delimiter.
    pub(crate) fn open(file: File, media: Option<&Media>, limits: &Limits) -> Result<Self, SheetFault> {
        let mut text = Text::open(file, media)?;
        let (dialect, preamble) = Dialect::detect(text.peek()?);
        text.consume(preamble);
        let number = 1 + u32::from(preamble > 0);
        let row = Row { field: Vec::new(), cells: Vec::new(), columns: usize::from(limits.columns), number };
        Ok(Self { text, dialect, place: Place::Start, after_return: false, row })
    }

    /// Between fields.
    pub(crate) fn delimiter(&self) -> char {
        char::from(self.dialect.delimiter)
    }

    /// The encoding's name.
    pub(crate) fn encoding(&self) -> &'static str {
        self.text.encoding()
    }

    /// The next line with content.
    pub(crate) fn next(&mut self) -> Result<Option<Line>, SheetFault> {
        loop {
            let chunk = self.text.peek()?;
            if chunk.is_empty() {
                return self.finish();
            }
            let (mut read, mut line) = (0, None);
            for &byte in chunk {
                read += 1;
                match step(&mut self.place, &mut self.after_return, self.dialect.delimiter, byte) {
                    Step::Take => self.row.take(byte)?,
                    Step::Skip => {}
                    Step::EndField => self.row.end_field()?,
                    Step::EndRow if self.row.is_blank() => self.row.number = self.row.number.saturating_add(1),
                    Step::EndRow => {
                        self.row.end_field()?;
                        line = self.row.end();
                        if line.is_some() {
                            break;
                        }
                    }
                }
            }
            self.text.consume(read);
            if line.is_some() {
                return Ok(line);
            }
        }
    }

    /// What the text ends with, when no line break does.
    fn finish(&mut self) -> Result<Option<Line>, SheetFault> {
        if self.place == Place::Quoted {
            return Err(SheetFault::CsvQuoteOpen { row: self.row.number });
        }
        self.place = Place::Start;
        self.row.end_field()?;
        Ok(self.row.end())
    }
}

/// What `byte` does in this place, and the place after it.
fn step(place: &mut Place, after_return: &mut bool, delimiter: u8, byte: u8) -> Step {
    if std::mem::take(after_return) && byte == b'\n' {
        return Step::Skip;
    }
    match (*place, byte) {
        (Place::Quoted, b'"') => {
            *place = Place::Quote;
            Step::Skip
        }
        (Place::Quoted, _) => Step::Take,
        (Place::Quote, b'"') => {
            *place = Place::Quoted;
            Step::Take
        }
        (Place::Start, b'"') => {
            *place = Place::Quoted;
            Step::Skip
        }
        (_, b'\r' | b'\n') => {
            *after_return = byte == b'\r';
            *place = Place::Start;
            Step::EndRow
        }
        (_, byte) if byte == delimiter => {
            *place = Place::Start;
            Step::EndField
        }
        _ => {
            *place = Place::Plain;
            Step::Take
        }
    }
}
