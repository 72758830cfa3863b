//! Writing: what each event leaves in the tables. The only place that changes a row of the domain.
//!
//! Rows that are new are gathered and written many at a time, because a statement for each row costs ten times as much;
//! the order of the events is kept wherever a change stands between them.

mod change;
mod plan;
mod rows;
mod script;

use std::collections::BTreeMap;

use membership_core::{
    account::{Account, Session},
    audit::Record,
    context::Context,
    department::Lineage,
    event::{DepartmentChange, Event, MemberChange},
    id::CatalogueId,
    member::transfer::Transfer,
    role::Role,
    store::{Scope, StoreError},
    tenant::{Tenant, branding::Picture},
};
use sea_orm::ConnectionTrait;

use crate::{
    search::{Entry, texts_of},
    table::{
        assignment, audit,
        audit_head::{self, End},
        import::{PLANNED, RUNNING},
        logo, member, member_department, outbox, role_include, transfer_share,
    },
};
use change::Change;
use plan::Plan;
pub(crate) use script::CHUNK;
use script::Script;

/// Writes `events` of a transaction about `scope`, whose audit ends at `end` (if it has begun).
pub(crate) async fn write<C: ConnectionTrait>(
    db: &C,
    scope: Scope,
    end: Option<End>,
    ctx: &Context,
    events: &[Event],
) -> Result<(), StoreError> {
    let mut plan = Plan::default();
    for event in events {
        concerns(scope, event)?;
        rows_of(event, &mut plan)?;
        plan.count(event);
        mail_of(event, ctx, &mut plan);
    }
    let mut script = Script::new(db.get_database_backend());
    plan.write_to(&mut script);
    records_of(scope, end, ctx, events, &mut script);
    script.run(db).await
}

/// A transaction writes of its own tenant only: that is what it has locked. One about the installation founds tenants.
fn concerns(scope: Scope, event: &Event) -> Result<(), StoreError> {
    match (scope, event.tenant()) {
        (Scope::Installation, Some(_)) | (_, None) => Ok(()),
        (Scope::Tenant(own), Some(tenant)) if own == tenant => Ok(()),
        (Scope::Tenant(_) | Scope::Account(_), Some(tenant)) => {
            let detail = format!("{} of tenant {tenant} in a transaction about something else", event.name());
            Err(StoreError::Corrupt { detail })
        }
    }
}

#[expect(clippy::too_many_lines, reason = "one arm for each event, so that a new one is thought of")]
fn rows_of(event: &Event, plan: &mut Plan) -> Result<(), StoreError> {
    match event {
        Event::SetUpLinkIssued(installation) | Event::InstallationSetUp(installation) => {
            plan.change(Change::Installation(installation.into()));
        }
        Event::AccountRegistered(account) => plan.new_rows().accounts.push(account.into()),
        Event::AddressProved(account) => plan.change(Change::AddressProved(account.into())),
        Event::PasswordRehashed(account)
        | Event::ResetIssued(account)
        | Event::ResetRefused(account)
        | Event::AddressChangeAsked { account, .. }
        | Event::MemberResetIssued { account, .. } => owned(account, plan),
        Event::AddressChanged { account, .. } | Event::ProfileEdited { account, .. } => owned(account, plan),
        Event::PasswordChanged(account)
        | Event::PasswordReset(account)
        | Event::AddressRestored(account)
        | Event::SessionsEnded(account)
        | Event::AccountClosed(account) => begun_anew(account, plan),
        Event::FactorsChanged { account, factors, .. } | Event::MemberFactorsSwitched { account, factors, .. } => {
            begun_anew(account, plan);
            plan.change(Change::Factors(factors.into()));
        }
        Event::ChallengeStarted(challenge) => plan.new_rows().challenges.push(challenge.into()),
        Event::ChallengeMailed(challenge) => plan.change(Change::Challenge(challenge.into())),
        Event::ChallengeEnded { challenge, .. } => plan.change(Change::EndChallenge(challenge.as_uuid())),
        Event::SessionStarted(session) => signed_in(session, plan),
        Event::SessionEnded { session, .. } => plan.change(Change::EndSession(session.as_uuid())),
        Event::TenantCreated { tenant, access, root } => {
            plan.new_rows().tenant(tenant, access);
            plan.new_rows().department(root, &Lineage(vec![root.id]));
        }
        Event::TenantActivated(tenant) | Event::TenantSuspended(tenant) | Event::TenantResumed(tenant) => {
            plan.change(Change::Tenant(tenant.into()));
        }
        Event::TenantEdited { before, tenant, picture } => tenant_edited(before, tenant, picture.as_ref(), plan),
        Event::PolicyChanged { tenant, .. } => plan.change(Change::Tenant(tenant.as_ref().into())),
        Event::RoleDefined { role, catalogue } => role_defined(role, *catalogue, plan),
        Event::RoleEdited { role, catalogue, .. } => role_edited(role, *catalogue, plan),
        Event::RoleDeleted { role, catalogue } => role_deleted(role, *catalogue, plan),
        Event::DepartmentCreated(change) | Event::DepartmentRenamed(change) | Event::DepartmentMoved(change) => {
            department_changed(change, plan);
        }
        Event::DepartmentDeleted { department, tree } => {
            plan.delete(department);
            plan.grown(department.tenant, *tree);
        }
        Event::MemberAdded(member) | Event::MemberAdmitted(member) => plan.new_rows().member(member),
        Event::MemberInvited { member, invitation } => plan.new_rows().invited(member, invitation),
        Event::MemberEdited(change) | Event::MemberEnabled(change) => changed(change, plan),
        Event::MemberDisabled(change) => shut_out(change, plan),
        Event::ApiKeyMade(key) => plan.new_rows().api_keys.push(key.into()),
        Event::ApiKeyRevoked(key) => plan.change(Change::RevokeApiKey(key.into())),
        Event::MemberRemoved { change, transfer } | Event::MemberLeft { change, transfer } => {
            gone(change, transfer.as_ref(), plan);
        }
        Event::TransferAttempted(transfer) | Event::HeirNamed(transfer) | Event::TransferFinished(transfer) => {
            plan.change(Change::Transfer(transfer.into(), transfer_share::of(transfer).collect()));
        }
        Event::RepresentativeNominated(nomination) => plan.new_rows().nominations.push(nomination.into()),
        Event::NominationDeclined(nomination) | Event::NominationWithdrawn(nomination) => {
            plan.change(Change::Nomination(nomination.into()));
        }
        Event::RepresentativeChanged { nomination, former, successor } => {
            // In this order: there are never two.
            changed(former, plan);
            changed(successor, plan);
            plan.change(Change::Nomination(nomination.as_ref().into()));
        }
        Event::InvitationIssued(invitation)
        | Event::InvitationReaddressed(invitation)
        | Event::InvitationOpened(invitation)
        | Event::InvitationVouched(invitation)
        | Event::InvitationAccepted(invitation)
        | Event::InvitationRejected(invitation)
        | Event::InvitationRevoked(invitation)
        | Event::InvitationExpired(invitation) => plan.change(Change::Invitation(invitation.into())),
        Event::ImportStarted(import) => plan.change(Change::Import(import.try_into()?, PLANNED)),
        Event::ImportEnded(import) => plan.change(Change::Import(import.try_into()?, RUNNING)),
        Event::ImportAdvanced { import, outcomes } => {
            plan.change(Change::Import(import.try_into()?, RUNNING));
            for done in outcomes {
                plan.change(Change::Outcomes(import.tenant, import.id, done.block, done.to_text()));
            }
        }
        Event::MemberJoined { member, invitation } => {
            plan.change(Change::Member(member.into()));
            plan.change(Change::Entry(member.into()));
            plan.change(Change::Invitation(invitation.into()));
        }
    }
    Ok(())
}

fn signed_in(session: &Session, plan: &mut Plan) {
    plan.new_rows().sessions.push(session.into());
    plan.change(Change::SignedIn(session.account, session.started_at.into()));
}

/// What its owner, or whoever holds it for a member, has made of an account.
fn owned(account: &Account, plan: &mut Plan) {
    plan.change(Change::Account(Box::new(account.into())));
}

/// The same, where whatever began before the account's last epoch for sessions is over.
fn begun_anew(account: &Account, plan: &mut Plan) {
    owned(account, plan);
    plan.change(Change::EndSessions(account.id, account.sessions_from_epoch));
}

/// The picture is written only where it is another.
fn tenant_edited(before: &Tenant, tenant: &Tenant, picture: Option<&Picture>, plan: &mut Plan) {
    plan.change(Change::Tenant(tenant.into()));
    match picture {
        Some(picture) => plan.change(Change::Logo(logo::Model::of(tenant.id, picture))),
        None if tenant.branding.logo.is_none() && before.branding.logo.is_some() => {
            plan.change(Change::NoLogo(tenant.id));
        }
        None => {}
    }
}

fn role_defined(role: &Role, catalogue: CatalogueId, plan: &mut Plan) {
    plan.new_rows().role(role);
    plan.change(Change::Catalogue(role.tenant, catalogue));
}

fn role_edited(role: &Role, catalogue: CatalogueId, plan: &mut Plan) {
    plan.change(Change::Role(role.into(), role_include::of(role).collect()));
    plan.change(Change::Catalogue(role.tenant, catalogue));
}

fn role_deleted(role: &Role, catalogue: CatalogueId, plan: &mut Plan) {
    plan.change(Change::DeleteRole(role.into()));
    plan.change(Change::Catalogue(role.tenant, catalogue));
}

/// A department, made or changed, and all that goes along.
fn department_changed(change: &DepartmentChange, plan: &mut Plan) {
    let DepartmentChange { before, department, siblings, lineages, members, tree } = change;
    let tenant = department.tenant;
    if let (None, [(_, lineage)]) = (before, lineages.as_slice()) {
        plan.new_rows().department(department, lineage);
    } else {
        plan.change(Change::Department(department.clone()));
        plan.change_each(lineages, |lineages| Change::Lineages(tenant, lineages));
    }
    plan.change_each(siblings, |siblings| Change::Places(tenant, siblings));
    let members: Vec<_> = members.iter().map(|(member, _, after)| (*member, after.clone())).collect();
    plan.change_each(&members, |members| Change::Meets(tenant, members));
    plan.grown(tenant, *tree);
}

/// What belongs to a member is written only where it is another: most changes are of one column.
fn changed(MemberChange { before, member }: &MemberChange, plan: &mut Plan) {
    plan.change(Change::Member(member.into()));
    if member.assignments != before.assignments {
        plan.change(Change::Assignments(member::Model::from(member), assignment::of(member).collect()));
    }
    if member.departments.all() != before.departments.all() {
        plan.change(Change::MemberDepartments(member::Model::from(member), member_department::of(member).collect()));
    }
    if texts_of(member) != texts_of(before) {
        plan.change(Change::Entry(Entry::from(member)));
    }
}

fn gone(change: &MemberChange, transfer: Option<&Transfer>, plan: &mut Plan) {
    shut_out(change, plan);
    if let Some(transfer) = transfer {
        plan.new_rows().transfer(transfer);
    }
}

/// Whoever is shut out, disabled or removed: sessions that begin from now on are of a later epoch, and links that are out
/// open nothing any more.
fn shut_out(change: &MemberChange, plan: &mut Plan) {
    changed(change, plan);
    if let Some(account) = change.member.account() {
        plan.change(Change::RaiseEpoch(account, change.member.epoch));
    }
}

fn mail_of(event: &Event, ctx: &Context, plan: &mut Plan) {
    if let Some(cancel) = event.cancels().filter(|cancel| cancel.generation > 0) {
        plan.change(Change::Cancel(cancel, ctx.now.into()));
    }
    for mail in event.mails() {
        plan.new_rows().outbox.push(outbox::Model::queued(&mail, ctx.now));
    }
}

/// One record for each event, in the audit where it stands. An audit that no lock was taken for is one that begins
/// here; if it has begun elsewhere, its key says so.
fn records_of(scope: Scope, end: Option<End>, ctx: &Context, events: &[Event], script: &mut Script) {
    let mut ends: BTreeMap<Scope, End> = BTreeMap::new();
    let mut records = Vec::with_capacity(events.len());
    for event in events {
        let home = event.home(scope);
        let begun = if home == scope { end } else { None };
        let end = ends.entry(home).or_insert_with(|| begun.unwrap_or(End::NONE));
        let record = Record::of(home, end.head, ctx, event);
        *end = end.after(&record);
        records.push(audit::Model::of(record, end.reached));
    }
    script.insert(records);
    for (home, new) in ends {
        let row = audit_head::Model::of(home, &new);
        match end.filter(|_| home == scope) {
            Some(_) => script.replace(row),
            None => script.insert(vec![row]),
        }
    }
}
