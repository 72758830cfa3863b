//! Plans: how a store finds the candidates.

use super::token::{Grams, HEAD, Token};

/// Most three-letter tokens that are asked for together. A long word has more; they would cost and hardly narrow.
const MAX_GRAMS: usize = 8;

/// What the tokens of a candidate must satisfy: all of [`words`](Self::words).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan(Vec<AnyOf>);

/// What stands for one word of the query: at least one of [`alternatives`](Self::alternatives).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyOf(Vec<AllOf>);

/// One way to be found: all of [`tokens`](Self::tokens).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllOf(Vec<Token>);

impl Plan {
    pub(super) fn new(words: impl Iterator<Item = AnyOf>) -> Self {
        Self(words.collect())
    }

    /// One for each word of the query: 1 to [`MAX_QUERY_WORDS`](super::MAX_QUERY_WORDS).
    pub fn words(&self) -> &[AnyOf] {
        &self.0
    }
}

impl AnyOf {
    /// At least one, at most eight; none asks for all that another asks for.
    pub fn alternatives(&self) -> &[AllOf] {
        &self.0
    }

    /// The word is in one of the text's words, or begins one if it is short.
    pub(super) fn exact(grams: Grams, word: &[char]) -> Self {
        Self(vec![AllOf::exact(grams, word)])
    }

    /// The same, or with one typo, for a word of at least four letters.
    ///
    /// Where the typo is tells what it left as it was. Let the word typed be `q`, its head the first [`HEAD`] letters of
    /// it, and the typo at `q[i]` (the wrong letter, the one too many, the first of two swapped, or the one before which
    /// a letter is missing).
    /// - In the head: the head without `q[i]` is the head of the word meant without one of its letters, or that head
    ///   itself (for a missing letter, the head of `q` without its last letter is, which is the same with another `i`).
    ///   What comes after `q[i + 1]` is as it was. The word typed may be shorter than a head; then a missing letter makes
    ///   all of it the longer head without one letter, which the next case asks for.
    /// - After the head: the head is as it was, and so is either what comes before the middle of the rest of the word, or
    ///   what comes after the letter in the middle (two that are swapped may lie on both sides of it).
    ///
    /// That the two miss nothing is tested for all words over a small alphabet.
    pub(super) fn near(grams: Grams, word: &[char]) -> Self {
        let after = |at: usize| word.get(at..).unwrap_or_default();
        let mut alternatives = vec![AllOf::exact(grams, word)];
        for (at, head) in grams.heads_without_one(word).enumerate() {
            alternatives.push(AllOf::head(grams, head, after(at + 2)));
        }
        let head = grams.head(word);
        let middle = usize::midpoint(word.len(), word.len().min(HEAD));
        alternatives.push(AllOf::head(grams, head, word.get(..middle).unwrap_or(word)));
        alternatives.push(AllOf::head(grams, head, after(middle + 1)));
        Self(weakest(alternatives))
    }
}

impl AllOf {
    /// At least one; no order is better than another.
    pub fn tokens(&self) -> &[Token] {
        &self.0
    }

    fn exact(grams: Grams, word: &[char]) -> Self {
        Self(if word.len() > 2 { spread(grams, word) } else { vec![grams.short(word)] })
    }

    fn head(grams: Grams, head: Token, intact: &[char]) -> Self {
        let mut tokens = spread(grams, intact);
        tokens.push(head);
        Self(tokens)
    }
}

/// At most [`MAX_GRAMS`] of the three-letter tokens of `letters`, from all over them.
fn spread(grams: Grams, letters: &[char]) -> Vec<Token> {
    let every = letters.len().saturating_sub(2).div_ceil(MAX_GRAMS).max(1);
    let mut tokens: Vec<Token> = grams.inner(letters).step_by(every).collect();
    tokens.sort_unstable();
    tokens.dedup();
    tokens
}

/// Leaves out the alternatives that ask for all that another asks for, and so find nothing that it does not find.
fn weakest(mut alternatives: Vec<AllOf>) -> Vec<AllOf> {
    alternatives.sort_by_key(|AllOf(tokens)| tokens.len());
    let mut kept: Vec<AllOf> = Vec::with_capacity(alternatives.len());
    for AllOf(tokens) in alternatives {
        if !kept.iter().any(|AllOf(weaker)| weaker.iter().all(|token| tokens.contains(token))) {
            kept.push(AllOf(tokens));
        }
    }
    kept
}
