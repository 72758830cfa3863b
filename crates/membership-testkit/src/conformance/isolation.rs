//! Isolation: inside one tenant the identifiers of another name nothing.

use membership_core::{
    actor::Denied,
    directory::{MemberFilter, Page},
    invitation::{
        revoke::{RevokeError, RevokeInvitation},
        send::{SendError, SendInvitation},
    },
    refusal::Refusal,
    store::Scope,
};

use super::Outcome;
use crate::{Adapter, Bed};

const ALL: Page<membership_core::id::MemberId> = Page { after: None, limit: 200 };

/// Proves: I-40. A transaction about one tenant answers nothing about another, whatever identifier it is asked
/// for.
pub(super) async fn a_transaction_sees_its_own_tenant_only(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let invited = bed.invite("ann@example.org").await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let mut tx = bed.adapter.store.begin(Scope::Tenant(other.tenant.id)).await?;
    assert_eq!(tx.tenant().await?, Some(other.tenant.clone()));
    assert_eq!(tx.invitation(invited.invitation.id).await?, None);
    assert_eq!(tx.standing(invited.member.id).await?, None);
    assert_eq!(tx.standing(bed.member.id).await?, None);
    assert_eq!(tx.standing_of(bed.administrator.id).await?, None);
    let addresses: Vec<_> = invited.member.email.iter().cloned().collect();
    assert_eq!(tx.members_at(&addresses).await?, []);
    assert!(tx.roles().await?.iter().all(|role| role.tenant == other.tenant.id));
    Ok(())
}

/// Proves: I-40. Lists, look-ups and the audit of one tenant hold nothing of another.
pub(super) async fn the_directory_keeps_tenants_apart(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let invited = bed.invite("ann@example.org").await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let (directory, tenant) = (&bed.adapter.directory, other.tenant.id);
    assert_eq!(directory.invitation(tenant, invited.invitation.id).await?, None);
    assert_eq!(directory.member(tenant, invited.member.id).await?, None);
    assert_eq!(directory.standing_of(tenant, bed.administrator.id).await?, None);
    assert!(directory.roles(tenant).await?.iter().all(|role| role.tenant == tenant));
    let rows = directory.members(tenant, MemberFilter::default(), ALL).await?;
    assert_eq!(rows.iter().map(|row| row.member.id).collect::<Vec<_>>(), [other.member.id]);
    for record in directory.audit(Scope::Tenant(tenant), 0, 200).await? {
        assert_eq!(record.scope, Scope::Tenant(tenant));
        assert!(!record.body.contains(&bed.tenant.id.to_string()), "{}", record.body);
    }
    let world = bed.world(tenant).await?;
    assert_eq!((world.members.len(), world.accounts.len(), world.outbox.len()), (1, 1, 0));
    Ok(())
}

/// Proves: A34 in part, and A37, for invitations and members. The administrator of one tenant meets the identifiers of
/// another as if they did not exist, in the other tenant and in the own one, and changes nothing.
pub(super) async fn use_cases_know_no_ids_of_another_tenant(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let invited = bed.invite("ann@example.org").await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let before = bed.snapshot().await?;
    let (ctx, id) = (bed.as_account(other.administrator.id), invited.invitation.id);
    let (own, foreign) = (other.tenant.id, bed.tenant.id);

    let send = |tenant| SendInvitation { tenant, invitation: id };
    let revoke = |tenant| RevokeInvitation { tenant, invitation: id };
    let membership = &bed.membership;
    assert_eq!(membership.send_invitation(&ctx, send(own)).await.err(), Some(SendError::Unknown));
    assert_eq!(membership.resend_invitation(&ctx, send(own)).await.err(), Some(SendError::Unknown));
    assert_eq!(membership.revoke_invitation(&ctx, revoke(own)).await.err(), Some(RevokeError::Unknown));
    assert_eq!(code(membership.member(&ctx, own, invited.member.id).await), Some("member-unknown"));
    assert_eq!(code(membership.invitation(&ctx, own, id).await), Some("invitation-unknown"));

    let mut with_a_foreign_role = bed.invitation_to("bob@example.org").await?;
    with_a_foreign_role.tenant = own;
    assert_eq!(code(membership.invite(&ctx, with_a_foreign_role).await), Some("invalid-input"));

    let denied = || Denied::TenantUnknown;
    assert_eq!(membership.resend_invitation(&ctx, send(foreign)).await.err(), Some(denied().into()));
    assert_eq!(membership.revoke_invitation(&ctx, revoke(foreign)).await.err(), Some(denied().into()));
    assert_eq!(membership.member(&ctx, foreign, invited.member.id).await.err(), Some(denied().into()));
    assert_eq!(membership.audit(&ctx, foreign, 0, 1).await.err(), Some(denied().into()));
    let invite = membership.invite(&ctx, bed.invitation_to("bob@example.org").await?).await.err();
    assert_eq!(invite, Some(denied().into()));
    assert_eq!(bed.snapshot().await?, before);
    Ok(())
}

fn code<T>(outcome: Result<T, impl Refusal>) -> Option<&'static str> {
    outcome.err().map(|refusal| refusal.code())
}

/// A transaction about something else than a tenant has no tenant, and one about no tenant that exists has none either.
pub(super) async fn another_scope_has_no_tenant(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let invitation = bed.invite("ann@example.org").await?.invitation.id;
    let nowhere = membership_core::id::TenantId::new(bed.clock.now(), bed.membership.entropy());
    for scope in [Scope::Installation, Scope::Account(bed.administrator.id), Scope::Tenant(nowhere)] {
        let mut tx = bed.adapter.store.begin(scope).await?;
        assert_eq!((tx.tenant().await?, tx.roles().await?), (None, Vec::new()), "in {scope:?}");
        assert_eq!(tx.standing_of(bed.administrator.id).await?, None, "in {scope:?}");
        assert_eq!(tx.invitation(invitation).await?, None, "in {scope:?}");
    }
    Ok(())
}
