//! Passkeys: a second factor, and a whole sign-in; each ceremony for one purpose, for ten minutes, once.

use chrono::TimeDelta;
use membership_core::{
    account::{
        ChallengeKey, FactorKind, Kinds,
        factor::recovery_tries,
        passkey::{Ceremony, CredentialId, MOST_PASSKEYS, PasskeyAnswer},
        reset::ResetPassword,
        sign_in::{Entrance, Proof, SignIn, SignedIn},
    },
    id::AccountId,
    link::Purpose,
    member::remove::Heirs,
    name::DisplayName,
    ports::Secret,
};
use membership_testkit::{Bed, Failure, PlainPasskey, PlainSecrets, bed::PASSWORD};

use crate::{
    attacks::require,
    code, secret_of,
    sign_in::{as_signed_in, with_factors},
};

const OTHER: &str = "seven purple kites at dawn";

pub(crate) async fn add(bed: &Bed, who: &SignedIn, byte: u8) -> Result<(SignedIn, PlainPasskey, Vec<String>), Failure> {
    let mut passkey = PlainPasskey::new(who.account.id, vec![byte; 32]);
    let ctx = bed.as_signed_in(who);
    let ceremony = bed.membership.begin_passkey(&ctx).await?;
    let set = bed.membership.confirm_passkey(&ctx, DisplayName::parse("Phone")?, passkey.answer(&ceremony)).await?;
    let recovery = set.recovery.iter().map(|code| code.to_string()).collect();
    Ok((as_signed_in(set), passkey, recovery))
}

/// A bed whose Ann has a passkey and nothing else, with it and the recovery codes.
async fn with_passkey(bed: &Bed) -> Result<(SignedIn, PlainPasskey, Vec<String>), Failure> {
    bed.join("ann@example.org").await?;
    let ann = bed.sign_in("ann@example.org", PASSWORD).await?;
    add(bed, &ann, 1).await
}

pub(crate) async fn challenge(bed: &Bed, password: &str) -> Result<ChallengeKey, Failure> {
    let command = SignIn { login: "ann@example.org".to_owned(), password: Secret::new(password) };
    match bed.membership.sign_in(&bed.as_anybody(), command).await? {
        Entrance::Challenged { key, .. } => Ok(key),
        Entrance::SignedIn(_) => Err("no second factor is asked for".into()),
    }
}

pub(crate) async fn alone(bed: &Bed, passkey: &mut PlainPasskey) -> Result<SignedIn, Failure> {
    let ceremony = bed.membership.begin_passkey_sign_in(&bed.as_anybody()).await?;
    Ok(bed.membership.sign_in_with_passkey(&bed.as_anybody(), passkey.answer(&ceremony)).await?)
}

/// The code of the refusal of a passkey that is shown by itself.
pub(crate) async fn alone_refused(bed: &Bed, passkey: &mut PlainPasskey) -> Result<&'static str, Failure> {
    let ceremony = bed.membership.begin_passkey_sign_in(&bed.as_anybody()).await?;
    Ok(code(bed.membership.sign_in_with_passkey(&bed.as_anybody(), passkey.answer(&ceremony)).await))
}

/// Who signs in as Ann by `password` and the passkey beside it.
pub(crate) async fn beside(bed: &Bed, password: &str, passkey: &mut PlainPasskey) -> Result<SignedIn, Failure> {
    let key = challenge(bed, password).await?;
    let ceremony = bed.membership.begin_passkey_proof(&bed.as_anybody(), &key).await?;
    let proof = Proof::Passkey(passkey.answer(&ceremony));
    Ok(bed.membership.answer_challenge(&bed.as_anybody(), &key, proof).await?)
}

/// Proves A63 in part: a passkey opens as a second factor and by itself; an answer opens once, in the ceremony that it was
/// given in, and a copy whose counter lags behind opens nothing.
#[tokio::test]
async fn a_passkey_opens_beside_a_password_and_alone() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (set_up, mut passkey, recovery) = with_passkey(&bed).await?;
    assert_eq!((set_up.session.with, set_up.account.kinds, recovery.len()), (Kinds::PASSKEY, Kinds::PASSKEY, 10));
    let mut copy = passkey.clone();

    let key = challenge(&bed, PASSWORD).await?;
    for other in [Proof::App("123456".into()), Proof::Mailed("12345678".into())] {
        let refused = bed.membership.answer_challenge(&bed.as_anybody(), &key, other).await;
        assert_eq!(code(refused), "factor-not-set-up", "and it costs no try");
    }
    let ceremony = bed.membership.begin_passkey_proof(&bed.as_anybody(), &key).await?;
    let answer = passkey.answer(&ceremony);
    let done = bed.membership.answer_challenge(&bed.as_anybody(), &key, Proof::Passkey(answer.clone())).await?;
    assert_eq!(done.session.with, Kinds::PASSKEY);
    let other = challenge(&bed, PASSWORD).await?;
    let again = bed.membership.answer_challenge(&bed.as_anybody(), &other, Proof::Passkey(answer)).await;
    assert_eq!(code(again), "challenge-failed", "that ceremony was another challenge's");

    let ceremony = bed.membership.begin_passkey_sign_in(&bed.as_anybody()).await?;
    let answer = passkey.answer(&ceremony);
    let done = bed.membership.sign_in_with_passkey(&bed.as_anybody(), answer.clone()).await?;
    assert_eq!((done.account.id, done.session.with), (set_up.account.id, Kinds::PASSKEY));
    assert!(bed.membership.session(&bed.as_anybody(), &done.key).await?.is_some());
    let again = bed.membership.sign_in_with_passkey(&bed.as_anybody(), answer).await;
    assert_eq!(code(again), "passkey-failed", "it is answered");
    let ceremony = bed.membership.begin_passkey_sign_in(&bed.as_anybody()).await?;
    let copied = bed.membership.sign_in_with_passkey(&bed.as_anybody(), copy.answer(&ceremony)).await;
    assert_eq!(code(copied), "passkey-failed", "its counter lags behind");
    let used = bed.membership.own_factors(&bed.as_signed_in(&done)).await?;
    assert_eq!(used.passkeys.first().and_then(|passkey| passkey.used_at), Some(bed.clock.now()));
    Ok(())
}

/// Proves A69 in part: what is sealed for one ceremony is good for no other purpose, no other account, not later and not in part.
#[tokio::test]
async fn a_ceremony_is_for_one_purpose_person_and_time() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ann, mut passkey, _) = with_passkey(&bed).await?;
    let ctx = bed.as_signed_in(&ann);
    let name = || DisplayName::parse("Phone");
    let adding = bed.membership.begin_passkey(&ctx).await?;
    let alone = bed.membership.begin_passkey_sign_in(&bed.as_anybody()).await?;
    let misused = bed.membership.sign_in_with_passkey(&bed.as_anybody(), passkey.answer(&adding)).await;
    assert_eq!(code(misused), "passkey-failed");
    let mut second = PlainPasskey::new(ann.account.id, vec![2; 32]);
    let misused = bed.membership.confirm_passkey(&ctx, name()?, second.answer(&alone)).await;
    assert_eq!(code(misused), "passkey-refused");

    bed.join("bob@example.org").await?;
    let bob = bed.sign_in("bob@example.org", PASSWORD).await?;
    let of_ann = bed.membership.begin_passkey(&ctx).await?;
    let to_bob = bed.membership.confirm_passkey(&bed.as_signed_in(&bob), name()?, second.answer(&of_ann)).await;
    assert_eq!(code(to_bob), "passkey-refused");

    let cut = &adding.state[..adding.state.len() - 8];
    for state in ["", "====", "AAAA", cut, &adding.state.repeat(9_999)].map(str::to_owned) {
        let forged = Ceremony { options: adding.options.clone(), state };
        let refused = bed.membership.confirm_passkey(&ctx, name()?, second.answer(&forged)).await;
        assert_eq!(code(refused), "passkey-refused");
    }
    let nonsense = PasskeyAnswer { state: adding.state.clone(), credential: Secret::new("{}") };
    assert_eq!(code(bed.membership.confirm_passkey(&ctx, name()?, nonsense).await), "passkey-refused");
    let spent = bed.membership.confirm_passkey(&ctx, name()?, second.answer(&adding)).await;
    assert_eq!(code(spent), "passkey-refused", "a ceremony takes one answer, right or wrong");

    let late = bed.membership.begin_passkey(&ctx).await?;
    let (late, just) = (second.answer(&late), second.answer(&bed.membership.begin_passkey_sign_in(&ctx).await?));
    bed.clock.advance(TimeDelta::minutes(10));
    let ctx = bed.as_signed_in(&ann);
    assert_eq!(code(bed.membership.confirm_passkey(&ctx, name()?, late).await), "passkey-refused");
    assert_eq!(code(bed.membership.sign_in_with_passkey(&ctx, just).await), "passkey-failed");
    Ok(())
}

/// Passkeys come and go one by one, up to ten; with the last goes the second factor, unless a tenant wants one.
#[tokio::test]
async fn passkeys_come_and_go() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (mut ann, mut first, _) = with_passkey(&bed).await?;
    let twice = bed.membership.begin_passkey(&bed.as_signed_in(&ann)).await?;
    let same = first.answer(&twice);
    let refused = bed.membership.confirm_passkey(&bed.as_signed_in(&ann), DisplayName::parse("Again")?, same).await;
    assert_eq!(code(refused), "factor-already-set-up");
    for byte in 2..=u8::try_from(MOST_PASSKEYS)? {
        ann = add(&bed, &ann, byte).await?.0;
    }
    assert_eq!(code(bed.membership.begin_passkey(&bed.as_signed_in(&ann)).await), "too-many-passkeys");
    require(&bed, Kinds::PASSKEY).await?;
    for byte in (2..=u8::try_from(MOST_PASSKEYS)?).rev() {
        let credential = CredentialId::from_bytes(vec![byte; 32]);
        ann = as_signed_in(bed.membership.remove_passkey(&bed.as_signed_in(&ann), &credential).await?);
        let gone = bed.membership.remove_passkey(&bed.as_signed_in(&ann), &credential).await;
        assert_eq!(code(gone), "factor-not-set-up");
    }
    let last = CredentialId::from_bytes(vec![1; 32]);
    let refused = bed.membership.remove_passkey(&bed.as_signed_in(&ann), &last).await;
    assert_eq!(code(refused), "factor-required");
    let signed_in = alone(&bed, &mut first).await?;
    bed.membership.tenant(&bed.as_signed_in(&signed_in), bed.tenant.id).await?;
    Ok(())
}

/// Proves A69 and I-33 in part: whoever came by the mailbox, where there is an app or a passkey, adds nothing that stands for it.
#[tokio::test]
async fn a_mailbox_does_not_make_itself_a_passkey() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ann, secret, _) = with_factors(&bed).await?;
    let key = crate::sign_in::challenge(&bed).await?;
    let mailed = bed.membership.mail_code(&bed.as_anybody(), &key).await?.mailed_code(bed.membership.links());
    let thief = bed.membership.answer_challenge(&bed.as_anybody(), &key, Proof::Mailed(mailed)).await?;
    let thief = bed.as_signed_in(&thief);
    assert_eq!(code(bed.membership.begin_passkey(&thief).await), "second-factor-not-shown");
    // The ceremony that the owner began is sealed to the account, and not to a session.
    let begun = bed.membership.begin_passkey(&bed.as_signed_in(&ann)).await?;
    let stolen = PlainPasskey::new(ann.account.id, vec![7; 32]).answer(&begun);
    let refused = bed.membership.confirm_passkey(&thief, DisplayName::parse("Thief")?, stolen).await;
    assert_eq!(code(refused), "second-factor-not-shown");

    let bed = Bed::new().await?;
    let (ann, _, recovery) = with_passkey(&bed).await?;
    let ann = as_signed_in(bed.membership.begin_email(&bed.as_signed_in(&ann)).await?);
    let key = challenge(&bed, PASSWORD).await?;
    let mailed = bed.membership.mail_code(&bed.as_anybody(), &key).await?.mailed_code(bed.membership.links());
    let thief = bed.membership.answer_challenge(&bed.as_anybody(), &key, Proof::Mailed(mailed)).await?;
    let thief = bed.as_signed_in(&thief);
    assert_eq!(code(bed.membership.begin_app(&thief).await), "second-factor-not-shown");
    assert_eq!(code(bed.membership.renew_recovery_codes(&thief).await), "second-factor-not-shown");
    assert_eq!(code(bed.membership.remove_factor(&thief, FactorKind::Passkey).await), "second-factor-not-shown");
    let app = bed.membership.begin_app(&bed.as_signed_in(&ann)).await?;
    let shown = PlainSecrets::code(&secret_of(&app.address), bed.clock.now());
    assert_eq!(code(bed.membership.confirm_app(&thief, &shown).await), "second-factor-not-shown");
    assert_eq!((secret.is_empty(), recovery.len()), (false, 10));
    Ok(())
}

/// Proves TEN-12 in part and A51 in part: a forgotten password is chosen anew by mail and a recovery code where there is a
/// passkey; the link alone is not enough, and the passkey stays. It opens nothing by itself until it was shown beside the
/// password that was chosen.
#[tokio::test]
async fn a_mailed_link_does_not_go_past_a_passkey() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ann, mut passkey, recovery) = with_passkey(&bed).await?;
    bed.membership.forget_password(&bed.as_anybody(), "ann@example.org").await?;
    let mut tx = bed.adapter.store.begin(membership_core::store::Scope::Account(ann.account.id)).await?;
    let account = tx.account(ann.account.id).await?.ok_or("nobody")?;
    drop(tx);
    let token = bed.membership.links().token(&account.link(Purpose::Reset, account.links));
    let reset =
        |code: Option<&String>| ResetPassword { token: token.clone(), new: Secret::new(OTHER), code: code.cloned() };
    let anybody = bed.as_anybody();
    assert_eq!(code(bed.membership.reset_password(&anybody, reset(None)).await), "reset-code-needed");
    let wrong = ["123 456".to_owned(), "aaaa-bbbb-cccc-dddd-eeee-ffff".to_owned(), "nothing".to_owned()];
    for code_of in &wrong {
        assert_eq!(code(bed.membership.reset_password(&anybody, reset(Some(code_of))).await), "code-wrong");
    }
    let counted = [FactorKind::App.tries(ann.account.id).key, recovery_tries(ann.account.id).key];
    assert_eq!(bed.adapter.traces.tries(&counted).await?, [1, 2], "each is counted as what it is meant as");
    let account = bed.membership.reset_password(&anybody, reset(recovery.first())).await?;
    assert_eq!(account.kinds, Kinds::PASSKEY);
    assert_eq!(bed.adapter.traces.tries(&counted).await?, [1, 0]);
    assert!(bed.membership.session(&anybody, &ann.key).await?.is_none());
    assert_eq!(alone_refused(&bed, &mut passkey).await?, "passkey-failed");
    let back = beside(&bed, OTHER, &mut passkey).await?;
    assert_eq!((back.account.id, back.session.with), (ann.account.id, Kinds::PASSKEY));
    assert_eq!(alone(&bed, &mut passkey).await?.account.id, ann.account.id);
    Ok(())
}

/// A closed account is not opened by the passkey that it had, and nobody's opens nothing.
#[tokio::test]
async fn a_closed_account_is_not_opened_by_its_passkey() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ann, mut passkey, _) = with_passkey(&bed).await?;
    let ceremony = bed.membership.begin_passkey_sign_in(&bed.as_anybody()).await?;
    let nobody = AccountId::from_uuid(uuid::Uuid::nil());
    let stranger = PlainPasskey::new(nobody, vec![1; 32]).answer(&ceremony);
    assert_eq!(code(bed.membership.sign_in_with_passkey(&bed.as_anybody(), stranger).await), "passkey-failed");
    bed.membership.leave(&bed.as_signed_in(&ann), bed.tenant.id, Heirs::default()).await?;
    let ann = alone(&bed, &mut passkey).await?;
    bed.membership.close_account(&bed.as_signed_in(&ann)).await?;
    let ceremony = bed.membership.begin_passkey_sign_in(&bed.as_anybody()).await?;
    let closed = bed.membership.sign_in_with_passkey(&bed.as_anybody(), passkey.answer(&ceremony)).await;
    assert_eq!(code(closed), "passkey-failed");
    Ok(())
}
