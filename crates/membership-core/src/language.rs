//! Languages that people read.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::refusal::refusals;

/// A language as BCP 47 writes it, no finer than language, script and region: `de`, `zh-Hant`, `pt-BR`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Language(String);

refusals! {
    /// Why a text is not a language.
    pub enum LanguageFault {
        /// Not of that form.
        Malformed = Invalid "language-malformed"
            ("this is not a language tag; expected something like de, pt-BR or zh-Hant (BCP 47)", "write the language as a tag, or leave it empty");
    }
}

impl Language {
    /// Reads a tag as a person typed it, whatever its capitals, with hyphens or underscores.
    pub fn parse(text: &str) -> Result<Self, LanguageFault> {
        let mut parts = text.split(['-', '_']);
        let language = parts.next().filter(|part| (2..=3).contains(&part.len()) && is_letters(part));
        let mut tag = language.ok_or(LanguageFault::Malformed)?.to_ascii_lowercase();
        let mut next = parts.next();
        if let Some(script) = next.filter(|part| part.len() == 4 && is_letters(part)) {
            let (first, rest) = script.split_at(1);
            tag.extend(["-", &first.to_ascii_uppercase(), &rest.to_ascii_lowercase()]);
            next = parts.next();
        }
        if let Some(region) = next.filter(|part| is_region(part)) {
            tag.extend(["-", &region.to_ascii_uppercase()]);
            next = parts.next();
        }
        if next.is_none() { Ok(Self(tag)) } else { Err(LanguageFault::Malformed) }
    }

    /// The tag, in its usual capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_letters(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_region(part: &str) -> bool {
    (part.len() == 2 && is_letters(part)) || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_one_spelling() {
        let tag = |text: &str| Language::parse(text).map(|language| language.to_string()).ok();
        assert_eq!(tag("DE").as_deref(), Some("de"));
        assert_eq!(tag("pt_br").as_deref(), Some("pt-BR"));
        assert_eq!(tag("zh-HANT-tw").as_deref(), Some("zh-Hant-TW"));
        assert_eq!(tag("es-419").as_deref(), Some("es-419"));
        for nonsense in ["", "d", "german", "de-", "de--AT", "de-AT-x", "d1", "zh-Hant-TW-1", "日本"] {
            assert_eq!(tag(nonsense), None, "{nonsense:?}");
        }
    }
}
