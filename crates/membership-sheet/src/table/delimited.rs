//! A table as CSV.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};

use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};

use crate::TableFault;
use crate::guard::{guarded, storable};

/// What tells spreadsheet programs that it is UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// A table under way.
#[derive(Debug)]
pub(crate) struct DelimitedTable {
    writer: Writer<BufWriter<File>>,
}

impl DelimitedTable {
    pub(crate) fn new<'a>(titles: impl Iterator<Item = &'a str>) -> Result<Self, TableFault> {
        let mut file = BufWriter::new(tempfile::tempfile()?);
        file.write_all(BYTE_ORDER_MARK)?;
        // The titles stand in quotes, so that nothing in them is taken for another delimiter.
        let mut header = builder().quote_style(QuoteStyle::Always).from_writer(file);
        write(&mut header, titles)?;
        let file = header.into_inner().map_err(csv::IntoInnerError::into_error)?;
        Ok(Self { writer: builder().from_writer(file) })
    }

    pub(crate) fn row<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<(), TableFault> {
        write(&mut self.writer, cells)
    }

    pub(crate) fn finish(self) -> Result<File, TableFault> {
        let buffered = self.writer.into_inner().map_err(csv::IntoInnerError::into_error)?;
        let mut file = buffered.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }
}

fn builder() -> WriterBuilder {
    let mut builder = WriterBuilder::new();
    builder.flexible(true).terminator(Terminator::CRLF);
    builder
}

fn write<'a>(writer: &mut Writer<BufWriter<File>>, cells: impl Iterator<Item = &'a str>) -> Result<(), TableFault> {
    for cell in cells {
        writer.write_field(guarded(&storable(cell)).as_bytes()).map_err(fault)?;
    }
    writer.write_record(None::<&[u8]>).map_err(fault)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "whatever is not the disk is told in the library's words")]
fn fault(error: csv::Error) -> TableFault {
    let reason = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(source) => TableFault::Disk { source },
        _ => TableFault::Refused { reason },
    }
}
