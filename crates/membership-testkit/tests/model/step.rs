//! What can be done, and by whom.

use std::collections::BTreeSet;

/// Microseconds.
pub(crate) type Micros = i64;
pub(crate) const HOUR: Micros = 3_600_000_000;

/// The end of an assignment.
pub(crate) type Until = Option<Micros>;

/// Those with a lower number have an account from the beginning, the others not until they register.
pub(crate) const WITH_ACCOUNT: u8 = 2;
/// The invitation that is not for anybody's address: a link for whoever holds it. Lower numbers are people's addresses.
pub(crate) const UNBOUND: u8 = 4;
/// The first account operates the installation and represents the first tenant; the second represents the other.
pub(crate) const OPERATOR: usize = 0;
/// How many usernames there are to choose from.
pub(crate) const USERNAMES: u8 = 12;
/// How many names of roles there are to choose from, beside those of the preset.
pub(crate) const ROLE_NAMES: u8 = 6;

/// Everything that can be allowed in a tenant.
pub(crate) const PERMISSIONS: [&str; 17] = [
    "membership:members.read",
    "membership:members.invite",
    "membership:members.manage",
    "membership:roles.manage",
    "membership:tenant.manage",
    "membership:audit.read",
    "workspace:tasks.view",
    "workspace:tasks.edit",
    "workspace:tasks.assign",
    "workspace:tasks.delete",
    "workspace:files.view",
    "workspace:files.edit",
    "workspace:files.share",
    "workspace:files.delete",
    "workspace:reports.view",
    "workspace:reports.export",
    "membership:departments.manage",
];
pub(crate) const READ: u8 = 0;
pub(crate) const INVITE: u8 = 1;
pub(crate) const MANAGE: u8 = 2;
pub(crate) const ROLES: u8 = 3;

/// Some of [`PERMISSIONS`], by number.
pub(crate) type Permissions = BTreeSet<u8>;

/// Something to give: a role of the tenant, or a permission, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Give {
    Role(usize),
    Permission(u8),
}

/// What is given, each for good or until so long after the moment of giving.
pub(crate) type Gives = Vec<(Give, Option<Micros>)>;

/// What a role shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RoleText {
    pub(crate) name: u8,
    pub(crate) permissions: Permissions,
    pub(crate) includes: Vec<usize>,
}

/// Which link is in the hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    Newest,
    /// The one before it.
    Older,
    /// The next, which was not issued yet.
    Unborn,
    /// The newest, with the other tenant's name in it.
    Foreign,
}

/// Something that an account does in a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    Invite { slot: u8, by_mail: bool, now: bool, gives: Gives },
    Send(usize),
    Resend(usize),
    Revoke(usize),
    Add { username: u8, gives: Gives },
    Edit { member: usize, gives: Gives },
    Disable(usize),
    Enable(usize),
    Remove(usize),
    Leave,
    Define(RoleText),
    EditRole { role: usize, text: RoleText },
    DeleteRole(usize),
    Nominate(usize),
    TakeOver,
    Decline,
    Withdraw,
    Suspend,
    Resume,
}

/// Members, accounts and roles are numbered in the order in which they came to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Do {
        by: usize,
        tenant: usize,
        deed: Deed,
    },
    Open {
        member: usize,
        link: Link,
    },
    Accept {
        member: usize,
        link: Link,
        who: Option<usize>,
    },
    Join {
        member: usize,
        link: Link,
        who: Option<usize>,
    },
    Register {
        member: usize,
        link: Link,
        username: u8,
    },
    Reject {
        member: usize,
        link: Link,
    },
    SignIn(usize),
    ChangePassword(usize),
    Sweep,
    /// What removed members held is handed over.
    Carry,
    Wait(Micros),
}

/// What happens before every history, so that there is something to tell: five people in the first tenant, an
/// administrator, another for 30 hours, a member manager, somebody who looks after a few roles, and a member; and two roles of its own, one of
/// which includes the other.
pub(crate) fn prelude() -> Vec<Step> {
    let by_operator = |deed| Step::Do { by: OPERATOR, tenant: 0, deed };
    let role = |name, permissions: &[u8], includes: &[usize]| {
        let permissions = permissions.iter().copied().collect();
        by_operator(Deed::Define(RoleText { name, permissions, includes: includes.to_vec() }))
    };
    let add = |username, roles: &[usize]| {
        let gives = roles.iter().map(|role| (Give::Role(*role), None)).collect();
        by_operator(Deed::Add { username, gives })
    };
    let mut steps = vec![role(1, &[6], &[]), role(0, &[ROLES, INVITE, 6, 7], &[3])];
    steps.extend([add(0, &[0]), add(1, &[1]), add(2, &[2, 4]), add(3, &[2])]);
    let for_a_time = vec![(Give::Role(0), Some(30 * HOUR))];
    steps.push(by_operator(Deed::Add { username: 4, gives: for_a_time }));
    let first = 2 + usize::from(WITH_ACCOUNT);
    steps.extend((first..first + 5).map(Step::ChangePassword));
    steps
}

impl Deed {
    /// The member that it is about.
    pub(crate) const fn target(&self) -> Option<usize> {
        match self {
            Self::Send(member)
            | Self::Resend(member)
            | Self::Revoke(member)
            | Self::Edit { member, .. }
            | Self::Disable(member)
            | Self::Enable(member)
            | Self::Remove(member)
            | Self::Nominate(member) => Some(*member),
            Self::Invite { .. }
            | Self::Add { .. }
            | Self::Leave
            | Self::Define(_)
            | Self::EditRole { .. }
            | Self::DeleteRole(_)
            | Self::TakeOver
            | Self::Decline
            | Self::Withdraw
            | Self::Suspend
            | Self::Resume => None,
        }
    }

    /// The roles that it names.
    pub(crate) fn roles(&self) -> Vec<usize> {
        let given = |gives: &Gives| {
            let roles = gives.iter().filter_map(|(give, _)| match give {
                Give::Role(role) => Some(*role),
                Give::Permission(_) => None,
            });
            roles.collect()
        };
        match self {
            Self::Invite { gives, .. } | Self::Add { gives, .. } | Self::Edit { gives, .. } => given(gives),
            Self::Define(text) => text.includes.clone(),
            Self::EditRole { role, text } => text.includes.iter().copied().chain([*role]).collect(),
            Self::DeleteRole(role) => vec![*role],
            Self::Send(_)
            | Self::Resend(_)
            | Self::Revoke(_)
            | Self::Disable(_)
            | Self::Enable(_)
            | Self::Remove(_)
            | Self::Leave
            | Self::Nominate(_)
            | Self::TakeOver
            | Self::Decline
            | Self::Withdraw
            | Self::Suspend
            | Self::Resume => Vec::new(),
        }
    }
}
