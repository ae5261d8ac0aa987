//! The topics that the coordinator of a consumer group assigns from: it is told of them, as brokers are of all metadata.

use crate::protocol::ids::{TopicId, TopicName};
use crate::sim::digest::Digest;
use crate::sim::ordered::{BTreeMap, BTreeSet};

/// All topics with their partition counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topics {
    by_name: BTreeMap<TopicName, (TopicId, u16)>,
    /// Counts the changes: who has looked at this version need not look again.
    version: u64,
}

impl Topics {
    /// Takes over what the metadata says now.
    pub fn update(&mut self, topics: impl Iterator<Item = (TopicName, TopicId, u16)>) {
        let by_name: BTreeMap<TopicName, (TopicId, u16)> =
            topics.map(|(name, topic, count)| (name, (topic, count))).collect();
        if by_name != self.by_name {
            self.by_name = by_name;
            self.version += 1;
        }
    }

    pub fn version(&self) -> u64 {
        self.version
    }

    /// The ids of those that exist.
    pub fn ids<'a>(&self, names: impl Iterator<Item = &'a TopicName>) -> BTreeSet<TopicId> {
        names.filter_map(|name| self.by_name.get(name)).map(|(topic, _)| *topic).collect()
    }

    /// Ids and partition counts of those that exist, by id.
    pub fn counts<'a>(&self, names: impl Iterator<Item = &'a TopicName>) -> BTreeMap<TopicId, u16> {
        names.filter_map(|name| self.by_name.get(name)).copied().collect()
    }

    /// One number for all that matters of these topics (`ModernGroup.computeMetadataHash`): when it changes, the group
    /// needs another target.
    pub fn hash<'a>(&self, names: impl Iterator<Item = &'a TopicName>) -> u64 {
        let mut digest = Digest::default();
        digest.feed(&self.counts(names));
        digest.value()
    }
}
