//! The groups of one partition of `__consumer_offsets` (`GroupCoordinatorShard`): finds the group of a request, a timer or
//! a finished write, and passes it on.

use super::answers::commit_error;
use super::classic_group::{ClassicGroup, ClassicGroupState};
use super::classic_join::{self, Join};
use super::classic_member::Parked;
use super::group_offsets::GroupOffsets;
use super::offset_records::OffsetsRecord;
use super::pending_writes::AfterWrite;
use super::turn::{Turn, answer_to_failed_write};
use super::view::CommittedAt;
use super::{classic_leave, classic_rebalance, classic_sync};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{GroupId, MemberId, Node, TopicPartition};
use crate::protocol::message::{
    HeartbeatRequest, HeartbeatResponse, JoinGroupRequest, LeaveGroupRequest, LeaveGroupResponse, OffsetCommitRequest,
    OffsetCommitResponse, OffsetFetchRequest, Response, SyncGroupRequest,
};
use crate::protocol::offset::{Generation, LeaderEpoch};
use crate::protocol::timer::Timer;
use crate::trace::event::TraceEvent;
use std::collections::BTreeMap;

/// One partition of `__consumer_offsets` that this broker leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    pub leader_epoch: LeaderEpoch,
    pub groups: BTreeMap<GroupId, ClassicGroup>,
    pub offsets: GroupOffsets,
}

impl Shard {
    /// A shard that knows no group yet.
    pub fn new(leader_epoch: LeaderEpoch) -> Self {
        Self { leader_epoch, groups: BTreeMap::new(), offsets: GroupOffsets::default() }
    }

    pub fn on_join_group(&mut self, to: Parked, request: JoinGroupRequest, turn: &mut Turn) {
        let Node::Client(client) = to.from else {
            return classic_join::refuse(to, ErrorCode::InvalidRequest, request.member, turn);
        };
        if !(turn.settings.min_session_timeout..=turn.settings.max_session_timeout).contains(&request.session_timeout) {
            return classic_join::refuse(to, ErrorCode::InvalidSessionTimeout, request.member, turn);
        }
        let id = request.group.clone();
        let is_new = !self.groups.contains_key(&id);
        if is_new {
            if request.member.is_some() {
                return classic_join::refuse(to, ErrorCode::UnknownMemberId, request.member, turn);
            }
            self.groups.insert(id.clone(), ClassicGroup::new(id.clone(), turn.now()));
        }
        let group = self.groups.get_mut(&id).expect("it exists or was just made");
        classic_join::on_join_group(group, Join { to, client, request }, turn);
        if is_new {
            let record = OffsetsRecord::of_new_group(&id, turn.now());
            turn.write(&[record], AfterWrite::GroupCreated { group: id });
        }
    }

    pub fn on_sync_group(&mut self, to: Parked, request: SyncGroupRequest, turn: &mut Turn) {
        match self.groups.get_mut(&request.group) {
            Some(group) => classic_sync::on_sync_group(group, to, request, turn),
            None => classic_sync::refuse(to, ErrorCode::UnknownMemberId, turn),
        }
    }

    /// Simplified: the answer does not wait for writes of others that are under way, as Kafka's new coordinator lets it.
    pub fn on_heartbeat(&mut self, to: Parked, request: &HeartbeatRequest, turn: &mut Turn) {
        let group = self.groups.get(&request.group);
        let error = group.map_or(ErrorCode::UnknownMemberId, |group| classic_sync::on_heartbeat(group, request, turn));
        turn.answer(to, Response::Heartbeat(HeartbeatResponse { error }));
    }

    /// When the group becomes empty by it, the answer waits until that is stored.
    pub fn on_leave_group(&mut self, to: Parked, request: &LeaveGroupRequest, turn: &mut Turn) {
        let writes_before = turn.writes.len();
        let error = match self.groups.get_mut(&request.group) {
            Some(group) => classic_leave::on_leave_group(group, request, turn),
            None => ErrorCode::UnknownMemberId,
        };
        match turn.writes.get(writes_before) {
            Some(write) => turn.pending.set(write.ticket, AfterWrite::Leave { to }),
            None => turn.answer(to, Response::LeaveGroup(LeaveGroupResponse { error })),
        }
    }

    pub fn on_offset_commit(&mut self, to: Parked, request: OffsetCommitRequest, turn: &mut Turn) {
        if let Err(error) = self.validate_offset_commit(&request, turn) {
            return turn.answer(to, Response::OffsetCommit(commit_error(&request, error)));
        }
        if request.offsets.is_empty() {
            return turn.answer(to, Response::OffsetCommit(commit_error(&request, ErrorCode::None)));
        }
        let at = turn.now();
        let offsets: Vec<(TopicPartition, CommittedAt)> = request
            .offsets
            .into_iter()
            .map(|(partition, committed)| (partition, CommittedAt { committed, at }))
            .collect();
        let record = |(partition, value): &(TopicPartition, CommittedAt)| OffsetsRecord::Offset {
            group: request.group.clone(),
            partition: *partition,
            value: Some(value.clone()),
        };
        let records: Vec<OffsetsRecord> = offsets.iter().map(record).collect();
        turn.write(&records, AfterWrite::Offsets { to: Some(to), group: request.group, offsets });
    }

    /// A member's commit also counts as a sign of life.
    fn validate_offset_commit(&mut self, request: &OffsetCommitRequest, turn: &mut Turn) -> Result<(), ErrorCode> {
        let Some(group) = self.groups.get(&request.group) else {
            if request.generation >= Generation::ZERO {
                return Err(ErrorCode::GroupIdNotFound);
            }
            // A consumer without a group to manage it: its group exists for its offsets only.
            self.groups.insert(request.group.clone(), ClassicGroup::new(request.group.clone(), turn.now()));
            return Ok(());
        };
        group.validate_offset_commit(
            request.member.as_ref(),
            request.group_instance_id.as_ref(),
            request.generation,
        )?;
        let is_heard = matches!(group.state(), ClassicGroupState::Stable | ClassicGroupState::PreparingRebalance);
        if let Some(member) = request.member.as_ref().filter(|_| is_heard) {
            classic_rebalance::touch(group, member, turn);
        }
        Ok(())
    }

    pub fn on_offset_fetch(&mut self, to: Parked, request: &OffsetFetchRequest, turn: &mut Turn) {
        turn.answer(to, Response::OffsetFetch(self.offsets.fetch(request)));
    }

    pub fn on_session_timer(&mut self, group: &GroupId, member: &MemberId, turn: &mut Turn) {
        if let Some(group) = self.groups.get_mut(group) {
            classic_leave::on_session_timer(group, member, turn);
        }
    }

    pub fn on_join_timer(&mut self, group: &GroupId, turn: &mut Turn) {
        if let Some(group) = self.groups.get_mut(group) {
            classic_rebalance::on_join_timer(group, turn);
        }
    }

    pub fn on_sync_timer(&mut self, group: &GroupId, turn: &mut Turn) {
        if let Some(group) = self.groups.get_mut(group) {
            classic_sync::on_sync_timer(group, turn);
        }
    }

    /// A write is replicated, or was not stored.
    pub fn on_write_done(&mut self, then: AfterWrite, result: Result<(), ErrorCode>, turn: &mut Turn) {
        match then {
            AfterWrite::Nothing => {}
            AfterWrite::GroupCreated { group } => {
                if let Err(error) = result {
                    self.forget_group(&group, answer_to_failed_write(error), turn);
                }
            }
            AfterWrite::Assignment { group, generation, assignments } => {
                if let Some(group) = self.groups.get_mut(&group) {
                    classic_sync::on_assignment_stored(group, generation, &assignments, result, turn);
                }
            }
            AfterWrite::StaticMember { group, replaced } => {
                if let Some(group) = self.groups.get_mut(&group) {
                    classic_join::on_static_member_stored(group, &replaced, result, turn);
                }
            }
            AfterWrite::Leave { to } => {
                let error = result.map_or_else(answer_to_failed_write, |()| ErrorCode::None);
                turn.answer(to, Response::LeaveGroup(LeaveGroupResponse { error }));
            }
            AfterWrite::Offsets { to, group, offsets } => self.on_offsets_stored(to, &group, offsets, result, turn),
        }
    }

    fn on_offsets_stored(
        &mut self,
        to: Option<Parked>,
        group: &GroupId,
        offsets: Vec<(TopicPartition, CommittedAt)>,
        result: Result<(), ErrorCode>,
        turn: &mut Turn,
    ) {
        let error = result.map_or_else(answer_to_failed_write, |()| ErrorCode::None);
        let partitions = offsets.iter().map(|(partition, _)| (*partition, error)).collect();
        if result.is_ok() {
            for (partition, value) in offsets {
                let offset = value.committed.offset;
                turn.out.record(TraceEvent::OffsetCommitted { group: group.clone(), partition, offset });
                self.offsets.set(group, partition, value);
            }
        }
        if let Some(to) = to {
            turn.answer(to, Response::OffsetCommit(OffsetCommitResponse { partitions }));
        }
    }

    /// A group that could not be stored: as if it had never been.
    fn forget_group(&mut self, id: &GroupId, error: ErrorCode, turn: &mut Turn) {
        if let Some(mut group) = self.groups.remove(id) {
            release_parked(&mut group, error, turn);
        }
    }

    /// Drops offsets that nobody has needed for the retention time, and groups that have nothing left
    /// (`cleanupGroupMetadata`). Memory forgets them at once, as in Kafka, before the tombstones are replicated.
    ///
    /// Simplified: a group with members keeps all its offsets; Kafka drops those of topics that it reads no more.
    pub fn expire_offsets(&mut self, turn: &mut Turn) {
        let retention = turn.settings.offsets_retention;
        let mut expired = Vec::new();
        for group in self.groups.values().filter(|group| group.is_in(ClassicGroupState::Empty)) {
            let empty_since = group.has_protocol_type.then_some(group.state_since);
            let mut records = self.offsets.expired(&group.id, empty_since, turn.now(), retention);
            let is_unused = group.pending_members().next().is_none();
            if records.len() == self.offsets.of_group(&group.id).count() && is_unused {
                records.push(OffsetsRecord::Group { group: group.id.clone(), value: None });
            }
            if !records.is_empty() {
                turn.write(&records, AfterWrite::Nothing);
            }
            expired.extend(records);
        }
        expired.into_iter().for_each(|record| self.replay(record));
    }

    /// Takes one record of the log over.
    pub fn replay(&mut self, record: OffsetsRecord) {
        match record {
            OffsetsRecord::Offset { group, partition, value: Some(value) } => {
                self.offsets.set(&group, partition, value)
            }
            OffsetsRecord::Offset { group, partition, value: None } => self.offsets.remove(&group, partition),
            OffsetsRecord::Group { group, value: Some(value) } => {
                self.groups.insert(group.clone(), value.into_group(group));
            }
            OffsetsRecord::Group { group, value: None } => {
                self.groups.remove(&group);
            }
        }
    }

    /// After the whole log has been replayed: members get a session to be heard of in.
    pub fn on_loaded(&mut self, turn: &mut Turn) {
        for group in self.offsets.groups() {
            if !self.groups.contains_key(group) {
                self.groups.insert(group.clone(), ClassicGroup::new(group.clone(), turn.now()));
            }
        }
        for group in self.groups.values() {
            for member in group.members() {
                classic_rebalance::touch(group, &member.id, turn);
            }
        }
    }

    /// The partition moves away: everyone who waits is sent to look for the new coordinator.
    pub fn on_unloaded(&mut self, turn: &mut Turn) {
        for group in self.groups.values_mut() {
            release_parked(group, ErrorCode::NotCoordinator, turn);
        }
    }
}

/// Answers all parked requests of a group with an error, and stops its timers.
fn release_parked(group: &mut ClassicGroup, error: ErrorCode, turn: &mut Turn) {
    let pending: Vec<MemberId> = group.pending_members().cloned().collect();
    for id in pending {
        turn.out.cancel_timer(Timer::MemberSession(group.id.clone(), id));
    }
    for id in group.member_ids() {
        turn.out.cancel_timer(Timer::MemberSession(group.id.clone(), id.clone()));
        let member = group.member_mut(&id).expect("its id has just been read");
        let (join, sync) = (member.awaiting_join.take(), member.awaiting_sync.take());
        if let Some(to) = join {
            classic_join::refuse(to, error, Some(id), turn);
        }
        if let Some(to) = sync {
            classic_sync::refuse(to, error, turn);
        }
    }
    turn.out.cancel_timer(Timer::GroupJoin(group.id.clone()));
    turn.out.cancel_timer(Timer::GroupSync(group.id.clone()));
}
