//! Pages that say one thing: what happened, and what to do.

use askama::Template;
use membership_core::{
    refusal::{Kind, Refusal},
    tenant::Tenant,
};
use membership_web::Visitor;
use poem::Response;

use crate::{
    page::{Frame, refusal_page},
    words::sentence,
};

/// A page that says one thing.
#[derive(Template)]
#[template(path = "notice.html")]
pub(crate) struct Notice {
    pub(crate) frame: Frame,
    pub(crate) tone: Tone,
    pub(crate) sentences: Vec<String>,
    pub(crate) actions: Vec<Action>,
}

/// Where to go from there.
pub(crate) struct Action {
    pub(crate) label: String,
    pub(crate) href: String,
}

/// What a notice looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Done,
    Sent,
    Late,
    Newer,
    Withdrawn,
    Declined,
    Waiting,
    Lost,
    Trouble,
}

/// Headings of refusals that people meet at the end of a link. All others are headed alike.
const HEADINGS: &[(&str, Tone, &str)] = &[
    ("link-unknown", Tone::Lost, "We do not know this link"),
    ("link-superseded", Tone::Newer, "This link no longer works"),
    ("invitation-joined", Tone::Done, "This link was used already"),
    ("invitation-expired", Tone::Late, "This invitation has expired"),
    ("invitation-rejected", Tone::Declined, "This invitation was declined"),
    ("invitation-revoked", Tone::Withdrawn, "This invitation was withdrawn"),
    ("invitation-held", Tone::Waiting, "This invitation is on hold"),
    ("invitation-tenant-suspended", Tone::Waiting, "This organisation is suspended"),
    ("invitation-accepted-by-another", Tone::Trouble, "Accepted with another account"),
    ("invitation-address-not-proved", Tone::Waiting, "This address has to be proved first"),
    ("invitation-of-representative", Tone::Trouble, "This one cannot be declined"),
    ("account-exists", Tone::Trouble, "You have an account already"),
    ("already-member", Tone::Done, "You are a member already"),
    ("member-disabled", Tone::Waiting, "Your membership is disabled"),
    ("tenant-suspended", Tone::Waiting, "This organisation is suspended"),
    ("tenant-unknown", Tone::Lost, "There is nothing here for you"),
    ("representative-cannot-leave", Tone::Waiting, "The representative cannot leave"),
    ("leaving-link-expired", Tone::Late, "This link has expired"),
    ("nomination-unknown", Tone::Lost, "There is nothing to answer"),
    ("nomination-expired", Tone::Late, "This offer has expired"),
    ("nominee-not-administrator", Tone::Waiting, "You are no administrator any more"),
    ("representative-only", Tone::Trouble, "Only the representative can do this"),
    ("challenge-over", Tone::Late, "This sign-in is over"),
    ("reset-link-expired", Tone::Late, "This link has expired"),
    ("reset-needs-administrator", Tone::Waiting, "An administrator has to help"),
    ("address-link-expired", Tone::Late, "This link has expired"),
    ("former-address-link-expired", Tone::Late, "This link has expired"),
    ("email-taken", Tone::Trouble, "Another account has this address"),
    ("account-is-member", Tone::Waiting, "You are still a member"),
    ("account-is-operator", Tone::Waiting, "This account cannot be closed"),
    ("factor-required", Tone::Waiting, "This one is needed"),
    ("factor-already-set-up", Tone::Done, "You have this one already"),
    ("factor-not-set-up", Tone::Lost, "This one is not set up"),
    ("passkeys-off", Tone::Waiting, "No passkeys here"),
    ("passkey-failed", Tone::Trouble, "This passkey opens nothing here"),
    ("passkey-refused", Tone::Trouble, "This passkey was not taken"),
    ("too-many-passkeys", Tone::Waiting, "You have ten passkeys already"),
    ("app-not-begun", Tone::Late, "Please begin again"),
    ("tried-too-often", Tone::Waiting, "Please wait a little"),
    ("factor-frozen", Tone::Trouble, "This is blocked"),
    ("session-unknown", Tone::Done, "That session is over already"),
    ("member-unknown", Tone::Lost, "There is no such member"),
    ("department-unknown", Tone::Lost, "There is no such department"),
    ("role-unknown", Tone::Lost, "There is no such role"),
    ("api-key-unknown", Tone::Lost, "There is no such API key"),
    ("permission-missing", Tone::Trouble, "You may not do this"),
    ("other-departments", Tone::Trouble, "You may not do this here"),
    ("member-is-self", Tone::Waiting, "This is you"),
    ("member-is-representative", Tone::Waiting, "This is the representative"),
    ("member-above-own", Tone::Trouble, "This member holds more than you do"),
    ("account-is-shared", Tone::Waiting, "This account is not yours to open"),
    ("plan-outdated", Tone::Newer, "Something has changed meanwhile"),
    ("plan-is-another", Tone::Newer, "This was planned again"),
    ("import-running", Tone::Waiting, "Another import is under way"),
    ("import-unknown", Tone::Lost, "There is no such import"),
    ("import-started", Tone::Done, "This was started before"),
    ("rows-refused", Tone::Trouble, "Some rows would be refused"),
    ("set-up-done", Tone::Done, "This installation is set up already"),
    ("set-up-link-expired", Tone::Late, "This set-up link has expired"),
];

impl Tone {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Done | Self::Sent => "good",
            Self::Late | Self::Newer | Self::Waiting => "wait",
            Self::Trouble => "bad",
            Self::Withdrawn | Self::Declined | Self::Lost => "",
        }
    }
}

impl Action {
    pub(crate) fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into() }
    }
}

/// What a refusal is headed by, and how that looks.
pub(crate) fn heading_of(refusal: &dyn Refusal) -> (Tone, &'static str) {
    heading_of_code(refusal.code())
}

/// The same of whatever carries this code.
pub(crate) fn heading_of_code(code: &str) -> (Tone, &'static str) {
    let found = HEADINGS.iter().find(|(known, _, _)| *known == code);
    found.map_or((Tone::Trouble, "That did not work"), |(_, tone, heading)| (*tone, *heading))
}

/// The page of a refusal, with its status.
pub(crate) fn refused(visitor: &Visitor, refusal: &dyn Refusal, actions: Vec<Action>) -> Response {
    refused_about(visitor, None, refusal, actions)
}

/// The same, in the looks of a tenant, beginning with what of it that is `about`.
pub(crate) fn refused_about(
    visitor: &Visitor,
    about: Option<(&Tenant, String)>,
    refusal: &dyn Refusal,
    actions: Vec<Action>,
) -> Response {
    if matches!(refusal.kind(), Kind::Internal | Kind::Unavailable) {
        tracing::error!(error = ?refusal, "a page was refused by a part that failed");
    }
    let (tone, heading) = heading_of(refusal);
    let message = sentence(&refusal.to_string());
    let said = message.trim_end_matches('.') == heading;
    let message = (!said).then_some(message);
    let frame = Frame::card(heading, visitor);
    let (frame, about) = match about {
        Some((tenant, about)) => (frame.branded(tenant), Some(about)),
        None => (frame, None),
    };
    let sentences = about.into_iter().chain(message).chain([sentence(refusal.advice())]).collect();
    refusal_page(refusal, &Notice { frame, tone, sentences, actions })
}
