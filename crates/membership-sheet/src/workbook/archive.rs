//! The zip archive: which entries it has, where their bytes lie, and what they inflate to.
//!
//! Read by hand rather than by a library for archives: one must never allocate by a number that the file states, and the
//! reader of a part must own what it reads from. No entry is written anywhere and no name is used as a path.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Take};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use memchr::memmem;

use super::damaged;
use crate::SheetFault;

mod directory;

/// The most entries. A workbook with pictures and a hundred sheets has a few hundred.
const ENTRIES: usize = 1_000;
/// What a sheet with merged cells contains.
const MERGED: &[u8] = b"mergeCell";
/// How much is inflated at once, in bytes.
const CHUNK: usize = 64 << 10;

/// How an entry is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Stored,
    Deflated,
}

/// One entry of the archive.
#[derive(Debug)]
pub(crate) struct Entry {
    /// In lower case, with `/` between folders: part names do not differ by case.
    name: String,
    packing: Packing,
    /// Where its bytes begin in the file.
    start: u64,
    packed: u64,
    /// As the archive states it; true once [`Archive::inspect`] has counted.
    plain: u64,
    crc: u32,
    /// Where merged cells are first spoken of in it.
    merged_at: Option<u64>,
}

/// An archive whose directory was read.
#[derive(Debug)]
pub(crate) struct Archive {
    file: File,
    entries: Vec<Entry>,
}

impl Archive {
    /// Reads the directory of a file of `length` bytes.
    pub(crate) fn open(mut file: File, length: u64) -> Result<Self, SheetFault> {
        let entries = directory::read(&mut file, length)?;
        Ok(Self { file, entries })
    }

    /// Inflates every entry once, counts, and compares with what the archive states; `limit` is for all together.
    pub(crate) fn inspect(&mut self, limit: u64) -> Result<(), SheetFault> {
        let mut left = limit;
        let mut buffer = vec![0; CHUNK + MERGED.len()];
        let finder = memmem::Finder::new(MERGED);
        let mut entries = std::mem::take(&mut self.entries);
        for entry in &mut entries {
            let mut plain = self.inflate(entry)?;
            let (mut crc, mut counted) = (Crc::new(), 0_u64);
            // Kept from the last chunk, for what lies across two.
            let mut kept = 0_usize;
            loop {
                let Some(space) = buffer.get_mut(kept..) else { return Err(damaged("an entry")) };
                let got = read_some(&mut plain, space).map_err(|_| damaged("an entry cannot be inflated"))?;
                if got == 0 {
                    break;
                }
                counted += got as u64;
                left = left.checked_sub(got as u64).ok_or(SheetFault::WorkbookTooLarge { limit })?;
                let filled = kept + got;
                crc.update(buffer.get(kept..filled).unwrap_or_default());
                if entry.merged_at.is_none() {
                    let chunk = buffer.get(..filled).unwrap_or_default();
                    entry.merged_at = finder.find(chunk).map(|at| counted - filled as u64 + at as u64);
                }
                let keep = filled.min(MERGED.len());
                buffer.copy_within(filled - keep..filled, 0);
                kept = keep;
            }
            if counted != entry.plain || crc.sum() != entry.crc {
                return Err(damaged("an entry is not what the archive says"));
            }
        }
        self.entries = entries;
        Ok(())
    }

    /// Whether any entry's name (lower case) satisfies `test`.
    pub(crate) fn any(&self, test: impl Fn(&str) -> bool) -> bool {
        self.entries.iter().any(|entry| test(&entry.name))
    }

    /// Opens the part called `name`, if there is one. Only one part is read at a time: they share the file's position.
    pub(crate) fn part(&self, name: &str) -> Result<Option<Part>, SheetFault> {
        self.find(name).map(|entry| Ok(Part { source: self.inflate(entry)?, token: 0 })).transpose()
    }

    /// Opens the part called `name` where it first speaks of merged cells.
    pub(crate) fn part_at_merges(&self, name: &str) -> Result<Option<Part>, SheetFault> {
        let Some(at) = self.find(name).and_then(|entry| entry.merged_at) else { return Ok(None) };
        let Some(mut part) = self.part(name)? else { return Ok(None) };
        io::copy(&mut (&mut part.source).take(at), &mut io::sink())?;
        Ok(Some(part))
    }

    fn find(&self, name: &str) -> Option<&Entry> {
        let name = name.to_ascii_lowercase();
        self.entries.iter().find(|entry| entry.name == name)
    }

    fn inflate(&self, entry: &Entry) -> Result<BufReader<Plain>, SheetFault> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(entry.start))?;
        let packed = file.take(entry.packed);
        let plain = match entry.packing {
            Packing::Stored => Plain::Stored(packed),
            Packing::Deflated => Plain::Deflated(Box::new(DeflateDecoder::new(packed))),
        };
        Ok(BufReader::with_capacity(32 << 10, plain))
    }
}

/// As [`Read::read`], but asks again after an interruption.
fn read_some(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match source.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// The bytes of an entry, unpacked.
#[derive(Debug)]
enum Plain {
    Stored(Take<File>),
    Deflated(Box<DeflateDecoder<Take<File>>>),
}

impl Read for Plain {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(source) => source.read(buffer),
            Self::Deflated(source) => source.read(buffer),
        }
    }
}

/// A part as its bytes come, one token of markup after the other, each no longer than [`Part::TOKEN`].
#[derive(Debug)]
pub(crate) struct Part {
    source: BufReader<Plain>,
    /// How long the token under way is so far.
    token: usize,
}

impl Part {
    /// The longest token of markup in bytes: a tag with its attributes, a comment, or the text between two tags. It is
    /// what the parser holds in memory.
    pub(crate) const TOKEN: usize = 256 << 10;

    /// A new token begins.
    pub(crate) fn begin_token(&mut self) {
        self.token = 0;
    }

    /// Whether the last token was too long.
    pub(crate) fn overflowed(&self) -> bool {
        self.token > Self::TOKEN
    }
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut available = self.fill_buf()?;
        let read = available.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Part {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.overflowed() {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "a token of markup is too long"));
        }
        self.source.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.token += amount;
        self.source.consume(amount);
    }
}
