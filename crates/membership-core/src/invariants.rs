//! What is always true of a tenant, as functions: run by the model tests, after every injected fault, and by the doctor
//! on a live database. The numbers are those of docs/invariants.md.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::{
    account::Account,
    audit::{Head, Record},
    department::{Department, Headcount, MAX_DEPTH, Tree},
    id::{DepartmentId, InvitationId, MemberId, MessageId, RoleId},
    invitation::{Channel, Invitation, Inviter, State},
    member::{Member, MemberState, MemberStatus, transfer::Transfer},
    outbox::{Delivery, Mail, MailKind},
    role::{Access, Catalogue, Grant, Role},
    store::StoreError,
    tenant::{
        Tenant, TenantStatus, Validity,
        representative::{Answer, Nomination},
    },
};

/// Everything there is in a tenant at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    /// The tenant.
    pub tenant: Tenant,
    /// Its applications and roles.
    pub access: Access,
    /// Its departments, with how many members are said to belong to each.
    pub departments: Vec<(Department, Headcount)>,
    /// Its members, removed ones too.
    pub members: Vec<Member>,
    /// Its invitations.
    pub invitations: Vec<Invitation>,
    /// The hand-overs of what its removed members held.
    pub transfers: Vec<Transfer>,
    /// The offers to become its representative.
    pub nominations: Vec<Nomination>,
    /// The accounts of its members.
    pub accounts: Vec<Account>,
    /// Its outbox.
    pub outbox: Vec<(MessageId, Mail, Delivery)>,
    /// Its audit, oldest first.
    pub audit: Vec<Record>,
}

/// A line of docs/invariants.md that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The line's number.
    pub line: u8,
    /// What is wrong, with the ids of what is concerned.
    pub detail: String,
}

type Check = fn(&World, DateTime<Utc>) -> Vec<String>;

/// Every check with its line.
pub const CHECKS: &[(u8, Check)] = &[
    (1, one_representative),
    (2, the_representative_is_an_administrator),
    (3, an_administrator_is_enabled),
    (4, one_offer_stands),
    (10, roles_include_each_other_in_no_circle),
    (11, references_stay_within_the_tenant),
    (12, the_administrators_hold_everything),
    (14, one_membership_and_one_open_invitation),
    (16, joined_members_have_an_account),
    (17, who_is_gone_holds_nothing),
    (19, members_and_invitations_agree),
    (25, open_invitations_have_a_deadline),
    (28, proved_addresses_are_unique),
    (36, departments_are_one_tree),
    (38, everybody_belongs_to_departments_that_are_there),
    (39, siblings_have_different_names),
    (41, the_audit_has_no_gap),
    (43, mail_is_owed_once),
    (44, no_dead_link_waits_to_be_sent),
];

/// Every line that does not hold in `world` at `now`.
pub fn check(world: &World, now: DateTime<Utc>) -> Vec<Violation> {
    CHECKS
        .iter()
        .flat_map(|(line, check)| check(world, now).into_iter().map(|detail| Violation { line: *line, detail }))
        .collect()
}

impl World {
    fn present(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.status() != MemberStatus::Removed)
    }

    /// Whether `member` holds the tenant administrator's role for good.
    fn is_administrator(&self, member: &Member) -> bool {
        let administrators = self.access.roles.iter().filter(|role| role.administrator);
        administrators
            .map(|role| Grant::Role(role.id))
            .any(|grant| member.assignments.end_of(&grant, None) == Some(None))
    }

    fn tree(&self) -> Result<Tree, StoreError> {
        Tree::grow(self.tenant.tree, self.departments.iter().map(|(department, _)| department.clone()))
    }

    fn invitations_by_id(&self) -> BTreeMap<InvitationId, &Invitation> {
        self.invitations.iter().map(|invitation| (invitation.id, invitation)).collect()
    }
}

fn one_representative(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let count = world.present().filter(|member| member.representative).count();
    if count == 1 { Vec::new() } else { vec![format!("the tenant has {count} representatives")] }
}

fn the_representative_is_an_administrator(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let fit = |member: &Member| {
        world.is_administrator(member)
            && (member.status() == MemberStatus::Enabled || world.tenant.status == TenantStatus::SettingUp)
    };
    let unfit = world.present().filter(|member| member.representative && !fit(member));
    unfit.map(|member| format!("the representative {} is no enabled administrator", member.id)).collect()
}

fn an_administrator_is_enabled(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let fit = |member: &Member| member.status() == MemberStatus::Enabled && world.is_administrator(member);
    if world.tenant.status == TenantStatus::SettingUp || world.members.iter().any(fit) {
        Vec::new()
    } else {
        vec!["the tenant has no enabled administrator".to_owned()]
    }
}

fn references_stay_within_the_tenant(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let roles: BTreeSet<RoleId> = world.access.roles.iter().map(|role| role.id).collect();
    let catalogue = Catalogue::compile(world.tenant.catalogue, world.access.clone());
    let members: BTreeSet<MemberId> = world.members.iter().map(|member| member.id).collect();
    let departments: BTreeSet<DepartmentId> = world.departments.iter().map(|(department, _)| department.id).collect();
    let mut found = Vec::new();
    for (department, _) in &world.departments {
        if department.tenant != world.tenant.id {
            found.push(format!("department {} is of another tenant", department.id));
        }
    }
    for role in &world.access.roles {
        if role.tenant != world.tenant.id || !role.includes.is_subset(&roles) {
            found.push(format!("role {} or one that it includes is of another tenant", role.id));
        }
    }
    for member in &world.members {
        let known = member
            .assignments
            .iter()
            .all(|held| catalogue.has(&held.grant) && held.within.is_none_or(|within| departments.contains(&within)));
        let creator = member.creator.is_none_or(|creator| members.contains(&creator));
        if member.tenant != world.tenant.id || !known || !creator {
            found.push(format!("member {} or something it holds is of another tenant", member.id));
        }
    }
    for invitation in &world.invitations {
        let inviter_is_foreign = match invitation.inviter {
            Inviter::Member(inviter) => !members.contains(&inviter),
            Inviter::Operator(_) => false,
        };
        if invitation.tenant != world.tenant.id || !members.contains(&invitation.member) || inviter_is_foreign {
            found.push(format!("invitation {} or its members are of another tenant", invitation.id));
        }
    }
    for transfer in &world.transfers {
        let heirs = transfer.shares.iter().map(|share| &share.heir);
        if !heirs.chain([&transfer.member, &transfer.heir]).all(|member| members.contains(member)) {
            found.push(format!("hand-over {} is of or for somebody of another tenant", transfer.id));
        }
    }
    found
}

fn one_offer_stands(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let open = world.nominations.iter().filter(|nomination| nomination.answer == Answer::None).count();
    let members: BTreeSet<MemberId> = world.members.iter().map(|member| member.id).collect();
    let foreign =
        |nomination: &&Nomination| !members.contains(&nomination.nominee) || !members.contains(&nomination.nominator);
    let mut found: Vec<String> =
        world.nominations.iter().filter(foreign).map(|own| format!("offer {} is to a stranger", own.id)).collect();
    if open > 1 {
        found.push(format!("{open} offers to become the representative wait for an answer"));
    }
    found
}

fn the_administrators_hold_everything(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let all = world.access.applications.iter().flat_map(|application| &application.permissions);
    let all: Vec<_> = all.map(|named| &named.permission).collect();
    let administrators: Vec<&Role> = world.access.roles.iter().filter(|role| role.administrator).collect();
    match administrators.as_slice() {
        [one] if all.iter().all(|permission| one.permissions.contains(permission)) => Vec::new(),
        [one] => vec![format!("the administrators' role {} does not hold everything", one.id)],
        several => vec![format!("the tenant has {} administrators' roles", several.len())],
    }
}

fn roles_include_each_other_in_no_circle(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let catalogue = Catalogue::compile(world.tenant.catalogue, world.access.clone());
    let circle = |role: &&Role| role.includes.iter().any(|included| catalogue.reaches(*included, role.id));
    world.access.roles.iter().filter(circle).map(|role| format!("role {} includes itself", role.id)).collect()
}

fn who_is_gone_holds_nothing(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let mut found = Vec::new();
    for member in world.members.iter().filter(|member| member.status() == MemberStatus::Removed) {
        if !member.assignments.is_empty() || !member.departments.all().is_empty() || member.representative {
            found.push(format!("the removed member {} still holds something", member.id));
        }
    }
    let gone: BTreeSet<MemberId> =
        world.members.iter().filter(|m| m.status() == MemberStatus::Removed).map(|m| m.id).collect();
    for transfer in &world.transfers {
        let done = transfer.shares.iter().all(|share| share.done_at.is_some());
        let finished = transfer.due_at().is_none();
        let mut heirs = transfer.shares.iter().map(|share| share.heir).chain([transfer.heir]);
        let to_nobody = !finished && heirs.any(|heir| gone.contains(&heir));
        if !gone.contains(&transfer.member) || (finished && !done) || to_nobody {
            let id = transfer.id;
            found
                .push(format!("hand-over {id} is of somebody who is there, to somebody who is not, or was never done"));
        }
    }
    found
}

fn one_membership_and_one_open_invitation(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let mut accounts = BTreeSet::new();
    let mut addresses = BTreeSet::new();
    let mut found = Vec::new();
    for member in world.present() {
        if member.account().is_some_and(|account| !accounts.insert(account)) {
            found.push(format!("member {} is a second membership of its account", member.id));
        }
        if member.email.as_ref().is_some_and(|address| !addresses.insert(address)) {
            found.push(format!("member {} has the address of another member", member.id));
        }
    }
    found
}

fn joined_members_have_an_account(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let accounts: BTreeSet<_> = world.accounts.iter().map(|account| account.id).collect();
    let orphan = |member: &&Member| member.account().is_some_and(|account| !accounts.contains(&account));
    world.present().filter(orphan).map(|member| format!("the account of member {} is missing", member.id)).collect()
}

fn members_and_invitations_agree(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let invitations = world.invitations_by_id();
    let mut found = Vec::new();
    for member in world.present() {
        if let MemberState::NotJoined { invitation } = member.state {
            let own = invitations.get(&invitation);
            let joined = own.is_some_and(|own| matches!(own.state, State::Joined { .. }));
            if own.is_none_or(|own| own.member != member.id) || joined {
                found.push(format!("member {} has not joined and has no invitation of its own to join by", member.id));
            }
        }
    }
    let members: BTreeMap<MemberId, &Member> = world.members.iter().map(|member| (member.id, member)).collect();
    for invitation in &world.invitations {
        if let (State::Joined { account, .. }, Some(member)) = (&invitation.state, members.get(&invitation.member))
            && member.account() != Some(*account)
        {
            found.push(format!("invitation {} was used by another account than its member's", invitation.id));
        }
    }
    found
}

fn open_invitations_have_a_deadline(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let wrong = |invitation: &&Invitation| match invitation.state {
        State::Invited { expires_at } => {
            invitation.generation == 0
                || invitation.sent_at.map(|sent| invitation.validity.end(sent)) != Some(expires_at)
        }
        // The window may have become shorter since.
        State::Accepted { at, expires_at, .. } => Validity::MAX.end(at) < expires_at,
        State::Ready => invitation.generation != 0,
        State::Joined { .. } | State::Rejected { .. } | State::Expired { .. } => invitation.generation == 0,
        State::Revoked { .. } => false,
    };
    let wrong = world.invitations.iter().filter(wrong);
    wrong.map(|invitation| format!("the deadline or generation of invitation {} is wrong", invitation.id)).collect()
}

fn proved_addresses_are_unique(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let twice = |account: &&Account| account.proved_email().is_some_and(|address| !seen.insert(address.clone()));
    let twice: Vec<_> = world.accounts.iter().filter(twice).collect();
    twice.iter().map(|account| format!("account {} has the proved address of another", account.id)).collect()
}

fn departments_are_one_tree(world: &World, _: DateTime<Utc>) -> Vec<String> {
    match world.tree() {
        Err(error) => vec![format!("{error:?}")],
        Ok(tree) => {
            let deep = tree.departments().filter(|department| tree.depth(department.id) > Some(MAX_DEPTH));
            deep.map(|department| format!("department {} is too deep", department.id)).collect()
        }
    }
}

fn everybody_belongs_to_departments_that_are_there(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let Ok(tree) = world.tree() else { return Vec::new() };
    let mut found = Vec::new();
    let mut counts: BTreeMap<DepartmentId, Headcount> = BTreeMap::new();
    for member in world.present() {
        let expected = tree.departments_of(member.departments.all());
        if member.departments.all().is_empty() || expected.as_ref() != Ok(&member.departments) {
            found.push(format!("member {} belongs nowhere, to what is not there, or is counted wrongly", member.id));
        }
        member.departments.all().iter().for_each(|one| counts.entry(*one).or_default().members += 1);
        member.departments.meets().iter().for_each(|one| counts.entry(*one).or_default().meets += 1);
    }
    for (department, headcount) in &world.departments {
        if counts.get(&department.id).copied().unwrap_or_default() != *headcount {
            found.push(format!("department {} has not as many members as it says", department.id));
        }
    }
    found
}

fn siblings_have_different_names(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let twice = world.departments.iter().filter(|(own, _)| !seen.insert((own.parent, own.name.canonical())));
    let twice: Vec<_> = twice.collect();
    twice.iter().map(|(department, _)| format!("department {} has a sibling's name", department.id)).collect()
}

fn the_audit_has_no_gap(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let mut head = Head::default();
    for record in &world.audit {
        if !record.follows(&head) {
            return vec![format!("the audit is broken at revision {}", record.revision)];
        }
        head = record.head();
    }
    Vec::new()
}

fn mail_is_owed_once(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (id, mail, _) in &world.outbox {
        if *id != mail.id() || !seen.insert((mail.kind, mail.subject, mail.generation)) {
            found.push(format!("message {id} is not the one message of what it is about"));
        }
    }
    for invitation in &world.invitations {
        // Earlier links may have gone another way, and a closed invitation may have been turned to an address since.
        let is_out = matches!(invitation.state, State::Invited { .. } | State::Accepted { .. } | State::Joined { .. });
        let by_mail = matches!(invitation.channel, Channel::Mail(_));
        let own = |mail: &Mail| mail.subject == invitation.id.as_uuid() && mail.generation == invitation.generation;
        if is_out && by_mail && !world.outbox.iter().any(|(_, mail, _)| own(mail)) {
            found.push(format!("the newest mail of invitation {} is missing", invitation.id));
        }
    }
    found
}

fn no_dead_link_waits_to_be_sent(world: &World, _: DateTime<Utc>) -> Vec<String> {
    let invitations = world.invitations_by_id();
    let dead = |mail: &Mail| {
        if mail.kind != MailKind::Invitation {
            return false;
        }
        let invitation = invitations.get(&InvitationId::from_uuid(mail.subject));
        invitation.is_none_or(|invitation| {
            mail.generation < invitation.generation
                || matches!(
                    invitation.state,
                    State::Joined { .. } | State::Rejected { .. } | State::Revoked { .. } | State::Expired { .. }
                )
        })
    };
    let waits = |delivery: &Delivery| match delivery {
        Delivery::Queued | Delivery::Sending { .. } | Delivery::Deferred { .. } => true,
        Delivery::Sent { .. } | Delivery::Failed { .. } | Delivery::Cancelled { .. } => false,
    };
    let wrong = world.outbox.iter().filter(|(_, mail, delivery)| waits(delivery) && dead(mail));
    wrong.map(|(id, _, _)| format!("message {id} waits to be sent with a dead link")).collect()
}
