//! Passkeys: what a thief adds to an account, what runs at once, and what changes between the two steps.

use chrono::TimeDelta;
use membership_core::{
    account::{
        Kinds,
        passkey::{CredentialId, MOST_PASSKEYS},
        sign_in::{Proof, SignedIn},
    },
    name::DisplayName,
    store::Scope,
};
use membership_testkit::{
    Bed, Failure, PlainPasskey,
    bed::{PASSWORD, TEMPORARY},
};

use super::{ANN, OTHER, ann, change_password, forgotten, move_to, require, reset, tail};
use crate::{
    code,
    passkeys::{add, alone, alone_refused, beside, challenge},
    sign_in::as_signed_in,
};

const EVIL: &str = "evil@example.net";

/// Proves A54 in part and A56 in part: bringing the address back takes all from the thief, a passkey too. A thief who knew the
/// password had added one, moved the address eight days later, and came back by the passkey alone after the owner had undone that.
#[tokio::test]
async fn a_thiefs_passkey_does_not_outlive_the_way_back() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let thief = ann(&bed).await?;
    let id = thief.account.id;
    let (_, mut stolen, _) = add(&bed, &thief, 9).await?;
    bed.clock.advance(TimeDelta::days(8));
    let thief = alone(&bed, &mut stolen).await?;
    let undo = move_to(&bed, &bed.as_signed_in(&thief), &thief.account, EVIL).await?;
    bed.membership.restore_address(&bed.as_anybody(), &undo).await?;
    assert_eq!(alone_refused(&bed, &mut stolen).await?, "passkey-failed");
    let token = forgotten(&bed, ANN, id).await?;
    let chosen = bed.membership.reset_password(&bed.as_anybody(), reset(&token, None)).await;
    assert_eq!(code(chosen), "reset-code-needed", "recovery codes of a passkey that is not of the last days stay");
    assert_eq!(alone_refused(&bed, &mut stolen).await?, "passkey-failed");
    Ok(())
}

/// Proves A49 in part and A52 in part: another password by an administrator's link shuts a thief's passkey out with the sessions and
/// keys, until somebody shows it beside that password. It opened the account by itself before.
#[tokio::test]
async fn a_thiefs_passkey_does_not_outlive_another_password_by_link() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let joined = bed.join(ANN).await?;
    let thief = bed.sign_in(ANN, PASSWORD).await?;
    let (_, mut stolen, _) = add(&bed, &thief, 9).await?;
    alone(&bed, &mut stolen).await?;
    let link = bed.membership.make_password_link(&bed.as_administrator(), bed.target(&joined.member)).await?;
    bed.membership.reset_password(&bed.as_anybody(), reset(tail(&link.url), None)).await?;
    assert_eq!(alone_refused(&bed, &mut stolen).await?, "passkey-failed");
    beside(&bed, OTHER, &mut stolen).await?;
    alone(&bed, &mut stolen).await?;
    Ok(())
}

/// Thirty confirmations at once, where there is room for one, leave ten passkeys.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_than_ten_are_added_at_once() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let mut who = ann(&bed).await?;
    for byte in 1..u8::try_from(MOST_PASSKEYS)? {
        who = add(&bed, &who, byte).await?.0;
    }
    let ctx = bed.as_signed_in(&who);
    let name = DisplayName::parse("Phone")?;
    let mut running = Vec::new();
    for byte in 100..130 {
        let ceremony = bed.membership.begin_passkey(&ctx).await?;
        let answer = PlainPasskey::new(who.account.id, vec![byte; 32]).answer(&ceremony);
        let (bed, ctx, name) = (bed.clone(), ctx.clone(), name.clone());
        running.push(async move { bed.membership.confirm_passkey(&ctx, name, answer).await.is_ok() });
    }
    assert_eq!(at_once(running).await?, 1);
    let mut tx = bed.adapter.store.begin(Scope::Account(who.account.id)).await?;
    assert_eq!(tx.factors(who.account.id).await?.passkeys.len(), MOST_PASSKEYS);
    Ok(())
}

/// Proves A63 in part: a ceremony takes one answer of fifty at once, each with a higher counter than the one before, and none once
/// what is older than a ceremony lives was swept away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ceremony_takes_one_answer_of_many_at_once() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let who = ann(&bed).await?;
    let (_, mut passkey, _) = add(&bed, &who, 1).await?;
    let ceremony = bed.membership.begin_passkey_sign_in(&bed.as_anybody()).await?;
    let running = (0..50).map(|_| {
        let (bed, answer) = (bed.clone(), passkey.answer(&ceremony));
        async move { bed.membership.sign_in_with_passkey(&bed.as_anybody(), answer).await.is_ok() }
    });
    assert_eq!(at_once(running.collect()).await?, 1);
    bed.clock.advance(TimeDelta::seconds(599));
    let now = bed.clock.now();
    bed.adapter.traces.sweep(now, now - TimeDelta::minutes(10), 1_000).await?;
    let again = bed.membership.sign_in_with_passkey(&bed.as_anybody(), passkey.answer(&ceremony)).await;
    assert_eq!(code(again), "passkey-failed");
    Ok(())
}

/// How many of these went well, all begun at once.
async fn at_once(all: Vec<impl Future<Output = bool> + Send + 'static>) -> Result<usize, Failure> {
    let running: Vec<_> = all.into_iter().map(tokio::spawn).collect();
    let mut done = 0;
    for one in running {
        done += usize::from(one.await?);
    }
    Ok(done)
}

/// Proves A66 in part and I-34 in part: what shuts somebody out between the two steps ends what was begun: an administrator who
/// switches the factors off, and another password.
#[tokio::test]
async fn what_was_begun_ends_when_its_owner_is_shut_out() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (m, anybody) = (&bed.membership, bed.as_anybody());
    let member = bed.join(ANN).await?.member;
    let (who, mut passkey, _) = add(&bed, &bed.sign_in(ANN, PASSWORD).await?, 1).await?;
    let ctx = bed.as_signed_in(&who);
    let (adding, showing) = (m.begin_passkey(&ctx).await?, m.begin_passkey_sign_in(&anybody).await?);
    let key = challenge(&bed, PASSWORD).await?;
    let proving = m.begin_passkey_proof(&anybody, &key).await?;
    m.switch_second_factor(&bed.as_administrator(), bed.target(&member), false).await?;
    let second = PlainPasskey::new(who.account.id, vec![2; 32]).answer(&adding);
    assert_eq!(code(m.confirm_passkey(&ctx, DisplayName::parse("Phone")?, second).await), "sign-in-required");
    assert_eq!(code(m.sign_in_with_passkey(&anybody, passkey.answer(&showing)).await), "passkey-failed");
    let proof = Proof::Passkey(passkey.answer(&proving));
    assert_eq!(code(m.answer_challenge(&anybody, &key, proof).await), "challenge-over");

    let (who, mut passkey, _) = add(&bed, &bed.sign_in(ANN, PASSWORD).await?, 3).await?;
    let key = challenge(&bed, PASSWORD).await?;
    let proving = m.begin_passkey_proof(&anybody, &key).await?;
    m.change_password(&bed.as_signed_in(&who), change_password(OTHER)).await?;
    let proof = Proof::Passkey(passkey.answer(&proving));
    assert_eq!(code(m.answer_challenge(&anybody, &key, proof).await), "challenge-over");
    Ok(())
}

/// Proves A63 in part and A66 in part: a passkey that was taken away opens nothing that was begun before, and a ceremony answers
/// neither another challenge nor a sign-in.
#[tokio::test]
async fn a_passkey_that_was_taken_away_opens_nothing() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (m, anybody) = (&bed.membership, bed.as_anybody());
    let (who, mut passkey, _) = add(&bed, &ann(&bed).await?, 1).await?;
    let (who, mut lost, _) = add(&bed, &who, 4).await?;
    let (showing, key) = (m.begin_passkey_sign_in(&anybody).await?, challenge(&bed, PASSWORD).await?);
    let lost_one = CredentialId::from_bytes(vec![4; 32]);
    let who = as_signed_in(m.remove_passkey(&bed.as_signed_in(&who), &lost_one).await?);
    assert_eq!(code(m.sign_in_with_passkey(&anybody, lost.answer(&showing)).await), "passkey-failed");
    assert_eq!(code(m.begin_passkey_proof(&anybody, &key).await), "challenge-over");
    let answer = async |of, to, passkey: &mut PlainPasskey| {
        let ceremony = m.begin_passkey_proof(&anybody, of).await?;
        let proof = Proof::Passkey(passkey.answer(&ceremony));
        Ok::<_, Failure>(code(m.answer_challenge(&anybody, to, proof).await))
    };
    let (one, other) = (challenge(&bed, PASSWORD).await?, challenge(&bed, PASSWORD).await?);
    assert_eq!(answer(&one, &one, &mut lost).await?, "challenge-failed");
    assert_eq!(answer(&one, &other, &mut passkey).await?, "challenge-failed");
    let of_one = m.begin_passkey_proof(&anybody, &one).await?;
    assert_eq!(code(m.sign_in_with_passkey(&anybody, passkey.answer(&of_one)).await), "passkey-failed");
    assert_eq!(who.session.with, Kinds::PASSKEY);
    Ok(())
}

/// Proves A67 in part: a passkey lets nobody past what a tenant wants: not somebody who is disabled, nor where it wants another
/// factor; and whoever owes a password of his own sets none up.
#[tokio::test]
async fn a_passkey_alone_goes_past_nothing() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    bed.membership.add_member(&bed.as_administrator(), bed.addition("bob", &["Member"]).await?).await?;
    let bob = bed.sign_in("bob", TEMPORARY).await?;
    assert_eq!(code(bed.membership.begin_passkey(&bed.as_signed_in(&bob)).await), "password-change-required");

    let enter = async |who: &SignedIn| code(bed.membership.tenant(&bed.as_signed_in(who), bed.tenant.id).await);
    let member = bed.join(ANN).await?.member;
    let (_, mut passkey, _) = add(&bed, &bed.sign_in(ANN, PASSWORD).await?, 1).await?;
    bed.membership.disable_member(&bed.as_administrator(), bed.target(&member)).await?;
    let inside = alone(&bed, &mut passkey).await?;
    assert_eq!((inside.session.with, enter(&inside).await), (Kinds::PASSKEY, "member-disabled"));
    bed.membership.enable_member(&bed.as_administrator(), bed.target(&member)).await?;
    require(&bed, Kinds::APP).await?;
    let inside = alone(&bed, &mut passkey).await?;
    assert_eq!(enter(&inside).await, "second-factor-missing");
    Ok(())
}
