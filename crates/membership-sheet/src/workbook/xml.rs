//! Markup, one bounded token at a time. Document types and entities of a file's own are refused, not read.

use std::borrow::Cow;

use quick_xml::events::{BytesEnd, BytesStart, Event};
use quick_xml::{Error, Reader, XmlVersion};

use super::archive::Part;
use super::damaged;
use crate::SheetFault;

/// The deepest nesting. A worksheet needs about ten.
const DEPTH: u16 = 64;

/// How many pieces of markup may lead to nothing: a million formatted blank rows have four each. Without this bound, the
/// inflated size alone would allow some seconds of work.
const IDLE: u32 = 10_000_000;

/// Reads markup.
pub(crate) struct Xml {
    reader: Reader<Part>,
    buffer: Vec<u8>,
    /// How many tags are open.
    depth: u16,
    /// Whether reading began in the middle, so that more tags end than begin.
    midway: bool,
    /// How many more pieces may lead to nothing.
    idle: u32,
}

/// What stands next.
pub(crate) enum Node<'a> {
    Open(Tag<'a>),
    /// The local name of the element that ends.
    Close(Closed<'a>),
    Text(Cow<'a, str>),
    /// A comment, a processing instruction: nothing to anybody.
    Other,
    /// The markup's end.
    End,
}

/// The end of an element.
pub(crate) struct Closed<'a>(BytesEnd<'a>);

impl Closed<'_> {
    pub(crate) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }
}

/// The beginning of an element.
pub(crate) struct Tag<'a>(BytesStart<'a>);

impl Tag<'_> {
    /// The name without its prefix: writers choose prefixes as they like.
    pub(crate) fn name(&self) -> &str {
        self.0.local_name().into_inner()
    }

    /// Each attribute with its name and its value as written: for the attributes of rows and cells, which have neither
    /// prefixes nor entities and of which there are millions.
    pub(crate) fn plain_attributes(&self) -> impl Iterator<Item = Result<(&str, &str), SheetFault>> {
        let mut rest = self.0.attributes_raw();
        std::iter::from_fn(move || {
            rest = rest.trim_ascii_start();
            if rest.is_empty() {
                return None;
            }
            let Some((name, value, after)) = first_attribute(rest) else {
                rest = "";
                return Some(Err(damaged("an attribute")));
            };
            rest = after;
            Some(Ok((name, value)))
        })
    }

    /// The value of the attribute with this local name, with entities resolved.
    pub(crate) fn attribute(&self, name: &str) -> Result<Option<String>, SheetFault> {
        for attribute in self.0.attributes().with_checks(false) {
            let attribute = attribute.map_err(|_| damaged("an attribute"))?;
            if attribute.key.local_name().into_inner() == name {
                let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| damaged("an attribute"))?;
                return Ok(Some(value.into_owned()));
            }
        }
        Ok(None)
    }
}

/// The first of `attributes`: its name, its value, and what follows.
fn first_attribute(attributes: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = attributes.split_once('=')?;
    let rest = rest.trim_ascii_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (value, after) = rest.get(1..)?.split_once(quote)?;
    Some((name.trim_ascii_end(), value, after))
}

impl Xml {
    pub(crate) fn new(part: Part) -> Self {
        let mut reader = Reader::from_reader(part);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), depth: 0, midway: false, idle: IDLE }
    }

    /// Reads markup of which the beginning was left out: elements end that never began.
    pub(crate) fn midway(part: Part) -> Self {
        let mut xml = Self::new(part);
        xml.reader.config_mut().allow_unmatched_ends = true;
        xml.midway = true;
        xml
    }

    /// So many pieces led to something.
    pub(crate) fn earn(&mut self, pieces: u32) {
        self.idle = self.idle.saturating_add(pieces).min(IDLE);
    }

    /// What stands next.
    pub(crate) fn next(&mut self) -> Result<Node<'_>, SheetFault> {
        let what = "pieces of markup without content";
        self.idle = self.idle.checked_sub(1).ok_or(SheetFault::WorkbookTooComplex { what, limit: u64::from(IDLE) })?;
        self.buffer.clear();
        self.reader.get_mut().begin_token();
        let event = match self.reader.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(error) => return Err(fault(error)),
        };
        Ok(match event {
            Event::Start(tag) => {
                self.depth += 1;
                if self.depth > DEPTH {
                    return Err(SheetFault::WorkbookTooComplex { what: "nested elements", limit: u64::from(DEPTH) });
                }
                Node::Open(Tag(tag))
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                Node::Close(Closed(tag))
            }
            Event::Text(text) => {
                let text = text.into_inner();
                Node::Text(if text.contains('\r') {
                    text.replace("\r\n", "\n").replace('\r', "\n").into()
                } else {
                    text
                })
            }
            Event::CData(text) => Node::Text(text.into_inner()),
            Event::GeneralRef(reference) => {
                let resolved = reference.resolve_char_ref().map_err(|_| damaged("a character"))?;
                let name = reference.into_inner();
                match (resolved, quick_xml::escape::resolve_xml_entity(&name)) {
                    (Some(character), _) => Node::Text(String::from(character).into()),
                    (None, Some(text)) => Node::Text(text.into()),
                    (None, None) => return Err(SheetFault::EntityDeclared),
                }
            }
            Event::DocType(_) => return Err(SheetFault::EntityDeclared),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Node::Other,
            Event::Eof if self.depth > 0 && !self.midway => return Err(damaged("the markup ends too early")),
            Event::Eof => Node::End,
        })
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "however markup is broken, it is broken")]
fn fault(error: Error) -> SheetFault {
    match error {
        Error::Io(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            SheetFault::WorkbookTooComplex { what: "bytes in one piece of markup", limit: Part::TOKEN as u64 }
        }
        _ => damaged("the markup"),
    }
}

impl std::fmt::Debug for Xml {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Xml").field("depth", &self.depth).finish_non_exhaustive()
    }
}
