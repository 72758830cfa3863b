//! What a store refuses by itself, whoever asks: the right error, and nothing changed. Each commit begins with an event
//! that is in order, which must go down with the other.

use membership_core::{
    account::{Account, Kinds, Login, Session, SessionKeyHash},
    event::{Event, MemberChange},
    id::{CatalogueId, MemberId, NominationId, RoleId, SessionId},
    member::{Member, MemberState},
    name::{DisplayName, Username},
    role::{Assignments, PermissionSet, Role},
    store::{Scope, StoreError},
    tenant::{
        Tenant, TenantStatus,
        representative::{Answer, Nomination, OFFER},
    },
};

use super::{
    Outcome,
    rows::{address, changed},
};
use crate::{Adapter, Bed, Failure};

/// Proves: X-5, for usernames: they are unique in the whole installation.
pub(super) async fn a_username_that_is_taken(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let second = bed.account_named("root")?;
    let refused = bed.refused(Event::AccountRegistered(second.clone())).await?;
    assert_eq!(refused, StoreError::UsernameTaken);
    let elsewhere = bed.commit(Scope::Account(second.id), &[Event::AccountRegistered(second)]).await;
    assert_eq!(elsewhere, Err(StoreError::UsernameTaken));
    let login = Login::Username(Username::parse("root")?);
    assert_eq!(bed.adapter.directory.account_by_login(&login).await?, Some(bed.administrator.clone()));
    Ok(())
}

/// Proves: I-28, and X-5 for addresses. One is proved by one account; claims are no obstacle, until they are proved.
pub(super) async fn an_address_that_another_account_has_proved(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let owner = bed.account_at("ann@example.org", true)?;
    let claimant = bed.account_at("ann@example.org", false)?;
    bed.write(&[Event::AccountRegistered(claimant.clone()), Event::AccountRegistered(owner.clone())]).await?;
    let second = bed.account_at("ann@example.org", true)?;
    assert_eq!(bed.refused(Event::AccountRegistered(second.clone())).await?, StoreError::EmailTaken);
    let proved = Account { email: second.email, ..claimant };
    assert_eq!(bed.refused(Event::AddressProved(proved)).await?, StoreError::EmailTaken);
    let login = Login::Email(address("ann@example.org")?);
    assert_eq!(bed.adapter.directory.account_by_login(&login).await?, Some(owner));
    Ok(())
}

/// Proves: I-14, in part: one member for an address, until that member is removed.
pub(super) async fn an_address_that_another_member_has(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let removed = MemberState::Removed { account: None, joined_at: None, removed_at: bed.clock.now() };
    let email = Some(address("ann@example.org")?);
    let gone = Member { email: email.clone(), ..bed.member_in(removed)? };
    let first = bed.membership_of_somebody_new().await?;
    let first = Member { email: email.clone(), ..first };
    bed.write(&[Event::MemberAdded(gone), Event::MemberAdded(first)]).await?;
    let second = Member { email, ..bed.membership_of_somebody_new().await? };
    bed.raced(Event::MemberAdded(second)).await
}

/// Proves: I-14, in part: an account is a member of a tenant once.
pub(super) async fn a_second_membership_of_an_account(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let account = bed.administrator.id;
    let second = bed.member_in(MemberState::Enabled { account, joined_at: bed.clock.now() })?;
    bed.raced(Event::MemberAdded(second)).await
}

/// Proves: I-1, in part: a tenant has no second representative.
pub(super) async fn a_second_representative(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let second = bed.membership_of_somebody_new().await?;
    let assignments = Assignments::of_role(bed.role("Administrator").await?);
    bed.raced(Event::MemberAdded(Member { representative: true, assignments, ..second })).await
}

/// Proves: I-11, in part: a member holds roles of its own tenant only.
pub(super) async fn a_role_of_another_tenant(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let foreign = bed.adapter.directory.access(other.tenant.id).await?.roles;
    let member = bed.membership_of_somebody_new().await?;
    let assignments = Assignments::of_role(foreign.first().ok_or("the tenant has no roles")?.id);
    bed.refused(Event::MemberAdded(Member { assignments, ..member })).await?;
    Ok(())
}

/// A tenant's roles have names of their own; another tenant's are no obstacle.
pub(super) async fn a_role_name_that_is_taken(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let role = bed.blank_role("Member")?;
    bed.raced(Event::RoleDefined { role: role.clone(), catalogue: bed.catalogue() }).await?;
    let fine = Role { name: DisplayName::parse("Guest")?, ..role };
    bed.write(&[Event::RoleDefined { role: fine.clone(), catalogue: bed.catalogue() }]).await?;
    let edited = Role { name: DisplayName::parse("Member")?, ..fine.clone() };
    let (before, catalogue) = (Box::new(fine.clone()), bed.catalogue());
    bed.raced(Event::RoleEdited { before, role: Box::new(edited), catalogue }).await?;
    let elsewhere = Role { tenant: other.tenant.id, ..bed.blank_role("Guest")? };
    let event = Event::RoleDefined { role: elsewhere, catalogue: bed.catalogue() };
    bed.commit(Scope::Tenant(other.tenant.id), &[event]).await?;
    Ok(())
}

/// Proves: I-11, in part: a role includes roles of its own tenant only.
pub(super) async fn an_include_of_another_tenant(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let foreign = bed.adapter.directory.access(other.tenant.id).await?.roles;
    let foreign = foreign.first().ok_or("the tenant has no roles")?.id;
    let role = Role { includes: [foreign].into(), ..bed.blank_role("Guest")? };
    bed.refused(Event::RoleDefined { role, catalogue: bed.catalogue() }).await?;
    Ok(())
}

/// A role that somebody holds, or that another role includes, is not deleted.
pub(super) async fn a_role_that_is_in_use(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let included = bed.define_role("Included", &[], &[]).await?;
    let including = bed.define_role("Including", &[], &[included.id]).await?;
    let held = bed.define_role("Held", &[], &[]).await?;
    let holder = bed.somebody(Assignments::of_role(held.id)).await?;
    for role in [included.clone(), held.clone()] {
        bed.refused(Event::RoleDeleted { role, catalogue: bed.catalogue() }).await?;
    }
    bed.write(&[Event::RoleDeleted { role: including, catalogue: bed.catalogue() }]).await?;
    let change = changed(&holder, |member| member.assignments = Assignments::default());
    bed.write(&[Event::MemberEdited(change)]).await?;
    for role in [included, held] {
        bed.write(&[Event::RoleDeleted { role, catalogue: bed.catalogue() }]).await?;
    }
    Ok(())
}

/// Proves: I-11, in part: somebody who holds a role that is not there (any more) is no member.
pub(super) async fn a_role_that_was_deleted(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let role = bed.define_role("Guest", &[], &[]).await?;
    let id = role.id;
    bed.write(&[Event::RoleDeleted { role, catalogue: bed.catalogue() }]).await?;
    let member = bed.holder_of(&["Member"]).await?;
    let change = changed(&member, |member| member.assignments = Assignments::of_role(id));
    bed.refused(Event::MemberEdited(change)).await?;
    assert_eq!(bed.stored(member.id).await?, Some(member));
    Ok(())
}

/// One offer waits at a time.
pub(super) async fn a_second_offer(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let [one, two] = [bed.holder_of(&["Administrator"]).await?, bed.holder_of(&["Administrator"]).await?];
    bed.membership.nominate(&bed.as_administrator(), bed.target(&one)).await?;
    bed.raced(Event::RepresentativeNominated(bed.offer_to(two.id))).await
}

/// Proves: I-11, in part: an offer is to a member of its own tenant, and a hand-over for one.
pub(super) async fn a_member_of_another_tenant(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.found("Another Ltd", "otto").await?;
    bed.refused(Event::RepresentativeNominated(bed.offer_to(other.member.id))).await?;
    let gone = bed.holder_of(&["Member"]).await?;
    let transfer = bed.transfer_of(&gone, &[("files", 1, other.member.id)], bed.clock.now())?;
    let change = MemberChange { member: gone.clone().remove(0, bed.clock.now())?, before: gone };
    bed.refused(Event::MemberRemoved { change, transfer: Some(transfer) }).await?;
    let foreign = changed(&other.member, |member| member.tenant = bed.tenant.id);
    bed.refused(Event::MemberEdited(foreign)).await?;
    Ok(())
}

/// A tenant of another is refused in a transaction about one, whatever the event.
pub(super) async fn an_event_of_another_tenant(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let before = bed.world(other.tenant.id).await?;
    let change = changed(&other.member, |member| member.assignments = Assignments::default());
    let suspended = Tenant { status: TenantStatus::Suspended, ..other.tenant };
    for event in [Event::MemberEdited(change), Event::TenantSuspended(suspended)] {
        let refused = bed.refused(event).await?;
        assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused:?}");
    }
    assert_eq!(bed.world(before.tenant.id).await?, before);
    Ok(())
}

/// Two sessions never open with one key.
pub(super) async fn a_session_key_that_is_there_already(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (first, _) = Session::start(&bed.administrator, Kinds::NONE, &bed.as_anybody(), bed.membership.entropy());
    bed.commit(Scope::Account(first.account), &[Event::SessionStarted(first.clone())]).await?;
    let id = SessionId::new(bed.clock.now(), bed.membership.entropy());
    bed.raced(Event::SessionStarted(Session { id, ..first.clone() })).await?;
    let found = bed.adapter.directory.session(&SessionKeyHash::from_bytes(*first.key.as_bytes())).await?;
    assert_eq!(found.map(|(session, _)| session), Some(first));
    Ok(())
}

impl Bed {
    /// Commits `event` after one that is in order, and gives the refusal.
    async fn refused(&self, event: Event) -> Result<StoreError, Failure> {
        let before = self.snapshot().await?;
        let innocent = self.blank_account()?;
        let id = innocent.id;
        let refused = self.write(&[Event::AccountRegistered(innocent), self.quiet_invitation()?, event]).await;
        assert_eq!(self.snapshot().await?, before, "a refused commit changes nothing");
        let left = self.adapter.store.begin(Scope::Account(id)).await?.account(id).await?;
        assert_eq!(left, None, "a refused commit changes nothing");
        refused.err().ok_or_else(|| "it was not refused".into())
    }

    async fn raced(&self, event: Event) -> Outcome {
        let refused = self.refused(event).await?;
        assert!(matches!(refused, StoreError::Raced { .. }), "{refused:?}");
        Ok(())
    }

    fn catalogue(&self) -> CatalogueId {
        CatalogueId::new(self.clock.now(), self.membership.entropy())
    }

    fn blank_role(&self, name: &str) -> Result<Role, Failure> {
        Ok(Role {
            id: RoleId::new(self.clock.now(), self.membership.entropy()),
            tenant: self.tenant.id,
            name: DisplayName::parse(name)?,
            permissions: PermissionSet::default(),
            includes: [].into(),
            administrator: false,
            changed_at: self.clock.now(),
        })
    }

    fn offer_to(&self, nominee: MemberId) -> Nomination {
        Nomination {
            id: NominationId::new(self.clock.now(), self.membership.entropy()),
            tenant: self.tenant.id,
            nominator: self.member.id,
            nominee,
            address: None,
            made_at: self.clock.now(),
            expires_at: OFFER.end(self.clock.now()),
            answer: Answer::None,
        }
    }

    pub(super) async fn membership_of_somebody_new(&self) -> Result<Member, Failure> {
        let account = self.blank_account()?;
        let joined_at = self.clock.now();
        let member = self.member_in(MemberState::Enabled { account: account.id, joined_at })?;
        self.write(&[Event::AccountRegistered(account)]).await?;
        Ok(member)
    }
}
