//! SyncGroup and Heartbeat to a classic group: the leader's assignment is stored, then handed out.

use super::classic_group::{ClassicGroup, ClassicGroupState};
use super::classic_member::Parked;
use super::classic_rebalance::{maybe_rebalance, prepare_rebalance, touch};
use super::offset_records::OffsetsRecord;
use super::pending_writes::AfterWrite;
use super::turn::Turn;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{MemberId, TopicPartition};
use crate::protocol::message::{HeartbeatRequest, Response, SyncGroupRequest, SyncGroupResponse};
use crate::protocol::offset::Generation;
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeMap;
use crate::trace::event::{RebalanceReason, TraceEvent};

/// Answers a SyncGroup with an error.
pub fn refuse(to: Parked, error: ErrorCode, turn: &mut Turn) {
    turn.answer(to, Response::SyncGroup(SyncGroupResponse { error, protocol: None, assignment: Vec::new() }));
}

/// Handles a SyncGroup: parks it until the leader's assignment is stored, or answers with what is.
pub fn on_sync_group(group: &mut ClassicGroup, to: Parked, request: SyncGroupRequest, turn: &mut Turn) {
    if let Err(error) = group.validate_member(&request.member, request.group_instance_id.as_ref()) {
        return refuse(to, error, turn);
    }
    if request.generation != group.generation {
        return refuse(to, ErrorCode::IllegalGeneration, turn);
    }
    match group.state() {
        ClassicGroupState::PreparingRebalance => refuse(to, ErrorCode::RebalanceInProgress, turn),
        ClassicGroupState::CompletingRebalance => {
            let member = group.member_mut(&request.member).expect("its id was checked");
            member.awaiting_sync = Some(to);
            note_sync(group, &request.member, turn);
            if group.is_leader(&request.member) {
                store_assignment(group, request.assignments, turn);
            }
        }
        ClassicGroupState::Stable => {
            note_sync(group, &request.member, turn);
            turn.answer(to, assignment_of(group, &request.member));
        }
        ClassicGroupState::Empty | ClassicGroupState::Dead => refuse(to, ErrorCode::UnknownMemberId, turn),
    }
}

fn note_sync(group: &mut ClassicGroup, id: &MemberId, turn: &mut Turn) {
    group.pending_sync_members.remove(id);
    if group.pending_sync_members.is_empty() {
        turn.out.cancel_timer(Timer::GroupSync(group.id.clone()));
    }
}

fn assignment_of(group: &ClassicGroup, id: &MemberId) -> Response {
    let assignment = group.member(id).map(|member| member.assignment.clone()).unwrap_or_default();
    Response::SyncGroup(SyncGroupResponse { error: ErrorCode::None, protocol: group.protocol.clone(), assignment })
}

/// A member that the leader forgot gets nothing; what it gave to strangers is dropped.
fn store_assignment(group: &mut ClassicGroup, given: Vec<(MemberId, Vec<TopicPartition>)>, turn: &mut Turn) {
    let mut given: BTreeMap<MemberId, Vec<TopicPartition>> = given.into_iter().collect();
    let assignments: BTreeMap<MemberId, Vec<TopicPartition>> = group
        .member_ids()
        .into_iter()
        .map(|id| {
            let share = given.remove(&id).unwrap_or_default();
            (id, share)
        })
        .collect();
    let record = OffsetsRecord::of_group(group, &assignments);
    let then = AfterWrite::Assignment { group: group.id.clone(), generation: group.generation, assignments };
    turn.write(&[record], then);
}

/// The leader's assignment is stored, or could not be (for the error that clients are told). When the group has moved on meanwhile, it does not matter.
pub fn on_assignment_stored(
    group: &mut ClassicGroup,
    generation: Generation,
    assignments: &BTreeMap<MemberId, Vec<TopicPartition>>,
    result: Result<(), ErrorCode>,
    turn: &mut Turn,
) {
    if !group.is_in(ClassicGroupState::CompletingRebalance) || group.generation != generation {
        return;
    }
    if let Err(error) = result {
        refuse_parked_syncs(group, error, turn);
        return maybe_rebalance(group, RebalanceReason::AssignmentNotStored, turn);
    }
    for member in group.members_mut() {
        member.assignment = assignments.get(&member.id).cloned().unwrap_or_default();
    }
    for id in group.member_ids() {
        let response = assignment_of(group, &id);
        if let Some(to) = take_parked_sync(group, &id) {
            turn.answer(to, response);
            touch(group, &id, turn);
        }
    }
    group.transition_to(ClassicGroupState::Stable, turn.now());
    turn.out.record(TraceEvent::RebalanceCompleted {
        group: group.id.clone(),
        generation,
        members: group.members().len() as u32,
        took: turn.now().since(group.rebalance_started),
    });
}

fn take_parked_sync(group: &mut ClassicGroup, id: &MemberId) -> Option<Parked> {
    group.member_mut(id).and_then(|member| member.awaiting_sync.take())
}

/// Takes all assignments back and answers the parked SyncGroups with an error.
pub fn refuse_parked_syncs(group: &mut ClassicGroup, error: ErrorCode, turn: &mut Turn) {
    for id in group.member_ids() {
        group.member_mut(&id).expect("its id has just been read").assignment.clear();
        if let Some(to) = take_parked_sync(group, &id) {
            refuse(to, error, turn);
            touch(group, &id, turn);
        }
    }
}

/// Members that have joined but not asked for their assignment in time are dropped.
pub fn on_sync_timer(group: &mut ClassicGroup, turn: &mut Turn) {
    let is_waiting = match group.state() {
        ClassicGroupState::CompletingRebalance | ClassicGroupState::Stable => true,
        ClassicGroupState::Empty | ClassicGroupState::PreparingRebalance | ClassicGroupState::Dead => false,
    };
    if !is_waiting || group.pending_sync_members.is_empty() {
        return;
    }
    let after = group.rebalance_timeout();
    for member in std::mem::take(&mut group.pending_sync_members) {
        group.remove(&member);
        turn.out.cancel_timer(Timer::MemberSession(group.id.clone(), member.clone()));
        turn.out.record(TraceEvent::MemberExpired { group: group.id.clone(), member, after });
    }
    prepare_rebalance(group, RebalanceReason::MemberExpired, turn);
}

/// The answer to a Heartbeat; it restarts the member's session.
pub fn on_heartbeat(group: &ClassicGroup, request: &HeartbeatRequest, turn: &mut Turn) -> ErrorCode {
    if let Err(error) = group.validate_member(&request.member, request.group_instance_id.as_ref()) {
        return error;
    }
    if request.generation != group.generation {
        return ErrorCode::IllegalGeneration;
    }
    match group.state() {
        ClassicGroupState::PreparingRebalance => {
            touch(group, &request.member, turn);
            ErrorCode::RebalanceInProgress
        }
        ClassicGroupState::CompletingRebalance | ClassicGroupState::Stable => {
            touch(group, &request.member, turn);
            ErrorCode::None
        }
        ClassicGroupState::Empty | ClassicGroupState::Dead => ErrorCode::UnknownMemberId,
    }
}
