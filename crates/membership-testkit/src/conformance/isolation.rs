//! Isolation: inside one tenant the identifiers of another name nothing.

use membership_core::{
    actor::Denied,
    context::Context,
    directory::{MemberFilter, Page, RecordFilter, RecordOrder, Who},
    id::{MemberId, RoleId, TenantId, TransferId},
    invitation::{Subject, revoke::RevokeError, send::SendError},
    member::{edit::Changes, reach::Target, remove::Heirs},
    refusal::Refusal,
    role::{Access, assign::Wanted, define::RoleOf},
    store::Scope,
};

use super::Outcome;
use crate::{Adapter, Bed, bed::draft};

const ALL: Page<MemberId> = Page { after: None, limit: 200 };

/// Proves: I-40. A transaction about one tenant answers nothing about another, whatever identifier it is asked
/// for.
pub(super) async fn a_transaction_sees_its_own_tenant_only(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let invited = bed.invite("ann@example.org").await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let mut tx = bed.adapter.store.begin(Scope::Tenant(other.tenant.id)).await?;
    assert_eq!(tx.tenant().await?, Some(other.tenant.clone()));
    assert_eq!(tx.invitation(invited.invitation.id).await?, None);
    assert_eq!(tx.member(invited.member.id).await?, None);
    assert_eq!(tx.member(bed.member.id).await?, None);
    assert_eq!(tx.member_of(bed.administrator.id).await?, None);
    let addresses: Vec<_> = invited.member.email.iter().cloned().collect();
    assert_eq!(tx.members_at(&addresses).await?, []);
    assert!(tx.access().await?.roles.iter().all(|role| role.tenant == other.tenant.id));
    assert_eq!(tx.waiting(None, 10).await?, []);
    assert_eq!(tx.holders_of(bed.role("Administrator").await?).await?, 0);
    assert_eq!(tx.representative().await?.map(|found| found.id), Some(other.member.id));
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
    for who in [Who::Account(bed.administrator.id), Who::Member(bed.member.id), Who::Member(invited.member.id)] {
        assert_eq!(directory.footing(tenant, who).await?, None, "{who:?}");
    }
    assert!(directory.access(tenant).await?.roles.iter().all(|role| role.tenant == tenant));
    let rows = directory.members(tenant, &MemberFilter::default(), ALL).await?;
    assert_eq!(rows.iter().map(|row| row.member.id).collect::<Vec<_>>(), [other.member.id]);
    for record in bed.audit(Scope::Tenant(tenant), 0, 200).await? {
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
    let (ctx, id) = (bed.as_account(&other.administrator), invited.invitation.id);
    let (own, foreign) = (other.tenant.id, bed.tenant.id);

    let subject = |tenant| Subject { tenant, invitation: id };
    let membership = &bed.membership;
    assert_eq!(membership.send_invitation(&ctx, subject(own)).await.err(), Some(SendError::Unknown));
    assert_eq!(membership.resend_invitation(&ctx, subject(own)).await.err(), Some(SendError::Unknown));
    assert_eq!(membership.revoke_invitation(&ctx, subject(own)).await.err(), Some(RevokeError::Unknown));
    assert_eq!(code(membership.member(&ctx, own, invited.member.id).await), Some("member-unknown"));
    assert_eq!(code(membership.invitation(&ctx, own, id).await), Some("invitation-unknown"));

    let mut with_a_foreign_role = bed.invitation_to("bob@example.org").await?;
    with_a_foreign_role.tenant = own;
    assert_eq!(code(membership.invite(&ctx, with_a_foreign_role).await), Some("invalid-input"));

    let denied = || Denied::TenantUnknown;
    assert_eq!(membership.resend_invitation(&ctx, subject(foreign)).await.err(), Some(denied().into()));
    assert_eq!(membership.revoke_invitation(&ctx, subject(foreign)).await.err(), Some(denied().into()));
    assert_eq!(membership.member(&ctx, foreign, invited.member.id).await.err(), Some(denied().into()));
    assert_eq!(
        membership.audit(&ctx, foreign, &RecordFilter::default(), RecordOrder::After(0), 1).await.err(),
        Some(denied().into())
    );
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
    let nowhere = TenantId::new(bed.clock.now(), bed.membership.entropy());
    for scope in [Scope::Installation, Scope::Account(bed.administrator.id), Scope::Tenant(nowhere)] {
        let mut tx = bed.adapter.store.begin(scope).await?;
        assert_eq!((tx.tenant().await?, tx.access().await?), (None, Access::default()), "in {scope:?}");
        assert_eq!(tx.member_of(bed.administrator.id).await?, None, "in {scope:?}");
        assert_eq!(tx.invitation(invitation).await?, None, "in {scope:?}");
        assert_eq!(tx.member(bed.member.id).await?, None, "in {scope:?}");
        assert_eq!((tx.representative().await?, tx.nomination().await?), (None, None), "in {scope:?}");
        assert_eq!((tx.waiting(None, 10).await?, tx.open_transfers().await?), (vec![], vec![]), "in {scope:?}");
        assert_eq!(tx.holders_of(bed.role("Administrator").await?).await?, 0, "in {scope:?}");
    }
    Ok(())
}

/// Proves: A34 in part, A37 in part, A38 in part, for members, roles, hand-overs and offers. Whatever is asked about an id of
/// another tenant, in the own one, is answered as for an id that names nothing; in the other tenant nothing is answered at
/// all; and nothing there is changed.
pub(super) async fn no_command_reaches_into_another_tenant(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let other = bed.found("Another Ltd", "otto").await?;
    let ann = bed.holder_of(&["Member"]).await?;
    let gone = bed.holder_of(&["Member"]).await?;
    bed.custodian().put(gone.id, "files", 1);
    let heirs = Heirs::everything_to(ann.id);
    let removed = bed.membership.remove_member(&bed.as_administrator(), bed.target(&gone), heirs).await?;
    let guests = bed.define_role("Guest", &[], &[]).await?.id;
    let foreign = Ids { member: ann.id, role: guests, transfer: removed.transfer.ok_or("it held a file")?.id };
    let unheard = Ids {
        member: MemberId::new(bed.clock.now(), bed.membership.entropy()),
        role: RoleId::new(bed.clock.now(), bed.membership.entropy()),
        transfer: TransferId::new(bed.clock.now(), bed.membership.entropy()),
    };
    let before = bed.snapshot().await?;
    let (own, ctx) = (other.tenant.id, bed.as_account(&other.administrator));
    let found = foreign.ask(&bed, &ctx, own, other.member.id).await;
    assert_eq!(found, unheard.ask(&bed, &ctx, own, other.member.id).await, "as if it were not there");
    assert!(found.iter().all(|(_, refused)| refused.is_some()), "{found:?}");
    let denied = foreign.ask(&bed, &ctx, bed.tenant.id, other.member.id).await;
    assert!(denied.iter().all(|(_, refused)| *refused == Some("tenant-unknown")), "{denied:?}");
    assert_eq!(bed.snapshot().await?, before);
    Ok(())
}

/// Identifiers of one of each.
struct Ids {
    member: MemberId,
    role: RoleId,
    transfer: TransferId,
}

impl Ids {
    /// Everything that can be asked about them in `tenant`, with what is answered. `here` is a member of the one who asks.
    async fn ask(
        &self,
        bed: &Bed,
        ctx: &Context,
        tenant: TenantId,
        here: MemberId,
    ) -> Vec<(&'static str, Option<&'static str>)> {
        let (membership, target) = (&bed.membership, Target { tenant, member: self.member });
        let which = RoleOf { tenant, role: self.role };
        let heirs = || Heirs::everything_to(self.member);
        let given = || Changes { assignments: Some(vec![Wanted::role(self.role)]), ..Changes::default() };
        let own = Target { tenant, member: here };
        vec![
            ("read", code(membership.member(ctx, tenant, self.member).await)),
            ("edit", code(membership.edit_member(ctx, target, Changes::default()).await)),
            ("disable", code(membership.disable_member(ctx, target).await)),
            ("enable", code(membership.enable_member(ctx, target).await)),
            ("remove", code(membership.remove_member(ctx, target, Heirs::default()).await)),
            ("reinvite", code(membership.reinvite_member(ctx, target).await)),
            ("nominate", code(membership.nominate(ctx, target).await)),
            ("leave to", code(membership.leave(ctx, tenant, heirs()).await)),
            ("edit role", code(membership.edit_role(ctx, which, draft("Theirs", &[], &[])).await)),
            ("delete role", code(membership.delete_role(ctx, which).await)),
            ("include", code(membership.define_role(ctx, tenant, draft("Mine", &[], &[self.role])).await)),
            ("give", code(membership.edit_member(ctx, own, given()).await)),
            ("name heir", code(membership.name_heir(ctx, tenant, self.transfer, Heirs::everything_to(here)).await)),
        ]
    }
}
