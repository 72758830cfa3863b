//! The port to tables: whoever reads files gives their lines, one after the other, and says why a file cannot be read.

use async_trait::async_trait;

use crate::refusal::refusals;

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Which row of the file, from 1, as people count.
    pub number: u32,
    /// Its cells as text, from the left, without white space around them. Empty ones at the end are left out.
    pub cells: Vec<String>,
}

/// The port to one table: its lines that are not blank, from the top, the header first. It is read once, and never whole.
#[async_trait]
pub trait Rows: Send {
    /// The next lines, at most `most`, and fewer where they are long: some hundred kilobytes of text at a time. None at the end.
    async fn next(&mut self, most: usize) -> Result<Vec<Line>, Unreadable>;
}

refusals! {
    /// Why a file cannot be read as a table.
    pub enum Unreadable {
        /// Neither a workbook nor text.
        NotATable = Invalid "file-not-a-table"
            ("this file is neither an .xlsx workbook nor a CSV text", "save the table as .xlsx or as CSV, and upload that");
        /// It asks for a password.
        Encrypted = Invalid "workbook-encrypted"
            ("this workbook is protected by a password, so it cannot be read", "save it without a password to open, and upload that");
        /// With programs.
        Macros = Invalid "workbook-has-macros"
            ("this workbook carries macros, which are not taken", "save it as .xlsx without macros, and upload that");
        /// Of another kind.
        OtherFormat {
            /// Which.
            format: String,
        } = Invalid "workbook-other-format"
            ("this is a workbook of the kind {format}; expected .xlsx", "save it as .xlsx, and upload that");
        /// Broken.
        Damaged {
            /// Where.
            detail: String,
        } = Invalid "workbook-damaged"
            ("this workbook cannot be read: {detail}", "open it in your spreadsheet program, save it anew as .xlsx, and upload that");
        /// Too big, packed or unpacked.
        TooLarge {
            /// What is.
            what: String,
        } = Invalid "file-too-large" ("this file is too large: {what}", "split it into several files, and leave out what is no row of people");
        /// Something that no spreadsheet program writes.
        Hostile {
            /// What.
            what: String,
        } = Invalid "workbook-refused"
            ("this workbook holds what no spreadsheet program writes: {what}", "copy the table into a new workbook, and upload that");
        /// Nothing in it.
        Empty = Invalid "file-empty" ("there is nothing in this file; expected a header and a row for each person", "fill in the template, and upload that");
        /// A header alone.
        NoRows = Invalid "file-without-rows" ("there is a header in this file, and no row below it", "fill in a row for each person");
        /// Too many rows.
        TooManyRows = Invalid "rows-too-many" ("there are more than 100,000 rows in this file", "split it into several files");
        /// A cell with a novel in it.
        CellTooLong {
            /// Which row.
            row: u32,
        } = Invalid "cell-too-long" ("row {row} has a cell with more than 32,767 characters", "shorten it");
        /// A charset that does not exist.
        CharsetUnknown {
            /// As declared.
            charset: String,
        } = Invalid "charset-unknown" ("the charset {charset} is not known", "save the file as UTF-8, or declare another charset");
        /// The file is not there any more, or the disk is full.
        Lost {
            /// What went wrong; for the log.
            detail: String,
        } = Unavailable "file-lost" ("the file could not be read on this server", "upload it again");
    }
}
