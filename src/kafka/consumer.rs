//! Kafka's consumer on the classic group protocol (`ClassicKafkaConsumer`) as a state machine inside an application
//! process, which has one thread that calls `poll`, processes what it got, and calls `poll` again.
//!
//! The contract with the process that owns it:
//! - it passes on `on_start`, every message and every timer whose `client_role` is the consumer's (and a
//!   message without one, which concerns all clients of the process);
//! - right after `on_start` it calls `poll` for the first time. When `poll` returns records, the application is outside
//!   of `poll()` until it calls it again, at the latest after `max.poll.interval.ms`. When `poll` returns nothing, the
//!   application's thread waits *inside* `poll()`: after each later message or timer the owner asks `is_ready_to_poll`
//!   and, when true, calls `poll`, which then returns records. Calling it more often does no harm;
//! - a rebalance proceeds only inside `poll()`, as in Kafka; heartbeats go on in the background.

use crate::protocol::config::ConsumerConfig;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ClientId, GroupId, MemberId, Node, TopicName, TopicPartition};
use crate::protocol::message::Message;
use crate::protocol::offset::{Generation, LeaderEpoch, Offset};
use crate::protocol::record::Record;
use crate::protocol::timer::Timer;
use crate::sim::rng::Seed;
use crate::trace::Outbox;
use std::sync::Arc;

/// What a consumer is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerOptions {
    /// The process that it lives in.
    pub client: ClientId,
    /// Kafka's `client.id`.
    pub name: Arc<str>,
    /// `None`: it takes all partitions of its topics by itself (`assign()`), and commits nothing.
    pub group: Option<GroupId>,
    pub config: ConsumerConfig,
    /// The subscription.
    pub topics: Vec<TopicName>,
    /// `bootstrap.servers`: whom to ask for metadata first.
    pub bootstrap: Vec<BrokerId>,
    pub seed: Seed,
}

/// A record as `poll` returns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerRecord {
    pub partition: TopicPartition,
    pub offset: Offset,
    pub leader_epoch: LeaderEpoch,
    pub record: Record,
}

/// `commitSync` or `commitAsync`: the one is tried again after a retriable error, the other is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CommitMode {
    Sync,
    Async,
}

/// One call of commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitTicket(pub u32);

/// How a commit ended; `RebalanceInProgress`: poll, then commit again; `UnknownMemberId`, `IllegalGeneration`: the
/// partitions are another's now (Kafka's CommitFailedException).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommitResult {
    pub ticket: CommitTicket,
    pub outcome: Result<(), ErrorCode>,
}

/// A member's state (`AbstractCoordinator.MemberState`).
///
/// Unjoined → PreparingRebalance (JoinGroup sent) → CompletingRebalance (SyncGroup sent) → Stable; back to
/// PreparingRebalance when it joins again, and to Unjoined when it leaves or its membership is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MemberState {
    #[default]
    Unjoined,
    PreparingRebalance,
    CompletingRebalance,
    Stable,
}

/// A consumer.
#[derive(Clone, Debug, PartialEq)]
pub struct Consumer {
    options: ConsumerOptions,
    commit_results: Vec<CommitResult>,
}

impl Consumer {
    /// A consumer that has not been started.
    pub fn new(options: ConsumerOptions) -> Self {
        Self { options, commit_results: Vec::new() }
    }
    /// The process starts: asks for metadata. The owner calls `poll` next.
    pub fn on_start(&mut self, _out: &mut Outbox) {}
    /// A message for this consumer; one that it does not expect is ignored.
    pub fn on_message(&mut self, _from: Node, _message: Message, _out: &mut Outbox) {}
    /// A timer of this consumer; one that is not its own is ignored.
    pub fn on_timer(&mut self, _timer: Timer, _out: &mut Outbox) {}
    /// Kafka's `poll()`: at most `max.poll.records` records. An empty answer means that the application waits inside.
    pub fn poll(&mut self, _out: &mut Outbox) -> Vec<ConsumerRecord> {
        Vec::new()
    }
    /// True when the application waits inside `poll()` and there are records to return.
    pub fn is_ready_to_poll(&self) -> bool {
        false
    }
    /// Commits these offsets (the next to read), or all positions when empty. The result comes from `take_commit_results`.
    pub fn commit(&mut self, _mode: CommitMode, _offsets: &[(TopicPartition, Offset)], _out: &mut Outbox) -> CommitTicket {
        CommitTicket(0)
    }
    /// Commits that have ended since the last call.
    pub fn take_commit_results(&mut self) -> Vec<CommitResult> {
        std::mem::take(&mut self.commit_results)
    }
    /// Fetches nothing more for these partitions; what is buffered is kept.
    pub fn pause(&mut self, _partitions: &[TopicPartition]) {}
    /// Ends `pause`.
    pub fn resume(&mut self, _partitions: &[TopicPartition], _out: &mut Outbox) {}
    /// The next poll reads this partition from here; ignored when it is not assigned.
    pub fn seek(&mut self, _partition: TopicPartition, _to: Offset, _out: &mut Outbox) {}
    /// Commits (with auto commit) and leaves the group, unless it is a static member; `is_closed` tells when that is done.
    pub fn close(&mut self, _out: &mut Outbox) {}
    /// True when `close` was called and has ended.
    pub fn is_closed(&self) -> bool {
        false
    }
    /// Changes the settings while running.
    pub fn set_config(&mut self, config: ConsumerConfig, _out: &mut Outbox) {
        self.options.config = config;
    }
    pub fn config(&self) -> &ConsumerConfig {
        &self.options.config
    }
    pub fn group(&self) -> Option<&GroupId> {
        self.options.group.as_ref()
    }
    /// The partitions that it owns now, sorted.
    pub fn assignment(&self) -> Vec<TopicPartition> {
        Vec::new()
    }
    /// The next offset to return; `None` while it is not known.
    pub fn position(&self, _partition: TopicPartition) -> Option<Offset> {
        None
    }
    /// The offset that this consumer last committed or found committed.
    pub fn committed(&self, _partition: TopicPartition) -> Option<Offset> {
        None
    }
    /// `records-lag`: the high watermark of the last fetch, less the position.
    pub fn lag(&self, _partition: TopicPartition) -> Option<u64> {
        None
    }
    pub fn member_id(&self) -> Option<&MemberId> {
        None
    }
    pub fn generation(&self) -> Option<Generation> {
        None
    }
    pub fn state(&self) -> MemberState {
        MemberState::Unjoined
    }
    /// The group's coordinator, when it is known.
    pub fn coordinator(&self) -> Option<BrokerId> {
        None
    }
}
