//! Names that facts and identifiers do not carry: topics by id, clients by id.

use crate::cluster::options::{ClusterOptions, QueueServerOptions};
use crate::protocol::ids::{ClientId, TopicId, TopicPartition};
use std::sync::Arc;

/// The names of a run. They never change during it except by growing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    pub topics: Vec<Arc<str>>,
    pub clients: Vec<Arc<str>>,
    /// The product that the shop runs on in place of Kafka; empty with Kafka.
    pub server: &'static str,
}

impl Names {
    /// The names of a run before it begins: the controller creates the topics in the order of the scenario, and its own
    /// after them.
    pub fn of(options: &ClusterOptions) -> Self {
        let topics = options.topics.iter().map(|topic| Arc::clone(&topic.name.0));
        Self {
            topics: topics.chain([Arc::from("__consumer_offsets")]).collect(),
            clients: options.clients.iter().map(|client| Arc::clone(&client.name)).collect(),
            server: options.queue_server.as_ref().map_or("", QueueServerOptions::product),
        }
    }
    pub fn topic(&self, topic: TopicId) -> &str {
        self.topics.get(usize::from(topic.0)).map_or("?", |name| name)
    }
    pub fn client(&self, client: ClientId) -> &str {
        self.clients.get(usize::from(client.0)).map_or("?", |name| name)
    }
    pub fn partition(&self, partition: TopicPartition) -> String {
        format!("{}-{}", self.topic(partition.topic), partition.partition)
    }
}

/// The letter of a customer, as its stamp has it.
pub fn customer_letter(customer: u16) -> char {
    char::from(b'A' + (customer % 26) as u8)
}
