//! What stands between the fields of a text, by its first line.

/// What programs put between fields.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How a text is delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
}

impl Dialect {
    /// Finds the delimiter, and how many bytes a line takes that does nothing but name it (`sep=;`, as Excel has it).
    /// Else it is what stands most often in the first line with content, outside quotes; a comma where nothing does.
    pub(super) fn detect(start: &[u8]) -> (Self, usize) {
        if let Some(found) = named(start) {
            return found;
        }
        let mut counts = [0_u32; DELIMITERS.len()];
        let (mut quoted, mut content) = (false, false);
        for &byte in start {
            match byte {
                b'"' => quoted = !quoted,
                b'\r' | b'\n' if !quoted && content => break,
                _ => {}
            }
            content |= !byte.is_ascii_whitespace();
            if !quoted
                && let Some(count) =
                    DELIMITERS.iter().position(|known| *known == byte).and_then(|at| counts.get_mut(at))
            {
                *count += 1;
            }
        }
        // Of equals the first: a comma before all others.
        let most = DELIMITERS.iter().zip(counts).rev().max_by_key(|(_, count)| *count);
        (Self { delimiter: most.map_or(b',', |(delimiter, _)| *delimiter) }, 0)
    }
}

/// Reads the line that names the delimiter.
fn named(start: &[u8]) -> Option<(Dialect, usize)> {
    let [s, e, p, b'=', delimiter, rest @ ..] = start else { return None };
    if ![s, e, p].into_iter().zip(b"sep").all(|(byte, expected)| byte.eq_ignore_ascii_case(expected)) {
        return None;
    }
    let ending = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => return None,
    };
    let usable =
        delimiter.is_ascii() && !delimiter.is_ascii_alphanumeric() && !matches!(delimiter, b'"' | b'\r' | b'\n');
    usable.then_some((Dialect { delimiter: *delimiter }, 5 + ending))
}

#[cfg(test)]
mod tests {
    use super::Dialect;

    #[test]
    fn the_first_line_with_content_tells_the_delimiter() {
        for (start, delimiter, preamble) in [
            (&b"a,b;c\n1;2;3;4"[..], b',', 0),
            (b"a;b;c,d\n", b';', 0),
            (b"\r\n\r\na\tb\tc\r\n1,2,3,4,5", b'\t', 0),
            (b"\"a,b,c\"|d\n", b'|', 0),
            (b"\"a\n,,,\"\t\"b\"\n", b'\t', 0),
            (b"name\nAnn;Bob", b',', 0),
            (b"sep=;\r\na,b,c", b';', 7),
            (b"SEP=\t\na,b,c", b'\t', 6),
            (b"sep=x\na;b", b',', 0),
            (b"sep=", b',', 0),
            (b"", b',', 0),
        ] {
            assert_eq!(Dialect::detect(start), (Dialect { delimiter }, preamble), "{}", start.escape_ascii());
        }
    }
}
