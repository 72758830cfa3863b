//! The overview: numbers that lead to those who are counted, who represents the tenant, and what waits for somebody.

use chrono::TimeDelta;
use membership_core::{
    invitation::invite::{Invite, Invitee, Reach, Sending},
    member::edit::Changes,
    role::assign::Wanted,
    tenant::create::CreateTenant,
};
use poem::http::StatusCode;

use crate::site::Site;

fn overview(site: &Site) -> String {
    site.at("").trim_end_matches('/').to_owned()
}

fn person(local: &str) -> Invitee {
    let reach = Reach::Mail(format!("{local}@example.org"));
    Invitee { name: local.into(), reach, assignments: Vec::new(), departments: Vec::new(), language: None }
}

/// The number beside the link to `query`, as the page shows it.
fn counted(body: &str, query: &str) -> String {
    let (_, table) = body.split_once("id=\"people\"").unwrap();
    let (_, row) = table.split_once(&format!("members?{query}\"")).unwrap_or_else(|| panic!("{query} is not there"));
    let (_, number) = row.split_once("</svg><span>").unwrap();
    number.split_once("</span>").unwrap().0.to_owned()
}

/// Nobody but the first administrator: the page says what to do first, and everything that it leads to is there.
#[tokio::test]
async fn a_new_tenant() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let page = site.pages.get(&overview(&site), &root).await.assert(StatusCode::OK);
    page.assert_says(&["What to do first", "Add people", "Look at the rules"]).assert_lacks(&["Needs attention"]);
    for rest in ["invite", "roles", "settings"] {
        site.pages.get(&site.at(rest), &root).await.assert(StatusCode::OK);
    }
    site.invite("ann@example.org").await;
    site.pages.get(&overview(&site), &root).await.assert_lacks(&["What to do first"]);
}

/// Each number is that of the list that it leads to, in the words of the preset.
#[tokio::test]
async fn the_numbers_are_those_of_the_lists() {
    let site = Site::of_preset("livestream-account").await;
    let (membership, bed) = (&site.bed.membership, &site.bed);
    let presets = bed.membership.access(&bed.as_administrator(), bed.tenant.id).await.unwrap().roles;
    let role = Wanted::role(presets.iter().find(|role| !role.administrator).unwrap().id);
    let mut asked = Vec::new();
    for local in ["expired", "declined", "accepted", "invited", "late"] {
        let command = Invite {
            tenant: bed.tenant.id,
            people: vec![person(local)],
            assignments: vec![role.clone()],
            departments: Vec::new(),
            send: Some(Sending::Now),
            validity: None,
        };
        let one = bed.invite_one(command).await.unwrap();
        asked.push(one.invitation);
        if local == "expired" {
            bed.clock.advance(TimeDelta::days(31));
        }
    }
    let anybody = bed.as_anybody();
    membership.reject_invitation(&anybody, &bed.token(&asked[1])).await.unwrap();
    membership.accept_invitation(&anybody, &bed.token(&asked[2])).await.unwrap();
    let root = site.cookie_of("root").await;
    let page = site.pages.get(&overview(&site), &root).await.assert(StatusCode::OK);
    let words = &bed.membership.tenant(&bed.as_administrator(), bed.tenant.id).await.unwrap().tenant.policy.words;
    for stage in ["invited", "accepted", "expired", "rejected"] {
        let known = membership_core::lifecycle::Stage::ALL.into_iter().find(|known| known.as_str() == stage).unwrap();
        assert!(page.body.contains(&format!("<bdi>{}</bdi>", words.of_stage(known).0)), "{stage}");
        let list = site.pages.get(&site.at(format_args!("members?state={stage}")), &root).await;
        let rows = list.body.matches("<th scope=\"row\"").count();
        assert_eq!(counted(&page.body, &format!("state={stage}")), rows.to_string(), "{stage}");
    }
    assert_eq!(counted(&page.body, "state=invited"), "2");
    page.assert_says(&["Needs attention", "1 invitation expired before anybody joined."]);
}

/// An invitation whose sender is gone stands among what needs attention, leads to the list of those alone and says so at the member;
/// until somebody invites again.
#[tokio::test]
async fn an_invitation_for_which_nobody_answers() {
    let site = Site::new().await;
    let bed = &site.bed;
    let nina = bed.join("nina@example.org").await.unwrap();
    let administrator = Wanted::role(bed.role("Administrator").await.unwrap());
    let changes = Changes { assignments: Some(vec![administrator]), ..Changes::default() };
    let (root, ninas) = (bed.as_administrator(), bed.target(&nina.member));
    bed.membership.edit_member(&root, ninas, changes).await.unwrap();
    let command = bed.invitation_to("ann@example.org").await.unwrap();
    let invited = bed.membership.invite(&bed.as_member(&nina), command).await.unwrap().remove(0);
    bed.invite("bob@example.org").await.unwrap();
    bed.membership.disable_member(&root, ninas).await.unwrap();

    let browser = site.cookie_of("root").await;
    let (list, member) = (site.at("members?state=held"), site.at(format_args!("members/{}", invited.member.id)));
    let page = site.pages.get(&overview(&site), &browser).await.assert(StatusCode::OK);
    page.assert_says(&["1 open invitation on hold", "members?state=held"]);
    let held = site.pages.get(&list, &browser).await.assert(StatusCode::OK);
    held.assert_says(&["ann@example.org", "On hold"]).assert_lacks(&["bob@example.org"]);
    let says = "The invitation is on hold: whoever sent it is not an enabled member now.";
    site.pages.get(&member, &browser).await.assert_says(&[says]);

    let invitation = invited.invitation.unwrap().id;
    let again = membership_core::invitation::Subject { tenant: bed.tenant.id, invitation };
    bed.membership.resend_invitation(&root, again).await.unwrap();
    site.pages.get(&overview(&site), &browser).await.assert_lacks(&["on hold"]);
    site.pages.get(&list, &browser).await.assert_lacks(&["ann@example.org"]);
    site.pages.get(&member, &browser).await.assert_lacks(&["on hold"]);
}

/// Proves TEN-15: the overview shows the representative with the e-mail, whoever looks; and it is another one after the change.
#[tokio::test]
async fn the_representative_is_who_stands_there() {
    let site = Site::new().await;
    let nina = site.bed.join("nina@example.org").await.unwrap().member;
    let administrator = Wanted::role(site.bed.role("Administrator").await.unwrap());
    let changes =
        Changes { name: Some("Nina <script>".into()), assignments: Some(vec![administrator]), ..Changes::default() };
    let (root, target) = (site.bed.as_administrator(), site.bed.target(&nina));
    site.bed.membership.edit_member(&root, target, changes).await.unwrap();
    let (root, ninas) = (site.cookie_of("root").await, site.cookie_of("nina@example.org").await);

    // Only the representative can ask somebody.
    let shown = site.pages.get(&overview(&site), &ninas).await.assert(StatusCode::OK);
    shown.assert_says(&["<bdi>Root</bdi>", "Only the representative can ask"]).assert_lacks(&["name=\"member\""]);
    let ask = format!("{}/representative", overview(&site));
    let id = nina.id.to_string();
    let before = site.world().await;
    site.pages
        .post(&ask, &ninas, &[("member", &id)])
        .await
        .assert(StatusCode::FORBIDDEN)
        .assert_says(&["representative"]);
    site.pages.post(&ask, &root, &[("member", "nonsense")]).await.assert_leads_to(&overview(&site));
    assert_eq!(site.world().await, before);

    let page = site.pages.get(&overview(&site), &root).await.assert(StatusCode::OK);
    page.assert_says(&["Nina &#60;script&#62; (nina@example.org)", &format!("value=\"{id}\"")])
        .assert_lacks(&["Nina <script>"]);
    let there = format!("{}?done=asked", overview(&site));
    site.pages.post(&ask, &root, &[("member", &id)]).await.assert_leads_to(&there);
    site.pages.get(&there, &root).await.assert_says(&[
        "You have asked",
        "Withdraw the offer",
        "nothing changes before",
    ]);
    site.pages.get(&overview(&site), &ninas).await.assert_says(&["You are asked to take over"]);
    let withdraw = format!("{ask}/withdraw");
    site.pages.post(&withdraw, &ninas, &[]).await.assert(StatusCode::FORBIDDEN);
    site.pages.post(&withdraw, &root, &[]).await.assert_leads_to(&format!("{}?done=withdrawn", overview(&site)));
    site.pages.post(&withdraw, &root, &[]).await.assert(StatusCode::NOT_FOUND);

    site.pages.post(&ask, &root, &[("member", &id)]).await.assert_leads_to(&there);
    site.pages.post(&format!("{}/nomination/accept", site.welcome()), &ninas, &[]).await.assert(StatusCode::SEE_OTHER);
    let page = site.pages.get(&overview(&site), &root).await.assert(StatusCode::OK);
    page.assert_says(&["<bdi class=\"soft\">nina@example.org</bdi>", "Only the representative can ask"]);
}

/// Proves TEN-14 and TEN-16 on the page: without a candidate the message says so, and who is no administrator is refused.
#[tokio::test]
async fn nobody_to_choose() {
    let site = Site::new().await;
    let ann = site.bed.added("ann", &["Member"]).await.unwrap().member;
    let root = site.cookie_of("root").await;
    let said = "No tenant administrator available for selection";
    let page = site.pages.get(&overview(&site), &root).await.assert(StatusCode::OK);
    page.assert_says(&[said, "no other member holds"]).assert_lacks(&["name=\"member\""]);
    let ask = format!("{}/representative", overview(&site));
    let refused = site.pages.post(&ask, &root, &[("member", &ann.id.to_string())]).await;
    refused.assert(StatusCode::CONFLICT).assert_says(&["does not hold the tenant administrator", "role=\"alert\""]);
}

/// Proves TEN-16 and TEN-17 and TEN-19 on the page: while the first administrator has not joined, the operator reads why nobody
/// can be chosen, and sends the invitation to another address.
#[tokio::test]
async fn while_the_representative_is_unregistered() {
    let site = Site::new().await;
    let command = CreateTenant {
        name: "New Ltd".into(),
        administrator: "Olga".into(),
        reach: Reach::Mail("wrong@example.org".into()),
        preset: None,
        parent: None,
    };
    let made = site.bed.membership.create_tenant(&site.bed.as_administrator(), command).await.unwrap();
    let there = format!("/t/{}", made.tenant.id);
    let (root, ann) = (site.cookie_of("root").await, {
        site.bed.added("ann", &["Member"]).await.unwrap();
        site.cookie_of("ann").await
    });
    let page = site.pages.get(&there, &root).await.assert(StatusCode::OK);
    page.assert_says(&[
        "No tenant administrator available for selection",
        "has not completed the registration",
        "name=\"email\"",
    ]);
    let change = format!("{there}/representative/address");
    for cookie in [&ann, ""] {
        site.pages.get(&there, cookie).await.assert_lacks(&["name=\"email\""]);
    }
    site.pages.post(&change, &ann, &[("email", "ann@evil.example")]).await.assert_lacks(&["on its way"]);
    let bad = site.pages.post(&change, &root, &[("email", "no address <b>")]).await;
    bad.assert(StatusCode::UNPROCESSABLE_ENTITY).assert_says(&["aria-invalid=\"true\"", "no address &#60;b&#62;"]);
    let old = format!("/invitation/{}", site.bed.token(&made.invitation));
    site.pages.get(&old, "").await.assert(StatusCode::OK);
    let done = site.pages.post(&change, &root, &[("email", "olga@example.org")]).await.assert(StatusCode::OK);
    done.assert_says(&["The invitation is on its way", "olga@example.org"]);
    site.pages.get(&old, "").await.assert(StatusCode::GONE);
}

/// Whoever sees some of the members only, or none, has no overview; what is not his or hers is not shown.
#[tokio::test]
async fn it_is_for_those_who_see_everybody() {
    let site = Site::new().await;
    site.bed.define_role("Guest", &["workspace:tasks.view"], &[]).await.unwrap();
    site.bed.added("guest", &["Guest"]).await.unwrap();
    let guest = site.cookie_of("guest").await;
    site.pages.get(&overview(&site), &guest).await.assert_leads_to(&site.welcome());
    site.pages.get(&overview(&site), "").await.assert_leads_to(&format!("/sign-in?next={}", overview(&site)));
}
