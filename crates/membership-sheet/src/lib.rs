//! Workbooks and CSV, in and out. This crate knows cells, columns and formats; it knows no rules about people.
//!
//! | item | what it is |
//! |---|---|
//! | [`open`], [`Sheet`], [`Line`], [`Cell`] | the rows of an upload, one at a time, whatever made the file |
//! | [`Media`], [`Limits`], [`Description`] | what was declared, what is allowed, what was found |
//! | [`SheetFault`] | why a file cannot be read: a stable code, a sentence, advice |
//! | [`TableWriter`], [`Format`], [`Column`], [`Tone`] | a table as a download, in memory that does not grow with its rows |
//! | [`template()`], [`Template`], [`TemplateColumn`] | a file to fill in, with drop-downs and a guide |
//! | [`TableFault`] | why a table cannot be written |
//!
//! ```
//! use membership_sheet::{Column, Format, Limits, TableWriter, Tone, open};
//!
//! let columns = [Column { title: "Name", width_chars: 30 }, Column { title: "Formula?", width_chars: 12 }];
//! let mut table = TableWriter::new(Format::Xlsx, "People", &columns)?;
//! table.row(&["Zoë", "=1+1"], Tone::Plain)?;
//! let file = table.finish()?;
//!
//! let mut sheet = open(file, None, &Limits::default())?;
//! let header = sheet.next()?.expect("the titles");
//! let line = sheet.next()?.expect("one person");
//! assert_eq!((header.number, line.number), (1, 2));
//! assert_eq!(line.cells[1].text(), Some("=1+1"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a hostile file can do
//!
//! Nothing. Every entry of a workbook is inflated and counted before a part of it is parsed, no size that the file states
//! is believed, no entry is written to disk or used as a path, and what is kept in memory (strings, styles, merged
//! ranges, one token, one row) is bounded by [`Limits`] and by the constants beside the code that keeps it. Markup is read
//! one token at a time, so neither the rows nor the size of the sheet matter.

mod delimited;
mod fault;
mod guard;
mod limits;
mod media;
mod sheet;
mod table;
mod template;
mod workbook;

pub use fault::{SheetFault, TableFault};
pub use limits::{CELL_CHARS, Limits};
pub use media::Media;
pub use sheet::{Cell, Container, Description, Line, Sheet, open};
pub use table::{Column, Format, TableWriter, Tone};
pub use template::{Template, TemplateColumn, template};
