//! One file of a log: batches from a base offset on, how large they are and how old.

use crate::protocol::offset::Offset;
use crate::protocol::record::RecordBatch;
use crate::sim::shared_vec::SharedVec;
use crate::sim::time::SimTime;

/// A run of batches in one file, named by its first offset (`LogSegment`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub base_offset: Offset,
    pub batches: SharedVec<RecordBatch>,
    pub size: u64,
    /// Timestamp of the first record, from which `segment.ms` counts.
    pub first_timestamp: Option<SimTime>,
    /// The latest timestamp of all its records, from which `retention.ms` counts.
    pub largest_timestamp: SimTime,
}

impl Segment {
    pub(super) fn new(base_offset: Offset) -> Self {
        Self {
            base_offset,
            batches: SharedVec::default(),
            size: 0,
            first_timestamp: None,
            largest_timestamp: SimTime::ZERO,
        }
    }
    pub(super) fn push(&mut self, batch: RecordBatch) {
        self.size += u64::from(batch.size);
        self.first_timestamp.get_or_insert(batch.max_timestamp);
        self.largest_timestamp = self.largest_timestamp.max(batch.max_timestamp);
        self.batches.push(batch);
    }
    pub(super) fn measure(&mut self) {
        self.size = self.batches.iter().map(|batch| u64::from(batch.size)).sum();
        self.first_timestamp = self.batches.first().map(|batch| batch.max_timestamp);
        self.largest_timestamp = self.batches.iter().map(|batch| batch.max_timestamp).max().unwrap_or_default();
    }
}
