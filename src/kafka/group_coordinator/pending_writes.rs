//! Writes to `__consumer_offsets` that are not replicated yet, and what each of them holds back.

use super::OffsetsWrite;
use super::classic_group::ClassicGroup;
use super::classic_member::{Parked, Protocols};
use super::consumer_group::ConsumerGroupChange;
use super::turn::Turn;
use super::view::CommittedAt;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{GroupId, MemberId, PartitionIndex, ProducerId, TopicPartition};
use crate::protocol::message::{
    ConsumerGroupHeartbeatResponse, LeaveGroupResponse, OffsetCommitResponse, Response, TxnOffsetCommitResponse,
};
use crate::protocol::offset::{Generation, MemberEpoch};
use crate::protocol::record::Bytes;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimDuration;
use std::collections::VecDeque;
use std::sync::Arc;

/// What happens when a write is replicated, or fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterWrite {
    /// Nobody waits for it.
    Nothing,
    /// A group that did not exist; it is forgotten when the write is refused.
    GroupCreated { group: GroupId },
    /// The leader's assignment; when it is stored, all members get their share.
    Assignment { group: GroupId, generation: Generation, assignments: BTreeMap<MemberId, Vec<TopicPartition>> },
    /// A static member came back under another id; its JoinGroup is parked.
    StaticMember { group: GroupId, replaced: Box<ReplacedMember> },
    /// A LeaveGroup to answer.
    Leave { to: Parked },
    /// Changes of a consumer group, with the heartbeat that made them, if it was one. Memory has them already: a write
    /// that is refused undoes them.
    Consumer {
        answer: Option<(Parked, Box<ConsumerGroupHeartbeatResponse>)>,
        group: GroupId,
        undo: VecDeque<ConsumerGroupChange>,
        /// The empty classic group that it replaced.
        replaced: Option<Box<ClassicGroup>>,
    },
    /// A TxnOffsetCommit to answer; the offsets can be fetched when the transaction is committed.
    TransactionalOffsets {
        to: Parked,
        group: GroupId,
        producer_id: ProducerId,
        offsets: Vec<(TopicPartition, CommittedAt)>,
    },
    /// An OffsetCommit to answer, unless it has been answered with a time-out. The offsets can be fetched from then on.
    Offsets { to: Option<Parked>, group: GroupId, offsets: Vec<(TopicPartition, CommittedAt)> },
}

impl AfterWrite {
    /// Answers what was held back for a request of its own with an error. JoinGroup and SyncGroup are parked at their
    /// members, and answered from there.
    pub fn refuse(&self, error: ErrorCode, turn: &mut Turn) {
        match self {
            Self::Leave { to } => turn.answer(*to, Response::LeaveGroup(LeaveGroupResponse { error })),
            Self::Offsets { to: Some(to), offsets, .. } => {
                let partitions = offsets.iter().map(|(partition, _)| (*partition, error)).collect();
                turn.answer(*to, Response::OffsetCommit(OffsetCommitResponse { partitions }));
            }
            Self::TransactionalOffsets { to, offsets, .. } => {
                let partitions = offsets.iter().map(|(partition, _)| (*partition, error)).collect();
                turn.answer(*to, Response::TxnOffsetCommit(TxnOffsetCommitResponse { partitions }));
            }
            Self::Consumer { answer: Some((to, response)), .. } => {
                let refusal = ConsumerGroupHeartbeatResponse {
                    error,
                    member: response.member.clone(),
                    member_epoch: MemberEpoch::JOIN,
                    heartbeat_interval: SimDuration::ZERO,
                    assignment: None,
                };
                turn.answer(*to, Response::ConsumerGroupHeartbeat(refusal));
            }
            Self::Nothing
            | Self::GroupCreated { .. }
            | Self::Assignment { .. }
            | Self::StaticMember { .. }
            | Self::Consumer { answer: None, .. }
            | Self::Offsets { to: None, .. } => {}
        }
    }
}

/// What a static member was before another incarnation of it took over, to go back to when that cannot be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplacedMember {
    pub instance_id: Arc<str>,
    pub old: MemberId,
    pub new: MemberId,
    pub protocols: Protocols,
    pub session_timeout: SimDuration,
    pub rebalance_timeout: SimDuration,
}

/// All writes under way, by ticket: in the order in which they were appended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PendingWrites {
    next_ticket: u64,
    writes: BTreeMap<u64, (PartitionIndex, AfterWrite)>,
}

impl PendingWrites {
    /// Registers a write and makes what the broker is asked to append.
    pub fn begin(
        &mut self,
        partition: PartitionIndex,
        records: Vec<(Option<Bytes>, Option<Bytes>)>,
        then: AfterWrite,
    ) -> OffsetsWrite {
        assert!(!records.is_empty(), "a write holds at least one record");
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.writes.insert(ticket, (partition, then));
        OffsetsWrite { partition, records, producer: None, ticket }
    }

    /// The log that this write goes to; `None` when the write is settled.
    pub fn partition(&self, ticket: u64) -> Option<PartitionIndex> {
        self.writes.get(&ticket).map(|(partition, _)| *partition)
    }

    /// Gives a write under way something else to hold back.
    pub fn set(&mut self, ticket: u64, then: AfterWrite) {
        let write = self.writes.get_mut(&ticket).expect("only writes under way hold something back");
        write.1 = then;
    }

    /// Takes a write out; `None` when it is settled.
    pub fn take(&mut self, ticket: u64) -> Option<(PartitionIndex, AfterWrite)> {
        self.writes.remove(&ticket)
    }

    /// Puts a write back that has timed out: its records lie in the log, and may still be replicated.
    pub fn keep(&mut self, ticket: u64, partition: PartitionIndex, then: AfterWrite) {
        self.writes.insert(ticket, (partition, then));
    }

    /// Takes out all writes to this partition up to and with `ticket`, the oldest first: they lie in the log in this
    /// order, so what is replicated with one is replicated with those before it.
    pub fn take_up_to(&mut self, ticket: u64, partition: PartitionIndex) -> Vec<AfterWrite> {
        let writes = self.writes.range(..=ticket).filter(|(_, write)| write.0 == partition);
        let tickets: Vec<u64> = writes.map(|(ticket, _)| *ticket).collect();
        tickets.into_iter().filter_map(|ticket| self.writes.remove(&ticket)).map(|(_, then)| then).collect()
    }

    /// Forgets all writes to a partition, and hands out what they held back.
    pub fn take_partition(&mut self, partition: PartitionIndex) -> Vec<AfterWrite> {
        let tickets: Vec<u64> =
            self.writes.iter().filter(|(_, write)| write.0 == partition).map(|(ticket, _)| *ticket).collect();
        tickets.into_iter().filter_map(|ticket| self.writes.remove(&ticket)).map(|(_, then)| then).collect()
    }
}
