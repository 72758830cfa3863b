//! How many stand where. What is counted is counted along an index that has all that is asked of a row: a hundred thousand
//! rows take some milliseconds, and only the mail of who has not joined is looked up one by one.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use membership_core::{
    directory::{MailState, Tally},
    id::TenantId,
    lifecycle::Stage,
    member::MemberStatus,
    outbox::MailKind,
    store::StoreError,
};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement, UnionType},
};

use super::which::{self, INVITATIONS, is_overdue, is_written, members_of, there_is};
use crate::{
    fault::fault,
    table::{invitation, member, outbox},
};

/// Each of the numbers is of one moment; two of them may be of two.
pub(super) async fn of<C: ConnectionTrait>(db: &C, tenant: TenantId, now: DateTime<Utc>) -> Result<Tally, StoreError> {
    let (members, invitations, mail, unvouched) = tokio::try_join!(
        members(db, tenant),
        invitations(db, tenant, now),
        mail(db, tenant),
        unvouched(db, tenant, now)
    )?;
    Ok(Tally { members, invitations, mail, unvouched })
}

async fn members<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<BTreeMap<MemberStatus, u64>, StoreError> {
    let of = |status| (status, members_of(tenant, status));
    counted(db, MemberStatus::ALL.map(of).into()).await
}

/// By what is written, but for those past their deadline that are not yet written down as such: they are few.
async fn invitations<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    now: DateTime<Utc>,
) -> Result<BTreeMap<Stage, u64>, StoreError> {
    use invitation::{Column::TenantId as Tenant, Entity};
    let written = Stage::ALL.map(|stage| {
        let mut those = Query::select();
        those.from(Entity).and_where(Expr::col((Entity, Tenant)).eq(tenant.as_uuid())).and_where(is_written(stage));
        ((stage, false), those)
    });
    let overdue = [Stage::Invited, Stage::Accepted].map(|stage| {
        let (name, mut overdue, mut those) = (Alias::new("overdue"), Query::select(), Query::select());
        // A subquery with a limit, whatever it is, is one that databases do not turn round.
        overdue.columns([Tenant, invitation::Column::Stage]).from(Entity).and_where(is_overdue(now));
        those.from_subquery(overdue.limit(u64::from(u32::MAX)).take(), name.clone());
        let of = |column| Expr::col((name.clone(), column));
        those.and_where(of(Tenant).eq(tenant.as_uuid()));
        those.and_where(of(invitation::Column::Stage).eq(stage.as_str()));
        ((stage, true), those)
    });
    let mut stands: BTreeMap<Stage, u64> = BTreeMap::new();
    for ((stage, overdue), many) in counted(db, written.into_iter().chain(overdue).collect()).await? {
        // What is written comes before what of it is overdue.
        if overdue && let Some(written) = stands.get_mut(&stage) {
            *written = written.saturating_sub(many);
        }
        *stands.entry(if overdue { Stage::Expired } else { stage }).or_default() += many;
    }
    stands.retain(|_, many| *many > 0);
    Ok(stands)
}

/// Most was sent, and that is asked of each who has not joined; all else is rare, and of each mail it is asked whose it is.
async fn mail<C: ConnectionTrait>(db: &C, tenant: TenantId) -> Result<BTreeMap<MailState, u64>, StoreError> {
    let wanted = MailState::ALL.into_iter().filter(|mail| *mail != MailState::Cancelled);
    let parts = wanted.flat_map(|mail| {
        outbox::states_of(mail).iter().map(move |state| match mail {
            MailState::Sent => (mail, members_with(tenant, state)),
            MailState::Waiting | MailState::Failed | MailState::Cancelled => (mail, mails_of_members(tenant, state)),
        })
    });
    counted(db, parts.collect()).await
}

async fn unvouched<C: ConnectionTrait>(db: &C, tenant: TenantId, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let (gone, mut sum) = (Alias::new("gone"), Query::select());
    let all = Func::coalesce([Func::sum(Expr::col((gone.clone(), Alias::new(INVITATIONS)))).into(), Expr::val(0)]);
    sum.expr_as(Expr::expr(all).cast_as("bigint"), Alias::new(MANY));
    sum.from_subquery(which::unvouched(tenant, now), gone);
    let row = db.query_one(&sum).await.map_err(fault)?;
    let sum: Option<i64> = row.map(|row| row.try_get("", MANY)).transpose().map_err(fault)?;
    Ok(sum.and_then(|sum| u64::try_from(sum).ok()).unwrap_or(0))
}

/// Who has not joined, and whose newest invitation mail is in this state; without columns yet.
fn members_with(tenant: TenantId, state: &str) -> SelectStatement {
    use invitation::Column::{Generation, Id, MemberId};
    let mut newest = mails(tenant, state);
    newest.and_where(of_mail(outbox::Column::Subject).eq(of_invitation(Id)));
    newest.and_where(of_mail(outbox::Column::Generation).eq(of_invitation(Generation)));
    let mut invitations = invitations_of(tenant);
    invitations.and_where(of_invitation(MemberId).eq(of_member(member::Column::Id))).and_where(there_is(newest));
    members_of(tenant, MemberStatus::NotJoined).and_where(there_is(invitations)).take()
}

/// The mails in this state that are the newest of somebody who has not joined; without columns yet.
fn mails_of_members(tenant: TenantId, state: &str) -> SelectStatement {
    use invitation::Column::{Generation, Id, MemberId};
    let mut waiting = members_of(tenant, MemberStatus::NotJoined);
    waiting.and_where(of_member(member::Column::Id).eq(of_invitation(MemberId)));
    let mut invitations = invitations_of(tenant);
    invitations.and_where(of_invitation(Id).eq(of_mail(outbox::Column::Subject)));
    invitations.and_where(of_invitation(Generation).eq(of_mail(outbox::Column::Generation)));
    invitations.and_where(there_is(waiting));
    mails(tenant, state).and_where(there_is(invitations)).take()
}

fn invitations_of(tenant: TenantId) -> SelectStatement {
    let of_tenant = of_invitation(invitation::Column::TenantId).eq(tenant.as_uuid());
    Query::select().from(invitation::Entity).and_where(of_tenant).take()
}

fn mails(tenant: TenantId, state: &str) -> SelectStatement {
    let mut mails = Query::select();
    mails.from(outbox::Entity).and_where(of_mail(outbox::Column::TenantId).eq(tenant.as_uuid()));
    mails.and_where(of_mail(outbox::Column::Kind).eq(MailKind::Invitation.as_str()));
    mails.and_where(of_mail(outbox::Column::State).eq(state)).take()
}

fn of_member(column: member::Column) -> Expr {
    Expr::col((member::Entity, column))
}

fn of_invitation(column: invitation::Column) -> Expr {
    Expr::col((invitation::Entity, column))
}

fn of_mail(column: outbox::Column) -> Expr {
    Expr::col((outbox::Entity, column))
}

const WHICH: &str = "which";
const MANY: &str = "many";

/// How many rows each of `parts` has, which have no columns yet; parts with the same name are counted together, and of what
/// there is none nothing is said. It is one statement, of one moment.
async fn counted<C: ConnectionTrait, K: Ord + Copy>(
    db: &C,
    parts: Vec<(K, SelectStatement)>,
) -> Result<BTreeMap<K, u64>, StoreError> {
    let (names, parts): (Vec<K>, Vec<SelectStatement>) = parts.into_iter().unzip();
    let mut parts = (0_i32..).zip(parts).map(|(which, mut part)| {
        part.expr_as(Expr::val(which), Alias::new(WHICH)).expr_as(Func::count(Expr::val(1)), Alias::new(MANY)).take()
    });
    let Some(mut all) = parts.next() else { return Ok(BTreeMap::new()) };
    all.unions(parts.map(|part| (UnionType::All, part)));
    let mut counts = BTreeMap::new();
    for row in db.query_all(&all).await.map_err(fault)? {
        let which: i32 = row.try_get("", WHICH).map_err(fault)?;
        let many: i64 = row.try_get("", MANY).map_err(fault)?;
        let name = usize::try_from(which).ok().and_then(|which| names.get(which));
        if let (Some(name), Ok(many @ 1..)) = (name, u64::try_from(many)) {
            *counts.entry(*name).or_default() += many;
        }
    }
    Ok(counts)
}
