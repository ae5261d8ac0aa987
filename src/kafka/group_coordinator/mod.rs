//! The broker's group coordinator (`GroupCoordinatorService`): consumer groups and their committed offsets, for the
//! partitions of `__consumer_offsets` that this broker leads. It answers requests through the outbox, asks its broker
//! to append records, and is told when they are replicated. It knows no log, no replica and no network.

pub mod settings;
pub mod view;

use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{CorrelationId, GroupId, Node, PartitionIndex, TopicId};
use crate::protocol::message::Request;
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::protocol::record::{Bytes, Record};
use crate::protocol::timer::Timer;
use crate::sim::rng::Stream;
use crate::trace::Outbox;
pub use settings::GroupSettings;
use std::collections::BTreeMap;

/// Records for `__consumer_offsets`, to be appended as one batch with acks=all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetsWrite {
    pub partition: PartitionIndex,
    /// Key and value of each record; a value of `None` is a tombstone.
    pub records: Vec<(Option<Bytes>, Option<Bytes>)>,
    /// Names this write in `on_write_done`.
    pub ticket: u64,
}

/// All groups that this broker coordinates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCoordinator {
    settings: GroupSettings,
    /// Draws the unique part of member ids.
    chance: Stream,
    /// `__consumer_offsets` and its partition count, once it exists.
    offsets_topic: Option<(TopicId, u16)>,
    /// By partition of `__consumer_offsets`: those that this broker leads.
    shards: BTreeMap<PartitionIndex, LeaderEpoch>,
}

impl GroupCoordinator {
    /// A coordinator that leads nothing yet. `chance` must differ between incarnations of a broker: member ids are
    /// drawn from it, and must not be given out twice.
    pub fn new(settings: GroupSettings, chance: Stream) -> Self {
        Self { settings, chance, offsets_topic: None, shards: BTreeMap::new() }
    }

    /// Takes changed broker settings; they count from the next request on.
    pub fn set_settings(&mut self, settings: GroupSettings) {
        self.settings = settings;
    }

    /// Tells which topic `__consumer_offsets` is, and how many partitions it has.
    pub fn set_offsets_topic(&mut self, topic: TopicId, partition_count: u16) {
        self.offsets_topic = Some((topic, partition_count));
    }

    /// True when this broker coordinates the group: it leads the group's partition of `__consumer_offsets`.
    pub fn is_coordinator_of(&self, _group: &GroupId) -> bool {
        false
    }

    /// Handles JoinGroup, SyncGroup, Heartbeat, LeaveGroup, OffsetCommit and OffsetFetch; the answer may come later.
    ///
    /// # Panics
    /// When the request is of another kind: the broker sends those elsewhere.
    pub fn on_request(&mut self, _from: Node, _correlation: CorrelationId, _request: Request, _out: &mut Outbox, _writes: &mut Vec<OffsetsWrite>) {}

    /// Handles `Timer::MemberSession`, `Timer::GroupJoin` and `Timer::GroupSync`. A timer of a group that is gone does nothing.
    pub fn on_timer(&mut self, _timer: Timer, _out: &mut Outbox, _writes: &mut Vec<OffsetsWrite>) {}

    /// The write of this ticket is replicated (`Ok`: its base offset), was refused, or has waited longer than
    /// `offsets.commit.timeout.ms` (`RequestTimedOut`). After a time-out `Ok` may follow: the records lie in the log.
    /// A ticket from before a resignation does nothing.
    pub fn on_write_done(&mut self, _ticket: u64, _result: Result<Offset, ErrorCode>, _out: &mut Outbox, _writes: &mut Vec<OffsetsWrite>) {}

    /// This broker leads the partition now: loads groups and offsets from the whole of its log, oldest first.
    pub fn on_elected<'a>(
        &mut self,
        _partition: PartitionIndex,
        _leader_epoch: LeaderEpoch,
        _records: impl Iterator<Item = (Offset, &'a Record)>,
        _out: &mut Outbox,
    ) {
    }

    /// This broker leads the partition no longer: everything parked is answered with NOT_COORDINATOR and forgotten.
    pub fn on_resigned(&mut self, _partition: PartitionIndex, _out: &mut Outbox) {}
}
