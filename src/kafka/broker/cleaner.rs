//! The cleaner thread: compacts the dirtiest log first, then the next, and rests when none is worth its while
//! (`LogCleaner.CleanerThread`). Leaders and followers each compact their own copy, and need not agree on when.

use super::Broker;
use crate::kafka::log::Cleanable;
use crate::protocol::config::{CleanupPolicy, millis};
use crate::protocol::ids::TopicPartition;
use crate::protocol::timer::Timer;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

/// A cleaner that never rests would hold the simulation in one moment (`log.cleaner.backoff.ms` may be zero).
const BACKOFF_MIN: SimDuration = SimDuration::from_millis(1);

impl Broker {
    pub(super) fn on_log_cleaner(&mut self, out: &mut Outbox) {
        if self.config.log_cleaner_enable {
            while let Some((id, cleanable)) = self.filthiest_log(out.now()) {
                self.clean(id, &cleanable, out);
            }
            for id in self.compacted_logs() {
                self.delete_old_segments(id, out);
            }
        }
        out.set_timer(Timer::LogCleaner, millis(self.config.log_cleaner_backoff_ms).max(BACKOFF_MIN));
    }

    /// Logs with a `cleanup.policy` that compacts.
    fn compacted_logs(&self) -> Vec<TopicPartition> {
        let is_compacted = |policy| match policy {
            CleanupPolicy::Delete => false,
            CleanupPolicy::Compact | CleanupPolicy::CompactDelete => true,
        };
        let partitions = self.memory.partitions.iter();
        partitions.filter(|(_, partition)| is_compacted(partition.config.cleanup_policy)).map(|(id, _)| *id).collect()
    }

    /// `LogCleanerManager.grabFilthiestCompactedLog`: the one with the largest dirty ratio of those that are worth it.
    fn filthiest_log(&self, now: SimTime) -> Option<(TopicPartition, Cleanable)> {
        let mut filthiest: Option<(TopicPartition, Cleanable)> = None;
        for id in self.compacted_logs() {
            let (Some(partition), Some(log)) = (self.memory.partitions.get(&id), self.disk.logs.get(&id)) else {
                continue;
            };
            let cleanable = log.cleanable(now, self.last_stable_offset(id), &partition.config);
            let is_filthier = filthiest.is_none_or(|(_, known)| cleanable.dirty_per_mille() > known.dirty_per_mille());
            if is_filthier && cleanable.is_worth_it(&partition.config) {
                filthiest = Some((id, cleanable));
            }
        }
        filthiest
    }

    fn clean(&mut self, id: TopicPartition, cleanable: &Cleanable, out: &mut Outbox) {
        let (Some(partition), Some(log)) = (self.memory.partitions.get(&id), self.disk.logs.get_mut(&id)) else {
            return;
        };
        let cleaned = log.clean(cleanable, out.now(), &partition.config);
        self.disk.hardware.write(cleaned.bytes, out.now());
        out.record(TraceEvent::LogCompacted { partition: id, up_to: cleaned.up_to, removed: cleaned.removed });
    }
}
