//! The archive's directory at its end, and the header before each entry (APPNOTE.TXT 6.3, sections 4.3.7 to 4.3.16).

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::{ENTRIES, Entry, Packing};
use crate::SheetFault;
use crate::workbook::damaged;

/// The end record without its comment, and the longest comment.
const END: usize = 22;
const COMMENT: u64 = 65_535;
/// The largest directory in bytes: a thousand entries with long names need a quarter.
const DIRECTORY: u64 = 1 << 20;
/// In a field that the 64-bit extension states instead.
const ELSEWHERE: u64 = 0xFFFF_FFFF;

/// Takes numbers from the front of a record, all little-endian.
struct Record<'a>(&'a [u8]);

impl<'a> Record<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], SheetFault> {
        let (front, rest) = self.0.split_at_checked(count).ok_or(damaged("the archive's directory"))?;
        self.0 = rest;
        Ok(front)
    }

    fn number(&mut self, width: usize) -> Result<u64, SheetFault> {
        Ok(self.bytes(width)?.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn length(&mut self) -> Result<usize, SheetFault> {
        Ok(usize::try_from(self.number(2)?).unwrap_or(usize::MAX))
    }

    fn signature(&mut self, expected: &[u8]) -> Result<(), SheetFault> {
        if self.bytes(4)? == expected { Ok(()) } else { Err(damaged("the archive's directory")) }
    }
}

fn read_at(file: &mut File, at: u64, count: u64) -> Result<Vec<u8>, SheetFault> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where the directory lies.
struct Extent {
    entries: u64,
    size: u64,
    start: u64,
}

/// Reads all entries of an archive of `length` bytes.
pub(super) fn read(file: &mut File, length: u64) -> Result<Vec<Entry>, SheetFault> {
    let extent = locate(file, length)?;
    if extent.entries > ENTRIES as u64 {
        return Err(SheetFault::WorkbookTooComplex { what: "parts", limit: ENTRIES as u64 });
    }
    if extent.size > DIRECTORY {
        return Err(SheetFault::WorkbookTooComplex { what: "names of parts", limit: DIRECTORY });
    }
    let directory = read_at(file, extent.start, extent.size)?;
    let mut record = Record(&directory);
    let mut entries: Vec<Entry> = Vec::new();
    for _ in 0..extent.entries {
        let Some(mut entry) = entry(&mut record)? else { continue };
        entry.start = data_start(file, entry.start, extent.start)?;
        if entry.start.checked_add(entry.packed).is_none_or(|end| end > extent.start) {
            return Err(damaged("the archive's directory"));
        }
        if entries.iter().any(|other| other.name == entry.name) {
            return Err(damaged("two parts have the same name"));
        }
        entries.push(entry);
    }
    if record.0.is_empty() { Ok(entries) } else { Err(damaged("the archive's directory")) }
}

/// Finds the directory by the record that ends the file, or by that record's 64-bit extension.
fn locate(file: &mut File, length: u64) -> Result<Extent, SheetFault> {
    let tail_start = length.saturating_sub(END as u64 + COMMENT);
    let tail = read_at(file, tail_start, length - tail_start)?;
    // The comment must reach exactly to the end of the file: an archive that can be read in two ways is not read.
    let found = (0..=tail.len().saturating_sub(END)).rev().find(|&at| {
        let rest = tail.get(at..).unwrap_or_default();
        rest.starts_with(b"PK\x05\x06")
            && Record(rest.get(20..).unwrap_or_default()).length().is_ok_and(|comment| comment + END == rest.len())
    });
    let at = found.ok_or(damaged("the archive has no end"))?;
    let mut record = Record(tail.get(at + 8..).unwrap_or_default());
    let (on_disk, entries) = (record.number(2)?, record.number(2)?);
    let mut extent = Extent { entries, size: record.number(4)?, start: record.number(4)? };
    let mut end = tail_start + at as u64;
    if extent.entries == 0xFFFF || extent.size == ELSEWHERE || extent.start == ELSEWHERE {
        let locator = read_at(file, end.saturating_sub(20), 20)?;
        let mut locator = Record(&locator);
        locator.signature(b"PK\x06\x07")?;
        locator.number(4)?;
        end = locator.number(8)?;
        let extension = read_at(file, end, 56)?;
        let mut extension = Record(&extension);
        extension.signature(b"PK\x06\x06")?;
        extension.bytes(20 + 8)?;
        extent = Extent { entries: extension.number(8)?, size: extension.number(8)?, start: extension.number(8)? };
    } else if on_disk != entries {
        return Err(damaged("the archive has several volumes"));
    }
    if extent.start.checked_add(extent.size) != Some(end) {
        return Err(damaged("the archive's directory"));
    }
    Ok(extent)
}

/// One entry as the directory has it; `start` is still that of the header before it. `None` for a folder.
fn entry(record: &mut Record<'_>) -> Result<Option<Entry>, SheetFault> {
    record.signature(b"PK\x01\x02")?;
    record.number(4)?;
    let flags = record.number(2)?;
    let method = record.number(2)?;
    record.number(4)?;
    let crc = u32::try_from(record.number(4)?).unwrap_or_default();
    let (mut packed, mut plain) = (record.number(4)?, record.number(4)?);
    let (name, extra, comment) = (record.length()?, record.length()?, record.length()?);
    record.number(8)?;
    let mut start = record.number(4)?;
    let name = String::from_utf8_lossy(record.bytes(name)?).replace('\\', "/").to_ascii_lowercase();
    let mut extra = Record(record.bytes(extra)?);
    record.bytes(comment)?;
    while extra.0.len() >= 4 {
        let (kind, length) = (extra.number(2)?, extra.length()?);
        let mut field = Record(extra.bytes(length)?);
        if kind == 1 {
            for stated in [&mut plain, &mut packed, &mut start] {
                if *stated == ELSEWHERE {
                    *stated = field.number(8)?;
                }
            }
        }
    }
    if name.ends_with('/') {
        return Ok(None);
    }
    // Bit 0: encrypted by the archive's own means, which no spreadsheet program uses; but some archivers do.
    if flags & 1 == 1 {
        return Err(SheetFault::WorkbookEncrypted);
    }
    let packing = match method {
        0 => Packing::Stored,
        8 => Packing::Deflated,
        _ => return Err(damaged("an entry is packed in an unknown way")),
    };
    let name = name.trim_start_matches('/').to_owned();
    Ok(Some(Entry { name, packing, start, packed, plain, crc, merged_at: None }))
}

/// Where the bytes of the entry begin whose header lies at `header`.
fn data_start(file: &mut File, header: u64, directory: u64) -> Result<u64, SheetFault> {
    if header >= directory {
        return Err(damaged("the archive's directory"));
    }
    let bytes = read_at(file, header, 30)?;
    let mut record = Record(&bytes);
    record.signature(b"PK\x03\x04")?;
    record.bytes(22)?;
    Ok(header + 30 + record.number(2)? + record.number(2)?)
}
