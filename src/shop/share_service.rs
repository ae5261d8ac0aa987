//! A service that takes orders from a share group, as from a queue: each record is its own affair, accepted, given back or
//! refused by itself.

use super::checkout::draw;
use super::options::ServiceOptions;
use super::service::{can_process, take_effect};
use crate::kafka::share_consumer::{Said, ShareConsumer, ShareConsumerOptions, ShareRecord};
use crate::protocol::config::{ConsumerConfig, ErrorsTolerance};
use crate::protocol::ids::{BrokerId, ClientId, Node, TopicPartition};
use crate::protocol::message::Message;
use crate::protocol::offset::Offset;
use crate::protocol::timer::Timer;
use crate::sim::rng::{Seed, Stream};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::collections::VecDeque;
use std::sync::Arc;

/// One instance of the service: one thread, one record at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareService {
    client: ClientId,
    pub options: ServiceOptions,
    pub consumer: ShareConsumer,
    consumer_options: ShareConsumerOptions,
    processing_times: Stream,
    in_hand: VecDeque<ShareRecord>,
    is_stopping: bool,
}

impl ShareService {
    pub fn new(
        client: ClientId,
        name: Arc<str>,
        options: ServiceOptions,
        bootstrap: Vec<BrokerId>,
        seed: Seed,
    ) -> Self {
        let consumer_options = ShareConsumerOptions {
            client,
            name,
            group: options.group.clone(),
            config: options.consumer.clone(),
            topics: options.topics.clone(),
            bootstrap,
            seed,
        };
        Self {
            client,
            consumer: ShareConsumer::new(consumer_options.clone()),
            consumer_options,
            options,
            processing_times: Stream::new(seed, "processing", u64::from(client.0)),
            in_hand: VecDeque::new(),
            is_stopping: false,
        }
    }

    /// The process starts, with a consumer that knows nothing of the one before.
    pub fn on_start(&mut self, out: &mut Outbox) {
        self.consumer_options.config = self.options.consumer.clone();
        self.consumer_options.seed = self.consumer_options.seed.wrapping_add(1);
        self.consumer = ShareConsumer::new(self.consumer_options.clone());
        self.in_hand.clear();
        self.is_stopping = false;
        self.consumer.on_start(out);
    }

    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        self.consumer.on_message(from, message, out);
        self.go_on(out);
    }

    pub fn on_timer(&mut self, timer: &Timer, out: &mut Outbox) {
        if *timer == Timer::Processed {
            self.on_processed(out);
        } else {
            self.consumer.on_timer(timer, out);
        }
        self.go_on(out);
    }

    pub fn set_consumer_config(&mut self, config: ConsumerConfig, out: &mut Outbox) {
        self.options.consumer = config.clone();
        self.consumer.set_config(config, out);
    }

    /// Gives back what it has and leaves the group.
    pub fn begin_shutdown(&mut self, out: &mut Outbox) {
        self.is_stopping = true;
        for record in std::mem::take(&mut self.in_hand) {
            self.consumer.acknowledge(record.partition, record.offset, Said::Release);
        }
        out.cancel_timer(Timer::Processed);
        self.consumer.close(out);
    }

    pub fn has_stopped(&self) -> bool {
        self.is_stopping && self.consumer.is_closed()
    }

    /// The record in hand, and how many wait behind it.
    pub fn in_hand(&self) -> Option<(TopicPartition, Offset, usize)> {
        self.in_hand.front().map(|record| (record.partition, record.offset, self.in_hand.len() - 1))
    }

    fn go_on(&mut self, out: &mut Outbox) {
        if self.in_hand.is_empty() && !self.is_stopping && self.consumer.has_records() {
            self.in_hand = self.consumer.poll(out).into();
            self.begin(out);
        }
    }

    fn begin(&mut self, out: &mut Outbox) {
        if !self.in_hand.is_empty() {
            out.set_timer(Timer::Processed, draw(&mut self.processing_times, self.options.processing_time));
        }
    }

    fn on_processed(&mut self, out: &mut Outbox) {
        let Some(ShareRecord { partition, offset, delivery_count, record }) = self.in_hand.pop_front() else { return };
        let client = self.client;
        if can_process(self.options.kind, record.value.as_deref()) {
            take_effect(self.options.kind, record.value.as_deref(), record.timestamp, out);
            out.record(TraceEvent::RecordProcessed { client, record: record.id, partition, offset });
            self.consumer.acknowledge(partition, offset, Said::Accept);
        } else {
            let attempt = u32::from(delivery_count);
            out.record(TraceEvent::ProcessingFailed { client, record: record.id, partition, offset, attempt });
            let said = match self.options.config.errors_tolerance {
                ErrorsTolerance::None => Said::Release,
                ErrorsTolerance::All => Said::Reject,
            };
            self.consumer.acknowledge(partition, offset, said);
        }
        if self.in_hand.is_empty() {
            self.in_hand = self.consumer.poll(out).into();
        }
        self.begin(out);
    }
}
