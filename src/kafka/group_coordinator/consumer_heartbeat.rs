//! ConsumerGroupHeartbeat, the one request of the new consumer protocol (KIP-848,
//! `GroupMetadataManager.consumerGroupHeartbeat`): a member joins, tells what it owns, learns what it shall own, and
//! leaves. Each answer moves this one member a step towards the group's target.

use super::consumer_group::{ConsumerGroup, ConsumerGroupChange, ConsumerGroupState, Subscriber, is_reconciled_to};
use super::turn::Turn;
use crate::kafka::group_assignor::GroupAssignor;
use crate::kafka::reconciliation::{CurrentAssignment, Goal, MemberState};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{ClientId, MemberId, TopicPartition};
use crate::protocol::message::{
    ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, JoinReason, LeaveReason,
};
use crate::protocol::offset::{Generation, MemberEpoch};
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeSet;
use crate::sim::time::SimDuration;
use crate::trace::event::{RebalanceReason, TraceEvent};
use std::collections::VecDeque;
use std::sync::Arc;

/// A group while it changes: every change is applied at once, and kept to be written, with what would undo it.
pub struct Changes<'a> {
    pub group: &'a mut ConsumerGroup,
    pub changes: Vec<ConsumerGroupChange>,
    /// In the order in which to apply them: the newest first.
    pub undo: VecDeque<ConsumerGroupChange>,
}

impl<'a> Changes<'a> {
    pub fn new(group: &'a mut ConsumerGroup) -> Self {
        Self { group, changes: Vec::new(), undo: VecDeque::new() }
    }

    fn add(&mut self, change: ConsumerGroupChange) {
        self.undo.push_front(self.group.inverse(&change));
        self.group.apply(change.clone());
        self.changes.push(change);
    }
}

/// The answer that refuses a heartbeat.
pub fn refusal(request: &ConsumerGroupHeartbeatRequest, error: ErrorCode) -> ConsumerGroupHeartbeatResponse {
    ConsumerGroupHeartbeatResponse {
        error,
        member: request.member.clone(),
        member_epoch: MemberEpoch::JOIN,
        heartbeat_interval: SimDuration::ZERO,
        assignment: None,
    }
}

/// Checks what can be told without knowing the group.
///
/// # Errors
/// INVALID_REQUEST, INVALID_GROUP_ID, UNSUPPORTED_ASSIGNOR.
pub fn validate(request: &ConsumerGroupHeartbeatRequest) -> Result<(), ErrorCode> {
    let is_join_complete = request.rebalance_timeout.is_some()
        && request.owned_partitions.as_ref().is_some_and(Vec::is_empty)
        && request.subscribed_topics.is_some();
    let is_valid = match request.member_epoch {
        MemberEpoch::JOIN => is_join_complete,
        MemberEpoch::LEAVE => true,
        MemberEpoch::LEAVE_STATIC => request.group_instance_id.is_some(),
        epoch => epoch > MemberEpoch::JOIN,
    };
    if !is_valid || request.member.as_str().is_empty() {
        return Err(ErrorCode::InvalidRequest);
    }
    match &request.server_assignor {
        Some(name) if GroupAssignor::from_name(name).is_none() => Err(ErrorCode::UnsupportedAssignor),
        _ => Ok(()),
    }
}

/// Handles a heartbeat of a member that joins or stays.
///
/// # Errors
/// UNKNOWN_MEMBER_ID, FENCED_MEMBER_EPOCH, FENCED_INSTANCE_ID, UNRELEASED_INSTANCE_ID; then nothing has changed.
pub fn on_heartbeat(
    changes: &mut Changes,
    client: ClientId,
    request: &ConsumerGroupHeartbeatRequest,
    turn: &mut Turn,
) -> Result<ConsumerGroupHeartbeatResponse, ErrorCode> {
    validate_member(changes.group, request)?;
    let id = &request.member;
    replace_static_member(changes, request, turn);
    let before = changes.group.member(id).map(|member| member.current.clone()).unwrap_or_default();
    let is_new = changes.group.member(id).is_none();
    let has_subscription_changed = update_member(changes, client, request, turn);
    let reason = if is_new { RebalanceReason::MemberJoined } else { RebalanceReason::MetadataChanged };
    maybe_bump_group_epoch(changes, has_subscription_changed, reason, turn);
    if changes.group.group_epoch > changes.group.assignment_epoch {
        for change in changes.group.next_target(turn.topics) {
            changes.add(change);
        }
    }
    reconcile(changes, request, has_subscription_changed, turn);
    turn.out
        .set_timer(Timer::MemberSession(changes.group.id.clone(), id.clone()), turn.settings.consumer_session_timeout);
    settle(changes.group, turn);
    let current = &changes.group.member(id).expect("it was put in above").current;
    let is_full_request = request.rebalance_timeout.is_some()
        && request.subscribed_topics.is_some()
        && request.owned_partitions.is_some();
    let tells_assignment =
        request.member_epoch == MemberEpoch::JOIN || is_full_request || current.assigned != before.assigned;
    Ok(ConsumerGroupHeartbeatResponse {
        error: ErrorCode::None,
        member: id.clone(),
        member_epoch: current.member_epoch,
        heartbeat_interval: turn.settings.consumer_heartbeat_interval,
        assignment: tells_assignment.then(|| current.assigned.iter().copied().collect()),
    })
}

fn validate_member(group: &ConsumerGroup, request: &ConsumerGroupHeartbeatRequest) -> Result<(), ErrorCode> {
    let joins = request.member_epoch == MemberEpoch::JOIN;
    let holder = request.group_instance_id.as_ref().map(|instance_id| group.static_member(instance_id));
    match holder {
        Some(None) if joins => return Ok(()),
        Some(None) => return Err(ErrorCode::UnknownMemberId),
        Some(Some(holder)) if joins => {
            let has_left =
                group.member(holder).is_some_and(|member| member.current.member_epoch == MemberEpoch::LEAVE_STATIC);
            return if has_left { Ok(()) } else { Err(ErrorCode::UnreleasedInstanceId) };
        }
        Some(Some(holder)) if *holder != request.member => return Err(ErrorCode::FencedInstanceId),
        Some(Some(_)) | None => {}
    }
    match group.member(&request.member) {
        Some(member) => validate_epoch(&member.current, request),
        None if joins => Ok(()),
        None => Err(ErrorCode::UnknownMemberId),
    }
}

/// A member that is behind by one epoch, and owns nothing that it should not, has only missed our last answer.
fn validate_epoch(current: &CurrentAssignment, request: &ConsumerGroupHeartbeatRequest) -> Result<(), ErrorCode> {
    let epoch = request.member_epoch;
    let owned = request.owned_partitions.as_ref();
    let owns_its_own = owned.is_some_and(|owned| owned.iter().all(|partition| current.assigned.contains(partition)));
    let has_missed_answer = epoch == current.previous_member_epoch && owns_its_own;
    if epoch == MemberEpoch::JOIN
        || epoch == current.member_epoch
        || (epoch < current.member_epoch && has_missed_answer)
    {
        Ok(())
    } else {
        Err(ErrorCode::FencedMemberEpoch)
    }
}

/// A static member that had left for a while is back under another id: it takes its target and assignment over.
fn replace_static_member(changes: &mut Changes, request: &ConsumerGroupHeartbeatRequest, turn: &mut Turn) {
    let holder =
        request.group_instance_id.as_ref().and_then(|instance_id| changes.group.static_member(instance_id)).cloned();
    let Some(old) = holder else { return };
    if request.member_epoch != MemberEpoch::JOIN {
        return;
    }
    let member = changes.group.member(&old).expect("the mapping of static members holds members").clone();
    let target = changes.group.target(&old).cloned();
    ConsumerGroup::removal(&old).into_iter().for_each(|change| changes.add(change));
    cancel_timers(changes.group, &old, turn);
    let current = CurrentAssignment {
        member_epoch: MemberEpoch::JOIN,
        previous_member_epoch: MemberEpoch::JOIN,
        ..member.current
    };
    changes.add(ConsumerGroupChange::Member(request.member.clone(), Some(member.subscriber)));
    if target.is_some() {
        changes.add(ConsumerGroupChange::Target(request.member.clone(), target));
    }
    changes.add(ConsumerGroupChange::Current(request.member.clone(), Some(current)));
}

/// Takes over what the member says of itself; true when it subscribes to other topics than before.
fn update_member(
    changes: &mut Changes,
    client: ClientId,
    request: &ConsumerGroupHeartbeatRequest,
    turn: &mut Turn,
) -> bool {
    let id = &request.member;
    let known = changes.group.member(id).map(|member| member.subscriber.clone());
    let is_new = known.is_none();
    let before = known.unwrap_or_else(|| Subscriber {
        instance_id: None,
        rack: None,
        client,
        client_id: request.client_id.clone(),
        rebalance_timeout: SimDuration::ZERO,
        server_assignor: None,
        topics: BTreeSet::new(),
    });
    let topics = request.subscribed_topics.as_ref().map(|topics| topics.iter().cloned().collect());
    let subscriber = Subscriber {
        instance_id: request.group_instance_id.clone().or_else(|| before.instance_id.clone()),
        rack: request.rack.clone().or_else(|| before.rack.clone()),
        client,
        client_id: request.client_id.clone(),
        rebalance_timeout: request.rebalance_timeout.unwrap_or(before.rebalance_timeout),
        server_assignor: request.server_assignor.clone().or_else(|| before.server_assignor.clone()),
        topics: topics.unwrap_or_else(|| before.topics.clone()),
    };
    let has_subscription_changed = subscriber.topics != before.topics;
    if is_new || subscriber != before {
        changes.add(ConsumerGroupChange::Member(id.clone(), Some(subscriber)));
    }
    if request.member_epoch == MemberEpoch::JOIN {
        let reason = if is_new { JoinReason::FirstJoin } else { JoinReason::Rejoin };
        turn.out.record(TraceEvent::MemberJoined {
            group: changes.group.id.clone(),
            member: id.clone(),
            client,
            reason,
        });
    }
    has_subscription_changed
}

/// The group epoch grows when the group needs another target.
fn maybe_bump_group_epoch(
    changes: &mut Changes,
    has_subscription_changed: bool,
    reason: RebalanceReason,
    turn: &mut Turn,
) {
    let group = &mut *changes.group;
    let is_new = group.group_epoch == MemberEpoch(0);
    if !is_new && !has_subscription_changed && group.seen_topics == Some(turn.topics.version()) {
        return;
    }
    group.seen_topics = Some(turn.topics.version());
    let hash = turn.topics.hash(group.subscribed_topics().into_iter());
    if is_new || has_subscription_changed || hash != group.metadata_hash {
        bump_group_epoch(changes, hash, reason, turn);
    }
}

fn bump_group_epoch(changes: &mut Changes, hash: u64, reason: RebalanceReason, turn: &mut Turn) {
    let epoch = changes.group.group_epoch.next();
    changes.add(ConsumerGroupChange::Epoch(Some((epoch, hash))));
    changes.group.unsettled_since.get_or_insert(turn.now());
    let generation = Generation(epoch.0);
    turn.out.record(TraceEvent::RebalanceStarted { group: changes.group.id.clone(), generation, reason });
}

/// Moves the member one step towards its target, if there is one to take.
fn reconcile(
    changes: &mut Changes,
    request: &ConsumerGroupHeartbeatRequest,
    has_subscription_changed: bool,
    turn: &mut Turn,
) {
    let group = &*changes.group;
    let id = &request.member;
    let member = group.member(id).expect("it was put in above");
    if !has_subscription_changed && is_reconciled_to(&member.current, group.assignment_epoch) {
        return;
    }
    let owned: Option<BTreeSet<TopicPartition>> =
        request.owned_partitions.as_ref().map(|owned| owned.iter().copied().collect());
    let nothing = BTreeSet::new();
    let goal = Goal {
        target_epoch: group.assignment_epoch,
        target: group.target(id).unwrap_or(&nothing),
        subscribed: &turn.topics.ids(member.subscriber.topics.iter()),
        has_subscription_changed,
        owned: owned.as_ref(),
    };
    let current = member.current.reconcile(&goal, |partition| group.is_held(partition));
    if current == member.current {
        return;
    }
    let timer = Timer::MemberRebalance(group.id.clone(), id.clone());
    match current.state {
        MemberState::UnrevokedPartitions => turn.out.set_timer(timer, member.subscriber.rebalance_timeout),
        MemberState::Stable | MemberState::UnreleasedPartitions => turn.out.cancel_timer(timer),
    }
    // A step may only forget the epoch before the last one: that is stored, but it is no news.
    if (CurrentAssignment { previous_member_epoch: member.current.previous_member_epoch, ..current.clone() })
        != member.current
    {
        turn.out.record(TraceEvent::MemberReconciled {
            group: group.id.clone(),
            member: id.clone(),
            member_epoch: current.member_epoch,
            assigned: current.assigned.len() as u32,
            to_revoke: current.pending_revocation.len() as u32,
            is_complete: current.state == MemberState::Stable,
        });
    }
    changes.add(ConsumerGroupChange::Current(id.clone(), Some(current)));
}

/// Notes when every member has come to its target.
fn settle(group: &mut ConsumerGroup, turn: &mut Turn) {
    if group.state() != ConsumerGroupState::Stable {
        return;
    }
    if let Some(since) = group.unsettled_since.take() {
        turn.out.record(TraceEvent::RebalanceCompleted {
            group: group.id.clone(),
            generation: Generation(group.assignment_epoch.0),
            members: group.members().len() as u32,
            took: turn.now().since(since),
        });
    }
}

/// Handles a heartbeat that says goodbye: for good, or (a static member) for a while.
///
/// # Errors
/// UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID; then nothing has changed.
pub fn on_leave(
    changes: &mut Changes,
    request: &ConsumerGroupHeartbeatRequest,
    turn: &mut Turn,
) -> Result<ConsumerGroupHeartbeatResponse, ErrorCode> {
    let id = leaving_member(changes.group, &request.member, request.group_instance_id.as_ref())?;
    if request.member_epoch == MemberEpoch::LEAVE_STATIC {
        let member = changes.group.member(&id).expect("its id was checked");
        let current = CurrentAssignment {
            member_epoch: MemberEpoch::LEAVE_STATIC,
            pending_revocation: BTreeSet::new(),
            ..member.current.clone()
        };
        turn.out.cancel_timer(Timer::MemberRebalance(changes.group.id.clone(), id.clone()));
        changes.add(ConsumerGroupChange::Current(id, Some(current)));
    } else {
        let reason = LeaveReason::ConsumerClosed;
        turn.out.record(TraceEvent::MemberLeft { group: changes.group.id.clone(), member: id.clone(), reason });
        fence(changes, &id, RebalanceReason::MemberLeft, turn);
    }
    Ok(ConsumerGroupHeartbeatResponse { member_epoch: request.member_epoch, ..refusal(request, ErrorCode::None) })
}

fn leaving_member(group: &ConsumerGroup, id: &MemberId, instance_id: Option<&Arc<str>>) -> Result<MemberId, ErrorCode> {
    if let Some(instance_id) = instance_id {
        let holder = group.static_member(instance_id).ok_or(ErrorCode::UnknownMemberId)?;
        if holder != id {
            return Err(ErrorCode::FencedInstanceId);
        }
    }
    if group.member(id).is_some() { Ok(id.clone()) } else { Err(ErrorCode::UnknownMemberId) }
}

/// A member has been silent for a whole session.
pub fn on_session_timer(changes: &mut Changes, id: &MemberId, turn: &mut Turn) {
    let after = turn.settings.consumer_session_timeout;
    expire(changes, id, after, turn);
}

/// A member has not let go of what it must within its rebalance timeout.
pub fn on_rebalance_timer(changes: &mut Changes, id: &MemberId, turn: &mut Turn) {
    let Some(member) = changes.group.member(id) else { return };
    if member.current.state == MemberState::UnrevokedPartitions {
        let after = member.subscriber.rebalance_timeout;
        expire(changes, id, after, turn);
    }
}

fn expire(changes: &mut Changes, id: &MemberId, after: SimDuration, turn: &mut Turn) {
    if changes.group.member(id).is_some() {
        turn.out.record(TraceEvent::MemberExpired { group: changes.group.id.clone(), member: id.clone(), after });
        fence(changes, id, RebalanceReason::MemberExpired, turn);
    }
}

/// Removes a member; its partitions are free for others at once. The next heartbeat of anyone finds the new target.
fn fence(changes: &mut Changes, id: &MemberId, reason: RebalanceReason, turn: &mut Turn) {
    ConsumerGroup::removal(id).into_iter().for_each(|change| changes.add(change));
    cancel_timers(changes.group, id, turn);
    let hash = turn.topics.hash(changes.group.subscribed_topics().into_iter());
    bump_group_epoch(changes, hash, reason, turn);
    if changes.group.state() == ConsumerGroupState::Empty {
        changes.group.unsettled_since = None;
        let generation = Generation(changes.group.group_epoch.0);
        turn.out.record(TraceEvent::GroupEmptied { group: changes.group.id.clone(), generation });
    }
}

/// Sets the timers of a group that has just been read from the log, or changed back to what is in the log.
pub fn on_loaded(group: &mut ConsumerGroup, turn: &mut Turn) {
    group.unsettled_since = match group.state() {
        ConsumerGroupState::Assigning | ConsumerGroupState::Reconciling => group.unsettled_since.or(Some(turn.now())),
        ConsumerGroupState::Empty | ConsumerGroupState::Stable | ConsumerGroupState::Dead => None,
    };
    for (id, member) in group.members() {
        turn.out.set_timer(Timer::MemberSession(group.id.clone(), id.clone()), turn.settings.consumer_session_timeout);
        if member.current.state == MemberState::UnrevokedPartitions {
            let timer = Timer::MemberRebalance(group.id.clone(), id.clone());
            turn.out.set_timer(timer, member.subscriber.rebalance_timeout);
        }
    }
}

pub fn cancel_timers(group: &ConsumerGroup, id: &MemberId, turn: &mut Turn) {
    turn.out.cancel_timer(Timer::MemberSession(group.id.clone(), id.clone()));
    turn.out.cancel_timer(Timer::MemberRebalance(group.id.clone(), id.clone()));
}
