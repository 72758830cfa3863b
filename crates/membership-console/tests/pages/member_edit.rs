//! Editing a member.

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    id::MemberId,
    member::{Member, edit::Changes},
    role::{Grant, assign::Wanted},
};
use poem::http::StatusCode;

use crate::site::{Answer, Site};

async fn stored(site: &Site, id: MemberId) -> Member {
    site.world().await.members.into_iter().find(|member| member.id == id).unwrap()
}

/// What a browser would send: every control of the form as the page has it.
fn controls(page: &Answer) -> Vec<(String, String)> {
    let main = page.body.split("<main").nth(1).unwrap();
    let form = main.split("<form").nth(1).unwrap().split("</form>").next().unwrap();
    let mut sent = Vec::new();
    let attribute = |tag: &str, name: &str| {
        let from = tag.find(&format!("{name}=\""))? + name.len() + 2;
        Some(tag[from..].split('"').next()?.replace("&#60;", "<").replace("&#34;", "\""))
    };
    for part in form.split('<').skip(1) {
        let tag = part.split('>').next().unwrap();
        if tag.starts_with("input") {
            sent.extend(attribute(tag, "name").map(|name| (name, attribute(tag, "value").unwrap_or_default())));
        } else if tag.starts_with("select") {
            sent.extend(attribute(tag, "name").map(|name| (name, String::new())));
        } else if tag.starts_with("option") && tag.ends_with(" selected") {
            sent.last_mut().unwrap().1 = attribute(tag, "value").unwrap();
        }
    }
    sent
}

async fn send(site: &Site, cookie: &str, id: MemberId, form: &[(String, String)]) -> Answer {
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let path = site.at(format!("members/{id}/edit"));
    site.pages.post(&path, cookie, &form).await
}

/// Puts `value` into the first control of this name that holds `before`.
fn put(form: &mut [(String, String)], name: &str, before: &str, value: &str) {
    let found = form.iter_mut().find(|(known, held)| known == name && held == before);
    value.clone_into(&mut found.unwrap_or_else(|| panic!("{name} {before}")).1);
}

/// Proves ORG-32, TEN-7 and ORG-12 on the page: name, address, departments and roles; a role with an end and for one department.
#[tokio::test]
async fn everything_can_be_edited() {
    let site = Site::new().await;
    let sales = site.bed.department("Sales", site.bed.root().unwrap()).await.unwrap().id;
    let north = site.bed.department("North", sales).await.unwrap().id;
    let ann = site.bed.added("ann", &["Member"]).await.unwrap().member.id;
    let root = site.cookie_of("root").await;
    let page = site.pages.get(&site.at(format_args!("members/{ann}/edit")), &root).await.assert(StatusCode::OK);
    let mut form = controls(&page.assert_says(&["<option value=\"Sales / North\">"]));
    let manager = site.bed.role("Member manager").await.unwrap();
    put(&mut form, "name", "ann Example", "Ann <Ex>");
    put(&mut form, "email", "", "ann@example.org");
    put(&mut form, "language", "", "pt_br");
    put(&mut form, "department", "Example Ltd", "Sales");
    put(&mut form, "department", "", "Sales / North");
    put(&mut form, "what", "", &format!("role:{manager}"));
    let row = form.iter().position(|(_, value)| *value == format!("role:{manager}")).unwrap();
    "Sales".clone_into(&mut form[row + 1].1);
    "2031-01-01T00:00".clone_into(&mut form[row + 2].1);
    let own = site.at(format_args!("members/{ann}"));
    send(&site, &root, ann, &form).await.assert_leads_to(&format!("{own}?done=edited"));
    let member = stored(&site, ann).await;
    assert_eq!((member.name.as_str(), member.email.unwrap().to_string().as_str()), ("Ann <Ex>", "ann@example.org"));
    assert_eq!(member.departments.all(), [sales, north]);
    let end: DateTime<Utc> = "2031-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(member.assignments.end_of(&Grant::Role(manager), Some(sales)), Some(Some(end)));
    let page = site.pages.get(&own, &root).await.assert(StatusCode::OK);
    page.assert_says(&[
        "<dt>Language</dt><dd>pt-BR</dd>",
        "for <bdi>Sales</bdi> and below",
        "<li><bdi>Sales / North</bdi>",
        "Ann &#60;Ex&#62;",
    ]);
}

/// What is not touched stays as it was, to the microsecond, and a role is taken away by emptying its line.
#[tokio::test]
async fn what_is_not_touched_stays() {
    let site = Site::new().await;
    let ann = site.bed.added("ann", &["Member"]).await.unwrap().member;
    let (member, manager) = (site.bed.role("Member").await.unwrap(), site.bed.role("Member manager").await.unwrap());
    let until = site.bed.clock.now() + TimeDelta::microseconds(90_000_000_017);
    let given = vec![Wanted { until: Some(until), ..Wanted::role(manager) }, Wanted::role(member)];
    let changes = Changes { assignments: Some(given), ..Changes::default() };
    site.bed.membership.edit_member(&site.bed.as_administrator(), site.bed.target(&ann), changes).await.unwrap();
    let before = stored(&site, ann.id).await;
    let root = site.cookie_of("root").await;
    let records = site.world().await.audit.len();
    let edit = site.at(format_args!("members/{}/edit", ann.id));
    let mut form = controls(&site.pages.get(&edit, &root).await.assert(StatusCode::OK));
    send(&site, &root, ann.id, &form).await.assert(StatusCode::SEE_OTHER);
    assert_eq!(stored(&site, ann.id).await, before);
    assert_eq!(site.world().await.audit.len(), records);
    put(&mut form, "what", &format!("role:{member}"), "");
    send(&site, &root, ann.id, &form).await.assert(StatusCode::SEE_OTHER);
    let after = stored(&site, ann.id).await;
    assert_eq!(after.assignments.end_of(&Grant::Role(manager), None), Some(Some(until)));
    assert_eq!(after.assignments.iter().count(), 1);
}

/// Whatever is wrong is said at its field, what was typed comes back, and nothing is changed.
#[tokio::test]
async fn faults_stand_at_their_fields() {
    let site = Site::new().await;
    let ann = site.bed.added("ann", &["Member"]).await.unwrap().member.id;
    let root = site.cookie_of("root").await;
    let edit = site.at(format_args!("members/{ann}/edit"));
    let good = controls(&site.pages.get(&edit, &root).await.assert(StatusCode::OK));
    let before = stored(&site, ann).await;
    let member = format!("role:{}", site.bed.role("Member").await.unwrap());
    for (name, held, typed, said) in [
        ("name", "ann Example", "", "id=\"name-fault\""),
        ("email", "", "a b@example.org", "id=\"email-fault\""),
        ("email", "", "root@example.org", "id=\"email-fault\""),
        ("language", "", "German", "id=\"language-fault\""),
        ("department", "Example Ltd", "Nowhere", "id=\"department-1-fault\""),
        ("department", "Example Ltd", "", "id=\"departments-fault\""),
        ("what", member.as_str(), "", "id=\"given-fault\""),
        ("what", member.as_str(), "role:nonsense", "id=\"given-1-fault\""),
        ("within", "", "Nowhere", "id=\"given-1-fault\""),
        ("until", "", "tomorrow", "id=\"given-1-fault\""),
        ("until", "", "2001-01-01T00:00", "id=\"given-1-fault\""),
    ] {
        let mut form = good.clone();
        put(&mut form, name, held, typed);
        let page = send(&site, &root, ann, &form).await;
        assert!(page.status.is_client_error(), "{name} {typed}: {}", page.status);
        let page = page.assert_says(&[said]);
        if !typed.is_empty() && name != "what" {
            page.assert_says(&[&format!("value=\"{typed}\"")]);
        }
        assert_eq!(stored(&site, ann).await, before, "{name} {typed}");
    }
}

/// Nobody gives what they do not hold, though they force it.
#[tokio::test]
async fn nobody_gives_beyond_the_own() {
    let site = Site::new().await;
    let ann = site.bed.added("ann", &["Member"]).await.unwrap().member.id;
    site.bed.manager().await.unwrap();
    let manager = site.cookie_of("manager").await;
    let administrator = site.bed.role("Administrator").await.unwrap();
    let edit = site.at(format_args!("members/{ann}/edit"));
    let page = site.pages.get(&edit, &manager).await.assert(StatusCode::OK);
    let page = page.assert_lacks(&[&format!("role:{administrator}")]);
    let mut form = controls(&page);
    let before = stored(&site, ann).await;
    put(&mut form, "what", "", &format!("role:{administrator}"));
    let refused = send(&site, &manager, ann, &form).await.assert(StatusCode::FORBIDDEN);
    refused.assert_says(&["id=\"given-fault\"", "which you do not hold yourself"]);
    assert_eq!(stored(&site, ann).await, before);
}
