//! Of imports.

use serde_json::{Value, json};

use super::{EVENING, MEMBER, MORNING, TENANT, THREE_DAYS_LATER, set};

const IMPORT: &str = "0197c0de-0000-7000-8000-000000000010";

/// A table as a body.
pub(super) const TABLE: &str = "Name,Roles,E-mail\r\nAnn Example,Member,ann.example@example.org\r\n";

pub(super) fn request(id: &str) -> Option<Value> {
    (id == "startImport").then(|| json!({ "digest": digest(), "mode": "row-by-row" }))
}

pub(super) fn answer(id: &str) -> Option<Value> {
    Some(match id {
        "uploadImport" | "planImportAgain" => planned(),
        "listImports" => json!({ "imports": [ended(), planned()] }),
        "getImport" | "startImport" => running(),
        "cancelImport" => ended(),
        "listImportRows" => json!({ "rows": [changed(), refused()], "next": 2 }),
        _ => return None,
    })
}

fn planned() -> Value {
    json!({
        "id": IMPORT, "tenant": TENANT, "maker": MEMBER, "file": "people.xlsx", "status": "planned", "created_at": MORNING,
        "columns": [
            { "title": "Name", "column": "name" }, { "title": "Roles", "column": "roles" },
            { "title": "E-mail", "column": "email" }, { "title": "Phone" },
        ],
        "unread": ["Phone"], "plan": totals([1_940, 35, 20, 5]), "digest": digest(),
    })
}

fn running() -> Value {
    let mut import = planned();
    let more = json!({
        "status": "running", "mode": "row-by-row", "started_at": EVENING, "done": totals([960, 30, 8, 2]),
        "rows_per_second": 900, "seconds_left": 2,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        set(&mut import, name, value.clone());
    }
    import
}

fn ended() -> Value {
    let mut import = planned();
    let more = json!({
        "status": "ended", "mode": "row-by-row", "started_at": EVENING, "done": totals([960, 30, 8, 2]),
        "ended_at": EVENING, "ending": { "how": "cancelled", "by": MEMBER },
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        set(&mut import, name, value.clone());
    }
    import
}

fn totals([create, change, unchanged, refuse]: [u32; 4]) -> Value {
    let rows = create + change + unchanged + refuse;
    json!({
        "rows": rows, "create": create, "change": change, "unchanged": unchanged, "refuse": refuse, "mails": create,
    })
}

fn changed() -> Value {
    json!({
        "position": 1, "number": 3, "does": "change", "done": true, "member": MEMBER, "faults": [],
        "cells": [{ "column": "name", "title": "Name", "text": "Ann Example" }],
        "changes": [{ "column": "roles", "title": "Roles", "from": "Member", "to": "Member; Editor" }],
        "link": "https://members.example.org/reset/mbr_the-last-part-of-the-link", "link_expires_at": THREE_DAYS_LATER,
    })
}

fn refused() -> Value {
    json!({
        "position": 2, "number": 4, "does": "refuse", "done": true, "changes": [],
        "cells": [{ "column": "roles", "title": "Roles", "text": "Edtor" }, { "title": "Phone", "text": "555-0100" }],
        "faults": [{
            "column": "roles", "title": "Roles", "code": "role-name-unknown", "reason": "there is no role \"Edtor\"",
            "fix": "write \"Editor\" if that is meant",
        }],
    })
}

fn digest() -> &'static str {
    "n7RkB3wq9sYh0mJ2xVtE5cLpZ8aUdG1fKoQiX4bWvMy"
}
