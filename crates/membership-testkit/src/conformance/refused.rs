//! What a store refuses by itself, whoever asks: the right error, and nothing changed. Each commit begins with an event
//! that is in order, which must go down with the other.

use membership_core::{
    account::{Account, Login, Session, SessionKeyHash},
    event::Event,
    id::SessionId,
    member::{Member, MemberState},
    name::Username,
    store::{Scope, StoreError},
};

use super::{Outcome, rows::address};
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
    let roles = [bed.role("Tenant administrator").await?].into();
    bed.raced(Event::MemberAdded(Member { representative: true, roles, ..second })).await
}

/// Proves: I-11, in part: a member holds roles of its own tenant only.
pub(super) async fn a_role_of_another_tenant(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let foreign = bed.adapter.directory.roles(other.tenant.id).await?;
    let member = bed.membership_of_somebody_new().await?;
    let roles = foreign.iter().take(1).map(|role| role.id).collect();
    bed.refused(Event::MemberAdded(Member { roles, ..member })).await?;
    Ok(())
}

/// Two sessions never open with one key.
pub(super) async fn a_session_key_that_is_there_already(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (first, _) = Session::start(bed.administrator.id, bed.clock.now(), bed.membership.entropy());
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

    async fn membership_of_somebody_new(&self) -> Result<Member, Failure> {
        let account = self.blank_account()?;
        let joined_at = self.clock.now();
        let member = self.member_in(MemberState::Enabled { account: account.id, joined_at })?;
        self.write(&[Event::AccountRegistered(account)]).await?;
        Ok(member)
    }
}
