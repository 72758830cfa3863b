//! Links that lead nowhere any more: each says what happened and what to do.

use chrono::TimeDelta;
use membership_core::{
    event::Event,
    invitation::{
        Subject,
        invite::{Invite, Reach},
    },
    store::Scope,
    tenant::{Tenant, TenantStatus, create::CreateTenant},
};
use poem::http::StatusCode;

use crate::site::Site;

/// What every way through answers for a link that is dead.
async fn assert_dead(site: &Site, path: &str, status: StatusCode, says: &[&str]) {
    for page in ["", "/decline", "/register", "/sign-in"] {
        site.pages.get(&format!("{path}{page}"), "").await.assert(status).assert_says(says).assert_lacks(&["Join now"]);
    }
    let register = [("name", "Ann"), ("password", "correct horse battery staple")];
    for (page, form) in [("/accept", &[][..]), ("/reject", &[]), ("/register", &register), ("/sign-in", &register[1..])]
    {
        site.pages.post(&format!("{path}{page}"), "", form).await.assert(status);
    }
    assert_eq!(site.bed.violations().await.unwrap(), []);
}

/// Proves APP-21: the link is dead once used, and a second click says so; the person who used it is led on.
#[tokio::test]
async fn a_used_link() {
    let site = Site::new().await;
    let registered = site.bed.join("ann@example.org").await.unwrap();
    let world = site.bed.world(site.bed.tenant.id).await.unwrap();
    let used = world.invitations.iter().find(|invitation| invitation.member == registered.member.id).unwrap();
    let path = site.path_of(used);
    assert_dead(&site, &path, StatusCode::GONE, &["This link was used already", "Sign in"]).await;

    let ann = site.cookie_of("ann@example.org").await;
    let welcome = site.welcome();
    let says = ["You have joined already", "There is nothing left to accept.", &format!("href=\"{welcome}\"")];
    site.pages.get(&path, &ann).await.assert(StatusCode::GONE).assert_says(&says);
}

/// Proves ORG-36 in part: not clicked within its time, it is expired, to the microsecond.
#[tokio::test]
async fn an_expired_link() {
    let site = Site::new().await;
    let (_, path) = site.invite("ann@example.org").await;
    site.bed.clock.advance(TimeDelta::hours(72) - TimeDelta::microseconds(1));
    site.pages.get(&path, "").await.assert(StatusCode::OK).assert_says(&["less than a minute left"]);
    site.bed.clock.advance(TimeDelta::microseconds(1));
    let says = ["This invitation has expired", "Example Ltd", "Ask an administrator to invite again."];
    assert_dead(&site, &path, StatusCode::GONE, &says).await;
}

/// Proves A12 in part: an older link says that there is a newer one, and nothing of what became of it.
#[tokio::test]
async fn a_superseded_link() {
    let site = Site::new().await;
    let (invited, path) = site.invite("ann@example.org").await;
    let again = Subject { tenant: site.bed.tenant.id, invitation: invited.invitation.id };
    site.bed.membership.resend_invitation(&site.bed.as_administrator(), again).await.unwrap();
    assert_dead(
        &site,
        &path,
        StatusCode::GONE,
        &["This link no longer works", "Use the newest link, or ask for another."],
    )
    .await;
    site.pages.get(&path, "").await.assert_lacks(&["Example Ltd"]);
}

/// Proves A18 in part: a declined invitation stays declined.
#[tokio::test]
async fn a_declined_link() {
    let site = Site::new().await;
    let (invited, path) = site.invite("ann@example.org").await;
    let token = site.bed.token(&invited.invitation);
    site.bed.membership.reject_invitation(&site.bed.as_anybody(), &token).await.unwrap();
    assert_dead(&site, &path, StatusCode::GONE, &["This invitation was declined", "if that was a mistake"]).await;
}

#[tokio::test]
async fn a_withdrawn_link() {
    let site = Site::new().await;
    let (invited, path) = site.invite("ann@example.org").await;
    let revoke = Subject { tenant: site.bed.tenant.id, invitation: invited.invitation.id };
    site.bed.membership.revoke_invitation(&site.bed.as_administrator(), revoke).await.unwrap();
    assert_dead(&site, &path, StatusCode::GONE, &["This invitation was withdrawn", "Ask an administrator"]).await;
}

/// Proves A1 in part: a token that is not ours, whichever letter of it was changed, is one and the same page.
#[tokio::test]
async fn an_unknown_link() {
    let site = Site::new().await;
    let (_, path) = site.invite("ann@example.org").await;
    let says = ["We do not know this link", "Check that the link is complete"];
    let foreign = "/invitation/mbi_x".to_owned();
    assert_dead(&site, &foreign, StatusCode::NOT_FOUND, &says).await;
    let page = site.pages.get(&foreign, "").await.body;
    for at in 12..path.len() {
        let mut changed = path.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let answer = site.pages.get(&changed, "").await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NOT_FOUND, page.as_str()), "{changed}");
    }
}

async fn becomes(site: &Site, tenant: Tenant) {
    let tx = site.bed.adapter.store.begin(Scope::Tenant(tenant.id)).await.unwrap();
    tx.commit(&site.bed.as_system(), &[Event::TenantActivated(tenant)]).await.unwrap();
}

#[tokio::test]
async fn a_suspended_organisation() {
    let site = Site::new().await;
    let (_, path) = site.invite("ann@example.org").await;
    becomes(&site, Tenant { status: TenantStatus::Suspended, ..site.bed.tenant.clone() }).await;
    for page in ["", "/decline", "/register"] {
        let answer = site.pages.get(&format!("{path}{page}"), "").await.assert(StatusCode::CONFLICT);
        answer.assert_says(&["This organisation is suspended", "Ask whoever invited you."]);
    }
    site.pages.post(&format!("{path}/accept"), "", &[]).await.assert(StatusCode::CONFLICT);
}

/// Proves A16 in part: whoever invited may not grant this any more, so the invitation is on hold.
#[tokio::test]
async fn an_invitation_on_hold() {
    let site = Site::new().await;
    let other = CreateTenant {
        name: "Other Ltd".into(),
        administrator: "Olga".into(),
        reach: Reach::Mail("o@example.org".into()),
        preset: None,
        parent: None,
    };
    let made = site.bed.membership.create_tenant(&site.bed.as_administrator(), other).await.unwrap();
    becomes(&site, Tenant { status: TenantStatus::Active, ..made.tenant }).await;
    let path = site.path_of(&made.invitation);
    let held = site.pages.post(&format!("{path}/accept"), "", &[]).await.assert(StatusCode::CONFLICT);
    held.assert_says(&["This invitation is on hold", "Ask an administrator to send the invitation again."]);
}

/// An invitation that was made to be sent later has no link yet that anybody could hold.
#[tokio::test]
async fn a_link_that_was_never_issued() {
    let site = Site::new().await;
    let command = site.bed.invitation_to("ann@example.org").await.unwrap();
    let later = Invite { send: Some(membership_core::invitation::invite::Sending::Later), ..command };
    let ready = site.bed.invite_one(later).await.unwrap();
    let answer = site.pages.get(&site.path_of(&ready.invitation), "").await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
}
