//! The rules as a form, with what each means; and what is another than before.

mod difference;

use std::collections::BTreeSet;

use askama::{Template, filters::HtmlSafe};
use membership_core::{
    account::{FactorKind, Kinds},
    email::Alphabet,
    refusal::{Fault, Faults, Refusal},
    tenant::policy::{Ending, ExistingAccount, Policy, SecondFactor, Sending, Validity, ValidityFault},
};

pub(super) use difference::{Difference, differences};

use crate::{
    typed::Typed,
    words::{sentence, told},
};

/// As it is filled in.
#[derive(Debug, Clone, Default)]
pub(super) struct Filled {
    existing: String,
    validity: String,
    window: String,
    most: String,
    send: String,
    again: BTreeSet<String>,
    domains: String,
    /// The switches that are on.
    on: BTreeSet<&'static str>,
    kinds: BTreeSet<String>,
}

/// The fields, with what is wrong with them.
#[derive(Template)]
#[template(path = "settings/fields.html")]
pub(super) struct Fields {
    filled: Filled,
    /// Whether owners of accounts join at once by the preset: nobody here can switch that on.
    joins: bool,
    faults: Vec<(&'static str, String)>,
    problem: Option<(String, String)>,
}

impl HtmlSafe for Fields {}

/// Where the kernel's faults belong.
const PLACES: &[(&str, &str)] = &[
    ("/invitation_validity", "validity"),
    ("/enrolment_window", "window"),
    ("/max_people_per_call", "most"),
    ("/second_factor/kinds", "kinds"),
    ("/existing_account", "existing"),
    ("/allowed_domains", "domains"),
];

/// What is on or off.
const SWITCHES: [&str; 4] = ["links", "international", "disable_first", "factor"];

/// The kinds of second factors, as people know them.
const KINDS: [(FactorKind, &str); 3] =
    [(FactorKind::Email, "Codes by mail"), (FactorKind::App, "Authenticator app"), (FactorKind::Passkey, "Passkey")];

const ENDINGS: [(Ending, &str); 3] = [
    (Ending::Rejected, "who declined"),
    (Ending::Revoked, "whose invitation was withdrawn"),
    (Ending::Expired, "whose invitation expired"),
];

fn hours(validity: Validity) -> String {
    (validity.as_secs() / 3_600).to_string()
}

impl Filled {
    pub(super) fn typed(typed: &Typed) -> Self {
        let one = |name: &str| typed.one(name).trim().to_owned();
        let all = |name: &str| typed.all(name).map(ToOwned::to_owned).collect();
        Self {
            existing: one("existing"),
            validity: one("validity"),
            window: one("window"),
            most: one("most"),
            send: one("send"),
            again: all("again"),
            domains: typed.one("domains").to_owned(),
            on: SWITCHES.into_iter().filter(|switch| typed.has(switch)).collect(),
            kinds: all("kind"),
        }
    }

    pub(super) fn of(policy: &Policy) -> Self {
        let switches = [
            ("links", policy.links_allowed),
            ("international", policy.alphabet == Alphabet::International),
            ("disable_first", policy.disable_before_remove),
            ("factor", policy.second_factor.required),
        ];
        Self {
            existing: policy.existing_account.as_str().to_owned(),
            validity: hours(policy.invitation_validity),
            window: hours(policy.enrolment_window),
            most: policy.max_people_per_call.to_string(),
            send: policy.send.as_str().to_owned(),
            again: policy.reinvite_after.iter().map(|ending| ending.as_str().to_owned()).collect(),
            domains: policy.allowed_domains.join("\n"),
            on: switches.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect(),
            kinds: policy.second_factor.kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
        }
    }

    /// The rules that it says; what it does not speak of is as `before`.
    pub(super) fn policy(&self, before: &Policy) -> Result<Policy, Faults> {
        let mut faults = Vec::new();
        // A time that was not touched stays as it is, to the second.
        let mut time = |text: &str, before: Validity, place: &str| {
            if text == hours(before) {
                return before;
            }
            let seconds = text.parse::<u32>().ok().and_then(|hours| hours.checked_mul(3_600));
            match seconds.ok_or(ValidityFault::OutOfRange).and_then(Validity::from_secs) {
                Ok(validity) => validity,
                Err(fault) => {
                    faults.push(Fault::new(place, &fault));
                    before
                }
            }
        };
        let invitation_validity = time(&self.validity, before.invitation_validity, "/invitation_validity");
        let enrolment_window = time(&self.window, before.enrolment_window, "/enrolment_window");
        Faults::refuse(faults)?;
        let typed = self.domains.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
        let kinds = FactorKind::ALL.into_iter().filter(|kind| self.kinds.contains(kind.as_str()));
        let existing = ExistingAccount::ALL.iter().find(|known| known.as_str() == self.existing);
        let send = Sending::ALL.iter().find(|known| known.as_str() == self.send);
        Ok(Policy {
            existing_account: existing.copied().unwrap_or(before.existing_account),
            invitation_validity,
            enrolment_window,
            // What is no number is out of the range, which the kernel says.
            max_people_per_call: self.most.parse().unwrap_or(0),
            send: send.copied().unwrap_or(before.send),
            reinvite_after: Ending::ALL.iter().filter(|ending| self.again.contains(ending.as_str())).copied().collect(),
            links_allowed: self.is_on("links"),
            alphabet: if self.is_on("international") { Alphabet::International } else { Alphabet::Ascii },
            allowed_domains: typed.filter(|domain| !domain.is_empty()).map(ToOwned::to_owned).collect(),
            disable_before_remove: self.is_on("disable_first"),
            second_factor: SecondFactor { required: self.is_on("factor"), kinds: kinds.collect::<Kinds>() },
            words: before.words.clone(),
        })
    }

    fn is_on(&self, switch: &str) -> bool {
        self.on.contains(switch)
    }

    /// As fields that nobody sees.
    pub(super) fn hidden(&self) -> Vec<(&'static str, String)> {
        let mut hidden = vec![
            ("existing", self.existing.clone()),
            ("validity", self.validity.clone()),
            ("window", self.window.clone()),
            ("most", self.most.clone()),
            ("send", self.send.clone()),
            ("domains", self.domains.clone()),
        ];
        hidden.extend(self.again.iter().map(|ending| ("again", ending.clone())));
        hidden.extend(self.kinds.iter().map(|kind| ("kind", kind.clone())));
        hidden.extend(self.on.iter().map(|switch| (*switch, "yes".to_owned())));
        hidden
    }
}

impl Fields {
    pub(super) fn of(filled: &Filled, before: &Policy, refusal: Option<&dyn Refusal>) -> Self {
        let mut fields = Self {
            filled: filled.clone(),
            joins: before.existing_account == ExistingAccount::Join,
            faults: Vec::new(),
            problem: None,
        };
        let Some(refusal) = refusal else { return fields };
        for fault in refusal.faults() {
            let place = PLACES.iter().find(|(pointer, _)| fault.pointer.starts_with(pointer));
            fields.faults.push((place.map_or("", |(_, field)| field), sentence(&fault.detail)));
        }
        if fields.faults.is_empty() {
            fields.problem = Some(told(refusal));
        }
        fields
    }

    /// What is wrong with a field, if something is; of several things the first.
    fn fault(&self, field: &str) -> Option<&str> {
        self.faults.iter().find(|(place, _)| *place == field).map(|(_, fault)| fault.as_str())
    }

    fn kinds(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        KINDS.iter().map(|(kind, label)| (kind.as_str(), *label, self.filled.kinds.contains(kind.as_str())))
    }

    fn endings(&self) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        ENDINGS.iter().map(|(ending, label)| (ending.as_str(), *label, self.filled.again.contains(ending.as_str())))
    }
}
