//! Cutting a log at its end: where it parts from its leader's, or all of it.

use super::Log;
use super::segment::Segment;
use crate::kafka::producer_state::ProducerStates;
use crate::protocol::offset::Offset;

impl Log {
    /// Cuts everything from `offset` on; a batch that reaches across goes whole. Returns the new end.
    pub fn truncate_to(&mut self, offset: Offset) -> Offset {
        if offset >= self.log_end_offset {
            // It may have led in an epoch without writing a record in it: an epoch that its leader knows nothing of.
            self.leader_epochs.truncate_from_end(self.log_end_offset);
            return self.log_end_offset;
        }
        while self.segments.len() > 1 && self.segments.last().is_some_and(|segment| segment.base_offset > offset) {
            self.segments.pop();
        }
        let segment = self.active_mut();
        let keep = segment.batches.partition_point(|batch| batch.last_offset() < offset);
        let end = segment.batches.get(keep).map_or(offset, |batch| batch.base_offset.max(segment.base_offset));
        let end = end.min(offset);
        segment.batches.truncate(keep);
        segment.measure();
        if end < segment.base_offset {
            segment.base_offset = end;
        }
        self.log_end_offset = end;
        self.log_start_offset = self.log_start_offset.min(end);
        self.leader_epochs.truncate_from_end(end);
        let left = self.segments.iter().flat_map(|segment| segment.batches.iter());
        self.producers = ProducerStates::rebuild(left, Offset::ZERO);
        self.aborted_transactions.truncate_from_end(end);
        self.recovery_point = self.recovery_point.min(end);
        self.flush_asked = self.flush_asked.min(end);
        self.cleaner_checkpoint = self.cleaner_checkpoint.min(end);
        while self.unflushed.back().is_some_and(|(to, _)| *to > end) {
            let (_, at) = self.unflushed.pop_back().expect("just seen");
            if self.unflushed.back().is_none_or(|(to, _)| *to < end) && end > self.recovery_point {
                self.unflushed.push_back((end, at));
                break;
            }
        }
        end
    }

    /// Drops everything and starts anew at `offset`: a follower below its leader's log start.
    pub fn restart_at(&mut self, offset: Offset) {
        *self = Self::default();
        self.segments = vec![Segment::new(offset)];
        self.log_start_offset = offset;
        self.log_end_offset = offset;
        self.recovery_point = offset;
        self.flush_asked = offset;
    }
}
