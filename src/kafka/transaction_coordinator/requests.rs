//! What producers and partition leaders ask the transaction coordinator: InitProducerId, AddPartitionsToTxn, EndTxn.

use super::transaction::{Transaction, TransactionState};
use super::{AfterWrite, Asker, TransactionCoordinator, Wish, reply};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{PartitionIndex, ProducerEpoch, ProducerId};
use crate::protocol::message::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnResponse, EndTxnRequest, EndTxnResponse, InitProducerIdRequest,
    InitProducerIdResponse, Response,
};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::sync::Arc;

/// The identity that goes with an error.
pub(super) const NOBODY: (ProducerId, ProducerEpoch) = (ProducerId::NONE, ProducerEpoch::NONE);

impl TransactionCoordinator {
    /// A producer starts (`handleInitProducerId`): the next epoch shuts out the instance before it; what that one left
    /// open is aborted first, and the new one asks again.
    pub fn on_init_producer_id(
        &mut self,
        asker: Asker,
        request: InitProducerIdRequest,
        out: &mut Outbox,
        wishes: &mut Vec<Wish>,
    ) {
        let transactional_id = request.transactional_id.clone().unwrap_or_else(|| Arc::from(""));
        if request.transaction_timeout > self.settings.max_timeout {
            return answer_init(asker, ErrorCode::InvalidTransactionTimeout, NOBODY, out);
        }
        let partition = match self.route(&transactional_id) {
            Ok(partition) => partition,
            Err(error) => return answer_init(asker, error, NOBODY, out),
        };
        match self.known(partition, &transactional_id) {
            None => {
                self.awaiting_ids.push((asker, request));
                wishes.push(Wish::ProducerId);
            }
            Some(known) => self.init_known(asker, &request, partition, &known, out, wishes),
        }
    }

    /// A transactional id that nobody has used before now has a producer id.
    pub(super) fn begin_new_id(
        &mut self,
        asker: Asker,
        request: InitProducerIdRequest,
        producer_id: ProducerId,
        out: &mut Outbox,
        wishes: &mut Vec<Wish>,
    ) {
        let transactional_id = request.transactional_id.clone().unwrap_or_else(|| Arc::from(""));
        match self.route(&transactional_id) {
            Ok(partition) => {
                let known = self.known(partition, &transactional_id);
                let known = known
                    .unwrap_or_else(|| Transaction::new(transactional_id, producer_id, request.transaction_timeout));
                self.init_known(asker, &request, partition, &known, out, wishes);
            }
            Err(error) => answer_init(asker, error, NOBODY, out),
        }
    }

    fn init_known(
        &mut self,
        asker: Asker,
        request: &InitProducerIdRequest,
        partition: PartitionIndex,
        known: &Transaction,
        out: &mut Outbox,
        wishes: &mut Vec<Wish>,
    ) {
        let is_other = request.producer_id != ProducerId::NONE
            && (request.producer_id, request.producer_epoch) != (known.producer_id, known.producer_epoch);
        let error = if self.is_changing(&known.transactional_id) {
            ErrorCode::ConcurrentTransactions
        } else if is_other {
            ErrorCode::ProducerFenced
        } else {
            match known.state {
                TransactionState::PrepareCommit | TransactionState::PrepareAbort => ErrorCode::ConcurrentTransactions,
                TransactionState::Ongoing => {
                    let (transactional_id, producer_epoch) = (known.transactional_id.clone(), known.producer_epoch);
                    out.record(TraceEvent::TransactionFenced { transactional_id, producer_epoch });
                    let next = known.fenced().with_decision(false);
                    return self.write(partition, next, AfterWrite::Fence(Some(asker)), wishes);
                }
                TransactionState::Empty | TransactionState::CompleteCommit | TransactionState::CompleteAbort => {
                    let next = known.with_next_instance(request.transaction_timeout);
                    return self.write(partition, next, AfterWrite::InitProducerId(asker), wishes);
                }
            }
        };
        answer_init(asker, error, NOBODY, out);
    }

    /// A partition's leader has a first batch of a transaction in hand (`handleAddPartitionsToTransaction`).
    pub fn on_add_partitions(
        &mut self,
        asker: Asker,
        request: &AddPartitionsToTxnRequest,
        out: &mut Outbox,
        wishes: &mut Vec<Wish>,
    ) {
        match self.check_add(request) {
            Ok((_, known)) if is_listed(&known, request) => answer_add(asker, ErrorCode::None, out),
            Ok((partition, known)) => {
                let next = known.with_partitions(&request.partitions, out.now());
                self.write(partition, next, AfterWrite::AddPartitions(asker), wishes);
            }
            Err(error) => answer_add(asker, error, out),
        }
    }

    fn check_add(&self, request: &AddPartitionsToTxnRequest) -> Result<(PartitionIndex, Transaction), ErrorCode> {
        let partition = self.route(&request.transactional_id)?;
        let known = self.known(partition, &request.transactional_id).ok_or(ErrorCode::InvalidProducerIdMapping)?;
        if known.producer_id != request.producer_id {
            return Err(ErrorCode::InvalidProducerIdMapping);
        }
        if known.producer_epoch != request.producer_epoch {
            return Err(ErrorCode::ProducerFenced);
        }
        if self.is_changing(&request.transactional_id) || known.state.decision().is_some() {
            return Err(ErrorCode::ConcurrentTransactions);
        }
        Ok((partition, known))
    }

    /// The producer commits or aborts (`endTransaction`).
    pub fn on_end_txn(&mut self, asker: Asker, request: &EndTxnRequest, out: &mut Outbox, wishes: &mut Vec<Wish>) {
        match self.check_end(request) {
            Ok(End::Decide(partition, known)) => {
                let next = known.with_decision(request.is_commit);
                self.write(partition, next, AfterWrite::EndTxn(asker), wishes);
            }
            Ok(End::Done(known)) => {
                answer_end(asker, ErrorCode::None, (known.producer_id, known.producer_epoch), out);
            }
            Err(error) => answer_end(asker, error, NOBODY, out),
        }
    }

    fn check_end(&self, request: &EndTxnRequest) -> Result<End, ErrorCode> {
        let partition = self.route(&request.transactional_id)?;
        let known = self.known(partition, &request.transactional_id).ok_or(ErrorCode::InvalidProducerIdMapping)?;
        if known.producer_id != request.producer_id {
            return Err(ErrorCode::InvalidProducerIdMapping);
        }
        // The answer to the first one was lost: its epoch is the one before.
        let is_over = matches!(known.state, TransactionState::CompleteCommit | TransactionState::CompleteAbort);
        let is_sent_again =
            request.producer_epoch == known.last_producer_epoch && (is_over || known.state.decision().is_some());
        if request.producer_epoch != known.producer_epoch && !is_sent_again {
            return Err(ErrorCode::ProducerFenced);
        }
        if self.is_changing(&request.transactional_id) {
            return Err(ErrorCode::ConcurrentTransactions);
        }
        match (known.state, request.is_commit, is_sent_again) {
            (TransactionState::Ongoing, ..) => Ok(End::Decide(partition, known)),
            (TransactionState::PrepareCommit, true, _) | (TransactionState::PrepareAbort, false, _) => {
                Err(ErrorCode::ConcurrentTransactions)
            }
            (TransactionState::CompleteCommit, true, true) | (TransactionState::CompleteAbort, false, true) => {
                Ok(End::Done(known))
            }
            // An abort of nothing still bumps the epoch: the producer may not know what it has left behind.
            (
                TransactionState::Empty | TransactionState::CompleteCommit | TransactionState::CompleteAbort,
                false,
                false,
            ) => Ok(End::Decide(partition, known)),
            (
                TransactionState::PrepareCommit
                | TransactionState::PrepareAbort
                | TransactionState::CompleteCommit
                | TransactionState::CompleteAbort
                | TransactionState::Empty,
                ..,
            ) => Err(ErrorCode::InvalidTxnState),
        }
    }

    fn known(&self, partition: PartitionIndex, transactional_id: &str) -> Option<Transaction> {
        self.shards.get(&partition)?.get(transactional_id).cloned()
    }
}

/// What an EndTxn leads to.
enum End {
    Decide(PartitionIndex, Transaction),
    /// It has been done before.
    Done(Transaction),
}

fn is_listed(known: &Transaction, request: &AddPartitionsToTxnRequest) -> bool {
    known.state == TransactionState::Ongoing
        && request.partitions.iter().all(|partition| known.partitions.binary_search(partition).is_ok())
}

pub(super) fn answer_init(to: Asker, error: ErrorCode, producer: (ProducerId, ProducerEpoch), out: &mut Outbox) {
    let (producer_id, producer_epoch) = producer;
    reply(to, Response::InitProducerId(InitProducerIdResponse { error, producer_id, producer_epoch }), out);
}

pub(super) fn answer_add(to: Asker, error: ErrorCode, out: &mut Outbox) {
    reply(to, Response::AddPartitionsToTxn(AddPartitionsToTxnResponse { error }), out);
}

pub(super) fn answer_end(to: Asker, error: ErrorCode, producer: (ProducerId, ProducerEpoch), out: &mut Outbox) {
    let (producer_id, producer_epoch) = producer;
    reply(to, Response::EndTxn(EndTxnResponse { error, producer_id, producer_epoch }), out);
}
