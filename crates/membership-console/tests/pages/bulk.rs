//! The same to several members at once: the question first, then a result for each.

use membership_core::{
    id::MemberId,
    invitation::invite::{Invite, Reach},
    member::MemberStatus,
};
use poem::http::StatusCode;

use crate::site::{Answer, Site};

async fn status_of(site: &Site, id: MemberId) -> MemberStatus {
    site.world().await.members.iter().find(|member| member.id == id).unwrap().status()
}

async fn send(site: &Site, cookie: &str, deed: &str, members: &[MemberId], more: &[(&str, &str)]) -> Answer {
    let ids: Vec<String> = members.iter().map(ToString::to_string).collect();
    let mut form: Vec<(&str, &str)> = ids.iter().map(|id| ("member", id.as_str())).collect();
    form.push(("deed", deed));
    form.extend(more);
    site.pages.post(&site.at("members/bulk"), cookie, &form).await
}

/// Everybody is named before anything is done, and what became of each is shown: a refusal of one is no obstacle for the next.
#[tokio::test]
async fn each_has_a_result() {
    let site = Site::new().await;
    let ann = site.bed.added("ann", &["Member"]).await.unwrap().member.id;
    let bea = site.bed.added("bea", &["Member"]).await.unwrap().member.id;
    let (asked, _) = site.invite("invited@example.org").await;
    let root = site.cookie_of("root").await;
    let all = [ann, asked.member.id, bea];
    let question = send(&site, &root, "disable", &all, &[("back", "?state=enabled")]).await.assert(StatusCode::OK);
    question.assert_says(&[
        "Disable 3 members?",
        "<bdi>ann Example</bdi>",
        "<bdi>bea Example</bdi>",
        "name=\"confirmed\"",
    ]);
    assert_eq!(status_of(&site, ann).await, MemberStatus::Enabled);
    let confirmed = [("confirmed", "yes"), ("back", "?state=enabled")];
    let done = send(&site, &root, "disable", &all, &confirmed).await.assert(StatusCode::OK);
    let done = done.assert_says(&["Disabled: 2 of 3", "Not done:", "has not joined"]);
    done.assert_says(&[&format!("href=\"{}?state=enabled\"", site.at("members"))]);
    assert_eq!(
        (status_of(&site, ann).await, status_of(&site, bea).await),
        (MemberStatus::Disabled, MemberStatus::Disabled)
    );
    send(&site, &root, "enable", &[ann, bea], &confirmed).await.assert_says(&["Enabled: 2"]);
    assert_eq!(status_of(&site, ann).await, MemberStatus::Enabled);
}

/// What they hold goes to one heir; whoever holds something is not removed without.
#[tokio::test]
async fn removing_several() {
    let site = Site::new().await;
    let ann = site.bed.added("ann", &["Member"]).await.unwrap().member.id;
    let bea = site.bed.added("bea", &["Member"]).await.unwrap().member.id;
    let cora = site.bed.added("cora", &["Member"]).await.unwrap().member.id;
    site.bed.custodian().put(ann, "files", 3);
    let root = site.cookie_of("root").await;
    let question = send(&site, &root, "remove", &[ann, bea], &[]).await.assert(StatusCode::OK);
    question.assert_says(&["name=\"heir\"", "button compact grave"]);
    let wrong = send(&site, &root, "remove", &[ann, bea], &[("confirmed", "yes"), ("heir", "nobody")]).await;
    wrong.assert(StatusCode::UNPROCESSABLE_ENTITY).assert_says(&["id=\"heir-fault\""]);
    let partly = send(&site, &root, "remove", &[ann, bea], &[("confirmed", "yes"), ("heir", "")]).await;
    partly.assert_says(&["Removed: 1 of 2", "The member holds 3 of files"]);
    let rest = send(&site, &root, "remove", &[ann], &[("confirmed", "yes"), ("heir", "cora")]).await;
    rest.assert_says(&["Removed: 1"]);
    site.bed.carry().await.unwrap();
    assert_eq!(site.bed.custodian().held_by(cora), [("files".to_owned(), 3)].into());
}

/// A link that is handed over is in the answer, once; a letter is not.
#[tokio::test]
async fn inviting_several_again() {
    let site = Site::new().await;
    let command = site.bed.invitation_to("nobody@example.org").await.unwrap();
    let people = vec![site.bed.invitee(Reach::Link(None)).await.unwrap()];
    let by_hand = site.bed.invite_one(Invite { people, ..command }).await.unwrap();
    let (by_mail, _) = site.invite("ann@example.org").await;
    let root = site.cookie_of("root").await;
    let both = [by_hand.member.id, by_mail.member.id];
    let done = send(&site, &root, "reinvite", &both, &[("confirmed", "yes")]).await.assert(StatusCode::OK);
    assert_eq!(done.body.matches("/invitation/mbi_").count(), 1);
    done.assert_says(&["Invited again: 2", "shown only this once"]);
}

/// Nobody named, too many, nonsense, a foreign way back, and somebody who may not: refused in words, and nothing is changed.
#[tokio::test]
async fn bad_requests_change_nothing() {
    let site = Site::new().await;
    let ann = site.bed.added("ann", &["Member"]).await.unwrap().member.id;
    let root = site.cookie_of("root").await;
    let confirmed = [("confirmed", "yes")];
    let before = site.world().await.members;
    send(&site, &root, "disable", &[], &confirmed)
        .await
        .assert(StatusCode::UNPROCESSABLE_ENTITY)
        .assert_says(&["No member is named"]);
    send(&site, &root, "disable", &[ann; 201], &confirmed)
        .await
        .assert(StatusCode::UNPROCESSABLE_ENTITY)
        .assert_says(&["at most 200"]);
    send(&site, &root, "explode", &[ann], &confirmed).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    let foreign = send(&site, &root, "disable", &[ann], &[("back", "//e.example/?")]).await.assert(StatusCode::OK);
    foreign.assert_lacks(&["e.example"]);
    let own = site.cookie_of("ann").await;
    for deed in ["disable", "enable", "remove", "reinvite"] {
        send(&site, &own, deed, &[site.bed.member.id], &confirmed).await.assert(StatusCode::FORBIDDEN);
    }
    assert_eq!(site.world().await.members, before);
}
