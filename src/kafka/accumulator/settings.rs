//! What the accumulator needs of a producer's settings.

use super::batch::CompressionRatio;
use crate::protocol::config::ProducerConfig;
use crate::sim::time::SimDuration;

/// A part of `ProducerConfig`, in units that cannot be mistaken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccumulatorSettings {
    /// `batch.size` in bytes; at least 1.
    pub batch_size: u32,
    pub linger: SimDuration,
    /// `buffer.memory` in bytes.
    pub buffer_memory: u64,
    pub delivery_timeout: SimDuration,
    pub retry_backoff: SimDuration,
    pub retry_backoff_max: SimDuration,
    /// `partitioner.adaptive.partitioning.enable`.
    pub is_partitioning_adaptive: bool,
    /// `partitioner.availability.timeout.ms`; zero: a broker that does not answer is not avoided.
    pub availability_timeout: SimDuration,
    /// What compression makes of these records; `None`: `compression.type=none`.
    pub compression: Option<CompressionRatio>,
}

impl AccumulatorSettings {
    /// The settings of a producer's configuration, whose records shrink to `compression` when it compresses.
    pub fn from_config(config: &ProducerConfig, compression: Option<CompressionRatio>) -> Self {
        let millis = |value: i64| SimDuration::from_millis(value.max(0) as u64);
        Self {
            batch_size: u32::try_from(config.batch_size).unwrap_or(u32::MAX).max(1),
            linger: millis(config.linger_ms),
            buffer_memory: config.buffer_memory.max(0) as u64,
            delivery_timeout: millis(config.delivery_timeout_ms),
            retry_backoff: millis(config.retry_backoff_ms),
            retry_backoff_max: millis(config.retry_backoff_max_ms),
            is_partitioning_adaptive: config.partitioner_adaptive_partitioning_enable,
            availability_timeout: millis(config.partitioner_availability_timeout_ms),
            compression,
        }
    }
}
