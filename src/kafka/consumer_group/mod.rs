//! A consumer group of the new protocol as its coordinator keeps it (KIP-848, `ConsumerGroup`): members, the target
//! assignment, and the three epochs that tell them apart. Every change of membership, subscription or topics adds one to
//! the group's epoch; the assignor brings the target to that epoch; and each member comes to it by itself.
//!
//! A pure state machine: heartbeats and timer expiries in; an answer, timers to set and facts out. It knows no clock, no
//! network and no log.
//!
//! Simplified: subscriptions are by name, not by regular expression; a target is computed at once with the heartbeat that
//! needs it; groups are not converted from or to the classic protocol.

mod heartbeat;
mod member;

pub use heartbeat::{ConsumerGroupHeartbeat, HeartbeatAnswer, TopicDirectory};
pub use member::ConsumerGroupMember;

use super::group_assignor::{GroupAssignor, GroupMemberSpec, GroupSpec};
use super::reconciliation::MemberState;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{MemberId, PartitionIndex, TopicId, TopicPartition};
use crate::protocol::offset::MemberEpoch;
use crate::sim::ordered::{BTreeMap, BTreeSet};
use crate::sim::time::SimDuration;
use std::sync::Arc;

/// The state of a group of the new protocol (`ConsumerGroup.ConsumerGroupState`). It follows from the rest of the group,
/// so every state can come after every other but Dead, which is the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsumerGroupState {
    /// No members; offsets may be left.
    Empty,
    /// The target is older than the group.
    Assigning,
    /// Some member has not come to its target yet.
    Reconciling,
    /// Everyone has its target.
    Stable,
    /// Deleted.
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

/// What a group waits for, by member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberTimer {
    /// The member has not been heard of (`group.consumer.session.timeout.ms`).
    Session(MemberId),
    /// The member has not let go of what was taken from it, at the epoch in which it was asked to.
    Rebalance(MemberId, MemberEpoch),
}

/// What to do about a timer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimerChange {
    Set(MemberTimer, SimDuration),
    /// Both timers of a member that is gone, or the rebalance timer of one that is done.
    Cancel(MemberTimer),
}

/// What has become true, for whoever tells the story of the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupFact {
    MemberJoined(MemberId),
    /// A static member came back under another id.
    StaticMemberReplaced {
        instance: Arc<str>,
        member: MemberId,
    },
    /// By its own wish, or fenced.
    MemberRemoved(MemberId),
    GroupEpochBumped(MemberEpoch),
    /// The assignor has run; the target stands at this epoch.
    TargetComputed {
        epoch: MemberEpoch,
        assignor: GroupAssignor,
    },
    /// A member's assignment, epoch or state has changed.
    MemberReconciled(MemberId),
}

/// What a group's handling of one event brings about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupEffects {
    pub timers: Vec<TimerChange>,
    pub facts: Vec<GroupFact>,
}

/// A group of the new protocol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConsumerGroup {
    group_epoch: MemberEpoch,
    /// The epoch of the target.
    assignment_epoch: MemberEpoch,
    members: BTreeMap<MemberId, ConsumerGroupMember>,
    static_members: BTreeMap<Arc<str>, MemberId>,
    target: BTreeMap<MemberId, BTreeSet<TopicPartition>>,
    /// The topics that members subscribe to, as they were when the group's epoch was last looked at.
    topics: TopicDirectory,
}

impl ConsumerGroup {
    pub fn state(&self) -> ConsumerGroupState {
        if self.members.is_empty() {
            ConsumerGroupState::Empty
        } else if self.assignment_epoch < self.group_epoch {
            ConsumerGroupState::Assigning
        } else if self.members.values().all(|member| member.is_reconciled_to(self.assignment_epoch)) {
            ConsumerGroupState::Stable
        } else {
            ConsumerGroupState::Reconciling
        }
    }

    pub fn group_epoch(&self) -> MemberEpoch {
        self.group_epoch
    }

    pub fn assignment_epoch(&self) -> MemberEpoch {
        self.assignment_epoch
    }

    pub fn members(&self) -> impl Iterator<Item = (&MemberId, &ConsumerGroupMember)> {
        self.members.iter()
    }

    /// What a member shall have in the end.
    pub fn target(&self, member: &MemberId) -> Option<&BTreeSet<TopicPartition>> {
        self.target.get(member)
    }

    /// A member's session has ended: it is removed, and its partitions are free.
    pub fn on_session_timeout(&mut self, member: &MemberId) -> GroupEffects {
        let mut effects = GroupEffects::default();
        if self.members.contains_key(member) {
            self.remove(member, &mut effects);
        }
        effects
    }

    /// A member was asked at this epoch to let go of partitions, and still is at it.
    pub fn on_rebalance_timeout(&mut self, member: &MemberId, asked_at: MemberEpoch) -> GroupEffects {
        let mut effects = GroupEffects::default();
        let is_late = |member: &ConsumerGroupMember| {
            member.current.member_epoch == asked_at && member.current.state == MemberState::UnrevokedPartitions
        };
        if self.members.get(member).is_some_and(is_late) {
            self.remove(member, &mut effects);
        }
        effects
    }

    /// Whether a member may commit offsets (`validateOffsetCommit`). Without a member, anyone may while the group is empty.
    ///
    /// # Errors
    /// `UnknownMemberId`, or `StaleMemberEpoch` when the epoch is not the member's.
    pub fn validate_offset_commit(&self, member: Option<&MemberId>, epoch: MemberEpoch) -> Result<(), ErrorCode> {
        if epoch < MemberEpoch::ZERO && self.members.is_empty() {
            return Ok(());
        }
        let member = member.and_then(|member| self.members.get(member)).ok_or(ErrorCode::UnknownMemberId)?;
        if member.current.member_epoch == epoch { Ok(()) } else { Err(ErrorCode::StaleMemberEpoch) }
    }

    /// True when any member has the partition, or has not yet let go of it.
    fn is_held(&self, partition: &TopicPartition) -> bool {
        self.members.values().any(|member| member.holds(partition))
    }

    fn remove(&mut self, id: &MemberId, effects: &mut GroupEffects) {
        let Some(member) = self.members.remove(id) else { return };
        if let Some(instance) = &member.group_instance_id {
            self.static_members.remove(instance);
        }
        self.target.remove(id);
        let asked_at = member.current.member_epoch;
        effects.timers.push(TimerChange::Cancel(MemberTimer::Session(id.clone())));
        effects.timers.push(TimerChange::Cancel(MemberTimer::Rebalance(id.clone(), asked_at)));
        effects.facts.push(GroupFact::MemberRemoved(id.clone()));
        self.bump(effects);
    }

    fn bump(&mut self, effects: &mut GroupEffects) {
        self.group_epoch = self.group_epoch.next();
        effects.facts.push(GroupFact::GroupEpochBumped(self.group_epoch));
    }

    /// The assignor that most members ask for; the default when none asks.
    fn preferred_assignor(&self) -> GroupAssignor {
        let votes = |assignor: GroupAssignor| {
            self.members.values().filter(|member| member.server_assignor == Some(assignor)).count()
        };
        let [first, others @ ..] = GroupAssignor::ALL;
        others.into_iter().fold(first, |best, other| if votes(other) > votes(best) { other } else { best })
    }

    /// Brings the target to the group's epoch.
    fn compute_target(&mut self, effects: &mut GroupEffects) {
        let assignor = self.preferred_assignor();
        let target = assignor.assign(self.group_spec());
        let partitions = |(topic, indexes): (&TopicId, &BTreeSet<PartitionIndex>)| {
            indexes.iter().map(|partition| TopicPartition { topic: *topic, partition: *partition }).collect::<Vec<_>>()
        };
        self.target =
            target.into_iter().map(|(member, topics)| (member, topics.iter().flat_map(partitions).collect())).collect();
        self.assignment_epoch = self.group_epoch;
        effects.facts.push(GroupFact::TargetComputed { epoch: self.assignment_epoch, assignor });
    }

    fn group_spec(&self) -> GroupSpec {
        let member_spec = |(id, member): (&MemberId, &ConsumerGroupMember)| {
            let mut previous: BTreeMap<TopicId, BTreeSet<PartitionIndex>> = BTreeMap::new();
            for partition in self.target.get(id).into_iter().flatten() {
                previous.entry(partition.topic).or_default().insert(partition.partition);
            }
            GroupMemberSpec {
                member_id: id.clone(),
                group_instance_id: member.group_instance_id.clone(),
                topics: member.topic_ids(&self.topics),
                previous: previous.into_iter().collect(),
            }
        };
        let topics: BTreeMap<TopicId, u16> = self.topics.values().copied().collect();
        GroupSpec { topics: topics.into_iter().collect(), members: self.members.iter().map(member_spec).collect() }
    }
}

#[cfg(test)]
mod tests;
