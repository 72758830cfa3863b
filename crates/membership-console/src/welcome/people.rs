//! The list of members, and the search in it.

use membership_core::{
    ViewError,
    directory::{MAX_PAGE, MemberFilter, Page},
    id::{MemberId, TenantId},
    refusal::Refusal,
    role::Permission,
    search::Query,
};
use membership_web::{Edge, Visitor, status_of};
use poem::http::StatusCode;
use serde::Deserialize;

use super::{Inside, person::Person};
use crate::words::sentence;

/// Rows on one page.
const ROWS: u16 = 50;
const _: () = assert!(ROWS <= MAX_PAGE);

/// Which members to show.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    /// Those that are called like this,
    #[serde(default)]
    q: String,
    /// or almost so, because nobody is called exactly so;
    #[serde(default)]
    near: bool,
    /// those after this one.
    after: Option<MemberId>,
}

/// Those that were found.
#[derive(askama::Template)]
#[template(path = "people.html")]
pub(super) struct People {
    tenant: TenantId,
    rows: Vec<Person>,
    q: String,
    near: bool,
    fault: Option<(StatusCode, String)>,
    older: Option<MemberId>,
}

impl askama::filters::HtmlSafe for People {}

impl People {
    /// The status of a page that cannot show what was asked for.
    pub(super) fn status(&self) -> Option<StatusCode> {
        self.fault.as_ref().map(|(status, _)| *status)
    }
}

/// The members that are wanted, for whoever may see them.
pub(super) async fn found(
    edge: &Edge,
    visitor: &Visitor,
    inside: &Inside,
    wanted: Wanted,
) -> Result<Option<People>, ViewError> {
    if inside.grants.require(Permission::MEMBERS_READ).is_err() {
        return Ok(None);
    }
    let Wanted { q, near, after } = wanted;
    let q = q.trim().to_owned();
    let tenant = inside.tenant.id;
    let nobody = People { tenant, rows: Vec::new(), q, near: false, fault: None, older: None };
    let text = match Query::parse(&nobody.q) {
        // Something was typed, and there is neither a letter nor a digit in it.
        Ok(None) if !nobody.q.is_empty() => return Ok(Some(nobody)),
        Ok(text) => text,
        Err(fault) => {
            let said = sentence(&format!("{fault}; {}", fault.advice()));
            return Ok(Some(People { fault: Some((status_of(fault.kind()), said)), ..nobody }));
        }
    };
    // Who pages through those that are called almost so asked for them on the first page.
    let loose = text.as_ref().filter(|_| near).and_then(Query::near);
    let near = loose.is_some();
    let filter = MemberFilter { text: loose.or(text), ..MemberFilter::default() };
    let page = edge.membership().members(&visitor.context, tenant, filter, Page { after, limit: ROWS }).await?;
    let older = page.rows.last().filter(|_| page.rows.len() == usize::from(ROWS)).map(|row| row.member.id);
    let words = &inside.tenant.policy.words;
    let you = inside.grants.member().id;
    let rows = page.rows.into_iter().map(|row| Person::of(row, you, words, visitor.context.now)).collect();
    Ok(Some(People { rows, near: near || page.near, older, ..nobody }))
}
