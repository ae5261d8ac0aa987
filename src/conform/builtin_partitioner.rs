//! Records without a key, the random numbers drawn for them, and the partitions they go to.

use super::registry::{Format, first_has_keys};
use super::report::{Tally, Wrong, parse, within};
use crate::kafka::builtin_partitioner::{BuiltInPartitioner, QueueLoad, TopicPartitions};
use crate::protocol::ids::PartitionIndex;
use serde::Deserialize;
use serde_json::Value;

pub const FORMAT: Format = Format {
    name: "builtin_partitioner",
    recognises: |value| first_has_keys(value, "cases", &["sticky_batch_size", "random_numbers_consumed"]),
    check,
};

#[derive(Deserialize)]
struct File {
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
struct Case {
    partitions: u16,
    available: Vec<PartitionIndex>,
    sticky_batch_size: u32,
    load: Option<Load>,
    appends: Vec<Append>,
    random_numbers_consumed: Vec<u32>,
}

#[derive(Debug, Deserialize)]
struct Load {
    queue_sizes: Vec<u32>,
    partition_ids: Vec<PartitionIndex>,
    all_partition_count: usize,
}

#[derive(Debug, Deserialize)]
struct Append {
    partition: PartitionIndex,
    bytes: u32,
    enable_switch: bool,
}

/// The partition of each append, and how many random numbers that took.
#[derive(Debug, PartialEq)]
struct Choices {
    partitions: Vec<PartitionIndex>,
    random_numbers_drawn: usize,
}

/// More batches than any queue holds.
const QUEUE_SIZE_MAX: u32 = 10_000;

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    for case in file.cases {
        if case.partitions == 0 {
            return Err(Wrong("a topic without partitions".into()));
        }
        for size in case.load.iter().flat_map(|load| &load.queue_sizes) {
            within("a queue size", *size, QUEUE_SIZE_MAX)?;
        }
        let expected = Choices {
            partitions: case.appends.iter().map(|append| append.partition).collect(),
            random_numbers_drawn: case.random_numbers_consumed.len(),
        };
        tally.compare(|| format!("{case:?}"), &expected, &choices(&case));
    }
    Ok(())
}

fn choices(case: &Case) -> Choices {
    let mut partitioner = BuiltInPartitioner::new(case.sticky_batch_size);
    if let Some(load) = &case.load {
        let sizes = load.queue_sizes.iter().zip(&load.partition_ids);
        let queues: Vec<_> =
            sizes.map(|(size, partition)| QueueLoad { partition: *partition, queue_size: *size }).collect();
        partitioner.update_load(&queues, load.all_partition_count);
    }
    let look_up = || TopicPartitions { count: case.partitions, available: case.available.clone() };
    let mut drawn = 0;
    let mut random = || {
        drawn += 1;
        // Past the end of the list the choice differs anyway: more were drawn than Kafka drew.
        case.random_numbers_consumed.get(drawn - 1).copied().unwrap_or_default()
    };
    let mut partitions = Vec::new();
    for append in &case.appends {
        partitions.push(partitioner.current(&look_up, &mut random));
        partitioner.on_appended(append.bytes, append.enable_switch, &look_up, &mut random);
    }
    Choices { partitions, random_numbers_drawn: drawn }
}
