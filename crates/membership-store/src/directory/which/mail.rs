//! Members by what became of their newest invitation mail.

use membership_core::{directory::MailState, id::TenantId, outbox::MailKind, store::StoreError};
use sea_orm::{
    ConnectionTrait, JoinType,
    sea_query::{Alias, Expr, ExprTrait, IntoColumnRef, Query, SelectStatement},
};

use super::{Part, Wanted, asked::there_is, lead::Lead};
use crate::table::{
    invitation,
    outbox::{Column, Entity, states_of},
};

impl Wanted<'_> {
    /// Whether the newest invitation mail of the member `id` came to what is wanted, if something is.
    pub(super) fn has_mail(self, id: &Expr) -> Option<Expr> {
        use invitation::Column::{Generation, Id, MemberId, TenantId};
        let mail = self.filter.mail?;
        // The invitation may already be at hand.
        let (name, mut theirs) = (Alias::new("letter"), Query::select());
        let own = |column| Expr::col((name.clone(), column));
        let mut newest = Query::select();
        newest.from(Entity).and_where(is_of_an_invitation()).and_where(became(mail));
        newest.and_where(col(Column::Subject).eq(own(Id))).and_where(col(Column::Generation).eq(own(Generation)));
        theirs.from_as(invitation::Entity, name.clone());
        theirs.and_where(own(TenantId).eq(self.tenant.as_uuid())).and_where(own(MemberId).eq(id.clone()));
        theirs.and_where(there_is(newest));
        Some(there_is(theirs))
    }

    /// How many mails came to `mail`, counted no further than a little beyond what can be gathered. Older ones are among them.
    pub(super) async fn count_by_mail<C: ConnectionTrait>(self, db: &C, mail: MailState) -> Result<u64, StoreError> {
        let mut mails = mails(self.tenant, mail);
        mails.column((Entity, Column::Subject));
        self.count_some(db, mails).await
    }

    /// Those whose mail came to it, gathered and sorted.
    pub(super) fn by_mail(self, mail: MailState) -> Vec<Part> {
        use invitation::Column::{Generation, Id, MemberId, TenantId};
        let letter = |column| Expr::col((invitation::Entity, column));
        let mut those = mails(self.tenant, mail);
        those.join(
            JoinType::InnerJoin,
            invitation::Entity,
            letter(Id).equals((Entity, Column::Subject)).and(letter(Generation).equals((Entity, Column::Generation))),
        );
        those.and_where(letter(TenantId).eq(self.tenant.as_uuid()));
        vec![self.gathered(those, &(invitation::Entity, MemberId).into_column_ref(), Lead::Mail(mail))]
    }
}

/// The invitation mails of `tenant` that came to `mail`, newest or not; without columns yet.
fn mails(tenant: TenantId, mail: MailState) -> SelectStatement {
    let mut mails = Query::select();
    mails.from(Entity).and_where(col(Column::TenantId).eq(tenant.as_uuid()));
    mails.and_where(is_of_an_invitation()).and_where(became(mail)).take()
}

fn is_of_an_invitation() -> Expr {
    col(Column::Kind).eq(MailKind::Invitation.as_str())
}

fn became(mail: MailState) -> Expr {
    col(Column::State).is_in(states_of(mail).iter().copied())
}

fn col(column: Column) -> Expr {
    Expr::col((Entity, column))
}
