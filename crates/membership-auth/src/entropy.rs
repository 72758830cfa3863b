//! Randomness from the operating system.

use membership_core::ports::Entropy;

/// The operating system's source of randomness.
///
/// If the system refuses, the process ends: every identifier, link and salt made from then on could be foreseen, and
/// no answer to a request is worth that. It happens on broken installations only (no `getrandom` and no `/dev/urandom`).
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            eprintln!(
                "membership: the operating system gives no randomness ({error}); stopping, nothing is safe without"
            );
            std::process::abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_fillings_differ() {
        let (mut one, mut other) = ([0; 32], [0; 32]);
        OsEntropy.fill(&mut one);
        OsEntropy.fill(&mut other);
        assert_ne!(one, other);
        assert_ne!(one, [0; 32]);
    }
}
