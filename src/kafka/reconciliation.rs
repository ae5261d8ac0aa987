//! How a member of a consumer group of the new protocol comes from what it has to what it shall have (KIP-848,
//! `CurrentAssignmentBuilder` of Kafka 4.2): first it lets go, then it moves to the epoch of the target, and it gets each
//! new partition as soon as the previous holder has let go of that one. No step waits for the whole group.

use crate::protocol::ids::{TopicId, TopicPartition};
use crate::protocol::offset::MemberEpoch;
use crate::sim::ordered::BTreeSet;

/// Where a member stands between its assignment and its target (`MemberState`).
///
/// - Stable → UnrevokedPartitions: there is something to let go of, and the member still owns some of it.
/// - Stable, UnrevokedPartitions → UnreleasedPartitions: part of the target is still held by other members.
/// - Stable, UnrevokedPartitions, UnreleasedPartitions → Stable: the member has all of its target.
/// - UnreleasedPartitions → UnrevokedPartitions: a newer target takes something away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MemberState {
    #[default]
    Stable,
    UnrevokedPartitions,
    UnreleasedPartitions,
}

impl MemberState {
    /// Kafka's name for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stable => "STABLE",
            Self::UnrevokedPartitions => "UNREVOKED_PARTITIONS",
            Self::UnreleasedPartitions => "UNRELEASED_PARTITIONS",
        }
    }
}

/// What a member has, as the coordinator knows it. A member that joins starts with the default: nothing, at epoch 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CurrentAssignment {
    pub state: MemberState,
    pub member_epoch: MemberEpoch,
    /// The epoch before the last step: a heartbeat with it is the retry of one whose answer was lost.
    pub previous_member_epoch: MemberEpoch,
    pub assigned: BTreeSet<TopicPartition>,
    /// Taken from the member, and not yet seen to be let go of: nobody else may have these.
    pub pending_revocation: BTreeSet<TopicPartition>,
}

/// What a heartbeat of the member is answered from.
#[derive(Clone, Copy, Debug)]
pub struct Goal<'a> {
    /// The epoch of the target assignment.
    pub target_epoch: MemberEpoch,
    pub target: &'a BTreeSet<TopicPartition>,
    /// A topic that the member has just left is not given to it, whatever the target says.
    pub subscribed: &'a BTreeSet<TopicId>,
    /// True when the subscription changed with this heartbeat: topics no longer in it are taken away at once.
    pub has_subscription_changed: bool,
    /// What the member says it owns; `None` when it said nothing, which counts as still owning everything.
    pub owned: Option<&'a BTreeSet<TopicPartition>>,
}

impl Goal<'_> {
    fn owns_any_of(&self, partitions: &BTreeSet<TopicPartition>) -> bool {
        self.owned.is_none_or(|owned| !owned.is_disjoint(partitions))
    }

    fn is_subscribed(&self, partition: &TopicPartition) -> bool {
        self.subscribed.contains(&partition.topic)
    }
}

impl CurrentAssignment {
    /// The member's next state. `is_held` tells whether any member, this one included, still holds a partition, assigned
    /// or pending revocation.
    #[must_use]
    pub fn reconcile(&self, goal: &Goal<'_>, is_held: impl Fn(&TopicPartition) -> bool) -> Self {
        match self.state {
            MemberState::Stable if self.member_epoch == goal.target_epoch => self.follow_subscription(goal),
            MemberState::UnrevokedPartitions if goal.owns_any_of(&self.pending_revocation) => {
                self.follow_subscription(goal)
            }
            MemberState::Stable | MemberState::UnrevokedPartitions | MemberState::UnreleasedPartitions => {
                self.next_step(goal, is_held)
            }
        }
    }

    /// Nothing to do for the target: only topics that the member no longer subscribes to are taken away.
    fn follow_subscription(&self, goal: &Goal<'_>) -> Self {
        let is_still_wanted = |partition: &TopicPartition| goal.is_subscribed(partition);
        if !goal.has_subscription_changed || self.assigned.iter().all(is_still_wanted) {
            return self.clone();
        }
        let (assigned, revoked): (BTreeSet<_>, BTreeSet<_>) = self.assigned.iter().copied().partition(is_still_wanted);
        let pending_revocation = &self.pending_revocation | &revoked;
        if goal.owns_any_of(&pending_revocation) {
            self.step(MemberState::UnrevokedPartitions, self.member_epoch, assigned, pending_revocation)
        } else {
            self.step(self.state, self.member_epoch, assigned, self.pending_revocation.clone())
        }
    }

    fn next_step(&self, goal: &Goal<'_>, is_held: impl Fn(&TopicPartition) -> bool) -> Self {
        let target: BTreeSet<_> =
            goal.target.iter().copied().filter(|partition| goal.is_subscribed(partition)).collect();
        let kept = &self.assigned & &target;
        let revoked = &self.assigned - &kept;
        if !revoked.is_empty() && goal.owns_any_of(&revoked) {
            return self.step(MemberState::UnrevokedPartitions, self.member_epoch, kept, revoked);
        }
        let is_free = |partition: &TopicPartition| !is_held(partition) || self.pending_revocation.contains(partition);
        let (free, unreleased): (BTreeSet<_>, BTreeSet<_>) = (&target - &kept).into_iter().partition(is_free);
        let state = if unreleased.is_empty() { MemberState::Stable } else { MemberState::UnreleasedPartitions };
        self.step(state, goal.target_epoch, &kept | &free, BTreeSet::new())
    }

    fn step(
        &self,
        state: MemberState,
        member_epoch: MemberEpoch,
        assigned: BTreeSet<TopicPartition>,
        pending_revocation: BTreeSet<TopicPartition>,
    ) -> Self {
        Self { state, member_epoch, previous_member_epoch: self.member_epoch, assigned, pending_revocation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partitions(indexes: &[u16]) -> BTreeSet<TopicPartition> {
        indexes.iter().map(|index| TopicPartition::new(TopicId(0), *index)).collect()
    }

    fn stable(epoch: i32, assigned: &[u16]) -> CurrentAssignment {
        CurrentAssignment {
            member_epoch: MemberEpoch(epoch),
            assigned: partitions(assigned),
            ..CurrentAssignment::default()
        }
    }

    /// A heartbeat: the target at its epoch, what the member says it owns, and what any member holds.
    fn heartbeat(
        before: &CurrentAssignment,
        epoch: i32,
        target: &[u16],
        owned: Option<&[u16]>,
        held: &[u16],
    ) -> CurrentAssignment {
        let (target, owned, held) = (partitions(target), owned.map(partitions), partitions(held));
        let goal = Goal {
            target_epoch: MemberEpoch(epoch),
            target: &target,
            subscribed: &BTreeSet::from([TopicId(0)]),
            has_subscription_changed: false,
            owned: owned.as_ref(),
        };
        before.reconcile(&goal, |partition| held.contains(partition))
    }

    #[test]
    fn a_newcomer_gets_what_is_free_and_waits_for_the_rest() {
        let after = heartbeat(&CurrentAssignment::default(), 3, &[0, 1], Some(&[]), &[1]);
        assert_eq!((after.state, after.member_epoch), (MemberState::UnreleasedPartitions, MemberEpoch(3)));
        assert_eq!(after.assigned, partitions(&[0]));
        let released = heartbeat(&after, 3, &[0, 1], None, &[0]);
        assert_eq!((released.state, released.assigned), (MemberState::Stable, partitions(&[0, 1])));
    }

    #[test]
    fn a_member_stays_at_its_epoch_until_it_has_let_go() {
        let before = stable(2, &[0, 1]);
        let asked = heartbeat(&before, 3, &[0], None, &[0, 1]);
        assert_eq!((asked.state, asked.member_epoch), (MemberState::UnrevokedPartitions, MemberEpoch(2)));
        assert_eq!(heartbeat(&asked, 3, &[0], Some(&[0, 1]), &[0, 1]), asked);
        let done = heartbeat(&asked, 3, &[0], Some(&[0]), &[0, 1]);
        assert_eq!(
            (done.state, done.member_epoch, done.assigned),
            (MemberState::Stable, MemberEpoch(3), partitions(&[0]))
        );
    }

    #[test]
    fn what_a_member_is_letting_go_of_may_come_back_to_it() {
        let asked = heartbeat(&stable(2, &[0, 1]), 3, &[0], None, &[0, 1]);
        let after = heartbeat(&asked, 4, &[0, 1], Some(&[0]), &[0, 1]);
        assert_eq!((after.state, after.assigned), (MemberState::Stable, partitions(&[0, 1])));
    }

    #[test]
    fn a_topic_no_longer_subscribed_to_is_taken_away_within_the_epoch() {
        let before = stable(2, &[0, 1]);
        let target = partitions(&[0, 1]);
        let mut goal = Goal {
            target_epoch: MemberEpoch(2),
            target: &target,
            subscribed: &BTreeSet::new(),
            has_subscription_changed: true,
            owned: None,
        };
        let asked = before.reconcile(&goal, |_| true);
        assert_eq!((asked.state, &asked.pending_revocation), (MemberState::UnrevokedPartitions, &target));
        goal.has_subscription_changed = false;
        assert_eq!(before.reconcile(&goal, |_| true), before);
    }
}
