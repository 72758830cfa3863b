//! What the sender says the file is: a hint, because the bytes decide.

/// A declared media type with its charset, such as `text/csv; charset=windows-1251`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    essence: String,
    charset: Option<String>,
}

impl Media {
    /// Reads the value of a `Content-Type` header. Whatever cannot be understood is left out: nothing here is trusted.
    pub fn parse(value: &str) -> Self {
        let mut parts = value.split(';');
        let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let charset = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            let value = value.trim().trim_matches('"').trim();
            (name.trim().eq_ignore_ascii_case("charset") && !value.is_empty()).then(|| value.to_owned())
        });
        Self { essence, charset }
    }

    /// The type without parameters, in lower case.
    pub fn essence(&self) -> &str {
        &self.essence
    }

    /// The declared charset, as declared.
    pub fn charset(&self) -> Option<&str> {
        self.charset.as_deref()
    }

    /// Whether text was declared.
    pub(crate) fn is_text(&self) -> bool {
        self.essence.starts_with("text/")
    }
}

#[cfg(test)]
mod tests {
    use super::Media;

    #[test]
    fn a_charset_is_found_however_it_is_written() {
        for value in ["text/csv; charset=windows-1251", "Text/CSV;header=present; Charset=\"windows-1251\""] {
            let media = Media::parse(value);
            assert_eq!((media.essence(), media.charset()), ("text/csv", Some("windows-1251")));
        }
        assert_eq!(Media::parse("text/csv; charset=").charset(), None);
        assert_eq!(Media::parse("").essence(), "");
    }
}
