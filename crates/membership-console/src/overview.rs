//! The first page of a tenant's administration: what the tenant is, who represents it, where its people stand, and what waits
//! for somebody.

mod attention;
mod numbers;
pub(crate) mod representative;
pub(crate) mod setting_up;

use askama::Template;
use membership_core::{
    ViewError, directory::Tally, id::TenantId, lifecycle::Stage, member::MemberStatus, refusal::Refusal,
    role::Permission, tenant::TenantStatus,
};
use membership_web::{Edge, Visitor};
use poem::{
    Request, Response, handler,
    http::StatusCode,
    web::{Data, Query},
};

use self::{attention::Attention, numbers::Bar, representative::Represented};
use crate::{
    done::Said,
    layout::{Admin, Layout, Section, last},
    moment::Moment,
    notice::Action,
    page::{page, see},
    settled::{Settled, Subject, named},
};

/// What can have been done here.
const DONE: &[(&str, &str)] = &[
    ("asked", "Asked. A letter is on its way, and nothing changes before the answer."),
    ("withdrawn", "The offer was withdrawn."),
];

#[derive(Template)]
#[template(path = "overview/page.html")]
struct OverviewPage {
    layout: Layout,
    id: TenantId,
    name: String,
    preset: String,
    status: (&'static str, &'static str),
    since: Moment,
    /// The tenants from the top to this one, each with where its members are, for whoever is a member there.
    way: Vec<(String, Option<String>)>,
    represented: Represented,
    people: Vec<Bar>,
    mail: Vec<Bar>,
    attention: Vec<Attention>,
    begin: Vec<Step>,
}

/// What somebody does first in a tenant where nobody else is.
struct Step {
    href: String,
    label: &'static str,
    what_for: &'static str,
}

/// The page. Whoever sees only some of the members, or none, has nothing here.
#[handler]
pub(crate) async fn show(
    edge: Data<&Edge>,
    Settled(visitor): Settled,
    request: &Request,
    Query(said): Query<Said>,
) -> Response {
    let admin = match Admin::found(&edge, &visitor, request).await {
        Ok(admin) => admin,
        Err(page) => return setting_up::or(page, &edge, &visitor, named(request, "tenant")).await,
    };
    if !Section::Overview.is_for(&admin.grants) {
        return if Section::Members.is_for(&admin.grants) {
            see(&Section::Members.path(&admin.tenant.id))
        } else {
            see(&format!("/welcome/{}", admin.tenant.id))
        };
    }
    let shown = shown(StatusCode::OK, &edge, &visitor, &admin, said.among(DONE), None).await;
    last::remembering(shown, &edge, request, admin.tenant.id)
}

/// The page, with why nobody was asked to take over, if that was refused.
async fn shown(
    status: StatusCode,
    edge: &Edge,
    visitor: &Visitor,
    admin: &Admin,
    done: Option<&'static str>,
    refusal: Option<&(dyn Refusal + Sync)>,
) -> Response {
    match overview(edge, visitor, admin, done, refusal).await {
        Ok(overview) => page(status, &overview),
        Err(error) => {
            admin.refused(visitor, Section::Overview, &error, Action::new("All members", admin.path("members")))
        }
    }
}

async fn overview(
    edge: &Edge,
    visitor: &Visitor,
    admin: &Admin,
    done: Option<&'static str>,
    refusal: Option<&(dyn Refusal + Sync)>,
) -> Result<OverviewPage, ViewError> {
    let tenant = &admin.tenant;
    let tally = edge.membership().tally(&visitor.context, tenant.id).await?;
    let line = admin.lineage().iter().filter(|(ancestor, _)| ancestor.id != tenant.id);
    let way =
        line.map(|(ancestor, member)| (ancestor.name.clone(), member.then(|| Section::Members.path(&ancestor.id))));
    Ok(OverviewPage {
        layout: admin.layout("Overview", Section::Overview, Section::Overview.path(&tenant.id)).saying(done),
        id: tenant.id,
        name: tenant.name.to_string(),
        preset: tenant.preset.clone(),
        status: match tenant.status {
            TenantStatus::SettingUp => ("Being set up", "wait"),
            TenantStatus::Active => ("In use", "good"),
            TenantStatus::Suspended => ("Suspended", "bad"),
        },
        since: Moment(tenant.created_at),
        way: way.collect(),
        represented: representative::of(edge, visitor, admin, refusal).await?,
        people: numbers::people(admin, &tally),
        mail: numbers::mail(admin, &tally),
        attention: attention::of(edge, visitor, admin, &tally).await?,
        begin: begin(admin, &tally),
    })
}

/// Nothing, as soon as somebody else is there or was asked.
fn begin(admin: &Admin, tally: &Tally) -> Vec<Step> {
    let people: u64 =
        tally.members.iter().filter(|(status, _)| **status != MemberStatus::Removed).map(|(_, n)| n).sum();
    let invited = Stage::ALL.into_iter().filter(|stage| *stage != Stage::Joined);
    let invited: u64 = invited.filter_map(|stage| tally.invitations.get(&stage)).sum();
    if people > 1 || invited > 0 {
        return Vec::new();
    }
    let tenant = &admin.tenant.id;
    let root = admin.grants.tree().root().map(|root| admin.path(format_args!("departments/{}", root.id)));
    let steps = [
        (
            Permission::TENANT_MANAGE,
            Some(Section::Settings.path(tenant)),
            "Look at the rules",
            "How long invitations are good for, whose addresses are taken, and whether a second factor is wanted.",
        ),
        (
            Permission::MEMBERS_READ,
            Some(Section::Roles.path(tenant)),
            "Look at the roles",
            "What each allows, in each application.",
        ),
        (
            Permission::DEPARTMENTS_MANAGE,
            root,
            "Make departments",
            "People can be found by them, and looked after by their own heads.",
        ),
        (
            Permission::MEMBERS_INVITE,
            Some(Section::Invite.path(tenant)),
            "Add people",
            "By mail, by a link, or with a password.",
        ),
    ];
    let held = steps.into_iter().filter(|(permission, ..)| admin.grants.holds(permission));
    held.filter_map(|(_, href, label, what_for)| Some(Step { href: href?, label, what_for })).collect()
}
