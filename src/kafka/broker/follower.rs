//! The follower's side of replication: one fetch in flight for each leader, truncation where the logs part, appends, and
//! the high watermark that comes one fetch later (`AbstractFetcherThread`).

use super::Broker;
use super::produce::flushed_at;
use crate::kafka::partition::Role;
use crate::protocol::config::{IsolationLevel, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, CorrelationId, Node, TopicPartition};
use crate::protocol::message::{FetchPartition, FetchPartitionResponse, FetchRequest, FetchResponse, Message, Request};
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::protocol::timer::Timer;
use crate::sim::ordered::BTreeMap;
use crate::sim::time::SimDuration;
use crate::trace::Outbox;
use crate::trace::event::TraceEvent;

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
    /// Those of them about which something else must be asked before they are fetched.
    pub(super) lookups: BTreeMap<TopicPartition, Lookup>,
    /// A lookup was the last that was asked: next comes a fetch, so that what fails does not hold up the rest.
    pub(super) has_looked_up: bool,
    in_flight: Option<InFlight>,
    is_backing_off: bool,
}

/// What a follower must know before it can fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    /// Where the epoch of its last record ends (the older replication rules).
    EpochEnd,
    /// Where the leader's log begins and ends: the follower's end lies outside it.
    LeaderOffsets,
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
    pub(super) fn follow(
        &mut self,
        id: TopicPartition,
        leader: Option<BrokerId>,
        is_new_epoch: bool,
        out: &mut Outbox,
    ) {
        for (broker, fetcher) in &mut self.memory.fetchers {
            if Some(*broker) != leader
                && let Ok(index) = fetcher.partitions.binary_search(&id)
            {
                fetcher.partitions.remove(index);
                fetcher.lookups.remove(&id);
            }
        }
        let Some(leader) = leader else { return };
        let first = if is_new_epoch { self.truncate_on_new_epoch(id, out) } else { None };
        let fetcher = self.memory.fetchers.entry(leader).or_default();
        if let Err(index) = fetcher.partitions.binary_search(&id) {
            fetcher.partitions.insert(index, id);
        }
        if is_new_epoch {
            fetcher.lookups.remove(&id);
            fetcher.lookups.extend(first.map(|lookup| (id, lookup)));
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
        let ids: Vec<TopicPartition> =
            fetcher.partitions.iter().copied().filter(|id| !fetcher.lookups.contains_key(id)).collect();
        if !fetcher.lookups.is_empty() && (ids.is_empty() || !fetcher.has_looked_up) {
            self.look_up(leader, out);
            return;
        }
        fetcher.has_looked_up = false;
        let partitions: Vec<FetchPartition> = ids.into_iter().filter_map(|id| self.fetch_state(id)).collect();
        if partitions.is_empty() {
            return;
        }
        let asked =
            partitions.iter().map(|fetch| (fetch.partition, fetch.fetch_offset, fetch.current_leader_epoch)).collect();
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
        self.ask_leader(leader, Request::Fetch(request), asked, max_wait, out);
    }

    /// The one request that is under way to a leader. `asked` says for which partitions, each with its end and epoch.
    pub(super) fn ask_leader(
        &mut self,
        leader: BrokerId,
        request: Request,
        asked: Vec<(TopicPartition, Offset, LeaderEpoch)>,
        max_wait: SimDuration,
        out: &mut Outbox,
    ) {
        let correlation = self.next_correlation();
        out.send(Node::Broker(leader), Message::Request { correlation, request });
        out.set_timer(Timer::FetcherRequestTimeout(leader), FETCHER_REQUEST_TIMEOUT + max_wait);
        if let Some(fetcher) = self.memory.fetchers.get_mut(&leader) {
            fetcher.in_flight = Some(InFlight { correlation, asked });
        }
    }

    /// An answer has come: which leader it is from, and what was asked of it of what still stands as it stood. `None` when
    /// nobody waits for it.
    pub(super) fn take_answer(
        &mut self,
        from: Node,
        correlation: CorrelationId,
        out: &mut Outbox,
    ) -> Option<(BrokerId, Vec<TopicPartition>)> {
        let Node::Broker(leader) = from else { return None };
        let fetcher = self.memory.fetchers.get_mut(&leader)?;
        let in_flight = fetcher.in_flight.take_if(|in_flight| in_flight.correlation == correlation)?;
        out.cancel_timer(Timer::FetcherRequestTimeout(leader));
        let mut standing: Vec<TopicPartition> = in_flight.asked.iter().map(|(id, ..)| *id).collect();
        let mut asked = in_flight.asked.into_iter();
        standing
            .retain(|_| asked.next().is_some_and(|(id, offset, epoch)| self.still_stands(id, leader, offset, epoch)));
        Some((leader, standing))
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
        let Some((leader, standing)) = self.take_answer(from, correlation, out) else { return };
        let mut has_failed = false;
        for partition in response.partitions {
            if standing.contains(&partition.partition) {
                has_failed |= !self.work_in(leader, partition, out);
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
    fn work_in(&mut self, leader: BrokerId, response: FetchPartitionResponse, out: &mut Outbox) -> bool {
        let id = response.partition;
        match response.error {
            ErrorCode::None => {}
            ErrorCode::OffsetOutOfRange => {
                if let Some(fetcher) = self.memory.fetchers.get_mut(&leader) {
                    fetcher.lookups.insert(id, Lookup::LeaderOffsets);
                }
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
        self.append_fetched(response, out)
    }

    /// False when what came does not continue the log: with the older rules two logs may part unnoticed.
    fn append_fetched(&mut self, response: FetchPartitionResponse, out: &mut Outbox) -> bool {
        let id = response.partition;
        if !response.batches.is_empty() && !self.can_write(out) {
            return false;
        }
        let (Some(partition), Some(log)) = (self.memory.partitions.get_mut(&id), self.disk.logs.get_mut(&id)) else {
            return true;
        };
        if response.batches.first().is_some_and(|batch| batch.base_offset < log.log_end_offset()) {
            out.record(TraceEvent::FollowerFetchFailed { partition: id, error: ErrorCode::UnknownServerError });
            return false;
        }
        let leader_epoch = partition.leader_epoch;
        for batch in response.batches {
            let (records, bytes) = (batch.records.len() as u32, u64::from(batch.size));
            let appended = log.append_as_follower(batch, &partition.config);
            self.disk.hardware.write(bytes, out.now());
            let flushed_at = flushed_at(log, &self.disk.hardware, &partition.config, out.now());
            log.will_be_flushed(flushed_at);
            if let Some(base_offset) = appended.rolled {
                out.record(TraceEvent::SegmentRolled { partition: id, base_offset });
            }
            out.record(TraceEvent::LogAppended {
                partition: id,
                base_offset: appended.base_offset,
                records,
                leader_epoch,
                as_leader: false,
            });
        }
        let (from, to) = (partition.high_watermark, response.high_watermark.min(log.log_end_offset()));
        if to > from {
            partition.high_watermark = to;
            out.record(TraceEvent::HighWatermarkAdvanced { partition: id, from, to, as_leader: false });
        }
        let to = response.log_start_offset.min(partition.high_watermark);
        if let Some(from) = log.advance_start(to) {
            out.record(TraceEvent::LogStartAdvanced { partition: id, from, to });
        }
        true
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

    pub(super) fn back_off(&mut self, leader: BrokerId, out: &mut Outbox) {
        if let Some(fetcher) = self.memory.fetchers.get_mut(&leader) {
            fetcher.is_backing_off = true;
            out.set_timer(Timer::FetcherBackoff(leader), millis(self.config.replica_fetch_backoff_ms));
        }
    }
}
