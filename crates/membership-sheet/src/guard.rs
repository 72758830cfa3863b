//! The guard against formulas in CSV: a spreadsheet program runs a field that begins like one.
//!
//! Writing puts `'` before such a field, and before one that already has it; reading takes exactly one away. So every
//! text comes back as it was (OWASP, CSV injection; CWE-1236).

/// What a spreadsheet program may take for the beginning of a formula or a command.
const DANGEROUS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'];

/// Whether `field`, after any number of `'`, begins with a dangerous character.
fn is_dangerous(field: &str) -> bool {
    field.trim_start_matches('\'').starts_with(DANGEROUS)
}

/// `field` as it is written: with `'` in front where a program might run it.
pub(crate) fn guarded(field: &str) -> std::borrow::Cow<'_, str> {
    if is_dangerous(field) { format!("'{field}").into() } else { field.into() }
}

/// `field` as it was meant: without the `'` that writing put there.
pub(crate) fn unguarded(field: &str) -> &str {
    match field.strip_prefix('\'') {
        Some(rest) if is_dangerous(rest) => rest,
        Some(_) | None => field,
    }
}

/// `text` with U+FFFD for every character that XML 1.0 cannot hold, so that both formats hold the same.
pub(crate) fn storable(text: &str) -> std::borrow::Cow<'_, str> {
    // A text without control bytes and without 0xEF, which U+FFFE begins with, is not looked at letter by letter.
    if text.bytes().all(|byte| byte >= b' ' && byte != 0xEF) {
        return text.into();
    }
    let unstorable = |c: char| matches!(c, '\0'..='\x08' | '\x0B' | '\x0C' | '\x0E'..='\x1F' | '\u{FFFE}' | '\u{FFFF}');
    if text.contains(unstorable) { text.replace(unstorable, "\u{FFFD}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::{guarded, storable, unguarded};

    #[test]
    fn what_begins_like_a_formula_gets_one_quote_and_loses_it_again() {
        for (field, written) in [
            ("=1+1", "'=1+1"),
            ("'=1+1", "''=1+1"),
            ("''@x", "'''@x"),
            ("－1", "'－1"),
            ("\tx", "'\tx"),
            ("O'Hara", "O'Hara"),
            ("'quoted'", "'quoted'"),
            ("", ""),
            ("'", "'"),
        ] {
            assert_eq!(guarded(field), written);
            assert_eq!(unguarded(written), field);
        }
    }

    #[test]
    fn what_xml_cannot_hold_is_replaced_and_nothing_else() {
        assert_eq!(storable("a\0b\x1Fc\u{FFFF}"), "a\u{FFFD}b\u{FFFD}c\u{FFFD}");
        assert_eq!(storable("a\t\r\n\u{85}é"), "a\t\r\n\u{85}é");
    }
}
