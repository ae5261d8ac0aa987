//! The assignors that a classic consumer group's leader runs (`ConsumerPartitionAssignor`): who reads which partition.
//! Pure functions from the cluster's topics and the members' subscriptions to an assignment, with Apache Kafka 4.2's
//! results to the letter. They know names only; [`by_topic_id`] turns a result into the identifiers of the simulation.

mod ranked;
mod racks;
mod range;
mod round_robin;
mod sticky;
mod sticky_general;
mod partition_movements;
mod cooperative_sticky;

use crate::kafka::java_hash_map;
use crate::protocol::ids::{MemberId, PartitionIndex, Rack, TopicId, TopicName, TopicPartition};
use crate::protocol::message::Subscription;
use crate::protocol::offset::Generation;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// One partition, by the name of its topic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamedPartition {
    pub topic: TopicName,
    pub partition: PartitionIndex,
}

/// As Kafka prints a partition in these vectors: `orders:3`.
impl fmt::Display for NamedPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.topic, self.partition)
    }
}

/// The topics that the leader knows of: for each partition the racks of its replicas (empty where no rack is known).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterTopics(pub BTreeMap<TopicName, Vec<BTreeSet<Rack>>>);

impl ClusterTopics {
    /// Adds a topic whose replicas have no rack.
    pub fn add(&mut self, name: TopicName, partitions: u16) {
        self.0.insert(name, vec![BTreeSet::new(); usize::from(partitions)]);
    }
}

/// What one member tells the group's leader (`ConsumerPartitionAssignor.Subscription`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberSubscription {
    pub member_id: MemberId,
    pub group_instance_id: Option<Arc<str>>,
    pub rack: Option<Rack>,
    pub topics: Vec<TopicName>,
    /// What the member had. For `sticky`, an eager assignor, this is what it remembers in its user data after it has
    /// revoked everything; for `cooperative-sticky` it is what it still holds.
    pub owned_partitions: Vec<NamedPartition>,
    /// The generation in which it had them; `None` when it cannot tell.
    pub generation: Option<Generation>,
}

impl MemberSubscription {
    /// One member of a JoinGroup response. Owned partitions of topics that `topic_name` does not know are left out.
    pub fn from_join(
        (member_id, group_instance_id, subscription): &(MemberId, Option<Arc<str>>, Subscription),
        topic_name: impl Fn(TopicId) -> Option<TopicName>,
    ) -> Self {
        let named = |owned: &TopicPartition| {
            topic_name(owned.topic).map(|topic| NamedPartition { topic, partition: owned.partition })
        };
        Self {
            member_id: member_id.clone(),
            group_instance_id: group_instance_id.clone(),
            rack: subscription.rack.clone(),
            topics: subscription.topics.clone(),
            owned_partitions: subscription.owned_partitions.iter().filter_map(named).collect(),
            generation: Some(subscription.generation).filter(|generation| generation.0 >= 0),
        }
    }
}

/// Everyone's partitions, in the order in which Kafka lists them. Every member is in it.
pub type Assignment = BTreeMap<MemberId, Vec<NamedPartition>>;

/// The assignors of `partition.assignment.strategy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assignor {
    /// Each topic is cut into ranges; the default. Topics of one size are cut alike.
    Range,
    /// Partitions are dealt out one by one over all topics.
    RoundRobin,
    /// Balanced, and as few partitions move as possible; eager.
    Sticky,
    /// Like sticky, but a partition is given only after its owner has let go of it (KIP-429).
    CooperativeSticky,
}

impl Assignor {
    /// All of them, in Kafka's order of presentation.
    pub const ALL: [Self; 4] = [Self::Range, Self::RoundRobin, Self::Sticky, Self::CooperativeSticky];

    /// The name under which members offer it in JoinGroup.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Range => "range",
            Self::RoundRobin => "roundrobin",
            Self::Sticky => "sticky",
            Self::CooperativeSticky => "cooperative-sticky",
        }
    }

    /// The assignor with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|assignor| assignor.name() == name)
    }

    /// True when members keep what they own while they rejoin (`RebalanceProtocol.COOPERATIVE`).
    pub const fn is_cooperative(self) -> bool {
        match self {
            Self::Range | Self::RoundRobin | Self::Sticky => false,
            Self::CooperativeSticky => true,
        }
    }

    /// What the group's leader computes from the members of a JoinGroup response, listed as the coordinator lists them.
    /// Topics that nobody subscribes to and topics without partitions play no part.
    pub fn assign(self, topics: &ClusterTopics, members: &[MemberSubscription]) -> Assignment {
        let subscribed: BTreeSet<_> = members.iter().flat_map(|member| &member.topics).collect();
        let topics = topics.0.iter().filter(|(name, partitions)| subscribed.contains(name) && !partitions.is_empty());
        let topics = ClusterTopics(topics.map(|(name, partitions)| (name.clone(), partitions.clone())).collect());
        let order = java_hash_map::iteration_order(members.iter().map(|member| member.member_id.as_str()));
        let members: Vec<_> = order.into_iter().map(|place| members[place].clone()).collect();
        self.assign_in_order(&topics, &members)
    }

    /// The same for subscriptions that come in the order in which Java's map of them is walked, each member once, over
    /// exactly these topics.
    pub fn assign_in_order(self, topics: &ClusterTopics, members: &[MemberSubscription]) -> Assignment {
        if members.is_empty() {
            return Assignment::new();
        }
        let mut group = ranked::RankedGroup::new(topics, members);
        let lists = match self {
            Self::Range => range::assign(&group),
            Self::RoundRobin => round_robin::assign(&group),
            Self::Sticky => sticky::assign_from_user_data(&mut group),
            Self::CooperativeSticky => cooperative_sticky::assign(&group),
        };
        members.iter().zip(lists).map(|(member, list)| (member.member_id.clone(), group.named(&list))).collect()
    }
}

/// An assignment in the simulation's identifiers. Topics that `topic_id` does not know are left out.
pub fn by_topic_id(
    assignment: &Assignment,
    topic_id: impl Fn(&TopicName) -> Option<TopicId>,
) -> BTreeMap<MemberId, Vec<TopicPartition>> {
    let identified = |named: &NamedPartition| {
        topic_id(&named.topic).map(|topic| TopicPartition { topic, partition: named.partition })
    };
    assignment
        .iter()
        .map(|(member, partitions)| (member.clone(), partitions.iter().filter_map(identified).collect()))
        .collect()
}

#[cfg(test)]
mod tests;
