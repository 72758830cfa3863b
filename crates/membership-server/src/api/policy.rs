//! A tenant's rules: looked at, planned, changed.

use membership_core::{id::TenantId, refusal::Faults, tenant::change_policy};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{Enum, Object, OpenApi, param::Path, payload::Json};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chapter, Named, hexadecimal};
use crate::{
    answer::Answer,
    body::{Body, InputFault},
    caller::Caller,
    representation::Policy,
};

/// Rules to plan.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyToPlan {
    /// The new rules, all of them.
    policy: Policy,
}

/// Rules to apply.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyToApply {
    /// The new rules, all of them, as they were planned.
    policy: Policy,
    /// `plan` of the plan: 64 hexadecimal digits.
    plan: String,
}

/// What new rules would come to.
#[derive(Object)]
struct PolicyPlan {
    /// The present rules.
    before: Policy,
    /// The new ones.
    after: Policy,
    /// How many invitations are touched.
    count: u64,
    /// The first 200 of them, newest entry first.
    touched: Vec<Touched>,
    /// What applying wants to be given. It is good as long as nothing of this plan has changed.
    plan: String,
}

/// Somebody whose invitation is touched.
#[derive(Object)]
struct Touched {
    /// The member.
    member: Uuid,
    /// What the tenant calls the person.
    name: String,
    /// How.
    how: Effect,
}

/// How an invitation is touched: each of these means that it cannot be sent again as it is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
enum Effect {
    /// It goes by link, and links are not allowed any more.
    LinkNotAllowed,
    /// Its address is not one that the tenant takes any more.
    AddressNotAllowed,
    /// It has ended in a way after which nobody is invited again any more.
    NotAgain,
}

pub(crate) struct PolicyApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Policy")]
impl PolicyApi {
    /// Show the policy
    ///
    /// The tenant's rules. Every member may know them.
    #[oai(path = "/tenants/:tenant/policy", method = "get", operation_id = "getPolicy")]
    async fn show(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
    ) -> Answer<Json<Policy>> {
        let seen = edge.membership().tenant(&caller.context, TenantId::named(&tenant)).await?;
        Ok(Json(Policy::from(&seen.tenant.policy)))
    }

    /// Plan another policy
    ///
    /// Says whom other rules would touch, and changes nothing. Needs `membership:tenant.manage`.
    #[oai(path = "/tenants/:tenant/policy/plan", method = "post", operation_id = "planPolicy")]
    async fn plan(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<PolicyToPlan>,
    ) -> Answer<Json<PolicyPlan>> {
        let policy = body.0.policy.read("/policy")?;
        let plan = edge.membership().plan_policy(&caller.context, TenantId::named(&tenant), policy).await?;
        Ok(Json(plan.into()))
    }

    /// Change the policy
    ///
    /// Gives the tenant the rules of a plan, or refuses if anything of that plan has changed since it was made. Needs
    /// `membership:tenant.manage`.
    #[oai(path = "/tenants/:tenant/policy", method = "put", operation_id = "changePolicy")]
    async fn change(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<PolicyToApply>,
    ) -> Answer<Json<Policy>> {
        let PolicyToApply { policy, plan } = body.0;
        let policy = policy.read("/policy")?;
        let plan = hexadecimal::read(&plan).ok_or_else(|| Faults::one("/plan", &InputFault::Plan))?;
        let tenant = edge.membership().change_policy(&caller.context, TenantId::named(&tenant), policy, plan).await?;
        Ok(Json(Policy::from(&tenant.policy)))
    }
}

impl From<change_policy::PolicyPlan> for PolicyPlan {
    fn from(plan: change_policy::PolicyPlan) -> Self {
        Self {
            before: Policy::from(&plan.before),
            after: Policy::from(&plan.after),
            count: plan.count,
            touched: plan.touched.into_iter().map(Touched::from).collect(),
            plan: hexadecimal::write(&plan.hash),
        }
    }
}

impl From<change_policy::Touched> for Touched {
    fn from(touched: change_policy::Touched) -> Self {
        let how = match touched.how {
            change_policy::Effect::LinkNotAllowed => Effect::LinkNotAllowed,
            change_policy::Effect::AddressNotAllowed => Effect::AddressNotAllowed,
            change_policy::Effect::NotAgain => Effect::NotAgain,
        };
        Self { member: touched.member.as_uuid(), name: touched.name, how }
    }
}
