//! Everything that a hand or a script may do to a running cluster.

use crate::protocol::config::Scope;
use crate::protocol::ids::{BrokerId, Node, TopicName, TopicPartition};
use crate::protocol::message::ListOffsetsTarget;
use crate::protocol::offset::Offset;
use crate::sim::time::SimDuration;
use std::sync::Arc;

/// One thing done to a running cluster. Together with the scenario and the seed, the list of these is the run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Intervention {
    /// Ask the process to stop by itself: a broker hands its leaderships over first, a consumer leaves its group.
    Stop {
        node: Node,
    },
    /// Kill the process: its memory is gone, the page cache survives, peers see their connections break.
    Crash {
        node: Node,
    },
    /// Cut the power of its machine: unflushed data are gone, and peers hear nothing at all.
    LosePower {
        node: Node,
    },
    /// Start a process that is down.
    Start {
        node: Node,
    },
    /// Freeze the process, as a long GC pause does: messages and timers wait.
    Pause {
        node: Node,
    },
    Resume {
        node: Node,
    },
    /// Make a broker's disk so many times slower; 1 is healthy.
    SlowDisk {
        broker: BrokerId,
        factor: u32,
    },
    /// Leave no space on a broker's disk, or give it some back.
    FillDisk {
        broker: BrokerId,
        is_full: bool,
    },
    /// Nothing passes from one node to the other; nobody is told.
    CutLink {
        from: Node,
        to: Node,
    },
    /// Everything from one node to the other takes this much longer.
    DelayLink {
        from: Node,
        to: Node,
        by: SimDuration,
    },
    /// Undo what was done to this direction of the link.
    HealLink {
        from: Node,
        to: Node,
    },
    /// Cut a node from all others, both ways.
    Isolate {
        node: Node,
    },
    /// Undo everything that was done to links.
    HealAllLinks,
    /// Change a setting while it runs.
    SetConfig {
        place: ConfigPlace,
        name: Arc<str>,
        value: Arc<str>,
    },
    /// kafka-leader-election: preferred, or unclean.
    ElectLeader {
        partition: TopicPartition,
        is_unclean: bool,
    },
    /// kafka-topics --alter --partitions.
    CreatePartitions {
        topic: TopicName,
        count: u16,
    },
    /// kafka-reassign-partitions.
    Reassign {
        partition: TopicPartition,
        replicas: Vec<BrokerId>,
    },
    /// Kafka's `seek`: a consumer moves its positions in all partitions that it owns.
    Seek {
        node: Node,
        to: SeekTarget,
    },
}

/// Where a consumer is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SeekTarget {
    /// The same offset in each partition.
    Offset(Offset),
    /// Where the leader finds it: the beginning, the end, or the first record of a time.
    Lookup(ListOffsetsTarget),
}

/// Whose setting is changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConfigPlace {
    /// Every one of this scope.
    All(Scope),
    /// One node: a broker's, a client's producer or consumer.
    Node(Scope, Node),
    Topic(TopicName),
}
