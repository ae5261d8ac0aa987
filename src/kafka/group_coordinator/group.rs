//! A group of either protocol. A group changes protocol only while nobody is in it.
//!
//! Simplified: Kafka also converts groups with members in both directions (`group.consumer.migration.policy`); here a
//! client of the other protocol is refused until the group is empty, as with the policy "disabled".

use super::classic_group::{ClassicGroup, ClassicGroupState};
use super::consumer_group::{ConsumerGroup, ConsumerGroupState};
use super::offset_records::OffsetsRecord;
use crate::protocol::ids::GroupId;

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Group {
    Classic(ClassicGroup),
    Consumer(ConsumerGroup),
}

impl Group {
    pub fn id(&self) -> &GroupId {
        match self {
            Self::Classic(group) => &group.id,
            Self::Consumer(group) => &group.id,
        }
    }

    /// True when it has no member, and none is expected.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Classic(group) => group.is_in(ClassicGroupState::Empty),
            Self::Consumer(group) => group.state() == ConsumerGroupState::Empty,
        }
    }

    /// Kafka's name of its state.
    pub fn state_name(&self) -> &'static str {
        match self {
            Self::Classic(group) => group.state().name(),
            Self::Consumer(group) => group.state().name(),
        }
    }

    pub fn classic(&self) -> Option<&ClassicGroup> {
        match self {
            Self::Classic(group) => Some(group),
            Self::Consumer(_) => None,
        }
    }
    pub fn classic_mut(&mut self) -> Option<&mut ClassicGroup> {
        match self {
            Self::Classic(group) => Some(group),
            Self::Consumer(_) => None,
        }
    }
    pub fn consumer_mut(&mut self) -> Option<&mut ConsumerGroup> {
        match self {
            Self::Classic(_) => None,
            Self::Consumer(group) => Some(group),
        }
    }

    /// The records that remove this empty group from the log.
    pub fn tombstones(&self) -> Vec<OffsetsRecord> {
        match self {
            Self::Classic(group) => vec![OffsetsRecord::Group { group: group.id.clone(), value: None }],
            Self::Consumer(group) => {
                let record = |change| OffsetsRecord::Consumer { group: group.id.clone(), change };
                group.tombstones().into_iter().map(record).collect()
            }
        }
    }
}
