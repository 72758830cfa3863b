//! Export: the list of members as a table that can be edited and imported again.

use super::{Column, Way, names};
use crate::{
    Membership,
    actor::{Denied, Ground},
    context::Context,
    directory::{MemberFilter, MemberRow, Page},
    id::{MemberId, TenantId},
    invitation::Channel,
    tenant::{Tenant, policy::Words},
    view::ViewError,
};

/// A page of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Its rows, each a cell for every one of [`Exported::TITLES`].
    pub rows: Vec<Vec<String>>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<MemberId>,
}

impl Exported {
    /// The titles of the columns.
    pub const TITLES: [&'static str; 9] = [
        Column::Name.title(),
        Column::Departments.title(),
        Column::Roles.title(),
        Column::Email.title(),
        Column::Username.title(),
        Column::Way.title(),
        Column::Language.title(),
        Column::Member.title(),
        "Status",
    ];
}

impl Membership {
    /// A page of the members as a table, newest entry first: what [`members`](Self::members) lists, to whom it lists it.
    pub async fn export_members(
        &self,
        ctx: &Context,
        tenant: TenantId,
        filter: MemberFilter,
        page: Page<MemberId>,
    ) -> Result<Exported, ViewError> {
        let (_, ground) = self.footing_of(ctx, tenant).await?;
        let Tenant { policy, .. } = self.directory.tenant(tenant).await?.ok_or(Denied::TenantUnknown)?;
        let found = self.members(ctx, tenant, filter, page).await?;
        let full = found.rows.len() >= usize::from(page.limit);
        let next = found.rows.last().map(|row| row.member.id).filter(|_| full);
        let rows = found.rows.iter().map(|row| cells(row, &ground, &policy.words, ctx));
        Ok(Exported { rows: rows.collect(), next })
    }
}

fn cells(row: &MemberRow, ground: &Ground, words: &Words, ctx: &Context) -> Vec<String> {
    let member = &row.member;
    let (status, _) = match row.stage_at(ctx.now) {
        Some(stage) if member.account().is_none() => words.of_stage(stage),
        Some(_) | None => words.of_status(member.status()),
    };
    let way =
        row.invitation.as_ref().filter(|_| member.account().is_none()).map(|invitation| match invitation.channel {
            Channel::Mail(_) => Way::Mail,
            Channel::Link(_) => Way::Link,
        });
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    vec![
        member.name.to_string(),
        names::departments_text(&ground.tree, member.departments.all()),
        names::assignments_text(ground, &member.assignments),
        text(member.email.as_ref().map(crate::email::EmailAddress::as_str)),
        text(member.username.as_ref().map(crate::name::Username::as_str)),
        text(way.map(Way::as_str)),
        text(member.language.as_ref().map(crate::language::Language::as_str)),
        member.id.to_string(),
        status.to_owned(),
    ]
}
