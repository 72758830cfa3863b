//! Members by where they belong. A department and all below it are a range of lineages.

use std::collections::BTreeMap;

use membership_core::{
    directory::{InDepartments, MemberFilter},
    id::{DepartmentId, TenantId},
    store::StoreError,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement},
};
use uuid::Uuid;

use super::{Wanted, asked::there_is};
use crate::{
    fault::fault,
    table::{
        department::{Column, Entity, range},
        member_department,
    },
};

/// Lineages from the first to before the second.
type Range = (Vec<u8>, Vec<u8>);

/// Some departments, to one of which somebody shall belong.
#[derive(PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) which: Which,
    /// How often somebody belongs to one of them: who belongs to several counts several times.
    pub(super) links: u64,
}

#[derive(PartialEq, Eq)]
pub(super) enum Which {
    /// These themselves.
    Those(Vec<Uuid>),
    /// Those in these ranges, of which none is within another.
    Below(Vec<Range>),
}

/// A department: where it hangs, and how many belong to it.
struct Known {
    lineage: Vec<u8>,
    members: i64,
}

/// What `filter` says of departments: all of it applies, and that comes first to which the fewest belong. Nothing if everybody
/// will do who belongs anywhere; `None` if nobody will.
pub(super) async fn choices<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    filter: &MemberFilter,
) -> Result<Option<Vec<Choice>>, StoreError> {
    let sight = filter.sight.iter().map(|tops| (tops, true));
    let wanted = filter.departments.iter().map(|InDepartments { of, below }| (of, *below));
    let wanted: Vec<(&Vec<DepartmentId>, bool)> = wanted.chain(sight).collect();
    if wanted.is_empty() {
        return Ok(Some(Vec::new()));
    }
    if wanted.iter().any(|(of, _)| of.is_empty()) {
        return Ok(None);
    }
    let known = known(db, tenant, wanted.iter().flat_map(|(of, _)| *of)).await?;
    let mut choices = Vec::new();
    for (of, below) in wanted {
        let those: BTreeMap<&Vec<u8>, Uuid> =
            of.iter().filter_map(|id| known.get(&id.as_uuid()).map(|one| (&one.lineage, id.as_uuid()))).collect();
        if those.is_empty() {
            return Ok(None);
        }
        if !below {
            let which = Which::Those(those.into_values().collect());
            choices.push(Choice { links: links_of(&which, &known), which });
        } else if !those.keys().any(|lineage| is_root(lineage)) {
            let ranges = outermost(those.into_keys());
            let links = links_within(db, tenant, &ranges).await?;
            choices.push(Choice { which: Which::Below(ranges), links });
        }
    }
    choices.sort_by_key(|choice| choice.links);
    Ok(Some(choices))
}

async fn known<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    ids: impl Iterator<Item = &DepartmentId>,
) -> Result<BTreeMap<Uuid, Known>, StoreError> {
    let those = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Lineage, Column::Members])
        .filter(Column::TenantId.eq(tenant.as_uuid()))
        .filter(Column::Id.is_in(ids.map(|id| id.as_uuid())));
    let rows: Vec<(Uuid, Vec<u8>, i64)> = those.into_tuple().all(db).await.map_err(fault)?;
    Ok(rows.into_iter().map(|(id, lineage, members)| (id, Known { lineage, members })).collect())
}

/// Everybody belongs to the root, or to one below it.
const fn is_root(lineage: &[u8]) -> bool {
    lineage.len() == 16
}

/// The ranges of `lineages`, which are sorted, without those that lie in another.
fn outermost<'a>(lineages: impl Iterator<Item = &'a Vec<u8>>) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    for lineage in lineages {
        if ranges.last().is_none_or(|(top, _)| !lineage.starts_with(top)) {
            ranges.push(range(lineage.clone()));
        }
    }
    ranges
}

fn links_of(which: &Which, known: &BTreeMap<Uuid, Known>) -> u64 {
    match which {
        Which::Those(those) => {
            let members = those.iter().filter_map(|id| known.get(id)).map(|one| one.members);
            members.map(|members| u64::try_from(members).unwrap_or(0)).sum()
        }
        Which::Below(_) => u64::MAX,
    }
}

async fn links_within<C: ConnectionTrait>(db: &C, tenant: TenantId, ranges: &[Range]) -> Result<u64, StoreError> {
    let mut links = 0;
    for range in ranges {
        let mut sum = Query::select();
        let all = Func::coalesce([Func::sum(Expr::col((Entity, Column::Members))).into(), Expr::val(0)]);
        sum.from(Entity).expr_as(Expr::expr(all).cast_as("bigint"), Alias::new("links"));
        sum.cond_where(is_within(tenant, range));
        let row = db.query_one(&sum).await.map_err(fault)?;
        let within: Option<i64> = row.map(|row| row.try_get("", "links")).transpose().map_err(fault)?;
        links += u64::try_from(within.unwrap_or(0)).unwrap_or(0);
    }
    Ok(links)
}

/// Whether the department at hand is one of `tenant` in `range`.
fn is_within(tenant: TenantId, (first, end): &Range) -> Condition {
    let lineage = || Expr::col((Entity, Column::Lineage));
    Condition::all()
        .add(Expr::col((Entity, Column::TenantId)).eq(tenant.as_uuid()))
        .add(lineage().gte(first.clone()))
        .add(lineage().lt(end.clone()))
}

impl Wanted<'_> {
    /// The departments in `range`.
    pub(super) fn within(self, range: &Range) -> SelectStatement {
        let mut those = Query::select();
        those.column((Entity, Column::Id)).from(Entity).cond_where(is_within(self.tenant, range));
        those
    }

    /// Whether the member `id` belongs to one of `choice`.
    pub(super) fn belongs(self, id: &Expr, choice: &Choice) -> Expr {
        use member_department::Column::{DepartmentId, MemberId, TenantId};
        // The member at hand may itself be one of that table.
        let (name, mut theirs) = (Alias::new("belongs"), Query::select());
        let own = |column| Expr::col((name.clone(), column));
        theirs.from_as(member_department::Entity, name.clone());
        theirs.and_where(own(TenantId).eq(self.tenant.as_uuid())).and_where(own(MemberId).eq(id.clone()));
        let department = own(DepartmentId);
        match &choice.which {
            Which::Those(those) => theirs.and_where(department.is_in(those.iter().copied())),
            Which::Below(ranges) => {
                let ranges = ranges.iter().fold(Condition::any(), |any, range| any.add(is_within(self.tenant, range)));
                let mut one = self.of_tenant(Entity, Column::TenantId);
                one.and_where(Expr::col((Entity, Column::Id)).eq(department)).cond_where(ranges);
                theirs.and_where(there_is(one))
            }
        };
        there_is(theirs)
    }
}
