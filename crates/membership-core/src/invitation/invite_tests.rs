use std::sync::Arc;

use uuid::Uuid;

use super::*;
use crate::{
    account::AccountEmail,
    actor::Ground,
    department::{Department, Departments, Tree},
    email::{Alphabet, EmailAddress},
    id::{AccountId, CatalogueId, DepartmentId, RoleId, TreeId},
    name::DisplayName,
    role::{Access, Assignments, Catalogue, Role},
    tenant::{Branding, TenantStatus},
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
        includes: [].into(),
        administrator: false,
        changed_at: moment(),
    }
}

fn member(n: u128, email: &str, state: MemberState) -> Member {
    Member {
        id: MemberId::from_uuid(Uuid::from_u128(n)),
        tenant: TenantId::from_uuid(Uuid::from_u128(2)),
        name: DisplayName::parse("member").unwrap(),
        email: Some(EmailAddress::from_canonical(email).unwrap()),
        username: None,
        language: None,
        assignments: Assignments::of_role(role(1, &[]).id),
        departments: Departments::stored([DepartmentId::from_uuid(Uuid::nil())], []),
        representative: false,
        creator: None,
        created_at: moment(),
        epoch: 0,
        state,
    }
}

fn enabled() -> MemberState {
    MemberState::Enabled { account: AccountId::from_uuid(Uuid::from_u128(9)), joined_at: moment() }
}

fn ground() -> Ground {
    let roles = vec![role(1, &[Permission::MEMBERS_INVITE, Permission::MEMBERS_READ]), role(2, &Permission::OWN)];
    let catalogue = Catalogue::compile(CatalogueId::from_uuid(Uuid::nil()), Access { applications: vec![], roles });
    let root = Department {
        id: DepartmentId::from_uuid(Uuid::nil()),
        tenant: TenantId::from_uuid(Uuid::from_u128(2)),
        name: DisplayName::parse("Acme").unwrap(),
        parent: None,
        place: 0,
        created_at: moment(),
    };
    let tree = Tree::grow(TreeId::from_uuid(Uuid::nil()), [root]).unwrap();
    Ground { catalogue: Arc::new(catalogue), tree: Arc::new(tree) }
}

/// What ann@example.org, who holds role 1, is told when she invites `people`.
fn invite(policy: &Policy, people: Vec<Invitee>, taken: Vec<Member>) -> Result<Vec<Invited>, InviteError> {
    invite_where(policy, people, taken, vec![])
}

/// The same, where some of the invited addresses are those of `accounts`.
fn invite_where(
    policy: &Policy,
    people: Vec<Invitee>,
    taken: Vec<Member>,
    accounts: Vec<(Account, Option<MemberId>)>,
) -> Result<Vec<Invited>, InviteError> {
    let (grants, tenant) = ann_invites(policy);
    let command =
        Invite { tenant: tenant.id, people, assignments: vec![], departments: vec![], send: None, validity: None };
    told(&grants, &command, tenant, taken, accounts)
}

/// What ann@example.org may do, and where.
fn ann_invites(policy: &Policy) -> (Grants, Tenant) {
    let ann = member(4, "ann@example.org", enabled());
    let tenant = Tenant {
        id: ann.tenant,
        name: DisplayName::parse("Acme").unwrap(),
        status: TenantStatus::Active,
        parent: None,
        branding: Branding::default(),
        preset: "organization".into(),
        policy: policy.clone(),
        catalogue: CatalogueId::from_uuid(Uuid::nil()),
        tree: TreeId::from_uuid(Uuid::nil()),
        created_at: moment(),
    };
    (Grants::of(tenant.status, ground(), ann, moment()).unwrap(), tenant)
}

/// What ann@example.org is told of a whole call.
fn told(
    grants: &Grants,
    command: &Invite,
    tenant: Tenant,
    taken: Vec<Member>,
    accounts: Vec<(Account, Option<MemberId>)>,
) -> Result<Vec<Invited>, InviteError> {
    bounded(command, &tenant.policy)?;
    let drafts = Drafts::read(command, &tenant.policy, grants, moment());
    let known = Known { tenant, taken, accounts, mail: true };
    decide(grants, &known, drafts, moment(), &Zeros)
}

fn by_mail(email: &str) -> Invitee {
    let assignments = vec![Wanted::role(role(1, &[]).id)];
    Invitee { name: "Bob".into(), reach: Reach::Mail(email.into()), assignments, departments: vec![], language: None }
}

fn codes(result: Result<Vec<Invited>, InviteError>) -> Vec<(String, &'static str)> {
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
    assert_eq!(invite(&Policy::default(), vec![], vec![]).unwrap_err(), InviteError::NobodyNamed);
}

/// Proves APP-6, APP-7 and ACC-3 in a call: every fault of every row is told at once, each at its place.
#[test]
fn every_fault_is_told_at_once() {
    let people = vec![
        by_mail("fine@example.org"),
        by_mail("not fine@example.org"),
        Invitee { name: " ".into(), ..by_mail("") },
        Invitee { assignments: vec![], ..by_mail("x@example.org") },
    ];
    let told = codes(invite(&Policy::default(), people, vec![]));
    let expected = [
        ("/people/1/email", "address-has-space"),
        ("/people/2/name", "name-empty"),
        ("/people/2/email", "address-empty"),
        ("/people/3/assignments", "roles-missing"),
    ];
    assert_eq!(told, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
}

/// Proves APP-7 in part: what cannot be read and what clashes with what is there are told together, the call's own first, then
/// row by row. What is said of all is read once, whether or not somebody needs it.
#[test]
fn faults_and_clashes_are_told_together() {
    let unknown = Wanted::role(role(99, &[]).id);
    let people = vec![
        Invitee { assignments: vec![unknown.clone()], ..by_mail("joined@example.org") },
        Invitee { name: " ".into(), ..by_mail("new@example.org") },
        Invitee { assignments: vec![], ..by_mail("NEW@example.org") },
        Invitee { assignments: vec![], ..by_mail("fine@example.org") },
    ];
    let (grants, tenant) = ann_invites(&Policy::default());
    let assignments = vec![unknown.clone()];
    let command = Invite { tenant: tenant.id, people, assignments, departments: vec![], send: None, validity: Some(1) };
    let taken = vec![member(5, "joined@example.org", enabled())];
    let expected = [
        ("/validity_seconds", "validity-out-of-range"),
        ("/assignments/0", "role-unknown"),
        ("/people/0/assignments/0", "role-unknown"),
        ("/people/0/email", "address-already-member"),
        ("/people/1/name", "name-empty"),
        ("/people/2/email", "address-repeated"),
    ];
    let faults = codes(told(&grants, &command, tenant, taken, vec![]));
    assert_eq!(faults, expected.map(|(pointer, code)| (pointer.to_owned(), code)));

    // Every row says what it wants: what is said of all is read all the same.
    let (grants, tenant) = ann_invites(&Policy::default());
    let people = vec![by_mail("fine@example.org")];
    let command = Invite {
        tenant: tenant.id,
        people,
        assignments: vec![unknown],
        departments: vec![],
        send: None,
        validity: None,
    };
    let faults = codes(told(&grants, &command, tenant, vec![], vec![]));
    assert_eq!(faults, [("/assignments/0".to_owned(), "role-unknown")]);
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
    let above = Invitee { assignments: vec![Wanted::role(role(2, &[]).id)], ..by_mail("b@example.org") };
    assert!(matches!(invite(&Policy::default(), vec![above], vec![]), Err(InviteError::BeyondOwn { .. })));
}

/// Proves APP-6 in its decision: letters beyond ASCII are for the tenants whose policy allows them.
#[test]
fn the_policy_bounds_channels_domains_and_letters() {
    let by_link = Invitee { reach: Reach::Link(None), ..by_mail("") };
    let mails_only = Policy { links_allowed: false, ..Policy::default() };
    let refused = invite(&mails_only, vec![by_link.clone()], vec![]).unwrap_err();
    assert_eq!(refused, NotInvited::LinksNotAllowed.into());
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
        assignments: vec![],
        departments: vec![],
        send: None,
        validity,
    };
    let (grants, _) = ann_invites(&Policy::default());
    let read = |command| Drafts::read(&command, &Policy::default(), &grants, moment()).complete(&[]);
    assert!(read(command(Some(3_600))).is_ok());
    assert!(read(command(Some(3_599))).is_err());
}

/// Proves APP-17 in its decision: where the policy says so, the owner of an account that has proved the address is a
/// member at once and is told; everywhere else that person is asked like anybody.
#[test]
fn owners_of_accounts_join_at_once_where_the_policy_says_so() {
    let address = EmailAddress::from_canonical("b@example.org").unwrap();
    let account = Account {
        email: Some(AccountEmail { address, proved_at: Some(moment()) }),
        ..Account::new(AccountId::from_uuid(Uuid::from_u128(8)), DisplayName::parse("Bob").unwrap(), moment())
    };
    let join = Policy { existing_account: ExistingAccount::Join, ..Policy::default() };
    let there = || vec![(account.clone(), None)];
    let invited = invite_where(&join, vec![by_mail("b@example.org"), by_mail("c@example.org")], vec![], there());
    let [bob, carol] = <[Invited; 2]>::try_from(invited.unwrap()).unwrap();
    assert_eq!((bob.member.status(), bob.member.account()), (MemberStatus::Enabled, Some(account.id)));
    assert!(matches!(bob.event(), Event::MemberAdmitted(_)) && bob.event().mails().len() == 1);
    assert_eq!(carol.member.status(), MemberStatus::NotJoined);

    let known_otherwise = vec![(account, Some(MemberId::from_uuid(Uuid::from_u128(7))))];
    let told = codes(invite_where(&join, vec![by_mail("b@example.org")], vec![], known_otherwise));
    assert_eq!(told, [("/people/0/email".to_owned(), "address-already-member")]);
}
