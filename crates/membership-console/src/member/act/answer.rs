//! The question, and what becomes of a Yes: a link that is shown this once, the page of the member, or the reason why not.

use askama::Template;
use membership_core::{
    invitation::{Invitation, Subject, send::Issued},
    member::{MemberState, reach::Target, remove::Heirs},
    ports::Holding,
    refusal::Refusal,
};
use membership_web::{Edge, Visitor, status_of};
use poem::{Response, Result, handler, http::StatusCode, web::Data};

use super::Act;
use crate::{
    layout::{Layout, Section},
    member::{
        About,
        heir::{self, Heir},
    },
    moment::Moment,
    page::{page, see, waiting},
    settled::On,
    typed::Typed,
    words::{isolated, sentence},
};

#[derive(Template)]
#[template(path = "member/question.html")]
struct Question {
    layout: Layout,
    act: Act,
    path: String,
    back: String,
    /// What the member holds, where that is known and matters.
    holdings: Option<Vec<Holding>>,
    /// Why that is not known.
    trouble: Option<String>,
    heir: Option<Heir>,
    faults: Vec<String>,
}

/// A link that is shown this once.
#[derive(Template)]
#[template(path = "member/link.html")]
pub(crate) struct LinkPage {
    pub(crate) layout: Layout,
    /// Whose it is, and what it opens.
    pub(crate) lead: &'static str,
    pub(crate) name: String,
    pub(crate) link: String,
    pub(crate) deadline: Option<Moment>,
    pub(crate) back: String,
}

/// What came of it.
enum Outcome {
    Done,
    /// The link to hand over, and until when it is good.
    Link(String, Option<Moment>),
}

/// Any refusal of the above.
struct Denial(Box<dyn Refusal + Send + Sync>);

impl Denial {
    fn of(refusal: impl Refusal + Send + Sync + 'static) -> Self {
        Self(Box::new(refusal))
    }
}

impl Act {
    async fn carry_out(self, edge: &Edge, visitor: &Visitor, about: &About, heirs: Heirs) -> Result<Outcome, Denial> {
        let (membership, ctx) = (edge.membership(), &visitor.context);
        let target = Target { tenant: about.admin.tenant.id, member: about.id() };
        Ok(match self {
            Self::Send => handed(membership.send_invitation(ctx, subject(about)?).await.map_err(Denial::of)?),
            Self::InviteAgain => handed(membership.resend_invitation(ctx, subject(about)?).await.map_err(Denial::of)?),
            Self::Revoke => {
                membership.revoke_invitation(ctx, subject(about)?).await.map_err(Denial::of)?;
                Outcome::Done
            }
            Self::PasswordLink => {
                let made = membership.make_password_link(ctx, target).await.map_err(Denial::of)?;
                Outcome::Link(made.url, Some(Moment(made.expires_at)))
            }
            Self::FactorOn | Self::FactorOff => {
                let on = self == Self::FactorOn;
                membership.switch_second_factor(ctx, target, on).await.map_err(Denial::of)?;
                Outcome::Done
            }
            Self::Disable => {
                membership.disable_member(ctx, target).await.map_err(Denial::of)?;
                Outcome::Done
            }
            Self::Enable => {
                membership.enable_member(ctx, target).await.map_err(Denial::of)?;
                Outcome::Done
            }
            Self::Remove => {
                membership.remove_member(ctx, target, heirs).await.map_err(Denial::of)?;
                Outcome::Done
            }
        })
    }
}

fn subject(about: &About) -> Result<Subject, Denial> {
    match (&about.details.row.member.state, &about.details.row.invitation) {
        (MemberState::NotJoined { .. }, Some(Invitation { id, tenant, .. })) => {
            Ok(Subject { tenant: *tenant, invitation: *id })
        }
        (MemberState::Removed { .. }, _) => Err(Denial::of(membership_core::lifecycle::MemberClosed::Removed)),
        (_, Some(_)) => Err(Denial::of(membership_core::lifecycle::Closed::Joined)),
        (_, None) => Err(Denial::of(membership_core::ViewError::InvitationUnknown)),
    }
}

fn handed(issued: Issued) -> Outcome {
    let deadline = issued.invitation.deadline().map(Moment);
    issued.link.map_or(Outcome::Done, |link| Outcome::Link(link, deadline))
}

/// Asks.
#[handler]
pub(crate) async fn ask(edge: Data<&Edge>, act: Act, On(visitor, about): On<About>) -> Response {
    if !Act::possible(&about, visitor.context.now).contains(&act) {
        return not_possible(&about, &visitor, act);
    }
    let heir = (act == Act::Remove).then(Heir::default);
    question(StatusCode::OK, &edge, &visitor, &about, act, heir, Vec::new()).await
}

/// Whoever comes by an old page: what could be done is not possible any more, or never was.
fn not_possible(about: &About, visitor: &Visitor, act: Act) -> Response {
    match act.denied(about) {
        Some(denied) => about.admin.refused(visitor, Section::Members, &denied, about.back()),
        // What the member is now says it better than any sentence.
        None => see(&about.path()),
    }
}

async fn question(
    status: StatusCode,
    edge: &Edge,
    visitor: &Visitor,
    about: &About,
    act: Act,
    heir: Option<Heir>,
    faults: Vec<String>,
) -> Response {
    let (mut holdings, mut trouble) = (None, None);
    if act == Act::Remove {
        let target = Target { tenant: about.admin.tenant.id, member: about.id() };
        match edge.membership().holdings(&visitor.context, target).await {
            Ok(held) => holdings = Some(held),
            Err(error) => trouble = Some(sentence(&format!("{error}; {}", error.advice()))),
        }
    }
    // Who holds nothing needs no heir.
    let heir = heir.filter(|_| trouble.is_some() || holdings.as_ref().is_some_and(|held| !held.is_empty()));
    let title = act.question(&isolated(about.name()));
    let layout = about.admin.layout(title, Section::Members, about.path());
    let path = format!("{}/{}", about.path(), act.as_str());
    page(status, &Question { layout, act, path, back: about.path(), holdings, trouble, heir, faults })
}

/// Does it.
#[handler]
pub(crate) async fn carry_out(edge: Data<&Edge>, act: Act, On(visitor, about): On<About>, typed: Typed) -> Response {
    if let Some(denied) = act.denied(&about) {
        return about.admin.refused(&visitor, Section::Members, &denied, about.back());
    }
    let heir = match heir::find(&edge, &visitor, &about.admin, typed.one("heir")).await {
        Ok(heir) => heir,
        Err(heir) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return question(status, &edge, &visitor, &about, act, Some(heir), Vec::new()).await;
        }
    };
    let heirs = heir.map(Heirs::everything_to).unwrap_or_default();
    match act.carry_out(&edge, &visitor, &about, heirs).await {
        Ok(Outcome::Done) => see(&format!("{}?done={}", about.path(), act.as_str())),
        Ok(Outcome::Link(link, deadline)) => link_page(&about, act, link, deadline),
        Err(Denial(error)) => not_done(&edge, &visitor, &about, act, typed.one("heir"), error).await,
    }
}

fn link_page(about: &About, act: Act, link: String, deadline: Option<Moment>) -> Response {
    let (title, lead) = if act == Act::PasswordLink {
        ("The link to another password", "With it, another password can be chosen once.")
    } else {
        ("The link to hand over", "With it, the person joins.")
    };
    let layout = about.admin.layout(title, Section::Members, about.path());
    let name = about.name().to_owned();
    page(StatusCode::CREATED, &LinkPage { layout, lead, name, link, deadline, back: about.path() })
}

/// The question again if something is missing in it, else the reason.
async fn not_done(
    edge: &Edge,
    visitor: &Visitor,
    about: &About,
    act: Act,
    heir: &str,
    error: Box<dyn Refusal + Send + Sync>,
) -> Response {
    if error.faults().is_empty() {
        return about.admin.refused(visitor, Section::Members, error.as_ref(), about.back());
    }
    let faults = error.faults().iter().map(|fault| sentence(&fault.detail)).collect();
    let (status, wait) = (status_of(error.kind()), error.retry_after());
    drop(error);
    waiting(question(status, edge, visitor, about, act, Some(Heir::typed(heir)), faults).await, wait)
}
