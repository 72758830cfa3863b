//! What is to be written, in an order that foreign keys allow.

use std::collections::BTreeMap;

use membership_core::{
    department::Department,
    event::{Event, HeadcountChange},
    id::{DepartmentId, TenantId, TreeId},
};

use super::{change::Change, rows::NewRows, script::Script};

/// Stages: new rows first, then changes. A stage ends where a new row follows a change. What only the last of several events
/// decides, or their sum, is written once, at the end.
#[derive(Default)]
pub(super) struct Plan {
    before: Vec<Stage>,
    stage: Stage,
    headcounts: BTreeMap<(TenantId, DepartmentId), HeadcountChange>,
    trees: BTreeMap<TenantId, TreeId>,
}

#[derive(Default)]
struct Stage {
    new: NewRows,
    changes: Vec<Change>,
}

impl Plan {
    /// Where to put the next new rows.
    pub(super) fn new_rows(&mut self) -> &mut NewRows {
        if !self.stage.changes.is_empty() {
            self.before.push(std::mem::take(&mut self.stage));
        }
        &mut self.stage.new
    }

    pub(super) fn change(&mut self, change: Change) {
        self.stage.changes.push(change);
    }

    /// The change of all of `rows`, if there are any: one that changes nothing would still end a stage.
    pub(super) fn change_each<T: Clone>(&mut self, rows: &[T], change: impl FnOnce(Vec<T>) -> Change) {
        if !rows.is_empty() {
            self.change(change(rows.to_vec()));
        }
    }

    /// Which tree a tenant has from now on.
    pub(super) fn grown(&mut self, tenant: TenantId, tree: TreeId) {
        self.trees.insert(tenant, tree);
    }

    /// How many people belong where because of `event`.
    pub(super) fn count(&mut self, event: &Event) {
        let Some(tenant) = event.tenant() else { return };
        for (department, change) in event.headcounts() {
            let sum = self.headcounts.entry((tenant, department)).or_default();
            sum.members += change.members;
            sum.meets += change.meets;
        }
    }

    /// A department goes. Whatever was counted of it goes with it.
    pub(super) fn delete(&mut self, department: &Department) {
        self.headcounts.remove(&(department.tenant, department.id));
        self.change(Change::DeleteDepartment(department.tenant, department.id));
    }

    pub(super) fn write_to(mut self, script: &mut Script) {
        let mut headcounts: BTreeMap<TenantId, Vec<_>> = BTreeMap::new();
        for ((tenant, department), change) in std::mem::take(&mut self.headcounts) {
            if change != HeadcountChange::default() {
                headcounts.entry(tenant).or_default().push((department, change));
            }
        }
        for (tenant, counts) in headcounts {
            self.change(Change::Headcounts(tenant, counts));
        }
        for (tenant, tree) in std::mem::take(&mut self.trees) {
            self.change(Change::Tree(tenant, tree));
        }
        for stage in self.before.into_iter().chain([self.stage]) {
            stage.new.write_to(script);
            for change in stage.changes {
                change.write_to(script);
            }
        }
    }
}
