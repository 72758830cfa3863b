//! The list: who is found, with the filters that say so.

use membership_core::{
    ViewError,
    account::FactorKind,
    actor::{Grants, Sight},
    department::DepartmentUnknown,
    directory::{MAX_PAGE, MailState},
    id::DepartmentId,
    lifecycle::Stage,
    member::MemberStatus,
    refusal::Refusal,
    role::Permission,
    tenant::policy::Words,
};
use membership_web::{Edge, Visitor, status_of};
use poem::http::StatusCode;

use super::{
    bulk::Deed,
    filter::{Filter, HELD, Part, ROWS},
    row::{Row, name_of_factor},
};
use crate::{department::path_of, form::Choice, layout::Admin, standing::of_enabled, words::sentence};

const _: () = assert!(ROWS < MAX_PAGE);

/// Who was found.
#[derive(askama::Template)]
#[template(path = "members/list.html")]
pub(super) struct List {
    /// Where the list is.
    path: String,
    filter: Filter,
    rows: Vec<Row>,
    near: bool,
    fault: Option<(StatusCode, String)>,
    newer: Option<String>,
    older: Option<String>,
    states: Vec<Choice>,
    roles: Vec<Choice>,
    factors: Vec<Choice>,
    mails: Vec<Choice>,
    parts: Vec<Part>,
    /// What can be done to several at once.
    deeds: Vec<Deed>,
}

impl askama::filters::HtmlSafe for List {}

impl List {
    /// The status of a page that cannot show what was asked for.
    pub(super) fn status(&self) -> Option<StatusCode> {
        self.fault.as_ref().map(|(status, _)| *status)
    }

    /// Whether nobody is here yet, whatever is looked for.
    fn nobody_yet(&self) -> bool {
        self.rows.is_empty() && !self.filter.is_narrow() && self.filter.after.is_empty()
    }

    /// Whether a state is chosen in the filter.
    fn is_state(&self, value: &str) -> bool {
        self.filter.state == value
    }

    fn is_factor(&self, value: &str) -> bool {
        self.filter.factor == value
    }

    fn is_mail(&self, value: &str) -> bool {
        self.filter.mail == value
    }

    fn is_role(&self, value: &str) -> bool {
        self.filter.role == value
    }
}

/// Those whom `filter` asks for, as far as one may see them.
pub(super) async fn found(edge: &Edge, visitor: &Visitor, admin: &Admin, filter: Filter) -> Result<List, ViewError> {
    let now = visitor.context.now;
    if let Some(department) = filter.department()? {
        may_choose(admin, department, !filter.direct.is_empty())?;
    }
    let asked = match filter.asked(now) {
        Ok(asked) => asked,
        Err(ViewError::Search(fault)) => {
            admin.grants.sight(Permission::MEMBERS_READ)?;
            let said = sentence(&format!("{fault}; {}", fault.advice()));
            return Ok(List { fault: Some((status_of(fault.kind()), said)), ..empty(admin, filter) });
        }
        Err(error) => return Err(error),
    };
    let Some(asked) = asked else {
        admin.grants.sight(Permission::MEMBERS_READ)?;
        return Ok(empty(admin, filter));
    };
    let (words, grants) = (&admin.tenant.policy.words, &admin.grants);
    let looks_loosely = asked.text.is_some();
    let page = edge.membership().members(&visitor.context, admin.tenant.id, asked, filter.page()).await?;
    let near = page.near || (looks_loosely && filter.is_loose());
    // One more was asked for than is shown, to know whether there is another page.
    let more = page.rows.len() > usize::from(ROWS);
    let last = page.rows.get(usize::from(ROWS) - 1).filter(|_| more).map(|row| row.member.id);
    let older = last.map(|last| filter.older(last, near));
    let rows = page.rows.into_iter().take(usize::from(ROWS)).map(|row| Row::of(row, grants, words, now)).collect();
    let list = empty(admin, filter);
    let address = |filter: Filter| format!("{}{}", list.path, filter.query());
    let (newer, older) = (list.filter.newer().map(address), older.map(address));
    Ok(List { rows, near, newer, older, ..list })
}

/// Whether one may ask who belongs to `department`: who of those that one sees belongs to one that one does not see is told to
/// nobody. What is on the way to what one sees can be chosen with all below it.
fn may_choose(admin: &Admin, department: DepartmentId, direct: bool) -> Result<(), ViewError> {
    let (grants, tree) = (&admin.grants, admin.grants.tree());
    tree.get(department)?;
    let on_the_way = match grants.sight(Permission::MEMBERS_READ)? {
        Sight::All => true,
        Sight::Within(tops) => !direct && tops.iter().any(|top| tree.is_within(*top, department)),
    };
    if on_the_way || grants.holds_over(&Permission::MEMBERS_READ, department) {
        Ok(())
    } else {
        Err(DepartmentUnknown::InTenant.into())
    }
}

/// Nobody, with all that stands around the list.
fn empty(admin: &Admin, filter: Filter) -> List {
    let (grants, path) = (&admin.grants, admin.path("members"));
    let words = &admin.tenant.policy.words;
    let states = states(words);
    let role = |role: &membership_core::role::Role| Choice { value: role.id.to_string(), label: role.name.to_string() };
    let roles: Vec<Choice> = grants.catalogue().roles().iter().map(role).collect();
    let chosen = filter.department().ok().flatten();
    let department = chosen.map(|one| path_of(grants.tree(), one)).filter(|path| !path.is_empty());
    let mut parts = Vec::new();
    let top = filter.on_top();
    let mut part =
        |label: String, without: Filter| parts.push(Part { label, without: format!("{path}{}", without.query()) });
    let label_of = |choices: &[Choice], value: &str| {
        let known = choices.iter().find(|choice| choice.value == value);
        known.map_or_else(|| value.to_owned(), |choice| choice.label.clone())
    };
    if !filter.q.trim().is_empty() {
        part(format!("“{}”", filter.q.trim()), Filter { q: String::new(), near: String::new(), ..top.clone() });
    }
    if !filter.state.is_empty() {
        part(label_of(&states, &filter.state), Filter { state: String::new(), ..top.clone() });
    }
    if !filter.role.is_empty() {
        part(label_of(&roles, &filter.role), Filter { role: String::new(), ..top.clone() });
    }
    let (factors, mails) = (factors(), mails());
    if !filter.factor.is_empty() {
        part(label_of(&factors, &filter.factor), Filter { factor: String::new(), ..top.clone() });
    }
    if !filter.mail.is_empty() {
        part(label_of(&mails, &filter.mail), Filter { mail: String::new(), ..top.clone() });
    }
    if let Some(department) = &department {
        let only = if filter.direct.is_empty() { "" } else { ", without what is below" };
        part(format!("{department}{only}"), top.in_department(None));
    }
    List {
        deeds: Deed::ALL.into_iter().filter(|deed| deed.is_for(grants)).collect(),
        path,
        filter,
        rows: Vec::new(),
        near: false,
        fault: None,
        newer: None,
        older: None,
        states,
        roles,
        factors,
        mails,
        parts,
    }
}

/// The states that can be asked for, in the order of a life and in the organisation's own words.
fn states(words: &Words) -> Vec<Choice> {
    let choice = |value: &str, label: &str| Choice { value: value.to_owned(), label: label.to_owned() };
    let status = |status: MemberStatus| choice(status.as_str(), words.of_status(status).0);
    let mut states = vec![status(MemberStatus::NotJoined)];
    for stage in Stage::ALL.into_iter().filter(|stage| *stage != Stage::Joined) {
        let word = words.of_stage(stage).0;
        // Two stages of one word are told apart by their own.
        let shared = Stage::ALL.into_iter().filter(|other| words.of_stage(*other).0 == word).count() > 1;
        let label = if shared { format!("– {word} ({})", stage.as_str()) } else { format!("– {word}") };
        states.push(choice(stage.as_str(), &label));
    }
    states.push(choice(HELD, "– On hold"));
    states.push(choice(MemberStatus::Enabled.as_str(), of_enabled(words).0));
    states.extend([MemberStatus::Disabled, MemberStatus::Removed].map(status));
    states
}

fn factors() -> Vec<Choice> {
    let kinds = FactorKind::ALL.into_iter().map(|kind| (kind.as_str(), name_of_factor(kind)));
    let all = [("none", "No second factor"), ("any", "Any second factor")].into_iter().chain(kinds);
    all.map(|(value, label)| Choice { value: value.to_owned(), label: label.to_owned() }).collect()
}

fn mails() -> Vec<Choice> {
    let label = |state| match state {
        MailState::Waiting => "Mail on its way",
        MailState::Sent => "Mail sent",
        MailState::Failed => "Mail failed",
        MailState::Cancelled => "Mail not wanted any more",
    };
    let all = MailState::ALL.into_iter();
    all.map(|state| Choice { value: state.as_str().to_owned(), label: label(state).to_owned() }).collect()
}

impl Deed {
    fn is_for(self, grants: &Grants) -> bool {
        grants.sight(self.needs()).is_ok()
    }
}
