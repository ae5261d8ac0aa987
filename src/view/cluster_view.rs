//! The whole cluster at one moment: what the stage draws.

use super::broker_view::{BrokerView, PartitionView, QuorumView, TopicView};
use super::client_view::{GroupView, ProducerView};
use super::ledger_view::OrderView;
use super::queue_view::QueueServerView;
use crate::protocol::ids::{BrokerId, EventNumber, Node, TopicId, TopicPartition};
use crate::sim::time::{SimDuration, SimTime};
use std::sync::Arc;

/// Everything on the stage, without the messages in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterView {
    pub now: SimTime,
    pub event: EventNumber,
    pub quorum: QuorumView,
    /// By id; the order of columns.
    pub brokers: Vec<BrokerView>,
    /// By id; the order of rows. Internal topics come last.
    pub topics: Vec<TopicView>,
    /// Topics that the scenario is about to create, so that their rows have their place from the start.
    pub expected_topics: Vec<ExpectedTopicView>,
    pub producers: Vec<ProducerView>,
    pub groups: Vec<GroupView>,
    /// RabbitMQ, SQS or Service Bus, where the shop runs on one of them; nothing else stands on the stage then.
    pub queue_server: Option<QueueServerView>,
    /// Only the links that something was done to, one entry a direction.
    pub links: Vec<LinkView>,
    /// The newest orders, oldest first.
    pub orders: Vec<OrderView>,
}

/// A topic that does not exist yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedTopicView {
    /// What its id will be.
    pub id: TopicId,
    pub name: Arc<str>,
    pub partitions: u16,
}

/// One direction of a link with a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkView {
    pub from: Node,
    pub to: Node,
    pub is_cut: bool,
    /// On top of what the link takes when it is healthy.
    pub extra_delay: SimDuration,
}

impl ClusterView {
    pub fn broker(&self, id: BrokerId) -> Option<&BrokerView> {
        self.brokers.iter().find(|broker| broker.id == id)
    }
    pub fn topic(&self, id: TopicId) -> Option<&TopicView> {
        self.topics.iter().find(|topic| topic.id == id)
    }
    pub fn partition(&self, partition: TopicPartition) -> Option<&PartitionView> {
        self.topic(partition.topic)?.partitions.iter().find(|known| known.partition == partition)
    }
    /// `orders-0`: a partition as people say it.
    pub fn partition_name(&self, partition: TopicPartition) -> String {
        let expected =
            || self.expected_topics.iter().find(|topic| topic.id == partition.topic).map(|topic| &topic.name);
        match self.topic(partition.topic).map(|topic| &topic.name).or_else(expected) {
            Some(name) => format!("{name}-{}", partition.partition),
            None => format!("topic {}-{}", partition.topic, partition.partition),
        }
    }
    /// The rows of partitions that do not exist yet.
    pub fn expected_rows(&self) -> impl Iterator<Item = TopicPartition> {
        self.expected_topics
            .iter()
            .flat_map(|topic| (0..topic.partitions).map(|index| TopicPartition::new(topic.id, index)))
    }
    /// The partitions that get a row on the stage: those of the applications' own topics.
    pub fn rows(&self) -> impl Iterator<Item = &PartitionView> {
        self.topics.iter().filter(|topic| !topic.is_internal).flat_map(|topic| topic.partitions.iter())
    }
    /// A process by the name of its scenario: `checkout`, `email-1`; brokers and controllers have none.
    pub fn client_name(&self, node: Node) -> Option<&Arc<str>> {
        let Node::Client(client) = node else { return None };
        let producer = self.producers.iter().find(|producer| producer.client == client).map(|producer| &producer.name);
        producer
            .or_else(|| {
                self.groups
                    .iter()
                    .flat_map(|group| &group.members)
                    .find(|member| member.client == client)
                    .map(|member| &member.name)
            })
            .or_else(|| Some(&self.queue_server.as_ref()?.client(client)?.name))
    }
    /// What was done to the link between two nodes, in this direction.
    pub fn link(&self, from: Node, to: Node) -> Option<&LinkView> {
        self.links.iter().find(|link| link.from == from && link.to == to)
    }
}
