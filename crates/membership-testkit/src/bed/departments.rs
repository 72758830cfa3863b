//! Departments of a bed.

use membership_core::{
    department::{Department, DepartmentOf, Position, create::CreateDepartment},
    id::DepartmentId,
    member::{Member, add::AddMember},
};

use crate::{Bed, Failure};

impl Bed {
    /// The tenant's first department.
    pub fn root(&self) -> Result<DepartmentId, Failure> {
        Ok(self.member.departments.primary().ok_or("the administrator belongs nowhere")?)
    }

    /// The administrator makes a department below `parent`, behind those that are there.
    pub async fn department(&self, name: &str, parent: DepartmentId) -> Result<Department, Failure> {
        let position = Position { parent, before: None };
        let command = CreateDepartment { tenant: self.tenant.id, name: name.to_owned(), position };
        Ok(self.membership.create_department(&self.as_administrator(), command).await?)
    }

    /// The administrator adds somebody, with the role `role`, who belongs to `departments`.
    pub async fn added_to(&self, username: &str, role: &str, departments: &[DepartmentId]) -> Result<Member, Failure> {
        let addition = self.addition(username, &[role]).await?;
        let command = AddMember { departments: departments.to_vec(), ..addition };
        Ok(self.membership.add_member(&self.as_administrator(), command).await?)
    }

    /// A department of the tenant, as commands name it.
    pub const fn place(&self, department: DepartmentId) -> DepartmentOf {
        DepartmentOf { tenant: self.tenant.id, department }
    }
}
