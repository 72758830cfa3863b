//! Reading a whole file for a test.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::PathBuf;

use membership_sheet::{Cell, Description, Limits, Line, Media, SheetFault, open};

/// The folder with files from other programs.
pub(crate) fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// `bytes` as an upload.
pub(crate) fn upload(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

/// All lines of a file.
pub(crate) fn read(file: File, media: Option<&str>) -> Result<(Description, Vec<Line>), SheetFault> {
    let media = media.map(Media::parse);
    let mut sheet = open(file, media.as_ref(), &Limits::default())?;
    let mut lines = Vec::new();
    while let Some(line) = sheet.next()? {
        lines.push(line);
    }
    Ok((sheet.describe().clone(), lines))
}

/// The number of a line and its cells, an error with `!` before it.
pub(crate) fn shown(lines: &[Line]) -> Vec<(u32, Vec<String>)> {
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) => text.clone(),
        Cell::Error(error) => format!("!{error}"),
    };
    lines.iter().map(|line| (line.number, line.cells.iter().map(cell).collect())).collect()
}
