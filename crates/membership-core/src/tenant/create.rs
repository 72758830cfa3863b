//! Create a tenant for somebody else: the operator names its first administrator, who is invited.

use chrono::{DateTime, Utc};

use crate::{
    Membership,
    actor::Denied,
    context::Context,
    department::{Department, Departments},
    email::EmailAddress,
    event::Event,
    id::{AccountId, CatalogueId, DepartmentId, InvitationId, MemberId, RoleId, TenantId, TreeId},
    invitation::{Channel, Invitation, Inviter, invite::Reach, send::MailOff},
    member::{Member, MemberState},
    name::DisplayName,
    ports::Entropy,
    refusal::{Fault, Faults, refusals},
    role::{Access, Assignments},
    store::{Scope, StoreError},
    tenant::{Branding, Preset, Tenant, TenantStatus},
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
    /// By which preset; `None` for the configured one.
    pub preset: Option<String>,
    /// The tenant above it, if it has one.
    pub parent: Option<TenantId>,
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
        /// No such preset.
        PresetUnknown {
            /// Its name.
            name: String,
            /// Those that there are.
            known: String,
        } = Invalid "preset-unknown" ("there is no preset {name}; there are {known}", "choose one of them");
        /// No such tenant to be above.
        ParentUnknown = Invalid "parent-unknown" ("there is no tenant with the id given as parent", "check the id");
        /// Too many tenants above one another.
        TooDeep = Conflict "tenants-too-deep"
            ("a tenant may have at most 31 tenants above it", "choose a parent nearer to the top");
    } passing MailOff(MailOff), Faults(Faults), Denied(Denied), Store(StoreError)
}

impl Membership {
    /// Makes a tenant and invites its first administrator. Only the operator of the installation may.
    pub async fn create_tenant(&self, ctx: &Context, command: CreateTenant) -> Result<TenantMade, CreateError> {
        let account = ctx.actor.account()?;
        let mut tx = self.store.begin(Scope::Installation).await?;
        if tx.installation().await?.operator != Some(account) {
            return Err(Denied::OperatorOnly.into());
        }
        let preset = self.preset_named(command.preset.as_deref())?;
        if let Some(parent) = command.parent {
            // Tenants are never taken away and never moved, so no lock is needed to look up.
            match self.directory.lineage(parent).await?.len() {
                0 => return Err(CreateError::ParentUnknown),
                MAX_DEPTH.. => return Err(CreateError::TooDeep),
                1.. => {}
            }
        }
        let draft = draft(&command, preset)?;
        draft.channel.can_go(self.mail_is_on)?;
        let (made, events) = decide(draft, account, preset, ctx.now, self.entropy.as_ref());
        tx.commit(ctx, &events).await?;
        Ok(TenantMade { link: self.link_to_show(&made.invitation), ..made })
    }

    fn preset_named(&self, name: Option<&str>) -> Result<&Preset, CreateError> {
        let Some(name) = name else { return Ok(self.presets.standard()) };
        let found = self.presets.get(name);
        let known = || self.presets.names().collect::<Vec<_>>().join(", ");
        found.ok_or_else(|| CreateError::PresetUnknown { name: name.to_owned(), known: known() })
    }
}

/// Most tenants in one line from the top.
pub const MAX_DEPTH: usize = 32;

struct Draft {
    name: DisplayName,
    parent: Option<TenantId>,
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
        (Ok(name), Ok(administrator), Ok(channel)) => {
            Ok(Draft { name, parent: command.parent, administrator, channel })
        }
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
    let founding = found(draft.name, TenantStatus::SettingUp, draft.parent, preset, now, entropy);
    let id = InvitationId::new(now, entropy);
    let waiting = MemberState::NotJoined { invitation: id };
    let member = founding.representative(draft.administrator, waiting, now, entropy);
    let member = Member { email: draft.channel.address().cloned(), ..member };
    let validity = founding.tenant.policy.invitation_validity;
    let invitation =
        Invitation::new(id, &member, Inviter::Operator(operator), draft.channel, validity, now).issued(now);
    let invited = Event::MemberInvited { member: member.clone(), invitation: invitation.clone() };
    let events = vec![founding.event(), invited];
    (TenantMade { tenant: founding.tenant, administrator: member, invitation, link: None }, events)
}

/// A new tenant with all that access in it is decided by.
pub(crate) struct Founding {
    pub(crate) tenant: Tenant,
    access: Access,
    root: Department,
    administrators: RoleId,
}

pub(crate) fn found(
    name: DisplayName,
    status: TenantStatus,
    parent: Option<TenantId>,
    preset: &Preset,
    now: DateTime<Utc>,
    entropy: &dyn Entropy,
) -> Founding {
    let id = TenantId::new(now, entropy);
    let (access, administrators) = preset.access_for(id, now, entropy);
    let tenant = Tenant {
        id,
        name,
        status,
        parent,
        branding: Branding::default(),
        preset: preset.name.clone(),
        policy: preset.policy.clone(),
        catalogue: CatalogueId::new(now, entropy),
        tree: TreeId::new(now, entropy),
        created_at: now,
    };
    let root = Department {
        id: DepartmentId::new(now, entropy),
        tenant: id,
        name: tenant.name.clone(),
        parent: None,
        place: 0,
        created_at: now,
    };
    Founding { tenant, access, root, administrators }
}

impl Founding {
    pub(crate) fn event(&self) -> Event {
        Event::TenantCreated { tenant: self.tenant.clone(), access: self.access.clone(), root: self.root.clone() }
    }

    /// The tenant's first administrator, who represents it.
    pub(crate) fn representative(
        &self,
        name: DisplayName,
        state: MemberState,
        now: DateTime<Utc>,
        entropy: &dyn Entropy,
    ) -> Member {
        Member {
            id: MemberId::new(now, entropy),
            tenant: self.tenant.id,
            name,
            email: None,
            username: None,
            language: None,
            assignments: Assignments::of_role(self.administrators),
            departments: Departments::stored([self.root.id], []),
            representative: true,
            creator: None,
            created_at: now,
            epoch: 0,
            state,
        }
    }
}
