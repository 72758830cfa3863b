//! The strings that cells share (ECMA-376 part 1, 18.4), in one piece of memory.

use super::archive::{Archive, Part};
use super::xml::{Node, Xml};
use crate::limits::is_too_long;
use crate::{CELL_CHARS, SheetFault};

/// The most strings.
const STRINGS: usize = 400_000;
/// All of them together, in bytes.
const BYTES: usize = 24 << 20;
/// In place of a string that is too long for a cell.
const TOO_LONG: u32 = u32::MAX;

/// What a shared string's number leads to.
pub(super) enum Shared<'a> {
    Text(&'a str),
    /// A string that no cell may hold.
    TooLong,
    /// There is no such string.
    Missing,
}

/// All shared strings of a workbook.
#[derive(Debug, Default)]
pub(super) struct Strings {
    text: String,
    /// Where each begins and ends.
    spans: Vec<(u32, u32)>,
}

impl Strings {
    pub(super) fn read(archive: &Archive, path: Option<&str>) -> Result<Self, SheetFault> {
        let part = match path {
            Some(path) => archive.part(path)?,
            None => None,
        };
        let Some(part) = part else { return Ok(Self::default()) };
        let mut strings = Self::default();
        let mut xml = Xml::new(part);
        let mut rich = RichText::default();
        let mut begin = 0;
        loop {
            match xml.next()? {
                Node::Open(tag) if tag.name() == "si" => {
                    begin = strings.text.len();
                    rich = RichText::default();
                }
                Node::Open(tag) => rich.open(tag.name()),
                Node::Text(text) if rich.counts() => {
                    if strings.text.len() + text.len() > BYTES {
                        return Err(SheetFault::WorkbookTooComplex {
                            what: "bytes in shared strings",
                            limit: BYTES as u64,
                        });
                    }
                    strings.text.push_str(&text);
                }
                Node::Close(tag) if tag.name() == "si" => strings.end(begin)?,
                Node::Close(tag) => rich.close(tag.name()),
                Node::Text(_) | Node::Other => {}
                Node::End => break,
            }
        }
        strings.text.shrink_to_fit();
        Ok(strings)
    }

    fn end(&mut self, begin: usize) -> Result<(), SheetFault> {
        if self.spans.len() >= STRINGS {
            return Err(SheetFault::WorkbookTooComplex { what: "shared strings", limit: STRINGS as u64 });
        }
        let text = self.text.get(begin..).unwrap_or_default();
        let span = if is_too_long(text) {
            self.text.truncate(begin);
            (TOO_LONG, TOO_LONG)
        } else {
            (position(begin), position(self.text.len()))
        };
        self.spans.push(span);
        Ok(())
    }

    pub(super) fn get(&self, index: usize) -> Shared<'_> {
        match self.spans.get(index) {
            Some((TOO_LONG, _)) => Shared::TooLong,
            Some(&(begin, end)) => {
                let (Ok(begin), Ok(end)) = (usize::try_from(begin), usize::try_from(end)) else {
                    return Shared::Missing;
                };
                self.text.get(begin..end).map_or(Shared::Missing, Shared::Text)
            }
            None => Shared::Missing,
        }
    }
}

/// Below [`BYTES`], so it fits.
fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(TOO_LONG)
}

/// Which text in a string counts: that of its runs, but not the reading aids above East Asian characters.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct RichText {
    in_text: bool,
    in_phonetic: bool,
}

impl RichText {
    pub(super) fn open(&mut self, name: &str) {
        match name {
            "t" => self.in_text = true,
            "rPh" => self.in_phonetic = true,
            _ => {}
        }
    }

    pub(super) fn close(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "rPh" => self.in_phonetic = false,
            _ => {}
        }
    }

    pub(super) fn counts(self) -> bool {
        self.in_text && !self.in_phonetic
    }
}

/// `text` without the escapes that workbooks use for characters that markup cannot hold: `_x000D_` is a carriage return,
/// `_x005F_` an underscore (ECMA-376 part 1, 22.4.2.4).
pub(super) fn unescaped(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("_x") {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let escape = from.get(2..6).filter(|_| from.as_bytes().get(6) == Some(&b'_'));
        let character = escape
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .map(|code| char::from_u32(code).unwrap_or('\u{FFFD}'));
        let read = if let Some(character) = character {
            plain.push(character);
            7
        } else {
            plain.push('_');
            1
        };
        rest = from.get(read..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain.into()
}

/// Refuses a cell's text as soon as it is certainly too long: no character has more than four bytes.
pub(super) fn may_grow(held: usize, more: usize) -> bool {
    held + more <= 4 * CELL_CHARS && more <= Part::TOKEN
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn escapes_are_resolved_once_and_only_whole_ones() {
        for (written, text) in [
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_x00D_", "_x00D_"),
            ("_x00é_", "_x00é_"),
            ("_xD800_", "\u{FFFD}"),
            ("_x+041_", "_x+041_"),
            ("snake_xylophone_x", "snake_xylophone_x"),
            ("__x0041_", "_A"),
        ] {
            assert_eq!(unescaped(written), text);
        }
    }
}
