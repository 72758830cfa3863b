//! How a preset is written: the TOML, with the place of everything that is judged later.

use std::{collections::BTreeMap, fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};
use toml::Spanned;

use crate::{
    email::Alphabet,
    tenant::policy::{Ending, ExistingAccount, SecondFactor, Sending, Words},
};

/// A whole preset.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PresetForm {
    pub(super) name: Spanned<String>,
    pub(super) summary: Spanned<String>,
    pub(super) administrator: Spanned<String>,
    #[serde(default)]
    pub(super) applications: Vec<ApplicationForm>,
    #[serde(default)]
    pub(super) roles: Vec<RoleForm>,
    pub(super) policy: Option<Spanned<PolicyForm>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApplicationForm {
    pub(super) key: Spanned<String>,
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) permissions: Names,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleForm {
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) permissions: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) include: Vec<Spanned<String>>,
}

/// The rules. What is left out is as in a tenant that nobody has changed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyForm {
    pub(super) existing_account: Option<ExistingAccount>,
    pub(super) invitation_validity: Option<Spanned<String>>,
    pub(super) enrolment_window: Option<Spanned<String>>,
    pub(super) max_people_per_call: Option<Spanned<i64>>,
    pub(super) send: Option<Sending>,
    pub(super) reinvite_after: Option<Vec<Ending>>,
    pub(super) links_allowed: Option<bool>,
    pub(super) alphabet: Option<Alphabet>,
    pub(super) allowed_domains: Option<Vec<Spanned<String>>>,
    pub(super) disable_before_remove: Option<bool>,
    pub(super) second_factor: Option<SecondFactor>,
    pub(super) words: Option<Words>,
}

/// What people call what: `videos.view = "Watch videos"`, in the order of the file. TOML reads the dots as tables within
/// tables; here they are one key again.
#[derive(Default)]
pub(super) struct Names(pub(super) Vec<(Spanned<String>, Spanned<String>)>);

type Table = BTreeMap<Spanned<String>, Spanned<Branch>>;

enum Branch {
    Name(String),
    More(Table),
}

impl PresetForm {
    /// Reads the form, or says what is wrong with it and where.
    pub(super) fn read(text: &str) -> Result<Self, Vec<(Range<usize>, String)>> {
        let found = |error: toml::de::Error| (error.span().unwrap_or_default(), error.message().to_owned());
        let (table, errors) = toml::de::DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(errors.into_iter().map(found).collect());
        }
        Self::deserialize(toml::de::Deserializer::from(table)).map_err(|error| vec![found(error)])
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut names = Vec::new();
        gather(Table::deserialize(deserializer)?, "", &mut names);
        names.sort_by_key(|(key, _)| key.span().start);
        Ok(Self(names))
    }
}

fn gather(table: Table, above: &str, names: &mut Vec<(Spanned<String>, Spanned<String>)>) {
    for (key, branch) in table {
        let (at, place) = (key.span(), branch.span());
        let key = format!("{above}{}", key.get_ref());
        match branch.into_inner() {
            Branch::Name(name) => names.push((Spanned::new(at, key), Spanned::new(place, name))),
            Branch::More(table) => gather(table, &format!("{key}."), names),
        }
    }
}

impl<'de> Deserialize<'de> for Branch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Branch;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("what people call the permission, such as \"Watch videos\"")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Branch, E> {
                Ok(Branch::Name(name.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Branch, A::Error> {
                Table::deserialize(MapAccessDeserializer::new(map)).map(Branch::More)
            }
        }

        deserializer.deserialize_any(Either)
    }
}
