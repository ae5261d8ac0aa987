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

pub mod idempotence;
pub mod in_flight;
pub mod transactions;
mod blocked;
mod sender;
mod completion;
mod inspection;
#[cfg(test)]
mod tests;

use crate::kafka::accumulator::RecordAccumulator;
use crate::kafka::accumulator::append::{Append, ToAppend};
use crate::kafka::accumulator::batch::CompressionRatio;
use crate::kafka::accumulator::settings::AccumulatorSettings;
use crate::kafka::network_client::{NetworkClient, NetworkClientOptions, NetworkSettings};
use crate::kafka::partitioner::partition_for_key;
use crate::kafka::retry_backoff::RetryBackoff;
use crate::kafka::wake_up::WakeUp;
use crate::protocol::config::{Acks, CompressionType, Partitioner, ProducerConfig, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ClientId, Node, PartitionIndex, RecordId, TopicId, TopicName, TopicPartition};
use crate::protocol::message::Message;
use crate::protocol::metadata::TopicMetadata;
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::protocol::record::{Bytes, Record, batch_size_upper_bound};
use crate::protocol::timer::{ClientRole, Timer};
use crate::sim::rng::{Seed, Stream};
use crate::sim::time::SimTime;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use blocked::{BlockedSend, WaitsFor};
use idempotence::Idempotence;
use in_flight::{InFlightBatch, ProducerRequest};
use std::sync::Arc;
use transactions::Transactions;

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
    network: NetworkClient<ProducerRequest>,
    accumulator: RecordAccumulator,
    /// `None`: not idempotent.
    idempotence: Option<Idempotence>,
    /// With a `transactional.id`.
    transactions: Option<Transactions>,
    identity_request: IdentityRequest,
    /// Batches on their way to a broker or back, in the order in which they were sent.
    in_flight: Vec<InFlightBatch>,
    next_request: u32,
    blocked: Vec<BlockedSend>,
    next_ticket: u64,
    results: Vec<SendResult>,
    unblocked: Vec<SendTicket>,
    /// How many records of each topic the round-robin partitioner has placed.
    round_robin: Vec<(TopicId, u64)>,
    phase: Phase,
    is_flushing: bool,
    chance: Stream,
    sender_wake_up: WakeUp,
    blocked_wake_up: WakeUp,
}

/// Whether the producer still takes records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    /// `close` was called: what is buffered is still sent.
    Closing,
}

/// The state of asking for a producer id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct IdentityRequest {
    is_in_flight: bool,
    failures: u32,
    retry_at: SimTime,
}

impl Producer {
    /// A producer that has not been started.
    pub fn new(options: ProducerOptions) -> Self {
        let config = &options.config;
        Self {
            network: NetworkClient::new(NetworkClientOptions {
                client: options.client,
                role: ClientRole::Producer,
                bootstrap: options.bootstrap.clone(),
                seed: options.seed,
                settings: network_settings(config),
            }),
            accumulator: RecordAccumulator::new(accumulator_settings(config)),
            idempotence: is_idempotent(config).then(Idempotence::default),
            transactions: is_transactional(config).then(|| Transactions::new(Arc::clone(&config.transactional_id))),
            identity_request: IdentityRequest::default(),
            in_flight: Vec::new(),
            next_request: 0,
            blocked: Vec::new(),
            next_ticket: 0,
            results: Vec::new(),
            unblocked: Vec::new(),
            round_robin: Vec::new(),
            phase: Phase::Open,
            is_flushing: false,
            chance: Stream::new(options.seed, "producer", u64::from(options.client.0)),
            sender_wake_up: WakeUp::default(),
            blocked_wake_up: WakeUp::default(),
            options,
        }
    }
    /// The process starts: asks for metadata, and for a producer id when it is idempotent.
    pub fn on_start(&mut self, out: &mut Outbox) {
        self.network.on_start(out);
        self.run_sender(out);
    }
    /// Kafka's `send()`; the record's result comes later, from `take_results`.
    pub fn send(&mut self, record: ProducerRecord, out: &mut Outbox) -> Send {
        let is_refused = self.transactions.as_ref().is_some_and(|transactions| !transactions.takes_records());
        if self.phase != Phase::Open || is_refused {
            self.refuse(record.record.id, ErrorCode::InvalidRequest, out);
            return Send::Refused;
        }
        let deadline = out.now() + millis(self.options.config.max_block_ms);
        match self.place(record, deadline, out) {
            Placed::Accepted => Send::Accepted,
            Placed::Refused => Send::Refused,
            Placed::Waits { record, waits_for } if deadline > out.now() => {
                Send::Blocked { ticket: self.block(record, waits_for, deadline, out) }
            }
            Placed::Waits { record, .. } => {
                self.refuse(record, ErrorCode::RequestTimedOut, out);
                Send::Refused
            }
        }
    }
    /// A message for this producer; one that it does not expect is ignored.
    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        self.network.on_message(from, message, out);
        self.settle(out);
    }
    /// A timer of this producer; one that is not its own is ignored.
    pub fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        match timer {
            Timer::Sender => self.sender_wake_up.has_fired(),
            Timer::BufferWait => self.on_blocked_too_long(out),
            other => drop(self.network.on_timer(&other, out)),
        }
        self.settle(out);
    }
    /// Outcomes since the last call, in the order in which the callbacks would run.
    pub fn take_results(&mut self) -> Vec<SendResult> {
        std::mem::take(&mut self.results)
    }
    /// Calls of `send()` that have returned since the last time this was asked.
    pub fn take_unblocked(&mut self) -> Vec<SendTicket> {
        std::mem::take(&mut self.unblocked)
    }
    /// Everything buffered becomes sendable at once; `is_flushed` tells when all has been answered.
    pub fn flush(&mut self, out: &mut Outbox) {
        if !self.is_flushing && !self.is_flushed() {
            self.is_flushing = true;
            self.accumulator.begin_flush();
            self.run_sender(out);
        }
    }
    /// True when no record is buffered or in flight.
    pub fn is_flushed(&self) -> bool {
        self.accumulator.batches_queued() == 0 && self.in_flight.iter().all(|batch| batch.is_done)
    }
    /// No more sends; what is buffered is still sent. `is_closed` tells when that is done.
    pub fn close(&mut self, out: &mut Outbox) {
        if self.phase == Phase::Open {
            self.phase = Phase::Closing;
            self.refuse_blocked(out);
            self.accumulator.close();
            self.run_sender(out);
        }
    }
    /// True when `close` was called and everything has been answered.
    pub fn is_closed(&self) -> bool {
        self.phase == Phase::Closing && self.is_flushed()
    }
    /// Changes the settings while running. Batches that exist keep what they were made with.
    pub fn set_config(&mut self, config: ProducerConfig, out: &mut Outbox) {
        self.network.set_settings(network_settings(&config), out);
        self.accumulator.set_settings(accumulator_settings(&config));
        match (is_idempotent(&config), &self.idempotence) {
            (true, None) => self.idempotence = Some(Idempotence::default()),
            (false, Some(_)) => self.idempotence = None,
            (true, Some(_)) | (false, None) => {}
        }
        self.options.config = config;
        self.resume_blocked(out);
        self.settle(out);
    }

    /// Puts a record where it belongs, if there is metadata and memory (`KafkaProducer.doSend`).
    fn place(&mut self, record: ProducerRecord, deadline: SimTime, out: &mut Outbox) -> Placed {
        let cluster = Arc::clone(self.network.metadata().cluster());
        let ProducerRecord { topic: name, partition, record } = record;
        let id = record.id;
        let topic = cluster
            .topic_named(&name)
            .filter(|topic| partition.is_none_or(|index| usize::from(index.0) < topic.partitions.len()));
        let Some(topic) = topic.filter(|topic| !topic.partitions.is_empty()) else {
            self.network.want_metadata(out);
            return Placed::Waits {
                record: id,
                waits_for: WaitsFor::Metadata(ProducerRecord { topic: name, partition, record }),
            };
        };
        let limit = u32::try_from(self.options.config.max_request_size).unwrap_or(u32::MAX);
        if batch_size_upper_bound(&record) > limit {
            self.refuse(id, ErrorCode::MessageTooLarge, out);
            return Placed::Refused;
        }
        let partition = partition.or_else(|| self.choose_partition(topic, &record));
        let key = record.key.clone();
        let append = ToAppend { topic: topic.topic, partition, record };
        let Self { accumulator, chance, .. } = self;
        match accumulator.append(out.now(), append, deadline, &cluster, &mut || draw(chance)) {
            Append::Appended(appended) => {
                self.on_accepted(id, appended.partition, key.as_ref(), out);
                if appended.is_batch_full {
                    self.wake_sender(out);
                } else if appended.is_new_batch {
                    self.sender_wake_up.no_later_than(
                        out.now() + millis(self.options.config.linger_ms),
                        Timer::Sender,
                        out,
                    );
                }
                Placed::Accepted
            }
            Append::WouldBlock(waiter) => {
                self.wake_sender(out);
                Placed::Waits { record: id, waits_for: WaitsFor::Memory { waiter, key } }
            }
            Append::Exhausted => {
                self.refuse(id, ErrorCode::RequestTimedOut, out);
                Placed::Refused
            }
            Append::TooLarge => {
                self.refuse(id, ErrorCode::MessageTooLarge, out);
                Placed::Refused
            }
        }
    }

    /// Where a record without an explicit partition goes; `None`: the built-in partitioner decides as the batch is made.
    fn choose_partition(&mut self, topic: &TopicMetadata, record: &Record) -> Option<PartitionIndex> {
        let config = &self.options.config;
        match (config.partitioner, &record.key) {
            (Partitioner::RoundRobin, _) => Some(self.take_turn(topic)),
            (Partitioner::BuiltIn, Some(key)) if !config.partitioner_ignore_keys => {
                Some(partition_for_key(key, topic.partitions.len() as u16))
            }
            (Partitioner::BuiltIn, _) => None,
        }
    }

    /// The next of the partitions that have a leader, or of all if none has (`RoundRobinPartitioner`).
    fn take_turn(&mut self, topic: &TopicMetadata) -> PartitionIndex {
        let index = self.round_robin.iter().position(|(known, _)| *known == topic.topic).unwrap_or_else(|| {
            self.round_robin.push((topic.topic, 0));
            self.round_robin.len() - 1
        });
        let turn = self.round_robin[index].1;
        self.round_robin[index].1 += 1;
        let with_leader = || (0..topic.partitions.len()).filter(|index| topic.partitions[*index].leader.is_some());
        let count = with_leader().count() as u64;
        let chosen = if count > 0 { with_leader().nth((turn % count) as usize) } else { None };
        PartitionIndex(chosen.unwrap_or((turn % topic.partitions.len() as u64) as usize) as u16)
    }

    fn on_accepted(&self, record: RecordId, partition: TopicPartition, key: Option<&Bytes>, out: &mut Outbox) {
        let key = key.map(|key| Arc::from(String::from_utf8_lossy(key)));
        out.record(TraceEvent::RecordAccepted { client: self.options.client, record, partition, key });
    }

    /// The record's story ends before it was sent.
    fn refuse(&mut self, record: RecordId, error: ErrorCode, out: &mut Outbox) {
        out.record(TraceEvent::RecordFailed { client: self.options.client, record, error, was_sent: false });
        self.results.push(SendResult { record, outcome: Err(error) });
    }
}

/// What became of an attempt to place a record.
enum Placed {
    Accepted,
    Refused,
    Waits { record: RecordId, waits_for: WaitsFor },
}

fn draw(chance: &mut Stream) -> u32 {
    (chance.bits() >> 33) as u32
}

/// Transactions need an idempotent producer.
fn is_transactional(config: &ProducerConfig) -> bool {
    is_idempotent(config) && !config.transactional_id.is_empty()
}

/// `enable.idempotence` is given up without a word when the other settings do not allow it (`ProducerConfig`).
fn is_idempotent(config: &ProducerConfig) -> bool {
    config.enable_idempotence
        && config.acks == Acks::All
        && config.retries > 0
        && config.max_in_flight_requests_per_connection <= 5
}

fn accumulator_settings(config: &ProducerConfig) -> AccumulatorSettings {
    AccumulatorSettings::from_config(config, compression_ratio(config.compression_type))
}

/// What is left of a batch of text such as JSON, in thousandths. Constants: docs/model.md, "Cost model".
fn compression_ratio(compression: CompressionType) -> Option<CompressionRatio> {
    match compression {
        CompressionType::None => None,
        CompressionType::Gzip => Some(330),
        CompressionType::Snappy => Some(500),
        CompressionType::Lz4 => Some(480),
        CompressionType::Zstd => Some(300),
    }
}

fn network_settings(config: &ProducerConfig) -> NetworkSettings {
    NetworkSettings {
        max_in_flight_requests_per_connection: u32::try_from(config.max_in_flight_requests_per_connection)
            .unwrap_or(u32::MAX),
        request_timeout: millis(config.request_timeout_ms),
        retry_backoff: RetryBackoff::from_millis(config.retry_backoff_ms, config.retry_backoff_max_ms),
        reconnect_backoff: RetryBackoff::from_millis(config.reconnect_backoff_ms, config.reconnect_backoff_max_ms),
        metadata_max_age: millis(config.metadata_max_age_ms),
    }
}
