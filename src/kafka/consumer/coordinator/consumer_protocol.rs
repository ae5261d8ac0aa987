//! A member of a group of the new protocol (KIP-848, `ConsumerMembershipManager`, `ConsumerHeartbeatRequestManager`): it
//! tells what it owns, is told what it shall own, gives up what it has to inside `poll()`, and says so at once. There is no
//! barrier: each member goes at its own pace.
//!
//! Simplified: a group that the coordinator does not know is joined anew, where Kafka's consumer gives up.

use super::{ConsumerCoordinator, JoinPrepare};
use crate::kafka::consumer::MemberState;
use crate::kafka::consumer::assignment;
use crate::kafka::consumer::commits::{CommitPurpose, Commits};
use crate::kafka::consumer::context::{ConsumerContext, ConsumerRequest};
use crate::kafka::wake_up::WakeUp;
use crate::protocol::config::millis;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, MemberId, Rack, TopicPartition};
use crate::protocol::message::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, Request};
use crate::protocol::offset::{Generation, MemberEpoch};
use crate::protocol::timer::Timer;
use crate::sim::rng::Stream;
use crate::sim::time::{SimDuration, SimTime};
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

/// What a member of the new protocol keeps beside its name, epoch and coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reconciliation {
    /// The coordinator says how often it wants to hear of a member.
    interval: SimDuration,
    is_in_flight: bool,
    next_at: SimTime,
    /// What it shall own, until it does.
    assignment: Option<Vec<TopicPartition>>,
    /// What the coordinator was last told that it owns; `None`: it is to be told everything.
    told: Option<Vec<TopicPartition>>,
    failures: u32,
    wake_up: WakeUp,
}

impl Reconciliation {
    /// A member that has not joined.
    pub(super) fn new() -> Self {
        Self {
            interval: SimDuration::ZERO,
            is_in_flight: false,
            next_at: SimTime::ZERO,
            assignment: None,
            told: None,
            failures: 0,
            wake_up: WakeUp::default(),
        }
    }
    pub(super) fn has_fired(&mut self) {
        self.wake_up.has_fired();
    }
}

impl ConsumerCoordinator {
    /// Inside `poll()`: joins, takes over what it was assigned, commits when the interval has passed.
    pub(super) fn poll_consumer_protocol(
        &mut self,
        context: &mut ConsumerContext,
        commits: &mut Commits,
        out: &mut Outbox,
    ) {
        if self.state == MemberState::Unjoined {
            // Whatever it still holds is another's by now.
            assignment::revoke(context, &[], true, out);
            self.begin_joining(context, out);
        }
        if commits.take_revocation_ended() && self.prepare == JoinPrepare::Committing {
            self.prepare = JoinPrepare::Done;
        }
        self.reconcile(context, commits, out);
        if let (MemberState::Stable, Some(generation)) = (self.state, self.generation) {
            commits.maybe_auto_commit(context, generation, out);
        }
        self.maybe_heartbeat_consumer_protocol(context, out);
    }

    /// A member makes up its own name, once in the life of its process.
    fn begin_joining(&mut self, context: &ConsumerContext, out: &Outbox) {
        let options = &context.options;
        let name = || {
            let mut chance = Stream::new(options.seed, "member-id", u64::from(options.client.0));
            MemberId(format!("{}-{:016x}", options.name, chance.bits()).into())
        };
        self.member.get_or_insert_with(name);
        self.state = MemberState::PreparingRebalance;
        self.rejoin = None;
        if let Some(modern) = &mut self.modern {
            (modern.assignment, modern.told, modern.next_at) = (None, None, out.now());
        }
    }

    /// Gives up what is not its own any more, after a last commit of it, and takes over what is new.
    fn reconcile(&mut self, context: &mut ConsumerContext, commits: &mut Commits, out: &mut Outbox) {
        let (Some(modern), Some(generation)) = (&mut self.modern, self.generation) else { return };
        let Some(target) = modern.assignment.clone() else { return };
        let owned = context.subscriptions.partitions();
        let must_revoke = owned.iter().any(|partition| !target.contains(partition));
        if must_revoke && self.prepare == JoinPrepare::NotStarted && context.options.config.enable_auto_commit {
            let consumed = context.subscriptions.all_consumed();
            if !consumed.is_empty() {
                let timeout = millis(context.options.config.max_poll_interval_ms);
                commits.add(CommitPurpose::Revocation, generation, consumed, timeout, out.now());
                self.prepare = JoinPrepare::Committing;
            }
        }
        if self.prepare == JoinPrepare::Committing {
            return;
        }
        self.prepare = JoinPrepare::NotStarted;
        if must_revoke {
            assignment::revoke(context, &target, false, out);
        }
        let added: Vec<TopicPartition> =
            target.iter().filter(|partition| !owned.contains(partition)).copied().collect();
        context.subscriptions.assign(&target);
        if !added.is_empty() {
            out.record(TraceEvent::PartitionsAssigned {
                client: context.options.client,
                group: self.group.clone(),
                partitions: added,
                generation,
            });
        }
        // The coordinator waits for this before it gives what was let go of to others.
        (modern.assignment, modern.next_at) = (None, out.now());
    }

    /// Sends a heartbeat if it is time; in the background, whatever the application does.
    pub(super) fn maybe_heartbeat_consumer_protocol(&mut self, context: &mut ConsumerContext, out: &mut Outbox) {
        if self.state == MemberState::Unjoined || context.error.is_some() {
            return;
        }
        let Some(coordinator) = self.ensure_coordinator(context, out) else { return };
        let now = out.now();
        let (Some(modern), Some(member)) = (&mut self.modern, self.member.clone()) else { return };
        if modern.is_in_flight {
            return;
        }
        let at = modern.next_at.max(context.network.blocked_until(coordinator, now).unwrap_or_default());
        if at > now || !context.network.can_send(coordinator, now) {
            return modern.wake_up.no_later_than(at.max(now), Timer::Heartbeat, out);
        }
        let owned = context.subscriptions.partitions();
        let is_full = modern.told.is_none();
        let config = &context.options.config;
        let member_epoch = self.generation.map_or(MemberEpoch::JOIN, |generation| MemberEpoch(generation.0));
        let request = Request::ConsumerGroupHeartbeat(ConsumerGroupHeartbeatRequest {
            group: self.group.clone(),
            member,
            member_epoch,
            group_instance_id: context.group_instance_id(),
            client_id: context.options.name.clone(),
            rack: Some(&config.client_rack).filter(|rack| !rack.is_empty()).map(|rack| Rack(rack.clone())),
            rebalance_timeout: is_full.then(|| millis(config.max_poll_interval_ms)),
            subscribed_topics: is_full.then(|| context.options.topics.clone()),
            server_assignor: Some(&config.group_remote_assignor).filter(|name| !name.is_empty()).cloned(),
            owned_partitions: (modern.told.as_ref() != Some(&owned)).then(|| owned.clone()),
        });
        (modern.told, modern.is_in_flight) = (Some(owned), true);
        let sent = ConsumerRequest::ConsumerGroupHeartbeat { attempt: self.attempt };
        context.network.send(coordinator, request, sent, out);
    }

    /// The coordinator's answer (`ConsumerHeartbeatRequestManager.onResponse`).
    pub fn on_consumer_heartbeat(
        &mut self,
        broker: BrokerId,
        attempt: u32,
        response: Result<ConsumerGroupHeartbeatResponse, ErrorCode>,
        context: &mut ConsumerContext,
        out: &mut Outbox,
    ) {
        let Some(modern) = self.modern.as_mut().filter(|_| attempt == self.attempt) else { return };
        modern.is_in_flight = false;
        let response = match response {
            Ok(response) if response.error.is_none() => response,
            Ok(ConsumerGroupHeartbeatResponse { error, .. }) | Err(error) => {
                return self.on_heartbeat_refused(broker, error, context, out);
            }
        };
        modern.failures = 0;
        modern.interval = response.heartbeat_interval;
        modern.next_at = out.now() + response.heartbeat_interval;
        if let Some(mut assignment) = response.assignment {
            assignment.sort();
            modern.assignment = Some(assignment);
        }
        self.generation = Some(Generation(response.member_epoch.0));
        self.state = MemberState::Stable;
        self.maybe_heartbeat_consumer_protocol(context, out);
    }

    fn on_heartbeat_refused(
        &mut self,
        broker: BrokerId,
        error: ErrorCode,
        context: &mut ConsumerContext,
        out: &mut Outbox,
    ) {
        self.on_coordinator_error(broker, error);
        match error {
            ErrorCode::UnknownMemberId | ErrorCode::FencedMemberEpoch | ErrorCode::GroupIdNotFound => {
                self.lose_consumer_membership();
            }
            ErrorCode::FencedInstanceId
            | ErrorCode::UnreleasedInstanceId
            | ErrorCode::UnsupportedAssignor
            | ErrorCode::InvalidRequest => context.error = Some(error),
            _ => {
                let Some(modern) = &mut self.modern else { return };
                modern.next_at = context.backoff_end(modern.failures, out.now());
                modern.failures += 1;
                // Whether the last one was heard is not known: the next one tells everything.
                modern.told = None;
                self.maybe_heartbeat_consumer_protocol(context, out);
            }
        }
    }

    /// Fenced: it keeps its name, and joins again with its next `poll()`.
    fn lose_consumer_membership(&mut self) {
        self.generation = None;
        self.state = MemberState::Unjoined;
        self.attempt += 1;
        self.prepare = JoinPrepare::NotStarted;
        if let Some(modern) = &mut self.modern {
            (modern.is_in_flight, modern.told, modern.assignment) = (false, None, None);
        }
    }

    /// Says goodbye, a static member only for a while; true when there was somebody to tell.
    pub(super) fn leave_consumer_protocol(&mut self, context: &mut ConsumerContext, out: &mut Outbox) -> bool {
        let group_instance_id = context.group_instance_id();
        let member = self.member.clone().filter(|_| self.state != MemberState::Unjoined);
        self.lose_consumer_membership();
        let (Some(coordinator), Some(member)) = (self.coordinator, member) else { return false };
        let member_epoch = if group_instance_id.is_some() { MemberEpoch::LEAVE_STATIC } else { MemberEpoch::LEAVE };
        let request = Request::ConsumerGroupHeartbeat(ConsumerGroupHeartbeatRequest {
            group: self.group.clone(),
            member,
            member_epoch,
            group_instance_id,
            client_id: context.options.name.clone(),
            rack: None,
            rebalance_timeout: None,
            subscribed_topics: None,
            server_assignor: None,
            owned_partitions: None,
        });
        context.network.send(coordinator, request, ConsumerRequest::LeaveGroup, out);
        true
    }
}
