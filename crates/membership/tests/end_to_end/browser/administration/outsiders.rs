//! What is not theirs to do: a member with a lesser role, and a name that is a program.

use serde_json::json;
use thirtyfour::By;

use super::{
    super::{
        Browser, Scripts,
        desk::{Wanted, row_of},
    },
    Desk,
};
use crate::installation::{PASSWORD, text};

/// What one may not do is not shown; whoever goes there all the same is told which permission is missing, and nothing is done.
#[tokio::test]
async fn whoever_may_less_sees_less() {
    let Some(desk) = Desk::new(&[]).await else { return };
    let casting = desk.department("Casting").await;
    let ann = desk.settled("Ann Archer", "ann", &["Member"]).await;
    desk.settled("Bea Baker", "bea", &["Member"]).await;
    let bea = Browser::at_a_desk(Scripts::On).await.expect("another browser");
    bea.enters(&desk.installation, "bea", PASSWORD).await;
    bea.listed(&desk.installation, "Ann Archer", &["Enabled"]).await;
    for section in ["Add people", "Import", "Audit"] {
        let link = format!("//nav[@aria-label='Administration']//a[normalize-space()='{section}']");
        assert!(!bea.is_there(&link).await, "{section}");
    }
    assert!(!bea.is_there("//input[@type='checkbox'] | //li[@data-moves] | //a[@class='more']").await);
    bea.opens(&desk.installation, "Ann Archer").await;
    assert!(!bea.is_there("//article//a[normalize-space()='Edit' or normalize-space()='Remove']").await);
    bea.shut(&desk.installation).await;

    for page in [
        format!("/members/{ann}/edit"),
        format!("/members/{ann}/remove"),
        "/invite".to_owned(),
        "/invite/password".to_owned(),
        "/import".to_owned(),
        "/audit".to_owned(),
        format!("/departments/{casting}"),
        "/roles/new".to_owned(),
        "/settings/mail".to_owned(),
    ] {
        bea.go(&desk.installation, &desk.installation.page(&page)).await;
        bea.in_front("//*[contains(@class, 'emblem')]").await;
        let words = bea.words().await;
        assert!(words.contains("ask") || words.contains("Ask"), "{page}: {words}");
        assert!(!bea.is_there("//main//form").await, "{page}: {words}");
    }
    // A form that is not there, sent all the same.
    let forced = "const done = arguments[1]; fetch(arguments[0], { method: 'POST', body: new URLSearchParams({ yes: 'yes' }) })\
                  .then((answer) => done(answer.status));";
    for page in
        [format!("/members/{ann}/remove"), format!("/members/{ann}/disable"), format!("/departments/{casting}/delete")]
    {
        let url = desk.installation.server.url(&desk.installation.page(&page));
        let status = bea.driver.execute_async(forced, vec![json!(url)]).await.expect("a status");
        assert_eq!(status.json(), &json!(403), "{page}");
    }
    let still = desk.installation.get(&desk.installation.path(&format!("/members/{ann}"))).await.expect(200);
    assert_eq!(text(&still["status"]), "enabled");
    bea.close().await;
    desk.ada.close().await;
}

const HOSTILE: [&str; 4] = [
    "<img src=x onerror=window.ran=1>",
    "<script>window.ran=1</script>",
    "{{7*7}}${7*7}",
    "Eve \u{202e}gro.elpmaxe@nimda",
];

/// Counts what scripts of others have done, and what the policy of the page has stopped, over all pages.
const WATCH: &str = "addEventListener('securitypolicyviolation', (event) => {\
    localStorage.setItem('stopped', (localStorage.getItem('stopped') ?? '') + event.violatedDirective + ' ' + location.pathname + '; ');\
    });\
    for (const shown of ['alert', 'confirm', 'prompt']) window[shown] = () => { window.ran = shown; };";

/// Proves A77 in part: names of people and departments that are programs, templates or turned around are text, on every page of the
/// administration, in the drawer, in the list that scripts replace, and in letters; and no page needs what its policy forbids.
#[tokio::test]
async fn hostile_names_are_text() {
    let Some(desk) = Desk::new(&[]).await else { return };
    let ada = &desk.ada;
    ada.asks("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await;
    let mut people = Vec::new();
    let mut last = String::new();
    for (n, name) in HOSTILE.iter().take(3).enumerate() {
        let email = format!("hostile{n}@example.org");
        let person = json!({ "name": name, "via": "mail", "email": email, "roles": [desk.installation.member_role] });
        let invited = desk.installation.invite(vec![person]).await.expect(201);
        people.push((text(&invited["invited"][0]["member"]["id"]), (*name).to_owned()));
        last = desk.department(name).await;
    }
    let turned = json!({ "name": HOSTILE[3], "via": "link", "roles": [desk.installation.member_role] });
    let turned = desk.installation.invite(vec![turned]).await;
    assert!(turned.status.is_success() || turned.status.as_u16() == 422, "{turned:?}");

    for page in [
        "",
        "/members",
        "/invite",
        "/invite/link",
        "/invite/password",
        "/import",
        "/roles",
        "/audit",
        "/settings",
        "/settings/keys",
        "/settings/mail",
    ] {
        desk.go(page).await;
        ada.find(By::Css("main h1")).await;
    }
    desk.go("/members").await;
    for (_, name) in &people {
        ada.in_front(&row_of(name)).await;
    }
    ada.write("q", "onerror").await;
    ada.in_front(&row_of(HOSTILE[0])).await;
    ada.vanishes(&row_of(HOSTILE[2])).await;
    for (_, name) in &people {
        ada.opens(&desk.installation, name).await;
        ada.says(&["History", name]).await;
        ada.choose("Remove").await;
        ada.says(&["The membership ends for good", name]).await;
        ada.shut(&desk.installation).await;
    }
    desk.go(&format!("/departments/{last}")).await;
    ada.says(&[HOSTILE[2], "Add a department below it"]).await;

    for (n, (_, name)) in people.iter().enumerate() {
        let wanted = Wanted { to: &format!("hostile{n}@example.org"), saying: name, but_not: "" };
        ada.letter_to(&desk.installation, &wanted).await;
        let frame = ada.find(By::Css("iframe")).await;
        frame.clone().enter_frame().await.expect("the letter");
        let letter = ada.find(By::Css("body")).await.text().await.expect("its words");
        assert!(letter.contains(name.as_str()), "{letter}");
        assert!(ada.driver.find_all(By::Css("script, img[onerror], [onerror]")).await.expect("a search").is_empty());
        ada.driver.enter_default_frame().await.expect("the page around it");
    }
    let kept = "return [window.ran ?? null, localStorage.getItem('stopped')];";
    desk.go("/members").await;
    let kept_now = ada.driver.execute(kept, Vec::new()).await.expect("an answer");
    assert_eq!(kept_now.json(), &json!([null, null]), "nothing ran, and nothing had to be stopped");

    // The same watch sees what the policy stops, where something is.
    let plant = "const done = arguments[0]; const planted = document.createElement('script');\
                 planted.textContent = 'window.ran = 1'; document.body.append(planted); setTimeout(done, 100);";
    ada.driver.execute_async(plant, Vec::new()).await.expect("an answer");
    let kept_now = ada.driver.execute(kept, Vec::new()).await.expect("an answer");
    assert_eq!(kept_now.json()[0], json!(null), "a script in the page does not run");
    assert!(kept_now.json()[1].as_str().is_some_and(|stopped| stopped.contains("script-src")), "{kept_now:?}");
    desk.ada.close().await;
}
