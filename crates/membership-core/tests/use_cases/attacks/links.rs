//! Links to another password, and administrators who would open an account that is not theirs.

use membership_core::{
    invitation::invite::Reach,
    link::Purpose,
    member::{reach::Target, remove::Heirs},
    role::assign::Wanted,
    tenant::create::CreateTenant,
};
use membership_testkit::{Bed, Failure};

use super::{ANN, OTHER, ann, forgotten, reset, tail};
use crate::{
    code,
    sign_in::{challenge, with_factors},
};

/// A tenant whose policy joins owners of accounts at once, and one that has asked Ann to be a visitor; and Ann there.
async fn joined_unasked(bed: &Bed) -> Result<(Bed, Target), Failure> {
    let command = CreateTenant {
        name: "Stream".into(),
        administrator: "Sam".into(),
        reach: Reach::Link(None),
        preset: Some("streaming-app".into()),
        parent: None,
    };
    let stream = bed.at(&bed.found_by(command, "sam").await?);
    let mut command = bed.invitation_to(ANN).await?;
    command.tenant = stream.tenant.id;
    for person in &mut command.people {
        person.assignments = vec![Wanted::role(stream.role("Visitor").await?)];
    }
    let invited = bed.membership.invite(&stream.as_administrator(), command).await?;
    let member = invited.first().ok_or("nobody was invited")?.member.clone();
    assert!(member.account().is_some(), "she is a member, and was not asked");
    let target = stream.target(&member);
    Ok((stream, target))
}

/// Proves I-8, I-35, A24 and A69 in part: a tenant that joins owners of accounts at once invites somebody who is a member
/// nowhere, would switch her second factor off, and make itself a link to her password.
#[tokio::test]
async fn whoever_joins_people_unasked_does_not_open_their_accounts() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let (ann, _, _) = with_factors(&bed).await?;
    bed.membership.leave(&bed.as_signed_in(&ann), bed.tenant.id, Heirs::default()).await?;
    let (stream, target) = joined_unasked(&bed).await?;
    let sam = stream.as_administrator();
    for on in [true, false] {
        let switched = bed.membership.switch_second_factor(&sam, target, on).await;
        assert_eq!(code(switched), "account-is-shared");
    }
    assert_eq!(code(bed.membership.make_password_link(&sam, target).await), "account-is-shared");
    let now = bed.account(ann.account.id).await?;
    assert_eq!((now.kinds, now.reset), (ann.account.kinds, None));
    Ok(())
}

/// Proves I-8 and I-35 in part: an administrator makes a link while the account is this tenant's alone, and keeps it until
/// the person is a member elsewhere too: it opens nothing, then.
#[tokio::test]
async fn a_link_that_was_handed_over_does_not_open_another_tenants_door() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.join(ANN).await?;
    let link = bed.membership.make_password_link(&bed.as_administrator(), bed.target(&ann.member)).await?;
    bed.membership.open_reset(&bed.as_anybody(), tail(&link.url)).await?;
    let elsewhere = bed.at(&bed.found("Elsewhere", "eve").await?);
    elsewhere.join_with(&bed.as_member(&ann), ANN).await?;
    assert_eq!(code(bed.membership.open_reset(&bed.as_anybody(), tail(&link.url)).await), "link-superseded");
    let taken = bed.membership.reset_password(&bed.as_anybody(), reset(tail(&link.url), None)).await;
    assert_eq!(code(taken), "link-superseded");
    assert!(bed.sign_in(ANN, OTHER).await.is_err());
    Ok(())
}

/// Proves I-8 and I-18 in part: nor does it once the person has left the tenant whose administrator made it, and is a member
/// of the other one alone; whether the person left or was removed.
#[tokio::test]
async fn a_link_that_was_handed_over_dies_with_leaving() -> Result<(), Failure> {
    for removed in [false, true] {
        let bed = Bed::new().await?;
        let ann = bed.join(ANN).await?;
        let link = bed.membership.make_password_link(&bed.as_administrator(), bed.target(&ann.member)).await?;
        let elsewhere = bed.at(&bed.found("Elsewhere", "eve").await?);
        elsewhere.join_with(&bed.as_member(&ann), ANN).await?;
        if removed {
            let (root, target) = (bed.as_administrator(), bed.target(&ann.member));
            bed.membership.remove_member(&root, target, Heirs::default()).await?;
        } else {
            bed.membership.leave(&bed.as_member(&ann), bed.tenant.id, Heirs::default()).await?;
        }
        let taken = bed.membership.reset_password(&bed.as_anybody(), reset(tail(&link.url), None)).await;
        assert_eq!(code(taken), "link-superseded", "removed: {removed}");
    }
    Ok(())
}

/// Proves I-25 in part: anybody may say that a password was forgotten, which does not kill the link that an administrator
/// has handed over.
#[tokio::test]
async fn nobody_kills_a_link_that_was_handed_over() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = bed.join(ANN).await?;
    let link = bed.membership.make_password_link(&bed.as_administrator(), bed.target(&ann.member)).await?;
    forgotten(&bed, ANN, ann.account.id).await?;
    bed.membership.open_reset(&bed.as_anybody(), tail(&link.url)).await?;
    bed.membership.reset_password(&bed.as_anybody(), reset(tail(&link.url), None)).await?;
    bed.sign_in(ANN, OTHER).await?;
    Ok(())
}

/// Proves I-21 and I-26 in part: of twenty at once with one link, one chooses the password; and the link opens nothing of
/// another purpose, not even relabelled.
#[tokio::test]
async fn a_link_opens_once_and_one_thing() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    let ann = ann(&bed).await?;
    let token = forgotten(&bed, ANN, ann.account.id).await?;
    for foreign in [token.clone(), relabelled(&bed, &token)?] {
        let restored = bed.membership.restore_address(&bed.as_anybody(), &foreign).await;
        assert_eq!(code(restored), "link-unknown");
    }
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (bed, token) = (bed.clone(), token.clone());
        tasks.spawn(async move { bed.membership.reset_password(&bed.as_anybody(), reset(&token, None)).await.is_ok() });
    }
    assert_eq!(tasks.join_all().await.into_iter().filter(|chosen| *chosen).count(), 1);
    Ok(())
}

/// The token of a link to a password, as if it were one to a former address.
fn relabelled(bed: &Bed, token: &str) -> Result<String, Failure> {
    let made = |purpose| bed.membership.links().token(&bed.administrator.link(purpose, 1));
    let (as_reset, as_former) = (made(Purpose::Reset), made(Purpose::FormerAddress));
    let (label, wanted) = (as_reset.split('_').next(), as_former.split('_').next());
    let (label, wanted) = (label.ok_or("no label")?, wanted.ok_or("no label")?);
    let rest = token.strip_prefix(label).ok_or("another label")?;
    assert_ne!(label, wanted);
    Ok(format!("{wanted}{rest}"))
}

/// Proves A66 in part: the key of a challenge, which a right password opens, is no session's.
#[tokio::test]
async fn the_key_of_a_challenge_is_no_session() -> Result<(), Failure> {
    let bed = Bed::new().await?;
    with_factors(&bed).await?;
    let key = challenge(&bed).await?;
    assert!(membership_core::account::SessionKey::parse(key.expose()).is_none());
    Ok(())
}
