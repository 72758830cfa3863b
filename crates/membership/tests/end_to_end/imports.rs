//! Importing people, with the real server and from the command line.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    process::{Output, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    installation::{Answer, Installation, text},
    process::{command, run},
};

impl Installation {
    async fn upload(&self, table: String) -> Value {
        let request = self.client.post(self.server.url(&self.path("/imports?file=people.csv")));
        let request = request.bearer_auth(&self.token).header("content-type", "text/csv").body(table);
        Answer::of(request.send().await.expect("an answer")).await.expect(201)
    }

    /// How far an import is, whether or not the server answers at this moment.
    async fn import(&self, id: &str) -> Option<Value> {
        let request = self.client.get(self.server.url(&self.path(&format!("/imports/{id}")))).bearer_auth(&self.token);
        let answer = Answer::of(request.send().await.ok()?).await;
        answer.status.is_success().then_some(answer.body)
    }

    async fn until(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..6_000 {
            if let Some(import) = self.import(id).await.filter(&wanted) {
                return import;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never got there: {:?}", self.import(id).await);
    }

    async fn all(&self, path: &str, rows: &str, next: &str) -> Vec<Value> {
        let (mut found, mut query) = (Vec::new(), String::new());
        loop {
            let page = self.get(&self.path(&format!("{path}?limit=200{query}"))).await.expect(200);
            found.extend(page[rows].as_array().expect("a list").clone());
            let position = &page[next];
            if position.is_null() {
                return found;
            }
            query = match position.as_str() {
                Some(cursor) => format!("&cursor={cursor}"),
                None => format!("&after={position}"),
            };
        }
    }

    async fn key(&self) -> String {
        // Nobody gives by a key what the key does not hold.
        let scope = self.get(&self.path("")).await.expect(200)["permissions"].clone();
        let body = json!({ "name": "Import", "scope": scope, "seconds": 3_600 });
        text(&self.post(&self.path("/api-keys"), &body).await.expect(201)["secret"])
    }

    /// Runs a command that asks this server, with `key`.
    async fn command(&self, key: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = command(self.data());
        command.args(arguments).args(["--tenant", &self.tenant, "--server", &self.server.url("")]);
        command.env("MEMBERSHIP_API_KEY", key).stdin(Stdio::null());
        let run = tokio::task::spawn_blocking(move || command.output().expect("the binary runs"));
        let Output { status, stdout, stderr } = run.await.expect("its end");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (status.code(), text(stdout), text(stderr))
    }
}

/// Proves I-47 in part and ORG-26: an import of 5,000 rows goes on by itself where it stopped when the server is killed in the
/// middle of it, again and again; in the end every row is done once.
#[tokio::test]
async fn an_import_goes_on_after_kill_9() {
    let mut installation = Installation::new(&[]).await;
    let mut table = "Name,Roles,How to join\n".to_owned();
    (0..5_000).for_each(|n| writeln!(table, "Person {n:04},Member,link").expect("text"));
    let import = installation.upload(table).await;
    let id = text(&import["id"]);
    assert_eq!(import["plan"]["create"], 5_000, "{import}");
    let start = json!({ "digest": import["digest"], "mode": "row-by-row" });
    installation.post(&installation.path(&format!("/imports/{id}/start")), &start).await.expect(202);

    let mut killed_within = BTreeSet::new();
    for kill in 0..4_u64 {
        let before = installation.until(&id, |import| import["done"]["rows"].as_u64() >= Some(kill * 1_000)).await;
        // Somewhere within the batch that comes next.
        tokio::time::sleep(Duration::from_millis(30 + 40 * kill)).await;
        if before["status"] == "running" {
            killed_within.insert(before["done"]["rows"].as_u64());
        }
        let Installation { server, folder, client, token, tenant, member_role } = installation;
        let server = server.restart(folder.path());
        installation = Installation { server, folder, client, token, tenant, member_role };
    }
    assert!(killed_within.len() >= 3, "killed in the middle only at {killed_within:?}");
    let over = installation.until(&id, |import| import["status"] == "ended").await;
    assert_eq!((&over["ending"]["how"], &over["done"]["create"]), (&json!("done"), &json!(5_000)), "{over}");

    let members = installation.all("/members", "members", "next_cursor").await;
    let names: BTreeSet<String> = members.iter().map(|member| text(&member["name"])).collect();
    assert_eq!((members.len(), names.len()), (5_001, 5_001), "everybody once");
    let rows = installation.all(&format!("/imports/{id}/rows"), "rows", "next").await;
    let made: BTreeSet<String> = rows.iter().map(|row| text(&row["member"])).collect();
    assert_eq!((rows.len(), made.len()), (5_000, 5_000), "each row made one");
    assert!(rows.iter().all(|row| row["done"] == true && row["link"].is_string()));
    assert!(installation.data().exists());
    let Installation { server, folder, .. } = installation;
    server.kill();
    let (status, stdout, stderr) = run(folder.path(), &["doctor"], &[]);
    assert!(status.success(), "{stdout}{stderr}");
}

const TABLE: &str = "Name,Roles,Username,How to join,Phone\n\
    Ann,Member,ann.fox,,1\n\
    Bob,Membre,,link,2\n\
    Cy,Member,,link,3\n";

/// Proves ORG-28, ORG-29 and ORG-30 in part: from the command line a table is planned, carried out, its result is written, and the
/// mended table does the rest; the exit code says whether every row was good.
#[tokio::test]
async fn a_table_is_imported_from_the_command_line() {
    let installation = Installation::new(&[]).await;
    let key = installation.key().await;
    let path = |name: &str| installation.data().join(name).display().to_string();
    let (table, result) = (path("people.csv"), path("done.csv"));
    std::fs::write(&table, TABLE).expect("a file");

    let (code, stdout, stderr) = installation.command(&key, &["import", &table, "--plan"]).await;
    assert_eq!(code, Some(2), "{stdout}{stderr}");
    assert!(
        stdout.contains("3 rows: would create 2") && stdout.contains("the column Phone is not looked at"),
        "{stdout}"
    );
    assert!(stdout.contains("row 3, Roles: ") && stdout.contains("[role-name-unknown]"), "{stdout}");
    let none = installation.command(&key, &["import", &table, "--apply", "--all-or-nothing"]).await;
    assert!(none.0 == Some(2) && none.1.contains("nothing was done"), "{none:?}");
    let members = installation.all("/members", "members", "next_cursor").await;
    assert_eq!(members.len(), 1, "nothing was done");
    let kept = installation.get(&installation.path("/imports")).await.expect(200);
    assert_eq!(kept["imports"], json!([]), "what was only looked at is not kept");

    let (code, stdout, stderr) = installation.command(&key, &["import", &table, "--apply", "--result", &result]).await;
    assert_eq!(code, Some(2), "{stdout}{stderr}");
    assert!(stdout.contains("created 2, changed 0, left 0 as they were, refused 1"), "{stdout}");
    let written = std::fs::read_to_string(&result).expect("the result");
    assert!(written.contains("refused") && written.contains("Membre") && written.contains("/reset/"), "{written}");

    std::fs::write(&result, written.replace("Membre,", "Member,")).expect("a mended result");
    let (code, stdout, stderr) = installation.command(&key, &["import", &result, "--apply", "--all-or-nothing"]).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("created 1, changed 0, left 2 as they were, refused 0"), "{stdout}");

    let out = path("members.xlsx");
    assert_eq!(installation.command(&key, &["export", "--out", &out]).await.0, Some(0));
    let (code, stdout, stderr) = installation.command(&key, &["import", &out]).await;
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    assert!(stdout.contains("4 rows: would create 0, change 0, leave 4 as they are, refuse 0"), "{stdout}");
    let (code, stdout, _) = installation.command(&key, &["export"]).await;
    assert!(code == Some(0) && stdout.contains("Cy,"), "{stdout}");
}

/// What cannot be done is said with what to do and a code, on standard error; and the key is never an argument.
#[tokio::test]
async fn a_command_that_cannot_be_carried_out_says_why() {
    let installation = Installation::new(&[]).await;
    let key = installation.key().await;
    let path = |name: &str| installation.data().join(name).display().to_string();
    std::fs::write(path("people.csv"), TABLE).expect("a file");
    std::fs::write(path("odd.csv"), "Vorname\nAnn\n").expect("a file");
    std::fs::write(path("large.csv"), vec![b'x'; 21 << 20]).expect("a file");
    let (table, odd, large, lost) = (path("people.csv"), path("odd.csv"), path("large.csv"), path("lost.csv"));
    for (key, arguments, said) in [
        ("", vec!["import", &table], "MEMBERSHIP_API_KEY is not set"),
        ("mba_nonsense", vec!["import", &table], "[session-not-good]"),
        (&key, vec!["import", &odd], "[header-unknown]"),
        (&key, vec!["import", &large], "20 MiB"),
        (&key, vec!["import", &lost], "lost.csv"),
        (&key, vec!["import", &table, "--result", "done.ods"], "has to end in .xlsx or .csv"),
        ("mba_nonsense", vec!["export"], "what to do: "),
    ] {
        let (code, stdout, stderr) = installation.command(key, &arguments).await;
        assert_eq!(code, Some(1), "{arguments:?}: {stdout}{stderr}");
        assert!(stderr.contains(said), "{arguments:?}: {stderr}");
    }
    let clear = ["import", &table, "--tenant", "x", "--server", "http://members.example.org"];
    let (status, _, stderr) = run(installation.data(), &clear, &[("MEMBERSHIP_API_KEY", &key)]);
    assert!(status.code() == Some(1) && stderr.contains("use https"), "{stderr}");
    let both = installation.command(&key, &["import", &table, "--plan", "--apply"]).await;
    assert!(both.2.contains("cannot be used with"), "{both:?}");
}
