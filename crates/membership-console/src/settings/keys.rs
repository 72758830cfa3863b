//! The API keys: which there are, making one, whose secret is shown once, and revoking.

use std::collections::HashMap;

use askama::Template;
use membership_core::{
    account::api_key::{ApiKey, MakeApiKey},
    id::MemberId,
    refusal::Refusal,
    role::Permission,
};
use membership_web::{Edge, Visitor, status_of};
use poem::{
    Response, handler,
    http::StatusCode,
    web::{Data, Path, Query},
};

use super::{Said, Tab, Tabs};
use crate::{
    layout::{Admin, Layout, Section, is_of_the_session},
    member::name_of,
    moment::Moment,
    notice::Action,
    page::{page, see, waiting},
    settled::On,
    typed::Typed,
    words::{sentence, told},
};

#[derive(Template)]
#[template(path = "settings/keys.html")]
struct KeysPage {
    layout: Layout,
    tabs: Tabs,
    path: String,
    keys: Vec<Key>,
    /// Whether those of others are among them.
    all: bool,
    filled: Filled,
    applications: Vec<(String, Vec<(String, String)>)>,
    name_fault: Option<String>,
    days_fault: Option<String>,
    scope_fault: Option<String>,
    problem: Option<(String, String)>,
}

/// One key.
struct Key {
    id: String,
    name: String,
    owner: String,
    scope: Vec<String>,
    made: Moment,
    ends: Moment,
    used: Option<Moment>,
    /// Whether another key has made it.
    derived: bool,
}

/// The form.
#[derive(Default)]
struct Filled {
    name: String,
    days: String,
    scope: Vec<String>,
}

/// A new key, whose secret is shown this once.
#[derive(Template)]
#[template(path = "settings/key.html")]
struct MadePage {
    layout: Layout,
    name: String,
    secret: String,
    ends: Moment,
    back: String,
}

/// What a form without a word about it asks for.
const DAYS: u32 = 90;
const SECONDS_OF_A_DAY: u32 = 86_400;

impl KeysPage {
    fn is_ticked(&self, permission: &str) -> bool {
        self.filled.scope.iter().any(|one| one == permission)
    }

    const fn is_refused(&self) -> bool {
        self.name_fault.is_some() || self.days_fault.is_some() || self.scope_fault.is_some() || self.problem.is_some()
    }
}

/// The page.
#[handler]
pub(crate) async fn show(edge: Data<&Edge>, On(visitor, admin): On<Admin>, Query(said): Query<Said>) -> Response {
    let done = said.among(&[("revoked", "The key was revoked; it opens nothing any more.")]);
    keys_page(StatusCode::OK, &edge, &visitor, &admin, Filled::default(), (done, None)).await
}

async fn keys_page(
    status: StatusCode,
    edge: &Edge,
    visitor: &Visitor,
    admin: &Admin,
    filled: Filled,
    (done, refusal): (Option<&'static str>, Option<&(dyn Refusal + Sync)>),
) -> Response {
    let keys = match edge.membership().api_keys(&visitor.context, admin.tenant.id).await {
        Ok(keys) => keys,
        Err(error) => return admin.refused(visitor, Section::Settings, &error, back(admin)),
    };
    let owners = owners(edge, visitor, admin, &keys).await;
    let applications = admin.grants.catalogue().applications().iter().map(|application| {
        let held = application.permissions.iter().filter(|named| admin.grants.sight(named.permission.clone()).is_ok());
        let held = held.map(|named| (named.permission.to_string(), named.name.to_string()));
        (application.name.to_string(), held.collect::<Vec<_>>())
    });
    let path = format!("{}/keys", Section::Settings.path(&admin.tenant.id));
    let mut shown = KeysPage {
        layout: admin.layout("API keys", Section::Settings, Section::Settings.path(&admin.tenant.id)).saying(done),
        tabs: Tabs::of(admin, Tab::Keys),
        path,
        all: admin.grants.holds(&Permission::MEMBERS_MANAGE),
        keys: keys.iter().map(|key| of(key, admin, &owners)).collect(),
        filled: Filled { days: if filled.days.is_empty() { DAYS.to_string() } else { filled.days }, ..filled },
        applications: applications.filter(|(_, held)| !held.is_empty()).collect(),
        name_fault: None,
        days_fault: None,
        scope_fault: None,
        problem: None,
    };
    if let Some(refusal) = refusal {
        shown.blame(refusal);
    }
    page(status, &shown)
}

impl KeysPage {
    fn blame(&mut self, refusal: &dyn Refusal) {
        for fault in refusal.faults() {
            let said = Some(sentence(&fault.detail));
            match fault.pointer.as_ref() {
                "/name" => self.name_fault = said,
                "/seconds" => self.days_fault = Some("A key lasts from 1 to 366 days.".to_owned()),
                _ => self.scope_fault = said,
            }
        }
        if refusal.faults().is_empty() {
            self.problem = Some(told(refusal));
        }
    }
}

fn of(key: &ApiKey, admin: &Admin, owners: &HashMap<MemberId, String>) -> Key {
    let own = key.member == admin.grants.member().id;
    Key {
        id: key.id.to_string(),
        name: key.name.to_string(),
        owner: if own { "you".to_owned() } else { owners.get(&key.member).cloned().unwrap_or_default() },
        scope: key.scope.iter().map(|permission| name_of(admin, permission)).collect(),
        made: Moment(key.made_at),
        ends: Moment(key.ends_at),
        used: key.used_at.map(Moment),
        derived: key.parent.is_some(),
    }
}

/// The names of those whom keys act for, as far as one sees them. Few people make keys.
async fn owners(edge: &Edge, visitor: &Visitor, admin: &Admin, keys: &[ApiKey]) -> HashMap<MemberId, String> {
    let mut ids: Vec<_> = keys.iter().map(|key| key.member.as_uuid()).collect();
    ids.sort_unstable();
    ids.dedup();
    let named = edge.membership().names(&visitor.context, admin.tenant.id, &ids).await.unwrap_or_default();
    named.into_iter().map(|named| (named.member, named.name.to_string())).collect()
}

/// Makes one. Its secret is in the answer itself, because it is shown only once.
#[handler]
pub(crate) async fn make(edge: Data<&Edge>, On(visitor, admin): On<Admin>, typed: Typed) -> Response {
    let filled = Filled {
        name: typed.one("name").to_owned(),
        days: typed.one("days").trim().to_owned(),
        scope: typed.all("scope").map(ToOwned::to_owned).collect(),
    };
    let command = MakeApiKey {
        tenant: admin.tenant.id,
        name: filled.name.clone(),
        // What is no permission is none of this tenant's; a form of ours offers no such thing.
        scope: filled.scope.iter().filter_map(|text| Permission::parse(text).ok()).collect(),
        // What is no number lasts too short, which the kernel says.
        seconds: filled.days.parse::<u32>().ok().and_then(|days| days.checked_mul(SECONDS_OF_A_DAY)).unwrap_or(0),
    };
    match edge.membership().make_api_key(&visitor.context, command).await {
        Ok(made) => {
            let shown = MadePage {
                layout: admin.layout("A new API key", Section::Settings, Section::Settings.path(&admin.tenant.id)),
                name: made.key.name.to_string(),
                secret: made.secret.expose().to_owned(),
                ends: Moment(made.key.ends_at),
                back: format!("{}/keys", Section::Settings.path(&admin.tenant.id)),
            };
            page(StatusCode::CREATED, &shown)
        }
        Err(error) => {
            if is_of_the_session(&error) {
                return admin.refused(&visitor, Section::Settings, &error, back(&admin));
            }
            let shown = keys_page(status_of(error.kind()), &edge, &visitor, &admin, filled, (None, Some(&error))).await;
            waiting(shown, error.retry_after())
        }
    }
}

/// Ends one at once.
#[handler]
pub(crate) async fn revoke(
    edge: Data<&Edge>,
    On(visitor, admin): On<Admin>,
    Path((_, key)): Path<(String, String)>,
) -> Response {
    let key = key.parse().unwrap_or_else(|_| membership_core::id::ApiKeyId::from_uuid(uuid::Uuid::nil()));
    match edge.membership().revoke_api_key(&visitor.context, admin.tenant.id, key).await {
        Ok(_) => see(&format!("{}/keys?done=revoked", Section::Settings.path(&admin.tenant.id))),
        Err(error) => admin.refused(&visitor, Section::Settings, &error, back(&admin)),
    }
}

fn back(admin: &Admin) -> Action {
    Action::new("Back to the settings", Section::Settings.path(&admin.tenant.id))
}
