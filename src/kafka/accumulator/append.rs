//! How a record gets into a batch, and what happens when there is no memory for one (`RecordAccumulator.append`).

use super::RecordAccumulator;
use super::batch::ProducerBatch;
use crate::kafka::buffer_pool::{Allocation, WaiterId};
use crate::kafka::builtin_partitioner::{Random, TopicPartitions};
use crate::protocol::ids::{PartitionIndex, TopicId, TopicPartition};
use crate::protocol::metadata::ClusterMetadata;
use crate::protocol::record::{Record, batch_size_upper_bound};
use crate::sim::time::SimTime;

/// A record on its way into a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToAppend {
    pub topic: TopicId,
    /// `None`: wherever the built-in partitioner says.
    pub partition: Option<PartitionIndex>,
    pub record: Record,
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Append {
    Appended(Appended),
    /// Memory is short: the caller waits, and is told by `resume` or `take_exhausted`.
    WouldBlock(WaiterId),
    /// Memory is short and there is no time to wait (`BufferExhaustedException`).
    Exhausted,
    /// The record takes more than `buffer.memory` (`RecordTooLargeException`).
    TooLarge,
}

/// Where a record went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    pub partition: TopicPartition,
    /// With a full or a new batch it is time to look at `ready` again.
    pub is_batch_full: bool,
    pub is_new_batch: bool,
}

impl RecordAccumulator {
    /// Puts a record into a batch of its partition, a new one when the last is full. When memory is short the caller
    /// waits in line until `deadline`.
    pub fn append(
        &mut self,
        now: SimTime,
        append: ToAppend,
        deadline: SimTime,
        cluster: &ClusterMetadata,
        random: Random,
    ) -> Append {
        let (partition, append) = match self.try_append(now, append, cluster, random) {
            Ok(appended) => return Append::Appended(appended),
            Err(rejected) => rejected,
        };
        let size = batch_size_upper_bound(&append.record).max(self.settings.batch_size);
        match self.pool.allocate(now, size, deadline) {
            Allocation::Granted => {
                Append::Appended(self.append_to_new_batch(now, partition, append, size, cluster, random))
            }
            Allocation::Waiting(waiter) => {
                self.blocked.push((waiter, append));
                Append::WouldBlock(waiter)
            }
            Allocation::Exhausted => Append::Exhausted,
            Allocation::TooLarge => Append::TooLarge,
        }
    }

    /// Lets one caller go on whose memory has come; call after `deallocate` until there is none.
    pub fn resume(&mut self, now: SimTime, cluster: &ClusterMetadata, random: Random) -> Option<(WaiterId, Appended)> {
        let (waiter, size) = self.pool.take_granted()?;
        let index = self.blocked.iter().position(|(blocked, _)| *blocked == waiter).expect("who waits is known");
        let (_, append) = self.blocked.remove(index);
        match self.try_append(now, append, cluster, random) {
            Ok(appended) => {
                // Meanwhile another made a batch with room in it.
                self.pool.deallocate(size);
                Some((waiter, appended))
            }
            Err((partition, append)) => {
                Some((waiter, self.append_to_new_batch(now, partition, append, size, cluster, random)))
            }
        }
    }

    /// A caller who has waited long enough, with the record that never got in; call until there is none.
    pub fn take_exhausted(&mut self, now: SimTime) -> Option<(WaiterId, ToAppend)> {
        let waiter = self.pool.take_expired(now)?;
        let index = self.blocked.iter().position(|(blocked, _)| *blocked == waiter).expect("who waits is known");
        Some(self.blocked.remove(index))
    }

    /// Adds to the last batch, or gives the record back with the partition that it is to go to.
    fn try_append(
        &mut self,
        now: SimTime,
        append: ToAppend,
        cluster: &ClusterMetadata,
        random: Random,
    ) -> Result<Appended, (TopicPartition, ToAppend)> {
        assert!(!self.is_closed, "nothing is sent after close");
        let topic = append.topic;
        let look_up = || topic_partitions(cluster, topic);
        let queues = self.topic_queues(topic);
        let index = match append.partition {
            Some(partition) => partition,
            None => {
                let current = queues.partitioner.current(&look_up, random);
                // Batches may have been filled or sent since it was decided to stay.
                if queues.queue(current).is_every_batch_full() {
                    queues.partitioner.on_appended(0, true, &look_up, random);
                }
                queues.partitioner.current(&look_up, random)
            }
        };
        let partition = TopicPartition { topic, partition: index };
        let queue = queues.queue(index);
        let Some(last) = queue.batches.back_mut() else {
            return Err((partition, append));
        };
        let size_before = last.estimated_size();
        if let Err(record) = last.try_append(now, append.record) {
            last.close_for_appends();
            return Err((partition, ToAppend { record, ..append }));
        }
        let added = last.estimated_size() - size_before;
        let is_batch_full = queue.batches.len() > 1 || queue.is_every_batch_full();
        if append.partition.is_none() {
            queues.on_appended_without_key(index, added, &look_up, random);
        }
        Ok(Appended { partition, is_batch_full, is_new_batch: false })
    }

    fn append_to_new_batch(
        &mut self,
        now: SimTime,
        partition: TopicPartition,
        append: ToAppend,
        size: u32,
        cluster: &ClusterMetadata,
        random: Random,
    ) -> Appended {
        let compression = self.settings.compression;
        let queues = self.topic_queues(partition.topic);
        let mut batch = ProducerBatch::new(partition, now, size, compression.map(|_| queues.estimated_ratio));
        batch.try_append(now, append.record).expect("the first record always fits");
        let added = batch.estimated_size();
        let queue = queues.queue(partition.partition);
        queue.batches.push_back(batch);
        let is_batch_full = queue.batches.len() > 1 || queue.is_every_batch_full();
        if append.partition.is_none() {
            queues.on_appended_without_key(
                partition.partition,
                added,
                &|| topic_partitions(cluster, partition.topic),
                random,
            );
        }
        self.batches_queued += 1;
        Appended { partition, is_batch_full, is_new_batch: true }
    }
}

fn topic_partitions(cluster: &ClusterMetadata, topic: TopicId) -> TopicPartitions {
    let partitions = cluster.topic(topic).map_or(&[][..], |topic| &topic.partitions[..]);
    let with_leader = partitions.iter().enumerate().filter(|(_, partition)| partition.leader.is_some());
    TopicPartitions {
        count: partitions.len() as u16,
        available: with_leader.map(|(index, _)| PartitionIndex(index as u16)).collect(),
    }
}
