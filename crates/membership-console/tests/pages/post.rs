//! The letters that are owed, as they would go out.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use membership_core::{
    delivery::Postman,
    invitation::invite::{Invite, Invitee, Reach},
    member::Member,
    outbox::{Content, Letter, Mailer, Patience, Verdict},
    role::assign::Wanted,
    tenant::create::CreateTenant,
};
use membership_testkit::bed::PASSWORD;
use poem::http::StatusCode;

use crate::site::{ORIGIN, Site};

/// A mail server that takes everything.
#[derive(Default)]
struct Drawer(Mutex<Vec<Letter>>);

#[async_trait]
impl Mailer for Drawer {
    async fn send(&self, letter: &Letter) -> Verdict {
        self.0.lock().unwrap().push(letter.clone());
        Verdict::Taken("250 ok".into())
    }
}

/// What the letters say that have waited to be sent.
pub(crate) async fn letters(site: &Site) -> Vec<Content> {
    let (drawer, adapter) = (Arc::new(Drawer::default()), site.bed.adapter.clone());
    let links = site.bed.membership.links().clone();
    let (outbox, directory) = (adapter.outbox, adapter.directory);
    let postman = Postman { outbox, directory, mailer: Arc::clone(&drawer) as _, links, patience: Patience::default() };
    let clock = site.bed.clock.clone();
    postman.round(&move || clock.now()).await.unwrap();
    let letters = drawer.0.lock().unwrap().clone();
    letters.into_iter().map(|letter| letter.content).collect()
}

/// The path that an address in a letter has on our pages.
#[track_caller]
pub(crate) fn path(address: &str) -> String {
    address.strip_prefix(ORIGIN).unwrap_or_else(|| panic!("{address} is not on our pages")).to_owned()
}

/// Ann, who has an account by another tenant, signs in as `ann@example.org`, and was made a member without being asked.
pub(crate) struct JoinedAtOnce {
    pub(crate) site: Site,
    pub(crate) ann: Member,
    /// Where her letter says that the tenant is.
    pub(crate) open: String,
    /// Where it says that she can leave.
    pub(crate) leave: String,
}

pub(crate) async fn joined_at_once() -> JoinedAtOnce {
    let site = Site::of_preset("streaming-app").await;
    let other = CreateTenant {
        name: "Other Ltd".into(),
        administrator: "Olga".into(),
        reach: Reach::Link(None),
        preset: Some("organization".into()),
        parent: None,
    };
    let other = site.bed.found_by(other, "olga").await.unwrap();
    let (_, invitation) = site.invite_to(&other, Reach::Mail("ann@example.org".into())).await;
    site.pages.post(&format!("{invitation}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
    let typed = [("name", "Ann"), ("password", PASSWORD)];
    site.pages.post(&format!("{invitation}/register"), "", &typed).await.assert(StatusCode::SEE_OTHER);
    letters(&site).await;

    let assignments = vec![Wanted::role(site.bed.role("Visitor").await.unwrap())];
    let people = vec![Invitee {
        name: "Ann".into(),
        reach: Reach::Mail("ann@example.org".into()),
        assignments,
        departments: vec![],
        language: None,
    }];
    let command = Invite {
        tenant: site.bed.tenant.id,
        people,
        assignments: vec![],
        departments: vec![],
        send: None,
        validity: None,
    };
    let ann = site.bed.membership.invite(&site.bed.as_administrator(), command).await.unwrap().remove(0).member;
    let mut letters = letters(&site).await.into_iter();
    let Some(Content::BecameMember { open, leave, .. }) = letters.next() else { panic!("nobody has told Ann") };
    JoinedAtOnce { site, ann, open: path(&open), leave: path(&leave) }
}
