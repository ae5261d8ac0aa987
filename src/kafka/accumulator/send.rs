//! When batches leave, in what company, and how they come back after a failure (`RecordAccumulator.ready`, `drain`,
//! `reenqueue`, `splitAndReenqueue`).

use super::RecordAccumulator;
use super::batch::ProducerBatch;
use crate::kafka::exponential_backoff::exponential_backoff;
use crate::protocol::ids::{BrokerId, TopicPartition};
use crate::protocol::metadata::ClusterMetadata;
use crate::sim::time::{SimDuration, SimTime};

/// What is ready to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// Brokers with something to take, each once.
    pub brokers: Vec<BrokerId>,
    /// When something else may become ready by time alone.
    pub next_check: Option<SimTime>,
    /// Something waits for a partition without a known leader: metadata must be refreshed.
    pub has_unknown_leader: bool,
}

/// What decides, beside the accumulator, whether a batch may leave: an idempotent producer's sequence numbers.
pub trait DrainGate {
    /// False: nothing more for this broker now, so that sequences stay in order.
    fn may_drain(&self, batch: &ProducerBatch) -> bool;
    /// The batch leaves: give it producer id, epoch and sequence if it has none.
    fn on_drained(&mut self, batch: &mut ProducerBatch);
}

/// The gate of a producer that is not idempotent: always open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenGate;

impl DrainGate for OpenGate {
    fn may_drain(&self, _: &ProducerBatch) -> bool {
        true
    }
    fn on_drained(&mut self, _: &mut ProducerBatch) {}
}

/// When a broker last had something to take, and when it last could take it (`NodeLatencyStats`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BrokerLatency {
    broker: BrokerId,
    ready: SimTime,
    drained: SimTime,
}

impl RecordAccumulator {
    /// Which brokers have something to take, and when to look again. A partition's first batch is to be sent when it is
    /// full, has lingered, or anything hurries all: a caller waits for memory, a flush, the end of a transaction or of
    /// the producer. A batch that waits after a failure is never hurried.
    pub fn ready(&mut self, now: SimTime, cluster: &ClusterMetadata) -> Ready {
        let mut ready = Ready::default();
        let is_hurried =
            self.pool.waiting() > 0 || self.flushes_in_progress > 0 || self.is_transaction_completing || self.is_closed;
        for topic in &mut self.topics {
            let partition_count = cluster.topic(topic.topic).map_or(0, |topic| topic.partitions.len());
            let is_adaptive = self.settings.is_partitioning_adaptive && topic.queues_in_use() >= partition_count;
            let (latencies, timeout) = (&self.latencies, self.settings.availability_timeout);
            let is_slow = |broker| {
                timeout > SimDuration::ZERO && latencies.iter().any(|latency| latency.is_over(broker, timeout))
            };
            topic.update_load(cluster, is_adaptive, is_slow);
            for (partition, queue) in topic.in_use() {
                let is_full = queue.batches.len() > 1;
                let Some(batch) = queue.batches.front_mut() else { continue };
                let known = cluster.partition(partition);
                if let Some(known) = known {
                    batch.note_leader_epoch(known.leader_epoch);
                }
                let Some(leader) = known.and_then(|known| known.leader) else {
                    ready.has_unknown_leader = true;
                    continue;
                };
                if ready.brokers.contains(&leader) || queue.is_muted {
                    continue;
                }
                let backoff_left = batch.backoff_left(now);
                let linger_left = self.settings.linger.saturating_sub(batch.waited(now));
                if backoff_left > SimDuration::ZERO {
                    ready.check_again_at(now + backoff_left);
                } else if is_full || batch.is_full() || linger_left == SimDuration::ZERO || is_hurried {
                    ready.brokers.push(leader);
                } else {
                    ready.check_again_at(now + linger_left);
                }
            }
        }
        ready
    }

    /// Takes what goes to `broker` in one request: the first batch of each partition that it leads, as long as the
    /// request stays within `max_size`; the next request begins where this one ended. A batch that lingers still rides
    /// along; one that waits after a failure, or whose partition is muted, does not.
    pub fn drain(
        &mut self,
        now: SimTime,
        broker: BrokerId,
        cluster: &ClusterMetadata,
        max_size: u32,
        gate: &mut impl DrainGate,
    ) -> Vec<ProducerBatch> {
        let mut drained = Vec::new();
        let led = partitions_led_by(cluster, broker);
        if led.is_empty() {
            return drained;
        }
        let start = self.drain_index(broker) as usize % led.len();
        let mut last_seen = start;
        let mut size = 0;
        for step in 0..led.len() {
            last_seen = (start + step) % led.len();
            let partition = led[last_seen];
            let compression = self.settings.compression;
            let Some(topic) = self.topics.iter_mut().find(|topic| topic.topic == partition.topic) else { continue };
            let Some(queue) = topic.existing_mut(partition.partition).filter(|queue| !queue.is_muted) else { continue };
            let Some(first) = queue.batches.front_mut() else { continue };
            if let Some(known) = cluster.partition(partition) {
                first.note_leader_epoch(known.leader_epoch);
            }
            if first.backoff_left(now) > SimDuration::ZERO {
                continue;
            }
            let is_request_full = !drained.is_empty() && size + first.estimated_size() > max_size;
            if is_request_full || !gate.may_drain(first) {
                break;
            }
            let mut batch = queue.batches.pop_front().expect("the first was just seen");
            gate.on_drained(&mut batch);
            batch.close(compression);
            if let Some(ratio) = compression {
                topic.learn_ratio(ratio);
            }
            size += batch.estimated_size();
            self.batches_queued -= 1;
            drained.push(batch);
        }
        *self.drain_index_mut(broker) = last_seen as u32;
        drained
    }

    /// A broker had something to take at `now`, and could take it or not (its connection was busy).
    pub fn on_broker_ready(&mut self, now: SimTime, broker: BrokerId, can_drain: bool) {
        if self.settings.availability_timeout == SimDuration::ZERO {
            return;
        }
        if !self.latencies.iter().any(|latency| latency.broker == broker) {
            self.latencies.push(BrokerLatency { broker, ready: now, drained: now });
        }
        for latency in self.latencies.iter_mut().filter(|latency| latency.broker == broker) {
            latency.ready = now;
            if can_drain {
                latency.drained = now;
            }
        }
    }

    /// A batch failed and shall be sent again, after a back-off with `jitter` thousandths (-200 to 200) of it more. A
    /// batch with a sequence goes back to its place in the order, any other to the front.
    pub fn reenqueue(&mut self, now: SimTime, mut batch: ProducerBatch, jitter: i64) {
        let (initial, max) = (self.settings.retry_backoff, self.settings.retry_backoff_max);
        batch.on_reenqueued(now, exponential_backoff(initial, max, batch.attempts, jitter));
        self.batches_queued += 1;
        self.topic_queues(batch.partition.topic).queue(batch.partition.partition).insert(batch);
    }

    /// A broker found a batch too large: its records go back in several smaller ones. The batch's own memory is given
    /// back; the new ones take none of the pool's. Answers how many there are.
    pub fn split_and_reenqueue(&mut self, batch: &ProducerBatch) -> usize {
        let parts = batch.split(self.settings.batch_size);
        let count = parts.len();
        self.batches_queued += count as u32;
        let ratio = self.settings.compression.unwrap_or(1_000).max(1_000);
        let queues = self.topic_queues(batch.partition.topic);
        queues.estimated_ratio = ratio;
        let queue = queues.queue(batch.partition.partition);
        parts.into_iter().rev().for_each(|part| queue.insert(part));
        self.deallocate(batch);
        count
    }

    fn drain_index(&self, broker: BrokerId) -> u32 {
        self.drain_indexes.iter().find(|(known, _)| *known == broker).map_or(0, |(_, index)| *index)
    }
    fn drain_index_mut(&mut self, broker: BrokerId) -> &mut u32 {
        let index = self.drain_indexes.iter().position(|(known, _)| *known == broker).unwrap_or_else(|| {
            self.drain_indexes.push((broker, 0));
            self.drain_indexes.len() - 1
        });
        &mut self.drain_indexes[index].1
    }
}

impl BrokerLatency {
    fn is_over(&self, broker: BrokerId, timeout: SimDuration) -> bool {
        self.broker == broker && self.ready.since(self.drained) > timeout
    }
}

impl Ready {
    fn check_again_at(&mut self, at: SimTime) {
        self.next_check = Some(self.next_check.map_or(at, |earlier| earlier.min(at)));
    }
}

/// Simplified: Kafka's client lists partitions in the order of a Java hash map, this one by topic and index.
fn partitions_led_by(cluster: &ClusterMetadata, broker: BrokerId) -> Vec<TopicPartition> {
    let of_topic = cluster.topics.iter().flat_map(|topic| {
        let led = topic.partitions.iter().enumerate().filter(|(_, partition)| partition.leader == Some(broker));
        led.map(|(index, _)| TopicPartition::new(topic.topic, index as u16))
    });
    of_topic.collect()
}
