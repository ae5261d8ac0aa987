//! Chance, in integers only: the same draws natively and in wasm.
//!
//! Every concern owns a stream of its own, derived from the seed of the run and a label, so that one more draw here
//! never shifts the draws there. That is what makes two runs with one thing changed comparable.

use super::logarithm::minus_ln;
use super::time::SimDuration;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// The seed of a run.
pub type Seed = u64;

/// A probability or a share, as a fraction of integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    pub numerator: u64,
    pub denominator: u64,
}

impl Ratio {
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    pub const fn new(numerator: u64, denominator: u64) -> Self {
        assert!(denominator > 0, "a share of nothing");
        Self { numerator, denominator }
    }
    pub const fn percent(percent: u64) -> Self {
        Self::new(percent, 100)
    }
}

/// One stream of random numbers, for one concern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    /// The stream that belongs to `label` and `index` in the run of `seed`.
    pub fn new(seed: Seed, label: &str, index: u64) -> Self {
        let mut mixed = splitmix(seed ^ 0x436f_7272_6569_6f21);
        for byte in label.bytes() {
            mixed = splitmix(mixed ^ u64::from(byte));
        }
        Self(Xoshiro256PlusPlus::seed_from_u64(splitmix(mixed ^ index)))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in `0..limit`; zero when `limit` is zero.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(limit)) >> 64) as u64
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        assert!(low <= high, "an empty range");
        match (high - low).checked_add(1) {
            Some(count) => low + self.below(count),
            None => self.bits(),
        }
    }

    /// True with this probability. It draws once, whatever the probability, so that changing it moves nothing else.
    pub fn chance(&mut self, ratio: Ratio) -> bool {
        self.below(ratio.denominator) < ratio.numerator
    }

    /// A duration in `0..=limit`.
    pub fn up_to(&mut self, limit: SimDuration) -> SimDuration {
        SimDuration::from_nanos(self.between(0, limit.as_nanos()))
    }

    /// An exponentially distributed duration with this mean, exact to a ten-millionth of it and up to 44 times as long.
    pub fn exponential(&mut self, mean: SimDuration) -> SimDuration {
        let nanos = (u128::from(minus_ln(self.bits())) * u128::from(mean.as_nanos())) >> 32;
        SimDuration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// A uniformly chosen item of a non-empty slice.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        assert!(!items.is_empty(), "nothing to pick from");
        &items[self.below(items.len() as u64) as usize]
    }
}

fn splitmix(state: u64) -> u64 {
    let mut mixed = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_label_give_the_same_numbers_and_another_label_does_not() {
        let draw = |label: &str| Stream::new(7, label, 0).bits();
        assert_eq!(draw("network"), draw("network"));
        assert_ne!(draw("network"), draw("workload"));
    }

    #[test]
    fn exponential_delays_have_the_mean_they_were_asked_for() {
        let mut stream = Stream::new(1, "test", 0);
        let total: u64 = (0..100_000).map(|_| stream.exponential(SimDuration::from_micros(1_000)).as_nanos()).sum();
        let mean = total / 100_000;
        assert!((990_000..1_010_000).contains(&mean), "mean {mean}");
    }

    #[test]
    fn known_seeds_give_known_numbers() {
        let mut stream = Stream::new(42, "network", 3);
        let draws: [u64; 4] = [
            stream.bits(),
            stream.below(1_000),
            stream.between(5, 9),
            stream.exponential(SimDuration::from_millis(1)).as_nanos(),
        ];
        expect_test::expect!["[3809633183368458543, 22, 6, 886327]"].assert_eq(&format!("{draws:?}"));
    }

    #[test]
    fn the_widest_ranges_overflow_nothing() {
        let mut stream = Stream::new(4, "test", 0);
        let widest: Vec<u64> = (0..64).map(|_| stream.between(0, u64::MAX)).collect();
        assert!(widest.iter().any(|number| *number > u64::MAX / 2));
        assert_eq!(stream.between(u64::MAX, u64::MAX), u64::MAX);
        assert!((0..64).any(|_| stream.exponential(SimDuration::MAX) == SimDuration::MAX));
    }

    #[test]
    fn numbers_below_a_limit_stay_below_it() {
        let mut stream = Stream::new(3, "test", 1);
        assert!((0..10_000).all(|_| stream.below(7) < 7));
        assert_eq!(stream.below(0), 0);
    }
}
