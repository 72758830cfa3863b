//! Every file is answered within a second and within 64 MiB, measured in a process of its own for each. A second is one of
//! the processor's, so that whatever else the machine does decides nothing.

mod hostile;
mod legitimate;
mod speed;

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use membership_sheet::{Format, Limits, Media, SheetFault, open};

/// What a file may take, in kibibytes over what the process had before.
const MEMORY: u64 = 64 << 10;
/// How long an answer may take.
const TIME: Duration = Duration::from_secs(1);

/// How a file was answered.
#[derive(Debug)]
struct Answer {
    /// The fault's code, or how many lines there were.
    result: String,
    time: Duration,
    /// In kibibytes.
    memory: u64,
}

/// Reads all of `path` in a process of its own.
fn answer(path: &Path, media: &str) -> Answer {
    let file = ("MEMBERSHIP_TEST_FILE", path.to_str().unwrap());
    ask("timing::reads_what_it_is_given", [file, ("MEMBERSHIP_TEST_MEDIA", media)])
}

/// Starts `test` in a process of its own.
fn ask(test: &str, settings: [(&str, &str); 2]) -> Answer {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .envs(settings)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.split_once("ANSWER ")).map(|(_, line)| line);
    let parts: Vec<&str> = line.unwrap_or_else(|| panic!("no answer: {text} {output:?}")).split(' ').collect();
    let time = Duration::from_micros(parts[1].parse().unwrap());
    Answer { result: parts[0].to_owned(), time, memory: parts[2].parse().unwrap() }
}

/// The most memory that this process has had so far, in kibibytes.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// How long the processor has worked on this thread.
fn processor_time() -> Duration {
    let status = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(status.split(' ').next().unwrap().parse().unwrap())
}

#[test]
#[ignore = "the process that other tests start"]
fn reads_what_it_is_given() {
    let file = File::open(std::env::var("MEMBERSHIP_TEST_FILE").unwrap()).unwrap();
    let media = std::env::var("MEMBERSHIP_TEST_MEDIA").unwrap();
    let media = (!media.is_empty()).then(|| Media::parse(&media));
    measured(|| count(file, media.as_ref()).map_or_else(|fault| fault.code().to_owned(), |lines| lines.to_string()));
}

#[test]
#[ignore = "the process that other tests start"]
fn writes_what_it_is_asked() {
    let rows = std::env::var("MEMBERSHIP_TEST_ROWS").unwrap().parse().unwrap();
    let format = if std::env::var("MEMBERSHIP_TEST_FORMAT").unwrap() == "csv" { Format::Csv } else { Format::Xlsx };
    measured(|| legitimate::written(format, rows).metadata().unwrap().len().to_string());
}

/// Tells the parent process what `work` came to and what it took.
fn measured(work: impl FnOnce() -> String) {
    let (before, start) = (peak_memory(), processor_time());
    let result = work();
    let time = processor_time().saturating_sub(start).as_micros();
    println!("ANSWER {result} {time} {}", peak_memory() - before);
}

/// Reads to the end and keeps nothing.
fn count(file: File, media: Option<&Media>) -> Result<u64, SheetFault> {
    let mut sheet = open(file, media, &Limits::default())?;
    let mut lines = 0;
    while sheet.next()?.is_some() {
        lines += 1;
    }
    Ok(lines)
}
