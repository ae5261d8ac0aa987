//! A client's own back-off: the two settings, and the jitter drawn from a stream of the client's own.

use crate::kafka::exponential_backoff::{JITTER_MAX, exponential_backoff};
use crate::protocol::config::millis;
use crate::sim::rng::Stream;
use crate::sim::time::SimDuration;

/// How long to wait after a failure: the first time, and at the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryBackoff {
    pub initial: SimDuration,
    pub max: SimDuration,
}

impl RetryBackoff {
    /// From two settings in milliseconds.
    pub fn from_millis(initial_ms: i64, max_ms: i64) -> Self {
        Self { initial: millis(initial_ms), max: millis(max_ms) }
    }
    /// The wait after `failures` earlier failures. It draws once, whatever the answer.
    pub fn after(self, failures: u32, chance: &mut Stream) -> SimDuration {
        exponential_backoff(self.initial, self.max, failures, draw_jitter(chance))
    }
}

/// A jitter for `exponential_backoff`, in thousandths.
pub fn draw_jitter(chance: &mut Stream) -> i64 {
    chance.below(2 * JITTER_MAX as u64 + 1) as i64 - JITTER_MAX
}
