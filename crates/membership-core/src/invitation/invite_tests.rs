use uuid::Uuid;

use super::*;
use crate::{
    actor::Standing,
    email::{Alphabet, EmailAddress},
    id::AccountId,
    name::DisplayName,
    role::PermissionSet,
    tenant::TenantStatus,
};

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn role(n: u128, permissions: &[Permission]) -> Role {
    Role {
        id: RoleId::from_uuid(Uuid::from_u128(n)),
        tenant: TenantId::from_uuid(Uuid::from_u128(2)),
        name: DisplayName::parse("role").unwrap(),
        permissions: permissions.iter().cloned().collect(),
        administrator: false,
    }
}

fn member(n: u128, email: &str, state: MemberState) -> Member {
    Member {
        id: MemberId::from_uuid(Uuid::from_u128(n)),
        tenant: TenantId::from_uuid(Uuid::from_u128(2)),
        name: DisplayName::parse("member").unwrap(),
        email: Some(EmailAddress::from_canonical(email).unwrap()),
        roles: [role(1, &[]).id].into(),
        representative: false,
        creator: None,
        created_at: moment(),
        state,
    }
}

fn enabled() -> MemberState {
    MemberState::Enabled { account: AccountId::from_uuid(Uuid::from_u128(9)), joined_at: moment() }
}

/// What ann@example.org, who holds role 1, is told when she invites `people`.
fn invite(policy: &Policy, people: Vec<Invitee>, taken: Vec<Member>) -> Result<Vec<(Member, Invitation)>, InviteError> {
    let inviter = role(1, &[Permission::MEMBERS_INVITE, Permission::MEMBERS_READ]);
    let tenant = Tenant {
        id: inviter.tenant,
        name: DisplayName::parse("Acme").unwrap(),
        status: TenantStatus::Active,
        policy: policy.clone(),
        created_at: moment(),
    };
    let standing = Standing { member: member(4, "ann@example.org", enabled()), roles: vec![inviter.clone()] };
    let grants = Grants::of(&tenant, standing).unwrap();
    let command = Invite { tenant: tenant.id, people, send: Sending::Now, validity: None };
    bounded(&command, policy)?;
    let drafts = Drafts::read(&command, policy)?;
    let known = Known { tenant, roles: vec![inviter, role(2, &Permission::OWN)], taken, mail: true };
    let granted = grants.require(Permission::MEMBERS_INVITE)?;
    decide(granted, &grants, &known, drafts, command.send, moment(), &Zeros)
}

fn by_mail(email: &str) -> Invitee {
    Invitee { name: "Bob".into(), reach: Reach::Mail(email.into()), roles: vec![role(1, &[]).id] }
}

fn codes(result: Result<Vec<(Member, Invitation)>, InviteError>) -> Vec<(String, &'static str)> {
    match result {
        Err(InviteError::Faults(faults)) => {
            crate::refusal::Refusal::faults(&faults).iter().map(|f| (f.pointer.clone(), f.code)).collect()
        }
        other => panic!("expected faults, got {other:?}"),
    }
}

/// Proves APP-14: ten people in one call, and the eleventh is refused with the limit named.
#[test]
fn ten_people_and_no_more() {
    let people = |n: usize| (0..n).map(|i| by_mail(&format!("p{i}@example.org"))).collect::<Vec<_>>();
    assert_eq!(invite(&Policy::default(), people(10), vec![]).unwrap().len(), 10);
    let refused = invite(&Policy::default(), people(11), vec![]).unwrap_err();
    assert_eq!(refused, InviteError::TooMany { named: 11, limit: 10 });
    assert!(refused.to_string().contains("at most 10"), "{refused}");
    assert_eq!(invite(&Policy::default(), vec![], vec![]), Err(InviteError::NobodyNamed));
}

/// Proves APP-6, APP-7 and ACC-3 in a call: every fault of every row is told at once, each at its place.
#[test]
fn every_fault_is_told_at_once() {
    let people = vec![
        by_mail("fine@example.org"),
        by_mail("not fine@example.org"),
        Invitee { name: " ".into(), ..by_mail("") },
        Invitee { roles: vec![], ..by_mail("x@example.org") },
    ];
    let told = codes(invite(&Policy::default(), people, vec![]));
    let expected = [
        ("/people/1/email", "address-has-space"),
        ("/people/2/name", "name-empty"),
        ("/people/2/email", "address-empty"),
        ("/people/3/roles", "roles-missing"),
    ];
    assert_eq!(told, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
}

/// Proves APP-7 and APP-8: one's own address, a joined member's, an invited one's, and one that stands twice.
#[test]
fn addresses_that_are_taken_are_told_apart() {
    let invited = MemberState::NotJoined { invitation: InvitationId::from_uuid(Uuid::from_u128(7)) };
    let taken = vec![member(5, "joined@example.org", enabled()), member(6, "invited@example.org", invited)];
    let people = ["Ann@example.org", "joined@EXAMPLE.org", "invited@example.org", "new@example.org", "New@example.org"];
    let told = codes(invite(&Policy::default(), people.map(by_mail).to_vec(), taken));
    let expected = [
        ("/people/0/email", "address-is-own"),
        ("/people/1/email", "address-already-member"),
        ("/people/2/email", "address-already-invited"),
        ("/people/4/email", "address-repeated"),
    ];
    assert_eq!(told, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
}

/// Proves I-7 in part: whoever invites gives nothing that they do not hold.
#[test]
fn a_role_above_ones_own_is_refused() {
    let above = Invitee { roles: vec![role(2, &[]).id], ..by_mail("b@example.org") };
    assert!(matches!(invite(&Policy::default(), vec![above], vec![]), Err(InviteError::BeyondOwn { .. })));
    let nothing: PermissionSet = PermissionSet::default();
    assert_eq!(nothing.first_beyond(&nothing), None);
}

/// Proves APP-6 in its decision: letters beyond ASCII are for the tenants whose policy allows them.
#[test]
fn the_policy_bounds_channels_domains_and_letters() {
    let by_link = Invitee { reach: Reach::Link(None), ..by_mail("") };
    let mails_only = Policy { links_allowed: false, ..Policy::default() };
    assert_eq!(invite(&mails_only, vec![by_link.clone()], vec![]), Err(InviteError::LinksNotAllowed));
    assert!(invite(&Policy::default(), vec![by_link], vec![]).is_ok());

    let own = Policy { allowed_domains: vec!["example.org".into()], ..Policy::default() };
    let told = codes(invite(&own, vec![by_mail("x@example.com")], vec![]));
    assert_eq!(told, [("/people/0/email".to_owned(), "address-domain-not-allowed")]);

    let international = Policy { alphabet: Alphabet::International, ..Policy::default() };
    assert!(invite(&international, vec![by_mail("jürgen@example.org")], vec![]).is_ok());
}

/// Proves X-6 in part: a validity of the invitation's own, within its bounds.
#[test]
fn a_validity_of_its_own_is_bounded() {
    let command = |validity| Invite {
        tenant: TenantId::from_uuid(Uuid::nil()),
        people: vec![by_mail("b@example.org")],
        send: Sending::Now,
        validity,
    };
    assert!(Drafts::read(&command(Some(3_600)), &Policy::default()).is_ok());
    assert!(Drafts::read(&command(Some(3_599)), &Policy::default()).is_err());
}
