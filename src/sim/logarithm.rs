//! The natural logarithm in integers, for exponential delays: the same bits on every machine, which floats do not promise.
//!
//! A table holds ln at 1,025 points of one octave and a line is drawn between neighbours; it lies at most 1.2e-7 below the
//! curve. The compiler fills the table, bit by bit from repeated squaring: nothing is computed when a run starts.

/// Segments of the octave from 1 to 2.
const SEGMENTS: usize = 1 << SEGMENT_BITS;
const SEGMENT_BITS: u32 = 10;

/// ln 2 in units of 2^-32 and of 2^-64, rounded.
const LN2_Q32: u64 = 2_977_044_472;
const LN2_Q64: u128 = 12_786_308_645_202_655_660;

/// ln(1 + i / 1024) in units of 2^-32.
const LN: [u32; SEGMENTS + 1] = table();

/// -ln(numerator / 2^64) in units of 2^-32: from zero to 44.4. A numerator of zero counts as one.
pub(super) fn minus_ln(numerator: u64) -> u64 {
    let numerator = numerator | 1;
    let octave = numerator.leading_zeros();
    // From 1 up to 2, with 63 bits of fraction: the first choose the segment, the next the place in it.
    let mantissa = numerator << octave;
    let segment = (mantissa >> (63 - SEGMENT_BITS)) as usize % SEGMENTS;
    let place = u64::from((mantissa >> (31 - SEGMENT_BITS)) as u32);
    let (low, high) = (u64::from(LN[segment]), u64::from(LN[segment + 1]));
    let ln_mantissa = low + (((high - low) * place) >> 32);
    u64::from(octave + 1) * LN2_Q32 - ln_mantissa
}

const fn table() -> [u32; SEGMENTS + 1] {
    let mut table = [0; SEGMENTS + 1];
    let mut point = 1;
    while point < SEGMENTS {
        let log2 = log2_q40(((SEGMENTS + point) as u64) << (63 - SEGMENT_BITS));
        let ln_q64 = (log2 as u128 * LN2_Q64) >> 40;
        table[point] = ((ln_q64 + (1 << 31)) >> 32) as u32;
        point += 1;
    }
    table[SEGMENTS] = LN2_Q32 as u32;
    table
}

/// The logarithm to base 2 of a number from 1 up to 2 with 63 bits of fraction, in units of 2^-40: each squaring tells
/// one bit.
const fn log2_q40(mut mantissa: u64) -> u64 {
    let mut log2 = 0;
    let mut bit = 0;
    while bit < 40 {
        let square = (mantissa as u128 * mantissa as u128) >> 63;
        let is_two_or_more = square >> 64 != 0;
        mantissa = if is_two_or_more { (square >> 1) as u64 } else { square as u64 };
        log2 = log2 << 1 | is_two_or_more as u64;
        bit += 1;
    }
    log2
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: f64 = (1u64 << 32) as f64;

    /// What floats say, which is close enough to judge by though not the same everywhere.
    fn expected(numerator: u64) -> f64 {
        #[expect(clippy::disallowed_methods, reason = "a test may ask a float; a run may not")]
        let ln = (numerator as f64).ln();
        64.0 * std::f64::consts::LN_2 - ln
    }

    #[test]
    fn it_is_never_further_than_an_eight_millionth_from_the_true_logarithm() {
        let mut numerator = u64::MAX;
        while numerator > 0 {
            let error = minus_ln(numerator) as f64 / ONE - expected(numerator | 1);
            assert!((-1e-9..1.25e-7).contains(&error), "{numerator}: {error}");
            numerator -= numerator / 9_973 + 1;
        }
    }

    #[test]
    fn its_mean_over_all_numerators_is_one_to_a_tenth_of_a_millionth() {
        const STRATA_BITS: u32 = 22;
        let middle_of = |stratum: u64| stratum << (64 - STRATA_BITS) | 1 << (63 - STRATA_BITS);
        let sum: u64 = (0..1 << STRATA_BITS).map(|stratum| minus_ln(middle_of(stratum))).sum();
        let mean = sum as f64 / f64::from(1 << STRATA_BITS) / ONE;
        assert!((mean - 1.0).abs() < 1.5e-7, "{mean}");
    }

    #[test]
    fn it_is_exact_at_powers_of_two_and_falls_as_numbers_grow() {
        assert_eq!(minus_ln(1 << 63), LN2_Q32);
        assert_eq!(minus_ln(0), 64 * LN2_Q32);
        assert!(minus_ln(u64::MAX) <= 1);
        assert!((1..4_096).map(|step| minus_ln(step << 52)).is_sorted_by(|a, b| a > b));
    }

    #[test]
    fn the_table_is_the_same_wherever_it_is_compiled() {
        let mut digest = crate::sim::digest::Digest::default();
        LN.iter().for_each(|entry| digest.feed(&u64::from(*entry)));
        expect_test::expect!["bbcc32cfe7911842"].assert_eq(&digest.hex());
    }
}
