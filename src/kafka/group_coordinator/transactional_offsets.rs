//! Offsets inside transactions (`OffsetMetadataManager`, KIP-98, KIP-447): written at once, valid when the transaction is.

use super::classic_member::Parked;
use super::offset_records::OffsetsRecord;
use super::pending_writes::AfterWrite;
use super::shard::Shard;
use super::turn::Turn;
use super::view::CommittedAt;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{GroupId, ProducerId, TopicPartition};
use crate::protocol::message::{OffsetCommitRequest, Response, TxnOffsetCommitRequest, TxnOffsetCommitResponse};
use crate::protocol::offset::Generation;
use crate::trace::event::TraceEvent;

impl Shard {
    /// Only a member of the present generation may commit: a zombie's transaction fails here (KIP-447).
    pub fn on_txn_offset_commit(&mut self, to: Parked, request: TxnOffsetCommitRequest, turn: &mut Turn) {
        let as_commit = OffsetCommitRequest {
            group: request.group.clone(),
            generation: request.generation,
            member: request.member.clone(),
            group_instance_id: request.group_instance_id.clone(),
            offsets: request.offsets.clone(),
        };
        if let Err(error) = self.validate_offset_commit(&as_commit, turn) {
            let error = match error {
                ErrorCode::GroupIdNotFound if request.generation >= Generation::ZERO => ErrorCode::IllegalGeneration,
                other => other,
            };
            return answer(to, &request.offsets, error, turn);
        }
        let at = turn.now();
        let with_time =
            |(partition, committed): &(TopicPartition, _)| (*partition, CommittedAt { committed: *committed, at });
        let offsets: Vec<(TopicPartition, CommittedAt)> = request.offsets.iter().map(with_time).collect();
        let record = |(partition, value): &(TopicPartition, CommittedAt)| OffsetsRecord::Offset {
            group: request.group.clone(),
            partition: *partition,
            value: Some(value.clone()),
        };
        let records: Vec<OffsetsRecord> = offsets.iter().map(record).collect();
        if records.is_empty() {
            return answer(to, &request.offsets, ErrorCode::None, turn);
        }
        let producer_id = request.producer_id;
        turn.write(&records, AfterWrite::TransactionalOffsets { to, group: request.group, producer_id, offsets });
        if let Some(write) = turn.writes.last_mut() {
            write.producer = Some((request.producer_id, request.producer_epoch));
        }
    }

    /// They lie in the log; whether they count, the marker will say.
    pub fn on_transactional_offsets_stored(
        &mut self,
        to: Parked,
        group: &GroupId,
        producer_id: ProducerId,
        offsets: Vec<(TopicPartition, CommittedAt)>,
        turn: &mut Turn,
    ) {
        let partitions = offsets.iter().map(|(partition, _)| (*partition, ErrorCode::None)).collect();
        for (partition, value) in offsets {
            self.offsets.add_pending(producer_id, group.clone(), partition, value);
        }
        turn.answer(to, Response::TxnOffsetCommit(TxnOffsetCommitResponse { partitions }));
    }

    /// The marker is replicated.
    pub fn on_transaction_ended(&mut self, producer_id: ProducerId, is_commit: bool, turn: &mut Turn) {
        for (group, partition, value) in self.offsets.take_pending(producer_id) {
            if is_commit {
                let offset = value.committed.offset;
                turn.out.record(TraceEvent::OffsetCommitted { group: group.clone(), partition, offset });
                self.offsets.set(&group, partition, value);
            }
        }
    }
}

fn answer<T>(to: Parked, offsets: &[(TopicPartition, T)], error: ErrorCode, turn: &mut Turn) {
    let partitions = offsets.iter().map(|(partition, _)| (*partition, error)).collect();
    turn.answer(to, Response::TxnOffsetCommit(TxnOffsetCommitResponse { partitions }));
}
