//! The domain of member management: who belongs to a tenant, how they got there, and what they may do.
//!
//! This crate is pure: no I/O, no runtime, no clock, no randomness. It decides; adapters do. Everything passes through
//! [`Membership`], whose methods are the use cases, and every use case takes the same beats: locate, begin, read,
//! decide, commit.
//!
//! ```
//! use membership_testkit::Bed; // a tenant and its administrator, over a store in memory
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! let bed = Bed::new().await?;
//! let membership = &bed.membership;
//!
//! // The administrator invites Ann by mail. The store has the member, the audit record and the letter that is owed.
//! let invited = bed.invite("ann@example.org").await?;
//!
//! // Ann follows the link in the letter: she says yes, makes an account, and is a member.
//! let token = bed.token(&invited.invitation);
//! membership.accept_invitation(&bed.as_anybody(), &token).await?;
//! let ann = membership.register(&bed.as_anybody(), bed.registration(&token)).await?;
//! assert_eq!(ann.member.status().as_str(), "enabled");
//!
//! // The link is used up, and says so: a stable code, a sentence, and what to do.
//! use membership_core::refusal::Refusal as _;
//! let refused = membership.accept_invitation(&bed.as_anybody(), &token).await.unwrap_err();
//! assert_eq!(refused.code(), "invitation-joined");
//! # Ok::<(), membership_testkit::Failure>(())
//! # })?;
//! # Ok::<(), membership_testkit::Failure>(())
//! ```
//!
//! | room | what is in it |
//! |---|---|
//! | [`lifecycle`] | the two state machines as tables |
//! | [`invitation`], [`member`], [`role`], [`tenant`], [`account`], [`installation`] | the nouns, each with its verbs beneath it |
//! | [`actor`] | who acts, and [`Granted`](actor::Granted), the proof that a permission was checked |
//! | [`event`], [`audit`], [`outbox`] | every fact that can happen, its record and its mail |
//! | [`store`], [`directory`], [`ports`] | what the domain asks of the world |
//! | [`refusal`] | why not |
//! | [`invariants`] | what is always true, as functions |

pub mod account;
pub mod actor;
pub mod audit;
pub mod context;
pub mod delivery;
pub mod directory;
pub mod email;
pub mod event;
pub mod id;
pub mod installation;
pub mod invariants;
pub mod invitation;
pub mod lifecycle;
pub mod link;
pub mod member;
pub mod name;
pub mod outbox;
pub mod ports;
pub mod refusal;
pub mod role;
pub mod store;
pub mod tenant;
mod view;

pub use view::ViewError;

use std::sync::Arc;

use actor::{Denied, Grants};
use directory::Directory;
use id::AccountId;
use link::Links;
use ports::{Entropy, PasswordHasher};
use store::{Store, Tx};
use tenant::{Preset, Tenant};

/// The facade: holds the ports, offers the use cases. Cheap to clone.
#[derive(Clone)]
pub struct Membership {
    store: Arc<dyn Store>,
    directory: Arc<dyn Directory>,
    entropy: Arc<dyn Entropy>,
    passwords: Arc<dyn PasswordHasher>,
    links: Links,
    preset: Preset,
    mail_is_on: bool,
}

/// What a [`Membership`] is made of.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Where lists come from; usually the same adapter.
    pub directory: Arc<dyn Directory>,
    /// The source of randomness.
    pub entropy: Arc<dyn Entropy>,
    /// What hashes passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// The keys of the links.
    pub links: Links,
    /// What new tenants start with.
    pub preset: Preset,
    /// Whether mail goes anywhere. If not, invitations by mail are refused with the reason.
    pub mail_is_on: bool,
}

impl Membership {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let Parts { store, directory, entropy, passwords, links, preset, mail_is_on } = parts;
        Self { store, directory, entropy, passwords, links, preset, mail_is_on }
    }

    /// The keys of the links and where their pages are.
    pub const fn links(&self) -> &Links {
        &self.links
    }

    /// The source of randomness, for an edge that needs ids of its own.
    pub fn entropy(&self) -> &dyn Entropy {
        self.entropy.as_ref()
    }
}

impl std::fmt::Debug for Membership {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Membership").field("links", &self.links).finish_non_exhaustive()
    }
}

/// The tenant that the transaction is about, and what `account` may do in it at this moment.
pub(crate) async fn admitted(tx: &mut dyn Tx, account: AccountId) -> Result<(Tenant, Grants), Denied> {
    let tenant = tx.tenant().await?.ok_or(Denied::TenantUnknown)?;
    let standing = tx.standing_of(account).await?.ok_or(Denied::TenantUnknown)?;
    let grants = Grants::of(&tenant, standing)?;
    Ok((tenant, grants))
}
