//! Words as they may stand in a message.

use chrono::{DateTime, Utc};

/// `text` on one line, without characters that cannot be seen or that turn the direction of what follows, and no longer
/// than `most` characters; a longer one ends in an ellipsis.
///
/// Names were checked when they were entered. A message does not rely on that: whatever comes here, it stays one header
/// and one line.
pub(crate) fn one_line(text: &str, most: usize) -> String {
    let visible = text.chars().map(|c| if c.is_control() || breaks_or_turns(c) { ' ' } else { c });
    let words: Vec<String> = visible.collect::<String>().split_whitespace().map(str::to_owned).collect();
    let line = words.join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let mut clipped: String = line.chars().take(most.saturating_sub(1)).collect();
    clipped.truncate(clipped.trim_end().len());
    clipped.push('…');
    clipped
}

/// Line and paragraph separators; embeddings, overrides and isolates of direction; the byte order mark.
const fn breaks_or_turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A moment as people write it: `Wednesday, 25 November 2026, 14:05 UTC`.
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    at.format("%A, %-d %B %Y, %H:%M UTC").to_string()
}

/// `administrator`, `editor and author`, `a, b and c`.
pub(crate) fn enumeration(words: &[String]) -> String {
    joined(words, "and")
}

/// `editor or author`, `a, b or c`.
pub(crate) fn choice(words: &[String]) -> String {
    joined(words, "or")
}

fn joined(words: &[String], by: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {by} {last}", first.join(", ")),
    }
}

/// A code as people read and type it, in groups of four: `1234 5678`.
pub(crate) fn in_fours(code: &str) -> String {
    let characters: Vec<char> = code.chars().filter(|c| !c.is_whitespace()).collect();
    characters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_line() {
        assert_eq!(one_line("  Ann \r\n\tExample\0 ", 60), "Ann Example");
        assert_eq!(one_line("a\u{2028}b\u{202e}c\u{85}d", 60), "a b c d");
        assert_eq!(one_line("", 60), "");
        assert_eq!(one_line(&"界".repeat(61), 60), format!("{}…", "界".repeat(59)));
        assert_eq!(one_line("four four four", 6), "four…");
    }

    #[test]
    fn moments_and_lists_are_written_for_people() {
        let at = DateTime::from_timestamp(1_795_615_500, 0).unwrap();
        assert_eq!(moment(at), "Wednesday, 25 November 2026, 14:05 UTC");
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(enumeration(&words(&[])), "");
        assert_eq!(enumeration(&words(&["editor"])), "editor");
        assert_eq!(enumeration(&words(&["editor", "author"])), "editor and author");
        assert_eq!(enumeration(&words(&["a", "b", "c"])), "a, b and c");
        assert_eq!(choice(&words(&["a", "b", "c"])), "a, b or c");
    }

    #[test]
    fn codes_are_written_in_fours() {
        for (code, written) in [("12345678", "1234 5678"), ("00120034", "0012 0034"), ("123456", "1234 56"), ("", "")] {
            assert_eq!(in_fours(code), written);
        }
    }
}
