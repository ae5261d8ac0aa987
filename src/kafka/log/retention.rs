//! Taking away what is old: whole segments from the front, by age, by size, or because the log begins after them. Nothing
//! above the high watermark ever goes, and who has not read it is not asked (`UnifiedLog.deleteOldSegments`).

use super::Log;
use super::segment::Segment;
use crate::protocol::config::{CleanupPolicy, TopicConfig};
use crate::protocol::offset::Offset;
use crate::sim::time::SimTime;
use crate::trace::event::DeletionReason;

/// A segment that was taken out of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeletedSegment {
    pub base_offset: Offset,
    pub next_offset: Offset,
    pub size: u64,
    pub reason: DeletionReason,
}

impl Log {
    /// Moves the log start: by DeleteRecords, by the leader's word, or as segments go. Returns the old one when it moved
    /// (`UnifiedLog.maybeIncrementLogStartOffset`). The segments below it stay until retention looks again.
    pub fn advance_start(&mut self, offset: Offset) -> Option<Offset> {
        let offset = offset.min(self.log_end_offset);
        if offset <= self.log_start_offset {
            return None;
        }
        let before = std::mem::replace(&mut self.log_start_offset, offset);
        self.leader_epochs.truncate_from_start(offset);
        self.aborted_transactions.truncate_from_start(offset);
        self.producers.on_log_start_offset(offset);
        Some(before)
    }

    /// Deletes segments from the front: those below the log start whatever the policy is, and with `cleanup.policy=delete`
    /// those that `retention.bytes` and `retention.ms` give up. The active one is closed first when it must go too.
    pub fn delete_old_segments(
        &mut self,
        now: SimTime,
        high_watermark: Offset,
        config: &TopicConfig,
    ) -> Vec<DeletedSegment> {
        let log_start_offset = self.log_start_offset;
        let is_below_start = |_: &Segment, next: Option<Offset>| next.is_some_and(|next| next <= log_start_offset);
        let mut deleted = self.delete_while(high_watermark, DeletionReason::BelowLogStart, is_below_start);
        if config.cleanup_policy == CleanupPolicy::Compact {
            return deleted;
        }
        if let Ok(keep) = u64::try_from(config.retention_bytes) {
            let mut over = self.size().saturating_sub(keep);
            let is_over = |segment: &Segment, _: Option<Offset>| {
                let is_over = over >= segment.size && over > 0;
                over = over.saturating_sub(segment.size);
                is_over
            };
            deleted.extend(self.delete_while(high_watermark, DeletionReason::Size, is_over));
        }
        if let Ok(keep) = u64::try_from(config.retention_ms) {
            let is_old = |segment: &Segment, _: Option<Offset>| now.since(segment.largest_timestamp).as_millis() > keep;
            deleted.extend(self.delete_while(high_watermark, DeletionReason::Age, is_old));
        }
        deleted
    }

    /// `UnifiedLog.deletableSegments`: from the oldest on, as long as they are wholly below the high watermark and the
    /// rule says so. The rule is given each segment and the base offset of the next.
    fn delete_while(
        &mut self,
        high_watermark: Offset,
        reason: DeletionReason,
        mut rule: impl FnMut(&Segment, Option<Offset>) -> bool,
    ) -> Vec<DeletedSegment> {
        let mut count = 0;
        for (index, segment) in self.segments.iter().enumerate() {
            let next = self.segments.get(index + 1).map(|next| next.base_offset);
            let is_last_and_empty = next.is_none() && segment.size == 0;
            let is_committed = next.unwrap_or(self.log_end_offset) <= high_watermark;
            if is_last_and_empty || !is_committed || !rule(segment, next) {
                break;
            }
            count += 1;
        }
        if count == 0 {
            return Vec::new();
        }
        if count == self.segments.len() {
            self.roll();
        }
        let gone: Vec<Segment> = self.segments.drain(..count).collect();
        let nexts = gone.iter().skip(1).map(|segment| segment.base_offset).chain([self.segments[0].base_offset]);
        let deleted = gone
            .iter()
            .zip(nexts)
            .map(|(segment, next_offset)| DeletedSegment {
                base_offset: segment.base_offset,
                next_offset,
                size: segment.size,
                reason,
            })
            .collect();
        self.advance_start(self.segments[0].base_offset);
        self.recovery_point = self.recovery_point.max(self.log_start_offset);
        deleted
    }
}
