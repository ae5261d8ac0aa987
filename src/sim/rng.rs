//! Chance, in integers only: the same draws natively and in wasm.
//!
//! Every concern owns a stream of its own, derived from the seed of the run and a label, so that one more draw here
//! never shifts the draws there. That is what makes two runs with one thing changed comparable.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};
use super::time::SimDuration;

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
        low + self.below(high - low + 1)
    }

    /// True with this probability. It draws once, whatever the probability, so that changing it moves nothing else.
    pub fn chance(&mut self, ratio: Ratio) -> bool {
        self.below(ratio.denominator) < ratio.numerator
    }

    /// A duration in `0..=limit`.
    pub fn up_to(&mut self, limit: SimDuration) -> SimDuration {
        SimDuration::from_nanos(self.between(0, limit.as_nanos()))
    }

    /// An exponentially distributed duration with this mean, from an integer logarithm (no float decides a run).
    pub fn exponential(&mut self, mean: SimDuration) -> SimDuration {
        // -ln(u) = (64 - log2(bits)) * ln 2, with log2 in 1/2^32ths.
        let bits = self.bits() | 1;
        let log2 = integer_log2(bits);
        let minus_log2 = (64u64 << 32) - log2;
        let nanos = (u128::from(minus_log2) * u128::from(mean.as_nanos()) * LN2_Q32) >> 64;
        SimDuration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// A uniformly chosen item of a non-empty slice.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        assert!(!items.is_empty(), "nothing to pick from");
        &items[self.below(items.len() as u64) as usize]
    }
}

/// ln 2 in units of 2^-32.
const LN2_Q32: u128 = 2_977_044_472;

/// The logarithm to base 2 of a number of at least 1, in units of 2^-32: the bits are found by repeated squaring.
fn integer_log2(value: u64) -> u64 {
    assert!(value > 0, "no logarithm of zero");
    let exponent = u64::from(63 - value.leading_zeros());
    // The mantissa in [1, 2) with 63 fraction bits.
    let mut mantissa = value << value.leading_zeros();
    let mut fraction = 0u64;
    for _ in 0..20 {
        let square = (u128::from(mantissa) * u128::from(mantissa)) >> 63;
        fraction <<= 1;
        if square >> 64 != 0 {
            fraction |= 1;
            mantissa = (square >> 1) as u64;
        } else {
            mantissa = square as u64;
        }
    }
    (exponent << 32) | (fraction << 12)
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
    fn the_integer_logarithm_of_powers_of_two_is_exact() {
        assert_eq!(integer_log2(1 << 40), 40 << 32);
        assert_eq!(integer_log2(3) >> 20, (1.584_962_5_f64 * 4096.0) as u64);
    }

    #[test]
    fn numbers_below_a_limit_stay_below_it() {
        let mut stream = Stream::new(3, "test", 1);
        assert!((0..10_000).all(|_| stream.below(7) < 7));
        assert_eq!(stream.below(0), 0);
    }
}
