//! A service that reacts to orders: one member of a consumer group, one thread, one record at a time. Around Kafka's consumer
//! it decides what an application decides: when to commit, and what becomes of a record that it cannot process.

use super::checkout::draw;
use super::exactly_once::Unit;
use super::options::{ServiceKind, ServiceOptions};
use super::order::Order;
use crate::kafka::consumer::{CommitMode, CommitTicket, Consumer, ConsumerOptions, ConsumerRecord};
use crate::kafka::producer::{Producer, ProducerOptions, ProducerRecord, Send};
use crate::protocol::config::{
    CommitCall, CommitOrder, ConsumerConfig, ErrorsTolerance, ProcessingGuarantee, ProducerConfig,
};
use crate::protocol::ids::{BrokerId, ClientId, Node, RecordId, TopicName, TopicPartition};
use crate::protocol::message::Message;
use crate::protocol::offset::Offset;
use crate::protocol::record::Record;
use crate::protocol::timer::{ClientRole, Timer};
use crate::sim::ordered::BTreeMap;
use crate::sim::rng::{Seed, Stream};
use crate::sim::time::SimTime;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::collections::VecDeque;
use std::sync::Arc;

/// What the service's one thread is doing.
///
/// ```text
/// Polling    -> Committing    poll() returned records, and the service commits before it processes
/// Polling    -> Processing    poll() returned records
/// Processing -> Processing    the record in hand is done, or has failed and is tried again
/// Processing -> Publishing    it has failed and is set aside in another topic
/// Publishing -> Processing    the copy is acknowledged, the next record is taken up
/// Polling    -> Beginning -> Processing -> Ending -> Polling   in transactions
/// Processing -> Committing    the last one is done, and the service commits after it has processed
/// Committing -> Polling, Processing
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Polling,
    /// Records are in hand; the producer cannot begin a transaction yet.
    Beginning,
    /// Inside commitTransaction() or abortTransaction().
    Ending,
    /// Inside commitSync().
    Committing {
        ticket: CommitTicket,
    },
    Processing {
        attempt: u32,
    },
    /// Inside send().get().
    Publishing {
        copy: RecordId,
        topic: TopicName,
    },
}

/// One instance of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    pub(super) client: ClientId,
    pub options: ServiceOptions,
    pub consumer: Consumer,
    /// Only when it publishes something itself.
    pub producer: Option<Box<Producer>>,
    consumer_options: ConsumerOptions,
    processing_times: Stream,
    /// Polled and not yet processed; the first is in hand.
    pub(super) in_hand: VecDeque<ConsumerRecord>,
    pub(super) step: Step,
    pub(super) is_stopping: bool,
    /// Numbers what it publishes; survives a restart, as a database does.
    pub(super) next_record: u32,
    /// What the open transaction is about.
    pub(super) unit: Unit,
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
            config: config_of_instance(&options),
            topics: options.topics.clone(),
            bootstrap,
            seed,
        };
        Self {
            client,
            consumer: Consumer::new(consumer_options.clone()),
            producer: None,
            consumer_options,
            options,
            processing_times: Stream::new(seed, "processing", u64::from(client.0)),
            in_hand: VecDeque::new(),
            step: Step::Polling,
            is_stopping: false,
            next_record: 1,
            unit: Unit::default(),
        }
    }

    /// The process starts, with clients that know nothing of those before.
    pub fn on_start(&mut self, out: &mut Outbox) {
        self.consumer_options.config = config_of_instance(&self.options);
        self.consumer_options.seed = self.consumer_options.seed.wrapping_add(1);
        self.consumer = Consumer::new(self.consumer_options.clone());
        self.in_hand.clear();
        self.unit = Unit::default();
        self.step = Step::Polling;
        self.is_stopping = false;
        self.consumer.on_start(out);
        self.producer = None;
        self.start_producer(out);
        self.poll(out);
    }

    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        let role = message.client_role();
        if let Some(producer) = self.producer.as_mut().filter(|_| role != Some(ClientRole::Consumer)) {
            producer.on_message(from, message.clone(), out);
        }
        if role != Some(ClientRole::Producer) {
            self.consumer.on_message(from, message, out);
        }
        self.go_on(out);
    }

    pub fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        match (timer.client_role(), &mut self.producer) {
            (None, _) => self.on_processed(out),
            (Some(ClientRole::Producer), Some(producer)) => producer.on_timer(timer, out),
            (Some(ClientRole::Producer), None) => {}
            (Some(ClientRole::Consumer), _) => self.consumer.on_timer(timer, out),
        }
        self.go_on(out);
    }

    pub fn set_consumer_config(&mut self, config: ConsumerConfig, out: &mut Outbox) {
        self.options.consumer = config;
        self.consumer.set_config(config_of_instance(&self.options), out);
    }

    pub fn set_producer_config(&mut self, config: ProducerConfig, out: &mut Outbox) {
        self.options.producer = config.clone();
        if let Some(producer) = &mut self.producer {
            producer.set_config(config, out);
        }
    }

    /// Leaves the group when the record in hand is done; `has_stopped` tells when. What it had polled and will not process
    /// is given back: its positions return to the first of it, so that the last commit does not pass it.
    pub fn begin_shutdown(&mut self, out: &mut Outbox) {
        self.is_stopping = true;
        let mut given_back: BTreeMap<TopicPartition, Offset> = BTreeMap::new();
        for record in self.in_hand.iter().skip(1) {
            given_back.entry(record.partition).or_insert(record.offset);
        }
        self.in_hand.truncate(1);
        for (partition, offset) in given_back {
            self.unit.ends_before(partition, offset);
            self.consumer.seek(partition, offset, out);
        }
        if self.step == Step::Polling {
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

    /// True when it was polled and has not been dealt with.
    pub fn has_in_hand(&self, partition: TopicPartition, offset: Offset) -> bool {
        self.in_hand.iter().any(|record| (record.partition, record.offset) == (partition, offset))
            || self.unit.holds(partition, offset)
    }

    /// What the clients have come to may be what the thread waits for.
    fn go_on(&mut self, out: &mut Outbox) {
        let commits = self.consumer.take_commit_results();
        let published = self.producer.as_mut().map(|producer| producer.take_results()).unwrap_or_default();
        match &self.step {
            Step::Polling if !self.is_stopping && self.consumer.is_ready_to_poll() => self.poll(out),
            Step::Committing { ticket } if commits.iter().any(|result| result.ticket == *ticket) => {
                // Refused or not: what is in hand is processed, and poll() will tell who owns what.
                self.take_up(out);
            }
            Step::Publishing { copy, topic } => {
                let outcome = published.iter().find(|result| result.record == *copy).map(|result| result.outcome);
                match outcome {
                    Some(Ok(_)) => {
                        let copy = (topic.clone(), *copy);
                        self.on_set_aside(Some(copy), out);
                    }
                    // It is tried again from the beginning.
                    Some(Err(_)) => self.begin_attempt(1, out),
                    None => {}
                }
            }
            Step::Polling | Step::Beginning | Step::Ending | Step::Committing { .. } | Step::Processing { .. } => {}
        }
        self.on_transaction_outcomes(out);
    }

    fn poll(&mut self, out: &mut Outbox) {
        self.step = Step::Polling;
        self.in_hand = self.consumer.poll(out).into();
        if self.in_hand.is_empty() {
            return;
        }
        if self.is_exactly_once() {
            return self.begin_unit(out);
        }
        let commits_first = self.options.config.commit_order == CommitOrder::BeforeProcessing;
        if !(commits_first && self.commits(out)) {
            self.take_up(out);
        }
    }

    /// Commits what was polled, unless the consumer does so by itself; true when the thread waits for the answer.
    fn commits(&mut self, out: &mut Outbox) -> bool {
        if self.options.consumer.enable_auto_commit {
            return false;
        }
        match self.options.config.commit_call {
            CommitCall::Async => {
                self.consumer.commit(CommitMode::Async, &[], out);
                false
            }
            CommitCall::Sync => {
                let ticket = self.consumer.commit(CommitMode::Sync, &[], out);
                let is_refused = self.consumer.take_commit_results().iter().any(|result| result.ticket == ticket);
                if !is_refused {
                    self.step = Step::Committing { ticket };
                }
                !is_refused
            }
        }
    }

    /// The next record; with none left, the next poll().
    pub(super) fn take_up(&mut self, out: &mut Outbox) {
        if !self.in_hand.is_empty() {
            self.begin_attempt(1, out);
        } else if self.is_stopping {
            self.step = Step::Polling;
            self.consumer.close(out);
        } else {
            self.poll(out);
        }
    }

    fn begin_attempt(&mut self, attempt: u32, out: &mut Outbox) {
        self.step = Step::Processing { attempt };
        out.set_timer(Timer::Processed, draw(&mut self.processing_times, self.options.processing_time));
    }

    fn on_processed(&mut self, out: &mut Outbox) {
        let (Step::Processing { attempt }, Some(record)) = (&self.step, self.in_hand.front()) else { return };
        let attempt = *attempt;
        if can_process(self.options.kind, record.record.value.as_deref()) {
            let done = self.in_hand.pop_front().expect("it has just been looked at");
            if self.options.writes.is_some() {
                self.publish_output(&done.record, out);
            }
            if self.is_exactly_once() {
                self.unit.add(done);
            } else {
                self.finish(done, out);
            }
            self.on_done(out);
        } else {
            self.on_failed(attempt, out);
        }
    }

    /// A record has been processed, for good.
    pub(super) fn finish(&self, done: ConsumerRecord, out: &mut Outbox) {
        take_effect(self.options.kind, done.record.value.as_deref(), done.record.timestamp, out);
        let ConsumerRecord { partition, offset, record, .. } = done;
        out.record(TraceEvent::RecordProcessed { client: self.client, record: record.id, partition, offset });
    }

    /// The record in hand is dealt with.
    fn on_done(&mut self, out: &mut Outbox) {
        if self.is_exactly_once() {
            return if self.in_hand.is_empty() { self.commit_unit(out) } else { self.take_up(out) };
        }
        let commits_now = self.in_hand.is_empty() && self.options.config.commit_order == CommitOrder::AfterProcessing;
        if !(commits_now && self.commits(out)) {
            self.take_up(out);
        }
    }

    /// The record in hand cannot be processed: it is tried again and again, or set aside (KIP-298).
    fn on_failed(&mut self, attempt: u32, out: &mut Outbox) {
        let Some(ConsumerRecord { partition, offset, record, .. }) = self.in_hand.front().cloned() else { return };
        out.record(TraceEvent::ProcessingFailed { client: self.client, record: record.id, partition, offset, attempt });
        match self.options.config.errors_tolerance {
            ErrorsTolerance::None if self.is_stopping => {
                // It gives up without having dealt with it: whoever comes next finds it again.
                self.in_hand.clear();
                self.consumer.seek(partition, offset, out);
                self.take_up(out);
            }
            ErrorsTolerance::None => self.begin_attempt(attempt + 1, out),
            ErrorsTolerance::All => match self.next_topic(partition) {
                Some(topic) => self.publish(topic, &record, out),
                None => self.on_set_aside(None, out),
            },
        }
    }

    /// Where a failed record goes: first to the retry topic, from there to the dead letter queue.
    fn next_topic(&self, partition: TopicPartition) -> Option<TopicName> {
        let from = self.consumer.topic_name(partition.topic)?;
        let config = &self.options.config;
        let topics = [&config.errors_retry_topic_name, &config.errors_deadletterqueue_topic_name];
        let is_retried = from.as_str() == &**topics[0];
        let next = topics.into_iter().skip(usize::from(is_retried)).find(|topic| !topic.is_empty());
        next.map(|topic| TopicName::new(topic)).filter(|topic| *topic != from)
    }

    /// Publishes a copy under a number of its own.
    fn publish(&mut self, topic: TopicName, original: &Record, out: &mut Outbox) {
        self.start_producer(out);
        let Some(producer) = &mut self.producer else { return };
        let copy = RecordId((u64::from(self.client.0) + 1) << 32 | u64::from(self.next_record));
        self.next_record += 1;
        let record = Record { id: copy, timestamp: out.now(), ..original.clone() };
        let to_send = ProducerRecord { topic: topic.clone(), partition: None, record };
        self.step = Step::Publishing { copy, topic };
        match producer.send(to_send, out) {
            // In any case the result tells how it ended.
            Send::Accepted | Send::Blocked { .. } | Send::Refused => {}
        }
    }

    fn on_set_aside(&mut self, copy: Option<(TopicName, RecordId)>, out: &mut Outbox) {
        let Some(ConsumerRecord { partition, offset, record, .. }) = self.in_hand.pop_front() else { return };
        out.record(TraceEvent::RecordSetAside { client: self.client, record: record.id, partition, offset, copy });
        self.on_done(out);
    }

    /// Only transactions need a `transactional.id`, and each instance one of its own (KIP-447).
    fn producer_config(&self) -> ProducerConfig {
        let mut config = self.options.producer.clone();
        config.transactional_id = match (self.is_exactly_once(), config.transactional_id.is_empty()) {
            (false, _) => "".into(),
            (true, true) => format!("{}-{}", self.options.group, self.options.instance.unwrap_or(1)).into(),
            (true, false) => format!("{}-{}", config.transactional_id, self.options.instance.unwrap_or(1)).into(),
        };
        config
    }

    /// A producer, once there is something to publish.
    fn start_producer(&mut self, out: &mut Outbox) {
        let config = &self.options.config;
        let publishes = self.options.writes.is_some()
            || !config.errors_retry_topic_name.is_empty()
            || !config.errors_deadletterqueue_topic_name.is_empty();
        if self.producer.is_some() || !publishes {
            return;
        }
        let mut producer = Producer::new(ProducerOptions {
            client: self.client,
            name: Arc::clone(&self.consumer_options.name),
            config: self.producer_config(),
            bootstrap: self.consumer_options.bootstrap.clone(),
            seed: self.consumer_options.seed,
        });
        producer.on_start(out);
        if producer.transactions().is_some() {
            producer.init_transactions(out);
        }
        self.producer = Some(Box::new(producer));
    }
}

/// Transactions commit the offsets, not the consumer.
fn with_offsets_in_transactions(mut config: ConsumerConfig, options: &ServiceOptions) -> ConsumerConfig {
    if options.writes.is_some() && options.config.processing_guarantee == ProcessingGuarantee::ExactlyOnceV2 {
        config.enable_auto_commit = false;
    }
    config
}

/// Deployed as several instances, each needs a `group.instance.id` of its own: the setting's value and its number.
fn config_of_instance(options: &ServiceOptions) -> ConsumerConfig {
    let mut config = options.consumer.clone();
    if let (Some(instance), false) = (options.instance, config.group_instance_id.is_empty()) {
        config.group_instance_id = format!("{}-{instance}", config.group_instance_id).into();
    }
    with_offsets_in_transactions(config, options)
}

/// Everyone but a reader has to understand the order.
pub(super) fn can_process(kind: ServiceKind, value: Option<&[u8]>) -> bool {
    match kind {
        ServiceKind::Email | ServiceKind::Stock | ServiceKind::Analytics | ServiceKind::Notification => {
            value.and_then(Order::from_bytes).is_some()
        }
        ServiceKind::Reader => true,
    }
}

/// What the business feels.
pub(super) fn take_effect(kind: ServiceKind, value: Option<&[u8]>, since: SimTime, out: &mut Outbox) {
    let Some(Order { order, item, .. }) = value.and_then(Order::from_bytes) else { return };
    match kind {
        ServiceKind::Email => out.record(TraceEvent::MailSent { order }),
        ServiceKind::Stock => out.record(TraceEvent::StockReserved { order, item }),
        ServiceKind::Analytics => out.record(TraceEvent::OrderCounted { order, since }),
        ServiceKind::Notification => out.record(TraceEvent::CustomerNotified { order }),
        ServiceKind::Reader => {}
    }
}
