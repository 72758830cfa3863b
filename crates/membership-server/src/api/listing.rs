//! Lists come in pages. A cursor says where the next one begins; what is in it is nobody's business.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use membership_core::{
    account::FactorKind,
    directory::{AnyOf, FactorFilter, InDepartments, MAX_PAGE, MailState, MemberFilter, Page},
    id::{DepartmentId, MemberId, RoleId},
    lifecycle::Stage,
    member::MemberStatus,
    refusal::{Fault, Faults, Refusal},
    search,
};
use uuid::Uuid;

use crate::body::InputFault;

/// Rows of a page unless told otherwise.
const DEFAULT_LIMIT: u16 = 50;

/// A query for members, as it came.
pub(super) struct Asked<'a> {
    pub(super) status: Option<&'a str>,
    pub(super) stage: Option<&'a str>,
    pub(super) role: Option<&'a str>,
    pub(super) department: Option<&'a str>,
    pub(super) below: Option<&'a str>,
    pub(super) factor: Option<&'a str>,
    pub(super) mail: Option<&'a str>,
    pub(super) held: Option<&'a str>,
    pub(super) q: Option<&'a str>,
    pub(super) limit: Option<&'a str>,
    pub(super) cursor: Option<&'a str>,
}

/// A query for members, read.
pub(super) struct Listing {
    /// Which members.
    pub(super) filter: MemberFilter,
    /// Which page of them.
    pub(super) page: Page<MemberId>,
    /// The text to search for has neither letter nor digit: nobody is called so.
    pub(super) nobody: bool,
    /// These are pages of those who are called almost as was asked for.
    pub(super) near: bool,
}

/// The cursor for what comes after `last`.
pub(super) fn cursor_after(last: MemberId) -> String {
    URL_SAFE_NO_PAD.encode(last.as_uuid().as_bytes())
}

/// The same, on pages of those who are called almost as was asked for.
pub(super) fn near_cursor_after(last: MemberId) -> String {
    let mut bytes = last.as_uuid().as_bytes().to_vec();
    bytes.push(NEAR);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is behind the identifier in a cursor on such pages.
const NEAR: u8 = 1;

impl Asked<'_> {
    /// What is asked for at `now`; every fault of the query at once.
    pub(super) fn read(&self, now: DateTime<Utc>) -> Result<Listing, Faults> {
        let mut faults = Vec::new();
        let status = noted(self.status.map(status).transpose(), "/status", &mut faults).flatten();
        let stage = noted(self.stage.map(stage).transpose(), "/stage", &mut faults).flatten();
        let role = noted(self.role.map(role).transpose(), "/role", &mut faults).flatten();
        let department = noted(self.department.map(department).transpose(), "/department", &mut faults).flatten();
        let below = noted(self.below.map(yes_or_no).transpose(), "/below", &mut faults).flatten().unwrap_or(false);
        let factor = noted(self.factor.map(factor).transpose(), "/factor", &mut faults).flatten();
        let mail = noted(self.mail.map(mail).transpose(), "/mail", &mut faults).flatten();
        let held = noted(self.held.map(yes_or_no).transpose(), "/held", &mut faults).flatten().unwrap_or(false);
        let typed = self.q.filter(|q| !q.trim().is_empty());
        let text = noted(typed.map(search::Query::parse).transpose(), "/q", &mut faults).flatten();
        let (nobody, text) = (text == Some(None), text.flatten());
        let limit = noted(read_limit(self.limit), "/limit", &mut faults).unwrap_or(DEFAULT_LIMIT);
        let cursor = self.cursor.map(cursor).transpose();
        let (after, near) =
            noted(cursor, "/cursor", &mut faults).flatten().map_or((None, false), |(after, near)| (Some(after), near));
        let text = if near { text.and_then(|text| text.near()) } else { text };
        if near && text.is_none() {
            faults.push(Fault::new("/cursor", &InputFault::Cursor));
        }
        Faults::refuse(faults)?;
        let given = role.map(|role| AnyOf { roles: vec![role], ..AnyOf::default() });
        let departments = department.map(|department| InDepartments { of: vec![department], below });
        let stage = stage.map(|stage| (stage, now));
        let unvouched = held.then_some(now);
        // What whoever asks can see is the domain's to say.
        let filter = MemberFilter { status, stage, departments, sight: None, given, factor, mail, unvouched, text };
        Ok(Listing { filter, page: Page { after, limit }, nobody, near })
    }
}

fn noted<T, R: Refusal>(read: Result<T, R>, pointer: &str, faults: &mut Vec<Fault>) -> Option<T> {
    read.map_err(|fault| faults.push(Fault::new(pointer, &fault))).ok()
}

/// Which page is asked for.
pub(super) fn page(limit: Option<&str>, cursor: Option<&str>) -> Result<Page<MemberId>, Faults> {
    match (read_limit(limit), cursor.map(read_cursor).transpose()) {
        (Ok(limit), Ok(after)) => Ok(Page { after, limit }),
        (limit, after) => {
            let limit = limit.err().map(|fault| Fault::new("/limit", &fault));
            let after = after.err().map(|fault| Fault::new("/cursor", &fault));
            Err(Faults::of(limit.into_iter().chain(after)))
        }
    }
}

pub(super) fn read_limit(limit: Option<&str>) -> Result<u16, InputFault> {
    let Some(limit) = limit else { return Ok(DEFAULT_LIMIT) };
    limit.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit)).ok_or(InputFault::Limit)
}

fn status(word: &str) -> Result<MemberStatus, InputFault> {
    MemberStatus::ALL.into_iter().find(|status| status.as_str() == word).ok_or(InputFault::Status)
}

fn stage(word: &str) -> Result<Stage, InputFault> {
    Stage::ALL.into_iter().find(|stage| stage.as_str() == word).ok_or(InputFault::Stage)
}

fn factor(word: &str) -> Result<FactorFilter, InputFault> {
    match word {
        "none" => Ok(FactorFilter::None),
        "any" => Ok(FactorFilter::Any),
        word => {
            let kind = FactorKind::ALL.into_iter().find(|kind| kind.as_str() == word);
            kind.map(FactorFilter::Kind).ok_or(InputFault::Factor)
        }
    }
}

fn mail(word: &str) -> Result<MailState, InputFault> {
    MailState::ALL.into_iter().find(|state| state.as_str() == word).ok_or(InputFault::Mail)
}

fn role(text: &str) -> Result<RoleId, InputFault> {
    Uuid::try_parse(text).map(RoleId::from_uuid).map_err(|_| InputFault::Identifier)
}

fn department(text: &str) -> Result<DepartmentId, InputFault> {
    Uuid::try_parse(text).map(DepartmentId::from_uuid).map_err(|_| InputFault::Identifier)
}

fn yes_or_no(word: &str) -> Result<bool, InputFault> {
    word.parse().map_err(|_| InputFault::YesOrNo)
}

/// Where a list of members goes on, and whether on pages of those who are called almost as was asked for.
fn cursor(cursor: &str) -> Result<(MemberId, bool), InputFault> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| InputFault::Cursor)?;
    let (id, near) = match bytes.split_last() {
        Some((&NEAR, id)) if bytes.len() > 16 => (id, true),
        Some(_) | None => (bytes.as_slice(), false),
    };
    let id = Uuid::from_slice(id).map_err(|_| InputFault::Cursor)?;
    Ok((MemberId::from_uuid(id), near))
}

fn read_cursor(text: &str) -> Result<MemberId, InputFault> {
    let (after, near) = cursor(text)?;
    if near { Err(InputFault::Cursor) } else { Ok(after) }
}
