//! The transactional half of a producer (`TransactionManager`; KIP-98, KIP-447, KIP-890): who coordinates, which epoch this
//! instance has, and how a transaction ends. Partitions join a transaction as they are written to: the brokers see to it.
//!
//! The owner calls `init_transactions` once, then `begin_transaction`, `send`, perhaps `send_offsets_to_transaction`, and
//! `commit_transaction` or `abort_transaction`; each of these ends with an outcome from `take_transaction_outcomes`.

use super::in_flight::ProducerRequest;
use super::{Producer, SendResult};
use crate::protocol::config::millis;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, GroupId, MemberId, ProducerEpoch, ProducerId, TopicPartition};
use crate::protocol::message::{
    CommittedOffset, CoordinatorType, EndTxnRequest, FindCoordinatorRequest, FindCoordinatorResponse,
    InitProducerIdRequest, Request, Response, TxnOffsetCommitRequest,
};
use crate::protocol::offset::Generation;
use crate::protocol::timer::Timer;
use crate::sim::time::SimTime;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::sync::Arc;

/// Where a transactional producer stands (`TransactionManager.State`).
///
/// ```text
/// Uninitialized  -> Initializing    initTransactions()
/// Initializing   -> Ready           it has its id and epoch
/// Ready          -> InTransaction   beginTransaction()
/// InTransaction  -> Committing      commitTransaction()
/// InTransaction, AbortableError -> Aborting   abortTransaction()
/// InTransaction, Committing     -> AbortableError   something in it has failed
/// Committing, Aborting -> Ready     EndTxn is answered
/// any            -> FatalError      the epoch is over: another instance has taken its place
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionStage {
    Uninitialized,
    Initializing,
    Ready,
    InTransaction,
    Committing,
    Aborting,
    AbortableError(ErrorCode),
    FatalError(ErrorCode),
}

/// What a transactional call has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionOutcome {
    Ready,
    Committed,
    Aborted,
    /// The transaction cannot be committed: abort it.
    MustAbort(ErrorCode),
    /// The producer is of no use any more (ProducerFencedException and its like).
    Fatal(ErrorCode),
}

/// Offsets that belong to a transaction, with the membership under which they were read (`ConsumerGroupMetadata`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionOffsets {
    pub group: GroupId,
    pub generation: Generation,
    pub member: Option<MemberId>,
    pub group_instance_id: Option<Arc<str>>,
    pub offsets: Vec<(TopicPartition, CommittedOffset)>,
}

/// A producer's transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transactions {
    transactional_id: Arc<str>,
    pub stage: TransactionStage,
    coordinator: Option<BrokerId>,
    group_coordinator: Option<BrokerId>,
    offsets: Option<TransactionOffsets>,
    /// A request of these is out: one at a time.
    is_asking: bool,
    retry_at: SimTime,
    /// Something was sent in this transaction, so there is something to end.
    pub has_begun: bool,
    outcomes: Vec<TransactionOutcome>,
}

impl Transactions {
    pub(super) fn new(transactional_id: Arc<str>) -> Self {
        Self {
            transactional_id,
            stage: TransactionStage::Uninitialized,
            coordinator: None,
            group_coordinator: None,
            offsets: None,
            is_asking: false,
            retry_at: SimTime::ZERO,
            has_begun: false,
            outcomes: Vec::new(),
        }
    }

    pub fn transactional_id(&self) -> &Arc<str> {
        &self.transactional_id
    }

    /// True while records may be sent.
    pub fn takes_records(&self) -> bool {
        self.stage == TransactionStage::InTransaction
    }
}

impl Producer {
    /// Kafka's `initTransactions()`: asks for an epoch of its own, and shuts out earlier instances of this transactional id.
    pub fn init_transactions(&mut self, out: &mut Outbox) {
        if let Some(transactions) = &mut self.transactions {
            transactions.stage = TransactionStage::Initializing;
        }
        self.run_sender(out);
    }
    /// Kafka's `beginTransaction()`; nothing is sent yet.
    pub fn begin_transaction(&mut self) {
        if let Some(transactions) = self.transactions.as_mut().filter(|known| known.stage == TransactionStage::Ready) {
            transactions.stage = TransactionStage::InTransaction;
            transactions.has_begun = false;
        }
    }
    /// Kafka's `sendOffsetsToTransaction()`. Simplified: the request goes out when the transaction is committed.
    pub fn send_offsets_to_transaction(&mut self, offsets: TransactionOffsets) {
        if let Some(transactions) = self.transactions.as_mut().filter(|known| known.takes_records()) {
            transactions.offsets = Some(offsets);
        }
    }
    /// Kafka's `commitTransaction()`: what is buffered goes out first.
    pub fn commit_transaction(&mut self, out: &mut Outbox) {
        let Some(transactions) = &mut self.transactions else { return };
        match transactions.stage {
            TransactionStage::InTransaction => {
                transactions.stage = TransactionStage::Committing;
                self.accumulator.set_transaction_completing(true);
            }
            TransactionStage::AbortableError(error) => {
                transactions.outcomes.push(TransactionOutcome::MustAbort(error));
            }
            TransactionStage::FatalError(error) => transactions.outcomes.push(TransactionOutcome::Fatal(error)),
            _ => {}
        }
        self.run_sender(out);
    }
    /// Kafka's `abortTransaction()`: what is buffered is dropped.
    pub fn abort_transaction(&mut self, out: &mut Outbox) {
        let Some(transactions) = &mut self.transactions else { return };
        match transactions.stage {
            TransactionStage::InTransaction | TransactionStage::AbortableError(_) => {
                transactions.stage = TransactionStage::Aborting;
                transactions.offsets = None;
            }
            TransactionStage::FatalError(error) => transactions.outcomes.push(TransactionOutcome::Fatal(error)),
            _ => {}
        }
        self.run_sender(out);
    }
    /// What transactional calls have come to since the last time this was asked.
    pub fn take_transaction_outcomes(&mut self) -> Vec<TransactionOutcome> {
        self.transactions.as_mut().map(|known| std::mem::take(&mut known.outcomes)).unwrap_or_default()
    }
    /// Where the producer's transactions stand; `None` without a `transactional.id`.
    pub fn transactions(&self) -> Option<&Transactions> {
        self.transactions.as_ref()
    }

    /// What the sender does for transactions in one turn.
    pub(super) fn run_transactions(&mut self, out: &mut Outbox) {
        self.drop_what_is_aborted(out);
        let is_drained = self.is_flushed();
        let Some(transactions) = self.transactions.as_ref().filter(|known| !known.is_asking) else { return };
        let is_wanted = match transactions.stage {
            TransactionStage::Initializing => true,
            TransactionStage::Committing | TransactionStage::Aborting => is_drained,
            _ => false,
        };
        if !is_wanted || !self.network.metadata().is_known() {
            return;
        }
        if transactions.retry_at > out.now() {
            return self.sender_wake_up.no_later_than(transactions.retry_at, Timer::Sender, out);
        }
        if !transactions.has_begun
            && transactions.offsets.is_none()
            && transactions.stage != TransactionStage::Initializing
        {
            return self.end_transaction(out);
        }
        let (request, kind, to) = self.next_transaction_request();
        let now = out.now();
        let to = to.or_else(|| self.network.least_loaded_broker(now));
        match to.filter(|broker| self.network.can_send(*broker, now)) {
            Some(broker) => {
                if let Some(transactions) = &mut self.transactions {
                    transactions.is_asking = true;
                    transactions.has_begun |= kind == ProducerRequest::TxnOffsetCommit;
                }
                self.network.send(broker, request, kind, out);
            }
            None => self.ask_transaction_later(out),
        }
    }

    /// What has to be asked next, and of whom; `None`: of anybody.
    fn next_transaction_request(&self) -> (Request, ProducerRequest, Option<BrokerId>) {
        let transactions = self.transactions.as_ref().expect("only a transactional producer comes here");
        let transactional_id = Arc::clone(&transactions.transactional_id);
        let find = |key_type, key| Request::FindCoordinator(FindCoordinatorRequest { key_type, key });
        if let (Some(offsets), TransactionStage::Committing) = (&transactions.offsets, transactions.stage) {
            let Some(coordinator) = transactions.group_coordinator else {
                let key_type = CoordinatorType::Group;
                let request = find(key_type, Arc::clone(&offsets.group.0));
                return (request, ProducerRequest::FindCoordinator { key_type }, None);
            };
            let (producer_id, producer_epoch) = self.transaction_identity();
            let TransactionOffsets { group, generation, member, group_instance_id, offsets } = offsets.clone();
            let request = TxnOffsetCommitRequest {
                transactional_id,
                producer_id,
                producer_epoch,
                group,
                generation,
                member,
                group_instance_id,
                offsets,
            };
            return (Request::TxnOffsetCommit(request), ProducerRequest::TxnOffsetCommit, Some(coordinator));
        }
        let Some(coordinator) = transactions.coordinator else {
            let key_type = CoordinatorType::Transaction;
            return (find(key_type, transactional_id), ProducerRequest::FindCoordinator { key_type }, None);
        };
        if transactions.stage == TransactionStage::Initializing {
            let request = InitProducerIdRequest {
                transactional_id: Some(transactional_id),
                transaction_timeout: millis(self.options.config.transaction_timeout_ms),
                producer_id: ProducerId::NONE,
                producer_epoch: ProducerEpoch::NONE,
            };
            return (Request::InitProducerId(request), ProducerRequest::InitTransactions, Some(coordinator));
        }
        let (producer_id, producer_epoch) = self.transaction_identity();
        let is_commit = transactions.stage == TransactionStage::Committing;
        let request = EndTxnRequest { transactional_id, producer_id, producer_epoch, is_commit };
        (Request::EndTxn(request), ProducerRequest::EndTxn, Some(coordinator))
    }

    fn transaction_identity(&self) -> (ProducerId, ProducerEpoch) {
        let nobody = (ProducerId::NONE, ProducerEpoch::NONE);
        self.idempotence.as_ref().map_or(nobody, |known| (known.producer_id, known.producer_epoch))
    }

    /// A coordinator has answered, or will not.
    pub(super) fn on_transaction_answer(
        &mut self,
        request: ProducerRequest,
        response: Result<Response, ErrorCode>,
        out: &mut Outbox,
    ) {
        if let Some(transactions) = &mut self.transactions {
            transactions.is_asking = false;
        }
        match (request, response) {
            (ProducerRequest::FindCoordinator { key_type }, Ok(Response::FindCoordinator(found))) => {
                self.on_transaction_coordinator(key_type, &found, out);
            }
            (_, Ok(Response::InitProducerId(answer))) => {
                self.on_transaction_step(answer.error, Some((answer.producer_id, answer.producer_epoch)), out);
            }
            (_, Ok(Response::EndTxn(answer))) => {
                self.on_transaction_step(answer.error, Some((answer.producer_id, answer.producer_epoch)), out);
            }
            (_, Ok(Response::TxnOffsetCommit(answer))) => {
                let error = answer.partitions.iter().map(|(_, error)| *error).find(|error| !error.is_none());
                self.on_offsets_answered(error.unwrap_or_default(), out);
            }
            (ProducerRequest::TxnOffsetCommit, _) => self.on_offsets_answered(ErrorCode::NotCoordinator, out),
            (_, _) => self.on_transaction_step(ErrorCode::NotCoordinator, None, out),
        }
    }

    fn on_transaction_coordinator(
        &mut self,
        key_type: CoordinatorType,
        found: &FindCoordinatorResponse,
        out: &mut Outbox,
    ) {
        let Some(transactions) = &mut self.transactions else { return };
        match key_type {
            CoordinatorType::Transaction => transactions.coordinator = found.coordinator,
            CoordinatorType::Group => transactions.group_coordinator = found.coordinator,
        }
        if found.coordinator.is_none() {
            self.ask_transaction_later(out);
        }
    }

    /// The answer to InitProducerId or EndTxn.
    fn on_transaction_step(
        &mut self,
        error: ErrorCode,
        identity: Option<(ProducerId, ProducerEpoch)>,
        out: &mut Outbox,
    ) {
        let Some(transactions) = &mut self.transactions else { return };
        match error {
            ErrorCode::None => {
                if let Some((producer_id, producer_epoch)) = identity
                    && let Some(idempotence) = &mut self.idempotence
                {
                    idempotence.begin_epoch(producer_id, producer_epoch);
                    let client = self.options.client;
                    out.record(TraceEvent::ProducerIdAssigned { client, producer_id, producer_epoch });
                }
                self.end_transaction(out);
            }
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
                transactions.coordinator = None;
                self.ask_transaction_later(out);
            }
            ErrorCode::ConcurrentTransactions | ErrorCode::CoordinatorLoadInProgress => self.ask_transaction_later(out),
            other => self.fail_for_good(other, out),
        }
    }

    fn on_offsets_answered(&mut self, error: ErrorCode, out: &mut Outbox) {
        let Some(transactions) = &mut self.transactions else { return };
        match error {
            ErrorCode::None => transactions.offsets = None,
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable | ErrorCode::RequestTimedOut => {
                transactions.group_coordinator = None;
                self.ask_transaction_later(out);
            }
            ErrorCode::CoordinatorLoadInProgress
            | ErrorCode::ConcurrentTransactions
            | ErrorCode::UnknownTopicOrPartition => self.ask_transaction_later(out),
            ErrorCode::UnknownMemberId
            | ErrorCode::IllegalGeneration
            | ErrorCode::FencedInstanceId
            | ErrorCode::StaleMemberEpoch
            | ErrorCode::RebalanceInProgress
            | ErrorCode::TransactionAbortable => self.fail_transaction(error, out),
            other => self.fail_for_good(other, out),
        }
    }

    /// The call in progress has come to its end.
    fn end_transaction(&mut self, out: &mut Outbox) {
        let Some(transactions) = &mut self.transactions else { return };
        let outcome = match transactions.stage {
            TransactionStage::Committing => TransactionOutcome::Committed,
            TransactionStage::Aborting => TransactionOutcome::Aborted,
            _ => TransactionOutcome::Ready,
        };
        transactions.stage = TransactionStage::Ready;
        transactions.has_begun = false;
        transactions.outcomes.push(outcome);
        self.accumulator.set_transaction_completing(false);
        self.wake_sender(out);
    }

    /// Something in the transaction has failed: it can only be aborted (`transitionToAbortableError`).
    pub(super) fn fail_transaction(&mut self, error: ErrorCode, out: &mut Outbox) {
        let Some(transactions) = &mut self.transactions else { return };
        if matches!(transactions.stage, TransactionStage::InTransaction | TransactionStage::Committing) {
            transactions.stage = TransactionStage::AbortableError(error);
            transactions.offsets = None;
            transactions.outcomes.push(TransactionOutcome::MustAbort(error));
            self.accumulator.set_transaction_completing(false);
            out.record(TraceEvent::TransactionFailed { client: self.options.client, error });
        }
    }

    /// Nothing helps any more (`transitionToFatalError`).
    fn fail_for_good(&mut self, error: ErrorCode, out: &mut Outbox) {
        let Some(transactions) = &mut self.transactions else { return };
        transactions.stage = TransactionStage::FatalError(error);
        transactions.outcomes.push(TransactionOutcome::Fatal(error));
        out.record(TraceEvent::ProducerFenced { client: self.options.client, error });
        self.wake_sender(out);
    }

    /// Batches of a transaction that will not be committed are not sent any more.
    fn drop_what_is_aborted(&mut self, out: &mut Outbox) {
        let is_dropping = self.transactions.as_ref().is_some_and(|transactions| {
            matches!(transactions.stage, TransactionStage::Aborting | TransactionStage::FatalError(_))
        });
        if !is_dropping || self.accumulator.batches_queued() == 0 {
            return;
        }
        let client = self.options.client;
        let error = ErrorCode::TransactionAbortable;
        for batch in self.accumulator.abort() {
            for record in batch.records() {
                let (record, was_sent) = (record.id, batch.attempts > 0);
                out.record(TraceEvent::RecordFailed { client, record, error, was_sent });
                self.results.push(SendResult { record, outcome: Err(error) });
            }
        }
        self.resume_blocked(out);
    }

    fn ask_transaction_later(&mut self, out: &mut Outbox) {
        let Some(transactions) = &mut self.transactions else { return };
        transactions.retry_at = out.now() + millis(self.options.config.retry_backoff_ms);
        self.sender_wake_up.no_later_than(transactions.retry_at, Timer::Sender, out);
    }

    /// A sequence is missing: a transactional producer starts anew with the next transaction, after this one is aborted.
    pub(super) fn ensure_transactional_identity(&mut self, out: &mut Outbox) {
        let Some(idempotence) = &mut self.idempotence else { return };
        idempotence.resolve();
        if idempotence.has_gap() {
            self.fail_transaction(ErrorCode::OutOfOrderSequenceNumber, out);
        }
        let is_open = self.transactions.as_ref().is_some_and(|transactions| {
            matches!(transactions.stage, TransactionStage::InTransaction | TransactionStage::Committing)
        });
        if let Some(idempotence) = &mut self.idempotence {
            idempotence.set_transactional(is_open);
        }
    }
}
