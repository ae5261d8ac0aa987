//! What a stretch of the metadata log changed: a broker replays records, then looks only at what became different
//! (`MetadataDelta`).

use crate::protocol::ids::{BrokerId, TopicId, TopicPartition};
use crate::sim::ordered::BTreeSet;

/// What became different. The new values are in the image; the old ones are the reader's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetadataDelta {
    /// Registered, fenced, unfenced or shutting down.
    pub brokers: BTreeSet<BrokerId>,
    /// New topics.
    pub topics: BTreeSet<TopicId>,
    pub removed_topics: BTreeSet<TopicId>,
    /// New partitions, and those with another leader, ISR, ELR, replicas or epoch.
    pub partitions: BTreeSet<TopicPartition>,
    /// Topics with other settings of their own.
    pub topic_configs: BTreeSet<TopicId>,
    /// Cluster-wide or broker settings changed: every topic's settings may be others now.
    pub are_broker_configs_changed: bool,
}

impl MetadataDelta {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
    /// Adds what a later stretch changed.
    pub fn merge(&mut self, later: Self) {
        self.brokers.extend(later.brokers);
        self.topics.extend(later.topics);
        self.removed_topics.extend(later.removed_topics);
        self.partitions.extend(later.partitions);
        self.topic_configs.extend(later.topic_configs);
        self.are_broker_configs_changed |= later.are_broker_configs_changed;
    }
}
