//! From what the domain says to what stands on a page.

use membership_core::{id::MemberId, refusal::Refusal};

/// A sentence of it: a capital letter first, a full stop last. The id of a member is for programs and left out.
pub(crate) fn sentence(text: &str) -> String {
    let named = member_in(text).map(|(before, _, after)| format!("{before}{after}"));
    let text = named.as_deref().unwrap_or(text);
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let stop = if text.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    format!("{}{}{stop}", first.to_uppercase(), letters.as_str())
}

/// The member whose id stands in brackets in a text, with what stands before and after it.
pub(crate) fn member_in(text: &str) -> Option<(&str, MemberId, &str)> {
    let (before, rest) = text.split_once(" (")?;
    let (id, after) = rest.split_once(')')?;
    Some((before, id.parse().ok()?, after))
}

/// What a refusal says: what is wrong, and what to do.
pub(crate) fn told(refusal: &dyn Refusal) -> (String, String) {
    (sentence(&refusal.to_string()), sentence(refusal.advice()))
}

/// The same in one line.
pub(crate) fn told_at_once(refusal: &dyn Refusal) -> String {
    let (said, advice) = told(refusal);
    format!("{said} {advice}")
}

/// A name inside a sentence of ours, whichever way it is written: what `<bdi>` does, where there is only text.
pub(crate) fn isolated(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}

/// The letter that stands for a name in its badge.
pub(crate) fn initial(name: &str) -> String {
    name.chars()
        .find(|letter| letter.is_alphanumeric())
        .map_or("·".to_owned(), |letter| letter.to_uppercase().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_becomes_a_sentence() {
        assert_eq!(sentence("this link is not valid here"), "This link is not valid here.");
        assert_eq!(sentence("Done!"), "Done!");
        assert_eq!(sentence(""), "");
        assert_eq!(sentence("a tenant (or two)"), "A tenant (or two).");
        let known = "this address was invited before (0197c0de-0000-7000-8000-000000000002)";
        assert_eq!(sentence(known), "This address was invited before.");
    }

    #[test]
    fn a_badge_shows_a_letter() {
        assert_eq!(initial("  <b>éva"), "B");
        assert_eq!(initial("éva"), "É");
        assert_eq!(initial("🙂"), "·");
    }
}
