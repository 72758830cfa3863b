//! How the use cases talk to their ports when those fail, in the order in which they must.
#![expect(clippy::panic, reason = "tests fail by panicking")]

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use membership_core::{
    Membership, Parts,
    account::{
        Account, ApiKey, Challenge, Factors, Login, Session, SessionKeyHash, credential::KeyHash, sign_in::SignIn,
    },
    actor::Actor,
    audit::Record,
    context::Context,
    department::{Department, DepartmentUse, Departments, Headcount},
    directory::{
        Ancestor, Directory, Entrance, Footing, InvitationView, MemberDetails, MemberFilter, MemberRow, NominationView,
        Page, Place, RecordFilter, RecordOrder, Tally, Who,
    },
    email::EmailAddress,
    event::Event,
    id::{
        AccountId, ApiKeyId, ChallengeId, DepartmentId, ImportId, InvitationId, MemberId, NominationId, RequestId,
        RoleId, SessionId, TenantId, TransferId,
    },
    import::Import,
    installation::Installation,
    invariants::World,
    invitation::{Channel, Invitation, Inviter, State},
    link::{Link, Links, Purpose},
    member::{Member, transfer::Transfer},
    name::DisplayName,
    ports::{Entropy, HashingError, NoData, PasswordHash, PasswordHasher, Secret},
    refusal::Refusal,
    role::{Access, Grant},
    store::{Recognition, Scope, Store, StoreError, Tx},
    tenant::{Presets, Tenant, Validity, branding::Picture, representative::Nomination},
    traces::{Pace, TraceKey, Traces, Tries},
};
use membership_testkit::PlainSecrets;
use mockall::{mock, predicate::eq};
use uuid::Uuid;

mock! {
    Store {}
    #[async_trait]
    impl Store for Store {
        async fn begin(&self, scope: Scope) -> Result<Box<dyn Tx>, StoreError>;
    }
}

mock! {
    Transaction {}
    #[async_trait]
    impl Tx for Transaction {
        async fn installation(&mut self) -> Result<Installation, StoreError>;
        async fn tenant(&mut self) -> Result<Option<Tenant>, StoreError>;
        async fn access(&mut self) -> Result<Access, StoreError>;
        async fn departments(&mut self) -> Result<Vec<Department>, StoreError>;
        async fn department_use(&mut self, department: DepartmentId) -> Result<DepartmentUse, StoreError>;
        async fn members_in(&mut self, department: DepartmentId, limit: u16) -> Result<Vec<Member>, StoreError>;
        async fn holders_within(&mut self, department: DepartmentId, limit: u16) -> Result<Vec<Member>, StoreError>;
        async fn members_across(&mut self, top: DepartmentId) -> Result<Vec<(MemberId, Departments)>, StoreError>;
        async fn granted_within(&mut self, departments: &[DepartmentId]) -> Result<Vec<(Grant, membership_core::role::assignment::Until)>, StoreError>;
        async fn member(&mut self, member: MemberId) -> Result<Option<Member>, StoreError>;
        async fn member_of(&mut self, account: AccountId) -> Result<Option<Member>, StoreError>;
        async fn representative(&mut self) -> Result<Option<Member>, StoreError>;
        async fn members_at(&mut self, addresses: &[EmailAddress]) -> Result<Vec<Member>, StoreError>;
        async fn holders_of(&mut self, role: RoleId) -> Result<u64, StoreError>;
        async fn waiting(&mut self, after: Option<MemberId>, limit: u16) -> Result<Vec<(Member, Invitation)>, StoreError>;
        async fn transfer(&mut self, id: TransferId) -> Result<Option<Transfer>, StoreError>;
        async fn open_transfers(&mut self) -> Result<Vec<Transfer>, StoreError>;
        async fn nomination(&mut self) -> Result<Option<Nomination>, StoreError>;
        async fn invitation(&mut self, id: InvitationId) -> Result<Option<Invitation>, StoreError>;
        async fn account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError>;
        async fn hold_account(&mut self, id: AccountId) -> Result<Option<Account>, StoreError>;
        async fn factors(&mut self, id: AccountId) -> Result<Factors, StoreError>;
        async fn challenge(&mut self, id: ChallengeId) -> Result<Option<Challenge>, StoreError>;
        async fn api_key(&mut self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError>;
        async fn good_api_keys(&mut self, now: DateTime<Utc>) -> Result<u64, StoreError>;
        async fn other_places(&mut self, account: AccountId) -> Result<u64, StoreError>;
        async fn account_by_login(&mut self, login: &Login) -> Result<Option<Account>, StoreError>;
        async fn members_recognised(&mut self, keys: &Recognition) -> Result<Vec<Member>, StoreError>;
        async fn accounts_by_logins(&mut self, logins: &[Login]) -> Result<Vec<Account>, StoreError>;
        async fn import(&mut self, id: ImportId) -> Result<Option<Import>, StoreError>;
        async fn running_import(&mut self) -> Result<Option<ImportId>, StoreError>;
        async fn commit(self: Box<Self>, ctx: &Context, events: &[Event]) -> Result<(), StoreError>;
    }
}

mock! {
    Directory {}
    #[async_trait]
    impl Directory for Directory {
        async fn installation(&self) -> Result<Installation, StoreError>;
        async fn session(&self, key: &SessionKeyHash) -> Result<Option<(Session, Account)>, StoreError>;
        async fn sessions(&self, account: AccountId) -> Result<Vec<Session>, StoreError>;
        async fn challenge(&self, key: &KeyHash) -> Result<Option<Challenge>, StoreError>;
        async fn challenge_of(&self, challenge: ChallengeId) -> Result<Option<Challenge>, StoreError>;
        async fn api_key(&self, secret: &KeyHash) -> Result<Option<(ApiKey, Account)>, StoreError>;
        async fn api_key_of(&self, tenant: TenantId, key: ApiKeyId) -> Result<Option<ApiKey>, StoreError>;
        async fn api_keys(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<Vec<ApiKey>, StoreError>;
        async fn account(&self, account: AccountId) -> Result<Option<Account>, StoreError>;
        async fn account_by_login(&self, login: &Login) -> Result<Option<Account>, StoreError>;
        async fn places(&self, account: AccountId) -> Result<Vec<Place>, StoreError>;
        async fn tenant(&self, tenant: TenantId) -> Result<Option<Tenant>, StoreError>;
        async fn logo(&self, tenant: TenantId) -> Result<Option<Picture>, StoreError>;
        async fn lineage(&self, tenant: TenantId) -> Result<Vec<Ancestor>, StoreError>;
        async fn footing(&self, tenant: TenantId, who: Who) -> Result<Option<Footing>, StoreError>;
        async fn access(&self, tenant: TenantId) -> Result<Access, StoreError>;
        async fn departments(&self, tenant: TenantId) -> Result<Vec<(Department, Headcount)>, StoreError>;
        async fn tally(&self, tenant: TenantId, now: DateTime<Utc>) -> Result<Tally, StoreError>;
        async fn members(&self, tenant: TenantId, filter: &MemberFilter, page: Page<MemberId>) -> Result<Vec<MemberRow>, StoreError>;
        async fn member(&self, tenant: TenantId, member: MemberId) -> Result<Option<MemberDetails>, StoreError>;
        async fn entrances(&self, tenant: TenantId, members: &[MemberId]) -> Result<Vec<Entrance>, StoreError>;
        async fn meant(&self, tenant: TenantId, ids: &[Uuid]) -> Result<Vec<Member>, StoreError>;
        async fn transfers_due(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<(TenantId, TransferId)>, StoreError>;
        async fn open_transfers(&self, tenant: TenantId) -> Result<Vec<Transfer>, StoreError>;
        async fn nomination(&self, tenant: TenantId) -> Result<Option<Nomination>, StoreError>;
        async fn nomination_view(&self, tenant: TenantId, id: NominationId) -> Result<Option<NominationView>, StoreError>;
        async fn invitation(&self, tenant: TenantId, id: InvitationId) -> Result<Option<InvitationView>, StoreError>;
        async fn overdue(&self, now: DateTime<Utc>, limit: u32) -> Result<Vec<(TenantId, InvitationId)>, StoreError>;
        async fn audit(&self, scope: Scope, filter: &RecordFilter, order: RecordOrder, limit: u16) -> Result<Vec<Record>, StoreError>;
        async fn tenants(&self) -> Result<Vec<TenantId>, StoreError>;
        async fn world(&self, tenant: TenantId) -> Result<Option<World>, StoreError>;
    }
}

mock! {
    Hasher {}
    #[async_trait]
    impl PasswordHasher for Hasher {
        async fn hash(&self, password: Secret) -> Result<PasswordHash, HashingError>;
        async fn verify(&self, password: Secret, hash: Option<PasswordHash>) -> Result<bool, HashingError>;
        fn is_outdated(&self, hash: &PasswordHash) -> bool;
    }
}

mock! {
    Traces {}
    #[async_trait]
    impl Traces for Traces {
        async fn pace(&self, paces: &[Pace], now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError>;
        async fn tried(&self, tries: &[Tries], now: DateTime<Utc>) -> Result<bool, StoreError>;
        async fn tries(&self, keys: &[TraceKey]) -> Result<Vec<u32>, StoreError>;
        async fn forgive(&self, keys: &[TraceKey]) -> Result<(), StoreError>;
        async fn session_used(&self, session: SessionId, now: DateTime<Utc>) -> Result<(), StoreError>;
        async fn api_key_used(&self, key: ApiKeyId, now: DateTime<Utc>) -> Result<(), StoreError>;
        async fn sweep(&self, now: DateTime<Utc>, old: DateTime<Utc>, limit: u32) -> Result<u64, StoreError>;
    }
}

/// Traces that let everything happen.
fn patient() -> MockTraces {
    let mut traces = MockTraces::new();
    traces.expect_pace().returning(|_, _| Ok(None));
    traces.expect_tried().returning(|_, _| Ok(true));
    traces
}

struct Ones;

impl Entropy for Ones {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(1);
    }
}

struct Mocks {
    store: MockStore,
    directory: MockDirectory,
    hasher: MockHasher,
    traces: MockTraces,
}

impl Default for Mocks {
    fn default() -> Self {
        let mut hasher = MockHasher::new();
        hasher.expect_is_outdated().returning(|_| false);
        Self { store: MockStore::new(), directory: MockDirectory::new(), hasher, traces: patient() }
    }
}

impl Mocks {
    /// Nothing that is not expected may be called: a mock without expectations panics.
    fn membership(self) -> Membership {
        let presets = Presets::shipped("organization", Vec::new()).unwrap_or_else(|fault| panic!("{fault}"));
        Membership::new(Parts {
            store: Arc::new(self.store),
            directory: Arc::new(self.directory),
            entropy: Arc::new(Ones),
            passwords: Arc::new(self.hasher),
            known: Arc::new(PlainSecrets),
            sealer: Arc::new(PlainSecrets),
            codes: Arc::new(PlainSecrets),
            passkeys: Arc::new(membership_core::ports::NoPasskeys),
            traces: Arc::new(self.traces),
            custodian: Arc::new(NoData),
            imports: Arc::new(membership_testkit::MemoryStore::new()),
            links: links(),
            presets,
            product: "Example product".to_owned(),
            mail_is_on: true,
        })
    }
}

fn links() -> Links {
    Links::new([3; 32].into(), "https://members.example.org")
}

fn ctx(actor: Actor) -> Context {
    Context::new(actor, DateTime::UNIX_EPOCH, RequestId::from_uuid(Uuid::nil()))
}

fn down() -> StoreError {
    StoreError::Unavailable { detail: "connection refused".into() }
}

fn account(password: &str) -> Account {
    Account {
        password: Some(PasswordHash::from_phc(password)),
        ..Account::new(
            AccountId::from_uuid(Uuid::from_u128(1)),
            DisplayName::parse("Ann").unwrap_or_else(|fault| panic!("{fault}")),
            DateTime::UNIX_EPOCH,
        )
    }
}

fn sign_in() -> SignIn {
    SignIn { login: "ann".into(), password: Secret::new("correct horse battery") }
}

/// Proves A1 in part: a token that is not ours never reaches the store.
#[tokio::test]
async fn a_forged_link_costs_no_look_up() {
    let membership = Mocks::default().membership();
    let refused = membership.accept_invitation(&ctx(Actor::Anonymous), "mbi_forged").await.unwrap_err();
    assert_eq!(refused.code(), "link-unknown");
    let refused = membership.reject_invitation(&ctx(Actor::Anonymous), "mbs_forged").await.unwrap_err();
    assert_eq!(refused.code(), "link-unknown");
}

#[tokio::test]
async fn a_store_that_is_down_is_said_so_and_its_words_are_not() {
    let mut mocks = Mocks::default();
    let tenant = Uuid::from_u128(2);
    mocks.store.expect_begin().with(eq(Scope::Tenant(TenantId::from_uuid(tenant)))).times(1).returning(|_| Err(down()));
    let link = Link { purpose: Purpose::Invitation, tenant, subject: Uuid::from_u128(3), generation: 1 };
    let token = links().token(&link);
    let refused = mocks.membership().accept_invitation(&ctx(Actor::Anonymous), &token).await.unwrap_err();
    assert_eq!(refused.code(), "store-unavailable");
    assert!(!refused.to_string().contains("connection refused"), "{refused}");
}

/// Proves A47 in part: for a name that nobody has, the same look-up and the same hash are paid.
#[tokio::test]
async fn an_unknown_name_costs_a_hash_too() {
    let mut mocks = Mocks::default();
    mocks.directory.expect_account_by_login().times(1).returning(|_| Ok(None));
    mocks.hasher.expect_verify().withf(|_, hash| hash.is_none()).times(1).returning(|_, _| Ok(false));
    let refused = mocks.membership().sign_in(&ctx(Actor::Anonymous), sign_in()).await.unwrap_err();
    assert_eq!(refused.code(), "sign-in-failed");
}

#[tokio::test]
async fn a_password_changed_while_it_was_being_checked_opens_nothing() {
    let mut mocks = Mocks::default();
    mocks.directory.expect_account_by_login().returning(|_| Ok(Some(account("old"))));
    mocks.hasher.expect_verify().returning(|_, _| Ok(true));
    mocks.store.expect_begin().returning(|_| {
        let mut tx = MockTransaction::new();
        tx.expect_account().returning(|_| Ok(Some(account("new"))));
        tx.expect_commit().times(0);
        Ok(Box::new(tx))
    });
    let refused = mocks.membership().sign_in(&ctx(Actor::Anonymous), sign_in()).await.unwrap_err();
    assert_eq!(refused.code(), "sign-in-failed");
}

/// Proves A64 in part: a try is counted before it is made, and what has had its most costs no hash.
#[tokio::test]
async fn a_frozen_password_costs_no_hash() {
    let mut mocks = Mocks { traces: MockTraces::new(), ..Mocks::default() };
    mocks.directory.expect_account_by_login().returning(|_| Ok(Some(account("hash"))));
    mocks.traces.expect_pace().times(1).returning(|_, _| Ok(None));
    mocks.traces.expect_tried().times(1).returning(|_, _| Ok(false));
    let refused = mocks.membership().sign_in(&ctx(Actor::Anonymous), sign_in()).await.unwrap_err();
    assert_eq!(refused.code(), "factor-frozen");
}

/// A password that is right is hashed anew once hashing has become dearer, and that is written with the session.
#[tokio::test]
async fn an_outdated_hash_is_renewed_at_sign_in() {
    let mut mocks = Mocks { hasher: MockHasher::new(), traces: MockTraces::new(), ..Mocks::default() };
    mocks.traces.expect_pace().returning(|_, _| Ok(None));
    mocks.traces.expect_tried().returning(|_, _| Ok(true));
    mocks.traces.expect_forgive().times(1).returning(|_| Ok(()));
    mocks.directory.expect_account_by_login().returning(|_| Ok(Some(account("cheap"))));
    mocks.hasher.expect_verify().returning(|_, _| Ok(true));
    mocks.hasher.expect_is_outdated().times(1).returning(|hash| hash.as_phc() == "cheap");
    mocks.hasher.expect_hash().times(1).returning(|_| Ok(PasswordHash::from_phc("dear")));
    mocks.store.expect_begin().returning(|_| {
        let mut tx = MockTransaction::new();
        tx.expect_account().returning(|_| Ok(Some(account("cheap"))));
        let renewed = |event: &Event| matches!(event, Event::PasswordRehashed(account) if account.password == Some(PasswordHash::from_phc("dear")));
        tx.expect_commit()
            .withf(move |_, events| matches!(events, [first, Event::SessionStarted(_)] if renewed(first)))
            .times(1)
            .returning(|_, _| Ok(()));
        Ok(Box::new(tx))
    });
    assert!(mocks.membership().sign_in(&ctx(Actor::Anonymous), sign_in()).await.is_ok());
}

#[tokio::test]
async fn a_full_gate_is_told_as_busy() {
    let mut mocks = Mocks::default();
    mocks.directory.expect_account_by_login().returning(|_| Ok(None));
    mocks.hasher.expect_verify().returning(|_, _| Err(HashingError::Busy));
    let refused = mocks.membership().sign_in(&ctx(Actor::Anonymous), sign_in()).await.unwrap_err();
    assert_eq!(refused.code(), "busy");
}

#[tokio::test]
async fn no_key_is_given_out_when_the_commit_fails() {
    let mut mocks = Mocks::default();
    mocks.directory.expect_account_by_login().returning(|_| Ok(Some(account("hash"))));
    mocks.hasher.expect_verify().returning(|_, _| Ok(true));
    mocks.store.expect_begin().returning(|_| {
        let mut tx = MockTransaction::new();
        tx.expect_account().returning(|_| Ok(Some(account("hash"))));
        tx.expect_commit()
            .withf(|_, events| matches!(events, [Event::SessionStarted(_)]))
            .times(1)
            .returning(|_, _| Err(down()));
        Ok(Box::new(tx))
    });
    let refused = mocks.membership().sign_in(&ctx(Actor::Anonymous), sign_in()).await.unwrap_err();
    assert_eq!(refused.code(), "store-unavailable");
}

/// Proves I-42 in part: a refused use case ends without a commit; the mock would not take one.
#[tokio::test]
async fn a_refusal_commits_nothing() {
    let mut mocks = Mocks::default();
    mocks.store.expect_begin().returning(|_| {
        let mut tx = MockTransaction::new();
        tx.expect_tenant().returning(|| Ok(None));
        tx.expect_invitation().returning(|_| Ok(None));
        tx.expect_commit().times(0);
        Ok(Box::new(tx))
    });
    let link =
        Link { purpose: Purpose::Invitation, tenant: Uuid::from_u128(2), subject: Uuid::from_u128(3), generation: 1 };
    let token = links().token(&link);
    let refused = mocks.membership().accept_invitation(&ctx(Actor::Anonymous), &token).await.unwrap_err();
    assert_eq!(refused.code(), "link-unknown");
}

fn overdue(id: InvitationId) -> Invitation {
    Invitation {
        id,
        tenant: TenantId::from_uuid(Uuid::from_u128(2)),
        member: MemberId::from_uuid(Uuid::from_u128(4)),
        inviter: Inviter::Member(MemberId::from_uuid(Uuid::from_u128(5))),
        channel: Channel::Link(None),
        generation: 1,
        validity: Validity::MIN,
        created_at: DateTime::UNIX_EPOCH,
        sent_at: Some(DateTime::UNIX_EPOCH),
        opened_at: None,
        state: State::Invited { expires_at: DateTime::UNIX_EPOCH },
    }
}

/// The sweeper is not held up by the one record that it cannot read, although that is always the first in its list.
#[tokio::test]
async fn a_damaged_invitation_does_not_keep_others_from_expiring() {
    let mut mocks = Mocks::default();
    let [damaged, sound] = [6, 7].map(|id| InvitationId::from_uuid(Uuid::from_u128(id)));
    let tenant = TenantId::from_uuid(Uuid::from_u128(2));
    mocks.directory.expect_overdue().returning(move |_, _| Ok(vec![(tenant, damaged), (tenant, sound)]));
    mocks.store.expect_begin().times(2).returning(move |_| {
        let mut tx = MockTransaction::new();
        tx.expect_invitation().returning(move |id| {
            let corrupt = || StoreError::Corrupt { detail: "damaged".into() };
            if id == damaged { Err(corrupt()) } else { Ok(Some(overdue(id))) }
        });
        tx.expect_commit().times(0..=1).returning(|_, _| Ok(()));
        Ok(Box::new(tx))
    });
    assert_eq!(mocks.membership().expire_invitations(&ctx(Actor::System), 500).await, Ok(1));
}
