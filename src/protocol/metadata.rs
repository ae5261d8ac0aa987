//! The records of the metadata log `__cluster_metadata`, by Kafka's names, and what a client learns from Metadata.

use super::ids::ControllerId;
use super::ids::{BrokerEpoch, BrokerId, ClientId, Incarnation, PartitionIndex, ProducerId, Rack, TopicId, TopicName};
use super::offset::{LeaderEpoch, Offset, PartitionEpoch, QuorumEpoch};
use std::sync::Arc;

/// Whether a partition's leader may miss committed records (KIP-704): `Recovering` after an unclean election.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeaderRecoveryState {
    #[default]
    Recovered,
    Recovering,
}

/// All that the controller knows of one partition (`PartitionRegistration`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PartitionRegistration {
    /// In order of preference: the first is the preferred leader.
    pub replicas: Vec<BrokerId>,
    pub isr: Vec<BrokerId>,
    /// Eligible leader replicas (KIP-966).
    pub elr: Vec<BrokerId>,
    pub last_known_elr: Vec<BrokerId>,
    pub adding_replicas: Vec<BrokerId>,
    pub removing_replicas: Vec<BrokerId>,
    /// `None`: no leader (-1 in Kafka).
    pub leader: Option<BrokerId>,
    pub leader_epoch: LeaderEpoch,
    pub partition_epoch: PartitionEpoch,
    pub leader_recovery_state: LeaderRecoveryState,
}

/// What a `PartitionChangeRecord` changes; `None` fields stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PartitionChange {
    pub isr: Option<Vec<BrokerId>>,
    /// `Some(None)`: the partition has no leader any more.
    pub leader: Option<Option<BrokerId>>,
    pub replicas: Option<Vec<BrokerId>>,
    pub adding_replicas: Option<Vec<BrokerId>>,
    pub removing_replicas: Option<Vec<BrokerId>>,
    pub leader_recovery_state: Option<LeaderRecoveryState>,
    pub elr: Option<Vec<BrokerId>>,
    pub last_known_elr: Option<Vec<BrokerId>>,
}

/// One record of the metadata log.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MetadataRecord {
    /// Control record that a new quorum leader writes first.
    LeaderChangeMessage {
        leader: ControllerId,
    },
    /// Keeps the high watermark of an idle log moving.
    NoOpRecord,
    FeatureLevelRecord {
        name: Arc<str>,
        level: i16,
    },
    RegisterBrokerRecord {
        broker: BrokerId,
        incarnation: Incarnation,
        broker_epoch: BrokerEpoch,
        rack: Option<Rack>,
        fenced: bool,
    },
    /// Fences, unfences, or marks a broker in controlled shutdown (`BrokerRegistrationChangeRecord`).
    BrokerRegistrationChangeRecord {
        broker: BrokerId,
        broker_epoch: BrokerEpoch,
        fenced: Option<bool>,
        in_controlled_shutdown: Option<bool>,
    },
    TopicRecord {
        name: TopicName,
        topic: TopicId,
    },
    PartitionRecord {
        topic: TopicId,
        partition: PartitionIndex,
        registration: PartitionRegistration,
    },
    PartitionChangeRecord {
        topic: TopicId,
        partition: PartitionIndex,
        change: PartitionChange,
    },
    /// A topic's (or, without one, the cluster's) setting; an empty value removes it.
    ConfigRecord {
        topic: Option<TopicId>,
        broker: Option<BrokerId>,
        name: Arc<str>,
        value: Arc<str>,
    },
    /// The next block of producer ids starts here.
    ProducerIdsRecord {
        broker: BrokerId,
        next: ProducerId,
    },
    RemoveTopicRecord {
        topic: TopicId,
    },
}

/// A batch of the metadata log: appended together, in one epoch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MetadataBatch {
    pub base_offset: Offset,
    pub epoch: QuorumEpoch,
    pub records: Arc<[MetadataRecord]>,
}

impl MetadataBatch {
    pub fn next_offset(&self) -> Offset {
        self.base_offset.plus(self.records.len() as i64)
    }
}

/// What a client knows of the cluster after a MetadataResponse.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ClusterMetadata {
    /// Live (unfenced) brokers with their racks, by id.
    pub brokers: Vec<(BrokerId, Option<Rack>)>,
    /// By topic id.
    pub topics: Vec<TopicMetadata>,
}

/// One topic of a MetadataResponse.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TopicMetadata {
    pub topic: TopicId,
    pub name: TopicName,
    /// By partition index.
    pub partitions: Vec<PartitionMetadata>,
}

/// One partition of a MetadataResponse.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PartitionMetadata {
    pub leader: Option<BrokerId>,
    pub leader_epoch: LeaderEpoch,
    pub replicas: Vec<BrokerId>,
    pub isr: Vec<BrokerId>,
}

impl ClusterMetadata {
    pub fn topic(&self, topic: TopicId) -> Option<&TopicMetadata> {
        self.topics.iter().find(|known| known.topic == topic)
    }
    pub fn topic_named(&self, name: &TopicName) -> Option<&TopicMetadata> {
        self.topics.iter().find(|known| known.name == *name)
    }
    pub fn partition(&self, partition: super::ids::TopicPartition) -> Option<&PartitionMetadata> {
        self.topic(partition.topic)?.partitions.get(usize::from(partition.partition.0))
    }
}

/// Kafka's `client.id` of an application process, with where it runs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientName {
    pub client: ClientId,
    pub name: Arc<str>,
}
