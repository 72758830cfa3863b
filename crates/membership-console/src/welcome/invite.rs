//! Invite one person.

use askama::Template;
use membership_core::{
    id::TenantId,
    invitation::{
        Invitation,
        invite::{Invite, Invited, Invitee, Reach, Sending},
    },
    refusal::Refusal,
    role::{Permission, assign::Wanted as Given},
};
use membership_web::{Edge, Visitor, status_of};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Form, Path},
};
use serde::Deserialize;

use super::{Inside, inside, outside, people::Wanted, welcome_page};
use crate::{
    form::{Choice, Field, Form as Fields},
    moment::Moment,
    notice::refused,
    page::{Frame, page, see, waiting},
    settled::Settled,
};

/// What the form is filled in with.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filled {
    name: String,
    #[serde(default)]
    reach: By,
    email: String,
    #[serde(default)]
    roles: String,
}

/// How the person is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum By {
    #[default]
    Mail,
    Link,
}

#[derive(Template)]
#[template(path = "handover.html")]
struct Handover {
    frame: Frame,
    tenant: TenantId,
    name: String,
    link: String,
    deadline: Option<Moment>,
}

/// Invites. A link to hand over is in the answer itself, because it is shown only once.
#[handler]
pub(crate) async fn invite(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Response {
    let inside = match inside(&edge, &visitor, &id).await {
        Ok(inside) => inside,
        Err(page) => return page,
    };
    match edge.membership().invite(&visitor.context, command(inside.tenant.id, &filled)).await {
        Ok(invited) => match invited.into_iter().find_map(handover(&visitor)) {
            Some(handover) => page(StatusCode::CREATED, &handover),
            None => see(&format!("/welcome/{}", inside.tenant.id)),
        },
        Err(error) if error.code() == "session-outdated" => outside(&visitor, Some(inside.tenant.id), &error),
        Err(error) if inside.grants.require(Permission::MEMBERS_INVITE).is_err() => {
            refused(&visitor, &error, Vec::new())
        }
        Err(error) => {
            let form = form(&inside, &filled, Some(&error));
            let status = status_of(error.kind());
            let shown = welcome_page(status, &edge, &visitor, inside, Wanted::default(), Some(form)).await;
            waiting(shown, error.retry_after())
        }
    }
}

fn command(tenant: TenantId, filled: &Filled) -> Invite {
    let address = Some(filled.email.clone()).filter(|email| !email.is_empty());
    let reach = match filled.reach {
        By::Mail => Reach::Mail(filled.email.clone()),
        By::Link => Reach::Link(address),
    };
    let assignments = filled.roles.parse().into_iter().map(Given::role).collect();
    let person = Invitee { name: filled.name.clone(), reach, assignments, departments: Vec::new(), language: None };
    // There is no second step on this page in which it could be sent.
    Invite {
        tenant,
        people: vec![person],
        assignments: Vec::new(),
        departments: Vec::new(),
        send: Some(Sending::Now),
        validity: None,
    }
}

fn handover(visitor: &Visitor) -> impl Fn(Invited) -> Option<Handover> {
    |invited| {
        Some(Handover {
            frame: Frame::card("The link to hand over", visitor),
            tenant: invited.member.tenant,
            name: invited.member.name.to_string(),
            link: invited.link?,
            deadline: invited.invitation.as_ref().and_then(Invitation::deadline).map(Moment),
        })
    }
}

/// The form, with the ways and the roles that this member can choose from.
pub(super) fn form(inside: &Inside, filled: &Filled, refusal: Option<&dyn Refusal>) -> Fields {
    let grants = &inside.grants;
    let grantable = grants.catalogue().roles().iter().filter(|role| grants.first_lacking_of(role).is_none());
    let roles = grantable.map(|role| Choice { value: role.id.to_string(), label: role.name.to_string() }).collect();
    let email = Field::email("email", "E-mail", &filled.email);
    let mut fields = vec![Field::prose("name", "Name", &filled.name)];
    if inside.tenant.policy.links_allowed {
        let way = |value: &str, label: &str| Choice { value: value.to_owned(), label: label.to_owned() };
        let ways = vec![way("mail", "By mail"), way("link", "By a link that you hand over")];
        let chosen = match filled.reach {
            By::Mail => "mail",
            By::Link => "link",
        };
        fields.push(Field::choice("reach", "How", ways, chosen));
        fields.push(
            email
                .optional_for("optional for a link")
                .hinting("A link with an address can be used only by the account that has proved this address."),
        );
    } else {
        fields.push(email);
    }
    fields.push(Field::choice("roles", "Role", roles, &filled.roles).answering_for(&[
        "grant-exceeds-own",
        "role-unknown",
        "roles-missing",
    ]));
    Fields::new(format!("/welcome/{}/invitations", inside.tenant.id), "Invite", fields).answering(refusal)
}
