//! The log `__cluster_metadata-0` as one node has it: batches of metadata records, each in the epoch of the quorum leader
//! that appended it (KIP-595). It knows where epochs start, so that two logs can find where they part. It knows nothing
//! of who leads or of what is committed.
//!
//! Simplified: the log is never cut at the front, so there are no snapshots (KIP-630).

use crate::protocol::metadata::{MetadataBatch, MetadataRecord};
use crate::protocol::offset::{Offset, QuorumEpoch};
use crate::sim::shared_vec::SharedVec;

/// At most this many records in one answer to a fetch; a batch always goes whole, and one always goes.
const FETCH_RECORDS_MAX: i64 = 2_000;

/// The batches of one node's metadata log, all of them on disk (`KafkaMetadataLog`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetadataLog {
    batches: SharedVec<MetadataBatch>,
    /// Each epoch that has a record, with its first offset; oldest first.
    epochs: Vec<(QuorumEpoch, Offset)>,
}

impl MetadataLog {
    /// The offset that the next record will have.
    pub fn end_offset(&self) -> Offset {
        self.batches.last().map_or(Offset::ZERO, MetadataBatch::next_offset)
    }
    /// The epoch of the last record; zero while there is none.
    pub fn last_epoch(&self) -> QuorumEpoch {
        self.epochs.last().map_or(QuorumEpoch::ZERO, |(epoch, _)| *epoch)
    }
    /// Appends records as the leader of `epoch`, in one batch; the answer is the batch's first offset.
    pub fn append_as_leader(&mut self, epoch: QuorumEpoch, records: Vec<MetadataRecord>) -> Offset {
        let base_offset = self.end_offset();
        self.append(MetadataBatch { base_offset, epoch, records: records.into() });
        base_offset
    }
    /// Appends a batch that was fetched from the leader.
    pub fn append(&mut self, batch: MetadataBatch) {
        assert!(!batch.records.is_empty(), "a batch holds at least one record");
        assert_eq!(batch.base_offset, self.end_offset(), "a fetch continues where the log ends");
        assert!(batch.epoch >= self.last_epoch(), "epochs never go back in a log");
        if batch.epoch > self.last_epoch() {
            self.epochs.push((batch.epoch, batch.base_offset));
        }
        self.batches.push(batch);
    }
    /// The newest epoch here that is not newer than `epoch`, with the offset where it ends; epoch zero ends at the start.
    pub fn end_offset_for_epoch(&self, epoch: QuorumEpoch) -> (QuorumEpoch, Offset) {
        let newer = self.epochs.partition_point(|(known, _)| *known <= epoch);
        let end = self.epochs.get(newer).map_or_else(|| self.end_offset(), |(_, start)| *start);
        match newer.checked_sub(1) {
            Some(index) => (self.epochs[index].0, end),
            None => (QuorumEpoch::ZERO, Offset::ZERO),
        }
    }
    /// Whether a log that ends at `offset`, with a last record of `epoch`, is the beginning of this one.
    pub fn has_prefix(&self, offset: Offset, epoch: QuorumEpoch) -> bool {
        let (known, end) = self.end_offset_for_epoch(epoch);
        known == epoch && offset <= end
    }
    /// Where this log must be cut when the leader says that `epoch` ends at `end_offset` in its own.
    pub fn truncation_point(&self, epoch: QuorumEpoch, end_offset: Offset) -> Offset {
        let (known, own_end) = self.end_offset_for_epoch(epoch);
        if known == epoch { own_end.min(end_offset) } else { own_end }
    }
    /// Forgets all from `offset` on, which must be where a batch starts.
    pub fn truncate_to(&mut self, offset: Offset) {
        let keep = self.batches.partition_point(|batch| batch.base_offset < offset);
        self.batches.truncate(keep);
        assert!(self.end_offset() <= offset, "a log is cut between batches");
        self.epochs.retain(|(_, start)| *start < offset);
    }
    /// Batches from `offset` on, as many as fit one answer.
    pub fn read(&self, offset: Offset) -> Vec<MetadataBatch> {
        let first = self.batches.partition_point(|batch| batch.base_offset < offset);
        let mut room = FETCH_RECORDS_MAX;
        let fits = |batch: &&MetadataBatch| {
            let had_room = room > 0;
            room -= batch.records.len() as i64;
            had_room
        };
        self.batches.iter_from(first).take_while(fits).cloned().collect()
    }
    /// Batches that lie wholly in `from..to`.
    pub fn between(&self, from: Offset, to: Offset) -> impl Iterator<Item = &MetadataBatch> {
        let first = self.batches.partition_point(|batch| batch.base_offset < from);
        self.batches.iter_from(first).take_while(move |batch| batch.next_offset() <= to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::ControllerId;

    /// One batch an item: epoch and count of records.
    fn log(batches: &[(i32, usize)]) -> MetadataLog {
        let mut log = MetadataLog::default();
        for (epoch, records) in batches {
            log.append_as_leader(QuorumEpoch(*epoch), vec![MetadataRecord::NoOpRecord; *records]);
        }
        log
    }

    #[test]
    fn an_epoch_ends_where_the_next_one_starts() {
        let log = log(&[(1, 3), (1, 2), (4, 1)]);
        let end = |epoch| log.end_offset_for_epoch(QuorumEpoch(epoch));
        assert_eq!(end(0), (QuorumEpoch(0), Offset(0)));
        assert_eq!(end(1), (QuorumEpoch(1), Offset(5)));
        assert_eq!(end(3), (QuorumEpoch(1), Offset(5)));
        assert_eq!(end(9), (QuorumEpoch(4), Offset(6)));
    }

    #[test]
    fn two_logs_part_where_their_last_common_epoch_ends_first() {
        let (leader, follower) = (log(&[(1, 2), (3, 4)]), log(&[(1, 2), (2, 5)]));
        assert!(!leader.has_prefix(follower.end_offset(), follower.last_epoch()));
        let (epoch, end) = leader.end_offset_for_epoch(follower.last_epoch());
        assert_eq!(follower.truncation_point(epoch, end), Offset(2));
    }

    #[test]
    fn truncation_forgets_batches_and_the_epochs_that_began_with_them() {
        let mut log = log(&[(1, 2), (2, 5), (3, 1)]);
        log.truncate_to(Offset(2));
        assert_eq!((log.end_offset(), log.last_epoch()), (Offset(2), QuorumEpoch(1)));
        log.append_as_leader(QuorumEpoch(5), vec![MetadataRecord::LeaderChangeMessage { leader: ControllerId(1) }]);
        assert!(log.has_prefix(Offset(3), QuorumEpoch(5)));
    }

    #[test]
    fn a_read_is_limited_but_never_empty_while_there_is_something() {
        let log = log(&[(1, 3_000), (1, 1), (1, 1)]);
        assert_eq!(log.read(Offset(0)).len(), 1);
        assert_eq!(log.read(Offset(3_000)).len(), 2);
        assert_eq!(log.between(Offset(3_000), Offset(3_001)).count(), 1);
    }
}
