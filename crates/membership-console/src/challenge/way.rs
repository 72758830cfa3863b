//! Where a sign-in goes on to.

use crate::{destination::Destination, form::Form as Fields};

/// Where a sign-in leads that waits for its second factor.
pub(crate) enum Way {
    /// To a page.
    To(Destination),
    /// Into the tenant that the invitation with this token is of.
    Joining(String),
}

impl Way {
    /// Where the page of the second step is.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::To(_) => "/sign-in/code".to_owned(),
            Self::Joining(token) => format!("/invitation/{token}/code"),
        }
    }

    /// The same, with where to go on.
    pub(crate) fn address(&self, query: &str) -> String {
        match self {
            Self::To(next) if query.is_empty() => format!("{}?next={}", self.path(), next.as_str()),
            Self::To(next) => format!("{}?next={}&{query}", self.path(), next.as_str()),
            Self::Joining(_) if query.is_empty() => self.path(),
            Self::Joining(_) => format!("{}?{query}", self.path()),
        }
    }

    /// Where a passkey alone is asked for.
    pub(crate) fn by_passkey(&self) -> String {
        match self {
            Self::To(_) => "/sign-in/passkey".to_owned(),
            Self::Joining(token) => format!("/invitation/{token}/passkey"),
        }
    }

    /// Where the password is asked for.
    pub(crate) fn start(&self) -> String {
        match self {
            Self::To(next) => format!("/sign-in?next={}", next.as_str()),
            Self::Joining(token) => format!("/invitation/{token}/sign-in"),
        }
    }

    /// What the forms carry along.
    pub(crate) fn carried(&self) -> Option<String> {
        match self {
            Self::To(next) => Some(next.as_str().to_owned()),
            Self::Joining(_) => None,
        }
    }

    /// `form`, carrying along where to go on.
    pub(crate) fn carried_by(&self, form: Fields) -> Fields {
        match self.carried() {
            Some(next) => form.carrying("next", next),
            None => form,
        }
    }
}
