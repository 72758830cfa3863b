//! What people call the program that a session was begun with. It is a guess from what the program says of itself, and
//! feeds nothing but the list.

/// Browsers, by a word that only they say; the first that fits, because most say the words of others too.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
/// Where they run, in the same way.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
];

/// `Firefox on Linux`, if both are known.
pub(super) fn known(said: &str) -> Option<String> {
    Some(format!("{} on {}", word(BROWSERS, said)?, word(SYSTEMS, said)?))
}

/// `Firefox on Linux`; the whole of what it says if that is nothing we know.
pub(super) fn name(said: &str) -> String {
    match (word(BROWSERS, said), word(SYSTEMS, said)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) if said.is_empty() => "A program that gave no name".to_owned(),
        (None, _) => said.to_owned(),
    }
}

fn word(list: &[(&str, &'static str)], said: &str) -> Option<&'static str> {
    list.iter().find(|(word, _)| said.contains(word)).map(|(_, name)| *name)
}

pub(super) fn is_phone(said: &str) -> bool {
    ["iPhone", "Android"].iter().any(|word| said.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_as_people_call_them() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
        for (said, called) in [
            (chrome, "Chrome on Linux"),
            (&format!("{chrome} Edg/140.0.0.0"), "Edge on Linux"),
            (safari, "Safari on iPhone"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Windows"),
            ("curl/8.9.1", "curl/8.9.1"),
            ("", "A program that gave no name"),
        ] {
            assert_eq!(name(said), called);
        }
        assert_eq!(known(chrome), Some("Chrome on Linux".to_owned()));
        assert_eq!((known("curl/8.9.1"), known("")), (None, None));
        assert!(is_phone(safari) && !is_phone(chrome));
    }
}
