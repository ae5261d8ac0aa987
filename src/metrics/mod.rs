//! What a monitoring system would have read off the cluster: one sample every quarter of a second, each value under the
//! name of the Kafka metric that it is.

pub mod collector;

use crate::sim::time::{SimDuration, SimTime};

/// How much simulated time one sample covers.
pub const SAMPLE: SimDuration = SimDuration::from_millis(250);

/// One sample: counts of what happened since the one before, and the state at its end. Vectors stand in the order of
/// [`Metrics::groups`] and of the cluster's brokers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Records in batches that producers sent, repeats included (`record-send-rate`).
    pub sent: u32,
    /// Records that consumers polled, by group (`records-consumed-rate`).
    pub consumed: Vec<u32>,
    /// From send() to the acknowledgement: the median, the 99th percentile and the longest, in microseconds; `None` when
    /// nothing was acknowledged.
    pub latency: Option<Latency>,
    /// Unread records, by group (`records-lag`, summed over the partitions).
    pub lag: Vec<u64>,
    /// How full the fullest producer's `buffer.memory` is, of 1000 (the rest is `buffer-available-bytes`).
    pub buffer_per_mille: u32,
    /// Requests that wait for a handler, by broker (`RequestQueueSize`).
    pub request_queue: Vec<u32>,
    /// Partitions whose ISR lacks a replica (`UnderReplicatedPartitions`).
    pub under_replicated: u32,
    /// Partitions without a leader (`OfflinePartitionsCount`).
    pub offline: u32,
}

/// Percentiles of one sample, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    pub median: u32,
    pub p99: u32,
    pub longest: u32,
}

impl Latency {
    /// The percentiles of some latencies (nearest rank); `None` for none.
    pub fn of(mut micros: Vec<u32>) -> Option<Self> {
        micros.sort_unstable();
        let longest = *micros.last()?;
        let rank = |percent: usize| micros[(micros.len() * percent).div_ceil(100).max(1) - 1];
        Some(Self { median: rank(50), p99: rank(99), longest })
    }
}

/// The samples of a run so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// The groups, in the order of the scenario.
    pub groups: Vec<crate::protocol::ids::GroupId>,
    /// The first sample covers the run's first [`SAMPLE`].
    pub samples: Vec<Sample>,
}

impl Metrics {
    /// The samples that ended at or before a moment.
    pub fn until(&self, at: SimTime) -> &[Sample] {
        let ended = (at.as_nanos() / SAMPLE.as_nanos()) as usize;
        &self.samples[..ended.min(self.samples.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        assert_eq!(Latency::of(Vec::new()), None);
        assert_eq!(Latency::of(vec![7]), Some(Latency { median: 7, p99: 7, longest: 7 }));
        let latency = Latency::of((1..=200).rev().collect()).unwrap();
        assert_eq!(latency, Latency { median: 100, p99: 198, longest: 200 });
    }
}
