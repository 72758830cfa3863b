//! A table that is written beside the asking for its rows.

use std::{fs::File, io};

use membership_sheet::{CELL_CHARS, Column, Format, TableFault, TableWriter, Tone};
use tokio::{sync::mpsc, task::JoinHandle};

use super::{
    SHEET,
    download::{broken, unwritten},
};
use crate::problem::Problem;

/// Blocks that wait for whoever writes.
const WAITING: usize = 2;
/// How wide a column is, in characters.
const WIDTH: u8 = 24;

/// A row with how it looks.
pub(super) type Row = (Vec<String>, Tone);

/// A table in the making.
pub(super) struct Writing {
    blocks: mpsc::Sender<Vec<Row>>,
    written: JoinHandle<Result<File, TableFault>>,
}

impl Writing {
    /// Begins a table with `titles`.
    pub(super) fn begin(format: Format, titles: Vec<String>) -> Self {
        let (blocks, waiting) = mpsc::channel(WAITING);
        Self { blocks, written: tokio::task::spawn_blocking(move || write(format, &titles, waiting)) }
    }

    /// Writes a block of rows below the others; whether that is of any use.
    pub(super) async fn push(&self, rows: Vec<Row>) -> bool {
        self.blocks.send(rows).await.is_ok()
    }

    /// Ends it.
    pub(super) async fn finish(self) -> Result<File, Problem> {
        drop(self.blocks);
        let written = self.written.await.map_err(|error| broken(&io::Error::other(error)))?;
        written.map_err(|fault| unwritten(&fault))
    }
}

fn write(format: Format, titles: &[String], mut blocks: mpsc::Receiver<Vec<Row>>) -> Result<File, TableFault> {
    let columns: Vec<Column<'_>> = titles.iter().map(|title| Column { title, width_chars: WIDTH }).collect();
    let mut table = TableWriter::new(format, SHEET, &columns)?;
    while let Some(rows) = blocks.blocking_recv() {
        for (cells, tone) in rows {
            let cells: Vec<&str> = cells.iter().map(|cell| fitting(format, cell)).collect();
            table.row(&cells, tone)?;
        }
    }
    table.finish()
}

/// As much of `cell` as a cell holds: a reason may repeat all that stood in a cell of the row.
fn fitting(format: Format, cell: &str) -> &str {
    if format == Format::Csv || cell.len() <= CELL_CHARS {
        return cell;
    }
    let mut units = 0;
    let end = cell.char_indices().find(|(_, letter)| {
        units += letter.len_utf16();
        units > CELL_CHARS
    });
    end.and_then(|(at, _)| cell.get(..at)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_for_a_cell_is_cut_between_letters() {
        let long = "😀".repeat(CELL_CHARS);
        assert_eq!(fitting(Format::Xlsx, &long).encode_utf16().count(), CELL_CHARS - 1);
        assert_eq!(fitting(Format::Csv, &long), long);
        assert_eq!(fitting(Format::Xlsx, "short"), "short");
    }
}
