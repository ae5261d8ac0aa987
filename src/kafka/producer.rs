//! Kafka's producer (`KafkaProducer`, `Sender`) as a state machine inside an application process. The application hands
//! records to `send`; the producer batches, sends, retries and tells the outcome of each.
//!
//! The contract with the process that owns it:
//! - it passes on `on_start`, every message and every timer whose `client_role` is the producer's (and a
//!   message without one, which concerns all clients of the process);
//! - every record handed to `send` gets exactly one `SendResult`, whatever happens to it: ask `take_results` after each
//!   of these calls (and after `send` and `close`);
//! - `Send::Blocked` means that the calling thread is stuck inside `send()`: it may go on when its ticket comes out of
//!   `take_unblocked`. The record is the producer's from the start, it is not to be handed in again.

use crate::protocol::config::ProducerConfig;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ClientId, Node, PartitionIndex, RecordId, TopicName, TopicPartition};
use crate::protocol::message::Message;
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::protocol::record::Record;
use crate::protocol::timer::Timer;
use crate::sim::rng::Seed;
use crate::trace::Outbox;
use std::sync::Arc;

/// What a producer is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerOptions {
    /// The process that it lives in.
    pub client: ClientId,
    /// Kafka's `client.id`.
    pub name: Arc<str>,
    pub config: ProducerConfig,
    /// `bootstrap.servers`: whom to ask for metadata first.
    pub bootstrap: Vec<BrokerId>,
    pub seed: Seed,
}

/// What an application hands to `send` (Kafka's `ProducerRecord`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerRecord {
    pub topic: TopicName,
    /// An explicit partition; `None`: the partitioner chooses.
    pub partition: Option<PartitionIndex>,
    pub record: Record,
}

/// What became of a call of `send()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Send {
    /// The record is in the accumulator.
    Accepted,
    /// The calling thread waits for buffer memory or metadata, for `max.block.ms` at the most.
    Blocked { ticket: SendTicket },
    /// Refused at once: too large, or the producer is closed. Its result tells why.
    Refused,
}

/// One blocked call of `send()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendTicket(pub u64);

/// What the callback of `send()` is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendResult {
    pub record: RecordId,
    pub outcome: Result<RecordMetadata, ErrorCode>,
}

/// Where a record was written (Kafka's `RecordMetadata`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordMetadata {
    pub partition: TopicPartition,
    /// `Offset::NONE` with acks=0: nobody told.
    pub offset: Offset,
    /// The epoch under which the producer knew the leader that answered.
    pub leader_epoch: LeaderEpoch,
}

/// A producer.
#[derive(Clone, Debug, PartialEq)]
pub struct Producer {
    options: ProducerOptions,
    results: Vec<SendResult>,
    unblocked: Vec<SendTicket>,
}

impl Producer {
    /// A producer that has not been started.
    pub fn new(options: ProducerOptions) -> Self {
        Self { options, results: Vec::new(), unblocked: Vec::new() }
    }
    /// The process starts: asks for metadata, and for a producer id when it is idempotent.
    pub fn on_start(&mut self, _out: &mut Outbox) {}
    /// Kafka's `send()`; the record's result comes later, from `take_results`.
    pub fn send(&mut self, record: ProducerRecord, _out: &mut Outbox) -> Send {
        self.results.push(SendResult { record: record.record.id, outcome: Err(ErrorCode::UnknownServerError) });
        Send::Refused
    }
    /// A message for this producer; one that it does not expect is ignored.
    pub fn on_message(&mut self, _from: Node, _message: Message, _out: &mut Outbox) {}
    /// A timer of this producer; one that is not its own is ignored.
    pub fn on_timer(&mut self, _timer: Timer, _out: &mut Outbox) {}
    /// Outcomes since the last call, in the order in which the callbacks would run.
    pub fn take_results(&mut self) -> Vec<SendResult> {
        std::mem::take(&mut self.results)
    }
    /// Calls of `send()` that have returned since the last time this was asked.
    pub fn take_unblocked(&mut self) -> Vec<SendTicket> {
        std::mem::take(&mut self.unblocked)
    }
    /// Everything buffered becomes sendable at once; `is_flushed` tells when it has all been answered.
    pub fn flush(&mut self, _out: &mut Outbox) {}
    /// True when no record is buffered or in flight.
    pub fn is_flushed(&self) -> bool {
        true
    }
    /// No more sends; what is buffered is still sent. `is_closed` tells when that is done.
    pub fn close(&mut self, _out: &mut Outbox) {}
    /// True when `close` was called and everything has been answered.
    pub fn is_closed(&self) -> bool {
        false
    }
    /// Changes the settings while running. Batches that exist keep what they were made with.
    pub fn set_config(&mut self, config: ProducerConfig, _out: &mut Outbox) {
        self.options.config = config;
    }
    pub fn config(&self) -> &ProducerConfig {
        &self.options.config
    }
}
