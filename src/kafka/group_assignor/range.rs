//! The coordinator's range assignor (`assignor.RangeAssignor`): not sticky; ranges follow the order of the members.

use super::{GroupSpec, TopicPartitions};
use crate::protocol::ids::{PartitionIndex, TopicId};
use crate::sim::ordered::BTreeMap;
use crate::sim::sort::Sort;

/// How far a topic has been cut.
struct Cut {
    partitions: u16,
    subscribers: u16,
    served: u16,
    next: u16,
}

pub(super) fn assign(spec: &GroupSpec) -> Vec<TopicPartitions> {
    let mut cuts: BTreeMap<TopicId, Cut> = BTreeMap::new();
    for (topic, partitions) in &spec.topics {
        let subscribers = spec.members.iter().filter(|member| member.topics.contains(topic)).count() as u16;
        cuts.insert(*topic, Cut { partitions: *partitions, subscribers, served: 0, next: 0 });
    }
    let mut order: Vec<_> = (0..spec.members.len()).collect();
    // Static members first: they come back to the same ranges.
    order.arrange_by_key(|place| match &spec.members[*place].group_instance_id {
        Some(instance) => (0, instance.as_ref()),
        None => (1, spec.members[*place].member_id.as_str()),
    });
    let mut targets = vec![TopicPartitions::new(); spec.members.len()];
    for place in order {
        for topic in &spec.members[place].topics {
            let Some(range) = cuts.get_mut(topic).map(Cut::next_range).filter(|range| !range.is_empty()) else {
                continue;
            };
            targets[place].insert(*topic, range.map(PartitionIndex).collect());
        }
    }
    targets
}

impl Cut {
    fn next_range(&mut self) -> std::ops::Range<u16> {
        let extra = u16::from(self.served < self.partitions % self.subscribers);
        let start = self.next;
        self.served += 1;
        self.next += self.partitions / self.subscribers + extra;
        start..self.next
    }
}
