//! Time at the bottom edge: how much happened when, what went wrong, and where the cursor is.

use crate::protocol::ids::{BrokerId, ClientId, EventNumber, GroupId, Node, TopicPartition};
use crate::sim::time::SimTime;

/// How many columns the density has.
pub const BUCKETS: usize = 160;

/// The timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineView {
    pub now: SimTime,
    pub event: EventNumber,
    /// The right edge of what is drawn.
    pub until: SimTime,
    /// How far the run has been computed; what lies behind it is still open.
    pub reached: SimTime,
    pub reached_event: EventNumber,
    /// Events in each of [`BUCKETS`] equal parts of the time up to `until`.
    pub density: Vec<u32>,
    pub flags: Vec<FlagView>,
    pub spans: Vec<SpanView>,
}

/// A moment worth seeing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlagView {
    pub at: SimTime,
    pub event: EventNumber,
    pub kind: FlagKind,
    /// Somebody did this at this very moment: one can ask what had been without it.
    pub has_deed: bool,
}

/// What kind of moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlagKind {
    Crashed(Node),
    LostPower(Node),
    Stopped(Node),
    Paused(Node),
    Started(Node),
    LinkCut(Node, Node),
    LinkDelayed(Node, Node),
    LinkHealed(Node, Node),
    DiskSlowed(BrokerId),
    ConfigChanged,
    Fenced(BrokerId),
    LeaderElected(TopicPartition, BrokerId),
    RecordsTruncated(TopicPartition),
    AcknowledgedRecordLost,
    OtherIntervention,
}

impl FlagKind {
    /// True for what does harm: these are drawn in the colour of loss, with a cross.
    pub const fn is_fault(&self) -> bool {
        match self {
            Self::Crashed(_)
            | Self::LostPower(_)
            | Self::Stopped(_)
            | Self::Paused(_)
            | Self::LinkCut(..)
            | Self::LinkDelayed(..)
            | Self::DiskSlowed(_)
            | Self::RecordsTruncated(_)
            | Self::AcknowledgedRecordLost => true,
            Self::Started(_)
            | Self::LinkHealed(..)
            | Self::ConfigChanged
            | Self::Fenced(_)
            | Self::LeaderElected(..)
            | Self::OtherIntervention => false,
        }
    }
}

/// A stretch of time in which something lasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanView {
    pub from: SimTime,
    /// `None` while it lasts.
    pub to: Option<SimTime>,
    pub kind: SpanKind,
}

/// What lasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// The broker is down and its session has not ended: its partitions wait for a leader.
    SessionWait(BrokerId),
    NoLeader(TopicPartition),
    Rebalance(GroupId),
    QuorumElection,
    SendBlocked(ClientId),
}
