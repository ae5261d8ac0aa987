//! What others may read of a coordinator: the groups and committed offsets, as `kafka-consumer-groups --describe`
//! shows them.

use super::GroupCoordinator;
use super::classic_group::ClassicGroup;
use super::classic_member::ClassicMember;
use super::consumer_group::{ConsumerGroup, ConsumerMember};
use super::group::Group;
use crate::protocol::ids::{ClientId, GroupId, MemberId, PartitionIndex, TopicPartition};
use crate::protocol::message::CommittedOffset;
use crate::protocol::offset::{Generation, MemberEpoch};
use crate::sim::time::SimTime;
use std::sync::Arc;

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDescription {
    pub id: GroupId,
    /// The partition of `__consumer_offsets` that keeps it.
    pub partition: PartitionIndex,
    /// Kafka's name of its state.
    pub state: &'static str,
    /// The generation of a classic group, the group epoch of a consumer group.
    pub generation: Generation,
    /// The group epoch that the target was computed for; consumer groups (KIP-848) only.
    pub assignment_epoch: Option<MemberEpoch>,
    /// The assignor in use.
    pub protocol: Option<Arc<str>>,
    /// Classic groups only.
    pub leader: Option<MemberId>,
    /// By member id.
    pub members: Vec<MemberDescription>,
}

/// One member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberDescription {
    pub id: MemberId,
    pub client: ClientId,
    pub client_id: Arc<str>,
    pub instance_id: Option<Arc<str>>,
    /// What it owns by the last completed rebalance.
    pub assignment: Vec<TopicPartition>,
    /// True while a JoinGroup of it is parked.
    pub is_awaiting_join: bool,
    /// True while a SyncGroup of it is parked.
    pub is_awaiting_sync: bool,
    /// Consumer groups (KIP-848) only.
    pub reconciliation: Option<Reconciliation>,
}

/// How far a member of a consumer group has come towards its target (KIP-848).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// Kafka's name of the member's state.
    pub state: &'static str,
    pub member_epoch: MemberEpoch,
    /// Taken from it, and not yet let go of.
    pub pending_revocation: Vec<TopicPartition>,
    pub target: Vec<TopicPartition>,
}

/// A committed offset with the time of its commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedAt {
    pub committed: CommittedOffset,
    pub at: SimTime,
}

impl GroupCoordinator {
    /// All groups that this broker coordinates, by partition, then by name.
    pub fn groups(&self) -> Vec<GroupDescription> {
        let groups =
            self.shards.iter().flat_map(|(partition, shard)| shard.groups.values().map(|group| (*partition, group)));
        groups.map(|(partition, group)| describe(partition, group)).collect()
    }

    /// The names of all groups that this broker coordinates, by partition, then by name.
    pub fn group_ids(&self) -> impl Iterator<Item = &GroupId> {
        self.shards.values().flat_map(|shard| shard.groups.keys())
    }

    /// One group; `None` when this broker does not coordinate it, or it does not exist.
    pub fn group(&self, id: &GroupId) -> Option<GroupDescription> {
        let (partition, shard) = self.shard_of(id)?;
        shard.groups.get(id).map(|group| describe(partition, group))
    }

    /// The group's committed offset in one partition.
    pub fn committed_offset(&self, group: &GroupId, partition: TopicPartition) -> Option<&CommittedAt> {
        self.shard_of(group)?.1.offsets.get(group, partition)
    }

    /// Everything the group has committed, by topic and partition.
    pub fn committed_offsets(&self, group: &GroupId) -> Vec<(TopicPartition, CommittedAt)> {
        let Some((_, shard)) = self.shard_of(group) else { return Vec::new() };
        shard.offsets.of_group(group).map(|(partition, value)| (partition, value.clone())).collect()
    }
}

fn describe(partition: PartitionIndex, group: &Group) -> GroupDescription {
    match group {
        Group::Classic(group) => describe_classic(partition, group),
        Group::Consumer(group) => describe_consumer(partition, group),
    }
}

fn describe_classic(partition: PartitionIndex, group: &ClassicGroup) -> GroupDescription {
    let member = |member: &ClassicMember| MemberDescription {
        id: member.id.clone(),
        client: member.client,
        client_id: member.client_id.clone(),
        instance_id: member.instance_id.clone(),
        assignment: member.assignment.clone(),
        is_awaiting_join: member.awaiting_join.is_some(),
        is_awaiting_sync: member.awaiting_sync.is_some(),
        reconciliation: None,
    };
    GroupDescription {
        id: group.id.clone(),
        partition,
        state: group.state().name(),
        generation: group.generation,
        assignment_epoch: None,
        protocol: group.protocol.clone(),
        leader: group.leader.clone(),
        members: group.members().map(member).collect(),
    }
}

fn describe_consumer(partition: PartitionIndex, group: &ConsumerGroup) -> GroupDescription {
    let member = |(id, member): (&MemberId, &ConsumerMember)| MemberDescription {
        id: id.clone(),
        client: member.subscriber.client,
        client_id: member.subscriber.client_id.clone(),
        instance_id: member.subscriber.instance_id.clone(),
        assignment: member.current.assigned.iter().copied().collect(),
        is_awaiting_join: false,
        is_awaiting_sync: false,
        reconciliation: Some(Reconciliation {
            state: member.current.state.name(),
            member_epoch: member.current.member_epoch,
            pending_revocation: member.current.pending_revocation.iter().copied().collect(),
            target: group.target(id).into_iter().flatten().copied().collect(),
        }),
    };
    GroupDescription {
        id: group.id.clone(),
        partition,
        state: group.state().name(),
        generation: Generation(group.group_epoch.0),
        assignment_epoch: Some(group.assignment_epoch),
        protocol: Some(Arc::from(group.assignor().name())),
        leader: None,
        members: group.members().map(member).collect(),
    }
}
