//! Text search over members: loose, quick at any size, and the same in every store.
//!
//! All that is known about language is here, once. A store keeps the [`tokens`] of each member's texts (name, username,
//! address), picks candidates by the [`Plan`] of a [`Query`], which only intersects and unites lists of tokens, and lets
//! [`Query::matches`] have the last word on each candidate.
//!
//! A text is taken apart into **words**: compatibility forms, case, accents and apostrophes are folded away, and
//! everything that is neither letter nor digit separates. So `%`, `_` and `\` find nothing and mean nothing, and of
//! `ann.example@example.org` the words are `ann`, `example`, `example`, `org`. A query finds a member if *each* of its
//! words finds *some* word of the member's texts:
//!
//! | letters in the query's word | exact | near: the same, or |
//! |---|---|---|
//! | 1, 2 | how a word begins; in Chinese, Japanese and Korean, anywhere | |
//! | 3 | anywhere in a word | |
//! | 4 | anywhere in a word | a whole word with one typo |
//! | 5 and more | anywhere in a word | a whole word, or how one begins, with one typo |
//!
//! A **typo** is a wrong letter, one too many, one missing, or two neighbours swapped. There is one for each word and not
//! more, because one is found by a few short lists: `search/plan.rs` says how.
//!
//! ```
//! use membership_core::search::Query;
//!
//! let query = Query::parse("jonhson")?.ok_or("nothing to search for")?;
//! assert!(!query.matches(&["Ann Johnson"]));
//! let near = query.near().ok_or("too short for a typo")?;
//! assert!(near.matches(&["Ann Johnson"]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod fold;
mod plan;
mod token;

pub use plan::{AllOf, AnyOf, Plan};
pub use token::{Token, tokens};

use crate::{id::TenantId, refusal::refusals};
use fold::Words;
use token::{Grams, HEAD, all_dense};

/// Longest query in characters.
pub const MAX_QUERY_CHARS: usize = 256;

/// Most words of one query, each counted once.
pub const MAX_QUERY_WORDS: usize = 8;

/// Fewest letters of a word in which a typo is forgiven: in a shorter one, too much is one typo away.
const MIN_NEAR: usize = 4;

refusals! {
    /// Why a text is not a query.
    pub enum SearchFault {
        /// Too long.
        TooLong = Invalid "search-too-long"
            ("the text to search for is longer than 256 characters", "search for a part of it");
        /// Too many words.
        TooManyWords = Invalid "search-too-many-words"
            ("the text to search for has more than 8 different words", "search for fewer of them");
    }
}

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// At least one, none of them twice.
    words: Vec<Vec<char>>,
    strength: Strength,
}

/// How like must a word be?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strength {
    Exact,
    Near,
}

impl Query {
    /// Reads what a person typed, as an exact query. `None` if there is neither letter nor digit in it.
    pub fn parse(text: &str) -> Result<Option<Self>, SearchFault> {
        if text.chars().nth(MAX_QUERY_CHARS).is_some() {
            return Err(SearchFault::TooLong);
        }
        let mut words: Vec<Vec<char>> = Vec::new();
        for word in Words::of([text]).iter() {
            if words.iter().any(|known| known == word) {
                continue;
            }
            if words.len() == MAX_QUERY_WORDS {
                return Err(SearchFault::TooManyWords);
            }
            words.push(word.to_vec());
        }
        Ok((!words.is_empty()).then_some(Self { words, strength: Strength::Exact }))
    }

    /// The same query with one typo forgiven in each word that is long enough for it: finds all that the exact one finds,
    /// and more. `None` if no word is long enough, so that it would find nothing more.
    pub fn near(&self) -> Option<Self> {
        let long_enough = self.words.iter().any(|word| word.len() >= MIN_NEAR);
        long_enough.then(|| Self { words: self.words.clone(), strength: Strength::Near })
    }

    /// How to find the candidates among the members of `tenant`. It misses nobody that [`matches`](Self::matches)
    /// accepts, and offers a few whom it does not.
    pub fn plan(&self, tenant: TenantId) -> Plan {
        let grams = Grams::of(tenant);
        Plan::new(self.words.iter().map(|word| match self.strength {
            Strength::Near if word.len() >= MIN_NEAR => AnyOf::near(grams, word),
            Strength::Near | Strength::Exact => AnyOf::exact(grams, word),
        }))
    }

    /// Whether a member with these texts is found: the last word on a candidate, and all that a store without an index
    /// needs.
    pub fn matches(&self, texts: &[&str]) -> bool {
        let text = Words::of(texts.iter().copied());
        self.words.iter().all(|wanted| text.iter().any(|word| self.finds(wanted, word)))
    }

    fn finds(&self, wanted: &[char], word: &[char]) -> bool {
        let exactly = if wanted.len() > 2 || all_dense(wanted) {
            word.windows(wanted.len()).any(|part| part == wanted)
        } else {
            word.starts_with(wanted)
        };
        exactly
            || match self.strength {
                Strength::Exact => false,
                Strength::Near => wanted.len() >= MIN_NEAR && one_typo_away(wanted, word),
            }
    }
}

/// Whether at most one typo makes `wanted` of `word`, or of how it begins if `wanted` is long enough. (This is optimal
/// string alignment; for a single typo the first difference tells where it is, so no table is needed.)
fn one_typo_away(wanted: &[char], word: &[char]) -> bool {
    let same = wanted.iter().zip(word).take_while(|(a, b)| a == b).count();
    let ends = |rest: &[char], with: &[char]| {
        if wanted.len() < HEAD { rest == with } else { rest.starts_with(with) }
    };
    let (typed, meant) = (wanted.get(same..).unwrap_or_default(), word.get(same..).unwrap_or_default());
    match (typed, meant) {
        ([], missing) => wanted.len() >= HEAD || missing.len() <= 1,
        ([_, more @ ..], []) => more.is_empty(),
        ([a, typed_after @ ..], [b, meant_after @ ..]) => {
            let wrong = ends(meant_after, typed_after);
            let too_many = ends(meant, typed_after);
            let missing = ends(meant_after, typed);
            let swapped = match (typed_after, meant_after) {
                ([c, typed_after @ ..], [d, meant_after @ ..]) => a == d && b == c && ends(meant_after, typed_after),
                _ => false,
            };
            wrong || too_many || missing || swapped
        }
    }
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
