//! The queues of one topic inside a producer's accumulator, with what the built-in partitioner and the estimate of
//! compression keep for each topic (`RecordAccumulator.TopicInfo`, `CompressionRatioEstimator`).

use super::batch::{CompressionRatio, ProducerBatch};
use crate::kafka::builtin_partitioner::{BuiltInPartitioner, LookUp, QueueLoad, Random};
use crate::protocol::ids::{BrokerId, PartitionIndex, TopicId, TopicPartition};
use crate::protocol::metadata::ClusterMetadata;
use std::collections::VecDeque;

/// How fast the estimate of compression falls, in thousandths a batch.
const RATIO_IMPROVING_STEP: CompressionRatio = 5;
/// How fast it rises at least.
const RATIO_DETERIORATE_STEP: CompressionRatio = 50;

/// The batches that wait for one partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartitionQueue {
    /// First to be sent first; only the last takes records.
    pub batches: VecDeque<ProducerBatch>,
    pub is_muted: bool,
    /// False until a record or a batch came here.
    is_in_use: bool,
}

impl PartitionQueue {
    /// True when the next record needs a new batch.
    pub fn is_every_batch_full(&self) -> bool {
        self.batches.back().is_none_or(ProducerBatch::is_full)
    }

    /// Puts back a batch that was out: before all that came after it.
    pub fn insert(&mut self, batch: ProducerBatch) {
        let is_before = |queued: &&ProducerBatch| queued.has_sequence() && queued.base_sequence < batch.base_sequence;
        let place = if batch.has_sequence() { self.batches.iter().take_while(is_before).count() } else { 0 };
        self.batches.insert(place, batch);
    }
}

/// All queues of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicQueues {
    pub topic: TopicId,
    pub partitioner: BuiltInPartitioner,
    /// What compression is expected to make of the next batch.
    pub estimated_ratio: CompressionRatio,
    /// By partition index.
    queues: Vec<PartitionQueue>,
}

impl TopicQueues {
    pub fn new(topic: TopicId, batch_size: u32) -> Self {
        Self { topic, partitioner: BuiltInPartitioner::new(batch_size), estimated_ratio: 1_000, queues: Vec::new() }
    }

    /// The queue of a partition; from now on it is in use.
    pub fn queue(&mut self, partition: PartitionIndex) -> &mut PartitionQueue {
        let index = usize::from(partition.0);
        if self.queues.len() <= index {
            self.queues.resize_with(index + 1, PartitionQueue::default);
        }
        let queue = &mut self.queues[index];
        queue.is_in_use = true;
        queue
    }
    pub fn existing(&self, partition: PartitionIndex) -> Option<&PartitionQueue> {
        self.queues.get(usize::from(partition.0))
    }
    pub fn existing_mut(&mut self, partition: PartitionIndex) -> Option<&mut PartitionQueue> {
        self.queues.get_mut(usize::from(partition.0))
    }
    pub fn queues_in_use(&self) -> usize {
        self.queues.iter().filter(|queue| queue.is_in_use).count()
    }
    /// The queues in use, by partition index.
    pub fn in_use(&mut self) -> impl Iterator<Item = (TopicPartition, &mut PartitionQueue)> {
        let topic = self.topic;
        let queues = self.queues.iter_mut().enumerate().filter(|(_, queue)| queue.is_in_use);
        queues.map(move |(index, queue)| (TopicPartition::new(topic, index as u16), queue))
    }
    pub fn front_batches(&self) -> impl Iterator<Item = &ProducerBatch> {
        self.queues.iter().filter_map(|queue| queue.batches.front())
    }

    /// A record without a key went to `partition` and took `bytes`.
    pub fn on_appended_without_key(&mut self, partition: PartitionIndex, bytes: u32, look_up: LookUp, random: Random) {
        let can_switch = self.queue(partition).is_every_batch_full();
        self.partitioner.on_appended(bytes, can_switch, look_up, random);
    }

    /// Tells the partitioner how long the queues are. Queues whose broker has not answered for long are left out.
    pub fn update_load(&mut self, cluster: &ClusterMetadata, is_adaptive: bool, is_slow: impl Fn(BrokerId) -> bool) {
        if !is_adaptive || self.front_batches().next().is_none() {
            self.partitioner.update_load(&[], 0);
            return;
        }
        let mut loads = Vec::with_capacity(self.queues.len());
        for (index, queue) in self.queues.iter().enumerate().filter(|(_, queue)| queue.is_in_use) {
            let partition = TopicPartition::new(self.topic, index as u16);
            let leader = cluster.partition(partition).and_then(|known| known.leader);
            if leader.is_some_and(|leader| queue.batches.is_empty() || !is_slow(leader)) {
                loads.push(QueueLoad { partition: partition.partition, queue_size: queue.batches.len() as u32 });
            }
        }
        self.partitioner.update_load(&loads, self.queues_in_use());
    }

    /// A batch really shrank to `observed`: the estimate follows, fast when it was too good, slowly when too bad.
    pub fn learn_ratio(&mut self, observed: CompressionRatio) {
        let estimated = self.estimated_ratio;
        self.estimated_ratio = if observed > estimated {
            observed.max(estimated + RATIO_DETERIORATE_STEP)
        } else {
            observed.max(estimated.saturating_sub(RATIO_IMPROVING_STEP))
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_of_compression_worsens_fast_and_improves_slowly() {
        let mut queues = TopicQueues::new(TopicId(0), 100);
        let mut learn = |observed| {
            queues.learn_ratio(observed);
            queues.estimated_ratio
        };
        assert_eq!([learn(500), learn(500), learn(1_000), learn(1_010)], [995, 990, 1_040, 1_035]);
    }
}
