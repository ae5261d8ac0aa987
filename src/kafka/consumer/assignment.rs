//! Who reads what, as a member sees it: what it tells the group's leader, what the leader makes of it (`performAssignment`),
//! and how partitions are given up.

use crate::kafka::assignor::{Assignor, ClusterTopics, MemberSubscription, by_topic_id};
use crate::kafka::consumer::context::ConsumerContext;
use crate::protocol::config::{AssignmentStrategy, ConsumerConfig};
use crate::protocol::ids::{MemberId, Rack, TopicName, TopicPartition};
use crate::protocol::message::Subscription;
use crate::protocol::offset::Generation;
use crate::sim::ordered::BTreeSet;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use std::sync::Arc;

/// What the sticky assignor remembers in its user data: the last assignment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    pub partitions: Vec<TopicPartition>,
    pub generation: Option<Generation>,
}

/// A member of a JoinGroup response.
type JoinedMember = (MemberId, Option<Arc<str>>, Subscription);

/// The assignors of a setting, in order of preference.
pub fn assignors(strategy: AssignmentStrategy) -> &'static [Assignor] {
    match strategy {
        AssignmentStrategy::RangeThenCooperative => &[Assignor::Range, Assignor::CooperativeSticky],
        AssignmentStrategy::Range => &[Assignor::Range],
        AssignmentStrategy::RoundRobin => &[Assignor::RoundRobin],
        AssignmentStrategy::Sticky => &[Assignor::Sticky],
        AssignmentStrategy::CooperativeSticky => &[Assignor::CooperativeSticky],
    }
}

/// True when the member keeps its partitions while it joins: every assignor that it offers has to be cooperative.
pub fn is_cooperative(config: &ConsumerConfig) -> bool {
    assignors(config.partition_assignment_strategy).iter().all(|assignor| assignor.is_cooperative())
}

/// What the member offers in JoinGroup.
pub fn subscriptions(
    context: &ConsumerContext,
    generation: Option<Generation>,
    remembered: &Remembered,
) -> Vec<(Arc<str>, Subscription)> {
    let owned = context.subscriptions.partitions();
    let config = &context.options.config;
    let offer = |assignor: &Assignor| {
        let (owned_partitions, generation) = match assignor {
            Assignor::Sticky => (remembered.partitions.clone(), remembered.generation),
            Assignor::Range | Assignor::RoundRobin | Assignor::CooperativeSticky => (owned.clone(), generation),
        };
        let subscription = Subscription {
            topics: context.options.topics.clone(),
            owned_partitions,
            generation: generation.unwrap_or(Generation(-1)),
            rack: Some(&config.client_rack).filter(|rack| !rack.is_empty()).map(|rack| Rack(rack.clone())),
        };
        (Arc::from(assignor.name()), subscription)
    };
    assignors(config.partition_assignment_strategy).iter().map(offer).collect()
}

/// The leader computes everyone's partitions.
pub fn compute(
    assignor: Assignor,
    context: &ConsumerContext,
    members: &[JoinedMember],
) -> Vec<(MemberId, Vec<TopicPartition>)> {
    let cluster = context.network.metadata().cluster();
    let mut topics = ClusterTopics::default();
    for topic in &cluster.topics {
        let rack_of =
            |broker| cluster.brokers.iter().find(|(known, _)| *known == broker).and_then(|(_, rack)| rack.clone());
        let racks = topic
            .partitions
            .iter()
            .map(|partition| partition.replicas.iter().filter_map(|broker| rack_of(*broker)).collect());
        topics.0.insert(topic.name.clone(), racks.collect());
    }
    let topic_name = |topic| cluster.topic(topic).map(|topic| topic.name.clone());
    let subscriptions: Vec<MemberSubscription> =
        members.iter().map(|member| MemberSubscription::from_join(member, topic_name)).collect();
    let assignment = assignor.assign(&topics, &subscriptions);
    by_topic_id(&assignment, |name| cluster.topic_named(name).map(|topic| topic.topic)).into_iter().collect()
}

/// The topics that the leader's last assignment was made for, with their partition counts: when they change, the group
/// has to be assigned anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedTopics(Vec<(TopicName, usize)>);

impl LedTopics {
    pub fn new(context: &ConsumerContext, members: &[JoinedMember]) -> Self {
        let names: BTreeSet<&TopicName> =
            members.iter().flat_map(|(_, _, subscription)| &subscription.topics).collect();
        Self(names.into_iter().map(|name| (name.clone(), partition_count(context, name))).collect())
    }
    pub fn have_changed(&self, context: &ConsumerContext) -> bool {
        self.0.iter().any(|(name, count)| partition_count(context, name) != *count)
    }
}

fn partition_count(context: &ConsumerContext, name: &TopicName) -> usize {
    context.network.metadata().cluster().topic_named(name).map_or(0, |topic| topic.partitions.len())
}

/// Gives up every partition that is not among these.
pub fn revoke(context: &mut ConsumerContext, kept: &[TopicPartition], is_lost: bool, out: &mut Outbox) {
    let (kept, revoked): (Vec<_>, Vec<_>) =
        context.subscriptions.partitions().into_iter().partition(|partition| kept.contains(partition));
    context.subscriptions.assign(&kept);
    if let Some(group) = context.options.group.clone().filter(|_| !revoked.is_empty()) {
        out.record(TraceEvent::PartitionsRevoked {
            client: context.options.client,
            group,
            partitions: revoked,
            is_lost,
        });
    }
}
