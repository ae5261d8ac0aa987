//! Produce: validation, the leader's append, and the purgatory where acks=all waits for the high watermark.

use super::Broker;
use super::transactions::Guards;
use crate::kafka::group_coordinator::OffsetsWrite;
use crate::kafka::log::Log;
use crate::kafka::producer_state::Validated;
use crate::kafka::transaction_verification::Verification;
use crate::protocol::config::{TopicConfig, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{CorrelationId, Node, ProducerId, RecordId, TopicPartition};
use crate::protocol::message::{Message, ProducePartitionResponse, ProduceRequest, ProduceResponse, Response};
use crate::protocol::offset::Offset;
use crate::protocol::record::{BATCH_OVERHEAD, Record, RecordBatch, record_size};
use crate::protocol::timer::Timer;
use crate::sim::disk::Disk;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

/// How long dirty pages stay in the page cache before the kernel writes them back (Linux's default of 30 s).
const WRITEBACK_DELAY: SimDuration = SimDuration::from_secs(30);

/// When what has just been appended will be on the platter: as soon as the disk can once `flush.messages` have gathered,
/// otherwise after `flush.ms`, or when the kernel writes it back.
pub(super) fn flushed_at(log: &mut Log, disk: &Disk, config: &TopicConfig, now: SimTime) -> SimTime {
    let written_at = now + disk.flush(now);
    if log.asks_flush(config.flush_messages) {
        written_at
    } else {
        written_at + WRITEBACK_DELAY.min(millis(config.flush_ms))
    }
}

/// Who waits for a produce to be replicated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Waiter {
    Client {
        from: Node,
        correlation: CorrelationId,
    },
    /// The group coordinator's own write.
    Coordinator {
        ticket: u64,
    },
    /// The transaction coordinator's own write.
    Transaction {
        ticket: u64,
    },
    /// A transaction coordinator that has markers written here.
    Markers {
        from: Node,
        correlation: CorrelationId,
        producer_id: ProducerId,
        is_commit: bool,
    },
}

/// One partition of a produce that waits (`DelayedProduce`).
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pending {
    /// The high watermark that acknowledges it.
    required: Offset,
    is_done: bool,
    response: ProducePartitionResponse,
}

/// A produce in the purgatory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DelayedProduce {
    ticket: u64,
    waiter: Waiter,
    partitions: Vec<Pending>,
}

impl Broker {
    pub(super) fn handle_produce(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        produce: ProduceRequest,
        out: &mut Outbox,
    ) {
        if let Some(produce) = self.ask_before_produce(from, correlation, produce, out) {
            self.append_and_answer(from, correlation, produce, &Vec::new(), &[], out);
        }
    }

    /// Appends what may be; the partitions in `refused` were not let into the transaction.
    pub(super) fn append_and_answer(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        produce: ProduceRequest,
        guards: &Guards,
        refused: &[(TopicPartition, ErrorCode)],
        out: &mut Outbox,
    ) {
        let ProduceRequest { acks, timeout, batches, .. } = produce;
        let mut partitions = Vec::with_capacity(batches.len());
        for (id, batch) in batches {
            let count = batch.records.len() as i64;
            let refusal = refused.iter().find(|(known, _)| *known == id).map(|(_, error)| *error);
            let result = match refusal {
                Some(error) => Err(error),
                None => self.append_checked(id, batch, acks, Self::verification(id, guards), out),
            };
            let error = result.err().unwrap_or_default();
            if !error.is_none() {
                out.record(TraceEvent::AppendRefused { partition: id, error, client: from });
            }
            let base_offset = result.unwrap_or(Offset::NONE);
            let response = self.produce_response(id, error, base_offset);
            partitions.push(Pending { required: base_offset.plus(count), is_done: !error.is_none(), response });
        }
        match acks {
            0 => self.finish_without_answer(from, &partitions, out),
            -1 => self.delay_produce(Waiter::Client { from, correlation }, partitions, timeout, out),
            _ => self.answer_produce(&Waiter::Client { from, correlation }, partitions, out),
        }
    }

    /// acks=0: nothing is answered; an error closes the connection, which is all that the client will notice.
    fn finish_without_answer(&mut self, from: Node, partitions: &[Pending], out: &mut Outbox) {
        if partitions.iter().any(|partition| !partition.response.error.is_none()) {
            out.send(from, Message::Disconnected);
        }
        self.memory.requests.unmute(from);
    }

    fn produce_response(&self, id: TopicPartition, error: ErrorCode, base_offset: Offset) -> ProducePartitionResponse {
        let log_start_offset = self.disk.logs.get(&id).map_or(Offset::NONE, |log| log.log_start_offset());
        let current_leader = if error == ErrorCode::NotLeaderOrFollower { self.known_leader(id) } else { None };
        ProducePartitionResponse { partition: id, error, base_offset, log_start_offset, current_leader }
    }

    /// Validates a batch and appends it as leader.
    fn append_checked(
        &mut self,
        id: TopicPartition,
        batch: RecordBatch,
        acks: i16,
        verification: Verification,
        out: &mut Outbox,
    ) -> Result<Offset, ErrorCode> {
        let partition = self.hosted(id)?;
        let leader = partition.leader().ok_or(ErrorCode::NotLeaderOrFollower)?;
        if acks == -1 && leader.state.committed().len() < partition.effective_min_isr() {
            return Err(ErrorCode::NotEnoughReplicas);
        }
        if i64::from(batch.size) > partition.config.max_message_bytes {
            return Err(ErrorCode::MessageTooLarge);
        }
        let log = self.disk.logs.entry(id).or_default();
        match log.validate_producer(&batch, Self::origin_of(&batch), verification)? {
            Validated::Append => self.append_as_leader(id, batch, out),
            Validated::Duplicate { base_offset } => {
                let (producer_id, base_sequence) = (batch.producer_id, batch.base_sequence);
                out.record(TraceEvent::DuplicateBatch { partition: id, producer_id, base_sequence, base_offset });
                Ok(base_offset)
            }
        }
    }

    fn append_as_leader(
        &mut self,
        id: TopicPartition,
        batch: RecordBatch,
        out: &mut Outbox,
    ) -> Result<Offset, ErrorCode> {
        if !self.can_write(out) {
            return Err(ErrorCode::KafkaStorageError);
        }
        let partition = self.memory.partitions.get(&id).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let log = self.disk.logs.entry(id).or_default();
        let records = batch.records.len() as u32;
        let marker = batch.control.is_some().then(|| batch.clone());
        let appended = log.append_as_leader(batch, partition.leader_epoch, &partition.config);
        let flushed_at = flushed_at(log, &self.disk.hardware, &partition.config, out.now());
        log.will_be_flushed(flushed_at);
        if let Some(base_offset) = appended.rolled {
            out.record(TraceEvent::SegmentRolled { partition: id, base_offset });
        }
        let leader_epoch = partition.leader_epoch;
        if let Some(marker) = marker {
            Self::note_marker(id, &marker, appended.base_offset, out);
        }
        out.record(TraceEvent::LogAppended {
            partition: id,
            base_offset: appended.base_offset,
            records,
            leader_epoch,
            as_leader: true,
        });
        self.advance_high_watermark(id, out);
        self.complete_fetches(id, out);
        Ok(appended.base_offset)
    }

    fn delay_produce(&mut self, waiter: Waiter, partitions: Vec<Pending>, timeout: SimDuration, out: &mut Outbox) {
        let ticket = self.next_ticket();
        let mut delayed = DelayedProduce { ticket, waiter, partitions };
        if self.is_produce_complete(&mut delayed) {
            self.answer_produce(&delayed.waiter, delayed.partitions, out);
            return;
        }
        for pending in delayed.partitions.iter().filter(|pending| !pending.is_done) {
            out.record(TraceEvent::ProduceDelayed {
                partition: pending.response.partition,
                required_offset: pending.required,
            });
        }
        self.memory.delayed_produces.push(delayed);
        out.set_timer(Timer::DelayedOperation(ticket), timeout);
    }

    /// `DelayedProduce.tryComplete`: has the high watermark passed every partition, or has the leader changed?
    fn is_produce_complete(&self, delayed: &mut DelayedProduce) -> bool {
        for pending in delayed.partitions.iter_mut().filter(|pending| !pending.is_done) {
            let partition = self.memory.partitions.get(&pending.response.partition);
            let Some((partition, leader)) = partition.and_then(|partition| Some((partition, partition.leader()?)))
            else {
                pending.response.error = ErrorCode::NotLeaderOrFollower;
                pending.response.current_leader = self.known_leader(pending.response.partition);
                pending.is_done = true;
                continue;
            };
            if partition.high_watermark < pending.required {
                continue;
            }
            pending.is_done = true;
            let maximal = partition.replicas.iter().filter(|broker| leader.state.is_in_maximal(**broker)).count();
            if maximal < partition.effective_min_isr() {
                pending.response.error = ErrorCode::NotEnoughReplicasAfterAppend;
            }
        }
        delayed.partitions.iter().all(|pending| pending.is_done)
    }

    /// The high watermark or the leadership of a partition has moved: who waits for it may go on.
    pub(super) fn complete_produces(&mut self, id: TopicPartition, out: &mut Outbox) {
        let mut index = 0;
        while index < self.memory.delayed_produces.len() {
            let waits_for_it =
                self.memory.delayed_produces[index].partitions.iter().any(|pending| pending.response.partition == id);
            if !waits_for_it {
                index += 1;
                continue;
            }
            let mut delayed = self.memory.delayed_produces.remove(index);
            if self.is_produce_complete(&mut delayed) {
                out.cancel_timer(Timer::DelayedOperation(delayed.ticket));
                self.answer_produce(&delayed.waiter, delayed.partitions, out);
            } else {
                self.memory.delayed_produces.insert(index, delayed);
                index += 1;
            }
        }
    }

    /// A produce has waited for its whole time-out.
    pub(super) fn expire_produce(&mut self, ticket: u64, out: &mut Outbox) {
        let Some(index) = self.memory.delayed_produces.iter().position(|delayed| delayed.ticket == ticket) else {
            return;
        };
        let mut delayed = self.memory.delayed_produces.remove(index);
        for pending in delayed.partitions.iter_mut().filter(|pending| !pending.is_done) {
            pending.response.error = ErrorCode::RequestTimedOut;
        }
        self.answer_produce(&delayed.waiter, delayed.partitions, out);
    }

    fn answer_produce(&mut self, waiter: &Waiter, partitions: Vec<Pending>, out: &mut Outbox) {
        match waiter {
            Waiter::Client { from, correlation } => {
                for Pending { response, .. } in &partitions {
                    let (partition, base_offset, error) = (response.partition, response.base_offset, response.error);
                    out.record(TraceEvent::ProduceAnswered { partition, base_offset, error, client: *from });
                }
                let partitions = partitions.into_iter().map(|pending| pending.response).collect();
                let response = ProduceResponse { partitions, throttle_time: SimDuration::ZERO };
                Self::reply(*from, *correlation, Response::Produce(response), out);
                self.memory.requests.unmute(*from);
                self.begin_requests(out);
            }
            Waiter::Transaction { ticket } => {
                let error = partitions[0].response.error;
                self.on_transaction_written(*ticket, if error.is_none() { Ok(()) } else { Err(error) }, out);
            }
            Waiter::Markers { from, correlation, producer_id, is_commit } => {
                let written =
                    partitions.iter().map(|pending| (pending.response.partition, pending.response.error)).collect();
                self.on_markers_appended((*from, *correlation), *producer_id, *is_commit, written, out);
            }
            Waiter::Coordinator { ticket } => {
                let response = &partitions[0].response;
                let result = if response.error.is_none() { Ok(response.base_offset) } else { Err(response.error) };
                let mut writes = Vec::new();
                self.memory.groups.on_write_done(*ticket, result, out, &mut writes);
                self.write_offsets(writes, out);
            }
        }
    }

    /// Appends the group coordinator's records with acks=all.
    pub(super) fn append_offsets(&mut self, write: OffsetsWrite, out: &mut Outbox) {
        let Some(topic) = self.offsets_topic() else { return };
        let id = TopicPartition { topic, partition: write.partition };
        let now = out.now();
        let records: Vec<Record> = write
            .records
            .into_iter()
            .map(|(key, value)| Record { id: RecordId(0), timestamp: now, key, value, headers: Vec::new() })
            .collect();
        let size = records.iter().enumerate().map(|(delta, record)| record_size(record, delta as i32, 0)).sum::<u32>();
        let mut batch = RecordBatch::new(records.into(), BATCH_OVERHEAD + size);
        if let Some((producer_id, producer_epoch)) = write.producer {
            (batch.producer_id, batch.producer_epoch, batch.is_transactional) = (producer_id, producer_epoch, true);
        }
        let timeout = millis(self.config.offsets_commit_timeout_ms);
        self.append_for_coordinator(vec![(id, batch)], Waiter::Coordinator { ticket: write.ticket }, timeout, out);
    }

    /// Appends what a coordinator, here or elsewhere, has to write, with acks=all.
    pub(super) fn append_for_coordinator(
        &mut self,
        batches: Vec<(TopicPartition, RecordBatch)>,
        waiter: Waiter,
        timeout: SimDuration,
        out: &mut Outbox,
    ) {
        let mut partitions = Vec::with_capacity(batches.len());
        for (id, batch) in batches {
            let count = batch.records.len() as i64;
            let result = self.append_checked(id, batch, -1, Verification::NotRequired, out);
            let error = result.err().unwrap_or_default();
            let base_offset = result.unwrap_or(Offset::NONE);
            let response = self.produce_response(id, error, base_offset);
            partitions.push(Pending { required: base_offset.plus(count), is_done: !error.is_none(), response });
        }
        self.delay_produce(waiter, partitions, timeout, out);
    }
}
