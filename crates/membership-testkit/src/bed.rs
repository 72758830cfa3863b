//! A test bed: a [`Membership`] that is set up and at work, with the steps that most tests begin with.

mod departments;
mod imports;
mod people;

use std::sync::Arc;

use membership_core::{
    Membership, Parts,
    account::{
        Account, Session,
        register::Registered,
        sign_in::{SignIn, SignedIn},
    },
    actor::Actor,
    audit::replay::Replay,
    context::Context,
    id::{RequestId, RoleId, TenantId},
    invariants::{self, Violation, World},
    invitation::Invitation,
    link::{Key, Links},
    member::{Member, reach::Target},
    ports::Secret,
    role::{
        Role,
        define::{RoleDraft, RoleOf},
    },
    tenant::{
        Presets, Tenant,
        set_up::{SetUp, SetUpDone},
    },
};

pub use people::{Asked, Founded, Person};

use crate::{Adapter, Cabinet, Dice, Failure, ManualClock, PlainHasher, PlainSecrets};

/// A password that every rule takes.
pub const PASSWORD: &str = "correct horse battery staple";
/// The password that an administrator chooses for somebody who is added directly.
pub const TEMPORARY: &str = "to be replaced at once";

/// An installation that is set up, with one tenant and its administrator, over any store.
///
/// ```
/// use membership_testkit::Bed;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let bed = Bed::new().await?;
/// let invited = bed.invite("ann@example.org").await?;
///
/// let token = bed.token(&invited.invitation);
/// bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
/// let ann = bed.membership.register(&bed.as_anybody(), bed.registration(&token)).await?;
///
/// assert_eq!(ann.member.id, invited.member.id);
/// assert_eq!(bed.violations().await?, []);
/// # Ok::<(), membership_testkit::Failure>(())
/// # })?;
/// # Ok::<(), membership_testkit::Failure>(())
/// ```
#[derive(Debug, Clone)]
pub struct Bed {
    /// The use cases.
    pub membership: Membership,
    /// The store beneath them.
    pub adapter: Adapter,
    /// The time that every context of this bed carries.
    pub clock: ManualClock,
    /// The tenant.
    pub tenant: Tenant,
    /// The account of the tenant's administrator, who is the operator too. Signs in as `root` with [`PASSWORD`].
    pub administrator: Account,
    /// The administrator as a member: the tenant's representative.
    pub member: Member,
    custodian: Cabinet,
    dice: Arc<Dice>,
}

impl Bed {
    /// A bed over a store in memory, with the standard preset.
    pub async fn new() -> Result<Self, Failure> {
        Self::over(Adapter::in_memory()).await
    }

    /// A bed over `adapter`, which is empty, with the standard preset.
    pub async fn over(adapter: Adapter) -> Result<Self, Failure> {
        Self::altered(adapter, |_| {}).await
    }

    /// A bed over `adapter` whose parts `alter` has changed: another preset, say, or no mail.
    pub async fn altered(adapter: Adapter, alter: impl FnOnce(&mut Parts)) -> Result<Self, Failure> {
        let dice = Arc::new(Dice::seeded(0));
        let custodian = Cabinet::new();
        let mut parts = parts(&adapter, Arc::clone(&dice))?;
        parts.custodian = Arc::new(custodian.clone());
        alter(&mut parts);
        let membership = Membership::new(parts);
        let clock = ManualClock::default();
        let ctx = Context::new(Actor::System, clock.now(), RequestId::new(clock.now(), dice.as_ref()));
        let link = membership.issue_set_up_link(&ctx).await?.ok_or("the store is set up already")?;
        let done = membership.set_up(&ctx, set_up(&link)).await?;
        let SetUpDone { tenant, member, account: administrator, .. } = done;
        let bed = Self { membership, adapter, clock, tenant, administrator, member, custodian, dice };
        Ok(Self { administrator: bed.account(bed.administrator.id).await?, ..bed })
    }

    /// The product that keeps data for the members.
    pub const fn custodian(&self) -> &Cabinet {
        &self.custodian
    }

    /// The administrator asks, now.
    pub fn as_administrator(&self) -> Context {
        self.as_account(&self.administrator)
    }

    /// The owner of `account` asks, now, by a session as new as `account`.
    pub fn as_account(&self, account: &Account) -> Context {
        self.context(Actor::Account(account.principal(&self.session_of(account))))
    }

    /// Somebody who has registered asks, now, by the session of that registration.
    pub fn as_member(&self, registered: &Registered) -> Context {
        self.context(Actor::Account(registered.account.principal(&registered.session)))
    }

    /// A session of `account` as it would begin now, with all of its second factors shown.
    fn session_of(&self, account: &Account) -> Session {
        Session::start(account, account.kinds, &self.as_anybody(), self.dice.as_ref()).0
    }

    /// Somebody signs in who has no second factor.
    pub async fn sign_in(&self, login: &str, password: &str) -> Result<SignedIn, Failure> {
        let command = SignIn { login: login.to_owned(), password: Secret::new(password) };
        let entrance = self.membership.sign_in(&self.as_anybody(), command).await?;
        Ok(entrance.signed_in().ok_or("a second factor is asked for")?)
    }

    /// Whoever has signed in asks, now.
    pub fn as_signed_in(&self, signed_in: &SignedIn) -> Context {
        self.context(Actor::Account(signed_in.account.principal(&signed_in.session)))
    }

    /// Somebody who is not signed in asks, now.
    pub fn as_anybody(&self) -> Context {
        self.context(Actor::Anonymous)
    }

    /// The system's timer asks, now.
    pub fn as_system(&self) -> Context {
        self.context(Actor::System)
    }

    fn context(&self, actor: Actor) -> Context {
        let now = self.clock.now();
        Context::new(actor, now, RequestId::new(now, self.dice.as_ref()))
    }

    /// The role of the tenant that is called `name`. The standard preset has `Administrator`, `Member manager` and
    /// `Member`.
    pub async fn role(&self, name: &str) -> Result<RoleId, Failure> {
        let roles = self.adapter.directory.access(self.tenant.id).await?.roles;
        let role = roles.iter().find(|role| role.name.as_str() == name);
        Ok(role.ok_or_else(|| format!("the tenant has no role {name}"))?.id)
    }

    /// The administrator makes a role of the tenant.
    pub async fn define_role(&self, name: &str, permissions: &[&str], includes: &[RoleId]) -> Result<Role, Failure> {
        let draft = draft(name, permissions, includes);
        Ok(self.membership.define_role(&self.as_administrator(), self.tenant.id, draft).await?)
    }

    /// The administrator changes a role of the tenant.
    pub async fn edit_role(
        &self,
        role: RoleId,
        name: &str,
        permissions: &[&str],
        includes: &[RoleId],
    ) -> Result<Role, Failure> {
        let (which, draft) = (RoleOf { tenant: self.tenant.id, role }, draft(name, permissions, includes));
        Ok(self.membership.edit_role(&self.as_administrator(), which, draft).await?)
    }

    /// `member` of the tenant, as commands name it.
    pub const fn target(&self, member: &Member) -> Target {
        Target { tenant: self.tenant.id, member: member.id }
    }

    /// The token of the newest link of `invitation`.
    pub fn token(&self, invitation: &Invitation) -> String {
        self.membership.links().token(&invitation.link())
    }

    /// Takes every hand-over that is due as far as it goes at this moment, and says how many steps that were.
    pub async fn carry(&self) -> Result<u32, Failure> {
        let mut steps = 0;
        loop {
            match self.membership.carry_transfers(&self.as_system(), 1_000).await? {
                0 => return Ok(steps),
                more => steps += more,
            }
        }
    }

    /// Everything there is in `tenant`.
    pub async fn world(&self, tenant: TenantId) -> Result<World, Failure> {
        Ok(self.adapter.directory.world(tenant).await?.ok_or("there is no such tenant")?)
    }

    /// Every invariant that does not hold, in any tenant.
    pub async fn violations(&self) -> Result<Vec<Violation>, Failure> {
        let mut found = Vec::new();
        for tenant in self.adapter.directory.tenants().await? {
            found.extend(invariants::check(&self.world(tenant).await?, self.clock.now()));
        }
        Ok(found)
    }
}

/// Where the tables of a tenant are not what its audit says, one line for each thing; none if all is well.
pub fn differences(world: &World) -> Result<Vec<String>, Failure> {
    let mut replay = Replay::default();
    for record in &world.audit {
        replay.add(record)?;
    }
    Ok(replay.differences(world))
}

/// What a [`Membership`] for tests is made of: `adapter` and `dice`, [`PlainHasher`], the presets that ship, mail on, and
/// nobody who keeps data for members.
pub fn parts(adapter: &Adapter, dice: Arc<Dice>) -> Result<Parts, Failure> {
    Ok(Parts {
        store: Arc::clone(&adapter.store),
        directory: Arc::clone(&adapter.directory),
        entropy: dice,
        passwords: Arc::new(PlainHasher),
        known: Arc::new(PlainSecrets),
        sealer: Arc::new(PlainSecrets),
        codes: Arc::new(PlainSecrets),
        passkeys: Arc::new(PlainSecrets),
        traces: Arc::clone(&adapter.traces),
        custodian: Arc::new(membership_core::ports::NoData),
        imports: Arc::clone(&adapter.imports),
        links: Links::new(Key::new([7; 32]), "https://members.example.org"),
        presets: Presets::shipped("organization", Vec::new())?,
        product: "Example product".to_owned(),
        mail_is_on: true,
    })
}

/// What a role shall be.
pub fn draft(name: &str, permissions: &[&str], includes: &[RoleId]) -> RoleDraft {
    let permissions = permissions.iter().map(|permission| (*permission).to_owned()).collect();
    RoleDraft { name: name.to_owned(), permissions, includes: includes.to_vec() }
}

/// The command that sets an installation up by `link`.
pub(crate) fn set_up(link: &str) -> SetUp {
    SetUp {
        token: link.rsplit('/').next().unwrap_or_default().to_owned(),
        tenant: "Example Ltd".into(),
        name: "Root".into(),
        username: "root".into(),
        email: Some("root@example.org".into()),
        password: Secret::new(PASSWORD),
    }
}
