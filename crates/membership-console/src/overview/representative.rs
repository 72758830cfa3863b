//! Who represents the tenant, and the change of it: the representative asks another administrator, who says yes or no.

use askama::{Template, filters::HtmlSafe};
use membership_core::{
    ViewError,
    directory::{AnyOf, MAX_PAGE, MemberFilter, MemberRow, Page},
    id::TenantId,
    member::{Member, reach::Target},
    refusal::Refusal,
    tenant::representative::{CandidatesError, NominationError, NotStanding},
};
use membership_web::{Edge, Visitor, status_of};
use poem::{Response, handler, web::Data};

use super::shown;
use crate::{
    layout::{Admin, Section},
    moment::Moment,
    notice::Action,
    page::{see, waiting},
    settled::On,
    standing::Standing,
    typed::Typed,
    words::told,
};

/// The representative, and what can be done about it.
#[derive(Template)]
#[template(path = "overview/representative.html")]
pub(super) struct Represented {
    tenant: TenantId,
    person: Option<Person>,
    change: Change,
    /// Why nobody was asked.
    problem: Option<(String, String)>,
}

impl HtmlSafe for Represented {}

/// The representative as everybody knows him or her: by the address (TEN-15).
struct Person {
    name: String,
    known_by: String,
    href: String,
    is_you: bool,
    standing: Standing,
}

/// What whoever looks can do.
enum Change {
    /// Nothing: it is somebody else's to do.
    Nothing,
    /// Ask one of these.
    Ask(Vec<Candidate>),
    /// There is nobody to ask: why, and what to do.
    Nobody(String, String),
    /// Somebody was asked.
    Asked { to: Option<String>, until: Moment, left: String },
    /// Nobody has answered in time.
    Unanswered,
    /// One is asked oneself; the answer has a page of its own.
    Wanted { until: Moment, left: String },
}

/// Somebody who can take over.
struct Candidate {
    id: String,
    name: String,
    known_by: String,
}

/// Pages of administrators that are looked through for the representative.
const PAGES: usize = 5;

/// What stands on the page.
pub(super) async fn of(
    edge: &Edge,
    visitor: &Visitor,
    admin: &Admin,
    refusal: Option<&(dyn Refusal + Sync)>,
) -> Result<Represented, ViewError> {
    let row = found(edge, visitor, admin).await?;
    let words = &admin.tenant.policy.words;
    let person = row.map(|row| Person {
        name: row.member.name.to_string(),
        known_by: known_by(&row.member),
        href: admin.path(format_args!("members/{}", row.member.id)),
        is_you: row.member.id == admin.grants.member().id,
        standing: Standing::of(&row, words, visitor.context.now),
    });
    let problem = refusal.map(|refusal| told(refusal));
    Ok(Represented { tenant: admin.tenant.id, person, change: change(edge, visitor, admin).await?, problem })
}

/// The representative is one of the administrators.
async fn found(edge: &Edge, visitor: &Visitor, admin: &Admin) -> Result<Option<MemberRow>, ViewError> {
    let roles = admin.grants.catalogue().administrator().map(|role| role.id).into_iter().collect();
    let given = AnyOf { roles, permission: None, at: None, over: Some(Vec::new()) };
    let filter = MemberFilter { given: Some(given), ..MemberFilter::default() };
    let mut page = Page { after: None, limit: MAX_PAGE };
    for _ in 0..PAGES {
        let rows = edge.membership().members(&visitor.context, admin.tenant.id, filter.clone(), page).await?.rows;
        let last = rows.last().map(|row| row.member.id).filter(|_| rows.len() == usize::from(MAX_PAGE));
        if let Some(row) = rows.into_iter().find(|row| row.member.representative) {
            return Ok(Some(row));
        }
        if last.is_none() {
            break;
        }
        page.after = last;
    }
    Ok(None)
}

fn known_by(member: &Member) -> String {
    let email = member.email.as_ref().map(ToString::to_string);
    email.or_else(|| member.username.as_ref().map(ToString::to_string)).unwrap_or_default()
}

async fn change(edge: &Edge, visitor: &Visitor, admin: &Admin) -> Result<Change, ViewError> {
    let (membership, ctx, tenant) = (edge.membership(), &visitor.context, admin.tenant.id);
    let represents = admin.grants.represents();
    match membership.nomination(ctx, tenant).await {
        Ok(nomination) => {
            let until = Moment(nomination.expires_at);
            let left = until.left(ctx.now);
            if nomination.nominee == admin.grants.member().id {
                return Ok(Change::Wanted { until, left });
            }
            let to = membership.member(ctx, tenant, nomination.nominee).await.ok();
            return Ok(Change::Asked { to: to.map(|found| found.row.member.name.to_string()), until, left });
        }
        Err(NominationError::NotStanding(NotStanding::Expired)) if represents => return Ok(Change::Unanswered),
        Err(NominationError::NotStanding(NotStanding::None | NotStanding::Expired)) => {}
        Err(NominationError::View(error)) => return Err(error),
    }
    if !represents {
        return Ok(Change::Nothing);
    }
    match membership.candidates(ctx, tenant, Page { after: None, limit: MAX_PAGE }).await {
        Ok(members) => Ok(Change::Ask(members.iter().map(candidate).collect())),
        Err(CandidatesError::View(error)) => Err(error),
        Err(CandidatesError::Store(error)) => Err(error.into()),
        Err(error @ (CandidatesError::None | CandidatesError::NotRegistered)) => {
            let (said, advice) = told(&error);
            Ok(Change::Nobody(said, advice))
        }
    }
}

fn candidate(member: &Member) -> Candidate {
    Candidate { id: member.id.to_string(), name: member.name.to_string(), known_by: known_by(member) }
}

/// Asks somebody to take over.
#[handler]
pub(crate) async fn nominate(edge: Data<&Edge>, On(visitor, admin): On<Admin>, typed: Typed) -> Response {
    let here = Section::Overview.path(&admin.tenant.id);
    // Nobody is chosen: the page says so, as the select does by itself.
    let Ok(member) = typed.one("member").parse() else { return see(&here) };
    let asked = edge.membership().nominate(&visitor.context, Target { tenant: admin.tenant.id, member }).await;
    match asked {
        Ok(_) => see(&format!("{here}?done=asked")),
        Err(error) if admin.grants.represents() => {
            let page = shown(status_of(error.kind()), &edge, &visitor, &admin, None, Some(&error)).await;
            waiting(page, error.retry_after())
        }
        Err(error) => admin.refused(&visitor, Section::Overview, &error, Action::new("To the overview", here)),
    }
}

/// Takes the offer back.
#[handler]
pub(crate) async fn withdraw(edge: Data<&Edge>, On(visitor, admin): On<Admin>) -> Response {
    let here = Section::Overview.path(&admin.tenant.id);
    match edge.membership().withdraw_nomination(&visitor.context, admin.tenant.id).await {
        Ok(_) => see(&format!("{here}?done=withdrawn")),
        Err(error) => admin.refused(&visitor, Section::Overview, &error, Action::new("To the overview", here)),
    }
}
