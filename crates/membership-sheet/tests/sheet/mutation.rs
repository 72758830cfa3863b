//! Files of other programs, broken at random: there is no panic, every answer comes within a second, and what is read is
//! well formed. `MEMBERSHIP_TEST_MUTATIONS` says how many (2,000), `MEMBERSHIP_TEST_SEED` from where.

use std::fs::read_dir;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use membership_sheet::{CELL_CHARS, Cell, Limits, Media, open};

use crate::packing::{Packing, unpacked};
use crate::reading::{corpus, upload};

/// Numbers that look random and are the same every time (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// What may be put between the quotes of an attribute, or anywhere.
const VALUES: [&str; 22] = [
    "",
    "-1",
    "0",
    "1",
    "4294967295",
    "4294967296",
    "18446744073709551616",
    "A0",
    "A1048577",
    "XFD1048576",
    "AAAA1",
    "1e308",
    "nan",
    "inlineStr",
    "s",
    "e",
    "d",
    "str",
    "&#0;",
    "&#x10FFFF;",
    "../../x",
    "A1:XFD1048576",
];

/// What may be put between two pieces of markup.
const MARKUP: [&str; 20] = [
    "<row>",
    "</row>",
    "<c>",
    "</c>",
    "<c t=\"s\"><v>9</v></c>",
    "<v>",
    "</v>",
    "<f/>",
    "<is><t>x</t></is>",
    "<rPh>",
    "<row r=\"1\"/>",
    "<row r=\"1048576\"/>",
    "<![CDATA[x]]>",
    "<!-- -->",
    "<!DOCTYPE x>",
    "&amp;",
    "&#xD800;",
    "<mergeCell ref=\"A1:B9\"/>",
    "<",
    "\0",
];

/// What may be put into text.
const TEXT: [&str; 10] = ["\"", "\"\"", ",", ";", "\r", "\n", "\r\n", "'=", "\u{FEFF}", "\u{0}"];

fn mangle_bytes(dice: &mut Dice, bytes: &mut Vec<u8>, inserts: &[&str]) {
    let at = dice.below(bytes.len());
    match dice.below(6) {
        0 => bytes.truncate(at),
        1 => {
            for _ in 0..=dice.below(8) {
                let at = dice.below(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
        }
        2 => {
            let from = dice.below(bytes.len());
            let piece = bytes[from..(from + dice.below(200)).min(bytes.len())].to_vec();
            bytes.splice(at..at, piece);
        }
        3 => drop(bytes.drain(at..(at + dice.below(200)).min(bytes.len()))),
        4 => {
            let insert = dice.one(inserts).repeat(1 + dice.below(3));
            bytes.splice(at..at, insert.into_bytes());
        }
        _ => {
            let value = dice.roll().to_le_bytes();
            let until = (at + 1 + dice.below(8)).min(bytes.len());
            let piece = value[..until - at.min(until)].to_vec();
            bytes.splice(at.min(until)..until, piece);
        }
    }
}

/// Breaks markup where it has joints.
fn mangle_markup(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let tags: Vec<usize> = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'<').map(|(at, _)| at).collect();
    if tags.is_empty() {
        return;
    }
    let tag = dice.below(tags.len());
    let (from, until) = (tags[tag], tags.get(tag + 1).copied().unwrap_or(bytes.len()));
    match dice.below(5) {
        0 => drop(bytes.drain(from..until)),
        1 => {
            let piece = bytes[from..until].repeat(1 + dice.below(40));
            bytes.splice(from..from, piece);
        }
        2 => {
            let to = tags[dice.below(tags.len())];
            let piece = bytes[from..until].to_vec();
            bytes.splice(to..to, piece);
        }
        3 => drop(bytes.splice(from..from, dice.one(&MARKUP).bytes())),
        _ => {
            let quotes: Vec<usize> = (from..until).filter(|at| bytes[*at] == b'"').collect();
            if quotes.len() >= 2 {
                let pair = dice.below(quotes.len() / 2) * 2;
                bytes.splice(quotes[pair] + 1..quotes[pair + 1], dice.one(&VALUES).bytes());
            }
        }
    }
}

/// One file, broken in one to four places.
fn mutant(dice: &mut Dice, original: &[u8], is_workbook: bool) -> Vec<u8> {
    let mut bytes = original.to_vec();
    let times = 1 + dice.below(4);
    if is_workbook && dice.below(4) > 0 {
        let mut parts = unpacked(original);
        for _ in 0..times {
            let part = dice.below(parts.len());
            if dice.below(3) == 0 {
                mangle_bytes(dice, &mut parts[part].1, &MARKUP);
            } else {
                mangle_markup(dice, &mut parts[part].1);
            }
        }
        let mut packing = Packing::default();
        for (name, content) in parts {
            packing.add(&name, &content);
        }
        return packing.finish();
    }
    for _ in 0..times {
        mangle_bytes(dice, &mut bytes, &TEXT);
    }
    bytes
}

/// Reads all of it; what comes must be well formed. Whether it was read to its end.
fn read_all(bytes: &[u8], media: Option<&Media>) -> bool {
    let Ok(mut sheet) = open(upload(bytes), media, &Limits::default()) else { return false };
    let mut before = 0;
    loop {
        match sheet.next() {
            Ok(Some(line)) => {
                assert!(line.number > before, "rows go down");
                assert!(line.cells.len() <= 64 && !line.cells.last().unwrap().is_empty(), "cells are cut");
                for cell in &line.cells {
                    let (Cell::Text(text) | Cell::Error(text)) = cell;
                    assert_eq!(text.trim(), text);
                    assert!(!text.contains(|c| matches!(c, '\0'..='\x08' | '\x0E'..='\x1F' | '\u{FFFF}')), "{text:?}");
                    assert!(text.chars().count() <= CELL_CHARS);
                }
                before = line.number;
            }
            Ok(None) => return true,
            Err(_) => {
                assert!(sheet.next().unwrap().is_none(), "an error ends the sheet");
                return false;
            }
        }
    }
}

/// Proves A84 in part.
#[test]
fn no_broken_file_panics_or_hangs() {
    let number = |name, default| std::env::var(name).map_or(default, |value| value.parse().unwrap());
    let (count, seed) = (number("MEMBERSHIP_TEST_MUTATIONS", 2_000), number("MEMBERSHIP_TEST_SEED", 1));
    let mut originals: Vec<_> = read_dir(corpus())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xlsx" || extension == "csv"))
        .collect();
    originals.sort();
    let originals: Vec<_> =
        originals.iter().map(|path| (std::fs::read(path).unwrap(), path.extension().unwrap() == "xlsx")).collect();
    let media = Media::parse("text/csv; charset=shift_jis");
    let (start, mut slowest, mut whole) = (Instant::now(), Duration::ZERO, 0_u64);
    for case in 0..count {
        let mut dice = Dice(seed << 32 | case);
        let (original, is_workbook) = &originals[dice.below(originals.len())];
        let bytes = mutant(&mut dice, original, *is_workbook);
        let media = (dice.below(4) == 0).then_some(&media);
        let begin = Instant::now();
        let read = catch_unwind(AssertUnwindSafe(|| read_all(&bytes, media)));
        slowest = slowest.max(begin.elapsed());
        let read = read.unwrap_or_else(|_| panic!("case {case} of seed {seed} panics"));
        assert!(begin.elapsed() < Duration::from_secs(1), "case {case} of seed {seed} takes {:?}", begin.elapsed());
        whole += u64::from(read);
    }
    println!("{count} files in {:?}, {whole} read to their end, the slowest took {slowest:?}", start.elapsed());
    // Mutations that are all refused at the door, or none, would prove nothing.
    assert!(whole > count / 20 && whole < count * 19 / 20, "{whole} of {count} were read to their end");
}
