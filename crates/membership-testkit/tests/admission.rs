//! Who is admitted, and on whose word: asked anew at every step, of things as they are then.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use membership_core::{
    account::{Account, AccountEmail},
    email::EmailAddress,
    event::Event,
    id::AccountId,
    invitation::invite::{Invite, Reach},
    member::{MemberStatus, edit::Changes, remove::Heirs},
    name::{DisplayName, Username},
    refusal::Refusal,
    role::assign::Wanted,
    store::Scope,
};
use membership_testkit::{Bed, bed::Asked};

const ADDRESS: &str = "ann@example.org";

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

/// How somebody who has invited loses the authority to.
#[derive(Debug, Clone, Copy)]
enum Fall {
    Demoted,
    /// May still invite, but does not hold any more what was granted.
    Narrowed,
    Disabled,
    Removed,
}

/// Proves A16, and I-22 for the inviter: whoever invited and was demoted, shut out or removed since vouches for nobody,
/// neither when the invitation is accepted nor when its person joins, and nothing is changed.
#[tokio::test]
async fn an_inviter_without_the_right_admits_nobody() {
    for fall in [Fall::Demoted, Fall::Narrowed, Fall::Disabled, Fall::Removed] {
        for accepted in [false, true] {
            let bed = Bed::new().await.unwrap();
            let max = bed.manager().await.unwrap();
            let command = bed.invitation_to(ADDRESS).await.unwrap();
            let invited = bed.membership.invite(&bed.as_account(&max.account), command).await.unwrap().remove(0);
            let token = bed.token(&invited.invitation.unwrap());
            if accepted {
                assert_eq!(next_step(&bed, &token, false).await, None);
            }

            let (administrator, target) = (bed.as_administrator(), bed.target(&max.member));
            match fall {
                Fall::Demoted | Fall::Narrowed => {
                    let narrow = bed.define_role("Inviter", &["membership:members.invite"], &[]).await.unwrap().id;
                    let demoted = matches!(fall, Fall::Demoted);
                    let role = if demoted { bed.role("Member").await.unwrap() } else { narrow };
                    let assignments = Some(vec![Wanted::role(role)]);
                    let changes = Changes { assignments, ..Changes::default() };
                    bed.membership.edit_member(&administrator, target, changes).await.map(drop).unwrap();
                }
                Fall::Disabled => bed.membership.disable_member(&administrator, target).await.map(drop).unwrap(),
                Fall::Removed => {
                    bed.membership.remove_member(&administrator, target, Heirs::default()).await.map(drop).unwrap();
                }
            }
            let before = bed.world(bed.tenant.id).await.unwrap();
            assert_eq!(next_step(&bed, &token, accepted).await, Some("invitation-held"), "{fall:?} {accepted}");
            assert_eq!(bed.world(bed.tenant.id).await.unwrap(), before);
        }
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
        bed.membership.suspend_tenant(&bed.as_administrator(), bed.tenant.id).await.unwrap();
        assert_eq!(next_step(&bed, &token, accepted).await, Some("invitation-tenant-suspended"));
        bed.membership.resume_tenant(&bed.as_administrator(), bed.tenant.id).await.unwrap();
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
        let (ctx, token) = (bed.as_account(&account), bed.token(&invited.invitation));
        let outcome = code(bed.membership.accept_invitation(&ctx, &token).await);
        assert_eq!(outcome, expected, "{case}");
        // Whoever is nobody may accept; joining asks again.
        bed.membership.accept_invitation(&bed.as_anybody(), &token).await.unwrap();
        let outcome = code(bed.membership.join(&ctx, &token).await);
        assert_eq!(outcome, expected, "{case}");
        if expected.is_none() {
            let is_proved = proof_of(&bed, account.id).await;
            assert_eq!(is_proved, proved || mailed, "{case}: what is proved");
        }
        assert_eq!(joined(&bed, &invited).await, expected.is_none(), "{case}");
    }
}

async fn account(bed: &Bed, address: &str, proved: bool) -> Account {
    let now = bed.clock.now();
    let address = EmailAddress::from_canonical(address).unwrap();
    let id = AccountId::new(now, bed.membership.entropy());
    let account = Account {
        username: Some(Username::parse("somebody").unwrap()),
        email: Some(AccountEmail { address, proved_at: proved.then_some(now) }),
        ..Account::new(id, DisplayName::parse("Somebody").unwrap(), now)
    };
    let tx = bed.adapter.store.begin(Scope::Account(id)).await.unwrap();
    tx.commit(&bed.as_system(), &[Event::AccountRegistered(account.clone())]).await.unwrap();
    account
}

async fn proof_of(bed: &Bed, account: AccountId) -> bool {
    let accounts = bed.world(bed.tenant.id).await.unwrap().accounts;
    accounts.iter().find(|one| one.id == account).unwrap().proved_email().is_some()
}

async fn joined(bed: &Bed, invited: &Asked) -> bool {
    let members = bed.world(bed.tenant.id).await.unwrap().members;
    members.iter().any(|member| member.id == invited.member.id && member.status() == MemberStatus::Enabled)
}
