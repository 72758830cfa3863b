//! Everything that the server answers, put on a route.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use membership_web::{Allow, Edge, HttpFault, Problem, allowing};
use poem::{
    Endpoint, EndpointExt, IntoEndpoint, PathPattern, Response, Route, endpoint::make_sync,
    error::MethodNotAllowedError, get,
};

use crate::{
    api, docs,
    health::{self, Readiness},
    metrics::Metrics,
    problems,
    spec::{methods, spec_at},
};

/// What the server's part of the site is made of.
pub struct Site {
    /// The edge that [`Shell`](membership_web::Shell) gives to each request.
    pub edge: Edge,
    /// Whether every part is in order.
    pub readiness: Readiness,
    /// What `/metrics` shows; `None` if it shows nothing.
    pub metrics: Option<Metrics>,
}

impl Site {
    /// Adds to `route`: the API below `/api`, `/problems`, `/livez`, `/readyz` and `/metrics`. The whole of the route goes
    /// into a [`Shell`](membership_web::Shell).
    pub fn mount(self, route: Route) -> Route {
        let Self { edge, readiness, metrics } = self;
        let route = docs::routes(route)
            .nest_no_strip(api::PREFIX, operations())
            .at("/api/openapi.json", description(&edge))
            .at("/problems", reading(problems::list()))
            .at("/problems/:code", reading(problems::one()))
            .at("/livez", reading(health::live()))
            .at("/readyz", reading(health::ready(readiness)));
        match metrics {
            Some(metrics) => route.at("/metrics", reading(make_sync(move |_| exposition(&metrics)))),
            None => route,
        }
    }
}

fn reading<E: Endpoint + 'static>(endpoint: E) -> impl Endpoint<Output = Response> + 'static {
    allowing("GET, HEAD", get(endpoint))
}

/// The operations. poem does not know which methods an address has; the description does.
fn operations() -> impl Endpoint<Output = Response> {
    let methods: Arc<HashMap<String, String>> = Arc::new(methods().into_iter().collect());
    api::service().into_endpoint().around(move |endpoint, request| {
        let methods = Arc::clone(&methods);
        async move {
            endpoint.call(request).await.map_err(|mut error| {
                let pattern = error.data::<PathPattern>().map(|pattern| pattern.0.to_string());
                let allowed = pattern.and_then(|pattern| methods.get(&pattern).cloned());
                if let Some(allowed) = allowed.filter(|_| error.is::<MethodNotAllowedError>()) {
                    error.set_data(Allow(Cow::Owned(allowed)));
                }
                error
            })
        }
    })
}

fn description(edge: &Edge) -> impl Endpoint<Output = Response> + use<> {
    let spec = spec_at(edge.origin());
    reading(make_sync(move |_| Response::builder().content_type("application/json").body(spec.clone())))
}

fn exposition(metrics: &Metrics) -> poem::Result<Response> {
    let text = metrics.text().map_err(|error| {
        tracing::error!(%error, "the metrics cannot be written");
        Problem::from(HttpFault::Internal)
    })?;
    Ok(Response::builder().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}
