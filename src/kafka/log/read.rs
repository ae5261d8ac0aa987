//! Reading a log: by offset through its segments, by time through their largest timestamps.

use super::Log;
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::protocol::record::RecordBatch;
use crate::sim::time::SimTime;

impl Log {
    /// The batches from the one that holds `from` up to `end` (exclusive), of at most `max_bytes`, but at least one.
    pub fn read(&self, from: Offset, end: Offset, max_bytes: u64) -> Vec<RecordBatch> {
        let mut found = Vec::new();
        if from >= end {
            return found;
        }
        let mut bytes = 0;
        let first = self.segments.partition_point(|segment| segment.base_offset <= from).saturating_sub(1);
        for segment in &self.segments[first..] {
            let start = segment.batches.partition_point(|batch| batch.last_offset() < from);
            for batch in segment.batches.iter_from(start) {
                bytes += u64::from(batch.size);
                let is_over = bytes > max_bytes && !found.is_empty();
                if batch.next_offset() > end || is_over {
                    return found;
                }
                found.push(batch.clone());
            }
        }
        found
    }

    /// Bytes that a read from here to `end` would give, without taking them.
    pub fn readable_bytes(&self, from: Offset, end: Offset, enough: u64) -> u64 {
        let mut bytes = 0;
        let first = self.segments.partition_point(|segment| segment.base_offset <= from).saturating_sub(1);
        for segment in &self.segments[first..] {
            let start = segment.batches.partition_point(|batch| batch.last_offset() < from);
            for batch in segment.batches.iter_from(start) {
                if batch.next_offset() > end || bytes >= enough {
                    return bytes;
                }
                bytes += u64::from(batch.size);
            }
        }
        bytes
    }

    /// The batch that holds `offset`.
    pub fn batch_at(&self, offset: Offset) -> Option<&RecordBatch> {
        let index = self.segments.partition_point(|segment| segment.base_offset <= offset).checked_sub(1)?;
        let segment = &self.segments[index];
        let start = segment.batches.partition_point(|batch| batch.last_offset() < offset);
        segment.batches.get(start).filter(|batch| batch.base_offset <= offset)
    }

    /// All batches, oldest first.
    pub fn batches(&self) -> impl DoubleEndedIterator<Item = &RecordBatch> {
        self.segments.iter().flat_map(|segment| segment.batches.iter())
    }

    /// The first offset whose record is not older than `time`; the log end when there is none.
    pub fn offset_for_time(&self, time: SimTime) -> (Offset, LeaderEpoch) {
        // The time index: segments whose latest record is older are not opened.
        let segments = self.segments.iter().filter(|segment| segment.largest_timestamp >= time);
        for batch in segments.flat_map(|segment| segment.batches.iter()).filter(|batch| batch.max_timestamp >= time) {
            if let Some((offset, _)) = batch.iter().find(|(_, record)| record.timestamp >= time) {
                return (offset, batch.leader_epoch);
            }
        }
        (self.log_end_offset, self.last_epoch())
    }
}
