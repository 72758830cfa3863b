//! All the products that keep data for members, as one custodian.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use futures_util::future::join_all;
use membership_core::ports::{CustodianError, DataCustodian, HandOver, Holder, Holding};

use crate::{Clock, CustodianSettings, CustodianSettingsError, HttpCustodian, SettingsFault};

/// All custodians as one. What the custodian `video` calls `recordings` is `video/recordings` to everybody else, so that
/// an order finds its way back.
#[derive(Debug, Default)]
pub struct Custodians(Vec<HttpCustodian>);

/// Between a custodian's name and its own kind. It can stand in neither.
const SEPARATOR: char = '/';

impl Custodians {
    /// These custodians, each of a name of its own.
    pub fn new(custodians: Vec<HttpCustodian>) -> Result<Self, CustodianSettingsError> {
        let mut names = BTreeSet::new();
        match custodians.iter().find(|custodian| !names.insert(custodian.name())) {
            Some(second) => {
                Err(CustodianSettingsError { custodian: second.name().to_owned(), fault: SettingsFault::Twice })
            }
            None => Ok(Self(custodians)),
        }
    }

    /// The custodians of a configuration: settings by name.
    pub fn configured(
        settings: &BTreeMap<String, CustodianSettings>,
        clock: &Clock,
    ) -> Result<Self, CustodianSettingsError> {
        let custodians = settings.iter().map(|(name, settings)| HttpCustodian::new(name, settings, clock.clone()));
        custodians.collect::<Result<_, _>>().map(Self)
    }
}

/// As everybody else calls it.
fn prefixed(custodian: &HttpCustodian, holding: Holding) -> Holding {
    Holding { kind: format!("{}{SEPARATOR}{}", custodian.name(), holding.kind), ..holding }
}

#[async_trait]
impl DataCustodian for Custodians {
    /// Asks all at once. One that cannot be asked spoils the whole: what it keeps would be forgotten.
    async fn holdings(&self, holder: &Holder) -> Result<Vec<Holding>, CustodianError> {
        let answers = join_all(self.0.iter().map(|custodian| custodian.holdings(holder))).await;
        let mut held = Vec::new();
        let mut troubles = Vec::new();
        for (custodian, answer) in self.0.iter().zip(answers) {
            match answer {
                Ok(holdings) => held.extend(holdings.into_iter().map(|holding| prefixed(custodian, holding))),
                Err(CustodianError::Unavailable { detail }) => troubles.push(detail),
            }
        }
        if troubles.is_empty() { Ok(held) } else { Err(CustodianError::Unavailable { detail: troubles.join("; ") }) }
    }

    async fn hand_over(&self, order: &HandOver) -> Result<(), CustodianError> {
        let unavailable = |detail: String| Err(CustodianError::Unavailable { detail });
        let Some((name, kind)) = order.kind.split_once(SEPARATOR) else {
            return unavailable(format!("{}: this does not say whose kind it is", order.kind));
        };
        let Some(custodian) = self.0.iter().find(|custodian| custodian.name() == name) else {
            return unavailable(format!("{name}: no custodian of this name is configured any more"));
        };
        custodian.hand_over(&HandOver { kind: kind.to_owned(), ..order.clone() }).await
    }
}

#[cfg(test)]
#[path = "custodians_tests.rs"]
mod tests;
