//! What an administrator does for a member that cannot get in. It concerns the account, so it is refused where the account
//! is not this tenant's alone, and needs a sign-in of the last 15 minutes.

use chrono::{DateTime, Utc};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};
use serde::Deserialize;

use super::{Chapter, members::at};
use crate::{answer::Answer, body::Body, caller::Caller, representation::Member};

/// A link to another password, to be handed over.
#[derive(Object)]
struct PasswordLink {
    /// The link. It is shown this once.
    link: String,
    /// It is good before this, once.
    expires_at: DateTime<Utc>,
}

/// Whether a member has a second factor.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecondFactorSwitch {
    /// On: codes by mail. Off: none of any kind, so that the person can set up another.
    on: bool,
}

pub(crate) struct CredentialsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Members")]
impl CredentialsApi {
    /// Make a password link
    ///
    /// Makes a link by which the member can choose another password, to be handed over by another way than mail: good for
    /// 24 hours, once, and the one before is dead. The member is told. Needs `membership:members.manage` and every
    /// permission that the member holds.
    #[oai(path = "/tenants/:tenant/members/:member/password-link", method = "post", operation_id = "makePasswordLink")]
    async fn password_link(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The member.
        member: Path<String>,
    ) -> Answer<Json<PasswordLink>> {
        let made = edge.membership().make_password_link(&caller.context, at(&tenant, &member)).await?;
        Ok(Json(PasswordLink { expires_at: made.expires_at, link: made.url }))
    }

    /// Switch the second factor of a member
    ///
    /// On: a code is mailed at each sign-in, unless there is an authenticator app, which stays. Off: every second factor
    /// is gone. Either way the member is told, and is signed out everywhere. Needs `membership:members.manage` and every
    /// permission that the member holds.
    #[oai(path = "/tenants/:tenant/members/:member/second-factor", method = "put", operation_id = "switchSecondFactor")]
    async fn second_factor(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The member.
        member: Path<String>,
        body: Body<SecondFactorSwitch>,
    ) -> Answer<Json<Member>> {
        let target = at(&tenant, &member);
        let (member, kinds) = edge.membership().switch_second_factor(&caller.context, target, body.0.on).await?;
        Ok(Json(Member::with(member, kinds)))
    }
}
