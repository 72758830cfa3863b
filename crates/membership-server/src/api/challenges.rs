//! The second step of signing in. The key of a challenge stands in the body: it opens nothing by itself.

use chrono::{DateTime, Utc};
use membership_core::account::{
    Challenge, ChallengeKey, Kinds,
    sign_in::{ChallengeError, Proof},
};
use membership_web::{Edge, Visitor};
use poem::web::Data;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, payload::Json};
use serde::Deserialize;

use super::{Chapter, sessions::SessionStarted};
use crate::{
    answer::Answer,
    body::Body,
    representation::{FactorKind, SignedIn, Transport},
};

/// A sign-in that waits for its second factor.
#[derive(Object)]
pub(super) struct WaitingChallenge {
    /// Its key, shown this once.
    challenge: String,
    /// Which second factors can be shown. A recovery code can be shown in the place of any.
    kinds: Vec<FactorKind>,
    /// It can be answered before this.
    expires_at: DateTime<Utc>,
}

/// The challenge that one has.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChallengeHeld {
    /// Its key.
    pub(super) challenge: String,
}

/// An answer to a challenge.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChallengeAnswer {
    /// Its key.
    challenge: String,
    /// What is shown.
    kind: ProofKind,
    /// The code.
    code: String,
    /// How the session is handed over.
    transport: Transport,
}

/// What a challenge can be answered with. A passkey takes two steps, and operations of its own.
#[derive(Enum, Deserialize, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
enum ProofKind {
    /// The newest code that was mailed for it.
    Email,
    /// A code of the authenticator app. Each is taken once.
    App,
    /// A recovery code. Each is taken once.
    Recovery,
}

/// A code that is on its way.
#[derive(Object)]
struct CodeMailed {
    /// It can be used before this, unless another is mailed.
    expires_at: DateTime<Utc>,
}

#[derive(ApiResponse)]
enum CodeOnItsWay {
    /// The code is on its way to the address that the account has proved.
    #[oai(status = 202)]
    Mailed(Json<CodeMailed>),
}

#[derive(ApiResponse)]
enum ChallengeEnded {
    /// The challenge is over: its key opens nothing any more.
    #[oai(status = 204)]
    Done,
}

pub(crate) struct ChallengesApi;

#[OpenApi(prefix_path = "/api/v1/challenges", tag = "Chapter::Sessions")]
impl ChallengesApi {
    /// Mail a code
    ///
    /// Mails a code for this sign-in; the one before is dead. Three at once, and one more every five minutes.
    #[oai(path = "/mail", method = "post", operation_id = "mailCode")]
    async fn mail(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<ChallengeHeld>) -> Answer<CodeOnItsWay> {
        let challenge = edge.membership().mail_code(&visitor.context, &key(&body.0.challenge)?).await?;
        Ok(CodeOnItsWay::Mailed(Json(CodeMailed { expires_at: challenge.ends_at })))
    }

    /// Answer a challenge
    ///
    /// Shows the second factor: the session starts. After five wrong codes the password is asked for again; after a hundred
    /// in a row that factor is not taken any more.
    #[oai(path = "/answer", method = "post", operation_id = "answerChallenge")]
    async fn answer(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<ChallengeAnswer>) -> Answer<SessionStarted> {
        let ChallengeAnswer { challenge, kind, code, transport } = body.0;
        let fresh = edge.membership().answer_challenge(&visitor.context, &key(&challenge)?, kind.proof(code)).await?;
        Ok(SessionStarted::answer(SignedIn::instead(transport, &edge, &visitor, fresh).await))
    }

    /// Abandon a challenge
    ///
    /// Gives up a sign-in that waits for its second factor. One that is over stays so.
    #[oai(path = "/abandon", method = "post", operation_id = "abandonChallenge")]
    async fn abandon(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<ChallengeHeld>) -> Answer<ChallengeEnded> {
        if let Some(key) = ChallengeKey::parse(&body.0.challenge) {
            edge.membership().abandon_challenge(&visitor.context, &key).await?;
        }
        Ok(ChallengeEnded::Done)
    }
}

impl WaitingChallenge {
    /// What is told of a challenge that has just begun.
    pub(super) fn new(challenge: &Challenge, key: &ChallengeKey, kinds: Kinds) -> Self {
        Self { challenge: key.expose().to_owned(), kinds: FactorKind::all(kinds), expires_at: challenge.ends_at }
    }
}

impl ProofKind {
    fn proof(self, code: String) -> Proof {
        match self {
            Self::Email => Proof::Mailed(code),
            Self::App => Proof::App(code),
            Self::Recovery => Proof::Recovery(code),
        }
    }
}

/// The key of a challenge. What is none was never waited for.
pub(super) fn key(text: &str) -> Result<ChallengeKey, ChallengeError> {
    ChallengeKey::parse(text).ok_or(ChallengeError::Over)
}
