//! Recognition: whom the rows of a table are about, asked for many at once.

use membership_core::{
    account::{Account, Login},
    email::EmailAddress,
    event::Event,
    id::{AccountId, InvitationId, MemberId},
    invitation::{Channel, Inviter},
    language::Language,
    member::{Member, MemberState, edit::Changes, remove::Heirs},
    name::{DisplayName, Username},
    store::{Recognition, Scope, StoreError},
};

use uuid::Uuid;

use super::{
    Outcome,
    rows::{address, changed},
};
use crate::{Adapter, Bed, Failure};

/// More than any statement asks for at once.
const MANY: usize = 1_700;

impl Bed {
    async fn recognised(&self, keys: Recognition) -> Result<Vec<MemberId>, StoreError> {
        let mut tx = self.adapter.store.begin(Scope::Tenant(self.tenant.id)).await?;
        let mut found = tx.members_recognised(&keys).await?;
        for member in &found {
            assert_eq!(tx.member(member.id).await?.as_ref(), Some(member), "as it is read by itself");
        }
        found.sort_by_key(|member| member.id);
        Ok(found.into_iter().map(|member| member.id).collect())
    }

    async fn accounts_of(&self, logins: &[Login]) -> Result<Vec<AccountId>, StoreError> {
        let mut tx = self.adapter.store.begin(Scope::Tenant(self.tenant.id)).await?;
        let mut found: Vec<_> = tx.accounts_by_logins(logins).await?.into_iter().map(|account| account.id).collect();
        found.sort();
        Ok(found)
    }
}

fn by_id(id: MemberId) -> Recognition {
    Recognition { ids: vec![id], ..Recognition::default() }
}

fn by_username(text: &str) -> Result<Recognition, Failure> {
    Ok(Recognition { usernames: vec![Username::parse(text)?], ..Recognition::default() })
}

fn by_address(text: &str) -> Result<Recognition, Failure> {
    Ok(Recognition { emails: vec![address(text)?], ..Recognition::default() })
}

fn by_name(text: &str) -> Result<Recognition, Failure> {
    Ok(Recognition { names: vec![DisplayName::parse(text)?], ..Recognition::default() })
}

/// Each key recognises whom it says, by name only those without an address, and nobody else.
pub(super) async fn each_key_recognises_its_member(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let mut addition = bed.addition("ann.lee", &["Member"]).await?;
    (addition.name, addition.email) = ("Ann Lee".into(), Some("ann@example.org".into()));
    let ann = bed.membership.add_member(&bed.as_administrator(), addition).await?.id;
    let namesakes = [bed.ready_called("Ann Lee", None)?, bed.ready_called("Ann Lee", None)?];
    let cased = bed.ready_called("ann lee", None)?;
    let waiting = bed.ready_called("Bob", Some("bob@example.org"))?;
    let all = [namesakes[0].clone(), namesakes[1].clone(), cased.clone(), waiting.clone()];
    bed.write(&all.map(|(_, event)| event)).await?;

    assert_eq!(bed.recognised(by_id(ann)).await?, [ann]);
    assert_eq!(bed.recognised(by_username("ann.lee")?).await?, [ann]);
    assert_eq!(bed.recognised(by_address("ann@example.org")?).await?, [ann]);
    assert_eq!(bed.recognised(by_address("bob@example.org")?).await?, [waiting.0]);
    let mut two = namesakes.map(|(id, _)| id);
    two.sort();
    assert_eq!(bed.recognised(by_name("Ann Lee")?).await?, two, "letter for letter, without an address");
    assert_eq!(bed.recognised(by_name("ann lee")?).await?, [cased.0]);
    assert_eq!(bed.recognised(by_name("Bob")?).await?, []);
    for nobody in [by_username("ann")?, by_address("ann.lee@example.org")?, by_name("Ann")?, Recognition::default()] {
        assert_eq!(bed.recognised(nobody).await?, []);
    }
    let keys = Recognition { ids: vec![ann, waiting.0, ann], ..by_username("ann.lee")? };
    let keys = Recognition { emails: by_address("ann@example.org")?.emails, ..keys };
    let mut both = [ann, waiting.0];
    both.sort();
    assert_eq!(bed.recognised(keys).await?, both, "each once");
    Ok(())
}

/// Proves I-40 in part: whoever was removed is recognised by nothing, and nobody of another tenant is.
pub(super) async fn the_removed_and_others_are_not_recognised(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.at(&bed.found("Another Ltd", "otto").await?);
    let ann = bed.added("ann", &["Member"]).await?.member;
    let changes = Changes { email: Some("ann@example.org".into()), ..Changes::default() };
    let ann = bed.membership.edit_member(&bed.as_administrator(), bed.target(&ann), changes).await?;
    let bob = bed.added("bob", &["Member"]).await?.member;
    let keys = Recognition {
        ids: vec![ann.id, bob.id],
        usernames: vec![Username::parse("ann")?, Username::parse("bob")?],
        emails: ann.email.iter().cloned().collect(),
        names: vec![bob.name.clone()],
    };
    let mut both = [ann.id, bob.id];
    both.sort();
    assert_eq!(bed.recognised(keys.clone()).await?, both);
    assert_eq!(other.recognised(keys.clone()).await?, []);
    for scope in [Scope::Installation, Scope::Account(bed.administrator.id)] {
        let mut tx = bed.adapter.store.begin(scope).await?;
        assert_eq!(tx.members_recognised(&keys).await?, [], "in {scope:?}");
    }
    for gone in [&ann, &bob] {
        bed.membership.remove_member(&bed.as_administrator(), bed.target(gone), Heirs::default()).await?;
    }
    assert_eq!(bed.recognised(keys).await?, []);
    Ok(())
}

/// More keys of each kind than one statement takes: none is passed over.
pub(super) async fn many_are_recognised_at_once(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let mut keys = Recognition::default();
    let mut logins = Vec::new();
    for number in 0..MANY {
        keys.ids.push(MemberId::new(bed.clock.now(), bed.membership.entropy()));
        keys.usernames.push(Username::parse(&format!("user{number}"))?);
        keys.emails.push(address(&format!("a{number}@example.org"))?);
        keys.names.push(DisplayName::parse(&format!("N {number}"))?);
        logins.push(Login::Username(Username::parse(&format!("user{number}"))?));
        logins.push(Login::Email(address(&format!("a{number}@example.org"))?));
    }
    assert_eq!((bed.recognised(keys.clone()).await?, bed.accounts_of(&logins).await?), (vec![], vec![]));
    let (mut expected, mut events, mut accounts) = (Vec::new(), Vec::new(), Vec::new());
    for number in [0, 499, 500, MANY - 1] {
        let (by_address, event) = bed.ready_called("Ann", Some(&format!("a{number}@example.org")))?;
        let (by_name, other) = bed.ready_called(&format!("N {number}"), None)?;
        events.extend([event, other]);
        let account = bed.account_named(&format!("user{number}"))?;
        let proved = bed.account_at(&format!("a{number}@example.org"), true)?;
        let state = MemberState::Enabled { account: account.id, joined_at: bed.clock.now() };
        let by_username = Member { username: account.username.clone(), ..bed.member_in(state)? };
        accounts.extend([account.id, proved.id]);
        expected.extend([by_address, by_name, by_username.id]);
        events.extend([Event::AccountRegistered(account), Event::AccountRegistered(proved)]);
        events.push(Event::MemberAdded(by_username));
    }
    bed.write(&events).await?;
    expected.sort();
    accounts.sort();
    assert_eq!((bed.recognised(keys).await?, bed.accounts_of(&logins).await?), (expected, accounts));
    Ok(())
}

/// Accounts are found by username, closed ones too, and by an address that was proved.
pub(super) async fn accounts_are_found_by_their_logins(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let both = Account { username: Some(Username::parse("ann")?), ..bed.account_at("ann@example.org", true)? };
    let claimed = bed.account_at("bob@example.org", false)?;
    let closed = Account { password: None, closed_at: Some(bed.clock.now()), ..bed.account_named("gone")? };
    let beside = bed.account_named("ann.other")?;
    let all = [&both, &claimed, &closed, &beside].map(|account| Event::AccountRegistered(account.clone()));
    bed.write(&all).await?;
    let username = |text: &str| Ok::<_, Failure>(Login::Username(Username::parse(text)?));
    let email = |text: &str| Ok::<_, Failure>(Login::Email(address(text)?));
    let logins = [
        username("ann")?,
        email("ann@example.org")?,
        email("bob@example.org")?,
        username("gone")?,
        username("nobody")?,
        email("nobody@example.org")?,
    ];
    let mut expected = [both.id, closed.id];
    expected.sort();
    assert_eq!(bed.accounts_of(&logins).await?, expected, "each once");
    assert_eq!(bed.accounts_of(&[]).await?, []);
    let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    let read = tx.accounts_by_logins(&[username("ann")?]).await?;
    assert_eq!(read, tx.account(both.id).await?.into_iter().collect::<Vec<_>>());
    Ok(())
}

/// What opens each member: its invitation until it has joined, then its account.
pub(super) async fn entrances_are_what_opens_members(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.at(&bed.found("Another Ltd", "otto").await?);
    let asked = bed.invite("ann@example.org").await?;
    let joined = bed.join("bob@example.org").await?;
    let added = bed.added("cyd", &["Member", "Member manager"]).await?;
    let gone = bed.added("dee", &["Member"]).await?.member;
    bed.membership.remove_member(&bed.as_administrator(), bed.target(&gone), Heirs::default()).await?;
    let nobody = MemberId::new(bed.clock.now(), bed.membership.entropy());
    let ids = [asked.member.id, joined.member.id, added.member.id, gone.id, nobody, other.member.id];
    let mut found = bed.adapter.directory.entrances(bed.tenant.id, &ids).await?;
    found.sort_by_key(|entrance| ids.iter().position(|id| *id == entrance.member.id));
    for entrance in &found {
        assert_eq!(bed.stored(entrance.member.id).await?.as_ref(), Some(&entrance.member));
    }
    let opened: Vec<_> = found
        .iter()
        .map(|entrance| {
            let invitation = entrance.invitation.as_ref().map(|invitation| invitation.id);
            (entrance.member.id, invitation, entrance.account.as_ref().map(|account| account.id))
        })
        .collect();
    let expected: [(MemberId, Option<InvitationId>, Option<AccountId>); 4] = [
        (asked.member.id, Some(asked.invitation.id), None),
        (joined.member.id, None, Some(joined.account.id)),
        (added.member.id, None, Some(added.account.id)),
        (gone.id, None, gone.account()),
    ];
    assert_eq!(opened, expected);
    assert_eq!(found.first().and_then(|first| first.invitation.clone()), Some(asked.invitation));
    assert_eq!(found.get(2).and_then(|third| third.account.clone()), Some(bed.account(added.account.id).await?));
    assert_eq!(bed.adapter.directory.entrances(bed.tenant.id, &[]).await?, []);
    let many: Vec<MemberId> = (0..MANY).map(|_| nobody).chain(ids).collect();
    assert_eq!(bed.adapter.directory.entrances(bed.tenant.id, &many).await?.len(), 4);
    Ok(())
}

/// Whoever stands in a record, by its own identifier or by its account's, is found, removed or not; and in no other tenant.
pub(super) async fn members_are_meant_by_their_ids_and_their_accounts(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.at(&bed.found("Another Ltd", "otto").await?);
    let asked = bed.invite("ann@example.org").await?.member;
    let bob = bed.join("bob@example.org").await?;
    let gone = bed.added("dee", &["Member"]).await?;
    bed.membership.remove_member(&bed.as_administrator(), bed.target(&gone.member), Heirs::default()).await?;
    let nobody = MemberId::new(bed.clock.now(), bed.membership.entropy()).as_uuid();
    let meant = async |ids: &[Uuid]| {
        let found = bed.adapter.directory.meant(bed.tenant.id, ids).await?;
        for member in &found {
            assert_eq!(bed.stored(member.id).await?.as_ref(), Some(member), "as it is read by itself");
        }
        assert!(found.is_sorted_by_key(|member| member.id), "oldest first");
        Ok::<_, Failure>(found.into_iter().map(|member| member.id).collect::<Vec<_>>())
    };
    let in_order = |mut ids: [MemberId; 2]| {
        ids.sort();
        ids
    };
    let [ann, bobs, dees] = [asked.id, bob.member.id, gone.member.id];
    assert_eq!(meant(&[]).await?, []);
    assert_eq!(meant(&[nobody, dees.as_uuid(), ann.as_uuid()]).await?, in_order([ann, dees]));
    assert_eq!(meant(&[gone.account.id.as_uuid(), bob.account.id.as_uuid()]).await?, in_order([bobs, dees]));
    assert_eq!(meant(&[bob.account.id.as_uuid(), bobs.as_uuid()]).await?, [bobs], "once");
    assert_eq!(meant(&[other.member.id.as_uuid(), other.administrator.id.as_uuid()]).await?, [], "of another tenant");
    let many: Vec<Uuid> = (0..MANY).map(|_| nobody).chain([ann.as_uuid(), bob.account.id.as_uuid()]).collect();
    assert_eq!(meant(&many).await?, in_order([ann, bobs]));
    Ok(())
}

/// A member's language reads back wherever the member is read, and goes when it is taken away.
pub(super) async fn a_language_reads_back(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let mut command = bed.invitation_to("ann@example.org").await?;
    if let Some(ann) = command.people.first_mut() {
        ann.language = Some("zh-hant-tw".into());
    }
    let asked = bed.invite_one(command).await?;
    let language = Some(Language::parse("zh-Hant-TW")?);
    let (tenant, id) = (bed.tenant.id, asked.member.id);
    let directory = &bed.adapter.directory;
    let read = [
        bed.stored(id).await?,
        directory.member(tenant, id).await?.map(|details| details.row.member),
        bed.world(tenant).await?.members.into_iter().find(|member| member.id == id),
        directory.entrances(tenant, &[id]).await?.pop().map(|entrance| entrance.member),
        bed.listed(id).await?,
    ];
    assert_eq!(read.map(|member| member.and_then(|member| member.language)), std::array::from_fn(|_| language.clone()));
    for text in ["es-419", ""] {
        let changes = Changes { language: Some(text.into()), ..Changes::default() };
        bed.membership.edit_member(&bed.as_administrator(), bed.target(&asked.member), changes).await?;
        let stored = bed.stored(id).await?.and_then(|member| member.language);
        assert_eq!(stored.map(|language| language.to_string()).unwrap_or_default(), text);
    }
    let back = changed(&bed.stored(id).await?.ok_or("gone")?, |member| member.language.clone_from(&language));
    bed.write(&[Event::MemberEdited(back)]).await?;
    assert_eq!(bed.stored(id).await?.and_then(|member| member.language), language);
    Ok(())
}

impl Bed {
    /// Somebody called `name` who waits to be invited, and the event that writes it.
    fn ready_called(&self, name: &str, email: Option<&str>) -> Result<(MemberId, Event), Failure> {
        let email: Option<EmailAddress> = email.map(address).transpose()?;
        let (member, invitation) = self.ready(Channel::Link(email), Inviter::Member(self.member.id))?;
        let member = Member { name: DisplayName::parse(name)?, ..member };
        Ok((member.id, Event::MemberInvited { member, invitation }))
    }

    /// The member with this id, as a list shows it.
    async fn listed(&self, id: MemberId) -> Result<Option<Member>, Failure> {
        let page = membership_core::directory::Page { after: None, limit: 200 };
        let filter = membership_core::directory::MemberFilter::default();
        let rows = self.adapter.directory.members(self.tenant.id, &filter, page).await?;
        Ok(rows.into_iter().map(|row| row.member).find(|member| member.id == id))
    }
}
