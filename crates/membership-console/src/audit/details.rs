//! What a record says, as a small table: each thing with how it was and how it is.

use chrono::{DateTime, Utc};
use serde_json::Value;

/// One thing that a record says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) what: String,
    /// How it was, where it was edited.
    pub(super) before: String,
    pub(super) after: String,
}

/// Most lines of one record. The whole of it is in the export.
const MOST: usize = 60;
/// What changes with everything and says nothing to people.
const NOISE: [&str; 6] = ["catalogue", "tree", "epoch", "changed_at", "siblings", "sessions_from_epoch"];

/// The lines of a record's `body`: of one that has edited something, what is another than before; else all of it. `named`
/// says what an identifier is called.
pub(super) fn lines(body: &str, named: &dyn Fn(&str) -> Option<String>) -> Vec<Line> {
    let Ok(Value::Object(mut form)) = serde_json::from_str::<Value>(body) else { return Vec::new() };
    let before = form.remove("before");
    // Where a record is about several things, each of its lines says which.
    let several = form.iter().filter(|(key, value)| value.is_object() && !NOISE.contains(&key.as_str())).count() > 1;
    let mut after = Vec::new();
    flatten(&Value::Object(form), &mut Vec::new(), named, several, &mut after);
    let Some(before) = before else {
        let lines = after.into_iter().map(|(what, after)| Line { what, before: String::new(), after });
        return lines.filter(|line| !line.after.is_empty()).take(MOST).collect();
    };
    let mut was = Vec::new();
    flatten(&before, &mut Vec::new(), named, several, &mut was);
    let of = |all: &[(String, String)], what: &str| {
        all.iter().find(|(known, _)| known == what).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let mut keys: Vec<String> = after.iter().chain(&was).map(|(what, _)| what.clone()).collect();
    let mut seen = std::collections::HashSet::new();
    keys.retain(|key| seen.insert(key.clone()));
    let lines = keys.into_iter().map(|what| Line { before: of(&was, &what), after: of(&after, &what), what });
    lines.filter(|line| line.before != line.after).take(MOST).collect()
}

/// Every value with its path, as people read it. Lists of plain values are one value.
fn flatten(
    value: &Value,
    path: &mut Vec<String>,
    named: &dyn Fn(&str) -> Option<String>,
    several: bool,
    out: &mut Vec<(String, String)>,
) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields.iter().filter(|(key, _)| !NOISE.contains(&key.as_str())) {
                path.push(key.replace('_', " "));
                flatten(value, path, named, several, out);
                path.pop();
            }
        }
        Value::Array(items) => {
            let said: Vec<String> = items.iter().map(|item| one(item, named)).collect();
            out.push((label(path, several), said.join(", ")));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            out.push((label(path, several), one(value, named)));
        }
    }
}

/// A value in a list or by itself.
fn one(value: &Value, named: &dyn Fn(&str) -> Option<String>) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => (if *yes { "yes" } else { "no" }).to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => named(text.rsplit_once(':').map_or(text, |(_, id)| id))
            .or_else(|| moment(text))
            .unwrap_or_else(|| text.clone()),
        Value::Array(items) => items.iter().map(|item| one(item, named)).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let said = fields.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key, one(value, named)));
            let said: Vec<String> = said.map(|(key, value)| format!("{} {value}", key.replace('_', " "))).collect();
            said.join(" ")
        }
    }
}

/// A moment as people read it; `None` if it is none.
fn moment(text: &str) -> Option<String> {
    let at: DateTime<Utc> = text.parse().ok()?;
    Some(at.format("%-d %B %Y, %H:%M:%S UTC").to_string())
}

/// The first part names the thing, which goes without saying where there is only one.
fn label(path: &[String], several: bool) -> String {
    match path {
        [_, rest @ ..] if !rest.is_empty() && !several => rest.join(" · "),
        _ => path.join(" · "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(body: &str) -> Vec<(String, String, String)> {
        let named = |text: &str| (text == "r-1").then(|| "Editor".to_owned());
        lines(body, &named).into_iter().map(|line| (line.what, line.before, line.after)).collect()
    }

    #[test]
    fn what_was_edited_is_told_with_how_it_was() {
        let body = r#"{"before":{"member":{"name":"Ann","epoch":1,"email":null,"roles":["r-0"]}},
            "member":{"name":"Ann <b>","epoch":2,"email":null,"roles":["r-0","r-1"]}}"#;
        let line = |what: &str, before: &str, after: &str| (what.to_owned(), before.to_owned(), after.to_owned());
        assert_eq!(told(body), [line("name", "Ann", "Ann <b>"), line("roles", "r-0", "r-0, Editor")]);
    }

    #[test]
    fn what_is_new_is_told_whole_and_what_is_none_is_not() {
        let body = r#"{"role":{"name":"Editor","administrator":false,"policy":{"send":"now"},"x":null}}"#;
        let at = told(r#"{"session":{"ends_at":"2030-01-23T22:24:05.678901Z"}}"#);
        assert_eq!(at[0].2, "23 January 2030, 22:24:05 UTC");
        let told = told(body);
        let mut names: Vec<&str> = told.iter().map(|(what, ..)| what.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["administrator", "name", "policy · send"]);
        assert!(lines("nonsense", &|_| None).is_empty());
    }
}
