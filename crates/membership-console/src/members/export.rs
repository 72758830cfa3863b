//! The members as a table, which can be changed and imported again: those whom the filter leaves.

use membership_web::{Edge, table::people_table};
use poem::{
    Request, Response, handler,
    web::{Data, Path, Query},
};

use super::{Filter, not_shown};
use crate::{
    import::files::{Wanted, sent},
    layout::{Section, admin},
    settled::Settled,
};

/// The file.
#[handler]
pub(crate) async fn export(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    request: &Request,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let members = request.uri().path().trim_end_matches("/export");
    let admin = match admin(&edge, &visitor, &id, members).await {
        Ok(admin) => admin,
        Err(page) => return page,
    };
    let asked = match filter.asked(visitor.context.now) {
        Ok(asked) => asked,
        Err(error) => return not_shown(&admin, &visitor, &error),
    };
    let (tenant, format) = (admin.tenant.id, wanted.format());
    let table = people_table(edge.membership(), &visitor.context, tenant, asked, format).await;
    sent(&admin, Section::Members, table)
}
