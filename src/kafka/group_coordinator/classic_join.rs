//! JoinGroup to a classic group (`GroupMetadataManager.classicGroupJoinToClassicGroup`): who is let in, under which id,
//! and whether that disturbs the group.

use super::classic_group::{ClassicGroup, ClassicGroupState};
use super::classic_member::{ClassicMember, Parked};
use super::classic_rebalance::{
    complete_static_member_join, maybe_complete_join_phase, maybe_rebalance, prepare_rebalance, restart_session,
};
use super::offset_records::OffsetsRecord;
use super::pending_writes::{AfterWrite, ReplacedMember};
use super::turn::Turn;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{ClientId, MemberId};
use crate::protocol::message::{JoinGroupRequest, JoinGroupResponse, Response, SyncGroupResponse};
use crate::protocol::offset::Generation;
use crate::protocol::timer::Timer;
use crate::sim::time::SimDuration;
use crate::trace::event::{RebalanceReason, TraceEvent};
use std::sync::Arc;

/// How long the JoinGroup of a new member may stay parked: it has no id yet, so it cannot say that it lives
/// (`CLASSIC_GROUP_NEW_MEMBER_JOIN_TIMEOUT_MS`).
const NEW_MEMBER_JOIN_TIMEOUT: SimDuration = SimDuration::from_secs(300);

/// A JoinGroup with where to answer it.
pub struct Join {
    pub to: Parked,
    pub client: ClientId,
    pub request: JoinGroupRequest,
}

/// Handles a JoinGroup whose group exists and whose timeouts are in bounds.
pub fn on_join_group(group: &mut ClassicGroup, join: Join, turn: &mut Turn) {
    let member = join.request.member.clone();
    if !group.supports_protocols(&join.request.protocols) {
        return refuse(join.to, ErrorCode::InconsistentGroupProtocol, member, turn);
    }
    match (member, join.request.group_instance_id.clone()) {
        (None, Some(instance_id)) => join_new_static_member(group, join, &instance_id, turn),
        (None, None) => require_member_id(group, &join, turn),
        (Some(id), None) if group.is_pending(&id) => add_member(group, join, id, turn),
        (Some(id), instance_id) => match group.validate_member(&id, instance_id.as_ref()) {
            Ok(()) => join_existing_member(group, join, &id, turn),
            Err(error) => refuse(join.to, error, Some(id), turn),
        },
    }
}

/// Answers a JoinGroup with an error.
pub fn refuse(to: Parked, error: ErrorCode, member: Option<MemberId>, turn: &mut Turn) {
    turn.answer(to, Response::JoinGroup(refusal(error, member)));
}

/// The answer to a JoinGroup that was not let in.
pub fn refusal(error: ErrorCode, member: Option<MemberId>) -> JoinGroupResponse {
    JoinGroupResponse {
        error,
        generation: Generation(-1),
        protocol: None,
        leader: None,
        member,
        skip_assignment: false,
        members: Vec::new(),
    }
}

/// The answer to a member of the current generation.
pub fn acceptance(group: &ClassicGroup, member: &MemberId) -> JoinGroupResponse {
    JoinGroupResponse {
        error: ErrorCode::None,
        generation: group.generation,
        protocol: group.protocol.clone(),
        leader: group.leader.clone(),
        member: Some(member.clone()),
        skip_assignment: false,
        members: if group.is_leader(member) { group.subscriptions() } else { Vec::new() },
    }
}

/// A dynamic member's first JoinGroup only fetches an id, so that a client that gives up leaves no ghost behind (KIP-394).
fn require_member_id(group: &mut ClassicGroup, join: &Join, turn: &mut Turn) {
    let id = turn.new_member_id(&join.request.client_id, |id| group.is_free(id));
    group.add_pending(id.clone());
    turn.out.set_timer(Timer::MemberSession(group.id.clone(), id.clone()), join.request.session_timeout);
    refuse(join.to, ErrorCode::MemberIdRequired, Some(id), turn);
}

fn join_new_static_member(group: &mut ClassicGroup, join: Join, instance_id: &Arc<str>, turn: &mut Turn) {
    let id = turn.new_member_id(instance_id, |id| group.is_free(id));
    match group.static_member(instance_id).cloned() {
        None => add_member(group, join, id, turn),
        Some(old) => replace_static_member(group, join, instance_id, &old, id, turn),
    }
}

fn add_member(group: &mut ClassicGroup, join: Join, id: MemberId, turn: &mut Turn) {
    let request = join.request;
    if group.is_in_initial_rebalance() {
        group.has_new_member = true;
    }
    turn.out.record(TraceEvent::MemberJoined {
        group: group.id.clone(),
        member: id.clone(),
        client: join.client,
        reason: request.reason,
    });
    group.add(ClassicMember {
        id: id.clone(),
        instance_id: request.group_instance_id,
        client: join.client,
        client_id: request.client_id,
        session_timeout: request.session_timeout,
        rebalance_timeout: request.rebalance_timeout,
        protocols: request.protocols,
        assignment: Vec::new(),
        is_new: true,
        awaiting_join: Some(join.to),
        awaiting_sync: None,
    });
    restart_session(group, &id, NEW_MEMBER_JOIN_TIMEOUT, turn);
    maybe_rebalance(group, RebalanceReason::MemberJoined, turn);
}

fn join_existing_member(group: &mut ClassicGroup, join: Join, id: &MemberId, turn: &mut Turn) {
    let is_unchanged = group.member(id).is_some_and(|member| member.protocols == join.request.protocols);
    match group.state() {
        ClassicGroupState::PreparingRebalance => {
            update_member(group, join, id);
            maybe_rebalance(group, RebalanceReason::MemberJoined, turn);
        }
        // It may have missed our first answer: the generation still stands.
        ClassicGroupState::CompletingRebalance if is_unchanged => {
            turn.answer(join.to, Response::JoinGroup(acceptance(group, id)));
        }
        // The leader joins again to have partitions assigned anew, for reasons that only it knows.
        ClassicGroupState::Stable if group.is_leader(id) => {
            update_member(group, join, id);
            maybe_rebalance(group, RebalanceReason::LeaderRejoined, turn);
        }
        ClassicGroupState::Stable if is_unchanged => {
            turn.answer(join.to, Response::JoinGroup(acceptance(group, id)));
        }
        ClassicGroupState::CompletingRebalance | ClassicGroupState::Stable => {
            update_member(group, join, id);
            maybe_rebalance(group, RebalanceReason::MetadataChanged, turn);
        }
        ClassicGroupState::Empty | ClassicGroupState::Dead => {
            refuse(join.to, ErrorCode::UnknownMemberId, Some(id.clone()), turn);
        }
    }
}

fn update_member(group: &mut ClassicGroup, join: Join, id: &MemberId) {
    let member = group.member_mut(id).expect("its id was checked");
    member.protocols = join.request.protocols;
    member.rebalance_timeout = join.request.rebalance_timeout;
    member.session_timeout = join.request.session_timeout;
    member.awaiting_join = Some(join.to);
}

/// A static member came back without its id: it takes its own place again, and fences whoever holds it (KIP-345).
fn replace_static_member(
    group: &mut ClassicGroup,
    join: Join,
    instance_id: &Arc<str>,
    old: &MemberId,
    new: MemberId,
    turn: &mut Turn,
) {
    fence(group, old, turn);
    let before = group.member(old).expect("the mapping of static members holds members");
    let replaced = ReplacedMember {
        instance_id: instance_id.clone(),
        old: old.clone(),
        new: new.clone(),
        protocols: before.protocols.clone(),
        session_timeout: before.session_timeout,
        rebalance_timeout: before.rebalance_timeout,
    };
    turn.out.cancel_timer(Timer::MemberSession(group.id.clone(), old.clone()));
    turn.out.record(TraceEvent::MemberJoined {
        group: group.id.clone(),
        member: new.clone(),
        client: join.client,
        reason: join.request.reason,
    });
    group.replace_static_member(instance_id, old, &new);
    restart_session(group, &new, replaced.session_timeout, turn);
    let member = group.member_mut(&new).expect("it has just been put in");
    member.client = join.client;
    member.client_id = join.request.client_id.clone();
    update_member(group, join, &new);
    match group.state() {
        ClassicGroupState::Stable if group.protocol.as_ref() == Some(&group.select_protocol()) => {
            let record = OffsetsRecord::of_group(group, &group.assignments());
            let then = AfterWrite::StaticMember { group: group.id.clone(), replaced: Box::new(replaced) };
            turn.write(&[record], then);
        }
        ClassicGroupState::Stable => maybe_rebalance(group, RebalanceReason::StaticMemberReplaced, turn),
        // The leader may be assigning to the old id at this moment; only a new generation gets the new id its share.
        ClassicGroupState::CompletingRebalance => prepare_rebalance(group, RebalanceReason::StaticMemberReplaced, turn),
        ClassicGroupState::PreparingRebalance => maybe_complete_join_phase(group, turn),
        ClassicGroupState::Empty | ClassicGroupState::Dead => {
            unreachable!("a group without members has no static ones")
        }
    }
}

/// Answers what a static member's former incarnation waits for: another one has taken its place.
fn fence(group: &mut ClassicGroup, id: &MemberId, turn: &mut Turn) {
    let member = group.member_mut(id).expect("the mapping of static members holds members");
    if let Some(to) = member.awaiting_join.take() {
        refuse(to, ErrorCode::FencedInstanceId, Some(id.clone()), turn);
    }
    if let Some(to) = member.awaiting_sync.take() {
        let response = SyncGroupResponse { error: ErrorCode::FencedInstanceId, protocol: None, assignment: Vec::new() };
        turn.answer(to, Response::SyncGroup(response));
    }
}

/// The new id of a static member is stored, or could not be (for the error that the client is told).
pub fn on_static_member_stored(
    group: &mut ClassicGroup,
    replaced: &ReplacedMember,
    result: Result<(), ErrorCode>,
    turn: &mut Turn,
) {
    if group.static_member(&replaced.instance_id) != Some(&replaced.new) {
        return;
    }
    match result {
        Ok(()) => complete_static_member_join(group, &replaced.new, turn),
        Err(error) => restore_static_member(group, replaced, error, turn),
    }
}

fn restore_static_member(group: &mut ClassicGroup, replaced: &ReplacedMember, error: ErrorCode, turn: &mut Turn) {
    let member = group.member_mut(&replaced.new).expect("the mapping of static members holds members");
    if let Some(to) = member.awaiting_join.take() {
        refuse(to, error, None, turn);
    }
    if let Some(to) = member.awaiting_sync.take() {
        turn.answer(to, Response::SyncGroup(SyncGroupResponse { error, protocol: None, assignment: Vec::new() }));
    }
    member.protocols.clone_from(&replaced.protocols);
    member.session_timeout = replaced.session_timeout;
    member.rebalance_timeout = replaced.rebalance_timeout;
    turn.out.cancel_timer(Timer::MemberSession(group.id.clone(), replaced.new.clone()));
    group.replace_static_member(&replaced.instance_id, &replaced.new, &replaced.old);
    restart_session(group, &replaced.old, replaced.session_timeout, turn);
}
