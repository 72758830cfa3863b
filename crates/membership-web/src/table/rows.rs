//! The rows of an upload, read beside the planning.

use std::collections::VecDeque;

use async_trait::async_trait;
use membership_core::import::{self, Rows, Unreadable};
use membership_sheet::{Cell, Limits, Line, Sheet, SheetFault, open};
use tokio::sync::{Semaphore, SemaphorePermit, mpsc};

use super::upload::{MAX_FILE_BYTES, Upload};

/// Lines that go through the channel at once, and bytes of text in them: a line can be long.
const BLOCK: usize = 500;
const BLOCK_TEXT: usize = 128 << 10;
/// Bytes of text that are handed over at once.
const MOST_TEXT: usize = 512 << 10;
/// Blocks that wait for whoever plans.
const WAITING: usize = 2;
/// Files that are read at a time: each may need some 64 MiB, whatever is in it.
static READERS: Semaphore = Semaphore::const_new(4);

/// The lines of an uploaded table. The file is read on a thread of its own while blocks of it are planned, and no further once
/// this is dropped.
#[derive(Debug)]
pub struct SheetRows {
    blocks: mpsc::Receiver<Result<Vec<import::Line>, Unreadable>>,
    ready: VecDeque<import::Line>,
    /// How many bytes of text are ready.
    text: usize,
    ended: bool,
}

impl SheetRows {
    /// Begins to read `upload`, once it is its turn.
    pub async fn of(upload: Upload) -> Self {
        let (sender, blocks) = mpsc::channel(WAITING);
        // It is never closed.
        let turn = READERS.acquire().await.ok();
        tokio::task::spawn_blocking(move || read(upload, &sender, turn));
        Self { blocks, ready: VecDeque::new(), text: 0, ended: false }
    }
}

#[async_trait]
impl Rows for SheetRows {
    async fn next(&mut self, most: usize) -> Result<Vec<import::Line>, Unreadable> {
        while self.ready.len() < most && self.text < MOST_TEXT && !self.ended {
            // The end is said. A reader that is gone without a word has read part of the file.
            let block = self.blocks.recv().await.ok_or_else(|| lost("its reader is gone"))??;
            self.ended = block.is_empty();
            self.text += block.iter().map(text_of).sum::<usize>();
            self.ready.extend(block);
        }
        let most = most.min(self.ready.len());
        let lines: Vec<import::Line> = self.ready.drain(..most).collect();
        self.text -= lines.iter().map(text_of).sum::<usize>();
        Ok(lines)
    }
}

/// Reads to the end, to the first fault, or until nobody listens.
fn read(
    upload: Upload,
    blocks: &mpsc::Sender<Result<Vec<import::Line>, Unreadable>>,
    _turn: Option<SemaphorePermit<'_>>,
) {
    let charset = upload.media.as_ref().and_then(|media| media.charset()).unwrap_or_default().to_owned();
    let limits = Limits { file: MAX_FILE_BYTES, rows: import::MAX_ROWS, ..Limits::default() };
    let mut sheet = open(upload.file, upload.media.as_ref(), &limits);
    loop {
        let block = match &mut sheet {
            Ok(sheet) => block(sheet),
            Err(_) => return drop(sheet.map_err(|fault| blocks.blocking_send(Err(said(fault, charset))))),
        };
        let is_last = block.as_ref().is_ok_and(Vec::is_empty) || block.is_err();
        let sent = blocks.blocking_send(block.map_err(|fault| said(fault, charset.clone())));
        if is_last || sent.is_err() {
            return;
        }
    }
}

fn block(sheet: &mut Sheet) -> Result<Vec<import::Line>, SheetFault> {
    let mut lines = Vec::with_capacity(BLOCK);
    let mut text = 0;
    while lines.len() < BLOCK && text < BLOCK_TEXT {
        let Some(Line { number, cells }) = sheet.next()? else { break };
        let cells = cells.into_iter().map(|cell| match cell {
            Cell::Text(text) | Cell::Error(text) => text,
        });
        let line = import::Line { number, cells: cells.collect() };
        text += text_of(&line);
        lines.push(line);
    }
    Ok(lines)
}

fn text_of(line: &import::Line) -> usize {
    line.cells.iter().map(String::len).sum()
}

fn lost(detail: &str) -> Unreadable {
    Unreadable::Lost { detail: detail.to_owned() }
}

/// What the kernel says of a file that cannot be read so.
fn said(fault: SheetFault, charset: String) -> Unreadable {
    let format = |name: &str| Unreadable::OtherFormat { format: name.to_owned() };
    match fault {
        SheetFault::FileTooLarge { limit } => too_large(&format!("more than {} MiB", limit >> 20)),
        SheetFault::FileUnreadable { source } => lost(&source.to_string()),
        SheetFault::NotAWorkbook | SheetFault::CsvNotText => Unreadable::NotATable,
        SheetFault::WorkbookLegacy => format(".xls"),
        SheetFault::WorkbookEncrypted => Unreadable::Encrypted,
        SheetFault::WorkbookOpenDocument => format(".ods"),
        SheetFault::WorkbookBinary => format(".xlsb"),
        SheetFault::WorkbookHasMacros => Unreadable::Macros,
        SheetFault::WorkbookTooLarge { limit } => too_large(&format!("more than {} MiB once unpacked", limit >> 20)),
        SheetFault::WorkbookTooComplex { what, limit } => too_large(&format!("more than {limit} {what}")),
        SheetFault::WorkbookDamaged { what } => Unreadable::Damaged { detail: what.to_owned() },
        SheetFault::SheetHidden => Unreadable::Damaged { detail: "none of its sheets is visible".to_owned() },
        SheetFault::EntityDeclared => Unreadable::Hostile { what: "a document type or entities".to_owned() },
        SheetFault::SheetEmpty => Unreadable::Empty,
        SheetFault::RowsTooMany { .. } => Unreadable::TooManyRows,
        SheetFault::CellTooLong { row, .. } => Unreadable::CellTooLong { row },
        SheetFault::CsvMisencoded { encoding } => {
            Unreadable::Damaged { detail: format!("it has bytes that are no {encoding}") }
        }
        SheetFault::CsvCharsetUnknown => Unreadable::CharsetUnknown { charset },
        SheetFault::CsvQuoteOpen { row } => {
            Unreadable::Damaged { detail: format!("a quotation mark that opens in row {row} is never closed") }
        }
    }
}

fn too_large(what: &str) -> Unreadable {
    Unreadable::TooLarge { what: what.to_owned() }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
