//! Writing: what each event leaves in the tables. The only place that changes a row of the domain.
//!
//! Rows that are new are gathered and written many at a time, because a statement for each row costs ten times as much;
//! the order of the events is kept wherever a change stands between them.

mod plan;
mod script;

use std::collections::BTreeMap;

use membership_core::{
    audit::{Head, Record},
    context::Context,
    event::Event,
    store::{Scope, StoreError},
};
use sea_orm::ConnectionTrait;

use crate::table::{audit, audit_head, member::held_roles, outbox};
use plan::{Change, Plan};
pub(crate) use script::CHUNK;
use script::Script;

/// Writes `events` of a transaction about `scope`, whose audit ends at `head` (if it has begun).
pub(crate) async fn write<C: ConnectionTrait>(
    db: &C,
    scope: Scope,
    head: Option<Head>,
    ctx: &Context,
    events: &[Event],
) -> Result<(), StoreError> {
    let mut plan = Plan::default();
    for event in events {
        rows_of(event, &mut plan);
        mail_of(event, ctx, &mut plan);
    }
    let mut script = Script::new(db.get_database_backend());
    plan.write_to(&mut script);
    records_of(scope, head, ctx, events, &mut script);
    script.run(db).await
}

fn rows_of(event: &Event, plan: &mut Plan) {
    match event {
        Event::SetUpLinkIssued(installation) | Event::InstallationSetUp(installation) => {
            plan.change(Change::Installation(installation.into()));
        }
        Event::AccountRegistered(account) => plan.new_rows().accounts.push(account.into()),
        Event::AddressProved(account) => plan.change(Change::AddressProved(account.into())),
        Event::SessionStarted(session) => plan.new_rows().sessions.push(session.into()),
        Event::SessionEnded { session, .. } => plan.change(Change::EndSession(session.as_uuid())),
        Event::TenantCreated { tenant, roles } => {
            let rows = plan.new_rows();
            rows.tenants.push(tenant.into());
            rows.roles.extend(roles.iter().map(Into::into));
        }
        Event::TenantActivated(tenant) => plan.change(Change::Tenant(tenant.into())),
        Event::MemberAdded(member) => {
            let rows = plan.new_rows();
            rows.members.push(member.into());
            rows.member_roles.extend(held_roles(member));
        }
        Event::MemberInvited { member, invitation } => {
            let rows = plan.new_rows();
            rows.members.push(member.into());
            rows.member_roles.extend(held_roles(member));
            rows.invitations.push(invitation.into());
        }
        Event::InvitationIssued(invitation)
        | Event::InvitationOpened(invitation)
        | Event::InvitationAccepted(invitation)
        | Event::InvitationRejected(invitation)
        | Event::InvitationRevoked(invitation)
        | Event::InvitationExpired(invitation) => plan.change(Change::Invitation(invitation.into())),
        Event::MemberJoined { member, invitation } => {
            plan.change(Change::Member(member.into()));
            plan.change(Change::Invitation(invitation.into()));
        }
    }
}

fn mail_of(event: &Event, ctx: &Context, plan: &mut Plan) {
    if let Some(cancel) = event.cancels().filter(|cancel| cancel.generation > 0) {
        plan.change(Change::Cancel(cancel, ctx.now.into()));
    }
    if let Some(mail) = event.mail() {
        plan.new_rows().outbox.push(outbox::Model::queued(&mail, ctx.now));
    }
}

/// One record for each event, in the audit where it stands. An audit that no lock was taken for is one that begins
/// here; if it has begun elsewhere, its key says so.
fn records_of(scope: Scope, head: Option<Head>, ctx: &Context, events: &[Event], script: &mut Script) {
    let mut heads: BTreeMap<Scope, Head> = BTreeMap::new();
    let mut records = Vec::with_capacity(events.len());
    for event in events {
        let home = event.home(scope);
        let begun = if home == scope { head } else { None };
        let end = heads.entry(home).or_insert_with(|| begun.unwrap_or_default());
        let record = Record::of(home, *end, ctx, event);
        *end = record.head();
        records.push(audit::Model::from(record));
    }
    script.insert(records);
    for (home, end) in heads {
        let row = audit_head::Model::of(home, &end);
        match head.filter(|_| home == scope) {
            Some(_) => script.replace(row),
            None => script.insert(vec![row]),
        }
    }
}
