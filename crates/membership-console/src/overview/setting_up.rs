//! A tenant whose first administrator has not joined, as the operator of the installation sees it: nobody can take over yet, and
//! the invitation can go to another address.

use membership_core::{directory::Page, id::TenantId, refusal::Refusal, tenant::representative::CandidatesError};
use membership_web::{Edge, Visitor, status_of};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Path},
};

use crate::{
    form::{Field, Form, FormPage},
    notice::{Action, Notice, Tone, refused},
    page::{Frame, page, see, waiting},
    settled::Settled,
    typed::Typed,
    words::sentence,
};

/// The page for the operator, if the tenant is such a one; `page` for everybody else.
pub(super) async fn or(page: Response, edge: &Edge, visitor: &Visitor, id: &str) -> Response {
    let (Ok(tenant), true) = (id.parse::<TenantId>(), visitor.account().is_some()) else { return page };
    match edge.membership().candidates(&visitor.context, tenant, Page { after: None, limit: 1 }).await {
        Err(error @ CandidatesError::NotRegistered) => asking(StatusCode::OK, visitor, tenant, &error, "", None),
        Ok(_) | Err(CandidatesError::None | CandidatesError::View(_) | CandidatesError::Store(_)) => page,
    }
}

fn asking(
    status: StatusCode,
    visitor: &Visitor,
    tenant: TenantId,
    unregistered: &CandidatesError,
    typed: &str,
    refusal: Option<&dyn Refusal>,
) -> Response {
    let email = Field::email("email", "E-mail of the representative", typed)
        .hinting("A new invitation goes there, and the link that was out is dead.")
        .answering_for(&["email-taken", "address-taken", "mail-off"]);
    let form = Form::new(format!("/t/{tenant}/representative/address"), "Change the e-mail", vec![email]);
    let shown = FormPage {
        frame: Frame::card("This organisation is being set up", visitor),
        face: None,
        lead: sentence(&unregistered.to_string()),
        form: form.answering(refusal),
        passkey: None,
        other: None,
    };
    page(status, &shown)
}

/// Sends the first administrator's invitation to another address.
#[handler]
pub(crate) async fn readdress(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    Path(id): Path<String>,
    typed: Typed,
) -> Response {
    if visitor.account().is_none() {
        return see("/sign-in");
    }
    let Ok(tenant) = id.parse::<TenantId>() else {
        return refused(&visitor, &membership_core::actor::Denied::TenantUnknown, Vec::new());
    };
    let email = typed.one("email");
    match edge.membership().readdress_representative(&visitor.context, tenant, email).await {
        Ok((member, _)) => {
            let address = member.email.map(|email| email.to_string()).unwrap_or_default();
            let notice = Notice {
                frame: Frame::card("The invitation is on its way", &visitor),
                tone: Tone::Sent,
                sentences: vec![format!("A new invitation goes to {address}. The link that was out before is dead.")],
                actions: vec![Action::new("Your organisations", "/organisations")],
            };
            page(StatusCode::OK, &notice)
        }
        Err(error) => {
            match edge.membership().candidates(&visitor.context, tenant, Page { after: None, limit: 1 }).await {
                Err(unregistered @ CandidatesError::NotRegistered) => {
                    let status = status_of(error.kind());
                    let shown = asking(status, &visitor, tenant, &unregistered, email, Some(&error));
                    waiting(shown, error.retry_after())
                }
                Ok(_) | Err(CandidatesError::None | CandidatesError::View(_) | CandidatesError::Store(_)) => {
                    refused(&visitor, &error, vec![Action::new("Your organisations", "/organisations")])
                }
            }
        }
    }
}
