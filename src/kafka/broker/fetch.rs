//! Fetch as a leader serves it: to followers up to the log end, to consumers up to the high watermark; and the purgatory
//! where a fetch waits for something to give.

use super::Broker;
use crate::protocol::config::IsolationLevel;
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerEpoch, BrokerId, CorrelationId, Node, TopicPartition};
use crate::protocol::message::{FetchPartition, FetchPartitionResponse, FetchRequest, FetchResponse, Response};
use crate::protocol::offset::{EpochEndOffset, LeaderEpoch, Offset};
use crate::protocol::timer::Timer;
use crate::sim::sort::Sort;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;

/// A fetch in the purgatory (`DelayedFetch`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DelayedFetch {
    ticket: u64,
    pub(super) from: Node,
    correlation: CorrelationId,
    /// Its partitions are sorted.
    request: FetchRequest,
}

impl Broker {
    pub(super) fn handle_fetch(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        mut request: FetchRequest,
        out: &mut Outbox,
    ) {
        request.partitions.arrange_by_key(|partition| partition.partition);
        if let Some((follower, broker_epoch)) = request.replica {
            for index in 0..request.partitions.len() {
                self.on_follower_fetch(follower, broker_epoch, &request.partitions[index].clone(), out);
            }
        }
        let delayed = DelayedFetch { ticket: 0, from, correlation, request };
        if delayed.request.max_wait == SimDuration::ZERO || self.is_fetch_satisfied(&delayed) {
            self.answer_fetch(delayed, out);
            return;
        }
        let ticket = self.next_ticket();
        out.set_timer(Timer::DelayedOperation(ticket), delayed.request.max_wait);
        self.memory.delayed_fetches.push(DelayedFetch { ticket, ..delayed });
    }

    /// A follower's fetch says what it has: the leader's picture of it, the ISR and the high watermark follow from that.
    fn on_follower_fetch(
        &mut self,
        follower: BrokerId,
        broker_epoch: BrokerEpoch,
        fetch: &FetchPartition,
        out: &mut Outbox,
    ) {
        let id = fetch.partition;
        if self.check_fetch(fetch).is_err() || self.diverging_epoch(fetch).is_some() {
            return;
        }
        let Some(log) = self.disk.logs.get(&id) else { return };
        let log_end_offset = log.log_end_offset();
        let Some(partition) = self.memory.partitions.get_mut(&id) else { return };
        let Some(leader) = partition.leader_mut() else { return };
        let Some(replica) = leader.followers.iter_mut().find(|replica| replica.broker == follower) else { return };
        replica.on_fetch(out.now(), fetch.fetch_offset, fetch.log_start_offset, log_end_offset, Some(broker_epoch));
        self.maybe_expand_isr(id, follower, out);
        self.advance_high_watermark(id, out);
    }

    /// Whether this broker leads the partition, in the epoch that the fetcher knows (KIP-320), and has the offset.
    fn check_fetch(&self, fetch: &FetchPartition) -> Result<(), ErrorCode> {
        let partition = self.hosted(fetch.partition)?;
        if !partition.is_leader() {
            return Err(ErrorCode::NotLeaderOrFollower);
        }
        if fetch.current_leader_epoch != LeaderEpoch::NONE && self.config.replication_rules.are_fetches_fenced() {
            if fetch.current_leader_epoch < partition.leader_epoch {
                return Err(ErrorCode::FencedLeaderEpoch);
            }
            if fetch.current_leader_epoch > partition.leader_epoch {
                return Err(ErrorCode::UnknownLeaderEpoch);
            }
        }
        let log = self.disk.logs.get(&fetch.partition).ok_or(ErrorCode::KafkaStorageError)?;
        let is_diverging = self.diverging_epoch(fetch).is_some();
        let is_within = fetch.fetch_offset >= log.log_start_offset() && fetch.fetch_offset <= log.log_end_offset();
        if !is_diverging && !is_within { Err(ErrorCode::OffsetOutOfRange) } else { Ok(()) }
    }

    /// Where the follower's log parts from ours (`UnifiedLog.endOffsetForEpoch`, KIP-595); `None` when it does not.
    fn diverging_epoch(&self, fetch: &FetchPartition) -> Option<EpochEndOffset> {
        if fetch.last_fetched_epoch == LeaderEpoch::NONE || !self.config.replication_rules.is_last_epoch_compared() {
            return None;
        }
        let log = self.disk.logs.get(&fetch.partition)?;
        let mut end = log.end_offset_for_epoch(fetch.last_fetched_epoch);
        if end.end_offset == Offset::NONE {
            // An epoch newer than all of ours: a fenced fetch never has one.
            end = EpochEndOffset { leader_epoch: log.last_epoch(), end_offset: log.log_end_offset() };
        }
        (end.leader_epoch < fetch.last_fetched_epoch || end.end_offset < fetch.fetch_offset).then_some(end)
    }

    /// How far this fetcher may read.
    fn readable_end(&self, id: TopicPartition, request: &FetchRequest) -> Offset {
        if request.replica.is_some() {
            return self.disk.logs.get(&id).map_or(Offset::ZERO, |log| log.log_end_offset());
        }
        match request.isolation_level {
            IsolationLevel::ReadUncommitted => {
                self.memory.partitions.get(&id).map_or(Offset::ZERO, |partition| partition.high_watermark)
            }
            IsolationLevel::ReadCommitted => self.last_stable_offset(id),
        }
    }

    /// The first offset that a reader of committed transactions may not see.
    pub(super) fn last_stable_offset(&self, id: TopicPartition) -> Offset {
        let high_watermark = self.memory.partitions.get(&id).map_or(Offset::ZERO, |partition| partition.high_watermark);
        self.disk.logs.get(&id).map_or(high_watermark, |log| log.last_stable_offset(high_watermark))
    }

    /// `DelayedFetch.tryComplete`: is there enough to give, or an error to tell? A newer high watermark is no reason to hurry:
    /// it comes with the next records, or when the fetch has waited (KAFKA-9952).
    fn is_fetch_satisfied(&self, delayed: &DelayedFetch) -> bool {
        let mut bytes = 0;
        let enough = delayed.request.min_bytes.max(0) as u64;
        for fetch in &delayed.request.partitions {
            if self.check_fetch(fetch).is_err() || self.diverging_epoch(fetch).is_some() {
                return true;
            }
            let end = self.readable_end(fetch.partition, &delayed.request);
            if fetch.fetch_offset < end {
                let Some(log) = self.disk.logs.get(&fetch.partition) else { continue };
                bytes += log.readable_bytes(fetch.fetch_offset, end, enough.saturating_sub(bytes).max(1));
                if bytes >= enough {
                    return true;
                }
            }
        }
        enough == 0
    }

    /// A follower that was told an older high watermark gets the new one without waiting for data.
    fn lacks_high_watermark(&self, request: &FetchRequest, fetch: &FetchPartition) -> bool {
        let known = self.memory.partitions.get(&fetch.partition).filter(|partition| partition.is_leader());
        request.replica.is_some()
            && known.is_some_and(|partition| fetch.high_watermark < partition.high_watermark.min(fetch.fetch_offset))
    }

    /// Something has come into a partition, or its high watermark or leader has moved: fetches that wait for it may go on.
    pub(super) fn complete_fetches(&mut self, id: TopicPartition, out: &mut Outbox) {
        let mut index = 0;
        while index < self.memory.delayed_fetches.len() {
            let delayed = &self.memory.delayed_fetches[index];
            let waits_for_it = delayed.request.partitions.binary_search_by_key(&id, |fetch| fetch.partition).is_ok();
            if waits_for_it && self.is_fetch_satisfied(delayed) {
                let delayed = self.memory.delayed_fetches.remove(index);
                out.cancel_timer(Timer::DelayedOperation(delayed.ticket));
                self.answer_fetch(delayed, out);
            } else {
                index += 1;
            }
        }
    }

    /// A request in one of the purgatories has waited for its whole time-out.
    pub(super) fn on_delayed_operation(&mut self, ticket: u64, out: &mut Outbox) {
        match self.memory.delayed_fetches.iter().position(|delayed| delayed.ticket == ticket) {
            Some(index) => {
                let delayed = self.memory.delayed_fetches.remove(index);
                self.answer_fetch(delayed, out);
            }
            None if self.expire_share_fetch(ticket, out) => {}
            None => self.expire_produce(ticket, out),
        }
    }

    fn answer_fetch(&mut self, delayed: DelayedFetch, out: &mut Outbox) {
        let DelayedFetch { from, correlation, request, .. } = delayed;
        let mut left = request.max_bytes.max(0) as u64;
        let mut partitions = Vec::new();
        for fetch in &request.partitions {
            let response = self.read_partition(fetch, &request, &mut left);
            let news = self.lacks_high_watermark(&request, fetch) || fetch.log_start_offset < response.log_start_offset;
            // To followers only what is new is said, as an incremental fetch session does (KIP-227).
            let is_worth_saying =
                news || !response.error.is_none() || response.diverging_epoch.is_some() || !response.batches.is_empty();
            if request.replica.is_none() || is_worth_saying {
                partitions.push(response);
            }
        }
        let response = FetchResponse { partitions, throttle_time: SimDuration::ZERO };
        Self::reply(from, correlation, Response::Fetch(response), out);
    }

    fn read_partition(&self, fetch: &FetchPartition, request: &FetchRequest, left: &mut u64) -> FetchPartitionResponse {
        let id = fetch.partition;
        let mut response = FetchPartitionResponse {
            partition: id,
            error: ErrorCode::None,
            high_watermark: Offset::NONE,
            last_stable_offset: Offset::NONE,
            log_start_offset: Offset::NONE,
            diverging_epoch: None,
            aborted_transactions: Vec::new(),
            preferred_read_replica: None,
            current_leader: None,
            batches: Vec::new(),
        };
        let log = self.disk.logs.get(&id);
        response.log_start_offset = log.map_or(Offset::NONE, |log| log.log_start_offset());
        if let Err(error) = self.check_fetch(fetch) {
            response.error = error;
            response.current_leader = self.known_leader(id);
            return response;
        }
        response.high_watermark =
            self.memory.partitions.get(&id).map_or(Offset::NONE, |partition| partition.high_watermark);
        response.last_stable_offset = self.last_stable_offset(id);
        response.diverging_epoch = self.diverging_epoch(fetch);
        if response.diverging_epoch.is_some() {
            return response;
        }
        let limit = (fetch.max_bytes.max(0) as u64).min(*left);
        if let Some(log) = log.filter(|_| limit > 0) {
            response.batches = log.read(fetch.fetch_offset, self.readable_end(id, request), limit);
            if request.isolation_level == IsolationLevel::ReadCommitted && request.replica.is_none() {
                let end = response.batches.last().map_or(fetch.fetch_offset, |batch| batch.next_offset());
                response.aborted_transactions = log.aborted_transactions().between(fetch.fetch_offset, end);
            }
            *left = left.saturating_sub(response.batches.iter().map(|batch| u64::from(batch.size)).sum());
        }
        response
    }
}
