//! Archives as no program writes them: sizes that lie, entries that share their bytes, names of all kinds.

use std::io::{Read, Write};

use flate2::{Compression, Crc, write::DeflateEncoder};

/// An archive under construction.
#[derive(Default)]
pub(crate) struct Packing {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    name: String,
    method: u16,
    flags: u16,
    crc: u32,
    packed: u64,
    plain: u64,
    start: usize,
    /// Of the file system that packed it; a symbolic link says so here.
    attributes: u32,
}

/// `piece` of every number below `count`, one after the other.
pub(crate) fn pieces(count: u32, piece: impl Fn(u32) -> String) -> String {
    (0..count).fold(String::new(), |all, at| all + &piece(at))
}

/// What every workbook begins with.
pub(crate) const CONTENT_TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
const RELS: &str = r#"<Relationships><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str =
    r#"<workbook xmlns:r="r"><sheets><sheet name="People" sheetId="1" r:id="a"/></sheets></workbook>"#;
const WORKBOOK_RELS: &str = r#"<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="b" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="c" Type="x/styles" Target="styles.xml"/></Relationships>"#;

/// Where the sheet is.
pub(crate) const SHEET: &str = "xl/worksheets/sheet1.xml";
/// Where the shared strings are.
pub(crate) const STRINGS: &str = "xl/sharedStrings.xml";

impl Packing {
    /// What makes an archive a workbook.
    pub(crate) fn frame() -> Self {
        Self::default().and("[Content_Types].xml", CONTENT_TYPES.as_bytes()).and("_rels/.rels", RELS.as_bytes())
    }

    /// Everything of a workbook but its sheet and its shared strings.
    pub(crate) fn workbook() -> Self {
        let packing = Self::frame().and("xl/workbook.xml", WORKBOOK.as_bytes());
        packing.and("xl/_rels/workbook.xml.rels", WORKBOOK_RELS.as_bytes())
    }

    /// A workbook with these rows, given as markup.
    pub(crate) fn with_rows(rows: &str) -> Self {
        Self::workbook().and(SHEET, format!("<worksheet><sheetData>{rows}</sheetData></worksheet>").as_bytes())
    }

    pub(crate) fn and(mut self, name: &str, content: &[u8]) -> Self {
        self.add(name, content);
        self
    }

    pub(crate) fn add(&mut self, name: &str, content: &[u8]) {
        self.stream(name, content);
    }

    /// Packs whatever `content` yields.
    pub(crate) fn stream(&mut self, name: &str, mut content: impl Read) {
        let (mut encoder, mut crc, mut plain) = (DeflateEncoder::new(Vec::new(), Compression::fast()), Crc::new(), 0);
        let mut chunk = vec![0; 1 << 20];
        loop {
            let read = content.read(&mut chunk).unwrap();
            if read == 0 {
                break;
            }
            crc.update(&chunk[..read]);
            plain += read as u64;
            encoder.write_all(&chunk[..read]).unwrap();
        }
        let packed = encoder.finish().unwrap();
        self.append(name, 8, crc.sum(), plain, &packed);
    }

    /// Stores without packing.
    pub(crate) fn store(&mut self, name: &str, content: &[u8]) {
        let mut crc = Crc::new();
        crc.update(content);
        self.append(name, 0, crc.sum(), content.len() as u64, content);
    }

    fn append(&mut self, name: &str, method: u16, crc: u32, plain: u64, packed: &[u8]) {
        let start = self.bytes.len();
        let entry = Entry {
            name: name.to_owned(),
            method,
            flags: 0,
            crc,
            packed: packed.len() as u64,
            plain,
            start,
            attributes: 0,
        };
        self.bytes.extend(b"PK\x03\x04\x14\0");
        self.bytes.extend(entry.common());
        self.bytes.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        self.bytes.extend([0, 0]);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(packed);
        self.entries.push(entry);
    }

    /// The last entry claims another size.
    pub(crate) fn lie_about_size(&mut self, plain: u64) {
        self.entries.last_mut().unwrap().plain = plain;
    }

    /// The last entry is encrypted, by its flags.
    pub(crate) fn encrypt(&mut self) {
        self.entries.last_mut().unwrap().flags = 1;
    }

    /// The last entry is a symbolic link, as Unix archivers store one.
    pub(crate) fn link(&mut self) {
        self.entries.last_mut().unwrap().attributes = 0o120_777 << 16;
    }

    /// The last entry stands in the directory again under another name, with the same bytes.
    pub(crate) fn again_as(&mut self, name: &str) {
        let mut entry = self.entries.last().unwrap().clone();
        name.clone_into(&mut entry.name);
        self.entries.push(entry);
    }

    /// The archive.
    pub(crate) fn finish(self) -> Vec<u8> {
        let count = u16::try_from(self.entries.len()).unwrap();
        self.finish_claiming(count)
    }

    /// The archive, whose end claims that it has so many entries.
    pub(crate) fn finish_claiming(self, count: u16) -> Vec<u8> {
        let mut bytes = self.bytes;
        let start = bytes.len();
        for entry in &self.entries {
            bytes.extend(b"PK\x01\x02\x14\x03\x14\0");
            bytes.extend(entry.common());
            bytes.extend(u16::try_from(entry.name.len()).unwrap().to_le_bytes());
            bytes.extend([0; 8]);
            bytes.extend(entry.attributes.to_le_bytes());
            bytes.extend(u32::try_from(entry.start).unwrap().to_le_bytes());
            bytes.extend(entry.name.as_bytes());
        }
        let size = bytes.len() - start;
        bytes.extend(b"PK\x05\x06\0\0\0\0");
        bytes.extend(count.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend(u32::try_from(size).unwrap().to_le_bytes());
        bytes.extend(u32::try_from(start).unwrap().to_le_bytes());
        bytes.extend([0, 0]);
        bytes
    }
}

impl Entry {
    /// What stands both before the entry and in the directory.
    fn common(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(self.flags.to_le_bytes());
        bytes.extend(self.method.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(self.crc.to_le_bytes());
        bytes.extend(u32::try_from(self.packed).unwrap().to_le_bytes());
        bytes.extend(u32::try_from(self.plain).unwrap().to_le_bytes());
        bytes
    }
}

/// The entries of an archive that some program wrote.
pub(crate) fn unpacked(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let number = |at: usize, width: usize| {
        archive[at..at + width].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let end = archive.windows(4).rposition(|window| window == b"PK\x05\x06").unwrap();
    let mut at = number(end + 16, 4);
    let mut entries = Vec::new();
    for _ in 0..number(end + 10, 2) {
        let (method, packed) = (number(at + 10, 2), number(at + 20, 4));
        let (name, extra, comment, header) =
            (number(at + 28, 2), number(at + 30, 2), number(at + 32, 2), number(at + 42, 4));
        let start = header + 30 + number(header + 26, 2) + number(header + 28, 2);
        let packed = &archive[start..start + packed];
        let mut plain = Vec::new();
        match method {
            0 => plain.extend(packed),
            _ => drop(flate2::read::DeflateDecoder::new(packed).read_to_end(&mut plain).unwrap()),
        }
        entries.push((String::from_utf8(archive[at + 46..at + 46 + name].to_vec()).unwrap(), plain));
        at += 46 + name + extra + comment;
    }
    entries
}
