//! The rows of a worksheet (ECMA-376 part 1, 18.3), one at a time.

use super::archive::{Archive, Part};
use super::damaged;
use super::merges::Merges;
use super::number;
use super::position::{Position, ROWS, position};
use super::strings::{RichText, Shared, Strings, may_grow, unescaped};
use super::styles::Styles;
use super::xml::{Node, Tag, Xml};
use crate::guard::storable;
use crate::limits::is_too_long;
use crate::sheet::{cut_trailing, trimmed};
use crate::{CELL_CHARS, Cell, Limits, Line, SheetFault};

/// What the value of a cell is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Shared,
    /// The text of a formula's result.
    Text,
    Inline,
    Truth,
    Error,
    Date,
}

impl Kind {
    fn of(written: &str) -> Result<Self, SheetFault> {
        Ok(match written {
            "n" => Self::Number,
            "s" => Self::Shared,
            "str" => Self::Text,
            "inlineStr" | "is" => Self::Inline,
            "b" => Self::Truth,
            "e" => Self::Error,
            "d" => Self::Date,
            _ => return Err(damaged("a cell of an unknown type")),
        })
    }
}

/// The rows of one worksheet.
#[derive(Debug)]
pub(crate) struct Rows {
    xml: Xml,
    strings: Strings,
    styles: Styles,
    merges: Merges,
    columns: u32,
    /// How many bytes of text the cells may still have.
    left: u64,
    limit: u64,
    /// The row before, from 1; 0 before the first.
    row: u32,
    /// The first line, after [`Rows::has_content`] has looked for it.
    first: Option<Line>,
    /// What is between the tags of the cell under way.
    text: String,
    /// How many cells the line before had: a guess at the next.
    width: usize,
}

/// A cell as its opening tag describes it.
struct Opened {
    position: Option<Position>,
    format: usize,
    kind: Kind,
}

impl Opened {
    fn read(tag: &Tag<'_>) -> Result<Self, SheetFault> {
        let mut opened = Self { position: None, format: 0, kind: Kind::Number };
        for attribute in tag.plain_attributes() {
            let (name, value) = attribute?;
            match name {
                "r" => opened.position = Some(position(value).ok_or(damaged("a cell's position"))?),
                "s" => opened.format = value.parse().unwrap_or_default(),
                "t" => opened.kind = Kind::of(value)?,
                _ => {}
            }
        }
        Ok(opened)
    }
}

impl Rows {
    pub(super) fn open(
        archive: &Archive,
        path: &str,
        strings: Strings,
        styles: Styles,
        merges: Merges,
        limits: &Limits,
    ) -> Result<Self, SheetFault> {
        let part = archive.part(path)?.ok_or(damaged("a worksheet's part is missing"))?;
        let (columns, left) = (u32::from(limits.columns), limits.inflated);
        let xml = Xml::new(part);
        Ok(Self {
            xml,
            strings,
            styles,
            merges,
            columns,
            left,
            limit: left,
            row: 0,
            first: None,
            text: String::new(),
            width: 0,
        })
    }

    /// Whether there is any line with content.
    pub(super) fn has_content(&mut self) -> Result<bool, SheetFault> {
        self.first = self.next()?;
        Ok(self.first.is_some())
    }

    /// What the next worksheet needs as well.
    pub(super) fn into_tables(self) -> (Strings, Styles) {
        (self.strings, self.styles)
    }

    /// The next line with content.
    pub(crate) fn next(&mut self) -> Result<Option<Line>, SheetFault> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        loop {
            let stated = match self.xml.next()? {
                Node::Open(tag) if tag.name() == "row" => stated_row(&tag)?,
                Node::Open(_) | Node::Close(_) | Node::Text(_) | Node::Other => continue,
                Node::End => return Ok(None),
            };
            let mut cells = self.cells(stated)?;
            self.merges.fill(self.row - 1, &mut cells);
            if cut_trailing(&mut cells) {
                self.width = cells.len();
                // A cell has at most seven pieces, and some more if its text has several runs or entities.
                self.xml.earn(16 + 16 * u32::try_from(cells.len()).unwrap_or_default());
                return Ok(Some(Line { number: self.row, cells }));
            }
        }
    }

    /// The cells of the row that has just begun, and its number: `stated`, or that of its first cell, or the next one.
    fn cells(&mut self, stated: Option<u32>) -> Result<Vec<Cell>, SheetFault> {
        let before = self.row;
        let mut stated = stated;
        let mut cells = Vec::with_capacity(self.width);
        let mut column = 0;
        loop {
            let opened = match self.xml.next()? {
                Node::Open(tag) if tag.name() == "c" => Opened::read(&tag)?,
                Node::Close(tag) if tag.name() == "row" => break,
                Node::Open(_) | Node::Close(_) | Node::Text(_) | Node::Other => continue,
                Node::End => return Err(damaged("the markup ends too early")),
            };
            if let Some(position) = opened.position {
                if *stated.get_or_insert(position.row + 1) != position.row + 1 {
                    return Err(damaged("a cell stands in another row"));
                }
                column = position.column;
            }
            self.row = stated.unwrap_or(before + 1);
            let cell = self.cell(&opened)?;
            if column < self.columns {
                place(&mut cells, column, cell);
            }
            column += 1;
        }
        self.row = stated.unwrap_or(before + 1);
        if self.row <= before || self.row > ROWS {
            return Err(damaged("rows are not in order"));
        }
        Ok(cells)
    }

    /// The value of the cell that has just begun.
    fn cell(&mut self, opened: &Opened) -> Result<Cell, SheetFault> {
        self.text.clear();
        let (mut in_value, mut is_formula, mut rich) = (false, false, RichText::default());
        loop {
            let node = match self.xml.next() {
                // The text itself is longer than any token may be.
                Err(SheetFault::WorkbookTooComplex { limit, .. })
                    if limit == Part::TOKEN as u64 && (in_value || rich.counts()) =>
                {
                    return Err(SheetFault::CellTooLong { row: self.row, limit: CELL_CHARS });
                }
                other => other?,
            };
            match node {
                Node::Open(tag) => match tag.name() {
                    "v" => in_value = opened.kind != Kind::Inline,
                    "f" => is_formula = true,
                    name => rich.open(name),
                },
                Node::Close(tag) => match tag.name() {
                    "v" => in_value = false,
                    "c" => break,
                    name => rich.close(name),
                },
                Node::Text(text) if in_value || (opened.kind == Kind::Inline && rich.counts()) => {
                    if !may_grow(self.text.len(), text.len()) {
                        return Err(SheetFault::CellTooLong { row: self.row, limit: CELL_CHARS });
                    }
                    self.text.push_str(&text);
                }
                Node::Text(_) | Node::Other => {}
                Node::End => return Err(damaged("the markup ends too early")),
            }
        }
        let cell = self.value(opened, is_formula)?;
        let (Cell::Text(text) | Cell::Error(text)) = &cell;
        self.left =
            self.left.checked_sub(text.len() as u64).ok_or(SheetFault::WorkbookTooLarge { limit: self.limit })?;
        Ok(cell)
    }

    fn value(&self, opened: &Opened, is_formula: bool) -> Result<Cell, SheetFault> {
        let raw = self.text.as_str();
        if raw.is_empty() {
            let unknown = is_formula && opened.kind != Kind::Text;
            return Ok(if unknown { Cell::Error(Cell::NOT_CALCULATED.to_owned()) } else { Cell::EMPTY });
        }
        if is_too_long(raw) {
            return Err(SheetFault::CellTooLong { row: self.row, limit: CELL_CHARS });
        }
        Ok(match opened.kind {
            // What is no number stays as it is written, so it is looked at like any other text.
            Kind::Number => {
                Cell::Text(kept(&number::written(raw, self.styles.shown(opened.format), self.styles.since_1904)))
            }
            Kind::Date => Cell::Text(kept(&number::iso(raw))),
            Kind::Shared => match raw.trim().parse().map_or(Shared::Missing, |index| self.strings.get(index)) {
                Shared::Text(text) => Cell::Text(kept(text)),
                Shared::TooLong => return Err(SheetFault::CellTooLong { row: self.row, limit: CELL_CHARS }),
                Shared::Missing => return Err(damaged("a shared string is missing")),
            },
            Kind::Text | Kind::Inline => Cell::Text(kept(raw)),
            Kind::Truth => Cell::Text(if matches!(raw.trim(), "1" | "true") { "TRUE" } else { "FALSE" }.to_owned()),
            Kind::Error => Cell::Error(kept(raw)),
        })
    }
}

/// The number that a row states of itself.
fn stated_row(tag: &Tag<'_>) -> Result<Option<u32>, SheetFault> {
    for attribute in tag.plain_attributes() {
        if let ("r", value) = attribute? {
            return value.trim().parse().map(Some).map_err(|_| damaged("a row's number"));
        }
    }
    Ok(None)
}

/// Text as a cell keeps it.
fn kept(raw: &str) -> String {
    // Most cells are plain: they are not looked at three times.
    if raw.bytes().all(|byte| (b'!'..=b'^').contains(&byte) || (b'`'..=b'~').contains(&byte)) {
        return raw.to_owned();
    }
    trimmed(&storable(&unescaped(raw))).to_owned()
}

/// Puts `cell` into its column, with empty ones before it.
fn place(cells: &mut Vec<Cell>, column: u32, cell: Cell) {
    let Ok(column) = usize::try_from(column) else { return };
    if column < cells.len() {
        if let Some(place) = cells.get_mut(column) {
            *place = cell;
        }
    } else if !cell.is_empty() {
        cells.resize(column, Cell::EMPTY);
        cells.push(cell);
    }
}
