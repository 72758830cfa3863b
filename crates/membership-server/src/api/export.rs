//! The list of members as a table.

use membership_core::id::TenantId;
use membership_web::{Edge, table::people_table};
use poem::web::Data;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};

use super::{Chapter, Named, listing};
use crate::{
    answer::{Answer, Refused},
    caller::Caller,
    file::{FileAnswer, format},
};

pub(crate) struct ExportApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Members")]
impl ExportApi {
    /// Export members
    ///
    /// Those whom the list of members lists, as a table, under the titles that an import reads: it can be edited and imported. Needs
    /// what the list needs.
    #[expect(clippy::too_many_arguments, reason = "each is one parameter of the query")]
    #[oai(path = "/tenants/:tenant/members/export", method = "get", operation_id = "exportMembers")]
    async fn export(
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
        /// A workbook, or CSV text.
        #[oai(name = "format")]
        wanted: Query<Option<String>>,
    ) -> Answer<FileAnswer> {
        let format = format(wanted.as_deref())?;
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
            limit: None,
            cursor: None,
        };
        let listing = asked.read(caller.context.now)?;
        let filter = Some(listing.filter).filter(|_| !listing.nobody);
        let (membership, tenant) = (edge.membership(), TenantId::named(&tenant));
        let table = people_table(membership, &caller.context, tenant, filter, format).await;
        Ok(FileAnswer(table.map_err(Refused::because)?))
    }
}
