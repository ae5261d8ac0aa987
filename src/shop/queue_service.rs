//! A service on RabbitMQ, SQS or Service Bus: a competing consumer of its queue, one message at a time.

use super::checkout::draw;
use super::options::ServiceOptions;
use super::order;
use crate::protocol::ids::{ClientId, QueueName, ServerId};
use crate::protocol::message::Message;
use crate::protocol::timer::{ClientRole, Timer};
use crate::queueing::receiver::{Receiver, ReceiverKind, Settlement};
use crate::sim::rng::{Seed, Stream};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

/// One instance of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueService {
    client: ClientId,
    pub options: ServiceOptions,
    pub receiver: Receiver,
    processing_times: Stream,
    is_processing: bool,
    is_stopping: bool,
}

impl QueueService {
    pub fn new(
        client: ClientId,
        options: ServiceOptions,
        server: ServerId,
        kind: ReceiverKind,
        queues: Vec<QueueName>,
        seed: Seed,
    ) -> Self {
        Self {
            client,
            options,
            receiver: Receiver::new(client, server, kind, queues),
            processing_times: Stream::new(seed, "processing", u64::from(client.0)),
            is_processing: false,
            is_stopping: false,
        }
    }

    pub fn on_start(&mut self, out: &mut Outbox) {
        self.is_processing = false;
        self.is_stopping = false;
        self.receiver.on_start(out);
    }

    pub fn on_message(&mut self, message: Message, out: &mut Outbox) {
        match message {
            Message::Queueing(message) => self.receiver.on_message(message, out),
            // The thread that processes does not hear of it; its settlement will be refused.
            Message::Disconnected => self.receiver.on_disconnected(out),
            Message::Request { .. } | Message::Response { .. } => {}
        }
        self.take_up(out);
    }

    pub fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        match timer {
            Timer::Processed => self.on_processed(out),
            Timer::QueueRetry(ClientRole::Consumer) => self.receiver.on_retry(out),
            Timer::LockRenewal => self.receiver.on_renewal(out),
            // It sets no other.
            _ => {}
        }
        self.take_up(out);
    }

    /// Finishes the message in hand, and gives the others back.
    pub fn begin_shutdown(&mut self, out: &mut Outbox) {
        self.is_stopping = true;
        if !self.is_processing {
            self.receiver.close(out);
        }
    }
    pub fn has_stopped(&self) -> bool {
        self.is_stopping && !self.is_processing
    }

    fn take_up(&mut self, out: &mut Outbox) {
        if self.receiver.in_hand().is_empty() {
            // What was being processed went with the connection.
            if self.is_processing {
                self.is_processing = false;
                out.cancel_timer(Timer::Processed);
            }
        } else if !self.is_processing && !self.is_stopping {
            self.is_processing = true;
            out.set_timer(Timer::Processed, draw(&mut self.processing_times, self.options.processing_time));
        }
    }

    fn on_processed(&mut self, out: &mut Outbox) {
        self.is_processing = false;
        let Some(in_hand) = self.receiver.in_hand().front().cloned() else { return };
        let record = in_hand.record.id;
        let settlement = if order::take_effect(self.options.kind, &in_hand.record, out) {
            out.record(TraceEvent::MessageProcessed { client: self.client, queue: in_hand.queue, record });
            Settlement::Done
        } else {
            out.record(TraceEvent::MessageFailed { client: self.client, record });
            Settlement::Failed
        };
        self.receiver.settle(settlement, out);
        if self.is_stopping {
            self.receiver.close(out);
        }
    }
}
