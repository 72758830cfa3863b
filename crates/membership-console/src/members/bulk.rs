//! The same to several members: first the question, with everybody named; then what became of each.

use askama::Template;
use membership_core::{
    id::MemberId,
    member::{
        bulk::{BulkAction, BulkDone, BulkError, BulkRefused, MAX_MEMBERS},
        remove::Heirs,
    },
    refusal::Refusal,
    role::Permission,
};
use membership_web::{Edge, Visitor, status_of};
use poem::{Response, handler, http::StatusCode, web::Data};

use crate::{
    layout::{Admin, Layout, Section},
    member::heir::{self, Heir},
    notice::Action,
    page::page,
    settled::On,
    typed::Typed,
    words::sentence,
};

/// What can be done to several at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Reinvite,
    Disable,
    Enable,
    Remove,
}

#[derive(Template)]
#[template(path = "members/bulk_question.html")]
struct Question {
    layout: Layout,
    deed: Deed,
    path: String,
    back: Back,
    people: Vec<(MemberId, String)>,
    heir: Option<Heir>,
}

#[derive(Template)]
#[template(path = "members/bulk_results.html")]
struct Results {
    layout: Layout,
    back: Back,
    done: usize,
    outcomes: Vec<Outcome>,
}

/// What became of one.
struct Outcome {
    name: String,
    href: String,
    /// What was done, or why not.
    said: Result<&'static str, (String, String)>,
    /// The link to hand over, shown this once.
    link: Option<String>,
}

/// Where the list was: only ever a query of the list itself.
struct Back {
    query: String,
    path: String,
}

impl Deed {
    pub(super) const ALL: [Self; 4] = [Self::Reinvite, Self::Disable, Self::Enable, Self::Remove];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Reinvite => "reinvite",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Remove => "remove",
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Reinvite => "Invite again",
            Self::Disable => "Disable",
            Self::Enable => "Enable",
            Self::Remove => "Remove",
        }
    }

    pub(super) const fn needs(self) -> Permission {
        match self {
            Self::Reinvite => Permission::MEMBERS_INVITE,
            Self::Disable | Self::Enable | Self::Remove => Permission::MEMBERS_MANAGE,
        }
    }

    /// What it comes to for each of them.
    const fn consequence(self) -> &'static str {
        match self {
            Self::Reinvite => "Each gets a new link. The link before it is dead.",
            Self::Disable => "Their access ends at once, and everything that they have is kept.",
            Self::Enable => "They can sign in again, with all that they had.",
            Self::Remove => {
                "Their membership ends for good. Their accounts stay, and other organisations stay reachable."
            }
        }
    }

    const fn said(self) -> &'static str {
        match self {
            Self::Reinvite => "Invited again",
            Self::Disable => "Disabled",
            Self::Enable => "Enabled",
            Self::Remove => "Removed",
        }
    }

    fn action(self, heir: Option<MemberId>) -> BulkAction {
        match self {
            Self::Reinvite => BulkAction::Reinvite,
            Self::Disable => BulkAction::Disable,
            Self::Enable => BulkAction::Enable,
            Self::Remove => BulkAction::Remove(heir.map(Heirs::everything_to).unwrap_or_default()),
        }
    }
}

impl Back {
    fn of(admin: &Admin, typed: &Typed) -> Self {
        let query = Some(typed.one("back")).filter(|query| query.starts_with('?')).unwrap_or_default();
        Self { query: query.to_owned(), path: format!("{}{query}", admin.path("members")) }
    }
}

/// Asks, and once that is answered, does.
#[handler]
pub(crate) async fn bulk(edge: Data<&Edge>, On(visitor, admin): On<Admin>, typed: Typed) -> Response {
    let members: Vec<MemberId> = typed.all("member").filter_map(|member| member.parse().ok()).collect();
    let back = Back::of(&admin, &typed);
    let refused = |error: &dyn Refusal| {
        admin.refused(&visitor, Section::Members, error, Action::new("Back to the members", back.path.clone()))
    };
    let Some(deed) = Deed::ALL.into_iter().find(|deed| deed.as_str() == typed.one("deed")) else {
        return refused(&BulkError::NobodyNamed);
    };
    if let Err(denied) = admin.grants.sight(deed.needs()) {
        return refused(&denied);
    }
    match members.len() {
        0 => return refused(&BulkError::NobodyNamed),
        1..=MAX_MEMBERS => {}
        named => return refused(&BulkError::TooMany { named }),
    }
    let people = named(&edge, &visitor, &admin, &members).await;
    let heir = match heir::find(&edge, &visitor, &admin, typed.one("heir")).await {
        Ok(heir) => heir,
        Err(heir) => return question(&admin, deed, people, back, Some(heir)),
    };
    if !typed.has("confirmed") {
        return question(&admin, deed, people, back, (deed == Deed::Remove).then(Heir::default));
    }
    let done = edge.membership().bulk(&visitor.context, admin.tenant.id, &members, &deed.action(heir)).await;
    match done {
        Ok(done) => results(&admin, deed, &people, back, done),
        Err(error) => refused(&error),
    }
}

/// What they are called, as far as one may know.
async fn named(edge: &Edge, visitor: &Visitor, admin: &Admin, members: &[MemberId]) -> Vec<(MemberId, String)> {
    let mut people = Vec::with_capacity(members.len());
    for member in members {
        let found = edge.membership().member(&visitor.context, admin.tenant.id, *member).await;
        let name = found.map_or_else(|_| "Somebody".to_owned(), |details| details.row.member.name.to_string());
        people.push((*member, name));
    }
    people
}

fn question(admin: &Admin, deed: Deed, people: Vec<(MemberId, String)>, back: Back, heir: Option<Heir>) -> Response {
    let status = match &heir {
        Some(heir) if heir.fault.is_some() => StatusCode::UNPROCESSABLE_ENTITY,
        Some(_) | None => StatusCode::OK,
    };
    let count = people.len();
    let title = format!("{} {count} member{}?", deed.label(), if count == 1 { "" } else { "s" });
    let layout = admin.layout(title, Section::Members, admin.path("members"));
    page(status, &Question { layout, deed, path: admin.path("members/bulk"), back, people, heir })
}

fn results(
    admin: &Admin,
    deed: Deed,
    people: &[(MemberId, String)],
    back: Back,
    done: Vec<(MemberId, Result<BulkDone, BulkRefused>)>,
) -> Response {
    let all = done.len();
    let count = done.iter().filter(|(_, done)| done.is_ok()).count();
    let results = done.into_iter().zip(people).map(|((id, done), (_, name))| {
        let (said, link) = match done {
            Ok(BulkDone::Changed(_) | BulkDone::Removed(_)) => (Ok(deed.said()), None),
            Ok(BulkDone::Reinvited(issued)) => (Ok(deed.said()), issued.link),
            Err(error) => {
                let faults: Vec<String> = error.faults().iter().map(|fault| sentence(&fault.detail)).collect();
                let why = if faults.is_empty() { sentence(&error.to_string()) } else { faults.join(" ") };
                (Err((why, sentence(error.advice()))), None)
            }
        };
        Outcome { name: name.clone(), href: admin.path(format_args!("members/{id}")), said, link }
    });
    let title =
        if count == all { format!("{}: {count}", deed.said()) } else { format!("{}: {count} of {all}", deed.said()) };
    let layout = admin.layout(title, Section::Members, admin.path("members"));
    let status = if count == 0 { status_of(membership_core::refusal::Kind::Conflict) } else { StatusCode::OK };
    page(status, &Results { layout, back, done: count, outcomes: results.collect() })
}
