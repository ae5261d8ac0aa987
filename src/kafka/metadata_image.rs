//! What the metadata log says, replayed: brokers, topics, partitions, settings, features (`MetadataImage`, and of the
//! controller's side `ClusterControlManager`, `ReplicationControlManager`, `ConfigurationControlManager`). Brokers and
//! controllers replay the same records into the same image. It decides nothing.

use super::metadata_delta::MetadataDelta;
use super::partition_change::merge;
use crate::protocol::config::{BrokerConfig, TopicConfig};
use crate::protocol::ids::{
    BrokerEpoch, BrokerId, Incarnation, PartitionIndex, ProducerId, Rack, TopicId, TopicName, TopicPartition,
};
use crate::protocol::metadata::{
    ClusterMetadata, MetadataBatch, MetadataRecord, PartitionMetadata, PartitionRegistration, TopicMetadata,
};
use crate::protocol::offset::Offset;
use crate::sim::ordered::BTreeMap;
use std::sync::Arc;

/// Settings that were changed while running, by property name.
pub type ConfigOverrides = BTreeMap<Arc<str>, Arc<str>>;

/// One broker as it is registered (`BrokerRegistration`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerRegistration {
    pub broker_epoch: BrokerEpoch,
    pub incarnation: Incarnation,
    pub rack: Option<Rack>,
    pub is_fenced: bool,
    pub is_in_controlled_shutdown: bool,
    /// Where in the log the registration stands: a broker that has replayed it knows itself.
    pub registered_at: Offset,
}

impl BrokerRegistration {
    /// May lead, and may join an ISR.
    pub fn is_active(&self) -> bool {
        !self.is_fenced && !self.is_in_controlled_shutdown
    }
}

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicImage {
    pub topic: TopicId,
    pub name: TopicName,
    /// By partition index.
    pub partitions: Vec<Arc<PartitionRegistration>>,
    pub configs: ConfigOverrides,
}

/// All that the metadata log has said up to some offset. Clones share topics and partitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetadataImage {
    next_offset: Offset,
    brokers: BTreeMap<BrokerId, BrokerRegistration>,
    topics: BTreeMap<TopicId, Arc<TopicImage>>,
    topic_ids: BTreeMap<TopicName, TopicId>,
    next_topic_id: TopicId,
    /// Cluster-wide settings.
    cluster_configs: ConfigOverrides,
    broker_configs: BTreeMap<BrokerId, ConfigOverrides>,
    features: BTreeMap<Arc<str>, i16>,
    next_producer_id: ProducerId,
    /// The answer to Metadata requests, until something in it changes.
    cluster_metadata: Option<Arc<ClusterMetadata>>,
}

impl MetadataImage {
    /// Replays a batch; the answer says what became different. Batches must follow each other.
    pub fn replay(&mut self, batch: &MetadataBatch) -> MetadataDelta {
        assert_eq!(batch.base_offset, self.next_offset, "records are replayed in order, each once");
        let mut delta = MetadataDelta::default();
        for record in &*batch.records {
            self.apply(record, &mut delta);
        }
        delta
    }

    /// Replays one record, the next of the log, and notes in `delta` what became different.
    pub fn apply(&mut self, record: &MetadataRecord, delta: &mut MetadataDelta) {
        let offset = self.next_offset;
        self.next_offset = offset.next();
        match record {
            MetadataRecord::LeaderChangeMessage { .. } | MetadataRecord::NoOpRecord => {}
            MetadataRecord::FeatureLevelRecord { name, level } => {
                self.features.insert(name.clone(), *level);
            }
            MetadataRecord::RegisterBrokerRecord { broker, incarnation, broker_epoch, rack, fenced } => {
                let registration = BrokerRegistration {
                    broker_epoch: *broker_epoch,
                    incarnation: *incarnation,
                    rack: rack.clone(),
                    is_fenced: *fenced,
                    is_in_controlled_shutdown: false,
                    registered_at: offset,
                };
                self.brokers.insert(*broker, registration);
                self.note_broker(*broker, delta);
            }
            MetadataRecord::BrokerRegistrationChangeRecord { broker, broker_epoch, fenced, in_controlled_shutdown } => {
                let registration = self.brokers.get_mut(broker).expect("a change follows a registration");
                assert_eq!(
                    registration.broker_epoch, *broker_epoch,
                    "a change belongs to the life of the broker that is registered"
                );
                registration.is_fenced = fenced.unwrap_or(registration.is_fenced);
                registration.is_in_controlled_shutdown =
                    in_controlled_shutdown.unwrap_or(registration.is_in_controlled_shutdown);
                self.note_broker(*broker, delta);
            }
            MetadataRecord::TopicRecord { name, topic } => {
                let image = TopicImage {
                    topic: *topic,
                    name: name.clone(),
                    partitions: Vec::new(),
                    configs: ConfigOverrides::new(),
                };
                self.topics.insert(*topic, Arc::new(image));
                self.topic_ids.insert(name.clone(), *topic);
                self.next_topic_id = TopicId(topic.0 + 1);
                delta.topics.insert(*topic);
                self.cluster_metadata = None;
            }
            MetadataRecord::PartitionRecord { topic, partition, registration } => {
                let partitions = &mut self.topic_mut(*topic).partitions;
                assert_eq!(partitions.len(), usize::from(partition.0), "partitions are numbered without gaps");
                partitions.push(Arc::new(registration.clone()));
                self.note_partition(TopicPartition { topic: *topic, partition: *partition }, delta);
            }
            MetadataRecord::PartitionChangeRecord { topic, partition, change } => {
                let registration = &mut self.topic_mut(*topic).partitions[usize::from(partition.0)];
                *registration = Arc::new(merge(registration, change));
                self.note_partition(TopicPartition { topic: *topic, partition: *partition }, delta);
            }
            MetadataRecord::ConfigRecord { topic, broker, name, value } => {
                self.apply_config(*topic, *broker, name, value, delta)
            }
            MetadataRecord::ProducerIdsRecord { next, .. } => self.next_producer_id = *next,
            MetadataRecord::RemoveTopicRecord { topic } => {
                let removed = self.topics.remove(topic).expect("a topic is removed once");
                self.topic_ids.remove(&removed.name);
                delta.removed_topics.insert(*topic);
                self.cluster_metadata = None;
            }
        }
    }

    fn apply_config(
        &mut self,
        topic: Option<TopicId>,
        broker: Option<BrokerId>,
        name: &Arc<str>,
        value: &Arc<str>,
        delta: &mut MetadataDelta,
    ) {
        let overrides = match (topic, broker) {
            (Some(topic), _) => &mut self.topic_mut(topic).configs,
            (None, Some(broker)) => self.broker_configs.entry(broker).or_default(),
            (None, None) => &mut self.cluster_configs,
        };
        if value.is_empty() {
            overrides.remove(name);
        } else {
            overrides.insert(name.clone(), value.clone());
        }
        match topic {
            Some(topic) => delta.topic_configs.extend([topic]),
            None => delta.are_broker_configs_changed = true,
        }
    }

    fn topic_mut(&mut self, topic: TopicId) -> &mut TopicImage {
        Arc::make_mut(self.topics.get_mut(&topic).expect("a topic's record stands before all that belongs to it"))
    }
    fn note_broker(&mut self, broker: BrokerId, delta: &mut MetadataDelta) {
        delta.brokers.insert(broker);
        self.cluster_metadata = None;
    }
    fn note_partition(&mut self, partition: TopicPartition, delta: &mut MetadataDelta) {
        delta.partitions.insert(partition);
        self.cluster_metadata = None;
    }
}

/// Questions.
impl MetadataImage {
    /// The offset of the first record that has not been replayed.
    pub fn next_offset(&self) -> Offset {
        self.next_offset
    }
    pub fn broker(&self, broker: BrokerId) -> Option<&BrokerRegistration> {
        self.brokers.get(&broker)
    }
    /// Every registered broker, by id.
    pub fn brokers(&self) -> impl Iterator<Item = (BrokerId, &BrokerRegistration)> {
        self.brokers.iter().map(|(broker, registration)| (*broker, registration))
    }
    /// Unfenced, and not shutting down.
    pub fn is_active(&self, broker: BrokerId) -> bool {
        self.brokers.get(&broker).is_some_and(BrokerRegistration::is_active)
    }
    pub fn topic(&self, topic: TopicId) -> Option<&TopicImage> {
        self.topics.get(&topic).map(|topic| &**topic)
    }
    pub fn topic_named(&self, name: &TopicName) -> Option<&TopicImage> {
        self.topic(*self.topic_ids.get(name)?)
    }
    /// Every topic, by id.
    pub fn topics(&self) -> impl Iterator<Item = &TopicImage> {
        self.topics.values().map(|topic| &**topic)
    }
    /// The id that the next new topic gets.
    pub fn next_topic_id(&self) -> TopicId {
        self.next_topic_id
    }
    pub fn partition(&self, partition: TopicPartition) -> Option<&Arc<PartitionRegistration>> {
        self.topics.get(&partition.topic)?.partitions.get(usize::from(partition.partition.0))
    }
    /// Every partition, by topic id and index.
    pub fn partitions(&self) -> impl Iterator<Item = (TopicPartition, &Arc<PartitionRegistration>)> {
        self.topics.values().flat_map(|topic| {
            (0..).zip(&topic.partitions).map(|(index, registration)| {
                (TopicPartition { topic: topic.topic, partition: PartitionIndex(index) }, registration)
            })
        })
    }
    /// The level of a feature; zero when it is off.
    pub fn feature(&self, name: &str) -> i16 {
        self.features.get(name).copied().unwrap_or(0)
    }
    /// True until the first active controller has written what a new cluster starts with.
    pub fn is_blank(&self) -> bool {
        self.features.is_empty()
    }
    /// The first producer id that no broker has been given.
    pub fn next_producer_id(&self) -> ProducerId {
        self.next_producer_id
    }
    /// What holds for a broker (or, without one, for the whole cluster): `defaults` from its file, then what was changed.
    pub fn broker_config(&self, broker: Option<BrokerId>, defaults: &BrokerConfig) -> BrokerConfig {
        let mut config = defaults.clone();
        let own = broker.and_then(|broker| self.broker_configs.get(&broker));
        for (name, value) in self.cluster_configs.iter().chain(own.into_iter().flatten()) {
            config.set(name, value).expect("the controller has checked it");
        }
        config
    }
    /// What holds for a topic: what brokers say by default, then what was changed for all, then for the topic.
    pub fn topic_config(&self, topic: TopicId, defaults: &BrokerConfig) -> TopicConfig {
        let mut config = TopicConfig::from_broker(&self.broker_config(None, defaults));
        for (name, value) in self.topic(topic).map(|topic| &topic.configs).into_iter().flatten() {
            config.set(name, value).expect("the controller has checked it");
        }
        config
    }
    /// What a client is told: unfenced brokers, and leaders as they are registered. Made once for each change.
    pub fn cluster_metadata(&mut self) -> Arc<ClusterMetadata> {
        if let Some(known) = &self.cluster_metadata {
            return known.clone();
        }
        let metadata = Arc::new(self.describe());
        self.cluster_metadata = Some(metadata.clone());
        metadata
    }

    fn describe(&self) -> ClusterMetadata {
        let live = self.brokers.iter().filter(|(_, registration)| !registration.is_fenced);
        let partition = |registration: &Arc<PartitionRegistration>| PartitionMetadata {
            leader: registration.leader,
            leader_epoch: registration.leader_epoch,
            replicas: registration.replicas.clone(),
            isr: registration.isr.clone(),
        };
        ClusterMetadata {
            brokers: live.map(|(broker, registration)| (*broker, registration.rack.clone())).collect(),
            topics: self
                .topics()
                .map(|topic| TopicMetadata {
                    topic: topic.topic,
                    name: topic.name.clone(),
                    partitions: topic.partitions.iter().map(partition).collect(),
                })
                .collect(),
        }
    }
}
