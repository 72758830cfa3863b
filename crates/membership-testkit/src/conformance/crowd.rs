//! Many callers at once.

use tokio::task::JoinSet;

use crate::Failure;

/// Starts `count` tasks at once and waits for them all. What they gave comes in the order of their numbers.
pub(super) async fn at_once<F>(count: usize, task: impl Fn(usize) -> F) -> Result<Vec<F::Output>, Failure>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for number in 0..count {
        let task = task(number);
        tasks.spawn(async move { (number, task.await) });
    }
    let mut done = Vec::with_capacity(count);
    while let Some(one) = tasks.join_next().await {
        done.push(one?);
    }
    done.sort_by_key(|(number, _)| *number);
    Ok(done.into_iter().map(|(_, output)| output).collect())
}
