use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::{
    account::{Account, AccountEmail, Session, SessionKeyHash},
    email::EmailAddress,
    id::{AccountId, InvitationId, MemberId, RoleId, SessionId, TenantId},
    installation::Installation,
    invitation::{Channel, Invitation, Inviter, State},
    member::{Member, MemberState},
    name::{DisplayName, Username},
    ports::PasswordHash,
    role::{Permission, Role},
    tenant::{Policy, Tenant, TenantStatus, Validity},
};

fn moment(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + secs, 123_456_000).unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn account() -> Account {
    Account {
        id: AccountId::from_uuid(id(5)),
        name: DisplayName::parse("Ann Example").unwrap(),
        username: Some(Username::parse("ann").unwrap()),
        email: Some(AccountEmail {
            address: EmailAddress::from_canonical("ann@example.org").unwrap(),
            proved_at: Some(moment(1)),
        }),
        password: Some(PasswordHash::from_phc("$argon2id$SECRET")),
        registered_at: moment(0),
        sessions_valid_from: moment(0),
    }
}

fn tenant() -> Tenant {
    Tenant {
        id: TenantId::from_uuid(id(2)),
        name: DisplayName::parse("Acme").unwrap(),
        status: TenantStatus::Active,
        policy: Policy { allowed_domains: vec!["example.org".into()], ..Policy::default() },
        created_at: moment(0),
    }
}

fn role() -> Role {
    Role {
        id: RoleId::from_uuid(id(6)),
        tenant: tenant().id,
        name: DisplayName::parse("Administrator").unwrap(),
        permissions: Permission::OWN.into_iter().collect(),
        administrator: true,
    }
}

fn member() -> Member {
    Member {
        id: MemberId::from_uuid(id(3)),
        tenant: tenant().id,
        name: DisplayName::parse("Ann Example").unwrap(),
        email: Some(EmailAddress::from_canonical("ann@example.org").unwrap()),
        roles: [role().id].into(),
        representative: false,
        creator: Some(MemberId::from_uuid(id(4))),
        created_at: moment(0),
        state: MemberState::NotJoined { invitation: InvitationId::from_uuid(id(1)) },
    }
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
        started_at: moment(0),
        ends_at: moment(43_200),
    }
}

/// One event of each kind.
fn events() -> Vec<Event> {
    let installation = Installation { generation: 1, issued_at: Some(moment(0)), operator: None };
    let invited = invitation(State::Invited { expires_at: moment(259_200) });
    let joined = Member { state: MemberState::Enabled { account: account().id, joined_at: moment(9) }, ..member() };
    vec![
        Event::SetUpLinkIssued(installation),
        Event::InstallationSetUp(Installation { operator: Some(account().id), ..installation }),
        Event::AccountRegistered(account()),
        Event::AddressProved(account()),
        Event::SessionStarted(session()),
        Event::SessionEnded { session: session().id, account: account().id },
        Event::TenantCreated { tenant: tenant(), roles: vec![role()] },
        Event::TenantActivated(tenant()),
        Event::MemberAdded(joined.clone()),
        Event::MemberInvited { member: member(), invitation: invited.clone() },
        Event::InvitationIssued(invited.clone()),
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
    ]
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
        for secret in ["SECRET", "argon2", "[42,42", "2a2a2a", "mbi_", "mbk_"] {
            assert!(!json.contains(secret), "{} holds {secret}", event.name());
        }
    }
}

fn chain() -> Vec<Record> {
    let ctx = Context::new(Actor::Account(account().id), moment(1), RequestId::from_uuid(id(8)));
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
    fn an_edited_audit_is_broken(at in 0_usize..17, other in 0_usize..17, kind in 0_u8..6) {
        let whole = chain();
        prop_assert!(is_whole(&whole));
        let mut edited = whole.clone();
        match kind {
            0 => edited[at].body.push(' '),
            1 => edited[at].at += chrono::TimeDelta::microseconds(1),
            2 => edited[at].actor = RecordedActor::System,
            3 => edited[at].name.push('x'),
            4 => edited.swap(at, other),
            _ => { edited.remove(at.min(15)); }
        }
        prop_assert!(edited == whole || !is_whole(&edited));
    }
}
