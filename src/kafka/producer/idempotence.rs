//! What makes a producer idempotent (`TransactionManager`, `TxnPartitionMap`; KIP-98, KIP-360): its id and epoch, the
//! sequence numbers of each partition, and what is done when one goes missing: a new epoch, and counting from 0.
//!
//! The transactional half is in `transactions`.

use crate::kafka::accumulator::batch::ProducerBatch;
use crate::kafka::accumulator::send::DrainGate;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{ProducerEpoch, ProducerId, TopicPartition};
use crate::protocol::offset::{Offset, Sequence};
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::sim::sort::Sort;

/// A producer's identity, and its sequences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotence {
    pub producer_id: ProducerId,
    pub producer_epoch: ProducerEpoch,
    partitions: BTreeMap<TopicPartition, PartitionSequences>,
    /// Partitions whose sequences have a gap: a new epoch is needed, and their batches are to be numbered anew in it.
    to_renumber: BTreeSet<TopicPartition>,
    /// Partitions where a batch that had been sent expired: whether it was written is not known. With the sequence after it.
    unresolved: BTreeMap<TopicPartition, Sequence>,
    /// `None`: not transactional. Otherwise whether a transaction is open: only then anything is sent.
    open_transaction: Option<bool>,
}

/// The count of one partition (`TxnPartitionEntry`).
#[derive(Clone, Debug, PartialEq, Eq)]
struct PartitionSequences {
    producer_id: ProducerId,
    producer_epoch: ProducerEpoch,
    next: Sequence,
    last_acked: Sequence,
    last_acked_offset: Offset,
    /// First sequences of the batches that have been sent and not been answered for good, in order.
    outstanding: Vec<Sequence>,
}

impl Default for PartitionSequences {
    fn default() -> Self {
        Self {
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            next: Sequence::ZERO,
            last_acked: Sequence::NONE,
            last_acked_offset: Offset::NONE,
            outstanding: Vec::new(),
        }
    }
}

impl PartitionSequences {
    fn is_next(&self, sequence: Sequence) -> bool {
        if self.last_acked == Sequence::NONE { sequence == Sequence::ZERO } else { sequence == self.last_acked.plus(1) }
    }
}

impl Default for Idempotence {
    fn default() -> Self {
        Self {
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            partitions: BTreeMap::new(),
            to_renumber: BTreeSet::new(),
            unresolved: BTreeMap::new(),
            open_transaction: None,
        }
    }
}

impl Idempotence {
    pub fn has_producer_id(&self) -> bool {
        self.producer_id != ProducerId::NONE
    }
    /// The cluster has given an id.
    pub fn on_producer_id(&mut self, producer_id: ProducerId, producer_epoch: ProducerEpoch) {
        (self.producer_id, self.producer_epoch) = (producer_id, producer_epoch);
    }
    /// A transaction's epoch: everything counts from 0 (KIP-890).
    pub fn begin_epoch(&mut self, producer_id: ProducerId, producer_epoch: ProducerEpoch) {
        *self = Self { producer_id, producer_epoch, open_transaction: Some(false), ..Self::default() };
    }
    /// Tells whether a transaction is open.
    pub fn set_transactional(&mut self, is_open: bool) {
        self.open_transaction = Some(is_open);
    }
    /// True when a sequence is missing somewhere.
    pub fn has_gap(&self) -> bool {
        !self.to_renumber.is_empty()
    }
    /// The sequence that the partition's next new batch gets.
    pub fn next_sequence(&self, partition: TopicPartition) -> Sequence {
        self.partitions.get(&partition).map_or(Sequence::ZERO, |sequences| sequences.next)
    }
    /// The batch was written, or found to have been.
    pub fn on_completed(&mut self, batch: &ProducerBatch, offset: Offset) {
        let sequences = self.partitions.entry(batch.partition).or_default();
        let last = batch.base_sequence.plus(batch.record_count() - 1);
        sequences.last_acked = sequences.last_acked.max(last);
        sequences.last_acked_offset = sequences.last_acked_offset.max(offset);
        self.remove_outstanding(batch);
    }
    /// The batch has failed for good. `may_renumber`: it is certain that its sequence was not used, so a gap is left.
    pub fn on_failed(&mut self, batch: &ProducerBatch, error: ErrorCode, may_renumber: bool) {
        self.remove_outstanding(batch);
        if error == ErrorCode::OutOfOrderSequenceNumber || (may_renumber && error != ErrorCode::UnknownProducerId) {
            self.to_renumber.insert(batch.partition);
        }
    }
    /// The batch is not outstanding any more (it failed, or was split).
    pub fn remove_outstanding(&mut self, batch: &ProducerBatch) {
        if let Some(sequences) = self.partitions.get_mut(&batch.partition) {
            sequences.outstanding.retain(|base| *base != batch.base_sequence);
        }
    }
    /// A part of a batch that was split carries on its sequence: it counts as sent.
    pub fn add_outstanding(&mut self, batch: &ProducerBatch) {
        let sequences = self.partitions.entry(batch.partition).or_default();
        let place = sequences.outstanding.partition_point(|base| *base < batch.base_sequence);
        sequences.outstanding.insert(place, batch.base_sequence);
    }
    /// A batch that had been sent expired (`markSequenceUnresolved`).
    pub fn mark_unresolved(&mut self, batch: &ProducerBatch) {
        let after = batch.base_sequence.plus(batch.record_count());
        let unresolved = self.unresolved.entry(batch.partition).or_insert(after);
        *unresolved = after.max(*unresolved);
    }
    /// Partitions whose sent batches have all been answered are certain again: nothing is missing, or a new epoch is due.
    pub fn resolve(&mut self) {
        let (partitions, to_renumber) = (&self.partitions, &mut self.to_renumber);
        self.unresolved.retain(|partition, _| {
            let Some(sequences) = partitions.get(partition) else { return false };
            if sequences.outstanding.is_empty() && !sequences.is_next(sequences.next) {
                to_renumber.insert(*partition);
            }
            !sequences.outstanding.is_empty()
        });
    }
    /// A new epoch when a sequence is missing (`bumpIdempotentProducerEpoch`); the partitions whose batches are to be
    /// numbered anew with `renumber`. Idempotent producers count the epoch up by themselves; at its end they ask for a
    /// new id.
    pub fn take_new_epoch(&mut self) -> BTreeSet<TopicPartition> {
        if !self.to_renumber.is_empty() {
            if self.producer_epoch.0 == i16::MAX {
                (self.producer_id, self.producer_epoch) = (ProducerId::NONE, ProducerEpoch::NONE);
            } else {
                self.producer_epoch.0 += 1;
            }
        }
        for partition in &self.to_renumber {
            self.unresolved.remove(partition);
        }
        std::mem::take(&mut self.to_renumber)
    }
    /// Numbers a partition's outstanding batches from 0, in their old order (`startSequencesAtBeginning`).
    pub fn renumber(&mut self, partition: TopicPartition, batches: &mut [&mut ProducerBatch]) {
        batches.arrange_by_key(|batch| batch.base_sequence);
        let mut next = Sequence::ZERO;
        let mut outstanding = Vec::with_capacity(batches.len());
        for batch in batches {
            (batch.producer_id, batch.producer_epoch, batch.base_sequence) =
                (self.producer_id, self.producer_epoch, next);
            outstanding.push(next);
            next = next.plus(batch.record_count());
        }
        let sequences = self.partitions.entry(partition).or_default();
        (sequences.producer_id, sequences.producer_epoch) = (self.producer_id, self.producer_epoch);
        (sequences.next, sequences.last_acked, sequences.outstanding) = (next, Sequence::NONE, outstanding);
    }
    /// Whether a failed batch may be sent again (`TransactionManager.canRetry`), asking for a new epoch where that is
    /// what it takes. `was_renumbered`: its sequence has been changed since it was sent.
    pub fn can_retry(
        &mut self,
        batch: &ProducerBatch,
        error: ErrorCode,
        log_start_offset: Offset,
        was_renumbered: bool,
    ) -> bool {
        let sequences = self.partitions.entry(batch.partition).or_default();
        let unresolved = self.unresolved.get(&batch.partition);
        match error {
            ErrorCode::UnknownProducerId => {
                if log_start_offset != Offset::NONE && !was_renumbered {
                    self.to_renumber.insert(batch.partition);
                }
                true
            }
            ErrorCode::OutOfOrderSequenceNumber => {
                let is_waiting_for_others =
                    unresolved.is_none() && (was_renumbered || !sequences.is_next(batch.base_sequence));
                if !is_waiting_for_others && unresolved.is_none_or(|after| *after == batch.base_sequence) {
                    self.to_renumber.insert(batch.partition);
                }
                true
            }
            _ => error.is_retriable(),
        }
    }
}

/// Keeps sequences in order, and numbers what has no number yet (`shouldStopDrainBatchesForPartition`).
impl DrainGate for Idempotence {
    fn may_drain(&self, batch: &ProducerBatch) -> bool {
        if !self.has_producer_id() || self.open_transaction == Some(false) {
            return false;
        }
        let Some(sequences) = self.partitions.get(&batch.partition) else { return true };
        let is_stale = (sequences.producer_id, sequences.producer_epoch) != (self.producer_id, self.producer_epoch);
        if batch.has_sequence() {
            // One that is sent again waits until all before it are done.
            return sequences.outstanding.first().is_none_or(|first| *first == batch.base_sequence);
        }
        let waits_for_old_epoch = !sequences.outstanding.is_empty() && is_stale;
        !waits_for_old_epoch && !self.unresolved.contains_key(&batch.partition)
    }

    fn on_drained(&mut self, batch: &mut ProducerBatch) {
        if batch.has_sequence() {
            return;
        }
        let identity = (self.producer_id, self.producer_epoch);
        let sequences = self.partitions.entry(batch.partition).or_default();
        if (sequences.producer_id, sequences.producer_epoch) != identity && sequences.outstanding.is_empty() {
            *sequences = PartitionSequences {
                producer_id: identity.0,
                producer_epoch: identity.1,
                ..PartitionSequences::default()
            };
        }
        (batch.producer_id, batch.producer_epoch) = identity;
        batch.is_transactional = self.open_transaction.is_some();
        batch.base_sequence = sequences.next;
        sequences.outstanding.push(sequences.next);
        sequences.next = sequences.next.plus(batch.record_count());
    }
}
