use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use membership_core::{
    id::TenantId,
    import::{Import, Imports, KeptBlock},
};
use membership_testkit::{Adapter, Bed, TypedTable};

use super::*;

/// Imports whose blocks cannot be read, of one tenant, as long as that is so.
struct Broken {
    inner: Arc<dyn Imports>,
    tenant: Mutex<Option<TenantId>>,
}

#[async_trait]
impl Imports for Broken {
    async fn keep(&self, import: &Import) -> Result<(), StoreError> {
        self.inner.keep(import).await
    }

    async fn keep_block(&self, tenant: TenantId, import: ImportId, block: u32, rows: &str) -> Result<(), StoreError> {
        self.inner.keep_block(tenant, import, block, rows).await
    }

    async fn import(&self, tenant: TenantId, import: ImportId) -> Result<Option<Import>, StoreError> {
        self.inner.import(tenant, import).await
    }

    async fn imports(&self, tenant: TenantId) -> Result<Vec<Import>, StoreError> {
        self.inner.imports(tenant).await
    }

    async fn block(&self, tenant: TenantId, import: ImportId, block: u32) -> Result<Option<KeptBlock>, StoreError> {
        if *self.tenant.lock().unwrap() == Some(tenant) {
            return Err(StoreError::Corrupt { detail: "unreadable".into() });
        }
        self.inner.block(tenant, import, block).await
    }

    async fn running(&self, limit: u32) -> Result<Vec<(TenantId, ImportId)>, StoreError> {
        self.inner.running(limit).await
    }

    async fn forget(&self, tenant: TenantId, import: ImportId) -> Result<(), StoreError> {
        self.inner.forget(tenant, import).await
    }

    async fn sweep(&self, uploaded: DateTime<Utc>, ended: DateTime<Utc>, limit: u32) -> Result<u64, StoreError> {
        self.inner.sweep(uploaded, ended, limit).await
    }
}

/// Two tenants, each with an import of three batches that was started, over blocks that can be broken.
async fn two() -> (Bed, Edge, Arc<Broken>, [ImportOf; 2]) {
    let adapter = Adapter::in_memory();
    let broken = Arc::new(Broken { inner: Arc::clone(&adapter.imports), tenant: Mutex::default() });
    let imports = Arc::clone(&broken) as Arc<dyn Imports>;
    let bed = Bed::altered(adapter, |parts| parts.imports = imports).await.unwrap();
    let mut other = bed.clone();
    let founded = other.found("Other Ltd", "founder").await.unwrap();
    (other.tenant, other.administrator, other.member) = (founded.tenant, founded.administrator, founded.member);
    let mut table = TypedTable::new(&["Name", "Roles", "How to join"], std::iter::empty());
    (0..2_500).for_each(|n| table.push(vec![format!("Person {n}"), "Member".into(), "link".into()]));
    let mut started = Vec::new();
    for bed in [&bed, &other] {
        let plan = bed.planned(&table).await.unwrap();
        let which = ImportOf { tenant: bed.tenant.id, import: plan.id };
        let ctx = bed.as_administrator();
        bed.membership.start_import(&ctx, which, &plan.digest, Mode::RowByRow).await.unwrap();
        started.push(which);
    }
    let clock = bed.clock.clone();
    let edge = Edge::new(bed.membership.clone(), Arc::new(move || clock.now()), Vec::new());
    (bed, edge, broken, started.try_into().unwrap())
}

async fn batches(broken: &Broken, which: ImportOf) -> usize {
    let import = broken.import(which.tenant, which.import).await.unwrap().unwrap();
    import.course().unwrap().done.len()
}

/// Each import gets a batch in turn, and the next round comes at once as long as there is one.
#[tokio::test]
async fn imports_of_two_tenants_go_on_side_by_side() {
    let (_, edge, broken, [one, two]) = two().await;
    let (metrics, trouble, (_stop, stopping)) = (Metrics::new().unwrap(), Trouble::default(), watch::channel(false));
    for done in 1..=3 {
        let wait = round(&edge, &metrics, &trouble, &stopping).await.unwrap();
        assert_eq!(wait, Duration::ZERO);
        assert_eq!((batches(&broken, one).await, batches(&broken, two).await), (done, done));
    }
    assert_eq!(round(&edge, &metrics, &trouble, &stopping).await.unwrap(), PAUSE, "all of it is done");
    assert!(metrics.text().unwrap().contains("membership_imported_rows_total 5000"));
}

/// An import whose rows cannot be read waits longer and longer, and holds up nobody else; it goes on when they can.
#[tokio::test]
async fn trouble_of_one_import_is_no_others() {
    let (bed, edge, broken, [one, two]) = two().await;
    let (metrics, trouble, (_stop, stopping)) = (Metrics::new().unwrap(), Trouble::default(), watch::channel(false));
    *broken.tenant.lock().unwrap() = Some(one.tenant);
    for _ in 0..3 {
        round(&edge, &metrics, &trouble, &stopping).await.unwrap();
    }
    assert_eq!((batches(&broken, one).await, batches(&broken, two).await), (0, 3));
    let failures = |count: u32| {
        let line = format!("membership_worker_failures_total{{worker=\"imports\"}} {count}");
        assert!(metrics.text().unwrap().contains(&line), "{}", metrics.text().unwrap());
    };
    failures(1);
    bed.clock.advance(chrono::TimeDelta::from_std(FIRST_WAIT).unwrap());
    for _ in 0..2 {
        round(&edge, &metrics, &trouble, &stopping).await.unwrap();
    }
    failures(2);
    *broken.tenant.lock().unwrap() = None;
    round(&edge, &metrics, &trouble, &stopping).await.unwrap();
    assert_eq!(batches(&broken, one).await, 0, "its wait has doubled");
    bed.clock.advance(chrono::TimeDelta::from_std(FIRST_WAIT * 2).unwrap());
    round(&edge, &metrics, &trouble, &stopping).await.unwrap();
    assert_eq!(batches(&broken, one).await, 1);
}

/// Whoever is asked to stop begins no other batch.
#[tokio::test]
async fn nothing_is_begun_while_stopping() {
    let (_, edge, broken, [one, two]) = two().await;
    let (metrics, trouble, (_stop, stopping)) = (Metrics::new().unwrap(), Trouble::default(), watch::channel(true));
    round(&edge, &metrics, &trouble, &stopping).await.unwrap();
    assert_eq!((batches(&broken, one).await, batches(&broken, two).await), (0, 0));
}
