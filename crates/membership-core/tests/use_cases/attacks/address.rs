//! Bringing an address back from a thief, and keeping it.

use chrono::TimeDelta;
use membership_core::account::Kinds;
use membership_testkit::{Bed, Failure};

use super::{
    ANN, OTHER, an_hour_later, ann, ann_with_mailed_codes, change_address, forgotten, move_to, reset, set_app_up,
    sign_in_by_mailbox,
};
use crate::{code, sign_in::with_factors};

/// Proves A56 in part: whose second factor is codes by mail, and who brings the address back, is asked for no code on the way
/// to another password: mailed codes go with the thief, who could have added them, so that the mailbox opens the account.
#[tokio::test]
async fn a_restored_account_has_a_way_in() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let owner = ann_with_mailed_codes(&bed).await?;
    bed.clock.advance(TimeDelta::seconds(1));
    let undo = move_to(&bed, &bed.as_signed_in(&owner), &owner.account, "evil@example.net").await?;
    let restored = bed.membership.restore_address(&bed.as_anybody(), &undo).await?;
    assert!(restored.password.is_none());
    let token = forgotten(&bed, ANN, owner.account.id).await?;
    bed.membership.reset_password(&bed.as_anybody(), reset(&token, None)).await?;
    bed.sign_in(ANN, OTHER).await?;
    Ok(())
}

/// Proves A54 in part: a thief sets an app up first, and moves the account then: bringing it back throws the app out too.
#[tokio::test]
async fn restoring_throws_out_what_was_set_up_just_before() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let thief = ann(&bed).await?;
    let thief = set_app_up(&bed, &thief).await?;
    bed.clock.advance(TimeDelta::minutes(10));
    let undo = move_to(&bed, &bed.as_signed_in(&thief), &thief.account, "evil@example.net").await?;
    let restored = bed.membership.restore_address(&bed.as_anybody(), &undo).await?;
    assert_eq!(restored.kinds, Kinds::NONE);
    let token = forgotten(&bed, ANN, thief.account.id).await?;
    bed.membership.reset_password(&bed.as_anybody(), reset(&token, None)).await?;
    bed.sign_in(ANN, OTHER).await?;
    Ok(())
}

/// Proves A54 in part: a thief moves the account and has the recovery codes made anew: bringing it back leaves none of them,
/// while the owner's own app, of weeks ago, stays.
#[tokio::test]
async fn restoring_throws_out_recovery_codes() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (_, secret, owners) = with_factors(&bed).await?;
    bed.clock.advance(TimeDelta::days(30));
    let thief = super::sign_in_by_recovery(&bed, &owners[0]).await?;
    let ctx = bed.as_signed_in(&thief);
    let undo = move_to(&bed, &ctx, &thief.account, "evil@example.net").await?;
    let thiefs = bed.membership.renew_recovery_codes(&ctx).await?.recovery;
    let restored = bed.membership.restore_address(&bed.as_anybody(), &undo).await?;
    assert!(restored.kinds.has(membership_core::account::FactorKind::App));
    let token = forgotten(&bed, ANN, thief.account.id).await?;
    for code_of in thiefs.iter().map(|code| code.to_string()).chain(owners) {
        let refused = bed.membership.reset_password(&bed.as_anybody(), reset(&token, Some(&code_of))).await;
        assert_eq!(code(refused), "code-wrong");
    }
    let app = membership_testkit::PlainSecrets::code(&secret, bed.clock.now());
    bed.membership.reset_password(&bed.as_anybody(), reset(&token, Some(&app))).await?;
    Ok(())
}

/// Proves A56 in part: the address is where the codes of the second factor go, so moving it asks for a sign-in of just now
/// with that factor: a session that was stolen later, and the password, do not do.
#[tokio::test]
async fn an_address_that_is_a_factor_moves_only_after_a_sign_in() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = ann_with_mailed_codes(&bed).await?;
    an_hour_later(&bed);
    let stale = bed.as_signed_in(&ann);
    let moved = bed.membership.change_address(&stale, change_address("evil@example.net")).await;
    assert_eq!(code(moved), "sign-in-again");
    let fresh = sign_in_by_mailbox(&bed).await?;
    move_to(&bed, &bed.as_signed_in(&fresh), &fresh.account, "new@example.org").await?;
    Ok(())
}
