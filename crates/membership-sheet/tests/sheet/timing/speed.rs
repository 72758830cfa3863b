//! How fast rows are read, beside the bare reader of another library. Measured by hand, in a release build:
//! `cargo test --release -p membership-sheet --test sheet speed -- --ignored --nocapture`

use std::io::{BufReader, Seek};

use calamine::{Reader, Xlsx};

use super::legitimate::written;
use super::{count, processor_time};
use membership_sheet::Format;

const ROWS: u32 = 100_000;

#[test]
#[ignore = "measures; checks nothing"]
fn speed() {
    for round in 0..3 {
        let mut file = written(Format::Xlsx, ROWS);
        let start = processor_time();
        let mut book: Xlsx<_> = Xlsx::new(BufReader::new(file.try_clone().unwrap())).unwrap();
        let mut cells = book.worksheet_cells_reader("People").unwrap();
        let mut found = 0;
        while cells.next_cell().unwrap().is_some() {
            found += 1;
        }
        let theirs = processor_time().saturating_sub(start);
        file.rewind().unwrap();
        let start = processor_time();
        let checked = file.try_clone().unwrap();
        let opened = membership_sheet::open(checked, None, &membership_sheet::Limits::default());
        let checking = processor_time().saturating_sub(start);
        drop(opened);
        file.rewind().unwrap();
        let start = processor_time();
        let lines = count(file, None).unwrap();
        let ours = processor_time().saturating_sub(start);
        let csv = written(Format::Csv, ROWS);
        let start = processor_time();
        count(csv, None).unwrap();
        let text = processor_time().saturating_sub(start);
        let rate = |time: std::time::Duration| f64::from(ROWS) / time.as_secs_f64();
        println!(
            "round {round}: {found} cells, {lines} lines; bare {:.0} rows/s, ours {:.0} rows/s ({:.2} times; {checking:?} of it before the first row), CSV {:.0} rows/s",
            rate(theirs),
            rate(ours),
            ours.as_secs_f64() / theirs.as_secs_f64(),
            rate(text)
        );
    }
}
