//! Which methods an address takes: what 405 owes in its `Allow` header (RFC 9110, 15.5.6), and poem does not know.

use std::borrow::Cow;

use poem::{Endpoint, EndpointExt, IntoEndpoint, Response, error::MethodNotAllowedError};

/// The methods of an address, as the `Allow` header names them. Attached to an error, the shell sends it along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow(pub Cow<'static, str>);

/// Lets the 405 of `routes` name `methods`, such as `"GET, HEAD, POST"`.
pub fn allowing<I>(methods: &'static str, routes: I) -> impl Endpoint<Output = Response> + 'static
where
    I: IntoEndpoint,
    I::Endpoint: 'static,
{
    routes.into_endpoint().map_to_response().around(move |endpoint, request| async move {
        endpoint.call(request).await.map_err(|mut error| {
            if error.is::<MethodNotAllowedError>() {
                error.set_data(Allow(Cow::Borrowed(methods)));
            }
            error
        })
    })
}
