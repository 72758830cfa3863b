//! The built-in list of common passwords: see `data/README.md`.

use std::cmp::Ordering;

/// One password a line, sorted by bytes: searched as it is, so that it takes no memory but the program's own pages.
const LIST: &str = include_str!("../../data/common-passwords.txt");

/// The shortest password of the list, in bytes.
pub(super) const SHORTEST: usize = 4;

/// The longest password of the list, in bytes.
pub(super) const LONGEST: usize = 20;

/// Whether the list has `word`, which is in small letters.
pub(super) fn has(word: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&word.len()) && find(word).is_some()
}

fn find(word: &str) -> Option<()> {
    // Both are where a line begins.
    let (mut low, mut high) = (0, LIST.len());
    while low < high {
        let middle = low.midpoint(high);
        let start = LIST.get(low..middle)?.rfind('\n').map_or(low, |newline| low + newline + 1);
        let line = LIST.get(start..high)?.split('\n').next()?;
        match line.cmp(word) {
            Ordering::Less => low = start + line.len() + 1,
            Ordering::Equal => return Some(()),
            Ordering::Greater => high = start,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves A61 in part: of at least 3,000 common passwords, each is known.
    #[test]
    fn every_line_is_found() {
        assert!(LIST.lines().all(has));
        assert!(LIST.lines().filter(|line| line.len() >= 8).count() >= 3_000);
    }

    #[test]
    fn the_list_is_as_the_search_needs_it() {
        assert!(LIST.ends_with('\n'));
        assert!(LIST.lines().is_sorted_by(|one, next| one < next));
        assert!(LIST.bytes().all(|byte| byte == b'\n' || byte.is_ascii_graphic() && !byte.is_ascii_uppercase()));
        assert_eq!(LIST.lines().map(str::len).min(), Some(SHORTEST));
        assert_eq!(LIST.lines().map(str::len).max(), Some(LONGEST));
    }

    #[test]
    fn what_is_no_line_is_not_found() {
        let neighbours = LIST.lines().flat_map(|line| [format!("{line}\u{1}"), line[1..].to_owned() + "\u{7f}"]);
        assert_eq!(neighbours.filter(|word| has(word)).count(), 0);
        for word in
            ["", "\n", "\n\n\n\n", "!", "~~~~", "0000\n000", "password\n", "Password", "пароль", "zzzzzzzzzzzzz"]
        {
            assert!(!has(word), "{word:?}");
        }
    }
}
