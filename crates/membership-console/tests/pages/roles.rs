//! The roles: the table of each application, a role's own page, and changing, copying and deleting one.

use poem::http::StatusCode;

use crate::site::Site;

async fn permissions(site: &Site, role: &str) -> Vec<String> {
    let roles = site.world().await.access.roles;
    let role = roles.into_iter().find(|known| known.name.as_str() == role).unwrap();
    role.permissions.iter().map(ToString::to_string).collect()
}

/// Proves ACC-12 and ACC-13 and ACC-14 and ACC-15 and TEN-5 on the page: for each application, each role has a mark for each permission
/// that it gives, and none for another.
#[tokio::test]
async fn the_table_of_each_application() {
    let site = Site::of_preset("livestream-account").await;
    let root = site.cookie_of("root").await;
    let (ctx, tenant) = (site.bed.as_administrator(), site.bed.tenant.id);
    let access = site.bed.membership.access(&ctx, tenant).await.unwrap();
    let authority = site.bed.membership.authority(&ctx, tenant).await.unwrap();
    for application in &access.applications {
        let path = site.at(format_args!("roles?application={}", application.key));
        let page = site.pages.get(&path, &root).await.assert(StatusCode::OK);
        for gives in &authority {
            let row = page.body.split(&format!("roles/{}\">", gives.role.id)).nth(1).unwrap();
            let row = row.split("</tr>").next().unwrap();
            for named in &application.permissions {
                let cell = row.split(&format!("data-label=\"{}\"", named.name)).nth(1);
                let cell = cell.unwrap_or_else(|| panic!("{} has no cell for {}", gives.role.name, named.name));
                let marked = !cell.split("</td>").next().unwrap().contains("class=\"not\"");
                assert_eq!(marked, gives.gives.contains(&named.permission), "{}: {}", gives.role.name, named.name);
            }
        }
    }
}

/// A role is found by its name and by what it gives; what is typed comes back as text.
#[tokio::test]
async fn finding_roles() {
    let site = Site::new().await;
    site.bed.define_role("<img src=x> Editor", &["workspace:tasks.view"], &[]).await.unwrap();
    let root = site.cookie_of("root").await;
    let page = site.pages.get(&site.at("roles?q=SRC%3DX"), &root).await.assert(StatusCode::OK);
    page.assert_says(&["&#60;img src=x&#62; Editor"]).assert_lacks(&["<img", "<b>Member manager</b>"]);
    let page = site.pages.get(&site.at("roles?q=%3Cscript%3E"), &root).await.assert(StatusCode::OK);
    page.assert_says(&["No role and no permission", "&#60;script&#62;"]).assert_lacks(&["<script>"]);
}

/// What changes is looked at first: who gains and loses what; nothing is done before Yes, and Yes is for exactly that.
#[tokio::test]
async fn changing_a_role() {
    let site = Site::new().await;
    let role = site.bed.define_role("Reader", &["workspace:tasks.view"], &[]).await.unwrap();
    let ann = site.bed.added("ann", &["Reader"]).await.unwrap().member;
    let root = site.cookie_of("root").await;
    let path = site.at(format_args!("roles/{}", role.id));
    let page = site.pages.get(&path, &root).await.assert(StatusCode::OK);
    page.assert_says(&["<h1><bdi>Reader</bdi></h1>", "1 member", &format!("members?role={}", role.id)]);
    let edit = format!("{path}/edit");
    site.pages.get(&edit, &root).await.assert_says(&["value=\"workspace:tasks.view\" checked"]);
    let form = [("name", "Reader & more"), ("permission", "membership:members.read")];
    let before = site.world().await;
    let preview = site.pages.post(&edit, &root, &form).await.assert(StatusCode::OK);
    let seen = preview.body.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    preview.assert_says(&[
        "Reader &#38; more",
        "It will also allow",
        "It will not allow any more",
        "<b>Gains</b>",
        "<b>Loses</b>",
        &format!("members/{}\"", ann.id),
    ]);
    assert_eq!(site.world().await, before);

    // Somebody else gets the role meanwhile: this Yes was to something else.
    let bea = site.bed.added("bea", &["Reader"]).await.unwrap().member;
    let mut yes = form.to_vec();
    yes.extend([("confirmed", "yes"), ("seen", seen.as_str())]);
    let anew = site.pages.post(&edit, &root, &yes).await.assert(StatusCode::OK);
    let seen = anew.body.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    anew.assert_says(&["Something has changed meanwhile", &format!("members/{}\"", bea.id)]);
    assert_eq!(permissions(&site, "Reader").await, ["workspace:tasks.view"]);

    let mut yes = form.to_vec();
    yes.extend([("confirmed", "yes"), ("seen", seen.as_str())]);
    site.pages.post(&edit, &root, &yes).await.assert_leads_to(&format!("{path}?done=edited"));
    assert_eq!(permissions(&site, "Reader & more").await, ["membership:members.read"]);
}

/// A new one, and a copy of one; what is wrong stands at its field, and what was ticked stays ticked.
#[tokio::test]
async fn making_and_copying() {
    let site = Site::new().await;
    let role = site.bed.define_role("Reader", &["workspace:tasks.view"], &[]).await.unwrap();
    let root = site.cookie_of("root").await;
    let new = site.at("roles/new");
    let copy = site.pages.get(&format!("{new}?from={}", role.id), &root).await.assert(StatusCode::OK);
    copy.assert_says(&["value=\"Reader (copy)\"", "value=\"workspace:tasks.view\" checked"]);
    for (form, status, said) in [
        (
            &[("name", ""), ("permission", "workspace:tasks.view")][..],
            StatusCode::UNPROCESSABLE_ENTITY,
            "name is empty",
        ),
        (&[("name", "Reader"), ("permission", "workspace:tasks.view")], StatusCode::CONFLICT, "has this name"),
        (&[("name", "X"), ("permission", "no:such")], StatusCode::UNPROCESSABLE_ENTITY, "No application of the tenant"),
        (&[("name", "X"), ("include", "<b>")], StatusCode::UNPROCESSABLE_ENTITY, "no such role"),
    ] {
        let before = site.world().await;
        let page = site.pages.post(&new, &root, form).await.assert(status);
        page.assert_says(&["role=\"alert\"", said]).assert_lacks(&["<b>\""]);
        assert_eq!(site.world().await, before);
    }
    let include = role.id.to_string();
    let made = site.pages.post(&new, &root, &[("name", "Wider"), ("include", &include)]).await;
    let there = made.assert(StatusCode::SEE_OTHER).header("location").to_owned();
    let page = site.pages.get(&there, &root).await.assert(StatusCode::OK);
    page.assert_says(&["The role was made.", "Nobody", "by <bdi>Reader</bdi>"]);
}

/// The refusal to delete says why, and leads to who holds it.
#[tokio::test]
async fn deleting() {
    let site = Site::new().await;
    let role = site.bed.define_role("Reader", &["workspace:tasks.view"], &[]).await.unwrap();
    let free = site.bed.define_role("Unused", &[], &[]).await.unwrap();
    site.bed.added("ann", &["Reader"]).await.unwrap();
    let root = site.cookie_of("root").await;
    let delete = |id| site.at(format_args!("roles/{id}/delete"));
    site.pages.get(&delete(role.id), &root).await.assert_says(&["Yes, delete it"]);
    let refused = site.pages.post(&delete(role.id), &root, &[]).await.assert(StatusCode::CONFLICT);
    refused.assert_says(&["1 member(s) hold this role", "Give them other roles first", "members?role="]);
    site.pages.post(&delete(free.id), &root, &[]).await.assert_leads_to(&site.at("roles?done=deleted"));
    site.pages
        .get(&site.at("roles?done=deleted"), &root)
        .await
        .assert_says(&["The role was deleted."])
        .assert_lacks(&["Unused"]);
    let gone = site.pages.get(&site.at(format_args!("roles/{}", free.id)), &root).await.assert(StatusCode::NOT_FOUND);
    gone.assert_says(&["There is no such role"]);
    let system = site.bed.role("Administrator").await.unwrap();
    let page = site.pages.get(&site.at(format_args!("roles/{system}")), &root).await.assert(StatusCode::OK);
    page.assert_says(&["can be neither edited nor deleted"]).assert_lacks(&["/edit\"", "/delete\""]);
    site.pages.post(&delete(system), &root, &[]).await.assert(StatusCode::CONFLICT);
}

/// Everybody reads roles; whoever may not change them sees no way to, and is refused when forcing it. Whoever changes roles and
/// sees no members learns nobody's name.
#[tokio::test]
async fn who_may_do_what() {
    let site = Site::new().await;
    let reader = site.bed.define_role("Reader", &["workspace:tasks.view"], &[]).await.unwrap();
    site.bed.define_role("Maker", &["membership:roles.manage", "workspace:tasks.view"], &[]).await.unwrap();
    site.bed.added("ann", &["Reader"]).await.unwrap();
    site.bed.added("maker", &["Maker"]).await.unwrap();
    let (ann, maker) = (site.cookie_of("ann").await, site.cookie_of("maker").await);
    let path = site.at(format_args!("roles/{}", reader.id));
    let page = site.pages.get(&path, &ann).await.assert(StatusCode::OK);
    page.assert_lacks(&["/edit\"", "/delete\"", "/new?from", "Held by"]);
    let before = site.world().await;
    for (way, form) in [
        ("roles/new".to_owned(), &[("name", "X")][..]),
        (format!("roles/{}/edit", reader.id), &[("name", "X"), ("confirmed", "yes"), ("seen", "")]),
        (format!("roles/{}/delete", reader.id), &[]),
    ] {
        site.pages.get(&site.at(&way), &ann).await.assert(StatusCode::FORBIDDEN);
        site.pages.post(&site.at(&way), &ann, form).await.assert(StatusCode::FORBIDDEN);
    }
    // Nobody gives what they do not hold.
    let form = [("name", "X"), ("permission", "membership:members.manage")];
    let refused = site.pages.post(&site.at("roles/new"), &maker, &form).await.assert(StatusCode::FORBIDDEN);
    refused.assert_says(&["which you do not hold yourself"]);
    assert_eq!(site.world().await, before);
    site.pages.get(&site.at("roles/new"), &maker).await.assert_lacks(&["value=\"membership:members.manage\""]);
    let edit = format!("{path}/edit");
    let preview = site.pages.post(&edit, &maker, &[("name", "Reader")]).await.assert(StatusCode::OK);
    preview.assert_says(&["You do not see members"]).assert_lacks(&["ann Example"]);
    let yes = [("name", "Reader"), ("confirmed", "yes"), ("seen", "")];
    site.pages.post(&edit, &maker, &yes).await.assert_leads_to(&format!("{path}?done=edited"));
    assert_eq!(permissions(&site, "Reader").await, Vec::<String>::new());
}
