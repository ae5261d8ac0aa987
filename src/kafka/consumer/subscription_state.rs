//! The partitions that a consumer owns, and how far it is in each (`SubscriptionState`). A position is only fetched from
//! when it is known and agrees with the leader's log (KIP-320).

use crate::kafka::client_metadata::ClientMetadata;
use crate::protocol::ids::{BrokerId, TopicPartition};
use crate::protocol::message::{CommittedOffset, ListOffsetsTarget};
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::sim::time::SimTime;
use crate::trace::event::ResetReason;

/// The next offset to read, and the epoch of the record before it (`FetchPosition`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub offset: Offset,
    /// `LeaderEpoch::NONE` when nothing tells: such a position is taken as it is.
    pub offset_epoch: LeaderEpoch,
    /// The epoch of the leader whose log the position is known to agree with.
    pub leader_epoch: LeaderEpoch,
}

/// How a partition comes to its position (`SubscriptionState.FetchStates`).
///
/// Initializing → AwaitValidation (a committed offset) or AwaitReset (none) → Fetching; Fetching → AwaitValidation after
/// a leader change, → AwaitReset when the offset is out of range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchState {
    /// The group's committed offset is asked for.
    Initializing,
    /// `auto.offset.reset` decides: the leader is asked where its log starts or ends.
    AwaitReset(ResetReason),
    /// The leader is asked where the epoch of the last record ends in its log.
    AwaitValidation(Position),
    Fetching(Position),
    /// There is no position, and `auto.offset.reset=none` forbids to choose one.
    Failed,
}

/// One partition that the consumer owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignedPartition {
    pub partition: TopicPartition,
    pub state: FetchState,
    pub is_paused: bool,
    /// A question about the position is in flight.
    pub is_asking: bool,
    /// After an error, nothing is asked before this moment.
    pub retry_at: SimTime,
    pub high_watermark: Option<Offset>,
    pub committed: Option<CommittedOffset>,
    /// A follower in the same rack to read from, until then (KIP-392).
    pub preferred_read_replica: Option<(BrokerId, SimTime)>,
    /// What the application has asked to be moved to; without it `auto.offset.reset` counts.
    pub seek_target: Option<ListOffsetsTarget>,
}

impl AssignedPartition {
    fn new(partition: TopicPartition) -> Self {
        Self {
            partition,
            state: FetchState::Initializing,
            is_paused: false,
            is_asking: false,
            retry_at: SimTime::ZERO,
            high_watermark: None,
            committed: None,
            preferred_read_replica: None,
            seek_target: None,
        }
    }
    /// The position, validated or not.
    pub fn position(&self) -> Option<Position> {
        match self.state {
            FetchState::AwaitValidation(position) | FetchState::Fetching(position) => Some(position),
            FetchState::Initializing | FetchState::AwaitReset(_) | FetchState::Failed => None,
        }
    }
    /// The position to fetch from, when there is one and the application wants records.
    pub fn fetchable_position(&self) -> Option<Position> {
        match self.state {
            FetchState::Fetching(position) if !self.is_paused => Some(position),
            FetchState::Fetching(_)
            | FetchState::AwaitValidation(_)
            | FetchState::Initializing
            | FetchState::AwaitReset(_)
            | FetchState::Failed => None,
        }
    }
    /// Takes a position that may have to be validated first: one with an epoch, against a leader with an epoch.
    pub fn seek(&mut self, offset: Offset, offset_epoch: LeaderEpoch, leader_epoch: LeaderEpoch) {
        let position = Position { offset, offset_epoch, leader_epoch };
        self.is_asking = false;
        self.seek_target = None;
        self.state = if offset_epoch == LeaderEpoch::NONE || leader_epoch == LeaderEpoch::NONE {
            FetchState::Fetching(position)
        } else {
            FetchState::AwaitValidation(position)
        };
    }
    /// Records up to `offset` were returned to the application.
    pub fn advance(&mut self, offset: Offset, offset_epoch: LeaderEpoch) {
        if let FetchState::Fetching(position) = &mut self.state {
            position.offset = offset;
            position.offset_epoch = offset_epoch;
        }
    }
}

/// All partitions that the consumer owns, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionState {
    assigned: Vec<AssignedPartition>,
    /// They will be revoked as soon as their positions are committed: nothing more is fetched or returned.
    pub are_pending_revocation: bool,
}

impl SubscriptionState {
    pub fn iter(&self) -> impl Iterator<Item = &AssignedPartition> {
        self.assigned.iter()
    }
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut AssignedPartition> {
        self.assigned.iter_mut()
    }
    pub fn partitions(&self) -> Vec<TopicPartition> {
        self.assigned.iter().map(|assigned| assigned.partition).collect()
    }
    pub fn get(&self, partition: TopicPartition) -> Option<&AssignedPartition> {
        let index = self.assigned.binary_search_by_key(&partition, |assigned| assigned.partition).ok()?;
        self.assigned.get(index)
    }
    pub fn get_mut(&mut self, partition: TopicPartition) -> Option<&mut AssignedPartition> {
        let index = self.assigned.binary_search_by_key(&partition, |assigned| assigned.partition).ok()?;
        self.assigned.get_mut(index)
    }
    /// Owns exactly these from now on; those that it owned before keep their positions.
    pub fn assign(&mut self, partitions: &[TopicPartition]) {
        self.assigned.retain(|assigned| partitions.contains(&assigned.partition));
        for partition in partitions {
            if let Err(index) = self.assigned.binary_search_by_key(partition, |assigned| assigned.partition) {
                self.assigned.insert(index, AssignedPartition::new(*partition));
            }
        }
        self.are_pending_revocation = false;
    }
    /// Everything that has been returned to the application (`allConsumed`): what a commit without offsets commits.
    pub fn all_consumed(&self) -> Vec<(TopicPartition, CommittedOffset)> {
        let consumed = |assigned: &AssignedPartition| {
            let position = match assigned.state {
                FetchState::Fetching(position) => position,
                FetchState::AwaitValidation(_)
                | FetchState::Initializing
                | FetchState::AwaitReset(_)
                | FetchState::Failed => return None,
            };
            Some((assigned.partition, CommittedOffset { offset: position.offset, leader_epoch: position.offset_epoch }))
        };
        self.assigned.iter().filter_map(consumed).collect()
    }
    /// The leader may have changed: positions with an epoch are to be validated against the new one (KIP-320).
    pub fn on_leaders_changed(&mut self, metadata: &ClientMetadata) {
        for assigned in &mut self.assigned {
            let Some((_, leader_epoch)) = metadata.leader(assigned.partition) else { continue };
            if let Some(position) = assigned.position().filter(|position| position.leader_epoch < leader_epoch) {
                assigned.seek(position.offset, position.offset_epoch, leader_epoch);
                assigned.retry_at = SimTime::ZERO;
                assigned.preferred_read_replica = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::TopicId;

    const P0: TopicPartition = TopicPartition::new(TopicId(0), 0);
    const P1: TopicPartition = TopicPartition::new(TopicId(0), 1);
    const P2: TopicPartition = TopicPartition::new(TopicId(0), 2);

    #[test]
    fn a_partition_that_is_kept_keeps_its_position_and_a_new_one_has_none() {
        let mut subscriptions = SubscriptionState::default();
        subscriptions.assign(&[P1, P0]);
        subscriptions.get_mut(P1).unwrap().seek(Offset(7), LeaderEpoch::NONE, LeaderEpoch(3));
        subscriptions.assign(&[P2, P1]);
        assert_eq!(subscriptions.partitions(), [P1, P2]);
        let offsets: Vec<_> =
            subscriptions.iter().map(|assigned| assigned.position().map(|position| position.offset)).collect();
        assert_eq!(offsets, [Some(Offset(7)), None]);
    }

    #[test]
    fn a_position_whose_epoch_is_known_is_validated_before_it_is_fetched_from() {
        let mut assigned = AssignedPartition::new(P0);
        assigned.seek(Offset(7), LeaderEpoch(2), LeaderEpoch(3));
        assert_eq!(assigned.fetchable_position(), None);
        assigned.seek(Offset(7), LeaderEpoch::NONE, LeaderEpoch(3));
        assert_eq!(assigned.fetchable_position().unwrap().offset, Offset(7));
    }
}
