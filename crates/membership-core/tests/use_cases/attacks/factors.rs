//! Second factors: whoever has shown the lesser one, or none lately, does not get around the better one.

use chrono::TimeDelta;
use membership_core::account::{FactorKind, Kinds, sign_in::Proof};
use membership_testkit::{Bed, Failure, PlainSecrets, bed::PASSWORD};

use super::{
    ANN, OTHER, ann_with_mailed_codes, change_password, of_factors, of_password, require, set_app_up,
    sign_in_by_mailbox, sign_in_by_recovery,
};
use crate::{
    code,
    sign_in::{challenge, with_factors},
};

/// Proves A69 and I-33 in part: somebody with the password and the mailbox, but without the app, would have recovery codes
/// made anew, which stand for the app; or take the app away, or put an own one in its place.
#[tokio::test]
async fn a_mailbox_does_not_make_itself_an_app() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (_, _, recovery) = with_factors(&bed).await?;
    require(&bed, Kinds::APP).await?;
    let thief = bed.as_signed_in(&sign_in_by_mailbox(&bed).await?);
    assert_eq!(code(bed.membership.tenant(&thief, bed.tenant.id).await), "second-factor-not-shown");
    assert_eq!(code(bed.membership.renew_recovery_codes(&thief).await), "second-factor-not-shown");
    for kind in FactorKind::ALL {
        assert_eq!(code(bed.membership.remove_factor(&thief, kind).await), "second-factor-not-shown");
    }
    assert_eq!(code(bed.membership.begin_app(&thief).await), "factor-already-set-up");
    // The owner's codes of before are good, and whoever shows one may renew them.
    let owner = sign_in_by_recovery(&bed, &recovery[0]).await?;
    bed.membership.renew_recovery_codes(&bed.as_signed_in(&owner)).await?;
    Ok(())
}

/// Proves A69 and I-33 in part: a session that was stolen eleven hours after its sign-in, and the password: changing that
/// shows no second factor, so the session is as old as before, and takes none away.
#[tokio::test]
async fn a_password_shows_no_second_factor_anew() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ann, _, _) = with_factors(&bed).await?;
    bed.clock.advance(TimeDelta::hours(11));
    let stolen = bed.as_signed_in(&ann);
    assert_eq!(code(bed.membership.remove_factor(&stolen, FactorKind::App).await), "sign-in-again");
    let thief = of_password(bed.membership.change_password(&stolen, change_password(OTHER)).await?);
    assert_eq!(thief.session.ends_at, ann.session.ends_at);
    for kind in FactorKind::ALL {
        assert_eq!(code(bed.membership.remove_factor(&bed.as_signed_in(&thief), kind).await), "sign-in-again");
    }
    assert_eq!(code(bed.membership.renew_recovery_codes(&bed.as_signed_in(&thief)).await), "sign-in-again");
    bed.clock.advance(TimeDelta::hours(1));
    assert!(bed.membership.session(&bed.as_anybody(), &thief.key).await?.is_none());
    Ok(())
}

/// Proves A64 in part: a session of an hour ago, which may set nothing up, would use up the tries of the app by codes that
/// nobody looks at, and those of the recovery codes with them.
#[tokio::test]
async fn a_stale_session_freezes_no_factor() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ann, secret, recovery) = with_factors(&bed).await?;
    super::an_hour_later(&bed);
    let stale = bed.as_signed_in(&ann);
    for _ in 0..100 {
        assert_eq!(code(bed.membership.confirm_app(&stale, "x").await), "sign-in-again");
    }
    let app = Proof::App(PlainSecrets::code(&secret, bed.clock.now()));
    let key = challenge(&bed).await?;
    bed.membership.answer_challenge(&bed.as_anybody(), &key, app).await?;
    sign_in_by_recovery(&bed, &recovery[0]).await?;
    Ok(())
}

/// Proves A64 and I-32 in part: somebody else has frozen a factor of the owner's; a recovery code opens all the same, and the
/// factor begins anew when its owner takes it away and sets it up again.
#[tokio::test]
async fn a_frozen_factor_can_be_set_up_anew() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ann, _, recovery) = with_factors(&bed).await?;
    let tries = [FactorKind::Email, FactorKind::App].map(|kind| kind.tries(ann.account.id));
    for _ in 0..tries[0].most {
        assert!(bed.adapter.traces.tried(&tries, bed.clock.now()).await?);
    }
    let key = challenge(&bed).await?;
    let frozen = bed.membership.answer_challenge(&bed.as_anybody(), &key, Proof::App("000000".into())).await;
    assert_eq!(code(frozen), "factor-frozen");

    let owner = sign_in_by_recovery(&bed, &recovery[0]).await?;
    let owner = of_factors(bed.membership.remove_factor(&bed.as_signed_in(&owner), FactorKind::Email).await?);
    let owner = of_factors(bed.membership.begin_email(&bed.as_signed_in(&owner)).await?);
    sign_in_by_mailbox(&bed).await?;
    let owner = of_factors(bed.membership.remove_factor(&bed.as_signed_in(&owner), FactorKind::App).await?);
    set_app_up(&bed, &owner).await?;
    let left = bed.adapter.traces.tries(&tries.map(|tries| tries.key)).await?;
    assert_eq!(left, [0, 0]);
    Ok(())
}

/// Proves A61 in part: eight characters are enough beside a second factor alone. Once that is gone they open a session that
/// owes another password, and opens no tenant before.
#[tokio::test]
async fn a_short_password_is_replaced_once_the_factor_is_gone() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = ann_with_mailed_codes(&bed).await?;
    let short = "kx7 qwzp";
    let done = bed.membership.change_password(&bed.as_signed_in(&ann), change_password(short)).await?;
    bed.membership.remove_factor(&bed.as_signed_in(&of_password(done)), FactorKind::Email).await?;
    let ann = bed.sign_in(ANN, short).await?;
    let refused = bed.membership.tenant(&bed.as_signed_in(&ann), bed.tenant.id).await;
    assert_eq!(code(refused), "password-change-required");
    let change = |new| super::ChangePassword { current: super::Secret::new(short), ..change_password(new) };
    let still = bed.membership.change_password(&bed.as_signed_in(&ann), change("another")).await;
    assert_eq!(code(still), "password-too-short");
    let done = bed.membership.change_password(&bed.as_signed_in(&ann), change(PASSWORD)).await?;
    bed.membership.tenant(&bed.as_signed_in(&of_password(done)), bed.tenant.id).await?;
    Ok(())
}

/// A tenant that wants an app holds nobody to codes by mail, which it does not admit anyway: taking them away changes
/// nothing for it.
#[tokio::test]
async fn a_tenant_does_not_hold_a_factor_that_it_does_not_admit() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = ann_with_mailed_codes(&bed).await?;
    require(&bed, Kinds::APP).await?;
    let ctx = bed.as_signed_in(&ann);
    let ann = of_factors(bed.membership.remove_factor(&ctx, FactorKind::Email).await?);
    assert_eq!(ann.account.kinds, Kinds::NONE);
    Ok(())
}
