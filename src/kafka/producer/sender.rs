//! The sender thread (`Sender`): takes from the accumulator what is ready for brokers that can take it, gives up what has
//! waited too long, and knows when to look again. It never runs in vain: only an event, or the moment at which something
//! becomes ready, wakes it.

use super::in_flight::{InFlightBatch, ProducerRequest};
use super::{IdentityRequest, Producer};
use crate::kafka::accumulator::batch::ProducerBatch;
use crate::kafka::accumulator::send::{OpenGate, Ready};
use crate::kafka::network_client::Completed;
use crate::protocol::config::{Acks, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ProducerEpoch, ProducerId, TopicPartition};
use crate::protocol::message::{InitProducerIdRequest, InitProducerIdResponse, ProduceRequest, Request, Response};
use crate::protocol::metadata::ClusterMetadata;
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::protocol::timer::Timer;
use crate::sim::time::SimTime;
use crate::trace::Outbox;
use crate::trace::event::{BlockReason, TraceEvent};
use std::sync::Arc;

impl Producer {
    /// The sender looks at once, but after whatever else happens in this event.
    pub(super) fn wake_sender(&mut self, out: &mut Outbox) {
        self.sender_wake_up.no_later_than(out.now(), Timer::Sender, out);
    }

    /// Handles all that has come of the network, then sends what is ready.
    pub(super) fn settle(&mut self, out: &mut Outbox) {
        while let Some(completed) = self.network.take_completed() {
            match completed {
                Completed::MetadataUpdated => self.retry_blocked(out),
                Completed::Request { broker, context: ProducerRequest::Produce { request }, response } => {
                    let response = match response {
                        Ok(Response::Produce(response)) => Ok(response),
                        Ok(_) => Err(ErrorCode::UnknownServerError),
                        Err(error) => Err(error),
                    };
                    self.on_produce(broker, request, response, out);
                }
                Completed::Request { context: ProducerRequest::InitProducerId, response, .. } => {
                    self.on_producer_id(response, out)
                }
                Completed::Request { context, response, .. } => self.on_transaction_answer(context, response, out),
            }
        }
        self.run_sender(out);
    }

    /// One turn of the sender (`runOnce`, `sendProducerData`).
    pub(super) fn run_sender(&mut self, out: &mut Outbox) {
        let now = out.now();
        if self.blocked.iter().any(|blocked| blocked.reason() == BlockReason::NoMetadata) {
            self.network.want_metadata(out);
        }
        self.ensure_identity(out);
        self.expire(out);
        self.run_transactions(out);
        let cluster = Arc::clone(self.network.metadata().cluster());
        let mut next_check = None;
        while self.accumulator.batches_queued() > 0 {
            let ready = self.accumulator.ready(now, &cluster);
            if ready.has_unknown_leader {
                self.network.want_metadata(out);
            }
            next_check = ready.next_check;
            if !self.send_ready(&ready, &cluster, &mut next_check, out) {
                break;
            }
        }
        let of_in_flight =
            self.in_flight.iter().filter(|batch| !batch.is_done).map(|batch| batch.batch.created_at).min();
        let expiry = of_in_flight.map(|created_at| created_at + millis(self.options.config.delivery_timeout_ms));
        for at in [next_check, expiry, self.accumulator.next_expiry()].into_iter().flatten() {
            self.sender_wake_up.no_later_than(at.max(now), Timer::Sender, out);
        }
        if self.is_flushing && self.is_flushed() {
            self.is_flushing = false;
            self.accumulator.end_flush();
        }
    }

    /// One request to each broker that is ready and can take one; true when any was sent.
    fn send_ready(
        &mut self,
        ready: &Ready,
        cluster: &ClusterMetadata,
        next_check: &mut Option<SimTime>,
        out: &mut Outbox,
    ) -> bool {
        let now = out.now();
        let mut has_sent = false;
        for broker in &ready.brokers {
            let can_send = self.network.can_send(*broker, now);
            self.accumulator.on_broker_ready(now, *broker, can_send);
            if let Some(until) = self.network.blocked_until(*broker, now) {
                *next_check = Some(next_check.map_or(until, |at| at.min(until)));
            }
            if !can_send {
                continue;
            }
            let max_size = u32::try_from(self.options.config.max_request_size).unwrap_or(u32::MAX);
            let batches = match &mut self.idempotence {
                Some(idempotence) => self.accumulator.drain(now, *broker, cluster, max_size, idempotence),
                None => self.accumulator.drain(now, *broker, cluster, max_size, &mut OpenGate),
            };
            if !batches.is_empty() {
                has_sent = true;
                self.send_batches(*broker, batches, cluster, out);
            }
        }
        has_sent
    }

    fn send_batches(
        &mut self,
        broker: BrokerId,
        batches: Vec<ProducerBatch>,
        cluster: &ClusterMetadata,
        out: &mut Outbox,
    ) {
        let config = &self.options.config;
        let (acks, is_muting) = (config.acks, config.max_in_flight_requests_per_connection == 1);
        let timeout = millis(config.request_timeout_ms);
        let request = self.next_request;
        self.next_request = self.next_request.wrapping_add(1);
        let client = self.options.client;
        let travelling = batches.iter().map(|batch| (batch.partition, batch.to_record_batch())).collect();
        for batch in batches {
            let (records, bytes) = (batch.record_count() as u32, batch.estimated_size());
            out.record(TraceEvent::BatchSent {
                client,
                partition: batch.partition,
                to: broker,
                records,
                bytes,
                attempt: batch.attempts + 1,
            });
            if is_muting {
                self.accumulator.mute(batch.partition);
            }
            let leader_epoch = cluster.partition(batch.partition).map_or(LeaderEpoch::NONE, |known| known.leader_epoch);
            self.in_flight.push(InFlightBatch {
                request,
                broker,
                batch,
                leader_epoch,
                is_done: false,
                is_renumbered: false,
                is_muting,
            });
        }
        let transactional_id = self.transactions.as_mut().map(|transactions| {
            transactions.has_begun = true;
            Arc::clone(transactions.transactional_id())
        });
        let number = match acks {
            Acks::None => 0,
            Acks::Leader => 1,
            Acks::All => -1,
        };
        let message = Request::Produce(ProduceRequest { transactional_id, acks: number, timeout, batches: travelling });
        if acks == Acks::None {
            self.network.send_without_response(broker, message, out);
            self.on_written(request, out);
        } else {
            self.network.send(broker, message, ProducerRequest::Produce { request }, out);
        }
    }

    /// Gives up what nobody waits for any more (`delivery.timeout.ms`), buffered or in flight.
    fn expire(&mut self, out: &mut Outbox) {
        let now = out.now();
        let expired = self.accumulator.take_expired(now);
        let has_freed = !expired.is_empty();
        for batch in expired {
            self.give_up(&batch, ErrorCode::RequestTimedOut, batch.attempts > 0, false, out);
            self.mark_unresolved(&batch);
        }
        let timeout = millis(self.options.config.delivery_timeout_ms);
        let is_expired = |sent: &InFlightBatch| !sent.is_done && sent.batch.has_reached_delivery_timeout(now, timeout);
        while let Some(index) = self.in_flight.iter().position(is_expired) {
            self.in_flight[index].is_done = true;
            let batch = self.in_flight[index].batch.clone();
            self.give_up(&batch, ErrorCode::RequestTimedOut, true, false, out);
            self.mark_unresolved(&batch);
        }
        if has_freed {
            self.resume_blocked(out);
        }
    }

    /// A batch that was sent before and has expired may have been written or not.
    fn mark_unresolved(&mut self, batch: &ProducerBatch) {
        if let Some(idempotence) = self.idempotence.as_mut().filter(|_| batch.attempts > 0 && batch.has_sequence()) {
            idempotence.mark_unresolved(batch);
        }
    }

    /// An idempotent producer needs an id before it sends, and a new epoch when a sequence is missing.
    fn ensure_identity(&mut self, out: &mut Outbox) {
        if self.transactions.is_some() {
            return self.ensure_transactional_identity(out);
        }
        let Some(idempotence) = &mut self.idempotence else { return };
        idempotence.resolve();
        let epoch_before = idempotence.producer_epoch;
        let to_renumber = idempotence.take_new_epoch();
        let (producer_id, producer_epoch) = (idempotence.producer_id, idempotence.producer_epoch);
        if producer_epoch != epoch_before && producer_id != ProducerId::NONE {
            out.record(TraceEvent::ProducerIdAssigned { client: self.options.client, producer_id, producer_epoch });
        }
        for partition in to_renumber {
            self.renumber(partition);
        }
        if producer_id == ProducerId::NONE {
            self.ask_producer_id(out);
        }
    }

    /// Batches of this partition that have been sent count from 0 in the new epoch, wherever they are.
    fn renumber(&mut self, partition: TopicPartition) {
        let Self { idempotence: Some(idempotence), accumulator, in_flight, .. } = self else { return };
        let of_partition = in_flight
            .iter_mut()
            .filter(|sent| sent.batch.partition == partition && !sent.is_done && sent.batch.has_sequence());
        let travelling = of_partition.map(|sent| {
            sent.is_renumbered = true;
            &mut sent.batch
        });
        let waiting = accumulator.queue_mut(partition).filter(|batch| batch.has_sequence());
        let mut batches: Vec<&mut ProducerBatch> = travelling.chain(waiting).collect();
        idempotence.renumber(partition, &mut batches);
    }

    /// Asks any broker for a producer id; brokers get them in blocks from the controller.
    fn ask_producer_id(&mut self, out: &mut Outbox) {
        if self.identity_request.is_in_flight || !self.network.metadata().is_known() {
            return;
        }
        let now = out.now();
        if self.identity_request.retry_at > now {
            return self.sender_wake_up.no_later_than(self.identity_request.retry_at, Timer::Sender, out);
        }
        let Some(broker) = self.network.least_loaded_broker(now) else {
            self.identity_request.retry_at = now + millis(self.options.config.retry_backoff_ms);
            return self.sender_wake_up.no_later_than(self.identity_request.retry_at, Timer::Sender, out);
        };
        self.identity_request.is_in_flight = true;
        let request = Request::InitProducerId(InitProducerIdRequest {
            transactional_id: None,
            transaction_timeout: millis(self.options.config.transaction_timeout_ms),
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
        });
        self.network.send(broker, request, ProducerRequest::InitProducerId, out);
    }

    fn on_producer_id(&mut self, response: Result<Response, ErrorCode>, out: &mut Outbox) {
        self.identity_request.is_in_flight = false;
        match (response, &mut self.idempotence) {
            (
                Ok(Response::InitProducerId(InitProducerIdResponse {
                    error: ErrorCode::None,
                    producer_id,
                    producer_epoch,
                })),
                Some(idempotence),
            ) => {
                self.identity_request = IdentityRequest::default();
                idempotence.on_producer_id(producer_id, producer_epoch);
                out.record(TraceEvent::ProducerIdAssigned { client: self.options.client, producer_id, producer_epoch });
            }
            (_, _) => {
                let backoff = super::network_settings(&self.options.config).retry_backoff;
                self.identity_request.retry_at =
                    out.now() + backoff.after(self.identity_request.failures, &mut self.chance);
                self.identity_request.failures += 1;
            }
        }
    }

    /// acks=0: a batch that is written to the socket is taken for delivered, wherever it ends.
    fn on_written(&mut self, request: u32, out: &mut Outbox) {
        for sent in self.take_in_flight(request) {
            if sent.is_muting {
                self.accumulator.unmute(sent.batch.partition);
            }
            self.complete(&sent, Offset::NONE, out);
            self.release(&sent);
        }
        self.resume_blocked(out);
    }
}
