//! Which partitions have gone from whom to whom while a group is being balanced (`PartitionMovements`): so that when a
//! partition is about to go from A to B although another of the topic went from B to A, that other one goes back instead.

use super::ranked::{RankedGroup, Slot};
use crate::kafka::coordinator_partition::java_string_hash;
use crate::kafka::java_hash_map::JavaHashSet;
use crate::sim::ordered::BTreeMap;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct MemberPair {
    source: usize,
    destination: usize,
}

pub(super) struct PartitionMovements<'a> {
    group: &'a RankedGroup<'a>,
    /// `hashCode` of each topic's name.
    topic_hashes: Vec<i32>,
    by_topic: BTreeMap<(usize, MemberPair), JavaHashSet<Slot>>,
    by_partition: BTreeMap<Slot, MemberPair>,
}

impl<'a> PartitionMovements<'a> {
    pub(super) fn new(group: &'a RankedGroup<'a>) -> Self {
        let topic_hashes = group.topics.iter().map(|topic| java_string_hash(topic.name.as_str())).collect();
        Self { group, topic_hashes, by_topic: BTreeMap::new(), by_partition: BTreeMap::new() }
    }

    /// Notes a move. Moves of one partition add up to one; a partition that is back where it was has not moved.
    pub(super) fn record(&mut self, slot: Slot, source: usize, destination: usize) {
        let source = self.forget(slot).map_or(source, |earlier| earlier.source);
        if source != destination {
            let pair = MemberPair { source, destination };
            let hash = self.hash(slot);
            self.by_partition.insert(slot, pair);
            self.by_topic.entry((self.group.topic_of[slot], pair)).or_default().insert(hash, slot);
        }
    }

    /// The partition that should really go from `source` to `destination` when `slot` is meant to.
    pub(super) fn to_be_moved(&self, slot: Slot, source: usize, destination: usize) -> Slot {
        let source = self.by_partition.get(&slot).map_or(source, |earlier| earlier.source);
        let reverse = MemberPair { source: destination, destination: source };
        let back = self.by_topic.get(&(self.group.topic_of[slot], reverse)).and_then(|slots| slots.iter().next());
        back.copied().unwrap_or(slot)
    }

    fn forget(&mut self, slot: Slot) -> Option<MemberPair> {
        let pair = self.by_partition.remove(&slot)?;
        let hash = self.hash(slot);
        let key = (self.group.topic_of[slot], pair);
        if let Some(slots) = self.by_topic.get_mut(&key) {
            slots.remove(hash, &slot);
            if slots.is_empty() {
                self.by_topic.remove(&key);
            }
        }
        Some(pair)
    }

    /// `TopicPartition.hashCode`.
    fn hash(&self, slot: Slot) -> i32 {
        let index = self.group.index(slot) as i32;
        (31 + index).wrapping_mul(31).wrapping_add(self.topic_hashes[self.group.topic_of[slot]])
    }
}
