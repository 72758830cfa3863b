//! What was just done, said once at the top of the page that one is led to. The address carries only the key.

const SAID: &[(&str, &str)] = &[
    ("added", "Added member successfully!"),
    ("invited", "The invitations are on their way."),
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

/// The sentence for a key; nothing for a key that is none.
pub(crate) fn told(key: &str) -> Option<&'static str> {
    SAID.iter().find(|(known, _)| *known == key).map(|(_, said)| *said)
}
