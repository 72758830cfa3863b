//! Where a person goes after signing in or out: one of our own pages, or the first one. Never another site.

use membership_core::id::TenantId;
use serde::Deserialize;
use uuid::Uuid;

/// A path of ours that `next` may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destination(String);

const ACCOUNT: &str = "/account";

impl Default for Destination {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl Destination {
    /// The page that `text` names, if it is on the list; the first page otherwise.
    pub(crate) fn parse(text: &str) -> Self {
        match text.strip_prefix('/').map(|path| path.split('/').collect::<Vec<_>>()).as_deref() {
            Some(["password" | "account"] | ["account", "close" | "second-factor"]) => Self(text.to_owned()),
            Some(["invitation" | "leaving" | "set-up" | "address" | "former-address", token]) if is_token(token) => {
                Self(text.to_owned())
            }
            Some(
                ["welcome" | "t", tenant]
                | ["t", tenant, "members" | "invite" | "import" | "roles" | "audit" | "settings"],
            ) if is_id(tenant) => Self(text.to_owned()),
            Some(["t", tenant, "members" | "departments" | "import" | "roles", one]) if is_id(tenant) && is_id(one) => {
                Self(text.to_owned())
            }
            _ => Self::default(),
        }
    }

    /// The page that a request for `path` belongs to: its own, or the nearest above it, whose form it sends.
    pub(crate) fn around(path: &str) -> Self {
        let upward = std::iter::successors(Some(path), |path| path.rsplit_once('/').map(|(above, _)| above));
        upward.map(Self::parse).find(|page| *page != Self::default()).unwrap_or_default()
    }

    /// The same below the administration of `tenant`, which is where one is by default.
    pub(crate) fn within(tenant: TenantId, path: &str) -> Self {
        let page = Self::around(path);
        if page == Self::default() { Self::administration(tenant) } else { page }
    }

    /// The page of the own account.
    pub(crate) fn account() -> Self {
        Self(ACCOUNT.to_owned())
    }

    /// A tenant's own page.
    pub(crate) fn welcome(tenant: TenantId) -> Self {
        Self(format!("/welcome/{tenant}"))
    }

    /// The first page of a tenant's administration.
    pub(crate) fn administration(tenant: TenantId) -> Self {
        Self(format!("/t/{tenant}/members"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The `next` of an address or a form.
#[derive(Deserialize)]
pub(crate) struct Next {
    next: Option<String>,
}

impl From<Option<String>> for Next {
    fn from(next: Option<String>) -> Self {
        Self { next }
    }
}

impl Next {
    pub(crate) fn destination(&self) -> Destination {
        self.next.as_deref().map(Destination::parse).unwrap_or_default()
    }

    /// The same on the pages of the own account, which is where one is by default.
    pub(crate) fn or_account(&self) -> Destination {
        self.next.as_deref().map_or_else(Destination::account, Destination::parse)
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= 128 && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn is_id(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Proves A79 where it is decided: nothing but a listed path of ours is a destination.
    #[test]
    fn only_listed_paths_are_destinations() {
        let welcome = "/welcome/0197c0de-0000-7000-8000-000000000000";
        let id = "0197c0de-0000-7000-8000-000000000000";
        for good in [
            format!("/t/{id}"),
            format!("/t/{id}/members"),
            format!("/t/{id}/roles"),
            format!("/t/{id}/roles/{id}"),
            format!("/t/{id}/audit"),
            format!("/t/{id}/settings"),
            format!("/t/{id}/members/{id}"),
            format!("/t/{id}/departments/{id}"),
        ] {
            assert_eq!(Destination::parse(&good).as_str(), good);
        }
        let ours = ["/invitation/mbi_Ab-9_z", "/leaving/mbl_Ab-9_z", "/set-up/mbs_Ab-9_z", welcome, "/password", "/"];
        let of_the_account =
            ["/account", "/account/close", "/account/second-factor", "/address/mbe_x", "/former-address/mbf_x"];
        for good in ours.into_iter().chain(of_the_account) {
            assert_eq!(Destination::parse(good).as_str(), good);
        }
        for bad in [
            "",
            "//e.example",
            "///e.example",
            "/\\e.example",
            "\\\\e.example",
            "/%09/e.example",
            "/\t/e.example",
            "https:e.example",
            "https://e.example",
            "javascript:alert(1)",
            "data:text/html,x",
            "@e.example",
            "/@e.example",
            "user:pass@e.example",
            "//user@e.example/",
            "/\u{ff0e}\u{ff0e}/e",
            "\u{3002}e.example",
            "/welcome/../../e.example",
            "/welcome/0197c0de-0000-7000-8000-000000000000/..",
            "/invitation/",
            "/leaving/",
            "/password/",
            "/account/",
            "/account/app",
            "/account/close/x",
            "/account?next=//e",
            "/address/",
            "/reset/mbr_x",
            "/sign-in/code",
            "/password?next=//e",
            "/invitation/a?next=//e",
            "/invitation/a#//e",
            "/invitation/a%2f..",
            "/sign-in?next=//e",
            "/invitation/\r\nX:y",
            "/welcome/{0197c0de-0000-7000-8000-000000000000}",
            " /",
            "/ ",
            "http:/\\e.example",
            "/;@e.example",
            "/t/",
            "/t/x",
            "/t/0197c0de-0000-7000-8000-000000000000/members/x",
            "/t/0197c0de-0000-7000-8000-000000000000/members/..",
            "/t/0197c0de-0000-7000-8000-000000000000/members?q=x",
            "/t//e.example",
        ] {
            assert_eq!(Destination::parse(bad), Destination::default(), "{bad:?}");
        }
    }

    #[test]
    fn what_a_form_sends_belongs_to_the_page_of_the_form() {
        let welcome = "/welcome/0197c0de-0000-7000-8000-000000000000";
        let tenant = "/t/0197c0de-0000-7000-8000-000000000000".to_owned();
        let member = format!("{tenant}/members/0197c0de-0000-7000-8000-000000000001");
        for (path, page) in [
            (format!("{welcome}/nomination/accept"), welcome),
            (format!("{welcome}/invitations"), welcome),
            ("/invitation/mbi_x/accept".to_owned(), "/invitation/mbi_x"),
            ("/invitation/mbi_x".to_owned(), "/invitation/mbi_x"),
            ("/account/app/confirm".to_owned(), "/account"),
            ("/account/name".to_owned(), "/account"),
            ("/account/close".to_owned(), "/account/close"),
            ("/address/mbe_x".to_owned(), "/address/mbe_x"),
            ("/".to_owned(), "/"),
            ("//e.example/x/y".to_owned(), "/"),
            (String::new(), "/"),
            (format!("{member}/edit"), &member),
            (format!("{member}/remove"), &member),
            (format!("{tenant}/settings/keys"), &format!("{tenant}/settings")),
            (format!("{tenant}/audit/export.csv"), &format!("{tenant}/audit")),
            (format!("{tenant}/representative/withdraw"), &tenant),
        ] {
            assert_eq!(Destination::around(&path).as_str(), page, "{path}");
        }
    }
}
