//! The operator's file of breached passwords.

use std::{
    cmp::Ordering,
    fs::{self, File},
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use data_encoding::HEXUPPER_PERMISSIVE;
use sha1::{Digest as _, Sha1};

const HASH_BYTES: usize = 20;

/// Room for two lines: 40 digits, a colon, a count of 20 digits, CR LF. Wherever it begins, it holds one line whole.
const TWO_LINES: u64 = 128;

/// Most that is read at once. A range of that length is read through.
const BLOCK: u64 = 4096;

/// How much of the beginning is read through when the file is opened: some 1,400 lines.
const HEAD: u64 = 65_536;

/// At how many further places lines are looked at then.
const SAMPLES: u64 = 256;

type Hash = [u8; HASH_BYTES];

/// A file of SHA-1 hashes of breached passwords, in the form of Have I Been Pwned's download: each line a hash in 40
/// hexadecimal digits, a colon, and how often it was seen; sorted by hash.
///
/// It is searched where it is, in some 25 reads of a few bytes for 40 GB. It stays open: put a newer one in its place by
/// renaming, and start again.
#[derive(Debug)]
pub struct BreachedHashes {
    file: Mutex<File>,
    /// In bytes, when it was opened.
    length: u64,
}

/// Why a file cannot serve as a list of breached passwords. What it holds instead is not told: it might be a secret.
#[derive(Debug, thiserror::Error)]
pub enum BreachedHashesError {
    /// The system does not let us read it.
    #[error("the list of breached passwords {}: {source}", path.display())]
    Unreadable {
        /// Where it is.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is a directory, a pipe or the like, or there is nothing in it.
    #[error("the list of breached passwords {}: expected a file with lines in it", path.display())]
    Empty {
        /// Where it is.
        path: PathBuf,
    },
    /// A line is not of the form.
    #[error("the list of breached passwords {}, {place}: expected 40 hexadecimal digits (SHA-1), a colon and a count, \
        such as `21BD12DC183F740EE76F27B78EB39C8AD972A757:42`", path.display())]
    Malformed {
        /// Where it is.
        path: PathBuf,
        /// Which line: its number, or the byte where it begins.
        place: String,
    },
    /// A hash is smaller than one before it.
    #[error("the list of breached passwords {}, {place}: expected lines in the order of their hashes, but this one is \
        smaller than one before it; take the download that is ordered by hash", path.display())]
    Unsorted {
        /// Where it is.
        path: PathBuf,
        /// Which line: its number, or the byte where it begins.
        place: String,
    },
}

impl BreachedHashes {
    /// Opens the file at `path`, and looks at its beginning, its end, and 256 places between.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, BreachedHashesError> {
        let path = path.as_ref();
        let unreadable = |source| BreachedHashesError::Unreadable { path: path.to_owned(), source };
        // Asked first: to open a pipe would wait for whoever writes to it.
        let metadata = fs::metadata(path).map_err(unreadable)?;
        if !metadata.is_file() || metadata.len() == 0 {
            return Err(BreachedHashesError::Empty { path: path.to_owned() });
        }
        let file = Mutex::new(File::open(path).map_err(unreadable)?);
        let hashes = Self { file, length: metadata.len() };
        match hashes.fault().map_err(unreadable)? {
            None => Ok(hashes),
            Some(Fault::Malformed(place)) => Err(BreachedHashesError::Malformed { path: path.to_owned(), place }),
            Some(Fault::Unsorted(place)) => Err(BreachedHashesError::Unsorted { path: path.to_owned(), place }),
        }
    }

    /// Whether the hash of exactly this text is in the file. Fails if the file is not what it was when it was opened.
    pub(super) fn contains(&self, text: &str) -> io::Result<bool> {
        let wanted = Hash::from(Sha1::digest(text));
        // Both are where a line begins, or the end.
        let (mut low, mut high) = (0, self.length);
        while high - low > BLOCK {
            let (start, hash) = self.line_after(low.midpoint(high))?.ok_or_else(changed)?;
            match hash.cmp(&wanted) {
                Ordering::Less => low = start,
                Ordering::Equal => return Ok(true),
                Ordering::Greater => high = start,
            }
        }
        let block = self.read(low, high - low)?;
        let hashes: Option<Vec<_>> = lines(&block).map(parse).collect();
        let hashes = hashes.filter(|_| block.len() as u64 == high - low).ok_or_else(changed)?;
        Ok(hashes.contains(&wanted))
    }

    /// What is wrong with the file, as far as one sees without reading all of it.
    fn fault(&self) -> io::Result<Option<Fault>> {
        let mut largest = [0; HASH_BYTES];
        let mut check = |hash: Option<Hash>, place: String| match hash {
            None => Some(Fault::Malformed(place)),
            Some(hash) if hash < largest => Some(Fault::Unsorted(place)),
            Some(hash) => {
                largest = hash;
                None
            }
        };
        let head = self.read(0, HEAD)?;
        // The last line may be cut off there; what the file ends with is looked at below.
        let whole = head.iter().rposition(|byte| *byte == b'\n').unwrap_or(head.len());
        let head = head.get(..whole).unwrap_or(&head);
        for (number, line) in (1_u64..).zip(head.split(|byte| *byte == b'\n')) {
            if let Some(fault) = check(parse(line), format!("line {number}")) {
                return Ok(Some(fault));
            }
        }
        let between = (1..SAMPLES).map(|sample| self.length / SAMPLES * sample).filter(|place| *place > HEAD);
        for place in between {
            let (start, hash) = self.line_after(place)?.map_or((place, None), |(start, hash)| (start, Some(hash)));
            if let Some(fault) = check(hash, format!("the line at byte {start}")) {
                return Ok(Some(fault));
            }
        }
        let tail = self.read(self.length.saturating_sub(TWO_LINES), TWO_LINES)?;
        Ok(check(lines(&tail).last().and_then(parse), "the last line".to_owned()))
    }

    /// The first line that begins after the byte at `place`, and where it begins. `None` if there is none of the form.
    fn line_after(&self, place: u64) -> io::Result<Option<(u64, Hash)>> {
        let block = self.read(place, TWO_LINES)?;
        let mut parts = block.split(|byte| *byte == b'\n');
        let Some(before) = parts.next() else { return Ok(None) };
        let start = place + before.len() as u64 + 1;
        Ok(parts.next().and_then(parse).map(|hash| (start, hash)))
    }

    /// As many bytes from `place` on as there are, `most` at most.
    fn read(&self, place: u64, most: u64) -> io::Result<Vec<u8>> {
        // Nothing is left half done here by whoever panicked.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(place))?;
        let mut bytes = Vec::new();
        file.by_ref().take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

enum Fault {
    Malformed(String),
    Unsorted(String),
}

fn changed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it is not the file that it was when it was opened")
}

/// The lines of a text that begins and ends with a line.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.strip_suffix(b"\n").unwrap_or(text).split(|byte| *byte == b'\n')
}

/// The hash of a line, if it is one.
fn parse(line: &[u8]) -> Option<Hash> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digits, rest) = line.split_first_chunk::<{ 2 * HASH_BYTES }>()?;
    let count = rest.strip_prefix(b":")?;
    if !(1..=20).contains(&count.len()) || !count.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut hash = [0; HASH_BYTES];
    HEXUPPER_PERMISSIVE.decode_mut(digits, &mut hash).ok()?;
    Some(hash)
}

#[cfg(test)]
#[path = "breached_tests.rs"]
mod tests;
