//! Adding people: by mail, by a link, with a password.

use membership_core::{lifecycle::Stage, member::MemberStatus};
use membership_testkit::bed::TEMPORARY;
use poem::http::StatusCode;

use crate::site::Site;

/// Proves APP-5 and ACC-2: the list has a button that opens the form, for whoever may invite.
#[tokio::test]
async fn the_list_leads_to_the_form() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let link = format!("<a class=\"button compact\" href=\"{}\">", site.at("invite"));
    site.pages.get(&site.at("members"), &root).await.assert(StatusCode::OK).assert_says(&[&link, "Add people</a>"]);
    let form = site.pages.get(&site.at("invite"), &root).await.assert(StatusCode::OK);
    form.assert_says(&["name=\"people\"", "Up to 10", "name=\"what\"", "name=\"department\""]);
}

/// Several departments and roles can be chosen without a script too, which would add a row as soon as one is filled in; a link is
/// made in the place of its form, so that the same press may copy it.
#[tokio::test]
async fn there_are_spare_rows_without_a_script() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let form = site.pages.get(&site.at("invite/link"), &root).await.assert(StatusCode::OK);
    let spare: String =
        form.body.split("<noscript").skip(1).filter_map(|rest| rest.split("</noscript>").next()).collect();
    for name in ["department", "what", "within", "until"] {
        let field = format!("name=\"{name}\"");
        assert_eq!((spare.matches(&field).count(), form.body.matches(&field).count()), (2, 3), "{name}");
    }
    form.assert_says(&["novalidate data-in-place>"]);
}

/// Proves APP-27 in the administration: several from a list that was pasted; the list says that it worked, and they stand on top with
/// address and state.
#[tokio::test]
async fn several_by_mail() {
    let site = Site::new().await;
    let (root, role) = (site.cookie_of("root").await, format!("role:{}", site.bed.role("Member").await.unwrap()));
    let form = [
        ("people", "Ann Example <ann@example.org>\r\nbea@example.org"),
        ("department", ""),
        ("what", role.as_str()),
        ("within", ""),
        ("until", ""),
    ];
    let done = site.pages.post(&site.at("invite"), &root, &form).await;
    let list = format!("{}?done=invited", site.at("members"));
    done.assert_leads_to(&list);
    let page = site.pages.get(&list, &root).await.assert(StatusCode::OK);
    let page = page.assert_says(&["The invitations are on their way.", "Waiting to join", "Mail on its way"]);
    let at = |text: &str| page.body.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(at("title=\"ann@example.org\"") < at("title=\"root@example.org\""));
    assert!(at("title=\"bea@example.org\"") < at("title=\"root@example.org\""));
    // Who that is, is told by no identifier, which are for programs.
    let again = site.pages.post(&site.at("invite"), &root, &form).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    again.assert_says(&["This address was invited before."]);
    assert_eq!(site.world().await.invitations.len(), 2);
}

/// Proves APP-15 in the administration: all get the role that is chosen, but for whoever has another behind a colon; one that there is
/// not is marked on its line, with what else is wrong, and nobody is invited.
#[tokio::test]
async fn one_gets_another_role_than_the_rest() {
    let site = Site::new().await;
    let [member, manager] = [site.bed.role("Member").await.unwrap(), site.bed.role("Member manager").await.unwrap()];
    let (root, chosen) = (site.cookie_of("root").await, format!("role:{member}"));
    let invite = async |people: &str| {
        let form = [("people", people), ("what", chosen.as_str()), ("within", ""), ("until", "")];
        site.pages.post(&site.at("invite"), &root, &form).await
    };
    let refused = invite("ann@example.org: Boss\nbea@example\ncora@example.org: member manager").await;
    let says = ["There is no such role in this tenant", "bea@example", "member manager</bdi>"];
    let refused = refused.assert(StatusCode::UNPROCESSABLE_ENTITY).assert_says(&says);
    assert_eq!(refused.body.matches("fault-text").count(), 2);
    assert_eq!(site.world().await.invitations, []);

    let list = format!("{}?done=invited", site.at("members"));
    invite("ann@example.org\nCora <cora@example.org>: member  MANAGER").await.assert_leads_to(&list);
    let world = site.world().await;
    let role_of = |address: &str| {
        let found = world.members.iter().find(|one| one.email.as_ref().is_some_and(|email| email.as_str() == address));
        found.unwrap().assignments.roles().collect::<Vec<_>>()
    };
    assert_eq!((role_of("ann@example.org"), role_of("cora@example.org")), (vec![member], vec![manager]));
}

/// Proves APP-18 and APP-19 in the administration: where whoever has an account joins at once, the list says so, and that somebody else
/// was invited.
#[tokio::test]
async fn whoever_has_an_account_is_added() {
    let site = Site::of_preset("streaming-app").await;
    let (root, role) = (site.cookie_of("root").await, format!("role:{}", site.bed.role("Visitor").await.unwrap()));
    site.bed.stranger("ann@example.org").await.unwrap();
    site.bed.stranger("bea@example.org").await.unwrap();
    let invite = async |people: &str| {
        let form = [("people", people), ("what", role.as_str()), ("within", ""), ("until", "")];
        site.pages.post(&site.at("invite"), &root, &form).await
    };
    for (people, key, says) in [
        ("ann@example.org", "added", "Added member successfully!"),
        ("bea@example.org\ncleo@example.org", "added-and-invited", "Whoever has no account yet is invited."),
        ("dora@example.org", "send", "The invitation is on its way."),
    ] {
        let list = format!("{}?done={key}", site.at("members"));
        invite(people).await.assert_leads_to(&list);
        site.pages.get(&list, &root).await.assert(StatusCode::OK).assert_says(&[says, "Joined"]);
    }
    assert_eq!(site.world().await.invitations.len(), 2);
}

/// Where no script adds an empty line to the roles and departments, some stand there; what is left empty is not given.
#[tokio::test]
async fn several_roles_without_scripts() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let form = site.pages.get(&site.at("invite"), &root).await.assert(StatusCode::OK).body;
    for (field, rows) in [("name=\"what\"", 3), ("name=\"department\"", 3)] {
        assert_eq!(form.matches(field).count(), rows, "{field}");
        let scripted: String =
            form.split("<noscript>").map(|part| part.rsplit("</noscript>").next().unwrap()).collect();
        assert_eq!(scripted.matches(field).count(), 1, "{field}");
    }
    let member = format!("role:{}", site.bed.role("Member").await.unwrap());
    let manager = format!("role:{}", site.bed.role("Member manager").await.unwrap());
    let typed = [
        ("people", "ann@example.org"),
        ("what", &member),
        ("within", ""),
        ("until", ""),
        ("what", ""),
        ("within", ""),
        ("until", ""),
        ("what", &manager),
        ("within", ""),
        ("until", ""),
    ];
    site.pages.post(&site.at("invite"), &root, &typed).await.assert(StatusCode::SEE_OTHER);
    let world = site.world().await;
    let ann = world.members.iter().find(|member| member.name.as_str() == "ann").unwrap();
    assert_eq!(ann.assignments.iter().count(), 2);
}

/// Each bad address is marked with its reason, the good ones too, and nobody is invited.
#[tokio::test]
async fn bad_addresses_are_marked() {
    let site = Site::new().await;
    let (root, role) = (site.cookie_of("root").await, format!("role:{}", site.bed.role("Member").await.unwrap()));
    let send = async |people: &str, what: &str| {
        let form = [("people", people), ("what", what), ("within", ""), ("until", "")];
        site.pages.post(&site.at("invite"), &root, &form).await
    };
    let bad = send("ann@example.org\nnonsense\nroot@example.org\n<script>@x", &role).await;
    let bad = bad.assert(StatusCode::UNPROCESSABLE_ENTITY).assert_lacks(&["<script>@"]);
    assert_eq!(bad.body.matches("Wrong:").count(), 3, "{}", bad.body);
    bad.assert_says(&["Good:", "This is your own address", "ann@example.org\nnonsense"]);
    let many: Vec<String> = (0..11).map(|number| format!("p{number}@example.org")).collect();
    send(&many.join("\n"), &role).await.assert(StatusCode::UNPROCESSABLE_ENTITY).assert_says(&["at most 10"]);
    send("", &role).await.assert(StatusCode::UNPROCESSABLE_ENTITY).assert_says(&["Nobody is named"]);
    send("ann@example.org", "").await.assert(StatusCode::UNPROCESSABLE_ENTITY).assert_says(&["id=\"given-fault\""]);
    assert_eq!(site.world().await.members.len(), 1);
}

/// Proves ORG-17 in part: name, department, role; the link is in the answer, with what copies it to the clipboard.
#[tokio::test]
async fn one_by_a_link() {
    let site = Site::new().await;
    site.bed.department("Sales", site.bed.root().unwrap()).await.unwrap();
    let (root, role) = (site.cookie_of("root").await, format!("role:{}", site.bed.role("Member").await.unwrap()));
    let form = |name| {
        [("name", name), ("email", ""), ("department", "Sales"), ("what", role.as_str()), ("within", ""), ("until", "")]
    };
    let shown = site.pages.post(&site.at("invite/link"), &root, &form("Hana")).await.assert(StatusCode::CREATED);
    let world = site.world().await;
    let path = site.path_of(world.invitations.first().unwrap());
    shown.assert_says(&[&path, "data-copies=\"link\" data-copies-at-once", "shown only this once", "<bdi>Hana</bdi>"]);
    site.pages.get(&path, "").await.assert(StatusCode::OK);
    let bad = site.pages.post(&site.at("invite/link"), &root, &form("")).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    bad.assert_says(&["id=\"name-fault\"", "value=\"Sales\""]);
    assert_eq!(site.world().await.members.len(), 2);
}

/// Where the policy knows no links there is no such way.
#[tokio::test]
async fn no_links_where_there_are_none() {
    let site = Site::of_preset("streaming-app").await;
    let root = site.cookie_of("root").await;
    let allowed = site.bed.tenant.policy.links_allowed;
    let page = site.pages.get(&site.at("invite"), &root).await.assert(StatusCode::OK);
    assert_eq!(page.body.contains("/invite/link\""), allowed);
}

/// Proves ORG-11 and ORG-13 on the page: step one says who it is, step two how the person signs in; Finish makes the member, enabled.
#[tokio::test]
async fn one_with_a_password_in_two_steps() {
    let site = Site::new().await;
    site.bed.department("Sales", site.bed.root().unwrap()).await.unwrap();
    let (root, role) = (site.cookie_of("root").await, format!("role:{}", site.bed.role("Member").await.unwrap()));
    let add = site.at("invite/password");
    let first = [("name", "Theo <T>"), ("department", "Sales"), ("what", role.as_str()), ("within", ""), ("until", "")];
    let bad = [("name", ""), ("department", "Sales"), ("what", role.as_str()), ("within", ""), ("until", "")];
    site.pages
        .post(&add, &root, &bad)
        .await
        .assert(StatusCode::UNPROCESSABLE_ENTITY)
        .assert_says(&["id=\"name-fault\""]);
    let second = site.pages.post(&add, &root, &first).await.assert(StatusCode::OK);
    second.assert_says(&["Step 2 of 2", "name=\"username\"", "name=\"name\" value=\"Theo &#60;T&#62;\""]);
    assert_eq!(site.world().await.members.len(), 1);
    let finish =
        |username, password| [&first[..], &[("username", username), ("password", password), ("email", "")]].concat();
    let weak = site.pages.post(&add, &root, &finish("theo", "short")).await.assert(StatusCode::UNPROCESSABLE_ENTITY);
    weak.assert_says(&["id=\"password-fault\"", "value=\"theo\""]).assert_lacks(&["value=\"short\""]);
    let taken = site.pages.post(&add, &root, &finish("root", TEMPORARY)).await.assert(StatusCode::CONFLICT);
    taken.assert_says(&["id=\"username-fault\""]);
    let done = site.pages.post(&add, &root, &finish("theo", TEMPORARY)).await;
    done.assert_leads_to(&format!("{}?done=added", site.at("members")));
    let world = site.world().await;
    let theo = world.members.iter().find(|member| member.name.as_str() == "Theo <T>").unwrap();
    assert_eq!(theo.status(), MemberStatus::Enabled);
    let typed = [("login", "theo"), ("password", TEMPORARY)];
    let in_hand = site.pages.post("/sign-in", "", &typed).await.assert(StatusCode::SEE_OTHER).cookie();
    site.pages.get(&site.at("members"), &in_hand).await.assert(StatusCode::SEE_OTHER);
}

/// ACC-4 on the page: where the policy sends later, the list says so, and the member's page sends.
#[tokio::test]
async fn prepared_invitations_are_sent_from_the_members_page() {
    let site = Site::of_preset("livestream-account").await;
    let roles = site.bed.membership.access(&site.bed.as_administrator(), site.bed.tenant.id).await.unwrap().roles;
    let role = roles.iter().find(|role| role.name.as_str() == "Content Creator").unwrap();
    let (root, role) = (site.cookie_of("root").await, format!("role:{}", role.id));
    let form = [("people", "ann@example.org"), ("what", role.as_str()), ("within", ""), ("until", "")];
    let done = site.pages.post(&site.at("invite"), &root, &form).await;
    done.assert_leads_to(&format!("{}?done=prepared-one", site.at("members")));
    let world = site.world().await;
    let (invitation, now) = (world.invitations.first().unwrap(), site.bed.clock.now());
    assert_eq!(invitation.stage_at(now), Stage::Ready);
    let send = site.at(format_args!("members/{}/send", invitation.member));
    site.pages.get(&send, &root).await.assert(StatusCode::OK).assert_says(&[">Yes</button>"]);
    site.pages.post(&send, &root, &[("yes", "yes")]).await.assert(StatusCode::SEE_OTHER);
    assert_eq!(site.stored(invitation.id).await.stage_at(now), Stage::Invited);
}
