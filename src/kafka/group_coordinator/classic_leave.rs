//! How members of a classic group go: LeaveGroup, and the end of a session without a heartbeat.

use super::classic_group::{ClassicGroup, ClassicGroupState};
use super::classic_join;
use super::classic_rebalance::{complete_join, maybe_complete_join_phase, maybe_rebalance};
use super::turn::Turn;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::MemberId;
use crate::protocol::message::LeaveGroupRequest;
use crate::protocol::timer::Timer;
use crate::trace::event::{RebalanceReason, TraceEvent};

/// Handles a LeaveGroup; the caller answers it with the error returned.
pub fn on_leave_group(group: &mut ClassicGroup, request: &LeaveGroupRequest, turn: &mut Turn) -> ErrorCode {
    let id = &request.member;
    if group.is_pending(id) {
        group.remove(id);
        turn.out.cancel_timer(Timer::MemberSession(group.id.clone(), id.clone()));
    } else if let Err(error) = group.validate_member(id, request.group_instance_id.as_ref()) {
        return error;
    } else {
        turn.out.cancel_timer(Timer::MemberSession(group.id.clone(), id.clone()));
        remove_member(group, id, turn);
        turn.out.record(TraceEvent::MemberLeft { group: group.id.clone(), member: id.clone(), reason: request.reason });
    }
    match group.state() {
        ClassicGroupState::Stable | ClassicGroupState::CompletingRebalance => {
            maybe_rebalance(group, RebalanceReason::MemberLeft, turn);
        }
        ClassicGroupState::PreparingRebalance => maybe_complete_join_phase(group, turn),
        ClassicGroupState::Empty | ClassicGroupState::Dead => {}
    }
    ErrorCode::None
}

/// A member, or the owner of an id that was given out, has not been heard of for a whole session.
pub fn on_session_timer(group: &mut ClassicGroup, id: &MemberId, turn: &mut Turn) {
    if group.is_pending(id) {
        group.remove(id);
    } else {
        let Some(member) = group.member(id) else { return };
        // While it waits for us there is nothing to hear of; its session starts anew with our answer.
        if member.has_satisfied_heartbeat() {
            return;
        }
        let after = member.session_timeout;
        remove_member(group, id, turn);
        turn.out.record(TraceEvent::MemberExpired { group: group.id.clone(), member: id.clone(), after });
        match group.state() {
            ClassicGroupState::Stable | ClassicGroupState::CompletingRebalance => {
                return maybe_rebalance(group, RebalanceReason::MemberExpired, turn);
            }
            ClassicGroupState::PreparingRebalance | ClassicGroupState::Empty | ClassicGroupState::Dead => {}
        }
    }
    if group.is_in(ClassicGroupState::PreparingRebalance) && group.have_all_members_joined() {
        complete_join(group, turn);
    }
}

/// Removes a member; what it waits for is answered, so that it can join anew if it lives after all.
fn remove_member(group: &mut ClassicGroup, id: &MemberId, turn: &mut Turn) {
    let Some(member) = group.remove(id) else { return };
    if let Some(to) = member.awaiting_join {
        classic_join::refuse(to, ErrorCode::UnknownMemberId, None, turn);
    }
    if let Some(to) = member.awaiting_sync {
        super::classic_sync::refuse(to, ErrorCode::UnknownMemberId, turn);
    }
}
