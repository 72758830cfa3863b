//! A file as UTF-8, whatever encoding it is in.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, WINDOWS_1252};

use crate::{Media, SheetFault};

/// How much is decoded at once, in bytes. The first piece is what the delimiter is found in.
const CHUNK: usize = 64 << 10;

/// Text, decoded piece by piece.
pub(super) struct Text {
    file: BufReader<File>,
    encoding: &'static Encoding,
    decoder: Decoder,
    decoded: Vec<u8>,
    /// How much of it was consumed.
    read: usize,
    /// Whether the decoder was told that nothing follows.
    ended: bool,
    /// What was declared, so that binary bytes are called what they should have been.
    declared: bool,
}

/// What all bytes of a file together say.
#[expect(clippy::struct_excessive_bools, reason = "four findings that exclude each other in no way")]
struct Survey {
    utf8: bool,
    /// A byte that no text in an encoding of bytes has.
    zero: bool,
    /// A control character that no text has.
    control: bool,
    /// An escape, by which encodings of seven bits switch.
    escape: bool,
}

impl Text {
    /// Decides on the encoding: a byte order mark, else UTF-8 if it is that, else what is declared, else Windows-1252.
    pub(super) fn open(file: File, media: Option<&Media>) -> Result<Self, SheetFault> {
        let declared = media.is_some_and(Media::is_text);
        let label = media.and_then(Media::charset);
        let mut file = BufReader::with_capacity(CHUNK, file);
        file.rewind()?;
        let marked = Encoding::for_bom(file.fill_buf()?).map(|(encoding, _)| encoding);
        let encoding = match marked {
            Some(encoding) => encoding,
            None => encoding_of(&survey(&mut file)?, label, declared)?,
        };
        file.rewind()?;
        let decoder = encoding.new_decoder_with_bom_removal();
        Ok(Self { file, encoding, decoder, decoded: Vec::with_capacity(CHUNK), read: 0, ended: false, declared })
    }

    pub(super) fn encoding(&self) -> &'static str {
        self.encoding.name()
    }

    /// The next piece; empty at the end.
    pub(super) fn peek(&mut self) -> Result<&[u8], SheetFault> {
        while self.read >= self.decoded.len() && !self.ended {
            self.decode()?;
        }
        Ok(self.decoded.get(self.read..).unwrap_or_default())
    }

    /// `count` bytes of the piece are done with.
    pub(super) fn consume(&mut self, count: usize) {
        self.read += count;
    }

    fn decode(&mut self) -> Result<(), SheetFault> {
        let source = self.file.fill_buf()?;
        let last = source.is_empty();
        self.decoded.resize(CHUNK, 0);
        let (result, read, written, replaced) = self.decoder.decode_to_utf8(source, &mut self.decoded, last);
        self.file.consume(read);
        self.decoded.truncate(written);
        self.read = 0;
        self.ended = last && result == CoderResult::InputEmpty;
        if replaced {
            return Err(SheetFault::CsvMisencoded { encoding: self.encoding.name() });
        }
        if memchr::memchr(0, &self.decoded).is_some() {
            return Err(not_text(self.declared));
        }
        Ok(())
    }
}

/// What binary bytes are called: by what they were declared to be.
fn not_text(declared: bool) -> SheetFault {
    if declared { SheetFault::CsvNotText } else { SheetFault::NotAWorkbook }
}

/// The encoding of a file without a byte order mark.
fn encoding_of(survey: &Survey, label: Option<&str>, declared: bool) -> Result<&'static Encoding, SheetFault> {
    let known = label.map(|label| Encoding::for_label(label.as_bytes()));
    // UTF-16 and encodings that switch by escapes look like UTF-8 with odd characters: there the declaration counts.
    if let Some(Some(encoding)) = known
        && !encoding.is_ascii_compatible()
        && (survey.zero || survey.escape)
    {
        return Ok(encoding);
    }
    if survey.zero || (survey.control && !survey.utf8) {
        return Err(not_text(declared));
    }
    match known {
        _ if survey.utf8 => Ok(UTF_8),
        None => Ok(WINDOWS_1252),
        Some(Some(encoding)) if encoding != UTF_8 => Ok(encoding),
        Some(Some(_)) => Err(SheetFault::CsvMisencoded { encoding: UTF_8.name() }),
        Some(None) => Err(SheetFault::CsvCharsetUnknown),
    }
}

/// Looks at every byte once.
fn survey(file: &mut impl Read) -> Result<Survey, SheetFault> {
    let mut survey = Survey { utf8: true, zero: false, control: false, escape: false };
    let mut decoder = UTF_8.new_decoder_without_bom_handling();
    let (mut chunk, mut sink) = (vec![0; CHUNK], vec![0; CHUNK * 3 + 16]);
    loop {
        let read = file.read(&mut chunk)?;
        let bytes = chunk.get(..read).unwrap_or_default();
        for &byte in bytes {
            survey.zero |= byte == 0;
            survey.escape |= byte == 0x1B;
            survey.control |= matches!(byte, 1..=8 | 0x0E..=0x19 | 0x1C..=0x1F | 0x7F);
        }
        if survey.utf8 {
            let (.., replaced) = decoder.decode_to_utf8(bytes, &mut sink, read == 0);
            survey.utf8 = !replaced;
        }
        if read == 0 || survey.zero && !survey.utf8 {
            return Ok(survey);
        }
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Text").field("encoding", &self.encoding.name()).finish_non_exhaustive()
    }
}
