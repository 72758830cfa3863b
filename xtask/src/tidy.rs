//! `cargo xtask tidy`: the rules of the house that no compiler knows. Each check is a pure function from what it looks
//! at to a list of findings; only this file reads the workspace.

mod answers;
mod arrows;
mod kernel;
mod lock;
mod manifests;
mod orphans;
mod paths;
mod sources;

use std::fs;
use std::io::ErrorKind;
use std::process::Command;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use crate::failure::{Context, Failure, Outcome};
use crate::process;
use arrows::Edge;
use kernel::Dependency;

const KERNEL: &str = "membership-core";

/// A file of the repository: its path from the root, and its text.
struct File {
    path: String,
    text: String,
}

pub(crate) fn run() -> Outcome {
    let metadata = MetadataCommand::new().no_deps().exec().context("cargo metadata")?;
    let files = files()?;
    let text_of = |path: &str| files.iter().find(|file| file.path == path).map(|file| file.text.as_str());
    let lock = text_of("Cargo.lock").context("Cargo.lock is not in the repository")?;

    for question in files.iter().filter_map(sources::question) {
        println!("question: {question}");
    }
    let findings = [
        arrows::check(&edges(&metadata)),
        kernel::check(&kernel_dependencies(&metadata)),
        files.iter().filter(|file| manifests::is_member(&file.path)).flat_map(manifests::check).collect(),
        files.iter().flat_map(sources::check).collect(),
        files.iter().flat_map(paths::check).collect(),
        answers::check(&files),
        orphans::check(&files),
        lock::check(lock)?,
    ];
    let findings = findings.concat();
    println!("{} files looked at, {} findings", files.len(), findings.len());
    Failure::unless_empty("tidy", &findings)
}

/// Every text file that git tracks or would track.
fn files() -> Outcome<Vec<File>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = process::capture(&mut git)?;
    let mut files = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        match fs::read_to_string(path) {
            Ok(text) => files.push(File { path: path.to_owned(), text }),
            // Deleted but not yet committed, or no text.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidData) => {}
            Err(error) => return Err(error).context(format!("reading {path}")),
        }
    }
    Ok(files)
}

fn edges(metadata: &Metadata) -> Vec<Edge> {
    let members: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let of = |package: &cargo_metadata::Package| {
        let inside = package.dependencies.iter().filter(|dependency| members.contains(&dependency.name.as_str()));
        let from = package.name.to_string();
        let edge = |to: &cargo_metadata::Dependency| Edge {
            from: from.clone(),
            to: to.name.clone(),
            only_tests: to.kind == DependencyKind::Development,
        };
        inside.map(edge).collect::<Vec<_>>()
    };
    metadata.packages.iter().flat_map(of).collect()
}

fn kernel_dependencies(metadata: &Metadata) -> Vec<Dependency> {
    let kernel = metadata.packages.iter().filter(|package| package.name == KERNEL);
    kernel
        .flat_map(|package| &package.dependencies)
        .filter(|dependency| dependency.kind != DependencyKind::Development)
        .map(|dependency| Dependency {
            name: dependency.name.clone(),
            default_features: dependency.uses_default_features,
            features: dependency.features.clone(),
        })
        .collect()
}

#[cfg(test)]
fn file(path: &str, text: &str) -> File {
    File { path: path.to_owned(), text: text.to_owned() }
}
