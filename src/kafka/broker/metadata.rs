//! Replaying the metadata log: how a broker learns what it leads and follows. Each broker replays at its own pace.

use super::Broker;
use super::loaded_records::LoadedRecords;
use crate::kafka::broker_lifecycle::BrokerState;
use crate::kafka::metadata_delta::MetadataDelta;
use crate::kafka::partition::{Partition, Role};
use crate::protocol::config::TopicConfig;
use crate::protocol::ids::{BrokerId, TopicId, TopicPartition};
use crate::protocol::metadata::PartitionRegistration;
use crate::protocol::offset::{LeaderEpoch, Offset, PartitionEpoch};
use crate::sim::ordered::BTreeSet;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::sync::Arc;

impl Broker {
    /// Replays what the observer has learnt to be committed.
    pub(super) fn replay_metadata(&mut self, out: &mut Outbox) {
        let batches = self.observer.take_committed();
        let Some(last) = batches.last() else { return };
        let offset = last.next_offset();
        let mut delta = MetadataDelta::default();
        for batch in &batches {
            delta.merge(self.memory.image.replay(batch));
        }
        if self.memory.is_published {
            if !delta.topic_configs.is_empty() || delta.are_broker_configs_changed {
                self.refresh_topic_configs();
            }
            let are_topics_removed = !delta.removed_topics.is_empty();
            self.publish(delta.partitions, are_topics_removed, out);
        }
        out.record(TraceEvent::MetadataReplayed { broker: self.id, offset });
    }

    /// Acts on the metadata for the first time, once they include this life's own registration: whatever the broker led
    /// in its last life has been given to others by then, or to itself in a new epoch (`initialCatchUpFuture`).
    pub(super) fn publish_once_caught_up(&mut self, out: &mut Outbox) {
        if !self.memory.is_published && matches!(self.lifecycle.state(), BrokerState::Recovery | BrokerState::Running) {
            self.memory.is_published = true;
            let all: BTreeSet<TopicPartition> = self.memory.image.partitions().map(|(id, _)| id).collect();
            self.publish(all, false, out);
        }
    }

    fn publish(&mut self, partitions: BTreeSet<TopicPartition>, are_topics_removed: bool, out: &mut Outbox) {
        if let Some(topic) = self.offsets_topic() {
            let count = self.memory.image.topic(topic).map_or(0, |topic| topic.partitions.len() as u16);
            self.memory.groups.set_offsets_topic(topic, count);
        }
        if let Some(topic) = self.transactions_topic() {
            let count = self.memory.image.topic(topic).map_or(0, |topic| topic.partitions.len() as u16);
            self.memory.transactions.set_partition_count(count);
        }
        if !partitions.is_empty() || are_topics_removed {
            let topics = self.memory.image.topics();
            let counts = topics.map(|topic| (topic.name.clone(), topic.topic, topic.partitions.len() as u16));
            self.memory.groups.set_topics(counts);
        }
        for id in partitions {
            let Some(registration) = self.memory.image.partition(id).map(Arc::clone) else { continue };
            self.apply_partition(id, &registration, out);
        }
    }

    /// Takes on what the controller has decided about one partition.
    fn apply_partition(&mut self, id: TopicPartition, registration: &PartitionRegistration, out: &mut Outbox) {
        if !registration.replicas.contains(&self.id) {
            self.drop_replica(id, out);
            return;
        }
        self.ensure_partition(id);
        let Some(partition) = self.memory.partitions.get_mut(&id) else { return };
        if registration.leader_epoch < partition.leader_epoch {
            return;
        }
        partition.replicas = registration.replicas.clone();
        let is_new_epoch = registration.leader_epoch > partition.leader_epoch;
        let is_newer = is_new_epoch || registration.partition_epoch > partition.partition_epoch;
        let leads = registration.leader == Some(self.id);
        partition.leader_epoch = registration.leader_epoch;
        partition.partition_epoch = partition.partition_epoch.max(registration.partition_epoch);
        if leads && !is_new_epoch && partition.is_leader() {
            if is_newer {
                partition.update_leader(self.id, registration, out.now());
                self.advance_high_watermark(id, out);
                self.complete_produces(id, out);
            }
        } else if leads {
            self.become_leader(id, registration, out);
        } else {
            self.become_follower(id, registration, is_new_epoch, out);
        }
    }

    /// Opens the partition: its log is made when it is new, its high watermark starts from the checkpoint.
    fn ensure_partition(&mut self, id: TopicPartition) {
        if self.memory.partitions.contains_key(&id) {
            return;
        }
        let log = self.disk.logs.entry(id).or_default();
        let checkpoint = self.disk.high_watermark_checkpoint.get(&id).copied().unwrap_or(Offset::ZERO);
        let high_watermark = checkpoint.min(log.log_end_offset()).max(log.log_start_offset());
        let config = self.topic_config(id.topic);
        self.memory.partitions.insert(
            id,
            Partition {
                id,
                replicas: Vec::new(),
                leader_epoch: LeaderEpoch::NONE,
                partition_epoch: PartitionEpoch(-1),
                high_watermark,
                role: Role::Follower { leader: None },
                config,
            },
        );
    }

    fn become_leader(&mut self, id: TopicPartition, registration: &PartitionRegistration, out: &mut Outbox) {
        self.follow(id, None, false, out);
        let Some(log) = self.disk.logs.get_mut(&id) else { return };
        log.begin_epoch(registration.leader_epoch);
        let log_end_offset = log.log_end_offset();
        let Some(partition) = self.memory.partitions.get_mut(&id) else { return };
        partition.become_leader(self.id, registration, log_end_offset, out.now());
        let (leader_epoch, high_watermark) = (partition.leader_epoch, partition.high_watermark);
        out.record(TraceEvent::BecameLeader { partition: id, leader_epoch, log_end_offset, high_watermark });
        self.advance_high_watermark(id, out);
        if Some(id.topic) == self.offsets_topic() {
            let log = &self.disk.logs[&id];
            let loaded = LoadedRecords::of(log);
            self.memory.groups.on_elected(id.partition, leader_epoch, loaded.decided.iter().copied(), out);
            self.memory.groups.on_open_transactions(id.partition, &loaded.open);
        } else if Some(id.topic) == self.transactions_topic() {
            let log = &self.disk.logs[&id];
            self.memory.transactions.on_elected(
                id.partition,
                log.batches().flat_map(|batch| batch.records.iter()),
                out,
            );
        }
        self.complete_fetches(id, out);
    }

    fn become_follower(
        &mut self,
        id: TopicPartition,
        registration: &PartitionRegistration,
        is_new_epoch: bool,
        out: &mut Outbox,
    ) {
        let leader = registration.leader;
        let Some(partition) = self.memory.partitions.get_mut(&id) else { return };
        let was_leader = partition.is_leader();
        partition.role = Role::Follower { leader };
        if is_new_epoch || was_leader {
            out.record(TraceEvent::BecameFollower { partition: id, leader, leader_epoch: registration.leader_epoch });
        }
        if was_leader {
            self.resign(id, out);
        }
        self.follow(id, leader, is_new_epoch, out);
    }

    /// This broker leads the partition no more: who waits for it is told.
    fn resign(&mut self, id: TopicPartition, out: &mut Outbox) {
        if Some(id.topic) == self.offsets_topic() {
            self.memory.groups.on_resigned(id.partition, out);
        } else if Some(id.topic) == self.transactions_topic() {
            self.memory.transactions.on_resigned(id.partition, out);
        }
        self.complete_produces(id, out);
        self.complete_fetches(id, out);
        self.drop_shares(id, out);
    }

    /// The partition has been moved to others: its log goes.
    fn drop_replica(&mut self, id: TopicPartition, out: &mut Outbox) {
        self.follow(id, None, false, out);
        if let Some(partition) = self.memory.partitions.remove(&id) {
            if partition.is_leader() {
                self.resign(id, out);
            }
            self.disk.logs.remove(&id);
        }
    }

    fn topic_config(&self, topic: TopicId) -> Arc<TopicConfig> {
        Arc::new(self.memory.image.topic_config(topic, &self.config))
    }

    pub(super) fn refresh_topic_configs(&mut self) {
        let ids: Vec<TopicPartition> = self.memory.partitions.keys().copied().collect();
        for id in ids {
            let config = self.topic_config(id.topic);
            if let Some(partition) = self.memory.partitions.get_mut(&id) {
                partition.config = config;
            }
        }
    }

    /// Who leads a partition, as far as this broker has replayed.
    pub(super) fn known_leader(&self, id: TopicPartition) -> Option<(BrokerId, LeaderEpoch)> {
        let registration = self.memory.image.partition(id)?;
        Some((registration.leader?, registration.leader_epoch))
    }
}
