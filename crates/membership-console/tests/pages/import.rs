//! Importing: a table is uploaded, looked at, carried out, and its result mended and uploaded again.

mod refused;
mod running;

use membership_core::{
    id::ImportId,
    import::{Import, start::ImportOf},
};
use poem::http::StatusCode;

use crate::site::{Answer, ORIGIN, Site};

const CSV: &str = "text/csv; charset=utf-8";

impl Site {
    /// Uploads CSV text, and returns the path of its page.
    async fn planned(&self, cookie: &str, text: &str) -> String {
        let answer = self.send_csv(cookie, text).await.assert(StatusCode::SEE_OTHER);
        answer.header("location").to_owned()
    }

    async fn send_csv(&self, cookie: &str, text: &str) -> Answer {
        let file = ("people <b>.csv", CSV, text.as_bytes().to_vec());
        self.pages.upload(ORIGIN, &self.at("import"), cookie, file).await
    }

    /// Answers the question and starts what `path` shows.
    async fn start(&self, cookie: &str, path: &str, mode: &str) -> Answer {
        let digest = self.import_at(path).await.digest;
        let form = [("digest", digest.as_str()), ("mode", mode), ("confirmed", "yes")];
        self.pages.post(&format!("{path}/start"), cookie, &form).await
    }

    fn which(&self, path: &str) -> ImportOf {
        let import: ImportId = path.rsplit('/').next().unwrap().parse().unwrap();
        ImportOf { tenant: self.bed.tenant.id, import }
    }

    async fn import_at(&self, path: &str) -> Import {
        self.bed.membership.import(&self.bed.as_administrator(), self.which(path)).await.unwrap()
    }
}

/// What stands in the field with this name.
fn value_of(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// The address that a link of this kind leads to.
fn link(page: &str, rel: &str) -> Option<String> {
    let (before, _) = page.split_once(&format!("\" rel=\"{rel}\""))?;
    before.rsplit_once("href=\"").map(|(_, href)| href.replace("&#38;", "&").replace("&amp;", "&"))
}

/// Proves ORG-26 in part and ORG-28 in part: what every row would do is shown, with each change and each reason, and nothing is
/// done by it. Names, cells and the file's name are hostile, and stay text.
#[tokio::test]
async fn a_plan_shows_every_row_and_changes_nothing() {
    let site = Site::new().await;
    let bea = site.bed.added("bea", &["Member"]).await.unwrap().member;
    let root = site.cookie_of("root").await;
    let before = site.world().await;
    let text = format!(
        "Name,Roles,E-mail,Member,<i>Shoe size\n\
         <script>alert(1)</script>,Member,ann@example.org,,44\n\
         Bea Renamed,,,{},\n\
         Cora,Nonsense <b>,not-an-address,,\n",
        bea.id
    );
    let path = site.planned(&root, &text).await;
    let page = site.pages.get(&path, &root).await.assert(StatusCode::OK);
    let page = page.assert_says(&[
        "people &#60;b&#62;.csv",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "Gets an invitation by mail",
        "<b>1 mail</b> would go out",
        "<del><bdi>bea Example</bdi></del>",
        "<ins><bdi>Bea Renamed</bdi></ins>",
        "There is no role &#34;Nonsense &#60;b&#62;&#34;.",
        "Write one of the roles that the template lists.",
        "<b>E-mail:</b>",
        "&#60;i&#62;Shoe size",
        "Import 2 rows",
    ]);
    page.assert_lacks(&["<script>alert", "<i>Shoe", "<b>.csv", "Nonsense <b>"]);
    // Each count leads to its rows.
    for (kind, count, shown, hidden) in [
        ("create", 1, "ann@example.org", "Bea Renamed"),
        ("change", 1, "Bea Renamed", "ann@example.org"),
        ("refuse", 1, "Cora", "Bea Renamed"),
        ("unchanged", 0, "There are no such rows", "Cora"),
    ] {
        let address = format!("{path}?does={kind}");
        let page = site.pages.get(&address, &root).await.assert(StatusCode::OK);
        let tab = format!("<a class=\"{kind}\" href=\"{address}\" aria-current=\"true\"><b>{count}</b>");
        page.assert_says(&[&tab, shown]).assert_lacks(&[hidden]);
    }
    let after = site.world().await;
    assert_eq!((&before.members, &before.invitations), (&after.members, &after.invitations));
    let list = site.pages.get(&site.at("import"), &root).await.assert(StatusCode::OK);
    list.assert_says(&[&path, "people &#60;b&#62;.csv", ">you<", "3 rows", "1 new, 1 to change, 1 refused", "Planned"]);
}

/// Proves ORG-28 in part, ORG-29 in part and ORG-30 on the pages: asked first, told how many get mail; then the same rows with
/// what became of each and the links to hand over; and the result, mended and uploaded again, does the rest and nothing twice.
#[tokio::test]
async fn an_import_from_the_form_to_the_result_and_again() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let text = "Name,Roles,E-mail,Username,How to join\n\
                Ann,Member,ann@example.org,,mail\nBob,Member,,,link\nCat,Member,,cat,\nDan,Membre,,,link\n";
    let path = site.planned(&root, text).await;
    let plan = site.pages.get(&path, &root).await.assert(StatusCode::OK);
    let digest = value_of(&plan.body, "digest");
    let form = [("digest", digest.as_str()), ("mode", "row-by-row")];
    let question = site.pages.post(&format!("{path}/start"), &root, &form).await.assert(StatusCode::OK);
    question.assert_says(&["3 people become members, or are invited.", "1 person gets mail.", "1 row is refused"]);
    assert_eq!(site.import_at(&path).await.status(), "planned");
    site.start(&root, &path, "row-by-row").await.assert_leads_to(&format!("{path}?done=started"));
    site.bed.carry_out(site.which(&path)).await.unwrap();

    let page = site.pages.get(&path, &root).await.assert(StatusCode::OK);
    let page = page.assert_says(&["Done in part", "Invited by mail", "Has an account", "1 mail went out"]);
    assert_eq!(page.body.matches("/invitation/mbi_").count(), 1, "{}", page.body);
    assert_eq!(page.body.matches("/reset/mbr_").count(), 1);
    page.assert_says(&["data-copies=\"link-3\"", "Good until ", "Upload it again"]);

    let (headers, result) = site.pages.download(&format!("{path}/result?format=csv"), &root).await;
    assert!(
        headers["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"people _b_-result.csv\"")
    );
    let result = String::from_utf8(result).unwrap();
    assert!(result.contains("created") && result.contains("there is no role"), "{result}");
    let mended = result.replace("Membre", "Member");
    let again = site.planned(&root, &mended).await;
    let plan = site.import_at(&again).await.plan();
    assert_eq!((plan.create, plan.change, plan.unchanged, plan.refuse), (1, 0, 3, 0));
    let (headers, workbook) = site.pages.download(&format!("{path}/result"), &root).await;
    assert_eq!(&workbook[..2], b"PK");
    assert!(headers["content-type"].to_str().unwrap().contains("spreadsheetml"));
}

/// Proves ORG-26 in part and ORG-27 in part: the template comes as a workbook and as CSV, and each is a table that is read.
#[tokio::test]
async fn the_template_is_filled_in_and_uploaded() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    site.pages
        .get(&site.at("import"), &root)
        .await
        .assert(StatusCode::OK)
        .assert_says(&["import/template", "members/export"]);
    let (headers, workbook) = site.pages.download(&site.at("import/template"), &root).await;
    assert!(headers["content-disposition"].to_str().unwrap().contains("members-template.xlsx"));
    // Nobody but the example is in it, which is nobody.
    let file = ("template.xlsx", "application/octet-stream", workbook);
    let empty = site.pages.upload(ORIGIN, &site.at("import"), &root, file).await;
    empty.assert(StatusCode::UNPROCESSABLE_ENTITY).assert_says(&["id=\"file-fault\" role=\"alert\""]);
    let (_, csv) = site.pages.download(&site.at("import/template?format=csv"), &root).await;
    let titles = String::from_utf8(csv).unwrap().lines().next().unwrap().trim_start_matches('\u{feff}').to_owned();
    assert!(titles.starts_with("\"Name\",\"Departments\",\"Roles\""), "{titles}");
    let path = site.planned(&root, &format!("{titles}\nAnn,,Member,,,link,\n")).await;
    assert_eq!(site.import_at(&path).await.plan().create, 1);
}

/// The members as a table are those whom the filter leaves; uploaded as they are, they change nothing.
#[tokio::test]
async fn members_go_out_and_come_in_again() {
    let site = Site::new().await;
    for name in ["ann", "bea", "cora"] {
        site.bed.added(name, &["Member"]).await.unwrap();
    }
    let root = site.cookie_of("root").await;
    let list = site.pages.get(&format!("{}?q=bea", site.at("members")), &root).await;
    list.assert_says(&[&format!("href=\"{}/export?q=bea\"", site.at("members"))]);
    let csv = async |query: &str| {
        let (_, bytes) = site.pages.download(&site.at(format_args!("members/export?format=csv{query}")), &root).await;
        String::from_utf8(bytes).unwrap()
    };
    let one = csv("&q=bea").await;
    assert!(one.contains("bea Example") && !one.contains("ann Example"), "{one}");
    assert_eq!(csv("&state=nonsense").await.lines().count(), 1);
    let path = site.planned(&root, &csv("").await).await;
    let plan = site.import_at(&path).await.plan();
    assert_eq!((plan.unchanged, plan.rows()), (4, 4));
    site.pages.get(&path, &root).await.assert_says(&["There is nothing to start"]).assert_lacks(&["name=\"digest\""]);
    let ann = site.cookie_of("ann").await;
    let hers = site.pages.download(&site.at("members/export?format=csv"), &ann).await.1;
    assert_eq!(String::from_utf8(hers).unwrap().lines().count(), 5, "whoever sees the list may take it away");
}

/// Page by page down to the last row and back, with none twice and none left out.
#[tokio::test]
async fn page_by_page() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let rows = |number: u32| format!("P{number},{},link\n", if number.is_multiple_of(2) { "Member" } else { "Nobody" });
    let text = (0..200).map(rows).fold("Name,Roles,How to join\n".to_owned(), |text, row| text + &row);
    let start = site.planned(&root, &text).await;
    for (query, expected) in [("", 200_usize), ("?does=refuse", 100)] {
        let (mut path, mut seen, mut pages) = (format!("{start}{query}"), Vec::new(), vec![]);
        loop {
            let page = site.pages.get(&path, &root).await.assert(StatusCode::OK);
            let numbers = page.body.split("<td class=\"number\">").skip(1);
            seen.extend(numbers.map(|rest| rest.split('<').next().unwrap().parse::<u32>().unwrap()));
            let next = link(&page.body, "next");
            pages.push((path, page));
            match next {
                Some(next) => path = next,
                None => break,
            }
        }
        assert_eq!((seen.len(), pages.len()), (expected, expected.div_ceil(50)));
        assert!(seen.is_sorted_by(|one, next| one < next), "{seen:?}");
        for pair in pages.windows(2) {
            assert_eq!(link(&pair[1].1.body, "prev").as_ref(), Some(&pair[0].0));
        }
    }
}
