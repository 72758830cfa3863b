//! Signing in by a passkey: beside a password, and alone.

use membership_core::account::sign_in::Proof;
use membership_web::{Edge, Visitor};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, payload::Json};
use serde::Deserialize;

use super::{Ceremony, Credential, answered};
use crate::{
    answer::Answer,
    api::{
        Chapter,
        challenges::{self, ChallengeHeld},
        sessions::SessionStarted,
    },
    body::Body,
    representation::{SignedIn, Transport},
};

/// A passkey, shown.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct PasskeyShown {
    /// The state that the first step gave.
    state: String,
    /// What the browser answered: `toJSON()` of what `navigator.credentials.get` gave.
    credential: Credential,
    /// How the session is handed over.
    transport: Transport,
}

/// A passkey, shown for a challenge.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct PasskeyShownForChallenge {
    /// The challenge's key.
    challenge: String,
    /// The state that the first step gave.
    state: String,
    /// What the browser answered: `toJSON()` of what `navigator.credentials.get` gave.
    credential: Credential,
    /// How the session is handed over.
    transport: Transport,
}

pub(crate) struct PasskeySignInApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Sessions")]
impl PasskeySignInApi {
    /// Begin to answer a challenge by a passkey
    ///
    /// The first of two steps: which passkeys of the account the browser is to be asked for.
    #[oai(path = "/challenges/passkey", method = "post", operation_id = "beginPasskeyProof")]
    async fn begin_proof(
        &self,
        edge: Data<&Edge>,
        visitor: Visitor,
        body: Body<ChallengeHeld>,
    ) -> Answer<Json<Ceremony>> {
        let key = challenges::key(&body.0.challenge)?;
        Ok(Json(edge.membership().begin_passkey_proof(&visitor.context, &key).await?.into()))
    }

    /// Answer a challenge by a passkey
    ///
    /// The second step: the session starts. A wrong answer counts as a wrong code does.
    #[oai(path = "/challenges/passkey/answer", method = "post", operation_id = "answerChallengeByPasskey")]
    async fn prove(
        &self,
        edge: Data<&Edge>,
        visitor: Visitor,
        body: Body<PasskeyShownForChallenge>,
    ) -> Answer<SessionStarted> {
        let PasskeyShownForChallenge { challenge, state, credential, transport } = body.0;
        let (key, proof) = (challenges::key(&challenge)?, Proof::Passkey(answered(state, credential)));
        let fresh = edge.membership().answer_challenge(&visitor.context, &key, proof).await?;
        Ok(SessionStarted::answer(SignedIn::instead(transport, &edge, &visitor, fresh).await))
    }

    /// Begin to sign in by a passkey
    ///
    /// The first of two steps: any passkey that the browser has for this installation. Nobody has said yet who it will be.
    #[oai(path = "/sessions/passkey/ceremonies", method = "post", operation_id = "beginPasskeySignIn")]
    async fn begin_sign_in(&self, edge: Data<&Edge>, visitor: Visitor) -> Answer<Json<Ceremony>> {
        Ok(Json(edge.membership().begin_passkey_sign_in(&visitor.context).await?.into()))
    }

    /// Sign in by a passkey
    ///
    /// The second step: starts a new session, without a password and with the second factor shown; one whose cookie it replaces
    /// ends.
    #[oai(path = "/sessions/passkey", method = "post", operation_id = "signInByPasskey")]
    async fn sign_in(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<PasskeyShown>) -> Answer<SessionStarted> {
        let PasskeyShown { state, credential, transport } = body.0;
        let fresh = edge.membership().sign_in_with_passkey(&visitor.context, answered(state, credential)).await?;
        Ok(SessionStarted::answer(SignedIn::instead(transport, &edge, &visitor, fresh).await))
    }
}
