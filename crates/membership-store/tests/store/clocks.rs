//! An audit is in the order of the commits, and servers' clocks differ: it is searched by time all the same.

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::{
    audit::Record,
    directory::{RecordFilter, RecordOrder},
    store::Scope,
};
use membership_testkit::{Bed, Failure};

use crate::place::Place;

/// Every span of time gives the records that are in it, and no other, oldest first and newest first, in pieces, though
/// clocks went back by minutes and forth by hours in between.
#[tokio::test(flavor = "multi_thread")]
async fn a_span_of_time_has_what_is_in_it() -> Result<(), Failure> {
    for place in Place::each().await? {
        let bed = Bed::over(place.adapter().await?).await?;
        for (number, minutes) in [0, 1, 0, 5, -4, 3, -7, 60, -120, 1, 200, 0, -1, 1, 1].into_iter().enumerate() {
            bed.clock.advance(TimeDelta::minutes(minutes));
            bed.invite(&format!("person-{number}@example.org")).await?;
        }
        let whole = list(&bed, &RecordFilter::default(), RecordOrder::After(0)).await?;
        assert!(whole.windows(2).any(|pair| pair[0].at > pair[1].at), "no clock went back");
        let mut moments: Vec<DateTime<Utc>> = whole.iter().map(|record| record.at).collect();
        moments.extend(whole.iter().map(|record| record.at + TimeDelta::seconds(1)));
        let ends = || [None].into_iter().chain(moments.iter().copied().map(Some));
        for from in ends() {
            for before in ends() {
                let is_in = |record: &&Record| {
                    from.is_none_or(|from| record.at >= from) && before.is_none_or(|before| record.at < before)
                };
                let expected: Vec<Record> = whole.iter().filter(is_in).cloned().collect();
                let filter = RecordFilter { from, before, ..RecordFilter::default() };
                assert_eq!(list(&bed, &filter, RecordOrder::After(0)).await?, expected);
                let mut down = list(&bed, &filter, RecordOrder::Before(None)).await?;
                down.reverse();
                assert_eq!(down, expected);
            }
        }
    }
    Ok(())
}

/// All that `filter` lists from there on, in pieces of five.
async fn list(bed: &Bed, filter: &RecordFilter, mut order: RecordOrder) -> Result<Vec<Record>, Failure> {
    let scope = Scope::Tenant(bed.tenant.id);
    let mut all = Vec::new();
    loop {
        let piece = bed.adapter.directory.audit(scope, filter, order, 5).await?;
        let Some(last) = piece.last() else { return Ok(all) };
        order = match order {
            RecordOrder::After(_) => RecordOrder::After(last.revision),
            RecordOrder::Before(_) => RecordOrder::Before(Some(last.revision)),
        };
        all.extend(piece);
    }
}
