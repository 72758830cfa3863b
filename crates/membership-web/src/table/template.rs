//! The template: a table to fill in, with what there is to choose from.

use std::io;

use membership_core::import::{Column, MAX_ROWS, Way, plan::Guide};
use membership_sheet::{Format, Template, TemplateColumn, template};

use super::{
    SHEET,
    download::{Download, broken, unwritten},
};
use crate::problem::Problem;

/// A table to fill in, for whoever may write what stands in `guide`.
pub async fn template_table(guide: Guide, format: Format) -> Result<Download, Problem> {
    let form = form(guide);
    let made = tokio::task::spawn_blocking(move || template(format, &form)).await;
    let file = made.map_err(|error| broken(&io::Error::other(error)))?.map_err(|fault| unwritten(&fault))?;
    Download::new(file, format, "members-template")
}

fn form(guide: Guide) -> Template {
    let Guide { tenant, mut departments, mut roles } = guide;
    let columns = Column::TYPED.into_iter().map(|column| {
        let (choices, several) = match column {
            Column::Departments => (std::mem::take(&mut departments), true),
            Column::Roles => (std::mem::take(&mut roles), true),
            Column::Way => (Way::ALL.map(|way| way.as_str().to_owned()).to_vec(), false),
            Column::Name | Column::Email | Column::Username | Column::Language | Column::Member => (Vec::new(), false),
        };
        let own = column.example();
        let example = if own.is_empty() { choices.first().cloned().unwrap_or_default() } else { own.to_owned() };
        TemplateColumn { title: column.title().to_owned(), guide: column.guide().to_owned(), example, choices, several }
    });
    let notes = vec![
        format!("This is for {tenant}. One row for each person, at most {MAX_ROWS} rows."),
        "Uploading it changes nothing: you are shown first what every row would do.".to_owned(),
        "Whoever is a member already is recognised, and changed only where a cell says otherwise; an empty cell \
         changes nothing."
            .to_owned(),
        "Columns of your own are kept and not looked at. Never write passwords into a table.".to_owned(),
    ];
    Template { sheet_name: SHEET.to_owned(), columns: columns.collect(), notes }
}
