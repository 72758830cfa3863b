#[path = "audit_tests/imports.rs"]
mod imports;
#[path = "audit_tests/tenants.rs"]
mod tenants;

use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::{
    account::{
        Account, AccountEmail, ApiKey, Challenge, Factors, Kinds, Session, SessionKeyHash,
        address::{AddressChange, FormerAddress},
        factor::{App, RecoveryHash},
        reset::ResetBy,
    },
    department::{Department, Departments},
    email::EmailAddress,
    event::{DepartmentChange, FactorChange, MemberChange},
    id::{
        AccountId, ApiKeyId, CatalogueId, ChallengeId, DepartmentId, InvitationId, MemberId, NominationId, RoleId,
        SessionId, TenantId, TransferId, TreeId,
    },
    installation::Installation,
    invitation::{Channel, Invitation, Inviter, State},
    language::Language,
    lifecycle::Stage,
    member::{
        Member, MemberState,
        transfer::{Share, Transfer, TransferState},
    },
    name::{DisplayName, Username},
    ports::{Holding, PasswordHash, Sealed},
    role::{Access, Application, Assignment, Assignments, Grant, NamedPermission, Permission, Role},
    tenant::{
        Branding, Policy, Tenant, TenantStatus, Validity,
        policy::{Tone, Word, Words},
        representative::{Answer, Nomination},
    },
};

fn moment(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + secs, 123_456_000).unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn account() -> Account {
    Account {
        username: Some(Username::parse("ann").unwrap()),
        email: Some(AccountEmail {
            address: EmailAddress::from_canonical("ann@example.org").unwrap(),
            proved_at: Some(moment(1)),
        }),
        password: Some(PasswordHash::from_phc("$argon2id$SECRET")),
        ..Account::new(AccountId::from_uuid(id(5)), DisplayName::parse("Ann Example").unwrap(), moment(0))
    }
}

fn tenant() -> Tenant {
    Tenant {
        id: TenantId::from_uuid(id(2)),
        name: DisplayName::parse("Acme").unwrap(),
        status: TenantStatus::Active,
        parent: Some(TenantId::from_uuid(id(20))),
        branding: Branding::default(),
        preset: "organization".to_owned(),
        policy: policy(),
        catalogue: CatalogueId::from_uuid(id(21)),
        tree: TreeId::from_uuid(id(30)),
        created_at: moment(0),
    }
}

fn policy() -> Policy {
    let word = Word { word: DisplayName::parse("COMPLETED").unwrap(), tone: Tone::Green };
    let words = Words { invitation: [(Stage::Joined, word)].into(), ..Words::default() };
    Policy { allowed_domains: vec!["example.org".into()], words, ..Policy::default() }
}

fn access() -> Access {
    let named = |permission: Permission| NamedPermission { permission, name: DisplayName::parse("Do it").unwrap() };
    let application = Application {
        key: "membership".to_owned(),
        name: DisplayName::parse("Members").unwrap(),
        permissions: Permission::OWN.into_iter().map(named).collect(),
    };
    Access { applications: vec![application], roles: vec![role()] }
}

fn change() -> MemberChange {
    let enabled = MemberState::Enabled { account: account().id, joined_at: moment(9) };
    let before = Member { state: enabled, ..member() };
    let state = MemberState::Disabled { account: account().id, joined_at: moment(9), disabled_at: moment(10) };
    MemberChange { member: Member { state, epoch: 1, ..before.clone() }, before }
}

fn transfer(state: TransferState) -> Transfer {
    Transfer {
        id: TransferId::from_uuid(id(22)),
        tenant: tenant().id,
        member: member().id,
        account: account().id,
        shares: vec![Share {
            holding: Holding { kind: "video/recordings".into(), name: "Recordings".into(), count: 3 },
            heir: MemberId::from_uuid(id(4)),
            done_at: None,
        }],
        heir: MemberId::from_uuid(id(4)),
        begun_at: moment(11),
        attempts: 1,
        trouble: Some("video does not answer".into()),
        state,
    }
}

fn nomination(answer: Answer) -> Nomination {
    Nomination {
        id: NominationId::from_uuid(id(23)),
        tenant: tenant().id,
        nominator: MemberId::from_uuid(id(4)),
        nominee: member().id,
        address: member().email,
        made_at: moment(12),
        expires_at: moment(259_212),
        answer,
    }
}

fn role() -> Role {
    Role {
        id: RoleId::from_uuid(id(6)),
        tenant: tenant().id,
        name: DisplayName::parse("Administrator").unwrap(),
        permissions: Permission::OWN.into_iter().collect(),
        includes: [RoleId::from_uuid(id(24))].into(),
        administrator: true,
        changed_at: moment(0),
    }
}

fn member() -> Member {
    Member {
        id: MemberId::from_uuid(id(3)),
        tenant: tenant().id,
        name: DisplayName::parse("Ann Example").unwrap(),
        email: Some(EmailAddress::from_canonical("ann@example.org").unwrap()),
        username: None,
        language: Some(Language::parse("pt-BR").unwrap()),
        assignments: assignments(),
        departments: Departments::stored([id(32), id(31)].map(DepartmentId::from_uuid), []),
        representative: false,
        creator: Some(MemberId::from_uuid(id(4))),
        created_at: moment(0),
        epoch: 0,
        state: MemberState::NotJoined { invitation: InvitationId::from_uuid(id(1)) },
    }
}

fn administrator() -> ResetBy {
    ResetBy::Administrator { tenant: tenant().id, member: MemberId::from_uuid(id(4)) }
}

fn department(own: u128, parent: Option<u128>) -> Department {
    Department {
        id: DepartmentId::from_uuid(id(own)),
        tenant: tenant().id,
        name: DisplayName::parse(&format!("Department {own}")).unwrap(),
        parent: parent.map(|parent| DepartmentId::from_uuid(id(parent))),
        place: -5,
        created_at: moment(0),
    }
}

fn department_events() -> Vec<Event> {
    vec![
        Event::DepartmentCreated(Box::new(DepartmentChange { before: None, ..department_change() })),
        Event::DepartmentRenamed(Box::new(DepartmentChange { siblings: vec![], ..department_change() })),
        Event::DepartmentMoved(Box::new(department_change())),
        Event::DepartmentDeleted { department: department(32, Some(31)), tree: tenant().tree },
    ]
}

fn department_change() -> DepartmentChange {
    DepartmentChange {
        before: Some(department(32, Some(31))),
        department: Department { name: DisplayName::parse("Sales").unwrap(), ..department(32, Some(33)) },
        siblings: vec![department(34, Some(33))],
        lineages: vec![],
        members: vec![],
        tree: tenant().tree,
    }
}

fn assignments() -> Assignments {
    let single = (Grant::Permission(Permission::AUDIT_READ), Some(moment(1_000)));
    let limited = Assignment {
        within: Some(DepartmentId::from_uuid(id(32))),
        ..Assignment::of(Grant::Permission(Permission::MEMBERS_READ))
    };
    [Assignment::of(Grant::Role(role().id)), single.into(), limited].into_iter().collect()
}

fn invitation(state: State) -> Invitation {
    Invitation {
        id: InvitationId::from_uuid(id(1)),
        tenant: tenant().id,
        member: member().id,
        inviter: Inviter::Member(MemberId::from_uuid(id(4))),
        channel: Channel::Mail(EmailAddress::from_canonical("ann@example.org").unwrap()),
        generation: 1,
        validity: Validity::THREE_DAYS,
        created_at: moment(0),
        sent_at: Some(moment(0)),
        opened_at: None,
        state,
    }
}

fn session() -> Session {
    Session {
        id: SessionId::from_uuid(id(7)),
        account: account().id,
        key: SessionKeyHash::from_bytes([42; 32]),
        epoch: 0,
        started_at: moment(0),
        ends_at: moment(43_200),
        used_at: moment(0),
        with: Kinds::APP,
        agent: Some("curl/8".to_owned()),
    }
}

fn factors() -> Factors {
    let secret = Sealed::from_bytes(b"SECRET".to_vec());
    Factors {
        app: Some(App { secret, since: moment(1), last_step: 60_000_000 }),
        recovery: vec![RecoveryHash::from_bytes([42; 32])],
        ..Factors::none(account().id)
    }
}

fn challenge() -> Challenge {
    Challenge {
        id: ChallengeId::from_uuid(id(30)),
        account: account().id,
        key: SessionKeyHash::from_bytes([42; 32]),
        epoch: 0,
        started_at: moment(0),
        ends_at: moment(600),
        mailed: 1,
        address: account().proved_email().cloned(),
    }
}

fn api_key() -> ApiKey {
    ApiKey {
        id: ApiKeyId::from_uuid(id(31)),
        tenant: tenant().id,
        name: DisplayName::parse("Nightly export").unwrap(),
        secret: SessionKeyHash::from_bytes([42; 32]),
        member: member().id,
        account: account().id,
        epoch: 0,
        with: Kinds::APP,
        scope: [Permission::MEMBERS_READ].into(),
        parent: None,
        made_at: moment(0),
        ends_at: moment(86_400),
        revoked_at: None,
        used_at: None,
    }
}

/// One event of each kind that is about an account.
fn own_events() -> Vec<Event> {
    let reset = account().with_reset(ResetBy::Owner, moment(2));
    let to = EmailAddress::from_canonical("new@example.org").unwrap();
    let asked = AddressChange { to, generation: 2, asked_at: moment(2) };
    let asking = Account { address_change: Some(asked), ..account() };
    let former = FormerAddress { address: account().proved_email().cloned().unwrap(), generation: 3, until: moment(3) };
    let changed = Account { former_address: Some(former), ..account() };
    let with_app = Account { kinds: Kinds::APP, ..account() };
    vec![
        Event::PasswordRehashed(account()),
        Event::ResetIssued(reset),
        Event::ResetRefused(account()),
        Event::PasswordReset(account()),
        Event::AddressChangeAsked { account: asking, taken: false },
        Event::AddressChanged { before: Box::new(account()), account: Box::new(changed) },
        Event::AddressRestored(account()),
        Event::ProfileEdited { before: Box::new(account()), account: Box::new(account()) },
        Event::SessionsEnded(account()),
        Event::AccountClosed(Account { closed_at: Some(moment(4)), ..account() }),
        Event::FactorsChanged { account: with_app.clone(), factors: factors(), change: FactorChange::AppAdded },
        Event::ChallengeStarted(Challenge { mailed: 0, ..challenge() }),
        Event::ChallengeMailed(challenge()),
        Event::ChallengeEnded { challenge: challenge().id, account: account().id },
        Event::MemberResetIssued { member: member(), account: account().with_reset(administrator(), moment(2)) },
        Event::MemberFactorsSwitched { member: member(), account: with_app, factors: factors() },
        Event::ApiKeyMade(api_key()),
        Event::ApiKeyRevoked(ApiKey { revoked_at: Some(moment(5)), ..api_key() }),
    ]
}

/// One event of each kind.
fn events() -> Vec<Event> {
    let installation = Installation { generation: 1, issued_at: Some(moment(0)), operator: None };
    let invited = invitation(State::Invited { expires_at: moment(259_200) });
    let joined = Member { state: MemberState::Enabled { account: account().id, joined_at: moment(9) }, ..member() };
    [
        Event::SetUpLinkIssued(installation),
        Event::InstallationSetUp(Installation { operator: Some(account().id), ..installation }),
        Event::AccountRegistered(account()),
        Event::AddressProved(account()),
        Event::SessionStarted(session()),
        Event::SessionEnded { session: session().id, account: account().id },
        Event::PasswordChanged(account()),
    ]
    .into_iter()
    .chain(own_events())
    .chain(department_events())
    .chain(imports::events())
    .chain(tenants::events())
    .chain(vec![
        Event::RoleDefined { role: role(), catalogue: tenant().catalogue },
        Event::RoleEdited {
            before: Box::new(role()),
            role: Box::new(Role { includes: [].into(), ..role() }),
            catalogue: tenant().catalogue,
        },
        Event::RoleDeleted { role: role(), catalogue: tenant().catalogue },
        Event::MemberAdded(joined.clone()),
        Event::MemberAdmitted(joined.clone()),
        Event::MemberEdited(change()),
        Event::MemberDisabled(change()),
        Event::MemberEnabled(change()),
        Event::MemberRemoved { change: change(), transfer: Some(transfer(TransferState::Due(moment(11)))) },
        Event::MemberLeft { change: change(), transfer: None },
        Event::TransferAttempted(transfer(TransferState::Due(moment(41)))),
        Event::HeirNamed(transfer(TransferState::Due(moment(12)))),
        Event::TransferFinished(transfer(TransferState::Finished(moment(50)))),
        Event::RepresentativeNominated(nomination(Answer::None)),
        Event::NominationDeclined(nomination(Answer::Declined(moment(13)))),
        Event::NominationWithdrawn(nomination(Answer::Withdrawn(moment(13)))),
        Event::RepresentativeChanged {
            nomination: Box::new(nomination(Answer::Accepted(moment(13)))),
            former: Box::new(change()),
            successor: Box::new(change()),
        },
        Event::MemberInvited { member: member(), invitation: invited.clone() },
        Event::InvitationIssued(invited.clone()),
        Event::InvitationReaddressed(invited.clone()),
        Event::InvitationVouched(invited.clone()),
        Event::InvitationOpened(Invitation { opened_at: Some(moment(3)), ..invited }),
        Event::InvitationAccepted(invitation(State::Accepted {
            at: moment(5),
            by: Some(account().id),
            expires_at: moment(86_405),
        })),
        Event::InvitationRejected(invitation(State::Rejected { at: moment(5) })),
        Event::InvitationRevoked(invitation(State::Revoked { at: moment(5) })),
        Event::InvitationExpired(invitation(State::Expired { at: moment(259_200) })),
        Event::MemberJoined {
            member: joined,
            invitation: invitation(State::Joined { at: moment(9), account: account().id }),
        },
    ])
    .collect()
}

fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/audit").join(format!("{name}.json"))
}

/// Proves I-41 in part: each event has one record of an explicit form, and that form is the one that was always
/// written. Run with `MEMBERSHIP_BLESS=1` to write the file of a new event; a change of an old one is a breaking change.
#[test]
fn every_event_has_its_golden_form() {
    for event in events() {
        let text = format!("{}\n", serde_json::to_string_pretty(&Form::of(&event)).unwrap());
        let path = golden(event.name());
        if std::env::var_os("MEMBERSHIP_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "{}", path.display());
    }
}

/// Proves I-20 in part: no record of the audit holds a password hash, a session's key or a token.
#[test]
fn no_form_holds_a_secret() {
    for event in events() {
        let json = Form::of(&event).to_json();
        for secret in ["SECRET", "argon2", "[42,42", "2a2a2a", "mbi_", "mbk_", "mba_"] {
            assert!(!json.contains(secret), "{} holds {secret}", event.name());
        }
    }
}

fn chain() -> Vec<Record> {
    let ctx = Context::new(Actor::Account(account().principal(&session())), moment(1), RequestId::from_uuid(id(8)));
    let mut head = Head::default();
    let append = |event: &Event| {
        let record = Record::of(Scope::Tenant(tenant().id), head, &ctx, event);
        head = record.head();
        record
    };
    events().iter().map(append).collect()
}

fn is_whole(records: &[Record]) -> bool {
    let mut head = Head::default();
    records.iter().all(|record| {
        let follows = record.follows(&head);
        head = record.head();
        follows
    })
}

/// What is written of each thing can be read back, whatever it is.
#[test]
fn every_form_reads_back() {
    for event in events() {
        let form = Form::of(&event);
        assert_eq!(Form::from_json(&form.to_json()).unwrap(), form, "{}", event.name());
    }
    let own = tenant().id;
    let form = |event: &Event| Form::from_json(&Form::of(event).to_json()).unwrap();
    let founding = form(&Event::TenantCreated { tenant: tenant(), access: access(), root: department(31, None) });
    assert_eq!(founding.tenant.unwrap().restore().unwrap(), tenant());
    assert_eq!(founding.department.unwrap().restore(own).unwrap(), department(31, None));
    let roles = founding.roles.unwrap().into_iter().map(|role| role.restore(own).unwrap());
    let applications = founding.applications.unwrap().into_iter().map(|application| application.restore().unwrap());
    assert_eq!(Access { applications: applications.collect(), roles: roles.collect() }, access());
    for event in events() {
        let form = form(&event);
        if let Event::MemberEdited(change) | Event::MemberRemoved { change, .. } = &event {
            assert_eq!(form.member.as_ref().unwrap().clone().restore(own).unwrap(), change.member);
            assert_eq!(form.before.unwrap().member.unwrap().restore(own).unwrap(), change.before);
        }
        if let Some(invitation) = form.invitation {
            let restored = invitation.restore(own).unwrap();
            let again = Form { invitation: Some((&restored).into()), ..Form::default() };
            assert!(Form::of(&event).to_json().contains(again.to_json().trim_matches(['{', '}'])), "{restored:?}");
        }
        if let Event::TransferAttempted(transfer) | Event::TransferFinished(transfer) = &event {
            assert_eq!(form.transfer.unwrap().restore(own).unwrap(), *transfer);
        }
        if let Event::RepresentativeNominated(nomination) | Event::NominationDeclined(nomination) = &event {
            assert_eq!(form.nomination.unwrap().restore(own).unwrap(), *nomination);
        }
    }
}

#[test]
fn the_actor_reads_back() {
    for actor in [RecordedActor::Anonymous, RecordedActor::System, RecordedActor::Account(id(5))] {
        assert_eq!(RecordedActor::from_text(&actor.to_text()), Some(actor));
    }
    assert_eq!(RecordedActor::from_text("account:nobody"), None);
}

proptest! {
    /// Proves I-41 in part: any edit, removal or swap within the audit breaks the chain.
    #[test]
    fn an_edited_audit_is_broken(at in 0_usize..64, other in 0_usize..64, kind in 0_u8..7) {
        let whole = chain();
        prop_assert_eq!(whole.len(), 65);
        prop_assert!(is_whole(&whole));
        let mut edited = whole.clone();
        match kind {
            0 => edited[at].body.push(' '),
            1 => edited[at].at += chrono::TimeDelta::microseconds(1),
            2 => edited[at].actor = RecordedActor::System,
            3 => edited[at].name.push('x'),
            4 => edited.swap(at, other),
            5 => edited[at].object = id(99),
            _ => { edited.remove(at.min(55)); }
        }
        prop_assert!(edited == whole || !is_whole(&edited));
    }
}
