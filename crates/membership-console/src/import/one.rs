//! One import: its plan, how far it is, or what it has done.

use askama::Template;
use membership_core::import::{
    Ending, Import, ImportState, MOST_AT_ONCE, MOST_TEXT_AT_ONCE, PLAN_KEPT, RESULT_KEPT, start::StartError,
};
use membership_web::{Edge, Visitor, as_it_is};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Query},
};

use super::{
    About, DONE, STARTED,
    count::Count,
    listed::names,
    mark::Mark,
    progress::Progress,
    rows::{Asked, Rows, Tab},
};
use crate::{
    done::Said,
    layout::{Layout, Section},
    moment::Moment,
    page::page,
    settled::On,
    words::sentence,
};

#[derive(Template)]
#[template(path = "import/one.html")]
struct OnePage {
    layout: Layout,
    /// Where the import is, and where all of them are.
    path: String,
    all: String,
    file: String,
    who: String,
    /// Whether it is the visitor's, who alone sees its rows.
    own: bool,
    at: Moment,
    kept: Option<Moment>,
    mark: Mark,
    phase: Phase,
    tabs: Vec<Tab>,
    rows: Option<Rows>,
}

/// Where it stands, with what there is to say about that.
enum Phase {
    Reading,
    Planned(Plan),
    Running(Progress),
    Ended(End),
}

/// What would be done.
struct Plan {
    digest: String,
    /// Rows that do something.
    effective: Count,
    refused: Count,
    mails: Count,
    /// The titles of columns that are not looked at.
    unread: Vec<String>,
    /// Why it cannot be all or nothing.
    not_at_once: Option<String>,
}

/// What was done.
struct End {
    sentences: Vec<String>,
    refused: Count,
    undone: Count,
    mails: Count,
}

impl OnePage {
    /// Whether there is nothing to show but that it goes on.
    const fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running(_) | Phase::Reading)
    }

    const fn is_planned(&self) -> bool {
        matches!(self.phase, Phase::Planned(_))
    }

    const fn is_discardable(&self) -> bool {
        !matches!(self.phase, Phase::Running(_))
    }
}

/// The page.
#[handler]
pub(crate) async fn show(
    edge: Data<&Edge>,
    On(visitor, about): On<About>,
    Query(asked): Query<Asked>,
    Query(said): Query<Said>,
) -> Response {
    match edge.membership().import(&visitor.context, about.which).await {
        Ok(import) => match shown(&edge, &visitor, &about, &import, &asked).await {
            Ok(mut shown) => {
                let started = said.among(STARTED).filter(|_| shown.is_running());
                shown.layout = shown.layout.saying(said.among(DONE).or(started));
                let links = shown.rows.as_ref().is_some_and(|rows| rows.links);
                let page = page(StatusCode::OK, &shown);
                if links { as_it_is(page) } else { page }
            }
            Err(error) => about.refused(&visitor, &error),
        },
        Err(error) => about.refused(&visitor, &error),
    }
}

async fn shown(
    edge: &Edge,
    visitor: &Visitor,
    about: &About,
    import: &Import,
    asked: &Asked,
) -> Result<OnePage, StartError> {
    let own = import.maker == about.admin.grants.member().id;
    let rows_are_shown = match import.state {
        ImportState::Reading | ImportState::Running(_) => false,
        ImportState::Planned | ImportState::Ended { .. } => own,
    };
    let path = about.path();
    let rows = if rows_are_shown {
        let (filter, limit) = asked.wanted();
        let found = edge.membership().import_rows(&visitor.context, about.which, filter, limit).await?;
        Some(asked.page(import, found, &path))
    } else {
        None
    };
    let by = match &import.state {
        ImportState::Ended { how: Ending::Cancelled { by }, .. } => Some(*by),
        ImportState::Reading | ImportState::Planned | ImportState::Running(_) | ImportState::Ended { .. } => None,
    };
    let names = names(edge, visitor, &about.admin, std::iter::once(import.maker).chain(by)).await;
    let name = |member| names.get(&member).filter(|name| !name.is_empty()).map_or("somebody else", String::as_str);
    let phase = match &import.state {
        ImportState::Reading => Phase::Reading,
        ImportState::Planned => Phase::Planned(Plan::of(import)),
        ImportState::Running(_) => Phase::Running(Progress::of(import, visitor.context.now)),
        ImportState::Ended { how, at, .. } => Phase::Ended(End::of(import, how, Moment(*at), by.map_or("", name))),
    };
    let kept = match &import.state {
        ImportState::Planned => Some(Moment(import.created_at + PLAN_KEPT)),
        ImportState::Ended { at, .. } => Some(Moment(*at + RESULT_KEPT)),
        ImportState::Reading | ImportState::Running(_) => None,
    };
    let title = match &phase {
        Phase::Running(Progress { percent: Some(percent), .. }) => format!("{percent}\u{a0}%, {}", import.file),
        Phase::Running(_) | Phase::Reading | Phase::Planned(_) | Phase::Ended(_) => import.file.clone(),
    };
    Ok(OnePage {
        layout: about.admin.layout(title, Section::Import, path.as_str()),
        all: Section::Import.path(&about.which.tenant),
        file: import.file.clone(),
        who: name(import.maker).to_owned(),
        own,
        at: Moment(import.created_at),
        kept,
        mark: Mark::of(import),
        tabs: asked.tabs(import, &path),
        path,
        phase,
        rows,
    })
}

impl Plan {
    fn of(import: &Import) -> Self {
        let plan = import.plan();
        let too_many = StartError::TooMany { rows: plan.rows() };
        let refused = StartError::RowsRefused { refused: plan.refuse };
        let not_at_once = if plan.refuse > 0 {
            Some(sentence(&refused.to_string()))
        } else if plan.rows() > MOST_AT_ONCE || import.text > MOST_TEXT_AT_ONCE {
            Some(sentence(&too_many.to_string()))
        } else {
            None
        };
        Self {
            digest: import.digest.clone(),
            effective: Count(plan.create + plan.change),
            refused: Count(plan.refuse),
            mails: Count(plan.mails),
            unread: import.header.unread().map(str::to_owned).collect(),
            not_at_once,
        }
    }
}

impl End {
    fn of(import: &Import, how: &Ending, at: Moment, by: &str) -> Self {
        let (done, all) = (import.done(), import.plan().rows());
        let undone = Count(all.saturating_sub(done.rows()));
        let at = at.0.format("%-d %B %Y, %H:%M");
        let mut sentences = match how {
            Ending::Done => vec![format!("Finished on {at} UTC.")],
            Ending::Cancelled { .. } => vec![format!("Cancelled by {} on {at} UTC.", crate::words::isolated(by))],
            Ending::Stopped { reason, advice, .. } => {
                vec![format!("It could not go on, on {at} UTC."), sentence(reason), sentence(advice)]
            }
        };
        sentences.retain(|sentence| !sentence.is_empty());
        if undone.0 > 0 {
            sentences.push(format!("{} of {} not done.", Count(undone.0), Count(all).of("row") + were(undone.0)));
        }
        Self { sentences, refused: Count(done.refuse), undone, mails: Count(done.mails) }
    }
}

const fn were(rows: u32) -> &'static str {
    if rows == 1 { " was" } else { " were" }
}
