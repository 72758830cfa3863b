//! What was just done, said once at the top of the page that one is led to. The address carries only the key.

use serde::Deserialize;

/// What can have been done with members and departments.
pub(crate) const WITH_MEMBERS: &[(&str, &str)] = &[
    ("added", "Added member successfully!"),
    ("invited", "The invitations are on their way."),
    ("added-and-invited", "Added member successfully! Whoever has no account yet is invited."),
    ("prepared-one", "The invitation is ready to be sent."),
    ("prepared", "The invitations are ready to be sent."),
    ("disable", "Disabled. Access ended at once; everything is kept."),
    ("enable", "Enabled. Access is restored."),
    ("remove", "Removed. Access ended at once."),
    ("send", "The invitation is on its way."),
    ("invite-again", "Invited again. The link before it is dead."),
    ("revoke", "The invitation was withdrawn."),
    ("factor-on", "The second factor is on: codes are sent by mail."),
    ("factor-off", "The second factor is off."),
    ("edited", "The changes are saved."),
    ("department-made", "The department was added."),
    ("department-renamed", "The department was renamed."),
    ("department-moved", "The department was moved."),
    ("department-deleted", "The department was deleted."),
    ("department-dissolved", "The department was dissolved; everybody has moved."),
];

/// What the page before this one has done.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    done: String,
}

impl Said {
    /// The sentence for it, if it is one of what can be `done` there.
    pub(crate) fn among(&self, done: &[(&str, &'static str)]) -> Option<&'static str> {
        done.iter().find(|(key, _)| *key == self.done).map(|(_, said)| *said)
    }
}
