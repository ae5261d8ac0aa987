//! What a cluster is made of before its first event: plain data, made by a scenario.

use crate::protocol::config::{BrokerConfig, ProcessingGuarantee};
use crate::protocol::ids::{BrokerId, ControllerId, Rack, TopicName};
use crate::protocol::message::NewTopic;
pub use crate::queueing::QueueServerOptions;
pub use crate::shop::options::{
    Application, CallOptions, CheckoutOptions, LoadOptions, ServiceKind, ServiceOptions, TimeRange,
};
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
    /// Another messaging system that the shop runs on, in place of Kafka.
    pub queue_server: Option<QueueServerOptions>,
    pub clients: Vec<ClientOptions>,
    pub links: LinkClasses,
    /// Eligible leader replicas (KIP-966): on in a cluster formatted by Kafka 4.1 or later.
    pub eligible_leader_replicas: bool,
}

/// One broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerOptions {
    pub id: BrokerId,
    pub rack: Option<Rack>,
    pub config: BrokerConfig,
    pub disk: DiskOptions,
    /// It joins the running cluster then; `None`: it is there from the start.
    pub starts_at: Option<SimDuration>,
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
    /// When it is started; `None`: with the others. One that starts later does not exist before.
    pub starts_at: Option<SimDuration>,
    pub application: Application,
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

impl ClusterOptions {
    /// True when someone consumes as a member of a group: `__consumer_offsets` is needed then.
    pub fn has_groups(&self) -> bool {
        self.clients
            .iter()
            .any(|client| matches!(client.application, Application::Service(_) | Application::ShareService(_)))
    }
}

impl ClusterOptions {
    /// True when someone writes in transactions: `__transaction_state` is needed then.
    pub fn has_transactions(&self) -> bool {
        self.clients.iter().any(|client| match &client.application {
            Application::Service(service) => {
                service.writes.is_some() && service.config.processing_guarantee == ProcessingGuarantee::ExactlyOnceV2
            }
            Application::Checkout(_)
            | Application::ShareService(_)
            | Application::Load(_)
            | Application::QueueCheckout(..)
            | Application::QueueService(..) => false,
        })
    }

    /// Kafka's own topics that this cluster has, in the order in which they are created.
    pub fn internal_topics(&self) -> impl Iterator<Item = &'static str> {
        let offsets = self.has_groups().then_some("__consumer_offsets");
        offsets.into_iter().chain(self.has_transactions().then_some("__transaction_state"))
    }
}

impl TopicOptions {
    /// The request that creates it.
    pub fn to_new_topic(&self) -> NewTopic {
        NewTopic {
            name: self.name.clone(),
            partitions: self.partitions,
            replication_factor: self.replication_factor,
            assignments: self.assignments.clone(),
            configs: self.configs.clone(),
        }
    }
}
