//! Add: a member with a new account, made by an administrator, with a temporary password that has to be replaced at the
//! first sign-in. Nothing is sent; the administrator tells the person.

use crate::{
    Membership,
    account::{Account, AccountEmail, Kinds, Login, reset::ResetBy},
    actor::{Denied, Granted, Grants},
    context::Context,
    department::{Departments, wanted::DepartmentsFault},
    email::EmailAddress,
    event::Event,
    id::{AccountId, DepartmentId, MemberId, TenantId},
    language::Language,
    member::{AddressTaken, Member, MemberState},
    name::{DisplayName, Username},
    ports::{Entropy, HashingError, PasswordHash, Secret},
    refusal::{Fault, Faults, refusals},
    role::{
        Assignments, Permission,
        assign::{BeyondOwn, Wanted, WantedFault},
    },
    store::{Scope, StoreError},
    tenant::Tenant,
};

/// Add a member with a new account.
#[derive(Debug, Clone)]
pub struct AddMember {
    /// The tenant.
    pub tenant: TenantId,
    /// What to call the person.
    pub name: String,
    /// What the person shall hold; at least one role.
    pub assignments: Vec<Wanted>,
    /// The departments that the person shall belong to, the primary one first; none for the root, or for the actor's own where the
    /// actor may add people to that one alone.
    pub departments: Vec<DepartmentId>,
    /// The name to sign in with, unique in the installation.
    pub username: String,
    /// The temporary password.
    pub password: Secret,
    /// Where notices go, if anywhere. It is a claim: nobody has proved it.
    pub email: Option<String>,
    /// The language that the person reads, as a tag of BCP 47, if that is known.
    pub language: Option<String>,
}

refusals! {
    /// Why nobody was added.
    pub enum AddError {
    } passing BeyondOwn(BeyondOwn), AddressTaken(AddressTaken), Faults(Faults), Denied(Denied), Hashing(HashingError),
        Store(StoreError)
}

impl Membership {
    /// Adds a member, enabled at once. Needs [`Permission::MEMBERS_MANAGE`] over its departments and every permission that is given. The account
    /// is a new one: an account that exists can only be invited.
    pub async fn add_member(&self, ctx: &Context, command: AddMember) -> Result<Member, AddError> {
        let mut tx = self.store.begin(Scope::Tenant(command.tenant)).await?;
        let (tenant, grants) = self.admitted(tx.as_mut(), ctx).await?;
        grants.sight(Permission::MEMBERS_MANAGE)?;
        let draft = self.read_draft(&command, &tenant, &grants, ctx)?;
        if tx.account_by_login(&Login::Username(draft.username.clone())).await?.is_some() {
            return Err(StoreError::UsernameTaken.into());
        }
        // The hash takes a while, and the tenant's lock is not for waiting: everything is asked again under the next.
        drop(tx);
        let password = self.passwords.hash(command.password.clone()).await?;

        let mut tx = self.store.begin(Scope::Tenant(command.tenant)).await?;
        let (tenant, grants) = self.admitted(tx.as_mut(), ctx).await?;
        let draft = self.read_draft(&command, &tenant, &grants, ctx)?;
        let granted = grants.require_over(Permission::MEMBERS_MANAGE, draft.departments.all())?;
        let sees = |other: &Member| grants.reaches(&Permission::MEMBERS_READ, other);
        AddressTaken::by_another(&tx.members_at(draft.email.as_slice()).await?, None, sees)?;
        let entry = Entry::Password(password);
        let (member, events) = decide(granted, &grants, draft, entry, ctx, self.entropy.as_ref())?;
        tx.commit(ctx, &events).await?;
        Ok(member)
    }
}

/// What was typed of a new member with a new account, read and found well-formed.
pub(crate) struct Draft {
    pub(crate) name: DisplayName,
    pub(crate) assignments: Assignments,
    pub(crate) departments: Departments,
    pub(crate) username: Username,
    pub(crate) email: Option<EmailAddress>,
    pub(crate) language: Option<Language>,
}

/// How the person comes into the new account.
pub(crate) enum Entry {
    /// By a temporary password, which the administrator tells.
    Password(PasswordHash),
    /// By a link to a password of the own, which the administrator hands over.
    Link,
}

impl Membership {
    fn read_draft(
        &self,
        command: &AddMember,
        tenant: &Tenant,
        grants: &Grants,
        ctx: &Context,
    ) -> Result<Draft, Faults> {
        let mut faults = Vec::new();
        let name = DisplayName::parse(&command.name).map_err(|fault| faults.push(Fault::new("/name", &fault)));
        let wanted = WantedFault::read(&command.assignments, "/assignments", grants.ground(), ctx.now);
        let assignments = wanted.map_err(|more| faults.extend(more));
        let manage = &Permission::MEMBERS_MANAGE;
        let departments = DepartmentsFault::read(&command.departments, "/departments", grants, manage);
        let departments = departments.map_err(|more| faults.extend(more));
        let username = Username::parse(&command.username).map_err(|fault| faults.push(Fault::new("/username", &fault)));
        let email = command.email.as_deref().map(|text| tenant.policy.address(text)).transpose();
        let email = email.map_err(|fault| faults.push(Fault { pointer: "/email".into(), ..fault }));
        let language = command.language.as_deref().map(Language::parse).transpose();
        let language = language.map_err(|fault| faults.push(Fault::new("/language", &fault)));
        let words =
            [command.name.as_str(), &command.username, command.email.as_deref().unwrap_or(""), tenant.name.as_str()];
        let password = self.check_password(&command.password, words, Kinds::NONE);
        let password = password.map_err(|fault| faults.push(Fault::new("/password", &fault)));
        match (name, assignments, departments, username, email, language, password) {
            (Ok(name), Ok(assignments), Ok(departments), Ok(username), Ok(email), Ok(language), Ok(())) => {
                Ok(Draft { name, assignments, departments, username, email, language })
            }
            (..) => Err(Faults::of(faults)),
        }
    }
}

pub(crate) fn decide(
    granted: Granted,
    grants: &Grants,
    draft: Draft,
    entry: Entry,
    ctx: &Context,
    entropy: &dyn Entropy,
) -> Result<(Member, Vec<Event>), BeyondOwn> {
    BeyondOwn::refuse(grants.first_lacking(draft.assignments.iter()))?;
    let account = Account {
        username: Some(draft.username.clone()),
        email: draft.email.clone().map(|address| AccountEmail { address, proved_at: None }),
        ..Account::new(AccountId::new(ctx.now, entropy), draft.name.clone(), ctx.now)
    };
    let account = match entry {
        Entry::Password(password) => Account { password: Some(password), password_is_temporary: true, ..account },
        Entry::Link => {
            let own = grants.member();
            account.with_reset(ResetBy::Administrator { tenant: own.tenant, member: own.id }, ctx.now)
        }
    };
    let member = Member {
        id: MemberId::new(ctx.now, entropy),
        tenant: grants.member().tenant,
        name: draft.name,
        email: draft.email,
        username: Some(draft.username),
        language: draft.language,
        assignments: draft.assignments,
        departments: draft.departments,
        representative: false,
        creator: Some(granted.spend()),
        created_at: ctx.now,
        epoch: 0,
        state: MemberState::Enabled { account: account.id, joined_at: ctx.now },
    };
    let events = vec![Event::AccountRegistered(account), Event::MemberAdded(member.clone())];
    Ok((member, events))
}
