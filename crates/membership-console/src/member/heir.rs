//! Who gets what somebody held: typed as an address, a username or a name.

use askama::{Template, filters::HtmlSafe};
use membership_core::{
    directory::{MemberFilter, MemberRow, Page},
    id::MemberId,
    member::MemberStatus,
    search::Query,
};
use membership_web::{Edge, Visitor};

use crate::layout::Admin;

/// The field.
#[derive(Template, Default)]
#[template(path = "member/heir.html")]
pub(crate) struct Heir {
    typed: String,
    pub(crate) fault: Option<&'static str>,
}

impl HtmlSafe for Heir {}

impl Heir {
    /// With what was typed.
    pub(crate) fn typed(text: &str) -> Self {
        Self { typed: text.to_owned(), fault: None }
    }
}

/// The member that `text` names; nobody if it is empty. Otherwise the field, saying why not.
pub(crate) async fn find(edge: &Edge, visitor: &Visitor, admin: &Admin, text: &str) -> Result<Option<MemberId>, Heir> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = |fault| Heir { typed: text.to_owned(), fault: Some(fault) };
    let nobody = "No enabled member whom you may see is called so. Type the whole e-mail address or username.";
    let Ok(Some(query)) = Query::parse(text) else { return Err(wrong(nobody)) };
    let filter = MemberFilter { status: Some(MemberStatus::Enabled), text: Some(query), ..MemberFilter::default() };
    let page = Page { after: None, limit: 200 };
    let found = edge.membership().members(&visitor.context, admin.tenant.id, filter, page).await;
    let Ok(found) = found else {
        return Err(wrong("The members could not be looked up just now. Try again in a moment."));
    };
    let is = |part: Option<&str>| part.is_some_and(|part| part.to_lowercase() == text.to_lowercase());
    let by_login = |row: &&MemberRow| {
        is(row.member.email.as_ref().map(ToString::to_string).as_deref())
            || is(row.member.username.as_ref().map(membership_core::name::Username::as_str))
    };
    if let Some(row) = found.rows.iter().find(by_login) {
        return Ok(Some(row.member.id));
    }
    let mut called = found.rows.iter().filter(|row| is(Some(row.member.name.as_str())));
    match (called.next(), called.next()) {
        (Some(row), None) => Ok(Some(row.member.id)),
        (Some(_), Some(_)) => Err(wrong("Several members are called so. Type the e-mail address or the username.")),
        (None, _) => Err(wrong(nobody)),
    }
}
