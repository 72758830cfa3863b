//! Where "Home" leads.

use serde::{Deserialize, Serialize};
use url::Url;

/// Longest address, in bytes.
const MOST_BYTES: usize = 2000;

/// The address of the product's own site, to which "Home" at the foot of every letter leads. It is the installation's
/// setting, and nothing that a request says changes it. As text it is canonical and ASCII: `https://www.example.org/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Home(Url);

/// Why an address cannot be where "Home" leads. The address is not repeated: there may be a password in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HomeFault {
    /// No address of a site.
    #[error("expected the address of a site, such as https://www.example.org")]
    NotASite,
    /// Every letter would show it.
    #[error("there is a user name or a password in the address, which every letter would show")]
    SignedIn,
    /// Too long.
    #[error("the address is longer than 2000 bytes")]
    TooLong,
}

impl Home {
    /// Reads an absolute address with `http` or `https`.
    pub fn parse(text: &str) -> Result<Self, HomeFault> {
        let url = Url::parse(text).map_err(|_| HomeFault::NotASite)?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(HomeFault::NotASite);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(HomeFault::SignedIn);
        }
        if url.as_str().len() > MOST_BYTES {
            return Err(HomeFault::TooLong);
        }
        Ok(Self(url))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<String> for Home {
    type Error = HomeFault;

    fn try_from(text: String) -> Result<Self, HomeFault> {
        Self::parse(&text)
    }
}

impl From<Home> for String {
    fn from(home: Home) -> Self {
        home.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_canonical_and_ascii() {
        for (text, expected) in [
            ("https://www.example.org", "https://www.example.org/"),
            ("http://localhost:8080", "http://localhost:8080/"),
            ("HTTPS://WWW.Example.org/a b?q=\"><b>#c", "https://www.example.org/a%20b?q=%22%3E%3Cb%3E#c"),
            ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
            (" https://www.example.org/\r\nBcc: x\n", "https://www.example.org/Bcc:%20x"),
        ] {
            assert_eq!(Home::parse(text).unwrap().as_str(), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_site_is_refused() {
        for (text, expected) in [
            ("", HomeFault::NotASite),
            ("www.example.org", HomeFault::NotASite),
            ("/home", HomeFault::NotASite),
            ("https://", HomeFault::NotASite),
            ("javascript:alert(1)", HomeFault::NotASite),
            ("data:text/html,hello", HomeFault::NotASite),
            ("mailto:ann@example.org", HomeFault::NotASite),
            ("https://ann@example.org", HomeFault::SignedIn),
            ("https://:secret@example.org", HomeFault::SignedIn),
            (&format!("https://example.org/{}", "a".repeat(2000)), HomeFault::TooLong),
        ] {
            assert_eq!(Home::parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn it_is_a_setting() {
        #[derive(Debug, Serialize, Deserialize)]
        struct Mail {
            home: Option<Home>,
        }
        let read: Mail = toml::from_str("home = \"https://www.example.org\"").unwrap();
        assert_eq!(read.home, Some(Home::parse("https://www.example.org").unwrap()));
        assert_eq!(toml::to_string(&read).unwrap(), "home = \"https://www.example.org/\"\n");
        assert_eq!(toml::from_str::<Mail>("").unwrap().home, None);
        let error = toml::from_str::<Mail>("home = \"https://ann:hidden@example.org\"").unwrap_err();
        assert_eq!(error.message(), HomeFault::SignedIn.to_string());
    }
}
