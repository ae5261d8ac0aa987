//! The controller quorum, and the topics as the active controller has them.

use super::{History, since, state};
use crate::cluster::process::Process;
use crate::cluster::world::Cluster;
use crate::kafka::controller::Controller;
use crate::kafka::metadata_image::TopicImage;
use crate::kafka::quorum_state::QuorumState;
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{TopicId, TopicName, TopicPartition};
use crate::protocol::metadata::PartitionRegistration;
use crate::protocol::offset::{Offset, QuorumEpoch};
use crate::sim::sort::Sort;
use crate::view::broker_view::{ControllerView, PartitionView, QuorumRole, QuorumView, TopicView};
use crate::view::cluster_view::ExpectedTopicView;
use std::sync::Arc;

/// True for Kafka's own topics.
pub(super) fn is_internal(name: &TopicName) -> bool {
    name.as_str().starts_with("__")
}

pub(super) fn quorum(cluster: &Cluster, history: History<'_>) -> QuorumView {
    let controllers: Vec<_> =
        cluster.controllers().map(|(process, controller)| controller_view(process, controller, history)).collect();
    let up = || {
        cluster.controllers().filter(|(process, _)| process.state.is_up()).map(|(_, controller)| controller.quorum())
    };
    let newest = up().max_by_key(|quorum| (quorum.epoch(), quorum.is_leader()));
    QuorumView {
        leader: newest.and_then(|quorum| quorum.leader()),
        epoch: newest.map_or(QuorumEpoch::ZERO, |quorum| quorum.epoch()),
        high_watermark: up().map(|quorum| quorum.high_watermark()).max().unwrap_or(Offset::ZERO),
        log_end_offset: up().map(|quorum| quorum.log().end_offset()).max().unwrap_or(Offset::ZERO),
        controllers,
    }
}

fn controller_view(process: &Process, controller: &Controller, history: History<'_>) -> ControllerView {
    let quorum = controller.quorum();
    ControllerView {
        id: controller.id(),
        state: state(process),
        since: since(history, process),
        role: match quorum.state() {
            QuorumState::Unattached => QuorumRole::Unattached,
            QuorumState::Follower { .. } => QuorumRole::Follower,
            QuorumState::Prospective { .. } => QuorumRole::Prospective,
            QuorumState::Candidate { .. } => QuorumRole::Candidate,
            QuorumState::Leader(_) => QuorumRole::Leader,
            QuorumState::Resigned { .. } => QuorumRole::Resigned,
        },
        epoch: quorum.epoch(),
        voted_for: quorum.election().voted,
        log_end_offset: quorum.log().end_offset(),
    }
}

/// All topics; Kafka's own come last.
pub(super) fn topics(cluster: &Cluster) -> Vec<TopicView> {
    let Some(image) = cluster.image() else { return Vec::new() };
    let mut topics: Vec<TopicView> = image
        .topics()
        .map(|topic| {
            topic_view(cluster, topic, image.topic_config(topic.topic, &cluster_defaults(cluster)).min_insync_replicas)
        })
        .collect();
    topics.arrange_by_key(|topic| (topic.is_internal, topic.id));
    topics
}

/// The scenario's topics that do not exist yet. They are created in its order, so their ids are known.
pub(super) fn expected_topics(cluster: &Cluster) -> Vec<ExpectedTopicView> {
    let exists = |name: &TopicName| cluster.image().is_some_and(|image| image.topic_named(name).is_some());
    let expected = cluster.options.topics.iter().enumerate().filter(|(_, topic)| !exists(&topic.name));
    expected
        .map(|(place, topic)| ExpectedTopicView {
            id: TopicId(place as u16),
            name: Arc::clone(&topic.name.0),
            partitions: topic.partitions,
        })
        .collect()
}

fn cluster_defaults(cluster: &Cluster) -> BrokerConfig {
    cluster.options.brokers.first().map_or_else(BrokerConfig::default, |broker| broker.config.clone())
}

fn topic_view(cluster: &Cluster, topic: &TopicImage, min_insync_replicas: i64) -> TopicView {
    let partitions = topic.partitions.iter().enumerate();
    TopicView {
        id: topic.topic,
        name: Arc::clone(&topic.name.0),
        is_internal: is_internal(&topic.name),
        replication_factor: topic.partitions.first().map_or(0, |partition| partition.replicas.len() as u16),
        min_insync_replicas: u32::try_from(min_insync_replicas).unwrap_or(1),
        configs: topic.configs.iter().map(|(name, value)| (Arc::clone(name), Arc::clone(value))).collect(),
        partitions: partitions
            .map(|(index, partition)| {
                partition_view(cluster, TopicPartition::new(topic.topic, index as u16), partition)
            })
            .collect(),
    }
}

fn partition_view(cluster: &Cluster, id: TopicPartition, registration: &PartitionRegistration) -> PartitionView {
    let leader = cluster.leader_of(id);
    // Without a leader, the log that reaches furthest tells how far the partition went.
    let holder = leader.or_else(|| {
        cluster
            .brokers()
            .map(|(_, broker)| broker)
            .max_by_key(|broker| broker.disk.logs.get(&id).map(|log| log.log_end_offset()))
    });
    let log = holder.and_then(|broker| broker.disk.logs.get(&id));
    let high_watermark = holder.and_then(|broker| {
        let live = broker.memory.partitions.get(&id).map(|partition| partition.high_watermark);
        live.or_else(|| broker.disk.high_watermark_checkpoint.get(&id).copied())
    });
    PartitionView {
        partition: id,
        leader: registration.leader,
        leader_epoch: registration.leader_epoch,
        replicas: registration.replicas.clone(),
        isr: registration.isr.clone(),
        elr: registration.elr.clone(),
        last_known_elr: registration.last_known_elr.clone(),
        adding_replicas: registration.adding_replicas.clone(),
        removing_replicas: registration.removing_replicas.clone(),
        high_watermark: high_watermark.unwrap_or(Offset::ZERO),
        log_end_offset: log.map_or(Offset::ZERO, |log| log.log_end_offset()),
        log_start_offset: log.map_or(Offset::ZERO, |log| log.log_start_offset()),
    }
}
