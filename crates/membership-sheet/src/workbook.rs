//! An .xlsx workbook: which parts it has, which sheet is read, and its rows.
//!
//! A part is markup in a zip archive. [`archive`] finds the parts and counts what they inflate to, [`xml`] reads markup one
//! bounded token at a time, [`package`] knows how parts refer to each other, and [`rows`] reads a sheet.

mod archive;
mod foreign;
mod merges;
mod number;
mod package;
mod position;
mod rows;
mod strings;
mod styles;
mod xml;

use std::fs::File;

pub(crate) use foreign::compound_fault;
pub(crate) use rows::Rows;

use crate::{Limits, SheetFault};
use archive::Archive;
use merges::Merges;
use package::Package;
use strings::Strings;
use styles::Styles;

/// The sheet that is read before all others.
const PREFERRED: &str = "People";

/// Checks the workbook and chooses the sheet: the visible one called "People", else the first visible one with content.
/// Gives its name and its rows.
pub(crate) fn open(file: File, length: u64, limits: &Limits) -> Result<(String, Rows), SheetFault> {
    let mut archive = Archive::open(file, length)?;
    foreign::refuse(&archive)?;
    archive.inspect(limits.inflated)?;
    foreign::refuse_by_content_types(&archive)?;
    let package = Package::read(&archive)?;
    let mut strings = Some(Strings::read(&archive, package.strings.as_deref())?);
    let mut styles = Some(Styles::read(&archive, package.styles.as_deref(), package.since_1904)?);
    let visible = || package.sheets.iter().filter(|sheet| sheet.visible);
    let preferred = visible().find(|sheet| sheet.name.trim().eq_ignore_ascii_case(PREFERRED));
    let candidates: Vec<_> = preferred.map_or_else(|| visible().collect(), |sheet| vec![sheet]);
    if candidates.is_empty() {
        return Err(SheetFault::SheetHidden);
    }
    for sheet in candidates {
        let (Some(held_strings), Some(held_styles)) = (strings.take(), styles.take()) else { break };
        let merges = Merges::read(&archive, &sheet.path, limits.columns)?;
        let mut rows = Rows::open(&archive, &sheet.path, held_strings, held_styles, merges, limits)?;
        if rows.has_content()? {
            return Ok((sheet.name.clone(), rows));
        }
        let (back_strings, back_styles) = rows.into_tables();
        (strings, styles) = (Some(back_strings), Some(back_styles));
    }
    Err(SheetFault::SheetEmpty)
}

/// The fault for markup that does not say what it must.
pub(crate) const fn damaged(what: &'static str) -> SheetFault {
    SheetFault::WorkbookDamaged { what }
}
