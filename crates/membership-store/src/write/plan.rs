//! What is to be written, in an order that foreign keys allow.

use super::{change::Change, rows::NewRows, script::Script};

/// Stages: new rows first, then changes. A stage ends where a new row follows a change.
#[derive(Default)]
pub(super) struct Plan {
    before: Vec<Stage>,
    stage: Stage,
}

#[derive(Default)]
struct Stage {
    new: NewRows,
    changes: Vec<Change>,
}

impl Plan {
    /// Where to put the next new rows.
    pub(super) fn new_rows(&mut self) -> &mut NewRows {
        if !self.stage.changes.is_empty() {
            self.before.push(std::mem::take(&mut self.stage));
        }
        &mut self.stage.new
    }

    pub(super) fn change(&mut self, change: Change) {
        self.stage.changes.push(change);
    }

    pub(super) fn write_to(self, script: &mut Script) {
        for stage in self.before.into_iter().chain([self.stage]) {
            stage.new.write_to(script);
            for change in stage.changes {
                change.write_to(script);
            }
        }
    }
}
