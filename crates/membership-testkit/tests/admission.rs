//! Who is admitted, and on whose word: asked anew at every step, of things as they are then. What has no command yet is
//! written into the store as its event.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use membership_core::{
    account::{Account, AccountEmail},
    email::EmailAddress,
    event::Event,
    id::AccountId,
    invitation::invite::{Invite, Invited, Reach},
    member::{Member, MemberState, MemberStatus},
    name::{DisplayName, Username},
    refusal::Refusal,
    store::Scope,
    tenant::{Tenant, TenantStatus},
};
use membership_testkit::Bed;

const ADDRESS: &str = "ann@example.org";

async fn write(bed: &Bed, scope: Scope, event: Event) {
    bed.adapter.store.begin(scope).await.unwrap().commit(&bed.as_system(), &[event]).await.unwrap();
}

fn code<T>(outcome: Result<T, impl Refusal>) -> Option<&'static str> {
    outcome.err().map(|refusal| refusal.code())
}

/// What is answered to whoever accepts, or joins if that is the next step.
async fn next_step(bed: &Bed, token: &str, accepted: bool) -> Option<&'static str> {
    if accepted {
        return code(bed.membership.register(&bed.as_anybody(), bed.registration(token)).await);
    }
    code(bed.membership.accept_invitation(&bed.as_anybody(), token).await)
}

/// Proves A16, and I-22 for the inviter: whoever invited and was demoted, shut out or removed since vouches for nobody,
/// neither when the invitation is accepted nor when its person joins, and nothing is changed.
#[tokio::test]
async fn an_inviter_without_the_right_admits_nobody() {
    for (fall, accepted) in [(0, false), (0, true), (1, false), (1, true), (2, false), (2, true)] {
        let bed = Bed::new().await.unwrap();
        let mut command = bed.invitation_to("max@example.org").await.unwrap();
        command.people[0].roles = vec![bed.role("Member manager").await.unwrap()];
        let own = bed.invite_one(command).await.unwrap();
        let token = bed.token(&own.invitation);
        bed.membership.accept_invitation(&bed.as_anybody(), &token).await.unwrap();
        let max = bed.membership.register(&bed.as_anybody(), bed.registration(&token)).await.unwrap();
        let command = bed.invitation_to(ADDRESS).await.unwrap();
        let invited = bed.membership.invite(&bed.as_account(max.account.id), command).await.unwrap().remove(0);
        let token = bed.token(&invited.invitation);
        if accepted {
            assert_eq!(next_step(&bed, &token, false).await, None);
        }

        let (account, now) = (max.account.id, bed.clock.now());
        let state = match fall {
            0 => MemberState::Enabled { account, joined_at: now },
            1 => MemberState::Disabled { account, joined_at: now, disabled_at: now },
            _ => MemberState::Removed { account: Some(account), joined_at: Some(now), removed_at: now },
        };
        let member = Member { state, roles: [bed.role("Member").await.unwrap()].into(), ..max.member };
        let world = bed.world(bed.tenant.id).await.unwrap();
        let invitation = world.invitations.into_iter().find(|one| one.member == member.id).unwrap();
        write(&bed, Scope::Tenant(bed.tenant.id), Event::MemberJoined { member, invitation }).await;
        let before = bed.world(bed.tenant.id).await.unwrap();
        assert_eq!(next_step(&bed, &token, accepted).await, Some("invitation-held"), "{fall} {accepted}");
        assert_eq!(bed.world(bed.tenant.id).await.unwrap(), before);
    }
}

/// Proves I-22 for the tenant: nobody gets into one that is suspended, neither by accepting nor by joining.
#[tokio::test]
async fn a_suspended_tenant_admits_nobody() {
    for accepted in [false, true] {
        let bed = Bed::new().await.unwrap();
        let token = bed.token(&bed.invite(ADDRESS).await.unwrap().invitation);
        if accepted {
            assert_eq!(next_step(&bed, &token, false).await, None);
        }
        let suspended = Tenant { status: TenantStatus::Suspended, ..bed.tenant.clone() };
        write(&bed, Scope::Tenant(bed.tenant.id), Event::TenantActivated(suspended)).await;
        assert_eq!(next_step(&bed, &token, accepted).await, Some("invitation-tenant-suspended"));
        write(&bed, Scope::Tenant(bed.tenant.id), Event::TenantActivated(bed.tenant.clone())).await;
        assert_eq!(next_step(&bed, &token, accepted).await, None, "and lets people in again");
    }
}

/// Proves I-23: the account's address is the invited one, and is proved or is being proved by the mailed link; a link
/// that was handed over proves nothing, and if it is bound to an address, that has to be proved before.
#[tokio::test]
async fn an_address_has_to_be_the_invited_one_and_proved() {
    let mail = || Reach::Mail(ADDRESS.into());
    let bound = || Reach::Link(Some(ADDRESS.into()));
    let refused = Some::<&str>;
    for (reach, address, proved, expected) in [
        (mail(), ADDRESS, false, None),
        (mail(), ADDRESS, true, None),
        (mail(), "bob@example.org", true, refused("invitation-address-mismatch")),
        (bound(), ADDRESS, true, None),
        (bound(), ADDRESS, false, refused("invitation-address-not-proved")),
        (bound(), "bob@example.org", true, refused("invitation-address-mismatch")),
        (Reach::Link(None), ADDRESS, false, None),
    ] {
        let bed = Bed::new().await.unwrap();
        let case = format!("{reach:?} {address} {proved}");
        let mailed = matches!(reach, Reach::Mail(_));
        let people = vec![bed.invitee(reach).await.unwrap()];
        let invited = bed.invite_one(Invite { people, ..bed.invitation_to("").await.unwrap() }).await.unwrap();
        let account = account(&bed, address, proved).await;
        let (ctx, token) = (bed.as_account(account), bed.token(&invited.invitation));
        let outcome = code(bed.membership.accept_invitation(&ctx, &token).await);
        assert_eq!(outcome, expected, "{case}");
        // Whoever is nobody may accept; joining asks again.
        bed.membership.accept_invitation(&bed.as_anybody(), &token).await.unwrap();
        let outcome = code(bed.membership.join(&ctx, &token).await);
        assert_eq!(outcome, expected, "{case}");
        if expected.is_none() {
            let is_proved = proof_of(&bed, account).await;
            assert_eq!(is_proved, proved || mailed, "{case}: what is proved");
        }
        assert_eq!(joined(&bed, &invited).await, expected.is_none(), "{case}");
    }
}

async fn account(bed: &Bed, address: &str, proved: bool) -> AccountId {
    let now = bed.clock.now();
    let address = EmailAddress::from_canonical(address).unwrap();
    let account = Account {
        id: AccountId::new(now, bed.membership.entropy()),
        name: DisplayName::parse("Somebody").unwrap(),
        username: Some(Username::parse("somebody").unwrap()),
        email: Some(AccountEmail { address, proved_at: proved.then_some(now) }),
        password: None,
        registered_at: now,
        sessions_valid_from: now,
    };
    let id = account.id;
    write(bed, Scope::Account(id), Event::AccountRegistered(account)).await;
    id
}

async fn proof_of(bed: &Bed, account: AccountId) -> bool {
    let accounts = bed.world(bed.tenant.id).await.unwrap().accounts;
    accounts.iter().find(|one| one.id == account).unwrap().proved_email().is_some()
}

async fn joined(bed: &Bed, invited: &Invited) -> bool {
    let members = bed.world(bed.tenant.id).await.unwrap().members;
    members.iter().any(|member| member.id == invited.member.id && member.status() == MemberStatus::Enabled)
}
