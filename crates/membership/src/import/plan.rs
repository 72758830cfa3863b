//! What a table would do, as it is shown.

use serde_json::Value;

use super::count;
use crate::{failure::Outcome, remote::Remote};

/// Prints the totals and every row that would be refused; how many those are.
pub(super) async fn show(remote: &Remote, id: &str, import: &Value) -> Outcome<u64> {
    let plan = import.get("plan").cloned().unwrap_or_default();
    println!(
        "{} rows: would create {}, change {}, leave {} as they are, refuse {}; {} mails",
        count(&plan, "rows"),
        count(&plan, "create"),
        count(&plan, "change"),
        count(&plan, "unchanged"),
        count(&plan, "refuse"),
        count(&plan, "mails"),
    );
    for title in import.get("unread").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        println!("the column {} is not looked at", printable(title));
    }
    refused(remote, id).await?;
    Ok(count(&plan, "refuse"))
}

/// Prints every row that is refused, with each reason and what to do about it.
pub(super) async fn refused(remote: &Remote, id: &str) -> Outcome {
    let mut after = String::new();
    loop {
        let page = remote.get(&format!("/imports/{id}/rows?does=refuse&limit=200{after}")).await?;
        for row in page.get("rows").and_then(Value::as_array).into_iter().flatten() {
            for fault in row.get("faults").and_then(Value::as_array).into_iter().flatten() {
                let text = |name: &str| printable(fault.get(name).and_then(Value::as_str).unwrap_or_default());
                let place = fault.get("title").and_then(Value::as_str).map(printable);
                let place = place.map(|title| format!(", {title}")).unwrap_or_default();
                let (reason, fix, code) = (text("reason"), text("fix"), text("code"));
                println!("  row {}{place}: {reason}; {fix} [{code}]", count(row, "number"));
            }
        }
        match page.get("next").and_then(Value::as_u64) {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(()),
        }
    }
}

/// What stood in a table may hold what a terminal obeys.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_table_is_obeyed_by_a_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\r\nc\u{9b}d"), "a [2Jb  c d");
    }
}
