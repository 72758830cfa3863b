//! What somebody may do, why, and who may.

use membership_core::{
    id::{DepartmentId, MemberId, TenantId},
    refusal::{Fault, Faults},
    role::{Permission, check::Question},
};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chapter, Named, listing};
use crate::{
    answer::Answer,
    body::{Body, InputFault},
    caller::Caller,
    representation::{AccessExplanation, Member},
};

/// Questions about access.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessQuestions {
    /// 1 to 200 of them.
    questions: Vec<AccessQuestion>,
}

/// One question about access.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessQuestion {
    /// Who; whoever asks, unless told otherwise.
    member: Option<Uuid>,
    /// What, as `application:object.action`.
    permission: String,
    /// In which department what it is about lies; nowhere in particular, unless told otherwise.
    department: Option<Uuid>,
}

/// The answers to questions about access.
#[derive(Object)]
struct AccessAnswers {
    /// In the order of the questions: whether it is allowed.
    answers: Vec<bool>,
}

/// The answer to one question about access.
#[derive(Object)]
struct AccessAnswer {
    /// Whether it is allowed.
    allowed: bool,
}

/// A page of the members who may do something, newest entry first.
#[derive(Object)]
struct MembersWhoMay {
    /// The members, all of them enabled.
    members: Vec<Member>,
    /// Where the next page begins; absent on the last one.
    #[oai(skip_serializing_if_is_none)]
    next_cursor: Option<String>,
}

pub(crate) struct AccessApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Access")]
impl AccessApi {
    /// Check
    ///
    /// Whether a member may do something at this moment. Everybody may ask about the own membership; asking about another
    /// needs `membership:members.read`. A member that does not exist may do nothing. What a member holds for a department
    /// counts where that department, or one below it, is named.
    #[oai(path = "/tenants/:tenant/check", method = "get", operation_id = "check")]
    async fn check(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// What, as `application:object.action`.
        permission: Query<Option<String>>,
        /// Who; whoever asks, unless told otherwise.
        member: Query<Option<String>>,
        /// In which department what it is about lies; nowhere in particular, unless told otherwise.
        department: Query<Option<String>>,
    ) -> Answer<Json<AccessAnswer>> {
        let (member, permission) = (named(member.as_deref()), asked(permission.as_deref())?);
        let question = Question { member, permission, department: named(department.as_deref()) };
        let allowed = edge.membership().check(&caller.context, TenantId::named(&tenant), &question).await?;
        Ok(Json(AccessAnswer { allowed }))
    }

    /// Check many
    ///
    /// Answers up to 200 questions in the order in which they are asked, each as a single check does.
    #[oai(path = "/tenants/:tenant/checks", method = "post", operation_id = "checkMany")]
    async fn check_many(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<AccessQuestions>,
    ) -> Answer<Json<AccessAnswers>> {
        let questions = read(body.0.questions)?;
        let answers = edge.membership().check_many(&caller.context, TenantId::named(&tenant), &questions).await?;
        Ok(Json(AccessAnswers { answers }))
    }

    /// Explain
    ///
    /// Why a member may do something at this moment, and through what; or why not, and which fact is missing. Everybody may
    /// ask about the own membership; asking about another needs `membership:members.read`.
    #[oai(path = "/tenants/:tenant/explanation", method = "get", operation_id = "explain")]
    async fn explain(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// What, as `application:object.action`.
        permission: Query<Option<String>>,
        /// Who; whoever asks, unless told otherwise.
        member: Query<Option<String>>,
        /// In which department what it is about lies; nowhere in particular, unless told otherwise.
        department: Query<Option<String>>,
    ) -> Answer<Json<AccessExplanation>> {
        let (permission, member) = (asked(permission.as_deref())?, named(member.as_deref()));
        let (tenant, department) = (TenantId::named(&tenant), named(department.as_deref()));
        let explanation = edge.membership().explain(&caller.context, tenant, member, &permission, department).await?;
        Ok(Json(explanation.into()))
    }

    /// List who may
    ///
    /// A page of the enabled members who may do something at this moment, newest entry first: of those whom one can see.
    /// Needs `membership:members.read`.
    #[expect(clippy::too_many_arguments, reason = "each is one parameter of the query")]
    #[oai(path = "/tenants/:tenant/who-may", method = "get", operation_id = "listWhoMay")]
    async fn who_may(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// What, as `application:object.action`.
        permission: Query<Option<String>>,
        /// In which department what it is about lies; nowhere in particular, unless told otherwise.
        department: Query<Option<String>>,
        /// Most members of the page, 1 to 200; 50 unless told otherwise.
        limit: Query<Option<String>>,
        /// Where the page begins: `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<Json<MembersWhoMay>> {
        let permission = asked(permission.as_deref())?;
        let page = listing::page(limit.as_deref(), cursor.as_deref())?;
        let (tenant, department) = (TenantId::named(&tenant), named(department.as_deref()));
        let found = edge.membership().who_may(&caller.context, tenant, &permission, department, page).await?;
        let legend = edge.membership().legend(&caller.context, tenant).await?;
        let full = found.len() == usize::from(page.limit);
        let next_cursor = found.last().filter(|_| full).map(|row| listing::cursor_after(row.member.id));
        let members = found.into_iter().map(|row| Member::explained(row, &legend, caller.context.now)).collect();
        Ok(Json(MembersWhoMay { members, next_cursor }))
    }
}

/// A text that is no identifier names a member, or a department, that does not exist.
fn named<Id: Named>(id: Option<&str>) -> Option<Id> {
    id.map(Id::named)
}

fn asked(permission: Option<&str>) -> Result<Permission, Faults> {
    let text = permission.ok_or_else(|| Faults::one("/permission", &InputFault::FieldMissing))?;
    Permission::parse(text).map_err(|fault| Faults::one("/permission", &fault))
}

fn read(questions: Vec<AccessQuestion>) -> Result<Vec<Question>, Faults> {
    let mut faults = Vec::new();
    let mut read = Vec::with_capacity(questions.len());
    for (row, AccessQuestion { member, permission, department }) in questions.into_iter().enumerate() {
        match Permission::parse(&permission) {
            Ok(permission) => {
                let (member, department) = (member.map(MemberId::from_uuid), department.map(DepartmentId::from_uuid));
                read.push(Question { member, permission, department });
            }
            Err(fault) => faults.push(Fault::new(format!("/questions/{row}/permission"), &fault)),
        }
    }
    Faults::refuse(faults).map(|()| read)
}
