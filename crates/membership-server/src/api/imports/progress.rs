//! How far an import is, as it goes.

use std::time::Duration;

use futures_util::stream::{self, BoxStream, StreamExt as _};
use membership_core::import::start::{ImportOf, StartError};
use membership_web::{Credential, Edge};
use poem::{
    Request,
    web::{Data, sse::Event},
};
use poem_openapi::{OpenApi, param::Path, payload::EventStream, types::ToJSON as _};
use tokio::time::sleep;

use super::{Chapter, at};
use crate::{
    answer::Answer,
    caller::Caller,
    representation::{ImportProgress, ImportStatus},
};

/// Between two looks while it goes on: at most four events a second.
const PAUSE: Duration = Duration::from_millis(250);
/// Between two looks while nothing is done.
const LONG_PAUSE: Duration = Duration::from_secs(1);
/// How often something is said where there is nothing new, so that nobody on the way takes the connection for dead.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

pub(crate) struct ImportProgressApi;

/// Whoever listens, and what was told.
struct Listener {
    credential: Credential,
    which: ImportOf,
    told: Option<ImportProgress>,
}

#[OpenApi(prefix_path = "/api/v1", tag = "Chapter::Imports")]
impl ImportProgressApi {
    /// Follow an import
    ///
    /// How far it is, as server-sent events: one called `progress` for each change, at most four a second, and one called `ended`
    /// when it is over, which is the last. It ends before that for whoever may not see the import any more.
    #[oai(path = "/tenants/:tenant/imports/:import/progress", method = "get", operation_id = "followImport")]
    async fn follow(
        &self,
        edge: Data<&Edge>,
        caller: Caller,
        /// The tenant.
        tenant: Path<String>,
        /// The import.
        import: Path<String>,
        request: &Request,
    ) -> Answer<EventStream<BoxStream<'static, ImportProgress>>> {
        let which = at(&tenant, &import);
        edge.membership().import(&caller.context, which).await?;
        let listener = Listener { credential: Credential::of(&edge, request), which, told: None };
        let events = stream::unfold(listener, Listener::next).boxed();
        Ok(EventStream::new(events).keep_alive(SIGN_OF_LIFE).to_event(event))
    }
}

impl Listener {
    /// The next thing to tell, with whoever goes on listening; nothing once it is over, or not to be told any more.
    async fn next(mut self) -> Option<(ImportProgress, Self)> {
        loop {
            match self.told.as_ref().map(|told| told.status) {
                None => {}
                Some(ImportStatus::Running) => sleep(PAUSE).await,
                Some(ImportStatus::Reading | ImportStatus::Planned) => sleep(LONG_PAUSE).await,
                Some(ImportStatus::Ended) => return None,
            }
            let progress = self.look().await?;
            let is_news =
                |told: &ImportProgress| (told.status, told.rows_done) != (progress.status, progress.rows_done);
            if self.told.as_ref().is_none_or(is_news) {
                self.told = Some(progress.clone());
                return Some((progress, self));
            }
        }
    }

    /// How far it is; nothing for whoever may not know.
    async fn look(&self) -> Option<ImportProgress> {
        let edge = self.credential.edge();
        let visitor = self.credential.visitor().await.ok()?;
        match edge.membership().import(&visitor.context, self.which).await {
            Ok(import) => Some(ImportProgress::at(&import, visitor.context.now)),
            Err(StartError::Store(error)) => {
                tracing::warn!(?error, "whoever follows an import has to ask again");
                None
            }
            Err(_) => None,
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "a stream gives its items away")]
fn event(progress: ImportProgress) -> Event {
    let name = match progress.status {
        ImportStatus::Reading | ImportStatus::Planned | ImportStatus::Running => "progress",
        ImportStatus::Ended => "ended",
    };
    Event::message(progress.to_json_string()).event_type(name)
}
