//! Invitations and nominations with all that their letters tell.

use membership_core::{
    account::Login,
    directory::{InvitationView, NominationView},
    id::{InvitationId, NominationId, TenantId},
    invitation::Inviter,
    store::StoreError,
};
use sea_orm::ConnectionTrait;

use super::members::with_mail;
use crate::{fault::corrupt, read};

pub(super) async fn invitation<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: InvitationId,
) -> Result<Option<InvitationView>, StoreError> {
    let Some((invitation, delivery)) = with_mail(db, tenant, id).await? else { return Ok(None) };
    let inviter = match invitation.inviter {
        Inviter::Member(inviter) => Some(inviter),
        Inviter::Operator(_) => None,
    };
    let mut members = read::members(db, tenant, [invitation.member].into_iter().chain(inviter)).await?;
    let inviter = inviter.and_then(|inviter| members.get(&inviter)).map(|inviter| inviter.name.to_string());
    let (Some(member), Some(tenant)) = (members.remove(&invitation.member), read::tenant(db, tenant).await?) else {
        return Err(corrupt("invitation", id, "its member or tenant is missing"));
    };
    let roles = read::roles_of(db, tenant.id, &member.assignments.roles().collect()).await?;
    let has_account = match invitation.address() {
        Some(address) => read::account_by_login(db, &Login::Email(address.clone())).await?.is_some(),
        None => false,
    };
    Ok(Some(InvitationView { invitation, member, tenant, roles, inviter, delivery, has_account: Some(has_account) }))
}

pub(super) async fn nomination<C: ConnectionTrait>(
    db: &C,
    tenant: TenantId,
    id: NominationId,
) -> Result<Option<NominationView>, StoreError> {
    let Some(nomination) = read::nomination(db, tenant, id).await? else { return Ok(None) };
    let mut members = read::members(db, tenant, [nomination.nominator, nomination.nominee]).await?;
    let (nominator, nominee) = (members.remove(&nomination.nominator), members.remove(&nomination.nominee));
    match (nominator, nominee, read::tenant(db, tenant).await?) {
        (Some(nominator), Some(nominee), Some(tenant)) => {
            Ok(Some(NominationView { tenant, nomination, nominator, nominee }))
        }
        _ => Err(corrupt("nomination", id, "its tenant or one of its members is missing")),
    }
}
