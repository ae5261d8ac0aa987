//! Committed offsets (`OffsetMetadataManager`): those that are replicated, and so may be fetched.

use super::offset_records::OffsetsRecord;
use super::view::CommittedAt;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{GroupId, ProducerId, TopicPartition};
use crate::protocol::message::{OffsetFetchRequest, OffsetFetchResponse};
use crate::sim::ordered::BTreeMap;
use crate::sim::time::{SimDuration, SimTime};

/// The committed offsets of all groups of one partition of `__consumer_offsets`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupOffsets {
    /// Written in transactions that are not decided yet, in the order in which they were written.
    pending: Vec<(ProducerId, GroupId, TopicPartition, CommittedAt)>,
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

    /// An offset that counts when this producer's transaction is committed.
    pub fn add_pending(&mut self, producer: ProducerId, group: GroupId, partition: TopicPartition, value: CommittedAt) {
        self.pending.push((producer, group, partition, value));
    }

    /// Takes out what this producer's transaction has written.
    pub fn take_pending(&mut self, producer: ProducerId) -> Vec<(GroupId, TopicPartition, CommittedAt)> {
        let (taken, left) = std::mem::take(&mut self.pending).into_iter().partition(|(known, ..)| *known == producer);
        self.pending = left;
        let taken: Vec<(ProducerId, GroupId, TopicPartition, CommittedAt)> = taken;
        taken.into_iter().map(|(_, group, partition, value)| (group, partition, value)).collect()
    }

    /// True while a transaction that is not decided yet has an offset for this partition.
    pub fn is_unstable(&self, group: &GroupId, partition: TopicPartition) -> bool {
        self.pending.iter().any(|(_, known, of, _)| known == group && *of == partition)
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
    /// Simplified: plain commits that are under way do not hold it back; Kafka's would.
    pub fn fetch(&self, request: &OffsetFetchRequest) -> OffsetFetchResponse {
        let committed = |partition| self.get(&request.group, partition).map(|value| value.committed);
        let answer = |partition: &TopicPartition| {
            if request.require_stable && self.is_unstable(&request.group, *partition) {
                (*partition, ErrorCode::UnstableOffsetCommit, None)
            } else {
                (*partition, ErrorCode::None, committed(*partition))
            }
        };
        OffsetFetchResponse { error: ErrorCode::None, partitions: request.partitions.iter().map(answer).collect() }
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
