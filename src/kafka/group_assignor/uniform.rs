//! The uniform assignor for groups whose members all subscribe to the same topics (`UniformHomogeneousAssignmentBuilder`,
//! with KAFKA-18688: any member may have the extra partition). Everyone keeps as much of the previous target as its quota
//! allows; the rest goes to those with room, in order.

use super::{GroupMemberSpec, GroupSpec, TopicPartitions};
use crate::kafka::java_hash_map::JavaHashSet;
use crate::protocol::ids::{PartitionIndex, TopicId};
use crate::sim::ordered::{BTreeMap, BTreeSet};

pub(super) fn assign(spec: &GroupSpec) -> Vec<TopicPartitions> {
    let counts = subscribed_counts(spec);
    let total: usize = counts.values().map(|count| usize::from(*count)).sum();
    let mut quota = Quota { least: total / spec.members.len(), extras: total % spec.members.len() };
    let mut unassigned = never_assigned(spec, &counts);
    let mut targets = vec![TopicPartitions::new(); spec.members.len()];
    let mut unfilled: Vec<(usize, usize)> = Vec::new();
    for (place, member) in spec.members.iter().enumerate() {
        let has_extra_to_take = quota.extras > 0;
        let mut room = quota.least + usize::from(has_extra_to_take);
        targets[place] = keep(member, &counts, &mut room, &mut unassigned);
        let took_extra = has_extra_to_take && room == 0;
        if took_extra {
            quota.extras -= 1;
        } else {
            // Not full: the extra partition is left for another to claim.
            room -= usize::from(has_extra_to_take);
        }
        if room > 0 || (quota.extras > 0 && !took_extra) {
            unfilled.push((place, room));
        }
    }
    // Extra partitions that nobody has claimed go to the last ones with room.
    for (_, room) in unfilled.iter_mut().rev().take(quota.extras) {
        *room += 1;
    }
    let mut unassigned = unassigned.into_iter();
    for (place, room) in unfilled {
        for (topic, partition) in unassigned.by_ref().take(room) {
            targets[place].entry(topic).or_default().insert(partition);
        }
    }
    targets
}

struct Quota {
    /// What everyone gets.
    least: usize,
    /// How many members get one more, of those not yet decided.
    extras: usize,
}

/// The partition counts of the topics that the members subscribe to.
fn subscribed_counts(spec: &GroupSpec) -> BTreeMap<TopicId, u16> {
    let mut counts = spec.partition_counts();
    counts.retain(|topic, _| spec.members[0].topics.contains(topic));
    counts
}

/// Partitions that are in nobody's previous target, topics in the order of the group's.
fn never_assigned(spec: &GroupSpec, counts: &BTreeMap<TopicId, u16>) -> Vec<(TopicId, PartitionIndex)> {
    let targets = spec.members.iter().flat_map(|member| &member.previous);
    let assigned: BTreeSet<_> = targets.flat_map(|(topic, set)| set.iter().map(|index| (*topic, *index))).collect();
    let topics = spec.topics.iter().filter(|(topic, _)| counts.contains_key(topic));
    let all = topics.flat_map(|(topic, count)| (0..*count).map(|index| (*topic, PartitionIndex(index))));
    all.filter(|partition| !assigned.contains(partition)).collect()
}

/// What a member keeps of its previous target, as far as `room` goes; what does not fit is unassigned.
fn keep(
    member: &GroupMemberSpec,
    counts: &BTreeMap<TopicId, u16>,
    room: &mut usize,
    unassigned: &mut Vec<(TopicId, PartitionIndex)>,
) -> TopicPartitions {
    let mut kept = TopicPartitions::new();
    for (topic, partitions) in &member.previous {
        let Some(count) = counts.get(topic) else { continue };
        let exists: Vec<_> =
            partitions.iter().filter(|index| index.0 < *count).map(|index| i32::from(index.0)).collect();
        for index in JavaHashSet::of_integers(&exists).iter().map(|index| PartitionIndex(*index as u16)) {
            if *room > 0 {
                *room -= 1;
                kept.entry(*topic).or_default().insert(index);
            } else {
                unassigned.push((*topic, index));
            }
        }
    }
    kept
}
