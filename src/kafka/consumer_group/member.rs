//! A member of a group of the new protocol (`ConsumerGroupMember`).

use super::TopicDirectory;
use crate::kafka::group_assignor::GroupAssignor;
use crate::kafka::reconciliation::{CurrentAssignment, MemberState};
use crate::protocol::ids::{Rack, TopicId, TopicName, TopicPartition};
use crate::protocol::offset::MemberEpoch;
use crate::sim::ordered::BTreeSet;
use crate::sim::time::SimDuration;
use std::sync::Arc;

/// What a member has told of itself, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerGroupMember {
    pub group_instance_id: Option<Arc<str>>,
    pub rack: Option<Rack>,
    /// Its `max.poll.interval.ms`: how long it may take to let go of partitions.
    pub rebalance_timeout: SimDuration,
    pub subscribed_topics: BTreeSet<TopicName>,
    /// The assignor that it asks for.
    pub server_assignor: Option<GroupAssignor>,
    pub current: CurrentAssignment,
}

impl ConsumerGroupMember {
    pub(super) fn new(rebalance_timeout: SimDuration) -> Self {
        Self {
            group_instance_id: None,
            rack: None,
            rebalance_timeout,
            subscribed_topics: BTreeSet::new(),
            server_assignor: None,
            current: CurrentAssignment::default(),
        }
    }

    pub(super) fn is_reconciled_to(&self, epoch: MemberEpoch) -> bool {
        self.current.state == MemberState::Stable && self.current.member_epoch == epoch
    }

    pub(super) fn holds(&self, partition: &TopicPartition) -> bool {
        self.current.assigned.contains(partition) || self.current.pending_revocation.contains(partition)
    }

    /// The ids of the topics that it subscribes to, as far as they exist.
    pub(super) fn topic_ids(&self, topics: &TopicDirectory) -> BTreeSet<TopicId> {
        self.subscribed_topics.iter().filter_map(|name| topics.get(name)).map(|(id, _)| *id).collect()
    }
}
