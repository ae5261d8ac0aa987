//! What a broker does for transactions: it houses a coordinator, asks other coordinators before the first batch of a
//! transaction is appended here (KIP-890), and writes markers (`KafkaApis`, `AddPartitionsToTxnManager`).

use super::Broker;
use super::produce::Waiter;
use crate::kafka::coordinator_partition::coordinator_partition;
use crate::kafka::producer_state::AppendOrigin;
use crate::kafka::transaction_coordinator::{Asker, TransactionWrite, Wish};
use crate::kafka::transaction_verification::{Verification, VerificationGuard};
use crate::protocol::config::millis;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, CorrelationId, Node, ProducerId, RecordId, TopicPartition};
use crate::protocol::message::{
    AddPartitionsToTxnRequest, EndTxnRequest, InitProducerIdRequest, Message, ProduceRequest, Request, Response,
    TxnOffsetCommitRequest, TxnOffsetCommitResponse, WriteTxnMarkersRequest, WriteTxnMarkersResponse,
};
use crate::protocol::offset::Offset;
use crate::protocol::record::{BATCH_OVERHEAD, ControlRecord, Record, RecordBatch, record_size};
use crate::protocol::timer::Timer;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::sync::Arc;

/// While the last transaction is still being ended, the coordinator is asked again after this
/// (`add.partitions.to.txn.retry.backoff.ms`), for so long at the most (`add.partitions.to.txn.retry.backoff.max.ms`).
const RETRY_BACKOFF: SimDuration = SimDuration::from_millis(20);
const RETRY_FOR: SimDuration = SimDuration::from_millis(100);
/// A coordinator that does not answer is given up (`request.timeout.ms`).
const REQUEST_TIMEOUT: SimDuration = SimDuration::from_secs(30);
/// Bytes of a control record's key and value, 4 and 6 (`ControlRecordType`, `EndTransactionMarker`).
const MARKER_BYTES: u32 = 10;

/// A question to a transaction coordinator, and what waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    correlation: CorrelationId,
    to: Option<BrokerId>,
    request: AddPartitionsToTxnRequest,
    /// With what each partition begins its transaction.
    guards: Vec<(TopicPartition, VerificationGuard)>,
    then: Asked,
    retry_until: SimTime,
    is_backing_off: bool,
}

/// What is done once the coordinator knows of the partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    Produce { from: Node, correlation: CorrelationId, produce: ProduceRequest },
    OffsetCommit { from: Node, correlation: CorrelationId, request: TxnOffsetCommitRequest },
}

/// The question that allowed a batch into the log.
pub(super) type Guards = Vec<(TopicPartition, VerificationGuard)>;

impl Broker {
    /// Asks the coordinator first when a batch would begin a transaction in its partition; gives the request back when
    /// nothing need be asked.
    pub(super) fn ask_before_produce(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        produce: ProduceRequest,
        out: &mut Outbox,
    ) -> Option<ProduceRequest> {
        let Some(transactional_id) = produce.transactional_id.clone() else { return Some(produce) };
        let mut guards = Vec::new();
        let mut producer = None;
        for (id, batch) in produce.batches.iter().filter(|(_, batch)| batch.is_transactional) {
            let leads = self.memory.partitions.get(id).is_some_and(|partition| partition.is_leader());
            let Some(log) = self.disk.logs.get_mut(id).filter(|_| leads) else { continue };
            if let Some(guard) = log.begin_verification(batch) {
                guards.push((*id, guard));
                producer = Some((batch.producer_id, batch.producer_epoch));
            }
        }
        let Some((producer_id, producer_epoch)) = producer else { return Some(produce) };
        let partitions = guards.iter().map(|(id, _)| *id).collect();
        let request = AddPartitionsToTxnRequest { transactional_id, producer_id, producer_epoch, partitions };
        self.ask_coordinator(request, guards, Asked::Produce { from, correlation, produce }, out);
        None
    }

    /// Offsets in a transaction: the group's partition joins it as any other does.
    pub(super) fn handle_txn_offset_commit(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        request: TxnOffsetCommitRequest,
        out: &mut Outbox,
    ) {
        let partition = self.memory.groups.partition_of(&request.group).zip(self.offsets_topic());
        let Some(id) = partition.map(|(partition, topic)| TopicPartition { topic, partition }) else {
            return refuse_offsets(from, correlation, &request, ErrorCode::CoordinatorNotAvailable, out);
        };
        let is_open = self.disk.logs.get(&id).is_some_and(|log| {
            log.producers().get(request.producer_id).is_some_and(|entry| {
                entry.producer_epoch == request.producer_epoch && entry.current_transaction_first_offset.is_some()
            })
        });
        if is_open {
            return self.commit_offsets_in_transaction(from, correlation, request, out);
        }
        let ask = AddPartitionsToTxnRequest {
            transactional_id: Arc::clone(&request.transactional_id),
            producer_id: request.producer_id,
            producer_epoch: request.producer_epoch,
            partitions: vec![id],
        };
        self.ask_coordinator(ask, Vec::new(), Asked::OffsetCommit { from, correlation, request }, out);
    }

    fn commit_offsets_in_transaction(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        request: TxnOffsetCommitRequest,
        out: &mut Outbox,
    ) {
        let mut writes = Vec::new();
        let request = Request::TxnOffsetCommit(request);
        self.memory.groups.on_request(from, correlation, request, out, &mut writes);
        self.write_offsets(writes, out);
    }

    fn ask_coordinator(&mut self, request: AddPartitionsToTxnRequest, guards: Guards, then: Asked, out: &mut Outbox) {
        let correlation = self.next_correlation();
        let retry_until = out.now() + RETRY_FOR;
        let question = Question { correlation, to: None, request, guards, then, retry_until, is_backing_off: false };
        self.memory.questions.push(question);
        self.send_question(correlation, out);
    }

    fn send_question(&mut self, correlation: CorrelationId, out: &mut Outbox) {
        let Some(index) = self.question(correlation) else { return };
        let coordinator = self.coordinator_of_transaction(&self.memory.questions[index].request.transactional_id);
        let Some(coordinator) = coordinator else {
            return self.answer_question(index, ErrorCode::CoordinatorNotAvailable, out);
        };
        let question = &mut self.memory.questions[index];
        (question.to, question.is_backing_off) = (Some(coordinator), false);
        let request = Request::AddPartitionsToTxn(question.request.clone());
        out.send(Node::Broker(coordinator), Message::Request { correlation, request });
        out.set_timer(Timer::TransactionQuestion(correlation), REQUEST_TIMEOUT);
    }

    /// The leader of the transactional id's partition of `__transaction_state`.
    pub(super) fn coordinator_of_transaction(&self, transactional_id: &str) -> Option<BrokerId> {
        let topic = self.transactions_topic()?;
        let count = self.memory.image.topic(topic)?.partitions.len() as u16;
        let partition = coordinator_partition(transactional_id, count);
        self.memory.image.partition(TopicPartition { topic, partition })?.leader
    }

    fn question(&self, correlation: CorrelationId) -> Option<usize> {
        self.memory.questions.iter().position(|question| question.correlation == correlation)
    }

    pub(super) fn on_question_answered(&mut self, correlation: CorrelationId, error: ErrorCode, out: &mut Outbox) {
        let Some(index) = self.question(correlation) else { return };
        let question = &mut self.memory.questions[index];
        if error == ErrorCode::ConcurrentTransactions && out.now() + RETRY_BACKOFF <= question.retry_until {
            question.is_backing_off = true;
            return out.set_timer(Timer::TransactionQuestion(correlation), RETRY_BACKOFF);
        }
        self.answer_question(index, error, out);
    }

    pub(super) fn on_question_timer(&mut self, correlation: CorrelationId, out: &mut Outbox) {
        match self.question(correlation) {
            Some(index) if self.memory.questions[index].is_backing_off => self.send_question(correlation, out),
            Some(index) => self.answer_question(index, ErrorCode::NetworkException, out),
            None => {}
        }
    }

    /// The connection to another broker broke: what it was asked stays without an answer, what it was to write is sent again.
    pub(super) fn on_transaction_peer_lost(&mut self, peer: BrokerId, out: &mut Outbox) {
        while let Some(index) = self.memory.questions.iter().position(|question| question.to == Some(peer)) {
            self.answer_question(index, ErrorCode::NetworkException, out);
        }
        self.memory.transactions.on_disconnected(peer, out);
    }

    fn answer_question(&mut self, index: usize, error: ErrorCode, out: &mut Outbox) {
        let Question { correlation: asked, guards, then, request, .. } = self.memory.questions.remove(index);
        out.cancel_timer(Timer::TransactionQuestion(asked));
        match then {
            Asked::Produce { from, correlation, produce } => {
                let refused: Vec<(TopicPartition, ErrorCode)> = if error.is_none() {
                    Vec::new()
                } else {
                    request.partitions.iter().map(|id| (*id, refusal_of_append(error))).collect()
                };
                self.append_and_answer(from, correlation, produce, &guards, &refused, out);
            }
            Asked::OffsetCommit { from, correlation, request } if error.is_none() => {
                self.commit_offsets_in_transaction(from, correlation, request, out);
            }
            Asked::OffsetCommit { from, correlation, request } => {
                refuse_offsets(from, correlation, &request, refusal_of_offsets(error), out);
            }
        }
    }

    /// What an append must show: the guard of the question that was asked for it, if one had to be.
    pub(super) fn verification(id: TopicPartition, guards: &Guards) -> Verification {
        let guard = guards.iter().find(|(asked, _)| *asked == id).map(|(_, guard)| *guard);
        Verification::Required(guard)
    }

    /// Requests for the transaction coordinator that lives here.
    pub(super) fn handle_transaction_request(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        request: TransactionRequest,
        out: &mut Outbox,
    ) {
        let asker = Asker { from, correlation };
        let mut wishes = Vec::new();
        let coordinator = &mut self.memory.transactions;
        match request {
            TransactionRequest::Init(request) => coordinator.on_init_producer_id(asker, request, out, &mut wishes),
            TransactionRequest::Add(request) => coordinator.on_add_partitions(asker, &request, out, &mut wishes),
            TransactionRequest::End(request) => coordinator.on_end_txn(asker, &request, out, &mut wishes),
        }
        self.grant(wishes, out);
    }

    /// Does what the coordinator asks of its broker.
    fn grant(&mut self, wishes: Vec<Wish>, out: &mut Outbox) {
        for wish in wishes {
            match wish {
                Wish::Append(write) => self.append_transaction(write, out),
                Wish::ProducerId => self.want_producer_id_for_transaction(out),
            }
        }
        let Self { memory, .. } = self;
        memory.transactions.send_markers(&memory.image, &mut memory.next_correlation, out);
    }

    pub(super) fn on_transaction_timer(&mut self, timer: &Timer, out: &mut Outbox) {
        let mut wishes = Vec::new();
        match timer {
            Timer::TransactionTimeouts => self.memory.transactions.on_timeouts_timer(out, &mut wishes),
            Timer::TransactionMarkers => self.memory.transactions.on_markers_timer(&mut wishes),
            _ => {}
        }
        self.grant(wishes, out);
    }

    pub(super) fn on_transaction_written(&mut self, ticket: u64, result: Result<(), ErrorCode>, out: &mut Outbox) {
        let mut wishes = Vec::new();
        self.memory.transactions.on_write_done(ticket, result, out, &mut wishes);
        self.grant(wishes, out);
    }

    pub(super) fn on_transaction_producer_id(&mut self, producer_id: ProducerId, out: &mut Outbox) {
        let mut wishes = Vec::new();
        self.memory.transactions.on_producer_id(producer_id, out, &mut wishes);
        self.grant(wishes, out);
    }

    pub(super) fn on_markers_answered(&mut self, response: &WriteTxnMarkersResponse, out: &mut Outbox) {
        let mut wishes = Vec::new();
        self.memory.transactions.on_markers_written(response, out, &mut wishes);
        self.grant(wishes, out);
    }

    fn append_transaction(&mut self, write: TransactionWrite, out: &mut Outbox) {
        let TransactionWrite { partition, key, value, ticket } = write;
        let Some(topic) = self.transactions_topic() else { return };
        let record = Record { id: RecordId(0), timestamp: out.now(), key, value, headers: Vec::new() };
        let size = BATCH_OVERHEAD + record_size(&record, 0, 0);
        let batch = RecordBatch::new(vec![record].into(), size);
        let timeout = millis(self.config.offsets_commit_timeout_ms);
        let id = TopicPartition { topic, partition };
        self.append_for_coordinator(vec![(id, batch)], Waiter::Transaction { ticket }, timeout, out);
    }

    /// A coordinator says how a transaction has ended: each partition gets a marker, and the answer waits until the
    /// markers are replicated.
    pub(super) fn handle_write_txn_markers(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        request: WriteTxnMarkersRequest,
        out: &mut Outbox,
    ) {
        let WriteTxnMarkersRequest { producer_id, producer_epoch, is_commit, partitions } = request;
        let record = Record { id: RecordId(0), timestamp: out.now(), key: None, value: None, headers: Vec::new() };
        let mut marker = RecordBatch::new(vec![record].into(), BATCH_OVERHEAD + MARKER_BYTES);
        (marker.producer_id, marker.producer_epoch) = (producer_id, producer_epoch);
        marker.is_transactional = true;
        marker.control = Some(if is_commit { ControlRecord::Commit } else { ControlRecord::Abort });
        let batches: Vec<(TopicPartition, RecordBatch)> = partitions.iter().map(|id| (*id, marker.clone())).collect();
        let waiter = Waiter::Markers { from, correlation, producer_id, is_commit };
        self.append_for_coordinator(batches, waiter, REQUEST_TIMEOUT, out);
    }

    /// The markers of one request are replicated, or some could not be written.
    pub(super) fn on_markers_appended(
        &mut self,
        to: (Node, CorrelationId),
        producer_id: ProducerId,
        is_commit: bool,
        partitions: Vec<(TopicPartition, ErrorCode)>,
        out: &mut Outbox,
    ) {
        let offsets_topic = self.offsets_topic();
        for (id, _) in partitions.iter().filter(|(id, error)| error.is_none() && Some(id.topic) == offsets_topic) {
            self.memory.groups.on_transaction_ended(id.partition, producer_id, is_commit, out);
        }
        let response = Response::WriteTxnMarkers(WriteTxnMarkersResponse { producer_id, partitions });
        Self::reply(to.0, to.1, response, out);
    }

    /// A marker was appended here.
    pub(super) fn note_marker(id: TopicPartition, batch: &RecordBatch, offset: Offset, out: &mut Outbox) {
        if let Some(control) = batch.control {
            out.record(TraceEvent::TransactionMarkerWritten {
                partition: id,
                producer_id: batch.producer_id,
                producer_epoch: batch.producer_epoch,
                is_commit: control == ControlRecord::Commit,
                offset,
            });
        }
    }

    /// Who appends, by what a batch is.
    pub(super) fn origin_of(batch: &RecordBatch) -> AppendOrigin {
        let is_coordinator = batch.control.is_some() || batch.base_sequence.0 < 0;
        if is_coordinator { AppendOrigin::Coordinator } else { AppendOrigin::Client }
    }
}

/// A request for the transaction coordinator.
pub(super) enum TransactionRequest {
    Init(InitProducerIdRequest),
    Add(AddPartitionsToTxnRequest),
    End(EndTxnRequest),
}

fn refuse_offsets(
    from: Node,
    correlation: CorrelationId,
    request: &TxnOffsetCommitRequest,
    error: ErrorCode,
    out: &mut Outbox,
) {
    let partitions = request.offsets.iter().map(|(partition, _)| (*partition, error)).collect();
    let response = Response::TxnOffsetCommit(TxnOffsetCommitResponse { partitions });
    out.send(from, Message::Response { correlation, response });
}

/// What a producer is told when its partition could not join the transaction (`ReplicaManager.handleProduceAppend`).
const fn refusal_of_append(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::NetworkException
        | ErrorCode::CoordinatorLoadInProgress
        | ErrorCode::CoordinatorNotAvailable
        | ErrorCode::NotCoordinator => ErrorCode::NotEnoughReplicas,
        ErrorCode::ProducerFenced => ErrorCode::InvalidProducerEpoch,
        other => other,
    }
}

const fn refusal_of_offsets(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::NetworkException | ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
            ErrorCode::CoordinatorLoadInProgress
        }
        other => other,
    }
}
