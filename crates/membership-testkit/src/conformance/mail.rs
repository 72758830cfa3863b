//! Mail: who is told of what.

use membership_core::{
    event::Event,
    member::{Member, MemberState, remove::Heirs},
    outbox::{Delivery, Leased, MailKind},
    role::Grant,
    store::Scope,
};
use uuid::Uuid;

use super::{
    Outcome,
    rows::{address, changed},
};
use crate::{Adapter, Bed, Failure};

/// Proves: I-43, in part. Who is told of what, each once: whoever became a member without being asked, whoever is asked to
/// be the representative, and both once the flag has changed hands.
pub(super) async fn every_kind_of_mail_is_owed(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.admitted("ann@example.org").await?;
    let to = |text: &str| Ok::<_, Failure>((text.to_owned(), Scope::Tenant(bed.tenant.id)));
    let (ann_at, root_at) = (to("ann@example.org")?, to("root@example.org")?);
    assert_eq!(bed.taken().await?, [(MailKind::BecameMember, ann.id.as_uuid(), ann_at.clone())]);

    let administrators = [(Grant::Role(bed.role("Administrator").await?), None)].into_iter().collect();
    bed.write(&[Event::MemberEdited(changed(&ann, |member| member.assignments = administrators))]).await?;
    let offer = bed.membership.nominate(&bed.as_administrator(), bed.target(&ann)).await?;
    let subject = offer.id.as_uuid();
    assert_eq!(bed.taken().await?, [(MailKind::Nominated, subject, ann_at.clone())]);
    let account = bed.account(ann.account().ok_or("no account")?).await?;
    bed.membership.accept_nomination(&bed.as_account(&account), bed.tenant.id).await?;
    let both = [(MailKind::BecameRepresentative, subject, ann_at), (MailKind::HandedOver, subject, root_at)];
    assert_eq!(bed.taken().await?, both);
    let row = bed.adapter.directory.member(bed.tenant.id, ann.id).await?.ok_or("it is not listed")?.row;
    assert_eq!(row.delivery, None, "none of these is an invitation's");
    Ok(())
}

/// Proves: I-44, in part. An offer that is taken back, declined or replaced is not mailed any more, nor is a membership
/// that has ended.
pub(super) async fn what_is_over_is_not_mailed(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let ann = bed.admitted("ann@example.org").await?;
    let email = Some(address("bob@example.org")?);
    let bob = bed.holder_of(&["Administrator"]).await?;
    let change = changed(&bob, |member| member.email = email);
    bed.write(&[Event::MemberEdited(change)]).await?;
    let bobs = bed.account(bob.account().ok_or("no account")?).await?;
    let nominate = async || bed.membership.nominate(&bed.as_administrator(), bed.target(&bob)).await;
    nominate().await?;
    bed.membership.withdraw_nomination(&bed.as_administrator(), bed.tenant.id).await?;
    nominate().await?;
    bed.membership.decline_nomination(&bed.as_account(&bobs), bed.tenant.id).await?;
    nominate().await?;
    let last = nominate().await?;
    bed.membership.remove_member(&bed.as_administrator(), bed.target(&ann), Heirs::default()).await?;
    let bob_at = ("bob@example.org".to_owned(), Scope::Tenant(bed.tenant.id));
    assert_eq!(bed.taken().await?, [(MailKind::Nominated, last.id.as_uuid(), bob_at)]);
    let owed = bed.snapshot().await?.outbox;
    let cancelled = owed.iter().filter(|(_, _, delivery)| *delivery == Delivery::Cancelled { at: bed.clock.now() });
    assert_eq!((owed.len(), cancelled.count()), (5, 4));
    Ok(())
}

impl Bed {
    /// The owner of an account with `address` is a member at once.
    async fn admitted(&self, text: &str) -> Result<Member, Failure> {
        let account = self.account_at(text, true)?;
        let state = MemberState::Enabled { account: account.id, joined_at: self.clock.now() };
        let member = Member { email: Some(address(text)?), ..self.member_in(state)? };
        self.write(&[Event::AccountRegistered(account), Event::MemberAdmitted(member.clone())]).await?;
        Ok(member)
    }

    /// Takes everything that is due, and says what it is, about what, and to whom.
    async fn taken(&self) -> Result<Vec<(MailKind, Uuid, (String, Scope))>, Failure> {
        let leased = self.claim(10).await?;
        let told = |lease: &Leased| {
            assert_eq!((lease.id, lease.mail.generation), (lease.mail.id(), 1));
            (lease.mail.kind, lease.mail.subject, (lease.mail.to.to_string(), lease.mail.about))
        };
        let mut taken: Vec<_> = leased.iter().map(told).collect();
        taken.sort();
        Ok(taken)
    }
}
