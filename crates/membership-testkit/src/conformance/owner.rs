//! What belongs to an account: its links, its second factors, the sign-ins that wait for one, and the keys of its programs.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use membership_core::{
    account::{
        Account, AccountEmail, ApiKey, ApiKeySecret, Challenge, Factors, Kinds,
        address::{AddressChange, FormerAddress},
        factor::{App, Draft, recovery_codes},
        passkey::{CredentialId, Passkey},
        reset::ResetBy,
        session::Session,
    },
    event::{Event, FactorChange},
    id::{ApiKeyId, ChallengeId},
    member::Member,
    name::DisplayName,
    ports::{PasswordHash, Sealed},
    role::Permission,
    store::{Scope, StoreError},
};

use super::{Outcome, rows::address};
use crate::{Adapter, Bed, Failure};

impl Bed {
    async fn ann(&self) -> Result<(Member, Account), Failure> {
        let ann = self.join("ann@example.org").await?;
        Ok((ann.member, self.account(ann.account.id).await?))
    }

    fn key_of(
        &self,
        member: &Member,
        account: &Account,
        parent: Option<ApiKeyId>,
    ) -> Result<(ApiKey, ApiKeySecret), Failure> {
        let (now, entropy) = (self.clock.now(), self.membership.entropy());
        let secret = ApiKeySecret::fresh(entropy);
        let key = ApiKey {
            id: ApiKeyId::new(now, entropy),
            tenant: self.tenant.id,
            name: DisplayName::parse("Nächtlicher Export 界")?,
            secret: secret.hash(),
            member: member.id,
            account: account.id,
            epoch: 7,
            with: Kinds::APP,
            scope: [Permission::MEMBERS_READ, Permission::AUDIT_READ].into(),
            parent,
            made_at: now,
            ends_at: now + TimeDelta::days(1),
            revoked_at: None,
            used_at: None,
        };
        Ok((key, secret))
    }
}

/// Whatever the owner of an account may write of it reads back, by every event that writes it.
pub(super) async fn what_the_owner_writes_reads_back(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (_, account) = bed.ann().await?;
    let now = bed.clock.now();
    let asked = AddressChange { to: address("new@example.org")?, generation: 4_000_000_000, asked_at: now };
    let former = FormerAddress { address: address("old@example.org")?, generation: 3, until: now };
    let reset =
        account.clone().with_reset(ResetBy::Administrator { tenant: bed.tenant.id, member: bed.member.id }, now);
    let asking = Account { address_change: Some(asked), links: 4_000_000_000, ..reset.clone() };
    let email = Some(AccountEmail { address: address("new@example.org")?, proved_at: Some(now) });
    let changed = Account { email, former_address: Some(former), ..asking.clone().without_links() };
    let renamed = Account { name: DisplayName::parse("Ann, the other")?, ..changed.clone() };
    let rehashed = Account { password: Some(PasswordHash::from_phc("$other")), ..renamed.clone() };
    let by_owner = rehashed.clone().with_reset(ResetBy::Owner, now);
    let steps = [
        (Event::ResetIssued(reset.clone()), reset.clone()),
        (Event::AddressChangeAsked { account: asking.clone(), taken: false }, asking),
        (Event::AddressChanged { before: Box::new(reset), account: Box::new(changed.clone()) }, changed.clone()),
        (Event::ProfileEdited { before: Box::new(changed), account: Box::new(renamed.clone()) }, renamed),
        (Event::PasswordRehashed(rehashed.clone()), rehashed.clone()),
        (Event::ResetIssued(by_owner.clone()), by_owner),
        (Event::ResetRefused(rehashed.clone()), rehashed.clone()),
        (
            Event::PasswordReset(rehashed.clone().with_password(PasswordHash::from_phc("$new"))),
            rehashed.clone().with_password(PasswordHash::from_phc("$new")),
        ),
    ];
    for (event, expected) in steps {
        bed.commit(Scope::Account(account.id), std::slice::from_ref(&event)).await?;
        assert_eq!(bed.account(account.id).await?, expected, "{}", event.name());
        assert_eq!(bed.adapter.directory.account(account.id).await?, Some(expected));
    }
    let ended = bed.account(account.id).await?.without_keys();
    bed.commit(Scope::Account(account.id), &[Event::SessionsEnded(ended.clone())]).await?;
    let restored = Account { password: None, former_address: None, ..ended };
    bed.commit(Scope::Account(account.id), &[Event::AddressRestored(restored.clone())]).await?;
    let closed = Account { email: None, closed_at: Some(now), ..restored };
    bed.commit(Scope::Account(account.id), &[Event::AccountClosed(closed.clone())]).await?;
    assert_eq!(bed.account(account.id).await?, closed);
    Ok(())
}

/// An address that another account has proved is refused, whoever writes it; the account is as it was.
pub(super) async fn an_address_of_another_is_refused(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (_, ann) = bed.ann().await?;
    let bob = bed.join("bob@example.org").await?.account;
    let taken = Account { email: bob.email, ..ann.clone() };
    let event = Event::AddressChanged { before: Box::new(ann.clone()), account: Box::new(taken) };
    assert_eq!(bed.commit(Scope::Account(ann.id), &[event]).await, Err(StoreError::EmailTaken));
    assert_eq!(bed.account(ann.id).await?, ann);
    Ok(())
}

/// The second factors of an account read back, whatever they are, with the kinds that lists show.
pub(super) async fn second_factors_read_back(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (member, account) = bed.ann().await?;
    let none = Factors::none(account.id);
    let factors = async || bed.adapter.store.begin(Scope::Account(account.id)).await?.factors(account.id).await;
    assert_eq!(factors().await?, none);
    let now = bed.clock.now();
    let draft = Draft { secret: Sealed::from_bytes(vec![0, 255, 1]), shown_at: now };
    let app = App { secret: Sealed::from_bytes(vec![9; 80]), since: now, last_step: 60_000_001 };
    let (_, recovery) = recovery_codes(account.id, bed.membership.entropy());
    let passkey = |byte, used_at| Passkey {
        credential: CredentialId::from_bytes(vec![byte; 64]),
        name: account.name.clone(),
        key: r#"{"counter": 3, "key": "𝄞\"\\"}"#.to_owned(),
        since: now,
        epoch: u32::MAX,
        used_at,
    };
    let passkeys = vec![passkey(1, None), passkey(255, Some(now + TimeDelta::seconds(1)))];
    let all = Factors { email_since: Some(now), app: Some(app), passkeys, recovery, ..none.clone() };
    let stages = [
        (Factors { draft: Some(draft), ..none.clone() }, FactorChange::AppShown),
        (all.clone(), FactorChange::AppAdded),
        (Factors { app: None, recovery: Vec::new(), ..all.clone() }, FactorChange::AppRemoved),
        (Factors { email_since: None, app: None, ..all }, FactorChange::EmailRemoved),
        (none, FactorChange::EmailRemoved),
    ];
    for (expected, change) in stages {
        let account = Account { kinds: expected.kinds(), ..bed.account(account.id).await?.counting() };
        let kinds = account.kinds;
        let event = Event::FactorsChanged { account: account.clone(), factors: expected.clone(), change };
        bed.commit(Scope::Account(account.id), &[event]).await?;
        assert_eq!(factors().await?, expected);
        assert_eq!(bed.account(account.id).await?, account);
        let details = bed.adapter.directory.member(bed.tenant.id, member.id).await?.ok_or("no member")?;
        assert_eq!(details.row.kinds, kinds);
    }
    Ok(())
}

/// What an administrator does for a member is written with the tenant's audit, to the account that is held meanwhile.
pub(super) async fn an_administrator_writes_a_members_account(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (member, _) = bed.ann().await?;
    let id = member.account().ok_or("no account")?;
    let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    assert_eq!(tx.other_places(id).await?, 0);
    let account = tx
        .hold_account(id)
        .await?
        .ok_or("no account")?
        .with_reset(ResetBy::Administrator { tenant: bed.tenant.id, member: bed.member.id }, bed.clock.now());
    let events = [Event::MemberResetIssued { member: member.clone(), account: account.clone() }];
    tx.commit(&bed.as_administrator(), &events).await?;
    assert_eq!(bed.account(id).await?, account);

    let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    let held = tx.hold_account(id).await?.ok_or("no account")?;
    let factors = Factors { email_since: Some(bed.clock.now()), ..tx.factors(id).await? };
    let account = Account { kinds: factors.kinds(), ..held }.without_links().without_sessions();
    let events = [Event::MemberFactorsSwitched { member, account: account.clone(), factors: factors.clone() }];
    tx.commit(&bed.as_administrator(), &events).await?;
    assert_eq!((bed.account(id).await?, account.reset), (account, None));
    assert_eq!(bed.adapter.store.begin(Scope::Account(id)).await?.factors(id).await?, factors);
    let record =
        bed.adapter.directory.world(bed.tenant.id).await?.ok_or("no tenant")?.audit.pop().ok_or("no record")?;
    assert_eq!(record.name, "member.factors-switched");
    Ok(())
}

/// Proves: I-27, in part. What was out to open an account is dead as soon as a tenant shuts its member out.
pub(super) async fn links_die_when_a_member_is_shut_out(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (member, account) = bed.ann().await?;
    let change = AddressChange { to: address("new@example.org")?, generation: 1, asked_at: bed.clock.now() };
    let account = Account { address_change: Some(change), ..account.with_reset(ResetBy::Owner, bed.clock.now()) };
    bed.commit(Scope::Account(account.id), &[Event::ResetIssued(account.clone())]).await?;
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&member)).await?;
    let now = bed.account(account.id).await?;
    assert_eq!((now.reset, now.address_change, now.links), (None, None, account.links));
    Ok(())
}

/// An account that one transaction holds waits for nobody's reading, and lets no other hold it.
pub(super) async fn a_held_account_is_held(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (_, account) = bed.ann().await?;
    let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    let held = tx.hold_account(account.id).await?.ok_or("no account")?;
    assert_eq!(bed.adapter.directory.account(account.id).await?, Some(account.clone()));
    let waiting = {
        let (bed, id) = (bed.clone(), account.id);
        tokio::spawn(async move {
            let mut tx = bed.adapter.store.begin(Scope::Account(id)).await?;
            tx.account(id).await
        })
    };
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert!(!waiting.is_finished(), "it is held");
    let account = held.with_reset(ResetBy::Owner, bed.clock.now());
    tx.commit(&bed.as_administrator(), &[Event::ResetIssued(account.clone())]).await?;
    assert_eq!(waiting.await??, Some(account), "and is seen as it was left");
    Ok(())
}

/// A sign-in that waits is found by its key and by its id, counts its mails, and is answered once; what ends sessions ends it.
pub(super) async fn a_challenge_is_answered_once(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (_, account) = bed.ann().await?;
    let home = Scope::Account(account.id);
    let (challenge, key) = Challenge::start(&account, bed.clock.now(), bed.membership.entropy());
    bed.commit(home, &[Event::ChallengeStarted(challenge.clone())]).await?;
    let directory = &bed.adapter.directory;
    assert_eq!(directory.challenge(&key.hash()).await?, Some(challenge.clone()));
    let mailed = Challenge { mailed: 1, ..challenge.clone() };
    bed.commit(home, &[Event::ChallengeMailed(mailed.clone())]).await?;
    assert_eq!(directory.challenge_of(challenge.id).await?, Some(mailed.clone()));
    let mut tx = bed.adapter.store.begin(home).await?;
    assert_eq!(tx.challenge(challenge.id).await?, Some(mailed));
    drop(tx);
    let ended = Event::ChallengeEnded { challenge: challenge.id, account: account.id };
    bed.commit(home, std::slice::from_ref(&ended)).await?;
    let again = bed.commit(home, &[ended]).await;
    assert!(matches!(again, Err(StoreError::Raced { .. })), "{again:?}");
    assert_eq!(directory.challenge(&key.hash()).await?, None);
    let nobody = ChallengeId::new(bed.clock.now(), bed.membership.entropy());
    assert_eq!(directory.challenge_of(nobody).await?, None);

    let (second, key) = Challenge::start(&account, bed.clock.now(), bed.membership.entropy());
    bed.commit(home, &[Event::ChallengeStarted(second)]).await?;
    let over = bed.account(account.id).await?.without_sessions();
    bed.commit(home, &[Event::SessionsEnded(over)]).await?;
    assert_eq!(directory.challenge(&key.hash()).await?, None);
    Ok(())
}

/// The sessions of an account, newest first, with what is noted of their use.
pub(super) async fn sessions_are_listed_and_noted(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (_, account) = bed.ann().await?;
    let before = bed.adapter.directory.sessions(account.id).await?.len();
    let mut started: Vec<Session> = Vec::new();
    for with in [Kinds::NONE, Kinds::APP] {
        bed.clock.advance(TimeDelta::seconds(1));
        let (session, _) = Session::start(&account, with, &bed.as_anybody(), bed.membership.entropy());
        let session = Session { agent: Some("Browser \"界\"".to_owned()), ..session };
        bed.commit(Scope::Account(account.id), &[Event::SessionStarted(session.clone())]).await?;
        started.insert(0, session);
    }
    let used = bed.clock.now() + TimeDelta::minutes(7);
    let newest = started.first_mut().ok_or("no session")?;
    bed.adapter.traces.session_used(newest.id, used).await?;
    newest.used_at = used;
    // What comes late does not set it back.
    bed.adapter.traces.session_used(newest.id, used - TimeDelta::minutes(1)).await?;
    let listed = bed.adapter.directory.sessions(account.id).await?;
    assert_eq!((listed.len(), listed.starts_with(&started)), (before + 2, true), "{listed:?}");
    Ok(())
}

/// A key is found by its secret with its account, in its own tenant only; revoked, it is dead with those that it has made.
pub(super) async fn api_keys_are_found_and_revoked(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let (member, account) = bed.ann().await?;
    let (key, secret) = bed.key_of(&member, &account, None)?;
    bed.write(&[Event::ApiKeyMade(key.clone())]).await?;
    bed.clock.advance(TimeDelta::seconds(1));
    let (child, _) = bed.key_of(&member, &account, Some(key.id))?;
    let (other, _) = bed.key_of(&member, &account, None)?;
    bed.write(&[Event::ApiKeyMade(child.clone()), Event::ApiKeyMade(other.clone())]).await?;
    let (directory, now) = (&bed.adapter.directory, bed.clock.now());
    assert_eq!(directory.api_key(&secret.hash()).await?, Some((key.clone(), account.clone())));
    let elsewhere = bed.found("Elsewhere", "eve").await?.tenant.id;
    assert_eq!(directory.api_key_of(bed.tenant.id, key.id).await?, Some(key.clone()));
    assert_eq!(directory.api_key_of(elsewhere, key.id).await?, None);
    assert_eq!(bed.adapter.store.begin(Scope::Tenant(elsewhere)).await?.api_key(key.id).await?, None);
    assert_eq!(bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?.good_api_keys(now).await?, 3);
    let good = |keys: Vec<ApiKey>| keys.iter().map(|key| key.id).collect::<BTreeSet<_>>();
    assert_eq!(good(directory.api_keys(bed.tenant.id, now).await?), [key.id, child.id, other.id].into());
    assert_eq!(directory.api_keys(elsewhere, now).await?, []);

    bed.adapter.traces.api_key_used(key.id, now).await?;
    let revoked = ApiKey { revoked_at: Some(now), ..key.clone() };
    bed.write(&[Event::ApiKeyRevoked(revoked.clone())]).await?;
    let found = directory.api_key_of(bed.tenant.id, key.id).await?;
    assert_eq!(found, Some(ApiKey { used_at: Some(now), ..revoked }));
    let child_now = directory.api_key_of(bed.tenant.id, child.id).await?.ok_or("no key")?;
    assert_eq!(child_now.revoked_at, Some(now));
    assert_eq!(good(directory.api_keys(bed.tenant.id, now).await?), [other.id].into());
    assert_eq!(directory.api_keys(bed.tenant.id, other.ends_at).await?, [], "at their end");
    Ok(())
}

/// A tenant that wants a second factor says so wherever a member stands.
pub(super) async fn footing_tells_which_factor_is_wanted(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let mut policy = bed.tenant.policy.clone();
    policy.second_factor.required = true;
    policy.second_factor.kinds = Kinds::APP;
    let plan = bed.membership.plan_policy(&bed.as_administrator(), bed.tenant.id, policy.clone()).await?;
    bed.membership.change_policy(&bed.as_administrator(), bed.tenant.id, policy, plan.hash).await?;
    let who = membership_core::directory::Who::Member(bed.member.id);
    let footing = bed.adapter.directory.footing(bed.tenant.id, who).await?.ok_or("no footing")?;
    assert_eq!(footing.second_factor, Kinds::APP);
    Ok(())
}
