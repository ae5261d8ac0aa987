//! A producer that is not part of the shop: records of a given size at a given rate.

use super::options::{LoadOptions, without_transactions};
use crate::kafka::producer::{Producer, ProducerOptions, ProducerRecord, Send};
use crate::protocol::config::ProducerConfig;
use crate::protocol::ids::{BrokerId, ClientId, Node, RecordId};
use crate::protocol::message::Message;
use crate::protocol::record::{Bytes, Record};
use crate::protocol::timer::Timer;
use crate::sim::rng::{Seed, Stream};
use crate::sim::time::SimTime;
use crate::trace::Outbox;
use std::sync::Arc;

/// A process that only produces.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    client: ClientId,
    pub options: LoadOptions,
    pub producer: Producer,
    producer_options: ProducerOptions,
    workload: Stream,
    value: Bytes,
    sent: u64,
    /// A blocked send() stops the one thread that there is.
    is_blocked: bool,
}

impl Load {
    pub fn new(client: ClientId, name: Arc<str>, options: LoadOptions, bootstrap: Vec<BrokerId>, seed: Seed) -> Self {
        let config = without_transactions(options.producer.clone());
        let producer_options = ProducerOptions { client, name, config, bootstrap, seed };
        Self {
            client,
            producer: Producer::new(producer_options.clone()),
            producer_options,
            workload: Stream::new(seed, "workload", u64::from(client.0)),
            value: vec![b'.'; options.value_bytes as usize].into(),
            options,
            sent: 0,
            is_blocked: false,
        }
    }

    pub fn on_start(&mut self, out: &mut Outbox) {
        self.producer_options.config = without_transactions(self.producer.config().clone());
        self.producer = Producer::new(self.producer_options.clone());
        self.is_blocked = false;
        self.producer.on_start(out);
        self.await_next(out);
    }

    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        self.producer.on_message(from, message, out);
        self.after_producer(out);
    }

    pub fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        match timer {
            Timer::Workload(_) => self.send(out),
            other => self.producer.on_timer(other, out),
        }
        self.after_producer(out);
    }

    pub fn set_producer_config(&mut self, config: ProducerConfig, out: &mut Outbox) {
        self.producer.set_config(config, out);
        self.after_producer(out);
    }

    fn await_next(&mut self, out: &mut Outbox) {
        if self.options.records.is_none_or(|records| self.sent < records) {
            let after = self.workload.exponential(self.options.mean_interval);
            if self.options.closes_at.is_none_or(|closes_at| out.now() + after < SimTime::ZERO + closes_at) {
                out.set_timer(Timer::Workload(0), after);
            }
        }
    }

    fn send(&mut self, out: &mut Outbox) {
        self.sent += 1;
        let id = RecordId((u64::from(self.client.0) + 1) << 32 | self.sent);
        let key = (self.options.keys > 0)
            .then(|| format!("key-{}", self.workload.below(u64::from(self.options.keys))).into_bytes().into());
        let is_deletion =
            self.options.deletes_every > 0 && self.sent.is_multiple_of(u64::from(self.options.deletes_every));
        let value = (!is_deletion).then(|| Arc::clone(&self.value));
        let record = Record { id, timestamp: out.now(), key, value, headers: Vec::new() };
        let topic = self.options.topic.clone();
        match self.producer.send(ProducerRecord { topic, partition: None, record }, out) {
            Send::Accepted | Send::Refused => self.await_next(out),
            Send::Blocked { .. } => self.is_blocked = true,
        }
    }

    fn after_producer(&mut self, out: &mut Outbox) {
        let results = self.producer.take_results();
        let was_refused = results.iter().any(|result| result.record.0 & 0xffff_ffff == self.sent);
        let is_free = !self.producer.take_unblocked().is_empty() || was_refused;
        if self.is_blocked && is_free {
            self.is_blocked = false;
            self.await_next(out);
        }
    }
}
