//! Merged cells: what stands in the first cell of a range counts for each row of it.

use super::archive::Archive;
use super::position::position;
use super::xml::{Node, Xml};
use crate::{Cell, SheetFault};

/// The most ranges of one sheet that go over several rows.
const RANGES: usize = 65_536;

/// A range over several rows. Rows and columns count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Range {
    first_row: u32,
    last_row: u32,
    column: u16,
}

/// The merged ranges of a sheet, applied from the top down.
#[derive(Debug)]
pub(super) struct Merges {
    /// Those to come; the next one is the last.
    coming: Vec<Range>,
    /// For each column, what counts there and the last row it counts for.
    current: Vec<Option<(u32, Cell)>>,
}

impl Merges {
    pub(super) fn read(archive: &Archive, path: &str, columns: u16) -> Result<Self, SheetFault> {
        let mut merges = Self { coming: Vec::new(), current: Vec::new() };
        let Some(part) = archive.part_at_merges(path)? else { return Ok(merges) };
        let mut xml = Xml::midway(part);
        loop {
            match xml.next()? {
                Node::Open(tag) if tag.name() == "mergeCell" => {
                    let Some(range) = tag.attribute("ref")?.as_deref().and_then(range) else { continue };
                    if range.last_row == range.first_row || range.column >= columns {
                        continue;
                    }
                    if merges.coming.len() >= RANGES {
                        return Err(SheetFault::WorkbookTooComplex { what: "merged ranges", limit: RANGES as u64 });
                    }
                    merges.coming.push(range);
                }
                Node::Open(_) | Node::Close(_) | Node::Text(_) | Node::Other => {}
                Node::End => break,
            }
        }
        merges.coming.sort_unstable_by(|one, other| other.cmp(one));
        Ok(merges)
    }

    /// Fills the cells of `row` (from 0) that a range above covers. A row with nothing of its own stays blank: a range
    /// may go down to the last row of the sheet.
    pub(super) fn fill(&mut self, row: u32, cells: &mut Vec<Cell>) {
        if self.coming.is_empty() && self.current.is_empty() {
            return;
        }
        while let Some(range) = self.coming.pop_if(|range| range.first_row <= row) {
            // A range whose first row is not there has nothing to give.
            let cell = if range.first_row == row { cells.get(usize::from(range.column)) } else { None };
            let slot = usize::from(range.column);
            if self.current.len() <= slot {
                self.current.resize(slot + 1, None);
            }
            if let Some(current) = self.current.get_mut(slot) {
                *current = cell.filter(|cell| !cell.is_empty()).map(|cell| (range.last_row, cell.clone()));
            }
        }
        if cells.iter().all(Cell::is_empty) {
            return;
        }
        for (column, slot) in self.current.iter_mut().enumerate() {
            let Some((last_row, cell)) = slot else { continue };
            if row > *last_row {
                *slot = None;
                continue;
            }
            if cells.len() <= column {
                cells.resize(column + 1, Cell::EMPTY);
            }
            if let Some(own) = cells.get_mut(column).filter(|own| own.is_empty()) {
                own.clone_from(cell);
            }
        }
    }
}

/// A range such as `A2:B4`.
fn range(text: &str) -> Option<Range> {
    let (first, last) = text.split_once(':')?;
    let (first, last) = (position(first)?, position(last)?);
    let column = u16::try_from(first.column.min(last.column)).ok()?;
    Some(Range { first_row: first.row.min(last.row), last_row: first.row.max(last.row), column })
}
