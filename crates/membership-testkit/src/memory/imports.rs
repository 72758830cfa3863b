//! Uploaded tables, in memory.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use membership_core::{
    id::{ImportId, TenantId},
    import::{BlockOutcomes, Import, ImportState, Imports, KeptBlock, MOST_KEPT},
    store::StoreError,
};

use super::{MemoryStore, tables::Tables, write::constraint};

#[async_trait]
impl Imports for MemoryStore {
    async fn keep(&self, import: &Import) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let known = tables.imports.get(&import.id);
        constraint("import.unstarted", known.is_none_or(|known| is_open(&known.state)) && is_open(&import.state))?;
        constraint("import.tenant_fk", tables.tenants.contains_key(&import.tenant))?;
        tables.imports.insert(import.id, import.clone());
        Ok(())
    }

    async fn keep_block(&self, tenant: TenantId, import: ImportId, block: u32, rows: &str) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let read = |import: &Import| import.tenant == tenant && import.state == ImportState::Reading;
        constraint("import.reading", tables.imports.get(&import).is_some_and(read))?;
        tables.import_blocks.insert((import, block), KeptBlock { rows: rows.to_owned(), outcomes: None });
        Ok(())
    }

    async fn import(&self, tenant: TenantId, import: ImportId) -> Result<Option<Import>, StoreError> {
        Ok(self.tables().import(tenant, import).cloned())
    }

    async fn imports(&self, tenant: TenantId) -> Result<Vec<Import>, StoreError> {
        let tables = self.tables();
        let own = tables.imports.values().rev().filter(|import| import.tenant == tenant);
        Ok(own.take(MOST_KEPT.into()).cloned().collect())
    }

    async fn block(&self, tenant: TenantId, import: ImportId, block: u32) -> Result<Option<KeptBlock>, StoreError> {
        let tables = self.tables();
        let known = tables.import(tenant, import).and_then(|_| tables.import_blocks.get(&(import, block)));
        Ok(known.cloned())
    }

    async fn running(&self, limit: u32) -> Result<Vec<(TenantId, ImportId)>, StoreError> {
        let tables = self.tables();
        let running = tables.imports.values().filter(|import| matches!(import.state, ImportState::Running(_)));
        Ok(running.take(limit as usize).map(|import| (import.tenant, import.id)).collect())
    }

    async fn forget(&self, tenant: TenantId, import: ImportId) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let gone = tables.import(tenant, import).is_some_and(|import| !matches!(import.state, ImportState::Running(_)));
        if gone {
            tables.forget_import(import);
        }
        Ok(())
    }

    async fn sweep(&self, uploaded: DateTime<Utc>, ended: DateTime<Utc>, limit: u32) -> Result<u64, StoreError> {
        let mut tables = self.tables();
        let old = |import: &&Import| match import.state {
            ImportState::Reading | ImportState::Planned => import.created_at < uploaded,
            ImportState::Running(_) => false,
            ImportState::Ended { at, .. } => at < ended,
        };
        let old: Vec<ImportId> = tables.imports.values().filter(old).take(limit as usize).map(|it| it.id).collect();
        for import in &old {
            tables.forget_import(*import);
        }
        Ok(old.len() as u64)
    }
}

impl Tables {
    pub(super) fn import(&self, tenant: TenantId, import: ImportId) -> Option<&Import> {
        self.imports.get(&import).filter(|import| import.tenant == tenant)
    }

    pub(super) fn running_import(&self, tenant: TenantId) -> Option<ImportId> {
        let runs = |import: &&Import| import.tenant == tenant && matches!(import.state, ImportState::Running(_));
        self.imports.values().find(runs).map(|import| import.id)
    }

    fn forget_import(&mut self, import: ImportId) {
        self.imports.remove(&import);
        self.import_blocks.retain(|(of, _), _| *of != import);
    }

    pub(super) fn import_started(&mut self, import: &Import) -> Result<(), StoreError> {
        constraint("import.one_running", self.running_import(import.tenant).is_none())?;
        let planned = self.import(import.tenant, import.id).is_some_and(|known| known.state == ImportState::Planned);
        constraint("import.planned", planned)?;
        self.imports.insert(import.id, import.clone());
        Ok(())
    }

    pub(super) fn import_went_on(&mut self, import: &Import, outcomes: &[BlockOutcomes]) -> Result<(), StoreError> {
        constraint("import.running", self.running_import(import.tenant) == Some(import.id))?;
        self.imports.insert(import.id, import.clone());
        for done in outcomes {
            let block = self.import_blocks.get_mut(&(import.id, done.block));
            let first = block.is_some_and(|block| block.outcomes.replace(done.to_text()).is_none());
            constraint("import_block.once", first)?;
        }
        Ok(())
    }
}

const fn is_open(state: &ImportState) -> bool {
    matches!(state, ImportState::Reading | ImportState::Planned)
}
