//! All that is shown of one member, in one statement whose text is always the same. Where it was removed, what became of what
//! it held is a second.

use membership_core::{
    directory::{MemberDetails, MemberRow},
    id::{MemberId, TenantId},
    invitation::Invitation,
    member::MemberStatus,
    outbox::Delivery,
    store::StoreError,
};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};
use uuid::Uuid;

use super::{members::kinds_of, which::Shown};
use crate::{
    fault::fault,
    moment::Moment,
    read,
    table::{Columns, Row, assignment, invitation, member, outbox},
};

/// One row for each assignment, and one for a member without.
const DETAILS: &str = concat!(
    "SELECT ",
    member::columns!(),
    ", creator.name, inviter.status, account.kinds, account.last_signed_in_at, ",
    assignment::columns!(),
    ", outbox.id, outbox.state, outbox.due_at, outbox.settled_at, outbox.words, ",
    invitation::columns!(),
    " FROM member \
     LEFT JOIN member creator ON creator.tenant_id = member.tenant_id AND creator.id = member.creator \
     LEFT JOIN account ON account.id = member.account_id \
     LEFT JOIN assignment ON assignment.tenant_id = member.tenant_id AND assignment.member_id = member.id \
     LEFT JOIN invitation ON invitation.tenant_id = member.tenant_id AND invitation.member_id = member.id \
     LEFT JOIN member inviter ON inviter.tenant_id = member.tenant_id AND inviter.id = invitation.inviter_id \
     AND invitation.inviter_kind = 'member' \
     LEFT JOIN outbox ON outbox.subject = invitation.id AND outbox.kind = 'invitation' \
     AND outbox.generation = invitation.generation \
     WHERE member.tenant_id = $1 AND member.id = $2"
);

pub(super) async fn of<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: MemberId,
) -> Result<Option<MemberDetails>, StoreError> {
    let values = [tenant.as_uuid().into(), id.as_uuid().into()];
    let question = Statement::from_sql_and_values(db.get_database_backend(), DETAILS, values);
    let rows = db.query_all_raw(question).await.map_err(fault)?;
    let rows = rows.iter().map(|row| Details::of(tenant, row)).collect::<Result<Vec<_>, _>>().map_err(fault)?;
    let mut rows = rows.into_iter();
    let Some(first) = rows.next() else { return Ok(None) };
    let given = first.given.into_iter().chain(rows.filter_map(|row| row.given));
    let member = first.shown.row.into_member(assignment::together(given)?)?;
    let gone = Some(id.as_uuid()).filter(|_| member.status() == MemberStatus::Removed);
    let transfer = read::transfers_of(db, tenant, gone.as_slice()).await?.pop();
    let (kinds, at) = (kinds_of(&member, first.shown.kinds)?, Row::new("account of member", id.as_uuid()));
    Ok(Some(MemberDetails {
        row: MemberRow {
            invitation: first.invitation.map(Invitation::try_from).transpose()?,
            delivery: first.mail.map(Mail::delivery).transpose()?,
            member,
            transfer,
            kinds,
        },
        last_signed_in_at: at.moment_if(first.last_signed_in_at)?,
        creator: first.creator,
        inviter: first
            .inviter
            .map(|status| status_of(&status, Row::new("inviter of member", id.as_uuid())))
            .transpose()?,
    }))
}

fn status_of(word: &str, at: Row) -> Result<MemberStatus, StoreError> {
    let known = MemberStatus::ALL.into_iter().find(|status| status.as_str() == word);
    known.ok_or_else(|| at.corrupt("its state is none that there is"))
}

/// A row.
struct Details {
    shown: Shown,
    creator: Option<String>,
    /// The state of the inviter.
    inviter: Option<String>,
    last_signed_in_at: Option<Moment>,
    given: Option<assignment::Model>,
    mail: Option<Mail>,
    invitation: Option<invitation::Model>,
}

/// The mail with the invitation's newest link.
struct Mail {
    id: Uuid,
    state: String,
    due_at: Option<Moment>,
    settled_at: Option<Moment>,
    words: Option<String>,
}

impl Details {
    fn of(tenant: TenantId, row: &QueryResult) -> Result<Self, DbErr> {
        let mut row = Columns::of(row);
        let member = member::Model::take(tenant.as_uuid(), &mut row)?;
        let (creator, inviter, kinds, last_signed_in_at) = (row.take()?, row.take()?, row.take()?, row.take()?);
        let given = assignment::Model::take(tenant.as_uuid(), &mut row)?;
        let (mail, state): (Option<Uuid>, Option<String>) = (row.take()?, row.take()?);
        let (due_at, settled_at, words) = (row.take()?, row.take()?, row.take()?);
        let mail = mail.zip(state).map(|(id, state)| Mail { id, state, due_at, settled_at, words });
        let invitation = invitation::Model::take(&member, &mut row)?;
        Ok(Self { shown: Shown { row: member, kinds }, creator, inviter, last_signed_in_at, given, mail, invitation })
    }
}

impl Mail {
    fn delivery(self) -> Result<Delivery, StoreError> {
        outbox::delivery(Row::new("outbox", self.id), &self.state, self.due_at, self.settled_at, self.words)
    }
}
