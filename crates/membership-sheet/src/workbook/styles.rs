//! What a number in a cell is shown as: a number, a date, a duration (ECMA-376 part 1, 18.8).

use std::collections::HashMap;

use super::archive::Archive;
use super::xml::{Node, Xml};
use crate::SheetFault;

/// The most formats: spreadsheet programs allow some 65,000.
const FORMATS: usize = 65_536;

/// How a number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// As a number. Up to 15 digits may be shown with zeros before them, as in `00042`.
    Number { digits: u8 },
    /// As a date, a time, or both.
    Date,
    /// As hours, minutes and seconds that go beyond a day.
    Duration,
}

/// What each cell format of the workbook shows numbers as.
#[derive(Debug)]
pub(super) struct Styles {
    cells: Vec<Shown>,
    pub(super) since_1904: bool,
}

impl Styles {
    pub(super) fn read(archive: &Archive, path: Option<&str>, since_1904: bool) -> Result<Self, SheetFault> {
        let mut styles = Self { cells: Vec::new(), since_1904 };
        let part = match path {
            Some(path) => archive.part(path)?,
            None => None,
        };
        let Some(part) = part else { return Ok(styles) };
        let mut xml = Xml::new(part);
        let mut own: HashMap<u32, Shown> = HashMap::new();
        let mut in_cells = false;
        loop {
            match xml.next()? {
                Node::Open(tag) if tag.name() == "cellXfs" => in_cells = true,
                Node::Close(tag) if tag.name() == "cellXfs" => in_cells = false,
                Node::Open(tag) if tag.name() == "numFmt" => {
                    let (id, code) = (tag.attribute("numFmtId")?, tag.attribute("formatCode")?);
                    let id = id.and_then(|id| id.trim().parse().ok());
                    // Formats of conditional formatting come later and do not belong to cells.
                    if let (Some(id), Some(code), true) = (id, code, styles.cells.is_empty()) {
                        own.insert(id, shown_by(&code));
                    }
                }
                Node::Open(tag) if in_cells && tag.name() == "xf" => {
                    let id = tag.attribute("numFmtId")?.and_then(|id| id.trim().parse().ok()).unwrap_or_default();
                    styles.cells.push(own.get(&id).copied().unwrap_or_else(|| built_in(id)));
                }
                Node::Open(_) | Node::Close(_) | Node::Text(_) | Node::Other => {}
                Node::End => return Ok(styles),
            }
            if own.len() > FORMATS || styles.cells.len() > FORMATS {
                return Err(SheetFault::WorkbookTooComplex { what: "cell formats", limit: FORMATS as u64 });
            }
        }
    }

    /// How a cell of this format shows numbers.
    pub(super) fn shown(&self, format: usize) -> Shown {
        self.cells.get(format).copied().unwrap_or(Shown::Number { digits: 0 })
    }
}

/// The formats that every workbook has without saying so (18.8.30), the East Asian dates included.
fn built_in(id: u32) -> Shown {
    match id {
        14..=22 | 27..=36 | 45 | 47 | 50..=58 => Shown::Date,
        46 => Shown::Duration,
        _ => Shown::Number { digits: 0 },
    }
}

/// What a format code shows: its first section counts, without quoted text, escapes and what is in brackets, unless that
/// is hours, minutes or seconds beyond their bounds.
fn shown_by(code: &str) -> Shown {
    let mut characters = code.chars();
    let mut letters = String::new();
    while let Some(character) = characters.next() {
        match character {
            '"' => drop(characters.by_ref().find(|c| *c == '"')),
            '\\' | '_' | '*' => drop(characters.next()),
            '[' => {
                let inside: String = characters.by_ref().take_while(|c| *c != ']').collect();
                let unit = inside.to_ascii_lowercase();
                if !unit.is_empty() && ['h', 'm', 's'].iter().any(|letter| unit.chars().all(|c| c == *letter)) {
                    return Shown::Duration;
                }
            }
            ';' => break,
            other => letters.extend(other.to_lowercase()),
        }
    }
    if letters == "general" || letters == "standard" {
        return Shown::Number { digits: 0 };
    }
    if letters.contains(['d', 'm', 'y', 'h', 's']) {
        return Shown::Date;
    }
    let only_zeros = letters.len() <= 15 && letters.chars().all(|c| c == '0');
    Shown::Number { digits: if only_zeros { u8::try_from(letters.len()).unwrap_or_default() } else { 0 } }
}

#[cfg(test)]
mod tests {
    use super::{Shown, shown_by};

    #[test]
    fn a_format_code_shows_a_date_a_duration_or_a_number() {
        for code in ["yyyy-mm-dd", "[$-F800]dddd\\,\\ mmmm\\ dd", "h:mm AM/PM", "[Red]d.m.yy;@", "mm:ss.0"] {
            assert_eq!(shown_by(code), Shown::Date, "{code}");
        }
        for code in ["[h]:mm", "[mm]:ss", "[SS]"] {
            assert_eq!(shown_by(code), Shown::Duration, "{code}");
        }
        for code in
            ["General", "0.00E+00", "#,##0.00 \"days\"", "[Red]0.0", "@", "#_d", "\\d0.0", "#,##0;d", "[$-409]#"]
        {
            assert_eq!(shown_by(code), Shown::Number { digits: 0 }, "{code}");
        }
        assert_eq!(shown_by("00000"), Shown::Number { digits: 5 });
        assert_eq!(shown_by("0"), Shown::Number { digits: 1 });
    }
}
