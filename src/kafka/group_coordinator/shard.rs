//! The groups of one partition of `__consumer_offsets` (`GroupCoordinatorShard`): finds the group of a request, a timer or
//! a finished write, and passes it on.

use super::answers::commit_error;
use super::classic_group::{ClassicGroup, ClassicGroupState};
use super::classic_join::{self, Join};
use super::classic_member::Parked;
use super::group::Group;
use super::group_offsets::GroupOffsets;
use super::offset_records::OffsetsRecord;
use super::pending_writes::AfterWrite;
use super::turn::{Turn, answer_to_failed_write, is_undecided};
use super::view::CommittedAt;
use super::{classic_leave, classic_rebalance, classic_sync, consumer_heartbeat, consumer_shard};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{GroupId, MemberId, Node, TopicPartition};
use crate::protocol::message::{
    HeartbeatRequest, HeartbeatResponse, JoinGroupRequest, LeaveGroupRequest, LeaveGroupResponse, OffsetCommitRequest,
    OffsetCommitResponse, OffsetFetchRequest, Response, SyncGroupRequest,
};
use crate::protocol::offset::{Generation, LeaderEpoch};
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeMap;
use crate::trace::event::TraceEvent;

/// One partition of `__consumer_offsets` that this broker leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    pub leader_epoch: LeaderEpoch,
    pub groups: BTreeMap<GroupId, Group>,
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
        if let Some(Group::Classic(group)) = self.groups.get_mut(&id) {
            return classic_join::on_join_group(group, Join { to, client, request }, turn);
        }
        let replaced = self.groups.get(&id);
        if replaced.is_some_and(|group| !group.is_empty()) {
            return classic_join::refuse(to, ErrorCode::InconsistentGroupProtocol, request.member, turn);
        }
        if request.member.is_some() {
            return classic_join::refuse(to, ErrorCode::UnknownMemberId, request.member, turn);
        }
        let mut records = replaced.map(Group::tombstones).unwrap_or_default();
        let mut group = ClassicGroup::new(id.clone(), turn.now());
        classic_join::on_join_group(&mut group, Join { to, client, request }, turn);
        self.groups.insert(id.clone(), Group::Classic(group));
        records.push(OffsetsRecord::of_new_group(&id, turn.now()));
        turn.write(&records, AfterWrite::GroupCreated { group: id });
    }

    pub fn on_sync_group(&mut self, to: Parked, request: SyncGroupRequest, turn: &mut Turn) {
        match self.classic_group(&request.group) {
            Some(group) => classic_sync::on_sync_group(group, to, request, turn),
            None => classic_sync::refuse(to, ErrorCode::UnknownMemberId, turn),
        }
    }

    /// Simplified: the answer does not wait for writes of others that are under way, as Kafka's new coordinator lets it.
    pub fn on_heartbeat(&mut self, to: Parked, request: &HeartbeatRequest, turn: &mut Turn) {
        let group = self.groups.get(&request.group).and_then(Group::classic);
        let error = group.map_or(ErrorCode::UnknownMemberId, |group| classic_sync::on_heartbeat(group, request, turn));
        turn.answer(to, Response::Heartbeat(HeartbeatResponse { error }));
    }

    /// When the group becomes empty by it, the answer waits until that is stored.
    pub fn on_leave_group(&mut self, to: Parked, request: &LeaveGroupRequest, turn: &mut Turn) {
        let writes_before = turn.writes.len();
        let error = match self.classic_group(&request.group) {
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

    /// A classic member's commit also counts as a sign of life.
    pub(super) fn validate_offset_commit(
        &self,
        request: &OffsetCommitRequest,
        turn: &mut Turn,
    ) -> Result<(), ErrorCode> {
        match self.groups.get(&request.group) {
            None if request.generation >= Generation::ZERO => Err(ErrorCode::GroupIdNotFound),
            // A consumer without a group to manage it: its group will exist for its offsets only.
            None => Ok(()),
            Some(Group::Consumer(group)) => group.validate_offset_commit(request.member.as_ref(), request.generation),
            Some(Group::Classic(group)) => {
                let instance_id = request.group_instance_id.as_ref();
                group.validate_offset_commit(request.member.as_ref(), instance_id, request.generation)?;
                let keeps_session =
                    group.is_in(ClassicGroupState::Stable) || group.is_in(ClassicGroupState::PreparingRebalance);
                if let (true, Some(member)) = (keeps_session, &request.member) {
                    classic_rebalance::touch(group, member, turn);
                }
                Ok(())
            }
        }
    }

    pub fn on_offset_fetch(&mut self, to: Parked, request: &OffsetFetchRequest, turn: &mut Turn) {
        turn.answer(to, Response::OffsetFetch(self.offsets.fetch(request)));
    }

    fn classic_group(&mut self, id: &GroupId) -> Option<&mut ClassicGroup> {
        self.groups.get_mut(id).and_then(Group::classic_mut)
    }

    pub fn on_session_timer(&mut self, group: &GroupId, member: &MemberId, turn: &mut Turn) {
        match self.groups.get_mut(group) {
            Some(Group::Classic(group)) => classic_leave::on_session_timer(group, member, turn),
            Some(Group::Consumer(group)) => consumer_shard::on_session_timer(group, member, turn),
            None => {}
        }
    }

    pub fn on_join_timer(&mut self, group: &GroupId, turn: &mut Turn) {
        if let Some(group) = self.classic_group(group) {
            classic_rebalance::on_join_timer(group, turn);
        }
    }

    pub fn on_sync_timer(&mut self, group: &GroupId, turn: &mut Turn) {
        if let Some(group) = self.classic_group(group) {
            classic_sync::on_sync_timer(group, turn);
        }
    }

    /// A write is replicated, or was not stored.
    pub fn on_write_done(&mut self, then: AfterWrite, result: Result<(), ErrorCode>, turn: &mut Turn) {
        let answer = result.map_err(answer_to_failed_write);
        if let Err(error) = answer {
            then.refuse(error, turn);
        }
        let is_refused = result.is_err_and(|error| !is_undecided(error));
        match then {
            AfterWrite::Nothing => {}
            AfterWrite::GroupCreated { group } => {
                if let (true, Err(error)) = (is_refused, answer) {
                    self.forget_group(&group, error, turn);
                }
            }
            AfterWrite::Assignment { group, generation, assignments } => {
                if let Some(group) = self.classic_group(&group) {
                    classic_sync::on_assignment_stored(group, generation, &assignments, answer, turn);
                }
            }
            AfterWrite::StaticMember { group, replaced } => {
                if let Some(group) = self.classic_group(&group) {
                    classic_join::on_static_member_stored(group, &replaced, answer, turn);
                }
            }
            AfterWrite::Leave { to } => {
                if answer.is_ok() {
                    turn.answer(to, Response::LeaveGroup(LeaveGroupResponse { error: ErrorCode::None }));
                }
            }
            AfterWrite::Consumer { group, undo, replaced, .. } if is_refused => self.undo(&group, undo, replaced, turn),
            AfterWrite::Consumer { answer: to, .. } => {
                if let (Some((to, response)), Ok(())) = (to, answer) {
                    turn.answer(to, Response::ConsumerGroupHeartbeat(*response));
                }
            }
            AfterWrite::TransactionalOffsets { to, group, producer_id, offsets } => {
                if answer.is_ok() {
                    self.on_transactional_offsets_stored(to, &group, producer_id, offsets, turn);
                }
            }
            AfterWrite::Offsets { to, group, offsets } => {
                if answer.is_ok() {
                    self.on_offsets_stored(to, &group, offsets, turn);
                }
            }
        }
    }

    fn on_offsets_stored(
        &mut self,
        to: Option<Parked>,
        group: &GroupId,
        offsets: Vec<(TopicPartition, CommittedAt)>,
        turn: &mut Turn,
    ) {
        let partitions = offsets.iter().map(|(partition, _)| (*partition, ErrorCode::None)).collect();
        if !self.groups.contains_key(group) {
            self.groups.insert(group.clone(), Group::Classic(ClassicGroup::new(group.clone(), turn.now())));
        }
        for (partition, value) in offsets {
            let offset = value.committed.offset;
            turn.out.record(TraceEvent::OffsetCommitted { group: group.clone(), partition, offset });
            self.offsets.set(group, partition, value);
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
        for group in self.groups.values().filter(|group| group.is_empty()) {
            let classic = group.classic();
            let empty_since = classic.filter(|group| group.has_protocol_type).map(|group| group.state_since);
            let mut records = self.offsets.expired(group.id(), empty_since, turn.now(), retention);
            let is_awaited = classic.is_some_and(|group| group.pending_members().next().is_some());
            if records.len() == self.offsets.of_group(group.id()).count() && !is_awaited {
                records.extend(group.tombstones());
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
                self.groups.insert(group.clone(), Group::Classic(value.into_group(group)));
            }
            OffsetsRecord::Group { group, value: None } => {
                if self.groups.get(&group).is_some_and(|group| group.classic().is_some()) {
                    self.groups.remove(&group);
                }
            }
            OffsetsRecord::Consumer { group, change } => self.replay_consumer(group, change),
        }
    }

    /// After the whole log has been replayed: members get a session to be heard of in.
    pub fn on_loaded(&mut self, turn: &mut Turn) {
        for group in self.offsets.groups() {
            if !self.groups.contains_key(group) {
                let simple = ClassicGroup::new(group.clone(), turn.now());
                self.groups.insert(group.clone(), Group::Classic(simple));
            }
        }
        for group in self.groups.values_mut() {
            match group {
                Group::Classic(group) => {
                    group.members().for_each(|member| classic_rebalance::touch(group, &member.id, turn))
                }
                Group::Consumer(group) => consumer_heartbeat::on_loaded(group, turn),
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
fn release_parked(group: &mut Group, error: ErrorCode, turn: &mut Turn) {
    let group = match group {
        Group::Classic(group) => group,
        Group::Consumer(group) => {
            return group.members().for_each(|(id, _)| consumer_heartbeat::cancel_timers(group, id, turn));
        }
    };
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
