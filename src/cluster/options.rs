//! What a cluster is made of before its first event: plain data, made by a scenario.

use crate::protocol::config::{BrokerConfig, ConsumerConfig, ProducerConfig};
use crate::protocol::ids::{BrokerId, ControllerId, GroupId, Rack, TopicName};
use crate::sim::disk::DiskOptions;
use crate::sim::network::LinkOptions;
use crate::sim::time::SimDuration;
use std::sync::Arc;

/// All that a run starts from, beside its seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterOptions {
    /// The voters of the controller quorum: 1, 3 or 5.
    pub controllers: Vec<ControllerId>,
    /// Settings of the controllers.
    pub controller_config: BrokerConfig,
    pub brokers: Vec<BrokerOptions>,
    pub topics: Vec<TopicOptions>,
    pub clients: Vec<ClientOptions>,
    pub links: LinkClasses,
    /// Eligible leader replicas (KIP-966): on in a cluster formatted by Kafka 4.1 or later.
    pub eligible_leader_replicas: bool,
    /// Units of each item in stock when the shop opens.
    pub stock_per_item: i32,
}

/// One broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerOptions {
    pub id: BrokerId,
    pub rack: Option<Rack>,
    pub config: BrokerConfig,
    pub disk: DiskOptions,
}

/// One topic that exists when the run starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicOptions {
    pub name: TopicName,
    pub partitions: u16,
    pub replication_factor: u16,
    /// Replicas of each partition, the preferred leader first; empty: the controller places them.
    pub assignments: Vec<Vec<BrokerId>>,
    /// Only what differs from the brokers' defaults.
    pub configs: Vec<(Arc<str>, Arc<str>)>,
}

/// One application process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientOptions {
    /// Unique in the cluster: `checkout`, `email-1`.
    pub name: Arc<str>,
    pub application: Application,
}

/// What an application process does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Application {
    Checkout(CheckoutOptions),
    Service(ServiceOptions),
    Load(LoadOptions),
}

/// Checkout: customers finish purchases; the payment is charged at once, the order is published, the customer is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutOptions {
    pub topic: TopicName,
    pub producer: ProducerConfig,
    /// How many different customers there are; an order's key is its customer.
    pub customers: u16,
    /// How many different items the shop sells.
    pub items: u16,
    /// Mean time between purchases, over all customers.
    pub mean_interval: SimDuration,
    pub payment_time: TimeRange,
    /// No purchases after this time; `None`: the shop never closes.
    pub closes_at: Option<SimDuration>,
}

/// A service that reacts to orders as a member of a consumer group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceOptions {
    pub kind: ServiceKind,
    pub group: GroupId,
    pub topics: Vec<TopicName>,
    pub consumer: ConsumerConfig,
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
    /// Stop after this many records; `None`: never.
    pub records: Option<u64>,
}

/// An evenly distributed time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRange {
    pub least: SimDuration,
    pub most: SimDuration,
}

/// How nodes are linked, by what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkClasses {
    /// Brokers and controllers among themselves, in one rack.
    pub within_rack: LinkOptions,
    pub between_racks: LinkOptions,
    /// Applications to brokers.
    pub clients: LinkOptions,
}
