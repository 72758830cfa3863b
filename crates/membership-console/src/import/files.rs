//! Tables to take away: the template, and what an import would do or has done.

use membership_web::{
    Edge, Problem,
    table::{Download, Format, result_table, template_table},
};
use poem::{
    IntoResponse as _, Response, handler,
    web::{Data, Query},
};
use serde::Deserialize;

use super::{About, refused};
use crate::{
    layout::{Admin, Section},
    notice::Action,
    settled::On,
};

/// Which format is asked for: a workbook, unless it is `csv`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    format: String,
}

impl Wanted {
    pub(crate) fn format(&self) -> Format {
        if self.format == "csv" { Format::Csv } else { Format::Xlsx }
    }
}

/// A table to fill in, with the departments and roles that one may choose.
#[handler]
pub(crate) async fn template(
    edge: Data<&Edge>,
    On(visitor, admin): On<Admin>,
    Query(wanted): Query<Wanted>,
) -> Response {
    match edge.membership().import_guide(&visitor.context, admin.tenant.id).await {
        Ok(guide) => sent(&admin, Section::Import, template_table(guide, wanted.format()).await),
        Err(error) => refused(&admin, &visitor, &error),
    }
}

/// The rows of an import as they were uploaded, with what each would do or has done.
#[handler]
pub(crate) async fn result(edge: Data<&Edge>, On(visitor, about): On<About>, Query(wanted): Query<Wanted>) -> Response {
    let table = result_table(edge.membership(), &visitor.context, about.which, wanted.format()).await;
    sent(&about.admin, Section::Import, table)
}

/// The file, or inside the frame why there is none.
pub(crate) fn sent(admin: &Admin, section: Section, table: Result<Download, Problem>) -> Response {
    match table {
        Ok(download) => download.into_response(),
        Err(problem) => admin.troubled(section, &problem, Action::new("Back", section.path(&admin.tenant.id))),
    }
}
