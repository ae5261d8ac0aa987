//! What the active controller decides about topics and settings: CreateTopics, CreatePartitions, IncrementalAlterConfigs,
//! AllocateProducerIds (`ReplicationControlManager`, `ConfigurationControlManager`, `ProducerIdControlManager`).

use super::controller::{Controller, ControllerResult, ELIGIBLE_LEADER_REPLICAS_VERSION};
use super::metadata_image::TopicImage;
use super::placement::{UsableBroker, place};
use crate::protocol::config::{Scope, find};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, PartitionIndex, ProducerId, TopicId, TopicName, TopicPartition};
use crate::protocol::message::{
    AllocateProducerIdsRequest, AllocateProducerIdsResponse, CreatePartitionsRequest, CreatePartitionsResponse,
    CreateTopicsRequest, CreateTopicsResponse, IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse,
    NewTopic, Response,
};
use crate::protocol::metadata::{LeaderRecoveryState, MetadataRecord, PartitionChange, PartitionRegistration};
use crate::protocol::offset::{LeaderEpoch, PartitionEpoch};
use crate::trace::Outbox;
use crate::trace::event::{ElectionKind, TraceEvent};
use std::sync::Arc;

/// Producer ids are handed to brokers in blocks of this many (`ProducerIdsBlock.PRODUCER_ID_BLOCK_SIZE`).
const PRODUCER_ID_BLOCK_SIZE: u32 = 1_000;
/// The topic of committed offsets (`Topic.GROUP_METADATA_TOPIC_NAME`).
const CONSUMER_OFFSETS: &str = "__consumer_offsets";
/// The topic of transactions (`Topic.TRANSACTION_STATE_TOPIC_NAME`), and its segments (`transaction.state.log.segment.bytes`).
const TRANSACTION_STATE: &str = "__transaction_state";
const TRANSACTION_STATE_SEGMENT_BYTES: &str = "104857600";

/// Topics.
impl Controller {
    /// Creates the topics that this cluster was to have, once all the brokers it expects are there.
    pub(super) fn create_expected_topics(&mut self, out: &mut Outbox) {
        let has_everyone = self.options.expected_brokers.iter().all(|broker| self.image.is_active(*broker));
        if !has_everyone {
            return;
        }
        let wanted = self
            .options
            .topics
            .iter()
            .cloned()
            .chain(self.options.has_consumer_offsets.then(|| self.consumer_offsets()))
            .chain(self.options.has_transaction_state.then(|| self.transaction_state()));
        let missing: Vec<_> = wanted.filter(|topic| self.image.topic_named(&topic.name).is_none()).collect();
        for topic in missing {
            // A scenario's own mistakes were found when it was read; what is left is refused every time alike.
            let mut facts = Outbox::new(out.now());
            if let Ok(records) = self.records_for_new_topic(&topic, self.image.next_topic_id(), &mut facts) {
                self.write(records, facts, out);
            }
        }
    }

    fn consumer_offsets(&self) -> NewTopic {
        let config = &self.options.config;
        let brokers = u16::try_from(self.options.expected_brokers.len()).unwrap_or(u16::MAX);
        let set = |name: &str, value: &str| (Arc::from(name), Arc::from(value));
        NewTopic {
            name: TopicName::new(CONSUMER_OFFSETS),
            partitions: u16::try_from(config.offsets_topic_num_partitions).unwrap_or(u16::MAX),
            // Simplified: a cluster smaller than the setting gets what it can hold; Kafka would refuse.
            replication_factor: u16::try_from(config.offsets_topic_replication_factor).unwrap_or(u16::MAX).min(brokers),
            assignments: Vec::new(),
            configs: vec![
                set("cleanup.policy", "compact"),
                set("segment.bytes", &config.offsets_topic_segment_bytes.to_string()),
            ],
        }
    }

    fn transaction_state(&self) -> NewTopic {
        let config = &self.options.config;
        let brokers = u16::try_from(self.options.expected_brokers.len()).unwrap_or(u16::MAX);
        let factor = u16::try_from(config.transaction_state_log_replication_factor).unwrap_or(u16::MAX);
        let min_isr = config.transaction_state_log_min_isr.to_string();
        let set = |name: &str, value: &str| (Arc::from(name), Arc::from(value));
        NewTopic {
            name: TopicName::new(TRANSACTION_STATE),
            partitions: u16::try_from(config.transaction_state_log_num_partitions).unwrap_or(u16::MAX),
            // Simplified as for `__consumer_offsets`.
            replication_factor: factor.min(brokers),
            assignments: Vec::new(),
            configs: vec![
                set("cleanup.policy", "compact"),
                set("segment.bytes", TRANSACTION_STATE_SEGMENT_BYTES),
                set("min.insync.replicas", &min_isr),
            ],
        }
    }

    pub(super) fn create_topics(&mut self, request: CreateTopicsRequest, out: &mut Outbox) -> ControllerResult {
        let mut records = Vec::new();
        let mut results: Vec<(TopicName, ErrorCode)> = Vec::new();
        let mut next = self.image.next_topic_id();
        for topic in request.topics {
            let is_twice = results.iter().any(|(name, _)| *name == topic.name);
            let created =
                if is_twice { Err(ErrorCode::InvalidRequest) } else { self.records_for_new_topic(&topic, next, out) };
            let error = created.as_ref().map_or_else(|error| *error, |_| ErrorCode::None);
            if error.is_none() {
                next = TopicId(next.0 + 1);
            }
            records.extend(created.into_iter().flatten());
            results.push((topic.name, error));
        }
        ControllerResult::of(records, Response::CreateTopics(CreateTopicsResponse { results }))
    }

    fn records_for_new_topic(
        &mut self,
        new: &NewTopic,
        topic: TopicId,
        out: &mut Outbox,
    ) -> Result<Vec<MetadataRecord>, ErrorCode> {
        if self.image.topic_named(&new.name).is_some() {
            return Err(ErrorCode::TopicAlreadyExists);
        }
        if new.configs.iter().any(|(name, value)| !is_valid_config(Scope::Topic, name, value)) {
            return Err(ErrorCode::InvalidConfig);
        }
        let assignments = self.assignments(new)?;
        let partitions = u16::try_from(assignments.len()).map_err(|_| ErrorCode::InvalidPartitions)?;
        let registrations =
            assignments.into_iter().map(|replicas| self.new_partition(replicas)).collect::<Result<Vec<_>, _>>()?;
        let mut records = vec![MetadataRecord::TopicRecord { name: new.name.clone(), topic }];
        records.extend(new.configs.iter().map(|(name, value)| MetadataRecord::ConfigRecord {
            topic: Some(topic),
            broker: None,
            name: name.clone(),
            value: value.clone(),
        }));
        out.record(TraceEvent::TopicCreated { topic, name: new.name.clone(), partitions });
        records.extend(partition_records(topic, 0, registrations, out));
        Ok(records)
    }

    fn assignments(&mut self, new: &NewTopic) -> Result<Vec<Vec<BrokerId>>, ErrorCode> {
        if new.assignments.is_empty() {
            if new.partitions == 0 {
                return Err(ErrorCode::InvalidPartitions);
            }
            return self.place(new.partitions, new.replication_factor);
        }
        let replication_factor = new.assignments[0].len();
        let is_valid = |replicas: &Vec<BrokerId>| {
            let is_distinct = (1..replicas.len()).all(|index| !replicas[..index].contains(&replicas[index]));
            let are_known = replicas.iter().all(|replica| self.image.broker(*replica).is_some());
            !replicas.is_empty() && replicas.len() == replication_factor && is_distinct && are_known
        };
        if new.assignments.iter().all(is_valid) {
            Ok(new.assignments.clone())
        } else {
            Err(ErrorCode::InvalidReplicaAssignment)
        }
    }

    fn place(&mut self, partitions: u16, replication_factor: u16) -> Result<Vec<Vec<BrokerId>>, ErrorCode> {
        // Those that shut down are as good as fenced.
        let usable = |(broker, registration): (BrokerId, &super::metadata_image::BrokerRegistration)| UsableBroker {
            broker,
            rack: registration.rack.clone(),
            is_fenced: !registration.is_active(),
        };
        let brokers: Vec<_> = self.image.brokers().map(usable).collect();
        place(&brokers, partitions, replication_factor, &mut self.placement)
    }

    /// A new partition: those of its replicas that are there are in sync, and the first of them leads.
    fn new_partition(&self, replicas: Vec<BrokerId>) -> Result<PartitionRegistration, ErrorCode> {
        let isr: Vec<_> = replicas.iter().copied().filter(|replica| self.image.is_active(*replica)).collect();
        let leader = *isr.first().ok_or(ErrorCode::InvalidReplicaAssignment)?;
        Ok(PartitionRegistration {
            replicas,
            isr,
            elr: Vec::new(),
            last_known_elr: Vec::new(),
            adding_replicas: Vec::new(),
            removing_replicas: Vec::new(),
            leader: Some(leader),
            leader_epoch: LeaderEpoch::ZERO,
            partition_epoch: PartitionEpoch::ZERO,
            leader_recovery_state: LeaderRecoveryState::Recovered,
        })
    }

    pub(super) fn create_partitions(
        &mut self,
        request: &CreatePartitionsRequest,
        out: &mut Outbox,
    ) -> ControllerResult {
        let created = self.records_for_new_partitions(request, out);
        let error = created.as_ref().map_or_else(|error| *error, |_| ErrorCode::None);
        ControllerResult::of(
            created.unwrap_or_default(),
            Response::CreatePartitions(CreatePartitionsResponse { error }),
        )
    }

    fn records_for_new_partitions(
        &mut self,
        request: &CreatePartitionsRequest,
        out: &mut Outbox,
    ) -> Result<Vec<MetadataRecord>, ErrorCode> {
        let topic = self.image.topic_named(&request.topic).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        let (id, known) = (topic.topic, topic.partitions.len());
        let replication_factor = topic.partitions.first().map_or(1, |partition| partition.replicas.len());
        let first = u16::try_from(known).map_err(|_| ErrorCode::InvalidPartitions)?;
        let added = request.count.checked_sub(first).filter(|added| *added > 0).ok_or(ErrorCode::InvalidPartitions)?;
        let assignments =
            self.place(added, u16::try_from(replication_factor).map_err(|_| ErrorCode::InvalidReplicationFactor)?)?;
        let registrations =
            assignments.into_iter().map(|replicas| self.new_partition(replicas)).collect::<Result<Vec<_>, _>>()?;
        Ok(partition_records(id, first, registrations, out))
    }
}

fn partition_records(
    topic: TopicId,
    first: u16,
    registrations: Vec<PartitionRegistration>,
    out: &mut Outbox,
) -> Vec<MetadataRecord> {
    let record = |(index, registration): (u16, PartitionRegistration)| {
        out.record(TraceEvent::LeaderElected {
            partition: TopicPartition::new(topic, index),
            leader: registration.leader,
            previous: None,
            leader_epoch: registration.leader_epoch,
            election: ElectionKind::New,
            isr: registration.isr.clone(),
        });
        MetadataRecord::PartitionRecord { topic, partition: PartitionIndex(index), registration }
    };
    (first..).zip(registrations).map(record).collect()
}

/// Settings and producer ids.
impl Controller {
    pub(super) fn alter_config(
        &mut self,
        request: IncrementalAlterConfigsRequest,
        out: &mut Outbox,
    ) -> ControllerResult {
        let changed = self.records_for_config(request, out);
        let error = changed.as_ref().map_or_else(|error| *error, |_| ErrorCode::None);
        ControllerResult::of(
            changed.unwrap_or_default(),
            Response::IncrementalAlterConfigs(IncrementalAlterConfigsResponse { error }),
        )
    }

    fn records_for_config(
        &self,
        request: IncrementalAlterConfigsRequest,
        out: &mut Outbox,
    ) -> Result<Vec<MetadataRecord>, ErrorCode> {
        let IncrementalAlterConfigsRequest { topic, broker, name, value } = request;
        let topic = match &topic {
            Some(name) => Some(self.image.topic_named(name).ok_or(ErrorCode::UnknownTopicOrPartition)?.topic),
            None => None,
        };
        let scope = if topic.is_some() { Scope::Topic } else { Scope::Broker };
        if !is_valid_config(scope, &name, &value) {
            return Err(ErrorCode::InvalidConfig);
        }
        let clears_elr = &*name == "min.insync.replicas"
            && broker.is_none()
            && self.image.feature(ELIGIBLE_LEADER_REPLICAS_VERSION) > 0;
        out.record(TraceEvent::ConfigChanged { name: name.clone(), value: value.clone() });
        let mut records = vec![MetadataRecord::ConfigRecord { topic, broker, name, value }];
        if clears_elr {
            let topics = self.image.topics().filter(|known| topic.is_none_or(|topic| known.topic == topic));
            records.extend(topics.flat_map(records_that_clear_elr));
        }
        Ok(records)
    }

    pub(super) fn allocate_producer_ids(&mut self, request: &AllocateProducerIdsRequest) -> ControllerResult {
        let answer =
            |error, start, count| Response::AllocateProducerIds(AllocateProducerIdsResponse { error, start, count });
        if let Err(error) = self.check_broker_epoch(request.broker, request.broker_epoch) {
            return ControllerResult::of(Vec::new(), answer(error, ProducerId::NONE, 0));
        }
        let start = self.image.next_producer_id();
        let next = ProducerId(start.0 + i64::from(PRODUCER_ID_BLOCK_SIZE));
        let records = vec![MetadataRecord::ProducerIdsRecord { broker: request.broker, next }];
        ControllerResult::of(records, answer(ErrorCode::None, start, PRODUCER_ID_BLOCK_SIZE))
    }
}

/// Who is eligible was worked out with another minimum, so nobody is taken at that word (KIP-966). Simplified: Kafka has
/// one `ClearElrRecord` for it.
fn records_that_clear_elr(topic: &TopicImage) -> Vec<MetadataRecord> {
    let has_any =
        |partition: &PartitionRegistration| !(partition.elr.is_empty() && partition.last_known_elr.is_empty());
    let affected = (0..).zip(&topic.partitions).filter(|(_, partition)| has_any(partition));
    let change =
        PartitionChange { elr: Some(Vec::new()), last_known_elr: Some(Vec::new()), ..PartitionChange::default() };
    affected
        .map(|(index, _)| MetadataRecord::PartitionChangeRecord {
            topic: topic.topic,
            partition: PartitionIndex(index),
            change: change.clone(),
        })
        .collect()
}

/// A known property with a value it accepts, or none to remove it.
fn is_valid_config(scope: Scope, name: &str, value: &str) -> bool {
    find(scope, name).is_ok_and(|property| value.is_empty() || property.accepts(value))
}
