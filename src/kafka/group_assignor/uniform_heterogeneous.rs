//! The uniform assignor for groups whose members subscribe to different topics (`UniformHeterogeneousAssignmentBuilder`,
//! KAFKA-17710): keep what is still subscribed to, give the rest to the least loaded, then even out topic by topic until a
//! whole round of topics changed nothing.

use super::load_balancer::LoadBalancer;
use super::{GroupSpec, TopicPartitions};
use crate::protocol::ids::{PartitionIndex, TopicId};
use crate::sim::ordered::BTreeMap;
use crate::sim::sort::Sort;
use std::cmp::Ordering;

/// Rounds over the topics, at most: with overlapping subscriptions the balance only creeps closer.
const ROUNDS_MAX: usize = 16;

pub(super) fn assign(spec: &GroupSpec) -> Vec<TopicPartitions> {
    let mut topics = subscribed_topics(spec);
    topics.arrange_by(most_partitions_per_subscriber_first);
    let mut loads = vec![0; spec.members.len()];
    topics.iter().flat_map(|topic| topic.owners.iter().flatten()).for_each(|owner| loads[*owner] += 1);
    for topic in &mut topics {
        topic.assign_free_partitions(&mut loads);
    }
    let mut shared: Vec<_> = topics.iter_mut().filter(|topic| topic.subscribers.len() >= 2).collect();
    balance(&mut shared, &mut loads);
    let mut targets = vec![TopicPartitions::new(); spec.members.len()];
    for topic in &topics {
        for (index, owner) in topic.owners.iter().enumerate() {
            if let Some(owner) = owner {
                targets[*owner].entry(topic.id).or_default().insert(PartitionIndex(index as u16));
            }
        }
    }
    targets
}

/// A topic, who subscribes to it and who shall have each partition. Members are their places in the group.
struct Topic {
    id: TopicId,
    subscribers: Vec<usize>,
    owners: Vec<Option<usize>>,
}

/// The topics that have a subscriber, with the previous owners that still subscribe.
fn subscribed_topics(spec: &GroupSpec) -> Vec<Topic> {
    let mut topics = Vec::new();
    for (id, partitions) in spec.partition_counts() {
        let subscribers: Vec<_> =
            (0..spec.members.len()).filter(|place| spec.members[*place].topics.contains(&id)).collect();
        let mut owners = vec![None; usize::from(partitions)];
        for member in &subscribers {
            let previous = spec.members[*member].previous.iter().filter(|(topic, _)| *topic == id);
            for index in previous.flat_map(|(_, partitions)| partitions) {
                if let Some(owner) = owners.get_mut(usize::from(index.0)) {
                    *owner = Some(*member);
                }
            }
        }
        if !subscribers.is_empty() {
            topics.push(Topic { id, subscribers, owners });
        }
    }
    topics
}

/// Then those with fewer subscribers, then by topic id.
fn most_partitions_per_subscriber_first(a: &Topic, b: &Topic) -> Ordering {
    let ratio = (b.owners.len() * a.subscribers.len()).cmp(&(a.owners.len() * b.subscribers.len()));
    ratio.then(a.subscribers.len().cmp(&b.subscribers.len())).then(a.id.cmp(&b.id))
}

fn balance(topics: &mut [&mut Topic], loads: &mut [i32]) {
    let mut last_changed = None;
    for _ in 0..ROUNDS_MAX {
        for (place, topic) in topics.iter_mut().enumerate() {
            if last_changed == Some(place) {
                return;
            }
            if topic.balance(loads) || last_changed.is_none() {
                last_changed = Some(place);
            }
        }
    }
}

impl Topic {
    fn assign_free_partitions(&mut self, loads: &mut [i32]) {
        let mut balancer = LoadBalancer::new(&self.subscribers, loads);
        for owner in self.owners.iter_mut().filter(|owner| owner.is_none()) {
            let member = balancer.next_to_get(loads);
            *owner = Some(member);
            loads[member] += 1;
        }
    }

    /// Moves partitions from the most to the least loaded subscribers, each one's last partition first. True when any moved.
    fn balance(&mut self, loads: &mut [i32]) -> bool {
        let mut left: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, owner) in self.owners.iter().enumerate() {
            left.entry(owner.unwrap_or_default()).or_default().push(index);
        }
        let counts = || self.subscribers.iter().map(|member| loads[*member]);
        if counts().max() <= counts().min().map(|least| least + 1) {
            return false;
        }
        let mut balancer = LoadBalancer::new(&self.subscribers, loads);
        let mut has_moved = false;
        while let Some(giver) = balancer.next_to_give(loads) {
            let Some(index) = left.get_mut(&giver).and_then(Vec::pop) else {
                balancer.exclude_last_giver();
                continue;
            };
            let taker = balancer.next_to_get(loads);
            if balancer.is_balanced() {
                break;
            }
            self.owners[index] = Some(taker);
            loads[giver] -= 1;
            loads[taker] += 1;
            has_moved = true;
        }
        has_moved
    }
}
