//! Starting an import as it was planned: the question first; and where the tenant has moved since, what has.

use askama::Template;
use membership_core::{
    import::{Import, Mode, start::StartError},
    refusal::Refusal,
};
use membership_web::{Edge, status_of};
use poem::{Response, handler, web::Data};

use super::{
    About,
    count::Count,
    question::{Question, is_answered},
};
use crate::{
    layout::{Layout, Section},
    page::{page, see},
    settled::On,
    typed::Typed,
    words::{isolated, sentence},
};

#[derive(Template)]
#[template(path = "import/moved.html")]
struct MovedPage {
    layout: Layout,
    what: String,
    rows: Vec<String>,
    path: String,
}

/// Asks, and once that is answered, starts what was planned under the digest that was looked at.
#[handler]
pub(crate) async fn start(edge: Data<&Edge>, On(visitor, about): On<About>, typed: Typed) -> Response {
    let digest = typed.one("digest");
    let mode = Mode::ALL.into_iter().find(|mode| mode.as_str() == typed.one("mode")).unwrap_or(Mode::RowByRow);
    if is_answered(&typed) {
        return match edge.membership().start_import(&visitor.context, about.which, digest, mode).await {
            Ok(_) => see(&format!("{}?done=started", about.path())),
            Err(StartError::Moved(moved)) => has_moved(&about, &moved),
            Err(error) => about.refused(&visitor, &error),
        };
    }
    match edge.membership().import(&visitor.context, about.which).await {
        Ok(import) if import.digest != digest => about.refused(&visitor, &StartError::OtherPlan),
        Ok(import) => question(&about, &import, mode).asked(),
        Err(error) => about.refused(&visitor, &error),
    }
}

fn question(about: &About, import: &Import, mode: Mode) -> Question {
    let plan = import.plan();
    let line = |number: u32, one: &str, several: &str| {
        (number > 0).then(|| format!("{} {}", Count(number), if number == 1 { one } else { several }))
    };
    let mail = line(plan.mails, "person gets mail.", "people get mail.");
    let points = [
        line(plan.create, "person becomes a member, or is invited.", "people become members, or are invited."),
        line(plan.change, "member is changed.", "members are changed."),
        line(plan.unchanged, "row changes nothing.", "rows change nothing."),
        line(plan.refuse, "row is refused and left out.", "rows are refused and left out."),
        Some(mail.unwrap_or_else(|| "Nobody gets mail.".to_owned())),
        Some(
            match mode {
                Mode::RowByRow => "Row by row: if a row cannot be done any more by then, the others are.",
                Mode::AllOrNothing => "All or nothing: if any row cannot be done by then, none is.",
            }
            .to_owned(),
        ),
    ];
    Question {
        layout: about.admin.layout(format!("Import {}?", isolated(&import.file)), Section::Import, about.path()),
        lead: "It is done exactly as the plan shows. Mail that is out cannot be taken back.",
        points: points.into_iter().flatten().collect(),
        action: format!("{}/start", about.path()),
        hidden: vec![("digest", import.digest.clone()), ("mode", mode.as_str().to_owned())],
        yes: "Yes, start it",
        grave: false,
        back: about.path(),
    }
}

/// What has moved, and which rows: nothing was done.
fn has_moved(about: &About, moved: &dyn Refusal) -> Response {
    let shown = MovedPage {
        layout: about.admin.layout("Something has changed meanwhile", Section::Import, about.path()),
        what: sentence(&moved.to_string()),
        rows: moved.faults().iter().map(|fault| sentence(&fault.detail)).collect(),
        path: about.path(),
    };
    page(status_of(moved.kind()), &shown)
}
