//! What somebody may do, why, and who may.

use chrono::{DateTime, Utc};
use membership_core::{
    id::{MemberId, RoleId, TenantId},
    refusal::{Fault, Faults},
    role::{Grant, Permission, check::Question, explain},
};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{
    Enum, Object, OpenApi,
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
    representation::{Member, NamedRole},
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

/// Why somebody may, or why not.
#[derive(Object)]
struct AccessExplanation {
    /// Whether it is allowed.
    allowed: bool,
    /// Why it is.
    #[oai(skip_serializing_if_is_none)]
    because: Option<Because>,
    /// Why it is not: the nearest fact that is missing.
    #[oai(skip_serializing_if_is_none)]
    missing: Option<MissingFact>,
}

/// Why somebody may: of all that gives the permission what lasts longest.
#[derive(Object)]
struct Because {
    /// The role that the member was given,
    #[oai(skip_serializing_if_is_none)]
    role: Option<Uuid>,
    /// or the single permission.
    #[oai(skip_serializing_if_is_none)]
    permission: Option<String>,
    /// Until when; absent if it is for good.
    #[oai(skip_serializing_if_is_none)]
    until: Option<DateTime<Utc>>,
    /// By name: from that role through those it includes to the one that allows it by itself.
    through: Vec<String>,
}

/// Why somebody may not.
#[derive(Object)]
struct MissingFact {
    /// What is missing.
    fact: Fact,
    /// For `standing`: what is the matter, as the code of the problem that the member meets.
    #[oai(skip_serializing_if_is_none)]
    code: Option<String>,
    /// For `ended`: the role that the member had been given,
    #[oai(skip_serializing_if_is_none)]
    role: Option<Uuid>,
    /// or the single permission.
    #[oai(skip_serializing_if_is_none)]
    permission: Option<String>,
    /// For `ended`: when that was over.
    #[oai(skip_serializing_if_is_none)]
    ended_at: Option<DateTime<Utc>>,
    /// For `grant`: the roles that would give it.
    #[oai(skip_serializing_if_is_none)]
    roles: Option<Vec<NamedRole>>,
}

/// What is missing for somebody to be allowed something.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
enum Fact {
    /// No application of the tenant has such a permission.
    Permission,
    /// There is no such member.
    Member,
    /// The member holds what gives it, and has not joined, is shut out, or the tenant is closed.
    Standing,
    /// The member had what gives it, until its end.
    Ended,
    /// The member holds nothing that gives it.
    Grant,
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
    /// needs `membership:members.read`. A member that does not exist may do nothing.
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
    ) -> Answer<Json<AccessAnswer>> {
        let question = Question { member: named(member.as_deref()), permission: asked(permission.as_deref())? };
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
    ) -> Answer<Json<AccessExplanation>> {
        let (permission, member) = (asked(permission.as_deref())?, named(member.as_deref()));
        let tenant = TenantId::named(&tenant);
        let explanation = edge.membership().explain(&caller.context, tenant, member, &permission).await?;
        Ok(Json(explanation.into()))
    }

    /// List who may
    ///
    /// A page of the enabled members who may do something at this moment, newest entry first. Needs
    /// `membership:members.read`.
    #[oai(path = "/tenants/:tenant/who-may", method = "get", operation_id = "listWhoMay")]
    async fn who_may(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// What, as `application:object.action`.
        permission: Query<Option<String>>,
        /// Most members of the page, 1 to 200; 50 unless told otherwise.
        limit: Query<Option<String>>,
        /// Where the page begins: `next_cursor` of the page before.
        cursor: Query<Option<String>>,
    ) -> Answer<Json<MembersWhoMay>> {
        let permission = asked(permission.as_deref())?;
        let page = listing::page(limit.as_deref(), cursor.as_deref())?;
        let tenant = TenantId::named(&tenant);
        let found = edge.membership().who_may(&caller.context, tenant, &permission, page).await?;
        let legend = edge.membership().legend(&caller.context, tenant).await?;
        let full = found.len() == usize::from(page.limit);
        let next_cursor = found.last().filter(|_| full).map(|row| listing::cursor_after(row.member.id));
        let members = found.into_iter().map(|row| Member::explained(row, &legend, caller.context.now)).collect();
        Ok(Json(MembersWhoMay { members, next_cursor }))
    }
}

/// A text that is no identifier names a member that does not exist.
fn named(member: Option<&str>) -> Option<MemberId> {
    member.map(MemberId::named)
}

fn asked(permission: Option<&str>) -> Result<Permission, Faults> {
    let text = permission.ok_or_else(|| Faults::one("/permission", &InputFault::FieldMissing))?;
    Permission::parse(text).map_err(|fault| Faults::one("/permission", &fault))
}

fn read(questions: Vec<AccessQuestion>) -> Result<Vec<Question>, Faults> {
    let mut faults = Vec::new();
    let mut read = Vec::with_capacity(questions.len());
    for (row, AccessQuestion { member, permission }) in questions.into_iter().enumerate() {
        match Permission::parse(&permission) {
            Ok(permission) => read.push(Question { member: member.map(MemberId::from_uuid), permission }),
            Err(fault) => faults.push(Fault::new(format!("/questions/{row}/permission"), &fault)),
        }
    }
    Faults::refuse(faults).map(|()| read)
}

/// A grant as the role that it is or as the single permission.
fn told(grant: Grant) -> (Option<Uuid>, Option<String>) {
    match grant {
        Grant::Role(role) => (Some(role.as_uuid()), None),
        Grant::Permission(permission) => (None, Some(permission.to_string())),
    }
}

impl From<explain::Explanation> for AccessExplanation {
    fn from(explanation: explain::Explanation) -> Self {
        match explanation {
            explain::Explanation::Allowed(reason) => {
                Self { allowed: true, because: Some(reason.into()), missing: None }
            }
            explain::Explanation::Refused(missing) => {
                Self { allowed: false, because: None, missing: Some(missing.into()) }
            }
        }
    }
}

impl From<explain::Reason> for Because {
    fn from(reason: explain::Reason) -> Self {
        let (role, permission) = told(reason.grant);
        Self { role, permission, until: reason.until, through: reason.through }
    }
}

impl From<explain::Missing> for MissingFact {
    fn from(missing: explain::Missing) -> Self {
        use membership_core::refusal::Refusal as _;
        let only = |fact| Self { fact, code: None, role: None, permission: None, ended_at: None, roles: None };
        match missing {
            explain::Missing::Permission => only(Fact::Permission),
            explain::Missing::Member => only(Fact::Member),
            explain::Missing::Standing(denied) => Self { code: Some(denied.code().to_owned()), ..only(Fact::Standing) },
            explain::Missing::Ended { grant, at } => {
                let (role, permission) = told(grant);
                Self { role, permission, ended_at: Some(at), ..only(Fact::Ended) }
            }
            explain::Missing::Grant { roles } => {
                let named = |(id, name): (RoleId, String)| NamedRole::new(id, name);
                Self { roles: Some(roles.into_iter().map(named).collect()), ..only(Fact::Grant) }
            }
        }
    }
}
