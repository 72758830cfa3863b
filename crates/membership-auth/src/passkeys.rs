//! Passkeys.

use membership_core::{
    account::{
        Account,
        passkey::{CredentialId, Passkey},
    },
    id::AccountId,
    ports::{Begun, Passkeys, ShownPasskey},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tracing::dispatcher::{self, Dispatch};
use url::Url;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey as Verifier, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};
use webauthn_rs_proto::{AllowCredentials, ResidentKeyRequirement};

/// The longest answer that is looked at, in bytes. Without the certificates of an attestation, which nobody asks for, the
/// longest takes about 4,000.
const LONGEST_ANSWER: usize = 16_384;

/// Web Authentication (Level 3), for the pages of one origin.
///
/// The user is always verified, credentials are discoverable, and no attestation is asked for: whoever owns an account chooses
/// what authenticator to trust with it. ES256, ES384 and RS256 are taken. Whatever an answer is refused for stands in the
/// log at the level of debugging, and nowhere else.
#[derive(Debug, Clone)]
pub struct WebAuthnPasskeys {
    webauthn: Webauthn,
}

/// Why an installation at this address takes no passkeys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasskeysError {
    /// It is no address.
    #[error("passkeys belong to an address such as https://members.example.org, and {0:?} is none")]
    NotAnAddress(String),
    /// There is an IP address in it.
    #[error("passkeys belong to a host name, and {0:?} has none: use a name such as localhost instead of a number")]
    NoHostName(String),
}

/// What has to be known when the browser has answered. The kernel seals it, binds it to one purpose and one account, and takes
/// it back once and for ten minutes: what `danger-allow-state-serialisation` warns of cannot happen.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Adding { owner: AccountId, asked: PasskeyRegistration },
    Showing { asked: DiscoverableAuthentication },
}

/// [`Passkey::key`].
#[derive(Serialize, Deserialize)]
struct Key {
    owner: AccountId,
    verifier: Verifier,
}

/// What the browser says of the page, besides what the library looks at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    cross_origin: bool,
}

/// Why an answer is refused, for the log.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("{0} bytes are too many")]
    TooLong(usize),
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("the ceremony was another")]
    OtherCeremony,
    #[error("the passkey is not among those of the account")]
    NotHeld,
    #[error("the passkey was made for another account")]
    OtherOwner,
    #[error("the page was shown within another site's")]
    WithinAnother,
    #[error(transparent)]
    Library(#[from] WebauthnError),
}

impl WebAuthnPasskeys {
    /// For pages at `base_url`, scheme, host and port. Passkeys are bound to the host: under another one, none of them can be
    /// used. `product` is what the browser calls this installation.
    pub fn new(base_url: &str, product: &str) -> Result<Self, PasskeysError> {
        let not_an_address = || PasskeysError::NotAnAddress(base_url.to_owned());
        let url = Url::parse(base_url).map_err(|_| not_an_address())?;
        let origin = Url::parse(&url.origin().ascii_serialization()).map_err(|_| not_an_address())?;
        let host = origin.domain().ok_or_else(|| PasskeysError::NoHostName(base_url.to_owned()))?;
        let builder = WebauthnBuilder::new(host, &origin).map_err(|_| not_an_address())?;
        let webauthn = builder.rp_name(product).build().map_err(|_| not_an_address())?;
        Ok(Self { webauthn })
    }

    fn ask_for_another(&self, owner: &Account, held: &[Passkey]) -> Result<Begun, Refused> {
        let excluded = held.iter().map(|passkey| passkey.credential.as_bytes().to_vec()).collect();
        let (name, display_name) = (owner.label(), owner.name.to_string());
        let user = owner.id.as_uuid();
        let (mut options, asked) =
            self.webauthn.start_passkey_registration(user, &name, &display_name, Some(excluded))?;
        // Only a credential that can be discovered is a sign-in by itself.
        if let Some(wanted) = &mut options.public_key.authenticator_selection {
            wanted.resident_key = Some(ResidentKeyRequirement::Required);
            wanted.require_resident_key = true;
        }
        let state = State::Adding { owner: owner.id, asked };
        Ok(Begun { options: serde_json::to_string(&options)?, state: serde_json::to_string(&state)? })
    }

    fn added(&self, state: &str, answer: &str) -> Result<ShownPasskey, Refused> {
        let State::Adding { owner, asked } = serde_json::from_str(state)? else { return Err(Refused::OtherCeremony) };
        let answer: RegisterPublicKeyCredential = read(answer)?;
        let verifier = quietly(|| self.webauthn.finish_passkey_registration(&answer, &asked))?;
        shown(&Key { owner, verifier })
    }

    /// One kind of ceremony, whether it is known whose passkey it will be or not: then only what is asked of the browser
    /// differs. So what signatures are checked against is always what is kept now, never a copy from when the ceremony
    /// began, whose counter may have been overtaken.
    fn ask_to_show(&self, held: &[Passkey]) -> Result<Begun, Refused> {
        let (mut options, asked) = self.webauthn.start_discoverable_authentication()?;
        // A button was pressed: this is no suggestion while somebody types.
        options.mediation = None;
        let allowed = held.iter().map(|passkey| AllowCredentials {
            type_: "public-key".to_owned(),
            id: passkey.credential.as_bytes().to_vec(),
            transports: None,
        });
        options.public_key.allow_credentials = allowed.collect();
        let state = State::Showing { asked };
        Ok(Begun { options: serde_json::to_string(&options)?, state: serde_json::to_string(&state)? })
    }

    /// The library refuses a counter that did not rise, unless it is zero and always was.
    fn shown(&self, state: &str, answer: &str, held: &[Passkey]) -> Result<ShownPasskey, Refused> {
        let State::Showing { asked } = serde_json::from_str(state)? else { return Err(Refused::OtherCeremony) };
        let answer: PublicKeyCredential = read(answer)?;
        let id = answer.get_credential_id();
        let found = held.iter().find(|passkey| passkey.credential.as_bytes() == id).ok_or(Refused::NotHeld)?;
        let mut key: Key = serde_json::from_str(&found.key)?;
        // Level 3, 7.2: whoever is named has to be the owner (step 6), and the page stands by itself (step 14): the library
        // looks at neither.
        if answer.get_user_unique_id().is_some_and(|user| user != key.owner.as_uuid().as_bytes()) {
            return Err(Refused::OtherOwner);
        }
        if serde_json::from_slice::<Page>(&answer.response.client_data_json)?.cross_origin {
            return Err(Refused::WithinAnother);
        }
        let result = quietly(|| self.webauthn.finish_discoverable_authentication_v2(&answer, asked, &key.verifier))?;
        key.verifier.update_credential(&result);
        shown(&key)
    }

    fn named(&self, answer: &str) -> Result<AccountId, Refused> {
        let answer: PublicKeyCredential = read(answer)?;
        let (user, _) = self.webauthn.identify_discoverable_authentication(&answer)?;
        Ok(AccountId::from_uuid(user))
    }
}

impl Passkeys for WebAuthnPasskeys {
    fn begin_adding(&self, owner: &Account, held: &[Passkey]) -> Option<Begun> {
        logged(self.ask_for_another(owner, held))
    }

    fn finish_adding(&self, state: &str, answer: &str) -> Option<ShownPasskey> {
        logged(self.added(state, answer))
    }

    fn begin_showing(&self, held: &[Passkey]) -> Option<Begun> {
        logged(self.ask_to_show(held))
    }

    fn owner(&self, answer: &str) -> Option<AccountId> {
        logged(self.named(answer))
    }

    fn finish_showing(&self, state: &str, answer: &str, held: &[Passkey]) -> Option<ShownPasskey> {
        logged(self.shown(state, answer, held))
    }
}

fn read<T: DeserializeOwned>(answer: &str) -> Result<T, Refused> {
    if answer.len() > LONGEST_ANSWER {
        return Err(Refused::TooLong(answer.len()));
    }
    Ok(serde_json::from_str(answer)?)
}

fn shown(key: &Key) -> Result<ShownPasskey, Refused> {
    let credential = CredentialId::from_bytes(key.verifier.cred_id().clone());
    Ok(ShownPasskey { credential, key: serde_json::to_string(key)? })
}

/// Without what the library logs: it calls an error whatever a stranger sends.
fn quietly<T>(call: impl FnOnce() -> T) -> T {
    dispatcher::with_default(&Dispatch::none(), call)
}

fn logged<T>(result: Result<T, Refused>) -> Option<T> {
    result.inspect_err(|refused| tracing::debug!(%refused, "a passkey was refused")).ok()
}

#[cfg(test)]
#[path = "passkeys_tests.rs"]
mod tests;
