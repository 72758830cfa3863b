//! Who belongs to a tenant, and changes of one member.

use membership_core::{
    id::{DepartmentId, MemberId, TenantId},
    member::{add::AddMember, edit::Changes, reach::Target},
    ports::Secret,
    refusal::Faults,
};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
    types::MaybeUndefined,
};
use serde::Deserialize;
use uuid::Uuid;

use super::{Chapter, Named, PREFIX, given::Given, invitations::IssuedInvitation, listing};
use crate::{
    answer::Answer,
    body::Body,
    caller::Caller,
    representation::{Assignment, Member, MemberDetails},
};

/// A member to add with a new account.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMember {
    /// What to call the person.
    name: String,
    /// The name to sign in with, unique in the installation.
    username: String,
    /// A temporary password, 15 to 256 characters of any kind. The person has to replace it before anything else.
    password: String,
    /// Where notices go. It is a mere claim: nobody has proved it.
    email: Option<String>,
    /// The language that the person reads, as a tag of BCP 47 such as `de` or `pt-BR`, if that is known.
    language: Option<String>,
    /// The roles that the person shall hold, for good.
    roles: Option<Vec<Uuid>>,
    /// What the person shall hold beside them; of both together at least one role.
    assignments: Option<Vec<Assignment>>,
    /// The departments that the person shall belong to, 1 to 32, the primary one first. Unless told otherwise it is the
    /// first of the tenant's, or, for whoever may add people to one department alone, that one.
    departments: Option<Vec<Uuid>>,
}

/// What shall be otherwise. What is left out stays as it is.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberChanges {
    /// What to call the person.
    name: Option<String>,
    /// The address that the tenant knows the person by; null or empty for none. Where the person was invited by mail and
    /// has not joined, the invitation goes to the new address, and the old link is dead.
    #[serde(default)]
    email: MaybeUndefined<String>,
    /// The language that the person reads, as a tag of BCP 47; null or empty for none.
    #[serde(default)]
    language: MaybeUndefined<String>,
    /// The roles that the member shall hold, for good. Together with `assignments` that is everything it holds then.
    roles: Option<Vec<Uuid>>,
    /// What the member shall hold beside them; of both together at least one role.
    assignments: Option<Vec<Assignment>>,
    /// All departments that the member shall belong to, 1 to 32, the primary one first.
    departments: Option<Vec<Uuid>>,
}

/// A page of members, newest entry first.
#[derive(Object)]
struct MemberPage {
    /// The members.
    members: Vec<Member>,
    /// Where the next page begins; absent on the last one.
    #[oai(skip_serializing_if_is_none)]
    next_cursor: Option<String>,
    /// Nobody is called as was asked for; these are called almost so.
    near: bool,
}

#[derive(ApiResponse)]
enum MemberAdded {
    /// The member is enabled.
    #[oai(status = 201)]
    Created(
        Json<Member>,
        /// The member.
        #[oai(header = "Location")]
        String,
    ),
}

pub(crate) struct MembersApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Members")]
impl MembersApi {
    /// List members
    ///
    /// A page of the tenant's members, newest entry first, each with where its invitation stands and what the mail
    /// server said. Removed members are listed only when asked for. Where nobody is called as was asked for, those who are
    /// called almost so are listed. Needs `membership:members.read`; whoever holds that for some departments sees those who
    /// belong to one of them, or to one below it.
    #[expect(clippy::too_many_arguments, reason = "each is one parameter of the query")]
    #[oai(path = "/tenants/:tenant/members", method = "get", operation_id = "listMembers")]
    async fn list(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// Only those in this state: `not-joined`, `enabled`, `disabled` or `removed`.
        status: Query<Option<String>>,
        /// Only those whose invitation stands so at this moment.
        stage: Query<Option<String>>,
        /// Only those who were given this role.
        role: Query<Option<String>>,
        /// Only those who belong to this department,
        department: Query<Option<String>>,
        /// or, where this is `true`, to it or to one below it.
        below: Query<Option<String>>,
        /// Only those with this second factor: `email`, `app` or `passkey`; or with `any`, or `none`. Who has not joined has
        /// none.
        factor: Query<Option<String>>,
        /// Only those whose newest invitation mail is `waiting`, `sent`, `failed` or `cancelled`.
        mail: Query<Option<String>>,
        /// With `true`, only those whose invitation is on hold: it is open, and whoever sent it is not an enabled member now.
        held: Query<Option<String>>,
        /// Only those whose name, username or address is like this: each word of it stands in one of them.
        q: Query<Option<String>>,
        /// Most members of the page, 1 to 200; 50 unless told otherwise.
        limit: Query<Option<String>>,
        /// Where the page begins: `next_cursor` of the page before, with the rest of the query as it was.
        cursor: Query<Option<String>>,
    ) -> Answer<Json<MemberPage>> {
        let asked = listing::Asked {
            status: status.as_deref(),
            stage: stage.as_deref(),
            role: role.as_deref(),
            department: department.as_deref(),
            below: below.as_deref(),
            factor: factor.as_deref(),
            mail: mail.as_deref(),
            held: held.as_deref(),
            q: q.as_deref(),
            limit: limit.as_deref(),
            cursor: cursor.as_deref(),
        };
        let now = caller.context.now;
        let listing = asked.read(now)?;
        let (membership, tenant, limit) = (edge.membership(), TenantId::named(&tenant), listing.page.limit);
        let found = membership.members(&caller.context, tenant, listing.filter, listing.page).await?;
        let legend = membership.legend(&caller.context, tenant).await?;
        let near = found.near || listing.near;
        let rows = if listing.nobody { Vec::new() } else { found.rows };
        let last = rows.last().filter(|_| rows.len() == usize::from(limit)).map(|row| row.member.id);
        let next_cursor = last.map(if near { listing::near_cursor_after } else { listing::cursor_after });
        let members = rows.into_iter().map(|row| Member::explained(row, &legend, now)).collect();
        Ok(Json(MemberPage { members, next_cursor, near }))
    }

    /// Add a member
    ///
    /// Makes a member, enabled at once, with a new account and a temporary password; nothing is sent. An account that
    /// exists can only be invited. Needs `membership:members.manage` over the departments of the person, and every permission
    /// that is given.
    #[oai(path = "/tenants/:tenant/members", method = "post", operation_id = "addMember")]
    async fn add(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        body: Body<NewMember>,
    ) -> Answer<MemberAdded> {
        let NewMember { name, username, password, email, language, roles, assignments, departments } = body.0;
        let (assignments, given) = Given::read(roles, assignments, String::new()).map_err(Faults::of)?;
        let (tenant, password) = (TenantId::named(&tenant), Secret::new(password));
        let departments = belonging(departments.unwrap_or_default());
        let language = language.filter(|tag| !tag.is_empty());
        let command = AddMember { tenant, name, assignments, departments, username, password, email, language };
        let added = edge.membership().add_member(&caller.context, command).await;
        let added = added.map_err(|error| Given::refuse(&[given], error))?;
        let location = format!("{PREFIX}/tenants/{tenant}/members/{}", added.id);
        Ok(MemberAdded::Created(Json(added.into()), location))
    }

    /// Show a member
    ///
    /// All that is told of one member. Needs `membership:members.read` over one of its departments.
    #[oai(path = "/tenants/:tenant/members/:member", method = "get", operation_id = "getMember")]
    async fn show(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The member.
        member: Path<String>,
    ) -> Answer<Json<MemberDetails>> {
        let Target { tenant, member } = at(&tenant, &member);
        let details = edge.membership().member(&caller.context, tenant, member).await?;
        let legend = edge.membership().legend(&caller.context, tenant).await?;
        Ok(Json(MemberDetails::explained(details, &legend, caller.context.now)))
    }

    /// Edit a member
    ///
    /// Changes what the tenant calls a member, where it writes to it, where the member belongs, and what it may do. Nobody
    /// changes the own entry. Needs `membership:members.manage` over all departments of the member and over those that it
    /// gains, and every permission that the member gains.
    #[oai(path = "/tenants/:tenant/members/:member", method = "patch", operation_id = "editMember")]
    async fn edit(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The member.
        member: Path<String>,
        body: Body<MemberChanges>,
    ) -> Answer<Json<Member>> {
        let MemberChanges { name, email, language, roles, assignments, departments } = body.0;
        let otherwise = roles.is_some() || assignments.is_some();
        let (wanted, given) = Given::read(roles, assignments, String::new()).map_err(Faults::of)?;
        let departments = departments.map(belonging);
        let (email, language) = (or_none(email), or_none(language));
        let changes = Changes { name, email, language, assignments: otherwise.then_some(wanted), departments };
        let edited = edge.membership().edit_member(&caller.context, at(&tenant, &member), changes).await;
        Ok(Json(edited.map_err(|error| Given::refuse(&[given], error))?.into()))
    }

    /// Disable a member
    ///
    /// Shuts a member out and keeps everything that it has. Once this has answered, no request of the member is answered in
    /// this tenant; whoever was signed in has to sign in anew once enabled again. Needs `membership:members.manage`.
    #[oai(path = "/tenants/:tenant/members/:member/disable", method = "post", operation_id = "disableMember")]
    async fn disable(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The member.
        member: Path<String>,
    ) -> Answer<Json<Member>> {
        let disabled = edge.membership().disable_member(&caller.context, at(&tenant, &member)).await?;
        Ok(Json(disabled.into()))
    }

    /// Enable a member
    ///
    /// Lets a disabled member in again, with all that it had. Needs `membership:members.manage` and every permission that
    /// the member gets back.
    #[oai(path = "/tenants/:tenant/members/:member/enable", method = "post", operation_id = "enableMember")]
    async fn enable(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The member.
        member: Path<String>,
    ) -> Answer<Json<Member>> {
        let enabled = edge.membership().enable_member(&caller.context, at(&tenant, &member)).await?;
        Ok(Json(enabled.into()))
    }

    /// Invite a member again
    ///
    /// Issues the next link of the invitation of a member that has not joined, as sending the invitation again does. Needs
    /// `membership:members.invite` and every permission that the invitation grants.
    #[oai(path = "/tenants/:tenant/members/:member/reinvite", method = "post", operation_id = "reinviteMember")]
    async fn reinvite(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The member.
        member: Path<String>,
    ) -> Answer<Json<IssuedInvitation>> {
        let issued = edge.membership().reinvite_member(&caller.context, at(&tenant, &member)).await?;
        Ok(Json(IssuedInvitation::of(issued, &caller)))
    }
}

/// What shall be there, as the domain takes it: null is none, and what is left out stays.
pub(super) fn or_none(typed: MaybeUndefined<String>) -> Option<String> {
    match typed {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(String::new()),
        MaybeUndefined::Value(text) => Some(text),
    }
}

/// The departments of somebody, as the domain takes them.
pub(super) fn belonging(departments: Vec<Uuid>) -> Vec<DepartmentId> {
    departments.into_iter().map(DepartmentId::from_uuid).collect()
}

pub(super) fn at(tenant: &str, member: &str) -> Target {
    Target { tenant: TenantId::named(tenant), member: MemberId::named(member) }
}
