//! Random histories: people who do whatever comes to mind, in a company whose departments change meanwhile.

mod counts;
mod gains;

use membership_testkit::Failure;

/// What chance decides: the same from the same seed (splitmix64).
struct Luck(u64);

impl Luck {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of the numbers below `end`, or 0 if there is none.
    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).expect("a small number");
        usize::try_from(self.next() % end).expect("a small number")
    }

    /// Once in so many times.
    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of `all`, if there is one.
    fn pick<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        all.get(self.below(all.len())).cloned()
    }

    /// One of `all`, of which there is one at least.
    fn one<T: Clone>(&mut self, all: &[T]) -> T {
        self.pick(all).expect("something to choose from")
    }

    /// Between one and `most` of `all`, each once.
    fn some<T: Clone + PartialEq>(&mut self, all: &[T], most: usize) -> Vec<T> {
        let mut some = Vec::new();
        for _ in 0..=self.below(most) {
            let one = self.one(all);
            if !some.contains(&one) {
                some.push(one);
            }
        }
        some
    }
}

/// How many histories are lived through: `usual`, or as many as the environment says.
fn seeds(usual: u64) -> Result<std::ops::Range<u64>, Failure> {
    let wanted = std::env::var("MEMBERSHIP_TEST_HISTORIES");
    Ok(0..wanted.map_or(Ok(usual), |wanted| wanted.parse())?)
}
