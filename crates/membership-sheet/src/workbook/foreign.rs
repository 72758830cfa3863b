//! Files that are almost workbooks: other formats, macros, encryption. Each gets its own advice.

use std::fs::File;
use std::io::{Read, Seek};

use memchr::memmem;

use super::archive::Archive;
use super::xml::{Node, Xml};
use crate::SheetFault;

/// What the part with the content types is called.
const CONTENT_TYPES: &str = "[content_types].xml";

/// Refuses an archive that is not an .xlsx workbook, by its entries' names.
pub(super) fn refuse(archive: &Archive) -> Result<(), SheetFault> {
    if archive.any(|name| name == "xl/workbook.bin") {
        return Err(SheetFault::WorkbookBinary);
    }
    if archive.any(|name| name.rsplit('/').next() == Some("vbaproject.bin")) {
        return Err(SheetFault::WorkbookHasMacros);
    }
    if archive.any(|name| name == "mimetype") && archive.any(|name| name == "content.xml") {
        return Err(SheetFault::WorkbookOpenDocument);
    }
    if !archive.any(|name| name == CONTENT_TYPES) || !archive.any(|name| name == "_rels/.rels") {
        return Err(SheetFault::NotAWorkbook);
    }
    Ok(())
}

/// Refuses a workbook whose content types speak of macros, and any package that speaks of no workbook.
pub(super) fn refuse_by_content_types(archive: &Archive) -> Result<(), SheetFault> {
    let Some(part) = archive.part(CONTENT_TYPES)? else { return Err(SheetFault::NotAWorkbook) };
    let mut xml = Xml::new(part);
    let mut is_workbook = false;
    loop {
        match xml.next()? {
            Node::Open(tag) => {
                let Some(kind) = tag.attribute("ContentType")? else { continue };
                let kind = kind.to_ascii_lowercase();
                if kind.contains("macroenabled") || kind.contains("vbaproject") {
                    return Err(SheetFault::WorkbookHasMacros);
                }
                is_workbook |= kind.contains("spreadsheetml");
            }
            Node::Close(_) | Node::Text(_) | Node::Other => {}
            Node::End => break,
        }
    }
    if is_workbook { Ok(()) } else { Err(SheetFault::NotAWorkbook) }
}

/// What a compound file is: an encrypted workbook, which has a stream of that name, or the format before 2007.
pub(crate) fn compound_fault(file: &mut File) -> Result<SheetFault, SheetFault> {
    let utf16 = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let names = [utf16("EncryptedPackage"), utf16("EncryptionInfo")];
    let longest = names.iter().map(Vec::len).max().unwrap_or_default();
    file.rewind()?;
    let (mut held, mut chunk) = (Vec::new(), vec![0; 64 << 10]);
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok(SheetFault::WorkbookLegacy);
        }
        held.extend_from_slice(chunk.get(..read).unwrap_or_default());
        if names.iter().any(|name| memmem::find(&held, name).is_some()) {
            return Ok(SheetFault::WorkbookEncrypted);
        }
        held.drain(..held.len().saturating_sub(longest));
    }
}
