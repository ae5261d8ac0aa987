//! What a partition remembers of the producers that write to it, to append each of their batches once and in order
//! (KIP-98), and which transactions are open, to keep `read_committed` readers before them (`ProducerStateManager`,
//! `ProducerStateEntry`, `ProducerAppendInfo`). All of it can be rebuilt from the log.
//!
//! Simplified: markers carry no coordinator epoch, so an old transaction coordinator is not fenced here.

use super::transaction_verification::{PendingVerification, Verification, VerificationGuard, Verifications};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{ProducerEpoch, ProducerId};
use crate::protocol::offset::{Offset, Sequence};
use crate::protocol::record::{ControlRecord, RecordBatch};
use crate::sim::time::{SimDuration, SimTime};

/// How many of a producer's last batches a resend is recognised among (`NUM_BATCHES_TO_RETAIN`); also the most that an
/// idempotent producer may have in flight.
pub const BATCHES_RETAINED: usize = 5;

/// Who appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOrigin {
    Client,
    /// A group or transaction coordinator on this broker.
    Coordinator,
    /// The leader has accepted it already.
    Replication,
}

/// The feature `transaction.version`: 2 is KIP-890, in which every transaction has an epoch of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TransactionVersion {
    V0,
    V1,
    V2,
}

/// What is to be done with a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validated {
    Append,
    /// It is in the log already, from this offset on: the answer is success, and nothing is appended.
    Duplicate {
        base_offset: Offset,
    },
}

/// A transaction that a marker has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CompletedTransaction {
    pub producer_id: ProducerId,
    pub first_offset: Offset,
    /// The marker's own offset.
    pub last_offset: Offset,
    pub is_aborted: bool,
}

/// One batch that was appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BatchMetadata {
    pub first_sequence: Sequence,
    pub last_sequence: Sequence,
    pub base_offset: Offset,
    pub last_offset: Offset,
}

/// What is remembered of one producer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProducerStateEntry {
    pub producer_id: ProducerId,
    pub producer_epoch: ProducerEpoch,
    /// The last batches of this epoch, oldest first.
    pub batches: Vec<BatchMetadata>,
    pub last_timestamp: SimTime,
    /// Where its open transaction begins in this partition.
    pub current_transaction_first_offset: Option<Offset>,
}

/// The producers and transactions of one partition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ProducerStates {
    /// Sorted by producer id.
    producers: Vec<ProducerStateEntry>,
    /// Open transactions, sorted by first offset.
    ongoing: Vec<(Offset, ProducerId)>,
    /// Transactions whose marker is written but not below the high watermark yet, with the marker's offset; sorted by
    /// first offset.
    unreplicated: Vec<(Offset, Offset)>,
    verifications: Verifications,
}

impl ProducerStateEntry {
    fn new(producer_id: ProducerId) -> Self {
        Self {
            producer_id,
            producer_epoch: ProducerEpoch::NONE,
            batches: Vec::new(),
            last_timestamp: SimTime::ZERO,
            current_transaction_first_offset: None,
        }
    }

    /// The sequence of its last record in this epoch; `NONE` before the first.
    pub fn last_sequence(&self) -> Sequence {
        self.batches.last().map_or(Sequence::NONE, |batch| batch.last_sequence)
    }

    fn duplicate_of(&self, batch: &RecordBatch) -> Option<&BatchMetadata> {
        let is_same = |known: &&BatchMetadata| {
            known.first_sequence == batch.base_sequence && known.last_sequence == batch.last_sequence()
        };
        self.batches.iter().filter(|_| self.producer_epoch == batch.producer_epoch).find(is_same)
    }

    /// Sequences start anew in each epoch.
    fn enter_epoch(&mut self, producer_epoch: ProducerEpoch) {
        if self.producer_epoch != producer_epoch {
            self.batches.clear();
            self.producer_epoch = producer_epoch;
        }
    }
}

impl ProducerStates {
    /// Rebuilds the state from a log's batches, in order.
    pub fn rebuild<'a>(batches: impl IntoIterator<Item = &'a RecordBatch>, high_watermark: Offset) -> Self {
        let mut states = Self::default();
        for batch in batches {
            states.apply(batch);
        }
        states.on_high_watermark(high_watermark);
        states
    }

    /// True for the batch that holds a producer's last sequence here: compaction keeps it, be it empty.
    pub fn is_last_of_producer(&self, batch: &RecordBatch) -> bool {
        self.get(batch.producer_id).is_some_and(|entry| {
            entry.producer_epoch == batch.producer_epoch && entry.last_sequence() == batch.last_sequence()
        })
    }

    pub fn get(&self, producer_id: ProducerId) -> Option<&ProducerStateEntry> {
        self.index_of(producer_id).ok().map(|index| &self.producers[index])
    }
    /// All producers that are remembered, by id.
    pub fn producers(&self) -> &[ProducerStateEntry] {
        &self.producers
    }

    /// Whether a batch may be appended, in Kafka's order of questions: is it a resend, is its epoch over, does its
    /// sequence follow, does it belong to the open transaction. A batch without a producer id may always be.
    ///
    /// # Errors
    /// `InvalidProducerEpoch`, `OutOfOrderSequenceNumber` or `InvalidTxnState`.
    pub fn validate(
        &self,
        batch: &RecordBatch,
        origin: AppendOrigin,
        version: TransactionVersion,
        verification: Verification,
    ) -> Result<Validated, ErrorCode> {
        if batch.producer_id == ProducerId::NONE || origin == AppendOrigin::Replication {
            return Ok(Validated::Append);
        }
        let entry = self.get(batch.producer_id);
        if batch.control.is_some() {
            validate_marker(entry, batch.producer_epoch, version)?;
            return Ok(Validated::Append);
        }
        if origin == AppendOrigin::Client
            && let Some(duplicate) = entry.and_then(|entry| entry.duplicate_of(batch))
        {
            return Ok(Validated::Duplicate { base_offset: duplicate.base_offset });
        }
        let is_in_transaction = entry.is_some_and(|entry| entry.current_transaction_first_offset.is_some());
        let pending = self.verifications.pending(batch.producer_id);
        if let Verification::Required(guard) = verification
            && batch.is_transactional
            && !is_in_transaction
            && (guard.is_none() || guard != pending.map(|pending| pending.guard))
        {
            return Err(ErrorCode::InvalidTxnState);
        }
        if entry.is_some_and(|entry| batch.producer_epoch < entry.producer_epoch) {
            return Err(ErrorCode::InvalidProducerEpoch);
        }
        if origin == AppendOrigin::Client {
            validate_sequence(entry, pending, batch, version)?;
        }
        if is_in_transaction && !batch.is_transactional {
            return Err(ErrorCode::InvalidTxnState);
        }
        Ok(Validated::Append)
    }

    /// Begins to ask the coordinator about a producer's transaction before its first batch is appended. Nothing need be
    /// asked while the transaction is open here.
    pub fn begin_verification(&mut self, batch: &RecordBatch) -> Option<VerificationGuard> {
        let is_open = self.get(batch.producer_id).is_some_and(|entry| {
            entry.producer_epoch == batch.producer_epoch && entry.current_transaction_first_offset.is_some()
        });
        if is_open { None } else { Some(self.verifications.begin(batch)) }
    }

    /// Takes note of a batch that was appended, with the offsets that it has got. Answers the transaction that it ends.
    pub fn apply(&mut self, batch: &RecordBatch) -> Option<CompletedTransaction> {
        if batch.producer_id == ProducerId::NONE {
            return None;
        }
        let index = self.index_of(batch.producer_id).unwrap_or_else(|index| {
            self.producers.insert(index, ProducerStateEntry::new(batch.producer_id));
            index
        });
        if batch.is_transactional {
            self.verifications.end(batch.producer_id);
        }
        let entry = &mut self.producers[index];
        entry.enter_epoch(batch.producer_epoch);
        entry.last_timestamp = batch.max_timestamp;
        if let Some(control) = batch.control {
            let first_offset = entry.current_transaction_first_offset.take()?;
            let is_aborted = control == ControlRecord::Abort;
            let (producer_id, last_offset) = (batch.producer_id, batch.base_offset);
            self.complete(first_offset, last_offset);
            return Some(CompletedTransaction { producer_id, first_offset, last_offset, is_aborted });
        }
        if entry.batches.len() == BATCHES_RETAINED {
            entry.batches.remove(0);
        }
        entry.batches.push(BatchMetadata {
            first_sequence: batch.base_sequence,
            last_sequence: batch.last_sequence(),
            base_offset: batch.base_offset,
            last_offset: batch.last_offset(),
        });
        if batch.is_transactional && entry.current_transaction_first_offset.is_none() {
            entry.current_transaction_first_offset = Some(batch.base_offset);
            self.ongoing.push((batch.base_offset, batch.producer_id));
        }
        None
    }

    fn complete(&mut self, first_offset: Offset, marker: Offset) {
        let index = self.ongoing.binary_search_by_key(&first_offset, |(offset, _)| *offset);
        self.ongoing.remove(index.expect("an open transaction is listed as ongoing"));
        let place = self.unreplicated.partition_point(|(offset, _)| *offset < first_offset);
        self.unreplicated.insert(place, (first_offset, marker));
    }

    /// The high watermark has moved: transactions whose marker is below it are over for good.
    pub fn on_high_watermark(&mut self, high_watermark: Offset) {
        self.unreplicated.retain(|(_, marker)| *marker >= high_watermark);
    }

    /// The log begins later now: transactions whose marker is gone are over for good.
    pub fn on_log_start_offset(&mut self, log_start_offset: Offset) {
        self.unreplicated.retain(|(_, marker)| *marker >= log_start_offset);
    }

    /// The first offset that a `read_committed` reader must not pass: the beginning of the first transaction that is open
    /// or whose end is not committed. Below the high watermark it is the last stable offset.
    pub fn first_unstable_offset(&self) -> Option<Offset> {
        let ongoing = self.ongoing.first().map(|(offset, _)| *offset);
        let unreplicated = self.unreplicated.first().map(|(offset, _)| *offset);
        ongoing.into_iter().chain(unreplicated).min()
    }

    /// As `first_unstable_offset`, when what is below this high watermark is certain.
    pub fn first_unstable_offset_at(&self, high_watermark: Offset) -> Option<Offset> {
        let ongoing = self.ongoing.first().map(|(offset, _)| *offset);
        let is_uncertain = |(_, marker): &&(Offset, Offset)| *marker >= high_watermark;
        let unreplicated = self.unreplicated.iter().find(is_uncertain).map(|(offset, _)| *offset);
        ongoing.into_iter().chain(unreplicated).min()
    }

    /// The last stable offset once this transaction is complete: what the index of aborted transactions notes with it.
    pub fn last_stable_offset_after(&self, completed: &CompletedTransaction) -> Offset {
        let other = self.ongoing.iter().find(|(_, producer)| *producer != completed.producer_id);
        other.map_or(completed.last_offset.next(), |(offset, _)| *offset)
    }

    /// Forgets producers that have been silent for `expiration` (`producer.id.expiration.ms`) and have no open transaction.
    pub fn remove_expired(&mut self, now: SimTime, expiration: SimDuration) {
        self.producers.retain(|entry| {
            entry.current_transaction_first_offset.is_some() || now.since(entry.last_timestamp) < expiration
        });
    }

    fn index_of(&self, producer_id: ProducerId) -> Result<usize, usize> {
        self.producers.binary_search_by_key(&producer_id, |entry| entry.producer_id)
    }
}

/// The first record of an epoch has sequence 0, every other the next one. Of a producer that is unknown here (or was
/// forgotten) any sequence is taken, unless a transaction with an epoch of its own begins: it begins with 0.
fn validate_sequence(
    entry: Option<&ProducerStateEntry>,
    pending: Option<&PendingVerification>,
    batch: &RecordBatch,
    version: TransactionVersion,
) -> Result<(), ErrorCode> {
    let is_first = batch.base_sequence == Sequence::ZERO;
    let is_next = match entry {
        None => is_first || pending.is_none() || version < TransactionVersion::V2,
        Some(entry) if entry.producer_epoch != batch.producer_epoch => is_first,
        Some(entry) => batch.base_sequence == entry.last_sequence().plus(1),
    };
    let is_early = pending.is_some_and(|pending| batch.base_sequence > pending.lowest_sequence);
    if is_next && !is_early { Ok(()) } else { Err(ErrorCode::OutOfOrderSequenceNumber) }
}

/// A marker's epoch is at least that of the data; when every transaction has an epoch of its own it is larger, except
/// for a marker that is sent again after its transaction has ended.
fn validate_marker(
    entry: Option<&ProducerStateEntry>,
    epoch: ProducerEpoch,
    version: TransactionVersion,
) -> Result<(), ErrorCode> {
    let Some(entry) = entry else { return Ok(()) };
    let is_sent_again = epoch == entry.producer_epoch && entry.current_transaction_first_offset.is_none();
    let is_valid = match version {
        TransactionVersion::V0 | TransactionVersion::V1 => epoch >= entry.producer_epoch,
        TransactionVersion::V2 => epoch > entry.producer_epoch || is_sent_again,
    };
    if is_valid { Ok(()) } else { Err(ErrorCode::InvalidProducerEpoch) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::RecordId;
    use crate::protocol::record::Record;

    fn batch(base_offset: i64, base_sequence: i32, count: i32, is_transactional: bool) -> RecordBatch {
        let record = Record { id: RecordId(0), timestamp: SimTime::ZERO, key: None, value: None, headers: Vec::new() };
        let mut batch = RecordBatch::new(vec![record; count as usize].into(), 100);
        batch.base_offset = Offset(base_offset);
        batch.producer_id = ProducerId(7);
        batch.producer_epoch = ProducerEpoch(0);
        batch.base_sequence = Sequence(base_sequence);
        batch.is_transactional = is_transactional;
        batch
    }

    fn marker(base_offset: i64, control: ControlRecord) -> RecordBatch {
        RecordBatch { control: Some(control), ..batch(base_offset, -1, 1, true) }
    }

    fn validate(states: &ProducerStates, batch: &RecordBatch) -> Result<Validated, ErrorCode> {
        states.validate(batch, AppendOrigin::Client, TransactionVersion::V1, Verification::NotRequired)
    }

    #[test]
    fn a_resend_is_recognised_among_the_last_five_batches_only() {
        let batches: Vec<_> = (0..6).map(|index| batch(index, index as i32, 1, false)).collect();
        let states = ProducerStates::rebuild(&batches, Offset::ZERO);
        assert_eq!(validate(&states, &batches[1]), Ok(Validated::Duplicate { base_offset: Offset(1) }));
        assert_eq!(validate(&states, &batches[0]), Err(ErrorCode::OutOfOrderSequenceNumber));
    }

    #[test]
    fn sequences_wrap_after_the_largest() {
        let states = ProducerStates::rebuild(&[batch(0, i32::MAX - 1, 2, false)], Offset::ZERO);
        assert_eq!(validate(&states, &batch(2, 0, 1, false)), Ok(Validated::Append));
        assert_eq!(validate(&states, &batch(2, 1, 1, false)), Err(ErrorCode::OutOfOrderSequenceNumber));
    }

    #[test]
    fn plain_records_are_refused_inside_a_transaction() {
        let states = ProducerStates::rebuild(&[batch(0, 0, 1, true)], Offset::ZERO);
        assert_eq!(validate(&states, &batch(1, 1, 1, false)), Err(ErrorCode::InvalidTxnState));
    }

    #[test]
    fn a_transaction_holds_readers_back_until_its_marker_is_committed() {
        let mut states = ProducerStates::rebuild(&[batch(3, 0, 2, true)], Offset(5));
        assert_eq!(states.first_unstable_offset(), Some(Offset(3)));
        let completed = states.apply(&marker(5, ControlRecord::Abort)).expect("a transaction was open");
        assert_eq!((completed.first_offset, completed.is_aborted), (Offset(3), true));
        states.on_high_watermark(Offset(5));
        assert_eq!(states.first_unstable_offset(), Some(Offset(3)));
        states.on_high_watermark(Offset(6));
        assert_eq!(states.first_unstable_offset(), None);
    }

    #[test]
    fn a_transaction_begins_only_with_an_answer_to_its_own_question() {
        let mut states = ProducerStates::default();
        let first = batch(0, 0, 1, true);
        let validate = |states: &ProducerStates, guard| {
            states.validate(&first, AppendOrigin::Client, TransactionVersion::V2, Verification::Required(guard))
        };
        assert_eq!(validate(&states, None), Err(ErrorCode::InvalidTxnState));
        let guard = states.begin_verification(&first);
        assert_eq!(validate(&states, guard), Ok(Validated::Append));
        states.apply(&marker(0, ControlRecord::Abort));
        assert_eq!(validate(&states, guard), Err(ErrorCode::InvalidTxnState));
    }

    #[test]
    fn a_silent_producer_is_forgotten_unless_a_transaction_is_open() {
        let day = SimDuration::from_secs(86_400);
        for (is_transactional, left) in [(false, 0), (true, 1)] {
            let mut states = ProducerStates::rebuild(&[batch(0, 0, 1, is_transactional)], Offset::ZERO);
            states.remove_expired(SimTime::ZERO + day, day);
            assert_eq!(states.producers().len(), left);
        }
    }
}
