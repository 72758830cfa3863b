//! An import as it is carried out, as whoever started it sees it.

use std::{
    io::IsTerminal as _,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::{count, plan, start};
use crate::{
    failure::{Failure, Outcome},
    remote::Remote,
};

/// Between two questions how far it is.
const PAUSE: Duration = Duration::from_millis(300);
/// Between two lines where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(5);
/// How long a server may be away: it goes on by itself when it is back.
const AWAY: Duration = Duration::from_mins(2);

/// Where it is shown how far the import is.
enum Shown {
    Bar(ProgressBar),
    Lines { last: Option<Instant> },
}

/// Starts the import as it was planned and waits until it is over. How many rows were refused, or why it went no further; that is
/// told apart because there is a result to fetch in either case.
pub(super) async fn carry_out(
    remote: &Remote,
    id: &str,
    import: &Value,
    all_or_nothing: bool,
) -> Outcome<Outcome<u64>> {
    remote.post(&format!("/imports/{id}/start"), Some(start(import, all_or_nothing))).await?;
    let mut shown = Shown::on_this_terminal(import.get("plan").map_or(0, |plan| count(plan, "rows")));
    let mut away: Option<Instant> = None;
    let over = loop {
        tokio::time::sleep(PAUSE).await;
        match remote.get(&format!("/imports/{id}")).await {
            Ok(now) => {
                away = None;
                shown.tell(&now);
                if now.get("status").and_then(Value::as_str) == Some("ended") {
                    break now;
                }
            }
            Err(failure) if away.get_or_insert_with(Instant::now).elapsed() > AWAY => return Err(failure),
            Err(_) => {}
        }
    };
    shown.end();
    let done = over.get("done").cloned().unwrap_or_default();
    println!(
        "created {}, changed {}, left {} as they were, refused {}; {} mails",
        count(&done, "create"),
        count(&done, "change"),
        count(&done, "unchanged"),
        count(&done, "refuse"),
        count(&done, "mails"),
    );
    Ok(ending(remote, id, import, &over).await)
}

async fn ending(remote: &Remote, id: &str, import: &Value, over: &Value) -> Outcome<u64> {
    let refuse = |of: &Value, totals: &str| of.get(totals).map_or(0, |totals| count(totals, "refuse"));
    let text = |name: &str| over.pointer(&format!("/ending/{name}")).and_then(Value::as_str).unwrap_or_default();
    match text("how") {
        "done" => {
            // Those that the plan showed have been read; others came up since.
            if refuse(over, "done") > refuse(import, "plan") {
                plan::refused(remote, id).await?;
            }
            Ok(refuse(over, "done"))
        }
        "stopped" => {
            let (reason, advice, code) = (text("reason"), text("advice"), text("code"));
            Err(Failure::from(format!("it could not go on: {reason} [{code}]\n  what to do: {advice}")))
        }
        _ => Err("somebody cancelled it; what was done stays done".into()),
    }
}

impl Shown {
    fn on_this_terminal(rows: u64) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::Lines { last: None };
        }
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rows, {msg}");
        let bar = ProgressBar::new(rows);
        Self::Bar(match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    fn tell(&mut self, import: &Value) {
        let done = import.get("done").map_or(0, |done| count(done, "rows"));
        let rows = import.get("plan").map_or(0, |plan| count(plan, "rows"));
        let pace = match count(import, "rows_per_second") {
            0 => String::new(),
            rate => format!("{rate} rows a second, {} seconds left", count(import, "seconds_left")),
        };
        match self {
            Self::Bar(bar) => {
                bar.set_position(done);
                bar.set_message(pace);
            }
            Self::Lines { last } => {
                if last.is_none_or(|last| last.elapsed() >= BETWEEN_LINES) {
                    *last = Some(Instant::now());
                    eprintln!("{done} of {rows} rows {pace}");
                }
            }
        }
    }

    fn end(self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
