//! Who is meant by what somebody typed, and what those are called who stand in records by an identifier.

use std::collections::HashMap;

use membership_core::{
    Named, ViewError,
    audit::{Form, Record, RecordedActor},
    directory::{MemberFilter, Page},
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

/// The names for a page of records: from the records themselves, of those who did it, and of whom they are about.
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
    let mut owners = Vec::new();
    for form in records.iter().filter_map(|record| Form::from_json(&record.body).ok()) {
        owners.extend(form.owner);
        for member in form.member.iter().chain(&form.former) {
            known.members.entry(member.id).or_insert_with(|| member.name.clone());
            if let Some(account) = member.account {
                known.accounts.entry(account).or_insert_with(|| member.name.clone());
            }
        }
    }
    let actor = |record: &Record| match record.actor {
        RecordedActor::Account(id) => Some(id),
        RecordedActor::Anonymous | RecordedActor::System => None,
    };
    // What a record is about may be a role, a department or an import as well: that is nobody's name.
    let mut ids: Vec<Uuid> = owners;
    ids.extend(records.iter().flat_map(|record| [Some(record.object), actor(record)]).flatten());
    ids.sort_unstable();
    ids.dedup();
    ids.retain(|id| !known.members.contains_key(id) && !known.accounts.contains_key(id));
    for named in membership.names(ctx, tenant, &ids).await? {
        known.learn(&named);
    }
    Ok(known)
}

impl Known {
    fn learn(&mut self, named: &Named) {
        self.members.insert(named.member.as_uuid(), named.name.to_string());
        if let Some(account) = named.account {
            self.accounts.insert(account.as_uuid(), named.name.to_string());
        }
    }

    pub(super) fn by_id(&self, id: Uuid) -> Option<&str> {
        self.members.get(&id).map(String::as_str)
    }

    pub(super) fn by_account(&self, id: Uuid) -> Option<&str> {
        self.accounts.get(&id).map(String::as_str)
    }
}
