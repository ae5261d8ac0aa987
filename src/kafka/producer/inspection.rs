//! What others may know of a producer: the view, the shop, the guarantees.

use super::blocked::BlockedSend;
use super::in_flight::InFlightBatch;
use super::{Producer, ProducerOptions};
use crate::kafka::accumulator::batch::ProducerBatch;
use crate::protocol::config::ProducerConfig;
use crate::protocol::ids::{BrokerId, ProducerEpoch, ProducerId, TopicPartition};
use crate::protocol::offset::Sequence;

impl Producer {
    pub fn config(&self) -> &ProducerConfig {
        &self.options.config
    }
    pub fn options(&self) -> &ProducerOptions {
        &self.options
    }
    /// Bytes of `buffer.memory` in use, and in all.
    pub fn buffer(&self) -> (u64, u64) {
        let pool = self.accumulator.pool();
        (pool.total() - pool.available().min(pool.total()), pool.total())
    }
    /// Partitions that batches wait for.
    pub fn queued_partitions(&self) -> impl Iterator<Item = TopicPartition> {
        self.accumulator.queued_partitions()
    }
    /// Batches that wait for a partition, first to be sent first; their records tell ids and keys.
    pub fn queued(&self, partition: TopicPartition) -> impl Iterator<Item = &ProducerBatch> {
        self.accumulator.queue(partition)
    }
    /// Batches on their way to a broker or back, in the order in which they were sent.
    pub fn in_flight_batches(&self) -> &[InFlightBatch] {
        &self.in_flight
    }
    /// Requests in flight to each broker that it has talked to.
    pub fn in_flight(&self) -> impl Iterator<Item = (BrokerId, u32)> {
        self.network.in_flight()
    }
    /// Calls of `send()` that wait, with since when and why, first come first.
    pub fn blocked(&self) -> &[BlockedSend] {
        &self.blocked
    }
    /// Producer id and epoch; `None` when it is not idempotent, or has none yet.
    pub fn identity(&self) -> Option<(ProducerId, ProducerEpoch)> {
        let idempotence = self.idempotence.as_ref().filter(|idempotence| idempotence.has_producer_id())?;
        Some((idempotence.producer_id, idempotence.producer_epoch))
    }
    /// The sequence that the partition's next batch gets; `None` when it is not idempotent.
    pub fn next_sequence(&self, partition: TopicPartition) -> Option<Sequence> {
        self.idempotence.as_ref().map(|idempotence| idempotence.next_sequence(partition))
    }
}
