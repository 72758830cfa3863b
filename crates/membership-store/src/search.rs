//! Text search: what is kept of each member's texts, and how the candidates of a query are found. The kernel says what a
//! token is; each database has its own kind of index over them, in `sqlite/search.rs` and `postgres/search.rs`.

use std::collections::BTreeSet;

use membership_core::{
    email::EmailAddress,
    id::{MemberId, TenantId},
    member::Member,
    name::Username,
    search::{Token, tokens},
};

/// What is kept of one member's texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) tenant: TenantId,
    pub(crate) member: MemberId,
    pub(crate) tokens: BTreeSet<Token>,
}

impl From<&Member> for Entry {
    fn from(member: &Member) -> Self {
        let tokens = tokens(member.tenant, texts_of(member).into_iter().flatten());
        Self { tenant: member.tenant, member: member.id, tokens }
    }
}

/// The texts that a member is found by. Those of a removed one stay, so that the removed can be searched too.
pub(crate) fn texts_of(member: &Member) -> [Option<&str>; 3] {
    let email = member.email.as_ref().map(EmailAddress::as_str);
    [Some(member.name.as_str()), email, member.username.as_ref().map(Username::as_str)]
}

/// Each of `items` as text, with `between` them.
pub(crate) fn joined<T>(items: impl IntoIterator<Item = T>, between: &str, text: impl FnMut(T) -> String) -> String {
    items.into_iter().map(text).collect::<Vec<_>>().join(between)
}
