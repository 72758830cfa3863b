//! Members are imported from a workbook.

use std::io::{Read as _, Seek as _, Write as _};

use membership_sheet::{Column, Format, Limits, TableWriter, Tone, open};
use thirtyfour::By;

use super::Walk;
use crate::installation::PASSWORD;

/// So many that they are not done in one step, of a thousand rows, and it is seen how far they are.
const MANY: usize = 1_200;

/// A workbook with these lines.
fn written(lines: &[Vec<String>]) -> Vec<u8> {
    let columns: Vec<_> = lines[0].iter().map(|title| Column { title, width_chars: 20 }).collect();
    let mut table = TableWriter::new(Format::Xlsx, "People", &columns).expect("a table");
    for line in &lines[1..] {
        let cells: Vec<&str> = line.iter().map(String::as_str).collect();
        table.row(&cells, Tone::Plain).expect("a row");
    }
    let mut bytes = Vec::new();
    table.finish().expect("a workbook").read_to_end(&mut bytes).expect("its bytes");
    bytes
}

/// Every line of a workbook, each as long as the header.
fn read(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(bytes).expect("its bytes");
    file.rewind().expect("its beginning");
    let mut sheet = open(file, None, &Limits::default()).expect("a workbook");
    let mut lines: Vec<Vec<String>> = Vec::new();
    while let Some(line) = sheet.next().expect("a line") {
        let mut cells: Vec<_> = line.cells.iter().map(|cell| cell.text().unwrap_or("#").to_owned()).collect();
        cells.resize(lines.first().map_or(cells.len(), Vec::len), String::new());
        lines.push(cells);
    }
    lines
}

/// Where `title` stands.
fn place(lines: &[Vec<String>], title: &str) -> usize {
    lines[0].iter().position(|cell| cell == title).unwrap_or_else(|| panic!("no {title}: {:?}", lines[0]))
}

impl Walk {
    /// The template is downloaded, filled in and uploaded; what each row would do is shown; it is carried out before one's eyes; the
    /// result has a reason where a row was refused, and the mended file does the rest.
    pub(super) async fn members_are_imported(&self) {
        let ada = &self.administrator;
        self.go("/import").await;
        ada.says(&["Import people", "Get a table to fill in"]).await;
        let template = ada.downloaded("//a[normalize-space()='.xlsx: template']").await;
        let mut lines = read(&template);
        for row in [
            ["Imke", "Accounts", "Member", "imke@example.org", "", "", "de"],
            ["Ivar", "", "Membre", "", "", "link", ""],
        ] {
            lines.push(row.map(str::to_owned).to_vec());
        }
        for n in 0..MANY {
            let name = format!("Person {n:04}");
            lines.push([&name, "", "Member", "", "", "link", ""].map(str::to_owned).to_vec());
        }
        self.uploads("people.xlsx", &lines).await;
        ada.says(&["Nothing has been done yet", "1 row would be refused", "1 mail would go out"]).await;
        ada.touch("//nav[@aria-label='Rows by what they do']//a[contains(., 'Refused')]").await;
        ada.says(&["Ivar", "Roles:", "Membre"]).await;
        ada.vanishes("//th[normalize-space()='Imke imke@example.org']").await;
        ada.touch("//nav[@aria-label='Rows by what they do']//a[contains(., 'New')]").await;
        ada.says(&["Imke", "Gets an invitation by mail", "Person 0000", "You get a link to hand over"]).await;
        ada.choose("Import 1,201 rows …").await;
        ada.says(&["It is done exactly as the plan shows", "1 person gets mail."]).await;
        ada.choose("Yes, start it").await;
        self.progress_is_seen().await;
        ada.says(&["Finished on", "1 mail went out", "mend what is red"]).await;

        let result = ada.downloaded("//a[normalize-space()='Download the result']").await;
        self.the_rest_follows(read(&result)).await;
        self.go("/members?q=imke").await;
        ada.says(&["imke@example.org"]).await;
        let link = self.others.link_to(&self.installation, "imke@example.org", "/invitation/", "").await;
        self.others.joins(&link, None, PASSWORD).await;
        self.others.sign_out(&self.installation).await;
    }

    /// The result names every row with what became of it; mended, it does what is left, and nothing twice.
    async fn the_rest_follows(&self, mut lines: Vec<Vec<String>>) {
        let ada = &self.administrator;
        let (result, reason, roles) = (place(&lines, "Result"), place(&lines, "Reason"), place(&lines, "Roles"));
        assert_eq!(lines.len(), MANY + 3);
        assert_eq!((lines[1][result].as_str(), lines[2][result].as_str()), ("created", "refused"));
        assert!(lines[2][reason].contains("Membre"), "{:?}", lines[2]);
        assert!(lines[3..].iter().all(|line| line[result] == "created"));
        "Member".clone_into(&mut lines[2][roles]);
        ada.choose("Upload it again").await;
        self.uploads("mended.xlsx", &lines).await;
        ada.says(&["Nothing has been done yet", "Import 1 row …"]).await;
        ada.touch("//nav[@aria-label='Rows by what they do']//a[contains(., 'Unchanged')]").await;
        ada.says(&["Imke", "Is so already"]).await;
        ada.choose("Import 1 row …").await;
        ada.choose("Yes, start it").await;
        ada.says(&["Finished on", "No mail went out."]).await;
        self.go("/members?q=ivar").await;
        ada.says(&["Ivar", "Waiting to join"]).await;
    }

    /// Chooses a file and uploads it, and is led to its plan.
    async fn uploads(&self, name: &str, lines: &[Vec<String>]) {
        let ada = &self.administrator;
        let file = self.installation.data().join(name);
        std::fs::write(&file, written(lines)).expect("a file");
        let input = ada.find(By::Css("input[type=file]")).await;
        input.send_keys(file.to_str().expect("a path")).await.expect("a file that is chosen");
        ada.choose("See what it would do").await;
        ada.in_front(&format!("//h1[normalize-space()='{name}']")).await;
    }

    /// How far it is, is seen, and then its end, without anybody doing anything.
    async fn progress_is_seen(&self) {
        let ada = &self.administrator;
        let mut seen = Vec::new();
        for _ in 0..10 * crate::browser::PATIENCE {
            if let Ok(done) = ada.driver.find(By::Css("[data-part=done]")).await {
                // It may be over by now.
                seen.extend(done.text().await.ok());
            }
            if ada.is_there("//section[@aria-label='How it ended']").await {
                seen.dedup();
                seen.retain(|said| !said.is_empty());
                assert!(!seen.is_empty() && seen.iter().all(|said| said.ends_with(" of 1,202 rows")), "{seen:?}");
                return;
            }
            tokio::time::sleep(crate::browser::MOMENT / 4).await;
        }
        panic!("it never ends: {seen:?} {}", ada.words().await);
    }
}
