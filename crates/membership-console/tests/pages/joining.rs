//! From "Join now" to being a member: with an account, without one, by mail and by a link that was handed over.

use membership_core::{
    invitation::invite::{Invite, Reach},
    lifecycle::Stage,
    member::{MemberStatus, remove::Heirs},
};
use membership_testkit::bed::{Asked, PASSWORD};
use poem::http::StatusCode;

use crate::site::Site;

async fn status_of(site: &Site, invited: &Asked) -> MemberStatus {
    let world = site.bed.world(invited.member.tenant).await.unwrap();
    world.members.iter().find(|member| member.id == invited.member.id).unwrap().status()
}

async fn by_hand(site: &Site, address: Option<&str>) -> (Asked, String) {
    let command = site.bed.invitation_to("nobody@example.org").await.unwrap();
    let person = site.bed.invitee(Reach::Link(address.map(str::to_owned))).await.unwrap();
    let invited = site.bed.invite_one(Invite { people: vec![person], ..command }).await.unwrap();
    let path = site.path_of(&invited.invitation);
    (invited, path)
}

/// Ann is a member of one tenant already; another invites her.
async fn ann_is_invited_elsewhere(site: &Site) -> (Asked, String) {
    site.bed.join("ann@example.org").await.unwrap();
    let other = site.bed.found("Other Ltd", "olga").await.unwrap();
    site.invite_to(&other, Reach::Mail("ann@example.org".into())).await
}

/// Proves ORG-25 for newcomers, APP-28, APP-29 and APP-30: without an account the person registers with the invited address,
/// filled in and not editable, is Joined, and sees where.
#[tokio::test]
async fn without_an_account_one_registers() {
    let site = Site::new().await;
    let (invited, path) = site.invite("ann@example.org").await;
    let register = format!("{path}/register");
    site.pages.get(&register, "").await.assert_leads_to(&path);
    site.pages.post(&format!("{path}/accept"), "", &[]).await.assert_leads_to(&register);
    site.pages.get(&format!("{path}/sign-in"), "").await.assert(StatusCode::OK);
    let form = site.pages.get(&register, "").await.assert(StatusCode::OK);
    let address = "id=\"email\" value=\"ann@example.org\" autocomplete=\"username\" readonly";
    form.assert_says(&["value=\"Ann Example\"", address, "15 characters or more"]).assert_lacks(&["name=\"email\""]);

    let typed = [("name", "Ann Example"), ("password", PASSWORD)];
    let joined = site.pages.post(&register, "", &typed).await.assert_leads_to(&site.welcome());
    assert_eq!(status_of(&site, &invited).await, MemberStatus::Enabled);
    let says = ["You are a member of <bdi>Example Ltd</bdi>", "ann@example.org"];
    site.pages.get(&site.welcome(), &joined.cookie()).await.assert(StatusCode::OK).assert_says(&says);
    assert_eq!(site.bed.violations().await.unwrap(), []);
}

/// Proves APP-28 against a forged form: a submitted address is refused, and nothing changes.
#[tokio::test]
async fn the_address_cannot_be_changed() {
    let site = Site::new().await;
    let (invited, path) = site.invite("ann@example.org").await;
    site.pages.post(&format!("{path}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
    for field in ["email", "address", "login", "roles", "tenant_id", "email_verified"] {
        let typed = [("name", "Ann"), ("password", PASSWORD), (field, "eve@example.org")];
        let refused = site.pages.post(&format!("{path}/register"), "", &typed).await.assert(StatusCode::BAD_REQUEST);
        assert!(refused.headers.get("set-cookie").is_none());
    }
    let twice = [("name", "Ann"), ("name", "Eve"), ("password", PASSWORD)];
    site.pages.post(&format!("{path}/register"), "", &twice).await.assert(StatusCode::BAD_REQUEST);
    assert_eq!(status_of(&site, &invited).await, MemberStatus::NotJoined);
    assert_eq!(site.accounts().await.len(), 1);
}

/// Whoever was removed and comes again by a session from before signs in anew, and joins then.
#[tokio::test]
async fn a_session_of_before_does_not_join() {
    let site = Site::new().await;
    let ann = site.bed.join("ann@example.org").await.unwrap().member;
    let before = site.cookie_of("ann@example.org").await;
    let (root, target) = (site.bed.as_administrator(), site.bed.target(&ann));
    site.bed.membership.remove_member(&root, target, Heirs::default()).await.unwrap();
    let (invited, path) = site.invite("ann@example.org").await;
    let accept = format!("{path}/accept");
    let anew = site.pages.post(&accept, &before, &[]).await.assert(StatusCode::UNAUTHORIZED);
    anew.assert_says(&["Please sign in anew", &format!("name=\"next\" value=\"{path}\"")]);
    assert_eq!(status_of(&site, &invited).await, MemberStatus::NotJoined);
    let fresh = site.cookie_of("ann@example.org").await;
    site.pages.post(&accept, &fresh, &[]).await.assert_leads_to(&site.welcome());
    assert_eq!(status_of(&site, &invited).await, MemberStatus::Enabled);
}

#[tokio::test]
async fn faults_come_back_at_their_fields() {
    let site = Site::new().await;
    let (_, path) = site.invite("ann@example.org").await;
    site.pages.post(&format!("{path}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
    let typed = [("name", "Änn & <b>"), ("password", "too short")];
    let form = site.pages.post(&format!("{path}/register"), "", &typed).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    form.assert_says(&[
        "value=\"Änn &#38; &#60;b&#62;\"",
        "role=\"alert\" tabindex=\"-1\" autofocus",
        "<a href=\"#password\">Password: The password is shorter than 15 characters, or than 8 beside a second factor.</a>",
        "aria-invalid=\"true\" aria-describedby=\"password-fault password-hint\"",
        "id=\"password-fault\"",
    ])
    .assert_lacks(&["too short\"", "<b>"]);
}

/// Proves ORG-25 for who has an account: the person signs in, and joins by it; a wrong password changes nothing.
#[tokio::test]
async fn with_an_account_one_signs_in() {
    let site = Site::new().await;
    let (invited, path) = ann_is_invited_elsewhere(&site).await;
    let sign_in = format!("{path}/sign-in");
    site.pages.post(&format!("{path}/accept"), "", &[]).await.assert_leads_to(&sign_in);
    site.pages.get(&format!("{path}/register"), "").await.assert_leads_to(&sign_in);
    let form = site.pages.get(&sign_in, "").await.assert(StatusCode::OK);
    form.assert_says(&["value=\"ann@example.org\" autocomplete=\"username\" readonly"])
        .assert_lacks(&["name=\"login\""]);

    let wrong = site.pages.post(&sign_in, "", &[("password", "no")]).await.assert(StatusCode::UNAUTHORIZED);
    wrong.assert_says(&["The name or the password is wrong.", "value=\"ann@example.org\""]);
    assert_eq!(status_of(&site, &invited).await, MemberStatus::NotJoined);

    // `root` has the same password here: it is the invited account that counts, not the one that the form names.
    let forged = [("login", "root"), ("password", PASSWORD)];
    let welcome = format!("/welcome/{}", invited.member.tenant);
    let joined = site.pages.post(&sign_in, "", &forged).await.assert_leads_to(&welcome);
    assert_eq!(status_of(&site, &invited).await, MemberStatus::Enabled);
    site.pages.get(&welcome, &joined.cookie()).await.assert_says(&["You are a member of <bdi>Other Ltd</bdi>"]);
    site.pages.get("/", &joined.cookie()).await.assert_says(&["Example Ltd", "Other Ltd"]);
}

/// Proves A13 on the page: a registration never touches an account that exists, nor its password's hash.
#[tokio::test]
async fn registering_over_an_account_is_refused() {
    let site = Site::new().await;
    let (_, path) = ann_is_invited_elsewhere(&site).await;
    site.pages.post(&format!("{path}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
    let before = site.accounts().await;
    let typed = [("name", "Eve"), ("password", "another long password of mine")];
    let refused = site.pages.post(&format!("{path}/register"), "", &typed).await.assert(StatusCode::CONFLICT);
    refused.assert_says(&["You have an account already", "Sign in to join"]);
    assert_eq!(site.accounts().await, before);
    site.cookie_of("ann@example.org").await;
}

/// Proves APP-22 in part: who is signed in with the right account is inside by one click.
#[tokio::test]
async fn signed_in_one_joins_at_once() {
    let site = Site::new().await;
    let (invited, path) = ann_is_invited_elsewhere(&site).await;
    let ann = site.cookie_of("ann@example.org").await;
    site.pages.get(&path, &ann).await.assert(StatusCode::OK).assert_says(&["You will join as", "Join now"]);
    let welcome = format!("/welcome/{}", invited.member.tenant);
    site.pages.post(&format!("{path}/accept"), &ann, &[]).await.assert_leads_to(&welcome);
    assert_eq!(status_of(&site, &invited).await, MemberStatus::Enabled);
}

/// Proves ORG-18 in the browser: whoever has the link registers with a username of their own.
#[tokio::test]
async fn by_a_link_one_chooses_a_username() {
    let site = Site::new().await;
    let (invited, path) = by_hand(&site, None).await;
    let register = format!("{path}/register");
    site.pages.post(&format!("{path}/accept"), "", &[]).await.assert_leads_to(&register);
    site.pages.get(&register, "").await.assert(StatusCode::OK).assert_says(&["name=\"username\"", "Sign in instead"]);

    let typed = |username| [("name", "Ann"), ("username", username), ("password", PASSWORD)];
    let empty = site.pages.post(&register, "", &typed("")).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    empty.assert_says(&["id=\"username-fault\""]);
    let taken = site.pages.post(&register, "", &typed("root")).await.assert(StatusCode::CONFLICT);
    taken.assert_says(&["href=\"#username\"", "This username is taken."]);
    assert_eq!(site.stored(invited.invitation.id).await.stage_at(site.bed.clock.now()), Stage::Accepted);
    site.pages.post(&register, "", &typed("ann")).await.assert_leads_to(&site.welcome()).cookie();
}

#[tokio::test]
async fn by_a_link_a_member_is_told_so() {
    let site = Site::new().await;
    let (invited, path) = by_hand(&site, None).await;
    site.pages.post(&format!("{path}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
    let typed = [("login", "root"), ("password", PASSWORD)];
    let told = site.pages.post(&format!("{path}/sign-in"), "", &typed).await.assert(StatusCode::CONFLICT);
    told.assert_says(&["You are a member already"]).cookie();
    assert_eq!(status_of(&site, &invited).await, MemberStatus::NotJoined);
}

/// Proves A5 in part: a link that was handed over makes no account with the address that it is bound to.
#[tokio::test]
async fn by_a_bound_link_nobody_registers() {
    let site = Site::new().await;
    let (invited, path) = by_hand(&site, Some("ann@example.org")).await;
    site.pages.post(&format!("{path}/accept"), "", &[]).await.assert(StatusCode::SEE_OTHER);
    site.pages.get(&format!("{path}/register"), "").await.assert(StatusCode::FORBIDDEN);
    let typed = [("name", "Ann"), ("username", "ann"), ("password", PASSWORD)];
    let refused = site.pages.post(&format!("{path}/register"), "", &typed).await.assert(StatusCode::FORBIDDEN);
    refused.assert_says(&["This address has to be proved first"]);
    assert_eq!(status_of(&site, &invited).await, MemberStatus::NotJoined);
}

/// A link that was handed over tells nobody whether there is an account with the address that it is bound to.
#[tokio::test]
async fn a_bound_link_does_not_tell_who_has_an_account() {
    let site = Site::new().await;
    site.bed.join("ann@example.org").await.unwrap();
    let other = site.bed.found("Other Ltd", "olga").await.unwrap();
    for address in ["ann@example.org", "nobody@example.org"] {
        let (_, path) = site.invite_to(&other, Reach::Link(Some(address.into()))).await;
        site.pages.post(&format!("{path}/accept"), "", &[]).await.assert_leads_to(&format!("{path}/sign-in"));
        site.pages.get(&format!("{path}/register"), "").await.assert(StatusCode::FORBIDDEN);
    }
}
