//! Requests that were let in before something ended the session, and reach the account after it.

use membership_core::{context::Context, member::remove::Heirs};
use membership_testkit::{Bed, Failure, bed::PASSWORD};

use super::{ANN, OTHER, ann, change_address, change_password, forgotten, keys::wanted, reset, tail};
use crate::code;

/// What a session may do to its own account, each refused to `gone`.
async fn nothing_of_the_account(bed: &Bed, gone: &Context) {
    assert_eq!(code(bed.membership.end_other_sessions(gone).await), "sign-in-required");
    assert_eq!(code(bed.membership.own_sessions(gone).await), "sign-in-required");
    assert_eq!(code(bed.membership.own_factors(gone).await), "sign-in-required");
    assert_eq!(code(bed.membership.begin_email(gone).await), "sign-in-required");
    assert_eq!(code(bed.membership.begin_app(gone).await), "sign-in-required");
    assert_eq!(code(bed.membership.edit_profile(gone, "Mallory").await), "sign-in-required");
    assert_eq!(code(bed.membership.change_address(gone, change_address("evil@example.net")).await), "sign-in-required");
    let changed = bed.membership.change_password(gone, change_password("another purple kite at dawn")).await;
    assert_eq!(code(changed), "sign-in-required");
    assert_eq!(code(bed.membership.close_account(gone).await), "sign-in-required");
}

/// Proves A49 and I-34 in part: a thief's request waits for the account while its owner chooses another password. It does
/// nothing afterwards, and above all begins no session of after the reset.
#[tokio::test]
async fn a_request_in_flight_does_not_outlive_the_reset() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let thief = ann(&bed).await?;
    let in_flight = bed.as_signed_in(&thief);
    let token = forgotten(&bed, ANN, thief.account.id).await?;
    bed.membership.reset_password(&bed.as_anybody(), reset(&token, None)).await?;
    nothing_of_the_account(&bed, &in_flight).await;
    assert_eq!(bed.account(thief.account.id).await?.name, thief.account.name);
    bed.sign_in(ANN, OTHER).await?;
    Ok(())
}

/// Proves A49 and I-34 in part: nor does it anything in a tenant.
#[tokio::test]
async fn a_request_in_flight_does_nothing_in_a_tenant() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let bob = bed.added("bob", &["Administrator"]).await?;
    let ann = bed.join(ANN).await?;
    let in_flight = bed.as_signed_in(&bed.sign_in("bob", PASSWORD).await?);
    let link = bed.membership.make_password_link(&bed.as_administrator(), bed.target(&bob.member)).await?;
    bed.membership.reset_password(&bed.as_anybody(), reset(tail(&link.url), None)).await?;
    assert_eq!(code(bed.membership.disable_member(&in_flight, bed.target(&ann.member)).await), "sign-in-required");
    let made = bed.membership.make_api_key(&in_flight, wanted(&bed, &["membership:members.manage"])).await;
    assert_eq!(code(made), "sign-in-required");
    Ok(())
}

/// Proves I-33 and I-34 in part: nor anything to an account that was closed meanwhile.
#[tokio::test]
async fn a_request_in_flight_does_nothing_to_a_closed_account() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ctx = bed.as_signed_in(&ann(&bed).await?);
    bed.membership.leave(&ctx, bed.tenant.id, Heirs::default()).await?;
    bed.membership.close_account(&ctx).await?;
    nothing_of_the_account(&bed, &ctx).await;
    Ok(())
}

/// Proves I-33 in part: an account that is closed between accepting and joining does not join.
#[tokio::test]
async fn a_closed_account_does_not_join() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ctx = bed.as_signed_in(&ann(&bed).await?);
    bed.membership.leave(&ctx, bed.tenant.id, Heirs::default()).await?;
    let ctx = bed.as_signed_in(&bed.sign_in(ANN, PASSWORD).await?);
    let token = bed.token(&bed.invite(ANN).await?.invitation);
    bed.membership.accept_invitation(&ctx, &token).await?;
    bed.membership.close_account(&ctx).await?;
    bed.membership.join(&ctx, &token).await.expect_err("a closed account has joined");
    assert_eq!(bed.violations().await?, []);
    Ok(())
}
