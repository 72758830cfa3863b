//! Change the policy: a plan first, which says whom the new rules touch and changes nothing; then exactly that plan, or
//! nothing if anything has moved since.

use sha2::{Digest, Sha256};

use crate::{
    Membership,
    actor::{Denied, Granted},
    context::Context,
    event::Event,
    id::{MemberId, TenantId},
    invitation::{Channel, Invitation},
    member::Member,
    refusal::{Fault, Faults, refusals},
    role::Permission,
    store::{Scope, StoreError, Tx},
    tenant::{Policy, Tenant, policy::ExistingAccount},
};

/// What new rules would come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyPlan {
    /// The present rules.
    pub before: Policy,
    /// The new ones.
    pub after: Policy,
    /// How many invitations are touched.
    pub count: u64,
    /// The first of them, newest first, at most [`SHOWN`].
    pub touched: Vec<Touched>,
    /// What [`Membership::change_policy`] wants to be given: of these rules, of those touched, and of nothing else.
    pub hash: [u8; 32],
}

/// Somebody whose invitation is touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The member.
    pub member: MemberId,
    /// By name.
    pub name: String,
    /// How.
    pub how: Effect,
}

/// How an invitation is touched: each of these means that it cannot be sent again as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It goes by link, and links are not allowed any more.
    LinkNotAllowed,
    /// Its address is not one that the tenant takes any more.
    AddressNotAllowed,
    /// It has ended in a way after which nobody is invited again any more.
    NotAgain,
}

/// Most touched invitations that a plan shows.
pub const SHOWN: usize = 200;

refusals! {
    /// Why the rules are the old ones.
    pub enum PolicyError {
        /// Something has changed since the plan was made.
        Outdated = Conflict "plan-outdated"
            ("the tenant has changed since this plan was made: other invitations are touched, or the rules are others",
             "make the plan again, look at it, and apply that one");
    } passing Faults(Faults), Denied(Denied), Store(StoreError)
}

refusals! {
    /// What can be wrong with rules.
    pub enum PolicyFault {
        /// Whoever may do this learns who has an account.
        JoinIsTheOperators = Forbidden "policy-operator-only"
            ("that owners of accounts join at once can be said only by the preset that the operator made the tenant with",
             "leave it at \"consent\"");
        /// None at all.
        NobodyPerCall = Invalid "people-per-call-out-of-range"
            ("at least 1 and at most 100 people can be invited at once", "choose from 1 to 100");
        /// A second factor is wanted, and none is one.
        NoFactorKind = Invalid "second-factor-kinds-missing"
            ("a second factor is required, and no kind of one is allowed", "allow at least one kind: \"email\" or \"app\"");
        /// Not a domain.
        BadDomain { /** As typed. */ domain: String } = Invalid "address-domain-invalid"
            ("{domain} is not an internet domain such as example.org", "check the domain");
    }
}

impl Effect {
    /// The stable word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LinkNotAllowed => "link-not-allowed",
            Self::AddressNotAllowed => "address-not-allowed",
            Self::NotAgain => "not-again",
        }
    }

    /// How `after` touches an invitation that `before` does not: `None` if it does not, or no more than before.
    fn of(invitation: &Invitation, before: &Policy, after: &Policy, ctx: &Context) -> Option<Self> {
        let under = |policy: &Policy| {
            let by_link = matches!(invitation.channel, Channel::Link(_)) && !policy.links_allowed;
            let address = invitation.address().is_some_and(|address| !policy.takes(address));
            let ended = !policy.may_reinvite_after(invitation.stage_at(ctx.now));
            let link = by_link.then_some(Self::LinkNotAllowed);
            link.or(address.then_some(Self::AddressNotAllowed)).or(ended.then_some(Self::NotAgain))
        };
        under(after).filter(|effect| under(before) != Some(*effect))
    }
}

impl Membership {
    /// What `policy` would come to. Needs [`Permission::TENANT_MANAGE`]. Changes nothing.
    pub async fn plan_policy(
        &self,
        ctx: &Context,
        tenant: TenantId,
        policy: Policy,
    ) -> Result<PolicyPlan, PolicyError> {
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let (tenant, grants) = self.admitted(tx.as_mut(), ctx).await?;
        drop(grants.require(Permission::TENANT_MANAGE)?);
        plan(tx.as_mut(), &tenant, policy, ctx).await
    }

    /// Gives the tenant the rules of the plan that `hash` is of. Needs [`Permission::TENANT_MANAGE`].
    pub async fn change_policy(
        &self,
        ctx: &Context,
        tenant: TenantId,
        policy: Policy,
        hash: [u8; 32],
    ) -> Result<Tenant, PolicyError> {
        let mut tx = self.store.begin(Scope::Tenant(tenant)).await?;
        let (before, grants) = self.admitted(tx.as_mut(), ctx).await?;
        let granted = grants.require(Permission::TENANT_MANAGE)?;
        // Who may let everybody in without a second factor has just shown who it is, and is no program.
        if policy.second_factor != before.policy.second_factor {
            ctx.actor.person()?.has_just_signed_in(ctx.now)?;
        }
        let plan = plan(tx.as_mut(), &before, policy, ctx).await?;
        let tenant = decide(granted, &before, plan, hash)?;
        if tenant != before {
            let (before, tenant) = (Box::new(before), Box::new(tenant.clone()));
            tx.commit(ctx, &[Event::PolicyChanged { before, tenant }]).await?;
        }
        Ok(tenant)
    }
}

/// The tenant under the rules of `plan`, if that is the one that `hash` is of.
fn decide(granted: Granted, before: &Tenant, plan: PolicyPlan, hash: [u8; 32]) -> Result<Tenant, PolicyError> {
    let _: MemberId = granted.spend();
    if plan.hash == hash { Ok(Tenant { policy: plan.after, ..before.clone() }) } else { Err(PolicyError::Outdated) }
}

async fn plan(tx: &mut dyn Tx, tenant: &Tenant, policy: Policy, ctx: &Context) -> Result<PolicyPlan, PolicyError> {
    let after = policy.canonical()?;
    let before = tenant.policy.clone();
    if after.existing_account == ExistingAccount::Join && before.existing_account != ExistingAccount::Join {
        return Err(Faults::one("/existing_account", &PolicyFault::JoinIsTheOperators).into());
    }
    let mut hash = Sha256::new();
    hash.update(b"membership policy plan v1\0");
    hash.update(format!("{before:?}\0{after:?}\0"));
    let (mut count, mut touched, mut last) = (0, Vec::new(), None);
    loop {
        let page: Vec<(Member, Invitation)> = tx.waiting(last, crate::directory::MAX_PAGE).await?;
        let Some((member, _)) = page.last() else { break };
        last = Some(member.id);
        for (member, invitation) in &page {
            let Some(how) = Effect::of(invitation, &before, &after, ctx) else { continue };
            hash.update(member.id.as_uuid().as_bytes());
            hash.update(how.as_str());
            count += 1;
            if touched.len() < SHOWN {
                touched.push(Touched { member: member.id, name: member.name.to_string(), how });
            }
        }
    }
    Ok(PolicyPlan { before, after, count, touched, hash: hash.finalize().into() })
}

impl Policy {
    /// These rules with each domain in canonical form, or every fault in them.
    pub fn canonical(self) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        if !(1..=100).contains(&self.max_people_per_call) {
            faults.push(Fault::new("/max_people_per_call", &PolicyFault::NobodyPerCall));
        }
        if self.second_factor.required && self.second_factor.kinds.is_empty() {
            faults.push(Fault::new("/second_factor/kinds", &PolicyFault::NoFactorKind));
        }
        let mut domains = Vec::new();
        for (row, domain) in self.allowed_domains.iter().enumerate() {
            let unreadable = |_| PolicyFault::BadDomain { domain: domain.clone() };
            match crate::email::canonical_domain(domain).map_err(unreadable) {
                Ok(domain) => domains.push(domain),
                Err(fault) => faults.push(Fault::new(format!("/allowed_domains/{row}"), &fault)),
            }
        }
        Faults::refuse(faults)?;
        domains.sort();
        domains.dedup();
        Ok(Self { allowed_domains: domains, ..self })
    }
}
