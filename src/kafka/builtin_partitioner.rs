//! Where records without a key go (`BuiltInPartitioner`, KIP-794): stay with one partition until a batch's worth of
//! bytes has gone there, then choose another at random, rather one with a short queue. One of these for each topic.
//! It draws nothing itself: the caller hands in the random numbers.

use crate::protocol::ids::PartitionIndex;

/// Random numbers of 31 bits, drawn only when a partition is chosen.
pub type Random<'a> = &'a mut dyn FnMut() -> u32;

/// The partitions of a topic, as a client knows them.
#[derive(Clone, Debug)]
pub struct TopicPartitions {
    /// How many the topic has.
    pub count: u16,
    /// Those that have a leader.
    pub available: Vec<PartitionIndex>,
}

/// Looks the partitions up, only when one is chosen.
pub type LookUp<'a> = &'a dyn Fn() -> TopicPartitions;

/// How many batches wait for one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueLoad {
    pub partition: PartitionIndex,
    pub queue_size: u32,
}

/// The choice of one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltInPartitioner {
    sticky_batch_size: u32,
    sticky: Option<Sticky>,
    /// Running sum of the partitions' weights: a number below an entry and not below the one before it means its
    /// partition. Empty: choose evenly.
    load_table: Vec<(u32, PartitionIndex)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sticky {
    partition: PartitionIndex,
    produced_bytes: u32,
}

impl BuiltInPartitioner {
    /// `sticky_batch_size` is `batch.size`, at least 1.
    pub fn new(sticky_batch_size: u32) -> Self {
        Self { sticky_batch_size: sticky_batch_size.max(1), sticky: None, load_table: Vec::new() }
    }

    /// Changes `batch.size`; at least 1.
    pub fn set_sticky_batch_size(&mut self, sticky_batch_size: u32) {
        self.sticky_batch_size = sticky_batch_size.max(1);
    }

    /// The partition that the next record goes to.
    pub fn current(&mut self, look_up: LookUp, random: Random) -> PartitionIndex {
        match self.sticky {
            Some(sticky) => sticky.partition,
            None => self.switch(look_up, random),
        }
    }

    /// `bytes` more have gone to the current partition. A batch's worth is enough to move on, when it would not leave a
    /// half-filled batch behind (`can_switch`); with two batches' worth it moves on regardless. True when it moved.
    pub fn on_appended(&mut self, bytes: u32, can_switch: bool, look_up: LookUp, random: Random) -> bool {
        let sticky = self.sticky.as_mut().expect("bytes go to a partition that was chosen");
        sticky.produced_bytes = sticky.produced_bytes.saturating_add(bytes);
        let produced = sticky.produced_bytes;
        let has_moved =
            (produced >= self.sticky_batch_size && can_switch) || produced >= self.sticky_batch_size.saturating_mul(2);
        if has_moved {
            self.switch(look_up, random);
        }
        has_moved
    }

    /// Takes the queues into account from now on. `queues` lists the partitions that may be chosen; `queue_count` is how
    /// many there are with those left out because their broker does not answer. Without queues, or with equal ones,
    /// the choice is even.
    pub fn update_load(&mut self, queues: &[QueueLoad], queue_count: usize) {
        self.load_table.clear();
        if queues.is_empty() || queue_count < 2 {
            return;
        }
        let longest = queues.iter().map(|queue| queue.queue_size).max().unwrap_or_default();
        let are_equal = queues.iter().all(|queue| queue.queue_size == longest);
        if are_equal && queues.len() == queue_count {
            return;
        }
        let mut sum = 0_u32;
        self.load_table.extend(queues.iter().map(|queue| {
            sum += longest + 1 - queue.queue_size;
            (sum, queue.partition)
        }));
    }

    fn switch(&mut self, look_up: LookUp, random: Random) -> PartitionIndex {
        let partition = self.choose(look_up, random() & 0x7fff_ffff);
        self.sticky = Some(Sticky { partition, produced_bytes: 0 });
        partition
    }

    fn choose(&self, look_up: LookUp, random: u32) -> PartitionIndex {
        if let Some((total, _)) = self.load_table.last() {
            let drawn = random % total;
            return self.load_table[self.load_table.partition_point(|(sum, _)| *sum <= drawn)].1;
        }
        let partitions = look_up();
        if partitions.available.is_empty() {
            assert!(partitions.count > 0, "a topic has at least one partition");
            return PartitionIndex((random % u32::from(partitions.count)) as u16);
        }
        partitions.available[random as usize % partitions.available.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn four() -> TopicPartitions {
        TopicPartitions { count: 4, available: (0..4).map(PartitionIndex).collect() }
    }

    fn partitioner() -> BuiltInPartitioner {
        let mut partitioner = BuiltInPartitioner::new(100);
        partitioner.current(&four, &mut || 0);
        partitioner
    }

    #[test]
    fn it_stays_until_a_batch_of_bytes_has_gone_there() {
        let mut partitioner = partitioner();
        assert!(!partitioner.on_appended(99, true, &four, &mut || unreachable!("it stays")));
        assert!(partitioner.on_appended(1, true, &four, &mut || 2));
        assert_eq!(partitioner.current(&four, &mut || unreachable!("it was chosen")), PartitionIndex(2));
    }

    #[test]
    fn it_does_not_leave_a_half_filled_batch_behind_until_twice_the_bytes() {
        let mut partitioner = partitioner();
        assert!(!partitioner.on_appended(199, false, &four, &mut || unreachable!("it stays")));
        assert!(partitioner.on_appended(1, false, &four, &mut || 3));
    }

    #[test]
    fn a_long_queue_is_chosen_less_often() {
        let mut partitioner = BuiltInPartitioner::new(1);
        let queues = [0, 3, 1].map(|queue_size| QueueLoad { partition: PartitionIndex(queue_size as u16), queue_size });
        partitioner.update_load(&queues, 3);
        let chosen: Vec<_> = (0..8).map(|random| partitioner.choose(&four, random).0).collect();
        assert_eq!(chosen, [0, 0, 0, 0, 3, 1, 1, 1]);
    }
}
