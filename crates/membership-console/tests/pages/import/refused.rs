//! Files that are not taken, forms from elsewhere, and people who may not.

use poem::http::StatusCode;

use super::CSV;
use crate::site::{ORIGIN, Site};

const ONE: &str = "Name,Roles,How to join\nAnn,Member,link\n";

/// What cannot be read is refused at the form, with what to do about it, and nothing is kept of it.
#[tokio::test]
async fn files_that_cannot_be_read() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let large = vec![b'x'; (20 << 20) + 1];
    for (name, media, bytes, status, said) in [
        ("a.xlsx", "application/octet-stream", b"PK\x03\x04garbage".to_vec(), 422, "save it anew as .xlsx"),
        ("a.pdf", "application/pdf", b"%PDF-1.7\0\xff\xfe".to_vec(), 422, "Save the table as .xlsx"),
        ("a.csv", CSV, Vec::new(), 422, "Fill in the template"),
        ("a.csv", CSV, b"Vorname,<script>\nAnn,x\n".to_vec(), 422, "found: Vorname, &#60;script&#62;"),
        ("a.csv", CSV, b"Name,Roles\n".to_vec(), 422, "id=\"file-fault\""),
        ("a.csv", CSV, large, 413, "larger than 20 MiB"),
    ] {
        let answer = site.pages.upload(ORIGIN, &site.at("import"), &root, (name, media, bytes)).await;
        let answer = answer.assert(StatusCode::from_u16(status).unwrap());
        answer
            .assert_says(&["id=\"file-fault\" role=\"alert\"", "aria-invalid=\"true\"", "Nothing was changed.", said])
            .assert_lacks(&["<script>\n"]);
    }
    // No form with a file in it at all.
    let answer = site.pages.post(&site.at("import"), &root, &[("file", "x")]).await;
    answer.assert(StatusCode::UNSUPPORTED_MEDIA_TYPE).assert_says(&["id=\"file-fault\""]);
    let page = site.pages.get(&site.at("import"), &root).await.assert(StatusCode::OK);
    page.assert_says(&["None. A plan is kept"]);
    // More than any other form may hold.
    let many = (0..9_000).fold("Name,Roles\n".to_owned(), |text, n| text + &format!("Person {n},Member\n"));
    assert!(many.len() > 128 << 10);
    site.send_csv(&root, &many).await.assert(StatusCode::SEE_OTHER);
}

/// Proves A76 for a form that carries a file: from a page of another site it is refused, and nothing is kept.
#[tokio::test]
async fn a_foreign_page_uploads_nothing() {
    let site = Site::new().await;
    let root = site.cookie_of("root").await;
    let file = || ("people.csv", CSV, ONE.as_bytes().to_vec());
    for origin in ["https://evil.example", "null", "http://members.example.org"] {
        site.pages.upload(origin, &site.at("import"), &root, file()).await.assert(StatusCode::FORBIDDEN);
    }
    let path = site.planned(&root, ONE).await;
    for act in ["start", "again", "cancel", "discard"] {
        let forged = site.pages.post_from("https://evil.example", &format!("{path}/{act}"), &root).await;
        forged.assert(StatusCode::FORBIDDEN);
    }
    let imports = site.bed.membership.imports(&site.bed.as_administrator(), site.bed.tenant.id).await.unwrap();
    assert_eq!(imports.len(), 1);
    site.pages.upload(ORIGIN, &site.at("import"), "", file()).await.assert(StatusCode::SEE_OTHER);
    assert_eq!(site.world().await.members.len(), 1);
}

/// Whoever may import nothing has no such section, and is refused each page and each form of it.
#[tokio::test]
async fn who_may_import_nothing() {
    let site = Site::new().await;
    site.bed.added("ann", &["Member"]).await.unwrap();
    let (root, ann) = (site.cookie_of("root").await, site.cookie_of("ann").await);
    let path = site.planned(&root, ONE).await;
    let nav = format!("<a href=\"{}\"", site.at("import"));
    site.pages.get(&site.at("members"), &root).await.assert_says(&[&nav]);
    site.pages.get(&site.at("members"), &ann).await.assert(StatusCode::OK).assert_lacks(&[&nav]);
    let result = format!("{path}/result");
    for page in [site.at("import"), site.at("import/template"), path.clone(), result] {
        site.pages.get(&page, &ann).await.assert(StatusCode::FORBIDDEN).assert_says(&["You may not do this"]);
    }
    site.send_csv(&ann, ONE).await.assert(StatusCode::FORBIDDEN);
    // It is not even read: nobody waits for the end of it.
    site.pages.begin_upload(&site.at("import"), &ann).await.unwrap().assert(StatusCode::FORBIDDEN);
    for act in ["start", "again", "cancel", "discard"] {
        let form = [("confirmed", "yes")];
        site.pages.post(&format!("{path}/{act}"), &ann, &form).await.assert(StatusCode::FORBIDDEN);
    }
    let imports = site.bed.membership.imports(&site.bed.as_administrator(), site.bed.tenant.id).await.unwrap();
    assert_eq!(imports.len(), 1);
    site.pages.get(&site.at("import"), "").await.assert_leads_to(&format!("/sign-in?next={}", site.at("import")));
}

/// The rows are their uploader's: whoever looks after all members sees where an import stands and may end it, and no more; others who
/// import see nothing of it.
#[tokio::test]
async fn rows_are_shown_to_whoever_uploaded_them() {
    let site = Site::new().await;
    site.bed.define_role("Inviter", &["membership:members.read", "membership:members.invite"], &[]).await.unwrap();
    for (name, role) in [("ines", "Inviter"), ("ivo", "Inviter")] {
        site.bed.added(name, &[role]).await.unwrap();
    }
    let [root, ines, ivo] = [site.cookie_of("root").await, site.cookie_of("ines").await, site.cookie_of("ivo").await];
    let text = "Name,Roles,How to join\nSecret Person,Inviter,link\n";
    let path = site.planned(&ines, text).await;
    let page = site.pages.get(&path, &root).await.assert(StatusCode::OK);
    page.assert_says(&["Uploaded by <bdi>ines Example</bdi>", "to nobody else", "/discard"]).assert_lacks(&[
        "Secret Person",
        "name=\"digest\"",
        "/again",
    ]);
    let result = format!("{path}/result");
    site.pages.get(&result, &root).await.assert(StatusCode::NOT_FOUND).assert_lacks(&["Secret Person"]);
    site.start(&root, &path, "row-by-row").await.assert(StatusCode::NOT_FOUND);
    site.pages.post(&format!("{path}/again"), &root, &[]).await.assert(StatusCode::NOT_FOUND);
    for page in [path.clone(), result] {
        site.pages.get(&page, &ivo).await.assert(StatusCode::NOT_FOUND).assert_says(&["There is no such import"]);
    }
    site.pages.get(&site.at("import"), &ivo).await.assert(StatusCode::OK).assert_lacks(&[&path]);
    let discarded = [("confirmed", "yes")];
    site.pages.post(&format!("{path}/discard"), &ivo, &discarded).await.assert(StatusCode::NOT_FOUND);
    site.start(&ines, &path, "row-by-row").await.assert(StatusCode::SEE_OTHER);
    site.pages.post(&format!("{path}/cancel"), &root, &discarded).await.assert(StatusCode::SEE_OTHER);
    let page = site.pages.get(&path, &ines).await.assert(StatusCode::OK);
    page.assert_says(&["Cancelled by", "Secret Person", "Not done"]);
    site.pages
        .post(&format!("{path}/discard"), &root, &[])
        .await
        .assert(StatusCode::OK)
        .assert_says(&["Yes, discard it"]);
    let gone = site.pages.post(&format!("{path}/discard"), &root, &discarded).await;
    gone.assert_leads_to(&format!("{}?done=discarded", site.at("import")));
    site.pages.get(&path, &ines).await.assert(StatusCode::NOT_FOUND);
    site.pages.get(&site.at("import/nonsense"), &ines).await.assert(StatusCode::NOT_FOUND);
}
