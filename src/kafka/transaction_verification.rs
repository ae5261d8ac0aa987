//! Asking the transaction coordinator whether a transaction is really going on, before its first batch is appended to a
//! partition (KIP-890 part 1; `VerificationStateEntry`, `VerificationGuard`): a late batch must not begin one anew.

use crate::protocol::ids::{ProducerEpoch, ProducerId};
use crate::protocol::offset::Sequence;
use crate::protocol::record::RecordBatch;

/// Whether a transactional batch must show that the coordinator knows of its transaction
/// (`transaction.partition.verification.enable`, KIP-890 part 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verification {
    NotRequired,
    /// The guard with which the question to the coordinator was begun.
    Required(Option<VerificationGuard>),
}

/// Names one question to the transaction coordinator, so that its answer cannot be taken for that of a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VerificationGuard(u64);

/// A question to the coordinator that no append has followed yet (`VerificationStateEntry`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PendingVerification {
    producer_id: ProducerId,
    producer_epoch: ProducerEpoch,
    pub guard: VerificationGuard,
    /// The lowest sequence that was asked for: nothing after it may be appended before it.
    pub lowest_sequence: Sequence,
}

/// The questions of one partition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Verifications {
    pending: Vec<PendingVerification>,
    guards_given: u64,
}

impl Verifications {
    /// The question of a producer, if one is pending.
    pub fn pending(&self, producer_id: ProducerId) -> Option<&PendingVerification> {
        self.pending.iter().find(|pending| pending.producer_id == producer_id)
    }

    /// Begins a question for this batch, or joins the one that is pending.
    pub fn begin(&mut self, batch: &RecordBatch) -> VerificationGuard {
        let known = self.pending.iter().position(|pending| pending.producer_id == batch.producer_id);
        let index = known.unwrap_or_else(|| {
            self.guards_given += 1;
            self.pending.push(PendingVerification {
                producer_id: batch.producer_id,
                producer_epoch: batch.producer_epoch,
                guard: VerificationGuard(self.guards_given),
                lowest_sequence: batch.base_sequence,
            });
            self.pending.len() - 1
        });
        let pending = &mut self.pending[index];
        let is_new_epoch = batch.producer_epoch > pending.producer_epoch;
        let is_lower = batch.producer_epoch == pending.producer_epoch && batch.base_sequence < pending.lowest_sequence;
        if is_new_epoch || is_lower {
            pending.producer_epoch = batch.producer_epoch;
            pending.lowest_sequence = batch.base_sequence;
        }
        pending.guard
    }

    /// The batch was appended, or the transaction has ended: an answer that comes now is too late.
    pub fn end(&mut self, producer_id: ProducerId) {
        self.pending.retain(|pending| pending.producer_id != producer_id);
    }
}
