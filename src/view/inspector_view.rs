//! The selected thing in Kafka's own names: fields and values, and what can be done to it.

use super::broker_view::{ProcessState, QuorumRole, Registration, ReplicaRole};
use super::client_view::{GroupState, ServiceRole};
use super::mark::KeyMark;
use super::selection::Selection;
use crate::protocol::ids::{BrokerId, Node, TopicPartition};
use crate::protocol::offset::Offset;
use crate::sim::time::{SimDuration, SimTime};
use std::sync::Arc;

/// What the inspector shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectorView {
    pub subject: Selection,
    pub rows: Vec<InspectorRow>,
    /// Things that belong to it and can be selected in turn.
    pub related: Vec<Selection>,
    pub actions: Vec<Action>,
    /// True while the page follows it.
    pub is_followed: bool,
}

/// One line of the inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectorRow {
    pub field: Field,
    pub value: Value,
}

/// The name of a line; the catalogue has its words and, where it is not plain, its explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    State,
    Registration,
    Rack,
    Role,
    Leader,
    LeaderEpoch,
    Replicas,
    Isr,
    Elr,
    LogStartOffset,
    HighWatermark,
    LogEndOffset,
    FlushedOffset,
    Size,
    LeaderCount,
    RequestQueue,
    PageCache,
    DiskSlowFactor,
    MetadataOffset,
    Coordinates,
    QuorumEpoch,
    VotedFor,
    GroupState,
    Generation,
    Coordinator,
    Assignor,
    Members,
    Lag,
    Done,
    DoneAgain,
    Rebalances,
    Assigned,
    Position,
    CommittedOffset,
    Buffer,
    InFlight,
    Sent,
    Acknowledged,
    Failed,
    BlockedCalls,
    Delay,
    Customer,
    Partition,
    Offset,
    Key,
    CopiesOn,
    PlacedAt,
    AnsweredAfter,
    Paid,
    Mailed,
    Reserved,
    Counted,
    Notified,
    Record,
    Orders,
    Queue,
    Ready,
    Unacked,
}

/// What a line says; the catalogue writes numbers and times as the language does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Number(i64),
    Bytes(u64),
    Offset(Offset),
    Share {
        used: u64,
        capacity: u64,
    },
    /// So many times slower.
    Factor(u32),
    Brokers(Vec<BrokerId>),
    Partitions(Vec<TopicPartition>),
    Node(Option<Node>),
    At(Option<SimTime>),
    Lasting(Option<SimDuration>),
    /// How often.
    Times(u32),
    Process(ProcessState, SimTime),
    Registration(Registration),
    Replica(ReplicaRole),
    Quorum(QuorumRole),
    Group(GroupState),
    Service(ServiceRole),
    Key(KeyMark),
    Cut(bool),
    /// A name of Kafka's or of the scenario, in no language.
    Name(Arc<str>),
    /// There is none.
    Nothing,
}

/// Something that a hand can do to the selected thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Stop(Node),
    Crash(Node),
    LosePower(Node),
    Start(Node),
    Pause(Node),
    Resume(Node),
    SlowDisk(BrokerId, u32),
    /// Leave no space, or make room.
    FillDisk(BrokerId, bool),
    CutLink(Node, Node),
    DelayLink(Node, Node, SimDuration),
    HealLink(Node, Node),
    Isolate(Node),
    HealAllLinks,
    ElectPreferred(TopicPartition),
    ElectUnclean(TopicPartition),
    Configure(Selection),
    Follow(Selection),
    Unfollow,
}
