//! The groups of the new consumer protocol within a shard: they are made, changed, written, and changed back when the
//! write is refused.

use super::classic_group::ClassicGroup;
use super::classic_member::Parked;
use super::consumer_group::{ConsumerGroup, ConsumerGroupChange};
use super::consumer_heartbeat::{self, Changes};
use super::group::Group;
use super::offset_records::OffsetsRecord;
use super::pending_writes::AfterWrite;
use super::shard::Shard;
use super::turn::Turn;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{GroupId, MemberId, Node};
use crate::protocol::message::{ConsumerGroupHeartbeatRequest, Response};
use crate::protocol::offset::MemberEpoch;
use std::collections::VecDeque;

impl Shard {
    /// A heartbeat that changes the group is answered when the changes are replicated, any other at once.
    pub fn on_consumer_group_heartbeat(
        &mut self,
        to: Parked,
        request: &ConsumerGroupHeartbeatRequest,
        turn: &mut Turn,
    ) {
        let answer = |response| Response::ConsumerGroupHeartbeat(response);
        let valid = match (consumer_heartbeat::validate(request), to.from) {
            (Err(error), _) => Err(error),
            (Ok(()), Node::Client(client)) => Ok(client),
            (Ok(()), Node::Broker(_) | Node::Controller(_) | Node::Server(_)) => Err(ErrorCode::InvalidRequest),
        };
        let client = match valid {
            Ok(client) => client,
            Err(error) => return turn.answer(to, answer(consumer_heartbeat::refusal(request, error))),
        };
        let id = request.group.clone();
        let replaced = match self.make_consumer_group(&id, request.member_epoch == MemberEpoch::JOIN) {
            Ok(replaced) => replaced,
            Err(error) => return turn.answer(to, answer(consumer_heartbeat::refusal(request, error))),
        };
        let group = self.groups.get_mut(&id).and_then(Group::consumer_mut).expect("it has just been made sure of");
        let mut changes = Changes::new(group);
        let result = match request.member_epoch {
            MemberEpoch::LEAVE | MemberEpoch::LEAVE_STATIC => consumer_heartbeat::on_leave(&mut changes, request, turn),
            _ => consumer_heartbeat::on_heartbeat(&mut changes, client, request, turn),
        };
        let (changes, undo) = (changes.changes, changes.undo);
        match result {
            Err(error) => turn.answer(to, answer(consumer_heartbeat::refusal(request, error))),
            Ok(response) if changes.is_empty() => turn.answer(to, answer(response)),
            Ok(response) => {
                let answer = Some((to, Box::new(response)));
                write_changes(&id, changes, AfterWrite::Consumer { answer, group: id.clone(), undo, replaced }, turn);
            }
        }
    }

    /// Makes sure that the group is one of the new protocol; hands out the empty classic group that it replaced.
    fn make_consumer_group(&mut self, id: &GroupId, joins: bool) -> Result<Option<Box<ClassicGroup>>, ErrorCode> {
        match self.groups.get(id) {
            Some(Group::Consumer(_)) => return Ok(None),
            Some(group) if joins && group.is_empty() => {}
            None if joins => {}
            Some(_) | None => return Err(ErrorCode::GroupIdNotFound),
        }
        match self.groups.insert(id.clone(), Group::Consumer(ConsumerGroup::new(id.clone()))) {
            Some(Group::Classic(group)) => Ok(Some(Box::new(group))),
            Some(Group::Consumer(_)) | None => Ok(None),
        }
    }

    pub fn on_rebalance_timer(&mut self, group: &GroupId, member: &MemberId, turn: &mut Turn) {
        if let Some(group) = self.groups.get_mut(group).and_then(Group::consumer_mut) {
            let mut changes = Changes::new(group);
            consumer_heartbeat::on_rebalance_timer(&mut changes, member, turn);
            write_unasked(changes, turn);
        }
    }

    /// Takes back what could not be stored of a consumer group.
    pub(super) fn undo(
        &mut self,
        id: &GroupId,
        undo: VecDeque<ConsumerGroupChange>,
        replaced: Option<Box<ClassicGroup>>,
        turn: &mut Turn,
    ) {
        for change in undo {
            self.replay(OffsetsRecord::Consumer { group: id.clone(), change });
        }
        if let Some(group) = replaced {
            self.groups.insert(id.clone(), Group::Classic(*group));
        }
        if let Some(group) = self.groups.get_mut(id).and_then(Group::consumer_mut) {
            consumer_heartbeat::on_loaded(group, turn);
        }
    }

    /// Takes one record of a consumer group over.
    pub(super) fn replay_consumer(&mut self, id: GroupId, change: ConsumerGroupChange) {
        let known = self.groups.get_mut(&id).and_then(Group::consumer_mut);
        match (known, change.is_tombstone()) {
            (Some(_), _) if change == ConsumerGroupChange::Epoch(None) => {
                self.groups.remove(&id);
            }
            (Some(group), _) => group.apply(change),
            (None, true) => {}
            (None, false) => {
                let mut group = ConsumerGroup::new(id.clone());
                group.apply(change);
                self.groups.insert(id, Group::Consumer(group));
            }
        }
    }
}

/// A member of a consumer group has been silent for a whole session.
pub fn on_session_timer(group: &mut ConsumerGroup, member: &MemberId, turn: &mut Turn) {
    let mut changes = Changes::new(group);
    consumer_heartbeat::on_session_timer(&mut changes, member, turn);
    write_unasked(changes, turn);
}

/// Writes what a timer did to a consumer group.
fn write_unasked(changes: Changes, turn: &mut Turn) {
    let Changes { group, changes, undo } = changes;
    if !changes.is_empty() {
        let id = group.id.clone();
        write_changes(
            &id,
            changes,
            AfterWrite::Consumer { answer: None, group: id.clone(), undo, replaced: None },
            turn,
        );
    }
}

fn write_changes(group: &GroupId, changes: Vec<ConsumerGroupChange>, then: AfterWrite, turn: &mut Turn) {
    let record = |change| OffsetsRecord::Consumer { group: group.clone(), change };
    let mut records = Vec::new();
    if let AfterWrite::Consumer { replaced: Some(_), .. } = &then {
        records.push(OffsetsRecord::Group { group: group.clone(), value: None });
    }
    records.extend(changes.into_iter().map(record));
    turn.write(&records, then);
}
