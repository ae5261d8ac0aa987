//! Why: walks back from what somebody sees (a lost order, a shrunk ISR, a broken promise) to what began it and to the
//! configuration that allowed it. What an answer says are claims as data, each with its place in the run; the words come
//! from the text catalogue.
//!
//! A run is its recipe, so nothing is kept for this: a [`chronicle::Chronicle`] lives the run once more, keeps the facts that
//! the question is about, and can stand at any event to look at the world of that moment.

pub mod allowance;
pub mod chronicle;
mod faults;
mod group;
pub mod life;
mod order;
mod partition;
mod reading;
mod record;
mod rules;
mod subject;
mod teller;
mod verdict;

use crate::cluster::intervention::Intervention;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ClientId, EventNumber, GroupId, Node, OrderId, TopicPartition};
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::event::TraceEvent;
use allowance::Allowance;

/// What somebody wants to know the reason of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    Order(OrderId),
    Record(TopicPartition, Offset),
    /// Its leader, its ISR, or that nobody leads it.
    Partition(TopicPartition),
    /// Its lag, or its last rebalance.
    Group(GroupId),
    /// What a process is in, or why its send() blocks.
    Node(Node),
    /// A promise that was broken, by its id.
    Guarantee(String),
    /// What happened at this event.
    Event(EventNumber),
    /// The first guarantee that is broken, whichever it is.
    Anything,
}

/// The reason, as far as it goes: what is seen first, then what led to it, back to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub question: Question,
    pub sentences: Vec<Sentence>,
}

impl Answer {
    /// What hands and scripts did that led here.
    pub fn roots(&self) -> impl Iterator<Item = &Intervention> {
        self.sentences.iter().filter_map(|sentence| match &sentence.claim {
            Claim::Deed { intervention, .. } => Some(intervention),
            _ => None,
        })
    }
    /// The configuration that allowed it.
    pub fn allowances(&self) -> impl Iterator<Item = &Allowance> {
        self.sentences.iter().flat_map(|sentence| &sentence.allowed_by)
    }
}

/// One step on the way back, with its place in the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub number: EventNumber,
    pub at: SimTime,
    /// How many steps from what was asked: what stands deeper is the reason of what stands before it.
    pub depth: u16,
    pub claim: Claim,
    /// Settings without which this would not have happened.
    pub allowed_by: Vec<Allowance>,
}

/// What one sentence says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// A fact of the run, as it is told everywhere.
    Fact(TraceEvent),
    /// The root: somebody did this.
    Deed {
        index: u32,
        from_script: bool,
        intervention: Intervention,
    },

    // What is seen.
    UnknownOrder {
        order: OrderId,
    },
    OrderUnderWay {
        order: OrderId,
    },
    OrderFine {
        order: OrderId,
        took: SimDuration,
    },
    OrderLost {
        order: OrderId,
        partition: TopicPartition,
        offset: Offset,
    },
    OrderVanished {
        order: OrderId,
    },
    OrderNotPublished {
        order: OrderId,
        error: ErrorCode,
    },
    OrderWaits {
        order: OrderId,
    },
    OrderUnread {
        order: OrderId,
        group: GroupId,
    },
    OrderSkipped {
        order: OrderId,
        group: GroupId,
        start: Offset,
        offset: Offset,
    },
    OrderTwice {
        order: OrderId,
        group: GroupId,
        first: ClientId,
        second: ClientId,
    },
    OrderWrittenTwice {
        order: OrderId,
        partition: TopicPartition,
        first: Offset,
        second: Offset,
    },
    OrderLate {
        order: OrderId,
        took: SimDuration,
        usual: SimDuration,
    },
    OrderOvertaken {
        order: OrderId,
        by: OrderId,
        partition: TopicPartition,
    },
    UnknownRecord {
        partition: TopicPartition,
        offset: Offset,
    },
    RecordFine {
        partition: TopicPartition,
        offset: Offset,
    },
    RecordLost {
        partition: TopicPartition,
        offset: Offset,
        count: u32,
    },
    CommittedTwice {
        partition: TopicPartition,
        offset: Offset,
    },
    IsrLacks {
        partition: TopicPartition,
        broker: BrokerId,
        log_end_offset: Offset,
        high_watermark: Offset,
    },
    /// One record, processed by a group again.
    RecordTwice {
        partition: TopicPartition,
        offset: Offset,
        group: GroupId,
        first: ClientId,
        second: ClientId,
    },
    RecordWrittenTwice {
        partition: TopicPartition,
        first: Offset,
        second: Offset,
    },
    /// A record of a key was processed after one that was sent later.
    RecordOvertaken {
        partition: TopicPartition,
        group: GroupId,
    },
    RecordSkipped {
        partition: TopicPartition,
        group: GroupId,
        offset: Offset,
    },
    PromiseBroken {
        guarantee: String,
    },
    PromiseKept {
        guarantee: String,
    },
    /// Every guarantee holds so far.
    AllKept,
    PartitionFine {
        partition: TopicPartition,
        leader: BrokerId,
    },
    GroupFine {
        group: GroupId,
    },
    Lag {
        group: GroupId,
        lag: u64,
    },
    Nothing,

    // What no fact says by itself, read from the world at that event.
    /// The new leader's log ends before the record.
    LedWithout {
        broker: BrokerId,
        partition: TopicPartition,
        offset: Offset,
        log_end_offset: Offset,
    },
    /// When the record was acknowledged these replicas had not copied it.
    NotCopied {
        brokers: Vec<BrokerId>,
        partition: TopicPartition,
        offset: Offset,
    },
    /// acks=0: nobody was asked.
    NobodyAnswered {
        client: ClientId,
    },
    /// acks=1: the leader answered for itself.
    LeaderAnsweredAlone {
        broker: BrokerId,
        partition: TopicPartition,
    },
    /// acks=all: these were the ISR, and that was enough.
    IsrAnswered {
        partition: TopicPartition,
        isr: Vec<BrokerId>,
    },
    /// It answered although another had been elected.
    DidNotKnow {
        broker: BrokerId,
        partition: TopicPartition,
        leader_epoch: LeaderEpoch,
    },
    /// The group's position was stored only up to here.
    CommittedUpTo {
        group: GroupId,
        partition: TopicPartition,
        committed: Offset,
        offset: Offset,
    },
    /// The group's position was stored past it before it was processed.
    CommittedAhead {
        group: GroupId,
        partition: TopicPartition,
        committed: Offset,
        offset: Offset,
    },
    /// A batch that was sent again came behind one that had been sent after it.
    RecordRetried {
        partition: TopicPartition,
    },
    /// One key went to two partitions.
    KeyMoved {
        from: TopicPartition,
        to: TopicPartition,
    },
    /// What comes in a second, and what the group can do in a second, in thousandths of a record.
    SlowerThanArrivals {
        group: GroupId,
        arriving: u64,
        processing: u64,
    },
    /// No fault at all: the load and the configuration alone.
    NoFault,
}
