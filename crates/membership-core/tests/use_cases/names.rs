//! Names for what stands in records.

use std::collections::BTreeSet;

use membership_core::{
    MAX_NAMES,
    context::Context,
    id::AccountId,
    member::{Member, remove::Heirs},
};
use membership_testkit::Failure;
use uuid::Uuid;

use crate::{code, departments::Company};

/// Whoever stands in a record is called by name to whoever sees them, by their identifier or by their account's; to nobody else,
/// and in no other tenant.
#[tokio::test]
async fn names_are_told_to_whoever_sees_the_people() -> Result<(), Failure> {
    let company = Company::new().await?;
    let Company { bed, sales, north, finance, .. } = &company;
    let ann = company.member("ann", &[*north]).await?;
    let bob = company.member("bob", &[*finance]).await?;
    let (_, head) = company.head("head", "Member manager", *sales).await?;
    let gone = bed.added("dee", &["Worker"]).await?;
    bed.membership.remove_member(&bed.as_administrator(), bed.target(&gone.member), Heirs::default()).await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let account = |member: &Member| member.account().map(AccountId::as_uuid).unwrap_or_default();
    let all = [
        account(&ann),
        bob.id.as_uuid(),
        gone.account.id.as_uuid(),
        other.member.id.as_uuid(),
        account(&other.member),
        bed.tenant.id.as_uuid(),
    ];
    let told = async |ctx: &Context| {
        let named = bed.membership.names(ctx, bed.tenant.id, &all).await?;
        Ok::<_, Failure>(named.into_iter().map(|named| named.member).collect::<BTreeSet<_>>())
    };
    assert_eq!(told(&bed.as_administrator()).await?, BTreeSet::from([ann.id, bob.id, gone.member.id]));
    assert_eq!(told(&head).await?, BTreeSet::from([ann.id]), "of the own department");
    let (_, worker) = company.person("eve", &[*north], Vec::new()).await?;
    assert_eq!(code(bed.membership.names(&worker, bed.tenant.id, &all).await), "permission-missing");
    let foreign = bed.membership.names(&bed.as_administrator(), other.tenant.id, &all).await;
    assert_eq!(code(foreign), "tenant-unknown");
    let many: Vec<_> = std::iter::repeat_n(Uuid::nil(), MAX_NAMES).chain([account(&ann)]).collect();
    assert_eq!(bed.membership.names(&bed.as_administrator(), bed.tenant.id, &many).await?, [], "bounded");
    Ok(())
}
