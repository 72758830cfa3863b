//! Members by their second factors, which are those of their accounts.

use membership_core::{account::Kinds, directory::FactorFilter, member::MemberStatus, store::StoreError};
use sea_orm::{
    ConnectionTrait, JoinType,
    sea_query::{Alias, Expr, ExprTrait, IntoColumnRef, Query},
};

use super::{Part, Wanted, asked::there_is, lead::Lead};
use crate::{
    read,
    table::{account, member},
};

impl Wanted<'_> {
    /// Whether the member `id` has second factors as they are wanted, if they are.
    pub(super) fn has_factor(self, id: &Expr) -> Option<Expr> {
        use member::Column::{AccountId, Id, TenantId};
        let factor = self.filter.factor?;
        // Who has no account, or was removed, has none: where that will do, it is asked whether there are others.
        let none_will_do = factor.fits(Kinds::NONE);
        // The member at hand may itself be one of that table.
        let (name, mut theirs) = (Alias::new("owner"), Query::select());
        let own = |column| Expr::col((name.clone(), column));
        theirs.from_as(member::Entity, name.clone());
        let mut accounts = Query::select();
        accounts.from(account::Entity).and_where(has_kinds(|kinds| factor.fits(kinds) != none_will_do));
        accounts.and_where(Expr::col((account::Entity, account::Column::Id)).eq(own(AccountId)));
        theirs.and_where(own(TenantId).eq(self.tenant.as_uuid())).and_where(own(Id).eq(id.clone()));
        theirs.and_where(own(member::Column::Status).ne(MemberStatus::Removed.as_str())).and_where(there_is(accounts));
        let there_is = there_is(theirs);
        Some(if none_will_do { Expr::not(there_is) } else { there_is })
    }

    /// To how many `factor` leads, counted no further than a little beyond what can be gathered. Accounts of other tenants are
    /// among them.
    pub(super) async fn count_by_factor<C: ConnectionTrait>(
        self,
        db: &C,
        factor: FactorFilter,
    ) -> Result<u64, StoreError> {
        let mut owners = Query::select();
        owners.column((account::Entity, account::Column::Kinds)).from(account::Entity);
        owners.and_where(has_kinds(|kinds| factor.fits(kinds)));
        let mut many = self.count_some(db, owners).await?;
        if self.takes_who_has_not_joined(factor) {
            let mut waiting = self.of_tenant(member::Entity, member::Column::TenantId);
            waiting.column((member::Entity, member::Column::Id)).and_where(has_not_joined());
            many += self.count_some(db, waiting).await?;
        }
        Ok(many)
    }

    /// Those whose accounts have such factors, gathered and sorted; and, in a list of their own, who has not joined.
    pub(super) fn by_factor(self, factor: FactorFilter) -> Vec<Part> {
        use member::{
            Column::{AccountId, Id, TenantId},
            Entity,
        };
        let id = (Entity, Id).into_column_ref();
        let mut owners = Query::select();
        owners.column((Entity, Id)).from(account::Entity).join(
            JoinType::InnerJoin,
            Entity,
            Expr::col((Entity, AccountId)).equals((account::Entity, account::Column::Id)),
        );
        owners.and_where(has_kinds(|kinds| factor.fits(kinds)));
        owners.and_where(Expr::col((Entity, TenantId)).eq(self.tenant.as_uuid())).and_where(read::not_removed());
        let owners = self.on_page(&mut owners, &id).limit(u64::from(u32::MAX)).take();
        let (name, mut way) = (Alias::new("gathered"), Query::select());
        way.from_subquery(owners, name.clone());
        let mut parts = vec![self.part(way, (name, Id).into_column_ref(), Lead::Factor(factor))];
        if self.takes_who_has_not_joined(factor) {
            parts.extend(self.by_status(Some(MemberStatus::NotJoined)));
        }
        parts
    }

    fn takes_who_has_not_joined(self, factor: FactorFilter) -> bool {
        self.filter.status.is_none() && factor.fits(Kinds::NONE)
    }
}

/// Whether the account at hand has kinds that are `meant`.
fn has_kinds(meant: impl Fn(Kinds) -> bool) -> Expr {
    let all = (0..=Kinds::ALL.bits()).filter_map(Kinds::from_bits);
    let bits = all.filter(|kinds| meant(*kinds)).map(|kinds| i16::from(kinds.bits()));
    Expr::col((account::Entity, account::Column::Kinds)).is_in(bits)
}

fn has_not_joined() -> Expr {
    Expr::col((member::Entity, member::Column::Status)).eq(MemberStatus::NotJoined.as_str())
}
