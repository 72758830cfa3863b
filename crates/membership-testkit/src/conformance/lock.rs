//! The lock: what many do at the same moment comes out as if they had done it one after the other.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use membership_core::{
    audit::Head,
    invitation::{
        Subject,
        invite::{Invite, InviteError, Reach},
    },
    lifecycle::Stage,
    member::MemberStatus,
    refusal::Refusal,
    store::Scope,
    tenant::TenantStatus,
};

use super::{Outcome, crowd::at_once};
use crate::{Adapter, Bed, Failure};

/// From its beginning until it is committed or dropped, a transaction is the only one about its scope.
pub(super) async fn a_transaction_has_its_scope_for_itself(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let scopes = [Scope::Tenant(bed.tenant.id), Scope::Account(bed.administrator.id), Scope::Installation];
    for scope in scopes {
        let inside = Arc::new(AtomicUsize::new(0));
        let done = at_once(16, |number| {
            let (bed, inside) = (bed.clone(), Arc::clone(&inside));
            async move {
                let mut tx = bed.adapter.store.begin(scope).await?;
                let others = inside.fetch_add(1, Ordering::SeqCst);
                tx.installation().await?;
                tokio::time::sleep(Duration::from_millis(1)).await;
                inside.fetch_sub(1, Ordering::SeqCst);
                if number % 2 == 0 {
                    tx.commit(&bed.as_administrator(), &[]).await?;
                }
                Ok::<_, Failure>(others)
            }
        })
        .await?;
        for others in done {
            assert_eq!(others?, 0, "in {scope:?}");
        }
    }
    Ok(())
}

/// Proves: I-14, in part. A hundred at once invite one address; one does, and the others are told so.
pub(super) async fn one_of_a_hundred_equal_invitations_wins(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let command = bed.invitation_to("ann@example.org").await?;
    let done = at_once(100, |_| {
        let (bed, command) = (bed.clone(), command.clone());
        async move { bed.membership.invite(&bed.as_administrator(), command).await }
    })
    .await?;
    assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1);
    for refused in done.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, InviteError::Faults(_)), "{refused:?}");
        assert_eq!(refused.faults().first().map(|fault| fault.code), Some("address-already-invited"));
    }
    let world = bed.snapshot().await?;
    assert_eq!((world.members.len(), world.invitations.len(), world.outbox.len()), (2, 1, 1));
    Ok(())
}

/// Proves: A9, I-21. Fifty register at once with one token; one joins, with one account and one record.
pub(super) async fn one_of_fifty_registrations_wins(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let invited = bed.invite("ann@example.org").await?;
    let token = bed.token(&invited.invitation);
    bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
    let done = at_once(50, |_| {
        let (bed, command) = (bed.clone(), bed.registration(&token));
        async move { bed.membership.register(&bed.as_anybody(), command).await.is_ok() }
    })
    .await?;
    assert_eq!(done.iter().filter(|joined| **joined).count(), 1);
    joined_once(&bed).await
}

/// Proves: A8 in part, A9, I-21. Fifty requests of one account join with one token; one does, and the token is spent.
pub(super) async fn one_of_fifty_joins_wins(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let people = vec![bed.invitee(Reach::Link(None)).await?];
    let invited = bed.invite_one(Invite { people, ..bed.invitation_to("").await? }).await?;
    let token = bed.token(&invited.invitation);
    let account = other.administrator;
    bed.membership.accept_invitation(&bed.as_account(&account), &token).await?;
    let done = at_once(50, |_| {
        let (bed, token, account) = (bed.clone(), token.clone(), account.clone());
        async move { bed.membership.join(&bed.as_account(&account), &token).await.is_ok() }
    })
    .await?;
    assert_eq!(done.iter().filter(|joined| **joined).count(), 1);
    joined_once(&bed).await?;
    let again = bed.membership.join(&bed.as_account(&account), &token).await.err();
    assert_eq!(again.map(|refusal| refusal.code()), Some("invitation-joined"));
    Ok(())
}

async fn joined_once(bed: &Bed) -> Outcome {
    let world = bed.snapshot().await?;
    let records = world.audit.iter().filter(|record| record.name == "member.joined").count();
    let members = world.members.iter().filter(|member| member.status() == MemberStatus::Enabled).count();
    assert_eq!((records, members, world.accounts.len()), (1, 2, 2), "beside the administrator");
    Ok(())
}

/// Proves: I-41, in part. A hundred transactions at once leave an audit without gaps, each record chained to the one before.
pub(super) async fn a_hundred_commits_leave_no_gap(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let before = bed.snapshot().await?.audit.len();
    let done = at_once(100, |_| {
        let bed = bed.clone();
        async move {
            let mut tx = bed.adapter.store.begin(Scope::Tenant(bed.tenant.id)).await?;
            tx.access().await?;
            tx.commit(&bed.as_administrator(), &[bed.quiet_invitation()?]).await?;
            Ok::<_, Failure>(())
        }
    })
    .await?;
    done.into_iter().collect::<Result<Vec<()>, _>>()?;
    let records = bed.audit(Scope::Tenant(bed.tenant.id), 0, 200).await?;
    assert_eq!(records.len(), before + 100);
    let mut head = Head::default();
    for record in records {
        assert!(record.follows(&head), "revision {}", record.revision);
        head = record.head();
    }
    assert_eq!(bed.snapshot().await?.invitations.len(), 100);
    Ok(())
}

/// Proves: A12, in part. Fifty at once resend one invitation: fifty links were issued, fifty mails owed, one is alive.
pub(super) async fn fifty_resends_lose_no_generation(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let invitation = bed.invite("ann@example.org").await?.invitation;
    let command = Subject { tenant: bed.tenant.id, invitation: invitation.id };
    let done = at_once(50, |_| {
        let bed = bed.clone();
        async move { bed.membership.resend_invitation(&bed.as_administrator(), command).await }
    })
    .await?;
    let mut generations = Vec::new();
    for issued in done {
        generations.push(issued?.invitation.generation);
    }
    generations.sort_unstable();
    assert_eq!(generations, (2..=51).collect::<Vec<u32>>());
    let world = bed.snapshot().await?;
    assert_eq!(world.outbox.len(), 51);
    assert_eq!(world.invitations.first().map(|invitation| invitation.generation), Some(51));
    Ok(())
}

/// Tenants that are made at once are all made, each with an audit of its own that begins with its founding.
pub(super) async fn tenants_that_are_made_at_once_are_all_made(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let done = at_once(8, |number| {
        let bed = bed.clone();
        async move { bed.found(&format!("Tenant {number}"), &format!("administrator-{number}")).await }
    })
    .await?;
    for founded in done {
        let tenant = founded?.tenant;
        assert_eq!(tenant.status, TenantStatus::Active);
        let records = bed.audit(Scope::Tenant(tenant.id), 0, 1).await?;
        let first = records.first().map(|record| (record.revision, record.name.as_str()));
        assert_eq!(first, Some((1, "tenant.created")));
    }
    assert_eq!(bed.adapter.directory.tenants().await?.len(), 9);
    let mut head = Head::default();
    for record in bed.audit(Scope::Installation, 0, 200).await? {
        assert!(record.follows(&head), "revision {}", record.revision);
        head = record.head();
    }
    Ok(())
}

/// Whoever revokes while somebody joins: one of the two happens, never both.
pub(super) async fn a_revocation_and_a_join_exclude_each_other(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    for round in 0..20 {
        let invitation = bed.invite(&format!("person-{round}@example.org")).await?.invitation;
        let token = bed.token(&invitation);
        bed.membership.accept_invitation(&bed.as_anybody(), &token).await?;
        let command = Subject { tenant: bed.tenant.id, invitation: invitation.id };
        let done = at_once(2, |number| {
            let (bed, registration) = (bed.clone(), bed.registration(&token));
            async move {
                if number == round % 2 {
                    bed.membership.revoke_invitation(&bed.as_administrator(), command).await.is_ok()
                } else {
                    bed.membership.register(&bed.as_anybody(), registration).await.is_ok()
                }
            }
        })
        .await?;
        assert_eq!(done.iter().filter(|happened| **happened).count(), 1, "round {round}");
        let revoked = done.get(round % 2).is_some_and(|revoked| *revoked);
        let view = bed.adapter.directory.invitation(bed.tenant.id, invitation.id).await?.ok_or("it is gone")?;
        let stage = view.invitation.stage_at(bed.clock.now());
        assert_eq!(stage, if revoked { Stage::Revoked } else { Stage::Joined }, "round {round}");
        assert_eq!(view.member.status() == MemberStatus::Enabled, !revoked, "round {round}");
    }
    Ok(())
}
