//! Who is meant by what somebody typed, and what those are called who stand in records by an identifier.

use std::collections::HashMap;

use membership_core::{
    ViewError,
    audit::{Form, Record, RecordedActor},
    directory::{AnyOf, MAX_PAGE, MemberFilter, Page},
    id::{AccountId, MemberId},
    member::Member,
    role::Permission,
    search::Query,
};
use membership_web::{Edge, Visitor};
use uuid::Uuid;

use crate::layout::Admin;

/// A member whom somebody could mean.
pub(super) struct Person {
    pub(super) id: MemberId,
    pub(super) account: Option<AccountId>,
    pub(super) name: String,
    pub(super) known_by: String,
}

/// Who is meant.
pub(super) enum Meant {
    Nobody,
    One(Person),
    Several(Vec<Person>),
}

/// Names by identifiers.
#[derive(Default)]
pub(super) struct Known {
    members: HashMap<Uuid, String>,
    accounts: HashMap<Uuid, String>,
}

/// Most who are offered where a name is not clear.
const OFFERED: u16 = 8;
/// Most who are looked up by identifier for one page.
const LOOKED_UP: usize = 50;

impl From<&Member> for Person {
    fn from(member: &Member) -> Self {
        let email = member.email.as_ref().map(ToString::to_string);
        Self {
            id: member.id,
            account: member.account(),
            name: member.name.to_string(),
            known_by: email.or_else(|| member.username.as_ref().map(ToString::to_string)).unwrap_or_default(),
        }
    }
}

/// Whom `text` means, among those whom one sees.
pub(super) async fn meant(edge: &Edge, visitor: &Visitor, admin: &Admin, text: &str) -> Result<Meant, ViewError> {
    let sees = admin.grants.sight(Permission::MEMBERS_READ).is_ok();
    let (membership, ctx, tenant) = (edge.membership(), &visitor.context, admin.tenant.id);
    let text = text.trim();
    if text.is_empty() || !sees {
        return Ok(Meant::Nobody);
    }
    if let Ok(id) = text.parse::<MemberId>() {
        return match membership.member(ctx, tenant, id).await {
            Ok(details) => Ok(Meant::One((&details.row.member).into())),
            Err(ViewError::MemberUnknown) => Ok(Meant::Nobody),
            Err(error) => Err(error),
        };
    }
    let Ok(Some(query)) = Query::parse(text) else { return Ok(Meant::Nobody) };
    let filter = MemberFilter { text: Some(query), ..MemberFilter::default() };
    let page = Page { after: None, limit: OFFERED };
    let rows = membership.members(ctx, tenant, filter, page).await?.rows;
    let mut people: Vec<Person> = rows.iter().map(|row| (&row.member).into()).collect();
    let exactly = |person: &Person| person.known_by.eq_ignore_ascii_case(text) || person.name == text;
    if let [only] = people.iter().enumerate().filter(|(_, one)| exactly(one)).map(|(at, _)| at).collect::<Vec<_>>()[..]
    {
        people = vec![people.swap_remove(only)];
    }
    Ok(match people.len() {
        0 => Meant::Nobody,
        1 => people.pop().map_or(Meant::Nobody, Meant::One),
        _ => Meant::Several(people),
    })
}

/// The names for a page of records: from the records themselves, of those who administer, and of whom they are about.
pub(super) async fn known(
    edge: &Edge,
    visitor: &Visitor,
    admin: &Admin,
    records: &[&Record],
) -> Result<Known, ViewError> {
    let mut known = Known::default();
    if admin.grants.sight(Permission::MEMBERS_READ).is_err() {
        return Ok(known);
    }
    let (membership, ctx, tenant) = (edge.membership(), &visitor.context, admin.tenant.id);
    for form in records.iter().filter_map(|record| Form::from_json(&record.body).ok()) {
        for member in form.member.iter().chain(&form.former) {
            known.members.entry(member.id).or_insert_with(|| member.name.clone());
            if let Some(account) = member.account {
                known.accounts.entry(account).or_insert_with(|| member.name.clone());
            }
        }
    }
    let unnamed =
        |record: &&&Record| matches!(record.actor, RecordedActor::Account(id) if !known.accounts.contains_key(&id));
    if records.iter().any(|record| unnamed(&record)) {
        let catalogue = admin.grants.catalogue();
        let work = Permission::OWN.into_iter().filter(|own| *own != Permission::MEMBERS_READ);
        let mut roles: Vec<_> = work
            .flat_map(|permission| catalogue.roles_giving(&permission).map(|role| role.id).collect::<Vec<_>>())
            .collect();
        roles.sort_unstable();
        roles.dedup();
        let given = AnyOf { roles, ..AnyOf::default() };
        let filter = MemberFilter { given: Some(given), ..MemberFilter::default() };
        let rows = membership.members(ctx, tenant, filter, Page { after: None, limit: MAX_PAGE }).await?.rows;
        for row in &rows {
            known.learn(&row.member);
        }
    }
    let mut objects: Vec<Uuid> = records.iter().map(|record| record.object).collect();
    objects.sort_unstable();
    objects.dedup();
    objects.retain(|id| !known.members.contains_key(id) && Some(*id) != Some(tenant.as_uuid()));
    for id in objects.into_iter().take(LOOKED_UP) {
        // It may be a role, a department or an import as well.
        if let Ok(details) = membership.member(ctx, tenant, MemberId::from_uuid(id)).await {
            known.learn(&details.row.member);
        }
    }
    Ok(known)
}

impl Known {
    fn learn(&mut self, member: &Member) {
        self.members.insert(member.id.as_uuid(), member.name.to_string());
        if let Some(account) = member.account() {
            self.accounts.insert(account.as_uuid(), member.name.to_string());
        }
    }

    pub(super) fn by_id(&self, id: Uuid) -> Option<&str> {
        self.members.get(&id).map(String::as_str)
    }

    pub(super) fn by_account(&self, id: Uuid) -> Option<&str> {
        self.accounts.get(&id).map(String::as_str)
    }
}
