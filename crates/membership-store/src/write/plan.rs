//! What is to be written, in an order that foreign keys allow.

use membership_core::event::Cancel;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use uuid::Uuid;

use super::script::Script;
use crate::{
    moment::Moment,
    table::{account, installation, invitation, member, member_role, outbox, role, session, tenant},
};

/// Stages: new rows first, then changes. A stage ends where a new row follows a change.
#[derive(Default)]
pub(super) struct Plan {
    before: Vec<Stage>,
    stage: Stage,
}

#[derive(Default)]
struct Stage {
    new: NewRows,
    changes: Vec<Change>,
}

/// Rows that are new.
#[derive(Default)]
pub(super) struct NewRows {
    pub(super) accounts: Vec<account::Model>,
    pub(super) sessions: Vec<session::Model>,
    pub(super) tenants: Vec<tenant::Model>,
    pub(super) roles: Vec<role::Model>,
    pub(super) members: Vec<member::Model>,
    pub(super) member_roles: Vec<member_role::Model>,
    pub(super) invitations: Vec<invitation::Model>,
    pub(super) outbox: Vec<outbox::Model>,
}

/// A change of a row that is there.
pub(super) enum Change {
    Installation(installation::Model),
    AddressProved(account::Model),
    EndSession(Uuid),
    Tenant(tenant::Model),
    Member(member::Model),
    Invitation(invitation::Model),
    Cancel(Cancel, Moment),
}

impl Plan {
    /// Where to put the next new rows.
    pub(super) fn new_rows(&mut self) -> &mut NewRows {
        if !self.stage.changes.is_empty() {
            self.before.push(std::mem::take(&mut self.stage));
        }
        &mut self.stage.new
    }

    pub(super) fn change(&mut self, change: Change) {
        self.stage.changes.push(change);
    }

    pub(super) fn write_to(self, script: &mut Script) {
        for stage in self.before.into_iter().chain([self.stage]) {
            stage.new.write_to(script);
            for change in stage.changes {
                change.write_to(script);
            }
        }
    }
}

impl NewRows {
    /// Whatever a row refers to comes before it.
    fn write_to(self, script: &mut Script) {
        script.insert(self.accounts);
        script.insert(self.sessions);
        script.insert(self.tenants);
        script.insert(self.roles);
        script.insert(self.members);
        script.insert(self.member_roles);
        script.insert(self.invitations);
        script.insert(self.outbox);
    }
}

impl Change {
    fn write_to(self, script: &mut Script) {
        match self {
            Self::Installation(row) => script.replace(row),
            Self::AddressProved(row) => address_proved(script, &row),
            Self::EndSession(id) => {
                script.change(&session::Entity::delete_many().filter(session::Column::Id.eq(id)), None);
            }
            Self::Tenant(row) => script.replace(row),
            Self::Member(row) => script.replace(row),
            Self::Invitation(row) => script.replace(row),
            Self::Cancel(which, at) => cancel(script, which, at),
        }
    }
}

/// The account is not locked by whoever proves its address in passing: nothing but the proof is written, and only if the
/// address is still the one that was proved.
fn address_proved(script: &mut Script, row: &account::Model) {
    use account::Column::{Email, Id};
    let proved = account::ActiveModel { email_proved_at: Set(row.email_proved_at), ..Default::default() };
    let claimed = account::Entity::update_many().set(proved).filter(Id.eq(row.id)).filter(Email.eq(row.email.clone()));
    script.change(&claimed, Some(1));
}

/// Mail that has not gone out will not.
fn cancel(script: &mut Script, which: Cancel, at: Moment) {
    use outbox::Column::{DueAt, Generation, Subject};
    let cancelled = outbox::ActiveModel {
        state: Set(outbox::CANCELLED.to_owned()),
        due_at: Set(None),
        settled_at: Set(Some(at)),
        ..Default::default()
    };
    let unsent = outbox::Entity::update_many()
        .set(cancelled)
        .filter(Subject.eq(which.subject))
        .filter(Generation.lte(i64::from(which.generation)))
        .filter(DueAt.is_not_null());
    script.change(&unsent, None);
}
