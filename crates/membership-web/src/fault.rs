//! What can be wrong with a request before anybody looks at what it asks.

use membership_core::refusal::{CodeRow, Kind, Refusal};
use poem::http::StatusCode;

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident = $status:ident $kind:ident $code:literal ($message:literal, $advice:literal);)*) => {
        /// Why a request is not let in, or gets no answer of its own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        pub enum HttpFault {
            $($(#[$doc])* #[error($message)] $variant,)*
        }

        impl HttpFault {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Their codes, for the documentation, in the same order.
            pub const CODES: &'static [CodeRow] = &[$(
                CodeRow { code: $code, kind: Kind::$kind, message: $message, advice: $advice },
            )*];

            /// The status it is answered with: HTTP has its own words for most of these.
            pub const fn status(self) -> StatusCode {
                match self {
                    $(Self::$variant => StatusCode::$status,)*
                }
            }
        }

        impl Refusal for HttpFault {
            fn kind(&self) -> Kind {
                match self {
                    $(Self::$variant => Kind::$kind,)*
                }
            }

            fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                }
            }

            fn advice(&self) -> &'static str {
                match self {
                    $(Self::$variant => $advice,)*
                }
            }
        }
    };
}

faults! {
    /// Not something that HTTP or the API's description allows.
    Malformed = BAD_REQUEST Invalid "request-malformed"
        ("the request is malformed", "compare the request with the API's description");
    /// The body is not JSON.
    BodyMalformed = BAD_REQUEST Invalid "body-malformed"
        ("the body is not well-formed JSON", "send one JSON object, encoded as UTF-8");
    /// A key of an object stands there twice, and readers would not agree which one counts.
    KeyRepeated = BAD_REQUEST Invalid "body-key-repeated"
        ("a key stands twice in one JSON object", "name each key once");
    /// Nested more deeply than anything here is.
    TooDeep = BAD_REQUEST Invalid "body-too-deep"
        ("the JSON is nested more than 32 levels deep", "compare the body with the API's description");
    /// A query parameter stands there twice.
    QueryRepeated = BAD_REQUEST Invalid "query-repeated"
        ("a query parameter stands twice in the address", "name each query parameter once");
    /// A secret in the address: addresses end up in logs and histories.
    CredentialInQuery = BAD_REQUEST Invalid "credential-in-query"
        ("a token stands in the query of the address, where logs and histories keep it",
         "send it in the Authorization header or in the body, and get a new one: this one may have been seen");
    /// Two credentials at once.
    CredentialsContradict = BAD_REQUEST Invalid "credentials-contradict"
        ("the request carries two credentials that differ", "send either the session cookie or the Authorization header");
    /// A bearer token that opens nothing.
    TokenNotGood = UNAUTHORIZED Unauthenticated "session-not-good"
        ("the bearer token is neither that of a session nor an API key that is good at this moment",
         "sign in again, or have another API key made");
    /// A browser asks on behalf of another site.
    CrossSite = FORBIDDEN Forbidden "cross-site-request"
        ("another site's page may not make this request", "make the request from this site's own pages, or with a bearer token");
    /// No such address.
    NotFound = NOT_FOUND Absent "not-found"
        ("there is nothing at this address", "compare the address with the API's description");
    /// The address has no such method.
    MethodNotAllowed = METHOD_NOT_ALLOWED Invalid "method-not-allowed"
        ("this address does not take this method", "use one of the methods that the Allow header names");
    /// The body is too large.
    BodyTooLarge = PAYLOAD_TOO_LARGE Invalid "body-too-large"
        ("the body is larger than this address takes", "send less at once");
    /// The address is too long.
    AddressTooLong = URI_TOO_LONG Invalid "address-line-too-long"
        ("the address is longer than 8 KiB", "send long values in the body");
    /// Not JSON.
    MediaType = UNSUPPORTED_MEDIA_TYPE Invalid "media-type-unsupported"
        ("the body is of a media type that this address does not take",
         "send application/json, or for a file one of the media types that the API's description names for it");
    /// Too many or too long headers.
    HeadersTooLarge = REQUEST_HEADER_FIELDS_TOO_LARGE Invalid "headers-too-large"
        ("the headers are larger than 16 KiB or more than 64", "send fewer or shorter headers; clear old cookies");
    /// It took too long.
    TimedOut = SERVICE_UNAVAILABLE Unavailable "request-timed-out"
        ("the request took longer than it may (30 seconds, 5 minutes for a file) and was given up; it may or may not have taken effect",
         "look whether it took effect before sending it again");
    /// A defect of ours.
    Internal = INTERNAL_SERVER_ERROR Internal "internal-error"
        ("something went wrong on our side", "tell the operator the request id; the details are in the log");
}
