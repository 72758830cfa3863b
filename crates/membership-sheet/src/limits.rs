//! How much a file may ask of us.

/// The longest cell in characters, as spreadsheet programs have it.
pub const CELL_CHARS: usize = 32_767;

/// Bounds of one upload. What is not here is bounded by constants where it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The file, in bytes.
    pub file: u64,
    /// Everything in a workbook after inflating, in bytes; also the text of all its cells together.
    pub inflated: u64,
    /// Lines with content after the first one, which is the header.
    pub rows: u32,
    /// Columns from the left; what stands farther right is not read.
    pub columns: u16,
}

impl Default for Limits {
    /// 20 MiB, 256 MiB inflated, 100,000 rows, 64 columns.
    fn default() -> Self {
        Self { file: 20 << 20, inflated: 256 << 20, rows: 100_000, columns: 64 }
    }
}

/// Whether `text` is longer than a cell may be.
pub(crate) fn is_too_long(text: &str) -> bool {
    text.len() > CELL_CHARS && text.chars().count() > CELL_CHARS
}
