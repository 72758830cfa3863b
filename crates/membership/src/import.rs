//! `membership import` and `membership export`: tables of people, through a server's API.

mod course;
mod plan;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::{
    failure::{Context, Failure, Outcome},
    remote::{Body, Where, json as body},
};

/// The largest file that a server takes, in bytes.
const MOST: u64 = 20 << 20;

/// What to import, and where.
#[derive(clap::Args)]
pub(crate) struct Import {
    /// The table: an .xlsx workbook or CSV text
    file: PathBuf,
    #[command(flatten)]
    server: Where,
    /// Only say what would be done; this is what happens without --apply
    #[arg(long, conflicts_with = "apply")]
    plan: bool,
    /// Do it, as it was planned
    #[arg(long)]
    apply: bool,
    /// Do every row, or none
    #[arg(long)]
    all_or_nothing: bool,
    /// Write each row with its result, its reason and its link here, as .xlsx or .csv
    #[arg(long, value_name = "FILE")]
    result: Option<PathBuf>,
}

/// Whom to export, and where.
#[derive(clap::Args)]
pub(crate) struct Export {
    #[command(flatten)]
    server: Where,
    /// Write the members here, as .xlsx or .csv; as CSV to standard output unless told otherwise
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Plans an import, and carries it out if that is asked for; whether no row was refused.
pub(crate) async fn import(command: Import, fallback: impl FnOnce() -> Outcome<String>) -> Outcome<bool> {
    let Import { file, server, plan: _, apply, all_or_nothing, result } = command;
    if let Some(result) = &result {
        format_of(result)?;
    }
    let remote = server.open(fallback)?;
    let import = remote.post(&format!("/imports?file={}", name_of(&file)), Some(read(&file)?)).await?;
    let id = import.get("id").and_then(Value::as_str).ok_or("the answer names no import")?.to_owned();
    let refused = plan::show(&remote, &id, &import).await?;
    let goes_on = apply && !(all_or_nothing && refused > 0);
    let refused = if goes_on { course::carry_out(&remote, &id, &import, all_or_nothing).await? } else { Ok(refused) };
    if let Some(result) = &result {
        let rest = format!("/imports/{id}/result?format={}", format_of(result)?);
        remote.download(&rest, Some(result)).await?;
        println!("each row with its result: {}", result.display());
    }
    if !goes_on {
        println!("nothing was done");
        // What was only looked at is not kept on the server.
        remote.delete(&format!("/imports/{id}")).await?;
    }
    refused.map(|refused| refused == 0)
}

/// Writes the members of a tenant to a file.
pub(crate) async fn export(command: Export, fallback: impl FnOnce() -> Outcome<String>) -> Outcome<bool> {
    let Export { server, out } = command;
    let format = out.as_deref().map_or(Ok("csv"), format_of)?;
    let remote = server.open(fallback)?;
    remote.download(&format!("/members/export?format={format}"), out.as_deref()).await?;
    if let Some(out) = out {
        eprintln!("the members: {}", out.display());
    }
    Ok(true)
}

/// The file to upload. The server looks at the bytes; the name only helps it.
fn read(file: &Path) -> Outcome<Body> {
    let reading = || format!("reading {}", file.display());
    let bytes = std::fs::metadata(file).context(reading())?.len();
    if bytes > MOST {
        return Err(format!("{} is larger than 20 MiB, which is the most; split it", file.display()).into());
    }
    let kind = match ending(file).as_str() {
        "csv" | "tsv" | "txt" => "text/csv",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/octet-stream",
    };
    Ok(Body { kind, bytes: std::fs::read(file).context(reading())? })
}

/// What the file is called, as a part of an address.
fn name_of(file: &Path) -> String {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    url::form_urlencoded::byte_serialize(name.as_bytes()).collect()
}

fn format_of(file: &Path) -> Outcome<&'static str> {
    match ending(file).as_str() {
        "xlsx" => Ok("xlsx"),
        "csv" => Ok("csv"),
        _ => Err(Failure::from(format!("{} has to end in .xlsx or .csv", file.display()))),
    }
}

fn ending(file: &Path) -> String {
    file.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// A number of `totals`.
fn count(totals: &Value, name: &str) -> u64 {
    totals.get(name).and_then(Value::as_u64).unwrap_or_default()
}

/// The body that starts `import` as it was planned.
fn start(import: &Value, all_or_nothing: bool) -> Body {
    let mode = if all_or_nothing { "all-or-nothing" } else { "row-by-row" };
    body(&json!({ "digest": import.get("digest"), "mode": mode }))
}
