//! The records of `__consumer_offsets`. Simplified: keys and values are JSON text, so that a record can be read in the
//! inspector; Kafka writes the same fields in a binary form.

use super::classic_group::ClassicGroup;
use super::classic_member::ClassicMember;
use super::consumer_group::ConsumerGroupChange;
use super::consumer_records;
use super::view::CommittedAt;
use crate::protocol::ids::{ClientId, GroupId, MemberId, PartitionIndex, Rack, TopicId, TopicName, TopicPartition};
use crate::protocol::message::{CommittedOffset, Subscription};
use crate::protocol::offset::{Generation, LeaderEpoch, Offset};
use crate::protocol::record::Bytes;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::{SimDuration, SimTime};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One record, decoded. A value of `None` is a tombstone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OffsetsRecord {
    /// OffsetCommitKey and OffsetCommitValue.
    Offset { group: GroupId, partition: TopicPartition, value: Option<CommittedAt> },
    /// GroupMetadataKey and GroupMetadataValue: one generation of a classic group.
    Group { group: GroupId, value: Option<GroupMetadataValue> },
    /// One change of a group of the new protocol.
    Consumer { group: GroupId, change: ConsumerGroupChange },
}

/// The keys, by Kafka's names (without "Key").
#[derive(Serialize, Deserialize)]
pub enum Key {
    OffsetCommit { group: GroupId, topic: TopicId, partition: PartitionIndex },
    GroupMetadata { group: GroupId },
    ConsumerGroupMetadata { group: GroupId },
    ConsumerGroupMemberMetadata { group: GroupId, member: MemberId },
    ConsumerGroupTargetAssignmentMetadata { group: GroupId },
    ConsumerGroupTargetAssignmentMember { group: GroupId, member: MemberId },
    ConsumerGroupCurrentMemberAssignment { group: GroupId, member: MemberId },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OffsetCommitValue {
    offset: Offset,
    leader_epoch: LeaderEpoch,
    /// Milliseconds.
    commit_timestamp: u64,
}

/// One generation of a classic group, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupMetadataValue {
    /// "consumer", or nothing for a group that only keeps offsets.
    pub protocol_type: Option<Arc<str>>,
    pub generation: Generation,
    pub protocol: Option<Arc<str>>,
    pub leader: Option<MemberId>,
    /// Milliseconds.
    pub current_state_timestamp: u64,
    pub members: Vec<MemberMetadata>,
}

/// One member of a stored generation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberMetadata {
    member_id: MemberId,
    group_instance_id: Option<Arc<str>>,
    client_id: Arc<str>,
    /// Kafka stores the client's host here.
    client: ClientId,
    /// Milliseconds, as is the session timeout.
    rebalance_timeout: u64,
    session_timeout: u64,
    subscription: SubscriptionText,
    /// Partitions as topic id and index: `3-0`.
    assignment: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct SubscriptionText {
    topics: Vec<TopicName>,
    owned_partitions: Vec<String>,
    generation: Generation,
    rack: Option<Rack>,
}

impl OffsetsRecord {
    /// Key and value as they are appended.
    pub fn encode(&self) -> (Option<Bytes>, Option<Bytes>) {
        match self {
            Self::Offset { group, partition, value } => {
                let key =
                    Key::OffsetCommit { group: group.clone(), topic: partition.topic, partition: partition.partition };
                let value = value.as_ref().map(|value| OffsetCommitValue {
                    offset: value.committed.offset,
                    leader_epoch: value.committed.leader_epoch,
                    commit_timestamp: value.at.as_millis(),
                });
                (Some(json(&key)), value.as_ref().map(json))
            }
            Self::Group { group, value } => {
                (Some(json(&Key::GroupMetadata { group: group.clone() })), value.as_ref().map(json))
            }
            Self::Consumer { group, change } => consumer_records::encode(group, change),
        }
    }

    /// Reads a record; `None` for one that is not ours, such as what a producer wrote there by mistake.
    pub fn decode(key: Option<&Bytes>, value: Option<&Bytes>) -> Option<Self> {
        match serde_json::from_slice(key?).ok()? {
            Key::OffsetCommit { group, topic, partition } => {
                let value = value.map(|value| serde_json::from_slice::<OffsetCommitValue>(value)).transpose().ok()?;
                let value = value.map(|value| CommittedAt {
                    committed: CommittedOffset { offset: value.offset, leader_epoch: value.leader_epoch },
                    at: SimTime::from_nanos(value.commit_timestamp.saturating_mul(1_000_000)),
                });
                Some(Self::Offset { group, partition: TopicPartition { topic, partition }, value })
            }
            Key::GroupMetadata { group } => {
                let value = value.map(|value| serde_json::from_slice(value)).transpose().ok()?;
                Some(Self::Group { group, value })
            }
            key => consumer_records::decode(key, value).map(|(group, change)| Self::Consumer { group, change }),
        }
    }

    /// The record of a classic group that has just been made.
    pub fn of_new_group(group: &GroupId, now: SimTime) -> Self {
        Self::of_group(&ClassicGroup::new(group.clone(), now), &BTreeMap::new())
    }

    /// The record of a classic group's generation, with these assignments.
    pub fn of_group(group: &ClassicGroup, assignments: &BTreeMap<MemberId, Vec<TopicPartition>>) -> Self {
        let value = GroupMetadataValue {
            protocol_type: group.has_protocol_type.then(|| Arc::from("consumer")),
            generation: group.generation,
            protocol: group.protocol.clone(),
            leader: group.leader.clone(),
            current_state_timestamp: group.state_since.as_millis(),
            members: group.members().map(|member| stored_member(group, member, assignments)).collect(),
        };
        Self::Group { group: group.id.clone(), value: Some(value) }
    }
}

impl GroupMetadataValue {
    /// The group that this record tells of. A member whose record makes no sense is left out.
    pub fn into_group(self, id: GroupId) -> ClassicGroup {
        let since = SimTime::from_nanos(self.current_state_timestamp.saturating_mul(1_000_000));
        let protocol = self.protocol.clone().unwrap_or_else(|| Arc::from(""));
        let members = self.members.into_iter().filter_map(|member| loaded_member(member, &protocol)).collect();
        let mut group = ClassicGroup::loaded(id, since, self.generation, members);
        group.has_protocol_type = self.protocol_type.is_some();
        group.protocol = self.protocol;
        if self.leader.as_ref().is_some_and(|leader| group.member(leader).is_some()) {
            group.leader = self.leader;
        }
        group
    }
}

fn stored_member(
    group: &ClassicGroup,
    member: &ClassicMember,
    assignments: &BTreeMap<MemberId, Vec<TopicPartition>>,
) -> MemberMetadata {
    let subscription = group.protocol.as_ref().and_then(|protocol| member.subscription(protocol));
    let subscription = subscription.or_else(|| member.protocols.first().map(|(_, first)| first));
    let topics = |subscription: &Subscription| subscription.topics.clone();
    MemberMetadata {
        member_id: member.id.clone(),
        group_instance_id: member.instance_id.clone(),
        client_id: member.client_id.clone(),
        client: member.client,
        rebalance_timeout: member.rebalance_timeout.as_millis(),
        session_timeout: member.session_timeout.as_millis(),
        subscription: SubscriptionText {
            topics: subscription.map(topics).unwrap_or_default(),
            owned_partitions: partition_texts(
                subscription.map_or(&[][..], |subscription| &subscription.owned_partitions),
            ),
            generation: subscription.map_or(Generation(-1), |subscription| subscription.generation),
            rack: subscription.and_then(|subscription| subscription.rack.clone()),
        },
        assignment: partition_texts(assignments.get(&member.id).map_or(&[][..], Vec::as_slice)),
    }
}

fn loaded_member(stored: MemberMetadata, protocol: &Arc<str>) -> Option<ClassicMember> {
    let subscription = Subscription {
        topics: stored.subscription.topics,
        owned_partitions: partitions(&stored.subscription.owned_partitions)?,
        generation: stored.subscription.generation,
        rack: stored.subscription.rack,
    };
    Some(ClassicMember {
        id: stored.member_id,
        instance_id: stored.group_instance_id,
        client: stored.client,
        client_id: stored.client_id,
        session_timeout: millis(stored.session_timeout),
        rebalance_timeout: millis(stored.rebalance_timeout),
        protocols: vec![(protocol.clone(), subscription)],
        assignment: partitions(&stored.assignment)?,
        is_new: false,
        awaiting_join: None,
        awaiting_sync: None,
    })
}

/// A key or value as JSON text.
pub fn json(value: &impl Serialize) -> Bytes {
    Bytes::from(serde_json::to_vec(value).expect("numbers, texts and lists of them are JSON"))
}

/// A number of milliseconds, as it was stored.
pub fn millis(millis: u64) -> SimDuration {
    SimDuration::from_nanos(millis.saturating_mul(1_000_000))
}

/// `3-0` for partition 0 of topic 3.
pub fn partition_texts<'a>(partitions: impl IntoIterator<Item = &'a TopicPartition>) -> Vec<String> {
    partitions.into_iter().map(|partition| format!("{}-{}", partition.topic, partition.partition)).collect()
}

/// The partitions of such texts; `None` when one of them is something else.
pub fn partitions(texts: &[String]) -> Option<Vec<TopicPartition>> {
    let partition = |text: &String| {
        let (topic, index) = text.split_once('-')?;
        Some(TopicPartition::new(TopicId(topic.parse().ok()?), index.parse().ok()?))
    };
    texts.iter().map(partition).collect()
}
