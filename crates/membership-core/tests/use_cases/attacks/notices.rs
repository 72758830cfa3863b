//! Letters that tell an owner what was done to the account.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use chrono::TimeDelta;
use membership_core::{
    delivery::Postman,
    member::remove::Heirs,
    outbox::{Content, Letter, Mailer, Verdict},
};
use membership_testkit::{Bed, Failure};

use super::{ANN, OTHER, ann, change_address, change_password, of_password};

/// A mailer that keeps what it is given.
#[derive(Default)]
struct Kept(Mutex<Vec<Content>>);

#[async_trait]
impl Mailer for Kept {
    async fn send(&self, letter: &Letter) -> Verdict {
        self.0.lock().expect("a lock").push(letter.content.clone());
        Verdict::Taken("ok".into())
    }
}

/// A thief changes the password, leaves, and closes the account before the postman comes: the owner is told all the same.
#[tokio::test]
async fn closing_keeps_no_notice_back() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let thief = ann(&bed).await?;
    let mailer = Arc::new(Kept::default());
    let postman = Postman {
        outbox: Arc::clone(&bed.adapter.outbox),
        directory: Arc::clone(&bed.adapter.directory),
        mailer: Arc::clone(&mailer) as Arc<dyn Mailer>,
        links: bed.membership.links().clone(),
        patience: membership_core::outbox::Patience::default(),
    };
    let clock = || bed.clock.now();
    while postman.round(&clock).await?.total() > 0 {}
    mailer.0.lock().expect("a lock").clear();
    let done = bed.membership.change_password(&bed.as_signed_in(&thief), change_password(OTHER)).await?;
    let thief = bed.as_signed_in(&of_password(done));
    bed.membership.leave(&thief, bed.tenant.id, Heirs::default()).await?;
    bed.membership.close_account(&thief).await?;
    while postman.round(&clock).await?.total() > 0 {}
    let told = mailer.0.lock().expect("a lock").clone();
    assert!(matches!(told.as_slice(), [Content::PasswordChanged { .. }]), "{told:?}");
    Ok(())
}

/// Proves I-43 in part: letters about one account are numbered from one row, so whatever comes after whatever, no letter has
/// the number of another, and none is lost for it.
#[tokio::test]
async fn letters_about_an_account_do_not_collide() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let joined = bed.join(ANN).await?;
    let (id, target) = (joined.account.id, bed.target(&joined.member));
    for round in 0..40_u32 {
        bed.clock.advance(TimeDelta::minutes(31));
        let (own, root) = (bed.as_account(&bed.account(id).await?), bed.as_administrator());
        match round % 8 {
            0 | 2 => bed.membership.forget_password(&bed.as_anybody(), ANN).await?,
            1 => drop(bed.membership.begin_email(&own).await?),
            3 => drop(bed.membership.make_password_link(&root, target).await?),
            4 => drop(bed.membership.switch_second_factor(&root, target, false).await?),
            5 => {
                let to = format!("a{round}@example.org");
                bed.membership.change_address(&own, change_address(&to)).await?;
            }
            6 => {
                bed.membership.disable_member(&root, target).await?;
                bed.membership.enable_member(&root, target).await?;
            }
            _ => {
                bed.membership.forget_password(&bed.as_anybody(), ANN).await?;
                bed.membership.make_password_link(&root, target).await?;
            }
        }
    }
    let now = bed.clock.now();
    let waiting = bed.adapter.outbox.claim(now, now + TimeDelta::days(365), 1_000).await?;
    let of_ann = waiting.iter().filter(|lease| lease.mail.subject == id.as_uuid());
    let numbers: Vec<_> = of_ann.map(|lease| (lease.mail.kind, lease.mail.generation)).collect();
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len(), "{numbers:?}");
    assert!(numbers.len() >= 10, "{numbers:?}");
    Ok(())
}
