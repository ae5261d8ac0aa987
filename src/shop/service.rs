//! A service that reacts to orders: one member of a consumer group, one record at a time.

use super::checkout::draw;
use super::options::{ServiceKind, ServiceOptions};
use super::order::Order;
use crate::kafka::consumer::{Consumer, ConsumerOptions, ConsumerRecord};
use crate::protocol::config::ConsumerConfig;
use crate::protocol::ids::{BrokerId, ClientId, Node, TopicPartition};
use crate::protocol::message::Message;
use crate::protocol::offset::Offset;
use crate::protocol::timer::Timer;
use crate::sim::rng::{Seed, Stream};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::collections::VecDeque;
use std::sync::Arc;

/// One instance of a service.
///
/// ```text
/// waiting in poll()  -> processing       poll() returned records
/// processing         -> processing       the record in hand is done, the next is taken up
/// processing         -> waiting in poll  the last one is done: poll() again
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    client: ClientId,
    pub options: ServiceOptions,
    pub consumer: Consumer,
    consumer_options: ConsumerOptions,
    processing_times: Stream,
    /// Polled and not yet processed; the first is in hand.
    in_hand: VecDeque<ConsumerRecord>,
    is_processing: bool,
    is_stopping: bool,
}

impl Service {
    pub fn new(
        client: ClientId,
        name: Arc<str>,
        options: ServiceOptions,
        bootstrap: Vec<BrokerId>,
        seed: Seed,
    ) -> Self {
        let consumer_options = ConsumerOptions {
            client,
            name,
            group: Some(options.group.clone()),
            config: options.consumer.clone(),
            topics: options.topics.clone(),
            bootstrap,
            seed,
        };
        Self {
            client,
            consumer: Consumer::new(consumer_options.clone()),
            consumer_options,
            options,
            processing_times: Stream::new(seed, "processing", u64::from(client.0)),
            in_hand: VecDeque::new(),
            is_processing: false,
            is_stopping: false,
        }
    }

    /// The process starts, with a consumer that knows nothing of the one before.
    pub fn on_start(&mut self, out: &mut Outbox) {
        self.consumer_options.config = self.consumer.config().clone();
        self.consumer_options.seed = self.consumer_options.seed.wrapping_add(1);
        self.consumer = Consumer::new(self.consumer_options.clone());
        self.in_hand.clear();
        self.is_processing = false;
        self.is_stopping = false;
        self.consumer.on_start(out);
        self.poll(out);
    }

    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        self.consumer.on_message(from, message, out);
        self.go_on(out);
    }

    pub fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        match timer {
            Timer::Processed => self.on_processed(out),
            other => self.consumer.on_timer(other, out),
        }
        self.go_on(out);
    }

    pub fn set_consumer_config(&mut self, config: ConsumerConfig, out: &mut Outbox) {
        self.consumer.set_config(config, out);
    }

    /// Leaves the group when the record in hand is done; `has_stopped` tells when.
    pub fn begin_shutdown(&mut self, out: &mut Outbox) {
        self.is_stopping = true;
        self.in_hand.truncate(1);
        if !self.is_processing {
            self.consumer.close(out);
        }
    }

    pub fn has_stopped(&self) -> bool {
        self.is_stopping && self.consumer.is_closed()
    }

    /// The record in hand, and how many wait behind it.
    pub fn in_hand(&self) -> Option<(TopicPartition, Offset, usize)> {
        self.in_hand.front().map(|record| (record.partition, record.offset, self.in_hand.len() - 1))
    }

    fn go_on(&mut self, out: &mut Outbox) {
        if !self.is_processing && !self.is_stopping && self.consumer.is_ready_to_poll() {
            self.poll(out);
        }
    }

    fn poll(&mut self, out: &mut Outbox) {
        self.in_hand = self.consumer.poll(out).into();
        self.take_up(out);
    }

    fn take_up(&mut self, out: &mut Outbox) {
        self.is_processing = !self.in_hand.is_empty();
        if self.is_processing {
            out.set_timer(Timer::Processed, draw(&mut self.processing_times, self.options.processing_time));
        }
    }

    fn on_processed(&mut self, out: &mut Outbox) {
        let Some(done) = self.in_hand.pop_front() else { return };
        self.take_effect(&done, out);
        let ConsumerRecord { partition, offset, record, .. } = done;
        out.record(TraceEvent::RecordProcessed { client: self.client, record: record.id, partition, offset });
        self.take_up(out);
        if self.is_processing {
            return;
        }
        if self.is_stopping { self.consumer.close(out) } else { self.poll(out) }
    }

    /// What the business feels.
    fn take_effect(&self, done: &ConsumerRecord, out: &mut Outbox) {
        let Some(Order { order, item, .. }) = done.record.value.as_deref().and_then(Order::from_bytes) else { return };
        match self.options.kind {
            ServiceKind::Email => out.record(TraceEvent::MailSent { order }),
            ServiceKind::Stock => out.record(TraceEvent::StockReserved { order, item }),
            ServiceKind::Analytics => out.record(TraceEvent::OrderCounted { order, since: done.record.timestamp }),
            ServiceKind::Notification => out.record(TraceEvent::CustomerNotified { order }),
            ServiceKind::Reader => {}
        }
    }
}
