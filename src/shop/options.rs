//! What the processes of the shop are told before they start: plain data, made by a scenario.

use crate::protocol::config::{ConsumerConfig, ProducerConfig, ServiceConfig};
use crate::protocol::ids::{GroupId, OrderId, QueueName, TopicName};
use crate::queueing::receiver::ReceiverKind;
use crate::queueing::sender::SenderKind;
use crate::sim::time::SimDuration;

/// What an application process does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Application {
    Checkout(CheckoutOptions),
    Service(ServiceOptions),
    /// A service that reads as a member of a share group.
    ShareService(ServiceOptions),
    Load(LoadOptions),
    /// Checkout on another messaging system.
    QueueCheckout(CheckoutOptions, SenderKind),
    /// A service on another messaging system, and the queues that it consumes.
    QueueService(ServiceOptions, ReceiverKind, Vec<QueueName>),
}

/// Checkout: customers finish purchases; the payment is charged at once, the order is published, the customer is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutOptions {
    pub topic: TopicName,
    pub producer: ProducerConfig,
    /// How many different customers there are; an order's key is its customer.
    pub customers: u16,
    /// Of each hundred purchases, so many are the first customer's; 0: all customers buy alike.
    pub busiest_percent: u8,
    /// Orders whose record is damaged: no service can read it.
    pub malformed: Vec<OrderId>,
    /// How many different items the shop sells.
    pub items: u16,
    /// Mean time between purchases, over all customers.
    pub mean_interval: SimDuration,
    pub payment_time: TimeRange,
    /// No purchases after this time; `None`: the shop never closes.
    pub closes_at: Option<SimDuration>,
    /// The synchronous shop: after the payment checkout calls these services one after the other, the customer waits for
    /// all of them, and nothing is published. Empty: the order is published, and the services react to it.
    pub calls: Vec<CallOptions>,
}

/// A service that checkout calls and waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOptions {
    pub kind: ServiceKind,
    /// Simplified: the way there and back is part of it.
    pub time: TimeRange,
    /// From when to when the service does not answer; who calls it meanwhile waits for its end.
    pub unavailable: Option<(SimDuration, SimDuration)>,
}

/// A service that reacts to orders as a member of a consumer group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceOptions {
    pub kind: ServiceKind,
    pub group: GroupId,
    pub topics: Vec<TopicName>,
    pub consumer: ConsumerConfig,
    /// For what the service itself publishes: records it sets aside, and its output.
    pub producer: ProducerConfig,
    pub config: ServiceConfig,
    /// Where it publishes what it made of each order; `None`: it publishes nothing.
    pub writes: Option<TopicName>,
    /// Which of several instances it is, from 1; `None`: the only one.
    pub instance: Option<u16>,
    pub processing_time: TimeRange,
}

/// What a service does with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceKind {
    /// Sends the confirmation.
    Email,
    /// Reserves the item.
    Stock,
    /// Counts the order.
    Analytics,
    /// Pushes a notification to the customer.
    Notification,
    /// Reads, and does nothing with it.
    Reader,
}

/// A producer that is not part of the shop: so many records a second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadOptions {
    pub topic: TopicName,
    pub producer: ProducerConfig,
    pub mean_interval: SimDuration,
    pub value_bytes: u32,
    /// How many different keys; 0: records have no key.
    pub keys: u32,
    /// Every record of this number has no value and so deletes its key (a tombstone); 0: none.
    pub deletes_every: u32,
    /// Stop after this many records; `None`: never.
    pub records: Option<u64>,
    /// Nothing more after this time; `None`: it never ends.
    pub closes_at: Option<SimDuration>,
}

/// An evenly distributed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRange {
    pub least: SimDuration,
    pub most: SimDuration,
}

/// An application that never begins a transaction has no use for a `transactional.id`.
pub(super) fn without_transactions(mut config: ProducerConfig) -> ProducerConfig {
    config.transactional_id = "".into();
    config
}
