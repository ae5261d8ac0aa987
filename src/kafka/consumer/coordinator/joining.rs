//! One attempt to join: what is done before (`onJoinPrepare`), JoinGroup, SyncGroup, and what is done with the assignment
//! (`onJoinComplete`).

use super::{ConsumerCoordinator, JoinPrepare};
use crate::kafka::assignor::Assignor;
use crate::kafka::consumer::MemberState;
use crate::kafka::consumer::assignment::{self, LedTopics, Remembered};
use crate::kafka::consumer::commits::{CommitPurpose, Commits};
use crate::kafka::consumer::context::{ConsumerContext, ConsumerRequest};
use crate::protocol::config::millis;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, TopicPartition};
use crate::protocol::message::{
    JoinGroupRequest, JoinGroupResponse, JoinReason, Request, SyncGroupRequest, SyncGroupResponse,
};
use crate::protocol::offset::Generation;
use crate::protocol::timer::Timer;
use crate::sim::sort::Sort;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

/// `JOIN_GROUP_TIMEOUT_LAPSE`: a JoinGroup is answered when the rebalance is over, so it may take as long and some more.
const JOIN_GROUP_LAPSE: SimDuration = SimDuration::from_secs(5);

impl ConsumerCoordinator {
    /// `onJoinPrepare`: commits, gives partitions up, then joins.
    pub(super) fn prepare_to_join(
        &mut self,
        coordinator: BrokerId,
        reason: JoinReason,
        context: &mut ConsumerContext,
        commits: &mut Commits,
        out: &mut Outbox,
    ) {
        if self.prepare == JoinPrepare::NotStarted {
            let consumed = if context.options.config.enable_auto_commit {
                context.subscriptions.all_consumed()
            } else {
                Vec::new()
            };
            match self.generation {
                Some(generation) if self.state == MemberState::Stable && !consumed.is_empty() => {
                    let timeout = millis(context.options.config.max_poll_interval_ms);
                    commits.add(CommitPurpose::Revocation, generation, consumed, timeout, out.now());
                    context.subscriptions.are_pending_revocation = !assignment::is_cooperative(&context.options.config);
                    self.prepare = JoinPrepare::Committing;
                }
                Some(_) | None => self.give_up(context, out),
            }
        }
        if self.prepare != JoinPrepare::Done {
            return;
        }
        if self.retry_at > out.now() {
            self.retry_wake_up.no_later_than(self.retry_at, Timer::CoordinatorRetry, out);
        } else if context.network.can_send(coordinator, out.now()) {
            self.send_join(coordinator, reason, context, out);
        } else if let Some(until) = context.network.blocked_until(coordinator, out.now()) {
            self.retry_wake_up.no_later_than(until, Timer::CoordinatorRetry, out);
        }
    }

    /// Gives up what a member may not keep while it joins: everything with an eager assignor, or without a membership.
    pub(super) fn give_up(&mut self, context: &mut ConsumerContext, out: &mut Outbox) {
        self.prepare = JoinPrepare::Done;
        context.subscriptions.are_pending_revocation = false;
        let is_lost = self.generation.is_none();
        if is_lost || !assignment::is_cooperative(&context.options.config) {
            assignment::revoke(context, &[], is_lost, out);
        }
    }

    fn send_join(
        &mut self,
        coordinator: BrokerId,
        reason: JoinReason,
        context: &mut ConsumerContext,
        out: &mut Outbox,
    ) {
        self.attempt += 1;
        self.state = MemberState::PreparingRebalance;
        self.heartbeat.disable();
        let config = &context.options.config;
        let rebalance_timeout = millis(config.max_poll_interval_ms);
        let request = Request::JoinGroup(JoinGroupRequest {
            group: self.group.clone(),
            member: self.member.clone(),
            group_instance_id: context.group_instance_id(),
            client_id: context.options.name.clone(),
            session_timeout: millis(config.session_timeout_ms),
            rebalance_timeout,
            protocols: assignment::subscriptions(context, self.generation, &self.remembered),
            reason,
        });
        let timeout = millis(config.request_timeout_ms).max(rebalance_timeout + JOIN_GROUP_LAPSE);
        let sent = ConsumerRequest::JoinGroup { attempt: self.attempt };
        context.network.send_with_timeout(coordinator, request, sent, timeout, out);
    }

    /// `JoinGroupResponseHandler`.
    pub fn on_join(
        &mut self,
        broker: BrokerId,
        attempt: u32,
        response: Result<JoinGroupResponse, ErrorCode>,
        context: &mut ConsumerContext,
        out: &mut Outbox,
    ) {
        if attempt != self.attempt || self.state != MemberState::PreparingRebalance {
            return;
        }
        let response = match response {
            Ok(response) if response.error.is_none() => response,
            Ok(JoinGroupResponse { error: ErrorCode::MemberIdRequired, member, .. }) => {
                self.member = member;
                self.state = MemberState::Unjoined;
                self.rejoin = Some(JoinReason::MemberIdGiven);
                return;
            }
            Ok(JoinGroupResponse { error, .. }) | Err(error) => return self.fail_join(broker, error, context, out),
        };
        self.generation = Some(response.generation);
        self.assignor = response.protocol.as_deref().and_then(Assignor::from_name);
        let is_leader = response.leader.is_some() && response.leader == response.member;
        self.member = response.member.clone();
        self.state = MemberState::CompletingRebalance;
        self.heartbeat.enable(&context.options.config, out);
        self.led_topics = is_leader.then(|| LedTopics::new(context, &response.members));
        let assignments = match self.assignor {
            Some(assignor) if is_leader && !response.skip_assignment => {
                assignment::compute(assignor, context, &response.members)
            }
            Some(_) | None => Vec::new(),
        };
        let Some(member) = self.member.clone() else { return };
        let request = Request::SyncGroup(SyncGroupRequest {
            group: self.group.clone(),
            generation: response.generation,
            member,
            group_instance_id: context.group_instance_id(),
            assignments,
        });
        context.network.send(broker, request, ConsumerRequest::SyncGroup { attempt }, out);
    }

    /// `SyncGroupResponseHandler`, `onJoinComplete`.
    pub fn on_sync(
        &mut self,
        broker: BrokerId,
        attempt: u32,
        response: Result<SyncGroupResponse, ErrorCode>,
        context: &mut ConsumerContext,
        out: &mut Outbox,
    ) {
        if attempt != self.attempt || self.state != MemberState::CompletingRebalance {
            return;
        }
        let assigned = match response {
            Ok(response) if response.error.is_none() => response.assignment,
            Ok(SyncGroupResponse { error, .. }) | Err(error) => return self.fail_join(broker, error, context, out),
        };
        let Some(generation) = self.generation else { return };
        self.state = MemberState::Stable;
        self.rejoin = None;
        self.prepare = JoinPrepare::NotStarted;
        self.failures = 0;
        self.remembered = Remembered { partitions: assigned.clone(), generation: Some(generation) };
        if self.take_assignment(&assigned, generation, context, out) {
            self.rejoin = Some(JoinReason::RevokedPartitions);
        }
    }

    /// True when partitions had to be given up, so that the member has to join once more (KIP-429).
    fn take_assignment(
        &mut self,
        assigned: &[TopicPartition],
        generation: Generation,
        context: &mut ConsumerContext,
        out: &mut Outbox,
    ) -> bool {
        let owned = context.subscriptions.partitions();
        let has_revoked = owned.iter().any(|partition| !assigned.contains(partition));
        if has_revoked {
            assignment::revoke(context, assigned, false, out);
        }
        let mut added: Vec<TopicPartition> =
            assigned.iter().filter(|partition| !owned.contains(partition)).copied().collect();
        added.arrange();
        context.subscriptions.assign(assigned);
        out.record(TraceEvent::PartitionsAssigned {
            client: context.options.client,
            group: self.group.clone(),
            partitions: added,
            generation,
        });
        has_revoked
    }
}
