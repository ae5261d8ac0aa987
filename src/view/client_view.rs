//! The applications at both sides of the cluster: checkout with its producer, and the consumer groups of the services.

use super::broker_view::{Gauge, ProcessState};
use super::mark::KeyMark;
use crate::protocol::ids::{BrokerId, ClientId, GroupId, OrderId, RecordId, TopicId, TopicPartition};
use crate::protocol::offset::{Generation, Offset};
use crate::sim::time::SimTime;
use std::sync::Arc;

/// One application that sends: checkout, or a plain load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProducerView {
    pub client: ClientId,
    pub name: Arc<str>,
    pub state: ProcessState,
    pub since: SimTime,
    pub topic: TopicId,
    /// The customers of a checkout; empty for a plain load.
    pub customers: Vec<CustomerView>,
    /// Payments being charged: their orders are not yet in the producer's hands.
    pub paying: u32,
    /// Bytes of `buffer.memory` in use.
    pub buffer: Gauge,
    /// Requests that wait for an answer, of `max.in.flight.requests.per.connection` (the fullest connection).
    pub in_flight: Gauge,
    /// Batches in the accumulator, by partition, oldest first.
    pub batches: Vec<BatchView>,
    /// Since when send() blocks, when it does.
    pub blocked_since: Option<SimTime>,
    /// How many calls wait.
    pub blocked_calls: u32,
    pub sent: u64,
    pub acknowledged: u64,
    pub failed: u64,
    /// The settings that are shown on its card, by property name.
    pub settings: Vec<(&'static str, Arc<str>)>,
}

/// One customer of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CustomerView {
    pub customer: u16,
    pub key: KeyMark,
    /// The order that the customer waits for an answer to.
    pub waiting: Option<OrderId>,
}

/// One batch in a record accumulator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchView {
    pub partition: TopicPartition,
    pub state: BatchState,
    pub bytes: u64,
    pub attempt: u32,
    /// The first records of it.
    pub records: Vec<(RecordId, KeyMark)>,
    /// How many there are in all.
    pub record_count: u32,
}

/// What a batch waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchState {
    /// For more records, or for `linger.ms` to end.
    Filling,
    /// For a free connection, a leader, or the end of a backoff.
    Ready,
    /// For the answer of this broker.
    InFlight(BrokerId),
}

/// What a service does with orders, for its icon and its counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceRole {
    Email,
    Stock,
    Analytics,
    Notification,
    Reader,
}

/// What a consumer group is doing (`GroupState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupState {
    Empty,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
    Dead,
}

/// One consumer group, with the service that it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView {
    pub group: GroupId,
    pub role: ServiceRole,
    pub state: GroupState,
    pub generation: Generation,
    pub coordinator: Option<BrokerId>,
    /// The assignor in use, by Kafka's name for it; empty while there is none.
    pub assignor: Arc<str>,
    pub members: Vec<MemberView>,
    pub positions: Vec<PositionView>,
    /// How many times the service did its work: mails sent, items reserved.
    pub done: u64,
    /// How many of those were for an order that had been done before.
    pub done_again: u64,
    /// Over all partitions: records committed to the log that the group has not committed as read.
    pub lag: u64,
    pub rebalances: u32,
}

/// One member of a group, or a process that would be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    pub client: ClientId,
    pub name: Arc<str>,
    /// The coordinator's name for it; `None` before it has joined.
    pub member: Option<Arc<str>>,
    pub state: ProcessState,
    pub since: SimTime,
    pub assigned: Vec<TopicPartition>,
    pub processing: Option<ProcessingView>,
    /// Records fetched, waiting to be polled or processed.
    pub waiting: u32,
}

/// A record in the hands of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessingView {
    pub record: RecordId,
    pub key: KeyMark,
    pub since: SimTime,
    pub until: SimTime,
}

/// How far a group is in one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PositionView {
    pub partition: TopicPartition,
    /// The member that reads it.
    pub member: Option<ClientId>,
    /// The next offset to be read; `None` while nobody reads.
    pub position: Option<Offset>,
    /// The next offset after a restart.
    pub committed: Option<Offset>,
    pub log_start_offset: Offset,
    pub high_watermark: Offset,
    pub log_end_offset: Offset,
    /// `None` when nothing was committed.
    pub lag: Option<u64>,
}
