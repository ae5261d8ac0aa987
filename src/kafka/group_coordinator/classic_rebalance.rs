//! The rebalance of a classic group: from the disturbance to the answered JoinGroups
//! (`GroupMetadataManager.prepareRebalance`, `completeClassicGroupJoin`), and its timers.

use super::classic_group::{ClassicGroup, ClassicGroupState, InitialDelay};
use super::classic_join::acceptance;
use super::classic_sync::refuse_parked_syncs;
use super::offset_records::OffsetsRecord;
use super::pending_writes::AfterWrite;
use super::turn::Turn;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::MemberId;
use crate::protocol::message::Response;
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimDuration;
use crate::trace::event::{RebalanceReason, TraceEvent};

/// The member has been heard of: its session starts anew.
pub fn restart_session(group: &ClassicGroup, id: &MemberId, timeout: SimDuration, turn: &mut Turn) {
    turn.out.set_timer(Timer::MemberSession(group.id.clone(), id.clone()), timeout);
}

/// The member has been heard of: its session starts anew, as long as it asked for.
pub fn touch(group: &ClassicGroup, id: &MemberId, turn: &mut Turn) {
    if let Some(member) = group.member(id) {
        restart_session(group, id, member.session_timeout, turn);
    }
}

/// Starts a rebalance; when one is in its join phase already, sees whether that is complete now.
pub fn maybe_rebalance(group: &mut ClassicGroup, reason: RebalanceReason, turn: &mut Turn) {
    if group.state().may_become(ClassicGroupState::PreparingRebalance) {
        prepare_rebalance(group, reason, turn);
    } else {
        maybe_complete_join_phase(group, turn);
    }
}

/// Ends the join phase when everybody has joined. An initial rebalance always waits for its delay.
pub fn maybe_complete_join_phase(group: &mut ClassicGroup, turn: &mut Turn) {
    let is_rebalance = group.is_in(ClassicGroupState::PreparingRebalance) && !group.is_in_initial_rebalance();
    if is_rebalance && group.have_all_members_joined() {
        complete_join(group, turn);
    }
}

/// Starts a rebalance: whoever waits for an assignment is sent back to join.
pub fn prepare_rebalance(group: &mut ClassicGroup, reason: RebalanceReason, turn: &mut Turn) {
    if group.is_in(ClassicGroupState::CompletingRebalance) {
        refuse_parked_syncs(group, ErrorCode::RebalanceInProgress, turn);
    } else {
        group.rebalance_started = turn.now();
    }
    group.pending_sync_members.clear();
    turn.out.cancel_timer(Timer::GroupSync(group.id.clone()));
    let is_initial = group.is_in(ClassicGroupState::Empty);
    group.transition_to(ClassicGroupState::PreparingRebalance, turn.now());
    turn.out.record(TraceEvent::RebalanceStarted { group: group.id.clone(), generation: group.generation, reason });
    if is_initial {
        let delay = turn.settings.initial_rebalance_delay;
        let remaining = group.rebalance_timeout().saturating_sub(delay);
        wait_for_newcomers(group, InitialDelay { current: delay, remaining }, turn);
    } else if group.have_all_members_joined() {
        complete_join(group, turn);
    } else {
        turn.out.set_timer(Timer::GroupJoin(group.id.clone()), group.rebalance_timeout());
    }
}

fn wait_for_newcomers(group: &mut ClassicGroup, delay: InitialDelay, turn: &mut Turn) {
    group.has_new_member = false;
    group.initial_delay = Some(delay);
    turn.out.set_timer(Timer::GroupJoin(group.id.clone()), delay.current);
}

/// The join phase has lasted long enough; an initial one is extended while newcomers keep coming.
pub fn on_join_timer(group: &mut ClassicGroup, turn: &mut Turn) {
    if !group.is_in(ClassicGroupState::PreparingRebalance) {
        return;
    }
    match group.initial_delay {
        Some(delay) if group.has_new_member && delay.remaining > SimDuration::ZERO => {
            let next = InitialDelay {
                current: turn.settings.initial_rebalance_delay.min(delay.remaining),
                remaining: delay.remaining.saturating_sub(delay.current),
            };
            wait_for_newcomers(group, next, turn);
        }
        Some(_) | None => complete_join(group, turn),
    }
}

/// Ends the join phase: who did not come is dropped, the rest is the next generation.
pub fn complete_join(group: &mut ClassicGroup, turn: &mut Turn) {
    turn.out.cancel_timer(Timer::GroupJoin(group.id.clone()));
    group.initial_delay = None;
    group.has_new_member = false;
    drop_absent_members(group, turn);
    if !group.elect_joined_leader() && group.members().len() > 0 {
        // Only static members are left, and none of them has come: wait until their sessions end.
        turn.out.set_timer(Timer::GroupJoin(group.id.clone()), group.rebalance_timeout());
        return;
    }
    group.start_next_generation(turn.now());
    if group.is_in(ClassicGroupState::Empty) {
        turn.out.record(TraceEvent::GroupEmptied { group: group.id.clone(), generation: group.generation });
        turn.write(&[OffsetsRecord::of_group(group, &BTreeMap::new())], AfterWrite::Nothing);
    } else {
        answer_joins(group, turn);
    }
}

/// Static members keep their place for a whole session; the others had the rebalance timeout to come.
fn drop_absent_members(group: &mut ClassicGroup, turn: &mut Turn) {
    let after = group.rebalance_timeout();
    let is_absent = |id: &MemberId| {
        group.member(id).is_some_and(|member| member.awaiting_join.is_none() && member.instance_id.is_none())
    };
    let absent: Vec<MemberId> = group.member_ids().into_iter().filter(is_absent).collect();
    for member in absent {
        group.remove(&member);
        turn.out.cancel_timer(Timer::MemberSession(group.id.clone(), member.clone()));
        turn.out.record(TraceEvent::MemberExpired { group: group.id.clone(), member, after });
    }
}

fn answer_joins(group: &mut ClassicGroup, turn: &mut Turn) {
    for id in group.member_ids() {
        let response = acceptance(group, &id);
        let member = group.member_mut(&id).expect("its id has just been read");
        let to = member.awaiting_join.take();
        member.is_new = false;
        if let Some(to) = to {
            turn.answer(to, Response::JoinGroup(response));
        }
        touch(group, &id, turn);
        group.pending_sync_members.insert(id);
    }
    turn.out.set_timer(Timer::GroupSync(group.id.clone()), group.rebalance_timeout());
}

/// Lets a static member go on where its former incarnation stood, without a rebalance. As the leader it is told not to
/// assign anew (KIP-814).
pub fn complete_static_member_join(group: &mut ClassicGroup, id: &MemberId, turn: &mut Turn) {
    // When a rebalance has begun meanwhile, its JoinGroup counts for the coming generation. (Kafka answers it with the
    // old one, so that the member would come again.)
    if group.is_in(ClassicGroupState::PreparingRebalance) {
        return;
    }
    let response = acceptance(group, id);
    let Some(to) = group.member_mut(id).and_then(|member| member.awaiting_join.take()) else { return };
    let skip_assignment = group.is_leader(id);
    turn.answer(to, Response::JoinGroup(crate::protocol::message::JoinGroupResponse { skip_assignment, ..response }));
}
