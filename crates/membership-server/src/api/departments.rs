//! Departments: how a tenant is made up, as one tree.

use membership_core::{
    department::{DepartmentOf, DepartmentUnknown, Position, create::CreateDepartment},
    id::{DepartmentId, TenantId},
};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chapter, Named, PREFIX};
use crate::{
    answer::Answer,
    body::Body,
    caller::Caller,
    representation::{CountedDepartment, Department, Dissolution},
};

/// A department to make.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDepartment {
    /// What to call it; unique among the departments directly below the same one, however it is capitalised.
    name: String,
    /// The department above it. Beside the first one there is none.
    parent: Uuid,
    /// Which of the departments directly below that one it stands before; behind all of them unless told otherwise.
    before: Option<Uuid>,
}

/// What a department shall be called.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct DepartmentName {
    /// What to call it; unique among the departments directly below the same one, however it is capitalised.
    name: String,
}

/// Where a department shall stand.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct DepartmentPlace {
    /// The department above it: the present one, where only the order changes.
    parent: Uuid,
    /// Which of the departments directly below that one it stands before; behind all of them unless told otherwise.
    before: Option<Uuid>,
}

/// What a department is to be dissolved into.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct DissolutionRequest {
    /// The department that all goes to. It is not below the one that is dissolved.
    into: Uuid,
}

/// A dissolution that was planned.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlannedDissolution {
    /// The department that all goes to.
    into: Uuid,
    /// `digest` of the plan that was looked at.
    digest: String,
}

/// The departments of a tenant.
#[derive(Object)]
struct DepartmentList {
    /// In the order in which the tree is read: each before those below it, siblings in their order.
    departments: Vec<CountedDepartment>,
}

#[derive(ApiResponse)]
enum DepartmentCreated {
    /// The department exists.
    #[oai(status = 201)]
    Created(
        Json<Department>,
        /// The department.
        #[oai(header = "Location")]
        String,
    ),
}

#[derive(ApiResponse)]
enum DepartmentDeleted {
    /// The department is gone.
    #[oai(status = 204)]
    Done,
}

pub(crate) struct DepartmentsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Departments")]
impl DepartmentsApi {
    /// List the departments of a tenant
    ///
    /// The whole tree, with how many people belong to each department. Needs `membership:members.read` or
    /// `membership:departments.manage`; whoever holds them for some departments sees these, what is below them, and the way
    /// there.
    #[oai(path = "/tenants/:tenant/departments", method = "get", operation_id = "listDepartments")]
    async fn list(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<DepartmentList>> {
        let rows = edge.membership().departments(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json(DepartmentList { departments: rows.into_iter().map(CountedDepartment::from).collect() }))
    }

    /// Make a department
    ///
    /// Makes a department below another one, at a place among those that are there. Needs `membership:departments.manage` over
    /// the one above it.
    #[oai(path = "/tenants/:tenant/departments", method = "post", operation_id = "createDepartment")]
    async fn create(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<NewDepartment>,
    ) -> Answer<DepartmentCreated> {
        let (tenant, NewDepartment { name, parent, before }) = (TenantId::named(&tenant), body.0);
        let command = CreateDepartment { tenant, name, position: position(parent, before) };
        let department = edge.membership().create_department(&caller.context, command).await?;
        let location = format!("{PREFIX}/tenants/{tenant}/departments/{}", department.id);
        Ok(DepartmentCreated::Created(Json(department.into()), location))
    }

    /// Show a department
    ///
    /// One department, as the list of all shows it.
    #[oai(path = "/tenants/:tenant/departments/:department", method = "get", operation_id = "getDepartment")]
    async fn show(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The department.
        department: Path<String>,
    ) -> Answer<Json<CountedDepartment>> {
        let DepartmentOf { tenant, department } = at(&tenant, &department);
        // How many people are below it is known of all or of none.
        let rows = edge.membership().departments(&caller.context, tenant).await?;
        let found = rows.into_iter().find(|row| row.department.id == department);
        Ok(Json(found.ok_or(DepartmentUnknown::InTenant)?.into()))
    }

    /// Rename a department
    ///
    /// Changes what people call a department. Needs `membership:departments.manage` over it. The first one of a tenant is renamed
    /// by the tenant's representative administrator alone.
    #[oai(path = "/tenants/:tenant/departments/:department", method = "patch", operation_id = "renameDepartment")]
    async fn rename(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The department.
        department: Path<String>,
        body: Body<DepartmentName>,
    ) -> Answer<Json<Department>> {
        let which = at(&tenant, &department);
        Ok(Json(edge.membership().rename_department(&caller.context, which, &body.0.name).await?.into()))
    }

    /// Move a department
    ///
    /// Puts a department, with all below it, below another one, or elsewhere among those beside it. Needs
    /// `membership:departments.manage` over the one above it and over the one that is to be above it; and over what is moved,
    /// all that anybody gets over it by the move.
    #[oai(path = "/tenants/:tenant/departments/:department/move", method = "post", operation_id = "moveDepartment")]
    async fn relocate(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The department.
        department: Path<String>,
        body: Body<DepartmentPlace>,
    ) -> Answer<Json<Department>> {
        let (which, to) = (at(&tenant, &department), position(body.0.parent, body.0.before));
        Ok(Json(edge.membership().relocate_department(&caller.context, which, to).await?.into()))
    }

    /// Delete a department
    ///
    /// Deletes a department to which nobody belongs, for which nothing was given to anybody, and below which there is none; what
    /// is in the way is counted in the refusal. Needs `membership:departments.manage` over the one above it.
    #[oai(path = "/tenants/:tenant/departments/:department", method = "delete", operation_id = "deleteDepartment")]
    async fn delete(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The department.
        department: Path<String>,
    ) -> Answer<DepartmentDeleted> {
        edge.membership().delete_department(&caller.context, at(&tenant, &department)).await?;
        Ok(DepartmentDeleted::Done)
    }

    /// Plan a dissolution
    ///
    /// What dissolving a department into another one would do: whom it moves, which departments, and what ends. It changes
    /// nothing. Needs what carrying it out needs.
    #[oai(
        path = "/tenants/:tenant/departments/:department/dissolution/plan",
        method = "post",
        operation_id = "planDissolution"
    )]
    async fn plan(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The department.
        department: Path<String>,
        body: Body<DissolutionRequest>,
    ) -> Answer<Json<Dissolution>> {
        let (which, into) = (at(&tenant, &department), DepartmentId::from_uuid(body.0.into));
        Ok(Json(edge.membership().plan_dissolution(&caller.context, which, into).await?.into()))
    }

    /// Dissolve a department
    ///
    /// Moves all that is in a department to another one and deletes it, as was planned under `digest`; where anything of that has
    /// changed since, nothing is done. What was given for the department ends. Needs `membership:departments.manage` over the
    /// one above it and over the other, `membership:members.manage` over all departments of whoever is moved, and over what is
    /// moved, all that anybody gets over it. At most 1,000 people, departments and assignments go in one step.
    #[oai(
        path = "/tenants/:tenant/departments/:department/dissolution",
        method = "post",
        operation_id = "dissolveDepartment"
    )]
    async fn dissolve(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The department.
        department: Path<String>,
        body: Body<PlannedDissolution>,
    ) -> Answer<Json<Dissolution>> {
        let (which, PlannedDissolution { into, digest }) = (at(&tenant, &department), body.0);
        let into = DepartmentId::from_uuid(into);
        let done = edge.membership().dissolve_department(&caller.context, which, into, &digest).await?;
        Ok(Json(done.into()))
    }
}

fn at(tenant: &str, department: &str) -> DepartmentOf {
    DepartmentOf { tenant: TenantId::named(tenant), department: DepartmentId::named(department) }
}

fn position(parent: Uuid, before: Option<Uuid>) -> Position {
    Position { parent: DepartmentId::from_uuid(parent), before: before.map(DepartmentId::from_uuid) }
}
