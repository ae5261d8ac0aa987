//! The records of consumer groups of the new protocol, as JSON text (KIP-848's five record types).

use super::consumer_group::{ConsumerGroupChange, Subscriber};
use super::offset_records::{Key, json, millis, partition_texts, partitions};
use crate::kafka::reconciliation::{CurrentAssignment, MemberState};
use crate::protocol::ids::{ClientId, GroupId, Rack, TopicName, TopicPartition};
use crate::protocol::offset::MemberEpoch;
use crate::protocol::record::Bytes;
use crate::sim::ordered::BTreeSet;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EpochValue {
    epoch: MemberEpoch,
    metadata_hash: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MemberValue {
    instance_id: Option<Arc<str>>,
    rack_id: Option<Rack>,
    client_id: Arc<str>,
    /// Kafka stores the client's host here.
    client: ClientId,
    subscribed_topic_names: Vec<TopicName>,
    rebalance_timeout_ms: u64,
    server_assignor: Option<Arc<str>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TargetEpochValue {
    assignment_epoch: MemberEpoch,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TargetValue {
    topic_partitions: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CurrentValue {
    member_epoch: MemberEpoch,
    previous_member_epoch: MemberEpoch,
    state: String,
    assigned_partitions: Vec<String>,
    partitions_pending_revocation: Vec<String>,
}

/// Key and value of a change.
pub fn encode(group: &GroupId, change: &ConsumerGroupChange) -> (Option<Bytes>, Option<Bytes>) {
    let group = group.clone();
    let (key, value) = match change {
        ConsumerGroupChange::Epoch(value) => {
            let value = value.map(|(epoch, metadata_hash)| json(&EpochValue { epoch, metadata_hash }));
            (Key::ConsumerGroupMetadata { group }, value)
        }
        ConsumerGroupChange::Member(member, value) => {
            (Key::ConsumerGroupMemberMetadata { group, member: member.clone() }, value.as_ref().map(member_json))
        }
        ConsumerGroupChange::TargetEpoch(value) => {
            let value = value.map(|assignment_epoch| json(&TargetEpochValue { assignment_epoch }));
            (Key::ConsumerGroupTargetAssignmentMetadata { group }, value)
        }
        ConsumerGroupChange::Target(member, value) => {
            let value = value.as_ref().map(|target| json(&TargetValue { topic_partitions: partition_texts(target) }));
            (Key::ConsumerGroupTargetAssignmentMember { group, member: member.clone() }, value)
        }
        ConsumerGroupChange::Current(member, value) => (
            Key::ConsumerGroupCurrentMemberAssignment { group, member: member.clone() },
            value.as_ref().map(current_json),
        ),
    };
    (Some(json(&key)), value)
}

/// Reads a change; `None` when the key is of another kind, or the value makes no sense.
pub fn decode(key: Key, value: Option<&Bytes>) -> Option<(GroupId, ConsumerGroupChange)> {
    Some(match key {
        Key::ConsumerGroupMetadata { group } => {
            let value: Option<EpochValue> = read(value)?;
            (group, ConsumerGroupChange::Epoch(value.map(|value| (value.epoch, value.metadata_hash))))
        }
        Key::ConsumerGroupMemberMetadata { group, member } => {
            (group, ConsumerGroupChange::Member(member, read(value)?.map(subscriber)))
        }
        Key::ConsumerGroupTargetAssignmentMetadata { group } => {
            let value: Option<TargetEpochValue> = read(value)?;
            (group, ConsumerGroupChange::TargetEpoch(value.map(|value| value.assignment_epoch)))
        }
        Key::ConsumerGroupTargetAssignmentMember { group, member } => {
            let value: Option<TargetValue> = read(value)?;
            let target = value.map(|value| partition_set(&value.topic_partitions));
            (group, ConsumerGroupChange::Target(member, flip(target)?))
        }
        Key::ConsumerGroupCurrentMemberAssignment { group, member } => {
            (group, ConsumerGroupChange::Current(member, flip(read(value)?.map(current))?))
        }
        Key::OffsetCommit { .. } | Key::GroupMetadata { .. } => return None,
    })
}

/// `Some(None)` for a tombstone, `None` for nonsense.
fn read<T: for<'a> Deserialize<'a>>(value: Option<&Bytes>) -> Option<Option<T>> {
    value.map(|value| serde_json::from_slice(value)).transpose().ok()
}

fn flip<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        None => Some(None),
        Some(value) => value.map(Some),
    }
}

fn partition_set(texts: &[String]) -> Option<BTreeSet<TopicPartition>> {
    partitions(texts).map(|partitions| partitions.into_iter().collect())
}

fn member_json(subscriber: &Subscriber) -> Bytes {
    json(&MemberValue {
        instance_id: subscriber.instance_id.clone(),
        rack_id: subscriber.rack.clone(),
        client_id: subscriber.client_id.clone(),
        client: subscriber.client,
        subscribed_topic_names: subscriber.topics.iter().cloned().collect(),
        rebalance_timeout_ms: subscriber.rebalance_timeout.as_millis(),
        server_assignor: subscriber.server_assignor.clone(),
    })
}

fn subscriber(value: MemberValue) -> Subscriber {
    Subscriber {
        instance_id: value.instance_id,
        rack: value.rack_id,
        client: value.client,
        client_id: value.client_id,
        rebalance_timeout: millis(value.rebalance_timeout_ms),
        server_assignor: value.server_assignor,
        topics: value.subscribed_topic_names.into_iter().collect(),
    }
}

fn current_json(current: &CurrentAssignment) -> Bytes {
    json(&CurrentValue {
        member_epoch: current.member_epoch,
        previous_member_epoch: current.previous_member_epoch,
        state: current.state.name().to_owned(),
        assigned_partitions: partition_texts(&current.assigned),
        partitions_pending_revocation: partition_texts(&current.pending_revocation),
    })
}

fn current(value: CurrentValue) -> Option<CurrentAssignment> {
    let states = [MemberState::Stable, MemberState::UnrevokedPartitions, MemberState::UnreleasedPartitions];
    Some(CurrentAssignment {
        state: states.into_iter().find(|state| state.name() == value.state)?,
        member_epoch: value.member_epoch,
        previous_member_epoch: value.previous_member_epoch,
        assigned: partition_set(&value.assigned_partitions)?,
        pending_revocation: partition_set(&value.partitions_pending_revocation)?,
    })
}
