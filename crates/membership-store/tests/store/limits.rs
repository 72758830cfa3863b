//! Limits on guessing hold over all connections of all processes on one database.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use membership_core::traces::{Pace, TraceKey, Traces, Tries};
use membership_store::Database;
use membership_testkit::Failure;
use tokio::task::JoinSet;

use crate::place::Place;

/// How many ask at once.
const CROWD: u32 = 200;

fn key(text: &str) -> TraceKey {
    TraceKey::of("test", text.as_bytes())
}

/// Two servers on one database, each with connections of its own.
async fn two_servers(place: &Place) -> Result<[Arc<Database>; 2], Failure> {
    Ok([place.ready().await?, place.open().await?])
}

/// How many of a crowd of `ask` were let through.
async fn let_through<F>(
    [one, other]: &[Arc<Database>; 2],
    ask: impl Fn(Arc<Database>, u32) -> F,
) -> Result<u32, Failure>
where
    F: Future<Output = Result<bool, Failure>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for number in 0..CROWD {
        let server = if number % 3 == 0 { one } else { other };
        tasks.spawn(ask(Arc::clone(server), number));
    }
    let mut through = 0;
    while let Some(done) = tasks.join_next().await {
        through += u32::from(done??);
    }
    Ok(through)
}

/// Proves A64 in part: of two hundred tries at once, at two servers, exactly the hundred that there may be are made. Each
/// counts under two keys, in this order or the other, and none waits for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_try_is_lost_between_servers() -> Result<(), Failure> {
    for place in Place::each().await? {
        let servers = two_servers(&place).await?;
        let through = let_through(&servers, |server, number| async move {
            let mut tries =
                [Tries { key: key("factor"), most: 100 }, Tries { key: key(&format!("{}", number % 2)), most: 1_000 }];
            if number % 5 < 2 {
                tries.reverse();
            }
            Ok(server.tried(&tries, DateTime::UNIX_EPOCH).await?)
        })
        .await?;
        assert_eq!(through, 100);
        let counted = servers[1].tries(&[key("factor"), key("0"), key("1")]).await?;
        assert_eq!((counted[0], counted[1] + counted[2]), (100, 100));

        // Forgiven while others try: whoever forgives waits for nobody who waits for it.
        let crowd = let_through(&servers, |server, number| async move {
            if number % 2 == 0 {
                server.forgive(&[key("1"), key("factor"), key("0")]).await?;
            }
            Ok(server
                .tried(&[key("0"), key("factor")].map(|key| Tries { key, most: 1_000 }), DateTime::UNIX_EPOCH)
                .await?)
        });
        assert_eq!(crowd.await?, CROWD);
    }
    Ok(())
}

/// The same for what may happen so often in a time: one key that all share and one for each half, in both orders.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_pace_is_outrun_between_servers() -> Result<(), Failure> {
    let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
    for place in Place::each().await? {
        let servers = two_servers(&place).await?;
        let through = let_through(&servers, |server, number| async move {
            let half = key(if number % 2 == 0 { "even" } else { "odd" });
            let mut paces =
                [(key("all"), 100), (half, 1_000)].map(|(key, burst)| Pace { key, burst, every: TimeDelta::hours(1) });
            if number % 5 < 2 {
                paces.reverse();
            }
            match server.pace(&paces, now).await? {
                None => Ok(true),
                Some(free) => {
                    assert_eq!(free, now + TimeDelta::hours(1));
                    Ok(false)
                }
            }
        })
        .await?;
        assert_eq!(through, 100);
        // What was refused by one was not counted under the other.
        let paid = [key("even"), key("odd")].map(|key| Pace { key, burst: 1, every: TimeDelta::hours(1) });
        let mut counted = TimeDelta::zero();
        for pace in paid {
            counted += servers[0].pace(&[pace], now).await?.ok_or("nothing was counted")? - now;
        }
        assert_eq!(counted, TimeDelta::hours(100));
    }
    Ok(())
}

/// Sweeping while others are counted takes nothing that still counts.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sweeping_and_counting_at_once() -> Result<(), Failure> {
    let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_000);
    for place in Place::each().await? {
        let servers = two_servers(&place).await?;
        let once = |text: &str| Pace { key: key(text), burst: 1, every: TimeDelta::hours(1) };
        for number in 0..50 {
            assert_eq!(servers[0].pace(&[once(&format!("{number}"))], now).await?, None);
        }
        // All of them are over, and each is asked for by four at once while it is swept.
        let later = now + TimeDelta::hours(2);
        let through = let_through(&servers, |server, number| async move {
            if number % 3 == 0 {
                server.sweep(later, now, 7).await?;
            }
            let pace = Pace { key: key(&format!("{}", number % 50)), burst: 1, every: TimeDelta::hours(1) };
            Ok(server.pace(&[pace], later).await?.is_none())
        })
        .await?;
        assert_eq!(through, 50, "each once");
    }
    Ok(())
}
