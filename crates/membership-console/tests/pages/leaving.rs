//! Leaving: by the link in the letter that told of the membership, and signed in.

use chrono::TimeDelta;
use membership_core::{
    invitation::invite::Reach,
    link::{Link, Purpose},
    member::{Member, MemberStatus, edit::Changes, reach::Target, remove::Heirs},
};
use poem::http::StatusCode;

use crate::{
    post::{JoinedAtOnce, joined_at_once},
    site::Site,
};

fn link(member: &Member, purpose: Purpose) -> Link {
    Link { purpose, tenant: member.tenant.as_uuid(), subject: member.id.as_uuid(), generation: 1 }
}

/// The path of the link that the letter to `member` has.
fn path_of(site: &Site, member: &Member) -> String {
    format!("/leaving/{}", site.bed.membership.links().token(&link(member, Purpose::Leaving)))
}

async fn status_of(site: &Site, member: &Member) -> MemberStatus {
    let world = site.world().await;
    world.members.iter().find(|known| known.id == member.id).unwrap().status()
}

/// Proves A20 in part, APP-17 in part: whoever was made a member is gone by one click of a person, who needs not sign
/// in, and by no click of a machine; the page says of what, as whom and since when.
#[tokio::test]
async fn a_machine_leaves_nothing_and_a_person_does() {
    let JoinedAtOnce { site, ann, leave: path, .. } = joined_at_once().await;
    let before = site.world().await;
    for _ in 0..20 {
        let page = site.pages.get(&path, "").await.assert(StatusCode::OK);
        page.assert_says(&[
            "<h1>Leave <bdi>Example Ltd</bdi>?</h1>",
            "<bdi>Ann</bdi>",
            "ann@example.org",
            "datetime=\"2030-01-02T03:04:05Z\"",
            &format!("<form method=\"post\" action=\"{path}\">"),
        ]);
        assert_eq!(site.pages.head(&path).await.status, StatusCode::OK);
    }
    assert_eq!(site.world().await, before);

    let left = site.pages.post(&path, "", &[]).await.assert(StatusCode::OK);
    left.assert_says(&["You have left \u{2068}Example Ltd\u{2069}"]).assert_lacks(&["What you kept there"]);
    assert_eq!(status_of(&site, &ann).await, MemberStatus::Removed);
    assert_eq!(site.bed.violations().await.unwrap(), []);
}

/// Proves APP-21 in part: once used it is dead, and says so; nothing happens twice.
#[tokio::test]
async fn a_used_link_says_so() {
    let JoinedAtOnce { site, leave: path, .. } = joined_at_once().await;
    site.pages.post(&path, "", &[]).await.assert(StatusCode::OK);
    let gone = site.world().await;
    let says = ["You are not a member any more", "There is nothing left to do."];
    site.pages.get(&path, "").await.assert(StatusCode::GONE).assert_says(&says).assert_lacks(&["Yes, leave"]);
    site.pages.post(&path, "", &[]).await.assert(StatusCode::GONE).assert_says(&says);
    assert_eq!(site.world().await, gone);
}

#[tokio::test]
async fn a_link_of_somebody_who_was_removed_says_so() {
    let site = Site::new().await;
    let ann = site.bed.join("ann@example.org").await.unwrap().member;
    let root = site.bed.as_administrator();
    site.bed.membership.remove_member(&root, site.bed.target(&ann), Heirs::default()).await.unwrap();
    let answer = site.pages.get(&path_of(&site, &ann), "").await.assert(StatusCode::GONE);
    answer.assert_says(&["You are not a member any more"]);
}

/// Proves A1 in part, A7 in part: whichever letter of it was changed, and whatever else a link of ours is for, it is one and
/// the same page, and nobody leaves.
#[tokio::test]
async fn an_unknown_link() {
    let site = Site::new().await;
    let ann = site.bed.join("ann@example.org").await.unwrap().member;
    let path = path_of(&site, &ann);
    let page = site.pages.get("/leaving/mbl_x", "").await.assert(StatusCode::NOT_FOUND);
    let page = page.assert_says(&["We do not know this link"]).assert_lacks(&["Example Ltd"]).body;
    let mut foreign: Vec<String> = (9..path.len())
        .map(|at| {
            let mut changed = path.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            String::from_utf8(changed).unwrap()
        })
        .collect();
    let links = site.bed.membership.links();
    let invitation = links.token(&link(&ann, Purpose::Invitation));
    foreign.push(format!("/leaving/{invitation}"));
    foreign.push(format!("/leaving/{}", invitation.replace("mbi_", "mbl_")));
    for changed in foreign {
        let answer = site.pages.get(&changed, "").await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::NOT_FOUND, page.as_str()), "{changed}");
        site.pages.post(&changed, "", &[]).await.assert(StatusCode::NOT_FOUND);
    }
    assert_eq!(status_of(&site, &ann).await, MemberStatus::Enabled);
}

/// The link is good while less than 30 days have passed since the member joined.
#[tokio::test]
async fn an_old_link_says_so() {
    let site = Site::new().await;
    let ann = site.bed.join("ann@example.org").await.unwrap().member;
    let path = path_of(&site, &ann);
    site.bed.clock.advance(TimeDelta::days(30) - TimeDelta::microseconds(1));
    site.pages.get(&path, "").await.assert(StatusCode::OK);
    site.bed.clock.advance(TimeDelta::microseconds(1));
    site.pages.get(&path, "").await.assert(StatusCode::GONE).assert_says(&["This link has expired"]);
    site.pages.post(&path, "", &[]).await.assert(StatusCode::GONE);
    assert_eq!(status_of(&site, &ann).await, MemberStatus::Enabled);
}

/// Proves TEN-23 in part: the representative does not leave, by no way.
#[tokio::test]
async fn the_representative_stays() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let (by_link, signed_in) = (path_of(&site, &site.bed.member), format!("{}/leave", site.welcome()));
    let before = site.world().await;
    for (path, cookie) in [(&by_link, ""), (&signed_in, root.as_str())] {
        let says = ["The representative cannot leave", "Hand over to another administrator first."];
        site.pages.get(path, cookie).await.assert(StatusCode::CONFLICT).assert_says(&says);
        site.pages.post(path, cookie, &[]).await.assert(StatusCode::CONFLICT).assert_says(&says);
    }
    site.pages.get(&site.welcome(), &root).await.assert_lacks(&["Leave this organisation"]);
    assert_eq!(site.world().await, before);
}

/// Who is disabled is told so before there is anything to click, and does not leave.
#[tokio::test]
async fn who_is_disabled_does_not_leave() {
    let site = Site::new().await;
    let ann = site.bed.join("ann@example.org").await.unwrap().member;
    let (path, root, target) = (path_of(&site, &ann), site.bed.as_administrator(), site.bed.target(&ann));
    let before = site.cookie_of("ann@example.org").await;
    site.bed.membership.disable_member(&root, target).await.unwrap();
    for answer in [site.pages.get(&path, "").await, site.pages.post(&path, "", &[]).await] {
        answer
            .assert(StatusCode::FORBIDDEN)
            .assert_says(&["Your membership is disabled"])
            .assert_lacks(&["Yes, leave"]);
    }
    assert_eq!(status_of(&site, &ann).await, MemberStatus::Disabled);

    // Once she is enabled again, the link alone is enough, and not together with her session from before.
    site.bed.membership.enable_member(&root, target).await.unwrap();
    let anew = site.pages.post(&path, &before, &[]).await.assert(StatusCode::UNAUTHORIZED);
    anew.assert_says(&["Please sign in anew", &format!("name=\"next\" value=\"{path}\"")]);
    assert_eq!(status_of(&site, &ann).await, MemberStatus::Enabled);
    site.pages.post(&path, "", &[]).await.assert(StatusCode::OK);
}

/// Where the products cannot say what somebody keeps there, nothing happens yet; afterwards it goes to the representative.
#[tokio::test]
async fn what_one_keeps_is_not_lost() {
    let site = Site::new().await;
    let ann = site.bed.join("ann@example.org").await.unwrap().member;
    let path = path_of(&site, &ann);
    site.bed.custodian().put(ann.id, "files", 3);
    site.bed.custodian().is_down(1);
    let later = site.pages.post(&path, "", &[]).await.assert(StatusCode::SERVICE_UNAVAILABLE);
    later.assert_says(&["Not at this moment", "You are still a member.", &format!("href=\"{path}\">Try again")]);
    assert_eq!(status_of(&site, &ann).await, MemberStatus::Enabled);

    let left = site.pages.post(&path, "", &[]).await.assert(StatusCode::OK);
    left.assert_says(&["What you kept there goes to its representative administrator."]);
    site.bed.carry().await.unwrap();
    assert_eq!(site.bed.custodian().held_by(site.bed.member.id), [("files".to_owned(), 3)].into());
}

/// Whoever is signed in leaves without a letter, after being asked once more; the account stays, and what else it is a
/// member of.
#[tokio::test]
async fn leaving_signed_in() {
    let site = Site::new().await;
    let ann = site.bed.join("ann@example.org").await.unwrap().member;
    let other = site.bed.found("Other Ltd", "olga").await.unwrap();
    let (_, invitation) = site.invite_to(&other, Reach::Mail("ann@example.org".into())).await;
    let cookie = site.cookie_of("ann@example.org").await;
    site.pages.post(&format!("{invitation}/accept"), &cookie, &[]).await.assert(StatusCode::SEE_OTHER);
    let leave = format!("{}/leave", site.welcome());
    site.pages.get(&leave, "").await.assert_leads_to(&format!("/sign-in?next={}", site.welcome()));
    site.pages.post(&leave, "", &[]).await.assert_leads_to(&format!("/sign-in?next={}", site.welcome()));
    let before = site.world().await;
    let link = format!("href=\"{leave}\"");
    site.pages.get(&site.welcome(), &cookie).await.assert(StatusCode::OK).assert_says(&[&link]);
    let asked = site.pages.get(&leave, &cookie).await.assert(StatusCode::OK);
    asked.assert_says(&["Leave <bdi>Example Ltd</bdi>?", "No, stay", &format!("action=\"{leave}\"")]);
    assert_eq!(site.world().await, before);

    let left = site.pages.post(&leave, &cookie, &[]).await.assert(StatusCode::OK);
    left.assert_says(&["You have left", "Your organisations"]);
    assert_eq!(status_of(&site, &ann).await, MemberStatus::Removed);
    site.pages.get(&site.welcome(), &cookie).await.assert(StatusCode::NOT_FOUND);
    site.pages.get("/organisations", &cookie).await.assert_says(&["Other Ltd"]).assert_lacks(&["Example Ltd"]);
}

/// Proves A77 in part: hostile names of a member and of an organisation are shown as they are, and do nothing.
#[tokio::test]
async fn hostile_names_are_inert() {
    let site = Site::new().await;
    let other = site.bed.found("<img src=x onerror=alert(1)>", "olga").await.unwrap();
    let root = site.cookie_of("root").await;
    let (asked, invitation) = site.invite_to(&other, Reach::Link(None)).await;
    site.pages.post(&format!("{invitation}/accept"), &root, &[]).await.assert(StatusCode::SEE_OTHER);
    let target = Target { tenant: other.tenant.id, member: asked.member.id };
    let changes = Changes { name: Some("\"><script>alert(1)</script> {{7*7}}".into()), ..Changes::default() };
    let olga = site.bed.as_account(&other.administrator);
    site.bed.membership.edit_member(&olga, target, changes).await.unwrap();
    let path = path_of(&site, &asked.member);
    for (cookie, page) in [("", &path), (root.as_str(), &format!("/welcome/{}/leave", other.tenant.id))] {
        let page = site.pages.get(page, cookie).await.assert(StatusCode::OK);
        page.assert_lacks(&["<img", "<script>alert", ">49<"])
            .assert_says(&["&#60;img src=x onerror=alert(1)&#62;", "{{7*7}}"]);
    }
    site.pages.post(&path, "", &[]).await.assert(StatusCode::OK).assert_lacks(&["<img", "<script>alert"]);
}
