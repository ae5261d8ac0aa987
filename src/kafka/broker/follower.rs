//! The follower's side of replication: one fetch in flight for each leader, truncation where the logs part, appends, and
//! the high watermark that comes one fetch later (`AbstractFetcherThread`).

use super::Broker;
use super::produce::WRITEBACK_DELAY;
use crate::kafka::log::Log;
use crate::kafka::partition::Role;
use crate::protocol::config::{IsolationLevel, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, CorrelationId, Node, TopicPartition};
use crate::protocol::message::{FetchPartition, FetchPartitionResponse, FetchRequest, FetchResponse, Message, Request};
use crate::protocol::offset::{EpochEndOffset, LeaderEpoch, Offset};
use crate::protocol::timer::Timer;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::{TraceEvent, TruncationReason};

/// Fetches from one leader.
///
/// ```text
/// idle        -> in flight    a partition was added, or a response has been worked in
/// in flight   -> idle         response, disconnection, or time-out (then after replica.fetch.backoff.ms)
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fetcher {
    /// Sorted.
    partitions: Vec<TopicPartition>,
    in_flight: Option<InFlight>,
    is_backing_off: bool,
}

/// What was asked: an answer counts only for a partition that still stands where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
struct InFlight {
    correlation: CorrelationId,
    asked: Vec<(TopicPartition, Offset, LeaderEpoch)>,
}

/// A response that never comes is given up after this (`replica.socket.timeout.ms`).
const FETCHER_REQUEST_TIMEOUT: SimDuration = SimDuration::from_secs(30);

impl Broker {
    /// From now on this partition is fetched from `leader`, or from nobody.
    pub(super) fn follow(&mut self, id: TopicPartition, leader: Option<BrokerId>, out: &mut Outbox) {
        for (broker, fetcher) in &mut self.memory.fetchers {
            if Some(*broker) != leader
                && let Ok(index) = fetcher.partitions.binary_search(&id)
            {
                fetcher.partitions.remove(index);
            }
        }
        let Some(leader) = leader else { return };
        let fetcher = self.memory.fetchers.entry(leader).or_default();
        if let Err(index) = fetcher.partitions.binary_search(&id) {
            fetcher.partitions.insert(index, id);
        }
        if !fetcher.is_backing_off {
            self.fetch_from(leader, out);
        }
    }

    /// Sends the next fetch to this leader, unless one is in flight.
    pub(super) fn fetch_from(&mut self, leader: BrokerId, out: &mut Outbox) {
        let Some(fetcher) = self.memory.fetchers.get_mut(&leader) else { return };
        fetcher.is_backing_off = false;
        if fetcher.in_flight.is_some() || fetcher.partitions.is_empty() {
            return;
        }
        let ids = fetcher.partitions.clone();
        let partitions: Vec<FetchPartition> = ids.into_iter().filter_map(|id| self.fetch_state(id)).collect();
        if partitions.is_empty() {
            return;
        }
        let asked =
            partitions.iter().map(|fetch| (fetch.partition, fetch.fetch_offset, fetch.current_leader_epoch)).collect();
        let correlation = self.next_correlation();
        let max_wait = millis(self.config.replica_fetch_wait_max_ms);
        let request = FetchRequest {
            replica: self.lifecycle.broker_epoch().map(|epoch| (self.id, epoch)),
            max_wait,
            min_bytes: self.config.replica_fetch_min_bytes,
            max_bytes: 10 << 20,
            isolation_level: IsolationLevel::ReadUncommitted,
            rack: None,
            partitions,
        };
        out.send(Node::Broker(leader), Message::Request { correlation, request: Request::Fetch(request) });
        out.set_timer(Timer::FetcherRequestTimeout(leader), FETCHER_REQUEST_TIMEOUT + max_wait);
        if let Some(fetcher) = self.memory.fetchers.get_mut(&leader) {
            fetcher.in_flight = Some(InFlight { correlation, asked });
        }
    }

    /// From where a follower fetches: the end of its log, with the epoch of its last record.
    fn fetch_state(&self, id: TopicPartition) -> Option<FetchPartition> {
        let partition = self.memory.partitions.get(&id)?;
        let log = self.disk.logs.get(&id)?;
        Some(FetchPartition {
            partition: id,
            fetch_offset: log.log_end_offset(),
            current_leader_epoch: partition.leader_epoch,
            last_fetched_epoch: log.last_epoch(),
            log_start_offset: log.log_start_offset(),
            high_watermark: partition.high_watermark,
            max_bytes: self.config.replica_fetch_max_bytes,
        })
    }

    pub(super) fn on_fetch_response(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        response: FetchResponse,
        out: &mut Outbox,
    ) {
        let Node::Broker(leader) = from else { return };
        let Some(fetcher) = self.memory.fetchers.get_mut(&leader) else { return };
        if fetcher.in_flight.as_ref().is_none_or(|in_flight| in_flight.correlation != correlation) {
            return;
        }
        let asked = fetcher.in_flight.take().map(|in_flight| in_flight.asked).unwrap_or_default();
        out.cancel_timer(Timer::FetcherRequestTimeout(leader));
        let mut has_failed = false;
        for partition in response.partitions {
            let was_asked = asked.iter().find(|(id, ..)| *id == partition.partition);
            if let Some((_, offset, epoch)) = was_asked
                && self.still_stands(partition.partition, leader, *offset, *epoch)
            {
                has_failed |= !self.work_in(partition, out);
            }
        }
        if has_failed {
            self.back_off(leader, out);
        } else {
            self.fetch_from(leader, out);
        }
    }

    /// True while the partition follows this leader in this epoch from this offset.
    fn still_stands(&self, id: TopicPartition, leader: BrokerId, offset: Offset, epoch: LeaderEpoch) -> bool {
        let follows = self.memory.partitions.get(&id).is_some_and(|partition| {
            partition.leader_epoch == epoch && partition.role == (Role::Follower { leader: Some(leader) })
        });
        follows && self.disk.logs.get(&id).is_some_and(|log| log.log_end_offset() == offset)
    }

    /// Works in what the leader said of one partition; false when it must be asked again later.
    fn work_in(&mut self, response: FetchPartitionResponse, out: &mut Outbox) -> bool {
        let id = response.partition;
        match response.error {
            ErrorCode::None => {}
            ErrorCode::OffsetOutOfRange => {
                self.restart_log(id, response.log_start_offset, out);
                return true;
            }
            error => {
                out.record(TraceEvent::FollowerFetchFailed { partition: id, error });
                return false;
            }
        }
        if let Some(end) = response.diverging_epoch {
            self.truncate_at_divergence(id, end, out);
            return true;
        }
        self.append_fetched(response, out);
        true
    }

    /// The leader's log starts after ours ends (or knows nothing of our epoch): begin anew where it begins.
    fn restart_log(&mut self, id: TopicPartition, leader_log_start: Offset, out: &mut Outbox) {
        let Some(log) = self.disk.logs.get_mut(&id) else { return };
        let from = log.log_end_offset();
        log.restart_at(leader_log_start);
        Self::record_truncation(
            id,
            from,
            Offset::ZERO.max(leader_log_start).min(from),
            TruncationReason::BelowLeaderStart,
            out,
        );
        if let Some(partition) = self.memory.partitions.get_mut(&id) {
            partition.high_watermark = leader_log_start;
        }
    }

    /// `AbstractFetcherThread.getOffsetTruncationState`: cut where the leader's epoch ends, or ours does, whichever is less.
    fn truncate_at_divergence(&mut self, id: TopicPartition, end: EpochEndOffset, out: &mut Outbox) {
        let Some(log) = self.disk.logs.get_mut(&id) else { return };
        let to = truncation_offset(log, end);
        let from = log.log_end_offset();
        let new_end = log.truncate_to(to);
        Self::record_truncation(id, from, new_end, TruncationReason::DivergingEpoch, out);
        if let Some(partition) = self.memory.partitions.get_mut(&id) {
            partition.high_watermark = partition.high_watermark.min(new_end);
        }
    }

    fn append_fetched(&mut self, response: FetchPartitionResponse, out: &mut Outbox) {
        let id = response.partition;
        let (Some(partition), Some(log)) = (self.memory.partitions.get_mut(&id), self.disk.logs.get_mut(&id)) else {
            return;
        };
        let leader_epoch = partition.leader_epoch;
        for batch in response.batches {
            let (records, bytes) = (batch.records.len() as u32, u64::from(batch.size));
            let appended = log.append_as_follower(batch, &partition.config);
            self.disk.hardware.write(bytes, out.now());
            log.will_be_flushed(
                out.now()
                    + self.disk.hardware.flush(out.now())
                    + WRITEBACK_DELAY.min(millis(partition.config.flush_ms)),
            );
            out.record(TraceEvent::LogAppended {
                partition: id,
                base_offset: appended.base_offset,
                records,
                leader_epoch,
                as_leader: false,
            });
        }
        for (base_offset, next_offset) in log.advance_start(response.log_start_offset) {
            out.record(TraceEvent::SegmentDeleted { partition: id, base_offset, next_offset });
        }
        let (from, to) = (partition.high_watermark, response.high_watermark.min(log.log_end_offset()));
        if to > from {
            partition.high_watermark = to;
            out.record(TraceEvent::HighWatermarkAdvanced { partition: id, from, to, as_leader: false });
        }
    }

    pub(super) fn on_fetcher_timeout(&mut self, leader: BrokerId, out: &mut Outbox) {
        if let Some(fetcher) = self.memory.fetchers.get_mut(&leader) {
            fetcher.in_flight = None;
            out.record(TraceEvent::RequestTimedOut { node: Node::Broker(self.id), peer: Node::Broker(leader) });
            self.fetch_from(leader, out);
        }
    }

    pub(super) fn on_leader_disconnected(&mut self, leader: BrokerId, out: &mut Outbox) {
        let Some(fetcher) = self.memory.fetchers.get_mut(&leader) else { return };
        if fetcher.in_flight.take().is_some() {
            out.cancel_timer(Timer::FetcherRequestTimeout(leader));
            self.back_off(leader, out);
        }
    }

    fn back_off(&mut self, leader: BrokerId, out: &mut Outbox) {
        if let Some(fetcher) = self.memory.fetchers.get_mut(&leader) {
            fetcher.is_backing_off = true;
            out.set_timer(Timer::FetcherBackoff(leader), millis(self.config.replica_fetch_backoff_ms));
        }
    }
}

/// Where to cut, given where the leader says that an epoch ends.
fn truncation_offset(log: &Log, leader_end: EpochEndOffset) -> Offset {
    let own = log.end_offset_for_epoch(leader_end.leader_epoch);
    if own.end_offset == Offset::NONE {
        leader_end.end_offset.min(log.log_end_offset())
    } else if own.leader_epoch < leader_end.leader_epoch {
        // We never had that epoch: cut to the end of the one before, and ask again (KIP-279).
        own.end_offset.min(log.log_end_offset())
    } else {
        leader_end.end_offset.min(own.end_offset).min(log.log_end_offset())
    }
}
