//! What a producer holds back to send together (`RecordAccumulator`): a queue of batches for each partition, filled by
//! `append`, watched by `ready`, emptied by `drain`. It sends nothing and knows no broker's state; the producer does.
//!
//! Times are whole when Kafka's clock is whole: fed with whole milliseconds it does what Kafka's class does.

pub mod settings;
pub mod batch;
pub mod queues;
pub mod append;
pub mod send;
#[cfg(test)]
mod tests;

use super::buffer_pool::{BufferPool, WaiterId};
use crate::protocol::ids::{BrokerId, TopicId, TopicPartition};
use crate::sim::time::SimTime;
use append::ToAppend;
use batch::ProducerBatch;
use queues::{PartitionQueue, TopicQueues};
use send::BrokerLatency;
use settings::AccumulatorSettings;

/// A producer's batches that are not in flight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordAccumulator {
    settings: AccumulatorSettings,
    pool: BufferPool,
    /// Sorted by topic.
    topics: Vec<TopicQueues>,
    /// Callers who wait for memory, with what they want to append.
    blocked: Vec<(WaiterId, ToAppend)>,
    /// For each broker, where in its list of partitions the last drain ended.
    drain_indexes: Vec<(BrokerId, u32)>,
    latencies: Vec<BrokerLatency>,
    batches_queued: u32,
    flushes_in_progress: u32,
    is_transaction_completing: bool,
    is_closed: bool,
}

impl RecordAccumulator {
    pub fn new(settings: AccumulatorSettings) -> Self {
        Self {
            pool: BufferPool::new(settings.buffer_memory, settings.batch_size),
            settings,
            topics: Vec::new(),
            blocked: Vec::new(),
            drain_indexes: Vec::new(),
            latencies: Vec::new(),
            batches_queued: 0,
            flushes_in_progress: 0,
            is_transaction_completing: false,
            is_closed: false,
        }
    }

    pub fn pool(&self) -> &BufferPool {
        &self.pool
    }
    pub fn settings(&self) -> &AccumulatorSettings {
        &self.settings
    }
    /// Changes the settings while running. Batches that exist keep what they were made with.
    pub fn set_settings(&mut self, settings: AccumulatorSettings) {
        self.pool.resize(settings.buffer_memory, settings.batch_size);
        self.topics.iter_mut().for_each(|topic| topic.partitioner.set_sticky_batch_size(settings.batch_size));
        self.settings = settings;
    }
    /// Batches that wait here, over all partitions.
    pub fn batches_queued(&self) -> u32 {
        self.batches_queued
    }
    /// The batches that wait for one partition, first to be sent first.
    pub fn queue(&self, partition: TopicPartition) -> impl Iterator<Item = &ProducerBatch> {
        self.existing_queue(partition).into_iter().flat_map(|queue| queue.batches.iter())
    }

    /// The same, to give batches that were sent before another sequence (KIP-360).
    pub fn queue_mut(&mut self, partition: TopicPartition) -> impl Iterator<Item = &mut ProducerBatch> {
        let topic = self.topics.iter_mut().find(|queues| queues.topic == partition.topic);
        topic
            .and_then(|topic| topic.existing_mut(partition.partition))
            .into_iter()
            .flat_map(|queue| queue.batches.iter_mut())
    }
    /// Partitions that something waits for.
    pub fn queued_partitions(&self) -> impl Iterator<Item = TopicPartition> {
        self.topics.iter().flat_map(TopicQueues::front_batches).map(|batch| batch.partition)
    }

    /// A batch is done with, for good or bad: its memory is free again. Then see `resume`.
    pub fn deallocate(&mut self, batch: &ProducerBatch) {
        if !batch.is_split {
            self.pool.deallocate(batch.buffer_size());
        }
    }

    /// Removes the batches that nobody waits for any more (`delivery.timeout.ms`), and gives their memory back.
    pub fn take_expired(&mut self, now: SimTime) -> Vec<ProducerBatch> {
        let timeout = self.settings.delivery_timeout;
        let mut expired = Vec::new();
        for topic in &mut self.topics {
            for (_, queue) in topic.in_use() {
                while queue.batches.front().is_some_and(|batch| batch.has_reached_delivery_timeout(now, timeout)) {
                    expired.extend(queue.batches.pop_front());
                }
            }
        }
        self.batches_queued -= expired.len() as u32;
        expired.iter().for_each(|batch| self.deallocate(batch));
        expired
    }

    /// When the next batch here expires; none sooner.
    pub fn next_expiry(&self) -> Option<SimTime> {
        let first = self.topics.iter().flat_map(TopicQueues::front_batches).map(|batch| batch.created_at).min()?;
        Some(first + self.settings.delivery_timeout)
    }

    /// While a partition is muted nothing of it is sent: one batch at a time (`max.in.flight.requests.per.connection=1`).
    pub fn mute(&mut self, partition: TopicPartition) {
        self.set_muted(partition, true);
    }
    pub fn unmute(&mut self, partition: TopicPartition) {
        self.set_muted(partition, false);
    }
    fn set_muted(&mut self, partition: TopicPartition, is_muted: bool) {
        let topic = self.topics.iter_mut().find(|queues| queues.topic == partition.topic);
        let queue =
            topic.and_then(|topic| topic.existing_mut(partition.partition)).expect("what was drained has a queue");
        queue.is_muted = is_muted;
    }

    /// Until the matching `end_flush` nothing lingers.
    pub fn begin_flush(&mut self) {
        self.flushes_in_progress += 1;
    }
    pub fn end_flush(&mut self) {
        assert!(self.flushes_in_progress > 0, "a flush ends after it began");
        self.flushes_in_progress -= 1;
    }
    /// While a transaction is being committed or aborted nothing lingers.
    pub fn set_transaction_completing(&mut self, is_completing: bool) {
        self.is_transaction_completing = is_completing;
    }
    /// The producer closes: nothing is appended any more, and what is here goes out at once.
    pub fn close(&mut self) {
        self.is_closed = true;
    }

    /// Takes every batch out, as when the producer is closed by force; memory is given back.
    pub fn abort(&mut self) -> Vec<ProducerBatch> {
        let mut aborted = Vec::new();
        for topic in &mut self.topics {
            topic.in_use().for_each(|(_, queue)| aborted.extend(queue.batches.drain(..)));
        }
        self.batches_queued = 0;
        aborted.iter().for_each(|batch| self.deallocate(batch));
        aborted
    }

    fn topic_queues(&mut self, topic: TopicId) -> &mut TopicQueues {
        let index = match self.topics.binary_search_by_key(&topic, |queues| queues.topic) {
            Ok(index) => index,
            Err(index) => {
                self.topics.insert(index, TopicQueues::new(topic, self.settings.batch_size));
                index
            }
        };
        &mut self.topics[index]
    }

    fn existing_queue(&self, partition: TopicPartition) -> Option<&PartitionQueue> {
        self.topics.iter().find(|queues| queues.topic == partition.topic)?.existing(partition.partition)
    }
}
