//! docs/openapi.json, as the server prints it without touching a database.

use std::process::Command;

use cargo_metadata::MetadataCommand;
use serde_json::Value;

use crate::failure::{Context, Failure, Outcome};
use crate::process::{self, cargo};

pub(super) fn produce() -> Outcome<Option<String>> {
    // Everything, as the tests do: fewer targets would choose other features of the dependencies and build them again.
    process::run(cargo().args(["build", "--workspace", "--all-targets"]))?;
    let target = MetadataCommand::new().no_deps().exec().context("cargo metadata")?.target_directory;
    let binary = target.join("debug").join("membership");
    let printed = process::capture(Command::new(binary).arg("openapi"))?;
    described(&printed)?;
    Ok(Some(printed))
}

/// A log line or an error page on standard output must not become the committed description.
fn described(printed: &str) -> Outcome {
    let document: Value = serde_json::from_str(printed).context("`membership openapi` printed no JSON")?;
    if document.get("openapi").is_some_and(Value::is_string) && document.get("paths").is_some_and(Value::is_object) {
        return Ok(());
    }
    Err(Failure::new("`membership openapi` printed JSON that describes no API"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_description_is_taken() {
        assert_eq!(described(r#"{"openapi": "3.0.0", "paths": {}}"#), Ok(()));
        assert!(described("").is_err());
        assert!(described("starting\n{}").is_err());
        assert!(described("{}").is_err());
    }
}
