//! API keys: what a thief leaves behind, and what a program would do that takes its maker.

use membership_core::{
    account::{
        Account, ApiKey, Kinds,
        api_key::{ApiKeyMade, MakeApiKey},
    },
    actor::{Actor, KeyUse, Principal},
    context::Context,
    role::assign::Wanted,
};
use membership_testkit::{
    Bed, Failure,
    bed::{PASSWORD, Person},
};

use super::{ANN, OTHER, forgotten, move_to, require, reset, set_app_up};
use crate::{code, holding, permission};

const READ: &str = "membership:members.read";
pub(super) const MANAGE: &str = "membership:members.manage";

pub(crate) fn wanted(bed: &Bed, scope: &[&str]) -> MakeApiKey {
    let scope = scope.iter().map(|text| permission(text)).collect();
    MakeApiKey { tenant: bed.tenant.id, name: "Nightly export".into(), scope, seconds: 3_600 }
}

/// A program asks by `key`, which `account` has made.
pub(crate) fn by_key(bed: &Bed, key: &ApiKey, account: &Account) -> Context {
    let principal = Principal {
        account: account.id,
        epoch: key.epoch,
        owes: None,
        since: key.made_at,
        with: key.with,
        has: account.kinds,
        key: Some(KeyUse { id: key.id, tenant: key.tenant }),
    };
    Context { actor: Actor::Account(principal), ..bed.as_anybody() }
}

/// Ann is a manager of members here.
async fn manager(bed: &Bed) -> Result<Person, Failure> {
    let joined = bed.join(ANN).await?;
    let changes = holding(vec![Wanted::role(bed.role("Member manager").await?)]);
    let member = bed.membership.edit_member(&bed.as_administrator(), bed.target(&joined.member), changes).await?;
    Ok(Person { member, account: joined.account })
}

/// A thief makes a key, and one by that key.
async fn planted(bed: &Bed, thief: &Account) -> Result<[ApiKeyMade; 2], Failure> {
    let key = bed.membership.make_api_key(&bed.as_account(thief), wanted(bed, &[READ])).await?;
    let child = MakeApiKey { seconds: 900, ..wanted(bed, &[READ]) };
    let child = bed.membership.make_api_key(&by_key(bed, &key.key, thief), child).await?;
    for made in [&key, &child] {
        bed.membership.tenant(&by_key(bed, &made.key, thief), bed.tenant.id).await?;
    }
    Ok([key, child])
}

/// Each key is over: it is not found any more, and a request that began by it changes nothing.
async fn are_over(bed: &Bed, keys: &[ApiKeyMade], account: &Account, why: &str) -> Result<(), Failure> {
    for made in keys {
        assert!(bed.membership.api_key(&bed.as_anybody(), &made.secret).await?.is_none(), "{why}");
        let in_flight = by_key(bed, &made.key, account);
        let made_anew =
            bed.membership.make_api_key(&in_flight, MakeApiKey { seconds: 60, ..wanted(bed, &[READ]) }).await;
        assert_eq!(code(made_anew), "sign-in-required", "{why}");
    }
    Ok(())
}

/// Proves A49 and A54 in part: a thief makes keys before the owner throws him out, by a link to another password, by bringing
/// the address back, or by an administrator's switching the second factor: they go with him.
#[tokio::test]
async fn a_thiefs_keys_go_with_the_thief() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let person = manager(&bed).await?;
    let keys = planted(&bed, &person.account).await?;
    let token = forgotten(&bed, ANN, person.account.id).await?;
    bed.membership.reset_password(&bed.as_anybody(), reset(&token, None)).await?;
    are_over(&bed, &keys, &person.account, "chosen anew").await?;
    let owner = bed.sign_in(ANN, OTHER).await?.account;
    let target = bed.target(&person.member);

    for on in [true, false] {
        let keys = planted(&bed, &bed.account(owner.id).await?).await?;
        bed.membership.switch_second_factor(&bed.as_administrator(), target, on).await?;
        are_over(&bed, &keys, &owner, "switched").await?;
    }
    Ok(())
}

/// Proves A54 and A56 in part: the same, for whoever has moved the account to an own address.
#[tokio::test]
async fn a_thiefs_keys_go_with_the_address() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let person = manager(&bed).await?;
    let keys = planted(&bed, &person.account).await?;
    let thief = bed.as_account(&person.account);
    let undo = move_to(&bed, &thief, &person.account, "evil@example.net").await?;
    bed.membership.restore_address(&bed.as_anybody(), &undo).await?;
    are_over(&bed, &keys, &person.account, "brought back").await?;
    Ok(())
}

/// Proves A67 in part: a tenant that wants a second factor admits no key whose maker had shown none; nor, once he has one,
/// the key of before. One that is made with it enters.
#[tokio::test]
async fn a_key_shows_what_its_maker_had_shown() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let person = bed.manager().await?;
    let signed_in = bed.sign_in("manager", PASSWORD).await?;
    let [key, child] = planted(&bed, &person.account).await?;
    require(&bed, Kinds::APP).await?;
    let enter = async |made: &ApiKeyMade| -> Result<_, Failure> {
        let account = bed.account(person.account.id).await?;
        Ok(bed.membership.tenant(&by_key(&bed, &made.key, &account), bed.tenant.id).await)
    };
    for made in [&key, &child] {
        assert_eq!(code(enter(made).await?), "second-factor-missing");
    }
    let shown = set_app_up(&bed, &signed_in).await?;
    for made in [&key, &child] {
        assert_eq!(code(enter(made).await?), "second-factor-not-shown");
    }
    let [key, child] = planted(&bed, &shown.account).await?;
    assert_eq!((key.key.with, child.key.with), (Kinds::APP, Kinds::APP));
    enter(&key).await??;
    enter(&child).await??;
    Ok(())
}

/// Proves I-4 and A36 in part: its maker is asked to be the representative; a key that may read the list of members does not
/// answer for him.
#[tokio::test]
async fn a_key_answers_no_nomination() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let bob = bed.added("bob", &["Administrator"]).await?;
    let person = bed.as_account(&bob.account);
    let made = bed.membership.make_api_key(&person, wanted(&bed, &[READ])).await?;
    bed.membership.nominate(&bed.as_administrator(), bed.target(&bob.member)).await?;
    let program = by_key(&bed, &made.key, &bob.account);
    assert_eq!(code(bed.membership.accept_nomination(&program, bed.tenant.id).await), "not-by-api-key");
    assert_eq!(code(bed.membership.decline_nomination(&program, bed.tenant.id).await), "not-by-api-key");
    assert!(bed.membership.accept_nomination(&person, bed.tenant.id).await?.representative);
    Ok(())
}

/// Proves A36 in part: a key that may only read does not revoke the others of its maker; it ends itself, and what it made.
#[tokio::test]
async fn a_key_revokes_none_beside_it() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let root = bed.as_administrator();
    let big = bed.membership.make_api_key(&root, wanted(&bed, &[MANAGE])).await?;
    let [small, child] = planted(&bed, &bed.administrator).await?;
    let revoke = async |by: &ApiKeyMade, which: &ApiKeyMade| {
        let program = by_key(&bed, &by.key, &bed.administrator);
        bed.membership.revoke_api_key(&program, bed.tenant.id, which.key.id).await
    };
    for (by, which) in [(&small, &big), (&child, &big), (&child, &small)] {
        assert_eq!(code(revoke(by, which).await), "api-key-unknown");
    }
    revoke(&small, &child).await?;
    revoke(&small, &small).await?;
    bed.membership.tenant(&by_key(&bed, &big.key, &bed.administrator), bed.tenant.id).await?;
    Ok(())
}
