//! ShareFetch and ShareAcknowledge as a partition's leader serves them (KIP-932; `SharePartitionManager`,
//! `DelayedShareFetch`): members acquire records for a while, and say of each what has become of it.
//!
//! Simplified: share sessions are not modelled, every request names its partitions. The state of a share partition is kept
//! by its leader alone: there is no `__share_group_state`, so that a new leader begins at the log start again. Share groups
//! read everything up to the high watermark, from the beginning (`share.auto.offset.reset=earliest`).

use super::Broker;
use crate::kafka::share_group::ShareMembership;
use crate::kafka::share_partition::{
    AcknowledgeType, AcknowledgementBatch, AcquireRequest, RecordState, ShareAcquireMode, ShareGroupLimits,
    SharePartition,
};
use crate::protocol::config::millis;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{CorrelationId, GroupId, MemberId, Node, TopicId, TopicName, TopicPartition};
use crate::protocol::message::{
    Acknowledgement, AcquiredRange, Response, ShareAcknowledgeRequest, ShareAcknowledgeResponse,
    ShareFetchPartitionResponse, ShareFetchRequest, ShareFetchResponse, ShareGroupHeartbeatRequest,
    ShareGroupHeartbeatResponse,
};
use crate::protocol::offset::{MemberEpoch, Offset};
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::{ShareOutcome, TraceEvent};
use std::ops::RangeInclusive;

/// What one ShareFetch may bring, in bytes (`fetch.max.bytes` of a share consumer).
const FETCH_BYTES_MAX: u64 = 50 << 20;

/// A ShareFetch that waits for records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DelayedShareFetch {
    ticket: u64,
    from: Node,
    correlation: CorrelationId,
    request: ShareFetchRequest,
    /// How its acknowledgements ended.
    acknowledged: Vec<(TopicPartition, ErrorCode)>,
}

/// What share groups have of this broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    partitions: BTreeMap<(GroupId, TopicPartition), SharePartition>,
    delayed: Vec<DelayedShareFetch>,
    /// Whose process each member lives in.
    members: BTreeMap<MemberId, Node>,
}

impl Shares {
    /// A group's state of a partition that is led here.
    pub fn partition(&self, group: &GroupId, partition: TopicPartition) -> Option<&SharePartition> {
        self.partitions.get(&(group.clone(), partition))
    }
}

impl Broker {
    pub(super) fn handle_share_heartbeat(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        request: &ShareGroupHeartbeatRequest,
        out: &mut Outbox,
    ) {
        let membership = self.share_membership();
        let response = match from {
            Node::Client(client) if self.memory.groups.is_coordinator_of(&request.group) => {
                let Self { memory, .. } = self;
                let image = &memory.image;
                let partitions_of = |name: &TopicName| topic_size(image, name);
                memory.share_groups.on_heartbeat(client, request, membership, partitions_of, out)
            }
            _ => ShareGroupHeartbeatResponse {
                error: ErrorCode::NotCoordinator,
                member_epoch: MemberEpoch::JOIN,
                heartbeat_interval: membership.heartbeat_interval,
                assignment: None,
            },
        };
        Self::reply(from, correlation, Response::ShareGroupHeartbeat(response), out);
    }

    pub(super) fn on_share_session_timer(&mut self, group: &GroupId, member: &MemberId, out: &mut Outbox) {
        let after = self.share_membership().session_timeout;
        let Self { memory, .. } = self;
        let image = &memory.image;
        memory.share_groups.on_session_timer(group, member, after, |name| topic_size(image, name), out);
    }

    fn share_membership(&self) -> ShareMembership {
        ShareMembership {
            heartbeat_interval: millis(self.config.group_share_heartbeat_interval_ms),
            session_timeout: millis(self.config.group_share_session_timeout_ms),
        }
    }

    pub(super) fn handle_share_fetch(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        request: ShareFetchRequest,
        out: &mut Outbox,
    ) {
        self.memory.shares.members.insert(request.member.clone(), from);
        let mut acknowledged = Vec::new();
        for (id, settled) in &request.partitions {
            if !settled.is_empty() {
                acknowledged.push((*id, self.acknowledge(&request.group, &request.member, *id, settled, out)));
            }
        }
        let delayed = DelayedShareFetch { ticket: 0, from, correlation, request, acknowledged };
        if !self.try_share_fetch(&delayed, false, out) {
            let ticket = self.next_ticket();
            out.set_timer(Timer::DelayedOperation(ticket), delayed.request.max_wait);
            self.memory.shares.delayed.push(DelayedShareFetch { ticket, ..delayed });
        }
        self.complete_share_fetches(out);
    }

    /// Acquires what there is; answers when there is something, an error, or `is_last`. True when it has answered.
    fn try_share_fetch(&mut self, delayed: &DelayedShareFetch, is_last: bool, out: &mut Outbox) -> bool {
        let request = &delayed.request;
        let mut partitions = Vec::new();
        let mut wanted = request.max_records;
        let mut is_worth_it = is_last;
        for (id, _) in &request.partitions {
            let error = delayed.acknowledged.iter().find(|(known, _)| known == id).map(|(_, error)| *error);
            let mut part = ShareFetchPartitionResponse {
                partition: *id,
                error: ErrorCode::None,
                acknowledge_error: error.unwrap_or_default(),
                acquired: Vec::new(),
                batches: Vec::new(),
            };
            match self.acquire(request, *id, wanted, out) {
                Ok((acquired, batches)) => (part.acquired, part.batches) = (acquired, batches),
                Err(error) => part.error = error,
            }
            wanted -= part.acquired.iter().map(|range| range.last.0 - range.first.0 + 1).sum::<i64>();
            is_worth_it |= !part.acquired.is_empty() || !part.error.is_none() || !part.acknowledge_error.is_none();
            partitions.push(part);
        }
        if is_worth_it {
            let lock_duration = millis(self.config.group_share_record_lock_duration_ms);
            let response = ShareFetchResponse { partitions, lock_duration };
            Self::reply(delayed.from, delayed.correlation, Response::ShareFetch(response), out);
            self.set_lock_timer(out);
        }
        is_worth_it
    }

    fn share_limits(&self) -> ShareGroupLimits {
        ShareGroupLimits {
            delivery_count_limit: self.config.group_share_delivery_count_limit as u16,
            record_lock_duration: millis(self.config.group_share_record_lock_duration_ms),
            max_in_flight_records: self.config.group_share_partition_max_record_locks,
        }
    }

    fn acquire(
        &mut self,
        request: &ShareFetchRequest,
        id: TopicPartition,
        max_records: i64,
        out: &mut Outbox,
    ) -> Result<(Vec<AcquiredRange>, Vec<crate::protocol::record::RecordBatch>), ErrorCode> {
        let known = self.memory.partitions.get(&id).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        if !known.is_leader() {
            return Err(ErrorCode::NotLeaderOrFollower);
        }
        let high_watermark = known.high_watermark;
        let limits = self.share_limits();
        let log = self.disk.logs.get(&id).ok_or(ErrorCode::KafkaStorageError)?;
        let key = (request.group.clone(), id);
        let share = self
            .memory
            .shares
            .partitions
            .entry(key)
            .or_insert_with(|| SharePartition::new(limits, log.log_start_offset()));
        share.on_log_start_offset(log.log_start_offset());
        if max_records <= 0 || !share.can_acquire() {
            return Ok((Vec::new(), Vec::new()));
        }
        let fetch_offset = share.next_fetch_offset();
        let batches = log.read(fetch_offset, high_watermark, FETCH_BYTES_MAX);
        let ranges: Vec<RangeInclusive<Offset>> =
            batches.iter().map(|batch| batch.base_offset..=batch.last_offset()).collect();
        let acquire = AcquireRequest {
            member: request.member.clone(),
            mode: ShareAcquireMode::BatchOptimized,
            max_records,
            batch_size: max_records,
            fetch_offset,
        };
        let acquired: Vec<AcquiredRange> = share
            .acquire(&acquire, &ranges, out.now())
            .iter()
            .map(|range| AcquiredRange { first: range.first, last: range.last, delivery_count: range.delivery_count })
            .collect();
        for range in &acquired {
            out.record(TraceEvent::ShareRecordsAcquired {
                group: request.group.clone(),
                member: request.member.clone(),
                partition: id,
                first: range.first,
                last: range.last,
                delivery_count: range.delivery_count,
            });
        }
        let is_acquired = |batch: &crate::protocol::record::RecordBatch| {
            acquired.iter().any(|range| range.first <= batch.last_offset() && batch.base_offset <= range.last)
        };
        let batches = batches.into_iter().filter(is_acquired).collect();
        Ok((acquired, batches))
    }

    pub(super) fn handle_share_acknowledge(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        request: &ShareAcknowledgeRequest,
        out: &mut Outbox,
    ) {
        let settle = |(id, settled): &(TopicPartition, Vec<Acknowledgement>)| {
            (*id, self.acknowledge(&request.group, &request.member, *id, settled, out))
        };
        let partitions = request.partitions.iter().map(settle).collect();
        Self::reply(from, correlation, Response::ShareAcknowledge(ShareAcknowledgeResponse { partitions }), out);
        self.complete_share_fetches(out);
    }

    /// What a member says of records that it has acquired.
    fn acknowledge(
        &mut self,
        group: &GroupId,
        member: &MemberId,
        id: TopicPartition,
        settled: &[Acknowledgement],
        out: &mut Outbox,
    ) -> ErrorCode {
        if !self.memory.partitions.get(&id).is_some_and(|partition| partition.is_leader()) {
            return ErrorCode::NotLeaderOrFollower;
        }
        let limit = self.config.group_share_delivery_count_limit as u16;
        let Some(share) = self.memory.shares.partitions.get_mut(&(group.clone(), id)) else {
            return ErrorCode::InvalidRecordState;
        };
        let batch = |said: &Acknowledgement| AcknowledgementBatch {
            first: said.first,
            last: said.last,
            types: vec![AcknowledgeType::from_id(said.acknowledge_type).unwrap_or(AcknowledgeType::Gap)],
        };
        let is_worn_out = |said: &Acknowledgement| {
            let of_range = share.in_flight().filter(|(offset, _)| (said.first..=said.last).contains(offset));
            of_range.into_iter().any(|(_, state)| state.delivery_count >= limit)
        };
        let outcomes: Vec<ShareOutcome> = settled
            .iter()
            .map(|said| match AcknowledgeType::from_id(said.acknowledge_type) {
                Some(AcknowledgeType::Accept) => ShareOutcome::Accepted,
                Some(AcknowledgeType::Release) if is_worn_out(said) => ShareOutcome::Archived,
                Some(AcknowledgeType::Release) => ShareOutcome::Released,
                _ => ShareOutcome::Rejected,
            })
            .collect();
        let batches: Vec<AcknowledgementBatch> = settled.iter().map(batch).collect();
        if let Err(error) = share.acknowledge(member, &batches, out.now()) {
            out.record(TraceEvent::ShareAcknowledgeRefused {
                group: group.clone(),
                member: member.clone(),
                partition: id,
                error,
            });
            return error;
        }
        for (said, outcome) in settled.iter().zip(outcomes) {
            out.record(TraceEvent::ShareRecordsSettled {
                group: group.clone(),
                partition: id,
                first: said.first,
                last: said.last,
                outcome,
            });
        }
        ErrorCode::None
    }

    /// Something may have become available: fetches that wait try again.
    pub(super) fn complete_share_fetches(&mut self, out: &mut Outbox) {
        let mut index = 0;
        while index < self.memory.shares.delayed.len() {
            let delayed = self.memory.shares.delayed[index].clone();
            if self.try_share_fetch(&delayed, false, out) {
                self.memory.shares.delayed.remove(index);
                out.cancel_timer(Timer::DelayedOperation(delayed.ticket));
            } else {
                index += 1;
            }
        }
    }

    /// A ShareFetch has waited for its whole time; false when the ticket is another purgatory's.
    pub(super) fn expire_share_fetch(&mut self, ticket: u64, out: &mut Outbox) -> bool {
        let Some(index) = self.memory.shares.delayed.iter().position(|delayed| delayed.ticket == ticket) else {
            return false;
        };
        let delayed = self.memory.shares.delayed.remove(index);
        self.try_share_fetch(&delayed, true, out);
        true
    }

    /// Locks have run out: what their members had is available again, or archived.
    pub(super) fn on_share_lock_timer(&mut self, out: &mut Outbox) {
        let now = out.now();
        let limit = self.config.group_share_delivery_count_limit as u16;
        for ((group, id), share) in &mut self.memory.shares.partitions {
            let has_run_out = |state: &RecordState| state.locked_until().is_some_and(|until| until <= now);
            let expired: Vec<(Offset, u16)> = share
                .in_flight()
                .filter(|(_, state)| has_run_out(&state.state))
                .map(|(offset, state)| (offset, state.delivery_count))
                .collect();
            let Some((first, _)) = expired.first() else { continue };
            share.expire_locks(now);
            let (group, partition) = (group.clone(), *id);
            let records = expired.len() as u32;
            out.record(TraceEvent::ShareLocksExpired { group: group.clone(), partition, first: *first, records });
            for (offset, _) in expired.iter().filter(|(_, delivery_count)| *delivery_count >= limit) {
                let (group, outcome) = (group.clone(), ShareOutcome::Archived);
                let (first, last) = (*offset, *offset);
                out.record(TraceEvent::ShareRecordsSettled { group, partition, first, last, outcome });
            }
        }
        self.complete_share_fetches(out);
        self.set_lock_timer(out);
    }

    fn set_lock_timer(&self, out: &mut Outbox) {
        let next = self.memory.shares.partitions.values().filter_map(SharePartition::next_lock_expiry).min();
        match next {
            Some(at) => out.set_timer(Timer::ShareLocks, at.since(out.now()).max(SimDuration::from_nanos(1))),
            None => out.cancel_timer(Timer::ShareLocks),
        }
    }

    /// A member's connection broke: what it had acquired is available again.
    pub(super) fn release_share_members(&mut self, peer: Node, out: &mut Outbox) {
        self.memory.shares.delayed.retain(|delayed| delayed.from != peer);
        let gone: Vec<MemberId> = self
            .memory
            .shares
            .members
            .iter()
            .filter(|(_, node)| **node == peer)
            .map(|(member, _)| member.clone())
            .collect();
        if gone.is_empty() {
            return;
        }
        for share in self.memory.shares.partitions.values_mut() {
            gone.iter().for_each(|member| share.release_member(member));
        }
        self.memory.shares.members.retain(|_, node| *node != peer);
        self.complete_share_fetches(out);
    }

    /// This broker leads the partition no more.
    pub(super) fn drop_shares(&mut self, id: TopicPartition, out: &mut Outbox) {
        self.memory.shares.partitions.retain(|(_, partition), _| *partition != id);
        self.complete_share_fetches(out);
    }
}

fn topic_size(image: &crate::kafka::metadata_image::MetadataImage, name: &TopicName) -> Option<(TopicId, u16)> {
    image.topic_named(name).map(|topic| (topic.topic, topic.partitions.len() as u16))
}
