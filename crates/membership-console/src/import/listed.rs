//! The imports so far, and who has uploaded them.

use std::collections::HashMap;

use membership_core::{
    id::MemberId,
    import::{Import, Totals, VerdictKind},
};
use membership_web::{Edge, Visitor};

use super::{count::Count, mark::Mark};
use crate::{layout::Admin, moment::Brief};

/// An import in the list.
pub(super) struct Listed {
    pub(super) href: String,
    pub(super) file: String,
    pub(super) who: String,
    pub(super) at: Brief,
    pub(super) mark: Mark,
    pub(super) rows: Count,
    /// What its rows do, or did, in numbers.
    pub(super) totals: String,
}

/// Those of `imports`, for the list.
pub(super) async fn all(edge: &Edge, visitor: &Visitor, admin: &Admin, imports: &[Import]) -> Vec<Listed> {
    let names = names(edge, visitor, admin, imports.iter().map(|import| import.maker)).await;
    let listed = imports.iter().map(|import| Listed {
        href: admin.path(format_args!("import/{}", import.id)),
        file: import.file.clone(),
        who: names.get(&import.maker).cloned().unwrap_or_default(),
        at: Brief(import.created_at),
        mark: Mark::of(import),
        rows: Count(import.plan().rows()),
        totals: in_numbers(import),
    });
    listed.collect()
}

/// What to call `members`: "you" for oneself, and nothing for whoever is out of sight.
pub(super) async fn names(
    edge: &Edge,
    visitor: &Visitor,
    admin: &Admin,
    members: impl IntoIterator<Item = MemberId> + Send,
) -> HashMap<MemberId, String> {
    let mut names = HashMap::from([(admin.grants.member().id, "you".to_owned())]);
    let mut ids: Vec<_> = members.into_iter().map(MemberId::as_uuid).collect();
    ids.sort_unstable();
    ids.dedup();
    // Whoever sees nobody is told nobody's name.
    for named in edge.membership().names(&visitor.context, admin.tenant.id, &ids).await.unwrap_or_default() {
        names.entry(named.member).or_insert_with(|| named.name.to_string());
    }
    names
}

fn in_numbers(import: &Import) -> String {
    let (totals, words) = match import.course() {
        None => (import.plan(), ["new", "to change", "unchanged", "refused"]),
        Some(_) => (import.done(), ["created", "changed", "unchanged", "refused"]),
    };
    let told = VerdictKind::ALL.into_iter().zip(words).filter(|(kind, _)| totals.of(*kind) > 0);
    told.map(|(kind, word)| format!("{} {word}", Count(totals.of(kind)))).collect::<Vec<_>>().join(", ")
}

/// What the rows did, and what those were to do that are not done.
pub(super) fn done_and_left(import: &Import) -> (Totals, Totals) {
    let blocks = import.course().map_or(0, |course| course.done.len());
    (import.done(), import.planned.get(blocks..).unwrap_or_default().iter().copied().sum())
}
