//! What has been fetched and not yet been returned (`FetchBuffer`, `CompletedFetch`): one entry a partition, in the order
//! of arrival. Control records, and records of aborted transactions for a read_committed consumer, are never returned.

use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::{ProducerId, TopicPartition};
use crate::protocol::message::FetchPartitionResponse;
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::protocol::record::{ControlRecord, Record, RecordBatch};
use crate::sim::ordered::BTreeSet;
use std::collections::VecDeque;

/// The answer for one partition, as far as it has not been returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletedFetch {
    /// Where it was fetched from; later, behind the last record that was returned.
    pub fetch_offset: Offset,
    pub response: FetchPartitionResponse,
    /// Errors have been dealt with and the position has been compared.
    pub is_initialized: bool,
    next_batch: usize,
    next_record: usize,
    aborted: BTreeSet<ProducerId>,
    next_aborted: usize,
}

/// One record on its way to the application.
#[derive(Clone, Copy, Debug)]
pub struct FetchedRecord<'a> {
    pub offset: Offset,
    pub leader_epoch: LeaderEpoch,
    pub record: &'a Record,
}

impl CompletedFetch {
    pub fn new(fetch_offset: Offset, response: FetchPartitionResponse) -> Self {
        Self {
            fetch_offset,
            response,
            is_initialized: false,
            next_batch: 0,
            next_record: 0,
            aborted: BTreeSet::new(),
            next_aborted: 0,
        }
    }
    pub fn partition(&self) -> TopicPartition {
        self.response.partition
    }
    /// The next record at or after `position`.
    pub fn next(&mut self, position: Offset, isolation_level: IsolationLevel) -> Option<FetchedRecord<'_>> {
        loop {
            let count = self.response.batches.get(self.next_batch)?.records.len();
            let is_entered = self.next_record > 0;
            if self.next_record >= count || (!is_entered && self.is_skipped(self.next_batch, position, isolation_level))
            {
                self.next_batch += 1;
                self.next_record = 0;
                continue;
            }
            let batch = &self.response.batches[self.next_batch];
            let offset = offset_at(batch, self.next_record);
            self.next_record += 1;
            if offset >= position {
                let batch = &self.response.batches[self.next_batch];
                return Some(FetchedRecord {
                    offset,
                    leader_epoch: batch.leader_epoch,
                    record: &batch.records[self.next_record - 1],
                });
            }
        }
    }
    /// True when every batch has been gone through.
    pub fn is_used_up(&self) -> bool {
        match self.response.batches.get(self.next_batch) {
            Some(batch) => {
                self.next_batch + 1 == self.response.batches.len() && self.next_record >= batch.records.len()
            }
            None => true,
        }
    }
    /// Where to fetch next when all of it has been returned: after the last batch, whatever it held.
    pub fn end(&self) -> Option<(Offset, LeaderEpoch)> {
        self.response.batches.last().map(|batch| (batch.next_offset(), batch.leader_epoch))
    }

    fn is_skipped(&mut self, index: usize, position: Offset, isolation_level: IsolationLevel) -> bool {
        let batch = &self.response.batches[index];
        if isolation_level == IsolationLevel::ReadCommitted {
            while let Some((producer, first_offset)) = self.response.aborted_transactions.get(self.next_aborted) {
                if *first_offset > batch.last_offset() {
                    break;
                }
                self.aborted.insert(*producer);
                self.next_aborted += 1;
            }
            if batch.control == Some(ControlRecord::Abort) {
                self.aborted.remove(&batch.producer_id);
            }
        }
        let is_aborted = batch.is_transactional && self.aborted.contains(&batch.producer_id);
        batch.control.is_some() || is_aborted || batch.last_offset() < position
    }
}

fn offset_at(batch: &RecordBatch, index: usize) -> Offset {
    let delta = batch.offset_deltas.as_ref().map_or(index as i32, |deltas| deltas[index]);
    batch.base_offset.plus(i64::from(delta))
}

/// Completed fetches, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchBuffer {
    pub fetches: VecDeque<CompletedFetch>,
}

impl FetchBuffer {
    pub fn holds(&self, partition: TopicPartition) -> bool {
        self.fetches.iter().any(|fetch| fetch.partition() == partition)
    }
    /// Records buffered for this partition, control records included.
    pub fn record_count(&self, partition: TopicPartition) -> u32 {
        let of_partition = self.fetches.iter().filter(|fetch| fetch.partition() == partition);
        let left = |fetch: &CompletedFetch| {
            let all: usize =
                fetch.response.batches.iter().skip(fetch.next_batch).map(|batch| batch.records.len()).sum();
            all.saturating_sub(fetch.next_record) as u32
        };
        of_partition.map(left).sum()
    }
    /// Drops what belongs to partitions that are not owned any more.
    pub fn retain(&mut self, is_owned: impl Fn(TopicPartition) -> bool) {
        self.fetches.retain(|fetch| is_owned(fetch.partition()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::error_code::ErrorCode;
    use crate::protocol::ids::{ProducerEpoch, RecordId, TopicId};
    use crate::sim::time::SimTime;

    fn batch(base_offset: i64, count: u64, producer: i64, control: Option<ControlRecord>) -> RecordBatch {
        let record =
            |id| Record { id: RecordId(id), timestamp: SimTime::ZERO, key: None, value: None, headers: Vec::new() };
        let records: Vec<_> = (0..count).map(|index| record(base_offset as u64 + index)).collect();
        let mut batch = RecordBatch::new(records.into(), 100);
        batch.base_offset = Offset(base_offset);
        batch.producer_id = ProducerId(producer);
        batch.producer_epoch = ProducerEpoch(0);
        batch.is_transactional = producer >= 0;
        batch.control = control;
        batch
    }

    fn fetch(batches: Vec<RecordBatch>, aborted_transactions: Vec<(ProducerId, Offset)>) -> CompletedFetch {
        let response = FetchPartitionResponse {
            partition: TopicPartition::new(TopicId(0), 0),
            error: ErrorCode::None,
            high_watermark: Offset(100),
            last_stable_offset: Offset(100),
            log_start_offset: Offset::ZERO,
            diverging_epoch: None,
            aborted_transactions,
            preferred_read_replica: None,
            current_leader: None,
            batches,
        };
        CompletedFetch::new(Offset::ZERO, response)
    }

    fn offsets(mut fetch: CompletedFetch, position: i64, isolation_level: IsolationLevel) -> Vec<i64> {
        std::iter::from_fn(|| fetch.next(Offset(position), isolation_level).map(|fetched| fetched.offset.0)).collect()
    }

    #[test]
    fn records_before_the_position_are_left_out() {
        let batches = vec![batch(0, 3, -1, None), batch(3, 3, -1, None)];
        assert_eq!(offsets(fetch(batches, Vec::new()), 4, IsolationLevel::ReadUncommitted), [4, 5]);
    }

    #[test]
    fn compacted_batches_have_holes() {
        let mut compacted = batch(10, 2, -1, None);
        compacted.offset_deltas = Some([1, 4].into());
        compacted.last_offset_delta = 7;
        let fetch = fetch(vec![compacted], Vec::new());
        assert_eq!(fetch.end().unwrap().0, Offset(18));
        assert_eq!(offsets(fetch, 10, IsolationLevel::ReadUncommitted), [11, 14]);
    }

    #[test]
    fn aborted_records_reach_only_a_read_uncommitted_consumer_and_control_records_nobody() {
        let batches = vec![
            batch(0, 2, 7, None),
            batch(2, 1, 8, None),
            batch(3, 1, 7, Some(ControlRecord::Abort)),
            batch(4, 1, 7, None),
            batch(5, 1, 7, Some(ControlRecord::Commit)),
        ];
        let fetch = fetch(batches, vec![(ProducerId(7), Offset(0))]);
        assert_eq!(offsets(fetch.clone(), 0, IsolationLevel::ReadUncommitted), [0, 1, 2, 4]);
        assert_eq!(offsets(fetch, 0, IsolationLevel::ReadCommitted), [2, 4]);
    }
}
