//! How much memory a crowd at the door costs. A program of its own, so that nothing else is measured.
#![cfg(target_os = "linux")]

use std::{num::NonZeroUsize, time::Duration};

use futures_util::future::join_all;
use membership_auth::{Argon2Hasher, Bounds};
use membership_core::ports::{HashingError, PasswordHasher as _, Secret};

/// The most memory that this process ever held, in KiB.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Proves A60 in part: 500 passwords checked at once take the memory of two, and who cannot be served is told so.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_crowd_takes_the_memory_of_the_bound() {
    let at_once = NonZeroUsize::new(2).unwrap();
    let hasher = Argon2Hasher::new(Bounds { at_once, waiting: 6, patience: Duration::from_mins(10) });
    hasher.verify(Secret::new("warming up"), None).await.unwrap();
    let before = peak().unwrap();

    let checks = (0..500).map(|_| hasher.verify(Secret::new("let me in, let me in"), None));
    let results = join_all(checks).await;

    let grown = peak().unwrap().saturating_sub(before);
    assert_eq!(results.iter().filter(|result| **result == Ok(false)).count(), 8);
    assert_eq!(results.iter().filter(|result| **result == Err(HashingError::Busy)).count(), 492);
    // One hash was in the peak before; the second costs 19 MiB, and there is something for threads.
    assert!(grown < 19 * 1024 + 8 * 1024, "{grown} KiB more than one hash");
}
