//! What a broker's answer means for each batch (`Sender.completeBatch`): done, sent again, split, or given up.

use super::in_flight::InFlightBatch;
use super::{Producer, RecordMetadata, SendResult};
use crate::kafka::accumulator::batch::ProducerBatch;
use crate::kafka::retry_backoff::draw_jitter;
use crate::protocol::config::millis;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::BrokerId;
use crate::protocol::message::{ProducePartitionResponse, ProduceResponse};
use crate::protocol::offset::Offset;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

impl Producer {
    /// The answer to a Produce request, or the error that stands for one.
    pub(super) fn on_produce(
        &mut self,
        broker: BrokerId,
        request: u32,
        response: Result<ProduceResponse, ErrorCode>,
        out: &mut Outbox,
    ) {
        let mut needs_metadata = false;
        if let Ok(response) = &response {
            if response.throttle_time > SimDuration::ZERO {
                self.network.throttle(broker, out.now() + response.throttle_time);
            }
            for partition in &response.partitions {
                if let Some((leader, leader_epoch)) = partition.current_leader {
                    self.network.on_current_leader(partition.partition, leader, leader_epoch);
                }
            }
        }
        for sent in self.take_in_flight(request) {
            let answer = match &response {
                Ok(response) => {
                    response.partitions.iter().find(|answer| answer.partition == sent.batch.partition).cloned()
                }
                Err(_) => None,
            };
            let missing = ErrorCode::UnknownServerError;
            let answer = answer.unwrap_or_else(|| failed(&sent, response.as_ref().err().copied().unwrap_or(missing)));
            needs_metadata |= is_metadata_error(answer.error);
            if sent.is_muting {
                self.accumulator.unmute(sent.batch.partition);
            }
            self.on_batch_answered(sent, &answer, out);
        }
        if needs_metadata {
            self.network.request_metadata_update(out);
        }
        self.resume_blocked(out);
    }

    fn on_batch_answered(&mut self, sent: InFlightBatch, answer: &ProducePartitionResponse, out: &mut Outbox) {
        let error = answer.error;
        if sent.is_done {
            return self.release(&sent);
        }
        if error.is_none() || error == ErrorCode::DuplicateSequenceNumber {
            self.complete(&sent, answer.base_offset, out);
            self.release(&sent);
        } else if error == ErrorCode::MessageTooLarge && sent.batch.record_count() > 1 {
            self.split(&sent);
        } else if self.can_retry(&sent, answer, out) {
            let InFlightBatch { batch, .. } = sent;
            let (client, partition, attempt) = (self.options.client, batch.partition, batch.attempts + 1);
            out.record(TraceEvent::BatchRetried { client, partition, error, attempt });
            self.accumulator.reenqueue(out.now(), batch, draw_jitter(&mut self.chance));
        } else {
            // Retries are used up: whether the sequence was used is not known, so it may not be given to another.
            let may_renumber = i64::from(sent.batch.attempts) < self.options.config.retries;
            self.give_up(&sent.batch, error, true, may_renumber, out);
            self.release(&sent);
        }
    }

    fn can_retry(&mut self, sent: &InFlightBatch, answer: &ProducePartitionResponse, out: &Outbox) -> bool {
        let config = &self.options.config;
        let is_too_late = sent.batch.has_reached_delivery_timeout(out.now(), millis(config.delivery_timeout_ms));
        if is_too_late || i64::from(sent.batch.attempts) >= config.retries {
            return false;
        }
        match &mut self.idempotence {
            Some(idempotence) if sent.batch.has_sequence() => {
                idempotence.can_retry(&sent.batch, answer.error, answer.log_start_offset, sent.is_renumbered)
            }
            Some(_) | None => answer.error.is_retriable(),
        }
    }

    /// The batch was too large for the topic: its records go in smaller ones, as if they had never been sent.
    fn split(&mut self, sent: &InFlightBatch) {
        if let Some(idempotence) = &mut self.idempotence {
            idempotence.remove_outstanding(&sent.batch);
        }
        self.accumulator.split_and_reenqueue(&sent.batch);
        let Self { idempotence: Some(idempotence), accumulator, .. } = self else { return };
        let last = sent.batch.base_sequence.plus(sent.batch.record_count() - 1);
        for part in accumulator.queue(sent.batch.partition).filter(|part| part.has_sequence()) {
            if (sent.batch.base_sequence..=last).contains(&part.base_sequence) {
                idempotence.add_outstanding(part);
            }
        }
    }

    /// Every record of the batch is acknowledged.
    pub(super) fn complete(&mut self, sent: &InFlightBatch, base_offset: Offset, out: &mut Outbox) {
        let (client, partition, leader_epoch) = (self.options.client, sent.batch.partition, sent.leader_epoch);
        if let Some(idempotence) = self.idempotence.as_mut().filter(|_| sent.batch.has_sequence()) {
            idempotence.on_completed(&sent.batch, base_offset);
        }
        for (index, record) in sent.batch.records().iter().enumerate() {
            let offset = if base_offset == Offset::NONE { base_offset } else { base_offset.plus(index as i64) };
            out.record(TraceEvent::RecordAcknowledged { client, record: record.id, partition, offset, leader_epoch });
            let metadata = RecordMetadata { partition, offset, leader_epoch };
            self.results.push(SendResult { record: record.id, outcome: Ok(metadata) });
        }
    }

    /// Every record of the batch has failed.
    pub(super) fn give_up(
        &mut self,
        batch: &ProducerBatch,
        error: ErrorCode,
        was_sent: bool,
        may_renumber: bool,
        out: &mut Outbox,
    ) {
        if let Some(idempotence) = self.idempotence.as_mut().filter(|_| batch.has_sequence()) {
            idempotence.on_failed(batch, error, may_renumber);
        }
        self.fail_transaction(error, out);
        for record in batch.records() {
            out.record(TraceEvent::RecordFailed { client: self.options.client, record: record.id, error, was_sent });
            self.results.push(SendResult { record: record.id, outcome: Err(error) });
        }
    }

    /// The batch's memory is free again.
    pub(super) fn release(&mut self, sent: &InFlightBatch) {
        self.accumulator.deallocate(&sent.batch);
    }

    /// The batches of one request leave the list of those in flight.
    pub(super) fn take_in_flight(&mut self, request: u32) -> Vec<InFlightBatch> {
        let (taken, left) = std::mem::take(&mut self.in_flight).into_iter().partition(|sent| sent.request == request);
        self.in_flight = left;
        taken
    }
}

/// An answer that never came.
fn failed(sent: &InFlightBatch, error: ErrorCode) -> ProducePartitionResponse {
    ProducePartitionResponse {
        partition: sent.batch.partition,
        error,
        base_offset: Offset::NONE,
        log_start_offset: Offset::NONE,
        current_leader: None,
    }
}

/// Errors that say that the client's metadata are out of date (Kafka's InvalidMetadataException).
fn is_metadata_error(error: ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::NotLeaderOrFollower
            | ErrorCode::LeaderNotAvailable
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::ReplicaNotAvailable
            | ErrorCode::KafkaStorageError
            | ErrorCode::NetworkException
            | ErrorCode::FencedLeaderEpoch
            | ErrorCode::UnknownLeaderEpoch
    )
}
