//! The representative administrator: one at every moment, and the offers by which another takes over.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use chrono::TimeDelta;
use membership_core::{
    directory::{MemberFilter, NominationView, Page},
    event::Event,
    id::NominationId,
    member::{Member, edit::Changes, reach::Target, remove::Heirs},
    outbox::MailKind,
    refusal::Refusal,
    role::{Assignments, Grant},
    store::Scope,
    tenant::representative::{Answer, Nomination, OFFER},
};

use super::{Outcome, crowd::at_once, rows::changed};
use crate::{Adapter, Bed, Failure, bed::Person, clock::TICK};

/// An offer waits until it is answered, and its answer is kept: taken back, replaced by another, declined, accepted. Only
/// one waits; one whose time has passed waits still, and is refused.
pub(super) async fn an_offer_is_kept_with_its_answer(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let tenant = bed.tenant.id;
    let (ann, bob) = (bed.added("ann", &["Administrator"]).await?, bed.added("bob", &["Administrator"]).await?);
    assert_eq!(open(&bed).await?, None);
    let first = nominate(&bed, &ann.member).await?;
    let expected = Nomination {
        nominator: bed.member.id,
        nominee: ann.member.id,
        address: None,
        made_at: bed.clock.now(),
        expires_at: OFFER.end(bed.clock.now()),
        answer: Answer::None,
        ..first.clone()
    };
    assert_eq!((&first, open(&bed).await?.as_ref()), (&expected, Some(&expected)));

    bed.clock.advance(TICK);
    let second = nominate(&bed, &bob.member).await?;
    assert_eq!(answer(&bed, first.id).await?, Answer::Withdrawn(bed.clock.now()));
    assert_eq!(open(&bed).await?.map(|offer| offer.id), Some(second.id));
    bed.clock.advance(TICK);
    bed.membership.decline_nomination(&bed.as_account(&bob.account), tenant).await?;
    assert_eq!((answer(&bed, second.id).await?, open(&bed).await?), (Answer::Declined(bed.clock.now()), None));
    let third = nominate(&bed, &bob.member).await?;
    bed.membership.withdraw_nomination(&bed.as_administrator(), tenant).await?;
    assert_eq!((answer(&bed, third.id).await?, open(&bed).await?), (Answer::Withdrawn(bed.clock.now()), None));

    let fourth = nominate(&bed, &ann.member).await?;
    bed.clock.set(fourth.expires_at);
    let late = bed.membership.accept_nomination(&bed.as_account(&ann.account), tenant).await;
    assert_eq!(code(late), Some("nomination-expired"));
    bed.clock.set(fourth.expires_at - TICK);
    bed.membership.accept_nomination(&bed.as_account(&ann.account), tenant).await?;
    assert_eq!((answer(&bed, fourth.id).await?, open(&bed).await?), (Answer::Accepted(bed.clock.now()), None));
    let nominations = bed.snapshot().await?.nominations;
    assert_eq!(nominations.len(), 4);
    Ok(())
}

/// Proves: I-4 in part, A27 in part. The flag goes from one to the other in one commit, together with the answer and the
/// two letters; a commit that fails after it moves nothing.
pub(super) async fn the_flag_changes_hands_in_one_commit(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.added("ann", &["Administrator"]).await?;
    let email = membership_core::email::EmailAddress::from_canonical("ann@example.org")?;
    let change = changed(&ann.member, |member| member.email = Some(email));
    let ann = Person { member: change.member.clone(), ..ann };
    bed.write(&[Event::MemberEdited(change)]).await?;
    let offer = nominate(&bed, &ann.member).await?;
    let accepted = Nomination { answer: Answer::Accepted(bed.clock.now()), ..offer.clone() };
    let event = Event::RepresentativeChanged {
        nomination: Box::new(accepted.clone()),
        former: Box::new(changed(&bed.member, |member| member.representative = false)),
        successor: Box::new(changed(&ann.member, |member| member.representative = true)),
    };
    let before = bed.snapshot().await?;
    let bad = Event::AccountRegistered(bed.account_named("root")?);
    assert!(bed.write(&[event.clone(), bad]).await.is_err());
    assert_eq!(bed.snapshot().await?, before);
    assert_eq!((representative(&bed).await?, open(&bed).await?), (bed.member.clone(), Some(offer)));

    bed.write(&[event]).await?;
    let successor = Member { representative: true, ..ann.member };
    let former = Member { representative: false, ..bed.member.clone() };
    assert_eq!(representative(&bed).await?, successor);
    assert_eq!(bed.stored(former.id).await?.as_ref(), Some(&former));
    let directory = &bed.adapter.directory;
    let view = directory.nomination_view(bed.tenant.id, accepted.id).await?.ok_or("it is not shown")?;
    let tenant = bed.tenant.clone();
    assert_eq!(view, NominationView { tenant, nomination: accepted, nominator: former, nominee: successor });
    let owed = bed.snapshot().await?.outbox.into_iter().map(|(_, mail, delivery)| (mail.kind, delivery.as_str()));
    let mut owed: Vec<_> = owed.collect();
    owed.sort_unstable();
    let told = [
        (MailKind::Nominated, "cancelled"),
        (MailKind::BecameRepresentative, "queued"),
        (MailKind::HandedOver, "queued"),
    ];
    assert_eq!(owed, told);
    Ok(())
}

/// Whoever looks while the flag goes to and fro sees one representative, never none and never two.
pub(super) async fn nobody_sees_two_representatives_or_none(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.added("ann", &["Administrator"]).await?;
    let root = Person { member: bed.member.clone(), account: bed.administrator.clone() };
    let done = Arc::new(AtomicBool::new(false));
    let looked = at_once(3, |number| {
        let (bed, done, pair) = (bed.clone(), Arc::clone(&done), [root.clone(), ann.clone()]);
        async move {
            let mut looks = 0;
            if number == 0 {
                for round in 0..20 {
                    let (from, to) = if round % 2 == 0 { (&pair[0], &pair[1]) } else { (&pair[1], &pair[0]) };
                    hand_over(&bed, from, to).await?;
                }
                done.store(true, Ordering::SeqCst);
            }
            while !done.load(Ordering::SeqCst) {
                let page = Page { after: None, limit: 10 };
                let rows = bed.adapter.directory.members(bed.tenant.id, &MemberFilter::default(), page).await?;
                let flags = rows.iter().filter(|row| row.member.representative).count();
                assert_eq!((flags, rows.len()), (1, 2));
                looks += 1;
                tokio::task::yield_now().await;
            }
            Ok::<u32, Failure>(looks)
        }
    })
    .await?;
    for looks in looked {
        looks?;
    }
    assert_eq!(representative(&bed).await?.id, bed.member.id);
    Ok(())
}

async fn hand_over(bed: &Bed, from: &Person, to: &Person) -> Outcome {
    bed.membership.nominate(&bed.as_account(&from.account), bed.target(&to.member)).await?;
    bed.membership.accept_nomination(&bed.as_account(&to.account), bed.tenant.id).await?;
    Ok(())
}

/// Proves: TEN-14, A29. Nobody who has not joined, is disabled, removed, no administrator, one only for a time, of another
/// tenant, or the representative already, is nominated; nobody who has become so since accepts; and nothing is changed. Of
/// several who accept at once one wins.
pub(super) async fn nobody_unfit_becomes_the_representative(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let administrators = bed.role("Administrator").await?;
    let mut command = bed.invitation_to("waiting@example.org").await?;
    for person in &mut command.people {
        person.assignments = vec![membership_core::role::assign::Wanted::role(administrators)];
    }
    let waiting = bed.invite_one(command).await?.member;
    let [disabled, removed] = [bed.holder_of(&["Administrator"]).await?, bed.holder_of(&["Administrator"]).await?];
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&disabled)).await?;
    bed.membership.remove_member(&bed.as_administrator(), bed.target(&removed), Heirs::default()).await?;
    let manager = bed.holder_of(&["Member manager", "Member"]).await?;
    let end = Some(bed.clock.now() + TimeDelta::days(365));
    let for_a_time = bed.somebody([(Grant::Role(administrators), end)].into_iter().collect()).await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let before = bed.snapshot().await?;
    for (nominee, refusal) in [
        (&waiting, "nominee-not-registered"),
        (&disabled, "nominee-disabled"),
        (&removed, "nominee-removed"),
        (&manager, "nominee-not-administrator"),
        (&for_a_time, "nominee-not-administrator"),
        (&other.member, "member-unknown"),
        (&bed.member, "nominee-is-representative"),
    ] {
        let refused = bed.membership.nominate(&bed.as_administrator(), bed.target(nominee)).await;
        assert_eq!(code(refused), Some(refusal));
    }
    let foreign = Target { tenant: other.tenant.id, member: other.member.id };
    assert_eq!(code(bed.membership.nominate(&bed.as_administrator(), foreign).await), Some("tenant-unknown"));
    assert_eq!(bed.snapshot().await?, before);
    one_of_several_takes_over(&bed).await?;
    falls_from_fitness(&bed).await
}

/// Several accept the one offer at once.
async fn one_of_several_takes_over(bed: &Bed) -> Outcome {
    let ann = bed.added("ann", &["Administrator"]).await?;
    nominate(bed, &ann.member).await?;
    let done = at_once(8, |_| {
        let (bed, ann) = (bed.clone(), ann.account.clone());
        async move { bed.membership.accept_nomination(&bed.as_account(&ann), bed.tenant.id).await.is_ok() }
    })
    .await?;
    assert_eq!(done.iter().filter(|won| **won).count(), 1);
    assert_eq!(representative(bed).await?.id, ann.member.id);
    let root = Person { member: bed.member.clone(), account: bed.administrator.clone() };
    hand_over(bed, &ann, &root).await
}

/// Fit when asked, and not when accepting.
async fn falls_from_fitness(bed: &Bed) -> Outcome {
    let bob = bed.added("bob", &["Administrator"]).await?;
    nominate(bed, &bob.member).await?;
    let command = bed.addition("nobody", &["Member"]).await?;
    let changes = Changes { assignments: Some(command.assignments), ..Changes::default() };
    bed.membership.edit_member(&bed.as_administrator(), bed.target(&bob.member), changes).await?;
    let before = bed.snapshot().await?;
    let accept = async || {
        let bob = bed.account(bob.account.id).await?;
        let accepted = bed.membership.accept_nomination(&bed.as_account(&bob), bed.tenant.id).await;
        Ok::<_, Failure>(code(accepted))
    };
    assert_eq!(accept().await?, Some("nominee-not-administrator"));
    assert_eq!(bed.snapshot().await?, before);
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&bob.member)).await?;
    assert_eq!(accept().await?, Some("member-disabled"));
    bed.membership.remove_member(&bed.as_administrator(), bed.target(&bob.member), Heirs::default()).await?;
    assert_eq!(accept().await?, Some("tenant-unknown"));
    assert_eq!(representative(bed).await?, bed.member);
    Ok(())
}

/// An offer is of one tenant: in another its id names nothing, and that tenant has an offer of its own.
pub(super) async fn offers_are_kept_apart(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let offer = nominate(&bed, &bed.added("ann", &["Administrator"]).await?.member).await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let (directory, elsewhere) = (&bed.adapter.directory, other.tenant.id);
    assert_eq!(directory.nomination_view(elsewhere, offer.id).await?, None);
    assert_eq!(directory.nomination(elsewhere).await?, None);
    let mut tx = bed.adapter.store.begin(Scope::Tenant(elsewhere)).await?;
    assert_eq!(tx.nomination().await?, None);
    assert_eq!(tx.representative().await?.map(|found| found.id), Some(other.member.id));
    drop(tx);
    let administrator = bed.somebody(Assignments::default()).await?.account().ok_or("no account")?;
    let state = membership_core::member::MemberState::Enabled { account: administrator, joined_at: bed.clock.now() };
    let second = Member {
        tenant: elsewhere,
        departments: other.member.departments.clone(),
        creator: None,
        ..bed.member_in(state)?
    };
    let own = Nomination { tenant: elsewhere, nominator: other.member.id, nominee: second.id, ..offer.clone() };
    let own = Nomination { id: NominationId::new(bed.clock.now(), bed.membership.entropy()), ..own };
    let events = [Event::MemberAdded(second), Event::RepresentativeNominated(own.clone())];
    bed.commit(Scope::Tenant(elsewhere), &events).await?;
    assert_eq!((directory.nomination(elsewhere).await?, open(&bed).await?), (Some(own), Some(offer)));
    Ok(())
}

/// Proves: TEN-17 in part, TEN-19 in part, I-43 in part. While the first administrator has not joined, the invitation goes
/// to another address: its member has that address, the next link is owed there, and the mail with the old one is not sent.
pub(super) async fn an_invitation_is_readdressed(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let command = membership_core::tenant::create::CreateTenant {
        name: "Another Ltd".into(),
        administrator: "Otto Example".into(),
        reach: membership_core::invitation::invite::Reach::Mail("otto@example.org".into()),
        preset: None,
        parent: None,
    };
    let made = bed.membership.create_tenant(&bed.as_administrator(), command).await?;
    let old = bed.token(&made.invitation);
    bed.clock.advance(TICK);
    let (ctx, tenant) = (bed.as_administrator(), made.tenant.id);
    let (member, moved) = bed.membership.readdress_representative(&ctx, tenant, "OTTO@example.com").await?;
    assert_eq!(member.email.as_ref().map(membership_core::email::EmailAddress::as_str), Some("otto@example.com"));
    assert_eq!((moved.generation, moved.address()), (2, member.email.as_ref()));
    let world = bed.world(tenant).await?;
    assert!(world.members.contains(&member) && world.invitations.contains(&moved));
    let mut owed: Vec<_> =
        world.outbox.iter().map(|(_, mail, at)| (mail.generation, mail.to.as_str(), at.as_str())).collect();
    owed.sort_unstable();
    assert_eq!(owed, [(1, "otto@example.org", "cancelled"), (2, "otto@example.com", "queued")]);
    let dead = bed.membership.accept_invitation(&bed.as_anybody(), &old).await;
    assert_eq!(code(dead), Some("link-superseded"));
    bed.membership.accept_invitation(&bed.as_anybody(), &bed.token(&moved)).await?;
    Ok(())
}

async fn nominate(bed: &Bed, member: &Member) -> Result<Nomination, Failure> {
    Ok(bed.membership.nominate(&bed.as_administrator(), bed.target(member)).await?)
}

/// The offer that waits: the same whoever tells it.
async fn open(bed: &Bed) -> Result<Option<Nomination>, Failure> {
    let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    let told = tx.nomination().await?;
    drop(tx);
    assert_eq!(bed.adapter.directory.nomination(bed.tenant.id).await?, told);
    Ok(told)
}

async fn answer(bed: &Bed, id: NominationId) -> Result<Answer, Failure> {
    let view = bed.adapter.directory.nomination_view(bed.tenant.id, id).await?;
    Ok(view.ok_or("there is no such offer")?.nomination.answer)
}

async fn representative(bed: &Bed) -> Result<Member, Failure> {
    let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
    Ok(tx.representative().await?.ok_or("there is no representative")?)
}

fn code<T>(outcome: Result<T, impl Refusal>) -> Option<&'static str> {
    outcome.err().map(|refusal| refusal.code())
}
