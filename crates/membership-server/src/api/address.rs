//! The address of the own account: asked for, proved by a link that was mailed there, brought back by its former owner.

use chrono::{DateTime, Utc};
use membership_core::{account::address::ChangeAddress, ports::Secret};
use membership_web::{Edge, Visitor};
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};
use serde::Deserialize;

use super::Chapter;
use crate::{answer::Answer, body::Body, caller::Settled, representation::Account};

/// An address that the account shall have.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewAddress {
    /// The address. It can be the one that the account claims and has not proved.
    to: String,
    /// The password.
    password: String,
}

/// The link that one holds.
#[derive(Object, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressLink {
    /// The last part of the link.
    token: String,
}

/// An address that waits to be proved.
#[derive(Object)]
struct AddressAsked {
    /// The address.
    to: String,
    /// The link that was mailed there is good before this.
    expires_at: DateTime<Utc>,
}

/// An address that can be brought back.
#[derive(Object)]
struct FormerAddress {
    /// The address.
    email: String,
}

#[derive(ApiResponse)]
enum AddressChangeAsked {
    /// A link is on its way to the address. Whether another account has it is not told: then nothing is mailed.
    #[oai(status = 202)]
    Asked(Json<AddressAsked>),
}

#[derive(ApiResponse)]
enum AddressRestored {
    /// The account has the address of before, and no password.
    #[oai(status = 204)]
    Done,
}

pub(crate) struct AddressApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Account")]
impl AddressApi {
    /// Ask for another address
    ///
    /// Mails a link there, good for 24 hours; one that was out is dead. The account has the address once its owner,
    /// signed in, has come back by the link.
    #[oai(path = "/me/address", method = "post", operation_id = "changeAddress")]
    async fn change(&self, edge: Data<&Edge>, caller: Settled, body: Body<NewAddress>) -> Answer<AddressChangeAsked> {
        let NewAddress { to, password } = body.0;
        let command = ChangeAddress { to, password: Secret::new(password) };
        let change = edge.membership().change_address(&caller.0.context, command).await?;
        let expires_at = change.end();
        Ok(AddressChangeAsked::Asked(Json(AddressAsked { to: change.to.to_string(), expires_at })))
    }

    /// Prove an address
    ///
    /// The account has the address from now on. Whoever had another before is told there, with a link that brings it back
    /// for seven days.
    #[oai(path = "/me/address/confirm", method = "post", operation_id = "confirmAddress")]
    async fn confirm(&self, edge: Data<&Edge>, caller: Settled, body: Body<AddressLink>) -> Answer<Json<Account>> {
        let account = edge.membership().confirm_address(&caller.0.context, &body.0.token).await?;
        Ok(Json(account.into()))
    }

    /// Look at a former address
    ///
    /// What is behind the link that was mailed to the address of before. Changes nothing.
    #[oai(path = "/former-address/open", method = "post", operation_id = "openFormerAddress")]
    async fn open(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<AddressLink>) -> Answer<Json<FormerAddress>> {
        let email = edge.membership().open_former_address(&visitor.context, &body.0.token).await?;
        Ok(Json(FormerAddress { email: email.to_string() }))
    }

    /// Bring a former address back
    ///
    /// Whoever changed it may be somebody else: the password, every session, every link and what was set up since are
    /// gone. The owner of the mailbox chooses a password by a link.
    #[oai(path = "/former-address/restore", method = "post", operation_id = "restoreAddress")]
    async fn restore(&self, edge: Data<&Edge>, visitor: Visitor, body: Body<AddressLink>) -> Answer<AddressRestored> {
        edge.membership().restore_address(&visitor.context, &body.0.token).await?;
        Ok(AddressRestored::Done)
    }
}
