//! Tokens: what a store keeps of a text.

use std::{collections::BTreeSet, fmt};

use super::fold::Words;
use crate::id::TenantId;

/// How many letters of a word's beginning are kept with each one of them left out. A query's word shorter than this
/// is compared with whole words only.
pub(super) const HEAD: usize = 5;

/// One entry of the index: the hash of a tenant and a few letters.
///
/// It is the 64-bit FNV-1a hash of the tenant's 16 bytes, one byte for the kind of the entry, and the letters in UTF-8.
/// Tokens are stored, so this never changes. Two entries with the same hash do no harm, since every candidate is
/// verified; the tenant is part of it so that no tenant's lists grow with another's members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(i64);

impl Token {
    /// For a column of integers.
    pub const fn as_i64(self) -> i64 {
        self.0
    }
}

/// For an index of text: 16 hexadecimal digits in lower case, which every tokenizer takes for one word.
impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// All that a store keeps so that a member of `tenant` with these `texts` is found: some ten to fifteen for a word.
///
/// For each word `johnson` these are
/// - every three neighbouring letters (`joh`, `ohn`, ...), which find it by any part of it;
/// - its first letter and its first two, which find it by its beginning, and in scripts that write a word with one or
///   two characters (Chinese, Japanese, Korean) every one and every two neighbours;
/// - its first five letters, and these with each one left out (`johns`, `ohns`, `jhns`, ...), which find it in spite of
///   a typo.
pub fn tokens<'a>(tenant: TenantId, texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<Token> {
    let grams = Grams::of(tenant);
    let mut tokens = BTreeSet::new();
    for word in Words::of(texts).iter() {
        tokens.extend(grams.inner(word));
        tokens.extend([1, 2].into_iter().filter_map(|n| word.get(..n)).map(|letters| grams.short(letters)));
        let dense = [1, 2].into_iter().flat_map(|n| word.windows(n)).filter(|letters| all_dense(letters));
        tokens.extend(dense.map(|letters| grams.short(letters)));
        // A word of three letters is one typo away from a word of four only as a whole, and from shorter ones never.
        if word.len() >= 3 {
            tokens.insert(grams.head(word));
        }
        if word.len() > 3 {
            tokens.extend(grams.heads_without_one(word));
        }
    }
    tokens
}

/// Whether all are characters of a script that says in one or two what others say in five: Han, kana, Hangul (which is
/// folded to its parts, two or three for a syllable).
pub(super) fn all_dense(letters: &[char]) -> bool {
    letters.iter().all(|c| {
        matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{312f}' | '\u{31a0}'..='\u{31ff}'
            | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}' | '\u{d7b0}'..='\u{d7ff}'
            | '\u{20000}'..='\u{3ffff}')
    })
}

/// Makes the tokens of one tenant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grams(u64);

impl Grams {
    pub(super) fn of(tenant: TenantId) -> Self {
        Self(fnv1a(FNV_OFFSET, tenant.as_uuid().as_bytes()))
    }

    /// Three neighbouring letters each, anywhere in a word.
    pub(super) fn inner(self, letters: &[char]) -> impl Iterator<Item = Token> + use<'_> {
        letters.windows(3).map(move |three| self.token(b'+', three))
    }

    /// One letter or two: how a word begins, or anywhere if they are of a dense script.
    pub(super) fn short(self, letters: &[char]) -> Token {
        self.token(if all_dense(letters) { b'+' } else { b'^' }, letters)
    }

    /// How a word begins.
    pub(super) fn head(self, word: &[char]) -> Token {
        self.token(b'~', word.iter().take(HEAD))
    }

    /// The same with each letter left out, one after the other.
    pub(super) fn heads_without_one(self, word: &[char]) -> impl Iterator<Item = Token> + use<'_> {
        let head = word.get(..HEAD).unwrap_or(word);
        (0..head.len()).map(move |without| {
            let kept = head.iter().enumerate().filter(move |(at, _)| *at != without);
            self.token(b'~', kept.map(|(_, letter)| letter))
        })
    }

    fn token<'a>(self, kind: u8, letters: impl IntoIterator<Item = &'a char>) -> Token {
        let hash = letters
            .into_iter()
            .fold(fnv1a(self.0, &[kind]), |hash, letter| fnv1a(hash, letter.encode_utf8(&mut [0; 4]).as_bytes()));
        Token(hash.cast_signed())
    }
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// Goes on with a hash.
fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published values: tokens are stored, and another hash would find nothing of what is stored.
    #[test]
    fn the_hash_is_fnv_1a() {
        for (text, hash) in
            [("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8)]
        {
            assert_eq!(fnv1a(FNV_OFFSET, text.as_bytes()), hash, "{text}");
        }
    }

    #[test]
    fn a_token_reads_as_sixteen_digits() {
        assert_eq!(Token(-1).to_string(), "ffffffffffffffff");
        assert_eq!(Token(10).to_string(), "000000000000000a");
        assert_eq!(Token(10).as_i64(), 10);
    }
}
