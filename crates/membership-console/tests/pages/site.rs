//! The pages with a bed beneath them, and what came back from one.

use std::{sync::Arc, time::Duration};

use membership_auth::TotpCodes;
use membership_console::{Letters, Options, files, problem_page, routes};
use membership_core::{
    Membership, Parts,
    account::Account,
    id::InvitationId,
    invariants::World,
    invitation::{
        Invitation,
        invite::{Invite, Invitee, Reach},
    },
    role::assign::Wanted,
    tenant::Presets,
};
use membership_testkit::{
    Adapter, Bed, ManualClock,
    bed::{Asked, Founded, PASSWORD},
};
use membership_web::{Edge, Limits, Shell};
use poem::{
    Endpoint, EndpointExt,
    endpoint::BoxEndpoint,
    http::{HeaderMap, HeaderName, StatusCode, header},
    test::{TestClient, TestForm, TestFormField, TestRequestBuilder},
};

pub(crate) const ORIGIN: &str = "https://members.example.org";
const HOST: &str = "members.example.org";

/// The pages as browsers reach them.
pub(crate) struct Site {
    pub(crate) bed: Bed,
    pub(crate) pages: Pages,
}

/// A browser without memory: what is in its cookie is said each time.
pub(crate) struct Pages(TestClient<BoxEndpoint<'static>>);

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Pages {
    pub(crate) fn of(membership: &Membership, clock: &ManualClock, letters: Option<Arc<dyn Letters>>) -> Self {
        Self::with(membership, clock, Options { letters, ..Options::default() })
    }

    pub(crate) fn with(membership: &Membership, clock: &ManualClock, options: Options) -> Self {
        let clock = clock.clone();
        let edge = Edge::new(membership.clone(), Arc::new(move || clock.now()), Vec::new());
        let shell = Shell::new(edge, routes(options)).page(problem_page);
        let limits = Limits { files: files(Duration::from_mins(1)), ..Limits::default() };
        let shell = shell.limits(limits);
        Self(TestClient::new(shell.boxed()))
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> Answer {
        said(self.0.get(path).header(header::HOST, HOST), cookie).await
    }

    pub(crate) async fn head(&self, path: &str) -> Answer {
        said(self.0.head(path), "").await
    }

    pub(crate) async fn post(&self, path: &str, cookie: &str, form: &[(&str, &str)]) -> Answer {
        said(self.0.post(path).header(header::ORIGIN, ORIGIN).form(&form), cookie).await
    }

    /// Sends a file by a form, from a page of `origin`.
    pub(crate) async fn upload(&self, origin: &str, path: &str, cookie: &str, file: (&str, &str, Vec<u8>)) -> Answer {
        let (name, media, bytes) = file;
        let part = TestFormField::bytes(bytes).name("file").filename(name).content_type(media);
        let form = TestForm::new().field(part);
        said(self.0.post(path).header(header::ORIGIN, origin).multipart(form), cookie).await
    }

    /// Sends a form that has a file in it.
    pub(crate) async fn post_with(
        &self,
        path: &str,
        cookie: &str,
        fields: &[(&str, &str)],
        file: (&str, Vec<u8>),
    ) -> Answer {
        let text = |form: TestForm, (name, value): &(&str, &str)| form.text(*name, *value);
        let form = fields.iter().fold(TestForm::new(), text);
        let (name, bytes) = file;
        let part = TestFormField::bytes(bytes).name(name).filename("chosen").content_type("application/octet-stream");
        said(self.0.post(path).header(header::ORIGIN, ORIGIN).multipart(form.field(part)), cookie).await
    }

    /// Begins to send a file, and never ends. The answer, if there is one all the same.
    pub(crate) async fn begin_upload(&self, path: &str, cookie: &str) -> Option<Answer> {
        let (_sender, never_ends) = tokio::io::duplex(1);
        let part = TestFormField::async_reader(never_ends).name("file").filename("a.csv");
        let request = self.0.post(path).header(header::ORIGIN, ORIGIN).multipart(TestForm::new().field(part));
        tokio::time::timeout(Duration::from_secs(5), said(request, cookie)).await.ok()
    }

    /// What comes as a file.
    pub(crate) async fn download(&self, path: &str, cookie: &str) -> (HeaderMap, Vec<u8>) {
        let request = self.0.get(path).header(header::HOST, HOST).header(header::COOKIE, cookie);
        let response = request.send().await.0;
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers().clone();
        (headers, response.into_body().into_vec().await.unwrap())
    }

    pub(crate) async fn post_from(&self, origin: &str, path: &str, cookie: &str) -> Answer {
        said(self.0.post(path).header(header::ORIGIN, origin), cookie).await
    }

    pub(crate) async fn get_as(&self, path: &str, cookie: &str, name: HeaderName, value: &str) -> Answer {
        said(self.0.get(path).header(name, value), cookie).await
    }

    pub(crate) async fn get_with(&self, path: &str, name: HeaderName, value: &str) -> Answer {
        said(self.0.get(path).header(name, value), "").await
    }
}

async fn said<E: Endpoint>(request: TestRequestBuilder<'_, E>, cookie: &str) -> Answer {
    let request = request.header(header::ACCEPT, "text/html");
    let request = if cookie.is_empty() { request } else { request.header(header::COOKIE, cookie) };
    let response = request.send().await.0;
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, body: response.into_body().into_string().await.unwrap() }
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::altered(|_| {}).await
    }

    /// With the preset of this name.
    pub(crate) async fn of_preset(name: &str) -> Self {
        let presets = Presets::shipped(name, Vec::new()).unwrap();
        Self::altered(|parts| parts.presets = presets).await
    }

    /// With codes as real apps have them.
    pub(crate) async fn altered(alter: impl FnOnce(&mut Parts)) -> Self {
        let altered = |parts: &mut Parts| {
            parts.codes = Arc::new(TotpCodes);
            alter(parts);
        };
        let bed = Bed::altered(Adapter::in_memory(), altered).await.unwrap();
        let pages = Pages::of(&bed.membership, &bed.clock, None);
        Self { bed, pages }
    }

    /// Signs in at the form, and returns the cookie.
    pub(crate) async fn cookie_of(&self, login: &str) -> String {
        let answer = self.pages.post("/sign-in", "", &[("login", login), ("password", PASSWORD)]).await;
        answer.assert(StatusCode::SEE_OTHER).cookie()
    }

    /// Invites, and returns the path of the page behind the link.
    pub(crate) async fn invite(&self, address: &str) -> (Asked, String) {
        let invited = self.bed.invite(address).await.unwrap();
        let path = self.path_of(&invited.invitation);
        (invited, path)
    }

    /// The administrator of `other` invites somebody there, as what its first role is.
    pub(crate) async fn invite_to(&self, other: &Founded, reach: Reach) -> (Asked, String) {
        let tenant = other.tenant.id;
        let access = self.bed.adapter.directory.access(tenant).await.unwrap();
        let assignments = vec![Wanted::role(access.roles.first().unwrap().id)];
        let people = vec![Invitee {
            name: "Ann".into(),
            reach,
            assignments: Vec::new(),
            departments: Vec::new(),
            language: None,
        }];
        let command = Invite { tenant, people, assignments, departments: Vec::new(), send: None, validity: None };
        let ctx = self.bed.as_account(&other.administrator);
        let invited = self.bed.membership.invite(&ctx, command).await.unwrap().remove(0);
        let asked = Asked { member: invited.member, invitation: invited.invitation.unwrap(), link: invited.link };
        let path = self.path_of(&asked.invitation);
        (asked, path)
    }

    pub(crate) fn path_of(&self, invitation: &Invitation) -> String {
        format!("/invitation/{}", self.bed.token(invitation))
    }

    pub(crate) fn welcome(&self) -> String {
        format!("/welcome/{}", self.bed.tenant.id)
    }

    /// A page of the tenant's administration.
    pub(crate) fn at(&self, rest: impl std::fmt::Display) -> String {
        format!("/t/{}/{rest}", self.bed.tenant.id)
    }

    /// Everything there is in the tenant.
    pub(crate) async fn world(&self) -> World {
        self.bed.world(self.bed.tenant.id).await.unwrap()
    }

    pub(crate) async fn stored(&self, id: InvitationId) -> Invitation {
        self.world().await.invitations.into_iter().find(|invitation| invitation.id == id).unwrap()
    }

    pub(crate) async fn accounts(&self) -> Vec<Account> {
        self.world().await.accounts
    }
}

impl Answer {
    #[track_caller]
    pub(crate) fn assert(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// Leads to `path`.
    #[track_caller]
    pub(crate) fn assert_leads_to(self, path: &str) -> Self {
        let answer = self.assert(StatusCode::SEE_OTHER);
        assert_eq!(answer.header("location"), path);
        answer
    }

    #[track_caller]
    pub(crate) fn assert_says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.body.contains(text), "the page does not say {text:?}: {}", self.body);
        }
        self
    }

    #[track_caller]
    pub(crate) fn assert_lacks(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(!self.body.contains(text), "the page says {text:?}: {}", self.body);
        }
        self
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The session cookie that it sets, as a browser would send it back.
    #[track_caller]
    pub(crate) fn cookie(&self) -> String {
        self.sets("__Host-membership=mbk_").unwrap_or_else(|| panic!("no session starts: {:?}", self.headers))
    }

    /// The cookie of the sign-in that waits from here on.
    #[track_caller]
    pub(crate) fn waiting(&self) -> String {
        self.sets("__Host-membership-challenge=").unwrap_or_else(|| panic!("no sign-in waits: {:?}", self.headers))
    }

    /// The cookie that begins like this, if the answer sets one.
    pub(crate) fn sets(&self, start: &str) -> Option<String> {
        let lines = self.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap());
        let line = lines.into_iter().find(|line| line.starts_with(start))?;
        Some(line.split(';').next().unwrap().to_owned())
    }
}
