//! The directory behind the mailbox.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    path::PathBuf,
};

use chrono::{DateTime, Utc};
use membership_core::id::MessageId;

/// Most messages that are kept.
pub(super) const CAPACITY: usize = 500;
const SUFFIX: &str = ".eml";

/// A directory of messages whose names sort by time.
#[derive(Debug)]
pub(super) struct Shelf {
    directory: PathBuf,
}

/// The name of a message kept at `now`: sorts by time, and differs for every attempt.
pub(super) fn id(now: DateTime<Utc>, message: MessageId) -> String {
    format!("{}-{}", now.format("%Y%m%dT%H%M%S%6f"), message.as_uuid().simple())
}

impl Shelf {
    pub(super) fn open(directory: PathBuf) -> io::Result<Self> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&directory)?;
        Ok(Self { directory })
    }

    /// Writes a message whole or not at all, and removes the oldest ones that are too many.
    pub(super) fn keep(&self, id: &str, message: &[u8]) -> io::Result<()> {
        let Some(path) = self.path(id) else { return Err(io::ErrorKind::InvalidInput.into()) };
        let unfinished = path.with_extension("part");
        private(&unfinished)?.write_all(message)?;
        fs::rename(&unfinished, &path)?;
        for surplus in self.ids()?.into_iter().skip(CAPACITY) {
            if let Some(path) = self.path(&surplus) {
                remove(&path)?;
            }
        }
        Ok(())
    }

    /// The names of the messages, newest first.
    pub(super) fn ids(&self) -> io::Result<Vec<String>> {
        let mut ids = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let name = entry?.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(SUFFIX)).filter(|id| is_id(id));
            ids.extend(id.map(str::to_owned));
        }
        ids.sort_unstable_by(|one, other| other.cmp(one));
        Ok(ids)
    }

    /// A message; `None` if there is none of this name.
    pub(super) fn read(&self, id: &str) -> io::Result<Option<Vec<u8>>> {
        let Some(path) = self.path(id) else { return Ok(None) };
        match fs::read(path) {
            Ok(raw) => Ok(Some(raw)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Where a message of this name is; nowhere if the name is none of ours, such as `../secret`.
    fn path(&self, id: &str) -> Option<PathBuf> {
        is_id(id).then(|| self.directory.join(format!("{id}{SUFFIX}")))
    }
}

/// What [`id`] makes: a time, a hyphen, a UUID, all of it letters and digits.
fn is_id(id: &str) -> bool {
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric());
    id.split_once('-').is_some_and(|(time, uuid)| time.len() == 21 && uuid.len() == 32 && plain(time) && plain(uuid))
}

/// A new file that only this user may read.
fn private(path: &std::path::Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Another process may have removed it first.
fn remove(path: &std::path::Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
