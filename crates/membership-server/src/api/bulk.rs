//! The same to many members at once, with a result for each.

use std::collections::HashMap;

use membership_core::{
    id::{MemberId, TenantId},
    member::bulk::{self, BulkDone, BulkRefused},
    refusal::{Fault, Faults},
    role::Permission,
};
use membership_web::{Edge, Problem};
use poem::web::Data;
use poem_openapi::{Enum, Object, OpenApi, param::Path, payload::Json};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chapter, Named};
use crate::{
    answer::Answer,
    body::{Body, InputFault},
    caller::Caller,
    representation::heirs,
};

/// What to do, and to whom.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct BulkRequest {
    /// The members: 1 to 200.
    members: Vec<Uuid>,
    /// What to do to each.
    action: BulkAction,
    /// For `remove`: who gets everything that `heirs` does not name.
    heir: Option<Uuid>,
    /// For `remove`: who gets everything of a kind, by the kind.
    heirs: Option<HashMap<String, Uuid>>,
}

/// What to do to each of many members.
#[derive(Enum, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
enum BulkAction {
    /// Shut out.
    Disable,
    /// Let in again.
    Enable,
    /// End the membership.
    Remove,
    /// Issue the next link of the invitation.
    Reinvite,
}

/// What came of it.
#[derive(Object)]
struct BulkAnswer {
    /// For each member, in the order of the request.
    results: Vec<BulkResult>,
}

/// What came of one member's part.
#[derive(Object)]
struct BulkResult {
    /// The member.
    member: Uuid,
    /// Whether it was done.
    ok: bool,
    /// Why it was not.
    #[oai(skip_serializing_if_is_none)]
    problem: Option<BulkProblem>,
    /// For `reinvite`: the link to hand over, where the invitation goes by link. It is shown this once.
    #[oai(skip_serializing_if_is_none)]
    link: Option<String>,
    /// For `remove`: the hand-over of what the member held, if it held anything.
    #[oai(skip_serializing_if_is_none)]
    transfer: Option<Uuid>,
}

/// Why something was not done to one of many: what the operation on one member would have answered.
#[derive(Object)]
struct BulkProblem {
    /// The status of that answer.
    status: u16,
    /// The stable code.
    code: String,
    /// The code in words.
    title: String,
    /// What is wrong this time.
    detail: String,
    /// What one can do about it.
    advice: String,
}

pub(crate) struct BulkApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Members")]
impl BulkApi {
    /// Change many members
    ///
    /// Does the same to each of up to 200 members, one after the other, as the operation on one member does it. What is
    /// refused of one is no obstacle for the next, and is told in its result. Needs `membership:members.manage`, or
    /// `membership:members.invite` to invite again.
    #[oai(path = "/tenants/:tenant/members/bulk", method = "post", operation_id = "changeManyMembers")]
    async fn bulk(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<BulkRequest>,
    ) -> Answer<Json<BulkAnswer>> {
        let tenant = TenantId::named(&tenant);
        let BulkRequest { members, action, heir, heirs } = body.0;
        // Whoever may do it to nobody is refused once, and learns nothing about anybody. No key invites.
        if action == BulkAction::Reinvite {
            caller.context.actor.account()?;
        }
        edge.membership().tenant(&caller.context, tenant).await?.grants.sight(action.needs())?;
        let action = read(action, heir, heirs)?;
        let members: Vec<MemberId> = members.into_iter().map(MemberId::from_uuid).collect();
        let results = edge.membership().bulk(&caller.context, tenant, &members, &action).await?;
        Ok(Json(BulkAnswer { results: results.into_iter().map(BulkResult::from).collect() }))
    }
}

impl BulkAction {
    /// What it takes to do it to anybody at all.
    const fn needs(self) -> Permission {
        match self {
            Self::Disable | Self::Enable | Self::Remove => Permission::MEMBERS_MANAGE,
            Self::Reinvite => Permission::MEMBERS_INVITE,
        }
    }
}

fn read(
    action: BulkAction,
    heir: Option<Uuid>,
    of_kind: Option<HashMap<String, Uuid>>,
) -> Result<bulk::BulkAction, Faults> {
    let named = [heir.map(|_| "/heir"), of_kind.as_ref().map(|_| "/heirs")];
    let action = match action {
        BulkAction::Remove => return Ok(bulk::BulkAction::Remove(heirs(heir, of_kind))),
        BulkAction::Disable => bulk::BulkAction::Disable,
        BulkAction::Enable => bulk::BulkAction::Enable,
        BulkAction::Reinvite => bulk::BulkAction::Reinvite,
    };
    let faults = named.into_iter().flatten().map(|place| Fault::new(place, &InputFault::HeirNotAsked));
    Faults::refuse(faults.collect()).map(|()| action)
}

impl From<(MemberId, Result<BulkDone, BulkRefused>)> for BulkResult {
    fn from((member, result): (MemberId, Result<BulkDone, BulkRefused>)) -> Self {
        let done = Self { member: member.as_uuid(), ok: true, problem: None, link: None, transfer: None };
        match result {
            Ok(BulkDone::Changed(_)) => done,
            Ok(BulkDone::Removed(removed)) => {
                Self { transfer: removed.transfer.map(|transfer| transfer.id.as_uuid()), ..done }
            }
            Ok(BulkDone::Reinvited(issued)) => Self { link: issued.link, ..done },
            Err(refused) => Self { ok: false, problem: Some(Problem::from(refused).into()), ..done },
        }
    }
}

impl From<Problem> for BulkProblem {
    fn from(problem: Problem) -> Self {
        Self {
            title: problem.title(),
            status: problem.status.as_u16(),
            code: problem.code.to_owned(),
            detail: problem.detail,
            advice: problem.advice.to_owned(),
        }
    }
}
