//! Result: an import's rows as they were read, with what they would do, or did, and the links to hand over.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{
    BLOCK, Import, ImportClosed, ImportState, ImportUnknown, Outcome, PlannedRow, Verdict, VerdictKind, Way,
    start::{ImportOf, StartError},
};
use crate::{
    Membership,
    account::{Account, reset::ResetBy},
    context::Context,
    directory::Entrance,
    id::{MemberId, TenantId},
    invitation::Invitation,
    lifecycle::Stage,
    link::Purpose,
    role::Permission,
};

/// A row of an import, as its maker sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// Where it stands among the rows, from 0: what a page begins after.
    pub position: u32,
    /// Which row of the file, from 1.
    pub number: u32,
    /// Its cells, in the order of the header.
    pub cells: Vec<String>,
    /// What it would do.
    pub planned: Verdict,
    /// What it did; `None` until it is done.
    pub outcome: Option<Outcome>,
    /// The link to hand over, while it is good: of a row that made somebody who joins by one.
    pub link: Option<HandedOver>,
}

/// A link to hand over.
#[derive(Clone, PartialEq, Eq)]
pub struct HandedOver {
    /// The address of its page.
    pub url: String,
    /// The first moment at which it is no longer good.
    pub expires_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for HandedOver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HandedOver").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Which rows of an import to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RowFilter {
    /// Those that do this, or did; `None` for all.
    pub kind: Option<VerdictKind>,
    /// Those behind this position; `None` for the first.
    pub after: Option<u32>,
}

impl ImportRow {
    /// What it did, or would do if it is not done.
    pub fn verdict(&self) -> &Verdict {
        self.outcome.as_ref().map_or(&self.planned, |outcome| &outcome.verdict)
    }
}

impl Membership {
    /// The imports of a tenant, newest first: the actor's own, and all for whoever holds [`Permission::MEMBERS_MANAGE`] in the
    /// whole tenant.
    pub async fn imports(&self, ctx: &Context, tenant: TenantId) -> Result<Vec<Import>, StartError> {
        let (_, grants, _) = self.may_import(ctx, tenant).await?;
        let (all, own) = (grants.holds(&Permission::MEMBERS_MANAGE), grants.member().id);
        let imports = self.imports.imports(tenant).await?;
        Ok(imports.into_iter().filter(|import| all || import.maker == own).collect())
    }

    /// One of them.
    pub async fn import(&self, ctx: &Context, which: ImportOf) -> Result<Import, StartError> {
        let (_, grants, _) = self.may_import(ctx, which.tenant).await?;
        let (all, own) = (grants.holds(&Permission::MEMBERS_MANAGE), grants.member().id);
        let import = self.imports.import(which.tenant, which.import).await?;
        Ok(import.filter(|import| all || import.maker == own).ok_or(ImportUnknown::Here)?)
    }

    /// Up to `limit` rows of an import. Only its maker sees them.
    pub async fn import_rows(
        &self,
        ctx: &Context,
        which: ImportOf,
        filter: RowFilter,
        limit: u16,
    ) -> Result<Vec<ImportRow>, StartError> {
        let import = self.own_import(ctx, which).await?;
        is_read(&import)?;
        let first = filter.after.map_or(0, |after| after.saturating_add(1));
        let mut rows = Vec::new();
        for block in first / BLOCK..import.blocks() {
            if rows.len() >= usize::from(limit) {
                break;
            }
            if filter.kind.is_some_and(|kind| import.none_in(block, kind)) {
                continue;
            }
            let found = self.rows_of(ctx, &import, block).await?.into_iter();
            let wanted =
                |row: &ImportRow| row.position >= first && filter.kind.is_none_or(|kind| row.verdict().kind() == kind);
            rows.extend(found.filter(wanted));
        }
        rows.truncate(usize::from(limit));
        Ok(rows)
    }

    /// A block of rows of an import, from 0; none at the end. Only its maker sees them.
    pub async fn import_block(&self, ctx: &Context, which: ImportOf, block: u32) -> Result<Vec<ImportRow>, StartError> {
        let import = self.own_import(ctx, which).await?;
        is_read(&import)?;
        if block >= import.blocks() {
            return Ok(Vec::new());
        }
        self.rows_of(ctx, &import, block).await
    }

    async fn rows_of(&self, ctx: &Context, import: &Import, block: u32) -> Result<Vec<ImportRow>, StartError> {
        let kept = self.imports.block(import.tenant, import.id, block).await?.ok_or(ImportClosed::Unread)?;
        let (planned, outcomes) = (kept.rows()?, kept.outcomes()?.unwrap_or_default());
        let made: Vec<MemberId> = outcomes.iter().filter_map(by_link).collect();
        let mut entrances = HashMap::new();
        if !made.is_empty() {
            let found = self.directory.entrances(import.tenant, &made).await?;
            entrances.extend(found.into_iter().map(|entrance| (entrance.member.id, entrance)));
        }
        let mut outcomes = outcomes.into_iter();
        let rows = planned.into_iter().enumerate().map(|(index, PlannedRow { number, cells, verdict })| {
            let outcome = outcomes.next();
            let entrance = outcome.as_ref().and_then(by_link).and_then(|member| entrances.get(&member));
            let link = entrance.and_then(|entrance| self.link_of(entrance, import, ctx.now));
            let position = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(block.saturating_mul(BLOCK));
            ImportRow { position, number, cells, planned: verdict, outcome, link }
        });
        Ok(rows.collect())
    }

    /// The link that the import made, as long as it is the newest one and good.
    fn link_of(&self, entrance: &Entrance, import: &Import, now: DateTime<Utc>) -> Option<HandedOver> {
        let invited = |invitation: &Invitation| {
            let is_ours = invitation.generation == 1 && invitation.stage_at(now) == Stage::Invited;
            let url = self.link_to_show(invitation).filter(|_| is_ours)?;
            Some(HandedOver { url, expires_at: invitation.deadline() })
        };
        let added = |account: &Account| {
            let by = ResetBy::Administrator { tenant: import.tenant, member: import.maker };
            let reset = account.reset.filter(|reset| reset.by == by && reset.generation == 1 && now < reset.end())?;
            let url = self.links.url(&account.link(Purpose::Reset, reset.generation));
            Some(HandedOver { url, expires_at: Some(reset.end()) })
        };
        let by_invitation = entrance.invitation.as_ref().and_then(invited);
        by_invitation.or_else(|| entrance.account.as_ref().and_then(added))
    }
}

impl Import {
    /// Whether no row of `block` does this, or did.
    fn none_in(&self, block: u32, kind: VerdictKind) -> bool {
        let at = usize::try_from(block).unwrap_or(usize::MAX);
        let done = self.course().and_then(|course| course.done.get(at));
        done.or_else(|| self.planned.get(at)).is_none_or(|totals| totals.of(kind) == 0)
    }
}

fn is_read(import: &Import) -> Result<(), ImportClosed> {
    match import.state {
        ImportState::Reading => Err(ImportClosed::Unread),
        ImportState::Planned | ImportState::Running(_) | ImportState::Ended { .. } => Ok(()),
    }
}

/// The member that a row has made and whom somebody hands a link.
fn by_link(outcome: &Outcome) -> Option<MemberId> {
    match outcome.verdict {
        Verdict::Create { way: Way::Link | Way::PasswordLink } => outcome.member,
        Verdict::Create { way: Way::Mail } | Verdict::Change { .. } | Verdict::Unchanged | Verdict::Refuse { .. } => {
            None
        }
    }
}
