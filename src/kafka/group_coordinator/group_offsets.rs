//! Committed offsets (`OffsetMetadataManager`): those that are replicated, and so may be fetched.

use super::offset_records::OffsetsRecord;
use super::view::CommittedAt;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{GroupId, TopicPartition};
use crate::protocol::message::{OffsetFetchRequest, OffsetFetchResponse};
use crate::sim::ordered::BTreeMap;
use crate::sim::time::{SimDuration, SimTime};

/// The committed offsets of all groups of one partition of `__consumer_offsets`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupOffsets {
    by_group: BTreeMap<GroupId, BTreeMap<TopicPartition, CommittedAt>>,
}

impl GroupOffsets {
    pub fn set(&mut self, group: &GroupId, partition: TopicPartition, value: CommittedAt) {
        if let Some(offsets) = self.by_group.get_mut(group) {
            offsets.insert(partition, value);
        } else {
            self.by_group.insert(group.clone(), BTreeMap::from([(partition, value)]));
        }
    }

    pub fn remove(&mut self, group: &GroupId, partition: TopicPartition) {
        let Some(offsets) = self.by_group.get_mut(group) else { return };
        offsets.remove(&partition);
        if offsets.is_empty() {
            self.by_group.remove(group);
        }
    }

    pub fn get(&self, group: &GroupId, partition: TopicPartition) -> Option<&CommittedAt> {
        self.by_group.get(group)?.get(&partition)
    }

    /// By topic and partition.
    pub fn of_group(&self, group: &GroupId) -> impl Iterator<Item = (TopicPartition, &CommittedAt)> {
        self.by_group.get(group).into_iter().flatten().map(|(partition, value)| (*partition, value))
    }

    /// Groups that have committed anything.
    pub fn groups(&self) -> impl Iterator<Item = &GroupId> {
        self.by_group.keys()
    }

    /// The answer to an OffsetFetch.
    ///
    /// Simplified: `require_stable` changes nothing, as there are no transactional commits yet; Kafka would also hold the
    /// answer back until commits under way are replicated.
    pub fn fetch(&self, request: &OffsetFetchRequest) -> OffsetFetchResponse {
        let committed = |partition| self.get(&request.group, partition).map(|value| value.committed);
        let partitions =
            request.partitions.iter().map(|partition| (*partition, ErrorCode::None, committed(*partition)));
        OffsetFetchResponse { error: ErrorCode::None, partitions: partitions.collect() }
    }

    /// Tombstones for the group's offsets that have outlived `retention`, counted from when the group became empty, or
    /// from the commit when it never had members.
    pub fn expired(
        &self,
        group: &GroupId,
        empty_since: Option<SimTime>,
        now: SimTime,
        retention: SimDuration,
    ) -> Vec<OffsetsRecord> {
        let is_expired = |value: &CommittedAt| now.since(empty_since.unwrap_or(value.at)) >= retention;
        let offsets = self.of_group(group).filter(|(_, value)| is_expired(value));
        offsets.map(|(partition, _)| OffsetsRecord::Offset { group: group.clone(), partition, value: None }).collect()
    }
}
