//! One product that keeps data for members.

use std::fmt;

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use membership_core::ports::{CustodianError, DataCustodian, HandOver, Holder, Holding};
use sha2::{Digest as _, Sha256};

use crate::{
    CallbackSecret, Clock, CustodianSettings, CustodianSettingsError, SettingsFault,
    agreement::{self, Call},
    fault::Fault,
    product::{Pace, Product},
    settings::is_name,
    sign,
};

/// One product, asked by signed HTTP callbacks. Kinds are the product's own: [`Custodians`](crate::Custodians) puts the
/// name before them where there are several.
pub struct HttpCustodian {
    name: String,
    product: Product,
    secret: CallbackSecret,
    clock: Clock,
}

impl HttpCustodian {
    /// The custodian of this name. Nothing is connected before the first call.
    pub fn new(name: &str, settings: &CustodianSettings, clock: Clock) -> Result<Self, CustodianSettingsError> {
        let wrong = |fault| CustodianSettingsError { custodian: name.to_owned(), fault };
        let pace = Pace::within(settings.timeout_seconds).map_err(wrong)?;
        Self::paced(name, settings, clock, pace).map_err(wrong)
    }

    pub(crate) fn paced(
        name: &str,
        settings: &CustodianSettings,
        clock: Clock,
        pace: Pace,
    ) -> Result<Self, SettingsFault> {
        if !is_name(name) {
            return Err(SettingsFault::Name);
        }
        let (product, secret) = (Product::new(settings, pace)?, settings.secret()?);
        Ok(Self { name: name.to_owned(), product, secret, clock })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    async fn call(&self, call: Call, id: &str, body: Vec<u8>) -> Result<Vec<u8>, Fault> {
        let headers = sign(&self.secret, id, (self.clock)(), &body);
        self.product.call(call, &headers, body).await
    }

    async fn ask(&self, holder: &Holder) -> Result<Vec<Holding>, Fault> {
        let body = agreement::question(holder)?;
        // Each question is a new one, even about the same member: the moment makes it so.
        let moment = (self.clock)().timestamp_micros().to_be_bytes();
        let id = id(&[b"holdings", self.name.as_bytes(), &moment, &body]);
        agreement::holdings(&self.call(Call::Holdings, &id, body).await?)
    }

    async fn order(&self, order: &HandOver) -> Result<(), Fault> {
        // The same at every attempt. Another heir makes it another order: an answer to the first is none to the second.
        let HandOver { transfer, kind, to, .. } = order;
        let (transfer, heir) = (transfer.as_uuid(), to.member.as_uuid());
        let parts = [b"hand-over", self.name.as_bytes(), transfer.as_bytes(), heir.as_bytes(), kind.as_bytes()];
        let id = id(&parts);
        self.call(Call::HandOver, &id, agreement::order(order)?).await.map(|_| ())
    }

    fn failed(&self, call: Call, fault: &Fault) -> CustodianError {
        let (custodian, call) = (self.name.as_str(), call.path());
        if matches!(fault, Fault::StillWorking) {
            tracing::debug!(custodian, call, "the custodian is still at it");
        } else {
            tracing::warn!(custodian, call, %fault, "a custodian did not do its part");
        }
        CustodianError::Unavailable { detail: format!("{custodian}: {fault}") }
    }
}

#[async_trait]
impl DataCustodian for HttpCustodian {
    async fn holdings(&self, holder: &Holder) -> Result<Vec<Holding>, CustodianError> {
        self.ask(holder).await.map_err(|fault| self.failed(Call::Holdings, &fault))
    }

    async fn hand_over(&self, order: &HandOver) -> Result<(), CustodianError> {
        self.order(order).await.map_err(|fault| self.failed(Call::HandOver, &fault))
    }
}

impl fmt::Debug for HttpCustodian {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpCustodian")
            .field("name", &self.name)
            .field("product", &self.product)
            .finish_non_exhaustive()
    }
}

/// An id that says the same of the same parts. It has no full stop, which separates the parts that are signed.
fn id(parts: &[&[u8]]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part);
    }
    format!("msg_{}", URL_SAFE_NO_PAD.encode(digest.finalize()))
}

#[cfg(test)]
#[path = "custodian_tests.rs"]
mod tests;
