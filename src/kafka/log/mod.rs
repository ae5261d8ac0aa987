//! A partition's log on one broker: segments of batches, append only, cut at either end but never in the middle.
//! It knows offsets, leader epochs, and what has reached the platter; it has never heard of replication. Here is how it
//! grows; reading, cutting, ageing and the page cache have files of their own.

mod segment;
mod read;
mod truncate;
mod retention;
mod cleaner;
mod flush;

pub use cleaner::{Cleanable, Cleaned};
pub use retention::DeletedSegment;
pub use segment::Segment;

use super::aborted_transactions::AbortedTransactions;
use super::leader_epochs::LeaderEpochs;
use super::producer_state::{AppendOrigin, ProducerStates, TransactionVersion, Validated};
use super::transaction_verification::{Verification, VerificationGuard};
use crate::protocol::config::{CleanupPolicy, TopicConfig, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::offset::{EpochEndOffset, LeaderEpoch, Offset};
use crate::protocol::record::RecordBatch;
use crate::sim::time::SimTime;
use std::collections::VecDeque;

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
    /// Up to here the broker has asked for a flush by itself.
    flush_asked: Offset,
    /// Everything below is on the platter.
    recovery_point: Offset,
    /// Everything below has been through compaction (`cleaner-offset-checkpoint`).
    cleaner_checkpoint: Offset,
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
            flush_asked: Offset::ZERO,
            recovery_point: Offset::ZERO,
            cleaner_checkpoint: Offset::ZERO,
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

    /// The segment that is written to.
    pub fn active(&self) -> &Segment {
        self.segments.last().expect("a log has an active segment")
    }
    fn active_mut(&mut self) -> &mut Segment {
        self.segments.last_mut().expect("a log has an active segment")
    }

    /// `LogSegment.shouldRoll`: too large, or its first record is too old.
    fn roll_if_needed(&mut self, incoming: &RecordBatch, config: &TopicConfig) -> Option<Offset> {
        let active = self.active_mut();
        let first = active.first_timestamp?;
        let is_full = active.size + u64::from(incoming.size) > config.segment_bytes.max(0) as u64;
        // What waits for compaction must not wait in the active segment (`LogConfig.maxSegmentMs`).
        let segment_ms = match config.cleanup_policy {
            CleanupPolicy::Delete => config.segment_ms,
            CleanupPolicy::Compact | CleanupPolicy::CompactDelete => {
                config.segment_ms.min(config.max_compaction_lag_ms)
            }
        };
        let is_old = incoming.max_timestamp.since(first) > millis(segment_ms);
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

    /// `LeaderEpochFileCache.endOffsetFor`, with this log's end.
    pub fn end_offset_for_epoch(&self, epoch: LeaderEpoch) -> EpochEndOffset {
        self.leader_epochs.end_offset_for(epoch, self.log_end_offset)
    }
}

/// Where an append landed, and the segment it opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    pub base_offset: Offset,
    pub rolled: Option<Offset>,
}

#[cfg(test)]
mod tests;
