//! Files that no module names. The compiler never sees them, so nothing in them is true: not even their tests.

use std::path::Path;

use super::File;

pub(super) fn check(files: &[File]) -> Vec<String> {
    let modules: Vec<Module> = files.iter().filter_map(module).collect();
    let orphans = modules.iter().filter(|module| !is_root(module) && !is_named(module, &modules));
    orphans.map(|module| format!("{}: no `mod {}` in its crate names it", module.path, module.name)).collect()
}

struct Module<'a> {
    path: &'a str,
    text: &'a str,
    /// Up to `src`.
    home: &'a str,
    /// Below `src`.
    inside: &'a str,
    name: &'a str,
}

fn module(file: &File) -> Option<Module<'_>> {
    let (home, inside) = file.path.split_once("/src/")?;
    let name = Path::new(inside.strip_suffix(".rs")?).file_name()?.to_str()?;
    Some(Module { path: &file.path, text: &file.text, home, inside, name })
}

/// Files that cargo finds by itself.
fn is_root(module: &Module) -> bool {
    ["lib.rs", "main.rs"].contains(&module.inside) || module.inside.starts_with("bin/")
}

/// Anywhere in the crate: which file has to say `mod` is the compiler's business.
fn is_named(module: &Module, modules: &[Module]) -> bool {
    let by_name = format!("mod {};", module.name);
    let by_path = format!("{}.rs\"]", module.name);
    let declares = |line: &str| {
        let line = line.trim();
        line.ends_with(&by_name) || (line.starts_with("#[path") && line.ends_with(&by_path))
    };
    modules.iter().filter(|other| other.home == module.home).any(|other| other.text.lines().any(declares))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::file;

    #[test]
    fn a_file_that_no_module_names_is_refused() {
        let files = [file("crates/a/src/lib.rs", "pub mod email;"), file("crates/a/src/mail.rs", "")];
        assert_eq!(check(&files), ["crates/a/src/mail.rs: no `mod mail` in its crate names it"]);
    }

    #[test]
    fn the_name_must_stand_in_the_same_crate_and_be_whole() {
        let files = [file("crates/b/src/lib.rs", "mod email;"), file("crates/a/src/email.rs", "")];
        assert_eq!(check(&files).len(), 1);
        let files =
            [file("crates/a/src/lib.rs", "mod email_tests;\n// mod tests\n"), file("crates/a/src/tests.rs", "")];
        assert_eq!(check(&files).len(), 1);
    }

    #[test]
    fn modules_are_named_by_name_or_by_path() {
        let files = [
            file("crates/a/src/lib.rs", "pub(crate) mod email;"),
            file("crates/a/src/email.rs", "#[cfg(test)]\n#[path = \"email_tests.rs\"]\nmod tests;"),
            file("crates/a/src/email_tests.rs", ""),
            file("crates/a/src/bin/tool.rs", ""),
            file("crates/a/tests/whole.rs", ""),
        ];
        assert_eq!(check(&files), Vec::<String>::new());
    }
}
