//! The shell: goes once around everything that is served.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt;
use membership_core::id::RequestId;
use poem::{
    Endpoint, Error, IntoEndpoint, IntoResponse, Request, Response, Result,
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
};

use crate::{
    admit::admit,
    allow::Allow,
    body::{self, Limits},
    compress::Taken,
    edge::Edge,
    fault::HttpFault,
    headers,
    log::{self, Exchange, route_of},
    problem::Problem,
};

/// How long a request may take.
const TIME_OUT: Duration = Duration::from_secs(30);

type Page = Arc<dyn Fn(&Problem) -> Response + Send + Sync>;
type Observer = Arc<dyn Fn(&Exchange<'_>) + Send + Sync>;

/// Wraps everything that is served: gives each request its id, its [`Edge`] and its limits, and turns every error,
/// panic and time-out into a [`Problem`].
pub struct Shell<E> {
    inner: E,
    edge: Edge,
    limits: Limits,
    time_out: Duration,
    page: Option<Page>,
    observers: Vec<Observer>,
}

impl<E: Endpoint> Shell<E> {
    /// Wraps `inner`.
    pub fn new<I: IntoEndpoint<Endpoint = E>>(edge: Edge, inner: I) -> Self {
        let inner = inner.into_endpoint();
        Self { inner, edge, limits: Limits::default(), time_out: TIME_OUT, page: None, observers: Vec::new() }
    }

    /// Sets how much bodies may hold.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Sets how long a request may take where its [`Limits`] say nothing else; 30 seconds unless told otherwise.
    #[must_use]
    pub fn time_out(self, time_out: Duration) -> Self {
        Self { time_out, ..self }
    }

    /// Shows problems to people as a page: to whoever asks for HTML outside `/api`. The page's status is set here.
    #[must_use]
    pub fn page(self, page: impl Fn(&Problem) -> Response + Send + Sync + 'static) -> Self {
        Self { page: Some(Arc::new(page)), ..self }
    }

    /// Tells `observer` of every request that was answered.
    #[must_use]
    pub fn observe(mut self, observer: impl Fn(&Exchange<'_>) + Send + Sync + 'static) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    async fn answer(&self, mut request: Request) -> Result<Response> {
        admit(&self.edge, &request)?;
        let time_out = self.limits.time_out(request.uri().path()).unwrap_or(self.time_out);
        let answered = async {
            body::read(&mut request, &self.limits).await.map_err(Problem::from)?;
            self.inner.call(request).await.map(IntoResponse::into_response)
        };
        match tokio::time::timeout(time_out, AssertUnwindSafe(answered).catch_unwind()).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(panic)) => {
                tracing::error!(panic = words(panic.as_ref()), "a handler panicked");
                Err(Problem::from(HttpFault::Internal).into())
            }
            Err(_) => Err(Problem::from(HttpFault::TimedOut).into()),
        }
    }

    fn refuse(&self, error: &Error, id: RequestId, html: bool) -> Response {
        let problem = Problem::of_error(error).in_request(id);
        let mut response = match &self.page {
            Some(page) if html => {
                let mut response = page(&problem);
                response.set_status(problem.status);
                response
            }
            Some(_) | None => problem.clone().into_response(),
        };
        if problem.status == StatusCode::METHOD_NOT_ALLOWED {
            let methods = error.data::<Allow>().and_then(|Allow(methods)| HeaderValue::from_str(methods).ok());
            response.headers_mut().insert(header::ALLOW, methods.unwrap_or(HeaderValue::from_static("GET, HEAD")));
        }
        response
    }
}

impl<E: Endpoint> Endpoint for Shell<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let started = Instant::now();
        let id = self.edge.request_id();
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let client = self.edge.client(&request).address;
        let html = wants_html(&request);
        let taken = Taken::by(&request);
        request.set_data(id);
        request.set_data(self.edge.clone());

        let answer = self.answer(request).await;
        let route = route_of(&answer);
        let mut response = match answer {
            Ok(response) => response,
            Err(error) if error.is_from_response() => error.into_response(),
            Err(error) => self.refuse(&error, id, html),
        };
        if method == Method::HEAD {
            response.set_body(());
        }
        let mut response = taken.pack(response);
        headers::secure(response.headers_mut(), self.edge.secure());
        if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
            response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
        }
        let route = route.as_ref().map(|pattern| &*pattern.0);
        let status = response.status();
        let exchange = Exchange { request: id, method: &method, route, status, took: started.elapsed() };
        log::write(&exchange, &path, client);
        for observer in &self.observers {
            observer(&exchange);
        }
        Ok(response)
    }
}

fn wants_html(request: &Request) -> bool {
    let path = request.uri().path();
    let accept = request.header(header::ACCEPT).unwrap_or_default();
    !(path == "/api" || path.starts_with("/api/")) && accept.contains("text/html")
}

fn words(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}

#[cfg(test)]
#[path = "shell_tests.rs"]
mod tests;
