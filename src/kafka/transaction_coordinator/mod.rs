//! The broker's transaction coordinator (`TransactionCoordinator`, `TransactionStateManager`; KIP-98, KIP-890): the
//! transactional ids of the partitions of `__transaction_state` that this broker leads. It answers requests through the
//! outbox, asks its broker to append records and to get producer ids, and is told when that is done.
//!
//! Simplified: epochs are never used up (Kafka takes a new producer id after 32,766 transactions), transactional ids do
//! not expire, and loading takes no time. Two-phase commit with an outside coordinator (KIP-939) is left out.

pub mod markers;
pub mod records;
pub mod transaction;
mod requests;
#[cfg(test)]
mod tests;

use crate::kafka::coordinator_partition::coordinator_partition;
use crate::kafka::metadata_image::MetadataImage;
use crate::protocol::config::{BrokerConfig, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, CorrelationId, Node, PartitionIndex, ProducerId};
use crate::protocol::message::{InitProducerIdRequest, Message, Response, WriteTxnMarkersResponse};
use crate::protocol::record::{Bytes, Record};
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use markers::Markers;
use std::sync::Arc;
use transaction::{Transaction, TransactionState};

/// Who waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asker {
    pub from: Node,
    pub correlation: CorrelationId,
}

/// A record for `__transaction_state`, to be appended with acks=all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionWrite {
    pub partition: PartitionIndex,
    pub key: Option<Bytes>,
    pub value: Option<Bytes>,
    /// Names this write in `on_write_done`.
    pub ticket: u64,
}

/// What the coordinator asks of its broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    Append(TransactionWrite),
    /// A new producer id; `on_producer_id` brings it.
    ProducerId,
}

/// The settings that the coordinator goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionSettings {
    pub max_timeout: SimDuration,
    pub timeout_check_interval: SimDuration,
}

impl TransactionSettings {
    pub fn from_config(config: &BrokerConfig) -> Self {
        Self {
            max_timeout: millis(config.transaction_max_timeout_ms),
            timeout_check_interval: millis(config.transaction_abort_timed_out_transaction_cleanup_interval_ms),
        }
    }
}

/// What happens when a change is written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum AfterWrite {
    InitProducerId(Asker),
    AddPartitions(Asker),
    EndTxn(Asker),
    /// The coordinator's own decision to abort; somebody may wait for an InitProducerId.
    Fence(Option<Asker>),
    Complete,
}

/// A change that is being written (`pendingTransitionInProgress`).
#[derive(Clone, Debug, PartialEq, Eq)]
struct PendingChange {
    partition: PartitionIndex,
    next: Transaction,
    then: AfterWrite,
}

/// All transactional ids that this broker coordinates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionCoordinator {
    settings: TransactionSettings,
    /// How many partitions `__transaction_state` has, once it exists.
    partition_count: Option<u16>,
    /// By partition of `__transaction_state`: those that this broker leads.
    shards: BTreeMap<PartitionIndex, BTreeMap<Arc<str>, Transaction>>,
    pending: BTreeMap<u64, PendingChange>,
    next_ticket: u64,
    /// New transactional ids that wait for a producer id.
    awaiting_ids: Vec<(Asker, InitProducerIdRequest)>,
    markers: Markers,
}

impl TransactionCoordinator {
    /// A coordinator that leads nothing yet.
    pub fn new(settings: TransactionSettings) -> Self {
        Self {
            settings,
            partition_count: None,
            shards: BTreeMap::new(),
            pending: BTreeMap::new(),
            next_ticket: 0,
            awaiting_ids: Vec::new(),
            markers: Markers::default(),
        }
    }

    pub fn set_settings(&mut self, settings: TransactionSettings) {
        self.settings = settings;
    }

    /// Tells how many partitions `__transaction_state` has.
    pub fn set_partition_count(&mut self, count: u16) {
        self.partition_count = (count > 0).then_some(count);
    }

    /// Transactional ids that are coordinated here, by name.
    pub fn transactions(&self) -> impl Iterator<Item = &Transaction> {
        self.shards.values().flat_map(|shard| shard.values())
    }

    /// The transaction of this id, if it is coordinated here.
    pub fn transaction(&self, transactional_id: &str) -> Option<&Transaction> {
        self.transactions().find(|transaction| &*transaction.transactional_id == transactional_id)
    }

    /// This broker leads a partition of `__transaction_state` now: loads it from the whole of its log, oldest first.
    pub fn on_elected<'a>(
        &mut self,
        partition: PartitionIndex,
        records: impl Iterator<Item = &'a Record>,
        out: &mut Outbox,
    ) {
        if self.shards.contains_key(&partition) {
            return;
        }
        let mut shard: BTreeMap<Arc<str>, Transaction> = BTreeMap::new();
        for record in records {
            if let Some(transaction) = Transaction::decode(record.key.as_ref(), record.value.as_ref()) {
                shard.insert(Arc::clone(&transaction.transactional_id), transaction);
            }
        }
        for transaction in shard.values() {
            self.markers.forget(&transaction.transactional_id);
            if let Some(is_commit) = transaction.state.decision() {
                let producer = (transaction.producer_id, transaction.producer_epoch);
                self.markers.add(&transaction.transactional_id, producer, is_commit, &transaction.partitions);
                // What was decided is carried out, by whoever coordinates now.
                out.set_timer(Timer::TransactionMarkers, SimDuration::ZERO);
            }
        }
        if self.shards.is_empty() {
            out.set_timer(Timer::TransactionTimeouts, self.settings.timeout_check_interval);
        }
        self.shards.insert(partition, shard);
    }

    /// This broker leads the partition no longer.
    pub fn on_resigned(&mut self, partition: PartitionIndex, out: &mut Outbox) {
        let Some(shard) = self.shards.remove(&partition) else { return };
        for transaction in shard.values() {
            self.markers.forget(&transaction.transactional_id);
        }
        let lost: Vec<u64> = self
            .pending
            .iter()
            .filter(|(_, change)| change.partition == partition)
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in lost {
            if let Some(change) = self.pending.remove(&ticket) {
                Self::refuse(&change.then, ErrorCode::NotCoordinator, out);
            }
        }
        if self.shards.is_empty() {
            out.cancel_timer(Timer::TransactionTimeouts);
            out.cancel_timer(Timer::TransactionMarkers);
        }
    }

    /// The write of this ticket is replicated, or was not stored.
    pub fn on_write_done(
        &mut self,
        ticket: u64,
        result: Result<(), ErrorCode>,
        out: &mut Outbox,
        wishes: &mut Vec<Wish>,
    ) {
        let Some(PendingChange { partition, next, then }) = self.pending.remove(&ticket) else { return };
        if let Err(error) = result {
            Self::refuse(&then, answer_to_failed_write(error), out);
            if then == AfterWrite::Complete {
                out.set_timer(Timer::TransactionMarkers, SimDuration::from_millis(100));
            }
            return;
        }
        let Some(shard) = self.shards.get_mut(&partition) else { return };
        let before = shard.insert(Arc::clone(&next.transactional_id), next.clone());
        self.on_changed(before, next, then, out, wishes);
    }

    fn on_changed(
        &mut self,
        before: Option<Transaction>,
        now: Transaction,
        then: AfterWrite,
        out: &mut Outbox,
        wishes: &mut Vec<Wish>,
    ) {
        let transactional_id = Arc::clone(&now.transactional_id);
        let (producer_id, producer_epoch) = (now.producer_id, now.producer_epoch);
        match then {
            AfterWrite::InitProducerId(asker) => {
                requests::answer_init(asker, ErrorCode::None, (producer_id, producer_epoch), out);
            }
            AfterWrite::AddPartitions(asker) => {
                if before.is_none_or(|before| before.state != TransactionState::Ongoing) {
                    out.record(TraceEvent::TransactionStarted { transactional_id, producer_id, producer_epoch });
                }
                requests::answer_add(asker, ErrorCode::None, out);
            }
            AfterWrite::EndTxn(asker) => {
                requests::answer_end(asker, ErrorCode::None, (producer_id, producer_epoch), out);
                self.carry_out(&now, out, wishes);
            }
            AfterWrite::Fence(asker) => {
                if let Some(asker) = asker {
                    let nobody = requests::NOBODY;
                    requests::answer_init(asker, ErrorCode::ConcurrentTransactions, nobody, out);
                }
                self.carry_out(&now, out, wishes);
            }
            AfterWrite::Complete => {
                let is_commit = now.state == TransactionState::CompleteCommit;
                let took = now.started_at.map_or(SimDuration::ZERO, |at| out.now().since(at));
                out.record(TraceEvent::TransactionCompleted { transactional_id, producer_id, is_commit, took });
            }
        }
    }

    /// The decision stands: every partition of the transaction is to get its marker.
    fn carry_out(&mut self, decided: &Transaction, out: &mut Outbox, wishes: &mut Vec<Wish>) {
        let Some(is_commit) = decided.state.decision() else { return };
        out.record(TraceEvent::TransactionPrepared {
            transactional_id: Arc::clone(&decided.transactional_id),
            producer_id: decided.producer_id,
            producer_epoch: decided.producer_epoch,
            is_commit,
            partitions: decided.partitions.clone(),
        });
        let producer = (decided.producer_id, decided.producer_epoch);
        self.markers.add(&decided.transactional_id, producer, is_commit, &decided.partitions);
        self.complete_if_done(&decided.transactional_id, wishes);
    }

    /// Writes that the transaction is over, when its last marker is written.
    fn complete_if_done(&mut self, transactional_id: &Arc<str>, wishes: &mut Vec<Wish>) {
        let Some(partition) = self.partition_of(transactional_id) else { return };
        let is_changing = self.is_changing(transactional_id);
        let transaction = self.shards.get(&partition).and_then(|shard| shard.get(transactional_id));
        let decided = transaction.filter(|transaction| transaction.state.decision().is_some());
        if let Some(decided) = decided
            && !is_changing
            && !self.markers.are_pending(transactional_id)
        {
            let next = decided.completed();
            self.write(partition, next, AfterWrite::Complete, wishes);
        }
    }

    /// Sends the markers that are not on their way.
    pub fn send_markers(&mut self, image: &MetadataImage, next_correlation: &mut u32, out: &mut Outbox) {
        self.markers.send(image, next_correlation, out);
    }

    /// A partition's leader has answered.
    pub fn on_markers_written(&mut self, response: &WriteTxnMarkersResponse, out: &mut Outbox, wishes: &mut Vec<Wish>) {
        for transactional_id in self.markers.on_response(response, out) {
            self.complete_if_done(&transactional_id, wishes);
        }
    }

    /// The connection to another broker broke.
    pub fn on_disconnected(&mut self, broker: BrokerId, out: &mut Outbox) {
        self.markers.on_disconnected(broker, out);
    }

    /// `Timer::TransactionMarkers`: what could not be finished is tried again; the broker sends the markers then.
    pub fn on_markers_timer(&mut self, wishes: &mut Vec<Wish>) {
        let undone: Vec<Arc<str>> = self
            .transactions()
            .filter(|transaction| transaction.state.decision().is_some())
            .map(|transaction| Arc::clone(&transaction.transactional_id))
            .collect();
        for transactional_id in undone {
            self.complete_if_done(&transactional_id, wishes);
        }
    }

    /// `Timer::TransactionTimeouts`: transactions that have been open too long are aborted, and their producer is fenced
    /// (`abortTimedOutTransactions`).
    pub fn on_timeouts_timer(&mut self, out: &mut Outbox, wishes: &mut Vec<Wish>) {
        let now = out.now();
        let timed_out: Vec<Transaction> =
            self.transactions().filter(|transaction| transaction.has_timed_out(now)).cloned().collect();
        for transaction in timed_out {
            let Some(partition) = self.partition_of(&transaction.transactional_id) else { continue };
            if self.is_changing(&transaction.transactional_id) {
                continue;
            }
            let transactional_id = Arc::clone(&transaction.transactional_id);
            out.record(TraceEvent::TransactionTimedOut { transactional_id, after: transaction.timeout });
            self.write(partition, transaction.fenced().with_decision(false), AfterWrite::Fence(None), wishes);
        }
        out.set_timer(Timer::TransactionTimeouts, self.settings.timeout_check_interval);
    }

    /// The broker has got a producer id for us.
    pub fn on_producer_id(&mut self, producer_id: ProducerId, out: &mut Outbox, wishes: &mut Vec<Wish>) {
        if self.awaiting_ids.is_empty() {
            return;
        }
        let (asker, request) = self.awaiting_ids.remove(0);
        self.begin_new_id(asker, request, producer_id, out, wishes);
    }

    fn partition_of(&self, transactional_id: &str) -> Option<PartitionIndex> {
        self.partition_count.map(|count| coordinator_partition(transactional_id, count))
    }

    /// The partition of a transactional id that is coordinated here, or what to tell a client that asks for it.
    fn route(&self, transactional_id: &str) -> Result<PartitionIndex, ErrorCode> {
        let partition = self.partition_of(transactional_id).ok_or(ErrorCode::CoordinatorNotAvailable)?;
        if self.shards.contains_key(&partition) { Ok(partition) } else { Err(ErrorCode::NotCoordinator) }
    }

    fn is_changing(&self, transactional_id: &str) -> bool {
        self.pending.values().any(|change| &*change.next.transactional_id == transactional_id)
    }

    fn write(&mut self, partition: PartitionIndex, next: Transaction, then: AfterWrite, wishes: &mut Vec<Wish>) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        let (key, value) = next.encode();
        wishes.push(Wish::Append(TransactionWrite { partition, key, value, ticket }));
        self.pending.insert(ticket, PendingChange { partition, next, then });
    }

    fn refuse(then: &AfterWrite, error: ErrorCode, out: &mut Outbox) {
        match then {
            AfterWrite::InitProducerId(asker) | AfterWrite::Fence(Some(asker)) => {
                requests::answer_init(*asker, error, requests::NOBODY, out);
            }
            AfterWrite::AddPartitions(asker) => requests::answer_add(*asker, error, out),
            AfterWrite::EndTxn(asker) => requests::answer_end(*asker, error, requests::NOBODY, out),
            AfterWrite::Fence(None) | AfterWrite::Complete => {}
        }
    }
}

fn reply(to: Asker, response: Response, out: &mut Outbox) {
    out.send(to.from, Message::Response { correlation: to.correlation, response });
}

/// What a client is told when a write failed (`TransactionStateManager.appendTransactionToLog`).
const fn answer_to_failed_write(error: ErrorCode) -> ErrorCode {
    match error {
        ErrorCode::UnknownTopicOrPartition
        | ErrorCode::NotEnoughReplicas
        | ErrorCode::NotEnoughReplicasAfterAppend
        | ErrorCode::RequestTimedOut => ErrorCode::CoordinatorNotAvailable,
        ErrorCode::NotLeaderOrFollower | ErrorCode::KafkaStorageError => ErrorCode::NotCoordinator,
        _ => ErrorCode::UnknownServerError,
    }
}
