//! What the letters say, to whom they go, and which are not sent.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    account::Account,
    delivery::{Postman, Round},
    invitation::invite::Invited,
    link::{Link, Purpose},
    member::{Member, MemberStatus, edit::Changes, remove::Heirs},
    outbox::{Content, Letter, Mailer, Patience, Verdict},
    refusal::Refusal,
    role::assign::Wanted,
    tenant::{
        Policy, Preset, Presets,
        policy::ExistingAccount,
        representative::{Nomination, OFFER},
    },
};
use membership_testkit::{Adapter, Bed, bed::Person};

/// A mail server that keeps what it takes. It asks to be tried again as often as it was told to.
#[derive(Default)]
struct Keeping {
    taken: Mutex<Vec<Letter>>,
    tried: Mutex<Vec<Letter>>,
    not_now: Mutex<u32>,
}

#[async_trait]
impl Mailer for Keeping {
    async fn send(&self, letter: &Letter) -> Verdict {
        locked(&self.tried).push(letter.clone());
        let mut not_now = locked(&self.not_now);
        if let Some(rest) = not_now.checked_sub(1) {
            *not_now = rest;
            return Verdict::NotNow("451 later".into());
        }
        locked(&self.taken).push(letter.clone());
        Verdict::Taken("250 ok".into())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A bed whose mail is carried out.
struct Scene {
    bed: Bed,
    mailer: Arc<Keeping>,
    postman: Postman,
}

impl Scene {
    async fn new() -> Self {
        Self::over(Bed::new().await.unwrap())
    }

    /// One whose tenant has owners of accounts join at once.
    async fn welcoming() -> Self {
        let bed = Bed::altered(Adapter::in_memory(), |parts| {
            let standard = parts.presets.standard().clone();
            let policy = Policy { existing_account: ExistingAccount::Join, ..standard.policy };
            parts.presets = Presets::new(Preset { policy, ..standard }, []);
        });
        Self::over(bed.await.unwrap())
    }

    fn over(bed: Bed) -> Self {
        let mailer = Arc::new(Keeping::default());
        let postman = Postman {
            outbox: Arc::clone(&bed.adapter.outbox),
            directory: Arc::clone(&bed.adapter.directory),
            mailer: Arc::clone(&mailer) as _,
            links: bed.membership.links().clone(),
            patience: Patience::default(),
        };
        Self { bed, mailer, postman }
    }

    async fn round(&self) -> Round {
        let clock = || -> DateTime<Utc> { self.bed.clock.now() };
        self.postman.round(&clock).await.unwrap()
    }

    /// What has arrived since the last time, after every round that does anything.
    async fn arrived(&self) -> Vec<Letter> {
        while self.round().await.total() > 0 {}
        std::mem::take(&mut *locked(&self.mailer.taken))
    }

    /// What has arrived, and that is one letter.
    async fn one_letter(&self) -> Letter {
        let mut letters = self.arrived().await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        letters.remove(0)
    }

    async fn invite(&self, address: &str) -> Invited {
        let command = self.bed.invitation_to(address).await.unwrap();
        self.bed.membership.invite(&self.bed.as_administrator(), command).await.unwrap().remove(0)
    }

    /// An administrator with an address that the tenant knows.
    async fn administrator(&self, name: &str) -> Person {
        let person = self.bed.added(name, &["Administrator"]).await.unwrap();
        let changes = Changes { email: Some(format!("{name}@example.org")), ..Changes::default() };
        let (ctx, target) = (self.bed.as_administrator(), self.bed.target(&person.member));
        Person { member: self.bed.membership.edit_member(&ctx, target, changes).await.unwrap(), ..person }
    }

    async fn nominate(&self, nominee: &Member) -> Nomination {
        self.bed.membership.nominate(&self.bed.as_administrator(), self.bed.target(nominee)).await.unwrap()
    }

    async fn accept(&self, account: &Account) {
        let ctx = self.bed.as_account(account);
        self.bed.membership.accept_nomination(&ctx, self.bed.tenant.id).await.map(drop).unwrap();
    }
}

/// Proves APP-17, APP-20: by policy, the owner of an account that has proved the invited address is a member at once and is
/// told by one letter, by the link of which the membership ends in one step. A mere claim to the address makes nobody a
/// member; and where the policy asks for consent, as the default and every preset but `streaming-app` does, the inviter
/// gets the same answer whether there is an account or not.
#[tokio::test]
async fn who_became_a_member_is_told_and_can_leave() {
    for preset in Presets::shipped("organization", Vec::new()).unwrap().iter() {
        let joins = preset.policy.existing_account == ExistingAccount::Join;
        assert_eq!(joins, preset.name == "streaming-app", "{}", preset.name);
    }
    assert_eq!(Policy::default().existing_account, ExistingAccount::Consent);
    let asking = Scene::new().await;
    asking.bed.stranger("consents@example.org").await.unwrap();
    for address in ["consents@example.org", "nobody@example.org"] {
        let asked = asking.invite(address).await;
        assert_eq!((asked.member.status(), asked.member.username), (MemberStatus::NotJoined, None));
        assert!(asked.invitation.is_some() && asked.link.is_none());
    }
    assert_eq!(asking.arrived().await.len(), 2);

    let scene = Scene::welcoming().await;
    let (bed, links) = (&scene.bed, scene.bed.membership.links());
    let claimed = scene.invite("root@example.net").await;
    assert_eq!(claimed.member.status(), MemberStatus::NotJoined, "nobody has proved that address");
    assert!(matches!(scene.one_letter().await.content, Content::Invitation { .. }));
    let owner = bed.stranger("ann@example.org").await.unwrap();
    let Invited { member, invitation, link } = scene.invite("ann@example.org").await;
    assert_eq!((member.status(), member.account()), (MemberStatus::Enabled, Some(owner.id)));
    assert_eq!((invitation, link), (None, None));
    let world = bed.world(bed.tenant.id).await.unwrap();
    assert_eq!(world.audit.last().map(|record| record.name.as_str()), Some("member.admitted"));

    let letter = scene.one_letter().await;
    assert_eq!((letter.to.as_str(), letter.to_name.as_str()), ("ann@example.org", "Ann Example"));
    let (tenant, subject) = (bed.tenant.id.as_uuid(), member.id.as_uuid());
    let leaving = Link { purpose: Purpose::Leaving, tenant, subject, generation: 1 };
    let expected = Content::BecameMember {
        tenant: "Example Ltd".into(),
        roles: vec!["Member".into()],
        open: links.place(bed.tenant.id),
        leave: links.url(&leaving),
    };
    assert_eq!(letter.content, expected);
    let token = links.token(&leaving);
    assert_eq!(
        bed.membership.open_leaving(&bed.as_anybody(), &token).await.unwrap(),
        member,
        "looking changes nothing"
    );
    let left = bed.membership.leave_by_link(&bed.as_anybody(), &token).await.unwrap();
    assert_eq!(left.member.status(), MemberStatus::Removed);
    let again = bed.membership.leave_by_link(&bed.as_anybody(), &token).await.err();
    assert_eq!(again.map(|refused| refused.code()), Some("member-removed"));
    assert_eq!(scene.arrived().await, []);
}

/// Whoever is asked to be the representative is told once, by whom and until when; once the flag has changed hands, both
/// are told.
#[tokio::test]
async fn a_hand_over_is_told_to_both() {
    let scene = Scene::new().await;
    let ann = scene.administrator("ann").await;
    let offer = scene.nominate(&ann.member).await;
    let letter = scene.one_letter().await;
    assert_eq!((letter.to.as_str(), letter.to_name.as_str()), ("ann@example.org", "ann Example"));
    let link = scene.bed.membership.links().place(scene.bed.tenant.id);
    let (tenant, by) = (|| "Example Ltd".to_owned(), "Root".to_owned());
    let expires_at = OFFER.end(scene.bed.clock.now());
    assert_eq!(letter.content, Content::Nominated { tenant: tenant(), by, link, expires_at });
    assert_eq!(expires_at, offer.expires_at);
    assert_eq!(scene.arrived().await, []);

    scene.accept(&ann.account).await;
    let mut letters = scene.arrived().await;
    letters.sort_by(|one, other| one.to.cmp(&other.to));
    let told: Vec<_> =
        letters.iter().map(|letter| (letter.to.as_str(), letter.to_name.as_str(), &letter.content)).collect();
    let became = Content::BecameRepresentative { tenant: tenant(), former: "Root".into() };
    let handed = Content::HandedOver { tenant: tenant(), successor: "ann Example".into() };
    assert_eq!(told, [("ann@example.org", "ann Example", &became), ("root@example.org", "Root", &handed)]);
    assert_eq!(scene.arrived().await, []);
}

/// Proves I-44 in part: an offer that was withdrawn, declined, replaced, accepted or has expired before its letter went out
/// is not mailed, not even when a worker has the letter in hand; nor is a membership that has ended.
#[tokio::test]
async fn what_is_over_is_not_sent() {
    let scene = Scene::welcoming().await;
    let (bed, tenant) = (&scene.bed, scene.bed.tenant.id);
    let (ann, bob) = (scene.administrator("ann").await, scene.administrator("bob").await);
    scene.nominate(&ann.member).await;
    bed.membership.withdraw_nomination(&bed.as_administrator(), tenant).await.unwrap();
    assert_eq!(scene.arrived().await, []);
    scene.nominate(&ann.member).await;
    bed.membership.decline_nomination(&bed.as_account(&ann.account), tenant).await.unwrap();
    assert_eq!(scene.arrived().await, []);

    // The first has to wait; meanwhile somebody else is asked instead.
    *locked(&scene.mailer.not_now) = 1;
    scene.nominate(&ann.member).await;
    assert_eq!(scene.round().await.deferred, 1);
    scene.nominate(&bob.member).await;
    bed.clock.advance(TimeDelta::hours(1));
    assert_eq!(scene.one_letter().await.to.as_str(), "bob@example.org");

    let offer = scene.nominate(&ann.member).await;
    bed.clock.set(offer.expires_at);
    assert_eq!((scene.round().await, scene.arrived().await), (Round { dropped: 1, ..Round::default() }, vec![]));
    scene.nominate(&ann.member).await;
    scene.accept(&ann.account).await;
    let letters = scene.arrived().await;
    assert!(letters.iter().all(|letter| !matches!(letter.content, Content::Nominated { .. })), "{letters:?}");
    assert_eq!(letters.len(), 2, "of the hand-over itself");

    bed.stranger("eve@example.org").await.unwrap();
    let eve = bed.invitation_to("eve@example.org").await.unwrap();
    let eve = bed.membership.invite(&bed.as_account(&ann.account), eve).await.unwrap().remove(0);
    let target = bed.target(&eve.member);
    bed.membership.remove_member(&bed.as_account(&ann.account), target, Heirs::default()).await.unwrap();
    assert_eq!(scene.arrived().await, []);
}

/// Every kind of letter is tried again when the server has no time, is the same letter then, and arrives once.
#[tokio::test]
async fn every_kind_arrives_once() {
    let scene = Scene::welcoming().await;
    scene.bed.stranger("eve@example.org").await.unwrap();
    let ann = scene.administrator("ann").await;
    for step in 0..4 {
        match step {
            0 => drop(scene.invite("waiting@example.org").await),
            1 => drop(scene.invite("eve@example.org").await),
            2 => drop(scene.nominate(&ann.member).await),
            _ => scene.accept(&ann.account).await,
        }
        locked(&scene.mailer.tried).clear();
        *locked(&scene.mailer.not_now) = 4;
        let expected = if step == 3 { 2 } else { 1 };
        let mut arrived = Vec::new();
        for _ in 0..6 {
            arrived.extend(scene.arrived().await);
            scene.bed.clock.advance(TimeDelta::hours(4));
        }
        assert_eq!(arrived.len(), expected, "{arrived:?}");
        let tried = locked(&scene.mailer.tried).clone();
        assert_eq!(tried.len(), 4 + expected);
        assert!(tried.iter().all(|letter| arrived.contains(letter)), "the same letter each time: {tried:?}");
    }
}

/// What somebody is called, and what the roles are called, is told as it is when the letter goes out.
#[tokio::test]
async fn letters_tell_what_is_so_when_they_go_out() {
    let scene = Scene::welcoming().await;
    let bed = &scene.bed;
    bed.stranger("eve@example.org").await.unwrap();
    let eve = scene.invite("eve@example.org").await.member;
    let manager = bed.role("Member manager").await.unwrap();
    let changes = Changes {
        name: Some("Eve Another".into()),
        assignments: Some(vec![Wanted::role(manager)]),
        ..Changes::default()
    };
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&eve), changes).await.unwrap();
    let letter = scene.one_letter().await;
    assert_eq!(letter.to_name, "Eve Another");
    let Content::BecameMember { roles, .. } = letter.content else { panic!("{:?}", letter.content) };
    assert_eq!(roles, ["Member manager"]);
}
