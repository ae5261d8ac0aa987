//! Commits of a group's offsets (`ConsumerCoordinator.commitOffsetsSync`, `…Async`, `maybeAutoCommitOffsetsAsync`): who
//! asked for one, when it is sent again, and what its errors mean.

use crate::kafka::consumer::context::{ConsumerContext, ConsumerRequest};
use crate::kafka::consumer::{CommitMode, CommitResult, CommitTicket};
use crate::kafka::wake_up::WakeUp;
use crate::protocol::config::{GroupProtocol, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, GroupId, MemberId, TopicPartition};
use crate::protocol::message::{CommittedOffset, OffsetCommitRequest, OffsetCommitResponse, Request};
use crate::protocol::offset::Generation;
use crate::protocol::timer::Timer;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

/// `default.api.timeout.ms`: how long commitSync tries.
const API_TIMEOUT: SimDuration = SimDuration::from_secs(60);

/// Why a commit is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitPurpose {
    Manual {
        ticket: CommitTicket,
        mode: CommitMode,
    },
    /// `auto.commit.interval.ms` has passed.
    Auto,
    /// Before partitions are given up.
    Revocation,
    Close,
}

impl CommitPurpose {
    /// True when a retriable error is not the end of it.
    const fn is_retried(self) -> bool {
        match self {
            Self::Manual { mode: CommitMode::Sync, .. } | Self::Revocation | Self::Close => true,
            Self::Manual { mode: CommitMode::Async, .. } | Self::Auto => false,
        }
    }
}

/// A commit that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    pub purpose: CommitPurpose,
    pub generation: Generation,
    offsets: Vec<(TopicPartition, CommittedOffset)>,
    deadline: SimTime,
    retry_at: SimTime,
    failures: u32,
}

/// Under which name a member commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitIdentity {
    pub group: GroupId,
    pub coordinator: BrokerId,
    pub member: MemberId,
    pub generation: Generation,
}

/// A consumer's commits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Commits {
    results: Vec<CommitResult>,
    next_ticket: u32,
    /// Those that are to be sent, now or after a back-off.
    waiting: Vec<Commit>,
    next_auto_commit: SimTime,
    auto_wake_up: WakeUp,
    has_revocation_ended: bool,
    has_close_ended: bool,
}

impl Commits {
    pub fn on_start(&mut self, context: &ConsumerContext, now: SimTime) {
        self.next_auto_commit = now + millis(context.options.config.auto_commit_interval_ms);
    }
    pub fn on_auto_commit_timer(&mut self) {
        self.auto_wake_up.has_fired();
    }
    pub fn take_results(&mut self) -> Vec<CommitResult> {
        std::mem::take(&mut self.results)
    }
    pub fn take_ticket(&mut self) -> CommitTicket {
        self.next_ticket += 1;
        CommitTicket(self.next_ticket)
    }
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }
    /// Adds a commit to those that are to be sent.
    pub fn add(
        &mut self,
        purpose: CommitPurpose,
        generation: Generation,
        offsets: Vec<(TopicPartition, CommittedOffset)>,
        timeout: SimDuration,
        now: SimTime,
    ) {
        self.waiting.push(Commit { purpose, generation, offsets, deadline: now + timeout, retry_at: now, failures: 0 });
    }
    /// A commit by the application.
    pub fn add_manual(
        &mut self,
        mode: CommitMode,
        generation: Generation,
        offsets: Vec<(TopicPartition, CommittedOffset)>,
        now: SimTime,
    ) -> CommitTicket {
        let ticket = self.take_ticket();
        self.add(CommitPurpose::Manual { ticket, mode }, generation, offsets, API_TIMEOUT, now);
        ticket
    }
    /// Positions that are to be committed because the interval has passed. Called inside `poll()` only: what the last
    /// poll returned has been processed by then.
    pub fn maybe_auto_commit(&mut self, context: &ConsumerContext, generation: Generation, out: &mut Outbox) {
        let config = &context.options.config;
        if !config.enable_auto_commit {
            return;
        }
        let now = out.now();
        if self.next_auto_commit <= now {
            self.next_auto_commit = now + millis(config.auto_commit_interval_ms);
            let consumed = context.subscriptions.all_consumed();
            if !consumed.is_empty() {
                self.add(CommitPurpose::Auto, generation, consumed, API_TIMEOUT, now);
            }
        }
        self.auto_wake_up.no_later_than(self.next_auto_commit, Timer::AutoCommit, out);
    }
    /// Sends what is due. `None`: there is no coordinator, or the membership is gone.
    pub fn send_due(&mut self, context: &mut ConsumerContext, identity: Option<&CommitIdentity>, out: &mut Outbox) {
        if self.waiting.is_empty() {
            return;
        }
        let now = out.now();
        self.expire(context, out);
        let mut index = 0;
        while index < self.waiting.len() {
            let commit = &self.waiting[index];
            let Some(identity) = identity
                .filter(|identity| commit.retry_at <= now && context.network.can_send(identity.coordinator, now))
            else {
                let blocked_until =
                    identity.and_then(|identity| context.network.blocked_until(identity.coordinator, now));
                let next = [Some(commit.retry_at), blocked_until].into_iter().flatten().filter(|at| *at > now).max();
                context.look_again_at(next.unwrap_or(commit.deadline), out);
                index += 1;
                continue;
            };
            let mut commit = self.waiting.remove(index);
            if context.options.config.group_protocol == GroupProtocol::Consumer {
                // A member's epoch moves on while it keeps its partitions: the present one counts.
                commit.generation = identity.generation;
            }
            let request = Request::OffsetCommit(OffsetCommitRequest {
                group: identity.group.clone(),
                generation: commit.generation,
                member: Some(identity.member.clone()),
                group_instance_id: context.group_instance_id(),
                offsets: commit.offsets.clone(),
            });
            context.network.send(identity.coordinator, request, ConsumerRequest::OffsetCommit(commit), out);
        }
    }
    /// Commits that have waited too long for a coordinator.
    fn expire(&mut self, context: &ConsumerContext, out: &mut Outbox) {
        let now = out.now();
        while let Some(index) = self.waiting.iter().position(|commit| commit.deadline <= now) {
            let commit = self.waiting.remove(index);
            self.end(&commit, Err(ErrorCode::RequestTimedOut), context, out);
        }
    }
    /// The membership under which the waiting commits were made is gone.
    pub fn fail_waiting(&mut self, error: ErrorCode, context: &ConsumerContext, out: &mut Outbox) {
        for commit in std::mem::take(&mut self.waiting) {
            self.end(&commit, Err(error), context, out);
        }
    }
    /// The coordinator's answer. Returns its error.
    pub fn on_response(
        &mut self,
        mut commit: Commit,
        response: Result<OffsetCommitResponse, ErrorCode>,
        context: &mut ConsumerContext,
        out: &mut Outbox,
    ) -> ErrorCode {
        let error = match response {
            Ok(response) => {
                response.partitions.iter().map(|(_, error)| *error).find(|error| !error.is_none()).unwrap_or_default()
            }
            Err(error) => error,
        };
        let now = out.now();
        if error.is_none() {
            for (partition, committed) in &commit.offsets {
                if let Some(assigned) = context.subscriptions.get_mut(*partition) {
                    assigned.committed = Some(*committed);
                }
            }
            self.end(&commit, Ok(()), context, out);
            return error;
        }
        // The member's epoch has moved on: with the new one the commit is good (KIP-848).
        let is_stale = error == ErrorCode::StaleMemberEpoch;
        if (is_retriable(error) || is_stale) && commit.purpose.is_retried() && now < commit.deadline {
            commit.retry_at = context.backoff_end(commit.failures, now);
            commit.failures += 1;
            context.look_again_at(commit.retry_at, out);
            self.waiting.push(commit);
            return error;
        }
        if is_retriable(error) && commit.purpose == CommitPurpose::Auto {
            self.next_auto_commit = self.next_auto_commit.min(context.backoff_end(0, now));
            self.auto_wake_up.no_later_than(self.next_auto_commit, Timer::AutoCommit, out);
        }
        self.end(&commit, Err(error), context, out);
        error
    }
    /// Tells whoever asked.
    fn end(&mut self, commit: &Commit, outcome: Result<(), ErrorCode>, context: &ConsumerContext, out: &mut Outbox) {
        if let (Err(error), Some(group)) = (outcome, context.options.group.clone()) {
            out.record(TraceEvent::CommitFailed { client: context.options.client, group, error });
        }
        match commit.purpose {
            CommitPurpose::Manual { ticket, .. } => self.results.push(CommitResult { ticket, outcome }),
            CommitPurpose::Revocation => self.has_revocation_ended = true,
            CommitPurpose::Close => self.has_close_ended = true,
            CommitPurpose::Auto => {}
        }
    }
    /// True once after the commit before a revocation has ended, well or not.
    pub fn take_revocation_ended(&mut self) -> bool {
        std::mem::take(&mut self.has_revocation_ended)
    }
    /// True once after the last commit of a closing consumer has ended, well or not.
    pub fn take_close_ended(&mut self) -> bool {
        std::mem::take(&mut self.has_close_ended)
    }
    /// A commit that ends before it is sent.
    pub fn refuse(&mut self, error: ErrorCode, context: &ConsumerContext, out: &mut Outbox) -> CommitTicket {
        let ticket = self.take_ticket();
        self.results.push(CommitResult { ticket, outcome: Err(error) });
        if let Some(group) = context.options.group.clone() {
            out.record(TraceEvent::CommitFailed { client: context.options.client, group, error });
        }
        ticket
    }
}

/// `OffsetCommitResponseHandler`: errors after which the same commit may succeed.
fn is_retriable(error: ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::CoordinatorLoadInProgress
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::CoordinatorNotAvailable
            | ErrorCode::NotCoordinator
            | ErrorCode::RequestTimedOut
            | ErrorCode::NetworkException
    )
}
