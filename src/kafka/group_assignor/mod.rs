//! The assignors of the new consumer group protocol (KIP-848, `ConsumerGroupPartitionAssignor`): the group's coordinator
//! runs them, on the previous target assignment, and gets the next one. Pure functions with Apache Kafka 4.2's results.

mod range;
mod uniform;
mod uniform_heterogeneous;
mod load_balancer;

use crate::kafka::java_hash_map;
use crate::protocol::ids::{MemberId, PartitionIndex, TopicId};
use crate::sim::ordered::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Partitions by topic.
pub type TopicPartitions = BTreeMap<TopicId, BTreeSet<PartitionIndex>>;

/// What each member shall have in the end. Topics of which it gets nothing are not listed.
pub type TargetAssignment = BTreeMap<MemberId, TopicPartitions>;

/// What the assignor is told (`GroupSpec`, `SubscribedTopicDescriber`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupSpec {
    /// Every topic that any member subscribes to, with its partitions, in the order of Java's hash set of topic ids. Real
    /// topic ids are random, so that order means nothing; the simulation uses the order of its ids.
    pub topics: Vec<(TopicId, u16)>,
    pub members: Vec<GroupMemberSpec>,
}

/// One member of the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMemberSpec {
    pub member_id: MemberId,
    pub group_instance_id: Option<Arc<str>>,
    pub topics: BTreeSet<TopicId>,
    /// The member's previous target, topics in the order of Java's hash map.
    pub previous: Vec<(TopicId, BTreeSet<PartitionIndex>)>,
}

/// The assignors of `group.consumer.assignors`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GroupAssignor {
    /// Even and sticky; the default.
    Uniform,
    /// Each topic is cut into ranges, the same for topics of one size.
    Range,
}

impl GroupAssignor {
    /// All of them, the default first.
    pub const ALL: [Self; 2] = [Self::Uniform, Self::Range];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Range => "range",
        }
    }

    /// The assignor with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|assignor| assignor.name() == name)
    }

    /// The next target of a group whose members may come in any order.
    pub fn assign(self, mut spec: GroupSpec) -> TargetAssignment {
        let order = java_hash_map::iteration_order(spec.members.iter().map(|member| member.member_id.as_str()));
        spec.members = order.into_iter().map(|place| spec.members[place].clone()).collect();
        self.assign_in_order(&spec)
    }

    /// The same for members in the order of Java's hash map of member ids, each once.
    pub fn assign_in_order(self, spec: &GroupSpec) -> TargetAssignment {
        let lists = match self {
            _ if spec.members.is_empty() => return TargetAssignment::new(),
            Self::Range => range::assign(spec),
            Self::Uniform if spec.is_homogeneous() => uniform::assign(spec),
            Self::Uniform => uniform_heterogeneous::assign(spec),
        };
        spec.members.iter().map(|member| member.member_id.clone()).zip(lists).collect()
    }
}

impl GroupSpec {
    /// True when all members subscribe to the same topics (`SubscriptionType.HOMOGENEOUS`).
    fn is_homogeneous(&self) -> bool {
        self.members.windows(2).all(|pair| pair[0].topics == pair[1].topics)
    }

    /// The partition count of each topic.
    fn partition_counts(&self) -> BTreeMap<TopicId, u16> {
        self.topics.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `id: topics | topic=p,p …`: topics are numbers.
    fn member(text: &str) -> GroupMemberSpec {
        let (id, rest) = text.split_once(':').unwrap();
        let (topics, previous) = rest.split_once('|').unwrap_or((rest, ""));
        let topic = |text: &str| TopicId(text.parse().unwrap());
        let had = |text: &str| {
            let (id, list) = text.split_once('=').unwrap();
            (topic(id), list.split(',').map(|index| PartitionIndex(index.parse().unwrap())).collect())
        };
        GroupMemberSpec {
            member_id: MemberId::new(id),
            group_instance_id: None,
            topics: topics.split_whitespace().map(topic).collect(),
            previous: previous.split_whitespace().map(had).collect(),
        }
    }

    fn check(assignor: GroupAssignor, topics: &[(u16, u16)], members: &[&str], expected: &[&str]) {
        let topics = topics.iter().map(|(id, count)| (TopicId(*id), *count)).collect();
        let target = assignor.assign(GroupSpec { topics, members: members.iter().map(|text| member(text)).collect() });
        let list = |(id, set): (&TopicId, &BTreeSet<PartitionIndex>)| {
            format!("{id}={}", set.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
        };
        let line = |(id, topics): (&MemberId, &TopicPartitions)| {
            format!("{id}: {}", topics.iter().map(list).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(target.iter().map(line).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn range_cuts_topics_of_one_size_alike() {
        check(GroupAssignor::Range, &[(1, 3), (2, 3)], &["a: 1 2", "b: 1 2"], &["a: 1=0,1 2=0,1", "b: 1=2 2=2"]);
    }

    #[test]
    fn range_gives_a_topic_to_its_subscribers_only() {
        check(GroupAssignor::Range, &[(1, 2), (2, 2)], &["a: 1", "b: 1 2"], &["a: 1=0", "b: 1=1 2=0,1"]);
    }

    #[test]
    fn uniform_leaves_an_even_group_alone_whoever_has_the_extra_partition() {
        check(GroupAssignor::Uniform, &[(1, 3)], &["a: 1 | 1=2", "b: 1 | 1=0,1"], &["a: 1=2", "b: 1=0,1"]);
    }

    #[test]
    fn uniform_takes_from_the_full_what_a_newcomer_needs() {
        check(
            GroupAssignor::Uniform,
            &[(1, 4)],
            &["a: 1 | 1=0,1", "b: 1 | 1=2,3", "c: 1"],
            &["a: 1=0,1", "b: 1=2", "c: 1=3"],
        );
    }

    #[test]
    fn uniform_with_different_subscriptions_evens_the_load_out() {
        check(
            GroupAssignor::Uniform,
            &[(1, 4), (2, 4)],
            &["a: 1 2 | 1=0,1,2,3", "b: 2"],
            &["a: 1=0,1,2,3", "b: 2=0,1,2,3"],
        );
    }

    #[test]
    fn what_is_no_longer_subscribed_to_or_no_longer_there_is_taken_away() {
        for assignor in GroupAssignor::ALL {
            check(assignor, &[(1, 2)], &["a: 1 | 1=0,7 9=3", "b: 1"], &["a: 1=0", "b: 1=1"]);
            check(assignor, &[(1, 2)], &["a: 1 | 1=0,7 9=3", "b: "], &["a: 1=0,1", "b: "]);
        }
    }

    #[test]
    fn a_group_without_members_or_topics_is_no_trouble() {
        for assignor in GroupAssignor::ALL {
            check(assignor, &[(1, 2)], &[], &[]);
            check(assignor, &[], &["a: "], &["a: "]);
            check(assignor, &[], &["a: 5", "b: "], &["a: ", "b: "]);
        }
    }

    #[test]
    fn a_large_group_is_assigned_in_a_blink() {
        let topics: Vec<_> = (0..20).map(|id| (TopicId(id), 50)).collect();
        for different in [false, true] {
            let wants = |member: u16, topic: u16| !different || !(member * 7 + topic * 3).is_multiple_of(5);
            let list = |id: u16| {
                (0..20).filter(|topic| wants(id, *topic)).map(|topic| format!("{topic} ")).collect::<String>()
            };
            let members: Vec<_> = (0..100).map(|id| member(&format!("m{id}: {}", list(id)))).collect();
            for assignor in GroupAssignor::ALL {
                let target = assignor.assign(GroupSpec { topics: topics.clone(), members: members.clone() });
                assert_eq!(target.values().flat_map(BTreeMap::values).map(BTreeSet::len).sum::<usize>(), 1000);
            }
        }
    }
}
