//! The server: the JSON API with its description, the health and metrics endpoints, and what goes on in the background.
//!
//! It adds its addresses to a route that others add theirs to; one [`Shell`](membership_web::Shell) goes around all.
//!
//! | item | what it is |
//! |---|---|
//! | [`Site`] | the API, its interactive page, `/problems`, `/livez`, `/readyz`, `/metrics` |
//! | [`spec`] | the description of the API, printable without a database |
//! | [`Workers`] | the delivery of mail, the handing over of what removed members held, the writing down of what has expired |
//! | [`Metrics`] | what is counted |

mod answer;
mod api;
mod body;
mod caller;
mod codes;
mod docs;
mod file;
mod health;
mod metrics;
mod problems;
mod representation;
mod serve;
mod spec;
mod workers;

pub use health::{Check, Readiness};
pub use metrics::Metrics;
pub use serve::Site;
pub use spec::spec;
pub use workers::Workers;
