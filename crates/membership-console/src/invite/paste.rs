//! A list of people as somebody pastes it: one to a line, or with commas or semicolons between them.

/// One person of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) address: String,
}

/// Every person of `text`. Whose name is not said is called by what stands before the @.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let parts = text.split(['\n', '\r', ';', ',']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(line).collect()
}

fn line(text: &str) -> Line {
    let (name, address) = match text.split_once('<') {
        Some((name, rest)) => (name.trim().trim_matches('"').trim(), rest.trim().trim_end_matches('>').trim()),
        None => ("", text),
    };
    let name = if name.is_empty() { address.split('@').next().unwrap_or_default() } else { name };
    Line { name: name.to_owned(), address: address.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_in_several_forms() {
        let pasted =
            "Ann Example <ann@example.org>\r\nbea@example.org; \"Cora C.\" <cora@example.org>,\n\n dina@example.org ";
        let line = |name: &str, address: &str| Line { name: name.into(), address: address.into() };
        let expected = [
            line("Ann Example", "ann@example.org"),
            line("bea", "bea@example.org"),
            line("Cora C.", "cora@example.org"),
            line("dina", "dina@example.org"),
        ];
        assert_eq!(lines(pasted), expected);
        assert_eq!(lines(" \n ;, "), []);
        assert_eq!(lines("a b@x"), [line("a b", "a b@x")]);
        assert_eq!(lines("<"), [line("", "")]);
    }
}
