//! The members as a table, which can be changed and imported again: those whom the filter leaves.

use membership_web::{Edge, table::people_table};
use poem::{
    Response, handler,
    web::{Data, Query},
};

use super::{Filter, not_shown};
use crate::{
    import::files::{Wanted, sent},
    layout::{Admin, Section},
    settled::On,
};

/// The file.
#[handler]
pub(crate) async fn export(
    edge: Data<&Edge>,
    On(visitor, admin): On<Admin>,
    Query(filter): Query<Filter>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let asked = match filter.asked(visitor.context.now) {
        Ok(asked) => asked,
        Err(error) => return not_shown(&admin, &visitor, &error),
    };
    let (tenant, format) = (admin.tenant.id, wanted.format());
    let table = people_table(edge.membership(), &visitor.context, tenant, asked, format).await;
    sent(&admin, Section::Members, table)
}
