//! A shelf for what was made ready before and never changes: found by its identifier, or not at all, so it cannot be stale.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// What can stand on a shelf.
pub(crate) trait Shelved {
    /// By which it is found.
    type Id: Copy + Eq + Hash;
    /// How much one half of the shelf holds at most, in the unit of [`weight`](Self::weight).
    const MOST: usize;

    /// By which it is found.
    fn id(&self) -> Self::Id;

    /// How much memory it takes, roughly.
    fn weight(&self) -> usize;
}

/// So much and no more: whatever the number of tenants, memory is bounded. The least recently used half goes when the newer
/// half is full.
pub(crate) struct Shelf<T: Shelved>(Mutex<Halves<T>>);

struct Halves<T: Shelved> {
    new: HashMap<T::Id, Arc<T>>,
    old: HashMap<T::Id, Arc<T>>,
    weight: usize,
}

impl<T: Shelved> Default for Shelf<T> {
    fn default() -> Self {
        Self(Mutex::new(Halves { new: HashMap::new(), old: HashMap::new(), weight: 0 }))
    }
}

impl<T: Shelved> Shelf<T> {
    pub(crate) fn get(&self, id: T::Id) -> Option<Arc<T>> {
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = halves.new.get(&id) {
            return Some(Arc::clone(found));
        }
        let found = halves.old.remove(&id)?;
        halves.keep(&found);
        Some(found)
    }

    pub(crate) fn put(&self, made: T) -> Arc<T> {
        let made = Arc::new(made);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).keep(&made);
        made
    }
}

impl<T: Shelved> Halves<T> {
    fn keep(&mut self, made: &Arc<T>) {
        if self.weight + made.weight() > T::MOST {
            self.old = std::mem::take(&mut self.new);
            self.weight = 0;
        }
        if self.new.insert(made.id(), Arc::clone(made)).is_none() {
            self.weight += made.weight();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing(u32);

    impl Shelved for Thing {
        type Id = u32;
        const MOST: usize = 100;

        fn id(&self) -> u32 {
            self.0
        }

        fn weight(&self) -> usize {
            if self.0 == 7 { 90 } else { 1 }
        }
    }

    /// The shelf forgets what was not used for long, and never grows beyond two halves, whatever each thing weighs.
    #[test]
    fn the_shelf_is_bounded() {
        let shelf = Shelf::default();
        shelf.put(Thing(0));
        for n in 1..=300 {
            shelf.put(Thing(n));
            assert!(shelf.get(0).is_some(), "what is used stays");
            assert!(shelf.get(n).is_some(), "and what has just come");
            let halves = shelf.0.lock().unwrap();
            for half in [&halves.new, &halves.old] {
                assert!(half.values().map(|thing| thing.weight()).sum::<usize>() <= Thing::MOST);
            }
        }
        assert!(shelf.get(1).is_none(), "what is not, goes");
    }
}
