//! Create a tenant for somebody else: the operator names its first administrator, who is invited.

use chrono::{DateTime, Utc};

use crate::{
    Membership,
    actor::Denied,
    context::Context,
    email::EmailAddress,
    event::Event,
    id::{AccountId, InvitationId, MemberId, TenantId},
    invitation::{Channel, Invitation, Inviter, invite::Reach},
    member::{Member, MemberState},
    name::DisplayName,
    ports::Entropy,
    refusal::{Fault, Faults, refusals},
    store::{Scope, StoreError},
    tenant::{Preset, Tenant, TenantStatus},
};

/// Make a tenant.
#[derive(Debug, Clone)]
pub struct CreateTenant {
    /// What to call it.
    pub name: String,
    /// What to call its first administrator.
    pub administrator: String,
    /// How to reach that person.
    pub reach: Reach,
}

/// A new tenant that waits for its first administrator.
#[derive(Debug, Clone)]
pub struct TenantMade {
    /// The tenant.
    pub tenant: Tenant,
    /// Its representative administrator, not joined.
    pub administrator: Member,
    /// The administrator's invitation.
    pub invitation: Invitation,
    /// The link to hand over, when it goes by link. It is shown this once.
    pub link: Option<String>,
}

refusals! {
    /// Why no tenant was made.
    pub enum CreateError {
        /// No mail can be sent.
        MailOff = Unavailable "mail-not-configured"
            ("no mail server is configured, so an invitation by mail would never arrive",
             "configure a mail server, or invite by link");
    } passing Faults(Faults), Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Makes a tenant and invites its first administrator. Only the operator of the installation may.
    pub async fn create_tenant(&self, ctx: &Context, command: CreateTenant) -> Result<TenantMade, CreateError> {
        let account = ctx.actor.account()?;
        let mut tx = self.store.begin(Scope::Installation).await?;
        if tx.installation().await?.operator != Some(account) {
            return Err(Denied::OperatorOnly.into());
        }
        let draft = draft(&command, &self.preset)?;
        if matches!(draft.channel, Channel::Mail(_)) && !self.mail_is_on {
            return Err(CreateError::MailOff);
        }
        let (made, events) = decide(draft, account, &self.preset, ctx.now, self.entropy.as_ref());
        tx.commit(ctx, &events).await?;
        Ok(TenantMade { link: self.link_to_show(&made.invitation), ..made })
    }
}

struct Draft {
    name: DisplayName,
    administrator: DisplayName,
    channel: Channel,
}

fn draft(command: &CreateTenant, preset: &Preset) -> Result<Draft, Faults> {
    let name = DisplayName::parse(&command.name).map_err(|fault| Fault::new("/name", &fault));
    let administrator =
        DisplayName::parse(&command.administrator).map_err(|fault| Fault::new("/administrator/name", &fault));
    let channel = command.reach.channel(|text| EmailAddress::parse(text, preset.policy.alphabet));
    let channel = channel.map_err(|fault| Fault::new("/administrator/email", &fault));
    match (name, administrator, channel) {
        (Ok(name), Ok(administrator), Ok(channel)) => Ok(Draft { name, administrator, channel }),
        (name, administrator, channel) => {
            Err(Faults::of([name.err(), administrator.err(), channel.err()].into_iter().flatten()))
        }
    }
}

fn decide(
    draft: Draft,
    operator: AccountId,
    preset: &Preset,
    now: DateTime<Utc>,
    entropy: &dyn Entropy,
) -> (TenantMade, Vec<Event>) {
    let (tenant, founding, administrators) = found(draft.name, TenantStatus::SettingUp, preset, now, entropy);
    let id = InvitationId::new(now, entropy);
    let member = Member {
        id: MemberId::new(now, entropy),
        tenant: tenant.id,
        name: draft.administrator,
        email: draft.channel.address().cloned(),
        roles: [administrators].into(),
        representative: true,
        creator: None,
        created_at: now,
        state: MemberState::NotJoined { invitation: id },
    };
    let validity = tenant.policy.invitation_validity;
    let invitation =
        Invitation::new(id, &member, Inviter::Operator(operator), draft.channel, validity, now).issued(now);
    let invited = Event::MemberInvited { member: member.clone(), invitation: invitation.clone() };
    (TenantMade { tenant, administrator: member, invitation, link: None }, vec![founding, invited])
}

/// A new tenant with its roles, the event that founds it, and the id of the administrators' role.
pub(crate) fn found(
    name: DisplayName,
    status: TenantStatus,
    preset: &Preset,
    now: DateTime<Utc>,
    entropy: &dyn Entropy,
) -> (Tenant, Event, crate::id::RoleId) {
    let id = TenantId::new(now, entropy);
    let tenant = Tenant { id, name, status, policy: preset.policy.clone(), created_at: now };
    let (administrator, others) = preset.roles_for(id, now, entropy);
    let administrators = administrator.id;
    let roles = std::iter::once(administrator).chain(others).collect();
    (tenant.clone(), Event::TenantCreated { tenant, roles }, administrators)
}
