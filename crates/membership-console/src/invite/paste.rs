//! A list of people as somebody pastes it: one to a line, or with commas or semicolons between them.

/// One person of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) address: String,
    /// What the person shall be, if it is said.
    pub(super) role: Option<String>,
}

/// Every person of `text`. Whose name is not said is called by what stands before the @.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let parts = text.split(['\n', '\r', ';', ',']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(line).collect()
}

fn line(text: &str) -> Line {
    // A colon in front of the address is part of something else.
    let (text, role) = match text.rsplit_once(':') {
        Some((person, role)) if person.contains('@') && !role.contains(['@', '>']) => {
            (person.trim(), Some(role.trim()))
        }
        Some(_) | None => (text, None),
    };
    let (name, address) = match text.split_once('<') {
        Some((name, rest)) => (name.trim().trim_matches('"').trim(), rest.trim().trim_end_matches('>').trim()),
        None => ("", text),
    };
    let name = if name.is_empty() { address.split('@').next().unwrap_or_default() } else { name };
    Line { name: name.to_owned(), address: address.to_owned(), role: role.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_in_several_forms() {
        let pasted =
            "Ann Example <ann@example.org>\r\nbea@example.org; \"Cora C.\" <cora@example.org>,\n\n dina@example.org ";
        let line = |name: &str, address: &str| Line { name: name.into(), address: address.into(), role: None };
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

    #[test]
    fn a_role_stands_behind_the_address() {
        let line = |name: &str, address: &str, role: Option<&str>| Line {
            name: name.into(),
            address: address.into(),
            role: role.map(str::to_owned),
        };
        let pasted = "Dr: Ann <ann@example.org> : Member manager\nbea@example.org:Guest, cora@example.org:\nmailto:dina@example.org";
        let expected = [
            line("Dr: Ann", "ann@example.org", Some("Member manager")),
            line("bea", "bea@example.org", Some("Guest")),
            line("cora", "cora@example.org", Some("")),
            line("mailto:dina", "mailto:dina@example.org", None),
        ];
        assert_eq!(lines(pasted), expected);
    }
}
