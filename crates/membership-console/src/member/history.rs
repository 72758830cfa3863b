//! What happened to a member, from the audit, in words and newest first.

use std::collections::HashMap;

use membership_core::{
    ViewError,
    account::Account,
    audit::{Form, Record, RecordedActor},
    directory::{RecordFilter, RecordOrder},
    id::AccountId,
    role::Permission,
};
use membership_web::{Edge, Visitor};
use uuid::Uuid;

use super::About;
use crate::moment::Moment;

/// The newest so many.
const MOST: u16 = 50;

/// One thing that happened.
pub(super) struct Entry {
    pub(super) at: Moment,
    pub(super) what: String,
    /// What exactly was changed, where something was.
    pub(super) details: Vec<String>,
    pub(super) who: String,
}

/// What each event is called, for people.
const SAID: &[(&str, &str)] = &[
    ("member.added", "Added with a temporary password"),
    ("member.admitted", "Joined at once, as the owner of an account"),
    ("member.invited", "Invited"),
    ("member.joined", "Joined"),
    ("member.edited", "Changed"),
    ("member.disabled", "Disabled"),
    ("member.enabled", "Enabled"),
    ("member.removed", "Removed"),
    ("member.left", "Left"),
    ("member.reset-issued", "A link to another password was made"),
    ("member.factors-switched", "The second factor was switched on or off"),
    ("transfer.attempted", "Handing over what was held"),
    ("transfer.heir-named", "Another heir was named"),
    ("transfer.finished", "Everything was handed over"),
    ("representative.nominated", "Asked to become the representative administrator"),
    ("representative.declined", "Did not want to become the representative administrator"),
    ("representative.withdrawn", "Not asked any more to become the representative administrator"),
    ("representative.changed", "Became the representative administrator"),
    ("invitation.issued", "A link was issued"),
    ("invitation.readdressed", "The invitation goes to another address"),
    ("invitation.vouched", "Somebody else answers for the invitation"),
    ("invitation.opened", "The link was opened for the first time"),
    ("invitation.accepted", "The invitation was accepted"),
    ("invitation.rejected", "The invitation was declined"),
    ("invitation.revoked", "The invitation was withdrawn"),
    ("invitation.expired", "The invitation expired"),
];

/// The entries, for whoever may read the audit.
pub(super) async fn of(edge: &Edge, visitor: &Visitor, about: &About) -> Result<Option<Vec<Entry>>, ViewError> {
    if about.admin.grants.require(Permission::AUDIT_READ).map(drop).is_err() {
        return Ok(None);
    }
    let filter = RecordFilter { object: Some(about.id().as_uuid()), ..RecordFilter::default() };
    let order = RecordOrder::Before(None);
    let records = edge.membership().audit(&visitor.context, about.admin.tenant.id, &filter, order, MOST).await?;
    let names = names(edge, visitor, about, &records).await?;
    Ok(Some(records.iter().map(|record| entry(record, visitor, about, &names)).collect()))
}

/// What those are called who did it, as far as one sees them.
async fn names(
    edge: &Edge,
    visitor: &Visitor,
    about: &About,
    records: &[Record],
) -> Result<HashMap<Uuid, String>, ViewError> {
    let mut ids: Vec<Uuid> = records.iter().filter_map(|record| by(record.actor)).collect();
    ids.sort_unstable();
    ids.dedup();
    let named = edge.membership().names(&visitor.context, about.admin.tenant.id, &ids).await?;
    Ok(named.into_iter().filter_map(|named| Some((named.account?.as_uuid(), named.name.to_string()))).collect())
}

const fn by(actor: RecordedActor) -> Option<Uuid> {
    match actor {
        RecordedActor::Account(id) => Some(id),
        RecordedActor::Anonymous | RecordedActor::System => None,
    }
}

fn entry(record: &Record, visitor: &Visitor, about: &About, names: &HashMap<Uuid, String>) -> Entry {
    let said = SAID.iter().find(|(name, _)| *name == record.name);
    Entry {
        at: Moment(record.at),
        what: said.map_or_else(|| record.name.clone(), |(_, said)| (*said).to_owned()),
        details: changes(&record.body),
        who: match record.actor {
            RecordedActor::System => "by itself".to_owned(),
            RecordedActor::Anonymous => "by whoever held the link".to_owned(),
            RecordedActor::Account(id) if visitor.account().map(account) == Some(id) => "by you".to_owned(),
            RecordedActor::Account(id) => {
                let own = about.details.row.member.account().map(AccountId::as_uuid);
                match names.get(&id) {
                    _ if own == Some(id) => "by the person".to_owned(),
                    Some(name) => format!("by {name}"),
                    None => "by another administrator".to_owned(),
                }
            }
        },
    }
}

fn account(account: &Account) -> Uuid {
    account.id.as_uuid()
}

/// What is another than before, in words.
fn changes(body: &str) -> Vec<String> {
    let Ok(form) = Form::from_json(body) else { return Vec::new() };
    let (Some(member), Some(before)) = (&form.member, form.before.as_ref().and_then(|before| before.member.as_ref()))
    else {
        return Vec::new();
    };
    let mut changes = Vec::new();
    if member.name != before.name {
        changes.push(format!("Name: {} → {}", before.name, member.name));
    }
    if member.email != before.email {
        let said = |email: &Option<String>| email.clone().unwrap_or_else(|| "none".to_owned());
        changes.push(format!("E-mail: {} → {}", said(&before.email), said(&member.email)));
    }
    // A removed member holds nothing and belongs nowhere; that goes without saying.
    if member.status == before.status {
        if member.departments != before.departments {
            changes.push("Departments".to_owned());
        }
        if member.assignments != before.assignments {
            changes.push("Roles".to_owned());
        }
    }
    changes
}
