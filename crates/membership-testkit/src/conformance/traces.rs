//! What is noted in passing: limits that hold however many ask at once.

use chrono::TimeDelta;
use membership_core::traces::{Pace, TraceKey, Tries};
use tokio::task::JoinSet;

use super::Outcome;
use crate::{Adapter, Bed, Failure};

fn key(text: &str) -> TraceKey {
    TraceKey::of("conformance", text.as_bytes())
}

/// Something may happen a few times at once, then once in a while; under several paces it happens under all or none.
pub(super) async fn a_pace_lets_through_what_it_says(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let traces = &bed.adapter.traces;
    let slow = Pace { key: key("slow"), burst: 2, every: TimeDelta::minutes(1) };
    let quick = Pace { key: key("quick"), burst: 3, every: TimeDelta::seconds(1) };
    let now = bed.clock.now();
    assert_eq!(traces.pace(&[], now).await?, None);
    for _ in 0..2 {
        assert_eq!(traces.pace(&[slow, quick], now).await?, None);
    }
    let free = now + TimeDelta::minutes(1);
    assert_eq!(traces.pace(&[slow, quick], now).await?, Some(free));
    assert_eq!(traces.pace(&[quick], now).await?, None, "what was refused was not counted");
    assert_eq!(traces.pace(&[quick], now).await?, Some(now + TimeDelta::seconds(1)));
    assert_eq!(traces.pace(&[slow], free - TimeDelta::microseconds(1)).await?, Some(free));
    assert_eq!(traces.pace(&[slow, quick], free).await?, None);
    Ok(())
}

/// Proves: A64, in part. Of two hundred tries at once as many are let through as may be, whichever connection they come by.
pub(super) async fn tries_at_once_are_all_counted(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    let mut tasks: JoinSet<Result<(bool, bool), Failure>> = JoinSet::new();
    for n in 0..200 {
        let (traces, now) = (bed.adapter.traces.clone(), bed.clock.now());
        tasks.spawn(async move {
            let own = Tries { key: key(if n % 2 == 0 { "even" } else { "odd" }), most: 1_000 };
            let pace = Pace { key: key("pace"), burst: 30, every: TimeDelta::days(1) };
            // Both orders, so that whoever locks in the order of asking stands still.
            let shared = Tries { key: key("shared"), most: 70 };
            let both = if n % 2 == 0 { [own, shared] } else { [shared, own] };
            Ok((traces.tried(&both, now).await?, traces.pace(&[pace], now).await?.is_none()))
        });
    }
    let mut through = (0, 0);
    for done in tasks.join_all().await {
        let (tried, paced) = done?;
        through = (through.0 + u32::from(tried), through.1 + u32::from(paced));
    }
    assert_eq!(through, (70, 30));
    let counted = bed.adapter.traces.tries(&[key("shared"), key("even"), key("odd"), key("nothing")]).await?;
    let [shared, even, odd, nothing] = counted[..] else { return Err("not one for each".into()) };
    assert_eq!((shared, even + odd, nothing), (70, 70, 0), "what was refused was not counted");
    bed.adapter.traces.forgive(&[key("shared"), key("nothing")]).await?;
    assert_eq!(bed.adapter.traces.tries(&[key("shared"), key("even")]).await?, [0, even]);
    Ok(())
}

/// Sweeping takes away what means nothing any more, and nothing else, so much at a time.
pub(super) async fn sweeping_takes_what_is_over(adapter: Adapter) -> Outcome {
    let bed = Bed::over(adapter).await?;
    bed.join("ann@example.org").await?;
    let ann = bed.sign_in("ann@example.org", crate::bed::PASSWORD).await?;
    let (traces, now) = (&bed.adapter.traces, bed.clock.now());
    traces.sweep(now, now, 1_000).await?;
    let pace = Pace { key: key("pace"), burst: 1, every: TimeDelta::minutes(1) };
    assert_eq!(traces.pace(&[pace], now).await?, None);
    let wrong = Tries { key: key("wrong"), most: 10 };
    assert!(traces.tried(&[wrong], now).await?);
    assert_eq!(traces.sweep(now, now, 1_000).await?, 0);
    assert!(traces.pace(&[pace], now).await?.is_some(), "it still counts");
    assert!(bed.adapter.directory.session(&ann.key.hash()).await?.is_some());

    let later = now + TimeDelta::days(31);
    let mut swept = 0;
    loop {
        match traces.sweep(later, now + TimeDelta::days(1), 1).await? {
            0 => break,
            more => swept += more,
        }
    }
    // The pace, the sessions of the two who have joined, and the one of the sign-in; paces of the sign-in.
    assert!(swept >= 4, "{swept}");
    assert!(bed.adapter.directory.session(&ann.key.hash()).await?.is_none());
    assert_eq!(traces.tries(&[wrong.key]).await?, [0], "after so long a silence");
    Ok(())
}
