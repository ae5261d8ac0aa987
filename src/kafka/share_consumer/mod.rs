//! Kafka's share consumer (`KafkaShareConsumer`, KIP-932) as a state machine inside an application process, in explicit mode
//! (`share.acknowledgement.mode=explicit`): the application says of each record what has become of it, and the next fetch
//! carries that to the partition's leader.
//!
//! The owner passes on messages and the consumer's timers, takes records with `poll`, and gives each of them back with
//! `acknowledge`.

use crate::kafka::network_client::{Completed, NetworkClient, NetworkClientOptions, NetworkSettings};
use crate::kafka::retry_backoff::RetryBackoff;
use crate::kafka::wake_up::WakeUp;
use crate::protocol::config::{ConsumerConfig, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ClientId, GroupId, MemberId, Node, TopicName, TopicPartition};
use crate::protocol::message::{
    Acknowledgement, CoordinatorType, FindCoordinatorRequest, Message, Request, Response, ShareAcknowledgeRequest,
    ShareFetchPartitionResponse, ShareFetchRequest, ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse,
};
use crate::protocol::offset::{MemberEpoch, Offset};
use crate::protocol::record::Record;
use crate::protocol::timer::{ClientRole, Timer};
use crate::sim::ordered::BTreeMap;
use crate::sim::rng::{Seed, Stream};
use crate::sim::time::SimTime;
use crate::trace::Outbox;
use std::collections::VecDeque;
use std::sync::Arc;

/// What is to be said about a partition's records; nothing for one that is only read.
type ToSay = (TopicPartition, Vec<Acknowledgement>);

/// What a share consumer is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareConsumerOptions {
    pub client: ClientId,
    pub name: Arc<str>,
    pub group: GroupId,
    pub config: ConsumerConfig,
    pub topics: Vec<TopicName>,
    pub bootstrap: Vec<BrokerId>,
    pub seed: Seed,
}

/// What the application says of a record (`AcknowledgeType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Accept,
    Release,
    Reject,
}

impl Said {
    const fn id(self) -> i8 {
        match self {
            Self::Accept => 1,
            Self::Release => 2,
            Self::Reject => 3,
        }
    }
}

/// The word for an offset at which there is no record for the application, such as a marker.
const GAP: i8 = 0;

/// A record as `poll` returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareRecord {
    pub partition: TopicPartition,
    pub offset: Offset,
    /// How often it has been delivered, this time included.
    pub delivery_count: u16,
    pub record: Record,
}

/// A request in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    FindCoordinator,
    Heartbeat,
    Fetch,
    Acknowledge,
    Leave,
}

/// A share consumer.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareConsumer {
    options: ShareConsumerOptions,
    network: NetworkClient<Asked>,
    member: MemberId,
    member_epoch: MemberEpoch,
    coordinator: Option<BrokerId>,
    is_beating: bool,
    next_beat_at: SimTime,
    beat_wake_up: WakeUp,
    assignment: Vec<TopicPartition>,
    /// Brokers that have a fetch of ours.
    asked: Vec<BrokerId>,
    retry_at: SimTime,
    retry_wake_up: WakeUp,
    buffer: VecDeque<ShareRecord>,
    /// What has been said and not been sent.
    said: BTreeMap<TopicPartition, Vec<Acknowledgement>>,
    /// Records that the application has not given back.
    unsettled: usize,
    is_closed: bool,
}

impl ShareConsumer {
    /// A share consumer that has not been started.
    pub fn new(options: ShareConsumerOptions) -> Self {
        let mut chance = Stream::new(options.seed, "share consumer", u64::from(options.client.0));
        Self {
            network: NetworkClient::new(NetworkClientOptions {
                client: options.client,
                role: ClientRole::Consumer,
                bootstrap: options.bootstrap.clone(),
                seed: options.seed,
                settings: settings(&options.config),
            }),
            member: MemberId::new(&format!("{}-{:04x}", options.name, chance.below(0x1_0000))),
            member_epoch: MemberEpoch::JOIN,
            coordinator: None,
            is_beating: false,
            next_beat_at: SimTime::ZERO,
            beat_wake_up: WakeUp::default(),
            assignment: Vec::new(),
            asked: Vec::new(),
            retry_at: SimTime::ZERO,
            retry_wake_up: WakeUp::default(),
            buffer: VecDeque::new(),
            said: BTreeMap::new(),
            unsettled: 0,
            is_closed: false,
            options,
        }
    }
    pub fn on_start(&mut self, out: &mut Outbox) {
        self.network.on_start(out);
        self.settle(out);
    }
    /// A message for this consumer; one that it does not expect is ignored.
    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        self.network.on_message(from, message, out);
        self.settle(out);
    }
    /// A timer of this consumer; one that is not its own is ignored.
    pub fn on_timer(&mut self, timer: &Timer, out: &mut Outbox) {
        match timer {
            Timer::Heartbeat => self.beat_wake_up.has_fired(),
            Timer::FetchRetry => self.retry_wake_up.has_fired(),
            other => drop(self.network.on_timer(other, out)),
        }
        self.settle(out);
    }
    pub fn config(&self) -> &ConsumerConfig {
        &self.options.config
    }
    pub fn member(&self) -> &MemberId {
        &self.member
    }
    pub fn assignment(&self) -> &[TopicPartition] {
        &self.assignment
    }
    /// Changes the settings while running.
    pub fn set_config(&mut self, config: ConsumerConfig, out: &mut Outbox) {
        self.network.set_settings(settings(&config), out);
        self.options.config = config;
    }
    /// At most `max.poll.records` records; each must be given back with `acknowledge`.
    pub fn poll(&mut self, out: &mut Outbox) -> Vec<ShareRecord> {
        let max = usize::try_from(self.options.config.max_poll_records).unwrap_or(usize::MAX).min(self.buffer.len());
        let records: Vec<ShareRecord> = self.buffer.drain(..max).collect();
        self.unsettled += records.len();
        if records.is_empty() {
            self.settle(out);
        }
        records
    }
    /// True when `poll` would return something.
    pub fn has_records(&self) -> bool {
        !self.buffer.is_empty()
    }
    /// Says what has become of a record; the next fetch tells the broker.
    pub fn acknowledge(&mut self, partition: TopicPartition, offset: Offset, said: Said) {
        self.unsettled = self.unsettled.saturating_sub(1);
        let runs = self.said.entry(partition).or_default();
        match runs.last_mut() {
            Some(run) if run.last.next() == offset && run.acknowledge_type == said.id() => run.last = offset,
            _ => runs.push(Acknowledgement { first: offset, last: offset, acknowledge_type: said.id() }),
        }
    }
    /// Tells the brokers what has been said, gives back what is buffered, and leaves the group.
    pub fn close(&mut self, out: &mut Outbox) {
        for record in std::mem::take(&mut self.buffer) {
            self.acknowledge(record.partition, record.offset, Said::Release);
        }
        for (broker, partitions) in self.by_leader(true) {
            let request =
                ShareAcknowledgeRequest { group: self.options.group.clone(), member: self.member.clone(), partitions };
            self.network.send(broker, Request::ShareAcknowledge(request), Asked::Acknowledge, out);
        }
        if let Some(coordinator) = self.coordinator {
            self.member_epoch = MemberEpoch::LEAVE;
            self.send_heartbeat(coordinator, Asked::Leave, out);
        }
        self.is_closed = true;
    }
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Handles what has come of the network, then sends what is due.
    fn settle(&mut self, out: &mut Outbox) {
        while let Some(completed) = self.network.take_completed() {
            if let Completed::Request { broker, context, response } = completed {
                self.on_answer(broker, context, response, out);
            }
        }
        if self.is_closed || !self.network.metadata().is_known() {
            return;
        }
        self.beat(out);
        self.fetch(out);
    }

    fn on_answer(&mut self, broker: BrokerId, asked: Asked, response: Result<Response, ErrorCode>, out: &mut Outbox) {
        match (asked, response) {
            (Asked::FindCoordinator, Ok(Response::FindCoordinator(found))) => {
                self.is_beating = false;
                self.coordinator = found.coordinator;
                if found.coordinator.is_none() {
                    self.next_beat_at = out.now() + millis(self.options.config.retry_backoff_ms);
                }
            }
            (Asked::Heartbeat, Ok(Response::ShareGroupHeartbeat(answer))) => self.on_heartbeat(answer, out),
            (Asked::FindCoordinator | Asked::Heartbeat, _) => {
                self.is_beating = false;
                self.coordinator = None;
                self.next_beat_at = out.now() + millis(self.options.config.retry_backoff_ms);
            }
            (Asked::Fetch, Ok(Response::ShareFetch(answer))) => {
                self.asked.retain(|known| *known != broker);
                for partition in answer.partitions {
                    self.on_fetched(partition, out);
                }
            }
            (Asked::Fetch, _) => {
                self.asked.retain(|known| *known != broker);
                self.retry_at = out.now() + millis(self.options.config.retry_backoff_ms);
                self.network.request_metadata_update(out);
            }
            (Asked::Acknowledge | Asked::Leave, _) => {}
        }
    }

    fn on_heartbeat(&mut self, answer: ShareGroupHeartbeatResponse, out: &mut Outbox) {
        self.is_beating = false;
        self.next_beat_at = out.now() + answer.heartbeat_interval;
        match answer.error {
            ErrorCode::None => {
                self.member_epoch = answer.member_epoch;
                if let Some(assignment) = answer.assignment {
                    self.assignment = assignment;
                }
            }
            ErrorCode::UnknownMemberId | ErrorCode::FencedMemberEpoch => {
                self.member_epoch = MemberEpoch::JOIN;
                self.next_beat_at = out.now();
            }
            _ => {
                self.coordinator = None;
                self.next_beat_at = out.now() + millis(self.options.config.retry_backoff_ms);
            }
        }
    }

    /// Only what was acquired is the application's; where there is no record for it, that is said at once.
    fn on_fetched(&mut self, answer: ShareFetchPartitionResponse, out: &mut Outbox) {
        if !answer.error.is_none() {
            self.retry_at = out.now() + millis(self.options.config.retry_backoff_ms);
            self.network.request_metadata_update(out);
        }
        let partition = answer.partition;
        for range in answer.acquired {
            let mut expected = range.first;
            for batch in answer.batches.iter().filter(|batch| batch.control.is_none()) {
                for (offset, record) in batch.iter().filter(|(at, _)| (range.first..=range.last).contains(at)) {
                    self.say_gap(partition, expected, offset);
                    expected = offset.next();
                    let (record, delivery_count) = (record.clone(), range.delivery_count);
                    self.buffer.push_back(ShareRecord { partition, offset, delivery_count, record });
                }
            }
            self.say_gap(partition, expected, range.last.next());
        }
    }

    /// There is nothing from one offset on and before another.
    fn say_gap(&mut self, partition: TopicPartition, first: Offset, end: Offset) {
        if first < end {
            let said = Acknowledgement { first, last: Offset(end.0 - 1), acknowledge_type: GAP };
            self.said.entry(partition).or_default().push(said);
        }
    }

    /// Says that it lives, if it is time.
    fn beat(&mut self, out: &mut Outbox) {
        let now = out.now();
        if self.is_beating {
            return;
        }
        if self.next_beat_at > now {
            return self.beat_wake_up.no_later_than(self.next_beat_at, Timer::Heartbeat, out);
        }
        match self.coordinator {
            Some(coordinator) if self.network.can_send(coordinator, now) => {
                self.is_beating = true;
                self.send_heartbeat(coordinator, Asked::Heartbeat, out);
            }
            Some(coordinator) => {
                let at = self.network.blocked_until(coordinator, now).unwrap_or(now + millis(100));
                self.beat_wake_up.no_later_than(at, Timer::Heartbeat, out);
            }
            None => {
                let Some(broker) = self.network.least_loaded_broker(now) else {
                    return self.beat_wake_up.no_later_than(now + millis(100), Timer::Heartbeat, out);
                };
                self.is_beating = true;
                let key = Arc::clone(&self.options.group.0);
                let request =
                    Request::FindCoordinator(FindCoordinatorRequest { key_type: CoordinatorType::Group, key });
                self.network.send(broker, request, Asked::FindCoordinator, out);
            }
        }
    }

    fn send_heartbeat(&mut self, coordinator: BrokerId, asked: Asked, out: &mut Outbox) {
        let request = ShareGroupHeartbeatRequest {
            group: self.options.group.clone(),
            member: self.member.clone(),
            member_epoch: self.member_epoch,
            subscribed_topics: self.options.topics.clone(),
        };
        self.network.send(coordinator, Request::ShareGroupHeartbeat(request), asked, out);
    }

    /// Fetches from every leader that has no fetch of ours, once the application has nothing left.
    fn fetch(&mut self, out: &mut Outbox) {
        let now = out.now();
        if !self.buffer.is_empty() || self.unsettled > 0 {
            return;
        }
        if self.retry_at > now {
            return self.retry_wake_up.no_later_than(self.retry_at, Timer::FetchRetry, out);
        }
        for (broker, partitions) in self.by_leader(false) {
            let request = ShareFetchRequest {
                group: self.options.group.clone(),
                member: self.member.clone(),
                max_wait: millis(self.options.config.fetch_max_wait_ms),
                max_records: self.options.config.max_poll_records,
                partitions,
            };
            self.asked.push(broker);
            self.network.send(broker, Request::ShareFetch(request), Asked::Fetch, out);
        }
    }

    /// The partitions of each leader that can be asked, with what is to be said there. `only_said`: no others.
    fn by_leader(&mut self, only_said: bool) -> Vec<(BrokerId, Vec<ToSay>)> {
        let mut grouped: Vec<(BrokerId, Vec<ToSay>)> = Vec::new();
        let mut wanted = if only_said { Vec::new() } else { self.assignment.clone() };
        wanted.extend(self.said.keys().copied());
        wanted.sort_unstable();
        wanted.dedup();
        for partition in wanted {
            let Some((leader, _)) = self.network.metadata().leader(partition) else { continue };
            if !only_said && self.asked.contains(&leader) {
                continue;
            }
            let said = self.said.remove(&partition).unwrap_or_default();
            match grouped.iter_mut().find(|(known, _)| *known == leader) {
                Some((_, partitions)) => partitions.push((partition, said)),
                None => grouped.push((leader, vec![(partition, said)])),
            }
        }
        grouped
    }
}

fn settings(config: &ConsumerConfig) -> NetworkSettings {
    NetworkSettings {
        max_in_flight_requests_per_connection: 100,
        request_timeout: millis(config.request_timeout_ms),
        retry_backoff: RetryBackoff::from_millis(config.retry_backoff_ms, config.retry_backoff_max_ms),
        reconnect_backoff: RetryBackoff::from_millis(50, 1_000),
        metadata_max_age: millis(config.metadata_max_age_ms),
    }
}
