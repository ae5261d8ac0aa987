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

pub mod subscription_state;
pub mod positions;
pub mod fetch_buffer;
pub mod fetcher_client;
pub mod heartbeat;
pub mod assignment;
pub mod coordinator;
pub mod commits;
pub mod context;
mod answers;
mod inspection;
#[cfg(test)]
mod tests;

use crate::kafka::network_client::Completed;
use crate::kafka::wake_up::WakeUp;
use crate::protocol::config::{ConsumerConfig, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, ClientId, GroupId, MemberId, Node, TopicName, TopicPartition};
use crate::protocol::message::{CommittedOffset, LeaveReason, ListOffsetsTarget, Message, Response};
use crate::protocol::offset::{Generation, LeaderEpoch, Offset};
use crate::protocol::record::Record;
use crate::protocol::timer::Timer;
use crate::sim::rng::Seed;
use crate::sim::time::SimTime;
use crate::trace::Outbox;
use crate::trace::event::ResetReason;
use commits::{CommitPurpose, Commits};
use context::{ConsumerContext, ConsumerRequest};
use coordinator::ConsumerCoordinator;
use fetcher_client::FetcherClient;
use std::sync::Arc;
use subscription_state::FetchState;

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

/// Where the application's thread is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thread {
    /// Inside `poll()`, waiting.
    Polling,
    /// Busy with what `poll()` returned at this time.
    Processing {
        since: SimTime,
    },
    /// Inside `close()`: the last positions are being committed.
    Committing,
    /// Inside `close()`: the group has been told.
    Leaving,
    Closed,
}

/// A consumer.
#[derive(Clone, Debug, PartialEq)]
pub struct Consumer {
    context: ConsumerContext,
    membership: Option<ConsumerCoordinator>,
    commits: Commits,
    fetcher: FetcherClient,
    thread: Thread,
    /// Answers to JoinGroup and SyncGroup that came while the application was outside of `poll()`.
    deferred: Vec<Answer>,
    poll_wake_up: WakeUp,
}

/// What a broker has answered to one of our requests.
#[derive(Clone, Debug, PartialEq)]
struct Answer {
    broker: BrokerId,
    request: ConsumerRequest,
    response: Result<Response, ErrorCode>,
}

impl Consumer {
    /// A consumer that has not been started.
    pub fn new(options: ConsumerOptions) -> Self {
        Self {
            membership: options
                .group
                .clone()
                .map(|group| ConsumerCoordinator::new(group, options.config.group_protocol)),
            context: ConsumerContext::new(options),
            commits: Commits::default(),
            fetcher: FetcherClient::default(),
            thread: Thread::Polling,
            deferred: Vec::new(),
            poll_wake_up: WakeUp::default(),
        }
    }
    /// The process starts: asks for metadata. The owner calls `poll` next.
    pub fn on_start(&mut self, out: &mut Outbox) {
        self.commits.on_start(&self.context, out.now());
        self.context.network.on_start(out);
    }
    /// A message for this consumer; one that it does not expect is ignored.
    pub fn on_message(&mut self, from: Node, message: Message, out: &mut Outbox) {
        self.context.network.on_message(from, message, out);
        self.settle(out);
    }
    /// A timer of this consumer; one that is not its own is ignored.
    pub fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        if self.thread == Thread::Closed {
            return;
        }
        match (&timer, &mut self.membership) {
            (Timer::FetchRetry, _) => self.context.on_retry_timer(),
            (Timer::AutoCommit, _) => self.commits.on_auto_commit_timer(),
            (Timer::PollInterval, _) => self.on_poll_interval(out),
            (Timer::Heartbeat, Some(membership)) => membership.on_heartbeat_timer(&mut self.context, out),
            (Timer::CoordinatorRetry, Some(membership)) => {
                membership.on_retry_timer();
                membership.maybe_heartbeat(&mut self.context, out);
            }
            _ => {
                self.context.network.on_timer(&timer, out);
            }
        }
        self.settle(out);
    }
    /// Kafka's `poll()`: at most `max.poll.records` records. An empty answer means that the application waits inside.
    pub fn poll(&mut self, out: &mut Outbox) -> Vec<ConsumerRecord> {
        if !matches!(self.thread, Thread::Polling | Thread::Processing { .. }) {
            return Vec::new();
        }
        self.thread = Thread::Polling;
        for answer in std::mem::take(&mut self.deferred) {
            self.on_answer(answer, out);
        }
        self.settle(out);
        let max = usize::try_from(self.context.options.config.max_poll_records).unwrap_or(usize::MAX);
        let records = self.fetcher.collect(max, &mut self.context, out);
        // The next fetches travel while the application is busy.
        self.fetcher.send_fetches(&mut self.context, out);
        if !records.is_empty() {
            self.thread = Thread::Processing { since: out.now() };
            let give_up_at = out.now() + millis(self.context.options.config.max_poll_interval_ms);
            if self.membership.is_some() {
                self.poll_wake_up.no_later_than(give_up_at, Timer::PollInterval, out);
            }
        }
        records
    }
    /// True when the application waits inside `poll()` and there are records to return.
    pub fn is_ready_to_poll(&self) -> bool {
        self.thread == Thread::Polling && self.fetcher.has_records(&self.context)
    }
    /// True while the application's thread waits inside `poll()`.
    pub fn is_polling(&self) -> bool {
        self.thread == Thread::Polling
    }
    /// Commits these offsets (the next to read), or all positions when empty. The result comes from `take_commit_results`.
    pub fn commit(&mut self, mode: CommitMode, offsets: &[(TopicPartition, Offset)], out: &mut Outbox) -> CommitTicket {
        let generation =
            self.membership.as_ref().map_or(Err(ErrorCode::InvalidRequest), ConsumerCoordinator::stable_generation);
        let generation = match generation {
            Ok(generation) => generation,
            Err(error) => return self.commits.refuse(error, &self.context, out),
        };
        let given = offsets.iter().map(|(partition, offset)| {
            (*partition, CommittedOffset { offset: *offset, leader_epoch: LeaderEpoch::NONE })
        });
        let offsets = if offsets.is_empty() { self.context.subscriptions.all_consumed() } else { given.collect() };
        let ticket = self.commits.add_manual(mode, generation, offsets, out.now());
        self.settle(out);
        ticket
    }
    /// Kafka's `groupMetadata()`: under which membership records are being read now. Without one, an unknown member.
    pub fn group_metadata(&self) -> (Generation, Option<MemberId>) {
        let membership = self.membership.as_ref();
        let known = membership.and_then(|membership| Some((membership.generation?, membership.member.clone()?)));
        known.map_or((Generation(-1), None), |(generation, member)| (generation, Some(member)))
    }
    /// Commits that have ended since the last call.
    pub fn take_commit_results(&mut self) -> Vec<CommitResult> {
        self.commits.take_results()
    }
    /// Fetches nothing more for these partitions; what is buffered is kept.
    pub fn pause(&mut self, partitions: &[TopicPartition]) {
        self.set_paused(partitions, true);
    }
    /// Ends `pause`.
    pub fn resume(&mut self, partitions: &[TopicPartition], out: &mut Outbox) {
        self.set_paused(partitions, false);
        self.settle(out);
    }
    /// The next poll reads this partition from here; ignored when it is not assigned.
    pub fn seek(&mut self, partition: TopicPartition, to: Offset, out: &mut Outbox) {
        positions::seek(&mut self.context, partition, to, out);
        self.settle(out);
    }
    /// `seek` for every partition that it owns.
    pub fn seek_all(&mut self, to: Offset, out: &mut Outbox) {
        for partition in self.assignment() {
            positions::seek(&mut self.context, partition, to, out);
        }
        self.settle(out);
    }
    /// `seekToBeginning`, `seekToEnd`, or `offsetsForTimes` and `seek`, for every partition that it owns.
    pub fn seek_by_lookup(&mut self, target: ListOffsetsTarget, out: &mut Outbox) {
        for assigned in self.context.subscriptions.iter_mut() {
            assigned.state = FetchState::AwaitReset(ResetReason::Seek);
            (assigned.seek_target, assigned.is_asking, assigned.retry_at) = (Some(target), false, SimTime::ZERO);
        }
        self.settle(out);
    }
    /// Commits (with auto commit) and leaves the group, unless it is a static member; `is_closed` tells when that is done.
    pub fn close(&mut self, out: &mut Outbox) {
        if !matches!(self.thread, Thread::Polling | Thread::Processing { .. }) {
            return;
        }
        let config = &self.context.options.config;
        let consumed = if config.enable_auto_commit { self.context.subscriptions.all_consumed() } else { Vec::new() };
        let generation = self.membership.as_ref().and_then(|membership| membership.stable_generation().ok());
        match generation.filter(|_| !consumed.is_empty()) {
            Some(generation) => {
                self.thread = Thread::Committing;
                self.commits.add(
                    CommitPurpose::Close,
                    generation,
                    consumed,
                    millis(config.request_timeout_ms),
                    out.now(),
                );
            }
            None => self.leave(out),
        }
        self.settle(out);
    }
    /// True when `close` was called and has ended.
    pub fn is_closed(&self) -> bool {
        self.thread == Thread::Closed
    }
    /// Changes the settings while running.
    pub fn set_config(&mut self, config: ConsumerConfig, out: &mut Outbox) {
        self.context.set_config(config, out);
        self.settle(out);
    }

    /// Handles all that has come of the network, then does what the thread would do where it is.
    fn settle(&mut self, out: &mut Outbox) {
        if self.thread == Thread::Closed {
            return;
        }
        while let Some(completed) = self.context.network.take_completed() {
            match completed {
                Completed::MetadataUpdated => self.on_metadata_updated(),
                Completed::Request { broker, context: request, response } => {
                    self.on_answer(Answer { broker, request, response }, out)
                }
            }
        }
        self.send_commits(out);
        match self.thread {
            Thread::Polling => self.proceed(out),
            Thread::Committing if self.commits.take_close_ended() => self.leave(out),
            Thread::Processing { .. } | Thread::Committing | Thread::Leaving | Thread::Closed => {}
        }
    }

    /// What `poll()` does while it waits.
    fn proceed(&mut self, out: &mut Outbox) {
        if let Some(membership) = &mut self.membership {
            membership.poll(&mut self.context, &mut self.commits, out);
        }
        self.send_commits(out);
        self.fetcher.initialize(&mut self.context, out);
        let coordinator = self.coordinator();
        positions::update(&mut self.context, coordinator, out);
        self.fetcher.send_fetches(&mut self.context, out);
    }

    fn send_commits(&mut self, out: &mut Outbox) {
        if !self.commits.is_waiting() {
            return;
        }
        let Some(membership) = &mut self.membership else { return };
        membership.ensure_coordinator(&mut self.context, out);
        if membership.generation.is_none() {
            self.commits.fail_waiting(ErrorCode::UnknownMemberId, &self.context, out);
        }
        self.commits.send_due(&mut self.context, membership.commit_identity().as_ref(), out);
    }

    fn on_metadata_updated(&mut self) {
        if self.membership.is_none() {
            let cluster = Arc::clone(self.context.network.metadata().cluster());
            let topics = self.context.options.topics.iter().filter_map(|name| cluster.topic_named(name));
            let all = topics.flat_map(|topic| {
                (0..topic.partitions.len()).map(|index| TopicPartition::new(topic.topic, index as u16))
            });
            let all: Vec<TopicPartition> = all.collect();
            self.context.subscriptions.assign(&all);
        }
        self.context.subscriptions.on_leaders_changed(self.context.network.metadata());
    }

    /// The application may have been away for too long: then it leaves the group by itself, so that others get its work.
    fn on_poll_interval(&mut self, out: &mut Outbox) {
        self.poll_wake_up.has_fired();
        let (Thread::Processing { since }, Some(membership)) = (self.thread, &mut self.membership) else { return };
        let give_up_at = since + millis(self.context.options.config.max_poll_interval_ms);
        if give_up_at > out.now() {
            self.poll_wake_up.no_later_than(give_up_at, Timer::PollInterval, out);
        } else {
            membership.leave(LeaveReason::PollTimeoutExpired, &mut self.context, out);
        }
    }

    fn leave(&mut self, out: &mut Outbox) {
        self.thread = Thread::Closed;
        let Some(membership) = &mut self.membership else { return };
        let is_lost = membership.stable_generation().is_err();
        assignment::revoke(&mut self.context, &[], is_lost, out);
        if membership.leave(LeaveReason::ConsumerClosed, &mut self.context, out) {
            self.thread = Thread::Leaving;
        }
    }

    fn set_paused(&mut self, partitions: &[TopicPartition], is_paused: bool) {
        for partition in partitions {
            if let Some(assigned) = self.context.subscriptions.get_mut(*partition) {
                assigned.is_paused = is_paused;
            }
        }
    }
}
