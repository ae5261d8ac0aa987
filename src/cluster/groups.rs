//! Consumer groups as the whole cluster sees them: whose they are, who coordinates them, and how far they have read.

use super::world::Cluster;
use crate::kafka::broker::Broker;
use crate::protocol::ids::{GroupId, TopicPartition};
use crate::protocol::offset::Offset;

impl Cluster {
    /// The groups of the applications, in the order of the scenario.
    pub fn groups(&self) -> Vec<GroupId> {
        let mut groups: Vec<GroupId> = Vec::new();
        for service in self.processes.iter().filter_map(|process| process.service()) {
            if !groups.contains(&service.options.group) {
                groups.push(service.options.group.clone());
            }
        }
        groups
    }

    /// The broker that coordinates a group now, if one is up: of those that believe so, the one that knows most.
    pub fn coordinator_of(&self, group: &GroupId) -> Option<&Broker> {
        let up = self.brokers().filter(|(process, _)| process.state.is_up()).map(|(_, broker)| broker);
        let believers = up.filter(|broker| broker.memory.groups.is_coordinator_of(group));
        believers.max_by_key(|broker| broker.memory.image.next_offset())
    }

    /// The partitions of all topics that a group reads.
    pub fn partitions_of(&self, group: &GroupId) -> Vec<TopicPartition> {
        let Some(image) = self.image() else { return Vec::new() };
        let services = self.processes.iter().filter_map(|process| process.service());
        let Some(service) = services.into_iter().find(|service| service.options.group == *group) else {
            return Vec::new();
        };
        let topics = service.options.topics.iter().filter_map(|name| image.topic_named(name));
        topics
            .flat_map(|topic| (0..topic.partitions.len() as u16).map(|index| TopicPartition::new(topic.topic, index)))
            .collect()
    }

    /// `records-lag`: records below the high watermark that nobody of the group has read. A commit that comes later does
    /// not make them fewer.
    pub fn unread(&self, group: &GroupId) -> u64 {
        let coordinator = self.coordinator_of(group);
        let unread = |partition: TopicPartition| {
            let Some(leader) = self.leader_of(partition) else { return 0 };
            let Some(replica) = leader.memory.partitions.get(&partition) else { return 0 };
            let committed = coordinator.and_then(|broker| broker.memory.groups.committed_offset(group, partition));
            let start = leader.disk.logs.get(&partition).map_or(Offset::ZERO, |log| log.log_start_offset());
            let position = self.position_of(group, partition);
            let read = position.into_iter().chain(committed.map(|value| value.committed.offset)).max();
            replica.high_watermark.since(read.unwrap_or(start))
        };
        self.partitions_of(group).into_iter().map(unread).sum()
    }

    /// The next offset that the group's member with this partition will read.
    fn position_of(&self, group: &GroupId, partition: TopicPartition) -> Option<Offset> {
        let up = self.processes.iter().filter(|process| process.state.is_up());
        let mut services = up.filter_map(|process| process.service());
        let reader = services
            .find(|service| service.options.group == *group && service.consumer.assignment().contains(&partition));
        reader?.consumer.position(partition)
    }
}
