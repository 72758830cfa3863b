//! Departments, and how many people each has.

use membership_core::{
    department::Department,
    event::{DepartmentChange, Event},
    id::{DepartmentId, TreeId},
    store::StoreError,
};

use super::{super::tables::Tables, constraint};

impl Tables {
    /// Adds what `event` adds to the numbers that are kept.
    pub(super) fn count(&mut self, event: &Event) {
        for (department, change) in event.headcounts() {
            if let Some((_, headcount)) = self.departments.get_mut(&department) {
                headcount.members = headcount.members.saturating_add_signed(change.members);
                headcount.meets = headcount.meets.saturating_add_signed(change.meets);
            }
        }
    }

    pub(super) fn department_changed(&mut self, change: &DepartmentChange) -> Result<(), StoreError> {
        for department in change.siblings.iter().chain([&change.department]) {
            self.put_department(department)?;
        }
        for (member, _, after) in &change.members {
            let member = self.members.get_mut(member);
            constraint("member.present", member.map(|member| member.departments = after.clone()).is_some())?;
        }
        self.planted(&change.department, change.tree)
    }

    pub(super) fn department_deleted(&mut self, department: &Department, tree: TreeId) -> Result<(), StoreError> {
        let used = self.department_use(department.tenant, department.id);
        let below = self.departments.values().any(|(other, _)| other.parent == Some(department.id));
        constraint("member_department.department_fk", used.members + used.invited == 0)?;
        constraint("assignment.department_fk", used.grants == 0)?;
        constraint("department.parent_fk", !below)?;
        constraint("department.present", self.departments.remove(&department.id).is_some())?;
        self.planted(department, tree)
    }

    pub(super) fn put_department(&mut self, department: &Department) -> Result<(), StoreError> {
        let own = |id: DepartmentId| self.departments_of(department.tenant).any(|(other, _)| other.id == id);
        let parent = department.parent.is_none_or(own);
        constraint("department.parent_fk", parent)?;
        let root = |(other, _): &(Department, _)| other.parent.is_none() && other.id != department.id;
        let second = department.parent.is_none() && self.departments_of(department.tenant).any(root);
        constraint("department.root", !second)?;
        let canonical = department.name.canonical();
        let same = |(other, _): &&(Department, _)| {
            other.id != department.id && other.parent == department.parent && other.name.canonical() == canonical
        };
        constraint("department.name", self.departments_of(department.tenant).find(same).is_none())?;
        let headcount = self.departments.get(&department.id).map(|(_, headcount)| *headcount).unwrap_or_default();
        self.departments.insert(department.id, (department.clone(), headcount));
        Ok(())
    }

    fn planted(&mut self, department: &Department, tree: TreeId) -> Result<(), StoreError> {
        let tenant = self.tenants.get_mut(&department.tenant);
        constraint("tenant.present", tenant.map(|tenant| tenant.tree = tree).is_some())
    }
}
