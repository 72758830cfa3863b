//! What people make of a common password when they are asked for a long one.

use std::ops::Range;

use super::list;

/// Most characters that are no letters, beside the pieces.
const MOST_SPARE: usize = 6;

/// The shortest piece, in bytes.
const SHORTEST: usize = list::SHORTEST;

/// The orders in which fingers and minds walk, from any place to any other, there and back.
const WALKS: [&str; 12] = [
    "abcdefghijklmnopqrstuvwxyz",
    "zyxwvutsrqponmlkjihgfedcba",
    "01234567890123456789",
    "98765432109876543210",
    "qwertyuiopasdfghjklzxcvbnm",
    "mnbvcxzlkjhgfdsapoiuytrewq",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "p0lo9ki8mju7nhy6bgt5vfr4cde3xsw2zaq1",
    "qazwsxedcrfvtgbyhnujmikolp",
    "plokimjunhybgtvfrcdexswzaq",
    "1q2w3e4r5t6y7u8i9o0p",
    "p0o9i8u7y6t5r4e3w2q1",
];

/// The longest walk, in bytes.
const LONGEST: usize = 36;

/// Whether `password`, in small letters, is a common one, or a simple shape of common ones.
pub(super) fn is_common(password: &str) -> bool {
    let unit = unit(password);
    unit.len() < password.len() && unit.len() <= SHORTEST || is_of_pieces(unit)
}

/// The shortest text that gives `text` when it is written again and again, the last time perhaps in part; `text` itself
/// unless that is twice at least.
fn unit(text: &str) -> &str {
    let bytes = text.as_bytes();
    let repeats = |length: &usize| bytes.iter().eq(bytes.iter().take(*length).cycle().take(bytes.len()));
    // Where the text begins again, a character begins.
    let length = (1..=text.len() / 2).find(repeats);
    length.and_then(|length| text.get(..length)).unwrap_or(text)
}

/// Whether `text` is one piece or two, and few characters that are no letters.
fn is_of_pieces(text: &str) -> bool {
    // Longer than that it is hardly, and the work stays bounded.
    if text.len() > 2 * LONGEST + MOST_SPARE {
        return false;
    }
    let spare = |part: Range<usize>| text.get(part).is_some_and(is_spare);
    let pieces = |(start, end): &(usize, usize)| text.get(*start..*end).is_some_and(is_piece);
    // Before a head are spare characters only, after a tail too. What begins and ends with them is one piece, or two.
    let starts = 0..=MOST_SPARE.min(text.len());
    let ends = text.len().saturating_sub(MOST_SPARE)..=text.len();
    let heads = starts.flat_map(|start| (start + SHORTEST..=text.len()).map(move |end| (start, end)));
    let heads: Vec<_> = heads.filter(pieces).filter(|(start, _)| spare(0..*start)).collect();
    let tails = ends.flat_map(|end| (0..=end.saturating_sub(SHORTEST)).map(move |start| (start, end)));
    let tails: Vec<_> = tails.filter(pieces).filter(|(_, end)| spare(*end..text.len())).collect();
    heads.iter().any(|head| {
        tails.iter().any(|tail| {
            let one = head == tail && text.len() - (head.1 - head.0) <= MOST_SPARE;
            let between = head.1..tail.0;
            let beside = head.0 + between.len() + (text.len() - tail.1);
            one || head.1 <= tail.0 && beside <= MOST_SPARE && spare(between)
        })
    })
}

fn is_piece(text: &str) -> bool {
    let same = || text.bytes().all(|byte| text.bytes().next() == Some(byte));
    let walk = || WALKS.iter().any(|walk| walk.contains(text));
    text.len() >= SHORTEST && (list::has(text) || same() || walk())
}

fn is_spare(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic())
}

#[cfg(test)]
#[path = "shape_tests.rs"]
mod tests;
