//! What somebody may have meant.

/// Most names that are looked through.
const MOST_NAMES: usize = 5_000;

/// The one of `names` that is most like `text`, if one is so much like it that it may be meant.
pub(in crate::import) fn nearest<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = text.to_lowercase().chars().take(100).collect();
    let most = (typed.len() / 3).clamp(1, 3);
    let near = names.take(MOST_NAMES).filter_map(|name| {
        let known: Vec<char> = name.to_lowercase().chars().collect();
        let steps = if known.len().abs_diff(typed.len()) > most { None } else { distance(&typed, &known, most) };
        steps.map(|steps| (steps, name))
    });
    near.min_by_key(|(steps, _)| *steps).map(|(_, name)| name)
}

/// How many letters have to be put in, left out, replaced or swapped with their neighbour to make one of the other, if that is at
/// most `most`.
fn distance(one: &[char], other: &[char], most: usize) -> Option<usize> {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(i + 1);
        for (j, b) in other.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX / 2);
            let mut least = (at(&last, j) + usize::from(a != b)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && one.get(i - 1) == Some(b) && other.get(j - 1) == Some(a);
            if swapped {
                least = least.min(at(&before_last, j - 1) + 1);
            }
            row.push(least);
        }
        // A swap goes back two rows, at one step more.
        if row.iter().chain(&last).all(|steps| *steps > most) {
            return None;
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|steps| *steps <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant_is_found() {
        let names = ["Sales", "Finance", "Human Resources", "R&D"];
        let near = |text: &str| nearest(text, names.into_iter());
        assert_eq!(near("Sale"), Some("Sales"));
        assert_eq!(near("slaes"), Some("Sales"));
        assert_eq!(near("Fiannce"), Some("Finance"));
        assert_eq!(near("human ressources"), Some("Human Resources"));
        assert_eq!(near("Marketing"), None);
        assert_eq!(near(""), None);
    }
}
