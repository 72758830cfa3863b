//! What a form sends, where a name may stand in it more than once: ticked boxes, rows.

use poem::{FromRequest, Request, RequestBody, Result, web::Form};

/// Names and values, in the order of the form. Only what is asked for by name is ever read.
#[derive(Debug, Default)]
pub(crate) struct Typed(Vec<(String, String)>);

impl Typed {
    /// The first value under `name`; empty if there is none.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// Every value under `name`.
    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether something stands under `name`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }
}

impl<'a> FromRequest<'a> for Typed {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let Form(pairs) = Form::<Vec<(String, String)>>::from_request(request, body).await?;
        Ok(Self(pairs))
    }
}
