//! The web kit that the API and the console share: who asks, in which request, within which limits, and how a "no" looks.
//!
//! [`Shell`] goes once around everything that is served. Inside it a handler takes [`Visitor`] (who asks) and
//! `Data<&Edge>` (what to ask), and returns a [`Problem`], or any error that is a
//! [`Refusal`](membership_core::refusal::Refusal); the shell makes an answer of it.
//!
//! | part | what it does |
//! |---|---|
//! | [`Edge`] | what every handler needs: the use cases, the clock, the configured address |
//! | [`Visitor`] | the credential of a request, resolved anew each time |
//! | [`session_cookie`] | the cookie that carries a session's key |
//! | [`Problem`], [`HttpFault`], [`status_of`] | a "no" as RFC 9457 |
//! | [`Shell`] | request ids, limits, origin check, time-out, panics, headers, compression, the access log |
//! | [`table`] | tables that come and go as files |
//! | [`logo_of`], [`show_logo`] | the logos of tenants |
//! | [`Packed`], [`as_it_is`] | what is compressed once, and what never is |
//! | [`at_a_beat`] | an answer whose time tells nothing |
//! | [`Deadlines`] | connections that say nothing do not stay |

mod admit;
mod allow;
mod beat;
mod body;
mod compress;
mod edge;
mod fault;
mod headers;
mod listen;
mod log;
mod logo;
mod network;
mod packed;
mod problem;
pub mod session_cookie;
mod shell;
pub mod table;
mod visitor;

pub use allow::{Allow, allowing};
pub use beat::{BEAT, at_a_beat};
pub use body::{Files, Limits};
pub use compress::{AS_IT_IS, as_it_is};
pub use edge::{Clock, Edge, system_clock};
pub use fault::HttpFault;
pub use headers::CONTENT_SECURITY_POLICY;
pub use listen::{Connection, Deadlines, Patience};
pub use log::{Exchange, route_of};
pub use logo::{logo_of, show_logo};
pub use network::{Network, NotANetwork};
pub use packed::Packed;
pub use problem::{PROBLEM_JSON, Problem, ProblemError, status_of, status_of_code};
pub use shell::Shell;
pub use visitor::{Credential, Via, Visitor};
