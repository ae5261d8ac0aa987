//! The broker's own housekeeping of its logs: each `log.retention.check.interval.ms`, leader and follower alike, it
//! deletes the segments that retention has given up (`LogManager.cleanupLogs`).

use super::Broker;
use crate::protocol::config::{CleanupPolicy, millis};
use crate::protocol::ids::TopicPartition;
use crate::protocol::timer::Timer;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

impl Broker {
    pub(super) fn on_log_retention(&mut self, out: &mut Outbox) {
        let ids: Vec<TopicPartition> = self.memory.partitions.keys().copied().collect();
        for id in ids {
            // Logs that are compacted are the cleaner's.
            let policy = self.memory.partitions.get(&id).map(|partition| partition.config.cleanup_policy);
            if policy == Some(CleanupPolicy::Delete) {
                self.delete_old_segments(id, out);
            }
        }
        out.set_timer(Timer::LogRetention, millis(self.config.log_retention_check_interval_ms));
    }

    /// Deletes what a log need not keep, and tells who waits there that it is gone.
    pub(super) fn delete_old_segments(&mut self, id: TopicPartition, out: &mut Outbox) {
        let (Some(partition), Some(log)) = (self.memory.partitions.get(&id), self.disk.logs.get_mut(&id)) else {
            return;
        };
        let (from, active) = (log.log_start_offset(), log.active().base_offset);
        let deleted = log.delete_old_segments(out.now(), partition.high_watermark, &partition.config);
        if deleted.is_empty() {
            return;
        }
        if log.active().base_offset != active {
            out.record(TraceEvent::SegmentRolled { partition: id, base_offset: log.active().base_offset });
        }
        for gone in deleted {
            let (base_offset, next_offset, reason) = (gone.base_offset, gone.next_offset, gone.reason);
            out.record(TraceEvent::SegmentDeleted { partition: id, base_offset, next_offset, reason });
        }
        if log.log_start_offset() > from {
            out.record(TraceEvent::LogStartAdvanced { partition: id, from, to: log.log_start_offset() });
        }
        self.complete_fetches(id, out);
    }
}
