//! What a row or a whole import comes to: an icon and a word, never a colour alone.

use askama::{Template, filters::HtmlSafe};
use membership_core::import::{Ending, Import, ImportState, VerdictKind};

/// An icon and a word.
#[derive(Debug, Clone, Copy, Template)]
#[template(path = "import/mark.html")]
pub(super) struct Mark {
    icon: Icon,
    class: &'static str,
    word: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Icon {
    New,
    Changed,
    Same,
    Bad,
    Done,
    Waiting,
    Over,
}

impl HtmlSafe for Mark {}

impl Mark {
    const fn new(icon: Icon, class: &'static str, word: &'static str) -> Self {
        Self { icon, class, word }
    }

    /// Where an import stands.
    pub(super) fn of(import: &Import) -> Self {
        match &import.state {
            ImportState::Reading => Self::new(Icon::Waiting, "off", "Being read"),
            ImportState::Planned => Self::new(Icon::Waiting, "wait", "Planned"),
            ImportState::Running(_) => Self::new(Icon::Waiting, "wait", "Under way"),
            ImportState::Ended { how, .. } => match how {
                Ending::Done if import.done().refuse > 0 => Self::new(Icon::Bad, "bad", "Done in part"),
                Ending::Done => Self::new(Icon::Done, "good", "Done"),
                Ending::Cancelled { .. } => Self::new(Icon::Over, "off", "Cancelled"),
                Ending::Stopped { .. } => Self::new(Icon::Bad, "bad", "Stopped"),
            },
        }
    }

    /// What a row would do.
    pub(super) const fn planned(kind: VerdictKind) -> Self {
        match kind {
            VerdictKind::Create => Self::new(Icon::New, "good", "New"),
            VerdictKind::Change => Self::new(Icon::Changed, "wait", "Change"),
            VerdictKind::Unchanged => Self::new(Icon::Same, "off", "Unchanged"),
            VerdictKind::Refuse => Self::new(Icon::Bad, "bad", "Refused"),
        }
    }

    /// What a row has done.
    pub(super) const fn done(kind: VerdictKind) -> Self {
        match kind {
            VerdictKind::Create => Self::new(Icon::Done, "good", "Created"),
            VerdictKind::Change => Self::new(Icon::Done, "good", "Changed"),
            VerdictKind::Unchanged | VerdictKind::Refuse => Self::planned(kind),
        }
    }

    /// A row that an import never came to.
    pub(super) const fn not_done() -> Self {
        Self::new(Icon::Over, "off", "Not done")
    }
}
