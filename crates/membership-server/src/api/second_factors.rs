//! The second factors of the own account. What changes them needs a sign-in of the last 15 minutes, ends every session but
//! this one, and hands this one's new key over as that of the request was.

use membership_core::account::{FactorKind, enrol::FactorsSet};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};
use serde::Deserialize;

use super::{Chapter, PREFIX};
use crate::{
    answer::Answer,
    body::Body,
    caller::{Arrived, Settled},
    representation::{Factors, SignedIn},
};

/// What an authenticator app is told. It is shown this once.
#[derive(Object)]
struct AppShown {
    /// The secret in base 32 (RFC 4648), for whoever types it.
    secret: String,
    /// The address that an app reads as a QR code: `otpauth://totp/…`.
    address: String,
}

/// A code of the app that was shown.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct AppCode {
    /// Six digits.
    code: String,
}

/// The second factors have changed.
#[derive(Object)]
pub(super) struct SecondFactorsChanged {
    /// The session that goes on; every other is over.
    signed_in: SignedIn,
    /// New recovery codes, if there are: each stands once for a second factor that is lost. They are shown this once.
    recovery_codes: Vec<String>,
}

#[derive(ApiResponse)]
enum AppBegun {
    /// A new secret, which counts once a code of it has come.
    #[oai(status = 201)]
    Shown(
        Json<AppShown>,
        /// The second factors.
        #[oai(header = "Location")]
        String,
    ),
}

#[derive(ApiResponse)]
pub(super) enum FactorsChanged {
    /// The second factors have changed, and a new session has started in the place of this one.
    #[oai(status = 201)]
    Done(
        Json<SecondFactorsChanged>,
        /// The second factors.
        #[oai(header = "Location")]
        String,
        /// The session cookie, if this request came with one.
        #[oai(header = "Set-Cookie")]
        Option<String>,
    ),
}

pub(crate) struct SecondFactorsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Account")]
impl SecondFactorsApi {
    /// Show the own second factors
    ///
    /// Which there are, since when, and how many recovery codes are left.
    #[oai(path = "/me/second-factors", method = "get", operation_id = "getSecondFactors")]
    async fn show(&self, edge: Data<&Edge>, caller: Settled) -> Answer<Json<Factors>> {
        Ok(Json(edge.membership().own_factors(&caller.0.context).await?.into()))
    }

    /// Begin to set up an authenticator app
    ///
    /// Shows a new secret. Nothing counts before a code of it has come, within 30 minutes; beginning again shows another.
    #[oai(path = "/me/second-factors/app", method = "post", operation_id = "beginApp")]
    async fn begin_app(&self, edge: Data<&Edge>, caller: Settled) -> Answer<AppBegun> {
        let app = edge.membership().begin_app(&caller.0.context).await?;
        let shown = AppShown { secret: app.secret.to_string(), address: app.address.to_string() };
        Ok(AppBegun::Shown(Json(shown), factors()))
    }

    /// Confirm an authenticator app
    ///
    /// From now on a code of the app is asked for at each sign-in. With the first second factor come recovery codes.
    #[oai(path = "/me/second-factors/app/confirm", method = "post", operation_id = "confirmApp")]
    async fn confirm_app(&self, edge: Data<&Edge>, caller: Settled, body: Body<AppCode>) -> Answer<FactorsChanged> {
        let set = edge.membership().confirm_app(&caller.0.context, &body.0.code).await?;
        Ok(FactorsChanged::by(&caller.0, &edge, set))
    }

    /// Take the authenticator app away
    ///
    /// Refused where a tenant admits only people with a second factor like this one.
    #[oai(path = "/me/second-factors/app", method = "delete", operation_id = "removeApp")]
    async fn remove_app(&self, edge: Data<&Edge>, caller: Settled) -> Answer<FactorsChanged> {
        let set = edge.membership().remove_factor(&caller.0.context, FactorKind::App).await?;
        Ok(FactorsChanged::by(&caller.0, &edge, set))
    }

    /// Have codes mailed
    ///
    /// From now on a code is mailed at each sign-in, to the address that the account has proved.
    #[oai(path = "/me/second-factors/email", method = "post", operation_id = "switchMailedCodesOn")]
    async fn begin_email(&self, edge: Data<&Edge>, caller: Settled) -> Answer<FactorsChanged> {
        let set = edge.membership().begin_email(&caller.0.context).await?;
        Ok(FactorsChanged::by(&caller.0, &edge, set))
    }

    /// Have no codes mailed
    ///
    /// Refused where a tenant admits only people with a second factor like this one.
    #[oai(path = "/me/second-factors/email", method = "delete", operation_id = "switchMailedCodesOff")]
    async fn remove_email(&self, edge: Data<&Edge>, caller: Settled) -> Answer<FactorsChanged> {
        let set = edge.membership().remove_factor(&caller.0.context, FactorKind::Email).await?;
        Ok(FactorsChanged::by(&caller.0, &edge, set))
    }

    /// Make new recovery codes
    ///
    /// Those of before are dead.
    #[oai(path = "/me/second-factors/recovery-codes", method = "post", operation_id = "renewRecoveryCodes")]
    async fn renew(&self, edge: Data<&Edge>, caller: Settled) -> Answer<FactorsChanged> {
        let set = edge.membership().renew_recovery_codes(&caller.0.context).await?;
        Ok(FactorsChanged::by(&caller.0, &edge, set))
    }
}

impl FactorsChanged {
    /// The answer to `caller`, whose session goes on under another key.
    pub(super) fn by(caller: &Arrived, edge: &Edge, set: FactorsSet) -> Self {
        let FactorsSet { account, session, key, recovery } = set;
        let (signed_in, cookie) = SignedIn::by(caller.transport(), edge, account, &session, &key);
        let recovery_codes = recovery.iter().map(|code| code.to_string()).collect();
        Self::Done(Json(SecondFactorsChanged { signed_in, recovery_codes }), factors(), cookie)
    }
}

fn factors() -> String {
    format!("{PREFIX}/me/second-factors")
}
