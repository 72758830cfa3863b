//! What access is decided by: applications, roles, and what members were given.

use std::{collections::BTreeSet, slice};

use membership_core::{
    account::{FactorKind, Kinds},
    department::{Department, Departments},
    directory::{Footing, MemberFilter, Page, Who},
    email::Alphabet,
    event::{Event, MemberChange},
    id::{CatalogueId, DepartmentId, RoleId, TenantId, TreeId},
    invitation::{Channel, Inviter},
    lifecycle::Stage,
    member::{Member, MemberState, MemberStatus, remove::Heirs},
    name::DisplayName,
    role::{
        Access, Application, Assignments, Grant, NamedPermission, Permission, Role, assignment::Until, check::Question,
        define::RoleOf,
    },
    store::Scope,
    tenant::{
        Branding, Policy, Tenant, TenantStatus, Validity,
        branding::Colour,
        policy::{Ending, ExistingAccount, SecondFactor, Sending, Tone, Word, Words},
    },
};

use super::{Outcome, rows::changed};
use crate::{Adapter, Bed, Failure, clock::TICK};

/// A tenant with a policy of its own, two applications and roles of every kind that include each other, from set-up to
/// use: applications in their order, roles by name.
pub(super) async fn a_tenant_with_its_policy_and_roles(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (now, entropy) = (bed.clock.now(), bed.membership.entropy());
    let id = TenantId::new(now, entropy);
    let tenant = Tenant {
        id,
        name: DisplayName::parse("Bücher & Söhne 'Ltd' \"界\"")?,
        status: TenantStatus::SettingUp,
        parent: Some(bed.tenant.id),
        branding: Branding { colour: Some(Colour::parse("#1F6feb")?), logo: None },
        preset: "portal-tenant".into(),
        policy: unusual_policy()?,
        catalogue: CatalogueId::new(now, entropy),
        tree: TreeId::new(now, entropy),
        created_at: now,
    };
    let applications =
        vec![application("video", &["cameras.view", "cameras.edit"])?, application("access", &["doors.open"])?];
    let role = |name: &str, permissions: &[&str], administrator| {
        let permissions = permissions.iter().map(|text| Permission::parse(text)).collect::<Result<_, _>>()?;
        let (name, id) = (DisplayName::parse(name)?, RoleId::new(now, entropy));
        Ok::<_, Failure>(Role {
            id,
            tenant: tenant.id,
            name,
            permissions,
            includes: BTreeSet::new(),
            administrator,
            changed_at: now,
        })
    };
    let all = ["video:cameras.view", "video:cameras.edit", "access:doors.open"];
    let (a, c) = (role("A", &["video:cameras.view"], false)?, role("C", &[], false)?);
    let b = Role { includes: [a.id, c.id].into(), ..role("B", &all, true)? };
    let root = bed.root_of(&tenant);
    let founder = Member {
        tenant: id,
        departments: Departments::stored([root.id], []),
        representative: true,
        creator: None,
        assignments: Assignments::of_role(b.id),
        ..bed.member_in(MemberState::Enabled { account: bed.administrator.id, joined_at: now })?
    };
    // The one that includes others comes first.
    let access = Access { applications: applications.clone(), roles: vec![b.clone(), c.clone(), a.clone()] };
    let founding = Event::TenantCreated { tenant: tenant.clone(), access, root: root.clone() };
    bed.commit(Scope::Installation, &[founding, Event::MemberAdded(founder)]).await?;

    let expected = Access { applications, roles: vec![a, b, c] };
    let mut tx = bed.adapter.store.begin(Scope::Tenant(id)).await?;
    assert_eq!((tx.tenant().await?, tx.access().await?), (Some(tenant.clone()), expected.clone()));
    assert_eq!(tx.departments().await?, slice::from_ref(&root));
    drop(tx);
    let directory = &bed.adapter.directory;
    assert_eq!((directory.tenant(id).await?, directory.access(id).await?), (Some(tenant.clone()), expected));

    let active = Tenant { status: TenantStatus::Active, ..tenant };
    bed.commit(Scope::Tenant(id), &[Event::TenantActivated(active.clone())]).await?;
    assert_eq!((bed.world(id).await?.tenant, directory.tenant(id).await?), (active.clone(), Some(active.clone())));
    let ruled = Tenant { policy: Policy::default(), ..active.clone() };
    let suspended = Tenant { status: TenantStatus::Suspended, ..ruled.clone() };
    for (event, expected) in [
        (Event::PolicyChanged { before: Box::new(active), tenant: Box::new(ruled.clone()) }, &ruled),
        (Event::TenantSuspended(suspended.clone()), &suspended),
        (Event::TenantResumed(ruled.clone()), &ruled),
    ] {
        bed.commit(Scope::Tenant(id), &[event]).await?;
        assert_eq!(directory.tenant(id).await?.as_ref(), Some(expected));
    }
    Ok(())
}

/// Proves: APP-31. Roles are added to those that a tenant began with, and given to people, changed and deleted. Each
/// change gives the tenant another catalogue; whoever asks is told the one that the roles are of.
pub(super) async fn roles_are_made_changed_and_deleted(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let mut catalogues = vec![catalogue(&bed).await?];
    bed.clock.advance(TICK);
    let viewers = bed.define_role("Viewer", &["workspace:tasks.view", "workspace:files.view"], &[]).await?;
    catalogues.push(catalogue(&bed).await?);
    let mut expected: Vec<Role> = bed.world(bed.tenant.id).await?.access.roles;
    assert!(expected.contains(&viewers) && expected.len() == 4, "{expected:?}");
    assert_eq!(viewers.changed_at, bed.clock.now());
    let ann = bed.added("ann", &["Viewer"]).await?;
    assert!(holds(&bed, &ann.member, "workspace:files.view").await?);

    bed.clock.advance(TICK);
    let members = bed.role("Member").await?;
    let edited = bed.edit_role(viewers.id, "A viewer", &["workspace:tasks.view"], &[members]).await?;
    catalogues.push(catalogue(&bed).await?);
    expected.retain(|role| role.id != viewers.id);
    expected.push(edited.clone());
    expected.sort_by(|one, other| one.name.cmp(&other.name));
    let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    assert_eq!(tx.access().await?.roles, expected);
    drop(tx);
    assert_eq!((edited.id, &edited.includes), (viewers.id, &[members].into()));
    assert!(holds(&bed, &ann.member, "workspace:reports.view").await?, "whoever holds the role is given more at once");

    let unused = bed.define_role("Unused", &[], &[edited.id]).await?;
    catalogues.push(catalogue(&bed).await?);
    bed.membership.delete_role(&bed.as_administrator(), RoleOf { tenant: bed.tenant.id, role: unused.id }).await?;
    catalogues.push(catalogue(&bed).await?);
    assert_eq!(bed.adapter.directory.access(bed.tenant.id).await?.roles, expected);
    assert_eq!(catalogues.iter().collect::<BTreeSet<_>>().len(), 5, "no two states have one catalogue");
    Ok(())
}

/// The catalogue that the tenant has: the same whoever tells it.
async fn catalogue(bed: &Bed) -> Result<CatalogueId, Failure> {
    let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    let told = tx.tenant().await?.ok_or("there is no tenant")?.catalogue;
    drop(tx);
    let directory = &bed.adapter.directory;
    let found = directory.tenant(bed.tenant.id).await?.ok_or("there is no tenant")?.catalogue;
    let footing = directory.footing(bed.tenant.id, Who::Member(bed.member.id)).await?.ok_or("there is no member")?;
    assert_eq!((found, footing.catalogue), (told, told));
    Ok(told)
}

impl Bed {
    fn root_of(&self, tenant: &Tenant) -> Department {
        Department {
            id: DepartmentId::new(tenant.created_at, self.membership.entropy()),
            tenant: tenant.id,
            name: tenant.name.clone(),
            parent: None,
            place: -7,
            created_at: tenant.created_at,
        }
    }
}

async fn holds(bed: &Bed, member: &Member, permission: &str) -> Result<bool, Failure> {
    let question = Question { member: Some(member.id), permission: Permission::parse(permission)?, department: None };
    Ok(bed.membership.check(&bed.as_administrator(), bed.tenant.id, &question).await?)
}

/// Who holds a role is counted: whether or not it still counts, whether or not the member has joined or is shut out; not
/// whoever was removed, and not whoever has the role by another that includes it.
pub(super) async fn holders_are_counted(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let counted = bed.define_role("Counted", &[], &[]).await?.id;
    let including = bed.define_role("Including", &[], &[counted]).await?.id;
    let count = async |role| {
        let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
        Ok::<u64, Failure>(tx.holders_of(role).await?)
    };
    assert_eq!((count(counted).await?, count(including).await?), (0, 0));
    bed.somebody(Assignments::of_role(including)).await?;
    assert_eq!(count(counted).await?, 0);
    let over = [(Grant::Role(counted), Some(bed.clock.now() - TICK))].into_iter().collect();
    bed.somebody(over).await?;
    assert_eq!(count(counted).await?, 1);
    let (waiting, invitation) = bed.ready(Channel::Link(None), Inviter::Member(bed.member.id))?;
    let member = Member { assignments: Assignments::of_role(counted), ..waiting };
    bed.write(&[Event::MemberInvited { member, invitation }]).await?;
    let disabled = bed.somebody(Assignments::of_role(counted)).await?;
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&disabled)).await?;
    assert_eq!(count(counted).await?, 3);
    bed.membership.remove_member(&bed.as_administrator(), bed.target(&disabled), Heirs::default()).await?;
    assert_eq!((count(counted).await?, count(including).await?), (2, 1));
    let elsewhere = bed.found("Another Ltd", "otto").await?;
    let mut tx = bed.adapter.store.begin(Scope::Tenant(elsewhere.tenant.id)).await?;
    assert_eq!(tx.holders_of(counted).await?, 0, "in another tenant");
    Ok(())
}

/// Roles and single permissions, for good and until a moment, to the microsecond; each change of a member puts others in
/// their place, and whoever is removed holds none.
pub(super) async fn assignments_with_ends_are_read_back(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let now = bed.clock.now();
    let (member, manager) = (Grant::Role(bed.role("Member").await?), Grant::Role(bed.role("Member manager").await?));
    let permission = |text: &str| Ok::<_, Failure>(Grant::Permission(Permission::parse(text)?));
    let (files, reports) = (permission("workspace:files.share")?, permission("workspace:reports.export")?);
    let several: [Vec<(Grant, Until)>; 5] = [
        vec![
            (member.clone(), None),
            (manager.clone(), Some(now + TICK)),
            (files.clone(), None),
            (reports.clone(), Some(now)),
        ],
        vec![(member.clone(), Some(now)), (files.clone(), Some(now + TICK))],
        vec![],
        vec![(files, None)],
        vec![(manager, None), (member, None), (reports, Some(now - TICK))],
    ];
    let mut before = bed.somebody(Assignments::default()).await?;
    for given in several {
        let change = changed(&before, |member| member.assignments = given.into_iter().collect());
        before = change.member.clone();
        bed.write(&[Event::MemberEdited(change)]).await?;
        is_told_everywhere(&bed, &before).await?;
    }
    let change = MemberChange { member: before.clone().remove(before.epoch, now)?, before };
    let gone = change.member.clone();
    bed.write(&[Event::MemberRemoved { change, transfer: None }]).await?;
    assert!(gone.assignments.is_empty());
    is_told_everywhere(&bed, &gone).await
}

/// Every way to read a member gives `member`.
async fn is_told_everywhere(bed: &Bed, member: &Member) -> Outcome {
    assert_eq!(bed.stored(member.id).await?.as_ref(), Some(member));
    let (directory, tenant) = (&bed.adapter.directory, bed.tenant.id);
    let details = directory.member(tenant, member.id).await?.ok_or("it is not shown")?;
    assert_eq!(&details.row.member, member);
    let footing = directory.footing(tenant, Who::Member(member.id)).await?.ok_or("it stands nowhere")?;
    assert_eq!(&footing.member, member);
    let filter = MemberFilter { status: Some(member.status()), ..MemberFilter::default() };
    let rows = directory.members(tenant, &filter, Page { after: None, limit: 200 }).await?;
    assert!(rows.iter().any(|row| row.member == *member));
    assert!(bed.snapshot().await?.members.contains(member));
    Ok(())
}

/// Where a member stands is told by its account, unless it was removed or has none, and by its own id in every state; with
/// the state of the tenant at that moment.
pub(super) async fn footing_is_where_a_member_stands(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (directory, tenant) = (&bed.adapter.directory, bed.tenant.id);
    let waiting = bed.invite("waiting@example.org").await?.member;
    let enabled = bed.holder_of(&["Member"]).await?;
    let disabled = bed.holder_of(&["Member", "Member manager"]).await?;
    let disabled = bed.membership.disable_member(&bed.as_administrator(), bed.target(&disabled)).await?;
    let removed = bed.holder_of(&["Member"]).await?;
    let target = bed.target(&removed);
    let removed = bed.membership.remove_member(&bed.as_administrator(), target, Heirs::default()).await?.member;
    for (member, status) in [waiting, enabled, disabled, removed].into_iter().zip(MemberStatus::ALL) {
        let (status_of_tenant, catalogue) = (TenantStatus::Active, bed.tenant.catalogue);
        let expected = Footing {
            status: status_of_tenant,
            catalogue,
            tree: bed.tenant.tree,
            second_factor: Kinds::NONE,
            member: member.clone(),
            scope: None,
        };
        let found = directory.footing(tenant, Who::Member(member.id)).await?;
        assert_eq!((found.as_ref(), member.status()), (Some(&expected), status));
        if let Some(account) = member.account() {
            let here = (status != MemberStatus::Removed).then_some(expected);
            assert_eq!(directory.footing(tenant, Who::Account(account)).await?, here, "{status:?}");
        }
    }
    let suspended = bed.membership.suspend_tenant(&bed.as_administrator(), tenant).await?;
    assert_eq!(suspended.status, TenantStatus::Suspended);
    let footing = directory.footing(tenant, Who::Account(bed.administrator.id)).await?.ok_or("it stands nowhere")?;
    assert_eq!((footing.status, footing.member), (TenantStatus::Suspended, bed.member.clone()));
    bed.membership.resume_tenant(&bed.as_administrator(), tenant).await?;
    let nowhere = TenantId::new(bed.clock.now(), bed.membership.entropy());
    assert_eq!(directory.footing(nowhere, Who::Member(bed.member.id)).await?, None);
    Ok(())
}

/// Every switch in a position that is not the usual one.
fn unusual_policy() -> Result<Policy, Failure> {
    let word = |word: &str, tone| Ok::<_, Failure>(Word { word: DisplayName::parse(word)?, tone });
    Ok(Policy {
        existing_account: ExistingAccount::Join,
        invitation_validity: Validity::MAX,
        enrolment_window: Validity::MIN,
        max_people_per_call: 3,
        send: Sending::Later,
        reinvite_after: [Ending::Expired].into(),
        links_allowed: false,
        alphabet: Alphabet::International,
        allowed_domains: vec!["example.org".into(), "xn--bcher-kva.example".into()],
        disable_before_remove: true,
        second_factor: SecondFactor { required: true, kinds: [FactorKind::App].into_iter().collect() },
        words: Words {
            invitation: [(Stage::Ready, word("'READY' \"界\"", Tone::AmberGreen)?)].into(),
            member: [(MemberStatus::Disabled, word("Gesperrt", Tone::Red)?)].into(),
        },
    })
}

fn application(key: &str, actions: &[&str]) -> Result<Application, Failure> {
    let permissions = actions.iter().map(|action| {
        let permission = Permission::parse(&format!("{key}:{action}"))?;
        Ok(NamedPermission { permission, name: DisplayName::parse(&format!("{action}, übersetzt"))? })
    });
    let permissions = permissions.collect::<Result<_, Failure>>()?;
    Ok(Application { key: key.to_owned(), name: DisplayName::parse(&format!("The {key}"))?, permissions })
}
