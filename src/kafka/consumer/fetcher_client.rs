//! Fetching ahead of the application (`AbstractFetch`, `FetchCollector`): one request in flight to each leader, none to
//! a leader whose partitions still have records buffered, and records handed out in the order of arrival.
//!
//! Simplified: fetch sessions (KIP-227) are not modelled, every request names its partitions; after an error a
//! partition waits for `retry.backoff.ms`, where Kafka may ask again at once.

use crate::kafka::consumer::ConsumerRecord;
use crate::kafka::consumer::context::{ConsumerContext, ConsumerRequest};
use crate::kafka::consumer::fetch_buffer::{CompletedFetch, FetchBuffer};
use crate::kafka::consumer::positions;
use crate::kafka::consumer::subscription_state::{AssignedPartition, FetchState};
use crate::protocol::config::{IsolationLevel, millis};
use crate::protocol::error_code::ErrorCode;
use crate::protocol::ids::{BrokerId, Rack, TopicPartition};
use crate::protocol::message::{FetchPartition, FetchPartitionResponse, FetchRequest, FetchResponse, Request};
use crate::protocol::offset::{LeaderEpoch, Offset};
use crate::trace::Outbox;
use crate::trace::event::{ResetReason, TraceEvent};

/// A consumer's fetches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetcherClient {
    pub buffer: FetchBuffer,
    /// Brokers that have a fetch of ours.
    asked_brokers: Vec<BrokerId>,
}

impl FetcherClient {
    /// Fetches from every leader that has nothing of ours in flight or buffered.
    pub fn send_fetches(&mut self, context: &mut ConsumerContext, out: &mut Outbox) {
        if context.subscriptions.are_pending_revocation {
            return;
        }
        for (broker, partitions) in self.prepare(context, out) {
            let config = &context.options.config;
            let asked = partitions.iter().map(|partition| (partition.partition, partition.fetch_offset)).collect();
            let request = Request::Fetch(FetchRequest {
                replica: None,
                max_wait: millis(config.fetch_max_wait_ms),
                min_bytes: config.fetch_min_bytes,
                max_bytes: config.fetch_max_bytes,
                isolation_level: config.isolation_level,
                rack: Some(&config.client_rack).filter(|rack| !rack.is_empty()).map(|rack| Rack(rack.clone())),
                partitions,
            });
            self.asked_brokers.push(broker);
            context.network.send(broker, request, ConsumerRequest::Fetch(asked), out);
        }
    }

    /// What to fetch from whom, now.
    fn prepare(&self, context: &mut ConsumerContext, out: &mut Outbox) -> Vec<(BrokerId, Vec<FetchPartition>)> {
        let now = out.now();
        let max_bytes = context.options.config.max_partition_fetch_bytes;
        let mut grouped: Vec<(BrokerId, Vec<FetchPartition>)> = Vec::new();
        let mut busy = self.asked_brokers.clone();
        let (mut is_leader_missing, mut next_retry) = (false, None);
        for assigned in context.subscriptions.iter() {
            let Some(position) = assigned.fetchable_position() else { continue };
            let read_from = assigned.preferred_read_replica.filter(|(_, until)| now < *until).map(|(broker, _)| broker);
            let leader = context.network.metadata().leader(assigned.partition).map(|(leader, _)| leader);
            let Some(broker) = read_from.or(leader) else {
                is_leader_missing = true;
                continue;
            };
            if self.buffer.holds(assigned.partition) {
                busy.push(broker);
            } else if assigned.retry_at > now {
                next_retry = Some(next_retry.map_or(assigned.retry_at, |at| assigned.retry_at.min(at)));
            } else {
                let partition = FetchPartition {
                    partition: assigned.partition,
                    fetch_offset: position.offset,
                    current_leader_epoch: position.leader_epoch,
                    last_fetched_epoch: LeaderEpoch::NONE,
                    log_start_offset: Offset::NONE,
                    high_watermark: Offset::NONE,
                    max_bytes,
                };
                match grouped.iter_mut().find(|(known, _)| *known == broker) {
                    Some((_, partitions)) => partitions.push(partition),
                    None => grouped.push((broker, vec![partition])),
                }
            }
        }
        if is_leader_missing {
            context.network.want_metadata(out);
        }
        if let Some(at) = next_retry {
            context.look_again_at(at, out);
        }
        grouped.retain(|(broker, _)| !busy.contains(broker) && positions::can_send(context, *broker, out));
        grouped
    }

    /// A broker has answered, or will not.
    pub fn on_response(
        &mut self,
        broker: BrokerId,
        asked: &[(TopicPartition, Offset)],
        response: Result<FetchResponse, ErrorCode>,
    ) {
        self.asked_brokers.retain(|asked| *asked != broker);
        let Ok(response) = response else { return };
        for partition in response.partitions {
            if let Some((_, fetch_offset)) = asked.iter().find(|(known, _)| *known == partition.partition) {
                self.buffer.fetches.push_back(CompletedFetch::new(*fetch_offset, partition));
            }
        }
    }

    /// Deals with errors, and drops answers that are empty or out of date.
    pub fn initialize(&mut self, context: &mut ConsumerContext, out: &mut Outbox) {
        self.buffer.fetches.retain_mut(|fetch| {
            fetch.is_initialized || {
                fetch.is_initialized = true;
                is_of_use(fetch, context, out)
            }
        });
    }

    /// True when `collect` would return something.
    pub fn has_records(&self, context: &ConsumerContext) -> bool {
        let is_wanted = |fetch: &CompletedFetch| {
            context.subscriptions.get(fetch.partition()).and_then(AssignedPartition::fetchable_position).is_some()
        };
        !context.subscriptions.are_pending_revocation
            && self.buffer.fetches.iter().any(|fetch| fetch.is_initialized && is_wanted(fetch))
    }

    /// At most `max` records, oldest answers first; positions move behind them.
    pub fn collect(&mut self, max: usize, context: &mut ConsumerContext, out: &mut Outbox) -> Vec<ConsumerRecord> {
        let mut records = Vec::new();
        let mut index = 0;
        while records.len() < max && !context.subscriptions.are_pending_revocation {
            let Some(fetch) = self.buffer.fetches.get_mut(index) else { break };
            let assigned = context.subscriptions.get_mut(fetch.partition());
            match assigned {
                Some(assigned) if assigned.is_paused => index += 1,
                Some(assigned) => {
                    let before = records.len();
                    let is_used_up =
                        take_records(fetch, assigned, max, context.options.config.isolation_level, &mut records);
                    record_polled(context, &records[before..], out);
                    if is_used_up {
                        self.buffer.fetches.remove(index);
                    }
                }
                None => {
                    self.buffer.fetches.remove(index);
                }
            }
        }
        records
    }
}

/// Moves records from one answer to the application; true when there is nothing left in it.
fn take_records(
    fetch: &mut CompletedFetch,
    assigned: &mut AssignedPartition,
    max: usize,
    isolation_level: IsolationLevel,
    records: &mut Vec<ConsumerRecord>,
) -> bool {
    let partition = fetch.partition();
    while records.len() < max {
        let Some(position) = assigned.fetchable_position() else { return true };
        if position.offset != fetch.fetch_offset {
            // The application has sought elsewhere.
            return true;
        }
        let Some(fetched) = fetch.next(position.offset, isolation_level) else { break };
        let (offset, leader_epoch) = (fetched.offset, fetched.leader_epoch);
        records.push(ConsumerRecord { partition, offset, leader_epoch, record: fetched.record.clone() });
        assigned.advance(offset.next(), leader_epoch);
        fetch.fetch_offset = offset.next();
    }
    if !fetch.is_used_up() {
        return false;
    }
    // Control records, aborted ones and holes left by compaction are stepped over.
    if let Some((end, leader_epoch)) = fetch.end().filter(|(end, _)| *end > fetch.fetch_offset) {
        assigned.advance(end, leader_epoch);
    }
    true
}

fn record_polled(context: &ConsumerContext, records: &[ConsumerRecord], out: &mut Outbox) {
    if let (Some(first), Some(last)) = (records.first(), records.last()) {
        let (partition, from, count) = (first.partition, first.offset, records.len() as u32);
        let next = last.offset.next();
        out.record(TraceEvent::RecordsPolled { client: context.options.client, partition, from, count, next });
    }
}

/// `FetchCollector.initialize`: true when the answer holds records for the partition's present position.
fn is_of_use(fetch: &CompletedFetch, context: &mut ConsumerContext, out: &mut Outbox) -> bool {
    let response = &fetch.response;
    let is_read_committed = context.options.config.isolation_level == IsolationLevel::ReadCommitted;
    let replica_until = out.now() + millis(context.options.config.metadata_max_age_ms);
    let Some(assigned) = context.subscriptions.get_mut(response.partition) else { return false };
    let FetchState::Fetching(position) = assigned.state else { return false };
    if position.offset != fetch.fetch_offset {
        return false;
    }
    if !response.error.is_none() {
        on_error(response, context, out);
        return false;
    }
    assigned.high_watermark =
        Some(if is_read_committed { response.last_stable_offset } else { response.high_watermark });
    if let Some(replica) = response.preferred_read_replica {
        assigned.preferred_read_replica = Some((replica, replica_until));
    }
    !response.batches.is_empty()
}

/// `FetchCollector.handleInitializeErrors`.
fn on_error(response: &FetchPartitionResponse, context: &mut ConsumerContext, out: &mut Outbox) {
    let partition = response.partition;
    let Some(assigned) = context.subscriptions.get_mut(partition) else { return };
    let was_follower = assigned.preferred_read_replica.take().is_some();
    if response.error == ErrorCode::OffsetOutOfRange {
        // A follower may be behind: ask the leader before anything is decided.
        if !was_follower {
            assigned.state = FetchState::AwaitReset(ResetReason::OutOfRange);
        }
        return;
    }
    if let Some((leader, leader_epoch)) = response.current_leader
        && context.network.on_current_leader(partition, leader, leader_epoch)
    {
        // The broker has named the new leader (KIP-951): no need to wait.
        context.subscriptions.on_leaders_changed(context.network.metadata());
        return;
    }
    context.back_off(partition, out);
    if response.error != ErrorCode::UnknownLeaderEpoch {
        context.network.request_metadata_update(out);
    }
}
