//! Planning again, ending an import that runs, and forgetting one that does not.

use membership_core::{import::Import, refusal::Refusal as _};
use membership_web::{Edge, Visitor};
use poem::{Response, handler, web::Data};

use super::{
    About,
    count::Count,
    question::{Question, is_answered},
};
use crate::{layout::Section, page::see, settled::On, typed::Typed, words::isolated};

/// Plans what was uploaded anew: the tenant may have changed since.
#[handler]
pub(crate) async fn again(edge: Data<&Edge>, On(visitor, about): On<About>) -> Response {
    match edge.membership().plan_import_again(&visitor.context, about.which.tenant, about.which.import).await {
        Ok(_) => see(&format!("{}?done=planned", about.path())),
        Err(error) => about.refused(&visitor, &error),
    }
}

/// Asks, and once that is answered, ends it between two batches.
#[handler]
pub(crate) async fn cancel(edge: Data<&Edge>, On(visitor, about): On<About>, typed: Typed) -> Response {
    if is_answered(&typed) {
        return match edge.membership().cancel_import(&visitor.context, about.which).await {
            Ok(_) => see(&format!("{}?done=cancelled", about.path())),
            // It was over before the answer came: that page says how.
            Err(error) if error.code() == "import-not-running" => see(&about.path()),
            Err(error) => about.refused(&visitor, &error),
        };
    }
    let import = match looked_up(&edge, &visitor, &about).await {
        Ok(import) => import,
        Err(page) => return page,
    };
    let (done, all) = (import.done().rows(), import.plan().rows());
    let question = Question {
        layout: about.admin.layout("Cancel this import?", Section::Import, about.path()),
        lead: "It ends after the rows that are being done at this moment.",
        points: vec![
            match done {
                0 => "No row is done yet.".to_owned(),
                done => format!("{} of {} are done, and stay done.", Count(done), Count(all).of("row")),
            },
            "The rest is not done. The result says which rows these are; upload it again to go on.".to_owned(),
        ],
        action: format!("{}/cancel", about.path()),
        hidden: Vec::new(),
        yes: "Yes, cancel it",
        grave: true,
        back: about.path(),
    };
    question.asked()
}

/// Asks, and once that is answered, forgets what was uploaded and its result.
#[handler]
pub(crate) async fn discard(edge: Data<&Edge>, On(visitor, about): On<About>, typed: Typed) -> Response {
    if is_answered(&typed) {
        return match edge.membership().forget_import(&visitor.context, about.which).await {
            Ok(()) => see(&format!("{}?done=discarded", Section::Import.path(&about.which.tenant))),
            Err(error) => about.refused(&visitor, &error),
        };
    }
    let import = match looked_up(&edge, &visitor, &about).await {
        Ok(import) => import,
        Err(page) => return page,
    };
    let (lead, point) = match import.course() {
        None => ("What was uploaded is forgotten.", "Nothing was done with it, and nothing will be."),
        Some(_) => (
            "What was uploaded is forgotten, and its result with the links to hand over.",
            "What the import has done stays done.",
        ),
    };
    let question = Question {
        layout: about.admin.layout(format!("Discard {}?", isolated(&import.file)), Section::Import, about.path()),
        lead,
        points: vec![point.to_owned()],
        action: format!("{}/discard", about.path()),
        hidden: Vec::new(),
        yes: "Yes, discard it",
        grave: true,
        back: about.path(),
    };
    question.asked()
}

async fn looked_up(edge: &Edge, visitor: &Visitor, about: &About) -> Result<Import, Response> {
    let found = edge.membership().import(&visitor.context, about.which).await;
    found.map_err(|error| about.refused(visitor, &error))
}
