//! The ports [`Store`](membership_core::store::Store), [`Directory`](membership_core::directory::Directory),
//! [`Outbox`](membership_core::outbox::Outbox), [`Traces`](membership_core::traces::Traces) and
//! [`Imports`](membership_core::import::Imports) on SQLite and PostgreSQL: one schema, one code, two ways to lock.
//!
//! | room | what is in it |
//! |---|---|
//! | `database` | [`Database`]: opening, migrating, beginning |
//! | `transaction`, `read`, `write` | a transaction: its questions, and what each event leaves in the tables |
//! | `directory`, `outbox`, `traces` | lists without a lock; leases of messages; what is counted in passing |
//! | `imports` | what is kept of uploaded tables |
//! | `search` | what is kept of members' texts |
//! | `table` | a file for each table: the row, to and from the domain |
//! | `sqlite`, `postgres` | what differs: group commit there, row locks here, and the index of texts |
//! | `migration`, `fault`, `moment` | the schema, the meaning of errors, time in a column |

mod database;
mod directory;
mod fault;
mod imports;
mod migration;
mod moment;
mod outbox;
mod postgres;
mod read;
mod search;
mod sqlite;
mod table;
mod traces;
mod transaction;
mod write;

pub use database::{Database, Options};
pub use migration::SchemaError;
