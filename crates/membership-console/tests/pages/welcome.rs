//! What a member sees of a tenant.

use chrono::TimeDelta;
use membership_core::{
    invitation::{
        invite::{Invite, Reach, Sending},
        send::SendInvitation,
    },
    member::MemberStatus,
};
use membership_testkit::bed::PASSWORD;
use poem::http::StatusCode;

use crate::site::Site;

fn order(body: &str, texts: &[&str]) {
    let places: Vec<usize> =
        texts.iter().map(|text| body.find(text).unwrap_or_else(|| panic!("{text}: {body}"))).collect();
    assert!(places.is_sorted(), "{texts:?} do not stand in this order: {places:?}");
}

/// Proves APP-27: who was invited stands at the top, with address, state and the time of this state: of making while
/// Ready, of sending while Invited, of joining when Joined.
#[tokio::test]
async fn the_newest_entry_stands_on_top() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    site.bed.clock.advance(TimeDelta::minutes(30));
    let (_, ann) = site.invite("ann@example.org").await;
    site.pages.post(&format!("{ann}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
    site.bed.clock.advance(TimeDelta::minutes(30));
    let typed = [("name", "Ann"), ("password", PASSWORD)];
    site.pages.post(&format!("{ann}/register"), "", &typed).await.assert(StatusCode::SEE_OTHER);
    let later = Invite { send: Sending::Later, ..site.bed.invitation_to("bea@example.org").await.unwrap() };
    let bea = site.bed.invite_one(later).await.unwrap().invitation;
    site.bed.clock.advance(TimeDelta::hours(1));
    let page = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
    order(&page.body, &["bea@example.org", "datetime=\"2030-01-02T04:04:05Z\"", "ann@example.org"]);
    let send = SendInvitation { tenant: site.bed.tenant.id, invitation: bea.id };
    site.bed.membership.send_invitation(&site.bed.as_administrator(), send).await.unwrap();
    let page = site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK);
    let bea =
        ["bea@example.org", "</svg>\nInvited</span>", "datetime=\"2030-01-02T05:04:05Z\"", "The mail is on its way."];
    let ann = ["ann@example.org", "</svg>\nJoined</span>", "datetime=\"2030-01-02T04:04:05Z\""];
    order(&page.body, &[bea.as_slice(), &ann, &["root@example.org", "datetime=\"2030-01-02T03:04:05Z\""]].concat());
}

/// Every state has a word beside its icon.
#[tokio::test]
async fn states_are_words_too() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let (declined, _) = site.invite("noel@example.org").await;
    let token = site.bed.token(&declined.invitation);
    site.bed.membership.reject_invitation(&site.bed.as_anybody(), &token).await.unwrap();
    let (accepted, _) = site.invite("ann@example.org").await;
    let token = site.bed.token(&accepted.invitation);
    site.bed.membership.accept_invitation(&site.bed.as_anybody(), &token).await.unwrap();
    site.pages.get(&site.welcome(), &root).await.assert_says(&["Declined</span>", "Accepted</span>", "Joined</span>"]);
    site.bed.clock.advance(TimeDelta::hours(25));
    let root = site.cookie_of("root").await;
    let later = site.pages.get(&site.welcome(), &root).await;
    later.assert_says(&["Expired</span>"]).assert_lacks(&["Accepted</span>"]);
}

/// Proves ORG-16: the form offers both ways, and both work.
#[tokio::test]
async fn inviting_by_mail_and_by_link() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let both = ["Invite somebody", "value=\"mail\"", "value=\"link\""];
    site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK).assert_says(&both);
    let (role, invite) =
        (site.bed.role("Member").await.unwrap().to_string(), format!("{}/invitations", site.welcome()));
    let typed = |name, reach, email| [("name", name), ("reach", reach), ("email", email), ("roles", role.as_str())];
    let by_mail = typed("Ann", "mail", "ann@example.org");
    site.pages.post(&invite, &root, &by_mail).await.assert_leads_to(&site.welcome());
    let again = site.pages.post(&invite, &root, &by_mail).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    again.assert_says(&["<details class=\"panel\" open>", "value=\"ann@example.org\"", "was invited before"]);

    let by_hand = site.pages.post(&invite, &root, &typed("Bea", "link", "")).await.assert(StatusCode::CREATED);
    let by_hand = by_hand.assert_says(&["Here is the link for <bdi>Bea</bdi>"]);
    let from = by_hand.body.find("/invitation/mbi_").unwrap();
    let path: String = by_hand.body[from..].chars().take_while(|letter| *letter != '<').collect();
    site.pages.get(&path, "").await.assert(StatusCode::OK).assert_says(&["<bdi>Bea</bdi>"]);
    site.pages.get(&site.welcome(), &root).await.assert_lacks(&["mbi_"]);
}

/// Proves ACC-11 and ACC-3 in the form: without a role, a name or an address nobody is invited.
#[tokio::test]
async fn a_bad_invitation_is_explained() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let invite = format!("{}/invitations", site.welcome());
    let typed = [("name", ""), ("reach", "mail"), ("email", "a b@example.org"), ("roles", "nonsense")];
    let form = site.pages.post(&invite, &root, &typed).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    form.assert_says(&["id=\"name-fault\"", "id=\"email-fault\"", "id=\"roles-fault\"", "value=\"a b@example.org\""]);
    let empty = [("name", ""), ("email", "")];
    let form = site.pages.post(&invite, &root, &empty).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    form.assert_says(&["id=\"name-fault\"", "id=\"email-fault\"", "id=\"roles-fault\""]);
    site.pages
        .post(&invite, &root, &[("name", "x"), ("email", ""), ("status", "enabled")])
        .await
        .assert(StatusCode::BAD_REQUEST);
    site.pages.post(&invite, "", &typed).await.assert(StatusCode::SEE_OTHER);
    assert_eq!(site.bed.world(site.bed.tenant.id).await.unwrap().members.len(), 1);
}

/// Proves APP-4: who may invite has the form; who may not has none, and a forged one is refused.
#[tokio::test]
async fn only_who_may_invites() {
    let site = Site::new().await;
    site.bed.join("ann@example.org").await.unwrap();
    let (ann, root) = (site.cookie_of("ann@example.org").await, site.cookie_of("root").await);
    site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK).assert_says(&["Invite somebody"]);
    site.pages.get(&site.welcome(), &ann).await.assert(StatusCode::OK).assert_lacks(&["Invite somebody"]);
    let role = site.bed.role("Member").await.unwrap().to_string();
    let typed = [("name", "Eve"), ("reach", "link"), ("email", ""), ("roles", role.as_str())];
    site.pages.post(&format!("{}/invitations", site.welcome()), &ann, &typed).await.assert(StatusCode::FORBIDDEN);
}

/// Proves A38 in part: another tenant looks exactly like one that does not exist.
#[tokio::test]
async fn a_foreign_tenant_is_no_tenant() {
    let site = Site::new().await;
    let other = site.bed.found("Other Ltd", "olga").await.unwrap();
    let root = site.cookie_of("root").await;
    let foreign = site.pages.get(&format!("/welcome/{}", other.tenant.id), &root).await.assert(StatusCode::NOT_FOUND);
    for absent in ["00000000-0000-7000-8000-000000000000", "nonsense"] {
        let answer = site.pages.get(&format!("/welcome/{absent}"), &root).await.assert(StatusCode::NOT_FOUND);
        assert_eq!(answer.body, foreign.body);
    }
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    for number in 0..55 {
        site.bed.clock.advance(TimeDelta::milliseconds(1));
        site.invite(&format!("p{number}@example.org")).await;
    }
    let first = site
        .pages
        .get(&site.welcome(), &root)
        .await
        .assert_says(&["p54@", "Show older entries"])
        .assert_lacks(&["p4@"]);
    let from = first.body.find("?after=").unwrap();
    let after: String = first.body[from..].chars().take_while(|letter| *letter != '"').collect();
    let second = site.pages.get(&format!("{}{after}", site.welcome()), &root).await.assert_says(&["p4@", "root@"]);
    second.assert_lacks(&["p5@", "Show older entries"]);
}

#[tokio::test]
async fn a_link_without_an_address_has_a_row_too() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let command = site.bed.invitation_to("nobody@example.org").await.unwrap();
    let people = vec![site.bed.invitee(Reach::Link(None)).await.unwrap()];
    let invited = site.bed.invite_one(Invite { people, ..command }).await.unwrap();
    assert_eq!(invited.member.status(), MemberStatus::NotJoined);
    site.pages.get(&site.welcome(), &root).await.assert(StatusCode::OK).assert_says(&["Ann Example", "Invited</span>"]);
}
