//! Reading presets: from TOML, with everything that is wrong in them named at once, each at its line.

mod access;
mod circle;
mod form;
mod rules;

use std::{collections::BTreeMap, fmt, ops::Range, path::Path};

use form::PresetForm;
use toml::Spanned;

use super::{Preset, Presets};
use crate::{email::invisible, name::DisplayName, tenant::Policy};

/// Longest summary in characters.
const MAX_SUMMARY_CHARS: usize = 300;

/// The presets that ship.
const SHIPPED: [(&str, &str); 4] = [
    ("presets/organization.toml", include_str!("../../../presets/organization.toml")),
    ("presets/streaming-app.toml", include_str!("../../../presets/streaming-app.toml")),
    ("presets/livestream-account.toml", include_str!("../../../presets/livestream-account.toml")),
    ("presets/portal-tenant.toml", include_str!("../../../presets/portal-tenant.toml")),
];

/// Why there are no presets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PresetError {
    /// Something is wrong in the files: file by file, each from top to bottom.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Faulty(Vec<PresetFault>),
    /// None has the name that was asked for.
    #[error("there is no preset {name}; expected one of {known}")]
    Unknown {
        /// As asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
}

/// One thing that is wrong in a preset. It is shown as `presets/acme.toml:12:5: role "Editor" names …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetFault {
    /// The file, as the reader was told.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// What is wrong and what was expected.
    pub reason: String,
}

impl fmt::Display for PresetFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, reason } = self;
        write!(f, "{file}:{line}:{column}: {reason}")
    }
}

impl Presets {
    /// The presets that ship.
    pub fn embedded() -> Result<Vec<Preset>, PresetError> {
        Preset::all_from(SHIPPED)
    }

    /// The presets that ship and `others`; one of these replaces one that ships under the same name. Where nobody says
    /// which, the one called `standard` counts.
    pub fn shipped(standard: &str, others: impl IntoIterator<Item = Preset>) -> Result<Self, PresetError> {
        let all = Self::embedded()?.into_iter().chain(others);
        let mut all: BTreeMap<String, Preset> = all.map(|preset| (preset.name.clone(), preset)).collect();
        match all.remove(standard) {
            Some(preset) => Ok(Self::new(preset, all.into_values())),
            None => Err(PresetError::Unknown { name: standard.to_owned(), known: listed(all.keys()) }),
        }
    }
}

impl Preset {
    /// Reads a preset: `name`, `summary` and `administrator`, the `applications`, the `roles` and the `policy`, as in those
    /// that ship. `file` is what to call it where something is wrong; nothing is opened.
    pub fn parse(file: &str, text: &str) -> Result<Self, PresetError> {
        Reader::new(file, text).read(None).map_err(PresetError::Faulty)
    }

    /// Reads several, each a file's path and its text. The file is called as the preset is: `acme.toml` holds `acme`.
    pub fn all_from<F, T>(files: impl IntoIterator<Item = (F, T)>) -> Result<Vec<Self>, PresetError>
    where
        F: AsRef<str>,
        T: AsRef<str>,
    {
        let (mut presets, mut faults) = (Vec::new(), Vec::new());
        for (file, text) in files {
            let (file, text) = (file.as_ref(), text.as_ref());
            let stem = Path::new(file).file_stem().and_then(|stem| stem.to_str());
            match Reader::new(file, text).read(stem) {
                Ok(preset) => presets.push(preset),
                Err(found) => faults.extend(found),
            }
        }
        if faults.is_empty() { Ok(presets) } else { Err(PresetError::Faulty(faults)) }
    }
}

/// Where in the text something stands, in bytes.
type Place = Range<usize>;

/// Reads one text and keeps what is wrong in it.
struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    faults: Vec<PresetFault>,
}

impl<'a> Reader<'a> {
    const fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, faults: Vec::new() }
    }

    fn read(mut self, stem: Option<&str>) -> Result<Preset, Vec<PresetFault>> {
        let preset = match PresetForm::read(self.text) {
            Ok(form) => self.preset(form, stem),
            Err(faults) => {
                for (place, reason) in faults {
                    self.fault(&place, reason);
                }
                None
            }
        };
        self.faults.sort_by_key(|fault| (fault.line, fault.column));
        preset.filter(|_| self.faults.is_empty()).ok_or(self.faults)
    }

    fn preset(&mut self, form: PresetForm, stem: Option<&str>) -> Option<Preset> {
        let name = self.preset_name(&form.name, stem);
        let summary = self.summary(&form.summary);
        let administrator = self.name(&form.administrator);
        let applications = self.applications(form.applications);
        let roles = self.roles(&form.roles, administrator.as_ref(), &applications);
        let policy = form.policy.map_or_else(|| Some(Policy::default()), |form| self.policy(form));
        Some(Preset {
            name: name?,
            summary: summary?,
            applications,
            administrator: administrator?,
            roles,
            policy: policy?,
        })
    }

    /// A name that can stand in an address, on a command line and in front of `.toml`.
    fn preset_name(&mut self, typed: &Spanned<String>, stem: Option<&str>) -> Option<String> {
        let name = typed.get_ref();
        let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let first = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        if !first || name.len() > 64 || !name.bytes().all(letters) {
            let expected = "expected at most 64 of the letters a-z, digits and hyphens, a letter first";
            self.fault(&typed.span(), format!("{name:?} is not the name of a preset; {expected}"));
            return None;
        }
        if let Some(stem) = stem.filter(|stem| stem != name) {
            self.fault(&typed.span(), format!("preset {name} is in a file called {stem}; expected {name}.toml"));
        }
        Some(name.clone())
    }

    fn summary(&mut self, typed: &Spanned<String>) -> Option<String> {
        let summary = typed.get_ref().trim();
        if (1..=MAX_SUMMARY_CHARS).contains(&summary.chars().count()) && !summary.contains(invisible) {
            return Some(summary.to_owned());
        }
        self.fault(&typed.span(), format!("the summary is one line of 1 to {MAX_SUMMARY_CHARS} characters"));
        None
    }

    fn name(&mut self, typed: &Spanned<String>) -> Option<DisplayName> {
        DisplayName::parse(typed.get_ref()).map_err(|fault| self.fault(&typed.span(), fault.to_string())).ok()
    }

    fn fault(&mut self, place: &Place, reason: String) {
        let (line, column) = self.position(place);
        self.faults.push(PresetFault { file: self.file.to_owned(), line, column, reason });
    }

    /// The line and the character in it, both from 1.
    fn position(&self, place: &Place) -> (usize, usize) {
        let above = self.text.get(..place.start).unwrap_or(self.text);
        let line = above.rsplit('\n').next().unwrap_or_default();
        (above.matches('\n').count() + 1, line.chars().count() + 1)
    }
}

/// Each once, in the order given.
fn listed(names: impl IntoIterator<Item = impl fmt::Display>) -> String {
    let mut all: Vec<String> = Vec::new();
    for name in names.into_iter().map(|name| name.to_string()) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all.join(", ")
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "shipped_tests.rs"]
mod shipped_tests;
