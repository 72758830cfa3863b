//! One member: all that is known of it, what can be done with it, and what happened to it.

pub(crate) mod act;
pub(crate) mod edit;
pub(crate) mod heir;
mod history;
mod why;

use askama::Template;
use chrono::{DateTime, Utc};
use membership_core::{
    ViewError,
    directory::MemberDetails,
    id::MemberId,
    lifecycle::Stage,
    member::{MemberStatus, transfer::TransferState},
    role::{Assignment, Grant, Permission},
};
use membership_web::{Edge, Visitor};
use poem::{
    Request, Response, handler,
    http::StatusCode,
    web::{Data, Query},
};

use self::{
    act::Act,
    history::Entry,
    why::{Asked, Why},
};
use crate::{
    department::path_of,
    done::{Said, WITH_MEMBERS},
    layout::{Admin, Layout, Section},
    members::{factors, visible},
    moment::Moment,
    notice::Action,
    page::page,
    settled::{On, Subject, named},
    standing::Standing,
    welcome::person::told as told_of_mail,
};

#[derive(Template)]
#[template(path = "member/page.html")]
struct MemberPage {
    layout: Layout,
    path: String,
    list: String,
    name: String,
    known_by: String,
    is_you: bool,
    representative: bool,
    standing: Standing,
    facts: Facts,
    acts: Vec<Act>,
    may_edit: bool,
    /// Why nothing can be done.
    untouchable: Option<String>,
    /// What holds the invitation up.
    told: Vec<String>,
    handover: Option<Handover>,
    why: Why,
    history: Option<Vec<Entry>>,
}

/// What is known of a member (ORG-33).
struct Facts {
    email: Option<String>,
    departments: Vec<String>,
    given: Vec<Given>,
    username: Option<String>,
    language: Option<String>,
    since: Moment,
    activated: Option<Moment>,
    last_sign_in: Option<Moment>,
    creator: Option<String>,
    created: Moment,
    invited_at: Option<String>,
    /// How the invitation goes, and until when it is open.
    invitation: Option<(&'static str, Option<Moment>)>,
    factors: Vec<&'static str>,
    joined: bool,
}

/// One thing that the member was given.
struct Given {
    name: String,
    single: bool,
    within: Option<String>,
    until: Option<Moment>,
    over: bool,
}

/// What becomes of what a removed member held.
struct Handover {
    finished: Option<Moment>,
    shares: Vec<(u64, String, bool)>,
    trouble: Option<String>,
}

/// A member that one may see, for a page about it.
pub(crate) struct About {
    pub(crate) admin: Admin,
    pub(crate) details: MemberDetails,
}

impl About {
    pub(crate) const fn id(&self) -> MemberId {
        self.details.row.member.id
    }

    pub(crate) fn name(&self) -> &str {
        self.details.row.member.name.as_str()
    }

    pub(crate) fn path(&self) -> String {
        self.admin.path(format_args!("members/{}", self.id()))
    }

    /// Back to its page.
    pub(crate) fn back(&self) -> Action {
        Action::new("Back to the member", self.path())
    }
}

impl Subject for About {
    async fn found(edge: &Edge, visitor: &Visitor, request: &Request) -> Result<Self, Response> {
        let admin = Admin::found(edge, visitor, request).await?;
        let found = match named(request, "member").parse() {
            Ok(id) => edge.membership().member(&visitor.context, admin.tenant.id, id).await,
            Err(_) => Err(ViewError::MemberUnknown),
        };
        match found {
            Ok(details) => Ok(Self { admin, details }),
            Err(error) => {
                let back = Action::new("All members", Section::Members.path(&admin.tenant.id));
                Err(admin.refused(visitor, Section::Members, &error, back))
            }
        }
    }
}

/// The page.
#[handler]
pub(crate) async fn show(
    edge: Data<&Edge>,
    On(visitor, about): On<About>,
    Query(said): Query<Said>,
    Query(asked): Query<Asked>,
) -> Response {
    let history = match history::of(&edge, &visitor, &about).await {
        Ok(history) => history,
        Err(error) => return about.admin.refused(&visitor, Section::Members, &error, about.back()),
    };
    let why = match why::of(&edge, &visitor, &about, asked).await {
        Ok(why) => why,
        Err(error) => return about.admin.refused(&visitor, Section::Members, &error, about.back()),
    };
    page(StatusCode::OK, &member_page(&about, &visitor, said.among(WITH_MEMBERS), why, history))
}

fn member_page(
    about: &About,
    visitor: &Visitor,
    done: Option<&'static str>,
    why: Why,
    history: Option<Vec<Entry>>,
) -> MemberPage {
    let (admin, now) = (&about.admin, visitor.context.now);
    let row = &about.details.row;
    let member = &row.member;
    let standing = Standing::of(row, &admin.tenant.policy.words, now);
    let address = member.email.as_ref().map(ToString::to_string);
    let username = member.username.as_ref().map(ToString::to_string);
    let acts = Act::possible(about, now);
    MemberPage {
        layout: admin.layout(about.name(), Section::Members, about.path()).saying(done),
        path: about.path(),
        list: admin.path("members"),
        name: about.name().to_owned(),
        known_by: address.or(username).unwrap_or_default(),
        is_you: member.id == admin.grants.member().id,
        representative: member.representative,
        facts: facts(about, visitor, &standing),
        told: told(&about.details, now),
        standing,
        may_edit: act::may_manage(about) && member.status() != MemberStatus::Removed,
        untouchable: act::untouchable(about),
        acts,
        handover: row.transfer.as_ref().map(|transfer| Handover {
            finished: match transfer.state {
                TransferState::Finished(at) => Some(Moment(at)),
                TransferState::Due(_) => None,
            },
            shares: transfer.shares.iter().map(share).collect(),
            trouble: transfer.trouble.clone(),
        }),
        why,
        history,
    }
}

/// What holds the invitation up at `now`, if it is open.
fn told(details: &MemberDetails, now: DateTime<Utc>) -> Vec<String> {
    let held = "The invitation is on hold: whoever sent it is not an enabled member now. Whoever invites again answers for it.";
    let held = details.is_unvouched(now).then(|| held.to_owned());
    let open = details.row.stage_at(now).is_some_and(Stage::is_open);
    held.into_iter().chain(details.row.delivery.as_ref().filter(|_| open).and_then(told_of_mail)).collect()
}

fn share(share: &membership_core::member::transfer::Share) -> (u64, String, bool) {
    (share.holding.count, share.holding.name.clone(), share.done_at.is_some())
}

fn facts(about: &About, visitor: &Visitor, standing: &Standing) -> Facts {
    let (admin, now) = (&about.admin, visitor.context.now);
    let MemberDetails { row, last_signed_in_at, creator, .. } = &about.details;
    let member = &row.member;
    let (grants, tree) = (&admin.grants, admin.grants.tree());
    Facts {
        email: member.email.as_ref().map(ToString::to_string),
        departments: visible(grants, member).into_iter().map(|one| path_of(tree, one)).collect(),
        given: member.assignments.iter().map(|held| given(admin, held, now)).collect(),
        username: member.username.as_ref().map(ToString::to_string),
        language: member.language.as_ref().map(ToString::to_string),
        since: Moment(standing.at),
        activated: member.joined_at().map(Moment),
        last_sign_in: last_signed_in_at.map(Moment),
        creator: creator.clone(),
        created: Moment(member.created_at),
        invited_at: row.invitation.as_ref().and_then(|invitation| invitation.address()).map(ToString::to_string),
        invitation: row.invitation.as_ref().map(|invitation| {
            use membership_core::invitation::Channel;
            let way = match invitation.channel {
                Channel::Mail(_) => "By mail",
                Channel::Link(_) => "By a link that was handed over",
            };
            let open = invitation.stage_at(now).is_open();
            (way, invitation.deadline().filter(|_| open).map(Moment))
        }),
        factors: factors(row.kinds),
        joined: member.joined_at().is_some() && member.status() != MemberStatus::Removed,
    }
}

fn given(admin: &Admin, held: &Assignment, now: DateTime<Utc>) -> Given {
    let catalogue = admin.grants.catalogue();
    let (name, single) = match &held.grant {
        Grant::Role(role) => (catalogue.role(*role).map(|role| role.name.to_string()).unwrap_or_default(), false),
        Grant::Permission(permission) => (name_of(admin, permission), true),
    };
    Given {
        name,
        single,
        within: held.within.map(|within| path_of(admin.grants.tree(), within)),
        until: held.until.map(Moment),
        over: held.until.is_some_and(|until| until <= now),
    }
}

/// What people call a permission, with its application.
pub(crate) fn name_of(admin: &Admin, permission: &Permission) -> String {
    let applications = admin.grants.catalogue().applications();
    let named = applications.iter().find_map(|application| {
        let found = application.permissions.iter().find(|named| named.permission == *permission)?;
        Some(format!("{}: {}", application.name, found.name))
    });
    named.unwrap_or_else(|| permission.to_string())
}
