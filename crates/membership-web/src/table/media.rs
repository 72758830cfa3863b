//! What headers say of a file: its name, and what it is.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands for itself in `filename*` (RFC 8187, `attr-char`).
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Whether a body that is declared so can be a table. Browsers call CSV whatever their system calls it.
pub(super) fn is_table(essence: &str) -> bool {
    matches!(
        essence,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            | "application/vnd.ms-excel"
            | "application/octet-stream"
            | "application/csv"
            | "text/csv"
            | "text/tab-separated-values"
            | "text/plain"
    )
}

/// The file's name in a `Content-Disposition` (RFC 6266), the form that knows all letters first.
pub(super) fn file_name(disposition: &str) -> Option<String> {
    let parameters = || parts(disposition).into_iter().filter_map(|part| part.split_once('=').map(trimmed));
    let named = |wanted: &str| {
        parameters().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.to_owned())
    };
    let extended = named("filename*").and_then(|value| {
        let (charset, rest) = value.split_once('\'')?;
        let (_, text) = rest.split_once('\'')?;
        let decoded = percent_decode_str(text).decode_utf8().ok()?.into_owned();
        charset.eq_ignore_ascii_case("utf-8").then_some(decoded)
    });
    let plain = || named("filename").map(|value| unquoted(&value));
    extended.or_else(plain)
}

/// What goes into a `Content-Disposition` that a file called `name` is saved under: plain for whoever knows no better, and with
/// all its letters.
pub(super) fn attachment(name: &str) -> String {
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ATTRIBUTE))
}

/// The last part of what may be a path, on whichever system.
pub(super) fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path).trim()
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ')
}

fn trimmed<'a>((name, value): (&'a str, &'a str)) -> (&'a str, &'a str) {
    (name.trim(), value.trim())
}

/// The parts between semicolons that are not within quotation marks.
fn parts(header: &str) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    header
        .split(|c: char| {
            let is_end = c == ';' && !quoted;
            if c == '"' && !escaped {
                quoted = !quoted;
            }
            escaped = quoted && c == '\\' && !escaped;
            is_end
        })
        .collect()
}

fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return value.to_owned() };
    let mut escaped = false;
    let kept = inner.chars().filter(|c| {
        escaped = *c == '\\' && !escaped;
        !escaped
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_however_it_is_written() {
        for (header, name) in [
            ("attachment; filename=people.xlsx", Some("people.xlsx")),
            ("attachment; filename=\"a; b \\\"c\\\".csv\"", Some("a; b \"c\".csv")),
            ("attachment; filename=\"x.csv\"; filename*=UTF-8''Stra%C3%9Fe.csv", Some("Straße.csv")),
            ("attachment; filename*=latin1''x.csv; FileName=y.csv", Some("y.csv")),
            ("attachment; filename*=UTF-8''%FF", None),
            ("inline", None),
            ("", None),
        ] {
            assert_eq!(file_name(header).as_deref(), name, "{header}");
        }
        assert_eq!(last_part("C:\\Users\\ann\\people.xlsx"), "people.xlsx");
        assert_eq!(last_part("../../etc/passwd"), "passwd");
    }

    #[test]
    fn a_name_is_written_so_that_it_is_read_back() {
        for name in ["people.xlsx", "Straße \"1\"; x=y.csv", "部门\r\nSet-Cookie: a=b.csv"] {
            let header = attachment(name);
            assert!(header.is_ascii() && !header.contains(['\r', '\n']), "{header}");
            assert_eq!(file_name(&header).as_deref(), Some(name), "{header}");
        }
    }
}
