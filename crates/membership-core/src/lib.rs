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
//! | [`traces`] | how often something was tried, and when it was last used |
//! | [`import`] | many people from one table: planned, carried out, told row by row |
//! | [`search`] | finding people by what somebody half remembers |
//! | [`store`], [`directory`], [`ports`] | what the domain asks of the world |
//! | [`refusal`] | why not |
//! | [`invariants`] | what is always true, as functions |

pub mod account;
pub mod actor;
pub mod audit;
pub mod context;
pub mod delivery;
pub mod department;
pub mod directory;
pub mod email;
pub mod event;
pub mod id;
pub mod import;
pub mod installation;
pub mod invariants;
pub mod invitation;
pub mod language;
pub mod lifecycle;
pub mod link;
pub mod member;
pub mod name;
pub mod outbox;
mod overview;
pub mod ports;
pub mod refusal;
pub mod role;
pub mod search;
mod shelf;
pub mod store;
pub mod tenant;
pub mod traces;
mod view;

pub use view::{
    Authority, DepartmentRow, Leaving, Legend, MAX_NAMES, MemberPage, Named, People, TenantView, ViewError,
};

use std::{collections::BTreeSet, sync::Arc};

use account::ApiKey;
use actor::{Denied, Grants, Ground};
use context::Context;
use department::Tree;
use directory::{Directory, Footing, Who};
use id::TenantId;
use import::Imports;
use link::Links;
use ports::{AppCodes, DataCustodian, Entropy, KnownPasswords, Passkeys, PasswordHasher, Sealer};
use role::{Catalogue, Permission};
use shelf::Shelf;
use store::{Store, StoreError, Tx};
use tenant::{Presets, Tenant};
use traces::Traces;

/// The facade: holds the ports, offers the use cases. Cheap to clone.
#[derive(Clone)]
pub struct Membership {
    store: Arc<dyn Store>,
    directory: Arc<dyn Directory>,
    entropy: Arc<dyn Entropy>,
    passwords: Arc<dyn PasswordHasher>,
    known: Arc<dyn KnownPasswords>,
    sealer: Arc<dyn Sealer>,
    codes: Arc<dyn AppCodes>,
    passkeys: Arc<dyn Passkeys>,
    traces: Arc<dyn Traces>,
    custodian: Arc<dyn DataCustodian>,
    imports: Arc<dyn Imports>,
    links: Links,
    presets: Arc<Presets>,
    product: Arc<str>,
    mail_is_on: bool,
    catalogues: Arc<Shelf<Catalogue>>,
    trees: Arc<Shelf<Tree>>,
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
    /// The passwords that attackers try first.
    pub known: Arc<dyn KnownPasswords>,
    /// What seals secrets at rest.
    pub sealer: Arc<dyn Sealer>,
    /// What knows the codes of authenticator apps.
    pub codes: Arc<dyn AppCodes>,
    /// What knows passkeys; [`NoPasskeys`](ports::NoPasskeys) if none are taken.
    pub passkeys: Arc<dyn Passkeys>,
    /// What counts tries; usually the same adapter as the store.
    pub traces: Arc<dyn Traces>,
    /// The products that keep data for members; [`NoData`](ports::NoData) if none does.
    pub custodian: Arc<dyn DataCustodian>,
    /// What keeps uploaded tables; usually the same adapter as the store.
    pub imports: Arc<dyn Imports>,
    /// The keys of the links.
    pub links: Links,
    /// What new tenants start with.
    pub presets: Presets,
    /// What the product is called: an authenticator app shows it, and no password may be made of it.
    pub product: String,
    /// Whether mail goes anywhere. If not, invitations by mail are refused with the reason.
    pub mail_is_on: bool,
}

impl Membership {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self {
            store: parts.store,
            directory: parts.directory,
            entropy: parts.entropy,
            passwords: parts.passwords,
            known: parts.known,
            sealer: parts.sealer,
            codes: parts.codes,
            passkeys: parts.passkeys,
            traces: parts.traces,
            custodian: parts.custodian,
            imports: parts.imports,
            links: parts.links,
            presets: Arc::new(parts.presets),
            product: parts.product.into(),
            mail_is_on: parts.mail_is_on,
            catalogues: Arc::default(),
            trees: Arc::default(),
        }
    }

    /// Whether mail goes anywhere. If not, invitations by mail are refused with the reason.
    pub const fn mail_is_on(&self) -> bool {
        self.mail_is_on
    }

    /// The keys of the links and where their pages are.
    pub const fn links(&self) -> &Links {
        &self.links
    }

    /// What new tenants can start with.
    pub fn presets(&self) -> &Presets {
        &self.presets
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

impl Membership {
    /// The tenant that the transaction is about, and what `ctx.actor` may do in it at this moment.
    pub(crate) async fn admitted(&self, tx: &mut dyn Tx, ctx: &Context) -> Result<(Tenant, Grants), Denied> {
        let principal = ctx.actor.principal()?;
        let tenant = tx.tenant().await?.ok_or(Denied::TenantUnknown)?;
        principal.may_enter(tenant.id)?;
        let member = tx.member_of(principal.account).await?.ok_or(Denied::TenantUnknown)?;
        actor::is_in(tenant.status, &member)?;
        principal.is_known_to(&member)?;
        principal.has_shown(tenant.policy.second_factor.wanted())?;
        account::own(tx, principal).await?;
        let scope = match principal.key {
            Some(used) => Some(good_key(tx.api_key(used.id).await?, ctx)?),
            None => None,
        };
        let ground = self.ground_in(tx, &tenant).await?;
        let grants = Grants::of(tenant.status, ground, member, ctx.now)?;
        Ok((
            tenant,
            match scope {
                Some(scope) => grants.within(scope),
                None => grants,
            },
        ))
    }

    /// What rights are decided on in the tenant that the transaction is about.
    pub(crate) async fn ground_in(&self, tx: &mut dyn Tx, tenant: &Tenant) -> Result<Ground, StoreError> {
        let catalogue = match self.catalogues.get(tenant.catalogue) {
            Some(catalogue) => catalogue,
            None => self.catalogues.put(Catalogue::compile(tenant.catalogue, tx.access().await?)),
        };
        let tree = match self.trees.get(tenant.tree) {
            Some(tree) => tree,
            None => self.trees.put(Tree::grow(tenant.tree, tx.departments().await?)?),
        };
        Ok(Ground { catalogue, tree })
    }

    /// What rights are decided on where somebody has this footing, for reading. If the roles or the departments have changed
    /// since that was read, the newer ones are made ready for this call and not kept under the older id.
    pub(crate) async fn ground(&self, footing: &Footing) -> Result<Ground, StoreError> {
        Ok(Ground { catalogue: self.catalogue_of(footing).await?, tree: self.tree_of(footing).await? })
    }

    async fn catalogue_of(&self, footing: &Footing) -> Result<Arc<Catalogue>, StoreError> {
        if let Some(catalogue) = self.catalogues.get(footing.catalogue) {
            return Ok(catalogue);
        }
        let tenant = footing.member.tenant;
        let compiled = Catalogue::compile(footing.catalogue, self.directory.access(tenant).await?);
        let now = self.directory.tenant(tenant).await?.map(|tenant| tenant.catalogue);
        Ok(if now == Some(footing.catalogue) { self.catalogues.put(compiled) } else { Arc::new(compiled) })
    }

    async fn tree_of(&self, footing: &Footing) -> Result<Arc<Tree>, StoreError> {
        if let Some(tree) = self.trees.get(footing.tree) {
            return Ok(tree);
        }
        let tenant = footing.member.tenant;
        let counted = self.directory.departments(tenant).await?;
        let grown = Tree::grow(footing.tree, counted.into_iter().map(|(department, _)| department))?;
        let now = self.directory.tenant(tenant).await?.map(|tenant| tenant.tree);
        Ok(if now == Some(footing.tree) { self.trees.put(grown) } else { Arc::new(grown) })
    }

    /// Where whoever asks stands in `tenant`, and what the tenant's roles mean. Refused unless that is a member who is in.
    pub(crate) async fn footing_of(&self, ctx: &Context, tenant: TenantId) -> Result<(Footing, Ground), ViewError> {
        let principal = ctx.actor.principal()?;
        principal.may_enter(tenant)?;
        let found = self.directory.footing(tenant, Who::Account(principal.account)).await?;
        let mut footing = found.ok_or(Denied::TenantUnknown)?;
        actor::is_in(footing.status, &footing.member)?;
        principal.is_known_to(&footing.member)?;
        principal.has_shown(footing.second_factor)?;
        if let Some(used) = principal.key {
            footing.scope = Some(good_key(self.directory.api_key_of(tenant, used.id).await?, ctx)?);
        }
        let ground = self.ground(&footing).await?;
        Ok((footing, ground))
    }
}

/// What a program's key was made for, if it is a key of the tenant that is asked for, and good at this moment.
fn good_key(found: Option<ApiKey>, ctx: &Context) -> Result<Arc<BTreeSet<Permission>>, Denied> {
    let key = found.ok_or(Denied::TenantUnknown)?;
    if key.is_good(ctx.now) { Ok(Arc::new(key.scope)) } else { Err(Denied::SignedOut) }
}
