//! Roles that include themselves by way of others.

use std::collections::{BTreeSet, VecDeque};

use super::{Place, access::Draft};

/// Each circle once: the place where its first role of the file enters it, and the way round.
pub(super) fn circles(roles: &[Draft]) -> Vec<(Place, String)> {
    (0..roles.len()).filter_map(|first| shortest(roles, first)).collect()
}

/// The shortest way from a role back to it through roles that stand below it.
fn shortest(roles: &[Draft], first: usize) -> Option<(Place, String)> {
    let mut seen = BTreeSet::new();
    let mut ways: VecDeque<Vec<(usize, Place)>> = steps(roles, first).map(|step| vec![step]).collect();
    while let Some(way) = ways.pop_front() {
        let (last, _) = way.last()?;
        if *last == first {
            let (_, place) = way.first()?;
            let names = std::iter::once(&first).chain(way.iter().map(|(role, _)| role));
            let names = names.filter_map(|role| roles.get(*role)).map(|draft| format!("\"{}\"", draft.role.name));
            return Some((place.clone(), names.collect::<Vec<_>>().join(" > ")));
        }
        if *last > first && seen.insert(*last) {
            ways.extend(steps(roles, *last).map(|step| [way.as_slice(), &[step]].concat()));
        }
    }
    None
}

/// The roles that one role includes, each with the place where it says so.
fn steps(roles: &[Draft], from: usize) -> impl Iterator<Item = (usize, Place)> {
    let draft = roles.get(from).into_iter();
    let includes = draft.flat_map(|draft| draft.role.includes.iter().zip(&draft.includes));
    includes.filter_map(|(name, place)| {
        let role = roles.iter().position(|draft| draft.role.name == *name)?;
        Some((role, place.clone()))
    })
}
