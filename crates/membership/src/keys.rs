//! The key of the links: made once, kept in a file that only its owner reads, or handed over by configuration.

use std::{fs, io::Write as _, path::Path};

use membership_core::{link::Key, ports::Entropy};
use zeroize::Zeroizing;

use crate::{
    config::Config,
    failure::{Context, Outcome},
};

/// The current key and those before it.
pub(crate) fn load(config: &Config, entropy: &dyn Entropy) -> Outcome<(Key, Vec<Key>)> {
    let current = if let Some(text) = &config.key.current {
        parse(text.expose()).context("key.current")?
    } else {
        let default = config.data_dir.join("link.key");
        from_file(config.key.file.as_deref().unwrap_or(&default), entropy)?
    };
    let previous = config.key.previous.iter().map(|text| parse(text.expose()).context("key.previous"));
    Ok((current, previous.collect::<Outcome<_>>()?))
}

fn from_file(path: &Path, entropy: &dyn Entropy) -> Outcome<Key> {
    let at = path.display();
    if !path.exists() {
        write_new(path, entropy).context(format!("making the key {at}"))?;
    }
    let text = Zeroizing::new(fs::read_to_string(path).context(format!("reading the key {at}"))?);
    parse(text.trim()).context(format!("the key {at}"))
}

/// Writes a new key beside its place and moves it there, so that a crash leaves a whole key or none; of two processes
/// that start at once, one makes it and both read that one.
fn write_new(path: &Path, entropy: &dyn Entropy) -> std::io::Result<()> {
    let mut bytes = Zeroizing::new([0; 32]);
    entropy.fill(bytes.as_mut_slice());
    let digit = |half: u8| char::from_digit(half.into(), 16);
    let text: Zeroizing<String> =
        Zeroizing::new(bytes.iter().flat_map(|b| [b >> 4, b & 15]).filter_map(digit).collect());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Never somebody else's draft, whose key may be in its place already: in two containers, process ids are the same.
    let mut name = [0; 8];
    entropy.fill(&mut name);
    let draft = path.with_extension(format!("{:016x}.new", u64::from_be_bytes(name)));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // A hard link, unlike a rename, does not replace a key that somebody else has made meanwhile.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn parse(text: &str) -> Outcome<Key> {
    let digits: Zeroizing<Vec<u8>> = Zeroizing::new(
        text.chars().map_while(|c| c.to_digit(16)).filter_map(|digit| u8::try_from(digit).ok()).collect(),
    );
    if digits.len() != 64 || text.len() != 64 {
        return Err("expected 64 hexadecimal digits (32 random bytes, as `openssl rand -hex 32` prints them)".into());
    }
    let mut key = Zeroizing::new([0; 32]);
    for (to, pair) in key.iter_mut().zip(digits.as_chunks::<2>().0) {
        let [high, low] = pair;
        *to = high << 4 | low;
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for (index, byte) in bytes.iter_mut().enumerate() {
                *byte = u8::try_from(index).unwrap();
            }
        }
    }

    #[test]
    fn a_key_is_made_once_and_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sub/link.key");
        let first = from_file(&path, &Counting).unwrap();
        assert_eq!(first[31], 31);
        let text = fs::read_to_string(&path).unwrap();
        write_new(&path, &Counting).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert_eq!(*from_file(&path, &Counting).unwrap(), *first);
        assert_eq!(fs::read_dir(folder.path().join("sub")).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("link.key");
        from_file(&path, &Counting).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_is_refused() {
        for bad in ["", "00", &"g".repeat(64), &"0".repeat(65)] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
