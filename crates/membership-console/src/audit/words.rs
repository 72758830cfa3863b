//! What each event of a tenant is called, for people, and in which groups they can be looked for.

/// Events of one kind of thing.
pub(super) struct Group {
    /// What all of their names begin with.
    pub(super) prefix: &'static str,
    pub(super) label: &'static str,
    pub(super) events: &'static [(&'static str, &'static str)],
}

pub(super) const GROUPS: &[Group] = &[
    Group {
        prefix: "member",
        label: "Members",
        events: &[
            ("member.added", "Added with a temporary password"),
            ("member.admitted", "Joined at once, as the owner of an account"),
            ("member.invited", "Invited"),
            ("member.joined", "Joined"),
            ("member.edited", "Changed a member"),
            ("member.disabled", "Disabled"),
            ("member.enabled", "Enabled"),
            ("member.removed", "Removed"),
            ("member.left", "Left"),
            ("member.reset-issued", "Made a link to another password"),
            ("member.factors-switched", "Switched the second factor"),
        ],
    },
    Group {
        prefix: "invitation",
        label: "Invitations",
        events: &[
            ("invitation.issued", "Issued a link"),
            ("invitation.readdressed", "Sent the invitation to another address"),
            ("invitation.vouched", "Answers for the invitation"),
            ("invitation.opened", "Opened the link for the first time"),
            ("invitation.accepted", "Accepted the invitation"),
            ("invitation.rejected", "Declined the invitation"),
            ("invitation.revoked", "Withdrew the invitation"),
            ("invitation.expired", "The invitation expired"),
        ],
    },
    Group {
        prefix: "representative",
        label: "Representative",
        events: &[
            ("representative.nominated", "Asked to become the representative"),
            ("representative.declined", "Declined to become the representative"),
            ("representative.withdrawn", "Withdrew the offer to become the representative"),
            ("representative.changed", "Became the representative"),
        ],
    },
    Group {
        prefix: "role",
        label: "Roles",
        events: &[
            ("role.defined", "Made a role"),
            ("role.edited", "Changed a role"),
            ("role.deleted", "Deleted a role"),
        ],
    },
    Group {
        prefix: "department",
        label: "Departments",
        events: &[
            ("department.created", "Made a department"),
            ("department.renamed", "Renamed a department"),
            ("department.moved", "Moved a department"),
            ("department.deleted", "Deleted a department"),
        ],
    },
    Group {
        prefix: "transfer",
        label: "Hand-overs",
        events: &[
            ("transfer.attempted", "Tried to hand over what was held"),
            ("transfer.heir-named", "Named another heir"),
            ("transfer.finished", "Everything was handed over"),
        ],
    },
    Group {
        prefix: "import",
        label: "Imports",
        events: &[
            ("import.started", "Started an import"),
            ("import.advanced", "Went on with an import"),
            ("import.ended", "Ended an import"),
        ],
    },
    Group {
        prefix: "api-key",
        label: "API keys",
        events: &[("api-key.made", "Made an API key"), ("api-key.revoked", "Revoked an API key")],
    },
    Group {
        prefix: "account",
        label: "Accounts",
        events: &[
            ("account.registered", "Made an account"),
            ("account.address-proved", "Proved an address"),
            ("account.reset-issued", "Made a link to another password"),
            ("account.sessions-ended", "Ended all sessions"),
            ("account.factors-changed", "Changed the second factors"),
        ],
    },
    Group {
        prefix: "session",
        label: "Sessions",
        events: &[("session.started", "Signed in"), ("session.ended", "A session ended")],
    },
    Group {
        prefix: "tenant",
        label: "Organisation",
        events: &[
            ("tenant.created", "The organisation was made"),
            ("tenant.activated", "The organisation came into use"),
            ("tenant.suspended", "Suspended the organisation"),
            ("tenant.resumed", "Resumed the organisation"),
            ("tenant.edited", "Changed its name or looks"),
            ("tenant.policy-changed", "Changed the rules"),
        ],
    },
];

/// What the event `name` is called. One that is not listed keeps its own name.
pub(super) fn said(name: &str) -> String {
    let mut all = GROUPS.iter().flat_map(|group| group.events);
    all.find(|(known, _)| *known == name).map_or_else(|| name.to_owned(), |(_, said)| (*said).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_stands_in_its_group() {
        for group in GROUPS {
            for (event, _) in group.events {
                assert_eq!(event.split_once('.').unwrap().0, group.prefix);
            }
        }
        assert_eq!(said("role.edited"), "Changed a role");
        assert_eq!(said("<b>"), "<b>");
    }
}
