//! Passwords: changed by whoever knows the present one, forgotten, and chosen anew by a link.

use chrono::{DateTime, Utc};
use membership_core::{
    account::{change_password::ChangePassword, reset::ResetPassword},
    ports::Secret,
};
use membership_web::{Edge, Visitor, at_a_beat};
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};
use serde::Deserialize;

use super::{Chapter, sessions::SessionStarted};
use crate::{answer::Answer, body::Body, caller::Arrived, representation::SignedIn};

/// A password in place of another.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// The present password.
    current: String,
    /// The new one: 15 to 256 characters of any kind; 8 are enough beside a second factor.
    new: String,
}

/// Whose password is forgotten.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForgottenPassword {
    /// A username, or an address that the account has proved.
    login: String,
}

/// What becomes of a password that is forgotten.
#[derive(Object)]
struct PasswordAsked {
    /// How long a link is good that was mailed, in seconds.
    valid_for_seconds: u32,
}

/// The link that one holds.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordLinkHeld {
    /// The last part of the link.
    token: String,
}

/// Another password, by a link.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordByLink {
    /// The last part of the link.
    token: String,
    /// The new password: 15 to 256 characters of any kind; 8 are enough beside a second factor.
    new: String,
    /// A code of the authenticator app, or a recovery code, where `needs_code` says so.
    code: Option<String>,
}

/// What is behind a link to another password.
#[derive(Object)]
struct PasswordLinkSeen {
    /// What the account is called.
    label: String,
    /// Whether a code of the authenticator app, or a recovery code, is needed beside the link.
    needs_code: bool,
    /// It is good before this.
    expires_at: DateTime<Utc>,
}

#[derive(ApiResponse)]
enum Forgotten {
    /// If there is such an account with a proved address, a letter is on its way there. The answer is the same if there is
    /// none.
    #[oai(status = 202)]
    Asked(Json<PasswordAsked>),
}

#[derive(ApiResponse)]
enum PasswordReset {
    /// The password is the new one. Nobody is signed in by this, and nobody is any more who was.
    #[oai(status = 204)]
    Done,
}

pub(crate) struct PasswordsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Account")]
impl PasswordsApi {
    /// Choose another password
    ///
    /// Whoever knows the present password may, and with a temporary password this comes before anything else. It ends every
    /// session of the account and starts a new one, whose key is handed over as that of this request was.
    #[oai(path = "/me/password", method = "post", operation_id = "changePassword")]
    async fn change(&self, edge: Data<&Edge>, caller: Arrived, body: Body<NewPassword>) -> Answer<SessionStarted> {
        let NewPassword { current, new } = body.0;
        let command = ChangePassword { current: Secret::new(current), new: Secret::new(new) };
        let changed = edge.membership().change_password(&caller.context, command).await?;
        let signed_in = SignedIn::by(caller.transport(), &edge, changed.account, &changed.session, &changed.key);
        Ok(SessionStarted::answer(signed_in))
    }

    /// Ask for a link to another password
    ///
    /// Mails a link to the address that the account has proved; one that was out is dead. Where codes for the second factor
    /// go to that same mailbox, the letter says what to do instead. The answer, and when it comes, are the same whether or
    /// not there is such an account.
    #[oai(path = "/passwords/forgotten", method = "post", operation_id = "forgetPassword")]
    async fn forgotten(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<ForgottenPassword>) -> Answer<Forgotten> {
        let (membership, context, login) = (edge.membership().clone(), visitor.context, body.0.login);
        let work = async move { membership.forget_password(&context, &login).await };
        // Work that panicked has said so in the log; the answer must not.
        at_a_beat(work).await.unwrap_or(Ok(()))?;
        Ok(Forgotten::Asked(Json(PasswordAsked { valid_for_seconds: 86_400 })))
    }

    /// Look at a link to another password
    ///
    /// What is behind the newest link. Changes nothing.
    #[oai(path = "/passwords/open", method = "post", operation_id = "openReset")]
    async fn open(
        &self,
        edge: Data<&Edge>,
        visitor: Visitor,
        body: Body<PasswordLinkHeld>,
    ) -> Answer<Json<PasswordLinkSeen>> {
        let seen = edge.membership().open_reset(&visitor.context, &body.0.token).await?;
        let (label, needs_code, expires_at) = (seen.label, seen.needs_code, seen.expires_at);
        Ok(Json(PasswordLinkSeen { label, needs_code, expires_at }))
    }

    /// Choose another password by a link
    ///
    /// The link is used up. Nobody is signed in by it, and it never goes past a second factor.
    #[oai(path = "/passwords/reset", method = "post", operation_id = "resetPassword")]
    async fn reset(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<PasswordByLink>) -> Answer<PasswordReset> {
        let PasswordByLink { token, new, code } = body.0;
        let command = ResetPassword { token, new: Secret::new(new), code };
        edge.membership().reset_password(&visitor.context, command).await?;
        Ok(PasswordReset::Done)
    }
}
