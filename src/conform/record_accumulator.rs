//! Records appended in virtual time, the sender's polls, and the batches that each poll drains.

use super::registry::{Format, first_has_keys};
use super::report::{MILLIS_MAX, Tally, Wrong, parse, within};
use crate::kafka::accumulator::RecordAccumulator;
use crate::kafka::accumulator::append::{Append, ToAppend};
use crate::kafka::accumulator::send::OpenGate;
use crate::kafka::accumulator::settings::AccumulatorSettings;
use crate::kafka::coordinator_partition::java_string_hash;
use crate::protocol::ids::{BrokerId, PartitionIndex, RecordId, TopicId, TopicName};
use crate::protocol::metadata::{ClusterMetadata, PartitionMetadata, TopicMetadata};
use crate::protocol::offset::LeaderEpoch;
use crate::protocol::record::Record;
use crate::sim::time::{SimDuration, SimTime};
use serde::Deserialize;
use serde_json::Value;

pub const FORMAT: Format = Format {
    name: "record_accumulator",
    recognises: |value| first_has_keys(value, "scenarios", &["batch_size", "linger_ms", "buffer_memory", "events"]),
    check,
};

#[derive(Deserialize)]
struct File {
    scenarios: Vec<Scenario>,
}

#[derive(Deserialize)]
struct Scenario {
    partitions: u16,
    brokers: u16,
    batch_size: u32,
    linger_ms: u64,
    buffer_memory: u64,
    max_request_size: u32,
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    t: u64,
    appends: Vec<GivenAppend>,
    ready_brokers: Vec<BrokerId>,
    drained: Vec<Drained>,
    available_memory: u64,
}

#[derive(Debug, Deserialize)]
struct GivenAppend {
    p: u16,
    /// -1: no key.
    key_len: i64,
    value_len: i64,
    blocked: bool,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
struct Drained {
    broker: BrokerId,
    p: u16,
    records: i32,
    bytes: u32,
    created: u64,
}

/// What one event leads to.
#[derive(Debug, PartialEq)]
struct Outcome {
    blocked: Vec<bool>,
    ready_brokers: Vec<BrokerId>,
    drained: Vec<Drained>,
    available_memory: u64,
}

/// More bytes than any batch, request or record of the vectors has.
const BYTES_MAX: u32 = 100_000_000;

fn check(value: Value, tally: &mut Tally) -> Result<(), Wrong> {
    let file: File = parse(value)?;
    for (index, scenario) in file.scenarios.iter().enumerate() {
        if scenario.brokers == 0 || scenario.batch_size == 0 {
            return Err(Wrong(format!("scenarios[{index}]: no brokers, or batches of no size")));
        }
        within("linger_ms", scenario.linger_ms, MILLIS_MAX)?;
        within("batch_size", scenario.batch_size, BYTES_MAX)?;
        within("max_request_size", scenario.max_request_size, BYTES_MAX)?;
        let mut run = Run::new(scenario);
        for event in &scenario.events {
            within("t", event.t, MILLIS_MAX)?;
            for append in &event.appends {
                within("p + 1", u32::from(append.p) + 1, u32::from(scenario.partitions))?;
                within("key_len", append.key_len, i64::from(BYTES_MAX))?;
                within("value_len", append.value_len, i64::from(BYTES_MAX))?;
            }
            let ours = run.on_event(event);
            let given = || {
                format!(
                    "scenario {index} ({} batches waited) at {} ms, {:?}",
                    run.queued_before, event.t, event.appends
                )
            };
            tally.compare(given, &expected(event), &ours);
        }
    }
    Ok(())
}

fn expected(event: &Event) -> Outcome {
    let mut ready_brokers = event.ready_brokers.clone();
    ready_brokers.sort_unstable();
    let mut drained = event.drained.clone();
    drained.sort_by_key(|batch| batch.broker);
    Outcome {
        blocked: event.appends.iter().map(|append| append.blocked).collect(),
        ready_brokers,
        drained,
        available_memory: event.available_memory,
    }
}

/// One scenario under way.
struct Run {
    accumulator: RecordAccumulator,
    cluster: ClusterMetadata,
    /// The vectors' partitions in the order in which Kafka's client lists them; ours are numbered in that order.
    listing: Vec<u16>,
    max_request_size: u32,
    queued_before: u32,
}

impl Run {
    fn new(scenario: &Scenario) -> Self {
        let listing = client_listing(scenario.partitions);
        let partition = |index: &u16| PartitionMetadata {
            leader: Some(BrokerId(index % scenario.brokers)),
            leader_epoch: LeaderEpoch::ZERO,
            replicas: Vec::new(),
            isr: Vec::new(),
        };
        let partitions = listing.iter().map(partition).collect();
        let topic = TopicMetadata { topic: TopicId(0), name: TopicName::new(TOPIC), partitions };
        let settings = AccumulatorSettings {
            batch_size: scenario.batch_size,
            linger: SimDuration::from_millis(scenario.linger_ms),
            buffer_memory: scenario.buffer_memory,
            delivery_timeout: SimDuration::MAX,
            retry_backoff: SimDuration::from_millis(100),
            retry_backoff_max: SimDuration::from_millis(1_000),
            is_partitioning_adaptive: false,
            availability_timeout: SimDuration::ZERO,
            compression: None,
        };
        Self {
            accumulator: RecordAccumulator::new(settings),
            cluster: ClusterMetadata { brokers: Vec::new(), topics: vec![topic] },
            listing,
            max_request_size: scenario.max_request_size,
            queued_before: 0,
        }
    }

    fn on_event(&mut self, event: &Event) -> Outcome {
        self.queued_before = self.accumulator.batches_queued();
        let now = SimTime::from_millis(event.t);
        let blocked = event.appends.iter().map(|append| self.is_blocked(now, append)).collect();
        let mut ready_brokers = self.accumulator.ready(now, &self.cluster).brokers;
        ready_brokers.sort_unstable();
        let mut drained = Vec::new();
        for broker in &ready_brokers {
            for batch in self.accumulator.drain(now, *broker, &self.cluster, self.max_request_size, &mut OpenGate) {
                drained.push(Drained {
                    broker: *broker,
                    p: self.listing[usize::from(batch.partition.partition.0)],
                    records: batch.record_count(),
                    bytes: batch.to_record_batch().size,
                    created: batch.created_at.as_millis(),
                });
                self.accumulator.deallocate(&batch);
            }
        }
        Outcome { blocked, ready_brokers, drained, available_memory: self.accumulator.pool().available() }
    }

    fn is_blocked(&mut self, now: SimTime, append: &GivenAppend) -> bool {
        let bytes = |length: i64| usize::try_from(length).ok().map(|length| vec![0_u8; length].into());
        let rank = self.listing.iter().position(|listed| *listed == append.p).expect("it is one of the scenario's");
        let record = Record {
            id: RecordId(0),
            timestamp: now,
            key: bytes(append.key_len),
            value: bytes(append.value_len),
            headers: Vec::new(),
        };
        let partition = Some(PartitionIndex(rank as u16));
        let to_append = ToAppend { topic: TopicId(0), partition, record };
        let mut no_random = || unreachable!("the partition is given");
        match self.accumulator.append(now, to_append, now, &self.cluster, &mut no_random) {
            Append::Appended(_) => false,
            Append::WouldBlock(_) | Append::Exhausted | Append::TooLarge => true,
        }
    }
}

/// The topic of the vectors.
const TOPIC: &str = "t";

/// The partitions of the topic in the order of the Java hash map in which Kafka's client keeps them; the map is made
/// for just so many and doubles when it is over three quarters full.
fn client_listing(partition_count: u16) -> Vec<u16> {
    let mut capacity = u32::from(partition_count).next_power_of_two();
    while u32::from(partition_count) > capacity * 3 / 4 {
        capacity *= 2;
    }
    let bucket = |partition: &u16| {
        let hash = (31 * (31 + i32::from(*partition))).wrapping_add(java_string_hash(TOPIC)) as u32;
        (hash ^ (hash >> 16)) & (capacity - 1)
    };
    let mut listing: Vec<u16> = (0..partition_count).collect();
    listing.sort_by_key(bucket);
    listing
}
