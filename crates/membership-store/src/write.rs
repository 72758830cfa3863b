//! Writing: what each event leaves in the tables. The only place that changes a row of the domain.
//!
//! Rows that are new are gathered and written many at a time, because a statement for each row costs ten times as much;
//! the order of the events is kept wherever a change stands between them.

mod plan;

use std::collections::BTreeMap;

use membership_core::{
    audit::{Head, Record},
    context::Context,
    event::Event,
    store::{Scope, StoreError},
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set, UpdateMany};

use crate::{
    fault::fault,
    table::{audit, audit_head, member::held_roles, outbox},
};
pub(crate) use plan::CHUNK;
use plan::{Change, Plan, insert};

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
    plan.run(db).await?;
    records_of(db, scope, head, ctx, events).await
}

fn rows_of(event: &Event, plan: &mut Plan) {
    match event {
        Event::SetUpLinkIssued(installation) | Event::InstallationSetUp(installation) => {
            plan.change(Change::Installation(installation.into()));
        }
        Event::AccountRegistered(account) => plan.new_rows().accounts.push(account.into()),
        Event::AddressProved(account) => plan.change(Change::Account(account.into())),
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
async fn records_of<C: ConnectionTrait>(
    db: &C,
    scope: Scope,
    head: Option<Head>,
    ctx: &Context,
    events: &[Event],
) -> Result<(), StoreError> {
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
    insert(db, records).await?;
    for (home, end) in heads {
        let row = audit_head::Model::of(home, &end);
        match head.filter(|_| home == scope) {
            Some(begun) => move_head(db, row, begun).await?,
            None => insert(db, vec![row]).await?,
        }
    }
    Ok(())
}

async fn move_head<C: ConnectionTrait>(db: &C, end: audit_head::Model, begun: Head) -> Result<(), StoreError> {
    use audit_head::Column::{Revision, ScopeId};
    let update: UpdateMany<audit_head::Entity> = audit_head::Entity::update_many()
        .set(audit_head::ActiveModel { revision: Set(end.revision), hash: Set(end.hash), ..Default::default() })
        .filter(ScopeId.eq(end.scope_id))
        .filter(Revision.eq(audit_head::revision(begun.revision)));
    let moved = update.exec(db).await.map_err(fault)?.rows_affected;
    if moved == 1 { Ok(()) } else { Err(StoreError::Raced { constraint: "audit_head".to_owned() }) }
}
