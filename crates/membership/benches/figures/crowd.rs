//! A tenant with any number of members, filled through the store's one door for writing: so everything that comes with a
//! member is there too, its account, its audit, its mail, its place in the index of texts.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    account::{Account, AccountEmail},
    department::Departments,
    email::EmailAddress,
    event::{Event, MemberChange},
    id::{AccountId, InvitationId, MemberId, RoleId},
    invitation::{Channel, Invitation, Inviter},
    member::{Member, MemberState},
    name::{DisplayName, Username},
    ports::{Entropy, PasswordHash},
    role::Assignments,
    store::Scope,
    tenant::Validity,
};
use membership_testkit::{Adapter, Bed, Dice};

use crate::names::{FIRST, LAST, RARE};

/// Members of one commit.
const TOGETHER: usize = 2_000;
/// Over how long the members came.
const MINUTES: usize = 1_000_000;
const DOMAINS: [&str; 5] = ["example.org", "example.com", "mail.example.net", "office.example.org", "post.example.com"];

/// A tenant and the members that were added to it.
pub(crate) struct Crowd {
    pub(crate) bed: Bed,
    pub(crate) size: usize,
    /// Every thousandth of them, oldest first.
    pub(crate) some: Vec<Member>,
    /// A role that one in ten has.
    pub(crate) manager: RoleId,
    /// How long the filling took, and how many records the audit has grown by.
    pub(crate) filled: (Duration, usize),
    member: RoleId,
    /// To which they belong, in turns.
    departments: Vec<Departments>,
    begun: DateTime<Utc>,
    dice: Dice,
    names: [Vec<&'static str>; 2],
    /// Invited and neither joined nor expired.
    waiting: Vec<Invitation>,
}

/// One of some words, the earlier the likelier: the first of three hundred comes in six of a hundred cases.
fn word(dice: &Dice, words: &[&'static str]) -> &'static str {
    let place = below(dice, words.len());
    words[place * place / words.len()]
}

fn below(dice: &Dice, bound: usize) -> usize {
    let mut bytes = [0; 4];
    dice.fill(&mut bytes);
    usize::try_from(u32::from_le_bytes(bytes)).unwrap_or_default() % bound
}

impl Crowd {
    /// Fills the tenant of a new bed over `adapter` with `size` members.
    pub(crate) async fn gather(adapter: Adapter, size: usize) -> Self {
        let bed = Bed::over(adapter).await.expect("a bed");
        let root = bed.member.departments.clone();
        Self::fill(bed, size, vec![root]).await
    }

    /// Fills the tenant of `bed` with `size` members, who belong to `departments` in turns.
    pub(crate) async fn fill(bed: Bed, size: usize, departments: Vec<Departments>) -> Self {
        let role = async |name| bed.role(name).await.expect("a role");
        let (manager, member) = (role("Member manager").await, role("Member").await);
        let mut crowd = Self {
            begun: bed.clock.now(),
            filled: (Duration::ZERO, 0),
            some: Vec::new(),
            waiting: Vec::new(),
            dice: Dice::seeded(1),
            names: [FIRST, LAST].map(|names| names.split_whitespace().collect()),
            bed,
            size,
            manager,
            member,
            departments,
        };
        let begun = Instant::now();
        for from in (0..size).step_by(TOGETHER) {
            let events = crowd.events(from..size.min(from + TOGETHER));
            crowd.filled.1 += events.len();
            let tx = crowd.bed.adapter.store.begin(Scope::Tenant(crowd.bed.tenant.id)).await.expect("the lock");
            tx.commit(&crowd.bed.as_system(), &events).await.expect("a commit");
        }
        crowd.filled.0 = begun.elapsed();
        crowd
    }

    fn moment(&self, number: usize) -> DateTime<Utc> {
        let minute = number * (MINUTES / self.size);
        self.begun + TimeDelta::minutes(i64::try_from(minute).unwrap_or_default())
    }

    /// Those members come; some of them are shut out or go, and some of the earlier have not answered in time.
    fn events(&mut self, numbers: std::ops::Range<usize>) -> Vec<Event> {
        let now = self.moment(numbers.end);
        self.bed.clock.set(now);
        let (mut events, mut after) = (Vec::new(), Vec::new());
        for number in numbers {
            let (member, account) = self.member(number);
            if number % (self.size / 1_000).max(1) == 0 {
                self.some.push(member.clone());
            }
            let Some(account) = account else {
                let invitation = self.invitation(&member);
                self.waiting.push(invitation.clone());
                events.push(Event::MemberInvited { member, invitation });
                continue;
            };
            let before = member.clone();
            events.extend([Event::AccountRegistered(account), Event::MemberAdded(member.clone())]);
            match number % 20 {
                7 => {
                    let member = member.disable(0, now).expect("enabled");
                    after.push(Event::MemberDisabled(MemberChange { before, member }));
                }
                11 => {
                    let member = member.remove(0, now).expect("not removed");
                    let change = MemberChange { before, member };
                    after.push(Event::MemberRemoved { change, transfer: None });
                }
                _ => {}
            }
        }
        for invitation in std::mem::take(&mut self.waiting) {
            match invitation.clone().expire(now) {
                Ok(Some(expired)) => after.push(Event::InvitationExpired(expired)),
                Ok(None) | Err(_) => self.waiting.push(invitation),
            }
        }
        events.append(&mut after);
        events
    }

    /// A member; one in ten is invited, the others have an account.
    fn member(&self, number: usize) -> (Member, Option<Account>) {
        let at = self.moment(number);
        let (first, last) = self.name(number);
        let name = DisplayName::parse(&format!("{first} {last}")).expect("a name");
        let plain = |text: &str| text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        let (first, last) = (plain(first), plain(last));
        let domain = DOMAINS[below(&self.dice, DOMAINS.len())];
        let email = EmailAddress::from_canonical(&format!("{first}.{last}{number}@{domain}")).expect("an address");
        let initial: String = first.chars().take(1).collect();
        let username = Username::parse(&format!("{initial}{last}{number}")).expect("a username");
        let account = (number % 10 != 3).then(|| Account {
            username: Some(username.clone()),
            email: Some(AccountEmail { address: email.clone(), proved_at: None }),
            password: Some(PasswordHash::from_phc("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNo")),
            ..Account::new(AccountId::new(at, &self.dice), name.clone(), at)
        });
        let state = match &account {
            Some(account) => MemberState::Enabled { account: account.id, joined_at: at },
            None => MemberState::NotJoined { invitation: InvitationId::new(at, &self.dice) },
        };
        let role = if number % 10 == 5 { self.manager } else { self.member };
        let member = Member {
            id: MemberId::new(at, &self.dice),
            tenant: self.bed.tenant.id,
            name,
            email: Some(email),
            username: account.is_some().then_some(username),
            language: None,
            assignments: Assignments::of_role(role),
            departments: self.departments[number % self.departments.len()].clone(),
            representative: false,
            creator: Some(self.bed.member.id),
            created_at: at,
            epoch: 0,
            state,
        };
        (member, account)
    }

    /// Three of any number are called as nobody else.
    fn name(&self, number: usize) -> (&'static str, &'static str) {
        let name = (word(&self.dice, &self.names[0]), word(&self.dice, &self.names[1]));
        if number % (self.size / 3) == self.size / 10 { RARE.into() } else { name }
    }

    fn invitation(&self, member: &Member) -> Invitation {
        let MemberState::NotJoined { invitation: id } = member.state else { panic!("not invited") };
        let channel = Channel::Mail(member.email.clone().expect("an address"));
        let (inviter, at) = (Inviter::Member(self.bed.member.id), member.created_at);
        let invitation = Invitation::new(id, member, inviter, channel, Validity::THREE_DAYS, at);
        invitation.send(inviter, at).expect("ready")
    }
}
