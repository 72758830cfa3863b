//! The ports of one store, as the conformance suite and the fixture take them.

use std::{any::Any, sync::Arc};

use membership_core::{directory::Directory, import::Imports, outbox::Outbox, store::Store, traces::Traces};

use crate::MemoryStore;

/// One store behind its ports. Cheap to clone.
#[derive(Clone)]
pub struct Adapter {
    /// Where changes go.
    pub store: Arc<dyn Store>,
    /// Where lists come from.
    pub directory: Arc<dyn Directory>,
    /// The messages that are owed.
    pub outbox: Arc<dyn Outbox>,
    /// What is noted in passing.
    pub traces: Arc<dyn Traces>,
    /// What is kept of uploaded tables.
    pub imports: Arc<dyn Imports>,
    kept: Option<Arc<dyn Any + Send + Sync>>,
}

impl Adapter {
    /// The ports of `store`.
    pub fn of(store: impl Store + Directory + Outbox + Traces + Imports + 'static) -> Self {
        let store = Arc::new(store);
        Self {
            store: Arc::clone(&store) as _,
            directory: Arc::clone(&store) as _,
            outbox: Arc::clone(&store) as _,
            traces: Arc::clone(&store) as _,
            imports: store,
            kept: None,
        }
    }

    /// A fresh store in memory.
    pub fn in_memory() -> Self {
        Self::of(MemoryStore::new())
    }

    /// Keeps `thing` for as long as a clone of this is around: the directory that a database lies in, say.
    #[must_use]
    pub fn keeping(self, thing: impl Any + Send + Sync) -> Self {
        Self { kept: Some(Arc::new(thing)), ..self }
    }
}

impl std::fmt::Debug for Adapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Adapter").field("keeps", &self.kept.is_some()).finish_non_exhaustive()
    }
}
