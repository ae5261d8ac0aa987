//! The broker settings that a group coordinator reads.

use crate::protocol::config::{BrokerConfig, millis};
use crate::sim::time::SimDuration;

/// `group.*` and `offsets.*` of a broker, as durations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSettings {
    /// `group.initial.rebalance.delay.ms`: how long an empty group waits for company before its first rebalance.
    pub initial_rebalance_delay: SimDuration,
    /// `group.min.session.timeout.ms`.
    pub min_session_timeout: SimDuration,
    /// `group.max.session.timeout.ms`.
    pub max_session_timeout: SimDuration,
    /// `group.consumer.session.timeout.ms`: in the new protocol the broker sets it, not the member.
    pub consumer_session_timeout: SimDuration,
    /// `group.consumer.heartbeat.interval.ms`.
    pub consumer_heartbeat_interval: SimDuration,
    /// `offsets.retention.minutes`: offsets of a group outlive its members by this long.
    pub offsets_retention: SimDuration,
    /// `offsets.retention.check.interval.ms`: how often expired offsets are looked for.
    pub offsets_retention_check_interval: SimDuration,
}

impl GroupSettings {
    /// The settings of a broker with this configuration. Negative durations count as "never".
    pub fn from_config(config: &BrokerConfig) -> Self {
        Self {
            initial_rebalance_delay: millis(config.group_initial_rebalance_delay_ms),
            min_session_timeout: millis(config.group_min_session_timeout_ms),
            max_session_timeout: millis(config.group_max_session_timeout_ms),
            consumer_session_timeout: millis(config.group_consumer_session_timeout_ms),
            consumer_heartbeat_interval: millis(config.group_consumer_heartbeat_interval_ms),
            offsets_retention: millis(config.offsets_retention_minutes.saturating_mul(60_000)),
            offsets_retention_check_interval: millis(config.offsets_retention_check_interval_ms),
        }
    }
}
