//! How long to wait before the next try: twice as long each time, up to a limit, and a little more or less than that so
//! that many do not try at once (`ExponentialBackoff`, KIP-580).

use crate::sim::time::SimDuration;

/// Kafka's jitter of 0.2, in thousandths: `jitter` below is drawn from `-JITTER_MAX..=JITTER_MAX`.
pub const JITTER_MAX: i64 = 200;

/// The wait before the try after `failures` failed ones (0: the first), `jitter` thousandths longer than the plan.
pub fn exponential_backoff(initial: SimDuration, max: SimDuration, failures: u32, jitter: i64) -> SimDuration {
    assert!((-JITTER_MAX..=JITTER_MAX).contains(&jitter), "jitter is at most a fifth");
    let doubled = initial * 1_u64.checked_shl(failures).unwrap_or(u64::MAX);
    let planned = if initial < max { doubled.min(max) } else { initial };
    let jittered = i128::from(planned.as_nanos()) * i128::from(1_000 + jitter) / 1_000;
    SimDuration::from_nanos(u64::try_from(jittered).unwrap_or(u64::MAX)).min(max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff(failures: u32, jitter: i64) -> u64 {
        exponential_backoff(SimDuration::from_millis(100), SimDuration::from_millis(1_000), failures, jitter)
            .as_millis()
    }

    #[test]
    fn the_wait_doubles_up_to_its_limit() {
        assert_eq!(
            [0, 1, 2, 3, 4, 63, 64, 1_000].map(|failures| backoff(failures, 0)),
            [100, 200, 400, 800, 1_000, 1_000, 1_000, 1_000]
        );
    }

    #[test]
    fn jitter_moves_the_wait_by_a_fifth_but_never_over_the_limit() {
        assert_eq!([backoff(1, -200), backoff(1, 200), backoff(4, -200), backoff(4, 200)], [160, 240, 800, 1_000]);
    }
}
