//! A group with every name replaced by a number that compares as the name does: what the assignors really work on. A
//! partition is its place in the list of all partitions by topic and index, so that per-partition facts are plain vectors.

use super::{ClusterTopics, MemberSubscription, NamedPartition};
use crate::protocol::ids::{PartitionIndex, Rack, TopicName};
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::sim::sort::Sort;

/// A partition's place among all partitions in order of topic name and index.
pub(super) type Slot = usize;

/// Partitions of each member, in the order of the members.
pub(super) type Lists = Vec<Vec<Slot>>;

pub(super) struct RankedGroup<'a> {
    /// In the order of Java's map of subscriptions.
    pub(super) members: &'a [MemberSubscription],
    /// Members' places in order of member id.
    pub(super) by_member_id: Vec<usize>,
    /// Each member's place in `by_member_id`.
    pub(super) rank_of_member: Vec<usize>,
    pub(super) topics: Vec<RankedTopic<'a>>,
    /// The topic of each partition.
    pub(super) topic_of: Vec<usize>,
    /// Each member's topics that the cluster has, as a list in order of name.
    pub(super) subscribed: Vec<Vec<usize>>,
    /// Each member's owned partitions that the cluster has, as the member lists them.
    pub(super) owned: Lists,
}

pub(super) struct RankedTopic<'a> {
    pub(super) name: &'a TopicName,
    pub(super) first: Slot,
    pub(super) partitions: usize,
    /// The racks of each partition's replicas.
    pub(super) racks: &'a [BTreeSet<Rack>],
    /// Members that subscribe to it, in the order of members.
    pub(super) subscribers: Vec<usize>,
}

impl RankedTopic<'_> {
    pub(super) fn slots(&self) -> std::ops::Range<Slot> {
        self.first..self.first + self.partitions
    }
}

impl<'a> RankedGroup<'a> {
    pub(super) fn new(cluster: &'a ClusterTopics, members: &'a [MemberSubscription]) -> Self {
        let mut topics = Vec::new();
        let mut topic_of = Vec::new();
        let mut rank_of_topic = BTreeMap::new();
        for (name, partitions) in &cluster.0 {
            rank_of_topic.insert(name, topics.len());
            let first = topic_of.len();
            topic_of.resize(first + partitions.len(), topics.len());
            topics.push(RankedTopic {
                name,
                first,
                partitions: partitions.len(),
                racks: partitions,
                subscribers: Vec::new(),
            });
        }
        let subscribed: Vec<_> = members.iter().map(|member| known_topics(member, &rank_of_topic)).collect();
        for (member, list) in subscribed.iter().enumerate() {
            list.iter().for_each(|topic| topics[*topic].subscribers.push(member));
        }
        let slot = |named: &NamedPartition| {
            let topic: &RankedTopic<'_> = &topics[*rank_of_topic.get(&named.topic)?];
            let index = usize::from(named.partition.0);
            (index < topic.partitions).then_some(topic.first + index)
        };
        let owned = members.iter().map(|member| member.owned_partitions.iter().filter_map(slot).collect()).collect();
        let mut by_member_id: Vec<_> = (0..members.len()).collect();
        by_member_id.arrange_by_key(|member| &members[*member].member_id);
        let mut rank_of_member = vec![0; members.len()];
        by_member_id.iter().enumerate().for_each(|(rank, member)| rank_of_member[*member] = rank);
        Self { members, by_member_id, rank_of_member, topics, topic_of, subscribed, owned }
    }

    pub(super) fn partitions(&self) -> usize {
        self.topic_of.len()
    }

    /// The index of a partition within its topic.
    pub(super) fn index(&self, slot: Slot) -> usize {
        slot - self.topics[self.topic_of[slot]].first
    }

    pub(super) fn is_subscribed(&self, member: usize, topic: usize) -> bool {
        self.subscribed[member].binary_search(&topic).is_ok()
    }

    pub(super) fn named(&self, slots: &[Slot]) -> Vec<NamedPartition> {
        let name = |slot: &Slot| NamedPartition {
            topic: self.topics[self.topic_of[*slot]].name.clone(),
            partition: PartitionIndex(self.index(*slot) as u16),
        };
        slots.iter().map(name).collect()
    }

    /// Members in the order of `AbstractPartitionAssignor.MemberInfo`: static ones first, by `group.instance.id`, then the
    /// others by member id.
    pub(super) fn in_member_order(&self, members: &[usize]) -> Vec<usize> {
        let mut sorted = members.to_vec();
        sorted.arrange_by_key(|member| match &self.members[*member].group_instance_id {
            Some(instance) => (0, instance.as_ref()),
            None => (1, self.members[*member].member_id.as_str()),
        });
        sorted
    }
}

fn known_topics(member: &MemberSubscription, rank_of_topic: &BTreeMap<&TopicName, usize>) -> Vec<usize> {
    let mut topics: Vec<_> = member.topics.iter().filter_map(|name| rank_of_topic.get(name).copied()).collect();
    topics.arrange();
    topics.dedup();
    topics
}
