//! Set up the installation: whoever holds the one-time link that the server printed becomes its operator and the
//! administrator of its first tenant. There is no default account and no default password.

use crate::{
    Membership,
    account::{Account, AccountEmail, Kinds, Session, SessionKey},
    context::Context,
    email::{Alphabet, EmailAddress},
    event::Event,
    id::AccountId,
    installation::{Installation, SetUpClosed},
    link::{LinkFault, Purpose},
    member::{Member, MemberState},
    name::{DisplayName, Username},
    ports::{HashingError, PasswordHash, Secret},
    refusal::{Fault, Faults, refusals},
    store::{Scope, StoreError},
    tenant::{Tenant, TenantStatus, create::found},
};

/// Set up the installation.
#[derive(Debug, Clone)]
pub struct SetUp {
    /// The token of the newest set-up link.
    pub token: String,
    /// What to call the first tenant.
    pub tenant: String,
    /// What the operator is called.
    pub name: String,
    /// The name that the operator signs in with.
    pub username: String,
    /// The operator's address, if it shall be known. It is a claim until a mail to it comes back.
    pub email: Option<String>,
    /// The operator's password.
    pub password: Secret,
}

/// The installation is set up, its operator signed in.
#[derive(Debug)]
pub struct SetUpDone {
    /// The first tenant.
    pub tenant: Tenant,
    /// Its representative administrator.
    pub member: Member,
    /// The operator.
    pub account: Account,
    /// The session.
    pub session: Session,
    /// Its key, shown this once.
    pub key: SessionKey,
}

refusals! {
    /// Why the installation was not set up.
    pub enum SetUpError {
    } passing Link(LinkFault), Closed(SetUpClosed), Faults(Faults), Hashing(HashingError), Store(StoreError)
}

impl Membership {
    /// The link to set up the installation with, good for 1 hour; the one before is dead. `None` once it is set up.
    pub async fn issue_set_up_link(&self, ctx: &Context) -> Result<Option<String>, StoreError> {
        let mut tx = self.store.begin(Scope::Installation).await?;
        match tx.installation().await?.issue(ctx.now) {
            Ok(installation) => {
                tx.commit(ctx, &[Event::SetUpLinkIssued(installation)]).await?;
                Ok(Some(self.links.url(&installation.link())))
            }
            Err(SetUpClosed::Done | SetUpClosed::Expired) => Ok(None),
        }
    }

    /// Whether `token` can set up the installation at this moment.
    pub async fn open_set_up(&self, ctx: &Context, token: &str) -> Result<(), SetUpError> {
        let installation = self.directory.installation().await?;
        self.set_up_is_open(ctx, token, installation)
    }

    /// Makes the operator's account and the first tenant, and signs the operator in.
    pub async fn set_up(&self, ctx: &Context, command: SetUp) -> Result<SetUpDone, SetUpError> {
        self.open_set_up(ctx, &command.token).await?;
        let draft = self.draft(&command)?;
        let password = self.passwords.hash(command.password.clone()).await?;
        let mut tx = self.store.begin(Scope::Installation).await?;
        let installation = tx.installation().await?;
        self.set_up_is_open(ctx, &command.token, installation)?;
        let (done, events) = self.decide_set_up(ctx, installation, draft, password);
        tx.commit(ctx, &events).await?;
        Ok(done)
    }

    fn set_up_is_open(&self, ctx: &Context, token: &str, installation: Installation) -> Result<(), SetUpError> {
        let link = self.links.read(Purpose::SetUp, token)?;
        if installation.operator.is_some() {
            return Err(SetUpClosed::Done.into());
        }
        link.newest(installation.generation)?;
        Ok(installation.open_at(ctx.now)?)
    }

    fn decide_set_up(
        &self,
        ctx: &Context,
        installation: Installation,
        draft: Draft,
        password: PasswordHash,
    ) -> (SetUpDone, Vec<Event>) {
        let (now, entropy) = (ctx.now, self.entropy.as_ref());
        let account = Account {
            username: Some(draft.username),
            email: draft.email.clone().map(|address| AccountEmail { address, proved_at: None }),
            password: Some(password),
            ..Account::new(AccountId::new(now, entropy), draft.name.clone(), now)
        };
        let preset = self.presets.standard();
        let founding = found(draft.tenant, TenantStatus::Active, None, preset, now, entropy);
        let joined = MemberState::Enabled { account: account.id, joined_at: now };
        let member = founding.representative(draft.name, joined, now, entropy);
        let member = Member { email: draft.email, username: account.username.clone(), ..member };
        let (session, key) = Session::start(&account, Kinds::NONE, ctx, entropy);
        let events = vec![
            Event::AccountRegistered(account.clone()),
            Event::InstallationSetUp(Installation { operator: Some(account.id), ..installation }),
            founding.event(),
            Event::MemberAdded(member.clone()),
            Event::SessionStarted(session.clone()),
        ];
        (SetUpDone { tenant: founding.tenant, member, account, session, key }, events)
    }
}

struct Draft {
    tenant: DisplayName,
    name: DisplayName,
    username: Username,
    email: Option<EmailAddress>,
}

impl Membership {
    fn draft(&self, command: &SetUp) -> Result<Draft, Faults> {
        let tenant = DisplayName::parse(&command.tenant).map_err(|fault| Fault::new("/tenant", &fault));
        let name = DisplayName::parse(&command.name).map_err(|fault| Fault::new("/name", &fault));
        let username = Username::parse(&command.username).map_err(|fault| Fault::new("/username", &fault));
        let email = command.email.as_deref().map(|text| EmailAddress::parse(text, Alphabet::Ascii)).transpose();
        let email = email.map_err(|fault| Fault::new("/email", &fault));
        let words = [command.name.as_str(), &command.username, &command.tenant, command.email.as_deref().unwrap_or("")];
        let password = self.check_password(&command.password, words, Kinds::NONE);
        let password = password.map_err(|fault| Fault::new("/password", &fault));
        match (tenant, name, username, email, password) {
            (Ok(tenant), Ok(name), Ok(username), Ok(email), Ok(())) => Ok(Draft { tenant, name, username, email }),
            (tenant, name, username, email, password) => Err(Faults::of(
                [tenant.err(), name.err(), username.err(), email.err(), password.err()].into_iter().flatten(),
            )),
        }
    }
}
