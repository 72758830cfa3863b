//! Folding: what makes two spellings one word.

use unicode_normalization::{
    UnicodeNormalization,
    char::{canonical_combining_class, is_combining_mark},
};

/// The folded words of some texts, in order; none of them is empty.
///
/// Stored tokens are made of them. Whoever changes what a word folds to also writes a migration that makes all tokens
/// anew.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// All words, one after the other: one allocation instead of one for each.
    letters: Vec<char>,
    /// Where each word ends.
    ends: Vec<usize>,
}

impl Words {
    /// The words of all `texts`. A word does not go on from one text into the next.
    pub(super) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words = Self::default();
        for text in texts {
            if text.is_ascii() {
                text.chars().for_each(|c| words.push(c.to_ascii_lowercase()));
            } else {
                text.nfkd().flat_map(char::to_lowercase).for_each(|c| words.push(c));
            }
            words.end();
        }
        words
    }

    /// Each word.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[char]> {
        let mut start = 0;
        self.ends.iter().map_while(move |&end| {
            let word = self.letters.get(start..end);
            start = end;
            word
        })
    }

    /// Takes the next character, lower-case and decomposed.
    fn push(&mut self, c: char) {
        match c {
            'a'..='z' | '0'..='9' => self.letters.push(c),
            // Letters with a stroke and ligatures, which Unicode does not take apart.
            'ß' => self.letters.extend(['s', 's']),
            'æ' => self.letters.extend(['a', 'e']),
            'œ' => self.letters.extend(['o', 'e']),
            'þ' => self.letters.extend(['t', 'h']),
            'ø' => self.letters.push('o'),
            'ł' => self.letters.push('l'),
            'đ' | 'ð' => self.letters.push('d'),
            'ħ' => self.letters.push('h'),
            'ı' => self.letters.push('i'),
            'ς' => self.letters.push('σ'),
            // O'Brien is also obrien; joiners and the soft hyphen are inside a word, and are not seen.
            '\'' | '’' | 'ʼ' | '\u{ad}' | '\u{200c}' | '\u{200d}' => {}
            // Vowel signs of class 0 are letters (India, South-East Asia); accents and tone marks have another class.
            c if c.is_alphanumeric() && canonical_combining_class(c) == 0 => self.letters.push(c),
            c if is_combining_mark(c) => {}
            _ => self.end(),
        }
    }

    fn end(&mut self) {
        if self.letters.len() > self.ends.last().copied().unwrap_or(0) {
            self.ends.push(self.letters.len());
        }
    }
}
