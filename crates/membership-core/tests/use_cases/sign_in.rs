//! Sign-in with and without a second factor, and the limits on guessing.

use chrono::TimeDelta;
use membership_core::{
    account::{
        ChallengeKey, FactorKind, Kinds,
        enrol::FactorsSet,
        factor::MOST_TRIES,
        guess::MOST_PASSWORDS,
        sign_in::{ChallengeError, Entrance, Proof, SignIn, SignInError, SignedIn},
    },
    context::{Client, Context},
    ports::Secret,
    refusal::Refusal as _,
};
use membership_testkit::{Bed, Failure, PlainSecrets, bed::PASSWORD};

use crate::{code, secret_of};

/// A bed whose Ann has an app and mailed codes; with what she was shown.
pub(crate) async fn with_factors(bed: &Bed) -> Result<(SignedIn, Vec<u8>, Vec<String>), Failure> {
    bed.join("ann@example.org").await?;
    let ann = bed.sign_in("ann@example.org", PASSWORD).await?;
    let app = bed.membership.begin_app(&bed.as_signed_in(&ann)).await?;
    let secret = secret_of(&app.address);
    let code = PlainSecrets::code(&secret, bed.clock.now());
    let set = bed.membership.confirm_app(&bed.as_signed_in(&ann), &code).await?;
    let recovery = set.recovery.iter().map(|code| code.to_string()).collect();
    let set = bed.membership.begin_email(&bed.as_signed_in(&as_signed_in(set))).await?;
    // The next code is another than the one by which the app was set up.
    bed.clock.advance(TimeDelta::seconds(60));
    Ok((as_signed_in(set), secret, recovery))
}

pub(crate) fn as_signed_in(set: FactorsSet) -> SignedIn {
    SignedIn { account: set.account, session: set.session, key: set.key }
}

fn command(login: &str, password: &str) -> SignIn {
    SignIn { login: login.to_owned(), password: Secret::new(password) }
}

pub(crate) async fn challenge(bed: &Bed) -> Result<ChallengeKey, Failure> {
    match bed.membership.sign_in(&bed.as_anybody(), command("ann@example.org", PASSWORD)).await? {
        Entrance::Challenged { key, kinds, .. } => {
            assert_eq!(kinds, Kinds::EMAIL.or(Kinds::APP));
            Ok(key)
        }
        Entrance::SignedIn(_) => Err("no second factor is asked for".into()),
    }
}

async fn answer(bed: &Bed, key: &ChallengeKey, proof: Proof) -> Result<SignedIn, ChallengeError> {
    bed.membership.answer_challenge(&bed.as_anybody(), key, proof).await
}

/// Proves A63 and A66 in part: each kind of second factor opens, a code once, and the key of the challenge is no session's.
#[tokio::test]
async fn a_second_factor_is_shown() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (_, secret, recovery) = with_factors(&bed).await?;
    let app = || Proof::App(PlainSecrets::code(&secret, bed.clock.now()));

    let key = challenge(&bed).await?;
    let done = answer(&bed, &key, app()).await?;
    assert_eq!(done.session.with, Kinds::APP);
    assert!(bed.membership.session(&bed.as_anybody(), &done.key).await?.is_some());
    assert_eq!(code(answer(&bed, &key, app()).await), "challenge-over", "it is answered");
    let key = challenge(&bed).await?;
    assert_eq!(code(answer(&bed, &key, app()).await), "challenge-failed", "the code was used");

    let mailed = bed.membership.mail_code(&bed.as_anybody(), &key).await?;
    let first = mailed.mailed_code(bed.membership.links());
    let mailed = bed.membership.mail_code(&bed.as_anybody(), &key).await?;
    let second = mailed.mailed_code(bed.membership.links());
    assert_eq!((first.len(), second.len()), (8, 8));
    assert_eq!(code(answer(&bed, &key, Proof::Mailed(first)).await), "challenge-failed", "a newer one was mailed");
    let gap = format!("{} {}", &second[..4], &second[4..]);
    answer(&bed, &key, Proof::Mailed(gap)).await?;

    let key = challenge(&bed).await?;
    answer(&bed, &key, Proof::Recovery(recovery[0].to_uppercase())).await?;
    let key = challenge(&bed).await?;
    assert_eq!(code(answer(&bed, &key, Proof::Recovery(recovery[0].clone())).await), "challenge-failed");
    bed.membership.abandon_challenge(&bed.as_anybody(), &key).await?;
    let given_up = answer(&bed, &key, Proof::Recovery(recovery[1].clone())).await;
    assert_eq!(code(given_up), "challenge-over");
    Ok(())
}

/// Proves A63 in part: of fifty at once with one code, one is in.
#[tokio::test]
async fn one_code_opens_once_in_parallel() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (_, secret, _) = with_factors(&bed).await?;
    let proof = PlainSecrets::code(&secret, bed.clock.now());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (bed, proof) = (bed.clone(), proof.clone());
        let key = challenge(&bed).await?;
        for _ in 0..5 {
            let (bed, proof, key) = (bed.clone(), proof.clone(), key.clone());
            tasks.spawn(async move { answer(&bed, &key, Proof::App(proof)).await.is_ok() });
        }
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|opened| *opened).count(), 1);
    Ok(())
}

/// Proves A64 in part, and A65: five wrong codes end the challenge, a hundred in a row freeze the factor, whatever the
/// sessions and the passwords in between; whoever is all the way in has them forgiven.
#[tokio::test]
async fn guesses_are_counted() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ann, secret, _) = with_factors(&bed).await?;
    let mut refused = Vec::new();
    for _ in 0..MOST_TRIES / 5 {
        // A correct password each time; it forgives nothing.
        let key = challenge(&bed).await?;
        for _ in 0..5 {
            refused.push(code(answer(&bed, &key, Proof::App("000000".into())).await));
        }
        let right = Proof::App(PlainSecrets::code(&secret, bed.clock.now()));
        assert_eq!(code(answer(&bed, &key, right).await), "challenge-over", "after five");
        bed.clock.advance(TimeDelta::minutes(5));
    }
    assert!(refused.iter().all(|code| *code == "challenge-failed"), "{refused:?}");
    let key = challenge(&bed).await?;
    let right = Proof::App(PlainSecrets::code(&secret, bed.clock.now()));
    assert_eq!(code(answer(&bed, &key, right).await), "factor-frozen");
    let tries = FactorKind::App.tries(ann.account.id);
    assert_eq!(bed.adapter.traces.tries(&[tries.key]).await?, [MOST_TRIES]);

    // The other factor is counted by itself, and opens; but it does not forgive the app's.
    let key = challenge(&bed).await?;
    let mailed = bed.membership.mail_code(&bed.as_anybody(), &key).await?;
    answer(&bed, &key, Proof::Mailed(mailed.mailed_code(bed.membership.links()))).await?;
    let tries_of = |kind: FactorKind| kind.tries(ann.account.id).key;
    let both = [tries_of(FactorKind::App), tries_of(FactorKind::Email)];
    assert_eq!(bed.adapter.traces.tries(&both).await?, [MOST_TRIES, 0]);
    Ok(())
}

/// Proves A61 and A64 in part: a hundred wrong passwords in a row, and the right one is not taken either; the answer is the
/// same for somebody who does not exist.
#[tokio::test]
async fn a_password_freezes_for_somebody_and_for_nobody() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    bed.join("ann@example.org").await?;
    let mut answers = [Vec::new(), Vec::new()];
    for _ in 0..=MOST_PASSWORDS {
        for (login, told) in ["ann@example.org", "nobody@example.org"].into_iter().zip(&mut answers) {
            told.push(code(bed.membership.sign_in(&bed.as_anybody(), command(login, "a wrong password")).await));
        }
        bed.clock.advance(TimeDelta::seconds(10));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!((answers[0][0], answers[0].last().copied()), ("sign-in-failed", Some("factor-frozen")));
    let right = bed.membership.sign_in(&bed.as_anybody(), command("ann@example.org", PASSWORD)).await;
    assert_eq!(code(right), "factor-frozen");
    assert!(!bed.membership.unfreeze("nobody@example.org").await?);
    assert!(bed.membership.unfreeze("ann@example.org").await?);
    bed.sign_in("ann@example.org", PASSWORD).await?;
    Ok(())
}

/// Proves A64 in part: one name, and one client whatever names it tries, can be tried only so often in a while; who waits as
/// long as is told may again.
#[tokio::test]
async fn trying_is_paced_by_name_and_by_client() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let from =
        |n: u8| -> Context { bed.as_anybody().from(Client { address: Some([192, 0, 2, n].into()), agent: None }) };
    let sign_in = async |ctx: &Context, login: &str| {
        bed.membership.sign_in(ctx, command(login, "a wrong password")).await.err().map(|refused| {
            let seconds = match &refused {
                SignInError::TooOften(often) => often.retry_after(),
                SignInError::Wrong | SignInError::Hashing(_) | SignInError::Store(_) => None,
            };
            (refused.code(), seconds)
        })
    };
    for n in 0..10 {
        assert_eq!(sign_in(&from(n), "root").await, Some(("sign-in-failed", None)));
    }
    assert_eq!(sign_in(&from(99), "root").await, Some(("tried-too-often", Some(10))), "from anywhere");
    bed.clock.advance(TimeDelta::seconds(10));
    assert_eq!(sign_in(&from(99), "root").await, Some(("sign-in-failed", None)));

    for n in 0..30 {
        assert_eq!(sign_in(&from(7), &format!("name{n}")).await.map(|it| it.0), Some("sign-in-failed"), "{n}");
    }
    assert_eq!(sign_in(&from(7), "another").await.map(|it| it.0), Some("tried-too-often"));
    assert_eq!(sign_in(&from(8), "another").await.map(|it| it.0), Some("sign-in-failed"), "another client");
    Ok(())
}

/// Proves A70 in part: codes are mailed three at once, then one in five minutes, however often the person signs in anew.
#[tokio::test]
async fn codes_are_mailed_only_so_often() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    with_factors(&bed).await?;
    for _ in 0..3 {
        bed.membership.mail_code(&bed.as_anybody(), &challenge(&bed).await?).await?;
    }
    let key = challenge(&bed).await?;
    assert_eq!(code(bed.membership.mail_code(&bed.as_anybody(), &key).await), "tried-too-often");
    bed.clock.advance(TimeDelta::minutes(5));
    bed.membership.mail_code(&bed.as_anybody(), &key).await?;
    Ok(())
}

/// A challenge is over after ten minutes, and with whatever ends the account's sessions.
#[tokio::test]
async fn a_challenge_does_not_last() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ann, secret, _) = with_factors(&bed).await?;
    let app = || Proof::App(PlainSecrets::code(&secret, bed.clock.now()));
    let key = challenge(&bed).await?;
    bed.clock.advance(TimeDelta::minutes(10));
    assert_eq!(code(answer(&bed, &key, app()).await), "challenge-over");
    let key = challenge(&bed).await?;
    bed.membership.end_other_sessions(&bed.as_signed_in(&ann)).await?;
    assert_eq!(code(answer(&bed, &key, app()).await), "challenge-over");
    Ok(())
}
