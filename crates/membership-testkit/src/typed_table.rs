//! A table that a test has typed.

use async_trait::async_trait;
use membership_core::import::{Line, Rows, Unreadable};

/// Lines in memory, as [`Rows`].
#[derive(Debug, Clone, Default)]
pub struct TypedTable {
    lines: std::collections::VecDeque<Line>,
}

impl TypedTable {
    /// A header, and a row below it for each of `rows`.
    pub fn new<'a>(header: &[&str], rows: impl IntoIterator<Item = &'a [&'a str]>) -> Self {
        let mut table = Self::default();
        table.push(header.iter().map(|cell| (*cell).to_owned()).collect());
        rows.into_iter().for_each(|row| table.push(row.iter().map(|cell| (*cell).to_owned()).collect()));
        table
    }

    /// One more line.
    pub fn push(&mut self, cells: Vec<String>) {
        let number = u32::try_from(self.lines.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.lines.push_back(Line { number, cells });
    }
}

#[async_trait]
impl Rows for TypedTable {
    async fn next(&mut self, most: usize) -> Result<Vec<Line>, Unreadable> {
        let most = most.min(self.lines.len());
        Ok(self.lines.drain(..most).collect())
    }
}
