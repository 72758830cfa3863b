//! The export: the list of members as a table.

use membership_core::{
    Membership,
    context::Context,
    directory::{MAX_PAGE, MemberFilter, Page},
    id::TenantId,
    import::export::Exported,
};
use membership_sheet::{Format, Tone};

use super::{
    download::{Download, refused},
    writing::Writing,
};
use crate::problem::Problem;

/// The members that `filter` lists to `ctx.actor`, or none at all where nobody can be meant, as a table that can be edited and
/// imported again.
pub async fn people_table(
    membership: &Membership,
    ctx: &Context,
    tenant: TenantId,
    filter: Option<MemberFilter>,
    format: Format,
) -> Result<Download, Problem> {
    let titles = Exported::TITLES.map(str::to_owned).to_vec();
    let mut page = Page { after: None, limit: MAX_PAGE };
    let mut writing = None;
    loop {
        let of = filter.clone().unwrap_or_default();
        let found = membership.export_members(ctx, tenant, of, page).await.map_err(refused)?;
        let writing = writing.get_or_insert_with(|| Writing::begin(format, titles.clone()));
        let rows = found.rows.into_iter().map(|cells| (cells, Tone::Plain));
        let is_over = filter.is_none() || !writing.push(rows.collect()).await;
        page.after = found.next.filter(|_| !is_over);
        if page.after.is_none() {
            break;
        }
    }
    let writing = writing.unwrap_or_else(|| Writing::begin(format, titles));
    Download::new(writing.finish().await?, format, "members")
}
