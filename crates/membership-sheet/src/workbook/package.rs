//! How the parts of a workbook refer to each other (ECMA-376 part 2, relationships; part 1, 18.2).

use super::archive::Archive;
use super::damaged;
use super::xml::{Node, Tag, Xml};
use crate::SheetFault;

/// The most relationships of one part, and the most sheets.
const RELATIONSHIPS: usize = 4_096;
/// The longest name or target in bytes: four for each character of a sheet's name, and room for odd writers.
const NAME: usize = 1_024;

/// A sheet of the workbook that holds cells.
#[derive(Debug)]
pub(super) struct Worksheet {
    pub(super) name: String,
    /// Its part.
    pub(super) path: String,
    pub(super) visible: bool,
}

/// The parts that are read.
#[derive(Debug)]
pub(super) struct Package {
    /// In the order of the tabs. Sheets that show a chart or a dialog are left out.
    pub(super) sheets: Vec<Worksheet>,
    /// The part with the shared strings.
    pub(super) strings: Option<String>,
    /// The part with the formats.
    pub(super) styles: Option<String>,
    /// Whether days are counted from 1904 instead of 1900.
    pub(super) since_1904: bool,
}

/// One relationship of a part: what it is called there, what kind it is (the last word of its type), where it leads.
struct Relationship {
    id: String,
    kind: String,
    path: String,
}

impl Package {
    pub(super) fn read(archive: &Archive) -> Result<Self, SheetFault> {
        let roots = relationships(archive, "")?;
        let workbook =
            roots.into_iter().find(|root| root.kind == "officeDocument").ok_or(SheetFault::NotAWorkbook)?.path;
        let related = relationships(archive, &workbook)?;
        let of_kind = |kind: &str| related.iter().find(|part| part.kind == kind).map(|part| part.path.clone());
        let mut package = Self {
            sheets: Vec::new(),
            strings: of_kind("sharedStrings"),
            styles: of_kind("styles"),
            since_1904: false,
        };
        let part = archive.part(&workbook)?.ok_or(damaged("the workbook's main part is missing"))?;
        let mut xml = Xml::new(part);
        loop {
            match xml.next()? {
                Node::Open(tag) if tag.name() == "sheet" => package.sheet(&tag, &related)?,
                Node::Open(tag) if tag.name() == "workbookPr" => {
                    let since_1904 = tag.attribute("date1904")?;
                    package.since_1904 |= since_1904.is_some_and(|value| value == "1" || value == "true");
                }
                Node::Open(_) | Node::Close(_) | Node::Text(_) | Node::Other => {}
                Node::End => return Ok(package),
            }
        }
    }

    fn sheet(&mut self, tag: &Tag<'_>, related: &[Relationship]) -> Result<(), SheetFault> {
        // The id is `r:id`; `sheetId` is something else.
        let (name, id) = (tag.attribute("name")?, tag.attribute("id")?);
        let (Some(name), Some(id)) = (name, id) else { return Err(damaged("a sheet has no name or no part")) };
        let visible = tag.attribute("state")?.is_none_or(|state| state == "visible");
        let relationship = related.iter().find(|part| part.id == id).ok_or(damaged("a sheet has no part"))?;
        if relationship.kind == "worksheet" {
            check(self.sheets.len(), &[&name])?;
            self.sheets.push(Worksheet { name, path: relationship.path.clone(), visible });
        }
        Ok(())
    }
}

/// What the part at `path` refers to inside the workbook; the empty path is the workbook as a whole.
fn relationships(archive: &Archive, path: &str) -> Result<Vec<Relationship>, SheetFault> {
    let (folder, file) = path.rsplit_once('/').map_or(("", path), |(folder, file)| (folder, file));
    let own = resolved(folder, &format!("_rels/{file}.rels"));
    let Some(part) = archive.part(&own)? else { return Ok(Vec::new()) };
    let mut xml = Xml::new(part);
    let mut found = Vec::new();
    loop {
        match xml.next()? {
            Node::Open(tag) if tag.name() == "Relationship" => {
                let (id, kind, target) = (tag.attribute("Id")?, tag.attribute("Type")?, tag.attribute("Target")?);
                let external = tag.attribute("TargetMode")?.is_some_and(|mode| mode.eq_ignore_ascii_case("External"));
                let (Some(id), Some(kind), Some(target)) = (id, kind, target) else { continue };
                if external {
                    continue;
                }
                check(found.len(), &[&id, &target])?;
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                found.push(Relationship { id, kind, path: resolved(folder, &target) });
            }
            Node::Open(_) | Node::Close(_) | Node::Text(_) | Node::Other => {}
            Node::End => return Ok(found),
        }
    }
}

/// Refuses what no workbook needs, before it is kept.
fn check(held: usize, names: &[&str]) -> Result<(), SheetFault> {
    if held >= RELATIONSHIPS || names.iter().any(|name| name.len() > NAME) {
        return Err(SheetFault::WorkbookTooComplex { what: "sheets or names of sheets", limit: RELATIONSHIPS as u64 });
    }
    Ok(())
}

/// The part that `target` names when `folder` is where it is named: absolute with a leading slash, else relative.
fn resolved(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut steps: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.retain(|step| !step.is_empty());
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::resolved;

    #[test]
    fn targets_are_absolute_or_relative_and_never_leave_the_archive() {
        for (folder, target, part) in [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "../other/./a.xml", "other/a.xml"),
            ("", "xl\\workbook.xml", "xl/workbook.xml"),
            ("xl", "../../../../etc/passwd", "etc/passwd"),
        ] {
            assert_eq!(resolved(folder, target), part);
        }
    }
}
