//! Everything that the server answers, put on a route.

use std::{borrow::Cow, sync::Arc, time::Duration};

use membership_web::{Allow, Edge, Files, HttpFault, Limits, Packed, Problem, allowing};
use poem::{Endpoint, EndpointExt, IntoEndpoint, PathPattern, Response, Route, endpoint::make_sync, get};

use crate::{
    api, docs,
    health::{self, Readiness},
    metrics::Metrics,
    problems,
    spec::{addresses, spec_at},
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

/// How long a request may take that carries a file, or asks for one.
const FOR_A_FILE: Duration = Duration::from_mins(5);

impl Site {
    /// The limits for the [`Shell`](membership_web::Shell): those of all requests, and where whole files come and go.
    pub fn limits() -> Limits {
        let files = |part| Files { below: "/api/v1/tenants/", part, time_out: FOR_A_FILE };
        Limits { files: vec![files("imports"), files("export")], ..Limits::default() }
    }

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

/// The operations. The router knows neither the names of the variable parts of an address nor its methods; the description
/// does.
fn operations() -> impl Endpoint<Output = Response> {
    let addresses = Arc::new(addresses());
    api::service().into_endpoint().around(move |endpoint, request| {
        let addresses = Arc::clone(&addresses);
        async move {
            let known = |pattern: Option<&PathPattern>| pattern.and_then(|pattern| addresses.get(&*pattern.0));
            match endpoint.call(request).await {
                Ok(mut response) => {
                    if let Some(address) = known(response.data()) {
                        response.set_data(PathPattern(Arc::clone(&address.pattern)));
                    }
                    Ok(response)
                }
                Err(mut error) => {
                    if let Some(address) = known(error.data()) {
                        error.set_data(PathPattern(Arc::clone(&address.pattern)));
                        error.set_data(Allow(Cow::Owned(address.methods.clone())));
                    }
                    Err(error)
                }
            }
        }
    })
}

fn description(edge: &Edge) -> impl Endpoint<Output = Response> + use<> {
    let spec = Packed::new(spec_at(edge.origin()));
    reading(make_sync(move |request| spec.answer(&request, Response::builder().content_type("application/json"))))
}

fn exposition(metrics: &Metrics) -> poem::Result<Response> {
    let text = metrics.text().map_err(|error| {
        tracing::error!(%error, "the metrics cannot be written");
        Problem::from(HttpFault::Internal)
    })?;
    Ok(Response::builder().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}
