//! Why a file cannot be read or a table cannot be written: a stable code, what is wrong, what to do.

use std::io;

/// What to do about a file of a kind that is not read here.
const SAVE_AS_XLSX: &str =
    "Open the file in your spreadsheet program, save it as .xlsx (Excel workbook), and upload that.";
/// What to do about a file that cannot be read to its end.
const SAVE_AGAIN: &str = "Open the file in your spreadsheet program, save it again as .xlsx, and upload that.";
/// What to do about a CSV file in an unclear encoding.
const SAVE_AS_UTF8: &str = "Save the file as \"CSV UTF-8\", or as .xlsx, and upload that.";

/// Declares a fault enum: each variant with its code, sentence and advice.
macro_rules! faults {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $({ $($(#[$fdoc:meta])* $field:ident: $ty:ty),+ })? => $code:literal, $message:literal, $advice:expr;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, thiserror::Error)]
        pub enum $name {
            $($(#[$vdoc])* #[error($message)] $variant $({ $($(#[$fdoc])* $field: $ty),+ })?,)+
        }

        impl $name {
            /// Every code with the sentence that goes with it (placeholders in braces) and the advice.
            pub const CODES: &[(&'static str, &'static str, &'static str)] = &[$(($code, $message, $advice)),+];

            /// The stable code: lower case, words joined by hyphens, never reused for another meaning.
            pub fn code(&self) -> &'static str {
                match self { $(Self::$variant $({ $($field: _),+ })? => $code,)+ }
            }

            /// What the person can do about it.
            pub fn advice(&self) -> &'static str {
                match self { $(Self::$variant $({ $($field: _),+ })? => $advice,)+ }
            }
        }
    };
}

faults! {
    /// Why a file cannot be read. Nothing of a file counts when any of it is refused.
    SheetFault {
        /// The file is larger than [`Limits::file`](crate::Limits::file).
        FileTooLarge {
            /// In bytes.
            limit: u64
        } => "file-too-large", "The file is larger than {limit} bytes, which is the most.", "Split the list into several files, or remove pictures and other sheets from it.";
        /// The disk did not give what was stored.
        FileUnreadable {
            /// What the system says.
            source: io::Error
        } => "file-unreadable", "The file could not be read from where it was stored.", "Upload it again. If this goes on, tell whoever runs this service.";
        /// Neither a workbook nor text.
        NotAWorkbook => "not-a-workbook", "The file is neither an .xlsx workbook nor CSV text, whatever its name says.", SAVE_AS_XLSX;
        /// The binary format before 2007.
        WorkbookLegacy => "workbook-legacy", "The file is a workbook in the old .xls format; .xlsx or CSV was expected.", SAVE_AS_XLSX;
        /// Protected by a password for opening.
        WorkbookEncrypted => "workbook-encrypted", "The workbook is encrypted with a password, so it cannot be read.", "Open it with the password, remove the password (File, Info, Protect Workbook), save it as .xlsx, and upload that.";
        /// `OpenDocument`.
        WorkbookOpenDocument => "workbook-open-document", "The file is an OpenDocument spreadsheet (.ods); .xlsx or CSV was expected.", SAVE_AS_XLSX;
        /// Excel's binary format.
        WorkbookBinary => "workbook-binary", "The file is a binary workbook (.xlsb); .xlsx or CSV was expected.", SAVE_AS_XLSX;
        /// Macros, whether they would run or not.
        WorkbookHasMacros => "workbook-has-macros", "The workbook contains macros; one without was expected.", "Save it as .xlsx (Excel workbook, without macros), and upload that.";
        /// More than [`Limits::inflated`](crate::Limits::inflated).
        WorkbookTooLarge {
            /// In bytes.
            limit: u64
        } => "workbook-too-large", "The workbook's content is more than {limit} bytes once unpacked, which is the most.", "Keep only the list itself: remove pictures, other sheets and formatting of empty cells, or split it into several files.";
        /// More of one thing than any real list needs.
        WorkbookTooComplex {
            /// What there is too much of.
            what: &'static str,
            /// How many there may be.
            limit: u64
        } => "workbook-too-complex", "The workbook has too many or too long {what}: the most is {limit}.", "Copy the list by its values into a new workbook, save it as .xlsx, and upload that.";
        /// The archive or the markup is broken.
        WorkbookDamaged {
            /// Where it broke.
            what: &'static str
        } => "workbook-damaged", "The workbook is damaged or incomplete ({what}).", SAVE_AGAIN;
        /// A document type or an entity of its own: no spreadsheet program writes one.
        EntityDeclared => "entity-declared", "The workbook declares a document type or entities, which no spreadsheet program does.", SAVE_AGAIN;
        /// All worksheets are hidden.
        SheetHidden => "sheet-hidden", "The workbook has no visible worksheet.", "Unhide the sheet with the list, save the workbook, and upload it again.";
        /// No cell with content.
        SheetEmpty => "sheet-empty", "The file has no row with content; a header row and one row for each person were expected.", "Download the template, fill it in, and upload that.";
        /// More than [`Limits::rows`](crate::Limits::rows) after the header.
        RowsTooMany {
            /// The most, without the header.
            limit: u32
        } => "rows-too-many", "The file has more than {limit} rows after the header, which is the most.", "Split the list into several files and upload them one after the other.";
        /// More than [`CELL_CHARS`](crate::CELL_CHARS).
        CellTooLong {
            /// The row's number in the file, from 1.
            row: u32,
            /// In characters.
            limit: usize
        } => "cell-too-long", "A cell in row {row} has more than {limit} characters, which is the most.", "Shorten the cell, or remove it if it does not belong to the list, and upload the file again.";
        /// Text was declared, but these bytes are none.
        CsvNotText => "csv-not-text", "The file was sent as CSV, but it contains bytes that no text has.", SAVE_AS_UTF8;
        /// Bytes that the encoding does not have.
        CsvMisencoded {
            /// The encoding's name.
            encoding: &'static str
        } => "csv-misencoded", "The file contains bytes that do not exist in its encoding, {encoding}.", SAVE_AS_UTF8;
        /// A charset was declared that nobody knows, and the file is not UTF-8.
        CsvCharsetUnknown => "csv-charset-unknown", "The file is not UTF-8, and the charset declared with it is not a known one.", SAVE_AS_UTF8;
        /// A quotation mark opens a field and none closes it.
        CsvQuoteOpen {
            /// The row's number in the file, from 1.
            row: u32
        } => "csv-quote-open", "A quotation mark that opens a field in row {row} is never closed.", "Close the quotation mark, or write it twice if it belongs to the text, and upload the file again.";
    }
}

faults! {
    /// Why a table cannot be written.
    TableFault {
        /// The disk does not take more.
        Disk {
            /// What the system says.
            source: io::Error
        } => "table-disk", "The file could not be written.", "Try again. If this goes on, tell whoever runs this service.";
        /// More rows or columns than a worksheet has.
        TooLarge => "table-too-large", "The table has more rows or columns than a worksheet can hold (1,048,576 and 16,384).", "Choose CSV, or a smaller part of the list.";
        /// More than [`CELL_CHARS`](crate::CELL_CHARS).
        CellTooLong {
            /// The row's number in the file, from 1.
            row: u32,
            /// In UTF-16 units, as spreadsheet programs count.
            limit: usize
        } => "table-cell-too-long", "A cell in row {row} has more than {limit} characters, which a workbook cannot hold.", "Choose CSV.";
        /// A name or a text that a workbook does not take.
        Refused {
            /// What the format's writer says.
            reason: String
        } => "table-refused", "A workbook cannot hold this table: {reason}", "Choose CSV, or a shorter name without the characters [ ] : * ? / \\.";
    }
}

impl From<io::Error> for SheetFault {
    fn from(source: io::Error) -> Self {
        Self::FileUnreadable { source }
    }
}

impl From<io::Error> for TableFault {
    fn from(source: io::Error) -> Self {
        Self::Disk { source }
    }
}

impl From<rust_xlsxwriter::XlsxError> for TableFault {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the writer's errors are many and not ours; the rest is told in its own words"
    )]
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        use rust_xlsxwriter::XlsxError;
        match error {
            XlsxError::IoError(source) => Self::Disk { source },
            XlsxError::RowColumnLimitError => Self::TooLarge,
            other => Self::Refused { reason: other.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{SheetFault, TableFault};

    #[test]
    fn every_code_is_its_own_and_says_what_to_do() {
        let all: Vec<_> = SheetFault::CODES.iter().chain(TableFault::CODES).collect();
        let codes: HashSet<_> = all.iter().map(|(code, ..)| code).collect();
        assert_eq!(codes.len(), all.len());
        for (code, message, advice) in all {
            assert!(code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{code}");
            assert!(message.len() > 20 && advice.ends_with('.'), "{code}");
        }
        let fault = SheetFault::RowsTooMany { limit: 100_000 };
        assert_eq!(fault.to_string(), "The file has more than 100000 rows after the header, which is the most.");
        assert_eq!(fault.code(), "rows-too-many");
    }
}
