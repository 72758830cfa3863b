//! The passkeys of the own account. Each operation that takes two steps answers the first with what the browser is to be asked,
//! and with a state that has to come back as it is: nothing is kept meanwhile.

mod sign_in;

pub(crate) use sign_in::PasskeySignInApi;

use membership_core::{
    account::passkey::{self, CredentialId, PasskeyAnswer},
    name::DisplayName,
    ports::Secret,
    refusal::{Fault, Faults},
};
use membership_web::Edge;
use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Path, payload::Json, types::Any};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Chapter, second_factors::FactorsChanged};
use crate::{answer::Answer, body::Body, caller::Settled};

/// What a browser's authenticator is to be asked. It can be answered for 10 minutes, once.
#[derive(Object)]
pub(super) struct Ceremony {
    /// What `navigator.credentials.create` or `.get` takes once its `publicKey` has gone through
    /// `PublicKeyCredential.parseCreationOptionsFromJSON` or `.parseRequestOptionsFromJSON`.
    options: Any<Value>,
    /// What has to come back with the answer, as it is. It is sealed, and opens nothing.
    state: String,
}

/// What a browser's authenticator has answered: the fields are those of `PublicKeyCredential.toJSON()`, whatever they will be
/// in times to come, so none is refused as unknown.
pub(super) type Credential = Any<Map<String, Value>>;

/// A passkey that has just been made.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPasskey {
    /// What to call it: 1 to 100 characters.
    name: String,
    /// The state that the first step gave.
    state: String,
    /// What the browser answered: `toJSON()` of what `navigator.credentials.create` gave.
    credential: Credential,
}

pub(crate) struct PasskeysApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Account")]
impl PasskeysApi {
    /// Begin to add a passkey
    ///
    /// The first of two steps: what the browser is to be asked. Up to ten passkeys; needs a sign-in of the last 15 minutes.
    #[oai(path = "/me/passkeys/ceremonies", method = "post", operation_id = "beginPasskey")]
    async fn begin(&self, edge: Data<&Edge>, caller: Settled) -> Answer<Json<Ceremony>> {
        Ok(Json(edge.membership().begin_passkey(&caller.0.context).await?.into()))
    }

    /// Add a passkey
    ///
    /// The second step. From now on the passkey is a second factor, and a whole sign-in by itself. With the first second factor
    /// come recovery codes.
    #[oai(path = "/me/passkeys", method = "post", operation_id = "addPasskey")]
    async fn add(&self, edge: Data<&Edge>, caller: Settled, body: Body<NewPasskey>) -> Answer<FactorsChanged> {
        let NewPasskey { name, state, credential } = body.0;
        let name = DisplayName::parse(&name).map_err(|fault| Faults::of([Fault::new("/name", &fault)]))?;
        let set = edge.membership().confirm_passkey(&caller.0.context, name, answered(state, credential)).await?;
        Ok(FactorsChanged::by(&caller.0, &edge, set))
    }

    /// Take a passkey away
    ///
    /// It opens nothing any more. The last one is refused where a tenant admits only people with a second factor like this one.
    #[oai(path = "/me/passkeys/:credential", method = "delete", operation_id = "removePasskey")]
    async fn remove(
        &self,
        edge: Data<&Edge>,
        caller: Settled,
        /// The passkey, by its `credential`.
        credential: Path<String>,
    ) -> Answer<FactorsChanged> {
        // A text that is no identifier names nothing, as the empty one does.
        let credential = CredentialId::parse(&credential).unwrap_or_else(|| CredentialId::from_bytes(Vec::new()));
        let set = edge.membership().remove_passkey(&caller.0.context, &credential).await?;
        Ok(FactorsChanged::by(&caller.0, &edge, set))
    }
}

impl From<passkey::Ceremony> for Ceremony {
    fn from(ceremony: passkey::Ceremony) -> Self {
        let passkey::Ceremony { options, state } = ceremony;
        Self { options: Any(serde_json::from_str(&options).unwrap_or(Value::String(options))), state }
    }
}

/// The second step of a ceremony, as the domain takes it.
fn answered(state: String, credential: Credential) -> PasskeyAnswer {
    PasskeyAnswer { state, credential: Secret::new(Value::Object(credential.0).to_string()) }
}
