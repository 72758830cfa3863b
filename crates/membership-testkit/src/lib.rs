//! What embedders test their own code with, and every store adapter is tested by.
//!
//! | item | what it is |
//! |---|---|
//! | [`Bed`] | a [`Membership`](membership_core::Membership) that is set up and at work: begin here |
//! | [`MemoryStore`] | a store in memory, as strict as a database |
//! | [`ManualClock`], [`Dice`], [`PlainHasher`], [`PlainSecrets`], [`PlainPasskey`] | time, randomness, passwords, codes and passkeys that a test can foresee |
//! | [`SoftPasskey`] | an authenticator with real keys, and the browser before it; it can be told to lie |
//! | [`Cabinet`] | a product that keeps data for members, and is down when it is told to be |
//! | [`TypedTable`] | a table to import |
//! | [`picture`] | pictures for logos |
//! | [`smtp`] | a mail server that keeps what it is given, and lies where it is told to |
//! | [`conformance`] | the suite that every store passes, the one in memory included |

pub mod adapter;
pub mod bed;
pub mod cabinet;
pub mod clock;
pub mod conformance;
pub mod dice;
pub mod memory;
pub mod picture;
pub mod plain_hasher;
pub mod plain_passkey;
pub mod plain_secrets;
pub mod smtp;
pub mod soft_passkey;
pub mod typed_table;

pub use adapter::Adapter;
pub use bed::Bed;
pub use cabinet::Cabinet;
pub use clock::ManualClock;
pub use dice::Dice;
pub use memory::MemoryStore;
pub use plain_hasher::PlainHasher;
pub use plain_passkey::PlainPasskey;
pub use plain_secrets::{KNOWN_PASSWORD, PlainSecrets};
pub use soft_passkey::SoftPasskey;
pub use typed_table::TypedTable;

/// Whatever went wrong in a test.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
