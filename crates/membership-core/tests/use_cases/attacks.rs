//! Attacks on accounts that worked once: each test goes the attacker's way to its end, and sees it shut there.

mod address;
mod departments;
mod factors;
mod guesses;
mod in_flight;
pub(crate) mod keys;
mod links;
mod notices;
mod passkeys;
mod sight;

use chrono::TimeDelta;
use membership_core::{
    account::{
        Account, Kinds,
        address::ChangeAddress,
        change_password::{ChangePassword, PasswordChanged},
        enrol::FactorsSet,
        reset::ResetPassword,
        sign_in::{Entrance, Proof, SignIn, SignedIn},
    },
    context::Context,
    id::AccountId,
    link::Purpose,
    ports::Secret,
    tenant::{Policy, policy::SecondFactor},
};
use membership_testkit::{Bed, Failure, PlainSecrets, bed::PASSWORD};

use crate::{secret_of, sign_in::challenge};

const ANN: &str = "ann@example.org";
const OTHER: &str = "seven purple kites at dawn";

/// Ann joins and signs in: the session is hers, or that of a thief who has her password.
async fn ann(bed: &Bed) -> Result<SignedIn, Failure> {
    bed.join(ANN).await?;
    bed.sign_in(ANN, PASSWORD).await
}

/// Ann, whose second factor is codes by mail alone.
async fn ann_with_mailed_codes(bed: &Bed) -> Result<SignedIn, Failure> {
    let ann = ann(bed).await?;
    Ok(of_factors(bed.membership.begin_email(&bed.as_signed_in(&ann)).await?))
}

/// Who signs in as Ann by her password and a code that was mailed.
async fn sign_in_by_mailbox(bed: &Bed) -> Result<SignedIn, Failure> {
    let entrance = bed.membership.sign_in(&bed.as_anybody(), command(ANN, PASSWORD)).await?;
    let Entrance::Challenged { key, .. } = entrance else { return Err("no second factor is asked for".into()) };
    let mailed = bed.membership.mail_code(&bed.as_anybody(), &key).await?.mailed_code(bed.membership.links());
    Ok(bed.membership.answer_challenge(&bed.as_anybody(), &key, Proof::Mailed(mailed)).await?)
}

/// Who signs in as Ann, who has every factor, by her password and a recovery code.
async fn sign_in_by_recovery(bed: &Bed, recovery: &str) -> Result<SignedIn, Failure> {
    let key = challenge(bed).await?;
    Ok(bed.membership.answer_challenge(&bed.as_anybody(), &key, Proof::Recovery(recovery.to_owned())).await?)
}

/// Whoever is signed in sets an app up.
async fn set_app_up(bed: &Bed, signed_in: &SignedIn) -> Result<SignedIn, Failure> {
    let ctx = bed.as_signed_in(signed_in);
    let app = bed.membership.begin_app(&ctx).await?;
    let code = PlainSecrets::code(&secret_of(&app.address), bed.clock.now());
    Ok(of_factors(bed.membership.confirm_app(&ctx, &code).await?))
}

fn of_factors(set: FactorsSet) -> SignedIn {
    SignedIn { account: set.account, session: set.session, key: set.key }
}

fn of_password(done: PasswordChanged) -> SignedIn {
    SignedIn { account: done.account, session: done.session, key: done.key }
}

fn command(login: &str, password: &str) -> SignIn {
    SignIn { login: login.to_owned(), password: Secret::new(password) }
}

fn reset(token: &str, code: Option<&str>) -> ResetPassword {
    ResetPassword { token: token.to_owned(), new: Secret::new(OTHER), code: code.map(ToOwned::to_owned) }
}

fn change_password(new: &str) -> ChangePassword {
    ChangePassword { current: Secret::new(PASSWORD), new: Secret::new(new) }
}

fn change_address(to: &str) -> ChangeAddress {
    ChangeAddress { to: to.to_owned(), password: Secret::new(PASSWORD) }
}

/// The token at the end of a link that was handed over.
fn tail(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}

/// The token of the link to another password that is mailed to the account when somebody says it was forgotten.
async fn forgotten(bed: &Bed, login: &str, id: AccountId) -> Result<String, Failure> {
    bed.membership.forget_password(&bed.as_anybody(), login).await?;
    let account = bed.account(id).await?;
    Ok(bed.membership.links().token(&account.link(Purpose::Reset, account.links)))
}

/// The account moves to another address, which its mailbox confirms; with the token that takes that back.
async fn move_to(bed: &Bed, ctx: &Context, account: &Account, to: &str) -> Result<String, Failure> {
    let asked = bed.membership.change_address(ctx, change_address(to)).await?;
    let token = bed.membership.links().token(&account.link(Purpose::Address, asked.generation));
    let moved = bed.membership.confirm_address(ctx, &token).await?;
    let former = moved.former_address.as_ref().ok_or("no way back")?;
    Ok(bed.membership.links().token(&moved.link(Purpose::FormerAddress, former.generation)))
}

/// From now on the tenant wants a second factor of these.
pub(crate) async fn require(bed: &Bed, kinds: Kinds) -> Result<(), Failure> {
    let policy = Policy { second_factor: SecondFactor { required: true, kinds }, ..bed.tenant.policy.clone() };
    let plan = bed.membership.plan_policy(&bed.as_administrator(), bed.tenant.id, policy.clone()).await?;
    bed.membership.change_policy(&bed.as_administrator(), bed.tenant.id, policy, plan.hash).await?;
    Ok(())
}

/// Lets time go by until something that was just shown has to be shown anew.
fn an_hour_later(bed: &Bed) {
    bed.clock.advance(TimeDelta::hours(1));
}
