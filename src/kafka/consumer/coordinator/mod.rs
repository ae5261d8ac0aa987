//! A consumer's membership of its group. The classic protocol is here and in `joining`, the new one in `consumer_protocol`
//! (`AbstractMembershipManager`). On the classic protocol (`AbstractCoordinator`, `ConsumerCoordinator`): it looks
//! for the coordinator, joins, computes the assignment when it leads the group, heart-beats, and gives partitions up
//! before it joins again.

mod joining;
mod consumer_protocol;

use crate::kafka::assignor::Assignor;
use crate::kafka::consumer::MemberState;
use crate::kafka::consumer::assignment::{LedTopics, Remembered};
use crate::kafka::consumer::commits::{CommitIdentity, Commits};
use crate::kafka::consumer::context::{ConsumerContext, ConsumerRequest};
use crate::kafka::consumer::heartbeat::Heartbeat;
use crate::kafka::wake_up::WakeUp;
use crate::protocol::config::GroupProtocol;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, GroupId, MemberId};
use crate::protocol::message::{
    CoordinatorType, FindCoordinatorRequest, FindCoordinatorResponse, HeartbeatRequest, HeartbeatResponse, JoinReason,
    LeaveGroupRequest, LeaveReason, Request,
};
use crate::protocol::offset::Generation;
use crate::protocol::timer::Timer;
use crate::sim::time::SimTime;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;
use consumer_protocol::Reconciliation;

/// What is done before a JoinGroup is sent (`onJoinPrepare`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum JoinPrepare {
    #[default]
    NotStarted,
    /// Positions are being committed.
    Committing,
    /// What has to be given up has been.
    Done,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsumerCoordinator {
    group: GroupId,
    pub coordinator: Option<BrokerId>,
    pub member: Option<MemberId>,
    pub generation: Option<Generation>,
    pub state: MemberState,
    assignor: Option<Assignor>,
    /// Why it has to join; `None` when it has not.
    rejoin: Option<JoinReason>,
    prepare: JoinPrepare,
    /// Counts attempts to join: what answers an earlier one is out of date.
    attempt: u32,
    led_topics: Option<LedTopics>,
    remembered: Remembered,
    heartbeat: Heartbeat,
    is_looking_up: bool,
    failures: u32,
    retry_at: SimTime,
    retry_wake_up: WakeUp,
    /// `Some`: it speaks the new protocol (KIP-848).
    modern: Option<Reconciliation>,
}

impl ConsumerCoordinator {
    pub fn new(group: GroupId, protocol: GroupProtocol) -> Self {
        Self {
            group,
            coordinator: None,
            member: None,
            generation: None,
            state: MemberState::Unjoined,
            assignor: None,
            rejoin: Some(JoinReason::FirstJoin),
            prepare: JoinPrepare::NotStarted,
            attempt: 0,
            led_topics: None,
            remembered: Remembered::default(),
            heartbeat: Heartbeat::default(),
            is_looking_up: false,
            failures: 0,
            retry_at: SimTime::ZERO,
            retry_wake_up: WakeUp::default(),
            modern: match protocol {
                GroupProtocol::Classic => None,
                GroupProtocol::Consumer => Some(Reconciliation::new()),
            },
        }
    }
    /// The assignor that the group has chosen.
    pub fn assignor(&self) -> Option<Assignor> {
        self.assignor
    }
    /// Under which name to commit now; `None` without a coordinator or a stable membership.
    pub fn commit_identity(&self) -> Option<CommitIdentity> {
        let (Some(coordinator), Some(member), Some(generation)) =
            (self.coordinator, self.member.clone(), self.generation)
        else {
            return None;
        };
        Some(CommitIdentity { group: self.group.clone(), coordinator, member, generation })
    }
    /// The generation in which the member may commit, or why it may not (`generationIfStable`).
    pub fn stable_generation(&self) -> Result<Generation, ErrorCode> {
        match (self.state, self.generation) {
            (MemberState::Stable, Some(generation)) => Ok(generation),
            (MemberState::PreparingRebalance | MemberState::CompletingRebalance, _) => {
                Err(ErrorCode::RebalanceInProgress)
            }
            (MemberState::Unjoined | MemberState::Stable, _) => Err(ErrorCode::UnknownMemberId),
        }
    }

    /// Inside `poll()`: joins when that is needed, commits when the interval has passed.
    pub fn poll(&mut self, context: &mut ConsumerContext, commits: &mut Commits, out: &mut Outbox) {
        if !context.network.metadata().is_known() || context.error.is_some() {
            return;
        }
        if self.modern.is_some() {
            return self.poll_consumer_protocol(context, commits, out);
        }
        if commits.take_revocation_ended() && self.prepare == JoinPrepare::Committing {
            self.give_up(context, out);
        }
        let Some(coordinator) = self.ensure_coordinator(context, out) else { return };
        if self.led_topics.as_ref().is_some_and(|led| led.have_changed(context)) {
            self.led_topics = None;
            self.rejoin.get_or_insert(JoinReason::SubscriptionChanged);
        }
        match (self.state, self.rejoin, self.generation) {
            (MemberState::Unjoined | MemberState::Stable, Some(reason), _) => {
                self.prepare_to_join(coordinator, reason, context, commits, out)
            }
            (MemberState::Stable, None, Some(generation)) => commits.maybe_auto_commit(context, generation, out),
            (MemberState::Unjoined | MemberState::Stable, None, _) => {}
            (MemberState::PreparingRebalance | MemberState::CompletingRebalance, _, _) => {}
        }
    }

    /// An attempt to join has failed; it is tried again, sooner or later.
    fn fail_join(&mut self, broker: BrokerId, error: ErrorCode, context: &mut ConsumerContext, out: &mut Outbox) {
        self.state = MemberState::Unjoined;
        self.heartbeat.disable();
        match error {
            ErrorCode::UnknownMemberId => self.lose_membership(None),
            ErrorCode::IllegalGeneration => self.lose_membership(self.member.clone()),
            ErrorCode::RebalanceInProgress => self.rejoin = Some(JoinReason::RebalanceInProgress),
            ErrorCode::FencedInstanceId
            | ErrorCode::InconsistentGroupProtocol
            | ErrorCode::InvalidSessionTimeout
            | ErrorCode::InvalidRequest => {
                context.error = Some(error);
            }
            _ => {
                self.on_coordinator_error(broker, error);
                self.retry_at = context.backoff_end(self.failures, out.now());
                self.failures += 1;
            }
        }
    }

    /// Forgets the coordinator when this error says that the broker is not one.
    pub fn on_coordinator_error(&mut self, broker: BrokerId, error: ErrorCode) {
        let is_telling = matches!(
            error,
            ErrorCode::CoordinatorNotAvailable
                | ErrorCode::NotCoordinator
                | ErrorCode::NetworkException
                | ErrorCode::RequestTimedOut
        );
        if is_telling && self.coordinator == Some(broker) {
            self.coordinator = None;
        }
    }

    /// What a commit's error says of the membership (`OffsetCommitResponseHandler`).
    pub fn on_commit_error(
        &mut self,
        broker: BrokerId,
        generation: Generation,
        error: ErrorCode,
        context: &mut ConsumerContext,
    ) {
        self.on_coordinator_error(broker, error);
        // In the new protocol heartbeats alone decide on the membership.
        if self.generation != Some(generation) || self.state != MemberState::Stable || self.modern.is_some() {
            return;
        }
        match error {
            ErrorCode::RebalanceInProgress => {
                self.rejoin.get_or_insert(JoinReason::RebalanceInProgress);
            }
            ErrorCode::UnknownMemberId => self.lose_membership(None),
            ErrorCode::IllegalGeneration => self.lose_membership(self.member.clone()),
            ErrorCode::FencedInstanceId => context.error = Some(error),
            _ => {}
        }
    }

    /// The coordinator does not know this generation, or not even the member (which then is `None`): it has to join anew.
    fn lose_membership(&mut self, member: Option<MemberId>) {
        self.member = member;
        self.generation = None;
        self.state = MemberState::Unjoined;
        self.attempt += 1;
        self.rejoin = Some(JoinReason::Rejoin);
        self.prepare = JoinPrepare::NotStarted;
        self.led_topics = None;
        self.heartbeat.disable();
    }

    /// Leaves the group; true when a LeaveGroup was sent. A static member leaves without a word (KIP-345).
    pub fn leave(&mut self, reason: LeaveReason, context: &mut ConsumerContext, out: &mut Outbox) -> bool {
        if self.modern.is_some() {
            return self.leave_consumer_protocol(context, out);
        }
        let group_instance_id = context.group_instance_id();
        let is_joined = self.state != MemberState::Unjoined && group_instance_id.is_none();
        let request = self.member.clone().filter(|_| is_joined).map(|member| LeaveGroupRequest {
            group: self.group.clone(),
            member,
            group_instance_id,
            reason,
        });
        self.lose_membership(None);
        if let (Some(coordinator), Some(request)) = (self.coordinator, request) {
            context.network.send(coordinator, Request::LeaveGroup(request), ConsumerRequest::LeaveGroup, out);
            return true;
        }
        false
    }

    /// The coordinator; when it is not known, asks for it.
    pub fn ensure_coordinator(&mut self, context: &mut ConsumerContext, out: &mut Outbox) -> Option<BrokerId> {
        if self.coordinator.is_some() || self.is_looking_up {
            return self.coordinator;
        }
        let now = out.now();
        let broker = if self.retry_at <= now { context.network.least_loaded_broker(now) } else { None };
        match broker {
            Some(broker) => {
                self.is_looking_up = true;
                let request = Request::FindCoordinator(FindCoordinatorRequest {
                    key_type: CoordinatorType::Group,
                    key: self.group.0.clone(),
                });
                context.network.send(broker, request, ConsumerRequest::FindCoordinator, out);
            }
            None => {
                if self.retry_at <= now {
                    self.retry_at = context.backoff_end(0, now);
                }
                self.retry_wake_up.no_later_than(self.retry_at, Timer::CoordinatorRetry, out);
            }
        }
        None
    }

    /// `FindCoordinatorResponseHandler`.
    pub fn on_find_coordinator(
        &mut self,
        response: Result<FindCoordinatorResponse, ErrorCode>,
        context: &mut ConsumerContext,
        out: &mut Outbox,
    ) {
        self.is_looking_up = false;
        self.coordinator =
            response.ok().filter(|response| response.error.is_none()).and_then(|response| response.coordinator);
        match self.coordinator {
            Some(coordinator) => {
                self.failures = 0;
                self.retry_at = out.now();
                // The coordinator may be a new one that has not heard of us yet.
                self.heartbeat.restart_session(&context.options.config, out);
                out.record(TraceEvent::CoordinatorFound {
                    client: context.options.client,
                    group: self.group.clone(),
                    coordinator,
                });
            }
            None => {
                self.retry_at = context.backoff_end(self.failures, out.now());
                self.failures += 1;
                self.retry_wake_up.no_later_than(self.retry_at, Timer::CoordinatorRetry, out);
            }
        }
    }

    /// The timer of retries has fired.
    pub fn on_retry_timer(&mut self) {
        self.retry_wake_up.has_fired();
    }

    /// In the background: tells the coordinator that this member lives, or looks for it.
    pub fn on_heartbeat_timer(&mut self, context: &mut ConsumerContext, out: &mut Outbox) {
        self.heartbeat.has_fired();
        if let Some(modern) = &mut self.modern {
            modern.has_fired();
        }
        self.maybe_heartbeat(context, out);
    }

    /// Sends a heartbeat if it is time.
    pub fn maybe_heartbeat(&mut self, context: &mut ConsumerContext, out: &mut Outbox) {
        if self.modern.is_some() {
            return self.maybe_heartbeat_consumer_protocol(context, out);
        }
        if !self.heartbeat.is_enabled() {
            return;
        }
        if self.heartbeat.is_session_over(out.now()) {
            self.coordinator = None;
            self.heartbeat.restart_session(&context.options.config, out);
        }
        let Some(coordinator) = self.ensure_coordinator(context, out) else { return };
        let (Some(member), Some(generation)) = (self.member.clone(), self.generation) else { return };
        if self.heartbeat.is_due(out.now()) && context.network.can_send(coordinator, out.now()) {
            let request = Request::Heartbeat(HeartbeatRequest {
                group: self.group.clone(),
                generation,
                member,
                group_instance_id: context.group_instance_id(),
            });
            self.heartbeat.on_sent(&context.options.config, out.now());
            context.network.send(coordinator, request, ConsumerRequest::Heartbeat { generation }, out);
        }
        self.heartbeat.set_timer(context.network.blocked_until(coordinator, out.now()), out);
    }

    /// `HeartbeatResponseHandler`.
    pub fn on_heartbeat(
        &mut self,
        broker: BrokerId,
        generation: Generation,
        response: Result<HeartbeatResponse, ErrorCode>,
        context: &mut ConsumerContext,
        out: &mut Outbox,
    ) {
        self.heartbeat.on_answered();
        let error = response.map_or_else(|error| error, |response| response.error);
        self.on_coordinator_error(broker, error);
        if self.generation != Some(generation) {
            return self.heartbeat.set_timer(None, out);
        }
        match error {
            ErrorCode::None => self.heartbeat.on_received(&context.options.config, out.now()),
            ErrorCode::RebalanceInProgress => {
                self.heartbeat.on_received(&context.options.config, out.now());
                if self.state == MemberState::Stable {
                    self.rejoin.get_or_insert(JoinReason::RebalanceInProgress);
                }
            }
            ErrorCode::UnknownMemberId => self.lose_membership(None),
            ErrorCode::IllegalGeneration => self.lose_membership(self.member.clone()),
            ErrorCode::FencedInstanceId => context.error = Some(error),
            _ => self.heartbeat.retry_at(context.backoff_end(0, out.now())),
        }
        self.heartbeat.set_timer(None, out);
    }
}
