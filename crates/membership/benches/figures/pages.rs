//! Pages of the console, whole, as they leave for a browser: at a thousand members and at a million, in turns.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use membership_console::{Options, problem_page, routes};
use membership_testkit::bed::PASSWORD;
use membership_web::{Edge, Shell};
use poem::{Endpoint, EndpointExt as _, Request, endpoint::BoxEndpoint, http::header};

use crate::{crowd::Crowd, people::median};

const ROUNDS: usize = 31;

/// The pages of one crowd, and its administrator's browser.
struct Visit {
    pages: BoxEndpoint<'static>,
    cookie: String,
    tenant: String,
    member: String,
}

impl Visit {
    async fn begin(crowd: &Crowd) -> Self {
        let clock = crowd.bed.clock.clone();
        let edge = Edge::new(crowd.bed.membership.clone(), Arc::new(move || clock.now()), Vec::new());
        let (origin, pages) = (edge.origin().to_owned(), Shell::new(edge, routes(Options::default())));
        let pages = pages.page(problem_page).boxed();
        let form = format!("login=root&password={}", PASSWORD.replace(' ', "+"));
        let request = Request::builder().method(poem::http::Method::POST).uri_str("/sign-in");
        let request =
            request.header(header::ORIGIN, origin).content_type("application/x-www-form-urlencoded").body(form);
        let answer = pages.get_response(request).await;
        let cookie = answer.headers().get(header::SET_COOKIE).and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next()).expect("a session").to_owned();
        let member = crowd.some.first().expect("a member").id.to_string();
        Self { pages, cookie, tenant: crowd.bed.tenant.id.to_string(), member }
    }

    async fn time(&self, path: &str) -> (Duration, usize) {
        let path = path.replace("{tenant}", &self.tenant).replace("{member}", &self.member);
        let request = Request::builder().uri_str(path).header(header::COOKIE, &self.cookie).finish();
        let begun = Instant::now();
        let answer = self.pages.get_response(request).await;
        let status = answer.status();
        let body = answer.into_body().into_vec().await.expect("a page");
        assert!(status.is_success(), "{status}");
        (begun.elapsed(), body.len())
    }
}

pub(crate) async fn compare(kind: &str, crowds: &[Crowd]) {
    let mut visits = Vec::new();
    for crowd in crowds {
        visits.push(Visit::begin(crowd).await);
    }
    println!("{kind}: whole pages of the console, medians of {ROUNDS} in milliseconds, at 1,000 and 1,000,000 members");
    for path in [
        "/t/{tenant}/members",
        "/t/{tenant}/members?state=disabled",
        "/t/{tenant}/members?q=maria",
        "/t/{tenant}/members/{member}",
        "/t/{tenant}/audit",
        "/t/{tenant}",
    ] {
        let mut times = vec![Vec::new(); visits.len()];
        let mut bytes = 0;
        for round in 0..=ROUNDS {
            for (visit, times) in visits.iter().zip(&mut times) {
                let (time, length) = visit.time(path).await;
                bytes = length;
                // The first round warms up.
                times.extend((round > 0).then_some(time));
            }
        }
        let all: Vec<f64> = times.into_iter().map(median).collect();
        println!("  {path:<38} {bytes:>7} bytes {:>7.2} {:>7.2} {:>5.1}", all[0], all[1], all[1] / all[0]);
    }
}
