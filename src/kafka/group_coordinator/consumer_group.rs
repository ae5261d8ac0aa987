//! A group of the new consumer protocol as data (KIP-848, `ConsumerGroup`): members, the target assignment, and how far
//! each member has come. It changes only by the records that are written of it, so memory and log always say the same.

use super::topics::Topics;
use crate::kafka::group_assignor::{GroupAssignor, GroupMemberSpec, GroupSpec, TopicPartitions};
use crate::kafka::reconciliation::{CurrentAssignment, MemberState};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{ClientId, GroupId, MemberId, Rack, TopicName, TopicPartition};
use crate::protocol::offset::{Generation, MemberEpoch};
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::sim::time::{SimDuration, SimTime};
use std::sync::Arc;

/// The state of a consumer group (`ConsumerGroupState`). It follows from the rest:
///
/// - Empty: there is no member.
/// - Assigning: the group epoch is ahead of the target's; the next heartbeat of any member computes a new target.
/// - Reconciling: the target stands, and some member is still on the way to it.
/// - Stable: every member has exactly its target, at the target's epoch.
/// - Dead: dropped; nobody ever sees one here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsumerGroupState {
    Empty,
    Assigning,
    Reconciling,
    Stable,
    Dead,
}

impl ConsumerGroupState {
    /// Kafka's name of the state.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "Empty",
            Self::Assigning => "Assigning",
            Self::Reconciling => "Reconciling",
            Self::Stable => "Stable",
            Self::Dead => "Dead",
        }
    }
}

/// What a member has told about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscriber {
    pub instance_id: Option<Arc<str>>,
    pub rack: Option<Rack>,
    pub client: ClientId,
    pub client_id: Arc<str>,
    pub rebalance_timeout: SimDuration,
    /// The assignor it would like; `None`: whatever the broker takes.
    pub server_assignor: Option<Arc<str>>,
    pub topics: BTreeSet<TopicName>,
}

/// A member of a consumer group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerMember {
    pub subscriber: Subscriber,
    pub current: CurrentAssignment,
}

/// One change of a group, as it is written to the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsumerGroupChange {
    /// ConsumerGroupMetadata: the group epoch, and the hash of the topics that it was counted for. `None`: the group is gone.
    Epoch(Option<(MemberEpoch, u64)>),
    /// ConsumerGroupMemberMetadata.
    Member(MemberId, Option<Subscriber>),
    /// ConsumerGroupTargetAssignmentMetadata: the assignment epoch.
    TargetEpoch(Option<MemberEpoch>),
    /// ConsumerGroupTargetAssignmentMember.
    Target(MemberId, Option<BTreeSet<TopicPartition>>),
    /// ConsumerGroupCurrentMemberAssignment.
    Current(MemberId, Option<CurrentAssignment>),
}

impl ConsumerGroupChange {
    /// True for the removal of something.
    pub const fn is_tombstone(&self) -> bool {
        matches!(
            self,
            Self::Epoch(None)
                | Self::Member(_, None)
                | Self::TargetEpoch(None)
                | Self::Target(_, None)
                | Self::Current(_, None)
        )
    }
}

/// A group of the new consumer protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerGroup {
    pub id: GroupId,
    /// Counts the reasons for another target: members that come or go, subscriptions and topics that change.
    pub group_epoch: MemberEpoch,
    pub metadata_hash: u64,
    /// The group epoch that the target was computed for.
    pub assignment_epoch: MemberEpoch,
    members: BTreeMap<MemberId, ConsumerMember>,
    static_members: BTreeMap<Arc<str>, MemberId>,
    target: BTreeMap<MemberId, BTreeSet<TopicPartition>>,
    /// The version of the topics that `metadata_hash` has last been compared with; not in the log.
    pub seen_topics: Option<u64>,
    /// When the group was last disturbed while it was stable; not in the log.
    pub unsettled_since: Option<SimTime>,
}

impl ConsumerGroup {
    /// A group that nobody has joined.
    pub fn new(id: GroupId) -> Self {
        Self {
            id,
            group_epoch: MemberEpoch(0),
            metadata_hash: 0,
            assignment_epoch: MemberEpoch(0),
            members: BTreeMap::new(),
            static_members: BTreeMap::new(),
            target: BTreeMap::new(),
            seen_topics: None,
            unsettled_since: None,
        }
    }

    pub fn member(&self, id: &MemberId) -> Option<&ConsumerMember> {
        self.members.get(id)
    }
    /// By member id.
    pub fn members(&self) -> impl ExactSizeIterator<Item = (&MemberId, &ConsumerMember)> {
        self.members.iter()
    }
    pub fn static_member(&self, instance_id: &str) -> Option<&MemberId> {
        self.static_members.get(instance_id)
    }
    pub fn target(&self, id: &MemberId) -> Option<&BTreeSet<TopicPartition>> {
        self.target.get(id)
    }

    pub fn state(&self) -> ConsumerGroupState {
        let is_there = |member: &ConsumerMember| is_reconciled_to(&member.current, self.assignment_epoch);
        if self.members.is_empty() {
            ConsumerGroupState::Empty
        } else if self.group_epoch > self.assignment_epoch {
            ConsumerGroupState::Assigning
        } else if self.members.values().all(is_there) {
            ConsumerGroupState::Stable
        } else {
            ConsumerGroupState::Reconciling
        }
    }

    /// True when some member holds the partition, or has not been seen to let go of it.
    pub fn is_held(&self, partition: &TopicPartition) -> bool {
        let holds = |member: &ConsumerMember| {
            member.current.assigned.contains(partition) || member.current.pending_revocation.contains(partition)
        };
        self.members.values().any(holds)
    }

    /// Everything that any member subscribes to.
    pub fn subscribed_topics(&self) -> BTreeSet<&TopicName> {
        self.members.values().flat_map(|member| &member.subscriber.topics).collect()
    }

    /// The assignor that most members would like, or the broker's first.
    pub fn assignor(&self) -> GroupAssignor {
        let mut votes: BTreeMap<&str, u32> = BTreeMap::new();
        for name in self.members.values().filter_map(|member| member.subscriber.server_assignor.as_deref()) {
            *votes.entry(name).or_default() += 1;
        }
        let most = votes.values().max();
        let chosen = votes.iter().find(|(_, votes)| Some(*votes) == most).map(|(name, _)| *name);
        chosen.and_then(GroupAssignor::from_name).unwrap_or(GroupAssignor::ALL[0])
    }

    /// The changes that lead to the target of this group epoch (`TargetAssignmentBuilder`): only what differs is written.
    pub fn next_target(&self, topics: &Topics) -> Vec<ConsumerGroupChange> {
        let member = |(id, member): (&MemberId, &ConsumerMember)| GroupMemberSpec {
            member_id: id.clone(),
            group_instance_id: member.subscriber.instance_id.clone(),
            topics: topics.ids(member.subscriber.topics.iter()),
            previous: self.target.get(id).map(by_topic).unwrap_or_default().into_iter().collect(),
        };
        let spec = GroupSpec {
            topics: topics.counts(self.subscribed_topics().into_iter()).into_iter().collect(),
            members: self.members.iter().map(member).collect(),
        };
        let mut changes = Vec::new();
        for (id, partitions) in self.assignor().assign(spec) {
            let partitions = flat(&partitions);
            if self.target.get(&id) != Some(&partitions) {
                changes.push(ConsumerGroupChange::Target(id, Some(partitions)));
            }
        }
        changes.push(ConsumerGroupChange::TargetEpoch(Some(self.group_epoch)));
        changes
    }

    /// The tombstones of one member.
    pub fn removal(id: &MemberId) -> [ConsumerGroupChange; 3] {
        [
            ConsumerGroupChange::Current(id.clone(), None),
            ConsumerGroupChange::Target(id.clone(), None),
            ConsumerGroupChange::Member(id.clone(), None),
        ]
    }

    /// The tombstones of the whole group, which must be empty.
    pub fn tombstones(&self) -> [ConsumerGroupChange; 2] {
        assert!(self.members.is_empty(), "a group with members is not dropped");
        [ConsumerGroupChange::TargetEpoch(None), ConsumerGroupChange::Epoch(None)]
    }

    /// Takes a change over. `Epoch(None)` is the owner's to act on: it drops the group.
    pub fn apply(&mut self, change: ConsumerGroupChange) {
        match change {
            ConsumerGroupChange::Epoch(Some((epoch, hash))) => (self.group_epoch, self.metadata_hash) = (epoch, hash),
            ConsumerGroupChange::Epoch(None) => {}
            ConsumerGroupChange::TargetEpoch(epoch) => self.assignment_epoch = epoch.unwrap_or_default(),
            ConsumerGroupChange::Target(id, Some(target)) => {
                self.target.insert(id, target);
            }
            ConsumerGroupChange::Target(id, None) => {
                self.target.remove(&id);
            }
            ConsumerGroupChange::Member(id, Some(subscriber)) => self.set_subscriber(id, subscriber),
            ConsumerGroupChange::Member(id, None) => self.remove(&id),
            ConsumerGroupChange::Current(id, current) => {
                if let Some(member) = self.members.get_mut(&id) {
                    member.current = current.unwrap_or_default();
                }
            }
        }
    }

    /// The change that would take this one back.
    pub fn inverse(&self, change: &ConsumerGroupChange) -> ConsumerGroupChange {
        let member = |id: &MemberId| self.members.get(id);
        match change {
            ConsumerGroupChange::Epoch(_) if self.group_epoch == MemberEpoch(0) => ConsumerGroupChange::Epoch(None),
            ConsumerGroupChange::Epoch(_) => ConsumerGroupChange::Epoch(Some((self.group_epoch, self.metadata_hash))),
            ConsumerGroupChange::TargetEpoch(_) => ConsumerGroupChange::TargetEpoch(Some(self.assignment_epoch)),
            ConsumerGroupChange::Target(id, _) => ConsumerGroupChange::Target(id.clone(), self.target.get(id).cloned()),
            ConsumerGroupChange::Member(id, _) => {
                ConsumerGroupChange::Member(id.clone(), member(id).map(|member| member.subscriber.clone()))
            }
            ConsumerGroupChange::Current(id, _) => {
                ConsumerGroupChange::Current(id.clone(), member(id).map(|member| member.current.clone()))
            }
        }
    }

    fn set_subscriber(&mut self, id: MemberId, subscriber: Subscriber) {
        if let Some(instance_id) = &subscriber.instance_id {
            self.static_members.insert(instance_id.clone(), id.clone());
        }
        let current = self.members.remove(&id).map(|member| member.current).unwrap_or_default();
        self.members.insert(id, ConsumerMember { subscriber, current });
    }

    fn remove(&mut self, id: &MemberId) {
        let Some(member) = self.members.remove(id) else { return };
        if let Some(instance_id) = &member.subscriber.instance_id {
            // A static member that was replaced leaves its name to the new one.
            if self.static_members.get(instance_id) == Some(id) {
                self.static_members.remove(instance_id);
            }
        }
    }

    /// Checks that these offsets may be committed (`ConsumerGroup.validateOffsetCommit`); the member's epoch travels as
    /// the generation.
    ///
    /// # Errors
    /// UNKNOWN_MEMBER_ID; STALE_MEMBER_EPOCH when the member has another epoch.
    pub fn validate_offset_commit(&self, member: Option<&MemberId>, epoch: Generation) -> Result<(), ErrorCode> {
        if epoch < Generation::ZERO && self.members.is_empty() {
            return Ok(());
        }
        let member = member.and_then(|id| self.members.get(id)).ok_or(ErrorCode::UnknownMemberId)?;
        if member.current.member_epoch.0 == epoch.0 { Ok(()) } else { Err(ErrorCode::StaleMemberEpoch) }
    }
}

/// True when the member has its target, at the target's epoch.
pub fn is_reconciled_to(current: &CurrentAssignment, target_epoch: MemberEpoch) -> bool {
    current.state == MemberState::Stable && current.member_epoch == target_epoch
}

fn by_topic(partitions: &BTreeSet<TopicPartition>) -> TopicPartitions {
    let mut topics = TopicPartitions::new();
    for partition in partitions {
        topics.entry(partition.topic).or_default().insert(partition.partition);
    }
    topics
}

fn flat(topics: &TopicPartitions) -> BTreeSet<TopicPartition> {
    let partition = |topic, partition| TopicPartition { topic, partition };
    topics.iter().flat_map(|(topic, list)| list.iter().map(move |index| partition(*topic, *index))).collect()
}
