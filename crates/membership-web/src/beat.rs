//! Answers that come at a beat: how long the work took is not told by when its answer comes.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Whoever asks for something about somebody who may not exist is answered this long after asking, or twice, three times as long:
/// far longer than the work takes.
pub const BEAT: Duration = Duration::from_millis(250);

/// Does `work`, and answers at the next whole [`BEAT`] after now. Whoever hangs up meanwhile changes nothing: the work is done.
/// `None` if it has panicked.
pub async fn at_a_beat<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    let arrived = Instant::now();
    // The timer is set before the work begins: timers that are due together go off in the order in which they were set, and
    // that must not be the order in which the work was done.
    let beat = sleep_until(arrived + BEAT);
    let work = async {
        let done = tokio::spawn(async move { (work.await, Instant::now()) });
        done.await.ok()
    };
    let ((), done) = tokio::join!(biased; beat, work);
    let (answer, done) = done?;
    if done > arrived + BEAT {
        sleep_until(next_beat(arrived, done)).await;
    }
    Some(answer)
}

/// The first whole beat after `arrived` that is not over at `now`.
fn next_beat(arrived: Instant, now: Instant) -> Instant {
    let mut beat = arrived + BEAT;
    while beat < now {
        beat += BEAT;
    }
    beat
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    #[test]
    fn an_answer_waits_for_a_whole_beat() {
        let arrived = Instant::now();
        for (took, beats) in [(0, 1), (1, 1), (249, 1), (250, 1), (251, 2), (500, 2), (1_100, 5)] {
            assert_eq!(next_beat(arrived, arrived + Duration::from_millis(took)), arrived + BEAT * beats, "{took} ms");
        }
    }

    /// What takes longer than a beat is answered at a later one, with its own answer; and it is done although nobody waits.
    #[tokio::test]
    async fn work_is_answered_at_a_beat_and_done_anyway() {
        for (took, beats) in [(0, 1), (100, 1), (300, 2)] {
            let arrived = Instant::now();
            let work = async move {
                sleep(Duration::from_millis(took)).await;
                took
            };
            assert_eq!(at_a_beat(work).await, Some(took));
            assert!(arrived.elapsed() >= BEAT * beats, "{took} ms");
        }
        let (told, heard) = tokio::sync::oneshot::channel();
        let work = async move {
            sleep(Duration::from_millis(100)).await;
            told.send(()).ok();
        };
        assert!(tokio::time::timeout(Duration::from_millis(50), at_a_beat(work)).await.is_err(), "hung up");
        assert_eq!(tokio::time::timeout(Duration::from_secs(10), heard).await, Ok(Ok(())));
    }
}
