//! Brokers, their logs, and the controller quorum above them, at one moment.

use super::mark::KeyMark;
use crate::protocol::ids::{BrokerId, ControllerId, GroupId, OrderId, Rack, RecordId, TopicId, TopicPartition};
use crate::protocol::offset::{LeaderEpoch, Offset, QuorumEpoch};
use crate::sim::time::SimTime;
use std::sync::Arc;

/// What a process is doing, whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProcessState {
    Running,
    /// Frozen: messages and timers wait.
    Paused,
    /// Asked to stop, handing over what it leads.
    Stopping,
    Stopped,
    Crashed,
    PowerLost,
}

impl ProcessState {
    /// True while it answers, or will once it wakes up.
    pub const fn is_up(self) -> bool {
        match self {
            Self::Running | Self::Paused | Self::Stopping => true,
            Self::Stopped | Self::Crashed | Self::PowerLost => false,
        }
    }
}

/// What the active controller thinks of a broker (`BrokerControlState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Registration {
    Unregistered,
    Fenced,
    Unfenced,
    ControlledShutdown,
}

/// A quantity with a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauge {
    pub used: u64,
    pub capacity: u64,
}

impl Gauge {
    /// How full, from 0 to 1000; anything above its capacity counts as full.
    pub fn per_mille(self) -> u32 {
        let Some(share) = (self.used.saturating_mul(1_000)).checked_div(self.capacity) else { return 0 };
        share.min(1_000) as u32
    }
}

/// One broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerView {
    pub id: BrokerId,
    pub rack: Option<Rack>,
    pub state: ProcessState,
    /// When it came into that state.
    pub since: SimTime,
    pub registration: Registration,
    /// Requests waiting, of `queued.max.requests`.
    pub request_queue: Gauge,
    /// Dirty bytes, of what the page cache takes before a writer must wait.
    pub page_cache: Gauge,
    /// Microseconds that the disk needs for all that is dirty now, of one second.
    pub disk: Gauge,
    /// How many times slower than healthy; 1 is healthy.
    pub disk_slow_factor: u32,
    pub is_disk_full: bool,
    /// How much of the metadata log it has replayed.
    pub metadata_offset: Offset,
    /// How many partitions it leads.
    pub leader_count: u32,
    /// The groups whose coordinator it is.
    pub coordinates: Vec<GroupId>,
    /// Its replicas of the topics that are shown, by partition.
    pub replicas: Vec<ReplicaView>,
}

impl BrokerView {
    pub fn replica(&self, partition: TopicPartition) -> Option<&ReplicaView> {
        self.replicas.iter().find(|replica| replica.partition == partition)
    }
}

/// What a replica is, as its broker knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReplicaRole {
    Leader,
    Follower,
    /// Its process is down.
    Offline,
}

/// One broker's copy of one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaView {
    pub partition: TopicPartition,
    pub role: ReplicaRole,
    /// As the controller has it.
    pub in_isr: bool,
    /// An eligible leader replica outside the ISR (KIP-966).
    pub in_elr: bool,
    pub leader_epoch: LeaderEpoch,
    pub log_start_offset: Offset,
    pub high_watermark: Offset,
    pub log_end_offset: Offset,
    /// Records below this have reached the platter: a power loss leaves them.
    pub flushed_offset: Offset,
    pub size_bytes: u64,
    /// Where its segments begin, oldest first; the last is the active one. At most [`SEGMENTS_MAX`], the newest.
    pub segments: Vec<Offset>,
    /// The newest records, oldest first; at most [`CELLS_MAX`].
    pub cells: Vec<CellView>,
    /// Records cut off a moment ago, for as long as they are shown as ghosts.
    pub ghost: Option<TruncationView>,
}

/// How many records of a log are shown at the most.
pub const CELLS_MAX: usize = 64;

/// How many segments of a log are shown at the most.
pub const SEGMENTS_MAX: usize = 32;

/// One record in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellView {
    pub offset: Offset,
    pub record: RecordId,
    pub order: Option<OrderId>,
    pub key: KeyMark,
    pub leader_epoch: LeaderEpoch,
    /// Below the high watermark of its own replica.
    pub is_committed: bool,
    /// A transaction marker rather than a record of an application.
    pub is_control: bool,
}

/// Records that were cut off a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TruncationView {
    pub at: SimTime,
    pub cells: Vec<CellView>,
}

/// The controller quorum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumView {
    pub controllers: Vec<ControllerView>,
    /// The active controller, as the newest epoch has it.
    pub leader: Option<ControllerId>,
    pub epoch: QuorumEpoch,
    /// Up to where the metadata log is committed.
    pub high_watermark: Offset,
    pub log_end_offset: Offset,
}

/// What a controller is in its quorum (`QuorumState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QuorumRole {
    Unattached,
    Follower,
    Prospective,
    Candidate,
    Leader,
    Resigned,
}

/// One voter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControllerView {
    pub id: ControllerId,
    pub state: ProcessState,
    pub since: SimTime,
    pub role: QuorumRole,
    pub epoch: QuorumEpoch,
    pub voted_for: Option<ControllerId>,
    pub log_end_offset: Offset,
}

/// One topic, as the active controller has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicView {
    pub id: TopicId,
    pub name: Arc<str>,
    /// A topic of Kafka's own, such as `__consumer_offsets`.
    pub is_internal: bool,
    pub replication_factor: u16,
    pub min_insync_replicas: u32,
    /// What differs from the default, by property name.
    pub configs: Vec<(Arc<str>, Arc<str>)>,
    pub partitions: Vec<PartitionView>,
}

/// One partition, as the active controller has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionView {
    pub partition: TopicPartition,
    pub leader: Option<BrokerId>,
    pub leader_epoch: LeaderEpoch,
    /// In order of preference.
    pub replicas: Vec<BrokerId>,
    pub isr: Vec<BrokerId>,
    pub elr: Vec<BrokerId>,
    pub last_known_elr: Vec<BrokerId>,
    pub adding_replicas: Vec<BrokerId>,
    pub removing_replicas: Vec<BrokerId>,
    /// Of the leader's own replica; what it last was while there is no leader.
    pub high_watermark: Offset,
    pub log_end_offset: Offset,
    pub log_start_offset: Offset,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_never_shows_more_than_full_and_nothing_without_a_capacity() {
        assert_eq!(Gauge { used: 30, capacity: 40 }.per_mille(), 750);
        assert_eq!(Gauge { used: 90, capacity: 40 }.per_mille(), 1_000);
        assert_eq!(Gauge { used: 90, capacity: 0 }.per_mille(), 0);
    }
}
