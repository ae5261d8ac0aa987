//! A partition's log on one broker: segments of batches, append only, cut at either end but never in the middle.
//! It knows offsets, leader epochs, and what has reached the platter; it has never heard of replication.

use super::aborted_transactions::AbortedTransactions;
use super::leader_epochs::LeaderEpochs;
use super::producer_state::{AppendOrigin, ProducerStates, TransactionVersion, Validated};
use super::transaction_verification::{Verification, VerificationGuard};
use crate::protocol::config::{TopicConfig, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::offset::{EpochEndOffset, LeaderEpoch, Offset};
use crate::protocol::record::RecordBatch;
use crate::sim::shared_vec::SharedVec;
use crate::sim::time::{SimDuration, SimTime};
use std::collections::VecDeque;

/// Writes that reach the platter within this time of each other are remembered as one.
const FLUSH_GRAIN: SimDuration = SimDuration::from_millis(50);

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
    fn new(base_offset: Offset) -> Self {
        Self {
            base_offset,
            batches: SharedVec::default(),
            size: 0,
            first_timestamp: None,
            largest_timestamp: SimTime::ZERO,
        }
    }
    fn push(&mut self, batch: RecordBatch) {
        self.size += u64::from(batch.size);
        self.first_timestamp.get_or_insert(batch.max_timestamp);
        self.largest_timestamp = self.largest_timestamp.max(batch.max_timestamp);
        self.batches.push(batch);
    }
    fn measure(&mut self) {
        self.size = self.batches.iter().map(|batch| u64::from(batch.size)).sum();
        self.first_timestamp = self.batches.first().map(|batch| batch.max_timestamp);
        self.largest_timestamp = self.batches.iter().map(|batch| batch.max_timestamp).max().unwrap_or_default();
    }
}

/// The log of one replica (`UnifiedLog`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Never empty; the last one is active.
    segments: Vec<Segment>,
    log_start_offset: Offset,
    log_end_offset: Offset,
    leader_epochs: LeaderEpochs,
    /// What producers have written lately: resends are known by it.
    producers: ProducerStates,
    /// Which transactions were aborted, for `read_committed` readers.
    aborted_transactions: AbortedTransactions,
    /// What is still in the page cache: up to this offset it will be on the platter at that time.
    unflushed: VecDeque<(Offset, SimTime)>,
    /// Everything below is on the platter.
    recovery_point: Offset,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            segments: vec![Segment::new(Offset::ZERO)],
            log_start_offset: Offset::ZERO,
            log_end_offset: Offset::ZERO,
            leader_epochs: LeaderEpochs::default(),
            producers: ProducerStates::default(),
            aborted_transactions: AbortedTransactions::default(),
            unflushed: VecDeque::new(),
            recovery_point: Offset::ZERO,
        }
    }
}

impl Log {
    pub fn log_start_offset(&self) -> Offset {
        self.log_start_offset
    }
    pub fn log_end_offset(&self) -> Offset {
        self.log_end_offset
    }
    pub fn leader_epochs(&self) -> &LeaderEpochs {
        &self.leader_epochs
    }
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }
    /// Size of all segments, in bytes.
    pub fn size(&self) -> u64 {
        self.segments.iter().map(|segment| segment.size).sum()
    }
    /// The epoch of the last record; `NONE` when the log is empty.
    pub fn last_epoch(&self) -> LeaderEpoch {
        self.leader_epochs.latest().unwrap_or(LeaderEpoch::NONE)
    }

    /// A new leader writes down where its epoch starts, before its first record.
    pub fn begin_epoch(&mut self, epoch: LeaderEpoch) {
        self.leader_epochs.assign(epoch, self.log_end_offset);
    }

    /// Whether a client's batch follows what its producer has written before, or is a resend (KIP-98).
    ///
    /// # Errors
    /// `InvalidProducerEpoch`, `OutOfOrderSequenceNumber` or `InvalidTxnState`.
    pub fn validate_producer(
        &self,
        batch: &RecordBatch,
        origin: AppendOrigin,
        verification: Verification,
    ) -> Result<Validated, ErrorCode> {
        self.producers.validate(batch, origin, TransactionVersion::V2, verification)
    }
    /// Begins to ask the transaction coordinator about a batch; `None` when its transaction is open here already.
    pub fn begin_verification(&mut self, batch: &RecordBatch) -> Option<VerificationGuard> {
        self.producers.begin_verification(batch)
    }
    /// Everything below is decided: what `read_committed` readers may read (`UnifiedLog.lastStableOffset`).
    pub fn last_stable_offset(&self, high_watermark: Offset) -> Offset {
        self.producers.first_unstable_offset_at(high_watermark).map_or(high_watermark, |at| at.min(high_watermark))
    }
    /// The high watermark has moved: ends of transactions below it are certain.
    pub fn on_high_watermark(&mut self, high_watermark: Offset) {
        self.producers.on_high_watermark(high_watermark);
    }
    pub fn aborted_transactions(&self) -> &AbortedTransactions {
        &self.aborted_transactions
    }
    pub fn producers(&self) -> &ProducerStates {
        &self.producers
    }

    /// Appends a batch from a producer: it gets the next offsets and the leader's epoch.
    pub fn append_as_leader(&mut self, mut batch: RecordBatch, epoch: LeaderEpoch, config: &TopicConfig) -> Appended {
        batch.base_offset = self.log_end_offset;
        batch.leader_epoch = epoch;
        self.append(batch, config)
    }

    /// Appends a batch as the leader has it.
    pub fn append_as_follower(&mut self, batch: RecordBatch, config: &TopicConfig) -> Appended {
        assert!(batch.base_offset >= self.log_end_offset, "a fetch continues where the log ends");
        self.append(batch, config)
    }

    fn append(&mut self, batch: RecordBatch, config: &TopicConfig) -> Appended {
        let rolled = self.roll_if_needed(&batch, config);
        let (base_offset, next_offset) = (batch.base_offset, batch.next_offset());
        self.leader_epochs.assign(batch.leader_epoch, base_offset);
        if let Some(completed) = self.producers.apply(&batch) {
            let last_stable_offset = self.producers.last_stable_offset_after(&completed);
            self.aborted_transactions.note(&completed, last_stable_offset);
        }
        self.active_mut().push(batch);
        self.log_end_offset = next_offset;
        Appended { base_offset, rolled }
    }

    fn active_mut(&mut self) -> &mut Segment {
        self.segments.last_mut().expect("a log has an active segment")
    }

    /// `LogSegment.shouldRoll`: too large, or its first record is too old.
    fn roll_if_needed(&mut self, incoming: &RecordBatch, config: &TopicConfig) -> Option<Offset> {
        let active = self.active_mut();
        let first = active.first_timestamp?;
        let is_full = active.size + u64::from(incoming.size) > config.segment_bytes.max(0) as u64;
        let is_old = incoming.max_timestamp.since(first) > millis(config.segment_ms);
        if !is_full && !is_old {
            return None;
        }
        Some(self.roll())
    }

    /// Closes the active segment and opens the next.
    pub fn roll(&mut self) -> Offset {
        let base_offset = self.log_end_offset;
        self.segments.push(Segment::new(base_offset));
        base_offset
    }

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
        for batch in self.batches().filter(|batch| batch.max_timestamp >= time) {
            if let Some((offset, _)) = batch.iter().find(|(_, record)| record.timestamp >= time) {
                return (offset, batch.leader_epoch);
            }
        }
        (self.log_end_offset, self.last_epoch())
    }

    /// `LeaderEpochFileCache.endOffsetFor`, with this log's end.
    pub fn end_offset_for_epoch(&self, epoch: LeaderEpoch) -> EpochEndOffset {
        self.leader_epochs.end_offset_for(epoch, self.log_end_offset)
    }

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
    }

    /// Moves the log start: by retention, DeleteRecords, or the leader's word. Segments wholly below it go.
    pub fn advance_start(&mut self, offset: Offset) -> Vec<(Offset, Offset)> {
        let offset = offset.min(self.log_end_offset);
        if offset <= self.log_start_offset {
            return Vec::new();
        }
        self.log_start_offset = offset;
        let mut deleted = Vec::new();
        while self.segments.len() > 1 && self.segments[1].base_offset <= offset {
            let segment = self.segments.remove(0);
            deleted.push((segment.base_offset, self.segments[0].base_offset));
        }
        self.leader_epochs.truncate_from_start(offset);
        self.aborted_transactions.truncate_from_start(offset);
        self.producers.on_log_start_offset(offset);
        deleted
    }

    /// Says that what was appended so far will be on the platter at `at`.
    pub fn will_be_flushed(&mut self, at: SimTime) {
        match self.unflushed.back_mut() {
            Some((to, last)) if at.since(*last) < FLUSH_GRAIN && *last <= at => {
                (*to, *last) = (self.log_end_offset, at)
            }
            Some((to, _)) if *to >= self.log_end_offset => {}
            _ => self.unflushed.push_back((self.log_end_offset, at)),
        }
    }

    /// Everything is on the platter now.
    pub fn flush(&mut self) {
        self.unflushed.clear();
        self.recovery_point = self.log_end_offset;
    }

    /// Forgets the flushes that have happened; returns the first offset that a power loss now would lose.
    pub fn settle(&mut self, now: SimTime) -> Offset {
        while self.unflushed.front().is_some_and(|(_, at)| *at <= now) {
            let (to, _) = self.unflushed.pop_front().expect("just seen");
            self.recovery_point = self.recovery_point.max(to);
        }
        self.recovery_point.min(self.log_end_offset)
    }

    /// How far the platter is known to have this log.
    pub fn recovery_point(&self) -> Offset {
        self.recovery_point
    }
}

/// Where an append landed, and the segment it opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    pub base_offset: Offset,
    pub rolled: Option<Offset>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::RecordId;
    use crate::protocol::record::Record;

    fn batch(records: u64) -> RecordBatch {
        let records: Vec<Record> = (0..records)
            .map(|id| Record {
                id: RecordId(id),
                timestamp: SimTime::ZERO,
                key: None,
                value: None,
                headers: Vec::new(),
            })
            .collect();
        RecordBatch::new(records.into(), 100)
    }

    /// A log of batches given as "epoch x records", one after another.
    fn log(batches: &[(i32, u64)]) -> Log {
        let mut log = Log::default();
        for (epoch, records) in batches {
            log.append_as_leader(batch(*records), LeaderEpoch(*epoch), &TopicConfig::default());
        }
        log
    }

    #[test]
    fn offsets_follow_each_other_and_epochs_know_where_they_end() {
        let log = log(&[(0, 3), (0, 2), (2, 1)]);
        assert_eq!(log.log_end_offset(), Offset(6));
        let end = log.end_offset_for_epoch(LeaderEpoch(0));
        assert_eq!((end.leader_epoch, end.end_offset), (LeaderEpoch(0), Offset(5)));
    }

    #[test]
    fn an_epoch_without_a_record_is_forgotten_by_a_truncation_to_the_end_of_the_log() {
        let mut log = log(&[(0, 3)]);
        log.begin_epoch(LeaderEpoch(2));
        assert_eq!(log.truncate_to(Offset(3)), Offset(3));
        assert_eq!(log.last_epoch(), LeaderEpoch(0));
    }

    #[test]
    fn truncation_inside_a_batch_takes_the_whole_batch() {
        let mut log = log(&[(0, 3), (1, 3)]);
        assert_eq!(log.truncate_to(Offset(4)), Offset(3));
        assert_eq!((log.log_end_offset(), log.last_epoch()), (Offset(3), LeaderEpoch(0)));
    }

    #[test]
    fn a_read_gives_whole_batches_below_the_end_and_at_least_one() {
        let log = log(&[(0, 3), (0, 3), (0, 3)]);
        let read = |from, end, bytes| {
            log.read(Offset(from), Offset(end), bytes).iter().map(|b| b.base_offset.0).collect::<Vec<_>>()
        };
        assert_eq!(read(1, 9, 1), [0]);
        assert_eq!(read(3, 9, 1_000), [3, 6]);
        assert_eq!(read(0, 6, 1_000), [0, 3]);
        assert_eq!(read(6, 6, 1_000), [0i64; 0]);
    }

    #[test]
    fn a_power_loss_loses_what_has_not_reached_the_platter() {
        let mut log = log(&[(0, 3)]);
        log.will_be_flushed(SimTime::from_millis(100));
        log.append_as_leader(batch(2), LeaderEpoch(0), &TopicConfig::default());
        log.will_be_flushed(SimTime::from_millis(900));
        assert_eq!(log.settle(SimTime::from_millis(50)), Offset(0));
        assert_eq!(log.settle(SimTime::from_millis(500)), Offset(3));
        assert_eq!(log.settle(SimTime::from_millis(900)), Offset(5));
    }

    #[test]
    fn a_segment_rolls_when_the_next_batch_would_not_fit() {
        let config = TopicConfig { segment_bytes: 250, ..TopicConfig::default() };
        let mut log = Log::default();
        let rolled: Vec<_> =
            (0..5).map(|_| log.append_as_leader(batch(1), LeaderEpoch(0), &config).rolled.map(|o| o.0)).collect();
        assert_eq!(rolled, [None, None, Some(2), None, Some(4)]);
        assert_eq!(log.advance_start(Offset(3)), [(Offset(0), Offset(2))]);
        assert_eq!(log.read(Offset(3), Offset(5), 1_000).len(), 2);
    }
}
